//! What is kept: the traits, apart from the backends that keep it.
//!
//! A backend may be a directory ([`SledStore`], the bot's own), a process's memory ([`MemoryStore`], for the demo
//! and tests) or, later, a database shared by several processes: so the traits are async and carry no type of any
//! backend. One contract suite (`contract`, in the tests) holds for every backend.
//!
//! Both backends keep a record as the same bytes (`codec`, `entry_codec`) under the same key (`key`), cut pages with
//! the same code (`paging`) and know accepted updates by the same list (`ledger`): they differ in where the bytes lie.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::value::{ChatId, CustomerNumber, Language, Outcome, Provider, Rupiah, UpdateId, UserId};

mod codec;
#[cfg(test)]
mod contract;
mod entry_codec;
mod error;
mod journal;
#[cfg(test)]
mod journal_contract;
mod key;
mod ledger;
mod memory;
mod paging;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
#[cfg(test)]
mod samples;
mod sled;

pub use error::Error;
pub use journal::{Entry, Journal, LONGEST_QUESTION, Waiting};
pub use memory::MemoryStore;
pub use paging::LARGEST_PAGE;
pub use sled::{Backups, Restored, SledStore, Summary, backup, restore};

/// One check, as a chat's history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When the check ended, to the millisecond.
    pub at: DateTime<Utc>,
    /// Where it was asked.
    pub chat: ChatId,
    /// Who asked.
    pub agent: UserId,
    /// The product's code, as it was then.
    pub product: String,
    /// Whose customer it was.
    pub provider: Provider,
    /// The number that was checked.
    pub number: CustomerNumber,
    /// The nominal that the agent named, for products with an open denomination.
    pub nominal: Option<Rupiah>,
    /// How it ended.
    pub outcome: Outcome,
}

/// A record's place in its chat's history: later records have higher ones. Not contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// The checks of each chat.
#[async_trait]
pub trait History: Send + Sync {
    /// Keeps a record as the newest of its chat, and gives its place. It is durable when this returns.
    ///
    /// Where `update` names an entry of the journal, the entry's [`kept`](Entry::kept) is set to that place in the same
    /// commit: both are kept or neither. Where it was set already, the first record stays, nothing is added, and this
    /// gives the first one's place. An update that is not in the journal is no more than none.
    ///
    /// # Errors
    /// The record is not known to be kept: the text says why and names the remedy.
    async fn append(&self, record: Record, update: Option<UpdateId>) -> Result<Seq, Error>;

    /// The record of `chat` at `seq`. `None` when there is none, or none that can be read (that is logged).
    ///
    /// # Errors
    /// Nothing could be read.
    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error>;

    /// A page of at most `limit` records of `chat` (and at most [`LARGEST_PAGE`]). It costs the same however many
    /// records there are. A record that cannot be read is left out and logged; it does not hide the others.
    ///
    /// # Errors
    /// Nothing could be read.
    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error>;
}

/// What each chat has chosen.
#[async_trait]
pub trait Preferences: Send + Sync {
    /// The language that the chat chose, if it ever did (and this build knows it).
    ///
    /// # Errors
    /// Nothing could be read.
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error>;

    /// Keeps the chat's language. It is durable when this returns.
    ///
    /// # Errors
    /// The choice is not known to be kept.
    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error>;

    /// The chat under whose id `chat` has its history and its language, when that is not its own: a group gets a new
    /// id when it becomes a supergroup (Bot API, `migrate_to_chat_id`).
    ///
    /// # Errors
    /// Nothing could be read.
    async fn origin(&self, chat: ChatId) -> Result<Option<ChatId>, Error>;

    /// Keeps that `new` goes on with what is kept of `old`. It is durable when this returns. Nothing is moved, and no
    /// chain is followed: where `old` has an origin itself, that one is to be given.
    ///
    /// # Errors
    /// It is not known to be kept.
    async fn set_origin(&self, new: ChatId, old: ChatId) -> Result<(), Error>;
}
