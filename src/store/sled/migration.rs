//! A directory of an older schema becomes one of this build's; what it was is kept aside.
//!
//! | schema | what came with it |
//! |---|---|
//! | 1 | histories and preferences |
//! | 2 | the journal: a third tree, two more numbers in the mark, and the write-ahead log |
//! | 3 | the archive: the records leave sled, which keeps where each chat's newest are; the archive's length in the mark |
//!
//! The old directory is found undamaged first, and nothing in it is changed: a store of this schema is made of a copy of
//! it in `migrating/`, row by row. Only once that is whole and durable does it take the place of the old one, which goes to
//! `schema-2/` ([`swap`]). A migration that is cut off before is begun anew. The new one counts as not closed, so that
//! the opening that follows checks all of it. What was kept aside goes when the store has been closed and opened again in
//! good order. Until then, what is in it, moved to a directory of its own, is the old store.

use std::fs::{self, File};
use std::io;

use super::super::Error;
use super::check::Copy;
use super::disk::{Disk, Timing};
use super::layout::{Layout, remove_dir, sync_dir, sync_sled};
use super::legacy::Legacy;
use super::manifest::{Left, Manifest, SCHEMA, State};
use super::mark::{Mark, MarkFile};
use super::swap;
use super::wal::{self, Record};

/// Makes the store one of this schema, if it is of an older one. It is not open; `lock` keeps it so.
///
/// # Errors
/// It is damaged or cannot be read, or the new one cannot be written; nothing was changed then. Or the new one could not
/// be put in place: the next opening goes on with it.
pub(super) fn migrate(layout: &Layout, lock: &mut MarkFile) -> Result<(), Error> {
    let manifest = Manifest::read(layout)?;
    let schema = manifest.schema;
    if schema == SCHEMA {
        return Ok(());
    }
    let Some((mark, records)) = check(layout, &manifest, lock)? else { return Ok(()) };
    tracing::info!(schema, "the store is of an older schema: it is migrated");
    let next = layout.migrating();
    let made = make_of_copy(layout, &next, &manifest.id, mark, &records);
    let decided = made.and_then(|()| decide(layout, &next, schema));
    decided.inspect_err(|_| {
        // Else the next opening does.
        let _ = remove_dir(&next);
    })?;
    swap::finish(layout, lock)?;
    tracing::info!(aside = %layout.aside(schema).dir.display(), "it is migrated; what it was is kept aside");
    Ok(())
}

/// Makes the new store in `next`, of a copy of the old one's sled that holds what `mark` says, and of its log.
fn make_of_copy(layout: &Layout, next: &Layout, id: &str, mark: Mark, records: &[Record]) -> Result<(), Error> {
    // Removed once sled has let go of it.
    let _copy = Copy::make(layout)?;
    let old = Legacy::open(&layout.dir, &layout.check())?;
    old.check_meta(id)?;
    let mut mark = old.verify(layout, mark)?;
    for record in records {
        old.apply(&record.changes)?;
        mark = mark.max_of_each(record.mark);
    }
    make(next, &old, mark.check(layout)?)
}

/// Sees that a store of an older schema holds what it held, but for what [`Legacy::verify`] sees. Gives what it says
/// of itself, and what is to be replayed over it; `None` when it was never whole.
fn check(layout: &Layout, manifest: &Manifest, lock: &mut MarkFile) -> Result<Option<(Mark, Vec<Record>)>, Error> {
    // Before the journal there was no log either.
    let has_log = manifest.schema >= 2;
    match manifest.left(layout, lock)? {
        Left::Unmade => Ok(None),
        Left::Open(reached) => {
            let records = if has_log { wal::read(layout)? } else { Vec::new() };
            Ok(Some((reached.mark, records)))
        }
        Left::Closed { reached, seal, .. } => {
            seal.verify(layout)?;
            if has_log {
                wal::check_empty(layout)?;
            }
            Ok(Some((reached.mark, Vec::new())))
        }
    }
}

/// Makes a store in `next`, which is made, of all rows of `old`, of which `mark` is true, and closes it.
pub(super) fn make(next: &Layout, old: &Legacy, mark: Mark) -> Result<(), Error> {
    remove_dir(next).map_err(|error| next.error(&error))?;
    let mut disk = Disk::open(&next.dir, Timing::default())?;
    disk.fill(old.rows(), mark)?;
    disk.close()
}

/// Lets the store in `next` be what the one of an older schema becomes.
fn decide(layout: &Layout, next: &Layout, schema: u32) -> Result<(), Error> {
    let mut manifest = Manifest::read(next)?;
    manifest.state = State::Open;
    manifest.write(next)?;
    let decide = || {
        if layout.struck().exists() {
            fs::copy(layout.struck(), next.struck())?;
        }
        sync(next)?;
        swap::step()?;
        // From another time, or a copy that the build before this one had begun: the store itself is here, and whole.
        remove_dir(&layout.aside(schema))?;
        remove_dir(&Layout::new(&layout.dir.join("schema.new")))?;
        fs::rename(&next.dir, layout.migrated(schema).dir)?;
        sync_dir(&layout.dir)
    };
    decide().map_err(|error: io::Error| layout.error(&error))
}

/// Makes a store that nobody has open durable.
pub(super) fn sync(store: &Layout) -> io::Result<()> {
    sync_sled(store)?;
    for file in [store.mark(), store.manifest(), store.archive(), store.wal()] {
        File::open(file)?.sync_all()?;
    }
    sync_dir(&store.dir)
}

/// Removes what was kept aside of the schemas before `schema`: the store has proved itself since.
pub(super) fn forget_aside(layout: &Layout, schema: u32) {
    for older in 1..schema {
        if let Err(error) = remove_dir(&layout.aside(older)) {
            tracing::warn!(%error, "what was kept aside of an older schema could not be removed");
        }
    }
}

#[cfg(test)]
#[path = "migration_tests.rs"]
mod tests;
