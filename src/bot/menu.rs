//! The command menu that Telegram shows: for private chats and for groups, in Indonesian and in English.

use teloxide::{
    RequestError,
    payloads::SetMyCommandsSetters,
    requests::Requester,
    types::{BotCommand, BotCommandScope},
};
use tokio::time::sleep;

use super::send::{kind, pause};
use crate::{
    chat::command::Command,
    locale::{Locale, Words},
    say,
    value::Language,
};

/// Registers the menus; keeps trying until Telegram has taken them. The bot answers without them meanwhile.
pub(super) async fn register(telegram: teloxide::Bot, locale: &Locale) {
    let mut lost = 0;
    while let Err(error) = try_register(&telegram, locale).await {
        tracing::warn!(error = kind(&error), "cannot register the command menu; trying again");
        sleep(pause(lost)).await;
        lost += 1;
    }
}

async fn try_register(telegram: &teloxide::Bot, locale: &Locale) -> Result<(), RequestError> {
    for scope in [BotCommandScope::AllPrivateChats, BotCommandScope::AllGroupChats] {
        // Whoever's language has no menu of its own sees the language of record.
        telegram.set_my_commands(menu(locale.words(Language::Id))).scope(scope.clone()).await?;
        for language in Language::ALL {
            let commands = menu(locale.words(language));
            telegram.set_my_commands(commands).scope(scope.clone()).language_code(language.code()).await?;
        }
    }
    Ok(())
}

fn menu(words: Words<'_>) -> Vec<BotCommand> {
    Command::MENU.into_iter().map(|command| BotCommand::new(command.name(), describe(words, command))).collect()
}

fn describe(words: Words<'_>, command: Command) -> String {
    let text = match command {
        Command::Start | Command::Help => say!(words, "menu-bantuan"),
        Command::Check => say!(words, "menu-cek"),
        Command::Products => say!(words, "menu-produk"),
        Command::History => say!(words, "menu-riwayat"),
        Command::Outages => say!(words, "menu-gangguan"),
        Command::Cancel => say!(words, "menu-batal"),
        Command::Language => say!(words, "menu-bahasa"),
        Command::Id => say!(words, "menu-id"),
    };
    text.plain()
}
