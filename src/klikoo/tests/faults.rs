//! Answers that cannot be read, and servers that do not end: never a verdict on the number, never a hang.

use super::{
    HASTY, PATIENT, check, client,
    stand_in::{Reply, StandIn, refusal},
};
use crate::{
    klikoo::{
        Fault,
        wire::{INQUIRY_PATH, TOKEN_PATH},
    },
    value::OperatorProblem,
};

#[tokio::test]
async fn an_unreadable_answer_is_no_verdict_and_the_partners_fault() {
    for (status, body) in [
        (200, ""),
        (200, "<html><body>404 customer not found</body></html>"),
        (200, "null"),
        (200, "{}"),
        (200, r#"{"response_code":"200022000","response_message":"Sukses"}"#),
        (200, r#"{"response_code":"200022000","data":{"customer_number":"01105691112","customer_name":"LAIN"}}"#),
        (400, "<html>Bad Request</html>"),
    ] {
        let vendor = StandIn::inquiring(move |_| Reply::Text(status, body)).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::Unreadable)), "{status} {body}");
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn a_gateways_page_is_no_verdict_and_may_pass() {
    for (status, body) in [(502, "<html>Bad Gateway</html>"), (503, ""), (500, r#"{"response_code":"200022"#)] {
        let vendor = StandIn::inquiring(move |_| Reply::Text(status, body)).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Garbled), "{status} {body}");
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2, "{status} {body}");
    }
}

#[tokio::test]
async fn http_says_whose_fault_it_is() {
    use OperatorProblem::{Forbidden, NoApi, Throttled};
    for (status, problem, attempts) in [
        (302, NoApi, 2),
        (403, Forbidden, 1),
        (405, NoApi, 1),
        (426, NoApi, 1),
        (429, Throttled, 1),
        (451, Forbidden, 1),
    ] {
        let vendor = StandIn::inquiring(move |_| Reply::Text(status, "<html>no</html>")).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Operator(problem)), "{status}");
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), attempts, "{status}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_given_is_no_providers_fault() {
    for (script, fault) in [
        (|| Reply::Close, Fault::Unreachable),
        (|| Reply::Text(503, "<html>"), Fault::Garbled),
        (|| refusal("500019999", "Hubungi admin"), Fault::VendorFault),
        (|| refusal("503010000", "Sibuk"), Fault::NotNow),
        (|| refusal("418010000", "Teko"), Fault::Other("Teko".into())),
    ] as [(fn() -> Reply, Fault); 5]
    {
        let vendor = StandIn::start(move |_| script()).await;
        let client = client(&vendor, PATIENT);
        assert_eq!(check(&client).await.result, Err(Fault::NoToken(Box::new(fault.clone()))));
        assert_eq!(client.authenticate().await.unwrap_err().fault, fault);
    }
}

#[tokio::test]
async fn what_refuses_the_token_request_is_told_apart() {
    use OperatorProblem::{Credentials, Forbidden, NoApi, Throttled, Unreadable};
    for (status, problem) in
        [(401, Credentials), (403, Forbidden), (301, NoApi), (405, NoApi), (429, Throttled), (200, Unreadable)]
    {
        let vendor = StandIn::start(move |_| Reply::Text(status, "<html>")).await;
        assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(Fault::Operator(problem)), "{status}");
        assert_eq!(vendor.seen(TOKEN_PATH).len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_404_without_a_code_of_klikoos_is_a_wrong_address() {
    for body in [
        "",
        "<html>Not Found</html>",
        r#"{"message":"no Route matched with those values"}"#,
        r#"{"response_code":null,"response_message":"Not Found"}"#,
        r#"{"response_code":"404000000","response_message":"Not Found"}"#,
    ] {
        let vendor = StandIn::inquiring(move |_| Reply::Text(404, body)).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::NoApi)), "{body}");
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_404_with_a_case_of_the_table_keeps_its_meaning() {
    for body in [
        r#"{"response_code":"404047011","response_message":"No pelanggan salah"}"#,
        r#"{"response_code":"404007002","response_message":"No Customer tidak ditemukan"}"#,
    ] {
        let vendor = StandIn::inquiring(move |_| Reply::Text(404, body)).await;
        assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(Fault::NumberNotFound), "{body}");
    }
}

#[tokio::test]
async fn an_answer_cut_off_twice_is_no_verdict() {
    let cut_off = "HTTP/1.1 404 -\r\nContent-Length: 500\r\n\r\n{\"response_code\":\"404027002\"}";
    let vendor = StandIn::inquiring(move |_| Reply::RawThenClose(cut_off)).await;
    assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(Fault::Garbled));
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
}

#[tokio::test]
async fn a_flood_is_not_read_to_its_end() {
    let vendor = StandIn::inquiring(|_| Reply::Flood).await;
    let unreadable = Fault::Operator(OperatorProblem::Unreadable);
    assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(unreadable));
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 1, "nor asked for again");
    let bytes = vendor.flooded().await;
    assert!(bytes < 50 * 1024 * 1024, "{bytes} bytes were taken; what is not read waits in the sockets' buffers");
}

#[tokio::test]
async fn silence_and_dripping_end_with_the_checks_time() {
    for endless in [|| Reply::Silence, || Reply::Drip] {
        let vendor = StandIn::inquiring(move |_| endless()).await;
        let answer = check(&client(&vendor, HASTY)).await;
        assert_eq!((answer.result, answer.code), (Err(Fault::Timeout), None));
        assert!(vendor.seen(INQUIRY_PATH).len() <= 1, "a second attempt has no time of its own");
    }
}

#[tokio::test]
async fn a_silent_token_request_ends_with_the_checks_time() {
    let vendor = StandIn::start(|_| Reply::Silence).await;
    assert_eq!(check(&client(&vendor, HASTY)).await.result, Err(Fault::NoToken(Box::new(Fault::Timeout))));
}

#[tokio::test]
async fn a_token_request_without_a_token_in_its_answer_is_unreadable() {
    for body in [
        r#"{"response_code":"200012000","data":{}}"#,
        r#"{"response_code":"200012000","data":{"access_token":"a\r\nb"}}"#,
    ] {
        let vendor = StandIn::start(move |_| Reply::Text(200, body)).await;
        let fault = client(&vendor, PATIENT).authenticate().await.unwrap_err().fault;
        assert_eq!(fault, Fault::Operator(OperatorProblem::Unreadable));
    }
}
