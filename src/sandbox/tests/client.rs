//! The sandbox and the project's own client: every scenario of the table ends as it says.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;

use super::world::{CLIENT_ID, PRIVATE_KEY, SECRET, World};
use crate::{
    clock::{Clock, FixedClock},
    klikoo::{Account, Answer, Client, Fault, Inquiry, PrivateKey, Timeouts},
    sandbox::{Calls, scenarios},
    value::{CustomerNumber, OperatorProblem, Rupiah},
};

fn client(world: &World, clock: Arc<FixedClock>, timeouts: Timeouts) -> Client {
    let account = Account {
        base_url: world.sandbox.base_url().parse().unwrap(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: SECRET.into(),
        private_key: PrivateKey::from_pem(PRIVATE_KEY).unwrap(),
    };
    Client::new(account, timeouts, clock).unwrap()
}

async fn ask(client: &Client, number: &str) -> Answer {
    let number = CustomerNumber::from_record(number).unwrap();
    let (buying, selling) = (Rupiah(20_500), Rupiah(21_000));
    client.inquire(&Inquiry { product_code: "PLN20", number: &number, buying, selling }).await
}

/// The scenarios that are answered at once and not with a customer, by their meters' endings.
fn faults() -> Vec<(&'static str, Fault)> {
    let operator = Fault::Operator;
    vec![
        ("404", Fault::NumberNotFound),
        ("402", Fault::NumberNotFound),
        ("110", Fault::NumberNotFound),
        ("121", Fault::NumberNotFound),
        ("122", Fault::NumberBlocked),
        ("123", Fault::AlreadyPaid),
        ("124", Fault::OverLimit),
        ("125", Fault::ProviderDown),
        ("126", Fault::Refused("Hubungi … & CA".into())),
        ("498", Fault::AmountTooSmall),
        ("525", Fault::ProductUnavailable),
        ("501", Fault::ProductUnavailable),
        ("503", Fault::ProviderDown),
        ("508", Fault::ProviderDown),
        ("500", Fault::VendorFault),
        ("422", Fault::Other("Hubungi <b>CS</b> & sebutkan kode_ini*".into())),
        ("504", Fault::NotNow),
        ("429", operator(OperatorProblem::Throttled)),
        ("403", operator(OperatorProblem::Forbidden)),
        ("302", operator(OperatorProblem::NoApi)),
        ("571", operator(OperatorProblem::AddressNotListed)),
        ("524", operator(OperatorProblem::NotVerified)),
        ("509", operator(OperatorProblem::AccountBlocked)),
        ("505", operator(OperatorProblem::Clock)),
        ("435", operator(OperatorProblem::Token)),
        ("502", Fault::Garbled),
        ("200", operator(OperatorProblem::Unreadable)),
        ("204", operator(OperatorProblem::Unreadable)),
        ("206", operator(OperatorProblem::Unreadable)),
        ("207", Fault::Garbled),
        ("208", Fault::Unreachable),
        ("913", operator(OperatorProblem::Unreadable)),
        ("708", operator(OperatorProblem::Unreadable)),
    ]
}

/// The scenarios that take longer than a test should.
const WAITING: [&str; 3] = ["900", "408", "910"];

#[tokio::test]
async fn every_scenario_ends_as_the_table_says() {
    let world = World::new().await;
    let client = client(&world, Arc::clone(&world.clock), Timeouts::default());
    let faults = faults();
    for scenario in scenarios() {
        for number in scenario.numbers {
            if WAITING.iter().any(|ending| number.ends_with(ending)) {
                continue;
            }
            let fault = faults.iter().find(|(ending, _)| number.ends_with(ending)).map(|(_, fault)| fault);
            let ended = ask(&client, number).await;
            assert_eq!(ended.result.as_ref().err(), fault, "{number}: {}", scenario.what);
        }
    }
}

#[tokio::test]
async fn who_waits_too_long_gets_no_verdict_on_the_number() {
    let world = World::new().await;
    let timeouts = Timeouts { check: Duration::from_millis(300), ..Timeouts::default() };
    let client = client(&world, Arc::clone(&world.clock), timeouts);
    for ending in WAITING {
        assert_eq!(ask(&client, &format!("00000000{ending}")).await.result, Err(Fault::Timeout), "{ending}");
    }
}

#[tokio::test]
async fn a_refused_token_or_reference_costs_one_more_request() {
    let world = World::new().await;
    let client = client(&world, Arc::clone(&world.clock), Timeouts::default());
    assert!(ask(&client, "00000000401").await.result.is_ok());
    let after_the_token =
        Calls { token_requests: 2, tokens_issued: 2, inquiries: 2, inquiries_admitted: 2, balances: 0 };
    assert_eq!(world.sandbox.calls(), after_the_token);
    assert!(ask(&client, "00000000409").await.result.is_ok());
    let after_the_reference = Calls { inquiries: 4, inquiries_admitted: 4, ..after_the_token };
    assert_eq!(world.sandbox.calls(), after_the_reference);
}

#[tokio::test]
async fn a_partner_whose_clock_is_an_hour_slow_follows_the_sandboxs_date() {
    let world = World::new().await;
    let slow = Arc::new(FixedClock::at(world.clock.now() - TimeDelta::hours(1)));
    let client = client(&world, slow, Timeouts::default());
    assert_eq!(client.balance().await, Ok(Rupiah(1_000_000)));
    let calls = world.sandbox.calls();
    assert_eq!((calls.token_requests, calls.tokens_issued, calls.balances), (2, 1, 1));
}
