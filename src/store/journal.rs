//! Questions that were accepted and are not finally answered: what is taken up again after a crash.
//!
//! The life of an entry: `accept` writes it down and `secure` sees it through to the disk, before Telegram is told that
//! the update was received;
//! [`append`](super::History::append) keeps the outcome of its inquiry and notes in the entry where; `finish` removes
//! it once the answer was sent. A crash in between leaves it among the `unfinished`, with what is known of it.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Error, Seq};
use crate::value::{ChatId, MessageId, UpdateId, UserId};

/// The longest question that is kept, in bytes.
pub const LONGEST_QUESTION: usize = 16 * 1024;

/// One accepted question and how far its answer has come. `{:?}` does not show the question: it holds a customer's
/// number.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The update that asked: the entry's key.
    pub update: UpdateId,
    /// Where it was asked.
    pub chat: ChatId,
    /// Who asked.
    pub user: UserId,
    /// When it was accepted, to the millisecond.
    pub accepted: DateTime<Utc>,
    /// What was asked, in the words of whoever accepted it; at most [`LONGEST_QUESTION`]. It holds no PIN.
    pub question: String,
    /// Where the outcome of its inquiry stands in the history of the chat that the record was of, once it does: then
    /// it is not asked again.
    pub kept: Option<Seq>,
    /// That it waits for a provider, and how.
    pub waiting: Option<Waiting>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { update, chat, kept, waiting, .. } = self;
        let mut shown = f.debug_struct("Entry");
        shown.field("update", update).field("chat", chat).field("kept", kept).field("waiting", waiting);
        shown.finish_non_exhaustive()
    }
}

/// A check that could not be answered at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The message that says so, which the answer takes the place of.
    pub notice: Option<MessageId>,
    /// How often the provider was asked.
    pub asked: u32,
    /// Not to be asked again before this. To the millisecond, like the next.
    pub next: DateTime<Utc>,
    /// Given up then.
    pub until: DateTime<Utc>,
}

/// The journal of accepted questions. What is finished leaves no more behind than that its update is not taken again.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Keeps those of `entries` that are new, all in one commit. When this returns they outlive the process; to outlive
    /// a power loss, see [`Journal::secure`]. Gives for each, in order, whether it is new: an update that is in the
    /// journal, stands earlier in `entries`, or was finished lately (one of the last 4 096, over restarts too), is not.
    /// The updates may come in any order.
    ///
    /// # Errors
    /// None of them is known to be kept. [`Error::QuestionTooLong`]: none of them is.
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<bool>, Error>;

    /// Waits until all that was accepted outlives a power loss. It may take some milliseconds longer than the disk
    /// does, in the hope of a commit that has to reach the disk anyway: an outcome that is kept, say.
    ///
    /// # Errors
    /// The disk failed, and nothing is known of what was accepted since the last success.
    async fn secure(&self) -> Result<(), Error>;

    /// Notes that an entry waits, in place of what was noted before; durable when this returns. An update that is not
    /// in the journal is passed over.
    ///
    /// # Errors
    /// It is not known to be noted.
    async fn wait(&self, update: UpdateId, waiting: Waiting) -> Result<(), Error>;

    /// Ends an entry: its answer was sent, or refused for good. An update that is not in the journal is passed over.
    /// When this returns it outlives the process, but a power loss before the next sync (a record that is kept, a
    /// [`Journal::secure`] of what was accepted later) may undo it: all that comes of that is an answer given twice.
    ///
    /// # Errors
    /// It is not known to be ended.
    async fn finish(&self, update: UpdateId) -> Result<(), Error>;

    /// What is not finished, in the order in which it was accepted. An entry that cannot be read is left out and
    /// logged; it stays on disk, and its update is not taken again.
    ///
    /// # Errors
    /// Nothing could be read.
    async fn unfinished(&self) -> Result<Vec<Entry>, Error>;
}

/// Refuses a batch with a question that is too long.
pub(super) fn check_lengths(entries: &[Entry]) -> Result<(), Error> {
    let longest = entries.iter().map(|entry| entry.question.len()).max().unwrap_or(0);
    if longest > LONGEST_QUESTION { Err(Error::QuestionTooLong { bytes: longest }) } else { Ok(()) }
}
