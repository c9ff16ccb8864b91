//! Rows of all tables in one sled, records too: what schemas 1 and 2 were, and what a backup is put into on its way to
//! a store, because its rows come in any order and those of an archive must not.

use std::path::{Path, PathBuf};

use ::sled::Tree;

use super::super::{Error, key};
use super::change::Change;
use super::check;
use super::database::TreeName;
use super::engine::{self, catching, check_meta};
use super::journal;
use super::layout::Layout;
use super::manifest::SCHEMA;
use super::mark::Mark;

/// Such a sled, open.
pub(super) struct Legacy {
    /// The data directory, for errors.
    dir: PathBuf,
    meta: Tree,
    history: Tree,
    preferences: Tree,
    journal: Tree,
}

impl Legacy {
    /// Opens, or makes, the one in `sled`; errors name the data directory, `dir`.
    pub(super) fn open(dir: &Path, sled: &Path) -> Result<Self, Error> {
        engine::open(dir, sled, |db| {
            Ok(Self {
                dir: dir.to_owned(),
                meta: db.open_tree("meta")?,
                history: db.open_tree("history")?,
                preferences: db.open_tree("preferences")?,
                journal: db.open_tree("journal")?,
            })
        })
    }

    /// Makes changes, in their order.
    pub(super) fn apply(&self, changes: &[Change]) -> Result<(), Error> {
        let apply = |Change { tree, key, value }: &Change| match value {
            Some(value) => self.tree(*tree).insert(key, value.as_slice()),
            None => self.tree(*tree).remove(key),
        };
        let applied = || changes.iter().try_for_each(|change| apply(change).map(|_before| ()));
        catching(&self.dir, applied)?.map_err(|error| self.error(&error))
    }

    /// Sees that this is sled's half of the store of that id, and of an older schema: a store of this one would lose
    /// what is not in sled.
    pub(super) fn check_meta(&self, id: &str) -> Result<(), Error> {
        match check_meta(&self.dir, &self.meta, id)? {
            SCHEMA => Err(Error::damaged(&self.dir, "store.json tells of an older schema than sled/")),
            _ => Ok(()),
        }
    }

    /// Reads all of it and holds it against `mark`. Gives the mark that it deserves, because what came to it last may not
    /// have been marked yet.
    ///
    /// # Errors
    /// Something is missing or unreadable.
    pub(super) fn verify(&self, layout: &Layout, mark: Mark) -> Result<Mark, Error> {
        let (found, history) = catching(&self.dir, || self.count(mark.last))??;
        check::hold_against(layout, found, mark)?;
        Ok(Mark { last: mark.last.max(found.last), history, ..found })
    }

    /// What there is, of the records those up to `marked`; and how many records there are in all.
    fn count(&self, marked: u64) -> Result<(Mark, u64), Error> {
        let (mut found, mut all) = (Mark::default(), 0);
        for row in self.rows_of(TreeName::History) {
            let (_, seq) =
                key::read_record(&row?.key).ok_or_else(|| Error::damaged(&self.dir, "a key is no record's"))?;
            all += 1;
            found.history += u64::from(seq.0 <= marked);
            found.last = found.last.max(seq.0);
        }
        for row in self.rows_of(TreeName::Preferences) {
            row?;
            found.preferences += 1;
        }
        let journal = self.journal.iter().map(|row| row.map_err(|error| self.error(&error)));
        let ledger = journal::read_ledger(journal)?;
        Ok((Mark { accepted: ledger.accepted(), ended: ledger.ended(), ..found }, all))
    }

    /// All rows: those of each table by their keys.
    pub(super) fn rows(&self) -> impl Iterator<Item = Result<Change, Error>> {
        TreeName::ALL.into_iter().flat_map(|tree| self.rows_of(tree))
    }

    fn rows_of(&self, tree: TreeName) -> impl Iterator<Item = Result<Change, Error>> {
        self.tree(tree).iter().map(move |row| {
            let (key, value) = row.map_err(|error| self.error(&error))?;
            Ok(Change { tree, key: key.to_vec(), value: Some(value.to_vec()) })
        })
    }

    fn tree(&self, name: TreeName) -> &Tree {
        match name {
            TreeName::History => &self.history,
            TreeName::Preferences => &self.preferences,
            TreeName::Journal => &self.journal,
        }
    }

    fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}
