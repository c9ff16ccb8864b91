//! Checkpoints: what the write-ahead log has goes to the archive and to sled, and the log is emptied.
//!
//! The order makes a stop at any place harmless: the log is synced; the archive gets the records that are held, and is
//! synced; sled gets their heads and the rest, is flushed and synced; then the mark says so, and only then is the log
//! emptied. Stopped before that, it is replayed over what has all or a part of it.

use std::ops::Bound::Unbounded;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::super::paging::Order;
use super::database::{Database, TreeName};
use super::disk::Disk;
use super::journal;
use super::layout::Layout;
use super::mark::{Mark, Reached};
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

    /// Makes the archive and sled hold all that was committed, durably, and empties the log, which has what is held for
    /// certain.
    pub(super) fn checkpoint(&mut self) -> Result<(), Error> {
        let live = self.live.as_mut().map_err(|error| error.clone())?;
        live.database.flush()?;
        let archive = live.database.archived();
        let synced = live.log.sync_data();
        synced.and_then(|()| self.mark_and_clear(archive)).map_err(|error| self.layout.error(&error))
    }

    /// What comes once all is synced, with the archive so many bytes long.
    pub(super) fn mark_and_clear(&mut self, archive: u64) -> std::io::Result<()> {
        self.mark_file.write(Reached { mark: self.mark, archive })?;
        self.mark_file.sync()?;
        self.wal.clear()?;
        self.unflushed_since = None;
        Ok(())
    }
}

/// Brings `database`, of which `mark` is true, to where the log ends: holds what the log has. Gives what is true then.
///
/// # Errors
/// The journal cannot be read, or a number cannot be true.
pub(super) fn replay(
    layout: &Layout,
    database: &Database,
    records: &[Record],
    mark: Mark,
) -> Result<(Mark, Ledger), Error> {
    records.iter().for_each(|record| database.hold(&record.changes));
    let ledger =
        journal::read_ledger(database.trees.range(TreeName::Journal, (Unbounded, Unbounded), Order::OldestFirst))?;
    // sled may hold more than the log: what ends entries is not synced, and a power loss takes it from either.
    let reached = records.last().map_or(mark, |record| mark.max_of_each(record.mark));
    let reached = Mark { accepted: ledger.accepted(), ended: ledger.ended(), ..reached };
    Ok((reached.check(layout)?, ledger))
}
