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

/// On average a `Date` header is half a second old when it is written.
const HALF_A_SECOND: TimeDelta = TimeDelta::milliseconds(500);

/// The vendor's time, as far as it is known.
pub(super) struct VendorClock {
    own: Arc<dyn Clock>,
    /// Vendor's time less ours; zero while our own clock was never refused.
    offset: Mutex<TimeDelta>,
}

impl VendorClock {
    pub(super) fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, offset: Mutex::new(TimeDelta::zero()) }
    }

    /// This machine's time, uncorrected.
    pub(super) fn own_now(&self) -> DateTime<Utc> {
        self.own.now()
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
        date.signed_duration_since(self.own.now()) + HALF_A_SECOND
    }

    /// The vendor refused our time: keeps what was measured.
    pub(super) fn correct(&self, measured: TimeDelta) {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = measured;
    }

    /// The vendor took our time: follows what was measured, if an offset is kept and no longer true.
    pub(super) fn follow(&self, measured: TimeDelta) {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        if offset.is_zero() || (measured - *offset).abs() <= NOISE {
            return;
        }
        *offset = if measured.abs() <= NOISE { TimeDelta::zero() } else { measured };
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
        clock.follow(TimeDelta::hours(1));
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
        clock.correct(TimeDelta::hours(1));
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
    }

    #[test]
    fn a_kept_offset_follows_what_is_measured_beyond_noise() {
        let clock = clock();
        clock.correct(TimeDelta::seconds(60));
        for (measured, kept) in
            [(60_400, 60_000), (59_100, 60_000), (58_900, 58_900), (40_000, 40_000), (700, 0), (30_000, 0)]
        {
            clock.follow(TimeDelta::milliseconds(measured));
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
        clock.correct(clock.measure(DateTime::<Utc>::MAX_UTC - TimeDelta::days(1)));
        clock.follow(TimeDelta::seconds(5));
        assert_eq!(clock.offset(), TimeDelta::seconds(5));
    }
}
