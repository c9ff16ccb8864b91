//! Compaction: at an opening, sled's files are written anew where they take far more room than what is in them.
//!
//! What sled 0.34 does by itself, measured in groups of 20 when sled still got each at once and not at checkpoints, which
//! spares it most of the journal: the room of rows that are rewritten or removed is used again, but hardly ever given
//! back.
//!
//! | what was done | rows kept | their bytes | sled's file |
//! |---|---|---|---|
//! | 50 000 questions accepted and finished | 4 096 | 60 KiB | 5.5 MiB |
//! | 400 000 | 4 096 | 60 KiB | 5.5 MiB |
//! | 50 000 rewritten languages of 1 000 chats | 1 000 | 10 KiB | 0.6 MiB |
//! | 400 000 | 1 000 | 10 KiB | 2.5 MiB, 3.0 at most |
//!
//! So a running bot's file does not grow by what comes and goes, and needs no care while it runs. A compaction is worth
//! its while after much was removed: then the file stays as it was for good. Of the archive nothing is ever removed
//! ([`super::archive`]): it has no waste, and is not touched.

use std::fs;
use std::io;

use super::super::Error;
use super::disk::{Disk, Live, wait_for_sled};
use super::engine::{Engine, catching};
use super::layout::{Layout, remove_dir, sync_dir, sync_sled};
use super::recovery::probe;
use super::swap;

/// Up to this size a file is left alone, in bytes.
const SMALL: u64 = 64 * 1024 * 1024;

/// How many times the bytes of its rows a larger one may take. Written anew it takes 2.4 times them.
const WASTEFUL: u64 = 4;

impl Disk {
    /// Writes sled's files anew, if they take far more room than they need. Where that fails they stay as they are.
    ///
    /// # Errors
    /// The new files are whole, but could not be put in place: the next opening goes on with it.
    pub(super) fn compact_if_wasteful(&mut self) -> Result<(), Error> {
        let Ok(before) = fs::metadata(self.layout.log()).map(|file| file.len()) else { return Ok(()) };
        match self.bytes_of_rows(before) {
            Ok(rows) if is_wasteful(before, rows) => self.compact(rows),
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "it cannot be told how much room the store needs");
                Ok(())
            }
        }
    }

    /// How many bytes the rows of sled's `file` take; of a small one no more is asked.
    fn bytes_of_rows(&self, file: u64) -> Result<u64, Error> {
        if file <= SMALL {
            return Ok(file);
        }
        let live = self.live.as_ref().map_err(Error::clone)?;
        catching(&self.layout.dir, || bytes_of(&live.database.engine))?
    }

    /// Writes sled's files anew, of rows that take so many bytes, and puts them in place.
    pub(super) fn compact(&mut self, rows: u64) -> Result<(), Error> {
        if let Err(error) = self.write_anew(rows) {
            tracing::warn!(%error, "the store takes more room than it needs, and could not be written anew");
            // Else the next opening does.
            let _ = remove_dir(&self.layout.compacting());
            return Ok(());
        }
        let Live { database, log } = std::mem::replace(&mut self.live, Err(Error::Closed))?;
        self.readers.set(Err(Error::Closed));
        let layout = &self.layout;
        let database = database.with(layout, || {
            let decide = || {
                wait_for_sled(&log)?;
                swap::step()?;
                fs::rename(layout.compacting().dir, layout.compacted().dir)?;
                sync_dir(&layout.dir)
            };
            decide().map_err(|error| layout.error(&error))?;
            drop(log);
            swap::finish(layout, &mut self.mark_file)?;
            Engine::open(&layout.dir, &layout.sled())
        })?;
        let log = layout.open_log()?;
        let bytes = log.metadata().map_or(0, |file| file.len());
        tracing::info!(bytes, "the store was written anew, because it took far more room than it needs");
        self.readers.set(Ok(database.trees.clone()));
        self.live = Ok(Live { database, log });
        Ok(())
    }

    /// Writes all rows to new files, sees that they are there, and makes them durable.
    fn write_anew(&self, rows: u64) -> Result<(), Error> {
        let (layout, next) = (&self.layout, self.layout.compacting());
        let told = |error: io::Error| layout.error(&error);
        probe(layout, rows.saturating_mul(WASTEFUL)).map_err(told)?;
        swap::step().map_err(told)?;
        fs::create_dir_all(&next.dir).map_err(told)?;
        let live = self.live.as_ref().map_err(Error::clone)?;
        let engine = Engine::open(&layout.dir, &next.sled())?;
        catching(&layout.dir, || copy(&live.database.engine, &engine))??;
        engine.write_meta(&self.manifest.id)?;
        if !catching(&layout.dir, || are_same(&live.database.engine, &engine))? {
            return Err(layout.damaged("the new files hold other rows"));
        }
        drop(engine);
        let settle = |next: &Layout| {
            let log = fs::File::options().read(true).write(true).open(next.log())?;
            wait_for_sled(&log)?;
            sync_sled(next)?;
            sync_dir(&next.dir)?;
            swap::step()
        };
        settle(&next).map_err(told)
    }
}

/// Whether a file of that size is far too large for rows that take so many bytes.
fn is_wasteful(file: u64, rows: u64) -> bool {
    file > SMALL && file / WASTEFUL > rows
}

/// The bytes of all keys and values.
fn bytes_of(engine: &Engine) -> Result<u64, Error> {
    let mut bytes = 0;
    for tree in engine.trees() {
        for row in engine.rows(tree) {
            let (key, value) = row?;
            bytes += (key.len() + value.len()) as u64;
        }
    }
    Ok(bytes)
}

fn copy(from: &Engine, to: &Engine) -> Result<(), Error> {
    for (from_tree, to_tree) in from.trees().into_iter().zip(to.trees()) {
        for row in from.rows(from_tree) {
            let (key, value) = row?;
            to_tree.insert(key, value).map_err(|error| to.error(&error))?;
        }
    }
    to.flush()
}

/// Whether both hold the same rows.
fn are_same(one: &Engine, other: &Engine) -> bool {
    let mut trees = one.trees().into_iter().zip(other.trees());
    trees.all(|(one_tree, other_tree)| one.rows(one_tree).eq(other.rows(other_tree)))
}

#[cfg(test)]
#[path = "compact_tests.rs"]
mod tests;
