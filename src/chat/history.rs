//! `/riwayat`: a page of the chat's checks, or of those that are looked for, and the buttons that turn it.

use chrono::{DateTime, Utc};

use super::{
    action::{Action, SearchId},
    answer::{mark, summary},
    button::Button,
    conversation::{Conversation, store_trouble},
    dates::today,
    list_progress::{RunningList, how_far},
    message::{Asker, Reply, Response},
    search::Wanted,
    view::View,
};
use crate::{
    inquiry::parse::Check,
    locale::{Html, Words, date, hour},
    say,
    store::{self, Cursor, Page, Record},
    value::{ChatId, UserId},
};

/// Checks on a page.
pub(super) const PAGE_LEN: usize = 10;

/// Agents of one name who are looked through.
const MAX_NAMESAKES: usize = 10;

/// A check that has no outcome yet.
#[derive(Clone, Debug)]
pub struct WaitingCheck {
    /// What is checked.
    pub check: Check,
    /// Who asked.
    pub agent: UserId,
    /// When.
    pub asked: DateTime<Utc>,
}

/// Where a history is read on: whether something was searched for, what that is to the buttons, and whose they are.
struct Reading {
    chat: ChatId,
    owner: UserId,
    is_search: bool,
    search: Option<SearchId>,
}

/// The checks that wait and the lists that run, as far as they are looked for.
type Open<'a> = (&'a [&'a WaitingCheck], &'a [&'a RunningList]);

impl Conversation {
    /// The newest page of the chat's checks that are looked for, with those that wait and the lists that run on top.
    pub async fn history(
        &self,
        asker: &Asker,
        wanted: &Wanted,
        open: (&[WaitingCheck], &[RunningList]),
        now: DateTime<Utc>,
    ) -> Reply {
        let words = self.words(asker.chat).await;
        let page = self.first_page(words, asker, wanted, open, now).await;
        page.unwrap_or_else(|error| store_trouble(words, &error).into())
    }

    async fn first_page(
        &self,
        words: Words<'_>,
        asker: &Asker,
        wanted: &Wanted,
        (waiting, lists): (&[WaitingCheck], &[RunningList]),
        now: DateTime<Utc>,
    ) -> Result<Reply, store::Error> {
        let mut reading = Reading { chat: asker.chat, owner: asker.user, is_search: !wanted.is_empty(), search: None };
        let mut wanted = wanted.clone().on(now);
        let view = self.view(asker).await;
        let mut page = self.page(asker.chat, &view, &wanted, Cursor::Newest, now).await?;
        if page.records.is_empty()
            && asker.chat.is_group()
            && let Some(name) = wanted.agents_name()
        {
            for agent in self.names.called(name, MAX_NAMESAKES).await? {
                let of_agent = wanted.of_agent(agent);
                page = self.page(asker.chat, &view, &of_agent, Cursor::Newest, now).await?;
                if !page.records.is_empty() {
                    wanted = of_agent;
                    break;
                }
            }
        }
        if !wanted.is_empty() && page.has_older {
            reading.search = Some(wanted.keep(&*self.rows, asker.chat, asker.user, now).await?);
        }
        let fits = |check: &Check, agent, asked| {
            let provider = self.catalog.now().get(check.code.as_str()).map(|product| product.provider);
            view.shows(agent, asked) && wanted.fits(check, provider, agent, asked)
        };
        let waiting: Vec<_> = waiting.iter().filter(|one| fits(&one.check, one.agent, one.asked)).collect();
        let has_one = |one: &&RunningList| one.list.items.iter().any(|item| fits(&item.check, one.agent, one.asked));
        let lists: Vec<_> = lists.iter().filter(has_one).collect();
        if page.records.is_empty() && waiting.is_empty() && lists.is_empty() {
            let empty = if wanted.is_empty() { say!(words, "history-empty") } else { say!(words, "history-none") };
            return Ok(empty.into());
        }
        Ok(self.show(words, &reading, &page, (&waiting, &lists)).await)
    }

    /// Another page in place of the message: of all checks, or of what was searched for.
    pub(super) async fn turn_page(
        &self,
        words: Words<'_>,
        asker: &Asker,
        search: Option<SearchId>,
        to: Cursor,
        owner: UserId,
    ) -> Result<Response, store::Error> {
        let (chat, now, view) = (asker.chat, self.clock.now(), self.view(asker).await);
        let wanted = match search {
            Some(search) => Wanted::kept(&*self.rows, chat, owner, search, now).await?,
            None => Some(Wanted::default()),
        };
        let Some(wanted) = wanted else { return Ok(Response::notice(say!(words, "button-stale"))) };
        let mut page = self.page(chat, &view, &wanted, to, now).await?;
        if !page.has_newer && to != Cursor::Newest {
            // The first page is always a full one, however one got back to it.
            page = self.page(chat, &view, &wanted, Cursor::Newest, now).await?;
        }
        let reading = Reading { chat, owner, is_search: search.is_some(), search };
        Ok(self.show(words, &reading, &page, (&[], &[])).await.into())
    }

    async fn page(
        &self,
        chat: ChatId,
        view: &View,
        wanted: &Wanted,
        to: Cursor,
        now: DateTime<Utc>,
    ) -> Result<Page, store::Error> {
        if wanted.is_empty() && view.is_whole() {
            return self.history.page(chat, to, PAGE_LEN).await;
        }
        match view.narrow(wanted.search(now)).filter(|_| !wanted.fits_nothing()) {
            Some(search) => self.history.find(chat, &search, to, PAGE_LEN).await,
            None => Ok(Page::default()),
        }
    }

    /// A page as a message. The same check, asked for again and again, is one entry.
    async fn show(&self, words: Words<'_>, reading: &Reading, page: &Page, open: Open<'_>) -> Reply {
        let (waiting, lists) = open;
        if page.records.is_empty() && waiting.is_empty() && lists.is_empty() {
            return say!(words, "history-empty").into();
        }
        let heading = match reading.is_search {
            true => say!(words, "history-heading-found"),
            false => say!(words, "history-heading"),
        };
        let mut lines = vec![heading];
        lines.extend((!waiting.is_empty() || !lists.is_empty()).then(Html::default));
        for one in waiting.iter().take(PAGE_LEN) {
            let (time, product, number) = (hour(one.asked), one.check.code.as_str(), &one.check.number);
            lines.push(say!(words, "history-entry", mark = "⏳", time = time, product = product, number = number));
            let waits = say!(words, "history-waits");
            lines.push(self.with_agent(words, reading.chat, waits, one.agent).await);
        }
        for one in lists.iter().take(PAGE_LEN) {
            let mut lines_of_list = how_far(words, &one.list, one.wallets, one.answered);
            if let Some(last) = lines_of_list.pop() {
                lines_of_list.push(self.with_agent(words, reading.chat, last, one.agent).await);
            }
            lines.extend(lines_of_list);
        }
        let mut day = None;
        for repeated in page.records.chunk_by(|(_, one), (_, next)| is_repeat(one, next)) {
            let Some((_, record)) = repeated.first() else { continue };
            let date = date(record.at, words);
            if day.as_ref() != Some(&date) {
                lines.push(Html::default());
                lines.push(say!(words, "history-day", date = &date));
                day = Some(date);
            }
            let [head, summary] = entry(words, record);
            let times = (repeated.len() > 1).then(|| say!(words, "history-times", count = repeated.len()));
            lines.push(Html::joined([head].into_iter().chain(times), " "));
            lines.push(self.with_agent(words, reading.chat, summary, record.agent).await);
        }
        Reply::from(Html::lines(lines)).with_row(buttons(words, page, reading))
    }

    /// The text, with who asked in a group.
    async fn with_agent(&self, words: Words<'_>, chat: ChatId, text: Html, agent: UserId) -> Html {
        if !chat.is_group() {
            return text;
        }
        Html::joined([text, self.names.of(words, agent).await], " · ")
    }
}

/// Whether two checks that follow each other are the same one, asked for again on the same day with the same end.
fn is_repeat(one: &Record, next: &Record) -> bool {
    let parts = |record: &Record| (record.agent, record.provider, record.nominal, today(record.at));
    parts(one) == parts(next)
        && (&one.product, &one.number) == (&next.product, &next.number)
        && one.outcome.verdict == next.outcome.verdict
}

fn entry(words: Words<'_>, record: &Record) -> [Html; 2] {
    let mark = mark(&record.outcome.verdict);
    let (time, product) = (hour(record.at), &record.product);
    let head = say!(words, "history-entry", mark = mark, time = time, product = product, number = &record.number);
    [head, summary(words, &record.outcome.verdict)]
}

fn buttons(words: Words<'_>, page: &Page, reading: &Reading) -> impl Iterator<Item = Button> {
    let turn = |label: Html, to: Cursor| {
        let action = reading.search.map_or(Action::Turn(to), |search| Action::Find(search, to));
        Button::press(label, action, reading.owner)
    };
    let newest = page.records.first().filter(|_| page.has_newer);
    let newer = newest.and_then(|(seq, _)| turn(say!(words, "button-newer"), Cursor::NewerThan(*seq)));
    let oldest = page.records.last().filter(|_| page.has_older);
    let older = oldest.and_then(|(seq, _)| turn(say!(words, "button-older"), Cursor::OlderThan(*seq)));
    newer.into_iter().chain(older)
}
