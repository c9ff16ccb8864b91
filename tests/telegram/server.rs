//! The HTTP side: `POST /bot<token>/<Method>`, the token checked, planned faults injected, every call kept.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    body::Bytes,
    extract::{
        ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Request, State as Shared, multipart::MultipartError,
    },
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, DATE, LOCATION},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::{
    connection::{Connection, ResettableListener},
    faults::Fault,
    flood::COUNTED,
    methods::{MethodResult, read},
    partial,
    polling::{Polled, poll},
    refusal::Refusal,
    state::{Call, State, World},
};

/// Serves until the task is aborted.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let app = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(world);
    let app = app.into_make_service_with_connect_info::<Connection>();
    axum::serve(ResettableListener(listener), app).await.ok();
}

/// Answers a call, with the `Date` of Telegram's clock.
async fn answer(
    Shared(world): Shared<Arc<World>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let mut response = answer_undated(&world, &connection, request).await;
    let date = world.lock().answer_time().format("%a, %d %b %Y %T GMT").to_string();
    response.headers_mut().insert(DATE, HeaderValue::from_str(&date).expect("a date is a header's value"));
    response
}

async fn answer_undated(world: &World, connection: &Connection, request: Request) -> Response {
    connection.note_request();
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if world.lock().down {
        return lose(world, connection, &method);
    }
    if let Some(file) = path.strip_prefix("/file/bot") {
        return download(world, file);
    }
    let Some((token, _)) = path.strip_prefix("/bot").and_then(|path| path.rsplit_once('/')) else {
        return refuse(&Refusal::not_found());
    };
    if token != world.token {
        return refuse(&Refusal::unauthorized());
    }
    let body = match parameters(request, &method).await {
        Ok(body) => body,
        Err(refusal) => return settle(world, &method, Err(refusal)),
    };
    let after = match arrive(world, &method, &body) {
        None => None,
        Some(Fault::RetryAfter(seconds)) => return refuse(&Refusal::retry_after(seconds)),
        Some(Fault::Blocked) => return refuse(&Refusal::forbidden("bot was blocked by the user")),
        Some(Fault::BadRequest(reason)) => return refuse(&Refusal::bad_request(reason)),
        Some(Fault::Refused(code, description)) => return refuse(&Refusal::with(code, description)),
        Some(Fault::ServerError(code)) => return server_error(code),
        Some(Fault::Redirect(code, to)) => return (status(code), [(LOCATION, to)]).into_response(),
        Some(Fault::ResetBefore) => return cut(connection),
        Some(Fault::Held(gate)) => {
            gate.pass().await;
            None
        }
        Some(after @ (Fault::ResetAfter | Fault::HalfBody | Fault::Drip(_))) => Some(after),
    };
    let response = apply(world, connection, &method, &body).await;
    match after {
        Some(Fault::HalfBody) => partial::half(response, connection).await,
        Some(Fault::Drip(time)) => partial::dripping(response, connection, time).await,
        Some(_) => cut(connection),
        None => response,
    }
}

/// A file that `getFile` has named: `<token>/<path>`, whose `/` may be written as `%2F`.
fn download(world: &World, path: &str) -> Response {
    let file =
        path.split_once('/').filter(|(token, _)| *token == world.token).map(|(_, file)| file.replace("%2F", "/"));
    let id = file.as_deref().and_then(|file| file.strip_prefix("documents/"));
    match id.and_then(|id| world.lock().files.get(id).cloned()) {
        Some(bytes) => bytes.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The parameters of a call, as JSON. Where a file could be, there is a form.
async fn parameters(request: Request, method: &str) -> Result<Bytes, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    if ["setwebhook", "senddocument", "sendphoto"].contains(&method) && kind.starts_with("multipart/form-data") {
        return form(request).await;
    }
    let body = Bytes::from_request(request, &()).await.map_err(|error| Refusal::bad_request(&error.to_string()))?;
    if !body.is_empty() && kind != "application/json" {
        return Err(Refusal::bad_request("this fake reads application/json alone"));
    }
    Ok(body)
}

/// The fields of a form, in which numbers, flags and lists are written as JSON; a file becomes its name and, in Base64,
/// its bytes.
async fn form(request: Request) -> Result<Bytes, Refusal> {
    let unreadable = |error: MultipartError| Refusal::bad_request(&error.to_string());
    let mut form = Multipart::from_request(request, &()).await.map_err(|e| Refusal::bad_request(&e.to_string()))?;
    let mut fields = Map::new();
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let bytes = STANDARD.encode(field.bytes().await.map_err(unreadable)?);
            fields.insert(name, json!({ "file_name": file_name, "bytes": bytes }));
            continue;
        }
        let text = field.text().await.map_err(unreadable)?;
        let is_text = ["url", "secret_token", "ip_address", "caption", "parse_mode"].contains(&name.as_str());
        let value = if is_text { Err(()) } else { serde_json::from_str(&text).map_err(|_| ()) };
        fields.insert(name, value.unwrap_or(Value::String(text)));
    }
    Ok(Value::Object(fields).to_string().into())
}

/// Notes a call and takes the fault that is planned for it.
fn arrive(world: &World, method: &str, body: &Bytes) -> Option<Fault> {
    world.change(|state| {
        if state.load.is_some() {
            return None;
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let chat = chat_of(state, &body);
        let at = Instant::now();
        state.calls.push(Call { at, method: method.to_owned(), chat, body });
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

async fn apply(world: &World, connection: &Connection, method: &str, body: &Bytes) -> Response {
    if method == "getupdates" {
        return match read(body) {
            Ok(call) => long_poll(poll(world, call).await, world, connection),
            Err(refusal) => settle(world, method, Err(refusal)),
        };
    }
    if let Err(refusal) = world.change(|state| check_floods(state, method, body)) {
        return refuse(&refusal);
    }
    let outcome = world.change(|state| {
        let outcome = state.apply(method, body);
        if let ("sendmessage", Some(Ok(message))) = (method, &outcome) {
            state.note_delivery(message, connection.next_answer());
        }
        outcome
    });
    settle(world, method, outcome.unwrap_or_else(|| Err(Refusal::not_found())))
}

/// Holds a call against the flood limits, where there are any.
fn check_floods(state: &mut State, method: &str, body: &Bytes) -> Result<(), Refusal> {
    let Some(control) = state.flood_control.as_mut().filter(|_| COUNTED.contains(&method)) else { return Ok(()) };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["chat_id"].as_i64().map_or(Ok(()), |chat| control.check(chat, Instant::now()))
}

fn long_poll(polled: Polled, world: &World, connection: &Connection) -> Response {
    match polled {
        Polled::Updates(body) => json_response(StatusCode::OK, body),
        Polled::Refused(refusal) => refuse(&refusal),
        Polled::Down => lose(world, connection, "getupdates"),
    }
}

/// Answers a call that met no fault. A refusal is the bot's own mistake and fails the test that does not expect it.
fn settle(world: &World, method: &str, outcome: MethodResult) -> Response {
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
    json_response(status(refusal.code), refusal.body().to_string())
}

fn server_error(code: u16) -> Response {
    (status(code), [(CONTENT_TYPE, "text/html")], "<html><body><h1>Bad Gateway</h1></body></html>").into_response()
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).expect("faults and refusals have valid codes")
}

fn json_response(code: StatusCode, body: String) -> Response {
    (code, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Resets the connection because nothing answers just now.
fn lose(world: &World, connection: &Connection, method: &str) -> Response {
    world.change(|state| state.lost.push(method.to_owned()));
    cut(connection)
}

/// Resets the connection; the response returned here never leaves.
fn cut(connection: &Connection) -> Response {
    connection.cut();
    StatusCode::OK.into_response()
}
