//! Flood limits, which a test switches on: how many messages and edits Telegram takes from a bot, and the 429 beyond.
//!
//! Telegram publishes "about" figures alone (Bot FAQ, "My bot is hitting limits"); these are they, and the pause that
//! grows with each call that does not wait is what makers of bots report.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::{FakeTelegram, refusal::Refusal};

/// The methods that count, in lower case.
pub(crate) const COUNTED: [&str; 5] =
    ["sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagereplymarkup"];

/// So many messages and edits together within so much time.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// The most that are taken.
    pub calls: usize,
    /// In any span of this length.
    pub within: Duration,
}

/// How many messages and edits are taken, and how long a bot has to wait beyond.
#[derive(Clone, Copy, Debug)]
pub struct FloodLimits {
    /// In all chats together.
    pub overall: Rate,
    /// In a private chat.
    pub private: Rate,
    /// In a group.
    pub group: Rate,
    /// The pause, in seconds. A call during it is refused and makes it longer by as much again.
    pub retry_after: u64,
}

impl Default for FloodLimits {
    /// 30 a second in all, one a second in a private chat with a burst of three, 20 a minute in a group.
    fn default() -> Self {
        Self {
            overall: Rate { calls: 30, within: Duration::from_secs(1) },
            private: Rate { calls: 3, within: Duration::from_secs(3) },
            group: Rate { calls: 20, within: Duration::from_mins(1) },
            retry_after: 3,
        }
    }
}

impl FakeTelegram {
    /// Holds the bot to flood limits from now on.
    pub fn limit_floods(&self, limits: FloodLimits) {
        self.world.change(|state| state.flood_control = Some(FloodControl::new(limits)));
    }

    /// How many calls were refused for them.
    pub fn flood_refusals(&self) -> usize {
        self.world.lock().flood_control.as_ref().map_or(0, |control| control.refused)
    }
}

/// What counts against the limits.
#[derive(Debug)]
pub struct FloodControl {
    limits: FloodLimits,
    overall: Window,
    chats: HashMap<i64, Window>,
    refused: usize,
}

impl FloodControl {
    /// Nothing counts yet.
    pub fn new(limits: FloodLimits) -> Self {
        Self { limits, overall: Window::default(), chats: HashMap::new(), refused: 0 }
    }

    /// Counts a call about `chat` at the moment `now`; how long it has to wait if it is one too many.
    pub fn admit(&mut self, chat: i64, now: Instant) -> Result<(), Duration> {
        let limits = self.limits;
        let rate = if chat > 0 { limits.private } else { limits.group };
        let pause = Duration::from_secs(limits.retry_after);
        let in_chat = self.chats.entry(chat).or_default();
        if let Some(wait) = in_chat.wait(rate, pause, now).or_else(|| self.overall.wait(limits.overall, pause, now)) {
            self.refused += 1;
            return Err(wait);
        }
        in_chat.taken.push_back(now);
        self.overall.taken.push_back(now);
        Ok(())
    }

    /// The same with the 429 that the bot gets.
    pub(crate) fn check(&mut self, chat: i64, now: Instant) -> Result<(), Refusal> {
        self.admit(chat, now).map_err(|wait| Refusal::retry_after(wait.as_secs_f64().ceil() as u64))
    }
}

/// The calls that were taken of late, and the pause if there is one.
#[derive(Debug, Default)]
struct Window {
    taken: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

impl Window {
    /// How long a call has to wait, if it has to.
    fn wait(&mut self, rate: Rate, pause: Duration, now: Instant) -> Option<Duration> {
        while self.taken.front().is_some_and(|call| now.duration_since(*call) >= rate.within) {
            self.taken.pop_front();
        }
        let under_way = self.paused_until.filter(|end| *end > now);
        if under_way.is_none() && self.taken.len() < rate.calls {
            return None;
        }
        let end = under_way.unwrap_or(now) + pause;
        self.paused_until = Some(end);
        Some(end - now)
    }
}
