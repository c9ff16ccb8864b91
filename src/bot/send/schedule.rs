//! When a call to Telegram may be made: at once, in turn, or after a pause that Telegram asked for.
//!
//! - **Rate.** An agent's answer goes out at once and only counts. All else waits for room among what goes out in a second,
//!   in order of [`Class`]; late answers also wait for each other in their chat.
//! - **Pauses.** A 429 pauses its chat, and no other. Where it is no chat's fault, it pauses all, once.
//! - **Calls at once** are bounded, since each has a file descriptor; what waits for its turn or for a pause has none.
//!
//! Limits that only delay are tokio's [`Interval`]s: they run on the monotonic clock, and those who wait for one come in the
//! order in which they began to wait. A crate that counts tokens would refuse instead, and could not go below zero for an
//! answer that does not ask.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use rand::Rng;
use teloxide::types::Seconds;
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit, mpsc, oneshot},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{chat::Place, jobs::Priority, value::ChatId};

/// The pause between late answers in a private chat (Telegram's FAQ for bots: "one message per second").
const PRIVATE_PERIOD: Duration = Duration::from_secs(1);

/// The pause between late answers in a group (the same: "20 messages per minute").
const GROUP_PERIOD: Duration = Duration::from_secs(3);

/// The shortest pause after a 429, also after one that asks for none.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause after a 429 before it is tried again, whatever it asks for.
const MAX_PAUSE: Duration = Duration::from_secs(5 * 60);

/// A pause of all is longer than asked for by up to this part of it, so that bots that were refused together do not come
/// back together.
const JITTER: f64 = 0.2;

/// A 429 is no chat's fault where so many different chats were refused in a row, with no message taken in between …
const CHATS_IN_A_ROW: usize = 3;

/// … within this time.
const IN_A_ROW: Duration = Duration::from_secs(1);

/// What a call is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Something that is no message: it does not count, and waits for pauses alone.
    Unlimited,
    /// An agent waits for it: it goes at once, and counts.
    Answer,
    /// An answer that comes late, one of many perhaps.
    LateAnswer,
    /// For an owner.
    Alert,
    /// How far a long job is.
    Progress,
    /// For someone who may not check.
    Stranger,
}

impl From<Priority> for Class {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Answer => Self::Answer,
            Priority::LateAnswer => Self::LateAnswer,
            Priority::Alert => Self::Alert,
            Priority::Progress => Self::Progress,
        }
    }
}

/// How much goes to Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages and edits a second, over all chats: below the 30 of Telegram's FAQ for bots.
    pub per_second: u32,
    /// Calls at once: each has one of the 1,024 files that a process may usually open.
    pub calls: usize,
    /// Replies to strangers that wait; beyond these they are left out.
    pub strangers: usize,
    /// Between two late answers in a private chat there is at least this.
    pub private_period: Duration,
    /// The same in a group.
    pub group_period: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_second: 25, calls: 256, strangers: 32, private_period: PRIVATE_PERIOD, group_period: GROUP_PERIOD }
    }
}

/// Says when calls may be made. All of it is in memory: a process that starts anew learns of pauses by being refused.
pub(super) struct Schedule {
    limits: Limits,
    rate: Rate,
    /// Chats that are paused, or in which something waits.
    chats: Mutex<HashMap<ChatId, Arc<Chat>>>,
    all: Mutex<All>,
    calls: Semaphore,
}

/// What a chat waits for.
struct Chat {
    paused_until: Mutex<Instant>,
    /// The late answer whose turn is next, so that an answer waits behind one of them at most.
    first_late: AsyncMutex<()>,
    pace: AsyncMutex<Interval>,
}

/// What all chats wait for.
#[derive(Default)]
struct All {
    paused_until: Option<Instant>,
    /// The chats that were refused in a row, when, and for how long.
    refused: Vec<(ChatId, Instant, Duration)>,
}

impl Schedule {
    /// A schedule within these limits. A task of the present runtime belongs to it.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            rate: Rate::new(limits.per_second),
            limits,
            chats: Mutex::default(),
            all: Mutex::default(),
            calls: Semaphore::new(limits.calls),
        }
    }

    /// Waits until a call may be made; it is under way until the result is dropped. `chat` is `None` for a call that names
    /// no chat.
    pub(super) async fn turn(&self, chat: Option<ChatId>, class: Class) -> Option<SemaphorePermit<'_>> {
        self.wait(chat, class).await;
        // The semaphore is never closed.
        self.calls.acquire().await.ok()
    }

    async fn wait(&self, chat: Option<ChatId>, class: Class) {
        match class {
            Class::Unlimited => {
                while let Some(end) = self.pause(chat) {
                    sleep_until(end).await;
                }
                return;
            }
            Class::Answer if self.pause(chat).is_none() => return self.rate.count(),
            // An answer that a pause held back comes in turn, so that all of them together do not bring on the next pause.
            _ => {}
        }
        let state = chat.filter(|_| matches!(class, Class::Answer | Class::LateAnswer)).map(|chat| self.chat(chat));
        let _first = match &state {
            Some(state) if class == Class::LateAnswer => Some(state.first_late.lock().await),
            _ => None,
        };
        let mut pace = match &state {
            Some(state) => Some(state.pace.lock().await),
            None => None,
        };
        loop {
            while let Some(end) = self.pause(chat) {
                sleep_until(end).await;
            }
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
            self.rate.wait(class).await;
            if self.pause(chat).is_none() {
                return;
            }
        }
    }

    /// Notes that a call was refused by a 429.
    pub(super) fn refused(&self, chat: Option<ChatId>, asked: Seconds) {
        let now = Instant::now();
        let pause = asked.duration().clamp(MIN_PAUSE, MAX_PAUSE);
        if let Some(chat) = chat {
            tracing::warn!(%chat, asked = asked.seconds(), ?pause, "Telegram asks for a pause in a chat");
            *lock(&self.chat(chat).paused_until) = now + pause;
        }
        let mut all = lock(&self.all);
        if all.paused_until.is_some_and(|end| end > now) {
            // It was under way already as the pause began.
            return;
        }
        let pause = match chat {
            None => pause,
            Some(chat) => {
                all.refused.retain(|(other, at, _)| *other != chat && now.duration_since(*at) <= IN_A_ROW);
                all.refused.push((chat, now, pause));
                if all.refused.len() < CHATS_IN_A_ROW {
                    return;
                }
                // Should it be each chat's own fault after all, the others wait no longer than for the shortest.
                all.refused.iter().map(|(_, _, pause)| *pause).min().unwrap_or(pause)
            }
        };
        all.refused.clear();
        let pause = pause.mul_f64(rand::thread_rng().gen_range(1.0..=1.0 + JITTER));
        tracing::warn!(asked = asked.seconds(), ?pause, "Telegram asks for a pause of all");
        all.paused_until = Some(now + pause);
    }

    /// Notes that Telegram took a call. Where it takes messages, those that it refuses are refused for their chats.
    pub(super) fn taken(&self, class: Class) {
        if class != Class::Unlimited {
            lock(&self.all).refused.clear();
        }
    }

    /// When the pause ends that a chat is in; `None` where it is in none.
    pub(super) fn pause(&self, chat: Option<ChatId>) -> Option<Instant> {
        let of_chat = chat.and_then(|chat| lock(&self.chats).get(&chat).map(|chat| *lock(&chat.paused_until)));
        let of_all = lock(&self.all).paused_until;
        of_chat.max(of_all).filter(|end| *end > Instant::now())
    }

    fn chat(&self, chat: ChatId) -> Arc<Chat> {
        let mut chats = lock(&self.chats);
        if chats.len() == chats.capacity() {
            // Before it grows.
            let now = Instant::now();
            chats.retain(|_, chat| Arc::strong_count(chat) > 1 || *lock(&chat.paused_until) > now);
        }
        let state = chats.entry(chat).or_insert_with(|| {
            let period = match Place::of(chat) {
                Place::Private => self.limits.private_period,
                Place::Group => self.limits.group_period,
            };
            Arc::new(Chat {
                paused_until: Mutex::new(Instant::now()),
                first_late: AsyncMutex::default(),
                pace: AsyncMutex::new(at_least(period)),
            })
        });
        state.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An interval between two ticks of which there is at least a period, however late the first was asked for.
pub(super) fn at_least(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// The classes that count, the most urgent first.
const COUNTED: [Class; 5] = [Class::Answer, Class::LateAnswer, Class::Alert, Class::Progress, Class::Stranger];

/// One call that counts: whoever waits for it, or `None` where it was made without asking.
type Ticket = Option<oneshot::Sender<()>>;

/// Lets so many calls go in a second, the most urgent first.
struct Rate {
    queues: Vec<mpsc::Sender<Ticket>>,
    _task: AbortOnDropHandle<()>,
}

impl Rate {
    fn new(per_second: u32) -> Self {
        // What was counted of answers holds the others up for a second at most.
        let (queues, ends) = COUNTED.iter().map(|_| mpsc::channel(per_second as usize)).unzip();
        let period = Duration::from_secs(1) / per_second;
        Self { queues, _task: AbortOnDropHandle::new(tokio::spawn(grant(ends, at_least(period)))) }
    }

    /// Counts an answer that goes at once.
    fn count(&self) {
        if let Some(queue) = self.queues.first() {
            let _ = queue.try_send(None);
        }
    }

    /// Waits for room.
    async fn wait(&self, class: Class) {
        let (ticket, granted) = oneshot::channel();
        let queue = COUNTED.iter().position(|other| *other == class).and_then(|at| self.queues.get(at));
        if let Some(queue) = queue
            && queue.send(Some(ticket)).await.is_ok()
        {
            let _ = granted.await;
        }
    }
}

/// Grants a ticket at each tick.
async fn grant(mut queues: Vec<mpsc::Receiver<Ticket>>, mut ticks: Interval) {
    loop {
        ticks.tick().await;
        loop {
            let next = poll_fn(|context| {
                let next = queues.iter_mut().find_map(|queue| match queue.poll_recv(context) {
                    Poll::Ready(Some(ticket)) => Some(ticket),
                    Poll::Ready(None) | Poll::Pending => None,
                });
                next.map_or(Poll::Pending, Poll::Ready)
            });
            // Where whoever waited has given up, the tick is for the next.
            if next.await.is_none_or(|waiting| waiting.send(()).is_ok()) {
                break;
            }
        }
    }
}
