//! The data directory around sled: whether it is one, and which store is in it.
//!
//! | name | what it is |
//! |---|---|
//! | `store.json` | what the directory is, its schema, the store's id, and whether a backup is being restored into it |
//! | `sled/` | sled's own files; sled locks them as long as a process has the store open |
//! | `deletions.jsonl` | [`notes`] of what was deleted for good, and of what became of people and groups |
//! | `sled.new/`, `sled.old/` | only while sled's files are written anew, or where that was cut off |
//! | `control` | only while a bot has it open: the socket at which `ceknomor backup` asks |
//!
//! The id stands in sled too: sled opens an empty store without a word where its file is missing or emptied. A new
//! store has it there before `store.json` is written, so that a making that was cut off is seen as what it is.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::super::Error;
use super::database::{Changes, Database, TreeName};
use super::notes;

/// The schema that this build writes, and the newest that it reads.
pub(super) const SCHEMA: u32 = 1;

/// The key of the store's id in the tree `meta`.
const ID: &[u8] = b"id";

/// What `store.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// Always `ceknomor`.
    store: String,
    /// The layout of trees, keys and values.
    schema: u32,
    /// A UUID. Empty in a schema that this build does not know.
    #[serde(default)]
    id: String,
    /// Whether a backup is being restored into it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    restoring: bool,
    /// Whether something was deleted for good that sled's files may still hold: sled frees what was deleted, and writes
    /// over it only much later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    holds_deleted: bool,
}

/// Opens the database of the store in the directory. Both are made where they are not there. Where something was
/// deleted for good since, sled's files are written anew before.
pub(super) fn open(dir: &Path) -> Result<Database, Error> {
    let database = open_as_it_is(dir)?;
    if let Err(error) = notes::tidy(dir) {
        tracing::error!(%error, "deletions.jsonl could not be written anew");
    }
    if !holds_deleted(dir)? {
        return Ok(database);
    }
    match write_anew(dir, database) {
        Ok(()) => tracing::info!("wrote the store anew, without what was deleted"),
        Err(error) => tracing::error!(%error, "the store could not be written anew; it may hold deleted data still"),
    }
    open_as_it_is(dir)
}

/// Writes sled's files anew where they may hold what was deleted: then they do so no more.
///
/// # Errors
/// The directory is in use or damaged, or there is no room for another copy of the data.
pub fn rewrite(dir: &Path) -> Result<(), Error> {
    let database = open_as_it_is(dir)?;
    if holds_deleted(dir)? { write_anew(dir, database) } else { Ok(()) }
}

fn holds_deleted(dir: &Path) -> Result<bool, Error> {
    Ok(Manifest::read(dir)?.is_some_and(|manifest| manifest.holds_deleted))
}

/// Copies what is there into new files, and puts these in the place of the old ones. Cut off anywhere, either is there.
fn write_anew(dir: &Path, old: Database) -> Result<(), Error> {
    let io = |error: io::Error| Error::from_io(dir, &error);
    let (sled, new, gone) = (dir.join("sled"), dir.join("sled.new"), dir.join("sled.old"));
    if new.exists() {
        fs::remove_dir_all(&new).map_err(io)?;
    }
    let copied = Database::open(dir, "sled.new").and_then(|database| old.copy_to(&database));
    if let Err(error) = copied {
        let _ = fs::remove_dir_all(&new);
        return Err(error);
    }
    drop(old);
    let swap = || {
        sync_all(&new)?;
        fs::rename(&sled, &gone)?;
        fs::rename(&new, &sled)?;
        File::open(dir)?.sync_all()?;
        fs::remove_dir_all(&gone)
    };
    swap().map_err(io)?;
    Manifest::amend(dir, |manifest| manifest.holds_deleted = false)
}

/// Ends a writing anew that was cut off in the midst of its swap.
fn end_swap(dir: &Path) -> io::Result<()> {
    let (sled, gone) = (dir.join("sled"), dir.join("sled.old"));
    match (sled.exists(), gone.exists()) {
        (_, false) => Ok(()),
        (true, true) => fs::remove_dir_all(gone),
        (false, true) => fs::rename(gone, sled),
    }
}

/// Has the next opening write sled's files anew: something is being deleted for good.
pub(super) fn expect_rewrite(dir: &Path) -> Result<(), Error> {
    if holds_deleted(dir)? { Ok(()) } else { Manifest::amend(dir, |manifest| manifest.holds_deleted = true) }
}

fn open_as_it_is(dir: &Path) -> Result<Database, Error> {
    let (sled, damaged) = (dir.join("sled"), |what: &str| Err(Error::damaged(dir, what)));
    make_dir(dir)?;
    end_swap(dir).map_err(|error| Error::from_io(dir, &error))?;
    // Before sled, which makes what it does not find.
    holds_store(dir)?;
    if let Some(manifest) = Manifest::read(dir)? {
        if manifest.restoring {
            let remedy = "if it was cut off, remove the directory, then restore again";
            return Err(Error::Unusable(format!("a restore into {} is not finished; {remedy}", dir.display())));
        }
        if !fs::metadata(sled.join("db")).is_ok_and(|file| file.len() > 0) {
            return damaged("sled's file is missing or empty");
        }
    }
    let database = Database::open(dir, "sled")?;
    // Now alone: another may have made the store just before.
    match (Manifest::read(dir)?, database.value(TreeName::Meta, ID)?) {
        (Some(manifest), Some(id)) if manifest.id.as_bytes() == id.as_ref() => Ok(database),
        (Some(_), Some(_)) => damaged("sled/ belongs to another store than store.json"),
        (Some(_), None) => damaged("sled/ was emptied"),
        (None, _) if !database.is_empty() => damaged("store.json is missing"),
        (None, _) => {
            let id = Uuid::new_v4().to_string();
            database.commit(&Changes::from([((TreeName::Meta, ID.to_vec()), Some(id.clone().into_bytes()))]))?;
            database.flush()?;
            let store = "ceknomor".to_owned();
            let manifest = Manifest { store, schema: SCHEMA, id, restoring: false, holds_deleted: false };
            let written = sync_all(&sled).and_then(|()| manifest.write(dir));
            written.map(|()| database).map_err(|error| Error::from_io(dir, &error))
        }
    }
}

/// Makes a new database durable with all names: sled does so with no file but that of its data, and with no name.
fn sync_all(sled: &Path) -> io::Result<()> {
    for entry in fs::read_dir(sled)? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(sled)?.sync_all()
}

/// Says in `store.json` whether a backup is being restored into the directory: then it is not opened again.
pub(in super::super) fn set_restoring(dir: &Path, restoring: bool) -> Result<(), Error> {
    Manifest::amend(dir, |manifest| manifest.restoring = restoring)
}

impl Manifest {
    /// What `store.json` says, if it is there and of a schema that this build knows.
    fn read(dir: &Path) -> Result<Option<Self>, Error> {
        let text = match fs::read(dir.join("store.json")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::from_io(dir, &error)),
        };
        let unreadable = |_| Error::damaged(dir, "store.json cannot be read");
        let manifest: Self = serde_json::from_slice(&text).map_err(unreadable)?;
        if manifest.store != "ceknomor" {
            return Err(Error::foreign(dir, "store.json"));
        }
        if manifest.schema > SCHEMA {
            let found = format!("has schema {}, this build knows up to {SCHEMA}", manifest.schema);
            return Err(Error::Unusable(format!("{} {found}: install the newer ceknomor again", dir.display())));
        }
        Ok(Some(manifest))
    }

    /// Changes what `store.json` says.
    fn amend(dir: &Path, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let mut manifest = Self::read(dir)?.ok_or_else(|| Error::damaged(dir, "store.json is missing"))?;
        change(&mut manifest);
        manifest.write(dir).map_err(|error| Error::from_io(dir, &error))
    }

    /// Writes `store.json` durably in the place of the one before.
    fn write(&self, dir: &Path) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(dir)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.as_file().sync_all()?;
        file.persist(dir.join("store.json"))?;
        File::open(dir)?.sync_all()
    }
}

/// Makes the directory where there is none: its owner's alone, because customers' names are in it. One that is there
/// stays as it is.
pub(in super::super) fn make_dir(dir: &Path) -> Result<(), Error> {
    let parents = dir.parent().map_or(Ok(()), fs::create_dir_all);
    let made = parents.and_then(|()| DirBuilder::new().recursive(true).mode(0o700).create(dir));
    made.map_err(|error| Error::from_io(dir, &error))
}

/// Whether a store is, or should be, in the directory.
///
/// # Errors
/// There is something else in it and no store.
pub(in super::super) fn holds_store(dir: &Path) -> Result<bool, Error> {
    if dir.join("store.json").exists() || dir.join("sled").exists() {
        return Ok(true);
    }
    let io = |error: io::Error| Error::from_io(dir, &error);
    for entry in fs::read_dir(dir).map_err(io)? {
        let name = entry.map_err(io)?.file_name();
        let name = name.to_string_lossy();
        if !matches!(&*name, "control" | notes::NAME | "lost+found") && !name.starts_with('.') {
            return Err(Error::foreign(dir, &name));
        }
    }
    Ok(false)
}
