//! What a message asks for, once it has been understood: from here on it is never text again.
//!
//! An intent is data, written down before it is carried out: no PIN, even where the message showed one, no rendered text,
//! no role and no price.

use serde::{Deserialize, Serialize};

use super::{button::Press, message::PinIn};
use crate::{
    inquiry::parse::{Check, Refusal},
    value::Language,
};

/// Something that the bot can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// A check.
    Check {
        /// What to check.
        check: Check,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// A line that was meant as a check and is none.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// A command that the bot does not know.
    UnknownCommand {
        /// Where a PIN was shown, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pin: Option<PinIn>,
    },
    /// Who the bot is.
    Start,
    /// How to use it.
    Help,
    /// How to ask, for a text that asks for nothing.
    Hint,
    /// The ids of the user and the chat.
    Id,
    /// The products, or those that match a word.
    Products {
        /// The word; empty for all.
        word: String,
    },
    /// The newest page of the chat's history.
    History,
    /// A pressed button.
    Press {
        /// What it asks for; `None` for a button that this build does not know.
        press: Option<Press>,
    },
    /// How the providers did lately.
    Outages,
    /// To cancel the sender's checks that wait in this chat.
    Cancel,
    /// Another language for the chat.
    Language {
        /// Which.
        language: Language,
    },
    /// `/bahasa` without a language.
    LanguageUsage,
}

impl Intent {
    /// Where a PIN was shown, if one was.
    pub fn pin(&self) -> Option<PinIn> {
        match self {
            Self::Check { pin, .. } | Self::Refused { pin, .. } | Self::UnknownCommand { pin } => *pin,
            _ => None,
        }
    }
}
