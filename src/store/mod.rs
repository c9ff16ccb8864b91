//! What is kept: the traits, apart from the backends that keep it.
//!
//! A backend may be a directory ([`SledStore`], the bot's own), a process's memory ([`MemoryStore`], for the demo
//! and tests) or, later, a database shared by several processes: so the traits are async and carry no type of any
//! backend. One contract suite holds for every backend.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::value::{ChatId, CustomerNumber, Language, Outcome, Provider, Rupiah, UserId};

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

/// Which page of a history is wanted.
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
    /// Whether there are older ones than the last of these.
    pub has_older: bool,
    /// Whether there are newer ones than the first of these.
    pub has_newer: bool,
}

/// The checks of each chat.
#[async_trait]
pub trait History: Send + Sync {
    /// Keeps a record as the newest of its chat. It is durable when this returns.
    async fn append(&self, record: Record) -> Result<Seq, Error>;

    /// A page of at most `limit` records of `chat`. It costs the same however many records there are.
    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error>;
}

/// What each chat has chosen.
#[async_trait]
pub trait Preferences: Send + Sync {
    /// The language that the chat chose, if it ever did.
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error>;

    /// Keeps the chat's language. It is durable when this returns.
    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error>;
}

/// Why something could not be kept or read. Each text names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something else failed.
    #[error("{0}")]
    Other(String),
}
