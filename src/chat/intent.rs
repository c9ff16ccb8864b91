//! What a message asks for, once it has been read: from here on it is never text again.
//!
//! Reading is apart from carrying out, so that the bot can write down what it has accepted before it begins: an intent
//! holds no PIN, even where the message showed one.

use super::{
    Talk,
    command::{self, Command, Line},
    quoted::{self, has_digits},
    refusal,
    reply::{Ask, Leak, Place, Role},
};
use crate::{
    catalog::Catalog,
    inquiry::parse::{Error, Parsed, Request, parse},
    locale::{Html, Words},
    say,
    value::Language,
};

/// More digits than these are in no product's code or name: they hold a customer's number.
const MOST_DIGITS: usize = 9;

/// Something that the bot can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Nothing that takes work: the answer is known already.
    Answer {
        /// What to say.
        text: Html,
        /// Where a PIN was shown, if one was.
        leak: Option<Leak>,
    },
    /// A check.
    Check {
        /// What to check.
        request: Request,
        /// Where a PIN was shown, if one was.
        leak: Option<Leak>,
    },
    /// The products, or those that match a word.
    Products {
        /// The word; empty for all.
        word: String,
        /// With buying prices.
        for_owner: bool,
    },
    /// The newest page of the chat's history.
    History,
    /// How the providers did lately.
    Outages,
    /// To stop asking for the sender's checks that wait in this chat.
    Cancel,
    /// Another language for the chat.
    Language(Language),
}

impl Talk {
    /// Reads a message, where `bot` is the bot's user name without the `@`. `None` where silence is the answer.
    pub async fn understand(&self, ask: &Ask, bot: &str) -> Option<Intent> {
        let line = command::read(&ask.text, bot);
        let words = self.words(ask.chat).await;
        match (line, ask.role, ask.place) {
            (Line::ForAnother, ..) => None,
            (Line::Command(Command::Id, _), ..) => {
                Some(answer(say!(words, "id-shown", user = ask.user, chat = ask.chat)))
            }
            (line, Role::Stranger, Place::Private) => {
                let asks_for_it = matches!(line, Line::Command(Command::Start, _));
                let is_told = self.strangers.is_news_to(ask.user) || asks_for_it;
                is_told.then(|| answer(say!(words, "stranger", user = ask.user)))
            }
            (_, Role::Stranger, Place::Group) => None,
            (Line::Command(command, args), ..) => {
                let without = command::without_mention(args, bot);
                Some(self.command(words, ask, command, without.as_deref().unwrap_or(args)))
            }
            (Line::UnknownCommand { named }, _, place) if named || place == Place::Private => {
                Some(self.unknown_command(words, &ask.text))
            }
            (Line::UnknownCommand { .. }, ..) => None,
            (Line::Text(text), ..) => self.text(words, ask, text, bot),
        }
    }

    fn command(&self, words: Words<'_>, ask: &Ask, command: Command, args: &str) -> Intent {
        match command {
            Command::Start => answer(say!(words, "start")),
            Command::Help => answer(help(words, ask.place)),
            Command::Check => self.check_of(words, ask, args),
            Command::Products => Intent::Products {
                word: searched(args, &self.catalog),
                for_owner: ask.role == Role::Owner && ask.place == Place::Private,
            },
            Command::History => Intent::History,
            Command::Outages => Intent::Outages,
            Command::Cancel => Intent::Cancel,
            Command::Language => match Language::from_code(args) {
                Some(language) => Intent::Language(language),
                None => answer(say!(words, "language-usage")),
            },
            Command::Id => answer(say!(words, "id-shown", user = ask.user, chat = ask.chat)),
        }
    }

    /// `/PLN20 01105691111`: what is no command may hold a check all the same, or a PIN.
    fn unknown_command(&self, words: Words<'_>, text: &str) -> Intent {
        let Parsed { request, pin_seen } = parse(text, &self.catalog);
        let error = request.map_or_else(|error| error, Error::Words);
        let text = match &error {
            Error::Words(_) => refusal(words, &error),
            Error::UnknownCode { lines, .. } if !lines.is_empty() => refusal(words, &error),
            _ => say!(words, "unknown-command"),
        };
        Intent::Answer { text, leak: pin_seen.then_some(Leak::Question) }
    }

    /// Text that is no command: a check in private; in a group only when it is meant for the bot and looks like one.
    fn text(&self, words: Words<'_>, ask: &Ask, text: &str, bot: &str) -> Option<Intent> {
        let mentioned = command::without_mention(text, bot);
        let addressed = mentioned.is_some() || ask.replies_to_bot;
        let text = mentioned.as_deref().unwrap_or(text);
        match ask.place {
            Place::Group if !addressed => None,
            Place::Group if mentioned.is_none() && self.is_small_talk(text) => None,
            _ if !has_digits(text) && (quoted::source(ask).is_none() || self.thanks_the_bot(ask, text)) => {
                Some(answer(say!(words, "hint")))
            }
            _ => Some(self.check_of(words, ask, text)),
        }
    }

    /// `makasih`, `oke jam 5`: what is said to the bot, asks it for nothing and shows no PIN.
    fn is_small_talk(&self, text: &str) -> bool {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits == 0 || digits < quoted::SHORTEST_NUMBER && self.begins_with_no_code(text)
    }

    /// The number in a message of the bot's own is not asked about in other words than a code.
    fn thanks_the_bot(&self, ask: &Ask, text: &str) -> bool {
        ask.replies_to_bot && self.begins_with_no_code(text)
    }

    fn begins_with_no_code(&self, text: &str) -> bool {
        let Parsed { request, pin_seen } = parse(text, &self.catalog);
        !pin_seen && matches!(request, Err(Error::UnknownCode { nearest, .. }) if nearest.is_empty())
    }

    fn check_of(&self, words: Words<'_>, ask: &Ask, typed: &str) -> Intent {
        let (Parsed { request, pin_seen }, source) = quoted::read(typed, quoted::source(ask), &self.catalog);
        let leak = pin_seen.then_some(source);
        match request {
            Ok(request) => Intent::Check { request, leak },
            Err(error) => Intent::Answer { text: refusal(words, &error), leak },
        }
    }
}

fn answer(text: Html) -> Intent {
    Intent::Answer { text, leak: None }
}

/// The word that products are searched by. It is shown and kept, so where a line to check was written, or what may be a
/// PIN, it is the first word alone, and nothing when that may be a PIN itself.
fn searched(args: &str, catalog: &Catalog) -> String {
    let is_line = args.chars().filter(char::is_ascii_digit).count() > MOST_DIGITS;
    let word = if is_line || may_hold_pin(args) || parse(args, catalog).pin_seen {
        let first = args.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if may_hold_pin(first) { "" } else { first }
    } else {
        args
    };
    word.chars().take(30).collect()
}

/// Whether digits stand in a text that may be a PIN: 4 to 8 of them, and not round as in `MAX5000`.
fn may_hold_pin(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.any(|run| (4..=8).contains(&run.len()) && !run.ends_with("00"))
}

fn help(words: Words<'_>, place: Place) -> Html {
    let place = match place {
        Place::Private => "private",
        Place::Group => "group",
    };
    say!(words, "help", place = place)
}
