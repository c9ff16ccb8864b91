//! A backup becomes the store of a data directory again; what was there is kept beside it.
//!
//! # Questions that were open when the backup was made
//! They stay open, and are answered after the next start, with the apology that a late answer begins with. Most were
//! answered by the bot of that time, so an agent may read an answer twice; but where the backup is the last that there
//! is of them (a bot that moves to another machine), nobody else would ever answer, and one too many is better than
//! none.
//! What is taken from them is that they *wait*, with the message that says so: that message has most likely become
//! the answer since, and must not be written over. They are asked anew instead.
//!
//! Updates that the backup tells to be finished are not taken again. What came after it is not known here; Telegram
//! gives nothing out twice that the bot confirmed, so that at most its last batch of them is answered again.

use std::path::{Path, PathBuf};

use super::super::super::{Entry, Error, entry_codec, key};
use super::super::change::Change;
use super::super::database::TreeName;
use super::super::disk::{Disk, Timing};
use super::super::layout::{Layout, once_let_go, remove_dir, sync_dir};
use super::super::mark::MarkFile;
use super::super::{migration, struck, swap};
use super::{Summary, examine, open, stream};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was in the backup, and is in the data directory now.
    pub backup: Summary,
    /// Where that is which was in the data directory before, if anything was: a data directory by itself.
    pub before: Option<PathBuf>,
}

/// Puts what is in the backup `file` in the place of what is kept in `dir`, which no bot may have open. Waits for the
/// disk.
///
/// # Errors
/// `file` is no whole backup, or of a later build; a bot runs; an earlier restore left something aside; the disk is
/// full: nothing was changed then. Where putting it in place itself fails, the next opening goes on with it.
pub fn restore(dir: &Path, file: &Path) -> Result<Restored, Error> {
    examine(file)?;
    let layout = Layout::new(dir);
    layout.inspect()?;
    let mut lock = once_let_go(|| MarkFile::lock(&layout, true))?;
    swap::finish(&layout, &mut lock)?;
    let before = layout.before_restore().dir;
    if before.symlink_metadata().is_ok() {
        let what = "still holds what an earlier restore replaced: remove it or move it away";
        return Err(Error::NotRestored { what: format!("{} {what}", before.display()) });
    }
    let backup = make(&layout, file).inspect_err(|_| {
        // Else the next opening does.
        let _ = remove_dir(&layout.restoring());
    })?;
    swap::finish(&layout, &mut lock)?;
    Ok(Restored { backup, before: before.exists().then_some(before) })
}

/// Makes the store that is to come, and decides that it is.
fn make(layout: &Layout, file: &Path) -> Result<Summary, Error> {
    let next = layout.restoring();
    let mut disk = Disk::open(&next.dir, Timing::default())?;
    let contents = stream::read(open(file)?, file, |rows| {
        let rows: Vec<Change> = rows.into_iter().map(without_waiting).collect();
        disk.load(&rows)
    })?;
    if !disk.holds(contents.mark, contents.schema) {
        return Err(Error::NotABackup { file: file.to_owned(), what: "it does not hold what it counts" });
    }
    disk.close()?;
    // As any start opens it: an older schema is migrated.
    Disk::open(&next.dir, Timing::default())?.close()?;
    let decide = || {
        // The backup itself is what is kept of the older schema.
        remove_dir(&Layout::new(&next.aside(contents.schema)))?;
        struck::create_empty(&next)?;
        migration::sync(&next)?;
        swap::step()?;
        std::fs::rename(&next.dir, layout.restored().dir)?;
        sync_dir(&layout.dir)
    };
    decide().map_err(|error| layout.error(&error))?;
    Ok(Summary::from(&contents))
}

/// The same row; of an open question, without its wait.
fn without_waiting(row: Change) -> Change {
    let entry = || -> Option<Entry> {
        let (_, update) = key::read_entry(&row.key).filter(|_| row.tree == TreeName::Journal)?;
        entry_codec::decode(update, row.value.as_ref()?).ok()
    };
    match entry() {
        Some(entry) => Change { value: Some(entry_codec::encode(&Entry { waiting: None, ..entry })), ..row },
        None => row,
    }
}
