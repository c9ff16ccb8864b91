//! Who commits. One thread takes all that is asked, commits it as a group, and answers every caller; what needs no sync
//! is committed by the caller itself, where nobody is ahead of it, because waking the thread would cost more.
//!
//! Whatever goes wrong, a panic too, nobody waits for ever: an answer that can no longer come is [`Error::Closed`], and
//! so is every later call.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::value::{ChatId, UpdateId};

use super::super::{Error, Seq, Waiting};
use super::backup::Tee;
use super::database::TreeName;
use super::inbox::{Done, Inbox, Message, Woken};

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
    /// Whether a group that needs no sync takes it no more than a write to a file.
    fn is_ready(&self) -> bool;

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
    fn close(self: Box<Self>) -> Result<(), Error>;
}

/// Commits to a target. Dropping it commits what is asked, closes the target, and waits for that.
pub(super) struct Writer {
    shared: Arc<Shared>,
    patience: Duration,
    thread: Option<JoinHandle<()>>,
}

/// What the callers and the thread have in common.
struct Shared {
    inbox: Inbox,
    /// How many groups accepted something. Changed with the target locked, as is the next.
    accepted: AtomicU64,
    /// Which of them was the last to reach the disk.
    synced: AtomicU64,
    /// The same, for those who wait for it: published by a caller who was answered, not by the thread, because within
    /// the runtime a task is woken without a system call.
    durable: watch::Sender<u64>,
    /// Locked before the inbox is emptied: whoever has the lock commits what comes next. `None` once it is closed; a
    /// panic leaves it poisoned, and nothing is committed any more.
    target: Mutex<Option<Box<dyn Commit>>>,
}

impl Writer {
    /// Starts the thread, which commits to `target`; what is accepted waits for `patience` to be synced with the rest.
    pub(super) fn start(target: impl Commit, patience: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            inbox: Inbox::new(),
            accepted: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            durable: watch::Sender::new(0),
            target: Mutex::new(Some(Box::new(target))),
        });
        let ours = shared.clone();
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(move || run(&ours))?;
        Ok(Self { shared, patience, thread: Some(thread) })
    }

    /// Has `write` committed, and gives what came of it. Once this was called, it may be committed even if the caller
    /// no longer waits for it.
    pub(super) async fn commit(&self, write: Write) -> Result<Answer, Error> {
        match self.shared.commit_here(write) {
            Ok(answer) => answer,
            Err(write) => self.ask(|done| Message::Commit(write, done)).await,
        }
    }

    /// Leaves `write` to be committed ahead of the next group, or at the close: nobody is woken for it, which would
    /// cost more than the write. What comes of it is not told. Gives it back where it cannot be left.
    pub(super) fn leave(&self, write: Write) -> Result<(), Write> {
        self.shared.inbox.leave(write)
    }

    /// Waits until all that was accepted is durable: some milliseconds for a group that is synced anyway, then for a
    /// sync of its own.
    pub(super) async fn synced(&self) -> Result<(), Error> {
        let mut durable = self.shared.durable.subscribe();
        let accepted = self.shared.accepted.load(Acquire);
        if self.shared.synced.load(Acquire) >= accepted {
            return Ok(());
        }
        let synced =
            timeout(self.patience, durable.wait_for(|synced| *synced >= accepted)).await.is_ok_and(|s| s.is_ok());
        if synced { Ok(()) } else { self.ask(Message::Sync).await }
    }

    /// Shows what is committed from now on.
    pub(super) async fn tee(&self) -> Result<Tee, Error> {
        self.ask(Message::Tee).await
    }

    /// Commits what is asked, closes and ends the thread.
    pub(super) async fn close(&self) -> Result<(), Error> {
        self.ask(Message::Close).await
    }

    async fn ask<T>(&self, message: impl FnOnce(Done<T>) -> Message) -> Result<T, Error> {
        let (done, answer) = oneshot::channel();
        self.shared.inbox.put(message(done)).await?;
        let answer = answer.await.map_err(|_gone| Error::Closed)?;
        self.shared.publish();
        answer
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.inbox.close();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's writer panicked; what it had not answered may not be kept");
        }
    }
}

impl Shared {
    /// Commits `write` at once, with what was left aside, if it needs no sync and nobody is ahead of it. Else gives it
    /// back.
    fn commit_here(&self, write: Write) -> Result<Result<Answer, Error>, Write> {
        if !matches!(write, Write::Accept(_)) {
            return Err(write);
        }
        let Ok(mut target) = self.target.try_lock() else { return Err(write) };
        let Some(target) = target.as_deref_mut().filter(|target| target.is_ready()) else { return Err(write) };
        let Some(mut group) = self.inbox.take_if_idle() else { return Err(write) };
        group.push(write);
        let due = target.due();
        let answer = self.commit(target, &group).pop().unwrap_or(Err(Error::Closed));
        if target.due() != due {
            // Once for each checkpoint.
            self.inbox.hurry();
        }
        Ok(answer)
    }

    /// Commits a group, and counts how far that brought what was accepted.
    fn commit(&self, target: &mut dyn Commit, group: &[Write]) -> Vec<Result<Answer, Error>> {
        if group.is_empty() {
            return Vec::new();
        }
        let answers = target.commit(group);
        if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
            tracing::error!(%error, requests = answers.len(), "a commit failed");
        }
        if group.iter().any(|write| matches!(write, Write::Accept(_))) {
            self.accepted.fetch_add(1, AcqRel);
        }
        self.note_if_synced(target);
        answers
    }

    /// Makes all that was committed durable.
    fn sync(&self, target: &mut dyn Commit) -> Result<(), Error> {
        if !target.is_synced() {
            target.sync()?;
        }
        self.note_if_synced(target);
        Ok(())
    }

    /// Runs `work` on the target.
    ///
    /// # Errors
    /// There is none any more.
    fn with<T>(&self, work: impl FnOnce(&mut dyn Commit) -> T) -> Result<T, Error> {
        let mut target = self.target.lock().map_err(|_poisoned| Error::Closed)?;
        target.as_deref_mut().map(work).ok_or(Error::Closed)
    }

    fn note_if_synced(&self, target: &dyn Commit) {
        if target.is_synced() {
            self.synced.store(self.accepted.load(Acquire), Release);
        }
    }

    fn publish(&self) {
        let synced = self.synced.load(Acquire);
        self.durable.send_if_modified(|published| {
            let is_news = *published < synced;
            *published = synced.max(*published);
            is_news
        });
    }
}

/// The thread.
fn run(shared: &Shared) {
    let _nobody_waits_for_ever = Ending(&shared.inbox);
    if serve(shared).is_err() {
        tracing::error!("a caller panicked over a commit: the store takes no more");
    }
}

/// Commits group by group, until it is told to close or nobody can ask any more; then closes.
fn serve(shared: &Shared) -> Result<(), Error> {
    let closing = loop {
        let due = shared.with(|target| target.due())?;
        // Looked at before the messages: a store that is never idle would otherwise never come to its checkpoint.
        let woken = match due {
            Some(due) if due <= Instant::now() => Woken::InTime,
            due => shared.inbox.wait(due),
        };
        match woken {
            Woken::Alone => break None,
            Woken::Sooner => {}
            Woken::InTime => shared.with(|target| {
                target.settle();
                shared.note_if_synced(target);
            })?,
            Woken::Asked => {
                let answered = shared.with(|target| Group::take(&shared.inbox).commit(shared, target))?;
                // Told only now that others may commit: whoever is told may do so at once.
                if let Some(closing) = answered.tell() {
                    break Some(closing);
                }
            }
        }
    };
    // From here on a call fails at once instead of waiting for the close.
    shared.inbox.close();
    let closed = close(shared)?;
    if let Some(done) = closing {
        // Nobody may be waiting any more.
        let _ = done.send(closed);
    }
    Ok(())
}

/// Commits what was left aside and closes the target; what came of that.
fn close(shared: &Shared) -> Result<Result<(), Error>, Error> {
    let (_too_late, aside) = shared.inbox.take();
    shared.with(|target| drop(shared.commit(target, &aside)))?;
    let target = shared.target.lock().map_err(|_poisoned| Error::Closed)?.take();
    let closed = target.ok_or(Error::Closed)?.close();
    if let Err(error) = &closed {
        tracing::error!(%error, "the store could not be closed in good order");
    }
    Ok(closed)
}

/// Closes the inbox when the thread ends, however it does, and lets go of everyone who waits.
struct Ending<'a>(&'a Inbox);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.0.take();
    }
}

/// Requests that are committed together, and where their answers go.
#[derive(Default)]
struct Group {
    writes: Vec<Write>,
    /// So many of the writes, the first ones, were left aside.
    left: usize,
    waiting: Vec<Done<Answer>>,
    syncs: Vec<Done<()>>,
    /// Backups that begin, once the group is committed: what was left aside before is in them.
    tees: Vec<Done<Tee>>,
    closing: Option<Done<()>>,
}

impl Group {
    /// Takes all that waits, up to a wish to close; ahead of it what was left aside: so that this is committed no later
    /// than what its caller asked for next.
    fn take(inbox: &Inbox) -> Self {
        let (messages, aside) = inbox.take();
        let mut group = Self { left: aside.len(), writes: aside, ..Self::default() };
        for message in messages {
            match message {
                Message::Commit(write, done) => {
                    group.writes.push(write);
                    group.waiting.push(done);
                }
                Message::Sync(done) => group.syncs.push(done),
                Message::Tee(done) => group.tees.push(done),
                Message::Close(done) => {
                    group.closing = Some(done);
                    break;
                }
            }
        }
        group
    }

    fn commit(self, shared: &Shared, target: &mut dyn Commit) -> Answered {
        let answers = shared.commit(target, &self.writes).into_iter().skip(self.left);
        // Every write has one; should one be missing, its caller learns that it is not known.
        let answers = answers.chain(std::iter::repeat(Err(Error::Closed)));
        Answered {
            commits: self.waiting.into_iter().zip(answers).collect(),
            syncs: self.syncs.into_iter().map(|done| (done, shared.sync(target))).collect(),
            tees: self.tees.into_iter().map(|done| (done, target.tee())).collect(),
            closing: self.closing,
        }
    }
}

/// What came of a group.
struct Answered {
    commits: Vec<(Done<Answer>, Result<Answer, Error>)>,
    syncs: Vec<(Done<()>, Result<(), Error>)>,
    tees: Vec<(Done<Tee>, Result<Tee, Error>)>,
    closing: Option<Done<()>>,
}

impl Answered {
    /// Tells everyone, and gives who waits for the close.
    fn tell(self) -> Option<Done<()>> {
        // Nobody may be waiting any more: a chat's task may be gone.
        self.commits.into_iter().for_each(|(done, answer)| drop(done.send(answer)));
        self.syncs.into_iter().for_each(|(done, answer)| drop(done.send(answer)));
        self.tees.into_iter().for_each(|(done, answer)| drop(done.send(answer)));
        self.closing
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
