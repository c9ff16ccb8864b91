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
use super::super::layout::{Layout, once_let_go, remove_dir, sync_dir};
use super::super::legacy::Legacy;
use super::super::mark::{Mark, MarkFile};
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
    let contents = {
        let rows = Rows::new(layout)?;
        let contents = stream::read(open(file)?, file, |more| {
            let more: Vec<Change> = more.into_iter().map(without_waiting).collect();
            rows.sled.apply(&more)
        })?;
        let mark = rows.check(layout, contents.mark, file)?;
        migration::make(&next, &rows.sled, mark)?;
        contents
    };
    let decide = || {
        struck::create_empty(&next)?;
        migration::sync(&next)?;
        swap::step()?;
        std::fs::rename(&next.dir, layout.restored().dir)?;
        sync_dir(&layout.dir)
    };
    decide().map_err(|error| layout.error(&error))?;
    Ok(Summary::from(&contents))
}

/// The rows of a backup by their keys: they come in any order. Their files are gone once this is dropped.
struct Rows {
    sled: Legacy,
    _files: Files,
}

impl Rows {
    fn new(layout: &Layout) -> Result<Self, Error> {
        let files = Files(layout.unpacking());
        remove_dir(&files.0).map_err(|error| layout.error(&error))?;
        Ok(Self { sled: Legacy::open(&layout.dir, &files.0.dir)?, _files: files })
    }

    /// Sees that there are as many as a backup counts; gives the mark that is true of them. The journal's numbers are
    /// taken from its rows, as a replay takes them.
    fn check(&self, layout: &Layout, mark: Mark, file: &Path) -> Result<Mark, Error> {
        let fewer = Error::NotABackup { file: file.to_owned(), what: "it does not hold what it counts" };
        match self.sled.verify(layout, Mark { accepted: 0, ended: 0, ..mark }) {
            Ok(found) if found == (Mark { accepted: found.accepted, ended: found.ended, ..mark }) => Ok(found),
            Ok(_) | Err(Error::Damaged { .. }) => Err(fewer),
            Err(error) => Err(error),
        }
    }
}

/// Files that are removed when this is dropped.
struct Files(Layout);

impl Drop for Files {
    fn drop(&mut self) {
        // Else the next opening does.
        let _ = remove_dir(&self.0);
    }
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
