//! The one thread that writes. It takes all that is queued, commits it as a group, and answers every caller.
//!
//! Whatever goes wrong in the thread, a panic too, nobody waits for ever: an answer that can no longer come is
//! [`Error::Closed`], and so is every later call.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout_at;

use crate::value::{ChatId, UpdateId};

use super::super::{Error, Seq, Waiting};
use super::backup::Tee;
use super::database::TreeName;

/// How many requests may be queued, and so the most that one group holds. A caller beyond it waits for its turn.
const QUEUE: usize = 256;

/// Something to write. Not `Debug`: the values are personal.
pub(super) enum Write {
    /// A record as the newest of its chat; its place is given to it at the commit.
    Append {
        /// Whose history.
        chat: ChatId,
        /// The record's bytes.
        value: Vec<u8>,
        /// The entry of the journal that shall say where the record is; it has one record at most.
        update: Option<UpdateId>,
    },
    /// A value under a key of the caller's.
    Put {
        /// Where to.
        tree: TreeName,
        /// Under which key.
        key: Vec<u8>,
        /// What.
        value: Vec<u8>,
    },
    /// Entries of the journal, those that are new, with their bytes.
    Accept(Vec<(UpdateId, Vec<u8>)>),
    /// That an entry waits.
    Wait(UpdateId, Waiting),
    /// The end of an entry.
    Finish(UpdateId),
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is done, and there is no more to say.
    Done,
    /// Where the record stands.
    Kept(Seq),
    /// For each entry, whether it is new.
    New(Vec<bool>),
}

/// What commits the groups: a disk, or in tests a stand-in.
pub(super) trait Commit: Send + 'static {
    /// Writes all of `group`, durably, and says what came of each, in order.
    fn commit(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>>;

    /// Shows what is committed from now on to a backup.
    fn tee(&mut self) -> Result<Tee, Error>;

    /// When it wants to be settled, if it does.
    fn due(&self) -> Option<Instant>;

    /// Does what could wait: called when it is due, between two groups.
    fn settle(&mut self);

    /// Ends in good order; nothing comes after it.
    fn close(self) -> Result<(), Error>;
}

/// What goes through the queue.
enum Message {
    Commit { write: Write, done: oneshot::Sender<Result<Answer, Error>> },
    Tee { done: oneshot::Sender<Result<Tee, Error>> },
    Close { done: oneshot::Sender<Result<(), Error>> },
}

/// The queue's near end. Dropping it commits what is queued, closes, and waits for the thread.
pub(super) struct Writer {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Message>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which commits to `target`.
    pub(super) fn start(target: impl Commit) -> io::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let work = move || run(target, requests, &clock);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(work)?;
        Ok(Self { queue: Some(queue), thread: Mutex::new(Some(thread)) })
    }

    /// Has `write` committed, and gives what came of it. Once this was called, it may be committed even if the caller
    /// no longer waits for it.
    pub(super) async fn commit(&self, write: Write) -> Result<Answer, Error> {
        self.ask(|done| Message::Commit { write, done }).await
    }

    /// Shows what is committed from now on.
    pub(super) async fn tee(&self) -> Result<Tee, Error> {
        self.ask(|done| Message::Tee { done }).await
    }

    /// Commits what is queued, closes and ends the thread.
    pub(super) async fn close(&self) -> Result<(), Error> {
        self.ask(|done| Message::Close { done }).await
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Message) -> Result<T, Error> {
        let (done, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or(Error::Closed)?;
        queue.send(message(done)).await.map_err(|_gone| Error::Closed)?;
        answer.await.map_err(|_gone| Error::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.take();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's writer panicked; what it had not answered may not be kept");
        }
    }
}

/// The thread: group by group, until it is told to close or nobody can ask any more.
fn run(mut target: impl Commit, mut requests: mpsc::Receiver<Message>, clock: &Runtime) {
    let closing = loop {
        let Some(first) = next(&mut target, &mut requests, clock) else { break None };
        let mut group = Group::default();
        let closing = group.fill(first, &mut requests);
        group.commit(&mut target);
        if closing.is_some() {
            break closing;
        }
    };
    // From here on a call fails at once instead of waiting for the close.
    drop(requests);
    let closed = target.close();
    if let Err(error) = &closed {
        tracing::error!(%error, "the store could not be closed in good order");
    }
    if let Some(done) = closing {
        // Nobody may be waiting any more.
        let _ = done.send(closed);
    }
}

/// Waits for a request, and settles `target` when it is due; `None` when nobody can ask any more.
fn next(target: &mut impl Commit, requests: &mut mpsc::Receiver<Message>, clock: &Runtime) -> Option<Message> {
    while let Some(due) = target.due() {
        // Without the first condition a busy store would never come to it.
        if due > Instant::now() {
            let in_time = clock.block_on(async { timeout_at(due.into(), requests.recv()).await });
            if let Ok(message) = in_time {
                return message;
            }
        }
        target.settle();
    }
    requests.blocking_recv()
}

/// Requests that are committed together, and where their answers go.
#[derive(Default)]
struct Group {
    writes: Vec<Write>,
    waiting: Vec<oneshot::Sender<Result<Answer, Error>>>,
    /// Backups that begin: before the group is committed.
    tees: Vec<oneshot::Sender<Result<Tee, Error>>>,
}

impl Group {
    /// Takes `first` and all that is queued behind it; stops at a wish to close and gives it back.
    fn fill(
        &mut self,
        first: Message,
        requests: &mut mpsc::Receiver<Message>,
    ) -> Option<oneshot::Sender<Result<(), Error>>> {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Close { done } => return Some(done),
                Message::Commit { write, done } => {
                    self.writes.push(write);
                    self.waiting.push(done);
                }
                Message::Tee { done } => self.tees.push(done),
            }
            next = if self.writes.len() < QUEUE { requests.try_recv().ok() } else { None };
        }
        None
    }

    fn commit(self, target: &mut impl Commit) {
        for done in self.tees {
            // Nobody may be waiting any more: then nothing is shown either.
            let _ = done.send(target.tee());
        }
        if self.writes.is_empty() {
            return;
        }
        let answers = target.commit(&self.writes);
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            tracing::error!(%error, requests = self.waiting.len(), "a commit failed");
        }
        let mut answers = answers.into_iter();
        for done in self.waiting {
            let answer = answers.next().unwrap_or(Err(Error::Closed));
            // Nobody may be waiting any more: the chat's task may be gone.
            let _ = done.send(answer);
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
