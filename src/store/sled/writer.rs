//! The one thread that writes: it takes all writes that wait, commits them as a group, and then answers every caller.
//!
//! One flush serves the whole group, and no thread of the runtime waits for the disk. While the disk can take nothing,
//! groups are refused before they change anything ([`Database::check_disk`]). After a commit that failed all the same
//! nothing is written any more until the next start: sled keeps its first error for good, nothing is known of what it
//! holds, and the state in memory has run ahead of it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::super::Error;
use super::database::Database;
use super::plan::{Plan, State};

/// How many writes may wait before callers have to; also the most that make one group.
const QUEUE_LEN: usize = 1024;

/// A write: it goes into a plan and leaves behind what answers its caller, or it is refused.
type Task = Box<dyn FnOnce(Result<&mut Plan<'_>, Error>) -> Option<Deliver> + Send>;

/// Answers a caller once it is known whether the group is committed.
type Deliver = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// The open database for reading beside the writer; `None` once it is closed.
pub(super) type Shared = Arc<RwLock<Option<Arc<Database>>>>;

/// The writer's end that callers have.
pub(super) struct Writer {
    inbox: Mutex<Option<mpsc::Sender<Task>>>,
    thread: Mutex<Option<JoinHandle<Result<(), Error>>>>,
}

/// The thread's own end.
struct Worker {
    database: Arc<Database>,
    state: State,
    /// Whether something is committed that no flush has followed yet.
    is_unflushed: bool,
    /// The first failure of sled.
    failed: Option<Error>,
}

impl Writer {
    /// Starts the thread over an open database, which is closed with it.
    pub(super) fn start(database: Arc<Database>, state: State, shared: Shared) -> io::Result<Self> {
        let (inbox, tasks) = mpsc::channel(QUEUE_LEN);
        let worker = Worker { database, state, is_unflushed: false, failed: None };
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || {
            let ended = worker.run(tasks);
            shared.write().unwrap_or_else(PoisonError::into_inner).take();
            ended
        })?;
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
        // A caller that went away needs no answer.
        let task: Task = Box::new(move |plan| match plan.map(work) {
            Ok(value) => Some(Box::new(move |committed| drop(answer.send(committed.map(|()| value))))),
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
        match self.failed {
            Some(error) => Err(error),
            None if self.is_unflushed => self.database.flush(),
            None => Ok(()),
        }
    }

    /// Commits a group whole, or refuses all of it.
    fn commit(&mut self, group: Vec<Task>) {
        if let Err(error) = self.failed.clone().map_or_else(|| self.database.check_disk(), Err) {
            group.into_iter().for_each(|task| drop(task(Err(error.clone()))));
            return;
        }
        let mut plan = Plan::new(&self.database, &mut self.state);
        let answers: Vec<Deliver> = group.into_iter().filter_map(|task| task(Ok(&mut plan))).collect();
        let (changes, is_durable) = plan.end();
        let committed = if changes.is_empty() {
            Ok(())
        } else {
            self.is_unflushed = !is_durable;
            self.database.commit(&changes).and_then(|()| if is_durable { self.database.flush() } else { Ok(()) })
        };
        if let Err(error) = &committed {
            tracing::error!(%error, "the store cannot write any more");
            // Room alone is no remedy any more.
            let is_full = matches!(error, Error::Full(_));
            self.failed = Some(if is_full { Error::Closed } else { error.clone() });
        }
        answers.into_iter().for_each(|answer| answer(committed.clone()));
    }
}
