//! What the vendor refuses, one line each: a good request with one thing spoilt.

use chrono::TimeDelta;
use reqwest::Method;

use super::world::{CLIENT_ID, Draft, Reply, SECRET, World, inquiry};
use crate::{
    clock::Clock,
    klikoo::{
        sign,
        wire::{InquiryRequest, SIGNATURE_HEADER, TIMESTAMP_HEADER, token_request},
    },
};

/// Five minutes and a little more.
const TOO_FAR: TimeDelta = TimeDelta::milliseconds(300_001);

fn shifted(world: &World, by: TimeDelta) -> Option<String> {
    Some(sign::timestamp(world.clock.now() + by))
}

/// The reply was refused with the code, and its HTTP status is the code's first three digits.
#[track_caller]
fn assert_refused(reply: &Reply, code: &str, spoilt: &str) {
    assert_eq!(reply.code(), code, "{spoilt}");
    assert!(code.starts_with(&reply.status.to_string()), "{spoilt}: {}", reply.status);
    assert!(reply.body["response_message"].is_string(), "{spoilt}");
    assert!(reply.body.get("data").is_none(), "{spoilt}");
}

#[tokio::test]
async fn token_requests_are_held_against_every_rule() {
    type Spoil = fn(&World, &mut Draft);
    let world = World::new().await;
    let rules: &[(&str, &str, Spoil)] = &[
        ("400016505", "no timestamp", |_, draft| draft.timestamp = None),
        ("400016505", "an old timestamp", |world, draft| draft.timestamp = shifted(world, -TOO_FAR)),
        ("400016505", "a future timestamp", |world, draft| draft.timestamp = shifted(world, TOO_FAR)),
        ("400016508", "time without milliseconds", |_, draft| {
            draft.timestamp = Some("2024-02-07T10:28:35+07:00".into())
        }),
        ("400016508", "time in UTC", |_, draft| draft.timestamp = Some("2024-02-07T03:28:35.000Z".into())),
        ("400016508", "time in words", |_, draft| draft.timestamp = Some("tadi pagi".into())),
        ("400016508", "an empty signature", |_, draft| draft.signature = Some(String::new())),
        ("400016508", "a signature that is not base64", |_, draft| draft.signature = Some("%%%".into())),
        ("400016508", "another moment's signature", |world, draft| {
            draft.signature = Some(draft.signed());
            draft.timestamp = shifted(world, TimeDelta::milliseconds(1));
        }),
        ("415010000", "no content type", |_, draft| draft.content_type = None),
        ("415010000", "another content type", |_, draft| draft.content_type = Some("text/plain")),
        ("415010000", "more than the vendor's content type", |_, draft| {
            draft.content_type = Some("application/json; charset=utf-8")
        }),
        ("413010000", "a body that is too large", |_, draft| draft.body = " ".repeat(17_000)),
        ("400016510", "a body that is not JSON", |_, draft| draft.body = "grant_type=client_credentials".into()),
        ("400016512", "an empty object", |_, draft| draft.body = "{}".into()),
        ("400016512", "no partner", |_, draft| draft.body = r#"{"grant_type":"client_credentials"}"#.into()),
        ("400016569", "another grant type", |_, draft| {
            draft.body = draft.body.replace("client_credentials", "password")
        }),
    ];
    for (code, spoilt, spoil) in rules {
        let mut draft = world.token_request();
        spoil(&world, &mut draft);
        assert_refused(&world.send(draft).await, code, spoilt);
    }
    for (code, spoilt, body) in [
        ("401016570", "another client id", token_request("00000000-0000-4000-8000-000000000000", SECRET)),
        ("401016570", "another client secret", token_request(CLIENT_ID, &"0".repeat(32))),
        ("400016512", "no client secret", token_request(CLIENT_ID, "")),
    ] {
        assert_refused(&world.send(Draft { body, ..world.token_request() }).await, code, spoilt);
    }
    assert_eq!(world.sandbox.calls().tokens_issued, 0);
}

#[tokio::test]
async fn inquiries_are_held_against_every_rule_of_signing() {
    type Spoil = fn(&World, &mut Draft);
    let world = World::new().await;
    let token = world.token().await;
    let rules: &[(&str, &str, Spoil)] = &[
        ("400046505", "no timestamp", |_, draft| draft.timestamp = None),
        ("400046505", "an old timestamp", |world, draft| draft.timestamp = shifted(world, -TOO_FAR)),
        ("400046505", "a future timestamp", |world, draft| draft.timestamp = shifted(world, TOO_FAR)),
        ("400046508", "time without milliseconds", |_, draft| {
            draft.timestamp = Some("2024-02-07T10:28:35+07:00".into())
        }),
        ("401046500", "no token", |_, draft| draft.token = None),
        ("401046500", "an unknown token", |_, draft| draft.token = Some("0".repeat(64))),
        ("400046508", "a signature over another path", |_, draft| {
            let path = draft.path.clone();
            draft.path = format!("/klikoo-b2b{path}");
            draft.signature = Some(draft.signed());
            draft.path = path;
        }),
        ("400046508", "a signature over another method", |_, draft| {
            draft.method = Method::PUT;
            draft.signature = Some(draft.signed());
            draft.method = Method::POST;
        }),
        ("400046508", "a signature over another body", |_, draft| {
            draft.signature = Some(draft.signed());
            draft.body = draft.body.replace("21000", "22000");
        }),
        ("400046508", "a signature over another moment", |world, draft| {
            draft.signature = Some(draft.signed());
            draft.timestamp = shifted(world, TimeDelta::milliseconds(1));
        }),
        ("400046508", "the beginning of a signature", |_, draft| {
            draft.signature = draft.signed().get(..44).map(str::to_owned)
        }),
        ("400046508", "white space, signed as it is", |_, draft| draft.body = draft.body.replace(':', ": ")),
        ("400046508", "white space, signed without", |_, draft| {
            draft.signature = Some(draft.signed());
            draft.body = draft.body.replace(':', ": ");
        }),
        ("400046508", "keys that are not sorted", |_, draft| {
            draft.body = format!(r#"{{"value":"00000000001",{}"#, draft.body.trim_start_matches('{'));
        }),
        ("400046510", "a body that is not JSON", |_, draft| draft.body = "value=01105691111".into()),
        ("415040000", "another content type", |_, draft| draft.content_type = Some("text/html")),
        ("413040000", "a body that is too large", |_, draft| draft.body = " ".repeat(17_000)),
    ];
    for (code, spoilt, spoil) in rules {
        let mut draft = world.inquiry(&token, &inquiry("PLN20", "01105691111"));
        spoil(&world, &mut draft);
        assert_refused(&world.send(draft).await, code, spoilt);
    }
    assert_eq!(world.sandbox.calls().inquiries, rules.len() as u64);
    assert_eq!(world.sandbox.calls().inquiries_admitted, 0);
}

#[tokio::test]
async fn a_request_without_a_body_is_held_against_the_same_rules() {
    let world = World::new().await;
    let token = world.token().await;
    let with_body = Draft { body: "{}".into(), ..world.balance(&token) };
    assert_refused(&world.send(with_body).await, "400036510", "a body");
    let by_another = Draft { signature: Some(world.balance("another").signed()), ..world.balance(&token) };
    assert_refused(&world.send(by_another).await, "400036508", "a signature over another token");
}

#[tokio::test]
async fn headers_stand_once_and_a_token_behind_its_scheme() {
    let world = World::new().await;
    let token = world.token().await;
    let good = || world.request(world.balance(&token));
    assert_eq!(Reply::to(good()).await.code(), "200032000");
    for (code, name) in [
        ("400036505", TIMESTAMP_HEADER),
        ("400036508", SIGNATURE_HEADER),
        ("401036500", "authorization"),
        ("415030000", "content-type"),
    ] {
        let value = good().build().unwrap().headers()[name].clone();
        assert_refused(&Reply::to(good().header(name, value)).await, code, name);
    }
    let signed = world.balance(&token).signed();
    let without_token = Draft { token: None, signature: Some(signed), ..world.balance(&token) };
    let bare = world.request(without_token).header("authorization", token);
    assert_refused(&Reply::to(bare).await, "401036500", "a token without its scheme");
}

#[tokio::test]
async fn fields_are_held_against_the_vendors_table() {
    type Spoil = fn(&mut InquiryRequest);
    let world = World::new().await;
    let token = world.token().await;
    let rules: &[(&str, &str, Spoil)] = &[
        ("400046512", "an empty field", |inquiry| inquiry.msidn.clear()),
        ("400046510", "a space", |inquiry| inquiry.value = "0110569 1111".into()),
        ("400046510", "an amount that is none", |inquiry| inquiry.amount = "20k".into()),
        ("400046568", "a reference in the form of the vendor's sample", |inquiry| {
            inquiry.partner_reference_id = "42323-42234-44226-96273".into();
        }),
        ("404047003", "an unknown product", |inquiry| inquiry.product_code = "PLN50".into()),
        ("404047003", "a product in small letters", |inquiry| inquiry.product_code = "pln20".into()),
    ];
    for (code, spoilt, spoil) in rules {
        let mut inquiry = inquiry("PLN20", "01105691111");
        spoil(&mut inquiry);
        assert_refused(&world.send(world.inquiry(&token, &inquiry)).await, code, spoilt);
    }
}

#[tokio::test]
async fn a_reference_is_taken_once() {
    let world = World::new().await;
    let token = world.token().await;
    let asked = inquiry("PLN20", "01105691111");
    assert_eq!(world.send(world.inquiry(&token, &asked)).await.code(), "200022000");
    assert_refused(&world.send(world.inquiry(&token, &asked)).await, "409046563", "the same reference");
}

#[tokio::test]
async fn a_token_ends_after_fifteen_minutes() {
    let world = World::new().await;
    let token = world.token().await;
    world.clock.advance(TimeDelta::seconds(899));
    assert_eq!(world.send(world.balance(&token)).await.code(), "200032000");
    world.clock.advance(TimeDelta::seconds(1));
    assert_refused(&world.send(world.balance(&token)).await, "401036535", "after 900 seconds");
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_by_the_server() {
    let world = World::new().await;
    let elsewhere = Draft { path: "/v1/open-api/products/buy".into(), ..world.token_request() };
    assert_refused(&world.send(elsewhere).await, "404000000", "another path");
    let by_get = Draft { method: Method::GET, ..world.token_request() };
    assert_refused(&world.send(by_get).await, "405000000", "another method");
    let without_prefix = world.sandbox.base_url().trim_end_matches("/klikoo-b2b").to_owned();
    let response = world.http.get(without_prefix).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 404);
}

#[tokio::test]
async fn refusals_carry_the_sandboxs_date() {
    let world = World::new().await;
    world.clock.advance(TimeDelta::days(400));
    for path in ["/v1/open-api/access-token", "/elsewhere"] {
        let draft = Draft { path: path.into(), timestamp: None, ..world.token_request() };
        assert_eq!(world.send(draft).await.date, "Thu, 13 Mar 2025 03:28:35 GMT", "{path}");
    }
}
