//! Our own ids, so that a chat is never taken for a user, and the language of a chat.

use derive_more::Display;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A chat, as Telegram numbers it: positive in private, negative for groups.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChatId(pub i64);

/// A person (or an anonymous administrator's stand-in), as Telegram numbers them.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId(pub u64);

/// An update, as Telegram numbers them (Bot API, `Update.update_id`). Usually ascending; after a week of silence it may
/// begin anew anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UpdateId(pub u64);

/// A message of a chat, as Telegram numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub i32);

impl ChatId {
    /// Whether this is a group's: a person's private chat has a positive id (Bot API, `Chat.id`).
    pub fn is_group(self) -> bool {
        self.0 < 0
    }
}

impl UserId {
    /// `GroupAnonymousBot`, in whose name administrators write that hide who they are (Bot API, `Message.sender_chat`).
    pub const ANONYMOUS_ADMIN: Self = Self(1_087_968_824);

    /// `Channel_Bot`, in whose name people write that write as a channel.
    pub const CHANNEL: Self = Self(136_817_688);

    /// Telegram itself, as with the posts of a linked channel.
    pub const TELEGRAM: Self = Self(777_000);

    /// Whether this is no person but stands for some.
    pub fn is_stand_in(self) -> bool {
        [Self::ANONYMOUS_ADMIN, Self::CHANNEL, Self::TELEGRAM].contains(&self)
    }
}

/// `partner_reference_id` of one request to the partner API: a UUID v4, never used twice.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash)]
pub struct Reference(Uuid);

impl Reference {
    /// A fresh random reference.
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }

    /// That of no request: zeros.
    pub fn none() -> Self {
        Self(Uuid::nil())
    }

    /// Reads one back from a record.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The first eight hexadecimal digits: enough for an agent to name a check to support.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// The language in which a chat is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Bahasa Indonesia, the language of record.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    /// Every language there is, the language of record first.
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// The ISO 639-1 code: what `/bahasa` takes and the store keeps.
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// The language of an ISO 639-1 code, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_what_it_prints() {
        let reference = Reference::fresh();
        assert_eq!(Reference::parse(&reference.to_string()), Some(reference));
        assert_eq!(reference.short().len(), 8);
        assert_eq!(Reference::parse("42323-42234"), None);
    }

    #[test]
    fn languages_are_found_by_code_in_any_case() {
        assert_eq!(Language::from_code("EN"), Some(Language::En));
        assert_eq!(Language::from_code("jv"), None);
    }
}
