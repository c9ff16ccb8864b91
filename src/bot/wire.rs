//! The calls of the Bot API that a check hangs on, and the few fields that the bot reads of Telegram's answers (Bot API,
//! `Update`, `Message`).
//!
//! These calls take teloxide's payloads, HTTP client and errors, and nothing else of it:
//!
//! - teloxide's types read every field that there is, and refuse a whole answer over one that they do not know. A message
//!   that Telegram has taken would then be sent again, and again.
//! - Reading all those fields, and putting the address together anew for each call, is a good part of a check's work.
//! - After a 5xx teloxide sleeps for 10 s. The bot has pauses of its own.
//! - teloxide knows a refused token by the words of the error, and not by its code (`getMe`).
//!
//! Rarer calls (the command menu, "typing", a press, a webhook) are made through teloxide.

use std::{marker::PhantomData, sync::Arc};

use chrono::{DateTime, Utc};
use reqwest::{
    Response, Url,
    header::{CONTENT_TYPE, DATE, HeaderValue},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error, IgnoredAny},
};
use serde_json::value::RawValue;
use teloxide::{
    ApiError, RequestError,
    requests::Payload,
    types::{ChatId, Seconds},
};

/// The longest answer that is read, in bytes. A batch of 100 updates, the longest messages that there are with what they
/// reply to, every character escaped, is some 10 MiB; a batch beyond this would never be got past.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// How long it pauses that is told to, and not for how long, in seconds. Telegram itself always says; what stands between
/// may not.
const USUAL_PAUSE: u32 = 5;

/// How Telegram begins to tell of a fault of its own; a gateway before it may have other words.
pub(super) const SERVERS_FAULT: &str = "Internal Server Error";

/// A method of the Bot API at its address. It takes a `P` and gives what can be read as a `T`.
pub(super) struct Method<P, T> {
    client: reqwest::Client,
    /// It holds the token.
    url: Url,
    types: PhantomData<fn(P) -> T>,
}

impl<P: Payload + Serialize, T: DeserializeOwned> Method<P, T> {
    /// The method that a `P` stands for, called as `telegram` would call it.
    pub(super) fn of(telegram: &teloxide::Bot) -> Self {
        let mut url = telegram.api_url();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&format!("bot{}", telegram.token())).push(P::NAME);
        }
        Self { client: telegram.client().clone(), url, types: PhantomData }
    }

    /// Calls it.
    ///
    /// # Errors
    /// What Telegram refused, or why it could not be asked; the token is in neither.
    pub(super) async fn call(&self, payload: P) -> Result<T, RequestError> {
        Ok(self.call_dated(payload).await?.0)
    }

    /// The same, with the moment of the answer by Telegram's clock, where it says so.
    ///
    /// # Errors
    /// As of [`Method::call`].
    pub(super) async fn call_dated(&self, payload: P) -> Result<(T, Option<DateTime<Utc>>), RequestError> {
        let body = serde_json::to_vec(&payload).map_err(no_json)?;
        let json = HeaderValue::from_static("application/json");
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, json).body(body);
        // teloxide takes the token out of an error as it takes the error over.
        let response = request.send().await?;
        let date = date_of(&response);
        let answer = read(response).await?;
        let result = serde_json::from_str::<Answer<T>>(&text_of(answer)).map_err(no_json)?.into_result()?;
        Ok((result, date))
    }
}

fn date_of(response: &Response) -> Option<DateTime<Utc>> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Reads an answer whole, if it is not too long; the client's time-out ends one that only drips.
async fn read(mut response: Response) -> Result<Vec<u8>, RequestError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(no_json(serde_json::Error::custom("the answer is too long")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A byte that is no text must not cost a whole batch, again and again.
fn text_of(answer: Vec<u8>) -> String {
    String::from_utf8(answer).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What every method answers (Bot API, "Making requests").
#[derive(Deserialize)]
struct Answer<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<ApiError>,
    parameters: Option<Parameters>,
}

/// `ResponseParameters`: teloxide's own reads no other than these two.
#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

impl<T> Answer<T> {
    fn into_result(self) -> Result<T, RequestError> {
        if let Self { ok: true, result: Some(result), .. } = self {
            return Ok(result);
        }
        let Parameters { retry_after, migrate_to_chat_id } = self.parameters.unwrap_or_default();
        Err(match (retry_after, migrate_to_chat_id, self.error_code, self.description) {
            (Some(pause), ..) => RequestError::RetryAfter(Seconds::from_seconds(pause)),
            (_, Some(new), ..) => RequestError::MigrateToChatId(ChatId(new)),
            (.., Some(429), _) => RequestError::RetryAfter(Seconds::from_seconds(USUAL_PAUSE)),
            // Whatever the words: of some of a token's ends teloxide knows none ("Unauthorized: invalid token specified").
            (.., Some(401), Some(_)) => RequestError::Api(ApiError::InvalidToken),
            (.., Some(500..), Some(_)) => RequestError::Api(ApiError::Unknown(SERVERS_FAULT.to_owned())),
            (.., Some(error)) => RequestError::Api(error),
            _ => no_json(serde_json::Error::custom("neither a result nor an error")),
        })
    }
}

/// The error of a text that is not as expected. What it says may be personal, so the error does not have it.
fn no_json(error: serde_json::Error) -> RequestError {
    RequestError::InvalidJson { source: Arc::new(error), raw: Box::default() }
}

/// `Update`: one of the two kinds that are asked for, or another.
#[derive(Deserialize)]
pub(super) struct Update {
    pub(super) update_id: u32,
    pub(super) message: Option<Readable<Message>>,
    pub(super) callback_query: Option<Readable<CallbackQuery>>,
}

/// What could be read, or not: one update that is not as expected must not cost its batch.
pub(super) enum Readable<T> {
    Read(T),
    Unreadable,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(from)?.get();
        Ok(serde_json::from_str(text).map_or(Self::Unreadable, Self::Read))
    }
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

/// What is needed of the bot's own `User`.
#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) username: String,
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
    use teloxide::payloads::GetMe;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::{
        super::{Account, connect},
        *,
    };

    fn read<T: DeserializeOwned>(json: &Value) -> T {
        serde_json::from_str(&json.to_string()).unwrap()
    }

    fn answered(json: &Value) -> Result<Sent, RequestError> {
        read::<Answer<Sent>>(json).into_result()
    }

    #[test]
    fn what_is_new_at_telegram_is_passed_over() {
        let chat = json!({ "id": -5, "type": "a kind of tomorrow", "title": 17 });
        let message = json!({ "message_id": 7, "date": 1, "chat": chat, "text": "/cek", "poll": { "new": true } });
        let update: Update = read(&json!({ "mood": "fine", "update_id": 3, "message": message }));
        assert_eq!(update.update_id, 3);
        assert!(matches!(update.message, Some(Readable::Read(Message { text: Some(text), .. })) if text == "/cek"));
        let sent = json!({ "message_id": 8, "chat": "elsewhere", "reply_to_message": [] });
        assert_eq!(answered(&json!({ "ok": true, "result": sent, "mood": "fine" })).unwrap().message_id, 8);
    }

    #[test]
    fn one_update_that_cannot_be_read_does_not_cost_the_others() {
        let broken = json!({ "update_id": 1, "message": { "message_id": "seven" } });
        let other = json!({ "update_id": 2, "edited_message": {} });
        let updates: Vec<Update> = read(&json!([broken, other]));
        assert!(matches!(updates[0].message, Some(Readable::Unreadable)));
        assert!(updates[1].message.is_none() && updates[1].callback_query.is_none());
    }

    #[test]
    fn a_refusal_is_told_apart_by_what_telegram_wants() {
        let refused = |description: &str, parameters: Value| {
            let answer =
                json!({ "ok": false, "error_code": 400, "description": description, "parameters": parameters });
            answered(&answer).err().unwrap()
        };
        let pause = refused("Too Many Requests: retry after 3", json!({ "retry_after": 3 }));
        assert!(matches!(pause, RequestError::RetryAfter(seconds) if seconds == Seconds::from_seconds(3)));
        let moved = refused("Bad Request: group chat was upgraded", json!({ "migrate_to_chat_id": -7 }));
        assert!(matches!(moved, RequestError::MigrateToChatId(ChatId(-7))));
        for (code, description) in [(401, "Unauthorized: invalid token specified"), (401, "Unauthorized")] {
            let answer = json!({ "ok": false, "error_code": code, "description": description });
            assert!(matches!(answered(&answer), Err(RequestError::Api(ApiError::InvalidToken))), "{description}");
        }
        let unsaid = answered(&json!({ "ok": false, "error_code": 429, "description": "Too Many Requests" }));
        assert!(matches!(unsaid, Err(RequestError::RetryAfter(_))), "it does not say for how long");
        let fault = json!({ "ok": false, "error_code": 502, "description": "upstream says no" });
        assert!(matches!(answered(&fault), Err(RequestError::Api(ApiError::Unknown(text))) if text == SERVERS_FAULT));
        let blocked = refused("Forbidden: bot was blocked by the user", Value::Null);
        assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)));
        let new = refused("Bad Request: not today", json!({ "mood": "grim" }));
        assert!(matches!(new, RequestError::Api(ApiError::Unknown(text)) if text == "Bad Request: not today"));
    }

    #[test]
    fn an_answer_without_result_or_error_is_no_answer() {
        for answer in
            [json!({ "ok": true }), json!({ "ok": false }), json!({ "ok": false, "result": { "message_id": 8 } })]
        {
            assert!(matches!(answered(&answer), Err(RequestError::InvalidJson { .. })), "{answer}");
        }
    }

    /// What comes of a call that is answered with `first`, and then with `rest` as often as the caller takes it.
    async fn called<T: DeserializeOwned>(first: &'static [u8], rest: &'static [u8]) -> Result<T, RequestError> {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", server.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let (mut caller, _) = server.accept().await.unwrap();
            assert!(caller.read(&mut [0; 1024]).await.unwrap() > 0);
            caller.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            caller.write_all(first).await.unwrap();
            while !rest.is_empty() && caller.write_all(rest).await.is_ok() {}
        });
        let account = Account { token: "1:a".into(), api_url: Some(url) };
        Method::of(&connect(&account).unwrap()).call(GetMe::new()).await
    }

    #[tokio::test]
    async fn an_answer_without_end_is_given_up() {
        assert!(matches!(called::<IgnoredAny>(b"", &[b' '; 65536]).await, Err(RequestError::InvalidJson { .. })));
    }

    #[tokio::test]
    async fn a_byte_that_is_no_text_does_not_cost_the_batch() {
        let answer = b"{\"ok\":true,\"result\":[{\"update_id\":1,\"message\":{\"text\":\"\xff\"}},{\"update_id\":2}]}";
        let updates: Vec<Update> = called(answer, b"").await.unwrap();
        assert_eq!(updates.iter().map(|update| update.update_id).collect::<Vec<_>>(), [1, 2]);
    }
}
