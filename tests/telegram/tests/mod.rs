//! The fake Bot API held against a real teloxide `Bot` and a plain HTTP client: it must be as strict as Telegram before
//! it may judge.

mod contents;
mod faults;
mod finishing;
mod floods;
mod load;
mod markup;
mod menus;
mod polling;
mod presses;
mod sending;
mod updates;
mod webhooks;

use serde_json::Value;
use teloxide::{ApiError, Bot, RequestError, types::ChatId};

use crate::telegram::{FakeTelegram, InChat};

/// A teloxide bot that talks to the fake.
fn bot_of(telegram: &FakeTelegram) -> Bot {
    bot_with(telegram.token(), telegram)
}

/// One with this token.
fn bot_with(token: &str, telegram: &FakeTelegram) -> Bot {
    let client = teloxide::net::default_reqwest_settings().no_proxy().build().unwrap();
    Bot::with_client(token, client).set_api_url(telegram.url().parse().unwrap())
}

fn id(place: &impl InChat) -> ChatId {
    ChatId(place.chat_id())
}

/// The words with which a call was refused.
fn refusal<T: std::fmt::Debug>(result: Result<T, RequestError>) -> String {
    match result.unwrap_err() {
        RequestError::Api(ApiError::Unknown(words)) => words,
        RequestError::Api(known) => known.to_string(),
        other => panic!("not a refusal: {other:?}"),
    }
}

/// A plain HTTP client of the Bot API.
struct Caller {
    client: reqwest::Client,
    url: String,
}

impl Caller {
    fn of(telegram: &FakeTelegram) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, url: format!("{}/bot{}", telegram.url(), telegram.token()) }
    }

    /// Calls a method; the HTTP status and the answer, which is null when it is no JSON.
    async fn call(&self, method: &str, parameters: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/{method}", self.url)).header("content-type", "application/json");
        let answer = request.body(parameters.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }
}
