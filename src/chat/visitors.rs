//! How many strangers wrote to the bot, and how many groups took it in without the operator: owners learn of both in
//! one line a day at most.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::UserId;

/// How long the owners are told nothing after they were told.
const REPORT_EVERY: TimeDelta = TimeDelta::days(1);

/// The most strangers that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// What is counted. In memory alone: a restart begins to count anew.
pub struct Visitors(Mutex<State>);

struct State {
    /// Strangers since the last report.
    strangers: HashSet<UserId>,
    /// Groups that are new since the last report.
    new_groups: usize,
    reported: DateTime<Utc>,
}

impl Visitors {
    /// None yet.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(State { strangers: HashSet::new(), new_groups: 0, reported: now }))
    }

    /// A stranger has written to the bot. Gives whether the owners are to be told now.
    pub fn note_stranger(&self, user: UserId, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if state.strangers.len() < MAX_REMEMBERED {
            state.strangers.insert(user);
        }
        now - state.reported >= REPORT_EVERY
    }

    /// A group that is not admitted took the bot in. Gives whether the owners are to be told now.
    pub fn note_group(&self, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        state.new_groups += 1;
        now - state.reported >= REPORT_EVERY
    }

    /// How many strangers and groups are new since the last report; `None` where there are none, or it is too early.
    pub fn report(&self, now: DateTime<Utc>) -> Option<(usize, usize)> {
        let mut state = self.lock();
        let new = (state.strangers.len(), state.new_groups);
        if new == (0, 0) || now - state.reported < REPORT_EVERY {
            return None;
        }
        state.strangers.clear();
        state.new_groups = 0;
        state.reported = now;
        Some(new)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn owners_are_told_of_what_is_new_once_a_day() {
        let visitors = Visitors::new(hour(0));
        for user in [7, 7, 8] {
            assert!(!visitors.note_stranger(UserId(user), hour(1)));
        }
        assert!(!visitors.note_group(hour(1)));
        assert_eq!(visitors.report(hour(23)), None, "the day is not over");
        assert_eq!(visitors.report(hour(24)), Some((2, 1)));
        visitors.note_stranger(UserId(9), hour(25));
        assert_eq!(visitors.report(hour(25)), None, "they were told today");
        assert!(visitors.note_stranger(UserId(9), hour(48)));
        assert_eq!(visitors.report(hour(48)), Some((1, 0)));
        assert_eq!(visitors.report(hour(96)), None, "there is nothing new");
    }
}
