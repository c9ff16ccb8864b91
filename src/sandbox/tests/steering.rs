//! What tests do to a running sandbox.

use std::time::Duration;

use serde_json::Value;

use super::world::{World, inquiry};
use crate::sandbox::Calls;

#[tokio::test]
async fn held_inquiries_arrive_and_wait() {
    let world = World::new().await;
    let token = world.token().await;
    world.sandbox.hold();
    let ask = |number| world.send(world.inquiry(&token, &inquiry("PLN20", number)));
    let both = async { tokio::join!(ask("00000000001"), ask("00000000002")) };
    tokio::pin!(both);
    tokio::select! {
        _ = &mut both => panic!("an answer came while inquiries were held"),
        () = world.sandbox.arrived(2) => {}
    }
    // Others are answered meanwhile.
    tokio::select! {
        _ = &mut both => panic!("an answer came while inquiries were held"),
        balance = world.send(world.balance(&token)) => assert_eq!(balance.code(), "200032000"),
    }
    world.sandbox.release();
    let (first, second) = both.await;
    assert_eq!((first.code(), second.code()), ("200022000", "200022000"));
}

#[tokio::test]
async fn expired_tokens_are_refused_and_new_ones_taken() {
    let world = World::new().await;
    let old = world.token().await;
    world.sandbox.expire_tokens();
    assert_eq!(world.send(world.balance(&old)).await.code(), "401036535");
    let new = world.token().await;
    assert_eq!(world.send(world.balance(&new)).await.code(), "200032000");
}

#[tokio::test]
async fn calls_are_counted() {
    let world = World::new().await;
    world.ask("PLN20", "00000000404").await;
    world.ask("PLN50", "00000000001").await;
    let expected =
        Calls { token_requests: 2, tokens_issued: 2, inquiries: 2, inquiries_admitted: 1, ..Calls::default() };
    assert_eq!(world.sandbox.calls(), expected);
}

#[tokio::test]
async fn a_stop_lets_go_of_what_waits_and_then_nobody_answers() {
    let world = World::new().await;
    let token = world.token().await;
    let ask = |number| tokio::spawn(world.request(world.inquiry(&token, &inquiry("PLN20", number))).send());
    let (never, slow) = (ask("00000000408"), ask("00000000900"));
    let dripping = ask("00000000910").await.unwrap().unwrap();
    world.sandbox.arrived(3).await;
    let url = world.sandbox.base_url().to_owned();
    world.sandbox.stop().await;
    assert_eq!(never.await.unwrap().unwrap().status().as_u16(), 503);
    assert_eq!(slow.await.unwrap().unwrap().status().as_u16(), 200);
    assert!(serde_json::from_slice::<Value>(&dripping.bytes().await.unwrap()).is_err());
    assert!(world.http.get(url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_dropped_sandbox_answers_nobody() {
    let world = World::with(|settings| settings.latency = Duration::from_secs(3600)).await;
    let token = world.token().await;
    let slow = tokio::spawn(world.request(world.inquiry(&token, &inquiry("PLN20", "00000000001"))).send());
    world.sandbox.arrived(1).await;
    drop(world.sandbox);
    assert_eq!(slow.await.unwrap().unwrap().status().as_u16(), 200);
}
