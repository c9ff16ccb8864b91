//! The command menus that Telegram shows: of all private chats and of groups, and of owners' and admins' private chats.

use std::sync::Arc;

use teloxide::{
    payloads::SetMyCommandsSetters,
    requests::{Request, Requester},
    types::{BotCommand, BotCommandScope},
};

use super::send::until_taken;
use crate::{
    chat::{Command, Menu},
    locale::{Locale, Words},
    value::Language,
};

/// Registers the menus of all private chats and of groups; keeps trying until Telegram has taken them. The bot answers
/// without them meanwhile.
pub(super) async fn register(telegram: teloxide::Bot, locale: Arc<Locale>) {
    for scope in [BotCommandScope::AllPrivateChats, BotCommandScope::AllGroupChats] {
        // Where a user's language has no menu of its own, Telegram shows the one without a language: Indonesian.
        let menus = Language::ALL.map(|language| (language, language.code()));
        for (language, code) in [(Language::Id, "")].into_iter().chain(menus) {
            let commands = of(Menu::Agent, locale.words(language));
            let set = telegram.set_my_commands(commands).scope(scope.clone()).language_code(code);
            until_taken("cannot register the command menu", || set.send_ref()).await;
        }
    }
}

/// The commands of a menu, as Telegram takes them.
pub(super) fn of(menu: Menu, words: Words<'_>) -> impl Iterator<Item = BotCommand> {
    Command::menu(menu, words).map(|(name, _, description)| BotCommand::new(name, description.plain()))
}
