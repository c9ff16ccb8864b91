//! Checkpoints: what the write-ahead log has goes to sled, and the log is emptied.
//!
//! The order makes a stop at any place harmless: the log is synced, sled gets all that is held, is flushed and synced,
//! then the mark says so, and only then is the log emptied. Stopped before that, it is replayed over a sled that has
//! all or a part of it.

use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::database::Database;
use super::disk::Disk;
use super::journal;
use super::mark::Mark;
use super::wal::Record;

/// How long what is committed may be held: so long a quiet store keeps its log, and so much there is to replay after a kill.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long the log may grow before that, in bytes.
const ENOUGH: u64 = 1024 * 1024;

impl Disk {
    /// When the next checkpoint is due, if anything waits for one.
    pub(super) fn next_checkpoint(&self) -> Option<Instant> {
        let since = self.unflushed_since.filter(|_| self.live.is_ok())?;
        Some(if self.wal.size() > ENOUGH { since } else { since + self.timing.checkpoint })
    }

    /// Makes sled hold all that was committed, durably, and empties the log, which has what is held for certain.
    pub(super) fn checkpoint(&mut self) -> Result<(), Error> {
        let live = self.live.as_ref().map_err(Error::clone)?;
        live.database.flush().map_err(|error| live.database.trees.error(&error))?;
        let synced = live.log.sync_data();
        synced.and_then(|()| self.mark_and_clear()).map_err(|error| self.layout.error(&error))
    }

    /// What comes once sled is synced.
    pub(super) fn mark_and_clear(&mut self) -> std::io::Result<()> {
        self.mark_file.write(self.mark)?;
        self.mark_file.sync()?;
        self.wal.clear()?;
        self.unflushed_since = None;
        Ok(())
    }
}

/// Brings `database`, of which `mark` is true, to where the log ends. Gives what is true then.
pub(super) fn replay(database: &Database, records: &[Record], mark: Mark) -> Result<(Mark, Ledger), Error> {
    for record in records {
        database.apply(&record.changes).map_err(|error| database.trees.error(&error))?;
    }
    let ledger = journal::read_ledger(&database.trees)?;
    // sled may hold more than the log: what ends entries is not synced, and a power loss takes it from either.
    let reached = records.last().map_or(mark, |record| mark.max_of_each(record.mark));
    Ok((Mark { accepted: ledger.accepted(), ended: ledger.ended(), ..reached }, ledger))
}
