//! Ways in which the partner API fails: nothing of them is ever a verdict on the number.

use std::time::Duration;

use super::{
    Bench, FOUND, is_found, outcome,
    wire::{Fault, Wire},
};
use ceknomor::{
    inquiry::Asked,
    klikoo::Timeouts,
    value::{OperatorProblem, Verdict},
};

/// Faults that end by themselves, and may be the provider's.
const FAULTS: [Fault; 5] =
    [Fault::ResetBefore, Fault::ResetAfter, Fault::HalfAnswer, Fault::Gateway(500), Fault::Gateway(502)];

/// Faults of the partner's, or of the way to it.
const PARTNERS: [(Fault, OperatorProblem); 4] = [
    (Fault::Gateway(200), OperatorProblem::Unreadable),
    (Fault::Gateway(403), OperatorProblem::Forbidden),
    (Fault::Gateway(405), OperatorProblem::NoApi),
    (Fault::Gateway(429), OperatorProblem::Throttled),
];

impl Fault {
    /// Where not even the beginning of an answer came, nobody is called out of order.
    fn verdict(self) -> Verdict {
        match self {
            Self::ResetBefore | Self::ResetAfter | Self::Drip => Verdict::NoAnswer,
            Self::HalfAnswer | Self::Gateway(_) => Verdict::ProviderDown,
        }
    }
}

impl Bench {
    /// A bench with a line to Klikoo that does this to the first inquiries.
    async fn over(fault: Fault, times: usize, timeouts: Timeouts) -> (Self, Wire) {
        let klikoo = Self::klikoo().await;
        let wire = Wire::new(klikoo.0.base_url(), fault, times).await;
        let url = wire.url(klikoo.0.base_url());
        (Self::at(klikoo, &url, timeouts), wire)
    }
}

#[tokio::test]
async fn no_fault_says_anything_of_the_number_and_five_of_them_open_the_circuit() {
    for fault in FAULTS {
        let (bench, _wire) = Bench::over(fault, usize::MAX, Timeouts::default()).await;
        for _ in 0..5 {
            assert_eq!(bench.unanswered(FOUND).await, Some(fault.verdict()), "{fault:?}");
        }
        assert_eq!(bench.ask(FOUND).await, Asked::Held, "{fault:?}");
        assert_eq!(bench.unanswered(FOUND).await, Some(fault.verdict()), "the same while the circuit is open");
    }
}

#[tokio::test]
async fn what_is_the_partners_fault_is_not_held_against_a_provider() {
    for (fault, problem) in PARTNERS {
        let (bench, _wire) = Bench::over(fault, 6, Timeouts::default()).await;
        for _ in 0..6 {
            assert_eq!(outcome(bench.ask(FOUND).await).verdict, Verdict::Operator(problem), "{fault:?}");
        }
        assert!(is_found(bench.ask(FOUND).await), "{fault:?}: six of them close nothing");
        assert!(bench.inquiry.health().iter().all(|(_, health)| health.checks <= 1 && !health.is_down));
    }
}

#[tokio::test]
async fn what_passes_by_costs_a_second_request_and_no_answer() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter, Fault::HalfAnswer, Fault::Gateway(500), Fault::Gateway(502)] {
        let (bench, _wire) = Bench::over(fault, 1, Timeouts::default()).await;
        assert!(is_found(bench.ask_briefly(FOUND).await), "{fault:?}");
        let has_arrived = matches!(fault, Fault::ResetAfter | Fault::HalfAnswer);
        assert_eq!(bench.calls(), 1 + u64::from(has_arrived), "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_that_drips_is_no_answer_in_time() {
    let hasty = Timeouts { check: Duration::from_millis(300), ..Timeouts::default() };
    let (bench, _wire) = Bench::over(Fault::Drip, usize::MAX, hasty).await;
    assert_eq!(bench.unanswered(FOUND).await, Some(Verdict::NoAnswer));
}

#[tokio::test]
async fn a_refused_connection_is_no_verdict_either() {
    let (bench, wire) = Bench::over(Fault::ResetBefore, 0, Timeouts::default()).await;
    drop(wire);
    for _ in 0..6 {
        assert_eq!(bench.unanswered(FOUND).await, Some(Verdict::ServiceDown), "not even a token was given");
    }
    assert_eq!(bench.calls(), 0);
}
