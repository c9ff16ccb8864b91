//! Reads an answer: what it means, and what it brought. Lenient in form, strict in one thing: no customer is ever
//! shown as another's.

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Fault,
    codes::{Meaning, meaning},
    json,
    retry::{Cause, Failed},
    token::Token,
    transport::RawAnswer,
    wire::{BalanceData, Envelope, InquiryData, TokenData},
};
use crate::value::{
    Customer, CustomerName, CustomerNumber, OperatorProblem, ResponseCode, Rupiah, clean, is_placeholder,
};

/// The longest tariff and power that is kept, in characters.
const LONGEST_POWER: usize = 40;

/// What a successful answer brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Brought<T> {
    pub(super) value: T,
    pub(super) code: Option<ResponseCode>,
}

/// The token of an answer to the request that was made at `asked_at`; it may stand in `data` or beside it.
pub(super) fn token(raw: &RawAnswer, asked_at: DateTime<Utc>) -> Result<Brought<Token>, Failed> {
    let answer = read(raw, |data: Vec<TokenData>, beside, _| {
        let mut data = data.into_iter().chain(TokenData::deserialize(beside));
        data.find_map(|data| Token::read(data, asked_at))
    });
    answer.map_err(|failed| match failed.cause {
        // No token was sent that could be refused: it was the account, or the address.
        Cause::TokenRefused(OperatorProblem::Token) => failed.because(OperatorProblem::Credentials),
        Cause::TokenRefused(problem) => failed.because(problem),
        _ => failed,
    })
}

/// The balance of an answer.
pub(super) fn balance(raw: &RawAnswer) -> Result<Brought<Rupiah>, Failed> {
    read(raw, |data: Vec<BalanceData>, _, _| data.into_iter().find_map(|data| data.balance).map(Rupiah))
}

/// The customer of an answer, if it is the one of the number that was `asked`.
pub(super) fn customer(raw: &RawAnswer, asked: &CustomerNumber) -> Result<Brought<Customer>, Failed> {
    read(raw, |data: Vec<InquiryData>, _, is_certain| {
        let mut with_content = data.into_iter().filter(|item| *item != InquiryData::default());
        let own = with_content.find(|item| item.customer_number.as_deref().is_none_or(|n| is_same(asked, n)))?;
        let customer = customer_of(own);
        (is_certain || customer.name.is_some()).then_some(customer)
    })
}

/// Reads an envelope; `take` gets its data, what stands beside it, and whether its code says for certain that this is a
/// success.
fn read<D, T>(raw: &RawAnswer, take: impl FnOnce(Vec<D>, Value, bool) -> Option<T>) -> Result<Brought<T>, Failed>
where
    D: DeserializeOwned,
{
    let object = json::object(&raw.body).unwrap_or_default();
    let Envelope { response_code, response_message, data } = Envelope::deserialize(&object).unwrap_or_default();
    let code = response_code.as_deref().and_then(|code| ResponseCode::new(code.trim()));
    let meaning = meaning(raw.status, code.as_ref(), response_message.as_deref().unwrap_or_default());
    let taken = match meaning {
        Meaning::Success => take(data, object, true),
        Meaning::Undecided if raw.status.is_success() => take(data, object, false),
        _ => None,
    };
    let cause = match (taken, meaning) {
        (Some(value), _) => return Ok(Brought { value, code }),
        (None, Meaning::Failed(cause)) => cause,
        (None, _) if raw.status.is_server_error() => Cause::Fault(Fault::Garbled),
        (None, _) => Cause::Fault(Fault::Operator(OperatorProblem::Unreadable)),
    };
    Err(Failed { cause, code, retry_after: raw.retry_after })
}

fn customer_of(data: InquiryData) -> Customer {
    let decoded = |text: Option<String>| text.map(|text| html_escape::decode_html_entities(&text).into_owned());
    Customer {
        name: decoded(data.customer_name).as_deref().and_then(CustomerName::new),
        power: decoded(data.power_capacity).map(|power| clean(&power, LONGEST_POWER)).filter(|power| says_power(power)),
        total: data.total.filter(|total| *total > 0).map(Rupiah),
    }
}

/// Whether a tariff or a power stands there, and not only their places: `/`, `0/0VA`, `null/null`.
fn says_power(power: &str) -> bool {
    let is_empty = |part: &str| is_placeholder(part.trim().trim_end_matches("VA"));
    !is_placeholder(power) && !power.split('/').all(is_empty)
}

/// Whether an answer's number is the one that was asked for, in any of its written forms.
///
/// Leading zeros may be lost on the way, and a mobile number may come back as `62…` or `+62 …`. PLN knows a customer by
/// two numbers, of the meter and of the customer, and may answer with the other one. A number that is masked
/// (`0817****44`) or missing (`-`, `0`) tells nothing, so it contradicts nothing.
fn is_same(asked: &CustomerNumber, answered: &str) -> bool {
    let digits: String = answered.chars().filter(char::is_ascii_digit).collect();
    let is_readable = answered.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-.".contains(c));
    let asked = asked.as_str();
    bare(&digits).is_empty() || !is_readable || bare(asked) == bare(&digits) || are_meter_and_customer(asked, &digits)
}

/// Whether one is shaped as PLN's meter number (11 digits) and the other as its customer id (12 digits, which begin
/// with no zero, as a mobile number does).
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
