//! What waits for the writer: messages, each of which wakes it, and writes that were left for the next group, which do
//! not.
//!
//! A monitor of the standard library's, and not a channel: the writer is a thread that wakes for a message or for a
//! moment, whichever comes first, and nothing is cheaper at waiting for both.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Semaphore, oneshot};

use super::super::Error;
use super::backup::Tee;
use super::writer::{Answer, Write};

/// How many messages may wait, and so about how many writes one group holds. A caller beyond it waits for its turn.
const MESSAGES: usize = 256;

/// How many writes may be left for the next group.
pub(super) const ASIDE: usize = 64;

/// Where somebody waits for what comes of a message.
pub(super) type Done<T> = oneshot::Sender<Result<T, Error>>;

/// What the writer is asked for.
pub(super) enum Message {
    /// To commit a write.
    Commit(Write, Done<Answer>),
    /// To make all that was committed durable.
    Sync(Done<()>),
    /// To show what is committed from now on.
    Tee(Done<Tee>),
    /// To commit what came before, and end.
    Close(Done<()>),
}

/// Why the writer no longer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// There are messages.
    Asked,
    /// It is time.
    InTime,
    /// It may be time sooner than it was.
    Sooner,
    /// There are none, and none will come.
    Alone,
}

/// Messages and writes on their way to the writer.
pub(super) struct Inbox {
    waiting: Mutex<Contents>,
    asked: Condvar,
    room: Semaphore,
}

#[derive(Default)]
struct Contents {
    messages: Vec<Message>,
    aside: Vec<Write>,
    sooner: bool,
    closed: bool,
}

impl Inbox {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { waiting: Mutex::default(), asked: Condvar::new(), room: Semaphore::new(MESSAGES) }
    }

    /// Puts a message in, once there is room.
    ///
    /// # Errors
    /// It is closed.
    pub(super) async fn put(&self, message: Message) -> Result<(), Error> {
        let room = self.room.acquire().await.map_err(|_closed| Error::Closed)?;
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(Error::Closed);
        }
        room.forget();
        waiting.messages.push(message);
        drop(waiting);
        self.asked.notify_one();
        Ok(())
    }

    /// Leaves a write for the next group. Gives it back where it cannot be left.
    pub(super) fn leave(&self, write: Write) -> Result<(), Write> {
        let mut waiting = self.waiting();
        if waiting.closed || waiting.aside.len() >= ASIDE {
            return Err(write);
        }
        waiting.aside.push(write);
        Ok(())
    }

    /// Waits for messages; if there is an `until`, no longer.
    pub(super) fn wait(&self, until: Option<Instant>) -> Woken {
        let mut waiting = self.waiting();
        loop {
            if std::mem::take(&mut waiting.sooner) {
                return Woken::Sooner;
            }
            if !waiting.messages.is_empty() {
                return Woken::Asked;
            }
            if waiting.closed {
                return Woken::Alone;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            waiting = match left {
                None => self.asked.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return Woken::InTime,
                Some(left) => self.asked.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    /// All messages, and what was left for the group that they become.
    pub(super) fn take(&self) -> (Vec<Message>, Vec<Write>) {
        let mut waiting = self.waiting();
        let messages = std::mem::take(&mut waiting.messages);
        self.room.add_permits(messages.len());
        (messages, std::mem::take(&mut waiting.aside))
    }

    /// What was left for the next group, if nobody else is about to make one of it.
    pub(super) fn take_if_idle(&self) -> Option<Vec<Write>> {
        let mut waiting = self.waiting();
        (waiting.messages.is_empty() && !waiting.closed).then(|| std::mem::take(&mut waiting.aside))
    }

    /// Has the writer ask anew until when to wait.
    pub(super) fn hurry(&self) {
        self.waiting().sooner = true;
        self.asked.notify_one();
    }

    /// Takes nothing more. What is in it stays; the writer still comes for it.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.room.close();
        self.asked.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Contents> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
