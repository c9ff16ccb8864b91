//! What a chat has chosen about its customers' data.

use serde::{Deserialize, Serialize};

/// How the customers' names are shown in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamesShown {
    /// Whole.
    #[default]
    Whole,
    /// So far that one who knows the customer knows them again.
    Masked,
    /// Whole to the one who asked alone, where Telegram can do that; else masked. For groups.
    Asker,
}

/// What a chat has chosen about its customers' data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatOptions {
    /// How names are shown.
    #[serde(rename = "n", default)]
    pub names: NamesShown,
    /// How many days its checks are kept; `None`: as long as the operator keeps all. Never longer than that.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<u32>,
    /// Whether each sees their own checks alone.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub own_only: bool,
}

impl ChatOptions {
    /// What is chosen where the choice cannot be read: it shows as little as a chat can choose.
    pub const STRICTEST: Self = Self { names: NamesShown::Masked, keep_days: None, own_only: true };

    /// How many days the chat's checks are kept where the operator keeps them for `most`; 0: for ever.
    pub fn days(&self, most: u32) -> u32 {
        match (self.keep_days, most) {
            (None | Some(0), most) => most,
            (Some(days), 0) => days,
            (Some(days), most) => days.min(most),
        }
    }
}
