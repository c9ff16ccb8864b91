//! What stands under a message, as Telegram has it.

use teloxide::types::{
    ButtonRequest, CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton,
    KeyboardButtonRequestUsers, KeyboardMarkup, KeyboardRemove, ReplyMarkup, RequestId,
};

use crate::chat::{Button, Picker, Reply};

/// What stands under a reply: its buttons, else a button of the chat's own keyboard, else a field for the answer.
pub(super) fn markup(reply: &Reply) -> Option<ReplyMarkup> {
    match (inline(&reply.buttons), &reply.picker) {
        (Some(buttons), _) => Some(buttons.into()),
        (None, Some(Picker::Show(label))) => Some(picker(label).into()),
        (None, Some(_)) => Some(KeyboardRemove::new().into()),
        // For the one alone whose message this answers.
        (None, None) => reply.asks_reply.then(|| ForceReply::new().selective().into()),
    }
}

/// A keyboard whose one button picks up to ten people from Telegram's list.
fn picker(label: &str) -> KeyboardMarkup {
    let mut asked = KeyboardButtonRequestUsers::new(RequestId(1)).user_is_bot(false);
    (asked.max_quantity, asked.request_name) = (10, true);
    let button = KeyboardButton::new(label).request(ButtonRequest::RequestUsers(asked));
    KeyboardMarkup::new([[button]]).one_time_keyboard().resize_keyboard()
}

/// The buttons of a message, row by row; `None` where there are none.
pub(super) fn inline(buttons: &[Vec<Button>]) -> Option<InlineKeyboardMarkup> {
    let key = |button: &Button| match button {
        Button::Press { label, data } => InlineKeyboardButton::callback(label, data),
        Button::Copy { label, text } => {
            InlineKeyboardButton::copy_text_button(label, CopyTextButton { text: text.clone() })
        }
    };
    let rows: Vec<_> = buttons.iter().filter(|row| !row.is_empty()).map(|row| row.iter().map(key)).collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}
