//! What is kept, as the rest of the program sees it: records of checks, jobs, small rows, and what is asked of them.
//!
//! The `serde` attributes say how a backend and a backup write it ([`codec`]); fields may be renamed here, not there.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use derive_more::Debug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codec;
use crate::clock::WIB;
use crate::value::{ChatId, Customer, CustomerNumber, MessageId, Outcome, Provider, Rupiah, UpdateId, UserId, Verdict};

/// The most records that one page holds, whatever limit is asked for.
pub const MAX_PAGE_LEN: usize = 1000;

/// The longest body of a job that is accepted, in bytes.
pub const MAX_BODY_LEN: usize = 64 * 1024;

/// The longest value of a row that is kept, in bytes.
pub const MAX_ROW_LEN: usize = 64 * 1024;

/// How many finished jobs are remembered by their update ids; beyond that the one that was finished first is forgotten.
pub const REMEMBERED: usize = 4096;

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
    /// All of a chat.
    Chat(ChatId),
    /// All that an agent asked for, in whichever chat.
    Agent(UserId),
    /// All that an agent asked for in one chat.
    AgentInChat(ChatId, UserId),
    /// Those of checks that ended before this moment.
    Before(DateTime<Utc>),
    /// Those of a chat's checks that ended before this moment.
    ChatBefore(ChatId, DateTime<Utc>),
    /// All of a customer's number, in whichever chat.
    Number(CustomerNumber),
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

/// A job that is about to be accepted. `{:?}` does not show the body: it holds a customer's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The update that brought it, its id: an update is accepted once.
    pub update: UpdateId,
    /// The chat under whose id history is kept.
    pub chat: ChatId,
    /// Who asked.
    pub user: UserId,
    /// When it was accepted, to the millisecond.
    pub accepted: DateTime<Utc>,
    /// For a check: whose answer it needs.
    pub provider: Option<Provider>,
    /// How many records it leads to: one for a check, more for a list of checks.
    pub items: u32,
    /// What to do, written and read by `jobs` alone: JSON without PINs, at most [`MAX_BODY_LEN`] bytes.
    #[debug(skip)]
    pub body: String,
}

/// A job as the store keeps it. `{:?}` does not show the body: it holds a customer's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The update that brought it, its id.
    #[serde(rename = "i")]
    pub update: UpdateId,
    /// The chat under whose id history is kept.
    #[serde(rename = "c")]
    pub chat: ChatId,
    /// Who asked.
    #[serde(rename = "u")]
    pub user: UserId,
    /// When it was accepted, to the millisecond.
    #[serde(rename = "t", with = "codec::mirrored")]
    pub accepted: DateTime<Utc>,
    /// For a check: whose answer it needs.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// How many records it leads to.
    #[serde(rename = "n", default = "one", skip_serializing_if = "is_one")]
    pub items: u32,
    /// What to do, written and read by `jobs` alone.
    #[serde(rename = "j", deserialize_with = "codec::short")]
    #[debug(skip)]
    pub body: String,
    /// The places of the records that it led to, by the item of the job (a single check is item 0), as they were kept.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(u32, Seq)>,
    /// Set once it waits for its provider.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The job that cancelled it: then it is never claimed, and ends with that one.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<UpdateId>,
    /// Whether it was open when a deletion that covers it was noted: nothing is kept of it any more.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_deleted: bool,
    /// Whether another had it before: an earlier process (it was found when the store was opened, or came out of a
    /// backup), or a worker whose lease ended. It stays set until the job ends.
    #[serde(skip, default = "codec::yes")]
    pub resumed: bool,
}

impl Job {
    /// The place of the record of `item`, if it is kept.
    pub fn kept_at(&self, item: u32) -> Option<Seq> {
        self.kept.iter().find(|(kept, _)| *kept == item).map(|(_, seq)| *seq)
    }

    /// Whether every record that it leads to is kept.
    pub fn is_answered(&self) -> bool {
        u32::try_from(self.kept.len()).is_ok_and(|kept| kept >= self.items)
    }
}

fn one() -> u32 {
    1
}

fn is_one(items: &u32) -> bool {
    *items == 1
}

impl From<NewJob> for Job {
    fn from(new: NewJob) -> Self {
        let NewJob { update, chat, user, accepted, provider, items, body } = new;
        let (kept, waiting, cancelled_by) = (Vec::new(), None, None);
        let (is_deleted, resumed) = (false, false);
        Self { update, chat, user, accepted, provider, items, body, kept, waiting, cancelled_by, is_deleted, resumed }
    }
}

/// How a job waits for its provider. Times are to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The message that says that there is no answer yet.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<MessageId>,
    /// How often its provider was really asked.
    #[serde(rename = "a")]
    pub asked: u32,
    /// When it is to be asked again.
    #[serde(rename = "d", with = "codec::mirrored")]
    pub due: DateTime<Utc>,
    /// Before when the partner does not want to be asked again: it is not hastened ahead of that.
    #[serde(rename = "n", with = "codec::mirrored", default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// When it is given up.
    #[serde(rename = "e", with = "codec::mirrored")]
    pub until: DateTime<Utc>,
    /// What the last call brought.
    #[serde(rename = "o", with = "codec::mirrored", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Outcome>,
}

/// What became of a job that was to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is kept, and will be claimed.
    New,
    /// Its update is known already: nothing was done.
    Repeated,
    /// Its agent has too many jobs in that chat that were not begun: it is not kept.
    TooMany,
}

/// What became of a record that was to be kept for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept at this place.
    New(Seq),
    /// The item has a record already, at this place: nothing was added.
    Before(Seq),
    /// The job was cancelled, or has ended: nothing was added.
    Cancelled,
    /// A deletion covers it ([`Job::is_deleted`]): nothing was added.
    Deleted,
}

/// A worker that claims jobs: another one for each process and each start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub Uuid);

impl WorkerId {
    /// A worker that there never was before.
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }
}

/// Which jobs a worker takes.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The present moment.
    pub now: DateTime<Utc>,
    /// Who takes them.
    pub owner: WorkerId,
    /// How long the worker has them before another may take them.
    pub lease: TimeDelta,
    /// How many it takes at most.
    pub limit: usize,
    /// For each provider how many waiting jobs may be taken to ask it again; one that is not named: none.
    pub retries: Vec<(Provider, Retries)>,
    /// The longest that a job's `due` may lie ahead: beyond, as after the clock was put back, it counts as reached.
    pub longest_pause: TimeDelta,
    /// The same for a job's `until`.
    pub longest_wait: TimeDelta,
}

/// How many jobs that wait for a provider may be taken to ask it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// One, because the provider is out of order: of those that were asked least often the oldest.
    Probe,
    /// So many, the oldest first.
    UpTo(usize),
}

/// How many open jobs there are. Cancelled ones are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Not begun.
    pub ready: usize,
    /// Claimed.
    pub running: usize,
    /// Waiting for their providers.
    pub waiting: usize,
}

/// What a small row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// The language that a chat chose, by its id.
    Language,
    /// The chat under whose id a chat's history is kept, by its own.
    MigratedFrom,
    /// What the bot asked an agent and has no answer to, in the words of `chat`.
    OpenQuestion,
    /// A list that has ended, by the update that brought it, in the words of `chat`: its pages and what of it failed.
    List,
    /// The first name of an agent as it was last seen, by the agent's id.
    AgentName,
    /// What a history was searched for, by chat, agent and search: the buttons under a page refer to it.
    HistorySearch,
    /// A customer whom an agent keeps under a name, by agent and name.
    Customer,
    /// The role of a person, by their id.
    Person,
    /// That a person may not check for a while, by their id.
    Pause,
    /// Whether the bot works in a group, by the group's first id.
    Group,
    /// A number that is counted up until it expires, in the words of `access`.
    Counter,
    /// How much a person may ask, where it is not what the settings say, by their id.
    Quota,
    /// How names are shown in a chat, how long its checks are kept and who sees them, by the chat's first id.
    ChatOptions,
    /// Since when a person is in a group, where Telegram told it, by both.
    Joined,
    /// That something was deleted for good, by what it was: so that no backup brings it back.
    Deletion,
    /// Something that is wrong and of which the owners were told, by what it is.
    Incident,
    /// For which day (WIB) the daily report was sent last.
    DailyReport,
    /// When the last backup was made, in milliseconds since 1970.
    LastBackup,
    /// That someone asks to be let in, or a group to be admitted, by the id of the chat.
    AccessRequest,
    /// An invitation, by its public id: of its token it has the hash alone.
    Invite,
    /// That someone is about to name a new agent, by their id.
    AddingAgent,
}

impl RowKind {
    /// Each of them.
    pub const ALL: [Self; 21] = [
        Self::Language,
        Self::MigratedFrom,
        Self::OpenQuestion,
        Self::AgentName,
        Self::HistorySearch,
        Self::Customer,
        Self::List,
        Self::Person,
        Self::Pause,
        Self::Group,
        Self::Counter,
        Self::Quota,
        Self::ChatOptions,
        Self::Joined,
        Self::Deletion,
        Self::Incident,
        Self::DailyReport,
        Self::LastBackup,
        Self::AccessRequest,
        Self::Invite,
        Self::AddingAgent,
    ];

    /// The word under which rows of this kind are stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::MigratedFrom => "migrated-from",
            Self::OpenQuestion => "open-question",
            Self::List => "list",
            Self::AgentName => "agent-name",
            Self::HistorySearch => "history-search",
            Self::Customer => "customer",
            Self::Person => "person",
            Self::Pause => "pause",
            Self::Group => "group",
            Self::Counter => "counter",
            Self::Quota => "quota",
            Self::ChatOptions => "chat-options",
            Self::Joined => "joined",
            Self::Deletion => "deletion",
            Self::Incident => "incident",
            Self::DailyReport => "daily-report",
            Self::LastBackup => "last-backup",
            Self::AccessRequest => "access-request",
            Self::Invite => "invite",
            Self::AddingAgent => "adding-agent",
        }
    }
}

/// A small row, by its kind and key. `{:?}` does not show the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is about.
    #[serde(rename = "k")]
    pub kind: RowKind,
    /// Which one of its kind.
    #[serde(rename = "i")]
    pub key: String,
    /// At most [`MAX_ROW_LEN`] bytes.
    #[serde(rename = "v", deserialize_with = "codec::short")]
    #[debug(skip)]
    pub value: String,
    /// When it ends to be there, if it ever does; to the millisecond.
    #[serde(rename = "e", with = "codec::mirrored", default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
}

impl Row {
    /// Whether it is there at `now`.
    pub(super) fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_none_or(|expires| expires > now)
    }
}

/// Something to be counted: a row whose value is a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// What it is about.
    pub kind: RowKind,
    /// Which one of its kind.
    pub key: String,
    /// What is added.
    pub add: u64,
    /// What it may come to; `None`: whatever it does.
    pub most: Option<u64>,
    /// When it begins anew. One that is there already keeps its own end where that is earlier.
    pub expires: DateTime<Utc>,
}

/// What became of counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// All were added to: what each has come to, in their order.
    Added(Vec<u64>),
    /// Nothing was added to any: one would have come to more than it may.
    Full {
        /// The first that would, by its place.
        which: usize,
        /// When that one begins anew.
        ends: DateTime<Utc>,
    },
}
