//! sled itself: its trees, how they are opened, committed to and read. What is in them is not known here.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs::{self, File, Permissions};
use std::io;
use std::ops::RangeBounds;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ::sled::transaction::{ConflictableTransactionError, TransactionError, Transactional, TransactionalTree};
use ::sled::{Config, Db, IVec, Tree};

use super::super::Error;

/// How much of the data sled keeps in memory, in bytes; its own default is 1 GiB.
const CACHE_CAPACITY: u64 = 8 * 1024 * 1024;

/// The least room on the disk with which something is committed, in bytes: for a large group and for sled's snapshot.
pub(super) const SPARE: u64 = 16 * 1024 * 1024;

/// The same for what deletes, which needs little: a full disk keeps nobody's data.
pub(super) const SPARE_TO_DELETE: u64 = SPARE / 2;

/// How often, and how long apart, an opening is tried: sled's threads let go of its files a moment after a close.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// What it means that sled panics.
pub(super) const PANICKED: &str = "sled panicked over its files";

/// A tree of sled's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TreeName {
    /// Records by chat and place.
    History,
    /// Jobs by their order and their updates, which are known so even where a job cannot be read. One that has ended
    /// has no value.
    Jobs,
    /// Rows by kind and key.
    Rows,
    /// The store's id, and the counters.
    Meta,
    /// Who did what, by time.
    Audit,
}

impl TreeName {
    /// In the order of the kinds.
    const NAMES: [&str; 5] = ["history", "jobs", "rows", "meta", "audit"];
}

/// The rows that are to be written, or removed where there is no value.
pub(super) type Changes = HashMap<(TreeName, Vec<u8>), Option<Vec<u8>>>;

/// The open database. As long as one of these lives, sled has its files locked.
pub(super) struct Database {
    /// The data directory, for errors.
    pub(super) dir: PathBuf,
    /// In the order of [`TreeName`].
    trees: Vec<Tree>,
    db: Db,
    /// sled's file, opened beside sled: sled's own flush reaches the disk's cache only (`sync_file_range`). `None`: the
    /// database is gone with the process, and nothing is flushed.
    file: Option<File>,
}

impl Database {
    /// Opens, or makes, the database in the data directory `dir`, under the name that sled's own directory has there.
    pub(super) fn open(dir: &Path, name: &str) -> Result<Self, Error> {
        let sled = dir.join(name);
        prepare(&sled).map_err(|error| Error::from_io(dir, &error))?;
        let mut tries = 1;
        let (db, trees) = loop {
            match open(dir, Config::new().path(&sled)) {
                Err(Error::InUse(_)) if tries < TRIES => thread::sleep(BETWEEN_TRIES),
                opened => break opened?,
            }
            tries += 1;
        };
        let file = Some(File::open(sled.join("db")).map_err(|error| Error::from_io(dir, &error))?);
        Ok(Self { dir: dir.to_owned(), trees, db, file })
    }

    /// Makes a database that is gone with the process.
    pub(super) fn temporary() -> Result<Self, Error> {
        let config = Config::new().temporary(true);
        let dir = config.get_path();
        let (db, trees) = open(&dir, config)?;
        fs::set_permissions(&dir, Permissions::from_mode(0o700)).map_err(|error| Error::from_io(&dir, &error))?;
        Ok(Self { dir, trees, db, file: None })
    }

    /// Sees that the disk can take a group: that the files are where they were opened, for what was removed or renamed
    /// takes writes without an error; and that there is room for so many bytes, for sled does not get over a full disk.
    pub(super) fn check_disk(&self, spare: u64) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        let place = |file: fs::Metadata| (file.dev(), file.ino());
        let look = || -> io::Result<_> {
            let found = fs::metadata(self.dir.join("sled/db")).map(place)?;
            Ok((found == place(file.metadata()?), fs2::statvfs(&self.dir)?))
        };
        match look() {
            Ok((false, _)) => Err(Error::Gone(self.dir.clone())),
            // A file system that knows no sizes has no blocks at all.
            Ok((_, disk)) if disk.total_space() > 0 && disk.available_space() < spare => {
                Err(Error::Full(self.dir.clone()))
            }
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(Error::Gone(self.dir.clone()))
            }
            Err(error) => Err(Error::from_io(&self.dir, &error)),
        }
    }

    /// Writes each of `changes` by itself. They are durable once [`flush`](Self::flush) has returned.
    pub(super) fn write_each(&self, changes: &Changes) -> Result<(), Error> {
        catching(&self.dir, || {
            changes.iter().try_for_each(|((tree, key), value)| match value {
                Some(value) => self.tree(*tree).insert(key, value.as_slice()).map(drop),
                None => self.tree(*tree).remove(key).map(drop),
            })
        })
    }

    /// Writes all of `changes` or none. They are durable once [`flush`](Self::flush) has returned.
    pub(super) fn commit(&self, changes: &Changes) -> Result<(), Error> {
        // A row is whole by itself; a transaction has sled write up to two buffers more, each at the price of a flush.
        if changes.len() == 1 {
            return self.write_each(changes);
        }
        let write = |trees: &Vec<TransactionalTree>| {
            for ((tree, key), value) in changes {
                let Some(tree) = trees.get(*tree as usize) else { continue };
                match value {
                    Some(value) => tree.insert(key.as_slice(), value.as_slice())?,
                    None => tree.remove(key.as_slice())?,
                };
            }
            Ok::<_, ConflictableTransactionError<Infallible>>(())
        };
        let written = || match self.trees.as_slice().transaction(write) {
            Ok(()) => Ok(()),
            Err(TransactionError::Storage(error)) => Err(error),
        };
        catching(&self.dir, written)
    }

    /// Waits until all that was committed is durable. Only one thread may ever be in here: sled deadlocks where many
    /// flush at once (sled#1308).
    pub(super) fn flush(&self) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        catching(&self.dir, || self.db.flush())?;
        file.sync_data().map_err(|error| Error::from_io(&self.dir, &error))
    }

    /// Writes all that is here into another database, which is empty. Durable when it returns.
    pub(super) fn copy_to(&self, other: &Self) -> Result<(), Error> {
        catching(&self.dir, || {
            for (from, to) in self.trees.iter().zip(&other.trees) {
                for row in from {
                    let (key, value) = row?;
                    to.insert(key, value)?;
                }
            }
            Ok(())
        })?;
        other.flush()
    }

    /// The value of a row of a tree.
    pub(super) fn value(&self, tree: TreeName, key: &[u8]) -> Result<Option<IVec>, Error> {
        catching(&self.dir, || self.tree(tree).get(key))
    }

    /// Whether it is gone with the process.
    pub(super) fn is_temporary(&self) -> bool {
        self.file.is_none()
    }

    /// Whether nothing was ever kept: all trees but that of the id are empty.
    pub(super) fn is_empty(&self) -> bool {
        self.trees.iter().filter(|tree| tree.name() != "meta").all(Tree::is_empty)
    }

    /// What `read` makes of the rows of a tree whose keys lie in a range, by their keys; `None` is passed over.
    pub(super) fn range<K: AsRef<[u8]>, T>(
        &self,
        tree: TreeName,
        keys: impl RangeBounds<K>,
        read: impl Fn(IVec, IVec) -> Option<T>,
    ) -> impl DoubleEndedIterator<Item = Result<T, Error>> {
        self.tree(tree).range(keys).filter_map(move |row| match row {
            Ok((key, value)) => read(key, value).map(Ok),
            Err(error) => Some(Err(Error::from_sled(&self.dir, &error))),
        })
    }

    fn tree(&self, name: TreeName) -> &Tree {
        // There is one for each name; the default tree, which is empty, stands in for what cannot be.
        self.trees.get(name as usize).unwrap_or(&self.db)
    }
}

/// Opens sled and its trees, and reads a row, so that damage shows here.
fn open(dir: &Path, config: Config) -> Result<(Db, Vec<Tree>), Error> {
    catching(dir, || {
        // Without sled's own flusher: the writer flushes what has to be durable. `config` must not be cloned: where it
        // is temporary, the end of any clone removes the files.
        let db = config.cache_capacity(CACHE_CAPACITY).flush_every_ms(None).open()?;
        let trees = TreeName::NAMES.iter().map(|name| db.open_tree(name)).collect::<Result<Vec<_>, _>>()?;
        Ok((db, trees))
    })
}

/// Runs `work`, in which sled may panic over damaged data; that is then an error like any other.
fn catching<T>(dir: &Path, work: impl FnOnce() -> ::sled::Result<T>) -> Result<T, Error> {
    let ended = catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Error::damaged(dir, PANICKED))?;
    ended.map_err(|error| Error::from_sled(dir, &error))
}

/// Makes sled's directory, and leaves it to its owner alone: what sled makes in it follows the umask. Removes the
/// snapshot that sled was writing when it was killed: sled would take it for a whole one, the newest, and refuse to
/// open.
fn prepare(sled: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(sled)?;
    fs::set_permissions(sled, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(sled)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
