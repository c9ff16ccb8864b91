//! Clocks that differ: measured from the refusal, kept, followed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    PATIENT, check,
    stand_in::{Reply, Seen, StandIn, found, refusal, token},
};
use crate::{
    clock::{Clock, FixedClock, SystemClock},
    klikoo::{
        Client, Fault,
        wire::{INQUIRY_PATH, TOKEN_PATH},
    },
    value::OperatorProblem,
};

/// How far a signed time may be from the vendor's.
const TOLERANCE: TimeDelta = TimeDelta::seconds(30);

/// A vendor with a clock of its own, which refuses those that differ too much.
async fn vendor_at(clock: Arc<FixedClock>) -> StandIn {
    StandIn::start(move |seen| judge(seen, clock.now()).at(clock.now())).await
}

fn judge(seen: &Seen, now: DateTime<Utc>) -> Reply {
    if (seen.signed_at() - now).abs() > TOLERANCE {
        refusal("400016505", "Waktu tidak sesuai")
    } else if seen.is(TOKEN_PATH) {
        token("t0")
    } else {
        found(seen)
    }
}

fn clocks(ours_is_behind: TimeDelta) -> (Arc<FixedClock>, Arc<FixedClock>) {
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    (Arc::new(FixedClock::at(now - ours_is_behind)), Arc::new(FixedClock::at(now)))
}

#[tokio::test]
async fn a_refused_clock_is_corrected_and_the_correction_kept() {
    for difference in [TimeDelta::hours(1), TimeDelta::hours(-1), TimeDelta::days(19_000)] {
        let (ours, vendors) = clocks(difference);
        let vendor = vendor_at(vendors).await;
        let client = Client::new(vendor.account(), PATIENT, ours).unwrap();

        assert!(check(&client).await.result.is_ok());
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 2, "the token request was refused, and then corrected");
        assert_eq!(client.clock_offset(), difference + TimeDelta::milliseconds(500), "`Date` has no milliseconds");

        assert!(check(&client).await.result.is_ok());
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2, "neither inquiry was refused");
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 2, "a token's age is counted on one clock");
    }
}

#[tokio::test]
async fn a_date_of_a_vendor_that_takes_our_time_moves_nothing() {
    let (ours, vendors) = clocks(TimeDelta::hours(1));
    let reply = |seen: &Seen| if seen.is(TOKEN_PATH) { token("t0") } else { found(seen) };
    let vendor = StandIn::start(move |seen| reply(seen).at(vendors.now())).await;
    let client = Client::new(vendor.account(), PATIENT, ours).unwrap();
    assert!(check(&client).await.result.is_ok());
    assert_eq!(client.clock_offset(), TimeDelta::zero());
}

#[tokio::test]
async fn a_clock_that_jumps_under_a_good_token_is_corrected_too() {
    let (ours, vendors) = clocks(TimeDelta::zero());
    let vendor = vendor_at(vendors).await;
    let client = Client::new(vendor.account(), PATIENT, ours.clone()).unwrap();
    assert!(check(&client).await.result.is_ok());

    ours.advance(TimeDelta::seconds(120));
    assert!(check(&client).await.result.is_ok());
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 3);
    assert_eq!(client.clock_offset().num_milliseconds(), -119_500);
}

#[tokio::test]
async fn a_clock_that_is_put_right_is_followed() {
    let (ours, vendors) = clocks(TimeDelta::seconds(40));
    let vendor = vendor_at(vendors).await;
    let client = Client::new(vendor.account(), PATIENT, ours.clone()).unwrap();
    assert!(check(&client).await.result.is_ok());
    assert_eq!(client.clock_offset().num_seconds(), 40);

    for (put_right_by, left) in [(20, 20), (20, 0)] {
        ours.advance(TimeDelta::seconds(put_right_by));
        assert!(check(&client).await.result.is_ok());
        assert_eq!(client.clock_offset().num_seconds(), left);
    }
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 3, "no inquiry was refused on the way");
}

#[tokio::test]
async fn a_clock_refused_twice_is_the_operators_problem() {
    let now = SystemClock.now();
    let with_date = StandIn::start(move |_| refusal("400016505", "Waktu tidak sesuai").at(now)).await;
    let without = StandIn::start(|_| refusal("400016505", "Waktu tidak sesuai")).await;
    for vendor in [with_date, without] {
        let answer = check(&super::client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::Clock)));
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
    }
}
