//! The store in a directory, on sled: the bot's own, for one process at a time.
//!
//! The way of a write: an async caller hands it to one thread, the [`writer`], which takes all that wait as a group.
//! The [`plan`] says what the group means: which rows are to be written, and what changes in the [`schedule`], an index
//! in memory of the open jobs. All rows of a group are one transaction over sled's trees ([`database`]), which a crash
//! keeps whole or not at all; one flush serves all callers. Who has claimed a job is kept in memory alone: what is
//! found at an opening is claimed by none. Reads go past the writer, on the runtime's blocking threads.
//!
//! What sled does badly is answered in one place each: its flush is no sync, it deadlocks where many flush at once, it
//! does not get over a full disk, and it goes on writing into files that were removed ([`database`]); it opens an empty
//! store where its file is gone ([`directory`]).

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use self::database::Database;
use self::plan::{Plan, State};
use self::writer::Writer;
use super::codec::{self, Searched};
use super::forget::Noted;
use super::{
    Accepted, Claim, Count, Counted, Counter, Cursor, Deletion, Error, History, Job, Jobs, Kept, KeyValue, Load,
    MAX_BODY_LEN, MAX_ROW_LEN, NewJob, Page, Record, Row, RowKind, Search, Seq, Waiting, WorkerId,
};
use crate::value::{ChatId, Provider, UpdateId, UserId};

mod audit;
mod database;
mod directory;
mod keys;
mod plan;
mod schedule;
#[cfg(test)]
mod tests;
mod writer;

pub use directory::rewrite;
pub(super) use directory::{deletions, holds_store, make_dir, set_restoring};

/// How many reads may be under way at once: more would only make more threads, and each costs memory.
const MAX_READS: usize = 4;

/// A directory that keeps the history, the jobs and the rows. Clones are handles of one store.
///
/// Dropping the last handle commits what waits and closes the directory, waiting for the disk; [`SledStore::close`]
/// does the same without blocking the runtime, and tells whether it went well.
#[derive(Clone)]
pub struct SledStore(Arc<Inner>);

struct Inner {
    /// `None`: it is temporary.
    dir: Option<PathBuf>,
    database: writer::Shared,
    reads: Semaphore,
    writer: Writer,
}

impl SledStore {
    /// Opens the store in `dir`, which is made when it is not there. Waits for the disk: under a second for a million
    /// records.
    ///
    /// # Errors
    /// `dir` cannot be used, or does not hold the store that it held.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::start(Some(dir.to_owned()), directory::open(dir)?)
    }

    /// Makes an empty store that is gone with the process: for demos and tests.
    ///
    /// # Errors
    /// There is no room for it, in memory (`/dev/shm`).
    pub fn temporary() -> Result<Self, Error> {
        Self::start(None, Database::temporary()?)
    }

    fn start(dir: Option<PathBuf>, database: Database) -> Result<Self, Error> {
        let state = State::read(&database)?;
        let database = Arc::new(database);
        let shared = Arc::new(RwLock::new(Some(database.clone())));
        let writer = Writer::start(database.clone(), state, shared.clone());
        let writer = writer.map_err(|error| Error::from_io(database.dir(), &error))?;
        Ok(Self(Arc::new(Inner { dir, database: shared, reads: Semaphore::new(MAX_READS), writer })))
    }

    /// Commits what waits and closes the directory; every handle is of no use afterwards.
    ///
    /// # Errors
    /// Something could not be written, or the store was closed already. What was answered before is kept anyway.
    pub async fn close(&self) -> Result<(), Error> {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || inner.writer.close()).await.map_err(|_| Error::Closed)?
    }

    /// Writes a line, if there is one, into the file beside the store that outlives it.
    async fn note(&self, line: Option<String>) -> Result<(), Error> {
        let (Some(line), Some(dir)) = (line, self.dir().map(Path::to_owned)) else { return Ok(()) };
        tokio::task::spawn_blocking(move || directory::note(&dir, &line)).await.map_err(|_| Error::Closed)?
    }

    /// Where it is, for errors and for what belongs beside it.
    pub(super) fn dir(&self) -> Option<&Path> {
        self.0.dir.as_deref()
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Plan<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.0.writer.commit(work).await
    }

    /// Runs `work`, which reads, on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.0.reads.acquire().await.map_err(|_closed| Error::Closed)?;
        let database = self.0.database()?;
        let read = move || database::catching(database.dir(), || work(&database))?;
        tokio::task::spawn_blocking(read).await.map_err(|_| Error::Closed)?
    }
}

impl Inner {
    fn database(&self) -> Result<Arc<Database>, Error> {
        self.database.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        match self.writer.close() {
            // Closed before.
            Ok(()) | Err(Error::Closed) => {}
            Err(error) => tracing::error!(%error, "the store was not closed properly"),
        }
    }
}

#[async_trait]
impl History for SledStore {
    async fn append(&self, record: Record) -> Result<Seq, Error> {
        self.write(move |plan| plan.append(&record)).await
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        self.read(move |database| database.record(chat, seq)).await
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        self.read(move |database| database.page(chat, cursor, limit, |_| true)).await
    }

    async fn find(&self, chat: ChatId, search: &Search, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        let search = search.clone();
        let fits = move |stored: &[u8]| {
            codec::may_fit(stored, &search)
                && codec::read::<Searched<'_>>(stored).is_ok_and(|record| record.fits(&search))
        };
        self.read(move |database| database.page(chat, cursor, limit, fits)).await
    }

    async fn stream(
        &self,
        chat: Option<ChatId>,
        after: Option<(ChatId, Seq)>,
        limit: usize,
    ) -> Result<Vec<(ChatId, Seq, Record)>, Error> {
        self.read(move |database| database.stream(chat, after, limit)).await
    }

    async fn delete(&self, what: &Deletion, limit: usize) -> Result<usize, Error> {
        // Records never change: what is found beside the writer is still right when it gets there.
        let what = what.clone();
        let keys = self.read(move |database| database.to_delete(&what, limit)).await?;
        self.write(move |plan| plan.delete(&keys)).await
    }

    async fn counts(
        &self,
        chat: Option<ChatId>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Count>, Error> {
        self.read(move |database| database.counts(chat, from, until)).await
    }

    async fn import(&self, records: Vec<(Seq, Record)>) -> Result<(), Error> {
        self.write(move |plan| plan.import_records(&records)).await
    }
}

#[async_trait]
impl Jobs for SledStore {
    async fn accept(&self, jobs: Vec<NewJob>, most_per_agent: usize) -> Result<Vec<Accepted>, Error> {
        let longest = jobs.iter().map(|job| job.body.len()).max().unwrap_or(0);
        if longest > MAX_BODY_LEN {
            return Err(Error::JobTooLong(longest));
        }
        self.write(move |plan| plan.accept(jobs, most_per_agent)).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Job>, Error> {
        let claim = claim.clone();
        self.write(move |plan| plan.claim(&claim)).await
    }

    async fn keep(&self, update: UpdateId, item: u32, record: Record) -> Result<Kept, Error> {
        self.write(move |plan| plan.keep(update, item, &record)).await
    }

    async fn reschedule(&self, update: UpdateId, waiting: Waiting) -> Result<bool, Error> {
        self.write(move |plan| plan.reschedule(update, waiting)).await
    }

    async fn hasten(&self, provider: Provider, now: DateTime<Utc>) -> Result<(), Error> {
        self.write(move |plan| plan.hasten(provider, now)).await
    }

    async fn amend(
        &self,
        update: UpdateId,
        provider: Option<Provider>,
        items: u32,
        body: String,
    ) -> Result<bool, Error> {
        if body.len() > MAX_BODY_LEN {
            return Err(Error::JobTooLong(body.len()));
        }
        self.write(move |plan| plan.amend(update, provider, items, body)).await
    }

    async fn cancel(&self, by: UpdateId, only: Option<UpdateId>) -> Result<Vec<Job>, Error> {
        self.write(move |plan| plan.cancel(by, only)).await
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        self.write(move |plan| plan.finish(update)).await
    }

    async fn release(&self, owner: WorkerId) -> Result<(), Error> {
        self.write(move |plan| plan.release(owner)).await
    }

    async fn load(&self) -> Result<Load, Error> {
        self.write(|plan| plan.state.schedule.load()).await
    }

    async fn waiting_of(&self, user: UserId) -> Result<usize, Error> {
        self.write(move |plan| plan.state.schedule.waiting_of(user)).await
    }

    async fn open_jobs(&self) -> Result<(Vec<Job>, Vec<UpdateId>), Error> {
        self.write(|plan| {
            let jobs = plan.state.schedule.all().map(|(_, entry)| entry.job.clone()).collect();
            (jobs, plan.state.finished.iter().copied().collect())
        })
        .await
    }

    async fn import(&self, jobs: Vec<Job>, finished: Vec<UpdateId>) -> Result<(), Error> {
        self.write(move |plan| plan.import_jobs(jobs, finished)).await
    }
}

#[async_trait]
impl KeyValue for SledStore {
    async fn get(&self, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<String>, Error> {
        // At once, on the runtime's own thread: a few microseconds, and asked with every message.
        let row = self.0.database()?.row(kind, key)?;
        Ok(row.filter(|row| row.is_alive(now)).map(|row| row.value))
    }

    async fn put(&self, row: Row) -> Result<(), Error> {
        if row.value.len() > MAX_ROW_LEN {
            return Err(Error::RowTooLong(row.value.len()));
        }
        if let (RowKind::Deletion, Some(dir)) = (row.kind, self.dir()) {
            let (dir, line) = (dir.to_owned(), row.value.clone());
            // First: what follows from it must not be there without it.
            let noted = move || directory::note_deletion(&dir, &line);
            tokio::task::spawn_blocking(noted).await.map_err(|_| Error::Closed)??;
        }
        let noted = Noted::line(&row);
        self.write(move |plan| plan.put_row(&row)).await?;
        self.note(noted).await
    }

    async fn put_if(&self, row: Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error> {
        if row.value.len() > MAX_ROW_LEN {
            return Err(Error::RowTooLong(row.value.len()));
        }
        let (expected, noted) = (expected.map(str::to_owned), Noted::line(&row));
        let is_kept = self.write(move |plan| plan.put_row_if(&row, expected.as_deref(), now)).await??;
        if is_kept {
            self.note(noted).await?;
        }
        Ok(is_kept)
    }

    async fn remove(&self, kind: RowKind, key: &str) -> Result<bool, Error> {
        let key = key.to_owned();
        self.write(move |plan| plan.remove_row(kind, &key)).await?
    }

    async fn list(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        let after = after.map(str::to_owned);
        self.read(move |database| database.rows(kind, after.as_deref(), limit)).await
    }

    async fn purge(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        self.write(move |plan| plan.purge(now, limit)).await?
    }

    async fn count(&self, counters: Vec<Counter>, now: DateTime<Utc>) -> Result<Counted, Error> {
        self.write(move |plan| plan.count(&counters, now)).await?
    }
}
