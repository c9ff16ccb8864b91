//! Each provider has so many calls at once: further calls wait for a permit, and those of other providers do not.

use std::{pin::pin, time::Duration};

use chrono::TimeDelta;
use futures_util::{future::join_all, poll};

use super::{Bench, FOUND, is_found, outcome};
use ceknomor::{
    inquiry::{Asked, Wait},
    value::Verdict,
};

/// Longer than a test takes.
const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn beyond_64_calls_at_one_provider_a_check_waits_for_a_permit() {
    let bench = Bench::new().await;
    bench.klikoo.hold();
    let numbers: Vec<String> = (1..=200).map(|n| format!("0000001{n:04}")).collect();
    let mut asking = pin!(join_all(numbers.iter().map(|number| bench.ask_briefly(number))));
    bench.begin(asking.as_mut(), 64).await;
    // Joining a call takes no permit, and another provider has permits of its own.
    let mut joined = pin!(bench.ask_briefly(&numbers[0]));
    let ovo = bench.request("OVO10", "081000000001");
    let mut another = pin!(bench.inquiry.ask(&ovo, Wait::Briefly));
    bench.begin(joined.as_mut(), 64).await;
    bench.begin(another.as_mut(), 65).await;
    assert!(poll!(asking.as_mut()).is_pending());
    assert_eq!(bench.calls(), 65, "and no more");
    bench.klikoo.release();
    let answers = asking.await;
    assert!(answers.iter().all(|asked| matches!(asked, Asked::Ended { .. })));
    assert_eq!(joined.await, answers[0]);
    assert!(is_found(another.await));
}

#[tokio::test]
async fn a_check_without_a_permit_in_time_is_not_asked_and_says_nothing_of_the_number() {
    let bench = Bench::within(1, Duration::ZERO).await;
    bench.klikoo.hold();
    let mut first = pin!(bench.ask(FOUND));
    bench.begin(first.as_mut(), 1).await;
    assert_eq!(bench.ask_briefly("00000000002").await, Asked::Busy);
    assert_eq!(bench.unanswered("00000000002").await, Some(Verdict::NoAnswer));
    bench.klikoo.release();
    assert!(is_found(first.await));
    assert_eq!(bench.calls(), 1);
    assert!(is_found(bench.ask_briefly("00000000002").await));
}

#[tokio::test]
async fn a_check_that_waits_for_its_permit_gets_it_after_joining_one_that_would_not_wait() {
    let bench = Bench::within(1, Duration::from_millis(20)).await;
    bench.klikoo.hold();
    let mut first = pin!(bench.ask(FOUND));
    bench.begin(first.as_mut(), 1).await;
    let same = "00000000002";
    let request = bench.request("PLN20", same);
    let patient = bench.inquiry.ask(&request, Wait::ForPermit);
    let (mut impatient, mut patient) = (pin!(bench.ask_briefly(same)), pin!(patient));
    assert!(poll!(impatient.as_mut()).is_pending());
    assert!(poll!(patient.as_mut()).is_pending());
    assert_eq!(impatient.await, Asked::Busy);
    assert!(poll!(patient.as_mut()).is_pending());
    bench.klikoo.release();
    assert!(is_found(first.await));
    assert!(is_found(patient.await));
    assert_eq!(bench.calls(), 2);
}

#[tokio::test]
async fn the_same_question_is_one_call_while_it_waits_for_a_permit_too() {
    let bench = Bench::within(1, LONG).await;
    bench.klikoo.hold();
    let mut first = pin!(bench.ask(FOUND));
    bench.begin(first.as_mut(), 1).await;
    let mut same = pin!(join_all((0..20).map(|_| bench.ask_briefly("00000000002"))));
    assert!(poll!(same.as_mut()).is_pending());
    bench.klikoo.release();
    assert!(is_found(first.await));
    let answers = same.await;
    assert!(answers.iter().all(|asked| *asked == answers[0]));
    assert_eq!(bench.calls(), 2);
}

#[tokio::test]
async fn checks_that_wait_at_a_provider_that_goes_down_are_held() {
    let bench = Bench::within(5, LONG).await;
    bench.klikoo.hold();
    bench.klikoo.set_down(true);
    let numbers: Vec<String> = (1..=40).map(|n| format!("0000001{n:04}")).collect();
    let mut asking = pin!(join_all(numbers.iter().map(|number| bench.ask_briefly(number))));
    bench.begin(asking.as_mut(), 5).await;
    bench.klikoo.release();
    let asked = asking.await;
    let held = asked.iter().filter(|asked| **asked == Asked::Held).count();
    // A permit that comes free with the first failures, before the fifth, is a call.
    assert!((31..=35).contains(&held), "{held} were held");
    assert!(
        asked
            .into_iter()
            .filter(|asked| *asked != Asked::Held)
            .all(|asked| { outcome(asked).verdict == Verdict::ProviderDown })
    );
}

#[tokio::test]
async fn no_check_waits_for_a_permit_while_the_circuit_is_open() {
    let bench = Bench::within(1, LONG).await;
    bench.klikoo.set_down(true);
    for n in 1..=5 {
        outcome(bench.ask(&format!("0000000000{n}")).await);
    }
    bench.clock.advance(TimeDelta::seconds(13));
    bench.klikoo.hold();
    let calls = bench.calls();
    let mut probe = pin!(bench.ask(FOUND));
    bench.begin(probe.as_mut(), calls + 1).await;
    assert_eq!(bench.ask_briefly("00000000002").await, Asked::Held);
    assert_eq!(bench.ask("00000000003").await, Asked::Held);
    bench.klikoo.set_down(false);
    bench.klikoo.release();
    assert!(is_found(probe.await));
    assert!(is_found(bench.ask("00000000002").await));
}
