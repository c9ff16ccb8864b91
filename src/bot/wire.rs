//! How the bot calls Telegram: the HTTP client of an account, and calls of the Bot API through it.
//!
//! [`call`] takes teloxide's payloads, client and errors, and nothing else of it:
//!
//! - teloxide's types read every field that there is, and refuse a whole answer over one that they do not know. A
//!   message that Telegram has taken would then be sent again, and again.
//! - Reading all those fields is a good part of a check's work.
//! - After a 5xx teloxide sleeps for 10 s. The bot has pauses of its own.
//! - teloxide knows a refused token by the words of the error, and not by its code (`getMe`).
//!
//! The address of a method holds the token. So no redirect is followed, no `Referer` is sent, and no error has an
//! address.

#[cfg(test)]
mod tests;

use std::{io, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{
    RequestBuilder, StatusCode, Url,
    header::{CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::value::RawValue;
use teloxide::{
    ApiError, RequestError,
    requests::Payload,
    types::{ChatId, Seconds},
};

use crate::value::is_this_machine;

/// The longest answer that is read, in bytes. A batch of 100 updates, the longest messages that there are with what
/// they reply to, every character escaped, is some 10 MiB; a batch beyond this would never be got past.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// The pause after a 429 that does not say how long, in seconds. Telegram itself always says; what stands between may
/// not.
const DEFAULT_PAUSE: u32 = 5;

/// How long a file may be on its way. teloxide's own time-out is for calls that carry none.
pub(super) const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// What every fault of a server reads here, whatever its own words.
pub(super) const SERVER_FAULT: &str = "Internal Server Error";

/// Where and as whom the bot speaks to Telegram.
pub struct Account {
    /// The token that BotFather gave.
    pub token: SecretString,
    /// Another Bot API server than Telegram's own.
    pub api_url: Option<Url>,
}

/// The client for an account. It follows no redirect and repeats nothing by itself.
///
/// # Errors
/// The HTTP client cannot be made.
pub(super) fn connect(account: &Account) -> Result<teloxide::Bot, reqwest::Error> {
    let mut client = teloxide::net::default_reqwest_settings()
        .redirect(Policy::none())
        .referer(false)
        // No copy of every request, for repeats that only HTTP/2 knows.
        .retry(reqwest::retry::never().max_retries_per_request(0));
    // A Bot API server of one's own, often on the same machine.
    if account.api_url.as_ref().and_then(Url::host_str).is_some_and(is_this_machine) {
        client = client.no_proxy();
    }
    let telegram = teloxide::Bot::with_client(account.token.expose_secret(), client.build()?);
    Ok(match &account.api_url {
        Some(url) => telegram.set_api_url(url.clone()),
        None => telegram,
    })
}

/// A call of the Bot API.
pub(super) trait Call: Sync {
    /// The method's name.
    fn method(&self) -> &'static str;

    /// Writes the parameters into the request.
    fn write(&self, request: RequestBuilder) -> impl Future<Output = Result<RequestBuilder, RequestError>> + Send;
}

/// teloxide's payloads, as JSON.
impl<P: Payload + Serialize + Sync> Call for P {
    fn method(&self) -> &'static str {
        P::NAME
    }

    async fn write(&self, request: RequestBuilder) -> Result<RequestBuilder, RequestError> {
        let body = serde_json::to_vec(self).map_err(unreadable)?;
        Ok(request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body))
    }
}

/// Calls a method of the Bot API, as `telegram`, and reads of its result what a `T` has.
///
/// # Errors
/// What Telegram refused, or why it could not be asked; the token is in neither.
pub(super) async fn call<C: Call, T: DeserializeOwned>(telegram: &teloxide::Bot, call: &C) -> Result<T, RequestError> {
    Ok(call_dated(telegram, call).await?.0)
}

/// The same, with the moment of the answer by Telegram's clock, where it says so.
///
/// # Errors
/// As of [`call`].
pub(super) async fn call_dated<C: Call, T: DeserializeOwned>(
    telegram: &teloxide::Bot,
    call: &C,
) -> Result<(T, Option<DateTime<Utc>>), RequestError> {
    let mut url = telegram.api_url();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(&format!("bot{}", telegram.token())).push(call.method());
    }
    let request = call.write(telegram.client().post(url)).await?;
    let mut response = request.send().await.map_err(lost)?;
    let (status, headers) = (response.status(), response.headers());
    if status.is_redirection() {
        // Its address may be the caller's own again, token and all, so the error does not have it.
        let what =
            "a redirect, which is not followed: correct the address in TELOXIDE_API_URL, or what stands before it";
        return Err(RequestError::Io(Arc::new(io::Error::other(what))));
    }
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let date = header(DATE).and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
    let pause = header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
    let pause = Seconds::from_seconds(pause.unwrap_or(DEFAULT_PAUSE));
    let mut body = Vec::new();
    // The client's time-out ends an answer that only drips.
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(unreadable(serde_json::Error::custom("the answer is too long")));
        }
        body.extend_from_slice(&chunk);
    }
    // A byte that is no text must not cost a whole batch of updates, again and again.
    let body = String::from_utf8_lossy(&body);
    let result = match serde_json::from_str::<Answer<'_>>(body.trim_start_matches('\u{feff}')) {
        Ok(answer) => answer.into_result(status, pause)?,
        // What stands between refuses in a form of its own.
        Err(_) if status == StatusCode::TOO_MANY_REQUESTS => return Err(RequestError::RetryAfter(pause)),
        Err(_) if status == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(RequestError::Api(ApiError::Unknown("Request Entity Too Large".to_owned())));
        }
        Err(error) => return Err(unreadable(error)),
    };
    Ok((serde_json::from_str(result).map_err(unreadable)?, date))
}

/// What every method answers (Bot API, "Making requests").
#[derive(Deserialize)]
struct Answer<'a> {
    ok: bool,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error_code: Lenient<u16>,
    #[serde(default)]
    description: Lenient<ApiError>,
    #[serde(default)]
    parameters: Lenient<Parameters>,
}

/// `ResponseParameters`: teloxide's own reads no other than these two.
#[derive(Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    retry_after: Lenient<f64>,
    #[serde(default)]
    migrate_to_chat_id: Lenient<i64>,
}

impl<'a> Answer<'a> {
    /// The result as JSON, or the error. `pause` is for a 429 that names none.
    fn into_result(self, status: StatusCode, pause: Seconds) -> Result<&'a str, RequestError> {
        if self.ok {
            return Ok(self.result.map_or("null", RawValue::get));
        }
        let Parameters { retry_after, migrate_to_chat_id } = self.parameters.0.unwrap_or_default();
        let code = self.error_code.0.unwrap_or(status.as_u16());
        Err(match (retry_after.0, migrate_to_chat_id.0, code, self.description.0) {
            // A cast of a float stays within bounds.
            (Some(seconds), ..) => RequestError::RetryAfter(Seconds::from_seconds(seconds.ceil() as u32)),
            (_, Some(new), ..) => RequestError::MigrateToChatId(ChatId(new)),
            (_, _, 429, _) => RequestError::RetryAfter(pause),
            // Of some of a token's ends teloxide does not know the words ("Unauthorized: invalid token specified").
            (_, _, 401, Some(_)) => RequestError::Api(ApiError::InvalidToken),
            (_, _, 408 | 500.., Some(_)) => RequestError::Api(ApiError::Unknown(SERVER_FAULT.to_owned())),
            // Two programs poll, or there is a webhook: the words say which. Another conflict passes like a fault.
            (_, _, 409, Some(ApiError::Unknown(text))) if !text.starts_with("Conflict") => {
                RequestError::Api(ApiError::Unknown(SERVER_FAULT.to_owned()))
            }
            (.., Some(error)) => RequestError::Api(error),
            _ => unreadable(serde_json::Error::custom("neither a result nor an error")),
        })
    }
}

/// A value, or `None` where it is not as expected: what is beside it can be read all the same.
pub(super) struct Lenient<T>(pub(super) Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(from)?.get();
        Ok(Self(serde_json::from_str(text).ok()))
    }
}

/// What is needed of a message that Telegram has taken.
#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) message_id: i32,
}

/// The error of a call that got lost; without the address, which holds the token.
fn lost(error: reqwest::Error) -> RequestError {
    RequestError::Network(Arc::new(error.without_url()))
}

/// The error of a text that is not as expected. What it says may be personal, so the error does not have it.
fn unreadable(error: serde_json::Error) -> RequestError {
    // Of the error only the place is kept: its words may quote.
    let place = format!("line {} column {}", error.line(), error.column());
    RequestError::InvalidJson { source: Arc::new(serde_json::Error::custom(place)), raw: Box::default() }
}
