//! How far a list is that has not ended, as its live message and `/riwayat` show it.

use chrono::{DateTime, Utc};

use crate::{
    inquiry::parse::List,
    locale::{Html, Words},
    say,
    value::UserId,
};

/// Cells of the bar.
const BAR: usize = 10;

/// A list that has not ended.
#[derive(Clone, Debug)]
pub struct RunningList {
    /// What is checked.
    pub list: List,
    /// Whether it is one number at every wallet.
    pub wallets: bool,
    /// Who asked.
    pub agent: UserId,
    /// When.
    pub asked: DateTime<Utc>,
    /// How many of its items are answered; `None`: it waits for its turn.
    pub answered: Option<usize>,
}

/// How far a list is, of which so many items are answered; `None`: it waits for its turn.
pub(super) fn how_far(words: Words<'_>, list: &List, wallets: bool, answered: Option<usize>) -> Vec<Html> {
    let all = list.items.len();
    let Some(done) = answered else { return vec![say!(words, "list-queued", count = all)] };
    let head = match number_everywhere(list, wallets) {
        Some(number) => say!(words, "list-wallets", number = Html::code(number)),
        None => say!(words, "list-running", count = all),
    };
    let filled = (done * BAR).checked_div(all).unwrap_or(BAR).min(BAR);
    let bar = "▓".repeat(filled) + &"░".repeat(BAR - filled);
    vec![head, say!(words, "list-bar", bar = bar, done = done, count = all)]
}

/// The number, where it is one at every wallet.
pub(super) fn number_everywhere(list: &List, wallets: bool) -> Option<&str> {
    list.items.first().filter(|_| wallets).map(|item| item.check.number.as_str())
}
