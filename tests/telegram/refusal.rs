//! Refusals: how the Bot API says no.

use serde_json::{Value, json};

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

    /// Any code with its whole description.
    pub(crate) fn with(code: u16, description: &str) -> Self {
        Self::new(code, description.to_owned())
    }

    /// 401, as for a token that is not the bot's.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized".to_owned())
    }

    /// 404, as for a method that Telegram does not have.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found".to_owned())
    }

    /// 409, "Conflict: " and the reason.
    pub(crate) fn conflict(reason: &str) -> Self {
        Self::new(409, format!("Conflict: {reason}"))
    }

    /// 429 with the seconds to wait.
    pub(crate) fn retry_after(seconds: u64) -> Self {
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
