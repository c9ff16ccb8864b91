//! Faults that a test plans for the bot's next calls, and refusals, which are how Telegram says no.

use std::{sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What goes wrong with one call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 429: try again after so many seconds.
    RetryAfter(u32),
    /// 403: the user has blocked the bot.
    Blocked,
    /// 400 with this description, after "Bad Request: ".
    BadRequest(&'static str),
    /// A 5xx from a proxy, with HTML.
    ServerError(u16),
    /// The connection is lost, and the call is not applied.
    ResetBefore,
    /// The connection is lost after the call was applied: the caller cannot know.
    ResetAfter,
    /// The call was applied, and the connection is lost in the middle of the answer: the caller cannot know.
    HalfBody,
    /// The call was applied, and the answer takes this long to come, drop by drop.
    Drip(Duration),
    /// The call waits until the gate is opened, and is then applied.
    Held(Gate),
}

/// Holds a call until the test lets it go.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Notify>);

impl Gate {
    /// Lets the held call go; one that comes later passes at once.
    pub fn open(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn pass(&self) {
        self.0.notified().await;
    }
}

/// A fault that has not met its call yet.
#[derive(Debug)]
pub(crate) struct PlannedFault {
    /// The method, in lower case.
    pub(crate) method: String,
    /// Only for calls about this chat.
    pub(crate) chat: Option<i64>,
    pub(crate) fault: Fault,
}

impl PlannedFault {
    /// Whether this fault is meant for a call of `method` (lower case) about `chat`.
    pub(crate) fn meets(&self, method: &str, chat: Option<i64>) -> bool {
        self.method == method && (self.chat.is_none() || self.chat == chat)
    }
}

/// Faults that come by chance, for as long as a test wants them.
#[derive(Debug)]
pub(crate) struct Roughness {
    random: StdRng,
    mishaps: u64,
}

impl Roughness {
    /// The faults of this seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), mishaps: 0 }
    }

    /// What goes wrong with a call of `method` (lower case): one in twenty is hit, a poll less often, because the bot waits
    /// a second after each that failed.
    pub(crate) fn strike(&mut self, method: &str) -> Option<Fault> {
        let is_hit = match method {
            "sendmessage" | "editmessagetext" | "answercallbackquery" => self.random.gen_ratio(1, 20),
            "getupdates" => self.random.gen_ratio(1, 60),
            _ => false,
        };
        self.mishaps += u64::from(is_hit);
        is_hit.then(|| self.any())
    }

    fn any(&mut self) -> Fault {
        match self.random.gen_range(0..100) {
            0..30 => Fault::RetryAfter(1),
            30..50 => Fault::ResetBefore,
            50..70 => Fault::ResetAfter,
            70..85 => Fault::HalfBody,
            85..95 => Fault::Drip(Duration::from_millis(self.random.gen_range(50..1000))),
            95..98 => Fault::ServerError(502),
            _ => Fault::ServerError(500),
        }
    }

    /// How many calls were hit.
    pub(crate) fn mishaps(&self) -> u64 {
        self.mishaps
    }

    /// Delivers some updates once more, and some in the wrong order.
    pub(crate) fn muddle(&mut self, updates: &mut Vec<String>, delivered_before: &[String]) {
        if self.random.gen_ratio(1, 10) {
            updates.extend_from_slice(delivered_before);
        }
        if self.random.gen_ratio(1, 10) {
            updates.reverse();
        }
    }
}

/// An answer with `ok: false`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    parameters: Option<Value>,
}

impl Refusal {
    fn new(code: u16, description: String) -> Self {
        Self { code, description, parameters: None }
    }

    /// 400, "Bad Request: " and the reason.
    pub(crate) fn bad_request(reason: &str) -> Self {
        Self::new(400, format!("Bad Request: {reason}"))
    }

    /// 403, "Forbidden: " and the reason.
    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(403, format!("Forbidden: {reason}"))
    }

    /// 401, as for a token that is not the bot's.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized".to_owned())
    }

    /// 404, as for a method that Telegram does not have.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found".to_owned())
    }

    /// 409, as for the older of two polls.
    pub(crate) fn conflict() -> Self {
        let reason = "terminated by other getUpdates request; make sure that only one bot instance is running";
        Self::new(409, format!("Conflict: {reason}"))
    }

    /// 429 with the seconds to wait.
    pub(crate) fn retry_after(seconds: u32) -> Self {
        let parameters = Some(json!({ "retry_after": seconds }));
        Self { parameters, ..Self::new(429, format!("Too Many Requests: retry after {seconds}")) }
    }

    /// 400 of a group that became a supergroup, with the new id.
    pub(crate) fn migrated(to: i64) -> Self {
        let parameters = Some(json!({ "migrate_to_chat_id": to }));
        Self { parameters, ..Self::bad_request("group chat was upgraded to a supergroup chat") }
    }

    /// The answer's body.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}
