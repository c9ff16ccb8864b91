//! Checks a directory that was not closed: the archive is read whole, and so is a copy of sled's files, once sled has
//! opened it.
//!
//! It must be a copy, because sled writes to its files as soon as it opens them: it cuts its log at the first bad
//! checksum, and what was cut is gone. The copy is a few MiB at most; the archive, which is most of a large store, is
//! read as it is: a second or so for a million records, and only after an improper stop.

use std::io;

use super::super::Error;
use super::archive::{self, Found};
use super::engine::{Engine, catching};
use super::journal;
use super::layout::{Layout, copy_sled, remove_dir};
use super::mark::{Mark, Reached};

/// Opens a copy of the store, reads all of it and holds it against `reached`. Gives the mark that it deserves, because
/// what came to it last may not have been marked yet, and what is in the archive.
///
/// # Errors
/// Something is missing or unreadable. Only the copy was touched, and it is gone.
pub(super) fn check(layout: &Layout, id: &str, reached: Reached) -> Result<(Mark, Found), Error> {
    let copy = Copy::make(layout)?;
    let engine = Engine::open(&layout.dir, &copy.0.check())?;
    verify(layout, &engine, id, reached)
}

/// Reads the archive and all of an open sled and holds them against `reached`, as [`check`] does.
///
/// # Errors
/// Something is missing or unreadable.
pub(super) fn verify(layout: &Layout, engine: &Engine, id: &str, reached: Reached) -> Result<(Mark, Found), Error> {
    let Reached { mark, .. } = reached;
    let (heads, preferences, ledger) = catching(&layout.dir, || {
        engine.check_meta(id)?;
        let preferences = engine.rows(&engine.preferences).try_fold(0, |count, row| row.map(|_| count + 1))?;
        Ok((engine.all_heads()?, preferences, journal::read_ledger(engine.rows(&engine.journal))?))
    })??;
    let found = archive::scan(layout, id, heads, reached)?;
    let numbers = Mark {
        last: found.last,
        history: found.marked,
        preferences,
        accepted: ledger.accepted(),
        ended: ledger.ended(),
    };
    hold_against(layout, numbers, mark)?;
    let (last, history) = (mark.last.max(found.last), found.records);
    Ok((Mark { last, history, ..numbers }, found))
}

/// Sees that what was found is what `mark` counts: exactly as many records up to the last that it knows, and no fewer of
/// anything else.
///
/// # Errors
/// Something is missing, or a number cannot be true.
pub(super) fn hold_against(layout: &Layout, found: Mark, mark: Mark) -> Result<(), Error> {
    found.max_of_each(mark).check(layout)?;
    if found.history != mark.history {
        let what = format!("{} of {} records can be found", found.history, mark.history);
        return Err(layout.damaged(what));
    }
    if found.preferences < mark.preferences {
        let what = format!("{} of {} preferences can be found", found.preferences, mark.preferences);
        return Err(layout.damaged(what));
    }
    // An entry is there until it is finished: so none is lost without a word.
    if found.accepted < mark.accepted || found.ended < mark.ended {
        let what = format!("{} of {} accepted questions are accounted for", found.accepted, mark.accepted);
        return Err(layout.damaged(what));
    }
    Ok(())
}

/// The copy of sled's files; it is removed when this is dropped.
pub(super) struct Copy<'a>(&'a Layout);

impl<'a> Copy<'a> {
    pub(super) fn make(layout: &'a Layout) -> Result<Self, Error> {
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
