//! The client against a stand-in over real HTTP: the vendor page's samples, tokens, clocks, repeats, bad answers.

mod clocks;
mod faults;
mod page;
mod repeats;
mod stand_in;
mod tokens;

use std::{sync::Arc, time::Duration};

use super::{Answer, Client, Inquiry, Timeouts, wire::INQUIRY_PATH};
use crate::{
    clock::SystemClock,
    value::{CustomerNumber, Rupiah},
};
use stand_in::StandIn;

/// Time enough for any answer that comes at all.
const PATIENT: Timeouts =
    Timeouts { check: Duration::from_secs(20), connect: Duration::from_secs(5), read: Duration::from_secs(10) };

/// Short time-outs, for servers that never end.
const HASTY: Timeouts =
    Timeouts { check: Duration::from_millis(60), connect: Duration::from_secs(5), read: Duration::from_secs(10) };

fn client(stand_in: &StandIn, timeouts: Timeouts) -> Client {
    Client::new(stand_in.account(), timeouts, Arc::new(SystemClock)).unwrap()
}

fn number(digits: &str) -> CustomerNumber {
    CustomerNumber::from_record(digits).unwrap()
}

/// Checks the vendor page's first sample.
async fn check(client: &Client) -> Answer {
    let number = number("01105691111");
    let inquiry = Inquiry { product_code: "PLN20", number: &number, buying: Rupiah(20_500), selling: Rupiah(21_000) };
    client.inquire(&inquiry).await
}

/// The references that were sent, in order.
fn references(stand_in: &StandIn) -> Vec<String> {
    stand_in.seen(INQUIRY_PATH).iter().map(|seen| seen.field("partner_reference_id")).collect()
}
