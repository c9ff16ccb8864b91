//! Those who wait for an owner's answer: people who ask to be let in, and groups that took the bot in. A row each, by
//! the id of the chat: a person's private chat, or the group's first id.
//!
//! Anyone can ask, so all of it is bounded: how many wait, and how many cards owners get in an hour. The rows
//! themselves tell that; nothing is kept in memory.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::{
    clock::Clock,
    store::{Error, KeyValue, Row, RowKind},
    value::{ChatId, MessageId, UserId},
};

/// How many people may wait at once, and as many groups.
const MAX_OPEN: usize = 200;

/// How many cards owners get in an hour.
const PEOPLE_AN_HOUR: usize = 20;
const GROUPS_AN_HOUR: usize = 10;

/// How long somebody waits before owners are reminded of them.
const REMIND_AFTER: TimeDelta = TimeDelta::days(1);

/// How long after the last try owners are told once more of one of whom no card stands: the bot may have ended between.
const TELL_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// How long a request is kept that nobody answers.
const OPEN_FOR: TimeDelta = TimeDelta::days(30);

/// How long an answer is kept: another owner's card says who gave it, and who was refused asks again after it.
const ANSWER_KEPT: TimeDelta = TimeDelta::days(1);

/// The most cards of one request that are remembered; the oldest are left as they are.
const MAX_CARDS: usize = 30;

/// How often a change is tried that others came before.
const TRIES: usize = 20;

/// Behind every group's key and before every person's: groups' ids begin with a `-`.
const BETWEEN_KINDS: &str = "-:";

/// A request to be let in. `{:?}` shows no name.
#[derive(Clone, derive_more::Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Where the answer goes: the private chat, or the group by the id that it had then.
    #[serde(rename = "h")]
    pub here: ChatId,
    /// What the person or the group is called.
    #[serde(rename = "n", default)]
    #[debug(skip)]
    pub name: String,
    /// The person's user name, without the `@`.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    #[debug(skip)]
    pub username: Option<String>,
    /// The language that Telegram says the person has.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who brought the bot into the group, where that is known.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Since when it waits.
    #[serde(rename = "t", with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// When owners were last told, or are being told; `None` where nobody could be.
    #[serde(rename = "o", default, with = "chrono::serde::ts_milliseconds_option")]
    pub told: Option<DateTime<Utc>>,
    /// The owners' cards: where they stand.
    #[serde(rename = "c", default)]
    pub cards: Vec<(ChatId, MessageId)>,
    /// The answer.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<(Ruling, UserId)>,
}

impl AccessRequest {
    /// Whether it waits, no card of it stands, and none is being sent.
    fn is_untold(&self, now: DateTime<Utc>) -> bool {
        let is_being_told = self.told.is_some_and(|told| now - told < TELL_AGAIN);
        self.answer.is_none() && self.cards.is_empty() && !is_being_told
    }
}

/// An owner's answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// Let in.
    Approve,
    /// Not this time; of a group: the bot leaves.
    Refuse,
    /// Never: silence from now on.
    Block,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It waits, and owners are to be told.
    Tell,
    /// It waits, and owners know of it, or have had enough cards for now.
    Waits,
    /// It was refused lately.
    Refused,
    /// Too many wait, and it is not kept.
    TooMany,
}

/// The rows of those who wait.
#[derive(Clone)]
pub struct Requests {
    rows: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    /// Held while somebody asks: how many wait is counted and changed by one at a time, so that a flood keeps the
    /// bounds.
    asking: Arc<Mutex<()>>,
}

impl Requests {
    /// Those that are kept in `rows`.
    pub(super) fn new(rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { rows, clock, asking: Arc::default() }
    }

    /// Asks for `chat`. Of several requests at once one is [`Asked::Tell`].
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn ask(&self, chat: ChatId, request: AccessRequest) -> Result<Asked, Error> {
        let _asking = self.asking.lock().await;
        let now = self.clock.now();
        let (there, before) = self.read(chat).await?.unzip();
        let request = match before {
            Some(AccessRequest { answer: Some((Ruling::Refuse, _)), .. }) => return Ok(Asked::Refused),
            Some(before) if before.answer.is_none() => {
                let is_due = before.is_untold(now) || before.told.is_some_and(|told| now - told >= REMIND_AFTER);
                if !is_due || self.cards_left(chat, now).await? == 0 {
                    return Ok(Asked::Waits);
                }
                AccessRequest { told: Some(now), ..before }
            }
            _ => {
                let waiting = self.waiting(chat).await?;
                let cards_left = cards_left(&waiting, chat, now);
                // A group has to be known all the same: the bot leaves it where nobody answers.
                if waiting.iter().filter(|(_, request)| request.answer.is_none()).count() >= MAX_OPEN
                    || cards_left == 0 && !chat.is_group()
                {
                    return Ok(Asked::TooMany);
                }
                AccessRequest { told: Some(now).filter(|_| cards_left > 0), ..request }
            }
        };
        let is_told = request.told == Some(now);
        let kept = self.write(chat, &request, there.as_deref()).await?;
        Ok(if kept && is_told { Asked::Tell } else { Asked::Waits })
    }

    /// The request of a chat, answered or not.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn of(&self, chat: ChatId) -> Result<Option<AccessRequest>, Error> {
        Ok(self.read(chat).await?.map(|(_, request)| request))
    }

    /// Answers a request, unless another has done so; gives it with the answer that it has now, and whether that is
    /// new. `None`: nobody asks.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn answer(
        &self,
        chat: ChatId,
        ruling: Ruling,
        by: UserId,
    ) -> Result<Option<(AccessRequest, bool)>, Error> {
        let mut is_new = false;
        let answered = self.change(chat, |request| {
            is_new = request.answer.is_none();
            is_new.then(|| request.answer = Some((ruling, by)))
        });
        Ok(answered.await?.map(|request| (request, is_new)))
    }

    /// Those who wait and of whom no card stands, as many as owners may be told of in this hour. They count as told
    /// from now on.
    ///
    /// # Errors
    /// Nothing could be read, or it is not known to be kept.
    pub async fn tell(&self) -> Result<Vec<ChatId>, Error> {
        let (now, mut told) = (self.clock.now(), Vec::new());
        for like in [ChatId(i64::MIN), ChatId(i64::MAX)] {
            let waiting = self.waiting(like).await?;
            let mut untold: Vec<_> = waiting.iter().filter(|(_, request)| request.is_untold(now)).collect();
            untold.sort_by_key(|(_, request)| request.since);
            for (chat, _) in untold.into_iter().take(cards_left(&waiting, like, now)) {
                let mut is_ours = false;
                let tell = |request: &mut AccessRequest| {
                    is_ours = request.is_untold(now);
                    is_ours.then(|| request.told = Some(now))
                };
                self.change(*chat, tell).await?;
                told.extend(is_ours.then_some(*chat));
            }
        }
        Ok(told)
    }

    /// Notes where owners' cards stand, or that none could be sent; gives the request as it is by then. `None`: it is
    /// gone.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn add_cards(&self, chat: ChatId, cards: &[(ChatId, MessageId)]) -> Result<Option<AccessRequest>, Error> {
        let add = |request: &mut AccessRequest| {
            request.cards.extend(cards);
            let too_many = request.cards.len().saturating_sub(MAX_CARDS);
            request.cards.drain(..too_many);
            if request.cards.is_empty() {
                request.told = None;
            }
            Some(())
        };
        self.change(chat, add).await
    }

    /// Nobody asks for a chat any more.
    ///
    /// # Errors
    /// It is not known to be removed.
    pub async fn remove(&self, chat: ChatId) -> Result<bool, Error> {
        self.rows.remove(RowKind::AccessRequest, &chat.to_string()).await
    }

    /// The groups that wait, by their first ids.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn groups(&self) -> Result<Vec<(ChatId, AccessRequest)>, Error> {
        self.open(ChatId(i64::MIN)).await
    }

    /// The people who wait, by their private chats, those who have waited longest first.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn people(&self) -> Result<Vec<(ChatId, AccessRequest)>, Error> {
        let mut people = self.open(ChatId(i64::MAX)).await?;
        people.sort_by_key(|(_, request)| request.since);
        Ok(people)
    }

    async fn open(&self, like: ChatId) -> Result<Vec<(ChatId, AccessRequest)>, Error> {
        let mut open = self.waiting(like).await?;
        open.retain(|(_, request)| request.answer.is_none());
        Ok(open)
    }

    async fn cards_left(&self, chat: ChatId, now: DateTime<Utc>) -> Result<usize, Error> {
        Ok(cards_left(&self.waiting(chat).await?, chat, now))
    }

    /// The requests of this chat's kind, answered ones too.
    async fn waiting(&self, like: ChatId) -> Result<Vec<(ChatId, AccessRequest)>, Error> {
        let now = self.clock.now();
        let (after, is_group) = if like.is_group() { (None, true) } else { (Some(BETWEEN_KINDS), false) };
        let rows = self.rows.list(RowKind::AccessRequest, after, crate::store::MAX_PAGE_LEN).await?;
        let read = |row: &Row| {
            let chat = row.key.parse().ok().map(ChatId).filter(|chat| chat.is_group() == is_group)?;
            let is_there = row.expires.is_none_or(|expires| expires > now);
            Some((chat, serde_json::from_str(&row.value).ok().filter(|_| is_there)?))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    async fn change(
        &self,
        chat: ChatId,
        mut change: impl FnMut(&mut AccessRequest) -> Option<()>,
    ) -> Result<Option<AccessRequest>, Error> {
        for _ in 0..TRIES {
            let Some((there, mut request)) = self.read(chat).await? else { return Ok(None) };
            if change(&mut request).is_none() || self.write(chat, &request, Some(&there)).await? {
                return Ok(Some(request));
            }
        }
        self.of(chat).await
    }

    /// A request, and the text that it is kept as.
    async fn read(&self, chat: ChatId) -> Result<Option<(String, AccessRequest)>, Error> {
        let value = self.rows.get(RowKind::AccessRequest, &chat.to_string(), self.clock.now()).await?;
        Ok(value.and_then(|value| serde_json::from_str(&value).ok().map(|request| (value, request))))
    }

    async fn write(&self, chat: ChatId, request: &AccessRequest, before: Option<&str>) -> Result<bool, Error> {
        let now = self.clock.now();
        let expires = Some(if request.answer.is_some() { now + ANSWER_KEPT } else { request.since + OPEN_FOR });
        // Plain fields: there is none that JSON cannot hold.
        let value = serde_json::to_string(request).unwrap_or_default();
        let row = Row { kind: RowKind::AccessRequest, key: chat.to_string(), value, expires };
        self.rows.put_if(row, before, now).await
    }
}

/// How many cards owners may get in this hour yet.
fn cards_left(waiting: &[(ChatId, AccessRequest)], like: ChatId, now: DateTime<Utc>) -> usize {
    let an_hour = if like.is_group() { GROUPS_AN_HOUR } else { PEOPLE_AN_HOUR };
    let is_new = |told: DateTime<Utc>| now - told < TimeDelta::hours(1);
    let told = waiting.iter().filter(|(_, request)| request.told.is_some_and(is_new)).count();
    an_hour.saturating_sub(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::FixedClock, store::SledStore};

    fn requests() -> (Requests, Arc<FixedClock>) {
        let clock = Arc::new(FixedClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)));
        (Requests::new(Arc::new(SledStore::temporary().unwrap()), clock.clone()), clock)
    }

    async fn ask(requests: &Requests, clock: &FixedClock, chat: i64) -> Asked {
        let request = AccessRequest {
            here: ChatId(chat),
            name: "Budi".to_owned(),
            username: None,
            language: None,
            by: None,
            since: clock.now(),
            told: None,
            cards: Vec::new(),
            answer: None,
        };
        requests.ask(ChatId(chat), request).await.unwrap()
    }

    #[tokio::test]
    async fn owners_are_told_once_and_reminded_once_a_day() {
        let (requests, clock) = requests();
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Tell);
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Waits);
        clock.advance(TimeDelta::days(1));
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Tell);
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Waits);
    }

    #[tokio::test]
    async fn the_first_answer_stands_and_a_refused_one_asks_again_after_a_day() {
        let (requests, clock) = requests();
        ask(&requests, &clock, 7).await;
        assert_eq!(requests.answer(ChatId(8), Ruling::Approve, UserId(1)).await, Ok(None));
        for (ruling, is_new) in [(Ruling::Refuse, true), (Ruling::Approve, false)] {
            let (answered, new) = requests.answer(ChatId(7), ruling, UserId(1)).await.unwrap().unwrap();
            assert_eq!((answered.answer, new), (Some((Ruling::Refuse, UserId(1))), is_new));
        }
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Refused);
        clock.advance(ANSWER_KEPT);
        assert_eq!(ask(&requests, &clock, 7).await, Asked::Tell);
    }

    #[tokio::test]
    async fn people_and_groups_are_bounded_apart() {
        let (requests, clock) = requests();
        for number in 1..=20 {
            assert_eq!(ask(&requests, &clock, number).await, Asked::Tell);
        }
        assert_eq!(ask(&requests, &clock, 21).await, Asked::TooMany);
        for number in 1..=10 {
            assert_eq!(ask(&requests, &clock, -number).await, Asked::Tell);
        }
        assert_eq!(ask(&requests, &clock, -11).await, Asked::Waits, "it is known, and owners have had enough");
        assert_eq!(requests.groups().await.unwrap().len(), 11);
        for hour in 1..10 {
            clock.advance(TimeDelta::hours(1));
            for number in 1..=20 {
                assert_eq!(ask(&requests, &clock, 100 * hour + number).await, Asked::Tell);
            }
        }
        clock.advance(TimeDelta::hours(1));
        assert_eq!(ask(&requests, &clock, 5_000).await, Asked::TooMany, "two hundred wait");
        clock.advance(OPEN_FOR);
        assert_eq!(ask(&requests, &clock, 5_000).await, Asked::Tell, "nobody waits for ever");
    }

    #[tokio::test]
    async fn the_last_cards_are_remembered() {
        let (requests, clock) = requests();
        ask(&requests, &clock, 7).await;
        for number in 0..40 {
            requests.add_cards(ChatId(7), &[(ChatId(1), MessageId(number))]).await.unwrap();
        }
        let cards = requests.of(ChatId(7)).await.unwrap().unwrap().cards;
        assert_eq!((cards.len(), cards.first()), (MAX_CARDS, Some(&(ChatId(1), MessageId(10)))));
    }
}
