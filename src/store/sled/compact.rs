//! Compaction: at an opening, sled's files are written anew where they take far more room than what is in them.
//!
//! What sled 0.34 does by itself, measured in groups of 20 when sled still got each at once and not at checkpoints, which
//! spares it most of the journal: the room of rows that are
//! rewritten or removed is used again, but hardly ever given back.
//!
//! | what was done | rows kept | their bytes | sled's file |
//! |---|---|---|---|
//! | 50 000 questions accepted and finished | 4 096 | 60 KiB | 5.5 MiB |
//! | 400 000 | 4 096 | 60 KiB | 5.5 MiB |
//! | 50 000 rewritten languages of 1 000 chats | 1 000 | 10 KiB | 0.6 MiB |
//! | 400 000 | 1 000 | 10 KiB | 2.5 MiB, 3.0 at most |
//! | 400 000 checks, accepted, kept and finished | 404 096 | 77 MiB | 249 MiB; written anew 183 MiB |
//!
//! So a running bot's file does not grow by what comes and goes, and needs no care while it runs; a history that only
//! grows takes some 3.2 times its bytes, of which a compaction would give back a quarter. It is worth its while after
//! much was removed: then the file stays as it was for good.

use std::fs;
use std::io;

use super::super::Error;
use super::change::Change;
use super::check;
use super::database::{Database, TreeName, catching};
use super::disk::{Disk, Live, wait_for_sled};
use super::layout::{Layout, remove_dir, sync_dir, sync_sled};
use super::mark::Mark;
use super::recovery::probe;
use super::swap;

/// Up to this size a file is left alone, in bytes.
const SMALL: u64 = 64 * 1024 * 1024;

/// How many times the bytes of its rows a larger one may take. Written anew it takes 2.4 times them.
const WASTEFUL: u64 = 4;

/// How many records are looked at before all of them are.
const SAMPLE: usize = 1000;

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

    /// How many bytes the rows take: about, by the first of them, where that shows that the file is not wasteful.
    fn bytes_of_rows(&self, file: u64) -> Result<u64, Error> {
        if file <= SMALL {
            return Ok(file);
        }
        let live = self.live.as_ref().map_err(Error::clone)?;
        let count = |most| {
            let counted = catching(&self.layout.dir, || bytes_of(&live.database, self.mark.history, most))?;
            counted.map_err(|error| live.database.trees.error(&error))
        };
        let about = count(SAMPLE)?;
        if is_wasteful(file, about) { count(usize::MAX) } else { Ok(about) }
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
        drop(database);
        let decide = || {
            wait_for_sled(&log)?;
            swap::step()?;
            fs::rename(self.layout.compacting().dir, self.layout.compacted().dir)?;
            sync_dir(&self.layout.dir)
        };
        decide().map_err(|error| self.layout.error(&error))?;
        drop(log);
        swap::finish(&self.layout, &mut self.mark_file)?;
        let database = Database::open(&self.layout.dir, &self.layout.sled())?;
        let log = self.layout.open_log()?;
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
        let database = Database::open(&layout.dir, &next.sled())?;
        let copied = catching(&layout.dir, || copy(&live.database, &database))?;
        copied.map_err(|error| database.trees.error(&error))?;
        database.write_meta(&self.manifest.id)?;
        let Mark { last, history, preferences, .. } = check::verify(layout, &database, &self.manifest.id, self.mark)?;
        if (last, history, preferences) != (self.mark.last, self.mark.history, self.mark.preferences) {
            return Err(layout.damaged("the new files hold other rows"));
        }
        drop(database);
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

/// The bytes of all keys and values. Of the records at most so many are read; the others are taken to be like them.
fn bytes_of(database: &Database, records: u64, most: usize) -> ::sled::Result<u64> {
    let mut all = 0;
    for tree in TreeName::ALL {
        let most = if tree == TreeName::History { most } else { usize::MAX };
        let (mut bytes, mut count) = (0, 0);
        for row in database.trees.stored(tree).iter().take(most) {
            let (key, value) = row?;
            bytes += (key.len() + value.len()) as u64;
            count += 1;
        }
        let is_sample = tree == TreeName::History && count < records;
        all += if is_sample { (bytes * records).checked_div(count).unwrap_or(0) } else { bytes };
    }
    Ok(all)
}

fn copy(from: &Database, to: &Database) -> ::sled::Result<()> {
    for tree in TreeName::ALL {
        for row in from.trees.stored(tree) {
            let (key, value) = row?;
            to.apply(&[Change { tree, key: key.to_vec(), value: Some(value.to_vec()) }])?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "compact_tests.rs"]
mod tests;
