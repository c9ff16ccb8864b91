//! Jobs, and what is asked of them.
//!
//! The `serde` attributes say how a backend and a backup write it ([`codec`]); fields may be renamed here, not there.

use chrono::{DateTime, TimeDelta, Utc};
use derive_more::Debug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codec;
use super::record::Seq;
use crate::value::{ChatId, MessageId, Outcome, Provider, UpdateId, UserId};

/// The longest body of a job that is accepted, in bytes.
pub const MAX_BODY_LEN: usize = 64 * 1024;

/// How many finished jobs are remembered at least by their update ids; those that were finished first are forgotten.
pub const REMEMBERED: usize = 4096;

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
