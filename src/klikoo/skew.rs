//! How far this machine's clock is from the vendor's.
//!
//! The vendor refuses requests from clocks that differ too much (`6505`). Then the difference is measured from the
//! answer's `Date` header, kept, and added to every time that is signed. While it is kept, later answers measure it
//! again, so that a clock that is put right is followed.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// `Date` has seconds only, and an answer is under way for a while: a smaller difference tells nothing.
const NOISE: TimeDelta = TimeDelta::seconds(1);

/// The vendor's time, as far as it is known.
pub(super) struct VendorClock {
    /// This machine's clock, uncorrected.
    pub(super) own: Arc<dyn Clock>,
    /// Vendor's time less ours; zero while our own clock was never refused.
    offset: Mutex<TimeDelta>,
}

impl VendorClock {
    pub(super) fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, offset: Mutex::new(TimeDelta::zero()) }
    }

    /// The time to sign.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let own = self.own.now();
        own.checked_add_signed(self.offset()).unwrap_or(own)
    }

    /// What is added to this machine's time.
    pub(super) fn offset(&self) -> TimeDelta {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far ours is from the time in a `Date` header that has just come.
    pub(super) fn measure(&self, date: DateTime<Utc>) -> TimeDelta {
        // On average a `Date` header is half a second old when it is written.
        date.signed_duration_since(self.own.now()) + TimeDelta::milliseconds(500)
    }

    /// Keeps what was measured where the vendor refused our time; where it took it, if an offset is kept that is no
    /// longer true.
    pub(super) fn learn(&self, measured: TimeDelta, is_refused: bool) {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        if is_refused || !offset.is_zero() && (measured - *offset).abs() > NOISE {
            let is_ours = !is_refused && measured.abs() <= NOISE;
            *offset = if is_ours { TimeDelta::zero() } else { measured };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;

    fn clock() -> VendorClock {
        VendorClock::new(Arc::new(FixedClock::at(DateTime::UNIX_EPOCH)))
    }

    #[test]
    fn our_own_clock_is_trusted_until_it_is_refused() {
        let clock = clock();
        clock.learn(TimeDelta::hours(1), false);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
        clock.learn(TimeDelta::hours(1), true);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
    }

    #[test]
    fn a_kept_offset_follows_what_is_measured_beyond_noise() {
        let clock = clock();
        clock.learn(TimeDelta::seconds(60), true);
        for (measured, kept) in
            [(60_400, 60_000), (59_100, 60_000), (58_900, 58_900), (40_000, 40_000), (700, 0), (30_000, 0)]
        {
            clock.learn(TimeDelta::milliseconds(measured), false);
            assert_eq!(clock.offset().num_milliseconds(), kept, "after {measured} ms");
        }
    }

    #[test]
    fn the_offset_is_the_vendors_time_less_ours() {
        let date = DateTime::UNIX_EPOCH + TimeDelta::seconds(120);
        assert_eq!(clock().measure(date).num_milliseconds(), 120_500);
    }

    #[test]
    fn a_date_from_the_end_of_time_breaks_nothing() {
        let clock = clock();
        clock.learn(clock.measure(DateTime::<Utc>::MAX_UTC - TimeDelta::days(1)), true);
        clock.learn(TimeDelta::seconds(5), false);
        assert_eq!(clock.offset(), TimeDelta::seconds(5));
    }
}
