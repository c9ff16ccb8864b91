//! How much the jobs carry out at once, and how long things take.

use std::time::Duration;

use chrono::TimeDelta;

/// How long a check may take before its agent sees a ⏳ message, where the operator says nothing else.
const NOTICE_AFTER: Duration = Duration::from_secs(5);

/// After a longer wait an answer is a message of its own.
const LONG_WAIT: TimeDelta = TimeDelta::seconds(30);

/// How often is looked at what owners have to know.
const WATCH: Duration = Duration::from_secs(60);

/// How much is carried out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Jobs that run at once.
    pub running: usize,
    /// Jobs that are ready or run; while there are more, no more are taken in.
    pub open: usize,
    /// Checks that wait for a provider, over all chats: an agent who comes later is told that the bot is busy.
    pub waiting: usize,
    /// How long a stop waits for what runs.
    pub grace: Duration,
    /// How long a check may take before its agent sees a ⏳ message.
    pub notice_after: Duration,
    /// After a longer wait an answer is a message of its own, since an edit rings no phone.
    pub long_wait: TimeDelta,
    /// How often is looked at what owners have to know.
    pub watch: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            running: 2_000,
            open: 8_000,
            waiting: 10_000,
            grace: Duration::from_secs(9),
            notice_after: NOTICE_AFTER,
            long_wait: LONG_WAIT,
            watch: WATCH,
        }
    }
}
