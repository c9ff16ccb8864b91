//! The one thread that writes: it takes all writes that wait, commits them as a group, and then answers every caller.
//!
//! One flush serves the whole group, and no thread of the runtime waits for the disk. After a failed commit nothing is
//! written any more, because nothing is known of what sled holds. Only a full disk is got over: sled keeps its first
//! error for good, so it is opened anew once there is room, and the state in memory is read anew.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::super::Error;
use super::database::Database;
use super::plan::{Plan, State};

/// How many writes may wait before callers have to; also the most that make one group.
const QUEUE_LEN: usize = 1024;

/// How long after a failure a full disk is tried again.
pub(super) const PAUSE: Duration = Duration::from_secs(5);

/// How much room there must be to go on, in bytes: for a large group and some of sled's segments, of 512 KiB.
const ROOM: u64 = 2 * 1024 * 1024;

/// A write: it goes into a plan, or is refused; in the plan it leaves behind what answers its caller.
type Task = Box<dyn FnOnce(Result<&mut Plan<'_>, Error>) -> Option<Deliver> + Send>;

/// Answers a caller once it is known whether the group is committed.
type Deliver = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// The open database for reading beside the writer, or why there is none.
pub(super) type Shared = Arc<RwLock<Result<Arc<Database>, Error>>>;

/// The writer's end that callers have.
pub(super) struct Writer {
    inbox: Mutex<Option<mpsc::Sender<Task>>>,
    thread: Mutex<Option<JoinHandle<Result<(), Error>>>>,
}

/// The thread's own end.
struct Worker {
    database: Shared,
    state: State,
    /// The first failure since the database was opened.
    failed: Option<Error>,
    next_try: Instant,
    /// How long after a failure a full disk is tried again; `None`: never, because the database is a temporary one.
    pause: Option<Duration>,
}

impl Writer {
    /// Starts the thread over an open database.
    pub(super) fn start(database: Shared, state: State, pause: Option<Duration>) -> io::Result<Self> {
        let (inbox, tasks) = mpsc::channel(QUEUE_LEN);
        let worker = Worker { database, state, failed: None, next_try: Instant::now(), pause };
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || worker.run(tasks))?;
        Ok(Self { inbox: Mutex::new(Some(inbox)), thread: Mutex::new(Some(thread)) })
    }

    /// Has `work` put into a group, and gives what it gave once that is durable. A caller that goes away meanwhile
    /// stops nothing.
    pub(super) async fn commit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Plan<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Closed)?;
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move |plan| match plan {
            Ok(plan) => {
                let value = work(plan);
                Some(Box::new(move |committed: Result<(), Error>| {
                    // A caller that went away needs no answer.
                    let _ = answer.send(committed.map(|()| value));
                }))
            }
            Err(error) => {
                let _ = answer.send(Err(error));
                None
            }
        });
        inbox.send(task).await.map_err(|_| Error::Closed)?;
        drop(inbox);
        answered.await.map_err(|_| Error::Closed)?
    }

    /// Takes no more writes, and waits until those that wait are committed and the database is closed.
    pub(super) fn close(&self) -> Result<(), Error> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread.ok_or(Error::Closed)?.join().map_err(|_panic| Error::Closed)?
    }
}

impl Worker {
    fn run(mut self, mut tasks: mpsc::Receiver<Task>) -> Result<(), Error> {
        while let Some(first) = tasks.blocking_recv() {
            let mut group = vec![first];
            while group.len() < QUEUE_LEN
                && let Ok(next) = tasks.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
        self.set(Err(Error::Closed));
        self.failed.map_or(Ok(()), Err)
    }

    /// Commits a group whole, or refuses all of it.
    fn commit(&mut self, group: Vec<Task>) {
        self.recover();
        let database = self.failed.clone().map_or_else(|| self.database(), Err);
        let database = match database {
            Ok(database) => database,
            Err(error) => {
                group.into_iter().for_each(|task| drop(task(Err(error.clone()))));
                return;
            }
        };
        let mut plan = Plan::new(&database, &mut self.state);
        let answers: Vec<Deliver> = group.into_iter().filter_map(|task| task(Ok(&mut plan))).collect();
        let (changes, undo) = plan.end();
        let committed = if changes.is_empty() { Ok(()) } else { database.commit(&changes) };
        match &committed {
            Ok(()) => self.state.forget(),
            Err(error) => {
                tracing::error!(%error, "the store cannot write");
                self.state.undo(undo);
                self.failed = Some(error.clone());
                self.next_try = Instant::now() + self.pause.unwrap_or_default();
            }
        }
        answers.into_iter().for_each(|answer| answer(committed.clone()));
    }

    /// Opens the database anew after a full disk, where it is time to try and there is room.
    fn recover(&mut self) {
        let (Some(full @ Error::Full { .. }), Some(pause)) = (self.failed.clone(), self.pause) else { return };
        if Instant::now() < self.next_try {
            return;
        }
        match self.reopen(full) {
            Ok(()) => {
                self.failed = None;
                tracing::info!("the disk has room again: the store goes on");
            }
            Err(error @ (Error::Full { .. } | Error::InUse { .. })) => {
                tracing::warn!(%error, "the store cannot go on yet");
            }
            Err(error) => {
                tracing::error!(%error, "the store did not get over a full disk");
                self.set(Err(error.clone()));
                self.failed = Some(error);
            }
        }
        self.next_try = Instant::now() + pause;
    }

    fn reopen(&mut self, full: Error) -> Result<(), Error> {
        let Error::Full { dir } = &full else { return Err(full) };
        probe(dir).map_err(|error| Error::from_io(dir, &error))?;
        // From here on reads fail too: sled has to let go of its files.
        self.set(Err(full.clone()));
        let database = Database::open(dir)?;
        let mut state = State::read(&database)?;
        state.take_over(&self.state);
        self.state = state;
        self.set(Ok(Arc::new(database)));
        Ok(())
    }

    fn database(&self) -> Result<Arc<Database>, Error> {
        self.database.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, database: Result<Arc<Database>, Error>) {
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = database;
    }
}

/// Sees whether there is room, by taking it for a moment.
fn probe(dir: &Path) -> io::Result<()> {
    let path = dir.join(".room");
    let take = || {
        let mut file = File::create(&path)?;
        io::copy(&mut io::repeat(0xa5).take(ROOM), &mut file)?;
        file.sync_all()
    };
    let taken = take();
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => taken,
    }
}
