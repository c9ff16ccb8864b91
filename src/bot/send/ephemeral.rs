//! Messages of a group that one member alone can see (Bot API 10.2 and 10.3, "ephemeral messages"), which teloxide does
//! not know.
//!
//! A bot that administrates the group may send them at any time, another only in answer to a press, within 15 seconds.
//! Such a message is an addition: what everyone may read stands in the group already. Whatever Telegram refuses here is
//! not tried again in that group for an hour. A Bot API server that does not know of these messages passes over what
//! says who may read them; its answer has no `ephemeral_message_id`, and from then on nothing is said to one alone.
//! This is written by Telegram's documentation and was not tried against Telegram itself.

use std::{
    sync::{PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use teloxide::{RequestError, requests::Payload};
use tokio::time::Instant;

use super::{MAX_MESSAGE_LEN, Sender, refusal::kind};
use crate::{
    bot::wire::Lenient,
    jobs::{Destination, Outbox, Placed, Priority, Refused},
    locale::Html,
    value::{ChatId, MessageId, UserId},
};

/// How long a group that refused is left alone.
pub(super) const REFUSED_FOR: Duration = Duration::from_secs(3600);

/// How often it is tried to show something to one alone: where that fails, all are answered.
const TRIES_TO_ONE: u32 = 3;

/// Groups that are remembered; of more, all are tried again.
const MAX_REFUSED: usize = 1000;

/// `sendMessage` with `ephemeral_message_parameters`; teloxide's payload has none.
#[derive(Serialize)]
struct SendToOne<'a> {
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
    /// The press that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_query_id: Option<&'a str>,
}

/// What is needed of the answer, a `Message`.
#[derive(Deserialize)]
struct ShownToOne {
    message_id: i32,
    /// There is none where it was shown to all.
    ephemeral_message_id: Option<i64>,
}

impl Payload for SendToOne<'_> {
    type Output = ShownToOne;
    const NAME: &'static str = "SendMessage";
}

impl<'a> SendToOne<'a> {
    fn new(chat: ChatId, topic: Option<i32>, reader: UserId, press: Option<&'a str>, html: &'a str) -> Self {
        Self {
            chat_id: chat.0,
            message_thread_id: topic,
            ephemeral_message_parameters: Reader { receiver_user_id: reader.0, callback_query_id: press },
            text: html,
            parse_mode: "HTML",
        }
    }
}

impl Sender {
    /// Shows a text to one member of a group alone, in answer to a press if there was one.
    pub(super) async fn show_to_one(
        &self,
        to: Destination,
        reader: UserId,
        press: Option<&str>,
        text: &Html,
    ) -> Result<(), Refused> {
        let chat = self.migrations.current(to.chat);
        let parts = text.split(MAX_MESSAGE_LEN);
        let refused = || self.refused_to_one.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refused = refused().get(&chat).is_some_and(|at| at.elapsed() < REFUSED_FOR);
        let is_refused = is_refused || self.never_to_one.load(Relaxed);
        let ([text], true, false) = (parts.as_slice(), chat.is_group(), is_refused) else { return Err(Refused) };
        let topic = to.topic.filter(|_| chat == to.chat);
        let message = SendToOne::new(chat, topic, reader, press, text.as_str());
        match self.call(TRIES_TO_ONE, Some(chat), Some(Priority::Answer), &message).await {
            Ok(Lenient(Some(ShownToOne { ephemeral_message_id: Some(_), .. }))) => Ok(()),
            // A server that does not know of such messages has shown it to all.
            Ok(Lenient(shown)) => {
                tracing::error!(%chat, "what was for one member alone was shown to all; deleting it, and not trying again");
                self.never_to_one.store(true, Relaxed);
                if let Some(ShownToOne { message_id, .. }) = shown {
                    self.delete(Placed { chat, message: MessageId(message_id) }).await;
                }
                Err(Refused)
            }
            Err(error) => {
                if matches!(error, RequestError::Api(_) | RequestError::MigrateToChatId(_)) {
                    tracing::info!(%chat, error = kind(&error), "a group takes nothing for one alone; not trying for an hour");
                    let mut refused = refused();
                    if refused.len() >= MAX_REFUSED {
                        refused.clear();
                    }
                    refused.insert(chat, Instant::now());
                }
                Err(Refused)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_for_as_it_is_documented() {
        let body =
            serde_json::to_value(SendToOne::new(ChatId(-5), None, UserId(7), Some("17"), "<b>BUDI</b>")).unwrap();
        let expected = serde_json::json!({
            "chat_id": -5,
            "ephemeral_message_parameters": { "receiver_user_id": 7, "callback_query_id": "17" },
            "text": "<b>BUDI</b>",
            "parse_mode": "HTML",
        });
        assert_eq!(body, expected);
    }
}
