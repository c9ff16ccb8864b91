//! Tells commands from other text. Pure.
//!
//! Looser than Telegram's own idea of a command, because agents type one-handed: any case, and the argument behind a space, a
//! new line or any other white space.

/// What the bot can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `/start`: who the bot is.
    Start,
    /// `/bantuan`, `/help`: how to use it.
    Help,
    /// `/cek`: check a number.
    Check,
    /// `/produk`: what can be checked.
    Products,
    /// `/riwayat`: the chat's checks.
    History,
    /// `/gangguan`: how the providers did lately.
    Outages,
    /// `/batal`: no answer is wanted any more.
    Cancel,
    /// `/bahasa`: the chat's language.
    Language,
    /// `/id`: the ids of the user and the chat.
    Id,
}

impl Command {
    /// The commands that the menu shows, the main one first.
    pub const MENU: [Self; 8] =
        [Self::Check, Self::Products, Self::History, Self::Outages, Self::Cancel, Self::Help, Self::Language, Self::Id];

    /// The name by which the menu lists it, without the slash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Help => "bantuan",
            Self::Check => "cek",
            Self::Products => "produk",
            Self::History => "riwayat",
            Self::Outages => "gangguan",
            Self::Cancel => "batal",
            Self::Language => "bahasa",
            Self::Id => "id",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Start].into_iter().chain(Self::MENU);
        let alias = name.eq_ignore_ascii_case("help").then_some(Self::Help);
        alias.or_else(|| all.into_iter().find(|command| command.name().eq_ignore_ascii_case(name)))
    }
}

/// What a message is, before anyone looks at what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A command of ours with all that stands behind it.
    Command(Command, &'a str),
    /// A command that nobody here knows; whether it names this bot.
    UnknownCommand {
        /// `/…@thisbot`, not just `/…`.
        named: bool,
    },
    /// A command for another bot of the group.
    ForAnother,
    /// Anything else.
    Text(&'a str),
}

/// Reads a message sent to the bot whose user name is `bot` (without the `@`).
pub fn read<'a>(text: &'a str, bot: &str) -> Line<'a> {
    let text = text.trim();
    let Some(rest) = text.strip_prefix('/') else { return Line::Text(text) };
    let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, addressee) = word.split_once('@').map_or((word, None), |(name, bot)| (name, Some(bot)));
    if addressee.is_some_and(|addressee| !addressee.eq_ignore_ascii_case(bot)) {
        return Line::ForAnother;
    }
    match Command::from_name(name) {
        Some(command) => Line::Command(command, args.trim()),
        None => Line::UnknownCommand { named: addressee.is_some() },
    }
}

/// The text without a mention of the bot, or `None` when it mentions it nowhere.
pub fn without_mention(text: &str, bot: &str) -> Option<String> {
    let is_mention = |word: &&str| {
        word.strip_prefix('@').is_some_and(|name| name.trim_end_matches([',', ':']).eq_ignore_ascii_case(bot))
    };
    if !text.split_whitespace().any(|word| is_mention(&word)) {
        return None;
    }
    let lines = text.lines().map(|line| {
        let kept: Vec<&str> = line.split_whitespace().filter(|word| !is_mention(word)).collect();
        kept.join(" ")
    });
    Some(lines.collect::<Vec<_>>().join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_however_they_are_typed() {
        for text in ["/cek PLN20 1", "/Cek PLN20 1", "/CEK@CeknomorBot PLN20 1", "/cek\nPLN20 1", " /cek\t PLN20 1 "] {
            assert_eq!(read(text, "ceknomorbot"), Line::Command(Command::Check, "PLN20 1"), "{text:?}");
        }
        assert_eq!(read("/help", "b"), Line::Command(Command::Help, ""));
        assert_eq!(read("/start abc", "b"), Line::Command(Command::Start, "abc"));
    }

    #[test]
    fn other_bots_and_other_words_are_left_alone() {
        assert_eq!(read("/cek@other PLN20 1", "ceknomorbot"), Line::ForAnother);
        assert_eq!(read("/saldo", "b"), Line::UnknownCommand { named: false });
        assert_eq!(read("/saldo@b", "b"), Line::UnknownCommand { named: true });
        assert_eq!(read("/", "b"), Line::UnknownCommand { named: false });
        assert_eq!(read("PLN20 1", "b"), Line::Text("PLN20 1"));
    }

    #[test]
    fn every_command_is_found_by_its_own_name() {
        for command in Command::MENU {
            assert_eq!(read(&format!("/{}", command.name()), "b"), Line::Command(command, ""));
        }
    }

    #[test]
    fn a_mention_is_taken_out_wherever_it_stands() {
        assert_eq!(without_mention("@ceknomorbot PLN20 1", "CeknomorBot").as_deref(), Some("PLN20 1"));
        assert_eq!(without_mention("PLN20\n1 @ceknomorbot", "ceknomorbot").as_deref(), Some("PLN20\n1"));
        assert_eq!(without_mention("@ceknomorbot: PLN20 1", "ceknomorbot").as_deref(), Some("PLN20 1"));
        assert_eq!(without_mention("halo @ceknomorbot, PLN20 1", "ceknomorbot").as_deref(), Some("halo PLN20 1"));
        assert_eq!(without_mention("a@ceknomorbot.com", "ceknomorbot"), None);
    }
}
