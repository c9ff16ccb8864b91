//! Small rows, and what is counted in them.
//!
//! The `serde` attributes say how a backend and a backup write it ([`codec`]); fields may be renamed here, not there.

use std::fmt;

use chrono::{DateTime, Utc};
use derive_more::Debug;
use serde::{Deserialize, Serialize};

use super::codec;

/// The longest value of a row that is kept, in bytes.
pub const MAX_ROW_LEN: usize = 64 * 1024;

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
}

/// The word under which rows of this kind are stored.
impl fmt::Display for RowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
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
