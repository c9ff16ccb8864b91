//! The command menus that Telegram shows: of all private chats and of groups, and of owners' and admins' private chats.

use teloxide::types::BotCommand;

use crate::{chat::Menu, locale::Words, say};

/// The commands of a private chat: those of everyone, and what admins and owners have besides.
pub(super) fn of(menu: Menu, words: Words<'_>) -> Vec<BotCommand> {
    let managers = [("agen", say!(words, "menu-agen")), ("undang", say!(words, "menu-undang"))];
    let owners = [
        ("grup", say!(words, "menu-grup")),
        ("status", say!(words, "menu-status")),
        ("saldo", say!(words, "menu-saldo")),
        ("statistik", say!(words, "menu-statistik")),
        ("audit", say!(words, "menu-audit")),
        ("muatulang", say!(words, "menu-muatulang")),
    ];
    let managers = managers.into_iter().filter(|_| menu != Menu::Agent);
    let besides = managers.chain(owners.into_iter().filter(|_| menu == Menu::Owner));
    let besides = besides.map(|(name, text)| BotCommand::new(name, text.plain()));
    everyones(words).into_iter().chain(besides).collect()
}

/// The commands of everyone, the main one first.
pub(super) fn everyones(words: Words<'_>) -> Vec<BotCommand> {
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
    use crate::{bot::read_line, chat::Line, locale::Locale, value::Language};

    #[test]
    fn each_command_of_the_menu_is_one_that_the_bot_knows() {
        let locale = Locale::new().unwrap();
        for BotCommand { command, .. } in of(Menu::Owner, locale.words(Language::En)) {
            assert!(matches!(read_line(&format!("/{command}"), "b"), Line::Command(..)), "/{command}");
        }
    }
}
