//! Every request and response of the vendor's page (`tests/fixtures/klikoo/page-*.json`), and the forms that they
//! vary in.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    PATIENT, check, client, number,
    stand_in::{Reply, StandIn, found, refusal, token},
};
use crate::{
    klikoo::{
        Fault, Inquiry, answer,
        retry::Failed,
        transport::RawAnswer,
        wire::{BALANCE_PATH, INQUIRY_PATH, InquiryRequest, TOKEN_PATH},
    },
    value::{Customer, CustomerName, OperatorProblem, Rupiah},
};

const UNREADABLE: Fault = Fault::Operator(OperatorProblem::Unreadable);

fn requests() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../tests/fixtures/klikoo/page-requests.json")).unwrap()
}

fn responses() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../tests/fixtures/klikoo/page-responses.json")).unwrap()
}

/// What becomes of an answer to a question about `asked`.
fn read(status: u16, body: &Value, asked: &str) -> Result<Customer, Fault> {
    let raw = RawAnswer {
        status: StatusCode::from_u16(status).unwrap(),
        body: body.to_string().into_bytes(),
        retry_after: None,
    };
    let read = answer::customer(&raw, &number(asked));
    read.map(|brought| brought.value).map_err(|failed: Failed| failed.into_error(&[]).fault)
}

fn success(data: Value) -> Value {
    json!({"response_code": "200022000", "response_message": "Sukses", "data": data})
}

fn bahar() -> Customer {
    Customer { name: CustomerName::new("BAHARRUDIN1"), power: Some("R1/2200VA".into()), total: Some(Rupiah(20_546)) }
}

#[test]
fn every_request_of_the_page_is_written_minified_with_sorted_keys() {
    for sample in requests() {
        let request: InquiryRequest = serde_json::from_value(sample.clone()).unwrap();
        let body = request.to_body();
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), sample);
        let names = ["amount", "msidn", "partner_reference_id", "product_code", "selling_price", "value"];
        let places: Vec<_> = names.iter().map(|name| body.find(&format!("\"{name}\":\"")).unwrap()).collect();
        assert!(places.is_sorted() && !body.contains(' '), "{body}");
    }
}

#[tokio::test]
async fn every_request_of_the_page_is_sent_as_the_page_has_it() {
    let vendor = StandIn::inquiring(found).await;
    let client = client(&vendor, PATIENT);
    for sample in requests() {
        let text = |field: &str| sample[field].as_str().unwrap();
        let rupiah = |field: &str| Rupiah(text(field).parse().unwrap());
        let number = number(text("value"));
        let (buying, selling) = (rupiah("amount"), rupiah("selling_price"));
        let inquiry = Inquiry { product_code: text("product_code"), number: &number, buying, selling };
        let answer = client.inquire(&inquiry).await;
        assert_eq!(answer.result, Ok(bahar()));

        let sent = vendor.seen(INQUIRY_PATH).pop().unwrap();
        assert_eq!(sent.line, format!("POST /klikoo-b2b{INQUIRY_PATH} HTTP/1.1"));
        assert_eq!(sent.header("content-type"), "application/json");
        assert_eq!(sent.header("authorization"), "Bearer t0");
        let mut expected = sample.clone();
        expected["msidn"] = sample["value"].clone();
        expected["partner_reference_id"] = answer.reference.to_string().into();
        assert_eq!(serde_json::from_str::<Value>(&sent.body).unwrap(), expected);
    }
}

#[test]
fn every_response_of_the_page_is_read() {
    let [found, refused] = responses().try_into().unwrap();
    assert_eq!(read(200, &found, "01105691111"), Ok(bahar()));
    assert_eq!(read(503, &refused, "01105691111"), Err(Fault::NumberNotFound), "whatever number the refusal names");
}

#[test]
fn a_success_is_read_in_every_form_that_the_vendor_may_choose() {
    let data = responses()[0]["data"].clone();
    let with = |field: &str, value: Value| {
        let mut data = data.clone();
        data[field] = value;
        data
    };
    let array = json!([{"customer_number": "081000000001", "customer_name": "LAIN"}, data]);
    let odd_code = json!({"response_code": "2000100", "data": data});
    let number_code = json!({"response_code": 200_022_000, "response_message": null, "data": data, "new": [1]});
    for body in [
        success(json!([data])),
        success(array),
        odd_code,
        number_code,
        json!({"data": data}),
        success(with("total", "20546.00".into())),
        success(with("amount", Value::Null)),
        success(with("product_name", json!({"id": "x"}))),
        success(with("unknown", json!([{}]))),
    ] {
        assert_eq!(read(200, &body, "01105691111"), Ok(bahar()), "{body}");
    }
}

#[test]
fn fields_that_are_missing_are_missing_in_the_customer_alone() {
    let data = json!({"customer_number": "01105691111", "customer_name": null, "total": -5, "power_capacity": " "});
    assert_eq!(read(200, &success(data), "01105691111"), Ok(Customer::default()));
}

#[test]
fn what_holds_a_fields_place_counts_as_missing() {
    let unnamed = |field: &str, value: Value| {
        let mut data = json!({"customer_number": "01105691111", "customer_name": "-", "total": 0});
        data[field] = value;
        read(200, &success(data), "01105691111")
    };
    for placeholder in ["-", ".", "null", "N/A", "undefined", "0", " ", "\u{3164}", "&nbsp;", "null null"] {
        assert_eq!(unnamed("customer_name", placeholder.into()), Ok(Customer::default()), "{placeholder:?}");
        assert_eq!(unnamed("power_capacity", placeholder.into()), Ok(Customer::default()), "{placeholder:?}");
    }
    for power in ["/", " / ", "0/0VA", "-/-", "null/null", "N/A"] {
        assert_eq!(unnamed("power_capacity", power.into()), Ok(Customer::default()), "{power:?}");
    }
    for number in ["-", "0", "null", "00000000000"] {
        assert_eq!(unnamed("customer_number", number.into()), Ok(Customer::default()), "{number:?}");
    }
    let no_name = json!({"data": {"customer_number": "01105691111", "customer_name": "N/A"}});
    assert_eq!(read(200, &no_name, "01105691111"), Err(UNREADABLE), "neither a code nor a name");
}

#[test]
fn a_name_is_decoded_once_cut_and_shows_all_that_it_holds() {
    let name = |raw: &str| {
        let data = json!({"customer_name": raw, "power_capacity": raw});
        read(200, &success(data), "01105691111").map(|customer| customer.name.unwrap().whole_name().to_owned()).unwrap()
    };
    assert_eq!(name("D&#39;COSTA &amp; &quot;BUDI&quot; &eacute;"), "D'COSTA & \"BUDI\" é");
    assert_eq!(name("A &amp;lt;b&amp;gt; B"), "A &lt;b&gt; B", "once");
    assert_eq!(name("BU\u{3164}DI\u{2800}\u{200b}SAN\u{e0041}TOSO"), "BUDI SANTOSO");
    assert_eq!(name(&format!("B{}UDI", "\u{335}".repeat(300))), "B\u{335}\u{335}UDI");
    assert_eq!(name(&"BUDI ".repeat(40_000)).chars().count(), 99, "an overlong name costs its end, not the answer");
}

#[test]
fn a_success_that_brings_nothing_is_unreadable() {
    for data in [Value::Null, json!([]), json!({}), json!("BAHARRUDIN1"), json!([null, 5]), json!({"new": 1})] {
        assert_eq!(read(200, &success(data.clone()), "01105691111"), Err(UNREADABLE), "{data}");
    }
    let no_name = json!({"data": {"customer_number": "01105691111"}});
    assert_eq!(read(200, &no_name, "01105691111"), Err(UNREADABLE), "neither a code nor a name");
}

#[test]
fn another_customers_answer_is_never_shown() {
    let data = responses()[0]["data"].clone();
    assert_eq!(read(200, &success(data.clone()), "01105691112"), Err(UNREADABLE));
    assert_eq!(read(200, &success(json!([data])), "081000000001"), Err(UNREADABLE));
}

#[test]
fn pln_may_answer_with_the_customers_other_number() {
    let answered = |asked: &str, number: &str| {
        let data = json!({"customer_number": number, "customer_name": "BAHARRUDIN1"});
        read(200, &success(data), asked).is_ok()
    };
    assert!(answered("01105691111", "512345678901"));
    assert!(answered("512345678901", "01105691111"));
    assert!(!answered("01105691111", "01105691112"), "another meter");
    assert!(!answered("08100000001", "512345678901"), "a mobile number is no meter");
    assert!(!answered("01105691111", "081000000001"), "nor a customer id");
}

#[test]
fn the_same_number_may_come_back_in_another_form() {
    for (asked, answered) in [
        ("081000000001", json!("6281000000001")),
        ("081000000001", json!("+62 810-0000-0001")),
        ("081000000001", json!("62081000000001")),
        ("081000000001", json!("81000000001")),
        ("01105691111", json!(1_105_691_111)),
        ("01105691111", json!(" 01105691111 ")),
        ("081000000001", json!("0810****0001")),
        ("01105691111", json!("")),
    ] {
        let data = json!({"customer_number": answered, "customer_name": "BAHARRUDIN1"});
        assert!(read(200, &success(data), asked).is_ok(), "{asked} {answered}");
    }
}

#[test]
fn a_refusal_in_words_of_any_length_keeps_some_of_them() {
    let body = json!({"response_code": "4040270", "response_message": "x".repeat(9000)});
    let Err(Fault::Other(words)) = read(404, &body, "01105691111") else { panic!() };
    assert_eq!(words.len(), 200);
}

#[tokio::test]
async fn a_good_answer_in_a_bad_form_is_read() {
    let good = responses()[0].to_string();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(good.as_bytes()).unwrap();
    let with = |from: &str, to: &str| good.replacen(from, to, 1).into_bytes();
    let head = |encoding: &str| format!("Content-Encoding: {encoding}\r\n");
    for (form, head, body) in [
        ("a byte order mark", String::new(), format!("\u{feff}{good}").into_bytes()),
        ("NULs behind it", String::new(), format!("{good}\0\0").into_bytes()),
        ("gzip that nobody asked for", head("gzip"), gzip.finish().unwrap()),
        ("text that calls itself gzip", head("gzip"), good.clone().into_bytes()),
        ("a raw control character", String::new(), with("PLN 20.000", "PLN\t20.000\n")),
        ("a lone surrogate", String::new(), with("PLN 20.000", r"PLN \ud83d")),
        ("a key twice", String::new(), with("\"product_code\"", "\"product_code\":\"X\",\"product_code\"")),
        ("NaN and a huge number", String::new(), with("\"amount\"", "\"a\":NaN,\"b\":1e999,\"amount\"")),
        ("an array", String::new(), format!("[{good}]").into_bytes()),
    ] {
        let vendor = StandIn::inquiring(move |_| Reply::Bytes(200, head.clone(), body.clone())).await;
        assert_eq!(check(&client(&vendor, PATIENT)).await.result, Ok(bahar()), "{form}");
    }
    let vendor = StandIn::inquiring(move |_| {
        let body = b"{\"response_code\":\"200022000\",\"data\":\"{\\\"customer_name\\\":\\\"JOS\xc9\\\"}\"}";
        Reply::Bytes(200, String::new(), body.to_vec())
    })
    .await;
    let name = check(&client(&vendor, PATIENT)).await.result.unwrap().name;
    assert_eq!(name, CustomerName::new("JOSÉ"), "a Latin-1 byte, and data as JSON in a string");
}

#[tokio::test]
async fn words_of_the_vendors_show_no_link_and_none_of_our_secrets() {
    for (words, read) in [
        ("Hubungi https://evil.example atau @cs, t.me/cs", "Hubungi … atau … …"),
        ("Client 3f9c8962-4c4b-4bb6-b3c1-8fc883519c02 ditolak", ""),
        ("Secret 9EC999E21A3BE41064C52BB3F37554A2", ""),
        ("Token token-of-this-test salah", ""),
    ] {
        let vendor =
            StandIn::start(
                move |seen| {
                    if seen.is(TOKEN_PATH) { token("token-of-this-test") } else { refusal("418021234", words) }
                },
            )
            .await;
        assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(Fault::Other(read.into())), "{words}");
    }
}

#[tokio::test]
async fn the_balance_is_read_as_a_number_or_a_text() {
    for balance in [json!("1000000.00"), json!(1_000_000), json!("1000000")] {
        let body = json!({"response_code": "200032000", "data": {"balance": balance}});
        let vendor = StandIn::inquiring(move |_| Reply::Json(200, None, body.clone())).await;
        assert_eq!(client(&vendor, PATIENT).balance().await, Ok(Rupiah(1_000_000)));
        let sent = vendor.seen(BALANCE_PATH).pop().unwrap();
        assert_eq!((sent.line.split(' ').next(), sent.body.as_str()), (Some("GET"), ""));
    }
}

#[tokio::test]
async fn nothing_secret_or_personal_stands_in_debug_output() {
    let vendor = StandIn::inquiring(found).await;
    let account = vendor.account();
    let client = client(&vendor, PATIENT);
    let answer = check(&client).await;
    let shown = format!("{account:?} {client:?} {answer:?}");
    for secret in ["9ec999e21a3be41064c52bb3f37554a2", "t0", "01105691111", "BAHARRUDIN1", "BEGIN"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
