//! Pauses before something is asked again: each twice as long as the one before, none longer than a bound, and all a
//! little off, so that those who failed together do not come back together.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;

/// How far a pause is off, at most, as a part of itself: 0.2 stands for ±20 %.
const JITTER: f64 = 0.2;

/// Pauses that grow from `first` to `longest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// The pause after the first failure.
    pub first: Duration,
    /// What no pause exceeds, but for its jitter.
    pub longest: Duration,
}

impl Pauses {
    /// Those of a check whose provider gave no answer: 5, 10, 20, 40, 60, 60 … seconds, each ±20 %. An agent stands at
    /// a counter with a customer, so the first come soon; over 15 minutes there are some twenty.
    pub const LATE_ANSWER: Self = Self { first: Duration::from_secs(5), longest: Duration::from_secs(60) };

    /// The pause after the failure with this number, counted from 1, with its jitter.
    pub fn after(&self, failure: u32) -> Duration {
        self.plain(failure).mul_f64(rand::thread_rng().gen_range(1.0 - JITTER..=1.0 + JITTER))
    }

    /// When to ask again after the failure with this number, counted from 1, that came at `now`: after its pause, or
    /// the longer one that the vendor asks for (`retry_after`), but once more at `until` before it is given up. `None`
    /// when it is `until` already.
    pub fn next(
        &self,
        failure: u32,
        retry_after: Option<Duration>,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let pause = self.after(failure).max(retry_after.unwrap_or_default());
        let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
        (now < until).then(|| now.checked_add_signed(pause).map_or(until, |next| next.min(until)))
    }

    fn plain(&self, failure: u32) -> Duration {
        let doublings = failure.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*};

    use super::*;

    const LATE: Pauses = Pauses::LATE_ANSWER;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_330_000 + seconds, 0).unwrap()
    }

    #[test]
    fn they_double_up_to_the_bound() {
        let seconds: Vec<_> = (1..=7).map(|failure| LATE.plain(failure).as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 60, 60, 60]);
        assert_eq!(LATE.plain(u32::MAX).as_secs(), 60);
        assert_eq!(LATE.plain(0).as_secs(), 5);
    }

    #[test]
    fn the_last_time_is_the_very_end_and_then_there_is_none() {
        assert_eq!(LATE.next(9, None, at(895), at(900)), Some(at(900)));
        assert_eq!(LATE.next(9, None, at(900), at(900)), None);
        assert_eq!(LATE.next(9, None, at(2000), at(900)), None);
        assert_eq!(
            LATE.next(1, None, DateTime::<Utc>::MAX_UTC - TimeDelta::seconds(1), DateTime::<Utc>::MAX_UTC),
            Some(DateTime::<Utc>::MAX_UTC)
        );
    }

    proptest! {
        #[test]
        fn a_pause_is_off_by_a_fifth_at_most(failure in 1..100_u32) {
            let (plain, pause) = (LATE.plain(failure), LATE.after(failure));
            prop_assert!((plain.mul_f64(0.799)..=plain.mul_f64(1.201)).contains(&pause));
        }

        #[test]
        fn the_next_time_is_ahead_and_not_after_the_end(
            failure: u32,
            retry_after in option::of(any::<Duration>()),
            now in 0..2000_i64,
            until in 0..2000_i64,
        ) {
            let next = LATE.next(failure, retry_after, at(now), at(until));
            prop_assert_eq!(next.is_some(), now < until);
            prop_assert!(next.is_none_or(|next| at(now) < next && next <= at(until)));
        }
    }

    #[test]
    fn a_longer_pause_that_the_vendor_asks_for_is_kept_and_a_shorter_one_changes_nothing() {
        let next = |seconds| LATE.next(1, Some(Duration::from_secs(seconds)), at(0), at(900));
        assert_eq!((next(300), next(901)), (Some(at(300)), Some(at(900))));
        assert!(next(1).is_some_and(|next| at(4) <= next && next <= at(6)));
    }

    #[test]
    fn they_are_not_all_alike() {
        let first = LATE.after(5);
        assert!((0..100).any(|_| LATE.after(5) != first));
    }
}
