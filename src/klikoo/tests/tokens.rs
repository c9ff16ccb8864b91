//! Tokens: reused, refreshed by one request, replaced when refused.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;

use super::{
    PATIENT, check, client,
    stand_in::{StandIn, found, refusal, token},
};
use crate::{
    clock::FixedClock,
    klikoo::{
        Client, Fault,
        wire::{BALANCE_PATH, INQUIRY_PATH, TOKEN_PATH},
    },
    value::OperatorProblem,
};

#[tokio::test]
async fn one_token_serves_until_shortly_before_it_expires() {
    let vendor = StandIn::inquiring(found).await;
    let clock = Arc::new(FixedClock::at(DateTime::UNIX_EPOCH));
    let client = Client::new(vendor.account(), PATIENT, clock.clone()).unwrap();

    assert!(check(&client).await.result.is_ok());
    clock.advance(TimeDelta::seconds(860));
    assert!(check(&client).await.result.is_ok());
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 1);

    clock.advance(TimeDelta::seconds(15));
    assert!(check(&client).await.result.is_ok());
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
}

#[tokio::test]
async fn fifty_checks_wait_for_one_token() {
    let vendor = StandIn::inquiring(found).await;
    let client = client(&vendor, PATIENT);
    let checks = (0..50).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { check(&client).await })
    });
    for answer in join_all(checks).await {
        assert!(answer.unwrap().result.is_ok());
    }
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 1);
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 50);
}

#[tokio::test]
async fn those_who_wait_for_a_token_share_its_refusal() {
    let vendor = StandIn::start(|_| refusal("401016570", "Kredensial tidak sesuai")).await;
    let client = client(&vendor, PATIENT);
    for answer in join_all((0..50).map(|_| check(&client))).await {
        assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::Credentials)));
        assert_eq!(answer.code.unwrap().as_str(), "401016570");
    }
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 1);

    check(&client).await;
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 2, "who comes later asks anew");
}

#[tokio::test]
async fn a_token_that_many_see_refused_is_replaced_once() {
    for code in ["401016535", "401026500"] {
        let vendor = StandIn::start(move |seen| match seen.token() {
            "" => token(if seen.nth == 0 { "old" } else { "new" }),
            "old" => refusal(code, "Token kadaluarsa"),
            _ => found(seen),
        })
        .await;
        let client = client(&vendor, PATIENT);
        for answer in join_all((0..20).map(|_| check(&client))).await {
            assert!(answer.result.is_ok(), "{answer:?}");
        }
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 40);
    }
}

#[tokio::test]
async fn a_token_refused_twice_is_the_operators_problem() {
    let vendor = StandIn::inquiring(|_| refusal("401026500", "Token tidak sesuai")).await;
    let answer = check(&client(&vendor, PATIENT)).await;
    assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::Token)));
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
}

#[tokio::test]
async fn a_check_that_is_given_up_leaves_the_token_to_the_others() {
    let vendor = StandIn::inquiring(found).await;
    let client = client(&vendor, PATIENT);
    let mut given_up = Box::pin(check(&client));
    assert!(futures_util::poll!(&mut given_up).is_pending());
    let mut other = Box::pin(check(&client));
    assert!(futures_util::poll!(&mut other).is_pending());
    drop(given_up);
    assert!(other.await.result.is_ok());
}

#[tokio::test]
async fn authenticating_asks_for_a_token_and_nothing_else() {
    let vendor = StandIn::inquiring(found).await;
    let client = client(&vendor, PATIENT);
    assert_eq!(client.authenticate().await.unwrap().as_secs(), 900);
    assert_eq!((vendor.seen(INQUIRY_PATH).len(), vendor.seen(BALANCE_PATH).len()), (0, 0));
    assert!(check(&client).await.result.is_ok());
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 1);
    assert_eq!(vendor.connections(), 1, "connections are kept");
}
