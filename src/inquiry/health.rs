//! How the providers do, by the bot's own last 15 minutes.
//!
//! Each provider has its last 15 minutes, and each minute its counts: how many calls were answered and how many were
//! not, and how many answers took how long. So the window is right to the minute (the current one and the 14 before
//! it) and a median to 5 %, in some 30 KB, however many checks there are. Minutes are named by the clock: after a jump
//! of the clock those that are not of the last 15 are forgotten.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::signal::Signal;
use crate::value::Provider;

/// How many minutes the window has.
const MINUTES: i64 = 15;

/// Up to here times are not told apart, in seconds.
const SHORTEST: f64 = 0.01;

/// Each step of time is a tenth longer than the one below it.
const STEP: f64 = 1.1;

/// How many steps there are. The last begins at 33 s, and no check takes longer than its 25 s by much.
const STEPS: usize = 86;

/// How one provider does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// How many calls ended with or without an answer of the provider's. Those that did not come as far as the
    /// provider (an operator's problem, a product that the vendor refuses) are left out.
    pub checks: u32,
    /// How many of them brought a verdict on the number.
    pub answered: u32,
    /// The median time of those that did, right to 5 % above 10 ms; `None` when there are none.
    pub median: Option<Duration>,
    /// Whether the provider's circuit is open: its last calls brought nothing.
    pub is_down: bool,
}

/// Every provider's last minutes. Clones are the same ones.
#[derive(Clone, Default)]
pub(super) struct Minutes(Arc<Mutex<BTreeMap<Provider, Ring>>>);

impl Minutes {
    /// Counts a call that ended at `now` and took so long.
    pub(super) fn note(&self, provider: Provider, signal: Signal, took: Duration, now: DateTime<Utc>) {
        match signal {
            Signal::Up => self.rings().entry(provider).or_default().at(now).answer(took),
            Signal::Down => self.rings().entry(provider).or_default().at(now).unanswered += 1,
            Signal::Neutral => {}
        }
    }

    /// The provider's window that ends at `now`. What stands in `is_down` is not known here.
    pub(super) fn health(&self, provider: Provider, now: DateTime<Utc>) -> Health {
        self.rings().get(&provider).map_or_else(Health::default, |ring| ring.sum(now).health())
    }

    fn rings(&self) -> MutexGuard<'_, BTreeMap<Provider, Ring>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A provider's minutes, by how many they are since 1970; at most [`MINUTES`].
#[derive(Default)]
struct Ring(BTreeMap<i64, Minute>);

/// One minute's counts, or the sum of several.
#[derive(Default)]
struct Minute {
    unanswered: u32,
    /// How many answers took how long, by steps.
    answered: BTreeMap<usize, u32>,
}

impl Ring {
    /// The minute of `now`; those that are not of its window go.
    fn at(&mut self, now: DateTime<Utc>) -> &mut Minute {
        let window = window(now);
        self.0.retain(|number, _| window.contains(number));
        self.0.entry(*window.end()).or_default()
    }

    fn sum(&self, now: DateTime<Utc>) -> Minute {
        let window = window(now);
        let mut sum = Minute::default();
        self.0.iter().filter(|(number, _)| window.contains(number)).for_each(|(_, minute)| sum.add(minute));
        sum
    }
}

impl Minute {
    fn answer(&mut self, took: Duration) {
        *self.answered.entry(step(took)).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        self.unanswered += other.unanswered;
        other.answered.iter().for_each(|(step, count)| *self.answered.entry(*step).or_default() += count);
    }

    fn health(&self) -> Health {
        let answered = self.answered.values().sum();
        Health { checks: answered + self.unanswered, answered, median: self.median(answered), is_down: false }
    }

    /// The step that the middle one of `answered` answers is of; of two in the middle, the slower.
    fn median(&self, answered: u32) -> Option<Duration> {
        let mut up_to_here = 0;
        let middle = self.answered.iter().find(|(_, count)| {
            up_to_here += **count;
            up_to_here > answered / 2
        });
        middle.map(|(step, _)| middle_of(*step))
    }
}

/// The minutes that end with the one of `now`.
fn window(now: DateTime<Utc>) -> RangeInclusive<i64> {
    let number = now.timestamp().div_euclid(60);
    number - MINUTES + 1..=number
}

/// The step of a time. A time beyond the last counts as of the last.
fn step(took: Duration) -> usize {
    let steps = (took.as_secs_f64() / SHORTEST).log(STEP).floor();
    // A cast from a float ends at the bounds, so the shortest times (below zero here) are of the first step.
    (steps as usize).min(STEPS - 1)
}

/// The middle of a step's times, from which none of them is more than 5 % away.
fn middle_of(step: usize) -> Duration {
    Duration::from_secs_f64(SHORTEST * STEP.powf(step as f64 + 0.5))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const PLN: Provider = Provider::Pln;

    fn start() -> DateTime<Utc> {
        "2026-11-22T07:05:00Z".parse().unwrap()
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn is_near(shown: Option<Duration>, true_one: f64) -> bool {
        shown.is_some_and(|shown| (shown.as_secs_f64() / true_one - 1.0).abs() < 0.05)
    }

    #[test]
    fn answers_and_silences_are_counted_by_provider() {
        let minutes = Minutes::default();
        for took in [0.4, 1.2, 9.0] {
            minutes.note(PLN, Signal::Up, seconds(took), start());
        }
        minutes.note(PLN, Signal::Down, seconds(25.0), start());
        minutes.note(PLN, Signal::Neutral, seconds(0.1), start());
        minutes.note(Provider::Ovo, Signal::Down, seconds(25.0), start());
        let health = minutes.health(PLN, start());
        assert_eq!((health.checks, health.answered), (4, 3));
        assert!(is_near(health.median, 1.2), "{:?}", health.median);
        let silent = Health { checks: 1, ..Health::default() };
        assert_eq!(minutes.health(Provider::Ovo, start()), silent);
        assert_eq!(minutes.health(Provider::Dana, start()), Health::default());
    }

    #[test]
    fn what_is_a_quarter_of_an_hour_old_is_forgotten() {
        let minutes = Minutes::default();
        minutes.note(PLN, Signal::Down, seconds(1.0), start());
        let checks = |minute| minutes.health(PLN, start() + TimeDelta::minutes(minute)).checks;
        assert_eq!((checks(0), checks(14), checks(15), checks(1000)), (1, 1, 0, 0));
    }

    #[test]
    fn a_clock_that_jumps_costs_no_more_than_what_was_counted() {
        let minutes = Minutes::default();
        let day = TimeDelta::days(1);
        minutes.note(PLN, Signal::Down, seconds(1.0), start());
        minutes.note(PLN, Signal::Up, seconds(1.0), start() - day);
        assert_eq!(minutes.health(PLN, start() - day).checks, 1);
        minutes.note(PLN, Signal::Up, seconds(1.0), start() + day);
        assert_eq!(minutes.health(PLN, start() + day).answered, 1);
    }

    #[test]
    fn the_extremes_have_a_step() {
        assert_eq!((step(Duration::ZERO), step(seconds(0.0099)), step(Duration::MAX)), (0, 0, STEPS - 1));
    }

    proptest! {
        #[test]
        fn a_time_is_shown_to_five_percent(took in 0.0101_f64..30.0) {
            prop_assert!(is_near(Some(middle_of(step(seconds(took)))), took));
        }

        #[test]
        fn the_median_is_the_middle_answers(mut times in prop::collection::vec(0.0101_f64..30.0, 1..50)) {
            let minutes = Minutes::default();
            times.iter().for_each(|took| minutes.note(PLN, Signal::Up, seconds(*took), start()));
            times.sort_by(f64::total_cmp);
            prop_assert!(is_near(minutes.health(PLN, start()).median, times[times.len() / 2]));
        }

        #[test]
        fn counts_are_those_of_the_window_while_the_clock_goes_on(
            calls in prop::collection::vec((0..300_i64, any::<bool>()), 0..200)
        ) {
            let (minutes, mut now, mut all) = (Minutes::default(), start(), Vec::new());
            for (pause, is_answered) in calls {
                now += TimeDelta::seconds(pause);
                let signal = if is_answered { Signal::Up } else { Signal::Down };
                minutes.note(PLN, signal, seconds(1.0), now);
                all.push((now, is_answered));
                let window: Vec<_> = all.iter().filter(|(at, _)| window(now).contains(window(*at).end())).collect();
                let health = minutes.health(PLN, now);
                prop_assert_eq!(health.checks as usize, window.len());
                prop_assert_eq!(health.answered as usize, window.iter().filter(|(_, answered)| *answered).count());
            }
            prop_assert!(minutes.rings().values().all(|ring| ring.0.len() <= MINUTES as usize));
        }
    }
}
