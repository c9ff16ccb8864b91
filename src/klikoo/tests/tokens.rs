//! Tokens: reused, refreshed by one request, replaced when refused.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;

use super::{
    PATIENT, check, client,
    stand_in::{Reply, StandIn, found, refusal, token},
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
    let unauthorized: [fn() -> Reply; 9] = [
        || refusal("401016535", "Token kadaluarsa"),
        || refusal("401026500", "Token tidak sesuai"),
        || refusal("401000000", "Unauthorized"),
        || refusal("401020001", "?"),
        || Reply::Text(200, r#"{"response_code":"4010000"}"#),
        || Reply::Text(401, r#"{"responseCode":"4017301","responseMessage":"Invalid Token (B2B)"}"#),
        || Reply::Text(401, r#"{"message":"Unauthorized"}"#),
        || Reply::Text(401, ""),
        || Reply::Text(302, "<html>Log in</html>"),
    ];
    for refused in unauthorized {
        let vendor = StandIn::start(move |seen| match seen.token() {
            "" => token(if seen.nth == 0 { "old" } else { "new" }),
            "old" => refused(),
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
    for (refused, problem) in [
        (|| refusal("401026500", "Token tidak sesuai"), OperatorProblem::Token),
        (|| Reply::Text(401, "<html>401</html>"), OperatorProblem::Token),
        (|| Reply::Text(307, ""), OperatorProblem::NoApi),
    ] as [(fn() -> Reply, _); 3]
    {
        let vendor = StandIn::inquiring(move |_| refused()).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Operator(problem)));
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
    }
}

#[tokio::test]
async fn a_token_is_found_wherever_it_stands() {
    for answer in [
        r#"{"response_code":"200012000","data":{"access_token":" Bearer t0\n","expires_in":900}}"#,
        r#"{"response_code":"200012000","access_token":"t0","expires_in":"900"}"#,
        r#"{"response_code":"200012000","data":{},"access_token":"t0"}"#,
        r#"{"responseCode":"2007300","responseMessage":"Successful","accessToken":"t0","expiresIn":"900"}"#,
    ] {
        let vendor =
            StandIn::start(move |seen| if seen.is(TOKEN_PATH) { Reply::Text(200, answer) } else { found(seen) }).await;
        let client = client(&vendor, PATIENT);
        assert_eq!(client.authenticate().await.unwrap().as_secs(), 900, "{answer}");
        assert!(check(&client).await.result.is_ok());
        assert_eq!(vendor.seen(INQUIRY_PATH).pop().unwrap().token(), "t0");
    }
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
