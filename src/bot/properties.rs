//! What holds for every question in the journal, whatever it says. The property tests call it with texts that are made,
//! the fuzz target `question` with texts that are found. It panics where something does not hold.

use chrono::DateTime;

use super::question::{Question, What};
use crate::{
    catalog::Catalog,
    inquiry::parse,
    store::Entry,
    value::{ChatId, UpdateId, UserId},
};

/// Checks what is made of `kept` as a question of the journal.
pub(crate) fn question(kept: &str, catalog: &Catalog) {
    let (update, chat, user) = (UpdateId(7), ChatId(-100), UserId(42));
    let accepted = DateTime::UNIX_EPOCH;
    let entry = Entry { update, chat, user, accepted, question: kept.to_owned(), kept: None, waiting: None };
    let question = Question::read(&entry, catalog);
    if let Some(request) = question.request() {
        // A check is one that could be typed: nobody asks a provider about what the disk made up.
        parse::properties::is_valid(request);
    }
    let again = Question::read(&question.entry(accepted), catalog);
    assert_eq!((again.to, again.quoted, again.asked), (question.to, question.quoted, question.asked));
    assert!(asks_the_same(&question.what, &again.what), "{:?} became {:?}", question.what, again.what);
}

/// What cannot be read is not written again: it becomes a press that nobody waits for.
fn asks_the_same(one: &What, other: &What) -> bool {
    match (one, other) {
        (What::Intent(one), What::Intent(other)) => one == other,
        (What::StalePress | What::Unreadable, What::StalePress) => true,
        _ => false,
    }
}
