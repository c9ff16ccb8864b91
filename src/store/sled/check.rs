//! Checks a directory that was not closed: a copy of sled's files is opened, and read whole.
//!
//! It must be a copy, because sled writes to its files as soon as it opens them: it cuts its log at the first bad
//! checksum, and what was cut is gone. The copy costs two to three seconds for a
//! million records, a few milliseconds for a small store, and only after an improper stop.

use std::io;

use super::super::ledger::Ledger;
use super::super::{Error, key};
use super::database::{Database, TreeName, catching};
use super::journal;
use super::layout::{Layout, copy_sled, remove_dir};
use super::mark::Mark;

/// What is in a store.
#[derive(Debug, Default)]
struct Found {
    /// The highest place of a record.
    last: u64,
    /// How many records stand up to the mark's last place.
    marked: u64,
    /// How many records there are in all.
    history: u64,
    /// How many preferences there are.
    preferences: u64,
    /// What the journal knows.
    ledger: Ledger,
}

/// Opens a copy of the store, reads all of it and holds it against `mark`. Gives the mark that it
/// deserves: what came to sled last may not have been marked yet.
///
/// # Errors
/// Something is missing or unreadable. Only the copy was touched, and it is gone.
pub(super) fn check(layout: &Layout, id: &str, mark: Mark) -> Result<Mark, Error> {
    let _copy = Copy::make(layout)?;
    let database = Database::open(&layout.dir, &layout.check())?;
    verify(layout, &database, id, mark)
}

/// Reads all of an open database and holds it against `mark`, as [`check`] does.
///
/// # Errors
/// Something is missing or unreadable.
pub(super) fn verify(layout: &Layout, database: &Database, id: &str, mark: Mark) -> Result<Mark, Error> {
    let found = catching(&layout.dir, || read_all(layout, database, id, mark.last))??;
    if found.marked != mark.history {
        let what = format!("{} of {} records can be found", found.marked, mark.history);
        return Err(layout.damaged(what));
    }
    if found.preferences < mark.preferences {
        let what = format!("{} of {} preferences can be found", found.preferences, mark.preferences);
        return Err(layout.damaged(what));
    }
    let (accepted, ended) = (found.ledger.accepted(), found.ledger.ended());
    // An entry is there until it is finished: so none is lost without a word.
    if accepted < mark.accepted || ended < mark.ended {
        let what = format!("{accepted} of {} accepted questions are accounted for", mark.accepted);
        return Err(layout.damaged(what));
    }
    let last = mark.last.max(found.last);
    Ok(Mark { last, history: found.history, preferences: found.preferences, accepted, ended })
}

fn read_all(layout: &Layout, database: &Database, id: &str, marked: u64) -> Result<Found, Error> {
    database.check_meta(id)?;
    let mut found = Found::default();
    for row in database.trees.stored(TreeName::History) {
        let (key, _) = row.map_err(|error| database.trees.error(&error))?;
        let (_, seq) = key::read_record(&key).ok_or_else(|| layout.damaged("a key is no record's"))?;
        found.history += 1;
        found.marked += u64::from(seq.0 <= marked);
        found.last = found.last.max(seq.0);
    }
    for row in database.trees.stored(TreeName::Preferences) {
        row.map_err(|error| database.trees.error(&error))?;
        found.preferences += 1;
    }
    found.ledger = journal::read_ledger(&database.trees)?;
    Ok(found)
}

/// The copy of sled's files; it is removed when this is dropped.
struct Copy<'a>(&'a Layout);

impl<'a> Copy<'a> {
    fn make(layout: &'a Layout) -> Result<Self, Error> {
        if !layout.log().is_file() {
            return Err(layout.damaged("sled/db is missing"));
        }
        let copy = Self(layout);
        copy.fill().map_err(|error| layout.error(&error))?;
        Ok(copy)
    }

    fn fill(&self) -> io::Result<()> {
        self.remove()?;
        copy_sled(&self.0.sled(), &self.0.check())
    }

    fn remove(&self) -> io::Result<()> {
        remove_dir(&Layout::new(&self.0.check()))
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!(%error, "the checked copy of the store could not be removed");
        }
    }
}
