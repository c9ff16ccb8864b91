//! sled itself: opened with what fits the bot, its trees by name, its panics caught.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use ::sled::{Db, IVec, Tree};

use super::super::Error;
use super::super::paging::Order;
use super::change::Change;
use super::held::{self, Held, Row};
use super::layout::once_let_go;
use super::manifest::SCHEMA;

/// How much of the data sled keeps in memory, in bytes as they are in its file; they take about twice that. Its own
/// default is 1 GiB. What is looked at is mostly what was asked last, so that more makes no page faster
/// (`benches/history.rs`); and less frees nothing, because each of sled's 256 shards keeps a page of its own.
const CACHE: u64 = 1024 * 1024;

/// A tree that writes go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeName {
    /// Records, by chat and place.
    History,
    /// What each chat has chosen.
    Preferences,
    /// What was accepted and is not finished, and which updates were finished lately.
    Journal,
}

impl TreeName {
    /// Each of them.
    pub(super) const ALL: [Self; 3] = [Self::History, Self::Preferences, Self::Journal];
}

/// The open trees, with what is held and sled does not have yet. As long as one of these lives, sled holds its files.
#[derive(Clone)]
pub(super) struct Trees {
    /// The data directory, for errors.
    dir: PathBuf,
    held: Arc<RwLock<Held>>,
    history: Tree,
    preferences: Tree,
    journal: Tree,
}

/// The open database.
pub(super) struct Database {
    db: Db,
    meta: Tree,
    pub(super) trees: Trees,
}

impl Database {
    /// Opens, or makes, the database in `sled`; errors name the data directory, `dir`.
    pub(super) fn open(dir: &Path, sled: &Path) -> Result<Self, Error> {
        let open = || -> ::sled::Result<Self> {
            // No flusher thread: the writer flushes at checkpoints, and sled deadlocks where many flush at once.
            let db = ::sled::Config::new().path(sled).cache_capacity(CACHE).flush_every_ms(None).open()?;
            let meta = db.open_tree("meta")?;
            let trees = Trees {
                dir: dir.to_owned(),
                held: Arc::default(),
                history: db.open_tree("history")?,
                preferences: db.open_tree("preferences")?,
                journal: db.open_tree("journal")?,
            };
            Ok(Self { db, meta, trees })
        };
        once_let_go(|| catching(dir, open)?.map_err(|error| Error::from_sled(dir, &error)))
    }

    /// Writes down which store this is.
    pub(super) fn write_meta(&self, id: &str) -> Result<(), Error> {
        let write = || {
            self.meta.insert("id", id)?;
            self.meta.insert("schema", &SCHEMA.to_be_bytes())?;
            self.flush()
        };
        write().map_err(|error| self.trees.error(&error))
    }

    /// Sees that this is the store of that id, and of a schema that this build knows.
    pub(super) fn check_meta(&self, id: &str) -> Result<(), Error> {
        let get = |name| self.meta.get(name).map_err(|error| self.trees.error(&error));
        let dir = &self.trees.dir;
        match get("id")? {
            Some(found) if found == id.as_bytes() => {}
            Some(_) => return Err(Error::damaged(dir, "sled/ belongs to another store than store.json")),
            None => return Err(Error::damaged(dir, "sled/ was emptied")),
        }
        let schema = get("schema")?.and_then(|bytes| Some(u32::from_be_bytes(bytes.as_ref().try_into().ok()?)));
        match schema {
            Some(found) if found > SCHEMA => Err(Error::NewerSchema { dir: dir.clone(), found, known: SCHEMA }),
            Some(_) => Ok(()),
            None => Err(Error::damaged(dir, "its schema cannot be read")),
        }
    }

    /// Holds changes: they are read from now on, and sled gets them with the next [`Database::flush`].
    pub(super) fn hold(&self, changes: &[Change]) {
        self.trees.held.write().unwrap_or_else(PoisonError::into_inner).put(changes);
    }

    /// Makes changes in sled one after another: those of a replay, a restore or a compaction.
    pub(super) fn apply(&self, changes: &[Change]) -> ::sled::Result<()> {
        changes.iter().try_for_each(|Change { tree, key, value }| self.put(*tree, key, value.as_deref()))
    }

    /// Gives sled what is held, and has it write all of it. Not in one of sled's transactions: each of those wakes sled's
    /// threads to write twice. sled may be stopped at any row; the write-ahead log has all of them. Only one thread may
    /// ever be in here (sled#1308), and none may hold anything meanwhile.
    pub(super) fn flush(&self) -> ::sled::Result<()> {
        let held = self.trees.held.read().unwrap_or_else(PoisonError::into_inner);
        for tree in TreeName::ALL {
            held.all(tree).try_for_each(|(key, value)| self.put(tree, key, value.map(AsRef::as_ref)))?;
        }
        drop(held);
        self.db.flush()?;
        // Not before sled has all of it: who reads looks here first, and then there.
        let given = std::mem::take(&mut *self.trees.held.write().unwrap_or_else(PoisonError::into_inner));
        // Nobody who reads waits for this.
        drop(given);
        Ok(())
    }

    fn put(&self, tree: TreeName, key: &[u8], value: Option<&[u8]>) -> ::sled::Result<()> {
        let tree = self.trees.stored(tree);
        match value {
            Some(value) => tree.insert(key, value)?,
            None => tree.remove(key)?,
        };
        Ok(())
    }
}

impl Trees {
    /// The value of a row, if it is there.
    pub(super) fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.held(|held| held.get(tree, key)) {
            Some(value) => Ok(value),
            None => self.stored(tree).get(key).map_err(|error| self.error(&error)),
        }
    }

    /// The rows between two keys, in an order.
    pub(super) fn range<'a>(
        &'a self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        let held: Vec<_> = self.held(|held| held.range(tree, bounds).collect());
        let stored = self.stored(tree).range::<&[u8], _>(bounds);
        let stored = order.of(stored).map(|row| row.map_err(|error| self.error(&error)));
        held::merge(order.of(held.into_iter()), stored, order)
    }

    /// Reads what is held. Never while sled is read, which may wait for the disk: whoever commits waits for this.
    fn held<T>(&self, read: impl FnOnce(&Held) -> T) -> T {
        read(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The tree of that name as sled has it: all of it only where nothing was held since the last
    /// [`Database::flush`].
    pub(super) fn stored(&self, name: TreeName) -> &Tree {
        match name {
            TreeName::History => &self.history,
            TreeName::Preferences => &self.preferences,
            TreeName::Journal => &self.journal,
        }
    }

    /// What an error of sled means here.
    pub(super) fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

/// Runs `work`, in which sled may panic over damaged data; that is then an error like any other.
pub(super) fn catching<T>(dir: &Path, work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Error::damaged(dir, "sled panicked over its files"))
}
