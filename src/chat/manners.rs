//! What is said once and then not again for a while, so that the bot does not chatter.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::{ChatId, UserId};

/// How long the same is not said again to the same person.
const QUIET: TimeDelta = TimeDelta::minutes(10);

/// The most that is remembered; beyond it everything is said anew.
const MAX_REMEMBERED: usize = 10_000;

/// A line that is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Courtesy {
    /// "You are welcome".
    Thanks,
    /// That only text can be read.
    NoText,
}

/// What was said lately, to whom. In memory alone: after a restart it is said once more.
#[derive(Default)]
pub struct Manners(Mutex<HashMap<(ChatId, UserId, Courtesy), DateTime<Utc>>>);

impl Manners {
    /// Whether it has not been said lately; from now on it has.
    pub(super) fn is_due(&self, chat: ChatId, user: UserId, courtesy: Courtesy, now: DateTime<Utc>) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &DateTime<Utc>| *at <= now && now - *at < QUIET;
        if said.get(&(chat, user, courtesy)).is_some_and(is_recent) {
            return false;
        }
        if said.len() >= MAX_REMEMBERED {
            said.retain(|_, at| is_recent(at));
        }
        if said.len() >= MAX_REMEMBERED {
            said.clear();
        }
        said.insert((chat, user, courtesy), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_are_answered_once_in_ten_minutes() {
        let (manners, at) = (Manners::default(), |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes));
        let due = |user, courtesy, minutes| manners.is_due(ChatId(1), UserId(user), courtesy, at(minutes));
        assert!(due(1, Courtesy::Thanks, 0));
        assert!(!due(1, Courtesy::Thanks, 9));
        assert!(due(1, Courtesy::NoText, 9), "another line");
        assert!(due(2, Courtesy::Thanks, 9), "another person");
        assert!(due(1, Courtesy::Thanks, 10));
        assert!(due(1, Courtesy::Thanks, -60), "a clock that was put back silences nobody");
    }
}
