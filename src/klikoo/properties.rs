//! What holds for every answer, from any sender. The property tests call it with bodies that are made, the fuzz target
//! `answer` with bodies that are found. It panics where something does not hold.
//!
//! Where serde_json reads a body by itself, it must say the same as what was made of it: no fault of `json` vouches for
//! itself.

use chrono::DateTime;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Error, Fault, answer, json, transport::RawAnswer, words};
use crate::value::{Customer, CustomerName, CustomerNumber, clean, is_placeholder};

/// A meter and a mobile number that are asked about, and with which digits the same number must end in an answer.
const ASKED: [(&str, &str); 2] = [("01105691111", "1105691111"), ("0817345544", "817345544")];

/// Checks what is made of `body` as the answer to each operation.
pub(crate) fn hold(body: &[u8]) {
    for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE] {
        let raw = answered(status, body);
        for (asked, end) in ASKED {
            CustomerNumber::from_record(asked).iter().for_each(|asked| inquiry(&raw, asked, end));
        }
        token(&raw);
        let _ = answer::balance(&raw);
    }
    if let Ok(plain @ Value::Object(_)) = serde_json::from_slice(body) {
        assert!(json::object(body).is_some_and(|read| is_the_same(&plain, &read)), "plain JSON says something else");
    }
    the_vendors_words(&String::from_utf8_lossy(body));
}

fn answered(status: StatusCode, body: &[u8]) -> RawAnswer {
    RawAnswer { status, body: body.to_vec(), retry_after: None }
}

/// Whether what was read is what serde_json reads, but for numbers, which are strings of their digits.
fn is_the_same(plain: &Value, read: &Value) -> bool {
    match (plain, read) {
        (Value::Object(plain), Value::Object(read)) => {
            let has = |(key, value): (&String, &Value)| read.get(key).is_some_and(|read| is_the_same(value, read));
            plain.len() == read.len() && plain.iter().all(has)
        }
        (Value::Array(plain), Value::Array(read)) => {
            plain.len() == read.len() && plain.iter().zip(read).all(|(plain, read)| is_the_same(plain, read))
        }
        (Value::Number(number), Value::String(digits)) => digits.parse().ok() == number.as_f64(),
        (plain, read) => plain == read,
    }
}

/// What agents read of the vendor's words is bounded, holds no link and no secret, and stays as it is.
fn the_vendors_words(words: &str) {
    const SECRET: &str = "9ec999e21a3be41064c52bb3f37554a2";
    let read = words::for_agents(words, &[SECRET]);
    assert!(read.chars().count() <= 200 && clean(&read, 200) == read);
    assert!(!["http:", "https:", "www.", "t.me", "@"].iter().any(|link| read.contains(link)), "{read}");
    assert_eq!(words::for_agents(&format!("{words} {SECRET}"), &[SECRET]), "");
    // A number is accused by words alone, and by no other than those that are read.
    match words::billers_own(words) {
        Some(Fault::Refused(kept)) => assert_eq!(kept, words),
        Some(_) => assert!(clean(words, usize::MAX).contains(char::is_alphabetic)),
        None => assert!(is_placeholder(&clean(&html_escape::decode_html_entities(words), usize::MAX))),
    }
}

fn inquiry(raw: &RawAnswer, asked: &CustomerNumber, end: &str) {
    match answer::customer(raw, asked) {
        Ok(brought) => {
            let body = json::object(&raw.body).unwrap_or_default();
            is_clean(&brought.value);
            assert!(body.is_object() && says_success(raw.status, &body), "the answer is not clear");
            assert!(items(&body).any(|item| is_of(&item, &brought.value, end)), "it is another's");
            nothing_is_made_of_a_part(raw, asked);
        }
        Err(failed) => is_founded(&failed.into_error(&[])),
    }
}

/// A success by its code; or by the customer's name, where HTTP says so and the code is of no known length.
fn says_success(status: StatusCode, body: &Value) -> bool {
    let code = text(body.get("response_code").or(body.get("responseCode"))).unwrap_or_default();
    let code = code.trim();
    let is_code = (1..=16).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let decides = is_code && !code.starts_with('2');
    let named = items(body).any(|item| name(&item).is_some());
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
    let is_same = digits.trim_matches('0').is_empty() || is_masked || digits.ends_with(end) || is_customer_id;
    is_same && name(item) == customer.name
}

fn items(body: &Value) -> impl Iterator<Item = Value> {
    let opened = |value: Value| value.as_str().and_then(json::value).unwrap_or(value);
    let data = body.get("data").cloned().map(opened).unwrap_or_default();
    let items = if let Value::Array(items) = data { items } else { vec![data] };
    items.into_iter().map(opened).filter(Value::is_object)
}

fn name(item: &Value) -> Option<CustomerName> {
    CustomerName::new(&html_escape::decode_html_entities(&text(item.get("customer_name"))?))
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
        assert_eq!(CustomerName::new(name.whole_name()).as_ref(), Some(name));
        assert!(name.whole_name().chars().count() <= 100 && !name.whole_name().contains(char::is_control));
        assert!(!format!("{customer:?}").contains(&format!("{:?}", name.whole_name())));
    }
    if let Some(power) = &customer.power {
        assert!((1..=40).contains(&power.chars().count()) && !power.contains(char::is_control));
        assert_eq!(&clean(power, 40), power);
    }
    assert_ne!(customer.total.map(|total| total.0), Some(0));
}

/// An answer that was cut off on the way finds no customer. (Of a packed one the end may only be a checksum.)
fn nothing_is_made_of_a_part(raw: &RawAnswer, asked: &CustomerNumber) {
    let whole = raw.body.trim_ascii_end();
    if !whole.starts_with(b"{") || !whole.ends_with(b"}") {
        return;
    }
    for length in [whole.len() / 2, whole.len() - 1] {
        let part = answered(raw.status, whole.get(..length).unwrap_or_default());
        assert!(answer::customer(&part, asked).is_err(), "cut off at {length}");
    }
}

/// Only the provider's own codes say something of the number; what may be logged holds no digit but those of the code.
fn is_founded(error: &Error) {
    let ends_in =
        |cases: &[&str]| error.code.as_ref().is_some_and(|code| cases.iter().any(|case| code.as_str().ends_with(case)));
    match &error.fault {
        Fault::NumberNotFound => assert!(ends_in(&["7002", "7011", "9998"])),
        Fault::NumberBlocked | Fault::AlreadyPaid | Fault::OverLimit | Fault::AmountTooSmall | Fault::Refused(_) => {
            assert!(ends_in(&["9998"]));
        }
        Fault::Other(words) => assert!(words.chars().count() <= 200 && !words.contains(char::is_control)),
        _ => {}
    }
    assert!(!error.fault.to_string().contains(char::is_numeric), "{error}");
}

/// A token is what a header can carry, for a day at most, and nothing of it is shown.
fn token(raw: &RawAnswer) {
    let Ok(brought) = answer::token(raw, DateTime::UNIX_EPOCH) else { return };
    let token = brought.value;
    let text = token.text.expose_secret();
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.is_empty());
    assert!(token.header.is_sensitive() && token.life.as_secs() <= 24 * 3600);
    let shown = format!("{token:?}");
    assert!(shown.contains("[REDACTED]") && shown.contains("header: Sensitive"), "{shown}");
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};
    use serde_json::json;

    use super::*;
    use crate::value::OperatorProblem;

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

    /// Takes a body apart, or puts something around it, in ways that leave no doubt about what it says.
    fn forms(body: &str) -> impl Iterator<Item = Vec<u8>> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, body.as_bytes()).unwrap();
        let texts = [
            format!("\u{feff}{body}"),
            format!("{body}\0\0"),
            format!("\n[{body}]"),
            json!(body).to_string(),
            // Behind another backslash they are no escapes.
            if body.contains(r"\\") { body.to_owned() } else { body.replace(r"\n", "\n").replace(r"\t", "\t") },
            body.replacen('{', r#"{"x":NaN,"y":1e999,"z":"\ud800","x":-Infinity,"#, 1),
        ];
        texts.map(String::into_bytes).into_iter().chain([gzip.finish().unwrap()])
    }

    proptest! {
        #[test]
        fn a_bad_form_changes_nothing_of_what_an_answer_says(code in codes(), item in items(), alone: bool) {
            let data = if alone { item } else { json!([item]) };
            let body = json!({"response_code": code, "data": data});
            let data_as_text = json!({"response_code": code, "data": data.to_string()}).to_string();
            let asked = CustomerNumber::from_record("01105691111").unwrap();
            let plain = answer::customer(&answered(StatusCode::OK, body.to_string().as_bytes()), &asked);
            for form in forms(&body.to_string()).chain([data_as_text.into_bytes()]) {
                let read = answer::customer(&answered(StatusCode::OK, &form), &asked);
                prop_assert_eq!(&read, &plain, "{}", String::from_utf8_lossy(&form));
            }
        }
    }

    #[test]
    fn what_serde_would_take_for_an_answer_is_none() {
        let asked = CustomerNumber::from_record("01105691111").unwrap();
        let body = br#"["200022000","Sukses",{"customer_name":"BAHARRUDIN1"}]"#;
        let error = answer::customer(&answered(StatusCode::OK, body), &asked).unwrap_err().into_error(&[]);
        assert_eq!(error.fault, Fault::Operator(OperatorProblem::Unreadable));
    }
}
