//! The fake Bot API held against a real teloxide `Bot`: it must be as strict as Telegram before it may judge.

mod faults;
mod judgement;
mod load;
mod markup;
mod menus;
mod polling;
mod presses;
mod sending;
mod updates;

use teloxide::{ApiError, Bot, RequestError, types::ChatId};

use crate::bot_api::{FakeTelegram, InChat};

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
