//! The data directory around sled: whether it is one, and which store is in it.
//!
//! | name | what it is |
//! |---|---|
//! | `store.json` | what the directory is, its schema, the store's id, and whether a backup is being restored into it |
//! | `sled/` | sled's own files; sled locks them as long as a process has the store open |
//! | `control` | only while a bot has it open: the socket at which `ceknomor backup` asks |
//!
//! The id stands in sled too: sled opens an empty store without a word where its file is missing or emptied. A new
//! store has it there before `store.json` is written, so that a making that was cut off is seen as what it is.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::Error;
use super::database::{Changes, Database, TreeName};

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
}

/// Opens the database of the store in the directory. Both are made where they are not there.
pub(super) fn open(dir: &Path) -> Result<Database, Error> {
    let damaged = |what: &str| Err(Error::damaged(dir, what));
    make_dir(dir)?;
    // Before sled, which makes what it does not find.
    holds_store(dir)?;
    if let Some(manifest) = Manifest::read(dir)? {
        if manifest.restoring {
            return Err(Error::Unfinished(dir.to_owned()));
        }
        if !fs::metadata(dir.join("sled/db")).is_ok_and(|file| file.len() > 0) {
            return damaged("sled's file is missing or empty");
        }
    }
    let database = Database::open(dir)?;
    // Now alone: another may have made the store just before.
    let id = database.value(TreeName::Meta, ID)?;
    match (Manifest::read(dir)?, id) {
        (Some(manifest), Some(id)) if manifest.id.as_bytes() == id.as_ref() => {}
        (Some(_), Some(_)) => return damaged("sled/ belongs to another store than store.json"),
        (Some(_), None) => return damaged("sled/ was emptied"),
        (None, _) if !database.is_empty() => return damaged("store.json is missing"),
        (None, _) => {
            let id = Uuid::new_v4().to_string();
            database.commit(&Changes::from([((TreeName::Meta, ID.to_vec()), Some(id.clone().into_bytes()))]))?;
            let manifest = Manifest { store: "ceknomor".to_owned(), schema: SCHEMA, id, restoring: false };
            let written = sync_all(&dir.join("sled")).and_then(|()| manifest.write(dir));
            written.map_err(|error| Error::from_io(dir, &error))?;
        }
    }
    Ok(database)
}

/// Says in `store.json` whether a backup is being restored into the directory: then it is not opened again before that
/// ends.
pub(in super::super) fn set_restoring(dir: &Path, restoring: bool) -> Result<(), Error> {
    let manifest = Manifest::read(dir)?.ok_or_else(|| Error::damaged(dir, "store.json is missing"))?;
    Manifest { restoring, ..manifest }.write(dir).map_err(|error| Error::from_io(dir, &error))
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
            return Err(Error::Foreign { dir: dir.to_owned(), found: "store.json".to_owned() });
        }
        if manifest.schema > SCHEMA {
            return Err(Error::NewerSchema { dir: dir.to_owned(), found: manifest.schema, known: SCHEMA });
        }
        Ok(Some(manifest))
    }

    /// Writes `store.json` durably in the place of the one before.
    fn write(&self, dir: &Path) -> io::Result<()> {
        let next = dir.join("store.json.new");
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&next, dir.join("store.json"))?;
        File::open(dir)?.sync_all()
    }
}

/// Makes the directory where there is none: its owner's alone, because customers' names are in it. One that is there
/// stays as it is.
pub(in super::super) fn make_dir(dir: &Path) -> Result<(), Error> {
    if dir.is_dir() {
        return Ok(());
    }
    if dir.symlink_metadata().is_ok() {
        // A file, or a link that leads nowhere.
        return Err(Error::NotADirectory(dir.to_owned()));
    }
    let made = || {
        dir.parent().map_or(Ok(()), fs::create_dir_all)?;
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        fs::set_permissions(dir, Permissions::from_mode(0o700))
    };
    made().map_err(|error| match error.kind() {
        // Something on the way to it.
        io::ErrorKind::AlreadyExists => Error::NotADirectory(dir.to_owned()),
        _ => Error::from_io(dir, &error),
    })
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
        if !matches!(&*name, "store.json.new" | "control" | "lost+found") && !name.starts_with('.') {
            return Err(Error::Foreign { dir: dir.to_owned(), found: name.into_owned() });
        }
    }
    Ok(false)
}

/// Makes sled's files and their names durable: sled does so for the file of its data alone.
fn sync_all(sled: &Path) -> io::Result<()> {
    for entry in fs::read_dir(sled)? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(sled)?.sync_all()
}
