//! When a message was asked, by our clock. Telegram dates messages by its own clock, and either may be wrong.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;

/// How far apart the clock that dates messages and the one that dates answers may be.
const TOLERANCE: TimeDelta = TimeDelta::minutes(1);

/// How long Telegram keeps an update that the bot does not fetch (Bot API, "Getting updates").
const LONGEST_AGE: TimeDelta = TimeDelta::hours(24);

/// Telegram's clock as its answers' `Date` headers show it. In memory alone: the next answer tells it anew.
pub(super) struct TelegramClock {
    ours: Arc<dyn Clock>,
    /// How far Telegram's clock is ahead of ours, `None` before the first dated answer; and whether the last message
    /// that had just been written was dated by the same clock.
    seen: Mutex<(Option<TimeDelta>, bool)>,
}

impl TelegramClock {
    /// Telegram's clock, of which nothing is known yet.
    pub(super) fn new(ours: Arc<dyn Clock>) -> Self {
        Self { ours, seen: Mutex::new((None, true)) }
    }

    /// Learns from the moment of an answer, by Telegram's clock, how far that is ahead.
    pub(super) fn note_answer(&self, date: Option<DateTime<Utc>>) {
        if let Some(date) = date {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(date - self.ours.now());
        }
    }

    /// The moment, by our clock, at which a message was written that Telegram dates `written`. Where the clocks do not
    /// agree it is taken as written just now, so that no answer begins with an apology that is none. `is_fresh`: it
    /// ended a poll that had waited, so it was written just now.
    pub(super) fn asked(&self, written: DateTime<Utc>, is_fresh: bool) -> DateTime<Utc> {
        let now = self.ours.now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(ahead), agrees) = *seen else { return now };
        let age = now + ahead - written;
        if is_fresh {
            seen.1 = age.abs() <= TOLERANCE;
            return now;
        }
        let is_likely = agrees && TimeDelta::zero() <= age && age <= LONGEST_AGE;
        if is_likely { now - age } else { now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn clock() -> TelegramClock {
        TelegramClock::new(Arc::new(FixedClock::at(now())))
    }

    const HOUR: TimeDelta = TimeDelta::hours(1);

    #[test]
    fn a_message_that_waited_at_telegram_was_asked_when_it_was_written() {
        let clock = clock();
        clock.note_answer(Some(now()));
        assert_eq!(clock.asked(now() - HOUR, false), now() - HOUR);
    }

    #[test]
    fn our_clock_may_be_wrong() {
        let clock = clock();
        clock.note_answer(Some(now() + HOUR));
        assert_eq!(clock.asked(now() + HOUR, false), now());
        assert_eq!(clock.asked(now(), false), now() - HOUR);
    }

    #[test]
    fn nothing_is_late_while_no_answer_had_a_date() {
        assert_eq!(clock().asked(now() - HOUR, false), now());
    }

    #[test]
    fn nothing_is_late_that_telegram_could_not_have_kept() {
        let clock = clock();
        clock.note_answer(Some(now()));
        assert_eq!(clock.asked(DateTime::UNIX_EPOCH, false), now());
        assert_eq!(clock.asked(DateTime::<Utc>::MAX_UTC, false), now());
        assert_eq!(clock.asked(now() + HOUR, false), now());
    }

    #[test]
    fn nothing_is_late_where_a_message_just_written_has_another_date() {
        let clock = clock();
        clock.note_answer(Some(now() + HOUR));
        assert_eq!(clock.asked(now(), true), now());
        assert_eq!(clock.asked(now(), false), now(), "dates and answers come from different clocks");
        assert_eq!(clock.asked(now() + HOUR, true), now());
        assert_eq!(clock.asked(now(), false), now() - HOUR, "they agree again");
    }
}
