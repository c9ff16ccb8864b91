//! The guard against harvesting: what it counts of an agent's day, and when that looks as if names were collected
//! instead of customers served. Then the agent is paused, and the owners decide.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::quota::Window;
use crate::{
    clock::WIB,
    store::{Counter, RowKind},
    value::{ChatId, CustomerNumber, Provider},
};

/// As many numbers of a day that differ in nothing but their last digits are a run.
const RUN: u64 = 12;

/// So many last digits of a number that has at least so many.
const LAST_DIGITS: [(usize, usize); 2] = [
    (8, 3),
    // Of drivers' ids, among which those of one town stand near each other.
    (4, 2),
];

/// From so many answers of a day on, the share of unknown numbers is looked at.
const ANSWERS: u64 = 40;

/// A greater share, in percent, is too much.
const UNKNOWN: u64 = 70;

/// More than so many usual days in one is too much.
const TIMES: u64 = 5;

/// But only from so many checks of a day on.
pub(super) const CHECKS: u64 = 300;

/// The usual day is the average of so many earlier days with checks.
pub(super) const USUAL_DAYS: usize = 14;

/// They are looked for in so many.
pub(super) const DAYS_BACK: i64 = 30;

/// It is known from so many on: an agent has to begin somehow.
const FEWEST_DAYS: usize = 3;

/// How long an agent is paused.
pub(super) const PAUSE: TimeDelta = TimeDelta::hours(24);

/// Why an agent was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// They asked for a run of near numbers.
    NearNumbers,
    /// Most of their numbers were unknown.
    Unknown,
    /// They asked a multiple of what they usually do.
    UnusualDay,
}

/// An agent who seems to harvest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Who: a person by their private chat, or a group's anonymous administrators by the group.
    pub whose: ChatId,
    /// Why.
    pub rule: Rule,
    /// How many checks they have made since the day began, or since they were let go on.
    pub checks: u64,
    /// When it was seen.
    pub since: DateTime<Utc>,
    /// Until when they are paused.
    pub until: DateTime<Utc>,
    /// Whether the owners have not been told yet.
    pub is_news: bool,
}

/// An agent's day so far, or what of it came after they were let go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Day {
    pub(super) checks: u64,
    /// Numbers that differ from the latest in their last digits alone, itself among them.
    pub(super) near: u64,
    pub(super) answered: u64,
    pub(super) unknown: u64,
    /// How many checks earlier days had, of those that had any.
    pub(super) earlier: Vec<u64>,
}

/// What looks wrong about a day, if something does.
pub(super) fn judge(day: &Day) -> Option<Rule> {
    let days = u64::try_from(day.earlier.len()).unwrap_or(u64::MAX);
    let is_known = day.checks >= CHECKS && day.earlier.len() >= FEWEST_DAYS;
    match () {
        () if day.near >= RUN => Some(Rule::NearNumbers),
        () if day.answered >= ANSWERS && day.unknown * 100 > day.answered * UNKNOWN => Some(Rule::Unknown),
        () if is_known && day.checks * days > day.earlier.iter().sum::<u64>() * TIMES => Some(Rule::UnusualDay),
        () => None,
    }
}

/// Somebody at whom the guard looks: what is counted of them, and under which keys.
#[derive(Clone, Copy)]
pub(super) struct Guarded {
    pub(super) whose: ChatId,
    /// How often they were let go on lately: what is counted since then stands apart.
    pub(super) lifted: u64,
    /// The installation's own: without it no key of a number can be found out by trying all numbers.
    pub(super) salt: u128,
}

/// Under which the salt stands: among the counters, since what is counted is in no backup.
pub(super) const SALT_KEY: &str = "guard:salt";

impl Guarded {
    /// Under which it is counted how often somebody was let go on.
    pub(super) fn lifted_key(whose: ChatId) -> String {
        format!("guard:{whose}:lifted")
    }

    /// What is counted from the last time on that they were let go on.
    pub(super) fn key(self, what: &str) -> String {
        format!("guard:{}:{}:{what}", self.whose, self.lifted)
    }

    /// Under which their checks of a day are counted.
    pub(super) fn day_key(self, at: DateTime<Utc>) -> String {
        format!("guard:{}:day:{}", self.whose, at.with_timezone(&WIB).format("%Y%m%d"))
    }

    /// What is counted together with the quotas: the day's checks, for later days; the checks since they were let go
    /// on; how often they asked for this number.
    pub(super) fn counters(self, provider: Provider, number: &CustomerNumber, now: DateTime<Utc>) -> [Counter; 3] {
        let end = Window::Day.end(now);
        [
            counter(self.day_key(now), end + TimeDelta::days(DAYS_BACK)),
            counter(self.key("checks"), end),
            counter(self.hashed(provider, "number", number.as_str()), end),
        ]
    }

    /// How many numbers there were that begin as this one does; `None` for one that is too short.
    pub(super) fn near(self, provider: Provider, number: &CustomerNumber, now: DateTime<Utc>) -> Option<Counter> {
        let digits = number.as_str();
        let (_, last) = LAST_DIGITS.into_iter().find(|(length, _)| digits.len() >= *length)?;
        let beginning = digits.get(..digits.len().checked_sub(last)?)?;
        Some(counter(self.hashed(provider, "beginning", beginning), Window::Day.end(now)))
    }

    /// A key that tells digits from others and does not show them, not even to one who tries all numbers.
    fn hashed(self, provider: Provider, what: &str, digits: &str) -> String {
        let hash = Sha256::digest(format!("{}:{}:{}:{what}:{digits}", self.salt, self.whose, provider.name()));
        let hash: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        self.key(&hash)
    }
}

/// A counter of the guard's.
pub(super) fn counter(key: String, expires: DateTime<Utc>) -> Counter {
    Counter { kind: RowKind::Counter, key, add: 1, most: None, expires }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_judged_by_three_rules() {
        let day = Day::default();
        let earlier = vec![40, 70, 40];
        for (day, expected) in [
            (day.clone(), None),
            (Day { near: 11, ..day.clone() }, None),
            (Day { near: 12, ..day.clone() }, Some(Rule::NearNumbers)),
            (Day { answered: 39, unknown: 39, ..day.clone() }, None),
            (Day { answered: 40, unknown: 28, ..day.clone() }, None),
            (Day { answered: 40, unknown: 29, ..day.clone() }, Some(Rule::Unknown)),
            (Day { answered: 1_000, unknown: 300, checks: 2_000, ..day.clone() }, None),
            (Day { checks: 299, earlier: earlier.clone(), ..day.clone() }, None),
            (Day { checks: 300, earlier: vec![1, 1], ..day.clone() }, None),
            (Day { checks: 300, earlier: vec![1, 1, 1], ..day.clone() }, Some(Rule::UnusualDay)),
            (Day { checks: 300, earlier: vec![60; 14], ..day.clone() }, None),
            (Day { checks: 301, earlier: vec![60; 14], ..day.clone() }, Some(Rule::UnusualDay)),
        ] {
            assert_eq!(judge(&day), expected, "{day:?}");
        }
    }

    #[test]
    fn no_key_shows_a_number() {
        let (guarded, now) = (Guarded { whose: ChatId(7), lifted: 0, salt: 5 }, DateTime::UNIX_EPOCH);
        let number = CustomerNumber::from_record("01105691111").unwrap();
        let near = guarded.near(Provider::Pln, &number, now).unwrap();
        let counters = guarded.counters(Provider::Pln, &number, now).into_iter().chain([near.clone()]);
        assert!(counters.map(|counter| counter.key).all(|key| !key.contains("01105691")));
        let of = |digits: &str| guarded.near(Provider::Pln, &CustomerNumber::from_record(digits).unwrap(), now);
        assert_eq!(of("01105691999"), Some(near));
        assert_ne!(of("01105692111"), of("01105691111"));
        assert_eq!(of("1234567"), of("1234599"), "an id of a driver");
        assert_ne!(of("1234567"), of("1234667"));
        assert_eq!(of("123"), None);
        assert_ne!(Guarded { salt: 6, ..guarded }.near(Provider::Pln, &number, now), of("01105691111"));
    }
}
