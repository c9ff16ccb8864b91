//! Lists of checks: read from a message, answered from the history as far as it has them, and kept for a day when they
//! have ended, so that their pages can be turned and what failed can be asked again.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    button,
    conversation::Conversation,
    earlier::is_of,
    files::Report,
    intent::Intent,
    list_text::{self, ListAnswer, ListStage, Listing},
    message::{Asker, Message, PinIn, Reply},
    question, quoted,
};
use crate::{
    catalog::{Catalog, ProductCode},
    inquiry::parse::{self, Item, List, Refusal, Request, Unread, parse},
    locale::Words,
    say,
    store::{Record, Row, RowKind, Seq},
    value::{ChatId, Outcome, Provider, Rupiah, UpdateId, UserId},
};

/// How long the pages of a list can be turned.
const KEPT: TimeDelta = TimeDelta::days(1);

/// The longest list that is taken, as JSON, so that a job and a row can hold it; of a longer one less is shown that
/// could not be read.
const MAX_LIST_LEN: usize = 48 * 1024;

/// The word for one number at every wallet.
const EVERYWHERE: &str = "semua";

/// The wallets, which know a customer by the same mobile number.
const WALLETS: [Provider; 3] = [Provider::Ovo, Provider::Gopay, Provider::Dana];

/// A list that has ended, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    chat: ChatId,
    owner: UserId,
    begun: DateTime<Utc>,
    list: List,
    wallets: bool,
    is_cancelled: bool,
    #[serde(default)]
    is_stopped: bool,
    /// By item: where the history has its answer.
    places: Vec<Option<Seq>>,
}

impl Conversation {
    /// The list in a text, if it is one.
    pub(super) fn list_in(&self, text: &str) -> Option<Intent> {
        self.list_below(None, text, PinIn::Message)
    }

    /// `/cek PLN20` or `/cek` as a reply to a list.
    pub(super) fn list_quoted(&self, message: &Message, typed: &str) -> Option<Intent> {
        let quoted = quoted::source(message).filter(|_| !message.replies_to_bot)?;
        let typed = parse(typed, &self.catalog.now());
        let source = if typed.pin_seen { PinIn::Message } else { PinIn::Quoted };
        let on_top = match typed.request {
            Err(Refusal::Empty) => None,
            Err(Refusal::MissingNumber(code, nominal)) => Some((code, nominal)),
            _ => return None,
        };
        let mut list = self.list_below(on_top, quoted, source)?;
        if let Intent::List { pin, .. } = &mut list {
            *pin = pin.or(typed.pin_seen.then_some(source));
        }
        Some(list)
    }

    /// The list in a text that stands apart from the code that is meant for it. That is one for numbers that have none:
    /// a list of other products is not asked for by it. `source` is where a PIN stands, if one is seen.
    pub(super) fn list_below(
        &self,
        on_top: Option<(ProductCode, Option<Rupiah>)>,
        text: &str,
        source: PinIn,
    ) -> Option<Intent> {
        let Some((code, nominal)) = on_top else {
            let list = bounded(parse::list(text, &self.catalog.now())?);
            let pin = list.pin_seen.then_some(source);
            return Some(Intent::List { list, wallets: false, pin });
        };
        let top = nominal.map_or(code.to_string(), |nominal| format!("{code} {}", nominal.0));
        let mut list = parse::list(&format!("{top}\n{text}"), &self.catalog.now())?;
        if list.items.iter().any(|item| item.check.code != code) {
            return None;
        }
        // The code on top is no line of the text.
        list.items.iter_mut().for_each(|item| item.line = item.line.saturating_sub(1));
        list.unread.iter_mut().for_each(|unread| unread.line = unread.line.saturating_sub(1));
        let pin = list.pin_seen.then_some(source);
        Some(Intent::List { list: bounded(list), wallets: false, pin })
    }

    /// `semua 0817345544`: one number at every wallet.
    pub(super) fn everywhere(&self, message: &Message, typed: &str) -> Option<Intent> {
        let is_word = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
        let mut said: Vec<&str> = typed.split_whitespace().collect();
        if said.first().is_some_and(|word| is_word(word, "cek") || is_word(word, "check")) {
            said.remove(0);
        }
        match (said.first(), said.last()) {
            (Some(first), _) if is_word(first, EVERYWHERE) => drop(said.remove(0)),
            (_, Some(last)) if is_word(last, EVERYWHERE) => drop(said.pop()),
            _ => return None,
        }
        let catalog = self.catalog.now();
        let codes = WALLETS.into_iter().filter_map(|wallet| {
            let mut products = catalog.products().iter();
            products.find(|product| product.provider == wallet && !product.is_open()).map(|product| &product.code)
        });
        let codes: Vec<_> = codes.collect();
        let line = format!("{} {}", codes.first()?, said.join(" "));
        let (first, source) = quoted::read(&line, quoted::source(message), &catalog);
        let pin = first.pin_seen.then_some(source);
        let number = match first.request {
            Ok(request) => request.number,
            Err(refusal) => {
                let parts = question::parts(&refusal, typed);
                return Some(Intent::Refused { refusal, parts, name: first.name, pin });
            }
        };
        let items = codes.into_iter().map(|code| Item {
            check: parse::Check { code: code.clone(), number: number.clone(), nominal: None },
            name: first.name.clone(),
            times: 1,
            line: 1,
        });
        let list = List { items: items.collect(), ..List::default() };
        Some(Intent::List { list, wallets: true, pin })
    }

    /// The answers that the chat had lately for the checks of a list, as far as the asker may see them.
    pub async fn recent_answers(&self, asker: &Asker, requests: &[Option<Request>]) -> Vec<Option<ListAnswer>> {
        if self.recent.is_none() {
            return vec![None; requests.len()];
        }
        let records = self.newest(asker).await;
        let recent = |request: &Option<Request>| {
            let request = request.as_ref()?;
            let (seq, record) = records.iter().find(|(_, record)| is_of(record, request))?;
            let verdict = record.outcome.verdict.clone();
            self.is_good(record).then_some(ListAnswer { verdict, at: record.at, seq: Some(*seq) })
        };
        requests.iter().map(recent).collect()
    }

    /// An answer that was kept.
    pub async fn kept_answer(&self, chat: ChatId, seq: Seq) -> Option<ListAnswer> {
        let record = self.history.get(chat, seq).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a kept check cannot be read");
            None
        })?;
        Some(ListAnswer { verdict: record.outcome.verdict, at: record.at, seq: Some(seq) })
    }

    /// The live message of a list.
    pub async fn list_progress(&self, chat: ChatId, listing: &Listing<'_>, stage: ListStage) -> Reply {
        list_text::progress(self.words(chat).await, listing, stage)
    }

    /// The summary of a list that has ended, was cancelled or stopped; it is kept for a day, so that its pages can be
    /// turned.
    pub async fn list_ended(&self, chat: ChatId, listing: &Listing<'_>, stage: ListStage) -> Reply {
        let kept = Kept {
            chat,
            owner: listing.owner,
            begun: listing.begun,
            list: listing.list.clone(),
            wallets: listing.wallets,
            is_cancelled: stage == ListStage::Cancelled,
            is_stopped: stage == ListStage::Stopped,
            places: listing.answers.iter().map(|answer| answer.as_ref().and_then(|answer| answer.seq)).collect(),
        };
        let (key, expires) = (listing.update.0.to_string(), Some(self.clock.now() + KEPT));
        if let Err(error) = self.rows.put(Row::json(RowKind::List, key, &kept, expires)).await {
            tracing::error!(%error, "a list cannot be kept: its buttons will be stale");
        }
        list_text::summary(self.words(chat).await, listing, stage, 0)
    }

    /// Another page of a list's summary; `None` where it is not kept any more.
    pub(super) async fn list_page(
        &self,
        words: Words<'_>,
        asker: &Asker,
        update: UpdateId,
        page: usize,
    ) -> Option<Reply> {
        let (kept, answers) = self.kept_list(asker, update).await?;
        let catalog = self.catalog.now();
        let listing = kept.listing(update, &catalog, &answers);
        Some(list_text::summary(words, &listing, kept.stage(), page))
    }

    /// What of a list has no answer, as a list; `None` where there is nothing, or it is not kept any more.
    pub(super) async fn unanswered_of(&self, asker: &Asker, update: UpdateId) -> Option<List> {
        let (kept, answers) = self.kept_list(asker, update).await?;
        let items: Vec<Item> = kept.listing(update, &self.catalog.now(), &answers).unanswered().cloned().collect();
        (!items.is_empty()).then(|| List { items, ..List::default() })
    }

    /// A list as files, what of it has no answer too.
    pub async fn list_files(&self, asker: &Asker, update: UpdateId) -> Report {
        let words = self.words(asker.chat).await;
        let Some((kept, _)) = self.kept_list(asker, update).await else {
            return Report::Said(say!(words, "button-stale").into());
        };
        let mut records = Vec::new();
        for (item, place) in kept.list.items.iter().zip(&kept.places) {
            let record = match place {
                Some(seq) => self.history.get(asker.chat, *seq).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "a kept check cannot be read");
                    None
                }),
                None => None,
            };
            let unasked = || {
                Some(Record {
                    at: kept.begun,
                    chat: kept.chat,
                    agent: kept.owner,
                    product: item.check.code.to_string(),
                    provider: self.catalog.now().get(item.check.code.as_str())?.provider,
                    number: item.check.number.clone(),
                    nominal: item.check.nominal,
                    outcome: Outcome::unasked(),
                })
            };
            records.extend(record.or_else(unasked));
        }
        self.files_of(words, kept.begun, records).await
    }

    /// A list that the asker may see, with its answers.
    async fn kept_list(&self, asker: &Asker, update: UpdateId) -> Option<(Kept, Vec<Option<ListAnswer>>)> {
        let kept = self.rows.get_json(RowKind::List, &update.0.to_string(), self.clock.now()).await;
        let kept: Kept = kept.inspect_err(|error| tracing::error!(%error, "a list cannot be read")).ok()??;
        // The button's data can be forged: whose list it is, the list says.
        let is_theirs = kept.chat == asker.chat && button::is_of(kept.owner, asker.user, asker.chat);
        if !is_theirs || !self.view(asker).await.shows(kept.owner, kept.begun) {
            return None;
        }
        let mut answers = Vec::new();
        for place in &kept.places {
            answers.push(match place {
                Some(seq) => self.kept_answer(asker.chat, *seq).await,
                None => None,
            });
        }
        Some((kept, answers))
    }
}

impl Kept {
    fn stage(&self) -> ListStage {
        match (self.is_cancelled, self.is_stopped) {
            (true, _) => ListStage::Cancelled,
            (false, true) => ListStage::Stopped,
            (false, false) => ListStage::Ended,
        }
    }

    fn listing<'a>(&'a self, update: UpdateId, catalog: &'a Catalog, answers: &'a [Option<ListAnswer>]) -> Listing<'a> {
        let Self { owner, begun, ref list, wallets, .. } = *self;
        Listing { update, owner, begun, list, wallets, catalog, answers }
    }
}

/// A list that a job can hold: with what is said of it, and no more than that.
fn bounded(mut list: List) -> List {
    for Unread { refusal, .. } in &mut list.unread {
        match refusal {
            Refusal::UnknownCode { nearest, lines, fitting, .. } => {
                nearest.clear();
                lines.clear();
                fitting.clear();
            }
            Refusal::MissingCode { fitting, checks } => {
                fitting.clear();
                checks.clear();
            }
            Refusal::WhichProduct { codes, .. } | Refusal::MobileUnderMeter { codes, .. } => codes.clear(),
            Refusal::Ambiguous(_, checks) => checks.clear(),
            _ => {}
        }
    }
    while serde_json::to_string(&list).is_ok_and(|json| json.len() > MAX_LIST_LEN) && list.unread.pop().is_some() {
        list.left_off += 1;
    }
    list
}
