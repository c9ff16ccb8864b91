//! How much may be asked: quotas by minute and day, and the counters that belong to them.

use std::{fmt, str::FromStr};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::{
    clock::WIB,
    store::{Counter, RowKind},
};

/// How many calls may be made in a minute and in a day (WIB); 0: as many as one likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// In a minute of the clock.
    pub per_minute: u64,
    /// In a day.
    pub per_day: u64,
}

impl Quota {
    /// What may be asked in a window, where there is an end to it.
    pub fn most(self, window: Window) -> Option<u64> {
        let most = match window {
            Window::Minute => self.per_minute,
            Window::Day => self.per_day,
        };
        (most > 0).then_some(most)
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.per_minute, self.per_day)
    }
}

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.trim().parse().ok().filter(|number| *number <= 1_000_000_000);
        let read = match text.split_once('/') {
            Some((minute, day)) => number(minute).zip(number(day)),
            None => (text.trim() == "0").then_some((0, 0)),
        };
        let (per_minute, per_day) = read.ok_or("give checks per minute and per day, such as 60/1000; 0: no limit")?;
        Ok(Self { per_minute, per_day })
    }
}

/// What the operator allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Each agent, in all chats together. Owners are counted, and never refused by it.
    pub agent: Quota,
    /// Each group, all its members together.
    pub group: Quota,
    /// All together.
    pub account: Quota,
    /// Whether agents are paused who seem to harvest names.
    pub guard: bool,
}

/// Whose quota it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The agent's.
    Agent,
    /// The group's.
    Group,
    /// The whole bot's.
    Account,
}

/// A span that is counted in; it begins with the clock's minute, or at midnight in WIB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// A minute.
    Minute,
    /// A day.
    Day,
}

impl Window {
    /// When the one that `now` is in ends.
    pub(super) fn end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let span = match self {
            Self::Minute => TimeDelta::minutes(1),
            Self::Day => TimeDelta::days(1),
        };
        let begin = now.with_timezone(&WIB).naive_local().duration_trunc(span).ok();
        let end = begin.and_then(|begin| begin.checked_add_signed(span)?.and_local_timezone(WIB).single());
        end.map_or(now, |end| end.with_timezone(&Utc))
    }
}

/// A quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// Whose it is.
    pub scope: Scope,
    /// Which of its two.
    pub window: Window,
    /// When it begins anew.
    pub ends: DateTime<Utc>,
}

/// What somebody has used of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The quota.
    pub quota: Quota,
    /// Calls of this minute.
    pub minute: u64,
    /// Calls of today.
    pub day: u64,
}

/// The key of a counter.
pub(super) fn key(scope: Scope, window: Window, whose: &str) -> String {
    let scope = match scope {
        Scope::Agent => "agent",
        Scope::Group => "group",
        Scope::Account => "account",
    };
    let window = match window {
        Window::Minute => "minute",
        Window::Day => "day",
    };
    format!("{scope}:{whose}:{window}")
}

/// The counter of a call that is about to be made.
pub(super) fn counter(scope: Scope, window: Window, whose: &str, quota: Quota, now: DateTime<Utc>) -> Counter {
    let (key, most) = (key(scope, window, whose), quota.most(window));
    Counter { kind: RowKind::Counter, key, add: 1, most, expires: window.end(now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_read_and_written() {
        let read = |text: &str| text.parse::<Quota>().map(|quota| quota.to_string());
        assert_eq!(read(" 60 / 1000 "), Ok("60/1000".to_owned()));
        assert_eq!(read("0"), Ok("0/0".to_owned()));
        for wrong in ["", "60", "60/", "-1/5", "60/1000/3", "60/99999999999", "a/b"] {
            assert!(read(wrong).is_err_and(|error| error.contains("60/1000")), "{wrong}");
        }
    }

    #[test]
    fn a_window_ends_with_the_minute_and_with_the_day_in_wib() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(Window::Minute.end(at("2026-11-22T07:05:20.5Z")), at("2026-11-22T07:06:00Z"));
        assert_eq!(Window::Day.end(at("2026-11-22T16:59:59Z")), at("2026-11-22T17:00:00Z"), "midnight in WIB");
        assert_eq!(Window::Day.end(at("2026-11-22T17:00:00Z")), at("2026-11-23T17:00:00Z"));
    }
}
