//! The store in a directory, on sled and an archive of its own: the bot's.
//!
//! The way of a write: an async caller puts it into a bounded [`inbox`]; one thread, the [`writer`], takes all that is
//! there, commits it as a group ([`disk`]) and then answers every caller. One sync serves all of them, and no runtime
//! thread waits for it. What is accepted needs no sync at once, and is committed by its caller where nobody is ahead of
//! it: one short write to a file. Pages are read on the runtime's blocking threads; what a chat has chosen is read with
//! every message, from a small tree of which sled keeps most in memory, and so at once.
//!
//! A group is one record of the write-ahead log ([`plan`], [`wal`]): a crash keeps all of it or none, so that no record
//! is parted from the entry of the journal that tells of it. It is synced before it is answered, unless it does no more
//! than accept or end entries: that is written, which a kill cannot undo, and synced with the next group that must be;
//! what was accepted, as soon as somebody has waited for it for some milliseconds
//! ([`Journal::secure`](super::Journal::secure)). A
//! power loss before an end is synced means an answer given twice; a sync of its own would cost every check one.
//! What was committed gets to its place only at checkpoints ([`checkpoint`]): the records to the [`archive`], a file that
//! only grows, the rest to sled ([`database`]), whose flushes and transactions wake all its threads, which took half of
//! the bot's CPU time. Until then it is [`held`] in memory. After a full disk the store goes on by itself
//! ([`recovery`]).
//!
//! # The files of this module
//! In the order in which they are best read:
//!
//! | what it is about | where |
//! |---|---|
//! | what is asked of a store | here, [`journal`], [`preferences`] |
//! | writes on their way: taken together, worked out row by row | [`writer`], [`inbox`], [`plan`], [`change`] |
//! | how a group comes to the disk and stays there | [`disk`], [`wal`], [`struck`], [`checkpoint`], [`recovery`] |
//! | what is kept, and how it is read | [`database`], [`held`], [`records`], [`archive`], [`engine`] |
//! | how a directory is opened | [`opening`], [`layout`], [`manifest`], [`mark`] |
//! | how it is found undamaged | [`check`], [`seal`] |
//! | how another takes its place | [`swap`], [`compact`], [`migration`], [`legacy`] |
//!
//! [`backup`] stands beside them and uses a little of each.
//!
//! # The words
//! | word | what it means here |
//! |---|---|
//! | group | writes that are committed, and so kept or lost, together |
//! | held | committed, and so in the log, but neither in the archive nor in sled yet |
//! | checkpoint | what is held goes to the archive and to sled, and the log is emptied |
//! | mark | five numbers that count all that is kept: by them a check sees that nothing is missing |
//! | head | where a chat's newest block begins in the archive |
//! | struck | the end of an entry, noted ahead of its commit |
//! | seal | lengths and checksums of a closed store's files |
//! | tee | a backup's copy of what is committed while it is made |
//!
//! # The directory
//! | name | what it is |
//! |---|---|
//! | `store.json` | what the directory is, its schema, and how it was left ([`manifest`]) |
//! | `mark` | how much `archive` and `sled/` hold at least ([`mark`]); locked as long as the store is open |
//! | `wal` | what was committed since the last checkpoint ([`wal`]) |
//! | `struck` | which of the journal's entries came to their end since the open, noted at once ([`struck`]) |
//! | `archive` | the records of all chats ([`archive`]) |
//! | `sled/` | sled's own files: what chats have chosen, the journal, and where each chat's records are |
//! | `check/` | only while a directory that was not closed is being checked, or one of an older schema is migrated |
//! | `schema-2/` | only after a migration, what was there before ([`migration`]) |
//! | `control` | only while a bot has it open: where backups are asked for ([`backup`]) |
//! | `restored/`, `migrated-…/`, `compacted/`, `before-…/` | what takes the place of another, and the other ([`swap`]) |
//! | `unpacking/`, `restoring/`, `migrating/`, `compacting/` | only while one of those is being made |
//!
//! # The room it takes
//! Some 210 bytes of the archive for a check, and no memory. sled's files are a few MiB, however many checks there are:
//! one small row for each chat, and what comes and goes (the journal) or is rewritten (preferences). Where they are far
//! larger than what is in them, an opening writes them anew ([`compact`]).
//!
//! # What damage is noticed
//! sled alone would begin anew without a word where its file is gone or emptied, and cut its log at the first bad
//! checksum. So the directory is checked *before* sled opens it, and a directory that is refused is left byte for
//! byte as it was:
//! - Closed properly: every file of sled, and the archive, has the length and CRC-32 that were written down at the close
//!   ([`seal`]), the mark is the one of the close, and the log is empty. Any change is noticed; in the archive also one
//!   that came while the store was open.
//! - Not closed (killed, power lost): the log is read ([`wal`]). The archive is read whole: every block up to where the
//!   mark says that it reached must be there, with the right checksums, and go on with its chat's chain; behind that,
//!   the first that does not is a write that was cut off, of which the log has all. A copy of sled's files is opened
//!   ([`check`]) and read whole, which checks sled's checksum of every page in use; what it says of where each chat's
//!   records are must agree with the archive. There must be exactly as many records as the mark says up to the mark's
//!   place, and as many of the journal's entries as were accepted and not finished. Records and entries lost, emptied,
//!   cut off or unreadable are noticed. Then sled is brought up to the archive, and the log is replayed.
//!
//! Not noticed: after an improper stop, damage to the log's last record, or a log cut between two records, which look
//! like a write that was cut off; a whole directory put back to an older state; after an improper stop, the loss of one
//! chat's *change* of language; a note in `struck` that was removed or zeroed, which means an answer given twice; a
//! byte that changes while the store is open, until it is read (then that read is an error).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::value::{ChatId, UpdateId};

use self::database::{Readers, TreeName, Trees};
use self::disk::{Disk, Timing};
use self::struck::Struck;
use self::writer::{Answer, PATIENCE, Write, Writer};
use super::paging::{self, AsRow};
use super::{Cursor, Error, History, Page, Record, Seq, codec, key};

mod archive;
mod backup;
mod change;
mod check;
mod checkpoint;
mod compact;
#[cfg(test)]
mod damage_tests;
mod database;
mod disk;
#[cfg(test)]
mod durability_tests;
mod engine;
mod held;
mod inbox;
mod journal;
#[cfg(test)]
mod journal_tests;
#[cfg(test)]
mod kill_tests;
mod layout;
mod legacy;
mod manifest;
mod mark;
mod migration;
mod opening;
mod plan;
mod preferences;
mod records;
mod recovery;
mod seal;
mod struck;
mod swap;
mod wal;
mod writer;

pub use backup::{Backups, Restored, Summary, backup, restore};

#[cfg(any(test, feature = "fuzzing"))]
pub(super) use archive::block_holds;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) use wal::properties::hold as log_holds;

/// How many reads may be under way at once: more would only make more threads, and each costs memory.
const READS: usize = 4;

/// A directory that keeps the histories and preferences. Clones are handles of one store.
///
/// Dropping the last handle commits what is queued and closes the directory, waiting for the disk;
/// [`SledStore::close`] does the same without blocking the runtime, and tells whether it went well.
#[derive(Clone)]
pub struct SledStore(Arc<Shared>);

struct Shared {
    dir: PathBuf,
    /// For reading; an error once closed.
    readers: Readers,
    /// One permit for each read under way.
    reads: Semaphore,
    struck: Arc<Struck>,
    writer: Writer,
}

impl SledStore {
    /// Opens the store in `dir`, which is made when it is not there. Waits for the disk: a moment for a small store;
    /// a store of a million records takes under a second, closed or killed. One of an older schema is migrated, which takes
    /// some seconds for a million records.
    ///
    /// # Errors
    /// `dir` cannot be used, or does not hold what it held; then nothing in it was changed.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::open_with(dir, Timing::default())
    }

    fn open_with(dir: &Path, timing: Timing) -> Result<Self, Error> {
        let disk = Disk::open(dir, timing)?;
        let (readers, struck) = (disk.readers(), disk.struck.clone());
        let writer = Writer::start(disk, PATIENCE).map_err(|error| Error::from_io(dir, &error))?;
        Ok(Self(Arc::new(Shared { dir: dir.to_owned(), readers, reads: Semaphore::new(READS), struck, writer })))
    }

    /// Commits what is queued and closes the directory; every handle is of no use afterwards.
    ///
    /// # Errors
    /// Something could not be written, or the store was closed already. What was answered before is kept anyway.
    pub async fn close(&self) -> Result<(), Error> {
        self.0.readers.set(Err(Error::Closed));
        self.0.writer.close().await
    }

    /// Has `write` committed.
    async fn commit(&self, write: Write) -> Result<Answer, Error> {
        self.0.writer.commit(write).await
    }

    /// The open trees.
    fn trees(&self) -> Result<Arc<Trees>, Error> {
        self.0.readers.trees()
    }

    /// Runs `work`, which reads, on a thread that may wait for the disk. The change of thread adds some 12 µs to a page
    /// of 20 (`benches/history.rs`); without it, one page from a slow disk would hold up every chat.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Trees) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.0.reads.acquire().await.map_err(|_closed| Error::Closed)?;
        let trees = self.trees()?;
        let done = tokio::task::spawn_blocking(move || work(&trees)).await;
        done.map_err(|error| {
            if error.is_panic() { Error::damaged(&self.0.dir, "sled panicked at a read") } else { Error::Closed }
        })?
    }
}

impl Drop for Shared {
    /// Lets go of sled's files, so that the writer, which is dropped next, can close them.
    fn drop(&mut self) {
        self.readers.set(Err(Error::Closed));
    }
}

impl AsRow for (::sled::IVec, ::sled::IVec) {
    fn parts(&self) -> (&[u8], &[u8]) {
        (&self.0, &self.1)
    }
}

#[async_trait]
impl History for SledStore {
    async fn append(&self, record: Record, update: Option<UpdateId>) -> Result<Seq, Error> {
        let write = Write::Append { chat: record.chat, value: codec::encode(&record), update };
        match self.commit(write).await? {
            Answer::Kept(seq) => Ok(seq),
            Answer::Done | Answer::New(_) => Err(Error::Closed),
        }
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        self.read(move |trees| {
            let key = key::of_record(chat, seq);
            let bytes = trees.get(TreeName::History, &key)?;
            Ok(bytes.and_then(|bytes| codec::decode_or_log(chat, seq, &bytes)))
        })
        .await
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        self.read(move |trees| {
            paging::read(chat, cursor, limit, |(from, to), order| {
                let bounds = (from.as_ref().map(<[u8; 16]>::as_slice), to.as_ref().map(<[u8; 16]>::as_slice));
                trees.range(TreeName::History, bounds, order)
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::contract::{self, Subject};
    use crate::store::journal_contract;

    /// A store whose directory goes with it.
    fn in_a_temporary_directory() -> Subject {
        with(Timing::default())
    }

    /// The same, where some of what is kept is sled's and the rest is held.
    fn with_checkpoints_in_between() -> Subject {
        with(Timing { checkpoint: Duration::from_millis(1), ..Timing::default() })
    }

    fn with(timing: Timing) -> Subject {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_owned();
        Subject::reopenable(move || SledStore::open_with(&path, timing).unwrap(), dir)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_contract() {
        contract::holds(in_a_temporary_directory).await;
    }

    #[test]
    fn it_agrees_with_the_model() {
        contract::agrees_with_the_model(in_a_temporary_directory);
        contract::agrees_with_the_model(with_checkpoints_in_between);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_contract_of_the_journal() {
        journal_contract::holds(in_a_temporary_directory).await;
    }

    #[test]
    fn its_journal_agrees_with_the_model() {
        journal_contract::agrees_with_the_model(in_a_temporary_directory);
        journal_contract::agrees_with_the_model(with_checkpoints_in_between);
    }
}
