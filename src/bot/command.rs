//! What a message says: a command of ours, one for another bot, or other text.

use crate::chat::{Command, Line};

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
    let word = word.strip_prefix('/').unwrap_or(word);
    let (name, named) = word.split_once('@').map_or((word, None), |(name, bot)| (name, Some(bot)));
    if named.is_some_and(|bot| !bot.eq_ignore_ascii_case(bot_name)) {
        return Line::ForAnotherBot;
    }
    match Command::named(&name.to_ascii_lowercase()) {
        Some(command) => Line::Command(command, argument),
        None => Line::UnknownCommand { text: text.to_owned(), named: named.is_some() },
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

    fn command(command: Command, argument: &str) -> Line {
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
            assert_eq!(read_line(typed, "ceknomorbot"), command(Command::Check, "PLN20 1"), "{typed:?}");
        }
    }

    #[test]
    fn an_argument_keeps_its_lines_and_its_case() {
        assert_eq!(read_line("/cek PLN20\n1  Budi", "b"), command(Command::Check, "PLN20\n1  Budi"));
        assert_eq!(read_line("/start abc", "b"), command(Command::Start, "abc"));
    }

    #[test]
    fn a_command_may_have_another_name() {
        assert_eq!(read_line("/help", "b"), command(Command::Help, ""));
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
