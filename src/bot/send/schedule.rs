//! When a call to Telegram may be made: at once, in turn, or after a pause that Telegram asked for.
//!
//! - **Rate.** An agent's answer goes out at once and only counts. All else waits for room among what goes out in a
//!   second, in order of [`Priority`]; late answers also wait for each other in their chat.
//! - **Pauses.** A 429 pauses its chat, and no other. Where it is no chat's fault, it pauses all, once.
//! - **Calls at once** are bounded, since each has a file descriptor; what waits for its turn or for a pause has none.
//!
//! A crate that counts tokens would refuse instead of delaying, knows no priorities, and could not count an answer that
//! does not ask.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::Rng;
use teloxide::types::Seconds;
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit},
    time::{Instant, sleep, sleep_until},
};

use super::refusal::pause_asked;
use crate::{chat::Place, jobs::Priority, value::ChatId};

/// A pause of all is longer than asked for by up to this part of it, so that bots that were refused together do not
/// come back together.
const JITTER: f64 = 0.2;

/// A 429 is no chat's fault where so many different chats were refused in a row, with no message taken in between …
const CHATS_IN_A_ROW: usize = 3;

/// … within this time.
const IN_A_ROW: Duration = Duration::from_secs(1);

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
    /// Between two messages to strangers, over all chats, there is at least this.
    pub stranger_period: Duration,
    /// So long nothing is said of a group that is new to the bot: Telegram tells that it is in a supergroup before it
    /// tells which group that was.
    pub arrival_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // Telegram's FAQ for bots: "one message per second" in a chat, "20 messages per minute" in a group.
        let (private_period, group_period) = (Duration::from_secs(1), Duration::from_secs(3));
        Self {
            per_second: 25,
            calls: 256,
            strangers: 32,
            private_period,
            group_period,
            stranger_period: Duration::from_secs(1),
            arrival_pause: Duration::from_secs(2),
        }
    }
}

/// Says when calls may be made. All of it is in memory: a process that starts anew learns of pauses by being refused.
pub(super) struct Schedule {
    limits: Limits,
    rate: Rate,
    /// Messages to strangers, over all chats.
    stranger_rate: Rate,
    /// Chats that are paused, or in which something waits.
    chats: Mutex<HashMap<ChatId, Arc<Chat>>>,
    all: Mutex<All>,
    calls: Semaphore,
}

/// What a chat waits for.
struct Chat {
    paused_until: Mutex<Instant>,
    rate: Rate,
}

/// What all chats wait for.
#[derive(Default)]
struct All {
    paused_until: Option<Instant>,
    /// The chats that were refused in a row, when, and for how long.
    refused: Vec<(ChatId, Instant, Duration)>,
}

impl Schedule {
    /// A schedule within these limits.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            rate: Rate::new(Duration::from_secs(1) / limits.per_second),
            stranger_rate: Rate::new(limits.stranger_period),
            limits,
            chats: Mutex::default(),
            all: Mutex::default(),
            calls: Semaphore::new(limits.calls),
        }
    }

    /// Waits until a call may be made; it is under way until the result is dropped. `chat` is `None` for a call that
    /// names no chat, and `priority` for one that sends no message: it does not count, and waits for pauses alone.
    pub(super) async fn turn(&self, chat: Option<ChatId>, priority: Option<Priority>) -> Option<SemaphorePermit<'_>> {
        match priority {
            Some(Priority::Answer) if self.pause(chat).is_none() => self.rate.count(),
            // An answer that a pause held back comes in turn, so that all of them together do not bring on the next
            // pause.
            _ => self.wait(chat, priority).await,
        }
        // The semaphore is never closed.
        self.calls.acquire().await.ok()
    }

    async fn wait(&self, chat: Option<ChatId>, priority: Option<Priority>) {
        let state = chat.filter(|_| matches!(priority, Some(Priority::Answer | Priority::LateAnswer)));
        let state = state.map(|chat| self.chat(chat));
        loop {
            while let Some(end) = self.pause(chat) {
                sleep_until(end).await;
            }
            let Some(priority) = priority else { return };
            if let Some(chat) = &state {
                chat.rate.wait(priority).await;
            }
            if priority == Priority::Stranger {
                self.stranger_rate.wait(priority).await;
            }
            self.rate.wait(priority).await;
            if self.pause(chat).is_none() {
                return;
            }
        }
    }

    /// Notes that a call was refused by a 429.
    pub(super) fn refused(&self, chat: Option<ChatId>, asked: Seconds) {
        let now = Instant::now();
        let pause = pause_asked(asked);
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
    pub(super) fn taken(&self, priority: Option<Priority>) {
        if priority.is_some() {
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
            Arc::new(Chat { paused_until: Mutex::new(Instant::now()), rate: Rate::new(period) })
        });
        state.clone()
    }
}

/// Lets one call go in a period, the most urgent first and then the one that has waited longest.
struct Rate {
    period: Duration,
    /// When the next may go.
    next: Mutex<Instant>,
    /// A queue for each priority; the first in it holds it and waits for its turn.
    queues: [AsyncMutex<()>; 5],
}

impl Rate {
    fn new(period: Duration) -> Self {
        Self { period, next: Mutex::new(Instant::now()), queues: Default::default() }
    }

    /// Counts an answer that goes at once. All such answers together hold the others up for a second at most.
    fn count(&self) {
        let (now, mut next) = (Instant::now(), lock(&self.next));
        *next = (now.max(*next) + self.period).min(now + Duration::from_secs(1));
    }

    async fn wait(&self, priority: Priority) {
        let Some((own, ahead)) = self.queues.get(..=priority as usize).and_then(<[_]>::split_last) else { return };
        let _first = own.lock().await;
        loop {
            let next = *lock(&self.next);
            sleep_until(next).await;
            if ahead.iter().any(|queue| queue.try_lock().is_err()) {
                // This turn is for something more urgent.
                sleep(self.period).await;
                continue;
            }
            let (now, mut next) = (Instant::now(), lock(&self.next));
            if *next <= now {
                *next = now + self.period;
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
