//! One exchange over HTTP, bounded in time and size. It knows nothing of what is said.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER},
    redirect,
};

use super::{
    Fault, SetupError, Timeouts,
    account::BaseUrl,
    json::LARGEST_ANSWER,
    retry::Failed,
    wire::{SIGNATURE_HEADER, TIMESTAMP_HEADER},
};
use crate::value::OperatorProblem;

/// The longest pause that the vendor may ask for.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// How long an unused connection is kept. Gateways close theirs after a minute or more, so ours is gone before: a
/// request on a connection that the other side is just closing would be lost and use up its one repeat.
/// (On a connection that was closed before anything was written, hyper sends it anew by itself.)
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// An answer, unread.
pub(super) struct RawAnswer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    /// For how long the vendor wants to hear nothing; bounded.
    pub(super) retry_after: Option<Duration>,
}

/// Sends requests to one base URL.
pub(super) struct Transport {
    http: reqwest::Client,
    base_url: BaseUrl,
    read: Duration,
}

impl Transport {
    pub(super) fn new(base_url: BaseUrl, timeouts: Timeouts) -> Result<Self, SetupError> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            // What may be repeated is decided where it is known what a repeat does; the client's own is for HTTP/2
            // only, and would copy every request to be ready for it.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .connect_timeout(timeouts.connect)
            .tcp_nodelay(true)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        if base_url.is_this_machine() {
            http = http.no_proxy();
        }
        let http = http.build().map_err(SetupError::Http)?;
        Ok(Self { http, base_url, read: timeouts.read })
    }

    /// A request as it was signed: `path` is without the gateway's prefix, `body` has the very bytes that were hashed.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        body: String,
        timestamp: String,
        signature: String,
    ) -> RequestBuilder {
        self.http
            .request(method, self.base_url.join(path))
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP_HEADER, timestamp)
            .header(SIGNATURE_HEADER, signature)
            .body(body)
    }

    /// Sends a request and reads its answer whole. `on_date` hears the `Date` header as soon as it is there.
    pub(super) async fn exchange(
        &self,
        request: RequestBuilder,
        on_date: impl FnOnce(DateTime<Utc>),
    ) -> Result<RawAnswer, Failed> {
        let in_time = tokio::time::timeout(self.read, async {
            let mut response = request.send().await.map_err(|error| lost(error, Fault::Unreachable))?;
            let date = date_in(&response, DATE);
            date.map(on_date);
            let (mut body, retry_after) = (Vec::new(), retry_after(&response, date));
            while let Some(chunk) = response.chunk().await.map_err(|error| lost(error, Fault::Garbled))? {
                if body.len() + chunk.len() > LARGEST_ANSWER {
                    tracing::warn!(limit = LARGEST_ANSWER, "Klikoo's answer is too large");
                    return Err(Failed { retry_after, ..Fault::Operator(OperatorProblem::Unreadable).into() });
                }
                body.extend_from_slice(&chunk);
            }
            Ok(RawAnswer { status: response.status(), body, retry_after })
        });
        in_time.await.unwrap_or_else(|_| Err(Fault::Timeout.into()))
    }
}

fn lost(error: reqwest::Error, fault: Fault) -> Failed {
    tracing::warn!(error = ?error.without_url(), "the connection to Klikoo was lost");
    fault.into()
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which is held against the answer's own `date`.
fn retry_after(response: &Response, date: Option<DateTime<Utc>>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs);
    let until = || (date_in(response, RETRY_AFTER)? - date?).to_std().ok();
    seconds.or_else(until).map(|pause| pause.min(MAX_RETRY_AFTER))
}

fn date_in(response: &Response, header: HeaderName) -> Option<DateTime<Utc>> {
    let date = response.headers().get(header)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}
