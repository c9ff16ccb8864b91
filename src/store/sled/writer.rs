//! The one thread that writes. It takes all that is queued, commits it as a group, and answers every caller.
//!
//! Whatever goes wrong in the thread, a panic too, nobody waits for ever: an answer that can no longer come is
//! [`Error::Closed`], and so is every later call.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout_at;

use crate::value::{ChatId, UpdateId};

use super::super::{Error, Seq, Waiting};
use super::backup::Tee;
use super::database::TreeName;

/// How many requests may be queued, and so the most that one group holds. A caller beyond it waits for its turn.
const QUEUE: usize = 256;

/// How many writes may lie beside the queue.
const ASIDE: usize = 64;

/// How long what was accepted waits for a group that is synced anyway. Against a provider that answers at once it saves
/// one sync of two; otherwise it lets a burst share one. All that waits for it is the next call for updates.
pub(super) const PATIENCE: Duration = Duration::from_millis(5);

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
    /// Writes all of `group`, durably where its writes ask for it, and says what came of each, in order.
    fn commit(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>>;

    /// Whether all that was committed is durable.
    fn is_synced(&self) -> bool;

    /// Makes it so.
    fn sync(&mut self) -> Result<(), Error>;

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

/// What goes with the next group, whenever one comes.
type Aside = Arc<Mutex<Vec<Write>>>;

/// The queue's near end. Dropping it commits what is queued, closes, and waits for the thread.
pub(super) struct Writer {
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Message>>,
    aside: Aside,
    durable: watch::Receiver<Durable>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which commits to `target`; what is accepted is synced within `patience`.
    pub(super) fn start(target: impl Commit, patience: Duration) -> io::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let (told, durable) = watch::channel(Durable { accepted: 0, synced: Ok(0) });
        let syncs = Syncs { patience, due: None, told };
        let aside = Aside::default();
        let ours = aside.clone();
        let work = move || run(target, requests, &ours, syncs, &clock);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(work)?;
        Ok(Self { queue: Some(queue), aside, durable, thread: Mutex::new(Some(thread)) })
    }

    /// Has `write` committed, and gives what came of it. Once this was called, it may be committed even if the caller
    /// no longer waits for it.
    pub(super) async fn commit(&self, write: Write) -> Result<Answer, Error> {
        self.ask(|done| Message::Commit { write, done }).await
    }

    /// Leaves `write` to be committed ahead of the next group, or at the close: the thread is not woken for it, which
    /// would cost more than the write. What comes of it is not told. Gives it back where it cannot be left.
    pub(super) fn leave(&self, write: Write) -> Result<(), Write> {
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        if aside.len() >= ASIDE || self.queue.as_ref().is_none_or(mpsc::Sender::is_closed) {
            return Err(write);
        }
        aside.push(write);
        Ok(())
    }

    /// Waits until all that was accepted is durable, which may take up to [`PATIENCE`] longer than the disk does.
    pub(super) async fn synced(&self) -> Result<(), Error> {
        let mut durable = self.durable.clone();
        let accepted = durable.borrow().accepted;
        let is_told = |durable: &Durable| durable.synced.as_ref().map_or(true, |synced| *synced >= accepted);
        let told = durable.wait_for(is_told).await.map_err(|_gone| Error::Closed)?;
        told.synced.clone().map(|_| ())
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
fn run(
    mut target: impl Commit,
    mut requests: mpsc::Receiver<Message>,
    aside: &Aside,
    mut syncs: Syncs,
    clock: &Runtime,
) {
    let closing = loop {
        let Some(first) = next(&mut target, &mut requests, &mut syncs, clock) else { break None };
        let mut group = Group::default();
        let closing = group.fill(first, &mut requests);
        group.put_ahead(aside);
        group.commit(&mut target, &mut syncs);
        if closing.is_some() {
            break closing;
        }
    };
    // From here on a call fails at once instead of waiting for the close.
    drop(requests);
    let mut last = Group::default();
    last.put_ahead(aside);
    last.commit(&mut target, &mut syncs);
    let closed = target.close();
    if let Err(error) = &closed {
        tracing::error!(%error, "the store could not be closed in good order");
    }
    if let Some(done) = closing {
        // Nobody may be waiting any more.
        let _ = done.send(closed);
    }
}

/// Waits for a request, and syncs and settles `target` when that is due; `None` when nobody can ask any more.
fn next(
    target: &mut impl Commit,
    requests: &mut mpsc::Receiver<Message>,
    syncs: &mut Syncs,
    clock: &Runtime,
) -> Option<Message> {
    loop {
        if syncs.due.is_some() && target.is_synced() {
            syncs.tell(Ok(()));
        }
        let Some(due) = [syncs.due, target.due()].into_iter().flatten().min() else { return requests.blocking_recv() };
        // Without the first condition a busy store would never come to it.
        if due > Instant::now() {
            let in_time = clock.block_on(async { timeout_at(due.into(), requests.recv()).await });
            if let Ok(message) = in_time {
                return message;
            }
        }
        if syncs.due == Some(due) {
            syncs.tell(target.sync());
        } else {
            target.settle();
        }
    }
}

/// How far what was accepted is safe from a power loss.
struct Durable {
    /// Counts the groups that accepted something.
    accepted: u64,
    /// Up to which of them the disk was reached, or what came of the last try.
    synced: Result<u64, Error>,
}

/// The syncs that what was accepted waits for.
struct Syncs {
    patience: Duration,
    /// When the next has to be, unless a group brings one sooner.
    due: Option<Instant>,
    told: watch::Sender<Durable>,
}

impl Syncs {
    /// Something was accepted.
    fn want(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + self.patience);
        // Nobody waits for this number to grow.
        self.told.send_if_modified(|durable| {
            durable.accepted += 1;
            durable.synced = Ok(durable.synced.as_ref().copied().unwrap_or_default());
            false
        });
    }

    fn tell(&mut self, synced: Result<(), Error>) {
        self.due = None;
        self.told.send_modify(|durable| durable.synced = synced.map(|()| durable.accepted));
    }
}

/// Requests that are committed together, and where their answers go.
#[derive(Default)]
struct Group {
    writes: Vec<Write>,
    /// So many of the writes, the first ones, were left aside.
    left: usize,
    waiting: Vec<oneshot::Sender<Result<Answer, Error>>>,
    /// Backups that begin, once the group is committed: what was left aside before is in them.
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

    /// Puts what was left aside ahead of the rest, which was taken from the queue before: so what a caller left aside
    /// is committed no later than what it asked for next.
    fn put_ahead(&mut self, aside: &Aside) {
        let left = std::mem::take(&mut *aside.lock().unwrap_or_else(PoisonError::into_inner));
        self.left = left.len();
        self.writes.splice(0..0, left);
    }

    fn commit(mut self, target: &mut impl Commit, syncs: &mut Syncs) {
        let tees = std::mem::take(&mut self.tees);
        if !self.writes.is_empty() {
            self.write(target, syncs);
        }
        for done in tees {
            // Nobody may be waiting any more: then nothing is shown either.
            let _ = done.send(target.tee());
        }
    }

    fn write(self, target: &mut impl Commit, syncs: &mut Syncs) {
        let answers = target.commit(&self.writes);
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            tracing::error!(%error, requests = answers.len(), "a commit failed");
        }
        if self.writes.iter().any(|write| matches!(write, Write::Accept(_))) {
            syncs.want();
        }
        let mut answers = answers.into_iter().skip(self.left);
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
