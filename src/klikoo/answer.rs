//! Reads an answer: what it means, and what it brought. Lenient in form, strict in one thing: no customer is ever
//! shown as another's.

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::{
    codes::{self, Meaning, meaning},
    error::printable,
    retry::{Cause, Failed},
    token::Token,
    transport::RawAnswer,
    wire::{BalanceData, Envelope, InquiryData, TokenData},
};
use crate::value::{Customer, CustomerName, CustomerNumber, ResponseCode, Rupiah};

/// The longest tariff and power that is kept, in characters.
const LONGEST_POWER: usize = 40;

/// What a successful answer brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Brought<T> {
    pub(super) value: T,
    pub(super) code: Option<ResponseCode>,
}

/// The token of an answer to the request that was made at `asked_at`.
pub(super) fn token(raw: &RawAnswer, asked_at: DateTime<Utc>) -> Result<Brought<Token>, Failed> {
    read(raw, |data: Vec<TokenData>, _| data.into_iter().find_map(|data| Token::read(data, asked_at)))
}

/// The balance of an answer.
pub(super) fn balance(raw: &RawAnswer) -> Result<Brought<Rupiah>, Failed> {
    read(raw, |data: Vec<BalanceData>, _| data.into_iter().find_map(|data| data.balance).map(Rupiah))
}

/// The customer of an answer, if it is the one of the number that was `asked`.
pub(super) fn customer(raw: &RawAnswer, asked: &CustomerNumber) -> Result<Brought<Customer>, Failed> {
    read(raw, |data: Vec<InquiryData>, is_certain| {
        let mut with_content = data.into_iter().filter(|item| *item != InquiryData::default());
        let own = with_content.find(|item| item.customer_number.as_deref().is_none_or(|n| is_same(asked, n)))?;
        let customer = customer_of(own);
        (is_certain || customer.name.is_some()).then_some(customer)
    })
}

/// Reads an envelope; `take` gets its data, and whether its code says for certain that this is a success.
fn read<D, T>(raw: &RawAnswer, take: impl FnOnce(Vec<D>, bool) -> Option<T>) -> Result<Brought<T>, Failed>
where
    D: DeserializeOwned,
{
    let is_5xx = raw.status.is_server_error();
    let Some(envelope) = envelope(&raw.body) else {
        let meaning = if raw.status == StatusCode::NOT_FOUND { codes::no_api() } else { Meaning::Undecided };
        return Err(Failed::silent(Cause::of(meaning, is_5xx)));
    };
    let code = envelope.response_code.as_deref().and_then(|code| ResponseCode::new(code.trim()));
    let is_5xx = is_5xx || code.as_ref().is_some_and(|code| code.as_str().starts_with('5'));
    let meaning = match &code {
        None if raw.status == StatusCode::NOT_FOUND => codes::no_api(),
        code => meaning(code.as_ref(), envelope.response_message.as_deref().unwrap_or_default()),
    };
    let taken = match meaning {
        Meaning::Success => take(envelope.data, true),
        Meaning::Undecided if raw.status.is_success() => take(envelope.data, false),
        _ => None,
    };
    match taken {
        Some(value) => Ok(Brought { value, code }),
        None => Err(Failed { cause: Cause::of(meaning, is_5xx), code }),
    }
}

/// Reads an object. By itself serde takes an array too, its items for the fields in their order, and passes over bytes
/// that are no text where it needs no value.
fn envelope<D: DeserializeOwned>(body: &[u8]) -> Option<Envelope<D>> {
    let text = str::from_utf8(body).ok()?;
    if text.trim_start().starts_with('{') { serde_json::from_str(text).ok() } else { None }
}

fn customer_of(data: InquiryData) -> Customer {
    Customer {
        name: data.customer_name.as_deref().and_then(CustomerName::new),
        power: data.power_capacity.map(|power| printable(&power, LONGEST_POWER)).filter(|power| !power.is_empty()),
        total: data.total.map(Rupiah),
    }
}

/// Whether an answer's number is the one that was asked for, in any of its written forms.
///
/// Leading zeros may be lost on the way, and a mobile number may come back as `62…` or `+62 …`. PLN knows a customer by
/// two numbers, of the meter and of the customer, and may answer with the other one. A number that is masked
/// (`0817****44`) tells nothing, so it contradicts nothing.
fn is_same(asked: &CustomerNumber, answered: &str) -> bool {
    let digits: String = answered.chars().filter(char::is_ascii_digit).collect();
    let is_readable = answered.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-.".contains(c));
    let asked = asked.as_str();
    digits.is_empty() || !is_readable || bare(asked) == bare(&digits) || are_meter_and_customer(asked, &digits)
}

/// Whether one is shaped as PLN's meter number (11 digits) and the other as its customer id (12 digits, which begin with
/// no zero, as a mobile number does).
fn are_meter_and_customer(a: &str, b: &str) -> bool {
    let (meter, customer) = if a.len() < b.len() { (a, b) } else { (b, a) };
    meter.len() == 11 && customer.len() == 12 && !customer.starts_with('0') && !meter.starts_with("08")
}

/// The digits without leading zeros; of a mobile number without its country code.
fn bare(digits: &str) -> &str {
    let significant = digits.trim_start_matches('0');
    let national = significant.strip_prefix("62").map(|rest| rest.trim_start_matches('0'));
    national.filter(|rest| rest.starts_with('8')).unwrap_or(significant)
}
