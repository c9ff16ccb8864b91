//! Records of checks, and what is asked of them.
//!
//! The `serde` attributes say how a backend and a backup write it ([`codec`]); fields may be renamed here, not there.

use chrono::{DateTime, NaiveDate, Utc};
use derive_more::Debug;
use serde::{Deserialize, Serialize};

use super::codec;
use crate::clock::WIB;
use crate::value::{ChatId, Customer, CustomerNumber, Outcome, Provider, Rupiah, UserId, Verdict};

/// The most records that one page holds, whatever limit is asked for.
pub const MAX_PAGE_LEN: usize = 1000;

/// The greatest number that a place or a counter is read back as: beyond it there would be no room to count on.
pub(super) const MAX_NUMBER: u64 = 1 << 62;

/// One check, as a chat's history keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When the check ended, to the millisecond.
    #[serde(rename = "t", with = "codec::mirrored")]
    pub at: DateTime<Utc>,
    /// Where it was asked.
    #[serde(rename = "c")]
    pub chat: ChatId,
    /// Who asked.
    #[serde(rename = "u")]
    pub agent: UserId,
    /// The product's code, as it was then.
    #[serde(rename = "p", deserialize_with = "codec::readable")]
    pub product: String,
    /// Whose customer it was.
    #[serde(rename = "b")]
    pub provider: Provider,
    /// The number that was checked.
    #[serde(rename = "n")]
    pub number: CustomerNumber,
    /// The nominal that the agent named, for products with an open denomination.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub nominal: Option<Rupiah>,
    /// How it ended.
    #[serde(rename = "o", with = "codec::mirrored")]
    pub outcome: Outcome,
}

/// A record's place in its chat's history: later records have higher ones. Not contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Which page of a history is wanted. The record that it names need not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest records.
    Newest,
    /// The records next older than this one.
    OlderThan(Seq),
    /// The records next newer than this one.
    NewerThan(Seq),
}

/// A page of a history, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The records with their places, newest first.
    pub records: Vec<(Seq, Record)>,
    /// Whether there are older ones than the last of these (for an empty page: on the older side of the cursor).
    pub has_older: bool,
    /// Whether there are newer ones than the first of these (for an empty page: on the newer side of the cursor).
    pub has_newer: bool,
}

/// What a search of a chat's history looks for: a record fits when every part that is given fits. `{:?}` shows neither
/// the name nor the digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The product's code or its beginning, in any case.
    pub product: Option<String>,
    /// Whose customer it was.
    pub provider: Option<Provider>,
    /// A part of the customer's name, in any case.
    #[debug("{}", name.is_some())]
    pub name: Option<String>,
    /// Digits that stand together anywhere in the customer's number.
    #[debug("{}", digits.is_some())]
    pub digits: Option<String>,
    /// The check ended at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// The check ended before this moment.
    pub until: Option<DateTime<Utc>>,
    /// Who asked.
    pub agent: Option<UserId>,
    /// At how many records of the chat it looks at most, from the cursor on; `None`: at all.
    pub among: Option<usize>,
}

impl Search {
    /// Whether this is a record that is looked for.
    pub(super) fn fits(&self, record: &Record) -> bool {
        let begins = |code: &String| {
            record.product.get(..code.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(code))
        };
        let is_named = |part: &String| {
            let Verdict::Found(Customer { name: Some(name), .. }) = &record.outcome.verdict else { return false };
            name.whole_name().to_lowercase().contains(&part.to_lowercase())
        };
        self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
            && self.agent.is_none_or(|agent| record.agent == agent)
            && self.provider.is_none_or(|provider| record.provider == provider)
            && self.digits.as_ref().is_none_or(|digits| record.number.as_str().contains(digits))
            && self.product.as_ref().is_none_or(begins)
            && self.name.as_ref().is_none_or(is_named)
    }
}

/// Which records are to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// All of a target.
    Of(Target),
    /// Those of checks that ended before this moment, in one chat or in all.
    Before(Option<ChatId>, DateTime<Utc>),
}

/// Of whom everything is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A chat, by its first id.
    Chat(ChatId),
    /// An agent, in every chat.
    Agent(UserId),
    /// An agent, in one chat. The agent's customers belong to no chat and stay.
    AgentInChat(ChatId, UserId),
    /// A customer's number, in every chat.
    Number(CustomerNumber),
}

impl Target {
    /// Whether a record is the target's.
    pub(super) fn has_record(&self, record: &Record) -> bool {
        match self {
            Self::Chat(chat) => record.chat == *chat,
            Self::Agent(agent) => record.agent == *agent,
            Self::AgentInChat(chat, agent) => (record.chat, record.agent) == (*chat, *agent),
            Self::Number(number) => record.number == *number,
        }
    }
}

/// How many checks ended how, of one agent at one provider on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The day on which the checks ended, in WIB.
    pub day: NaiveDate,
    /// Whose customers were checked.
    pub provider: Provider,
    /// Who asked.
    pub agent: UserId,
    /// How many checks there were.
    pub checks: u64,
    /// How many of them found the customer.
    pub found: u64,
    /// How many of them ended without any answer about the number: the provider was out of order or silent, or the
    /// operator has to put something right.
    pub unanswered: u64,
}

impl Count {
    /// What a count is of: the day in WIB, the provider and the agent of a record. Counts are sorted by it.
    pub(super) fn key(record: &Record) -> (NaiveDate, Provider, UserId) {
        (record.at.with_timezone(&WIB).date_naive(), record.provider, record.agent)
    }

    /// The count of no checks.
    pub(super) fn none((day, provider, agent): (NaiveDate, Provider, UserId)) -> Self {
        Self { day, provider, agent, checks: 0, found: 0, unanswered: 0 }
    }

    /// Counts one more check that ended so.
    pub(super) fn add(&mut self, verdict: &Verdict) {
        self.checks += 1;
        match verdict {
            Verdict::Found(_) => self.found += 1,
            Verdict::ProviderDown | Verdict::ServiceDown | Verdict::NoAnswer | Verdict::Operator(_) => {
                self.unanswered += 1;
            }
            _ => {}
        }
    }
}
