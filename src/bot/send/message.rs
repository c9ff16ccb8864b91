//! What is sent: a part of a reply as the payload of a call, with its buttons.

use serde::Serialize;
use teloxide::{
    payloads::{EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters},
    requests::Payload,
    types::{MessageId, ParseMode, ReplyParameters, ThreadId},
};

use crate::{
    chat::Button,
    jobs::{Destination, Placed},
    locale::Html,
    value::ChatId,
};

/// The longest text of a message, in UTF-16 code units (Bot API, `sendMessage`: "1-4096 characters").
pub(super) const MAX_MESSAGE_LEN: usize = 4096;

/// A payload of teloxide's with a keyboard of our own, which may hold what teloxide does not know yet.
#[derive(Serialize)]
pub(super) struct WithKeyboard<P> {
    #[serde(flatten)]
    payload: P,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_markup: Option<Keyboard>,
}

impl<P: Payload> Payload for WithKeyboard<P> {
    type Output = P::Output;
    const NAME: &'static str = P::NAME;
}

/// `InlineKeyboardMarkup`: rows of buttons.
#[derive(Serialize)]
struct Keyboard {
    inline_keyboard: Vec<Vec<Key>>,
}

/// `InlineKeyboardButton`.
#[derive(Serialize)]
struct Key {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_text: Option<CopyText>,
}

/// `CopyTextButton`.
#[derive(Serialize)]
struct CopyText {
    text: String,
}

impl Keyboard {
    /// The buttons, row by row; `None` where there are none.
    fn of(buttons: &[Vec<Button>]) -> Option<Self> {
        let key = |button: &Button| match button.clone() {
            Button::Press { label, data } => Key { text: label, callback_data: Some(data), copy_text: None },
            Button::Copy { label, text } => {
                Key { text: label, callback_data: None, copy_text: Some(CopyText { text }) }
            }
        };
        let rows = buttons.iter().filter(|row| !row.is_empty());
        let inline_keyboard: Vec<Vec<Key>> = rows.map(|row| row.iter().map(key).collect()).collect();
        (!inline_keyboard.is_empty()).then_some(Self { inline_keyboard })
    }
}

/// A message to `to`; `is_plain` where Telegram did not take its markup.
pub(super) fn message(
    to: Destination,
    text: &Html,
    is_plain: bool,
    buttons: &[Vec<Button>],
) -> WithKeyboard<SendMessage> {
    let mut payload = match is_plain {
        true => SendMessage::new(telegram_id(to.chat), text.plain()),
        false => SendMessage::new(telegram_id(to.chat), text.as_str()).parse_mode(ParseMode::Html),
    };
    if let Some(topic) = to.topic {
        payload = payload.message_thread_id(topic_id(topic));
    }
    if let Some(message) = to.message {
        let message = ReplyParameters::new(MessageId(message.0));
        payload = payload.reply_parameters(message.allow_sending_without_reply());
    }
    WithKeyboard { payload, reply_markup: Keyboard::of(buttons) }
}

/// What takes the place of a message; `is_plain` where Telegram did not take its markup.
pub(super) fn edit(at: Placed, text: &Html, is_plain: bool, buttons: &[Vec<Button>]) -> WithKeyboard<EditMessageText> {
    let (chat, message) = (telegram_id(at.chat), MessageId(at.message.0));
    let payload = match is_plain {
        true => EditMessageText::new(chat, message, text.plain()),
        false => EditMessageText::new(chat, message, text.as_str()).parse_mode(ParseMode::Html),
    };
    WithKeyboard { payload, reply_markup: Keyboard::of(buttons) }
}

/// A chat's id as teloxide has it.
pub(super) fn telegram_id(chat: ChatId) -> teloxide::types::ChatId {
    teloxide::types::ChatId(chat.0)
}

/// A topic's id as teloxide has it.
pub(super) fn topic_id(topic: i32) -> ThreadId {
    ThreadId(MessageId(topic))
}
