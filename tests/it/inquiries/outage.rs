//! A provider that is out of order is not called, until a probe finds that it is back.

use std::pin::pin;

use chrono::TimeDelta;

use super::{Bench, DOWN, FOUND, is_found, outcome};
use ceknomor::{
    inquiry::{Asked, Health, Wait},
    value::{Provider, Verdict},
};

impl Bench {
    /// A bench on which PLN's circuit has just opened, and how many calls that took.
    async fn with_pln_down() -> (Self, u64) {
        let bench = Self::new().await;
        for _ in 0..5 {
            assert_eq!(outcome(bench.ask(DOWN).await).verdict, Verdict::ProviderDown);
        }
        let calls = bench.calls();
        (bench, calls)
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    fn health_of(&self, provider: Provider) -> Health {
        let health = self.inquiry.health();
        health.into_iter().find(|(of, _)| *of == provider).unwrap().1
    }
}

#[tokio::test]
async fn after_five_failures_no_call_is_made_but_for_other_providers() {
    let (bench, calls) = Bench::with_pln_down().await;
    for _ in 0..50 {
        assert_eq!(bench.ask(FOUND).await, Asked::Held);
    }
    assert_eq!(bench.unanswered(FOUND).await, Some(Verdict::ProviderDown));
    assert_eq!(bench.calls(), calls);
    let ovo = bench.request("OVO10", "081000000001");
    assert!(is_found(bench.inquiry.ask(&ovo, Wait::Briefly).await));
}

#[tokio::test]
async fn one_probe_at_a_time_finds_out_when_the_provider_is_back() {
    let (bench, calls) = Bench::with_pln_down().await;
    bench.wait(13);
    bench.klikoo.hold();
    let mut probe = pin!(bench.ask(FOUND));
    bench.begin(probe.as_mut(), calls + 1).await;
    assert_eq!(bench.ask("00000000002").await, Asked::Held);
    bench.wait(500);
    assert_eq!(bench.ask("00000000003").await, Asked::Held);
    bench.klikoo.release();
    assert!(is_found(probe.await));
    for number in ["00000000002", "00000000003"] {
        assert!(is_found(bench.ask(number).await));
    }
    assert_eq!(bench.calls(), calls + 3);
}

#[tokio::test]
async fn in_ten_minutes_of_outage_a_thousand_checks_make_a_handful_of_calls() {
    let (bench, calls) = Bench::with_pln_down().await;
    let mut probes = 0;
    for _ in 0..1000 {
        bench.clock.advance(TimeDelta::milliseconds(600));
        probes += u64::from(bench.ask(DOWN).await != Asked::Held);
    }
    // 10, 30, 70, 150, 270, 390 and 510 s, each pause ±20 %.
    assert!((6..=8).contains(&probes), "{probes} probes");
    // The client tries a refusal by the provider a second time.
    assert_eq!(bench.calls(), calls + 2 * probes);
    bench.wait(145);
    assert!(is_found(bench.ask(FOUND).await) && is_found(bench.ask("00000000002").await));
}

#[tokio::test]
async fn a_clock_that_goes_back_by_a_day_does_not_keep_the_circuit_open() {
    let (bench, _) = Bench::with_pln_down().await;
    bench.wait(-24 * 3600);
    bench.klikoo.expire_tokens();
    assert!(is_found(bench.ask(FOUND).await));
}

#[tokio::test]
async fn neither_verdicts_on_numbers_nor_the_operators_problems_open_the_circuit() {
    let bench = Bench::new().await;
    for number in ["00000000404", "00000000498", "00000000571", "00000000501", "00000000422"] {
        for _ in 0..6 {
            assert!(matches!(bench.ask(number).await, Asked::Ended { .. }), "{number}");
        }
    }
    assert!(!bench.health_of(Provider::Pln).is_down);
}

#[tokio::test]
async fn any_verdict_on_a_number_resets_the_count_of_failures_and_nothing_else_does() {
    let (verdicts, others) = ([FOUND, "00000000404", "00000000498"], ["00000000501", "00000000571", "00000000422"]);
    for (number, opens) in verdicts.map(|number| (number, false)).into_iter().chain(others.map(|number| (number, true)))
    {
        let bench = Bench::new().await;
        for asked in [DOWN, DOWN, DOWN, DOWN, number, DOWN] {
            outcome(bench.ask(asked).await);
        }
        assert_eq!(bench.health_of(Provider::Pln).is_down, opens, "{number}");
    }
}

#[tokio::test]
async fn a_probe_that_does_not_come_as_far_as_the_provider_changes_nothing_of_what_is_said_of_it() {
    let (bench, calls) = Bench::with_pln_down().await;
    bench.wait(13);
    assert!(matches!(outcome(bench.ask("00000000571").await).verdict, Verdict::Operator(_)));
    bench.klikoo.hold();
    let mut next_probe = pin!(bench.ask(FOUND));
    bench.begin(next_probe.as_mut(), calls + 2).await;
    assert_eq!(bench.unanswered("00000000002").await, Some(Verdict::ProviderDown));
    bench.klikoo.release();
    assert!(is_found(next_probe.await));
}

#[tokio::test]
async fn health_counts_calls_and_not_their_callers() {
    let bench = Bench::new().await;
    let (first, second) = tokio::join!(bench.ask(FOUND), bench.ask(FOUND));
    assert!(first == second && is_found(first));
    outcome(bench.ask("00000000404").await);
    outcome(bench.ask(DOWN).await);
    outcome(bench.ask("00000000571").await);
    let health = bench.health_of(Provider::Pln);
    assert_eq!((health.checks, health.answered, health.is_down), (3, 2, false));
    assert!(health.median.is_some());
    assert_eq!(bench.health_of(Provider::Ovo), Health::default());
    bench.wait(15 * 60);
    assert_eq!(bench.health_of(Provider::Pln), Health::default());
}

#[tokio::test]
async fn health_says_which_provider_is_down() {
    let (bench, _) = Bench::with_pln_down().await;
    assert!(bench.health_of(Provider::Pln).is_down && !bench.health_of(Provider::Ovo).is_down);
}
