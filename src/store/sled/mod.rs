//! The store in a directory, on sled: the bot's own, for one process at a time.
//!
//! The way of a write: an async caller hands it to one thread, the [`Writer`], which takes all that wait as a group,
//! and answers every caller once that is committed: no thread of the runtime waits for the disk.
//! Each adds to the group's [`plan`]: which rows are to be written, and what changes in the [`schedule`], the open jobs
//! in memory. All rows of a group are one transaction over sled's trees ([`database`]), which a crash keeps whole or
//! not at all, and one flush serves all callers; none is made where [`Needs`] asks for none. Who has claimed a job is
//! kept in memory alone: what is found at an opening is claimed by none. Reads go past the writer, on the runtime's
//! blocking threads. What each call of the traits writes and reads is said in [`history`], [`jobs`], [`rows`] and
//! [`audit`].
//!
//! What sled does badly is answered in one place each: its flush is no sync, it deadlocks where many flush at once, it
//! does not get over a full disk, and it goes on writing into files that were removed ([`database`]); it opens an empty
//! store where its file is gone ([`directory`]).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{Semaphore, mpsc, oneshot};

use self::database::{Changes, Database, SPARE, SPARE_TO_DELETE};
use self::plan::{Needs, Plan};
use self::schedule::Schedule;
use super::Error;

mod audit;
mod database;
mod directory;
mod history;
mod jobs;
mod keys;
mod notes;
mod plan;
mod rows;
mod schedule;
#[cfg(test)]
mod tests;

pub use directory::rewrite;
pub(super) use directory::{holds_store, make_dir, set_restoring};
pub(super) use notes::notes;

/// How many reads may be under way at once: more would only make more threads, and each costs memory.
const MAX_READS: usize = 4;

/// How many writes may wait before callers have to; also the most that make one group.
const QUEUE_LEN: usize = 1024;

/// A directory that keeps the history, the jobs and the rows. Clones are handles of one store.
///
/// Dropping the last handle commits what waits and closes the directory, waiting for the disk; [`SledStore::close`]
/// does the same without blocking the runtime, and tells whether it went well.
#[derive(Clone)]
pub struct SledStore(Arc<Inner>);

struct Inner {
    reads: Semaphore,
    /// `None` once it is closed.
    open: Mutex<Option<Open>>,
}

struct Open {
    database: Arc<Database>,
    inbox: mpsc::Sender<Write>,
    writer: JoinHandle<Result<(), Error>>,
}

/// What a write does to a plan.
type Work = Box<dyn FnOnce(&mut Plan<'_>) + Send>;

/// A write that waits, and who is told that it is done, or that it was refused.
type Write = (Needs, Work, oneshot::Sender<Result<(), Error>>);

/// The one thread that writes.
struct Writer {
    database: Arc<Database>,
    schedule: Schedule,
    /// The first failure of sled. Nothing is written any more after it until the next start: sled keeps its first error
    /// for good, nothing is known of what it holds, and the schedule has run ahead of it.
    failed: Option<Error>,
}

impl SledStore {
    /// Opens the store in `dir`, which is made when it is not there. Waits for the disk: under a second for a million
    /// records.
    ///
    /// # Errors
    /// `dir` cannot be used, or does not hold the store that it held.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::start(directory::open(dir)?)
    }

    /// Makes an empty store that is gone with the process: for demos and tests.
    ///
    /// # Errors
    /// There is no room for it, in memory (`/dev/shm`).
    pub fn temporary() -> Result<Self, Error> {
        Self::start(Database::temporary()?)
    }

    fn start(database: Database) -> Result<Self, Error> {
        let schedule = Schedule::read(&database)?;
        let database = Arc::new(database);
        let (inbox, writes) = mpsc::channel(QUEUE_LEN);
        let writer = Writer { database: database.clone(), schedule, failed: None };
        let writer = thread::Builder::new().name("store".to_owned()).spawn(move || writer.run(writes));
        let writer = writer.map_err(|error| Error::from_io(&database.dir, &error))?;
        let open = Mutex::new(Some(Open { database, inbox, writer }));
        Ok(Self(Arc::new(Inner { reads: Semaphore::new(MAX_READS), open })))
    }

    /// Commits what waits and closes the directory; every handle is of no use afterwards.
    ///
    /// # Errors
    /// Something could not be written, or the store was closed already. What was answered before is kept anyway.
    pub async fn close(&self) -> Result<(), Error> {
        let inner = self.0.clone();
        tokio::task::spawn_blocking(move || inner.close()).await.map_err(|_| Error::Closed)?
    }

    /// Where it is, for errors and for what belongs beside it.
    pub(super) fn dir(&self) -> Result<PathBuf, Error> {
        self.0.open(|open| open.database.dir.clone())
    }

    /// Has `work` put into a group, and gives what it gave once the disk has what it needs. A caller that goes away
    /// meanwhile stops nothing.
    async fn write<T: Send + 'static>(
        &self,
        needs: Needs,
        work: impl FnOnce(&mut Plan<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let inbox = self.0.open(|open| open.inbox.clone())?;
        let ((give, given), (tell, told)) = (oneshot::channel(), oneshot::channel());
        let work = Box::new(move |plan: &mut Plan<'_>| drop(give.send(work(plan))));
        inbox.send((needs, work, tell)).await.map_err(|_| Error::Closed)?;
        drop(inbox);
        told.await.map_err(|_| Error::Closed)??;
        given.await.map_err(|_| Error::Closed)
    }

    /// Runs `work`, which reads, on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.0.reads.acquire().await.map_err(|_closed| Error::Closed)?;
        let database = self.0.open(|open| open.database.clone())?;
        let dir = database.dir.clone();
        let read = tokio::task::spawn_blocking(move || work(&database)).await;
        read.map_err(|_panic| Error::damaged(&dir, database::PANICKED))?
    }
}

impl Inner {
    fn open<T>(&self, part: impl FnOnce(&Open) -> T) -> Result<T, Error> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(part).ok_or(Error::Closed)
    }

    /// Takes no more writes, and waits until those that wait are committed and the database is closed.
    fn close(&self) -> Result<(), Error> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Open { database, inbox, writer } = open.ok_or(Error::Closed)?;
        drop((database, inbox));
        writer.join().map_err(|_panic| Error::Closed)?
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Err(error) = self.close()
            && error != Error::Closed
        {
            tracing::error!(%error, "the store was not closed properly");
        }
    }
}

impl Writer {
    /// Writes what comes in until the last sender is gone; gives the first failure of sled.
    fn run(mut self, mut inbox: mpsc::Receiver<Write>) -> Result<(), Error> {
        let mut group = Vec::new();
        while inbox.blocking_recv_many(&mut group, QUEUE_LEN) > 0 {
            if group.iter().any(|(needs, ..)| needs.room_to_keep())
                && let Err(error) = self.database.check_disk(SPARE)
            {
                // What deletes needs less room, and makes some.
                for (.., caller) in group.extract_if(.., |(needs, ..)| needs.room_to_keep()) {
                    drop(caller.send(Err(self.failed.clone().unwrap_or_else(|| error.clone()))));
                }
            }
            let needs = group.iter().map(|(needs, ..)| *needs).max().unwrap_or(Needs::Nothing);
            let (works, callers): (Vec<Work>, Vec<_>) = group.drain(..).map(|(_, work, tell)| (work, tell)).unzip();
            let committed = self.commit(needs, works);
            // A caller that went away needs no answer.
            callers.into_iter().for_each(|caller| drop(caller.send(committed.clone())));
        }
        // With what did not have to be durable at once.
        self.failed.map_or_else(|| self.database.flush(), Err)
    }

    /// Commits a group whole, or refuses all of it before it changes anything.
    fn commit(&mut self, needs: Needs, group: Vec<Work>) -> Result<(), Error> {
        self.failed.clone().map_or(Ok(()), Err)?;
        if needs == Needs::Deletion {
            self.database.check_disk(SPARE_TO_DELETE)?;
        }
        let (database, schedule) = (&self.database, &mut self.schedule);
        let mut plan = Plan { database, schedule, changes: Changes::new(), needs };
        group.into_iter().for_each(|work| work(&mut plan));
        let Plan { changes, needs, .. } = plan;
        if changes.is_empty() {
            return Ok(());
        }
        let committed = if needs < Needs::Atomic { database.write_each(&changes) } else { database.commit(&changes) };
        committed.and_then(|()| if needs >= Needs::Durable { database.flush() } else { Ok(()) }).inspect_err(|error| {
            tracing::error!(%error, "the store cannot write any more");
            // Room alone is no remedy any more.
            let is_full = matches!(error, Error::Full(_));
            self.failed = Some(if is_full { Error::Closed } else { error.clone() });
        })
    }
}
