//! What goes back: refusals, customers in every form, and answers that fail to arrive whole.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    fields::Inquiry,
    refusal::{Refusal, Service},
    scenario::{Customer, Fault, Form, ordinary_customer},
};
use crate::klikoo::wire::{Envelope, InquiryData};

/// The products of the vendor's samples with their names (the vendor's page "inquiry-prepaid").
pub(super) const SAMPLE_PRODUCTS: [(&str, &str); 6] = [
    ("PLN20", "PLN 20.000"),
    ("OVO10", "OVO 10.000"),
    ("GOPAY10", "GoPay 10.000"),
    ("DN1", "DANA 1.000"),
    ("DNOPEN", "DANA OPEN"),
    ("MAX5000", "Maxim 5.000"),
];

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
    let whole = customer_data(inquiry, ordinary_customer());
    let (code, data) = match form {
        Form::DataAsArray => (FOUND, json!([whole])),
        Form::NumbersAsText => (FOUND, with_numbers_as_text(whole)),
        Form::NoName => (FOUND, json!(InquiryData { customer_name: None, ..whole })),
        Form::CodeOfSevenDigits => ("2000200", json!(whole)),
        Form::LongName => (FOUND, json!(InquiryData { customer_name: Some("BUDI ".repeat(1_000)), ..whole })),
        Form::UnknownFields => (FOUND, with_unknown_fields(whole)),
        Form::NoData => (FOUND, Value::Null),
    };
    success(code, data)
}

/// Something that is no answer. One that takes its time ends when the sandbox stops.
pub(super) async fn broken(fault: Fault, inquiry: &Inquiry, stopping: &CancellationToken) -> Response {
    let mut half = found_text(inquiry, ordinary_customer()).into_bytes();
    half.truncate(half.len() / 2);
    match fault {
        Fault::NeverAnswers => {
            stopping.cancelled().await;
            refused(Service::Product, Refusal::SUPPLIER_DOWN, None)
        }
        Fault::HtmlPage => html_page(),
        Fault::EmptyBody => json_response(StatusCode::OK, String::new()),
        Fault::CutOffBody => json_response(StatusCode::OK, half),
        Fault::LostConnection => json_response(StatusCode::OK, breaking_off_at_once()),
        Fault::LostMidway => json_response(StatusCode::OK, breaking_off(half)),
        Fault::Drip => json_response(StatusCode::OK, dripping(half, stopping.clone())),
        Fault::Flood => json_response(StatusCode::OK, flood()),
    }
}

fn found_text(inquiry: &Inquiry, customer: Customer) -> String {
    text(FOUND, "Sukses", Some(json!(customer_data(inquiry, customer))))
}

/// The customer as the vendor's sample shows one. The total has PLN's fee; no other provider's sample has one.
fn customer_data(inquiry: &Inquiry, customer: Customer) -> InquiryData {
    let is_pln = inquiry.product.starts_with("PLN");
    let known = SAMPLE_PRODUCTS.into_iter().find(|(code, _)| *code == inquiry.product);
    let product_name = known.map_or(inquiry.product.as_str(), |(_, name)| name);
    InquiryData {
        product_name: Some(product_name.to_owned()),
        amount: Some(inquiry.amount),
        total: Some(if is_pln { inquiry.amount.saturating_add(PLN_FEE) } else { inquiry.amount }),
        product_code: Some(inquiry.product.clone()),
        customer_number: Some(inquiry.number.clone()),
        customer_name: Some(customer.name.to_owned()),
        power_capacity: is_pln.then(|| customer.power.to_owned()),
    }
}

/// Amounts as the balance endpoint writes them: `"1000000.00"`.
fn with_numbers_as_text(data: InquiryData) -> Value {
    let as_text = |rupiah: Option<u64>| json!(rupiah.map(|rupiah| format!("{rupiah}.00")));
    let changes = [("amount", as_text(data.amount)), ("total", as_text(data.total))];
    changed(data, changes)
}

fn with_unknown_fields(data: InquiryData) -> Value {
    changed(data, [("promo", json!({ "points": [1, 2.5, null] })), ("status", json!(true))])
}

fn changed<const N: usize>(data: InquiryData, changes: [(&str, Value); N]) -> Value {
    let mut whole = json!(data);
    if let Some(fields) = whole.as_object_mut() {
        fields.extend(changes.map(|(name, value)| (name.to_owned(), value)));
    }
    whole
}

fn text(code: &str, message: &str, data: Option<Value>) -> String {
    json!(Envelope::new(code, message, data)).to_string()
}

fn json_response(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(status, "application/json", body.into())
}

/// What the server in front of the vendor's says when it finds nobody behind it.
fn html_page() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    with_type(StatusCode::BAD_GATEWAY, "text/html", Body::from(page))
}

fn with_type(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The server closes the connection where the error stands; what it was given before a pause, it has sent.
fn breaking_off(start: Vec<u8>) -> Body {
    let error = async {
        tokio::task::yield_now().await;
        Err(lost())
    };
    Body::from_stream(stream::iter([Ok(Bytes::from(start))]).chain(stream::once(error)))
}

/// An error before anything was sent: not even the status goes out.
fn breaking_off_at_once() -> Body {
    Body::from_stream(stream::iter([Err::<Bytes, _>(lost())]))
}

fn lost() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionAborted)
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
