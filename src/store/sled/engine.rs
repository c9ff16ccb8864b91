//! sled itself: opened with what fits the bot, its trees, its panics caught.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ::sled::{Db, IVec, Tree};

use super::super::{Error, key};
use super::held::Row;
use super::layout::{once_let_go, remove_unfinished};
use super::manifest::SCHEMA;
use crate::value::ChatId;

/// How much of the data sled keeps in memory, in bytes as they are in its file; they take about twice that. Its own
/// default is 1 GiB. All that it has is not much more than this; and less frees nothing, because each of sled's 256
/// shards keeps a page of its own.
const CACHE: u64 = 1024 * 1024;

/// sled, open. As long as one of its trees lives, sled holds its files.
pub(super) struct Engine {
    /// The data directory, for errors.
    dir: PathBuf,
    db: Db,
    /// What it is: the store's id and schema.
    meta: Tree,
    /// Where each chat's newest block begins in the archive.
    pub(super) heads: Tree,
    /// What each chat has chosen.
    pub(super) preferences: Tree,
    /// What was accepted and is not finished, and which updates were finished lately.
    pub(super) journal: Tree,
}

impl Engine {
    /// Opens, or makes, the database in `sled`; errors name the data directory, `dir`.
    pub(super) fn open(dir: &Path, sled: &Path) -> Result<Self, Error> {
        open(dir, sled, |db| {
            Ok(Self {
                dir: dir.to_owned(),
                meta: db.open_tree("meta")?,
                heads: db.open_tree("heads")?,
                preferences: db.open_tree("preferences")?,
                journal: db.open_tree("journal")?,
                db,
            })
        })
    }

    /// The trees that hold what is kept.
    pub(super) fn trees(&self) -> [&Tree; 3] {
        [&self.heads, &self.preferences, &self.journal]
    }

    /// Writes down which store this is.
    pub(super) fn write_meta(&self, id: &str) -> Result<(), Error> {
        let write = || {
            self.meta.insert("id", id)?;
            self.meta.insert("schema", &SCHEMA.to_be_bytes())
        };
        write().map_err(|error| self.error(&error))?;
        self.flush()
    }

    /// Sees that this is the store of that id, and of a schema that this build knows.
    pub(super) fn check_meta(&self, id: &str) -> Result<(), Error> {
        check_meta(&self.dir, &self.meta, id).map(|_schema| ())
    }

    /// All of `heads`.
    pub(super) fn all_heads(&self) -> Result<HashMap<ChatId, u64>, Error> {
        self.rows(&self.heads).map(|row| row.and_then(|row| read_head(&self.dir, &row))).collect()
    }

    /// The rows of a tree.
    pub(super) fn rows<'a>(&'a self, tree: &Tree) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        tree.iter().map(|row| row.map_err(|error| self.error(&error)))
    }

    /// Has sled write all that it was given. Only one thread may ever be in here (sled#1308).
    pub(super) fn flush(&self) -> Result<(), Error> {
        self.db.flush().map(|_bytes| ()).map_err(|error| self.error(&error))
    }

    /// What an error of sled means here.
    pub(super) fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

/// The key and the value of a row of `heads`.
pub(super) fn head(chat: ChatId, newest: u64) -> ([u8; 8], [u8; 8]) {
    (key::of_chat(chat), newest.to_be_bytes())
}

/// What [`head`] gave.
pub(super) fn read_head(dir: &Path, (chat, newest): &Row) -> Result<(ChatId, u64), Error> {
    let chat = key::read_chat(chat);
    let newest = newest.as_ref().try_into().ok().map(u64::from_be_bytes);
    chat.zip(newest).ok_or_else(|| Error::damaged(dir, "sled does not say where a chat's records are"))
}

/// Opens sled, and of it what `trees` takes.
pub(super) fn open<T>(dir: &Path, sled: &Path, trees: impl Fn(Db) -> ::sled::Result<T>) -> Result<T, Error> {
    remove_unfinished(sled).map_err(|error| Error::from_io(dir, &error))?;
    let open = || -> ::sled::Result<T> {
        // No flusher thread: the writer flushes at checkpoints, and sled deadlocks where many flush at once.
        trees(::sled::Config::new().path(sled).cache_capacity(CACHE).flush_every_ms(None).open()?)
    };
    once_let_go(|| catching(dir, open)?.map_err(|error| Error::from_sled(dir, &error)))
}

/// Sees that `meta` is that of the store of that id, and of a schema that this build knows. Gives the schema.
pub(super) fn check_meta(dir: &Path, meta: &Tree, id: &str) -> Result<u32, Error> {
    let get = |name| meta.get(name).map_err(|error| Error::from_sled(dir, &error));
    match get("id")? {
        Some(found) if found == id.as_bytes() => {}
        Some(_) => return Err(Error::damaged(dir, "sled/ belongs to another store than store.json")),
        None => return Err(Error::damaged(dir, "sled/ was emptied")),
    }
    let schema = get("schema")?.and_then(|bytes: IVec| Some(u32::from_be_bytes(bytes.as_ref().try_into().ok()?)));
    match schema {
        Some(found) if found > SCHEMA => Err(Error::NewerSchema { dir: dir.to_owned(), found, known: SCHEMA }),
        Some(found) => Ok(found),
        None => Err(Error::damaged(dir, "its schema cannot be read")),
    }
}

/// Runs `work`, in which sled may panic over damaged data; that is then an error like any other.
pub(super) fn catching<T>(dir: &Path, work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Error::damaged(dir, "sled panicked over its files"))
}
