//! What the bot reads of Telegram's answers: the few fields that it uses (Bot API, `Update`, `Message`).
//!
//! teloxide's own types read every field that there is, and refuse an answer over one that they do not know: a message
//! that Telegram has taken would then be sent again, and again. Reading them is also a good part of the work of a check.
//! So teloxide makes the calls, and this is what it reads.

use std::marker::PhantomData;
use std::time::Duration;

use futures_util::{FutureExt, future::BoxFuture};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use teloxide::{
    RequestError,
    requests::{JsonRequest, Payload},
};

/// One call of the Bot API, under way.
pub(super) type Calling<T> = BoxFuture<'static, Result<T, RequestError>>;

/// Calls the method that `payload` stands for, and reads a `T` of what it gives.
pub(super) fn call<P, T>(telegram: &teloxide::Bot, payload: P) -> Calling<T>
where
    P: Payload + Serialize + Send + Sync + 'static,
    T: DeserializeOwned + Send + Sync + 'static,
{
    JsonRequest::new(telegram.clone(), Reading { payload, as_what: PhantomData::<T> }).into_future().boxed()
}

/// A payload whose answer is read as a `T`.
#[derive(Serialize)]
#[serde(transparent)]
struct Reading<P, T> {
    payload: P,
    #[serde(skip)]
    as_what: PhantomData<T>,
}

impl<P: Payload, T> Payload for Reading<P, T> {
    type Output = T;

    const NAME: &'static str = P::NAME;

    fn timeout_hint(&self) -> Option<Duration> {
        self.payload.timeout_hint()
    }
}

/// `Update`: one of the two kinds that are asked for, or another.
#[derive(Deserialize)]
pub(super) struct Update {
    pub(super) update_id: u32,
    pub(super) message: Option<Readable<Message>>,
    pub(super) callback_query: Option<Readable<CallbackQuery>>,
}

/// What could be read, or not: one update that is not as expected must not cost its batch.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Readable<T> {
    Read(T),
    Unreadable(IgnoredAny),
}

/// `Message`.
#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) message_id: i32,
    /// Seconds since 1970.
    pub(super) date: i64,
    pub(super) chat: Chat,
    pub(super) from: Option<User>,
    /// In whose name it was written, if not in the writer's own.
    pub(super) sender_chat: Option<IgnoredAny>,
    pub(super) text: Option<String>,
    pub(super) caption: Option<String>,
    pub(super) message_thread_id: Option<i32>,
    #[serde(default)]
    pub(super) is_topic_message: bool,
    pub(super) reply_to_message: Option<Box<Message>>,
    pub(super) migrate_to_chat_id: Option<i64>,
    pub(super) migrate_from_chat_id: Option<i64>,
}

/// `Chat`.
#[derive(Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// `User`.
#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) is_bot: bool,
    pub(super) username: Option<String>,
}

/// `CallbackQuery`: a press of a button.
#[derive(Deserialize)]
pub(super) struct CallbackQuery {
    pub(super) id: String,
    pub(super) from: User,
    pub(super) message: Option<Pressed>,
    pub(super) data: Option<String>,
}

/// The message under which a button stands, old ones (`InaccessibleMessage`) too.
#[derive(Deserialize)]
pub(super) struct Pressed {
    pub(super) message_id: i32,
    pub(super) chat: Chat,
}

/// What is needed of a message that Telegram has taken.
#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) message_id: i32,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: DeserializeOwned>(json: Value) -> T {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_is_new_at_telegram_is_passed_over() {
        let chat = json!({ "id": -5, "type": "a kind of tomorrow", "title": 17 });
        let message = json!({ "message_id": 7, "date": 1, "chat": chat, "text": "/cek", "poll": { "new": true } });
        let update: Update = read(json!({ "mood": "fine", "update_id": 3, "message": message }));
        assert_eq!(update.update_id, 3);
        assert!(matches!(update.message, Some(Readable::Read(Message { text: Some(text), .. })) if text == "/cek"));
        let sent: Sent = read(json!({ "message_id": 8, "chat": "elsewhere", "reply_to_message": [] }));
        assert_eq!(sent.message_id, 8);
    }

    #[test]
    fn one_update_that_cannot_be_read_does_not_cost_the_others() {
        let broken = json!({ "update_id": 1, "message": { "message_id": "seven" } });
        let other = json!({ "update_id": 2, "edited_message": {} });
        let updates: Vec<Update> = read(json!([broken, other]));
        assert!(matches!(updates[0].message, Some(Readable::Unreadable(_))));
        assert!(updates[1].message.is_none() && updates[1].callback_query.is_none());
    }
}
