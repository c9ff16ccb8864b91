//! Messages of a group that one member alone can see (Bot API 10.2 and 10.3, "ephemeral messages"), which teloxide does not
//! know.
//!
//! A bot that administrates the group may send them at any time, another only in answer to a press, within 15 seconds.
//! Such a message is an addition: what everyone may read stands in the group already. Whatever Telegram refuses here is not
//! tried again in that group for an hour. A Bot API server that does not know of these messages passes over what says who
//! may read them; its answer has no `ephemeral_message_id`, and from then on nothing is said to one alone.
//! This is written by Telegram's documentation and was not tried against Telegram itself.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use teloxide::RequestError;

use crate::{
    bot::wire::Call,
    value::{ChatId, UserId},
};

/// How long a group that refused is left alone.
const REFUSED_FOR: Duration = Duration::from_secs(3600);

/// Groups that are remembered; of more, all are tried again.
const MAX_REFUSED: usize = 1000;

/// Groups that refused, and when. In memory alone: after a restart they are tried again.
#[derive(Default)]
pub(super) struct RefusedToOne {
    groups: Mutex<HashMap<ChatId, Instant>>,
    /// Whether the server does not know of such messages, in no group.
    is_unknown: AtomicBool,
}

impl RefusedToOne {
    /// Whether a group refused lately, or the server does not know of such messages.
    pub(super) fn is_refused(&self, chat: ChatId) -> bool {
        let refused = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_unknown.load(Relaxed) || refused.get(&chat).is_some_and(|at| at.elapsed() < REFUSED_FOR)
    }

    /// Notes that the server does not know of such messages.
    pub(super) fn note_unknown(&self) {
        self.is_unknown.store(true, Relaxed);
    }

    /// Notes that a group refused.
    pub(super) fn note(&self, chat: ChatId) {
        let mut refused = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MAX_REFUSED {
            refused.clear();
        }
        refused.insert(chat, Instant::now());
    }
}

/// `sendMessage` with `ephemeral_message_parameters`; teloxide has no payload for it.
pub(super) struct SendToOne<'a> {
    pub(super) chat: ChatId,
    pub(super) topic: Option<i32>,
    pub(super) reader: UserId,
    /// The press that it answers.
    pub(super) press: Option<&'a str>,
    pub(super) html: &'a str,
}

/// What is needed of the answer, a `Message`.
#[derive(Deserialize)]
pub(super) struct ShownToOne {
    pub(super) message_id: i32,
    /// There is none where it was shown to all.
    pub(super) ephemeral_message_id: Option<i64>,
}

#[derive(Serialize)]
struct Parameters<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i32>,
    ephemeral_message_parameters: Reader<'a>,
    text: &'a str,
    parse_mode: &'static str,
}

/// `EphemeralMessageParameters`.
#[derive(Serialize)]
struct Reader<'a> {
    receiver_user_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_query_id: Option<&'a str>,
}

impl SendToOne<'_> {
    /// The call.
    pub(super) fn call(&self) -> ToOne {
        let parameters = Parameters {
            chat_id: self.chat.0,
            message_thread_id: self.topic,
            ephemeral_message_parameters: Reader { receiver_user_id: self.reader.0, callback_query_id: self.press },
            text: self.html,
            parse_mode: "HTML",
        };
        // Texts and numbers alone: there is none that JSON cannot hold.
        ToOne(serde_json::to_vec(&parameters).unwrap_or_default())
    }
}

/// The call as JSON.
pub(super) struct ToOne(Vec<u8>);

impl Call for ToOne {
    fn method(&self) -> &'static str {
        "SendMessage"
    }

    async fn write(&self, request: RequestBuilder) -> Result<RequestBuilder, RequestError> {
        Ok(request.header(CONTENT_TYPE, "application/json").body(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_refused_is_left_alone() {
        let refused = RefusedToOne::default();
        refused.note(ChatId(-5));
        assert!(refused.is_refused(ChatId(-5)) && !refused.is_refused(ChatId(-6)));
    }

    #[test]
    fn it_is_asked_for_as_it_is_documented() {
        let message =
            SendToOne { chat: ChatId(-5), topic: None, reader: UserId(7), press: Some("17"), html: "<b>BUDI</b>" };
        let body: serde_json::Value = serde_json::from_slice(&message.call().0).unwrap();
        let expected = serde_json::json!({
            "chat_id": -5,
            "ephemeral_message_parameters": { "receiver_user_id": 7, "callback_query_id": "17" },
            "text": "<b>BUDI</b>",
            "parse_mode": "HTML",
        });
        assert_eq!(body, expected);
    }
}
