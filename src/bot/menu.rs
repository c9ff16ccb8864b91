//! The command menu that Telegram shows: for private chats and for groups, in Indonesian and in English.

use std::sync::Arc;

use teloxide::{
    payloads::{SetMyCommands, SetMyCommandsSetters},
    requests::{Request, Requester},
    types::{BotCommand, BotCommandScope, ChatId, Recipient},
};

use super::send::until_taken;
use crate::{
    locale::{Locale, Words},
    say,
    value::Language,
};

/// Registers the menus; keeps trying until Telegram has taken them. The bot answers without them meanwhile.
pub(super) async fn register(telegram: teloxide::Bot, locale: Arc<Locale>) {
    for scope in [BotCommandScope::AllPrivateChats, BotCommandScope::AllGroupChats] {
        // Where a user's language has no menu of its own, Telegram shows the one without a language: Indonesian.
        let menus = Language::ALL.map(|language| (language, language.code()));
        for (language, code) in [(Language::Id, "")].into_iter().chain(menus) {
            let commands = menu(locale.words(language));
            let set = telegram.set_my_commands(commands).scope(scope.clone()).language_code(code);
            until_taken("cannot register the command menu", || set.send_ref()).await;
        }
    }
}

/// The menu of an owner's private chat: what agents have, and what owners have besides.
pub(super) fn of_owner(words: Words<'_>, chat: ChatId) -> SetMyCommands {
    let own = [
        ("agen", say!(words, "menu-agen")),
        ("undang", say!(words, "menu-undang")),
        ("grup", say!(words, "menu-grup")),
        ("status", say!(words, "menu-status")),
        ("saldo", say!(words, "menu-saldo")),
        ("statistik", say!(words, "menu-statistik")),
        ("audit", say!(words, "menu-audit")),
        ("muatulang", say!(words, "menu-muatulang")),
    ];
    let own = own.into_iter().map(|(name, text)| BotCommand::new(name, text.plain()));
    let scope = BotCommandScope::Chat { chat_id: Recipient::Id(chat) };
    SetMyCommands::new(menu(words).into_iter().chain(own)).scope(scope)
}

/// The commands of the menu, the main one first.
fn menu(words: Words<'_>) -> Vec<BotCommand> {
    let menu = [
        ("cek", say!(words, "menu-cek")),
        ("produk", say!(words, "menu-produk")),
        ("riwayat", say!(words, "menu-riwayat")),
        ("rekap", say!(words, "menu-rekap")),
        ("ekspor", say!(words, "menu-ekspor")),
        ("pelanggan", say!(words, "menu-pelanggan")),
        ("simpan", say!(words, "menu-simpan")),
        ("gangguan", say!(words, "menu-gangguan")),
        ("batal", say!(words, "menu-batal")),
        ("bantuan", say!(words, "menu-bantuan")),
        ("bahasa", say!(words, "menu-bahasa")),
        ("id", say!(words, "menu-id")),
        ("kuota", say!(words, "menu-kuota")),
        ("atur", say!(words, "menu-atur")),
        ("hapusdata", say!(words, "menu-hapusdata")),
        ("privasi", say!(words, "menu-privasi")),
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
        for BotCommand { command, .. } in of_owner(locale.words(Language::En), ChatId(1)).commands {
            assert!(matches!(read_line(&format!("/{command}"), "b"), Line::Command(..)), "/{command}");
        }
    }
}
