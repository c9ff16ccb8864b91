//! `store.json`: what the directory is, its schema, and how it was left. Written whole, synced, then renamed.

use std::fs::{self, File};
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::super::Error;
use super::layout::{Layout, sync_dir};
use super::mark::{Mark, MarkFile, Reached};
use super::seal::{Seal, Sum};

/// The schema that this build writes, and the newest that it reads.
pub(super) const SCHEMA: u32 = 3;

/// What the directory says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Always `ceknomor`.
    store: String,
    /// The layout of keys and trees.
    pub(super) schema: u32,
    /// A UUID, also inside sled: so that two directories' halves are not taken for one store.
    pub(super) id: String,
    /// How it was left.
    #[serde(flatten)]
    pub(super) state: State,
}

/// How a directory was left.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(super) enum State {
    /// It was being made: nobody was promised anything yet.
    Creating,
    /// It is open, or was not closed.
    Open,
    /// It was closed, holding this, and sled's files were these.
    Closed {
        /// What was committed: an older one in the file `mark` would give places out twice.
        mark: Mark,
        /// Their lengths and checksums.
        seal: Seal,
        /// The archive's; before schema 3 there was none.
        #[serde(default)]
        archive: Option<Sum>,
    },
}

/// How a directory was left, by its manifest and its mark, which agree.
pub(super) enum Left<'a> {
    /// It was never whole.
    Unmade,
    /// Not closed; since the last checkpoint it reached this at least.
    Open(Reached),
    /// Closed, holding this.
    Closed {
        /// What it reached.
        reached: Reached,
        /// What sled's files were.
        seal: &'a Seal,
        /// What the archive was.
        archive: Option<Sum>,
    },
}

/// What can be read of a manifest of any schema.
#[derive(Deserialize)]
struct Head {
    store: String,
    schema: u32,
}

impl Manifest {
    /// The manifest of a store about to be made.
    pub(super) fn creating() -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        Self { store: "ceknomor".to_owned(), schema: SCHEMA, id, state: State::Creating }
    }

    /// Reads the manifest of a directory that should have one.
    pub(super) fn read(layout: &Layout) -> Result<Self, Error> {
        let text = fs::read(layout.manifest()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => layout.damaged("store.json is missing"),
            _ => layout.error(&error),
        })?;
        let unreadable = |_| layout.damaged("store.json cannot be read");
        let head: Head = serde_json::from_slice(&text).map_err(unreadable)?;
        if head.store != "ceknomor" {
            return Err(Error::Foreign { dir: layout.dir.clone(), found: "store.json".to_owned() });
        }
        if head.schema > SCHEMA {
            return Err(Error::NewerSchema { dir: layout.dir.clone(), found: head.schema, known: SCHEMA });
        }
        if head.schema == 0 {
            return Err(layout.damaged("store.json does not say of which schema it is"));
        }
        serde_json::from_slice(&text).map_err(unreadable)
    }

    /// How the directory was left.
    ///
    /// # Errors
    /// The file `mark` is missing or unreadable, or does not agree with this.
    pub(super) fn left(&self, layout: &Layout, mark_file: &mut MarkFile) -> Result<Left<'_>, Error> {
        let reached = mark_file.read().map_err(|error| layout.error(&error))?;
        match (&self.state, reached) {
            (State::Creating, None | Some(Reached { mark: Mark { last: 0, .. }, .. })) => Ok(Left::Unmade),
            (State::Creating, Some(_)) => Err(layout.damaged("store.json is older than what is kept")),
            (_, None) => Err(layout.damaged("the file `mark` cannot be read")),
            (State::Open, Some(reached)) => Ok(Left::Open(reached)),
            (State::Closed { mark, seal, archive }, Some(reached)) => {
                let bytes = archive.map_or(reached.archive, |archive| archive.bytes);
                if (*mark, bytes) != (reached.mark, reached.archive) {
                    return Err(layout.damaged("the file `mark` is older than the last close"));
                }
                Ok(Left::Closed { reached, seal, archive: *archive })
            }
        }
    }

    /// Writes it durably in the place of the one before.
    pub(super) fn write(&self, layout: &Layout) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| layout.error(&error.into()))?;
        let replace = || {
            let mut file = File::create(layout.next_manifest())?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(layout.next_manifest(), layout.manifest())?;
            sync_dir(&layout.dir)
        };
        replace().map_err(|error| layout.error(&error))
    }
}
