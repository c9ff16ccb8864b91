//! sled itself: opened with what fits the bot, its trees by name, its panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ::sled::{Db, Tree};

use super::super::Error;
use super::change::Change;
use super::layout::once_let_go;
use super::manifest::SCHEMA;

/// How much of the data sled keeps in memory, in bytes. Its own default is 1 GiB.
const CACHE: u64 = 8 * 1024 * 1024;

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

/// The open trees. As long as one of these lives, sled holds its files.
#[derive(Clone)]
pub(super) struct Trees {
    /// The data directory, for errors.
    dir: PathBuf,
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

    /// Makes the changes one after another, in sled's memory. Not in one of sled's transactions: each of those wakes
    /// sled's threads to write twice. That a group is kept whole or not at all is the write-ahead log's doing, which
    /// has all that sled may have written of it.
    pub(super) fn apply(&self, changes: &[Change]) -> ::sled::Result<()> {
        for Change { tree, key, value } in changes {
            let tree = self.trees.get(*tree);
            match value {
                Some(value) => tree.insert(key, value.as_slice())?,
                None => tree.remove(key)?,
            };
        }
        Ok(())
    }

    /// Writes what sled still holds in memory. Only one thread may ever be in here (sled#1308).
    pub(super) fn flush(&self) -> ::sled::Result<()> {
        self.db.flush().map(|_bytes| ())
    }
}

impl Trees {
    /// The tree of that name.
    pub(super) fn get(&self, name: TreeName) -> &Tree {
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
