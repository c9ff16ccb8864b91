//! What holds for every answer, whoever sent it. The property tests call it with bodies that are made, the fuzz target
//! `answer` with bodies that are found. It panics where something does not hold.
//!
//! What an answer says is read here once more, from plain JSON, so that no fault of the decoder vouches for itself.

use chrono::DateTime;
use reqwest::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Error, Fault, answer,
    transport::RawAnswer,
    wire::{BalanceData, Envelope, InquiryData},
};
use crate::value::{Customer, CustomerName, CustomerNumber};

/// A meter and a mobile number that are asked about, and with which digits the same number must end in an answer.
const ASKED: [(&str, &str); 2] = [("01105691111", "1105691111"), ("0817345544", "817345544")];

/// Checks what is made of `body` as the answer to each operation.
pub(crate) fn hold(body: &[u8]) {
    for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE] {
        let raw = RawAnswer { status, body: body.to_vec() };
        for (asked, end) in ASKED {
            CustomerNumber::from_record(asked).iter().for_each(|asked| inquiry(&raw, asked, end));
        }
        token(&raw);
        let _ = answer::balance(&raw);
    }
    reads_back(body);
}

fn inquiry(raw: &RawAnswer, asked: &CustomerNumber, end: &str) {
    match answer::customer(raw, asked) {
        Ok(brought) => {
            let body: Value = serde_json::from_slice(&raw.body).unwrap_or_default();
            is_clean(&brought.value);
            assert!(body.is_object() && says_success(raw.status, &body), "the answer is not clear");
            assert!(items(&body).any(|item| is_of(item, &brought.value, end)), "it is another's");
            nothing_is_made_of_a_part(raw, asked);
        }
        Err(failed) => is_founded(&failed.into_error()),
    }
}

/// A success by its code; or by the customer's name, where HTTP says so and the code is of no known length.
fn says_success(status: StatusCode, body: &Value) -> bool {
    let code = text(body.get("response_code")).unwrap_or_default();
    let code = code.trim();
    let is_code = (1..=16).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let decides = is_code && (code.len() == 9 || !code.starts_with('2'));
    let named = items(body).any(|item| name(item).is_some());
    let is_success = code.len() == 9 && (code.ends_with("2000") || code.ends_with("2001"));
    is_success || (!decides && status.is_success() && named)
}

/// Whether `customer` may have been made of this item, and that is of no other number than the one that ends so.
fn is_of(item: &Value, customer: &Customer, end: &str) -> bool {
    let number = text(item.get("customer_number")).unwrap_or_default();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_masked = number.contains(|c: char| !c.is_ascii_digit() && !c.is_whitespace() && !"+-.".contains(c));
    // PLN may answer about a meter (11 digits) by the customer id (12).
    let is_customer_id = end.len() == 10 && digits.len() == 12;
    let is_same = digits.is_empty() || is_masked || digits.ends_with(end) || is_customer_id;
    is_same && name(item) == customer.name
}

fn items(body: &Value) -> impl Iterator<Item = &Value> {
    let data = body.get("data").map(|data| data.as_array().map_or(std::slice::from_ref(data), Vec::as_slice));
    data.unwrap_or_default().iter().filter(|item| item.is_object())
}

fn name(item: &Value) -> Option<CustomerName> {
    CustomerName::new(&text(item.get("customer_name"))?)
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What goes into a chat and to the disk is bounded, on one line, and stays as it is when it is cleaned again.
fn is_clean(customer: &Customer) {
    if let Some(name) = &customer.name {
        assert_eq!(CustomerName::new(name.as_str()).as_ref(), Some(name));
        assert!(name.as_str().chars().count() <= 100 && !name.as_str().contains(char::is_control));
        assert!(!format!("{customer:?}").contains(&format!("{:?}", name.as_str())));
    }
    if let Some(power) = &customer.power {
        assert!((1..=40).contains(&power.chars().count()) && !power.contains(char::is_control));
        assert_eq!(power.trim(), power);
    }
}

/// An answer that was cut off on the way finds no customer.
fn nothing_is_made_of_a_part(raw: &RawAnswer, asked: &CustomerNumber) {
    let whole = raw.body.trim_ascii_end();
    for length in [whole.len() / 2, whole.len() - 1] {
        let body = whole.get(..length).unwrap_or_default().to_vec();
        assert!(answer::customer(&RawAnswer { status: raw.status, body }, asked).is_err(), "cut off at {length}");
    }
}

/// Only the provider's own codes say something of the number; what may be logged holds no digit but those of the code.
fn is_founded(error: &Error) {
    let ends_in =
        |cases: &[&str]| error.code.as_ref().is_some_and(|code| cases.iter().any(|case| code.as_str().ends_with(case)));
    match &error.fault {
        Fault::NumberNotFound => assert!(ends_in(&["7002", "7011", "9998"])),
        Fault::AmountTooSmall => assert!(ends_in(&["9998"])),
        Fault::Other(words) => assert!(words.chars().count() <= 200 && !words.contains(char::is_control)),
        _ => {}
    }
    assert!(!error.fault.to_string().contains(char::is_numeric), "{error}");
}

/// A token is what a header can carry, for a day at most, and nothing of it is shown.
fn token(raw: &RawAnswer) {
    let Ok(brought) = answer::token(raw, DateTime::UNIX_EPOCH) else { return };
    let token = brought.value;
    assert!(token.expose().bytes().all(|byte| byte.is_ascii_graphic()) && !token.expose().is_empty());
    assert!(token.header().is_sensitive() && token.life().as_secs() <= 24 * 3600);
    assert_eq!(format!("{token:?}"), "Token(..)");
}

/// What was read, written as the sandbox writes it, reads the same.
fn reads_back(body: &[u8]) {
    if let Ok(answer) = serde_json::from_slice::<Envelope<InquiryData>>(body) {
        let read = |answer: Envelope<InquiryData>| (answer.response_code, answer.response_message, answer.data);
        assert_eq!(rewritten(&answer).map(read), Some(read(answer)));
    }
    if let Ok(answer) = serde_json::from_slice::<Envelope<BalanceData>>(body) {
        let read = |answer: Envelope<BalanceData>| answer.data.iter().map(|data| data.balance).collect::<Vec<_>>();
        assert_eq!(rewritten(&answer).map(read), Some(read(answer)));
    }
}

fn rewritten<T: Serialize + DeserializeOwned>(answer: &Envelope<T>) -> Option<Envelope<T>> {
    serde_json::to_vec(answer).and_then(|json| serde_json::from_slice(&json)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};
    use serde_json::json;

    use super::*;

    fn codes() -> impl Strategy<Value = Value> {
        let codes = ["200022000", "2000200", "503029998", "404027002", "400016505", " 200002001 ", "", "9", "<b>"];
        prop_oneof![
            4 => select(codes.to_vec()).prop_map(Value::from),
            1 => any::<u32>().prop_map(Value::from),
            1 => Just(Value::Null),
        ]
    }

    fn messages() -> impl Strategy<Value = String> {
        let known = select(vec!["Sukses", "CUSTID not recognized", "Jumlah pembayaran harus lebih besar dari 10000"]);
        prop_oneof![known.prop_map(str::to_owned), ".{0,300}"]
    }

    fn items() -> impl Strategy<Value = Value> {
        let numbers = ["01105691111", "1105691111", "0817345544", "+62 817-345-544", "0817****44", "512345678901", ""];
        let name = prop_oneof![Just("BAHARRUDIN1".to_owned()), ".{0,120}"];
        let power = prop_oneof![Just("R1/2200VA".to_owned()), ".{0,60}"];
        let total = prop_oneof![any::<u64>().prop_map(Value::from), Just(json!("20546.00")), Just(json!([1]))];
        let item = (select(numbers.to_vec()), name, power, total).prop_map(|(number, name, power, total)| {
            json!({"customer_number": number, "customer_name": name, "power_capacity": power, "total": total})
        });
        let without_number = item.clone().prop_map(|mut item| {
            item.as_object_mut().unwrap().remove("customer_number");
            item
        });
        prop_oneof![3 => item, 1 => without_number, 1 => Just(json!({})), 1 => Just(json!("aneh"))]
    }

    proptest! {
        #[test]
        fn the_properties_hold_for_likely_answers(
            code in codes(), message in messages(), items in vec(items(), 0..4), alone: bool, positions: bool,
        ) {
            let data = items.first().filter(|_| alone).cloned().unwrap_or_else(|| json!(items));
            let body = if positions {
                json!([code, message, data])
            } else {
                json!({"response_code": code, "response_message": message, "data": data})
            };
            hold(body.to_string().as_bytes());
        }
    }

    #[test]
    fn what_serde_would_take_for_an_answer_is_garbled() {
        let asked = CustomerNumber::from_record("01105691111").unwrap();
        for body in [
            &br#"["200022000","Sukses",{"customer_name":"BAHARRUDIN1"}]"#[..],
            b"{\"response_code\":\"200022000\",\"x\":\"\xff\",\"data\":{\"customer_name\":\"BAHARRUDIN1\"}}",
        ] {
            let raw = RawAnswer { status: StatusCode::OK, body: body.to_vec() };
            assert_eq!(answer::customer(&raw, &asked).unwrap_err().into_error().fault, Fault::Garbled);
        }
    }
}
