//! What a message asks for: a command, a check, a hint, or silence. Nothing is carried out here.

use super::{
    alias::may_hold_pin,
    command::Command,
    conversation::Conversation,
    dates::{Month, Period},
    fragments::Fragment,
    intent::Intent,
    message::{Line, Message, PinIn, Place},
    owner::{
        AuditQuery,
        order::{AgentOrder, InviteOrder},
    },
    question,
    quota::QuotaOrder,
    quoted::{self, has_digits},
    search::Wanted,
    setting::Setting,
};
use crate::{
    catalog::Catalog,
    inquiry::parse::{self, Parsed, Refusal, parse},
    value::{CustomerNumber, Language},
};

/// More digits than these are in no product's code or name: they hold a customer's number.
const MAX_CODE_DIGITS: usize = 9;

/// The longest word that products are searched by, in characters.
const MAX_SEARCH_LEN: usize = 30;

impl Conversation {
    /// Understands a message of someone who may check. `None` where silence is the answer.
    pub fn understand(&self, message: &Message) -> Option<Intent> {
        let intent = self.meant(message)?;
        if message.origin.forwarded && intent.is_typed_alone() {
            // In a group, what is forwarded is most likely meant for the others there.
            return (Place::of(message.chat) == Place::Private).then_some(Intent::ForwardedCommand);
        }
        Some(intent)
    }

    fn meant(&self, message: &Message) -> Option<Intent> {
        if message.origin.picked {
            return Some(Intent::Agents { order: AgentOrder::Add { who: message.origin.people.clone() } });
        }
        if let Some(file) = self.file_in(message) {
            return Some(file);
        }
        match (&message.line, Place::of(message.chat)) {
            (Line::ForAnotherBot, _) | (Line::UnknownCommand { named: false, .. } | Line::NoText, Place::Group) => None,
            (Line::NoText, Place::Private) => Some(Intent::NoText),
            (Line::Command(command, args), _) => Some(self.command(message, *command, args)),
            (Line::UnknownCommand { text, .. }, _) => Some(self.unknown_command(text)),
            (Line::Text { text, mentioned }, place) => self.text(message, place, text, *mentioned),
        }
    }

    fn command(&self, message: &Message, command: Command, args: &str) -> Intent {
        match command {
            Command::Start => Intent::Start,
            Command::Help => Intent::Help,
            Command::Check if args.trim().is_empty() => match answered(message) {
                Some(number) => Intent::Again { number: Some(number) },
                None if quoted::source(message).is_none() => Intent::Guide,
                None => self.check_of(message, args),
            },
            Command::Check => self.check_of(message, args),
            Command::Again => Intent::Again { number: answered(message) },
            Command::Status => Intent::Status,
            Command::Balance => Intent::Balance,
            Command::Statistics => Intent::Statistics { period: Period::parse(args) },
            Command::Audit => Intent::Audit { query: AuditQuery::read(args, self.clock.now()) },
            Command::Reload => Intent::Reload,
            Command::Products => Intent::Products { word: searched(args, &self.catalog.now()) },
            Command::History => {
                let (wanted, pin_seen) = Wanted::read(args, &self.catalog.now());
                Intent::History { wanted, pin: pin_seen.then_some(PinIn::Message) }
            }
            Command::Export => Intent::Export { month: Month::parse(args) },
            Command::Recap => Intent::Recap { period: Period::parse(args) },
            Command::Save => self.save_order(args),
            Command::Customers => self.customers_order(args),
            Command::Outages => Intent::Outages,
            Command::Cancel => Intent::Cancel,
            Command::Language => match Language::from_code(args) {
                Some(language) => Intent::Language { language },
                None => Intent::LanguageUsage,
            },
            Command::Id => Intent::Id,
            Command::Quota => Intent::Quota { order: QuotaOrder::read(args) },
            Command::Configure => Intent::Settings { change: Setting::parse(args) },
            Command::DeleteData => {
                let words = ["obrolan", "grup", "semua", "chat"];
                let is_word = |word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
                Intent::DeleteData { whole_chat: args.split_whitespace().next().is_some_and(is_word) }
            }
            Command::Privacy => Intent::Privacy,
            Command::Agents => Intent::Agents { order: AgentOrder::read(args, &message.origin.replied) },
            Command::Invite => Intent::Invite { order: InviteOrder::read(args) },
            Command::Groups => Intent::Groups,
        }
    }

    /// `/PLN20 01105691111`: what is no command may be a check all the same, or show a PIN.
    fn unknown_command(&self, text: &str) -> Intent {
        let text = text.trim_start_matches('/').trim_start_matches("cek_");
        if let Some(list) = self.list_in(text) {
            return list;
        }
        let parsed = parse(text, &self.catalog.now());
        match &parsed.request {
            Ok(_) | Err(Refusal::Words(_) | Refusal::WhichProduct { number: Some(_), .. }) => {
                intent_of(parsed, PinIn::Message, text)
            }
            Err(Refusal::UnknownCode { lines, .. }) if !lines.is_empty() => intent_of(parsed, PinIn::Message, text),
            Err(_) => Intent::UnknownCommand { pin: parsed.pin_seen.then_some(PinIn::Message) },
        }
    }

    /// Text that is no command: a check in private; in a group only when it is meant for the bot and looks like one.
    fn text(&self, message: &Message, place: Place, text: &str, mentioned: bool) -> Option<Intent> {
        let addressed = mentioned || message.replies_to_bot;
        if place == Place::Group && !addressed {
            return None;
        }
        match Fragment::of(text) {
            Some(Fragment::Again) => return Some(Intent::Again { number: answered(message) }),
            Some(_) if place == Place::Group && !mentioned => return None,
            // A word under a number asks about the number.
            Some(_) if quoted::source(message).is_some() && !message.replies_to_bot => {}
            Some(Fragment::Thanks) => return Some(Intent::Thanks),
            Some(Fragment::Impatient) => return Some(Intent::Impatient),
            Some(Fragment::Command(command)) => return Some(self.command(message, command, "")),
            None => {}
        }
        match place {
            Place::Group if !mentioned && self.is_small_talk(text) => None,
            _ if !has_digits(text) && (quoted::source(message).is_none() || self.thanks_the_bot(message, text)) => {
                Some(self.names_a_product(text).unwrap_or(Intent::Hint))
            }
            _ => Some(self.check_of(message, text)),
        }
    }

    /// `dana`, `token listrik`, `cek saldo`: words without a number that say what is to be checked, or what cannot be.
    fn names_a_product(&self, text: &str) -> Option<Intent> {
        let parsed = parse(text, &self.catalog.now());
        let names_one = matches!(
            parsed.request,
            Err(Refusal::MissingNumber(..) | Refusal::WhichProduct { .. } | Refusal::NotOffered)
        );
        names_one.then(|| intent_of(parsed, PinIn::Message, text))
    }

    /// `oke jam 5`: what is said to the bot, asks it for nothing and shows no PIN.
    fn is_small_talk(&self, text: &str) -> bool {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_short = digits == 0 || digits < quoted::SHORTEST_NUMBER && self.begins_with_no_code(text);
        is_short && self.names_a_product(text).is_none() && parse::nominal(text).is_none()
    }

    /// The number in a message of the bot's own is not asked about in other words than a code.
    fn thanks_the_bot(&self, message: &Message, text: &str) -> bool {
        message.replies_to_bot && self.begins_with_no_code(text)
    }

    fn begins_with_no_code(&self, text: &str) -> bool {
        let Parsed { request, pin_seen, .. } = parse(text, &self.catalog.now());
        !pin_seen && matches!(request, Err(Refusal::UnknownCode { nearest, .. }) if nearest.is_empty())
    }

    fn check_of(&self, message: &Message, typed: &str) -> Intent {
        let many = self.everywhere(message, typed).or_else(|| self.list_in(typed));
        if let Some(many) = many.or_else(|| self.list_quoted(message, typed)) {
            return many;
        }
        let (parsed, source) = quoted::read(typed, quoted::source(message), &self.catalog.now());
        intent_of(parsed, source, typed)
    }
}

/// What a line asks for; `source` is where a PIN stands, if one was seen.
fn intent_of(parsed: Parsed, source: PinIn, text: &str) -> Intent {
    let (pin, name) = (parsed.pin_seen.then_some(source), parsed.name);
    match parsed.request {
        Ok(request) => Intent::Check { check: request.check(), pin, name, anew: false },
        Err(refusal) => {
            let mut parts = question::parts(&refusal, text);
            parts.nominal = parts.nominal.or_else(|| parse::nominal(text));
            Intent::Refused { refusal, parts, name, pin }
        }
    }
}

/// The number in an answer of the bot's own to which a message replies.
fn answered(message: &Message) -> Option<CustomerNumber> {
    let text = quoted::source(message).filter(|_| message.replies_to_bot)?;
    let runs = text.split(|c: char| !c.is_ascii_digit());
    CustomerNumber::from_record(runs.max_by_key(|run| run.len())?)
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
