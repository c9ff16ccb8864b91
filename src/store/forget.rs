//! Deleting for good what is kept of a chat, an agent or a customer's number, so that no backup brings it back.
//!
//! Each deletion leaves a *tombstone*: what was deleted and when, a number only as a salted hash. It is a row
//! ([`RowKind::Deletion`]), and so a part of every later backup, and it is noted beside the store (`note`). A restore
//! leaves out what a tombstone covers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::codec;
use super::retention::{STEP, until_none};
use super::{Deletion, Error, History, Job, Jobs, KeyValue, MAX_PAGE_LEN, Record, Row, RowKind, Target};
use crate::value::{ChatId, UserId};

/// For how long a deletion is known: what is restored of an older backup may hold what was deleted.
pub(super) const DELETIONS_KEPT: TimeDelta = TimeDelta::days(3 * 366);

/// How much was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Records of checks.
    pub records: usize,
    /// Customers, questions, searches, lists and names.
    pub rows: usize,
    /// Jobs that were not done.
    pub jobs: usize,
}

/// Deletes all records and rows of a target; roles, choices and tombstones stay. What a call that fails or is dropped
/// leaves is deleted by the next one.
///
/// # Errors
/// The store failed; some may be deleted.
pub async fn forget(
    history: &dyn History,
    rows: &dyn KeyValue,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<Forgotten, Error> {
    let tombstone = Tombstone::new(target, now);
    // First: what is deleted must not come back, however far this gets.
    rows.put(tombstone.row()).await?;
    let records = Deletion::Of(target.clone());
    let records = until_none(|| history.delete(&records, STEP)).await?;
    let mut forgotten = Forgotten { records, ..Forgotten::default() };
    for kind in RowKind::ALL {
        let mut after = None;
        loop {
            let page = rows.list(kind, after.as_deref(), MAX_PAGE_LEN).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for row in page.iter().filter(|row| tombstone.of.has_row(row)) {
                forgotten.rows += usize::from(rows.remove(kind, &row.key).await?);
            }
        }
    }
    Ok(forgotten)
}

/// Ends all open jobs of a target without an answer: while no bot carries them out.
///
/// # Errors
/// The store failed; some may have ended.
pub async fn end_jobs(jobs: &dyn Jobs, target: &Target) -> Result<usize, Error> {
    let (open, _) = jobs.open_jobs().await?;
    let (mut ended, of) = (0, Deleted::new(target));
    for job in open.iter().filter(|job| of.has_job(job)) {
        jobs.finish(job.update).await?;
        ended += 1;
    }
    Ok(ended)
}

impl Target {
    /// Whether a job is the target's.
    pub fn has_job(&self, job: &Job) -> bool {
        Deleted::new(self).has_job(job)
    }
}

/// That something was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tombstone {
    /// When.
    #[serde(rename = "t", with = "codec::mirrored")]
    at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    of: Deleted,
}

/// What was deleted, as it may be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deleted {
    Chat(ChatId),
    Agent(UserId),
    AgentInChat(ChatId, UserId),
    /// A number, by the SHA-256 of salt and digits. It hides the number from readers, not from one who tries all
    /// numbers.
    Number {
        salt: String,
        sha256: String,
    },
}

impl Tombstone {
    fn new(target: &Target, at: DateTime<Utc>) -> Self {
        Self { at, of: Deleted::new(target) }
    }

    /// The tombstone of a row's value; `None` where it is none that this build knows.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Its row. A later deletion of the same takes its place.
    fn row(&self) -> Row {
        let key = match &self.of {
            Deleted::Chat(chat) => format!("chat:{chat}"),
            Deleted::Agent(agent) => format!("agent:{agent}"),
            Deleted::AgentInChat(chat, agent) => format!("agent-in-chat:{chat}:{agent}"),
            Deleted::Number { sha256, .. } => format!("number:{sha256}"),
        };
        // Plain fields: there is none that JSON cannot hold.
        let value = serde_json::to_string(self).unwrap_or_default();
        Row { kind: RowKind::Deletion, key, value, expires: self.at.checked_add_signed(DELETIONS_KEPT) }
    }

    /// Whether a record was deleted: one of a later check was not.
    pub(super) fn covers_record(&self, record: &Record) -> bool {
        record.at <= self.at && self.of.has_record(record)
    }

    /// Whether a job was deleted.
    pub(super) fn covers_job(&self, job: &Job) -> bool {
        job.accepted <= self.at && self.of.has_job(job)
    }

    /// Whether a row was deleted that stands in a backup which was made at `made`.
    pub(super) fn covers_row(&self, row: &Row, made: DateTime<Utc>) -> bool {
        made <= self.at && self.of.has_row(row)
    }
}

impl Deleted {
    fn new(target: &Target) -> Self {
        match target {
            Target::Chat(chat) => Self::Chat(*chat),
            Target::Agent(agent) => Self::Agent(*agent),
            Target::AgentInChat(chat, agent) => Self::AgentInChat(*chat, *agent),
            Target::Number(number) => {
                let salt = Uuid::new_v4().simple().to_string();
                Self::Number { sha256: hash(&salt, number.as_str()), salt }
            }
        }
    }

    fn has_record(&self, record: &Record) -> bool {
        self.is_of(record.chat, record.agent) || self.is_number(record.number.as_str())
    }

    fn has_job(&self, job: &Job) -> bool {
        self.is_of(job.chat, job.user) || self.is_in(&job.body)
    }

    fn has_row(&self, row: &Row) -> bool {
        let parts: Vec<&str> = row.key.split(':').collect();
        let chat = |text: &str| text.parse().ok().map(ChatId);
        let user = |text: &str| text.parse().ok().map(UserId);
        match row.kind {
            // `chat:user`, and `chat:user:search`.
            RowKind::OpenQuestion | RowKind::HistorySearch => {
                let (here, who) = (parts.first(), parts.get(1));
                let owner = here.and_then(|text| chat(text)).zip(who.and_then(|text| user(text)));
                owner.is_some_and(|(chat, user)| self.is_of(chat, user)) || self.is_in(&row.value)
            }
            // `user:name`.
            RowKind::Customer => {
                let owner = parts.first().and_then(|text| user(text));
                owner.is_some_and(|owner| *self == Self::Agent(owner)) || self.is_in(&row.value)
            }
            RowKind::List => {
                #[derive(Deserialize)]
                struct Owned {
                    chat: ChatId,
                    owner: UserId,
                }
                let owned = serde_json::from_str::<Owned>(&row.value);
                owned.is_ok_and(|Owned { chat, owner }| self.is_of(chat, owner)) || self.is_in(&row.value)
            }
            RowKind::AgentName => user(&row.key).is_some_and(|agent| *self == Self::Agent(agent)),
            // Not with the agent's own data: else it would show them what is older than their joining.
            RowKind::Joined => parts.first().and_then(|text| chat(text)).is_some_and(|chat| *self == Self::Chat(chat)),
            RowKind::Language
            | RowKind::MigratedFrom
            | RowKind::Person
            | RowKind::Pause
            | RowKind::Group
            | RowKind::Counter
            | RowKind::Quota
            | RowKind::ChatOptions
            | RowKind::Deletion
            | RowKind::Incident
            | RowKind::DailyReport
            | RowKind::LastBackup
            | RowKind::AccessRequest
            | RowKind::Invite
            | RowKind::AddingAgent => false,
        }
    }

    fn is_of(&self, chat: ChatId, agent: UserId) -> bool {
        match self {
            Self::Chat(deleted) => *deleted == chat,
            Self::Agent(deleted) => *deleted == agent,
            Self::AgentInChat(in_chat, deleted) => (*in_chat, *deleted) == (chat, agent),
            Self::Number { .. } => false,
        }
    }

    fn is_number(&self, digits: &str) -> bool {
        matches!(self, Self::Number { salt, sha256 } if hash(salt, digits) == *sha256)
    }

    /// Whether the number stands in a text.
    fn is_in(&self, text: &str) -> bool {
        let is_a_number = matches!(self, Self::Number { .. });
        is_a_number && text.split(|c: char| !c.is_ascii_digit()).any(|run| !run.is_empty() && self.is_number(run))
    }
}

fn hash(salt: &str, digits: &str) -> String {
    format!("{:x}", Sha256::new().chain_update(salt).chain_update(digits).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::CustomerNumber;

    #[test]
    fn a_tombstone_reads_back_and_tells_no_number() {
        let number = CustomerNumber::from_record("01105691111").unwrap();
        for target in [
            Target::Chat(ChatId(-5)),
            Target::Agent(UserId(7)),
            Target::AgentInChat(ChatId(-5), UserId(7)),
            Target::Number(number),
        ] {
            let tombstone = Tombstone::new(&target, DateTime::UNIX_EPOCH);
            let row = tombstone.row();
            assert_eq!(Tombstone::read(&row.value), Some(tombstone), "{}", row.value);
            assert!(!row.value.contains("01105691111") && !row.key.contains("01105691111"));
        }
        assert_eq!(Tombstone::read(r#"{"t":5,"tomorrow":7}"#), None);
    }

    #[test]
    fn rows_are_known_by_whose_they_are() {
        let row = |kind, key: &str, value: &str| Row { kind, key: key.into(), value: value.into(), expires: None };
        let number = CustomerNumber::from_record("01105691111").unwrap();
        let (chat, agent) = (Target::Chat(ChatId(-5)), Target::Agent(UserId(7)));
        let (here, number) = (Target::AgentInChat(ChatId(-5), UserId(7)), Target::Number(number));
        let customer = r#"{"code":"PLN20","number":"01105691111"}"#;
        for (row, expected) in [
            (row(RowKind::OpenQuestion, "-5:7", "{}"), [true, true, true, false]),
            (row(RowKind::OpenQuestion, "-5:8", customer), [true, false, false, true]),
            (row(RowKind::HistorySearch, "-5:7:0000abcd", "{}"), [true, true, true, false]),
            (row(RowKind::Customer, "7:bu siti", customer), [false, true, false, true]),
            (row(RowKind::Customer, "8:bu siti", r#"{"number":"001105691111"}"#), [false; 4]),
            (row(RowKind::List, "1", r#"{"chat":-5,"owner":7,"list":{}}"#), [true, true, true, false]),
            (row(RowKind::AgentName, "7", "Budi"), [false, true, false, false]),
            (row(RowKind::Joined, "-5:7", "1"), [true, false, false, false]),
            (row(RowKind::Person, "7", "{}"), [false; 4]),
            (row(RowKind::ChatOptions, "-5", "{}"), [false; 4]),
        ] {
            let found = [&chat, &agent, &here, &number].map(|target| Deleted::new(target).has_row(&row));
            assert_eq!(found, expected, "{row:?}");
        }
    }
}
