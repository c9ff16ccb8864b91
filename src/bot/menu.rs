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
        // Where a user's language has no menu of its own, Telegram shows the one without a language: Indonesian.
        telegram.set_my_commands(menu(locale.words(Language::Id))).scope(scope.clone()).await?;
        for language in Language::ALL {
            let commands = menu(locale.words(language));
            telegram.set_my_commands(commands).scope(scope.clone()).language_code(language.code()).await?;
        }
    }
    Ok(())
}

/// The commands of the menu, the main one first.
fn menu(words: Words<'_>) -> Vec<BotCommand> {
    let menu = [
        ("cek", say!(words, "menu-cek")),
        ("produk", say!(words, "menu-produk")),
        ("riwayat", say!(words, "menu-riwayat")),
        ("gangguan", say!(words, "menu-gangguan")),
        ("batal", say!(words, "menu-batal")),
        ("bantuan", say!(words, "menu-bantuan")),
        ("bahasa", say!(words, "menu-bahasa")),
        ("id", say!(words, "menu-id")),
    ];
    menu.into_iter().map(|(name, text)| BotCommand::new(name, text.plain())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bot::read_line, chat::Line};

    #[test]
    fn each_command_of_the_menu_is_one_that_the_bot_knows() {
        let locale = Locale::new().unwrap();
        for BotCommand { command, .. } in menu(locale.words(Language::En)) {
            assert!(matches!(read_line(&format!("/{command}"), "b"), Line::Command(..)), "/{command}");
        }
    }
}
