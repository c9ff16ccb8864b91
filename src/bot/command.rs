//! What a message says: a command of ours, one for another bot, or other text.
//!
//! The commands are parsed by teloxide's derive. Its parser knows one case and ends a command only at a space; agents
//! type one-handed, so the first word is brought into that form before it is parsed.

use teloxide::utils::command::{BotCommands, ParseError};

use crate::chat::{self, Line};

/// The commands, by the names that the menu shows; what stands behind one is its argument.
#[derive(BotCommands)]
#[command(rename_rule = "lowercase")]
enum Command {
    Start(String),
    #[command(alias = "help")]
    Bantuan(String),
    Cek(String),
    Ulang(String),
    Produk(String),
    Riwayat(String),
    Ekspor(String),
    Rekap(String),
    Simpan(String),
    Pelanggan(String),
    Gangguan(String),
    Batal(String),
    Bahasa(String),
    Id(String),
    Kuota(String),
    Atur(String),
    Hapusdata(String),
    Privasi(String),
    Status(String),
    Saldo(String),
    Statistik(String),
    Audit(String),
    Muatulang(String),
    // Coming and going.
    Agen(String),
    Undang(String),
    Grup(String),
}

impl From<Command> for Line {
    fn from(command: Command) -> Self {
        let (command, argument) = match command {
            Command::Start(argument) => (chat::Command::Start, argument),
            Command::Bantuan(argument) => (chat::Command::Help, argument),
            Command::Cek(argument) => (chat::Command::Check, argument),
            Command::Ulang(argument) => (chat::Command::Again, argument),
            Command::Produk(argument) => (chat::Command::Products, argument),
            Command::Riwayat(argument) => (chat::Command::History, argument),
            Command::Ekspor(argument) => (chat::Command::Export, argument),
            Command::Rekap(argument) => (chat::Command::Recap, argument),
            Command::Simpan(argument) => (chat::Command::Save, argument),
            Command::Pelanggan(argument) => (chat::Command::Customers, argument),
            Command::Gangguan(argument) => (chat::Command::Outages, argument),
            Command::Batal(argument) => (chat::Command::Cancel, argument),
            Command::Bahasa(argument) => (chat::Command::Language, argument),
            Command::Id(argument) => (chat::Command::Id, argument),
            Command::Kuota(argument) => (chat::Command::Quota, argument),
            Command::Atur(argument) => (chat::Command::Configure, argument),
            Command::Hapusdata(argument) => (chat::Command::DeleteData, argument),
            Command::Privasi(argument) => (chat::Command::Privacy, argument),
            Command::Status(argument) => (chat::Command::Status, argument),
            Command::Saldo(argument) => (chat::Command::Balance, argument),
            Command::Statistik(argument) => (chat::Command::Statistics, argument),
            Command::Audit(argument) => (chat::Command::Audit, argument),
            Command::Muatulang(argument) => (chat::Command::Reload, argument),
            Command::Agen(argument) => (chat::Command::Agents, argument),
            Command::Undang(argument) => (chat::Command::Invite, argument),
            Command::Grup(argument) => (chat::Command::Groups, argument),
        };
        Self::Command(command, argument)
    }
}

/// Reads a message to the bot whose user name is `bot_name` (without the `@`): tells commands from other text, in any
/// case and before any white space, and takes mentions of the bot out.
pub fn read_line(text: &str, bot_name: &str) -> Line {
    let text = text.trim();
    if !text.starts_with('/') {
        let (text, mentioned) = without_mention(text, bot_name);
        return Line::Text { text, mentioned };
    }
    let (word, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (argument, _) = without_mention(argument.trim(), bot_name);
    match Command::parse(&format!("{} {argument}", word.to_ascii_lowercase()), bot_name) {
        Ok(command) => command.into(),
        Err(ParseError::WrongBotName(_)) => Line::ForAnotherBot,
        Err(_) => Line::UnknownCommand { text: text.to_owned(), named: word.contains('@') },
    }
}

/// The text without mentions of the bot, and whether there were any.
fn without_mention(text: &str, bot_name: &str) -> (String, bool) {
    let is_mention = |word: &&str| {
        word.strip_prefix('@').is_some_and(|name| name.trim_end_matches([',', ':']).eq_ignore_ascii_case(bot_name))
    };
    if !text.split_whitespace().any(|word| is_mention(&word)) {
        return (text.to_owned(), false);
    }
    let lines = text.lines().map(|line| {
        let kept: Vec<&str> = line.split_whitespace().filter(|word| !is_mention(word)).collect();
        kept.join(" ")
    });
    (lines.collect::<Vec<_>>().join("\n").trim().to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chat::Menu, locale::Locale, value::Language};

    fn command(command: chat::Command, argument: &str) -> Line {
        Line::Command(command, argument.to_owned())
    }

    fn unknown(text: &str, named: bool) -> Line {
        Line::UnknownCommand { text: text.to_owned(), named }
    }

    fn text(text: &str, mentioned: bool) -> Line {
        Line::Text { text: text.to_owned(), mentioned }
    }

    #[test]
    fn a_command_is_read_however_it_is_typed() {
        for typed in [
            "/cek PLN20 1",
            "/Cek PLN20 1",
            "/CEK@CeknomorBot PLN20 1",
            "/cek\nPLN20 1",
            " /cek\t PLN20 1 ",
            "/cek\u{a0}PLN20 1",
            "/cek @ceknomorbot PLN20 1",
        ] {
            assert_eq!(read_line(typed, "ceknomorbot"), command(chat::Command::Check, "PLN20 1"), "{typed:?}");
        }
    }

    #[test]
    fn an_argument_keeps_its_lines_and_its_case() {
        assert_eq!(read_line("/cek PLN20\n1  Budi", "b"), command(chat::Command::Check, "PLN20\n1  Budi"));
        assert_eq!(read_line("/start abc", "b"), command(chat::Command::Start, "abc"));
    }

    #[test]
    fn each_command_has_its_name() {
        for (name, expected) in [
            ("/start", chat::Command::Start),
            ("/bantuan", chat::Command::Help),
            ("/help", chat::Command::Help),
            ("/cek", chat::Command::Check),
            ("/ulang", chat::Command::Again),
            ("/produk", chat::Command::Products),
            ("/riwayat", chat::Command::History),
            ("/ekspor", chat::Command::Export),
            ("/rekap", chat::Command::Recap),
            ("/simpan", chat::Command::Save),
            ("/pelanggan", chat::Command::Customers),
            ("/gangguan", chat::Command::Outages),
            ("/batal", chat::Command::Cancel),
            ("/bahasa", chat::Command::Language),
            ("/id", chat::Command::Id),
            ("/kuota", chat::Command::Quota),
            ("/atur", chat::Command::Configure),
            ("/hapusdata", chat::Command::DeleteData),
            ("/privasi", chat::Command::Privacy),
            ("/status", chat::Command::Status),
            ("/saldo", chat::Command::Balance),
            ("/statistik", chat::Command::Statistics),
            ("/audit", chat::Command::Audit),
            ("/muatulang", chat::Command::Reload),
            ("/agen", chat::Command::Agents),
            ("/undang", chat::Command::Invite),
            ("/grup", chat::Command::Groups),
        ] {
            assert_eq!(read_line(name, "b"), command(expected, ""));
        }
    }

    #[test]
    fn each_name_of_the_menu_is_read_as_its_command() {
        let locale = Locale::new().unwrap();
        for (name, shown, _) in chat::Command::menu(Menu::Owner, locale.words(Language::Id)) {
            assert_eq!(read_line(&format!("/{name}"), "b"), command(shown, ""), "/{name}");
        }
    }

    /// The command behind another, in the order in which they are declared: the compiler sees that none is left out.
    fn next(command: chat::Command) -> Option<chat::Command> {
        use chat::Command::*;
        Some(match command {
            Start => Help,
            Help => Check,
            Check => Again,
            Again => Products,
            Products => History,
            History => Export,
            Export => Recap,
            Recap => Save,
            Save => Customers,
            Customers => Outages,
            Outages => Cancel,
            Cancel => Language,
            Language => Id,
            Id => Quota,
            Quota => Configure,
            Configure => DeleteData,
            DeleteData => Privacy,
            Privacy => Status,
            Status => Balance,
            Balance => Statistics,
            Statistics => Audit,
            Audit => Reload,
            Reload => Agents,
            Agents => Invite,
            Invite => Groups,
            Groups => return None,
        })
    }

    #[test]
    fn every_command_can_be_typed() {
        let typed: Vec<_> = Command::bot_commands().iter().map(|known| read_line(&known.command, "b")).collect();
        for known in std::iter::successors(Some(chat::Command::Start), |known| next(*known)) {
            assert!(typed.contains(&command(known, "")), "{known:?}");
        }
    }

    #[test]
    fn other_bots_and_other_words_are_left_alone() {
        assert_eq!(read_line("/cek@other PLN20 1", "ceknomorbot"), Line::ForAnotherBot);
        assert_eq!(read_line("/saldo@other", "ceknomorbot"), Line::ForAnotherBot);
        assert_eq!(read_line("/pulsa", "b"), unknown("/pulsa", false));
        assert_eq!(read_line("/Pulsa@b 5", "b"), unknown("/Pulsa@b 5", true));
        assert_eq!(read_line("/", "b"), unknown("/", false));
        assert_eq!(read_line("PLN20 1", "b"), text("PLN20 1", false));
        assert_eq!(read_line("PLN20 1 /cek", "b"), text("PLN20 1 /cek", false));
    }

    #[test]
    fn a_mention_is_taken_out_wherever_it_stands() {
        assert_eq!(read_line("@ceknomorbot PLN20 1", "CeknomorBot"), text("PLN20 1", true));
        assert_eq!(read_line("PLN20\n1 @ceknomorbot", "ceknomorbot"), text("PLN20\n1", true));
        assert_eq!(read_line("@ceknomorbot: PLN20 1", "ceknomorbot"), text("PLN20 1", true));
        assert_eq!(read_line("halo @ceknomorbot, PLN20 1", "ceknomorbot"), text("halo PLN20 1", true));
        assert_eq!(read_line("a@ceknomorbot.com", "ceknomorbot"), text("a@ceknomorbot.com", false));
    }
}
