//! What comes of an answer of the Bot API, and of what is none; and that the token goes nowhere.

use axum::{
    Router,
    http::{HeaderMap, header::LOCATION},
};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use teloxide::payloads::GetMe;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use super::*;

const TOKEN: &str = "123456:ATokenThatMustNotBeSeen";

fn account(address: std::net::SocketAddr) -> Account {
    Account { token: TOKEN.into(), api_url: Some(format!("http://{address}/").parse().unwrap()) }
}

/// What comes of a call that is answered with these bytes, the last of them as often as the caller takes them.
async fn called<T: DeserializeOwned>(head: &str, first: &'static [u8], rest: &'static [u8]) -> Result<T, RequestError> {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = account(server.local_addr().unwrap());
    let head = format!("HTTP/1.1 {head}\r\n\r\n");
    tokio::spawn(async move {
        let (mut caller, _) = server.accept().await.unwrap();
        assert!(caller.read(&mut [0; 1024]).await.unwrap() > 0);
        caller.write_all(head.as_bytes()).await.unwrap();
        caller.write_all(first).await.unwrap();
        while !rest.is_empty() && caller.write_all(rest).await.is_ok() {}
    });
    call(&connect(&account).unwrap(), &GetMe::new()).await
}

fn answered(json: &Value) -> Result<Value, RequestError> {
    let (text, pause) = (json.to_string(), Seconds::from_seconds(DEFAULT_PAUSE));
    let answer: Answer<'_> = serde_json::from_str(&text).unwrap();
    answer.into_result(StatusCode::OK, pause).map(|result| serde_json::from_str(result).unwrap())
}

fn refused(code: u16, description: &str, parameters: &Value) -> RequestError {
    let answer = json!({ "ok": false, "error_code": code, "description": description, "parameters": parameters });
    answered(&answer).unwrap_err()
}

fn pause_asked(error: &RequestError) -> Option<u32> {
    match error {
        RequestError::RetryAfter(seconds) => Some(seconds.seconds()),
        _ => None,
    }
}

#[test]
fn what_is_new_at_telegram_is_passed_over() {
    let sent = json!({ "message_id": 8, "chat": "elsewhere", "reply_to_message": [] });
    let result = answered(&json!({ "ok": true, "result": sent, "mood": "fine", "parameters": [7] })).unwrap();
    let Lenient(sent) = serde_json::from_str::<Lenient<Sent>>(&result.to_string()).unwrap();
    assert_eq!(sent.unwrap().message_id, 8);
}

#[test]
fn a_result_that_cannot_be_read_is_a_result_all_the_same() {
    for result in [json!(true), json!(null), json!({ "message_id": "eight" })] {
        let result = answered(&json!({ "ok": true, "result": result })).unwrap();
        assert!(serde_json::from_str::<Lenient<Sent>>(&result.to_string()).unwrap().0.is_none());
    }
    assert!(answered(&json!({ "ok": true })).is_ok());
}

#[test]
fn a_refusal_is_told_apart_by_what_telegram_wants() {
    let moved = refused(400, "Bad Request: group chat was upgraded", &json!({ "migrate_to_chat_id": -7 }));
    assert!(matches!(moved, RequestError::MigrateToChatId(ChatId(-7))));
    for description in ["Unauthorized: invalid token specified", "Unauthorized"] {
        let refused = refused(401, description, &Value::Null);
        assert!(matches!(refused, RequestError::Api(ApiError::InvalidToken)), "{description}");
    }
    for (code, description) in [(408, "Request Timeout"), (409, "what"), (500, "no"), (502, "upstream"), (599, "")] {
        let fault = refused(code, description, &Value::Null);
        assert!(matches!(fault, RequestError::Api(ApiError::Unknown(text)) if text == SERVER_FAULT), "{code}");
    }
    let conflict = refused(409, "Conflict: can't use getUpdates method while webhook is active; use …", &Value::Null);
    assert!(matches!(conflict, RequestError::Api(ApiError::Unknown(text)) if text.contains("webhook is active")));
    let blocked = refused(403, "Forbidden: bot was blocked by the user", &Value::Null);
    assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)));
    let new = refused(400, "Bad Request: not today", &json!({ "mood": "grim" }));
    assert!(matches!(new, RequestError::Api(ApiError::Unknown(text)) if text == "Bad Request: not today"));
}

#[test]
fn a_pause_is_read_however_it_is_asked_for() {
    let asked = |parameters: Value| pause_asked(&refused(429, "Too Many Requests", &parameters));
    assert_eq!(asked(json!({ "retry_after": 3 })), Some(3));
    assert_eq!(asked(json!({ "retry_after": 2.5 })), Some(3));
    assert_eq!(asked(json!({ "retry_after": 1e12 })), Some(u32::MAX));
    assert_eq!(asked(json!({ "retry_after": -1 })), Some(0));
    for unsaid in [json!({ "retry_after": "soon" }), json!({}), json!("soon"), Value::Null] {
        assert_eq!(asked(unsaid), Some(DEFAULT_PAUSE));
    }
}

#[test]
fn an_answer_without_result_or_error_is_no_answer() {
    for answer in [json!({ "ok": false }), json!({ "ok": false, "result": { "message_id": 8 } })] {
        assert!(matches!(answered(&answer), Err(RequestError::InvalidJson { .. })), "{answer}");
    }
}

#[tokio::test]
async fn what_stands_between_may_refuse_in_its_own_form() {
    let html = b"<html>Too many requests</html>";
    let refused = called::<IgnoredAny>("429 Too Many Requests\r\nRetry-After: 9", html, b"").await.unwrap_err();
    assert_eq!(pause_asked(&refused), Some(9));
    let refused = called::<IgnoredAny>("429 Too Many Requests", html, b"").await.unwrap_err();
    assert_eq!(pause_asked(&refused), Some(DEFAULT_PAUSE));
    let fault = called::<IgnoredAny>("502 Bad Gateway", html, b"").await.unwrap_err();
    assert!(matches!(fault, RequestError::InvalidJson { .. }));
    let codeless = br#"{ "ok": false, "description": "Forbidden: bot was blocked by the user" }"#;
    let refused = called::<IgnoredAny>("403 Forbidden", codeless, b"").await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::BotBlocked)));
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let endless = called::<IgnoredAny>("200 OK", b"", &[b' '; 65536]).await;
    assert!(matches!(endless, Err(RequestError::InvalidJson { .. })));
}

#[tokio::test]
async fn bytes_that_are_no_text_do_not_cost_the_answer() {
    let answer = b"\xef\xbb\xbf{\"ok\":true,\"result\":[{\"text\":\"\xff\"},{\"update_id\":2}]}";
    let updates: Vec<Value> = called("200 OK", answer, b"").await.unwrap();
    assert_eq!(updates[1]["update_id"], 2);
}

#[tokio::test]
async fn a_redirect_is_an_error_of_the_address_and_is_not_followed() {
    let (seen, mut requests) = mpsc::unbounded_channel();
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}/elsewhere", elsewhere.local_addr().unwrap());
    let app = Router::new().fallback(move |headers: HeaderMap| async move { seen.send(headers).unwrap() });
    tokio::spawn(async move { axum::serve(elsewhere, app).await });
    for code in [301, 302, 303, 307, 308] {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let account = account(server.local_addr().unwrap());
        let headers = [(LOCATION, target.clone())];
        let redirect = (StatusCode::from_u16(code).unwrap(), headers);
        let app = Router::new().fallback(async move || redirect.clone());
        tokio::spawn(async move { axum::serve(server, app).await });
        let called: Result<IgnoredAny, _> = call(&connect(&account).unwrap(), &GetMe::new()).await;
        let error = called.unwrap_err();
        let told = crate::bot::send::kind(&error);
        assert!(told.contains("redirect") && told.contains("TELOXIDE_API_URL"), "{code}: {told}");
        assert!(!format!("{error} {error:?}").contains(&target), "{code}: {error:?}");
    }
    assert!(requests.try_recv().is_err(), "a redirect was followed");
}

#[tokio::test]
async fn no_error_has_the_token() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    for path in ["", "a/path/before/", "file/"] {
        let api_url = Some(format!("http://{address}/{path}").parse().unwrap());
        for token in [TOKEN, "no-colon-in-it"] {
            let telegram = connect(&Account { token: token.into(), api_url: api_url.clone() }).unwrap();
            let called: Result<IgnoredAny, _> = call(&telegram, &GetMe::new()).await;
            let error = called.unwrap_err();
            let mut told = format!("{error} {error:?}");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                told.push_str(&format!(" {error} {error:?}"));
                cause = error.source();
            }
            assert!(!told.contains(token) && !told.contains(&token.replace(':', "%3A")), "{told}");
        }
    }
    let quoting = called::<Vec<u64>>("200 OK", br#"{"ok":true,"result":"BUDI SANTOSO"}"#, b"").await.unwrap_err();
    assert!(!format!("{quoting} {quoting:?}").contains("BUDI"));
}
