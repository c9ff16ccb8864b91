//! What is said of a list of checks: the live message, the summary and its pages.

use chrono::{DateTime, Utc};

use super::{
    action::Action,
    answer,
    button::Button,
    list_progress::{how_far, number_everywhere},
    message::Reply,
    pages::Page,
};
use crate::{
    catalog::Catalog,
    inquiry::{
        name_match::{self, NameVerdict},
        parse::{Item, List, Refusal, Unread},
    },
    locale::{Html, Words, time},
    say,
    store::Seq,
    value::{NumberError, UpdateId, UserId, Verdict},
};

/// The most lines on a page: Telegram paints no more than a hundred pieces of a message, and each line has two at most.
const MAX_LINES: usize = 45;

/// The most text on a page, in UTF-16 code units, its heading left out: below the 4,096 of a message.
const MAX_PAGE_LEN: usize = 3_500;

/// What could not be read is shown up to here while a list runs; the summary shows all of it.
const MAX_UNREAD_LIVE: usize = 15;

/// The items of a list as short as this are shown while it runs.
const SHORT: usize = 10;

/// How one item of a list ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAnswer {
    /// What is known of the number.
    pub verdict: Verdict,
    /// When the check ended; for one that the chat had already, earlier than the list began.
    pub at: DateTime<Utc>,
    /// Where the history has it.
    pub seq: Option<Seq>,
}

/// How far a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStage {
    /// Another list of the chat is before it.
    Queued,
    /// It is being asked.
    Running,
    /// Every item was asked.
    Ended,
    /// Its agent wants no more of it.
    Cancelled,
    /// It was stopped, because no more may be asked.
    Stopped,
}

/// A list and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The update that brought it.
    pub update: UpdateId,
    /// Who asked.
    pub owner: UserId,
    /// When it was asked.
    pub begun: DateTime<Utc>,
    /// What was asked.
    pub list: &'a List,
    /// Whether it is one number at every wallet.
    pub wallets: bool,
    /// The catalog of the moment at which it began.
    pub catalog: &'a Catalog,
    /// By item, as far as it is known.
    pub answers: &'a [Option<ListAnswer>],
}

impl Listing<'_> {
    fn items(&self) -> impl Iterator<Item = (&Item, Option<&ListAnswer>)> {
        self.list.items.iter().zip(self.answers.iter().map(Option::as_ref).chain(std::iter::repeat(None)))
    }

    /// The items that have no answer about their number.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &Item> {
        let is_unanswered = |answer: Option<&ListAnswer>| {
            answer.is_none_or(|answer| {
                let is_refused =
                    matches!(answer.verdict, Verdict::Operator(_) | Verdict::ProductUnavailable | Verdict::Other(_));
                is_refused || !answer.verdict.is_final()
            })
        };
        self.items().filter(move |(_, answer)| is_unanswered(*answer)).map(|(item, _)| item)
    }
}

/// The live message of a list that is queued or runs.
pub(super) fn progress(words: Words<'_>, listing: &Listing<'_>, stage: ListStage) -> Reply {
    let answered = listing.items().filter(|(_, answer)| answer.is_some()).count();
    let mut lines = unread(words, listing.list, MAX_UNREAD_LIVE);
    lines.extend(how_far(words, listing.list, listing.wallets, (stage != ListStage::Queued).then_some(answered)));
    if stage != ListStage::Queued && listing.list.items.len() <= SHORT {
        lines.extend(listing.items().map(|(item, answer)| line(words, listing, item, answer)));
    }
    let cancel = Button::press(say!(words, "button-cancel"), Action::Cancel(listing.update), listing.owner);
    Reply::from(Html::lines(lines)).with_row(cancel)
}

/// A page of the summary: what could not be read, names that are others, then the rest in the order in which it was
/// typed.
pub(super) fn summary(words: Words<'_>, listing: &Listing<'_>, stage: ListStage, page: usize) -> Reply {
    let (different, others): (Vec<_>, Vec<_>) =
        listing.items().partition(|(item, answer)| is_another_name(listing.catalog, item, *answer));
    let items = different.into_iter().chain(others);
    let mut lines = unread(words, listing.list, usize::MAX);
    lines.extend(items.map(|(item, answer)| line(words, listing, item, answer)));
    let pages = pages(lines);
    let page = Page::of(&pages, 1, page);

    let mut text = Vec::new();
    match stage {
        ListStage::Cancelled => text.push(say!(words, "list-cancelled")),
        ListStage::Stopped => text.push(say!(words, "list-stopped")),
        ListStage::Queued | ListStage::Running | ListStage::Ended => {}
    }
    text.extend(
        number_everywhere(listing.list, listing.wallets)
            .map(|number| say!(words, "list-wallets", number = Html::code(number))),
    );
    text.push(counts(listing));
    let mut turns = Vec::new();
    if let Some(page) = page {
        if page.last > 0 {
            text.push(say!(words, "list-page", page = page.number + 1, pages = page.last + 1));
        }
        text.extend(page.items.iter().cloned());
        turns = page.turns(words, listing.owner, |to| Action::TurnList(listing.update, to));
    }
    let left = listing.unanswered().count();
    let label = match stage {
        ListStage::Cancelled | ListStage::Stopped => say!(words, "button-list-rest", count = left),
        ListStage::Queued | ListStage::Running | ListStage::Ended => say!(words, "button-list-again", count = left),
    };
    let again = (left > 0).then(|| Button::press(label, Action::RepeatList(listing.update), listing.owner)).flatten();
    let files = Button::press(say!(words, "button-list-files"), Action::SendList(listing.update), listing.owner)
        .filter(|_| !listing.wallets);
    Reply::from(Html::lines(text)).with_row(turns).with_row(again).with_row(files)
}

/// Lines as pages, each of which fits into a message.
fn pages(lines: Vec<Html>) -> Vec<Html> {
    let mut pages: Vec<(usize, Vec<Html>)> = Vec::new();
    for line in lines {
        let units = line.plain().encode_utf16().count() + 1;
        match pages.last_mut().filter(|(len, page)| len + units <= MAX_PAGE_LEN && page.len() < MAX_LINES) {
            Some((len, page)) => {
                *len += units;
                page.push(line);
            }
            None => pages.push((units, vec![line])),
        }
    }
    pages.into_iter().map(|(_, page)| Html::lines(page)).collect()
}

/// `✅ 9 · ❌ 2 · ⏳ 1`.
fn counts(listing: &Listing<'_>) -> Html {
    let marks: Vec<_> = listing.items().map(|(item, answer)| mark(listing.catalog, item, answer)).collect();
    let counted = ["✅", "❌", "⚠️", "🔧", "⏳"].into_iter().filter_map(|mark| {
        let count = marks.iter().filter(|other| **other == mark).count();
        (count > 0).then(|| Html::escape(&format!("{mark} {count}")))
    });
    Html::joined(counted, " · ")
}

fn mark(catalog: &Catalog, item: &Item, answer: Option<&ListAnswer>) -> &'static str {
    match answer {
        Some(_) if is_another_name(catalog, item, answer) => "⚠️",
        Some(ListAnswer { verdict: verdict @ Verdict::Operator(_), .. }) => answer::mark(verdict),
        Some(ListAnswer { verdict, .. }) if verdict.is_final() => answer::mark(verdict),
        _ => "⏳",
    }
}

/// What the name that the agent was given is to the customer's.
fn judged(catalog: &Catalog, item: &Item, answer: Option<&ListAnswer>) -> Option<NameVerdict> {
    let (given, Verdict::Found(customer)) = (item.name.as_deref()?, &answer?.verdict) else { return None };
    let provider = catalog.get(item.check.code.as_str())?.provider;
    let told = customer.name.as_ref().map(|told| name_match::compare(given, told, provider));
    Some(told.unwrap_or(NameVerdict::NotComparable))
}

fn is_another_name(catalog: &Catalog, item: &Item, answer: Option<&ListAnswer>) -> bool {
    judged(catalog, item, answer) == Some(NameVerdict::Different)
}

/// One item, as in `✅ PLN20 01105691111 · BAHARRUDIN1 · Rp20.546 (2x)`.
fn line(words: Words<'_>, listing: &Listing<'_>, item: &Item, answer: Option<&ListAnswer>) -> Html {
    let check = &item.check;
    let number = Html::code(check.number.as_str());
    let mark = mark(listing.catalog, item, answer);
    let mut parts = vec![match check.nominal {
        None => say!(words, "list-item", mark = mark, code = check.code.as_str(), number = number),
        Some(nominal) => {
            say!(
                words,
                "list-item-nominal",
                mark = mark,
                code = check.code.as_str(),
                number = number,
                nominal = nominal
            )
        }
    }];
    parts.extend(answer.map(|answer| answer::summary(words, &answer.verdict)));
    let given = item.name.as_deref().unwrap_or_default();
    parts.extend(judged(listing.catalog, item, answer).map(|verdict| match verdict {
        NameVerdict::Match => say!(words, "list-name-match"),
        NameVerdict::MatchAsFarAsVisible { letters } => say!(words, "list-name-visible", letters = letters),
        NameVerdict::Close => say!(words, "list-name-close", name = words.given_name(given)),
        NameVerdict::Different => say!(words, "list-name-different", name = words.given_name(given)),
        NameVerdict::NotComparable => say!(words, "list-name-not-comparable"),
    }));
    let earlier = answer.filter(|answer| answer.at < listing.begun);
    parts.extend(earlier.map(|answer| say!(words, "list-earlier", time = time(answer.at))));
    let whole = Html::joined(parts, " · ");
    if item.times > 1 { Html::joined([whole, say!(words, "list-times", times = item.times)], " ") } else { whole }
}

/// What of a list is not checked.
fn unread(words: Words<'_>, list: &List, most: usize) -> Vec<Html> {
    let mut lines: Vec<Html> = list.unread.iter().take(most).map(|unread| unread_line(words, unread)).collect();
    let more = list.unread.len() - lines.len();
    if more > 0 {
        lines.push(say!(words, "list-unread-more", count = more));
    }
    if list.left_off > 0 {
        lines.push(say!(words, "list-left-off", count = list.left_off));
    }
    lines
}

fn unread_line(words: Words<'_>, unread: &Unread) -> Html {
    let reason = reason(words, &unread.refusal);
    say!(words, "list-unread", line = unread.line, reason = reason, text = &unread.text)
}

/// Why a part of a list is no check, in a few words.
fn reason(words: Words<'_>, refusal: &Refusal) -> Html {
    match refusal {
        Refusal::Number(_, error) | Refusal::NoCustomer(error) => number(words, error),
        Refusal::WhichProduct { fault: Some(error), .. } => number(words, error),
        Refusal::WhichProduct { provider, .. } => say!(words, "reason-which", provider = *provider),
        Refusal::UnknownCode { typed, .. } => say!(words, "reason-code", typed = typed),
        Refusal::MissingCode { .. } => say!(words, "reason-no-code"),
        Refusal::NotOffered => say!(words, "reason-not-offered"),
        Refusal::MissingNumber(..) => say!(words, "reason-no-number"),
        Refusal::LostZero(_) => say!(words, "reason-lost-zero"),
        Refusal::MobileUnderMeter { .. } => say!(words, "reason-mobile"),
        Refusal::MissingNominal(..) => say!(words, "reason-no-nominal"),
        Refusal::NominalFirst(_) | Refusal::BadNominal(..) | Refusal::NominalOrPin(..) => say!(words, "reason-nominal"),
        Refusal::NominalOutOfRange(..) => say!(words, "reason-nominal-range"),
        Refusal::NominalNotTaken(_) => say!(words, "reason-nominal-not-taken"),
        Refusal::Empty | Refusal::Words(_) | Refusal::Ambiguous(..) | Refusal::Several => say!(words, "reason-unclear"),
    }
}

fn number(words: Words<'_>, error: &NumberError) -> Html {
    match error {
        NumberError::TooShort { missing } => say!(words, "reason-short", digits = *missing),
        NumberError::TooLong { extra } => say!(words, "reason-long", digits = *extra),
        NumberError::NotDigits => say!(words, "reason-letters"),
        NumberError::NotMobile => say!(words, "reason-not-mobile"),
        NumberError::Token => say!(words, "reason-token"),
        NumberError::VirtualAccount { .. } => say!(words, "reason-virtual-account"),
    }
}
