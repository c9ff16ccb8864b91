//! Reads an answer: what it means, and what it brought. Strict in one thing: no customer is ever shown as another's.
//! Lenient in form: the vendor's own samples differ from its own tables, so a field of an unexpected shape counts as
//! missing and spoils no other (`json` has made one form of them before).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    Fault,
    codes::{Meaning, meaning},
    json,
    retry::{Cause, Failed},
    token::Token,
    transport::RawAnswer,
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
    let answer = read(raw, |object, _| {
        items(object).chain([object.clone()]).find_map(|item| {
            let life = text(&item, &["expires_in", "expiresIn"]).and_then(whole);
            Token::read(text(&item, &["access_token", "accessToken"])?, life, asked_at)
        })
    });
    answer.map_err(|failed| match failed.cause {
        // No token was sent that could be refused: it was the account, or the address.
        Cause::TokenRefused(problem) => {
            let problem = if problem == OperatorProblem::Token { OperatorProblem::Credentials } else { problem };
            Failed { cause: Cause::Fault(Fault::Operator(problem)), ..failed }
        }
        _ => failed,
    })
}

/// The balance of an answer.
pub(super) fn balance(raw: &RawAnswer) -> Result<Brought<Rupiah>, Failed> {
    read(raw, |object, _| items(object).find_map(|item| text(&item, &["balance"]).and_then(whole)).map(Rupiah))
}

/// The customer of an answer, if it is the one of the number that was `asked`.
pub(super) fn customer(raw: &RawAnswer, asked: &CustomerNumber) -> Result<Brought<Customer>, Failed> {
    let has_content = |item: &Value| {
        let has_text = text(item, &["customer_number", "customer_name", "power_capacity"]).is_some();
        has_text || text(item, &["total"]).and_then(whole).is_some()
    };
    read(raw, |object, is_certain| {
        let mut with_content = items(object).filter(has_content);
        let own = with_content.find(|item| text(item, &["customer_number"]).is_none_or(|n| is_same(asked, n)))?;
        let decoded = |name| text(&own, &[name]).map(html_escape::decode_html_entities);
        let power = decoded("power_capacity").map(|power| clean(&power, LONGEST_POWER));
        let customer = Customer {
            name: decoded("customer_name").and_then(|name| CustomerName::new(&name)),
            power: power.filter(|power| says_power(power)),
            total: text(&own, &["total"]).and_then(whole).filter(|total| *total > 0).map(Rupiah),
        };
        (is_certain || customer.name.is_some()).then_some(customer)
    })
}

/// Reads what every answer has, under the names of SNAP, the national standard, too. `take` gets the whole object, and
/// whether its code says for certain that this is a success.
fn read<T>(raw: &RawAnswer, take: impl FnOnce(&Value, bool) -> Option<T>) -> Result<Brought<T>, Failed> {
    let object = json::object(&raw.body).unwrap_or_default();
    let code = text(&object, &["response_code", "responseCode"]).and_then(|code| ResponseCode::new(code.trim()));
    let message = text(&object, &["response_message", "responseMessage"]);
    let meaning = meaning(raw.status, code.as_ref(), message.unwrap_or_default());
    let taken = match meaning {
        Meaning::Success => take(&object, true),
        Meaning::Undecided if raw.status.is_success() => take(&object, false),
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

/// The objects in `data`, which is one or an array of them, perhaps as JSON in a string.
fn items(object: &Value) -> impl Iterator<Item = Value> + use<> {
    let opened = |value| if let Value::String(text) = value { json::value(&text).unwrap_or_default() } else { value };
    let items = match opened(object.get("data").cloned().unwrap_or_default()) {
        Value::Array(items) => items,
        one => vec![one],
    };
    items.into_iter().map(opened).filter(Value::is_object)
}

/// The first of these fields of an object that is a text, or a number, which is its digits here.
fn text<'a>(object: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| object.get(name)?.as_str())
}

/// A whole number that is not negative: `20546`, `20546.0`, `1000000.00`. Sen are out of use, so one or two decimals
/// are dropped. Three could be an Indonesian thousand: not read.
fn whole(text: &str) -> Option<u64> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(decimals) && decimals.len() <= 2 { whole.parse().ok() } else { None }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_form_that_is_sent() {
        for (text, amount) in [("20546", 20_546), ("1000000.00", 1_000_000), (" 7 ", 7), ("20546.0", 20_546)] {
            assert_eq!(whole(text), Some(amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_counts_as_missing() {
        for text in ["", "-1", "20.546", "1e9", "20,000", ".5", "1.", "99999999999999999999", "Rp20"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
