//! The breaker by its rules, and against a model that is driven at random.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use Verdict::{NoAnswer as Down, NotFound as Up, ServiceDown as Neutral};

const PLN: Provider = Provider::Pln;

fn start() -> DateTime<Utc> {
    "2026-11-22T07:05:00Z".parse().unwrap()
}

fn after(seconds: i64) -> DateTime<Utc> {
    start() + TimeDelta::seconds(seconds)
}

fn is_open(breaker: &Breaker, provider: Provider) -> bool {
    breaker.state(provider, start()) != CircuitState::Closed
}

/// Calls at `now`, which must be allowed.
fn call(breaker: &Breaker, verdict: Verdict, now: DateTime<Utc>) {
    breaker.admit(PLN, now).expect("leave to call").ended(&verdict, now);
}

/// A breaker whose circuit for PLN opened at the start.
fn open() -> Breaker {
    let breaker = Breaker::default();
    (0..SILENT_IN_A_ROW).for_each(|_| call(&breaker, Down, start()));
    breaker
}

#[test]
fn the_fifth_silence_in_a_row_opens_the_circuit_of_its_provider_alone() {
    let breaker = Breaker::default();
    for verdict in [Down, Down, Down, Down, Up, Down, Down, Down, Neutral, Down] {
        call(&breaker, verdict, start());
    }
    assert!(!is_open(&breaker, PLN));
    call(&breaker, Down, start());
    assert!(is_open(&breaker, PLN) && breaker.admit(PLN, start()).is_none());
    assert!(!is_open(&breaker, Provider::Ovo) && breaker.admit(Provider::Ovo, start()).is_some());
}

#[test]
fn what_does_not_reach_the_provider_opens_nothing() {
    let breaker = Breaker::default();
    (0..100).for_each(|_| call(&breaker, Neutral, start()));
    assert!(!is_open(&breaker, PLN));
}

#[test]
fn after_a_pause_one_probe_goes_and_its_verdict_closes_the_circuit() {
    let breaker = open();
    assert!(breaker.admit(PLN, after(7)).is_none());
    let probe = breaker.admit(PLN, after(13)).unwrap();
    assert!(breaker.admit(PLN, after(1000)).is_none());
    probe.ended(&Up, after(14));
    assert!(!is_open(&breaker, PLN));
    let _many = [(); 20].map(|()| breaker.admit(PLN, after(14)).unwrap());
}

#[test]
fn each_silent_probe_makes_the_pause_longer() {
    let breaker = open();
    let mut now = start();
    for seconds in [10, 20, 40, 80, 120, 120, 120] {
        let (too_early, late_enough) = (seconds * 79 / 100, seconds * 121 / 100 + 1);
        assert!(breaker.admit(PLN, now + TimeDelta::seconds(too_early)).is_none(), "{seconds}");
        now += TimeDelta::seconds(late_enough);
        call(&breaker, Down, now);
    }
}

#[test]
fn a_probe_that_is_dropped_or_shows_nothing_lets_the_next_one_go() {
    let breaker = open();
    drop(breaker.admit(PLN, after(13)).unwrap());
    call(&breaker, Neutral, after(13));
    assert!(is_open(&breaker, PLN));
    call(&breaker, Up, after(13));
    assert!(!is_open(&breaker, PLN));
}

#[test]
fn calls_from_before_it_opened_can_close_it_but_not_lengthen_its_pause() {
    let breaker = Breaker::default();
    let [first, second] = [(); 2].map(|()| breaker.admit(PLN, start()).unwrap());
    (0..SILENT_IN_A_ROW).for_each(|_| call(&breaker, Down, start()));
    first.ended(&Down, after(12));
    let _probe = breaker.admit(PLN, after(13)).unwrap();
    second.ended(&Up, after(13));
    assert!(!is_open(&breaker, PLN));
}

#[test]
fn a_clock_that_jumps_locks_nobody_out() {
    let breaker = open();
    drop(breaker.admit(PLN, after(-1)).expect("a clock that went back ends the pause"));
    drop(breaker.admit(PLN, after(1_000_000_000)).expect("and so does one that went ahead"));
    call(&breaker, Down, after(-1_000_000));
    assert!(breaker.admit(PLN, after(-1_000_000 + 7)).is_none());
    assert!(breaker.admit(PLN, after(-1_000_000 + 25)).is_some());
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    /// One of the calls under way ends.
    End(prop::sample::Index, Verdict),
    /// One of the calls under way is dropped.
    Drop(prop::sample::Index),
    /// The clock moves on, or jumps.
    Move(i64),
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![1 => Just(Up), 6 => Just(Down), 1 => Just(Neutral)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Ask),
        6 => (any::<prop::sample::Index>(), verdict()).prop_map(|(which, verdict)| Step::End(which, verdict)),
        1 => any::<prop::sample::Index>().prop_map(Step::Drop),
        4 => (0..60_i64).prop_map(Step::Move),
        1 => (-2_000..2_000_i64).prop_map(Step::Move),
    ]
}

/// The rules once more, without an implementation's economy: it remembers each call that ended, and all times.
#[derive(Default)]
struct Model {
    silent: u32,
    /// When the last pause began, and how many there were.
    opened: Option<(DateTime<Utc>, u32)>,
}

impl Model {
    /// Whether a call may go: surely, surely not, or as the jitter wills (`None`).
    fn admits(&self, probes: usize, now: DateTime<Utc>) -> Option<bool> {
        let Some((since, pauses)) = self.opened else { return Some(true) };
        let waited = (now - since).as_seconds_f64();
        let pause = [10.0, 20.0, 40.0, 80.0].get(pauses as usize - 1).copied().unwrap_or(120.0);
        match waited {
            _ if probes > 0 => Some(false),
            _ if waited < 0.0 || waited > pause * 1.21 => Some(true),
            _ if waited < pause * 0.79 => Some(false),
            _ => None,
        }
    }

    fn end(&mut self, verdict: &Verdict, is_probe: bool, now: DateTime<Utc>) {
        match (verdict, self.opened) {
            (Up, _) => *self = Self::default(),
            (Down, None) => {
                self.silent += 1;
                self.opened = (self.silent >= 5).then_some((now, 1));
            }
            (Down, Some((_, pauses))) if is_probe => self.opened = Some((now, pauses + 1)),
            _ => {}
        }
    }
}

/// The breaker under test, the model beside it, and the calls under way.
#[derive(Default)]
struct Both {
    breaker: Breaker,
    model: Model,
    calls: Vec<Pass>,
}

impl Both {
    fn probes(&self) -> usize {
        self.calls.iter().filter(|pass| pass.is_probe).count()
    }

    fn ask(&mut self, now: DateTime<Utc>) -> Result<(), TestCaseError> {
        let expected = self.model.admits(self.probes(), now);
        let pass = self.breaker.admit(PLN, now);
        prop_assert!(expected.is_none_or(|expected| expected == pass.is_some()), "{:?} expected", expected);
        prop_assert!(pass.as_ref().is_none_or(|pass| pass.is_probe == self.model.opened.is_some()));
        self.calls.extend(pass);
        Ok(())
    }

    fn take(&mut self, which: prop::sample::Index) -> Option<Pass> {
        (!self.calls.is_empty()).then(|| self.calls.swap_remove(which.index(self.calls.len())))
    }

    fn act(&mut self, step: Step, now: &mut DateTime<Utc>) -> Result<(), TestCaseError> {
        match step {
            Step::Ask => self.ask(*now)?,
            Step::Move(seconds) => *now += TimeDelta::seconds(seconds),
            Step::Drop(which) => drop(self.take(which)),
            Step::End(which, verdict) => {
                if let Some(pass) = self.take(which) {
                    self.model.end(&verdict, pass.is_probe, *now);
                    pass.ended(&verdict, *now);
                }
            }
        }
        prop_assert!(self.probes() <= 1, "two probes at once");
        prop_assert_eq!(is_open(&self.breaker, PLN), self.model.opened.is_some());
        Ok(())
    }
}

proptest! {
    #[test]
    fn it_agrees_with_the_model_and_never_locks_anyone_out(steps in prop::collection::vec(step(), 0..300)) {
        let (mut both, mut now) = (Both::default(), start());
        for step in steps {
            both.act(step, &mut now)?;
        }
        // Whatever happened: who goes on asking may probe within the longest pause, and with an answer all may go.
        both.calls.clear();
        let last = (0..=144).find_map(|second| both.breaker.admit(PLN, now + TimeDelta::seconds(second)));
        prop_assert!(last.is_some());
        last.unwrap().ended(&Up, now);
        prop_assert!([(); 3].map(|()| both.breaker.admit(PLN, now)).iter().all(Option::is_some));
    }
}
