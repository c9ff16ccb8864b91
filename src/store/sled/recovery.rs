//! After a full disk: sled keeps its first error for good, and the archive may end in the midst of a block; so both are
//! opened anew, as after a kill, once there is room again.
//!
//! Reads go on meanwhile with what is open. A write is what tries it again, and fails with [`Error::Full`] where that
//! is of no use; only the end of an entry is taken, to be written later: its answer was sent, and an error could not
//! take it back.

use std::fs::File;
use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use super::super::Error;
use super::check;
use super::checkpoint;
use super::database::Database;
use super::disk::{Disk, Live, wait_for_sled, write_again};
use super::engine::Engine;
use super::layout::{Layout, remove_file};
use super::writer::{Answer, Write};

/// How long a full disk is left alone before it is tried again.
pub(super) const PAUSE: Duration = Duration::from_secs(5);

/// How much room there must be to go on, in bytes: for what is held, which the log's length bounds, and for one of sled's
/// segments, of 512 KiB.
const ROOM: u64 = 2 * 1024 * 1024;

impl Disk {
    /// Answers a group that cannot be committed now.
    pub(super) fn refuse(&mut self, group: &[Write], error: &Error) -> Vec<Result<Answer, Error>> {
        let full = matches!(error, Error::Full { .. });
        let answer = |write: &Write| match write {
            Write::Finish(update) if full => {
                // As many as there are entries at most: none are accepted meanwhile.
                self.ended.insert(*update);
                Ok(Answer::Done)
            }
            _ => Err(error.clone()),
        };
        group.iter().map(answer).collect()
    }

    /// Tries to get over a full disk, if that is what is wrong and it is `now` time to try.
    pub(super) fn recover(&mut self, now: Instant) {
        let full = match &self.live {
            Err(error @ Error::Full { .. }) if now >= self.next_try => error.clone(),
            _ => return,
        };
        match self.reopen(&full) {
            Ok(()) => tracing::info!("the disk has room again: the store goes on"),
            Err(damaged @ Error::Damaged { .. }) => {
                tracing::error!(error = %damaged, "the store did not get over a full disk");
                self.readers.set(Err(damaged.clone()));
                self.live = Err(damaged);
            }
            Err(error) => tracing::warn!(%error, "the store cannot go on yet"),
        }
        self.next_try = Instant::now() + self.timing.pause;
    }

    /// Opens the database anew, sees that it holds what was committed, and writes the ends that had to wait.
    fn reopen(&mut self, full: &Error) -> Result<(), Error> {
        probe(&self.layout, ROOM).map_err(|error| self.layout.error(&error))?;
        self.readers.set(Err(full.clone()));
        let log = self.layout.open_log()?;
        let settled = wait_for_sled(&log).and_then(|()| write_again(&log));
        settled.map_err(|error| self.layout.error(&error))?;
        drop(log);
        let engine = Engine::open(&self.layout.dir, &self.layout.sled())?;
        // As a restart would: not the mark in memory, but what is in the files.
        let reached = self.mark_file.read().map_err(|error| self.layout.error(&error))?;
        let reached = reached.ok_or_else(|| self.layout.damaged("the file `mark` cannot be read"))?;
        let (mark, found) = check::verify(&self.layout, &engine, &self.manifest.id, reached)?;
        let records = self.wal.read(&self.layout)?;
        let database = Database::found(&self.layout, engine, reached.archive, &found)?;
        (self.mark, self.ledger) = checkpoint::replay(&self.layout, &database, &records, mark)?;
        self.readers.set(Ok(database.trees.clone()));
        self.live = Ok(Live { log: self.layout.open_log()?, database });
        // Nothing is appended to the log behind a write that was cut off.
        if let Err(error) = self.checkpoint() {
            self.live = Err(error.clone());
            return Err(error);
        }
        let ends: Vec<Write> = self.ended.drain().map(Write::Finish).collect();
        // Should the disk be full again at once, they wait once more.
        self.commit_or_refuse(&ends);
        Ok(())
    }
}

/// Sees whether there is room for so many bytes, by taking it.
pub(super) fn probe(layout: &Layout, bytes: u64) -> io::Result<()> {
    let path = layout.probe();
    let take = || {
        let mut file = File::create(&path)?;
        io::copy(&mut io::repeat(0xa5).take(bytes), &mut file)?;
        file.sync_all()
    };
    let taken = take();
    remove_file(&path)?;
    taken
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
pub(super) mod tests;
