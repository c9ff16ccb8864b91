//! What a message asks for, once it has been understood: from here on it is never text again.
//!
//! An intent is data, written down before it is carried out: no PIN, even where the message showed one, no rendered text,
//! no role and no price.

use serde::{Deserialize, Serialize};

use super::message::{Actor, PinIn, Place};
use crate::{
    inquiry::parse::{Check, Refusal},
    store::{Cursor, Seq},
    value::{Language, UserId},
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
        /// The page of the history to show; `None` for a button that this build does not know.
        turn: Option<Turn>,
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

/// A turn of the history's page, as a button carries it: `r:<` or `r:>`, the record's place, the button's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Turn {
    /// The page to show.
    pub to: Cursor,
    /// Who may press.
    pub owner: UserId,
}

impl Turn {
    /// Whether `actor` may press. A page that an anonymous administrator asked for is turned by any of the group: a press
    /// comes in a person's own name.
    pub(super) fn belongs_to(self, actor: &Actor) -> bool {
        self.owner == actor.user || self.owner == UserId::ANONYMOUS_ADMIN && Place::of(actor.chat) == Place::Group
    }

    /// The button's data: at most 45 bytes, of which Telegram allows 64.
    pub fn encode(self) -> String {
        let owner = self.owner;
        match self.to {
            Cursor::Newest => format!("r:0:0:{owner}"),
            Cursor::NewerThan(Seq(seq)) => format!("r:<:{seq}:{owner}"),
            Cursor::OlderThan(Seq(seq)) => format!("r:>:{seq}:{owner}"),
        }
    }

    /// Reads a button's data back; `None` when it is not one of these buttons.
    pub fn decode(data: &str) -> Option<Self> {
        let mut parts = data.strip_prefix("r:")?.splitn(3, ':');
        let (way, seq, owner) = (parts.next()?, parts.next()?, parts.next()?);
        let seq = Seq(seq.parse().ok()?);
        let to = match way {
            "0" => Cursor::Newest,
            "<" => Cursor::NewerThan(seq),
            ">" => Cursor::OlderThan(seq),
            _ => return None,
        };
        let turn = Self { to, owner: UserId(owner.parse().ok()?) };
        // `r:<:+1:1` and `r:<:01:1` are numbers too, but no button carries them.
        (turn.encode() == data).then_some(turn)
    }
}

impl From<Turn> for String {
    fn from(turn: Turn) -> Self {
        turn.encode()
    }
}

impl TryFrom<String> for Turn {
    type Error = &'static str;

    fn try_from(data: String) -> Result<Self, Self::Error> {
        Self::decode(&data).ok_or("not the data of a button")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{access::Role, chat::properties, value::ChatId};

    proptest! {
        #[test]
        fn a_turn_reads_back_and_fits_a_button(seq: u64, owner: u64, older: bool) {
            let to = if older { Cursor::OlderThan(Seq(seq)) } else { Cursor::NewerThan(Seq(seq)) };
            let turn = Turn { to, owner: UserId(owner) };
            let data = turn.encode();
            prop_assert_eq!(Turn::decode(&data), Some(turn));
            properties::press(&data);
        }

        #[test]
        fn only_what_a_button_carries_is_read(data in "r:[0<>]:[0-9+]{1,3}:[0-9+]{1,3}", other in ".*") {
            properties::press(&data);
            properties::press(&other);
        }
    }

    #[test]
    fn an_anonymous_administrators_page_is_turned_by_any_of_the_group() {
        let actor = |chat, user| Actor { chat: ChatId(chat), user: UserId(user), role: Role::Agent };
        let turn = |owner| Turn { to: Cursor::Newest, owner };
        assert!(turn(UserId::ANONYMOUS_ADMIN).belongs_to(&actor(-5, 7)));
        assert!(!turn(UserId::ANONYMOUS_ADMIN).belongs_to(&actor(7, 7)));
        assert!(turn(UserId(7)).belongs_to(&actor(-5, 7)));
        assert!(!turn(UserId(8)).belongs_to(&actor(-5, 7)));
    }

    #[test]
    fn other_data_is_no_turn() {
        for data in [
            "",
            "r:",
            "r:<:1",
            "r:?:1:1",
            "r:<:-1:1",
            "r:<:+1:1",
            "r:>:1:007",
            "r:0:5:1",
            "r:<:1:1:1",
            "r:<:99999999999999999999:1",
        ] {
            assert_eq!(Turn::decode(data), None, "{data}");
        }
    }
}
