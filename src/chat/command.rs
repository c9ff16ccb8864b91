//! The commands: what is typed for each, and who finds it in Telegram's menu. One table.

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

/// Who finds a command in the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    /// Everyone.
    Menu,
    /// Owners, behind the others.
    OwnersMenu,
}

use In::{Menu, OwnersMenu};

/// What is typed for a command, and what the menu says of it.
type Name = (&'static str, Command, Option<(In, fn(Words<'_>) -> Html)>);

/// In the order of the menu, the main one first.
const NAMES: [Name; 27] = [
    ("start", Command::Start, None),
    ("help", Command::Help, None),
    ("ulang", Command::Again, None),
    ("cek", Command::Check, Some((Menu, |words| say!(words, "menu-cek")))),
    ("produk", Command::Products, Some((Menu, |words| say!(words, "menu-produk")))),
    ("riwayat", Command::History, Some((Menu, |words| say!(words, "menu-riwayat")))),
    ("rekap", Command::Recap, Some((Menu, |words| say!(words, "menu-rekap")))),
    ("ekspor", Command::Export, Some((Menu, |words| say!(words, "menu-ekspor")))),
    ("pelanggan", Command::Customers, Some((Menu, |words| say!(words, "menu-pelanggan")))),
    ("simpan", Command::Save, Some((Menu, |words| say!(words, "menu-simpan")))),
    ("gangguan", Command::Outages, Some((Menu, |words| say!(words, "menu-gangguan")))),
    ("batal", Command::Cancel, Some((Menu, |words| say!(words, "menu-batal")))),
    ("bantuan", Command::Help, Some((Menu, |words| say!(words, "menu-bantuan")))),
    ("bahasa", Command::Language, Some((Menu, |words| say!(words, "menu-bahasa")))),
    ("id", Command::Id, Some((Menu, |words| say!(words, "menu-id")))),
    ("kuota", Command::Quota, Some((Menu, |words| say!(words, "menu-kuota")))),
    ("atur", Command::Configure, Some((Menu, |words| say!(words, "menu-atur")))),
    ("hapusdata", Command::DeleteData, Some((Menu, |words| say!(words, "menu-hapusdata")))),
    ("privasi", Command::Privacy, Some((Menu, |words| say!(words, "menu-privasi")))),
    ("agen", Command::Agents, Some((OwnersMenu, |words| say!(words, "menu-agen")))),
    ("undang", Command::Invite, Some((OwnersMenu, |words| say!(words, "menu-undang")))),
    ("grup", Command::Groups, Some((OwnersMenu, |words| say!(words, "menu-grup")))),
    ("status", Command::Status, Some((OwnersMenu, |words| say!(words, "menu-status")))),
    ("saldo", Command::Balance, Some((OwnersMenu, |words| say!(words, "menu-saldo")))),
    ("statistik", Command::Statistics, Some((OwnersMenu, |words| say!(words, "menu-statistik")))),
    ("audit", Command::Audit, Some((OwnersMenu, |words| say!(words, "menu-audit")))),
    ("muatulang", Command::Reload, Some((OwnersMenu, |words| say!(words, "menu-muatulang")))),
];

impl Command {
    /// The command of a name, in small letters.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, ..)| *known == name).map(|(_, command, _)| *command)
    }

    /// The menu, name by name with its description: of an owner's private chat, or of all others.
    pub fn menu(words: Words<'_>, of_owner: bool) -> impl Iterator<Item = (&'static str, Html)> {
        NAMES.iter().filter_map(move |(name, _, shown)| {
            let (place, description) = shown.as_ref()?;
            (*place == Menu || of_owner).then(|| (*name, description(words)))
        })
    }
}
