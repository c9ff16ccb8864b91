//! What a message asks for, once it has been understood: from here on it is never text again.
//!
//! Understanding is apart from carrying out, so that what was accepted can be written down before it is begun. An intent is
//! data: no PIN, even where the message showed one, no rendered text, no role and no price.

use serde::{Deserialize, Serialize};

use super::{
    Actor, Conversation,
    message::{Command, Line, Message, PinIn, Place},
    quoted::{self, has_digits},
};
use crate::{
    catalog::Catalog,
    inquiry::parse::{Check, Parsed, Refusal, parse},
    store::{Cursor, Seq},
    value::{Language, UserId},
};

/// More digits than these are in no product's code or name: they hold a customer's number.
const MAX_CODE_DIGITS: usize = 9;

/// The longest word that products are searched by, in characters.
const MAX_SEARCH_LEN: usize = 30;

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

impl Conversation {
    /// Understands a message of someone who may check. `None` where silence is the answer.
    pub fn understand(&self, message: &Message) -> Option<Intent> {
        match (&message.line, Place::of(message.chat)) {
            (Line::ForAnotherBot, _) | (Line::UnknownCommand { named: false, .. }, Place::Group) => None,
            (Line::Command(command, args), _) => Some(self.command(message, *command, args)),
            (Line::UnknownCommand { text, .. }, _) => Some(self.unknown_command(text)),
            (Line::Text { text, mentioned }, place) => self.text(message, place, text, *mentioned),
        }
    }

    fn command(&self, message: &Message, command: Command, args: &str) -> Intent {
        match command {
            Command::Start => Intent::Start,
            Command::Help => Intent::Help,
            Command::Check => self.check_of(message, args),
            Command::Products => Intent::Products { word: searched(args, &self.catalog) },
            Command::History => Intent::History,
            Command::Outages => Intent::Outages,
            Command::Cancel => Intent::Cancel,
            Command::Language => match Language::from_code(args) {
                Some(language) => Intent::Language { language },
                None => Intent::LanguageUsage,
            },
            Command::Id => Intent::Id,
        }
    }

    /// `/PLN20 01105691111`: what is no command may hold a check all the same, or a PIN.
    fn unknown_command(&self, text: &str) -> Intent {
        let Parsed { request, pin_seen, .. } = parse(text, &self.catalog);
        let refusal = request.map_or_else(|refusal| refusal, |request| Refusal::Words(request.check()));
        let pin = pin_seen.then_some(PinIn::Message);
        match &refusal {
            Refusal::Words(_) => Intent::Refused { refusal, pin },
            Refusal::UnknownCode { lines, .. } if !lines.is_empty() => Intent::Refused { refusal, pin },
            _ => Intent::UnknownCommand { pin },
        }
    }

    /// Text that is no command: a check in private; in a group only when it is meant for the bot and looks like one.
    fn text(&self, message: &Message, place: Place, text: &str, mentioned: bool) -> Option<Intent> {
        let addressed = mentioned || message.replies_to_bot;
        match place {
            Place::Group if !addressed => None,
            Place::Group if !mentioned && self.is_small_talk(text) => None,
            _ if !has_digits(text) && (quoted::source(message).is_none() || self.thanks_the_bot(message, text)) => {
                Some(Intent::Hint)
            }
            _ => Some(self.check_of(message, text)),
        }
    }

    /// `makasih`, `oke jam 5`: what is said to the bot, asks it for nothing and shows no PIN.
    fn is_small_talk(&self, text: &str) -> bool {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits == 0 || digits < quoted::SHORTEST_NUMBER && self.begins_with_no_code(text)
    }

    /// The number in a message of the bot's own is not asked about in other words than a code.
    fn thanks_the_bot(&self, message: &Message, text: &str) -> bool {
        message.replies_to_bot && self.begins_with_no_code(text)
    }

    fn begins_with_no_code(&self, text: &str) -> bool {
        let Parsed { request, pin_seen, .. } = parse(text, &self.catalog);
        !pin_seen && matches!(request, Err(Refusal::UnknownCode { nearest, .. }) if nearest.is_empty())
    }

    fn check_of(&self, message: &Message, typed: &str) -> Intent {
        let (Parsed { request, pin_seen, .. }, source) = quoted::read(typed, quoted::source(message), &self.catalog);
        let pin = pin_seen.then_some(source);
        match request {
            Ok(request) => Intent::Check { check: request.check(), pin },
            Err(refusal) => Intent::Refused { refusal, pin },
        }
    }
}

/// The word that products are searched by. It is shown and kept, so where a line to check was written, or what may be a
/// PIN, it is the first word alone, and nothing when that may be a PIN itself.
fn searched(args: &str, catalog: &Catalog) -> String {
    let is_line = args.chars().filter(char::is_ascii_digit).count() > MAX_CODE_DIGITS;
    let word = if is_line || may_hold_pin(args) || parse(args, catalog).pin_seen {
        let first = args.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if may_hold_pin(first) { "" } else { first }
    } else {
        args
    };
    word.chars().take(MAX_SEARCH_LEN).collect()
}

/// Whether digits stand in a text that may be a PIN: 4 to 8 of them, and not round as in `MAX5000`.
fn may_hold_pin(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.any(|run| (4..=8).contains(&run.len()) && !run.ends_with("00"))
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
