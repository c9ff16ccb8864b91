//! What is sent again, and what is not.

use std::time::{Duration, Instant};

use super::{
    PATIENT, check, client, references,
    stand_in::{Reply, StandIn, account, found, refusal, token},
};
use crate::{
    klikoo::{
        Client, Fault, Timeouts,
        wire::{INQUIRY_PATH, TOKEN_PATH},
    },
    value::OperatorProblem,
};

#[tokio::test]
async fn a_used_reference_is_replaced_by_a_new_one() {
    let vendor = StandIn::inquiring(|seen| match seen.nth {
        0 => refusal("409026563", "ReferenceNo sudah digunakan"),
        _ => found(seen),
    })
    .await;
    let answer = check(&client(&vendor, PATIENT)).await;
    assert!(answer.result.is_ok());
    let references = references(&vendor);
    assert_ne!(references[0], references[1]);
    assert_eq!(references[1], answer.reference.to_string(), "the last one is the one to ask support about");
}

#[tokio::test]
async fn a_reference_used_twice_is_not_sent_a_third_time() {
    let vendor = StandIn::inquiring(|_| refusal("409026563", "ReferenceNo sudah digunakan")).await;
    let answer = check(&client(&vendor, PATIENT)).await;
    assert_eq!(answer.result, Err(Fault::Operator(OperatorProblem::Request)));
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_with_a_new_reference() {
    const CUT_OFF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"response_code\":\"2000";
    for lose in [|| Reply::Close, || Reply::RawThenClose(CUT_OFF), || Reply::RawThenClose("HTTP/1.1 2")] {
        let vendor = StandIn::inquiring(move |seen| if seen.nth == 0 { lose() } else { found(seen) }).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert!(answer.result.is_ok(), "{answer:?}");
        let references = references(&vendor);
        assert_eq!(references.len(), 2);
        assert_ne!(references[0], references[1]);
    }
}

#[tokio::test]
async fn a_lost_token_request_is_tried_again() {
    let vendor = StandIn::start(|seen| match (seen.is(TOKEN_PATH), seen.nth) {
        (true, 0) => Reply::Close,
        (true, _) => token("t0"),
        _ => found(seen),
    })
    .await;
    assert!(check(&client(&vendor, PATIENT)).await.result.is_ok());
    assert_eq!(vendor.seen(TOKEN_PATH).len(), 2);
}

#[tokio::test]
async fn a_connection_lost_twice_is_given_up() {
    let vendor = StandIn::inquiring(|_| Reply::Close).await;
    let answer = check(&client(&vendor, PATIENT)).await;
    assert_eq!((answer.result, answer.code), (Err(Fault::Unreachable), None));
    assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let clock = std::sync::Arc::new(crate::clock::SystemClock);
    let client = Client::new(account(&format!("http://{closed}")), PATIENT, clock).unwrap();
    assert_eq!(check(&client).await.result, Err(Fault::NoToken(Box::new(Fault::Unreachable))));
}

#[tokio::test]
async fn a_connection_closed_between_checks_does_no_harm() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 74\r\n\r\n\
                  {\"response_code\":\"200022000\",\"data\":{\"customer_name\":\"A\",\"total\":\"20546\"}} ";
    let vendor = StandIn::inquiring(move |_| Reply::RawThenClose(answer)).await;
    let client = client(&vendor, PATIENT);
    for _ in 0..5 {
        let answer = check(&client).await;
        assert!(answer.result.is_ok(), "{answer:?}");
    }
}

#[tokio::test]
async fn a_5xx_that_says_nothing_of_the_number_is_tried_again() {
    for (code, fault) in [("503029991", Fault::ProviderDown), ("500029999", Fault::VendorFault)] {
        let recovers = move |nth| if nth == 0 { Some(refusal(code, "gangguan")) } else { None };
        let vendor = StandIn::inquiring(move |seen| recovers(seen.nth).unwrap_or_else(|| found(seen))).await;
        assert!(check(&client(&vendor, PATIENT)).await.result.is_ok());
        assert_ne!(references(&vendor)[0], references(&vendor)[1]);

        let vendor = StandIn::inquiring(move |_| refusal(code, "gangguan")).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!(answer.result, Err(fault));
        assert_eq!(answer.code.unwrap().as_str(), code);
        assert_eq!(references(&vendor).len(), 2);
    }
}

#[tokio::test]
async fn a_5xx_behind_a_gateway_that_says_200_to_everything_is_tried_again_too() {
    const DOWN: &str = r#"{"response_code":"503029991","response_message":"Supplier sedang gangguan"}"#;
    let vendor = StandIn::inquiring(|seen| if seen.nth == 0 { Reply::Text(200, DOWN) } else { found(seen) }).await;
    assert!(check(&client(&vendor, PATIENT)).await.result.is_ok());
    assert_eq!(references(&vendor).len(), 2);
}

#[tokio::test]
async fn not_now_is_no_refusal() {
    for code in ["408020000", "5002400", "500020001", "502020000", "504020000"] {
        let vendor =
            StandIn::inquiring(move |seen| if seen.nth == 0 { refusal(code, "Nanti") } else { found(seen) }).await;
        assert!(check(&client(&vendor, PATIENT)).await.result.is_ok(), "{code}");

        let vendor = StandIn::inquiring(move |_| refusal(code, "Nanti")).await;
        let answer = check(&client(&vendor, PATIENT)).await;
        assert_eq!((answer.result, answer.code.unwrap().as_str()), (Err(Fault::NotNow), code));
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_pause_that_the_vendor_asks_for_is_kept() {
    let busy = |status, pause: &str| Reply::Bytes(status, format!("Retry-After: {pause}\r\n"), Vec::new());
    for status in [429, 503] {
        let vendor = StandIn::inquiring(move |seen| if seen.nth == 0 { busy(status, "1") } else { found(seen) }).await;
        let began = Instant::now();
        assert!(check(&client(&vendor, PATIENT)).await.result.is_ok());
        assert!(began.elapsed() >= Duration::from_secs(1), "no sooner");
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 2);
    }
}

#[tokio::test]
async fn a_pause_beyond_the_checks_time_is_told_to_whoever_asks_again() {
    const DATES: &str = "Sun, 22 Nov 2026 07:06:30 GMT\r\nDate: Sun, 22 Nov 2026 07:05:00 GMT";
    for (pause, told) in [("60", Some(60)), (DATES, Some(90)), ("1000000000", Some(900)), ("-1", None), ("besok", None)]
    {
        for status in [429, 503] {
            let head = format!("Retry-After: {pause}\r\n");
            let vendor = StandIn::inquiring(move |_| Reply::Bytes(status, head.clone(), Vec::new())).await;
            let answer = check(&client(&vendor, PATIENT)).await;
            assert_eq!(answer.retry_after, told.map(Duration::from_secs), "{pause}");
            let attempts = if told.is_none() && status == 503 { 2 } else { 1 };
            assert_eq!(vendor.seen(INQUIRY_PATH).len(), attempts, "{status} {pause}");
        }
    }
}

#[tokio::test]
async fn a_verdict_is_not_asked_for_twice() {
    for (code, message, fault) in [
        ("503029998", "CUSTID not recognized. Biller throws exception. Err:5110", Fault::NumberNotFound),
        ("503029998", "Jumlah pembayaran harus lebih besar dari 10000", Fault::AmountTooSmall),
        ("503029998", "Nomor meter ini tidak terdaftar", Fault::NumberNotFound),
        ("503029998", "KONSUMEN DIBLOKIR HUBUNGI PLN", Fault::NumberBlocked),
        ("404027002", "No Customer tidak ditemukan", Fault::NumberNotFound),
        ("500029992", "Provider tidak diketahui", Fault::ProductUnavailable),
        ("400026508", "Signature tidak sesuai", Fault::Operator(OperatorProblem::Signature)),
        ("418021234", "Pesan baru", Fault::Other("Pesan baru".into())),
    ] {
        let vendor = StandIn::inquiring(move |_| refusal(code, message)).await;
        assert_eq!(check(&client(&vendor, PATIENT)).await.result, Err(fault));
        assert_eq!(vendor.seen(INQUIRY_PATH).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn an_attempt_that_is_silent_or_does_not_come_to_an_end_is_tried_again() {
    for endless in [|| Reply::Silence, || Reply::Drip] {
        let vendor = StandIn::inquiring(move |seen| if seen.nth == 0 { endless() } else { found(seen) }).await;
        let timeouts = Timeouts { read: Duration::from_millis(300), ..PATIENT };
        let answer = check(&client(&vendor, timeouts)).await;
        assert!(answer.result.is_ok(), "{answer:?}");
        assert_eq!(references(&vendor).len(), 2);
    }
}
