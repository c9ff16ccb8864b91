//! The HTTP side: `POST /bot<token>/<Method>`, the token checked, planned faults injected, every call kept.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, State as Shared},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{CONTENT_TYPE, DATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    faults::{Fault, Refusal},
    methods::{Outcome, read},
    polling::{Polled, poll},
    slow,
    wire::{CuttableListener, Wire},
    world::{Call, State, World},
};

/// Serves until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let app = Router::new().fallback(answer).with_state(world);
    let app = app.into_make_service_with_connect_info::<Wire>();
    axum::serve(CuttableListener(listener), app).await.ok();
}

/// An answer as of now, by Telegram's clock.
async fn answer(
    Shared(world): Shared<Arc<World>>,
    wire: ConnectInfo<Wire>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut response = answer_undated(Shared(world.clone()), wire, uri, headers, body).await;
    let date = world.lock().time().format("%a, %d %b %Y %T GMT").to_string();
    response.headers_mut().insert(DATE, HeaderValue::from_str(&date).unwrap());
    response
}

async fn answer_undated(
    Shared(world): Shared<Arc<World>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    wire.note_request();
    if world.lock().down {
        let method = uri.path().rsplit('/').next().unwrap_or_default();
        return lose(&world, &wire, &method.to_ascii_lowercase());
    }
    let path = uri.path().strip_prefix("/bot").and_then(|path| path.rsplit_once('/'));
    let Some((token, method)) = path else { return refuse(&Refusal::not_found()) };
    if token != world.token {
        return refuse(&Refusal::unauthorized());
    }
    let method = method.to_ascii_lowercase();
    if !body.is_empty() && headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return settle(&world, &method, Err(Refusal::bad_request("this fake reads application/json alone")));
    }
    let after = match arrive(&world, &method, &body) {
        None => None,
        Some(Fault::RetryAfter(seconds)) => return refuse(&Refusal::retry_after(seconds)),
        Some(Fault::Blocked) => return refuse(&Refusal::forbidden("bot was blocked by the user")),
        Some(Fault::BadRequest(reason)) => return refuse(&Refusal::bad_request(reason)),
        Some(Fault::ServerError(code)) => return server_error(code),
        Some(Fault::ResetBefore) => return cut(&wire),
        Some(Fault::Held(gate)) => {
            gate.pass().await;
            None
        }
        Some(after @ (Fault::ResetAfter | Fault::HalfBody | Fault::Drip(_))) => Some(after),
    };
    let response = apply(&world, &wire, &method, &body).await;
    match after {
        Some(Fault::HalfBody) => slow::half(response, &wire).await,
        Some(Fault::Drip(time)) => slow::dripping(response, &wire, time).await,
        Some(_) => cut(&wire),
        None => response,
    }
}

/// Notes a call and takes the fault that is planned for it.
fn arrive(world: &World, method: &str, body: &Bytes) -> Option<Fault> {
    world.change(|state| {
        if state.load.is_some() {
            return None;
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let chat = chat_of(state, &body);
        let (at, time) = (Instant::now(), state.time());
        state.calls.push(Call { at, time, method: method.to_owned(), chat, body });
        state.take_fault(method, chat)
    })
}

/// The chat that a call is about: named in it, or that of the button whose press it answers.
fn chat_of(state: &State, body: &Value) -> Option<i64> {
    body["chat_id"].as_i64().or_else(|| {
        let press = state.presses.get(body["callback_query_id"].as_str()?)?;
        Some(press.chat)
    })
}

async fn apply(world: &World, wire: &Wire, method: &str, body: &Bytes) -> Response {
    if method == "getupdates" {
        return match read(body) {
            Ok(call) => long_poll(poll(world, call).await, world, wire),
            Err(refusal) => settle(world, method, Err(refusal)),
        };
    }
    let outcome = world.change(|state| {
        let outcome = state.apply(method, body);
        if let ("sendmessage", Some(Ok(message))) = (method, &outcome) {
            state.note_delivery(message, wire.next_answer());
        }
        outcome
    });
    settle(world, method, outcome.unwrap_or_else(|| Err(Refusal::not_found())))
}

fn long_poll(polled: Polled, world: &World, wire: &Wire) -> Response {
    match polled {
        Polled::Updates(body) => json_response(StatusCode::OK, body),
        Polled::Refused(refusal) => refuse(&refusal),
        Polled::Down => lose(world, wire, "getupdates"),
    }
}

/// Answers a call that met no fault. A refusal is the bot's own mistake and fails the test that does not expect it.
fn settle(world: &World, method: &str, outcome: Outcome) -> Response {
    match outcome {
        Ok(result) => json_response(StatusCode::OK, json!({ "ok": true, "result": result }).to_string()),
        Err(refusal) => {
            let response = refuse(&refusal);
            world.change(|state| state.refusals.push((method.to_owned(), refusal)));
            response
        }
    }
}

fn refuse(refusal: &Refusal) -> Response {
    let code = StatusCode::from_u16(refusal.code).expect("refusals have valid codes");
    json_response(code, refusal.body().to_string())
}

fn server_error(code: u16) -> Response {
    let code = StatusCode::from_u16(code).expect("a fault names a valid code");
    (code, [(CONTENT_TYPE, "text/html")], "<html><body><h1>Bad Gateway</h1></body></html>").into_response()
}

fn json_response(code: StatusCode, body: String) -> Response {
    (code, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Resets the connection because nothing answers just now.
fn lose(world: &World, wire: &Wire, method: &str) -> Response {
    world.change(|state| state.lost.push(method.to_owned()));
    cut(wire)
}

/// Resets the connection; the response returned here never leaves.
fn cut(wire: &Wire) -> Response {
    wire.cut();
    StatusCode::OK.into_response()
}
