//! The commands, and who finds which in Telegram's menus: one table. How they are typed is read by `bot`.

use crate::{
    locale::{Html, Words},
    say,
};

/// What the bot can be told to do by a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Who the bot is.
    Start,
    /// How to use it.
    Help,
    /// Check a number.
    Check,
    /// The last check once more.
    Again,
    /// What can be checked.
    Products,
    /// The chat's checks.
    History,
    /// The chat's checks of a month as files.
    Export,
    /// The chat's checks in figures.
    Recap,
    /// Keep a customer under a name.
    Save,
    /// The customers who are kept.
    Customers,
    /// How the providers did lately.
    Outages,
    /// No answer is wanted any more.
    Cancel,
    /// The chat's language.
    Language,
    /// The ids of the user and the chat.
    Id,
    /// How much may be asked.
    Quota,
    /// What the chat has chosen.
    Configure,
    /// Delete for good.
    DeleteData,
    /// What is kept, and how to have it deleted.
    Privacy,
    // For owners: how the bot does, figures, the record, settings.
    /// How the bot does.
    Status,
    /// The partner's balance.
    Balance,
    /// The checks of all chats in figures.
    Statistics,
    /// The record of who did what.
    Audit,
    /// Read catalog and lists anew.
    Reload,
    /// The agents, for those who manage them.
    Agents,
    /// A link that lets somebody in.
    Invite,
    /// The groups, for owners.
    Groups,
}

/// Which commands a private chat shows: each menu holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Menu {
    /// Those of everyone.
    Agent,
    /// Besides, those of one who manages agents.
    Admin,
    /// Besides, those of an owner.
    Owner,
}

/// What is typed for a command, the smallest menu that shows it, and what that says of it.
type Shown = (&'static str, Command, Menu, fn(Words<'_>) -> Html);

/// In the order of the menus, the main one first.
const SHOWN: [Shown; 24] = [
    ("cek", Command::Check, Menu::Agent, |words| say!(words, "menu-cek")),
    ("produk", Command::Products, Menu::Agent, |words| say!(words, "menu-produk")),
    ("riwayat", Command::History, Menu::Agent, |words| say!(words, "menu-riwayat")),
    ("rekap", Command::Recap, Menu::Agent, |words| say!(words, "menu-rekap")),
    ("ekspor", Command::Export, Menu::Agent, |words| say!(words, "menu-ekspor")),
    ("pelanggan", Command::Customers, Menu::Agent, |words| say!(words, "menu-pelanggan")),
    ("simpan", Command::Save, Menu::Agent, |words| say!(words, "menu-simpan")),
    ("gangguan", Command::Outages, Menu::Agent, |words| say!(words, "menu-gangguan")),
    ("batal", Command::Cancel, Menu::Agent, |words| say!(words, "menu-batal")),
    ("bantuan", Command::Help, Menu::Agent, |words| say!(words, "menu-bantuan")),
    ("bahasa", Command::Language, Menu::Agent, |words| say!(words, "menu-bahasa")),
    ("id", Command::Id, Menu::Agent, |words| say!(words, "menu-id")),
    ("kuota", Command::Quota, Menu::Agent, |words| say!(words, "menu-kuota")),
    ("atur", Command::Configure, Menu::Agent, |words| say!(words, "menu-atur")),
    ("hapusdata", Command::DeleteData, Menu::Agent, |words| say!(words, "menu-hapusdata")),
    ("privasi", Command::Privacy, Menu::Agent, |words| say!(words, "menu-privasi")),
    ("agen", Command::Agents, Menu::Admin, |words| say!(words, "menu-agen")),
    ("undang", Command::Invite, Menu::Admin, |words| say!(words, "menu-undang")),
    ("grup", Command::Groups, Menu::Owner, |words| say!(words, "menu-grup")),
    ("status", Command::Status, Menu::Owner, |words| say!(words, "menu-status")),
    ("saldo", Command::Balance, Menu::Owner, |words| say!(words, "menu-saldo")),
    ("statistik", Command::Statistics, Menu::Owner, |words| say!(words, "menu-statistik")),
    ("audit", Command::Audit, Menu::Owner, |words| say!(words, "menu-audit")),
    ("muatulang", Command::Reload, Menu::Owner, |words| say!(words, "menu-muatulang")),
];

impl Command {
    /// A menu: name by name, with the command and its description.
    pub fn menu(menu: Menu, words: Words<'_>) -> impl Iterator<Item = (&'static str, Self, Html)> {
        let shown = SHOWN.iter().filter(move |(.., smallest, _)| *smallest <= menu);
        shown.map(move |(name, command, _, description)| (*name, *command, description(words)))
    }
}
