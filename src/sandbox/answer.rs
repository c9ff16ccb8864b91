//! What goes back: refusals, customers in every form, and answers that fail to arrive whole.

use std::{
    convert::Infallible,
    io::{self, Write},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    fields::Inquiry,
    refusal::{Refusal, Service},
    scenario::{BUDI, Customer, Fault, Form},
};
use crate::value::Provider;

/// PLN's fee on the vendor's sample, in rupiah: 20500 becomes 20546.
const PLN_FEE: u64 = 46;

/// The code of a found customer on the vendor's page.
const FOUND: &str = "200022000";

/// The body that is far too large, in chunks.
const FLOOD_CHUNKS: usize = 100 * 1024 * 1024 / CHUNK.len();
static CHUNK: [u8; 64 * 1024] = [b'A'; 64 * 1024];

/// A refusal with the vendor's code, and the customer's number where the vendor repeats it.
pub(super) fn refused(service: Service, refusal: Refusal, number: Option<&str>) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let data = number.map(|number| json!({ "customer_number": number }));
    json_response(status, text(&refusal.code(service), refusal.message, data))
}

/// A success with its data.
pub(super) fn success(code: &str, data: Value) -> Response {
    json_response(StatusCode::OK, text(code, "Sukses", Some(data)))
}

/// A customer, in the form of the vendor's sample.
pub(super) fn found(inquiry: &Inquiry, customer: Customer) -> Response {
    json_response(StatusCode::OK, found_text(inquiry, customer))
}

/// A customer, in a form that may come as well.
pub(super) fn odd(form: Form, inquiry: &Inquiry) -> Response {
    let (good, whole) = (found_text(inquiry, BUDI), customer_data(inquiry, BUDI));
    let (code, data) = match form {
        Form::DataAsArray => (FOUND, json!([whole])),
        Form::NumbersAsText => {
            // As the balance endpoint writes them: `"1000000.00"`.
            let as_text =
                ["amount", "total"].map(|name| (name, json!(whole.get(name).map(|rupiah| format!("{rupiah}.00")))));
            (FOUND, changed(whole, as_text))
        }
        Form::NoName => (FOUND, changed(whole, [("customer_name", Value::Null)])),
        Form::CodeOfSevenDigits => ("2000200", whole),
        Form::LongName => (FOUND, changed(whole, [("customer_name", json!("BUDI ".repeat(1_000)))])),
        Form::UnknownFields => {
            (FOUND, changed(whole, [("promo", json!({ "points": [1, 2.5, null] })), ("status", json!(true))]))
        }
        Form::NoData => (FOUND, Value::Null),
        Form::MarksAround => return json_response(StatusCode::OK, format!("\u{feff}{good}\0\0")),
        Form::NoProperJson => {
            let broken = "{\"fee\":NaN,\"huge\":1e999,\"note\":\"a\tb\n\\ud83d\",\"fee\":-Infinity,";
            return json_response(StatusCode::OK, good.replacen('{', broken, 1));
        }
        Form::DataAsText => {
            let doubly_encoded = json!([{ "response_code": FOUND, "data": whole.to_string() }]);
            return json_response(StatusCode::OK, doubly_encoded.to_string());
        }
        Form::Gzip => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            let written = packed.write_all(good.as_bytes());
            return json_response(StatusCode::OK, written.and_then(|()| packed.finish()).unwrap_or_default());
        }
    };
    success(code, data)
}

/// Something that is no answer. One that takes its time ends when the sandbox stops.
pub(super) async fn broken(fault: Fault, inquiry: &Inquiry, stopping: &CancellationToken) -> Response {
    let mut half = found_text(inquiry, BUDI).into_bytes();
    half.truncate(half.len() / 2);
    match fault {
        Fault::NeverAnswers => {
            stopping.cancelled().await;
            refused(Service::PRODUCT, Refusal::SUPPLIER_DOWN, None)
        }
        Fault::HtmlPage(status) => html_page(status),
        Fault::EmptyBody => json_response(StatusCode::OK, String::new()),
        Fault::CutOffBody => json_response(StatusCode::OK, half),
        Fault::LostConnection => json_response(StatusCode::OK, breaking_off_at_once()),
        Fault::LostMidway => json_response(StatusCode::OK, breaking_off(half)),
        Fault::Drip => json_response(StatusCode::OK, dripping(half, stopping.clone())),
        Fault::Flood => json_response(StatusCode::OK, flood()),
    }
}

fn found_text(inquiry: &Inquiry, customer: Customer) -> String {
    text(FOUND, "Sukses", Some(customer_data(inquiry, customer)))
}

/// The customer as the vendor's sample shows one. The total has PLN's fee; no other provider's sample has one.
fn customer_data(inquiry: &Inquiry, customer: Customer) -> Value {
    let is_pln = inquiry.product.provider == Provider::Pln;
    let data = json!({
        "product_name": inquiry.product.name,
        "amount": inquiry.amount,
        "total": if is_pln { inquiry.amount.saturating_add(PLN_FEE) } else { inquiry.amount },
        "product_code": inquiry.product.code,
        "customer_number": inquiry.number,
        "customer_name": customer.name,
    });
    changed(data, [("power_capacity", json!(is_pln.then_some(customer.power)))])
}

/// The data with other values for some fields; without those whose value is null.
fn changed<const N: usize>(mut data: Value, changes: [(&str, Value); N]) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.extend(changes.map(|(name, value)| (name.to_owned(), value)));
        fields.retain(|_, value| !value.is_null());
    }
    data
}

fn text(code: &str, message: &str, data: Option<Value>) -> String {
    let data = data.map(|data| ("data", data));
    let envelope = [("response_code", json!(code)), ("response_message", json!(message))].into_iter().chain(data);
    Value::Object(envelope.map(|(name, value)| (name.to_owned(), value)).collect()).to_string()
}

fn json_response(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}

/// What a server in front of the vendor's says.
fn html_page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>");
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// The server closes the connection where the error stands; what it was given before a pause, it has sent.
fn breaking_off(start: Vec<u8>) -> Body {
    let error = async {
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    Body::from_stream(stream::iter([Ok(Bytes::from(start))]).chain(stream::once(error)))
}

/// An error before anything was sent: not even the status goes out.
fn breaking_off_at_once() -> Body {
    Body::from_stream(stream::iter([Err::<Bytes, io::Error>(io::ErrorKind::ConnectionAborted.into())]))
}

fn dripping(bytes: Vec<u8>, stopping: CancellationToken) -> Body {
    let drops = stream::iter(bytes).then(async |byte| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte]))
    });
    Body::from_stream(drops.take_until(stopping.cancelled_owned()))
}

fn flood() -> Body {
    let start = Bytes::from_static(br#"{"response_message":""#);
    let chunks = std::iter::repeat_n(Bytes::from_static(&CHUNK), FLOOD_CHUNKS);
    Body::from_stream(stream::iter(std::iter::once(start).chain(chunks).map(Ok::<_, Infallible>)))
}
