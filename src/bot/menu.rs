//! The command menu that Telegram shows: for private chats and for groups, in Indonesian and in English.

use std::sync::Arc;

use teloxide::{
    payloads::{SetMyCommands, SetMyCommandsSetters},
    requests::{Request, Requester},
    types::{BotCommand, BotCommandScope, ChatId, Recipient},
};

use super::send::until_taken;
use crate::{
    chat::Command,
    locale::{Locale, Words},
    value::Language,
};

/// Registers the menus; keeps trying until Telegram has taken them. The bot answers without them meanwhile.
pub(super) async fn register(telegram: teloxide::Bot, locale: Arc<Locale>) {
    for scope in [BotCommandScope::AllPrivateChats, BotCommandScope::AllGroupChats] {
        // Where a user's language has no menu of its own, Telegram shows the one without a language: Indonesian.
        let menus = Language::ALL.map(|language| (language, language.code()));
        for (language, code) in [(Language::Id, "")].into_iter().chain(menus) {
            let commands = menu(locale.words(language), false);
            let set = telegram.set_my_commands(commands).scope(scope.clone()).language_code(code);
            until_taken("cannot register the command menu", || set.send_ref()).await;
        }
    }
}

/// The menu of an owner's private chat: what agents have, and what owners have besides.
pub(super) fn of_owner(words: Words<'_>, chat: ChatId) -> SetMyCommands {
    let scope = BotCommandScope::Chat { chat_id: Recipient::Id(chat) };
    SetMyCommands::new(menu(words, true)).scope(scope)
}

fn menu(words: Words<'_>, of_owner: bool) -> impl Iterator<Item = BotCommand> {
    Command::menu(words, of_owner).map(|(name, description)| BotCommand::new(name, description.plain()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bot::read_line, chat::Line};

    #[test]
    fn each_command_of_the_menu_is_one_that_the_bot_knows() {
        let locale = Locale::new().unwrap();
        for BotCommand { command, .. } in of_owner(locale.words(Language::En), ChatId(1)).commands {
            assert!(matches!(read_line(&format!("/{command}"), "b"), Line::Command(..)), "/{command}");
        }
    }
}
