//! A store, or a part of one, that was made beside takes the place of what is there: all of it or, after a crash at any
//! place, all of it at the next opening.
//!
//! What is to come lies whole and durable in a directory of its own below the data directory. That this directory has
//! its name is what decides it; before, nothing is touched. From then on each of its parts takes the place of its
//! namesake, which is put aside. Every step can be taken again: what has left the directory is done.
//!
//! | what is to come | what made it | where the old goes |
//! |---|---|---|
//! | `restored/` | `ceknomor restore` ([`super::backup`]) | `before-restore/`, which is the operator's |
//! | `migrated-2/` | a migration ([`super::migration`]) of a store of schema 2 | `schema-2/`, kept for a while |
//! | `compacted/` | a compaction ([`super::compact`]) | `before-compaction/`, removed in the end |

use std::fs::{self, File};
use std::io;

use super::super::Error;
use super::layout::{Layout, remove_dir, remove_file, sync_dir};
use super::manifest::SCHEMA;
use super::mark::MarkFile;

/// Puts in place whatever is to come, and removes what never came so far. The store is not open; `lock` keeps it so.
pub(super) fn finish(layout: &Layout, lock: &mut MarkFile) -> Result<(), Error> {
    let mut finish = || {
        put(layout, &layout.restored(), &layout.before_restore(), lock)?;
        for schema in 1..SCHEMA {
            put(layout, &layout.migrated(schema), &layout.aside(schema), lock)?;
        }
        put(layout, &layout.compacted(), &layout.before_compaction(), lock)?;
        for left_over in [
            layout.before_compaction(),
            layout.restoring(),
            layout.unpacking(),
            layout.compacting(),
            layout.migrating(),
        ] {
            remove_dir(&left_over)?;
        }
        remove_file(&layout.probe())
    };
    finish().map_err(|error| layout.error(&error))
}

fn put(layout: &Layout, next: &Layout, aside: &Layout, lock: &mut MarkFile) -> io::Result<()> {
    // An error is not to be taken for an absence: what cannot be seen would be removed in the end.
    if !next.dir.try_exists()? {
        return Ok(());
    }
    for part in ["store.json", "wal", "archive", "sled", "struck"] {
        let (from, to) = (next.dir.join(part), layout.dir.join(part));
        if !from.try_exists()? {
            continue;
        }
        if to.try_exists()? {
            aside.make()?;
            step()?;
            fs::rename(&to, aside.dir.join(part))?;
            // Never neither of them, whatever the disk had not written yet.
            sync_dir(&aside.dir)?;
            sync_dir(&layout.dir)?;
        }
        step()?;
        fs::rename(from, to)?;
    }
    step()?;
    sync_dir(&layout.dir)?;
    put_mark(layout, next, aside, lock)?;
    remove_dir(next)?;
    sync_dir(&layout.dir)
}

/// The mark is written in its place: it is the lock too, and a new file would not be locked.
fn put_mark(layout: &Layout, next: &Layout, aside: &Layout, lock: &mut MarkFile) -> io::Result<()> {
    let mark = match fs::read(next.mark()) {
        Ok(mark) => mark,
        // Compacted files come without one. Any other error must not have it removed unread.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if aside.dir.exists() && !aside.mark().exists() {
        let copy = aside.dir.join("mark.new");
        fs::copy(layout.mark(), &copy)?;
        File::open(&copy)?.sync_all()?;
        step()?;
        fs::rename(copy, aside.mark())?;
        sync_dir(&aside.dir)?;
    }
    step()?;
    lock.overwrite(&mark)?;
    step()
}

/// A place where a crash may come.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it may fail")]
pub(super) fn step() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use tests::step;

/// Crashes that tests ask for.
#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;
    use std::io;

    thread_local! {
        /// How many steps are left until the crash, where one is to come.
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    pub(in super::super) fn step() -> io::Result<()> {
        match LEFT.get() {
            Some(0) => Err(io::Error::other("a crash, as ordered")),
            left => {
                LEFT.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    /// Runs `work`, which is cut off after so many steps; whether it was.
    pub(in super::super) fn crashes_after<T>(steps: usize, work: impl FnOnce() -> Result<T, super::Error>) -> bool {
        LEFT.set(Some(steps));
        let done = work();
        LEFT.set(None);
        done.is_err_and(|error| {
            assert!(error.to_string().contains("as ordered"), "{error}");
            true
        })
    }
}
