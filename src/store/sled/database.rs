//! What is kept, in its three places: the records in the archive, the rest in sled, and in memory what neither has yet.
//!
//! The writer has the [`Database`]. Whoever reads beside it has the [`Readers`], and takes of them the [`Trees`] for as
//! long as one read takes.

use std::ops::Bound;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ::sled::{IVec, Tree};

use super::super::paging::Order;
use super::super::{Error, key};
use super::archive::{self, Appender, Archive, Found, Kept};
use super::change::Change;
use super::engine::{Engine, head};
use super::held::{self, Held, Row};
use super::layout::Layout;
use super::records::Records;
use crate::value::ChatId;

/// A table that writes go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeName {
    /// Records, by chat and place: in the archive.
    History,
    /// What each chat has chosen: in sled.
    Preferences,
    /// What was accepted and is not finished, and which updates were finished lately: in sled.
    Journal,
}

impl TreeName {
    /// Each of them.
    pub(super) const ALL: [Self; 3] = [Self::History, Self::Preferences, Self::Journal];

    /// Those that are trees of sled's.
    pub(super) const IN_SLED: [Self; 2] = [Self::Preferences, Self::Journal];
}

/// All that is kept, for reading: with what is held and neither the archive nor sled has yet. As long as one of these
/// lives, sled holds its files.
#[derive(Clone)]
pub(super) struct Trees {
    /// The data directory, for errors.
    dir: PathBuf,
    held: Arc<RwLock<Held>>,
    records: Records,
    preferences: Tree,
    journal: Tree,
}

/// For reading beside the writer: the open trees, or why there are none, because the writer may have to take them away.
#[derive(Clone)]
pub(super) struct Readers(Arc<RwLock<Result<Arc<Trees>, Error>>>);

/// All that is kept, open.
pub(super) struct Database {
    pub(super) engine: Engine,
    appender: Appender,
    pub(super) trees: Trees,
}

impl Database {
    /// Of sled and the archive, which belong together.
    pub(super) fn of(layout: &Layout, engine: Engine, appender: Appender) -> Self {
        let trees = Trees {
            dir: layout.dir.clone(),
            held: Arc::default(),
            records: Records::new(layout.dir.clone(), appender.archive().clone(), engine.heads.clone()),
            preferences: engine.preferences.clone(),
            journal: engine.journal.clone(),
        };
        Self { engine, appender, trees }
    }

    /// How long the archive is, in bytes.
    pub(super) fn archived(&self) -> u64 {
        self.appender.archive().end()
    }

    /// The CRC-32 of the archive.
    pub(super) fn crc32(&self) -> u32 {
        self.appender.crc32()
    }

    /// Of sled and the archive of a store that was not closed and was `marked` as having so many bytes of the archive. All
    /// that was found in it is made durable; then sled gets the heads of the blocks that it does not know.
    pub(super) fn found(layout: &Layout, engine: Engine, marked: u64, found: &Found) -> Result<Self, Error> {
        let database = Self::of(layout, engine, archive::go_on(layout, marked, found)?);
        found.newer_heads().try_for_each(|head| database.put_head(head))?;
        Ok(database)
    }

    /// The same archive with another sled, which has the same rows.
    pub(super) fn with(self, layout: &Layout, open: impl FnOnce() -> Result<Engine, Error>) -> Result<Self, Error> {
        let appender = self.appender;
        drop((self.engine, self.trees));
        Ok(Self::of(layout, open()?, appender))
    }

    /// Holds changes: they are read from now on, and get to their places with the next [`Database::flush`].
    pub(super) fn hold(&self, changes: &[Change]) {
        self.trees.held.write().unwrap_or_else(PoisonError::into_inner).put(changes);
    }

    /// Gives the archive and sled what is held, and has both write all of it: first the archive, durably, then sled, so
    /// that no head is of a block that is not there. Not in one of sled's transactions: each of those wakes sled's
    /// threads to write twice. This may be stopped anywhere; the write-ahead log has all of it. Only one thread may
    /// ever be in here (sled#1308), and none may hold anything meanwhile.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.archive_records()?;
        let held = self.trees.held.read().unwrap_or_else(PoisonError::into_inner);
        for tree in TreeName::IN_SLED {
            held.all(tree).try_for_each(|(key, value)| self.put(tree, key, value.map(AsRef::as_ref)))?;
        }
        drop(held);
        self.engine.flush()?;
        // Emptied last: a read looks at what is held first and at sled and the archive second, so that it finds a row in
        // one of them at any moment.
        let given = std::mem::take(&mut *self.trees.held.write().unwrap_or_else(PoisonError::into_inner));
        // Freed here, with the lock let go: a read must not wait for it.
        drop(given);
        Ok(())
    }

    fn archive_records(&mut self) -> Result<(), Error> {
        let trees = &self.trees;
        let records: Vec<Kept> = trees.held(|held| held.all(TreeName::History).filter_map(record).collect());
        let heads = self.appender.append(&records, |chat| trees.records.newest(chat))?;
        heads.into_iter().try_for_each(|newest| self.put_head(newest))
    }

    fn put_head(&self, (chat, newest): (ChatId, u64)) -> Result<(), Error> {
        let (key, value) = head(chat, newest);
        self.engine.heads.insert(key, &value).map(|_before| ()).map_err(|error| self.engine.error(&error))
    }

    fn put(&self, tree: TreeName, key: &[u8], value: Option<&[u8]>) -> Result<(), Error> {
        let Some(tree) = self.trees.in_sled(tree) else { return Ok(()) };
        let put = match value {
            Some(value) => tree.insert(key, value),
            None => tree.remove(key),
        };
        put.map(|_before| ()).map_err(|error| self.engine.error(&error))
    }
}

/// A held row as a record. Nothing removes one.
fn record((key, value): (&IVec, Option<&IVec>)) -> Option<Kept> {
    let record = key::read_record(key);
    if record.is_none() {
        tracing::error!(?key, "a key in the history is no record's: passed over");
    }
    let (chat, seq) = record?;
    Some((chat, seq, value?.clone()))
}

impl Readers {
    /// Readers of `trees`.
    pub(super) fn of(trees: Trees) -> Self {
        Self(Arc::new(RwLock::new(Ok(Arc::new(trees)))))
    }

    /// The open trees. sled's files stay in use as long as they are held.
    pub(super) fn trees(&self) -> Result<Arc<Trees>, Error> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives later reads other trees, or an error.
    pub(super) fn set(&self, trees: Result<Trees, Error>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = trees.map(Arc::new);
    }
}

impl Trees {
    /// The value of a row, if it is there.
    pub(super) fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<IVec>, Error> {
        if let Some(value) = self.held(|held| held.get(tree, key)) {
            return Ok(value);
        }
        match self.in_sled(tree) {
            Some(tree) => tree.get(key).map_err(|error| self.error(&error)),
            None => self.records.get(key),
        }
    }

    /// The rows between two keys, in an order.
    pub(super) fn range<'a>(
        &'a self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        let held: Vec<_> = self.held_between(tree, bounds);
        let stored: Box<dyn Iterator<Item = _>> = match self.in_sled(tree) {
            Some(tree) => {
                Box::new(order.of(tree.range::<&[u8], _>(bounds)).map(|row| row.map_err(|error| self.error(&error))))
            }
            None => Box::new(self.records.range(bounds, order)),
        };
        held::merge(order.of(held.into_iter()), stored, order)
    }

    /// What is held of the rows between two keys, by rising keys.
    pub(super) fn held_between(
        &self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> Vec<(IVec, Option<IVec>)> {
        self.held(|held| held.range(tree, bounds).collect())
    }

    /// The archive.
    pub(super) fn archive(&self) -> &Arc<Archive> {
        self.records.archive()
    }

    /// Reads what is held. Never while the archive or sled is read, which may wait for the disk: whoever commits waits
    /// for this.
    fn held<T>(&self, read: impl FnOnce(&Held) -> T) -> T {
        read(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The tree of sled's in which a table is, if it is in one.
    fn in_sled(&self, name: TreeName) -> Option<&Tree> {
        match name {
            TreeName::History => None,
            TreeName::Preferences => Some(&self.preferences),
            TreeName::Journal => Some(&self.journal),
        }
    }

    /// What an error of sled means here.
    fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
