//! The disk behind the writer: commits groups to the write-ahead log, and closes the directory with a seal. Its other
//! parts are the [`opening`](super::opening), the [`checkpoint`]s, the [`recovery`] from a full disk and the
//! [compaction](super::compact).

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::archive;
use super::backup::{Tap, Tee};
use super::checkpoint;
use super::database::{Database, Readers};
use super::layout::{Layout, remove_file};
use super::manifest::{Manifest, State};
use super::mark::{Mark, MarkFile};
use super::plan::Plan;
use super::recovery;
use super::seal::{Seal, Sum};
use super::struck::Struck;
use super::wal::Wal;
use super::writer::{Answer, Commit, Write};
use crate::value::UpdateId;

/// How long a close waits for reads under way to let go of sled's files.
const LET_GO: Duration = Duration::from_secs(2);

/// How long things are put off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// How long a full disk is left alone.
    pub(super) pause: Duration,
    /// How long what is committed may be held before the archive and sled get it.
    pub(super) checkpoint: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { pause: recovery::PAUSE, checkpoint: checkpoint::PATIENCE }
    }
}

/// The open directory, as its only writer sees it.
pub(super) struct Disk {
    pub(super) layout: Layout,
    pub(super) manifest: Manifest,
    /// What was committed: ahead of the one in the file by what the log holds.
    pub(super) mark: Mark,
    pub(super) mark_file: MarkFile,
    pub(super) wal: Wal,
    /// When the first change was made that is held.
    pub(super) unflushed_since: Option<Instant>,
    pub(super) ledger: Ledger,
    /// The open database, or the first failure: after one nothing is written any more, because nobody knows what a
    /// later sync would cover. Only a full disk is got over ([`recovery`]).
    pub(super) live: Result<Live, Error>,
    pub(super) readers: Readers,
    /// Entries that came to their end while the disk was full.
    pub(super) ended: HashSet<UpdateId>,
    pub(super) timing: Timing,
    /// Until when a full disk is left alone.
    pub(super) next_try: Instant,
    /// Where the ends of entries are noted ahead of their commit.
    pub(super) struck: Arc<Struck>,
    /// Where a backup learns what is committed.
    tap: Tap,
}

/// The archive and sled, open.
pub(super) struct Live {
    pub(super) database: Database,
    /// sled's log once more: sled's own flush reaches the disk's cache only (`sync_file_range`), so that a power loss
    /// could undo it; syncing this file makes it durable.
    pub(super) log: File,
}

impl Disk {
    /// For reading beside the writer.
    pub(super) fn readers(&self) -> Readers {
        self.readers.clone()
    }

    /// One of which this is open, and of which nothing is known yet.
    pub(super) fn of(layout: Layout, manifest: Manifest, live: Live, mark_file: MarkFile, wal: Wal) -> Self {
        Self {
            struck: Arc::new(Struck::new(&layout)),
            layout,
            manifest,
            mark: Mark::default(),
            mark_file,
            wal,
            unflushed_since: None,
            ledger: Ledger::default(),
            readers: Readers::of(live.database.trees.clone()),
            live: Ok(live),
            ended: HashSet::new(),
            timing: Timing::default(),
            next_try: Instant::now(),
            tap: Tap::default(),
        }
    }

    /// Commits a group if it can be.
    pub(super) fn commit_or_refuse(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>> {
        match self.try_commit(group) {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error) => {
                if self.live.is_ok() {
                    self.fail(error.clone());
                }
                self.refuse(group, &error)
            }
        }
    }

    fn fail(&mut self, error: Error) {
        // The failed group may be whole in the log, and come back at a replay; a backup that goes on would lack it.
        self.tap.fail();
        self.live = Err(error);
        self.next_try = Instant::now() + self.timing.pause;
    }

    fn try_commit(&mut self, group: &[Write]) -> Result<Vec<Answer>, Error> {
        let live = self.live.as_ref().map_err(Error::clone)?;
        let trees = &live.database.trees;
        let mut plan = Plan::new(trees, &mut self.ledger, self.mark);
        let answers = group.iter().map(|write| plan.add(write)).collect::<Result<_, _>>()?;
        let planned = plan.done();
        if planned.changes.is_empty() {
            return Ok(answers);
        }
        planned.accepted.iter().for_each(|update| self.struck.forget(*update));
        let appended = self.wal.append(planned.mark, &planned.changes, planned.must_sync);
        appended.map_err(|error| self.layout.error(&error))?;
        self.mark = planned.mark;
        self.tap.put(&planned.changes, planned.mark, || live.database.hold(&planned.changes));
        self.unflushed_since.get_or_insert_with(Instant::now);
        Ok(answers)
    }

    /// Closes the directory: leaves a seal, once sled and the readers have let go of its files.
    pub(super) fn close(mut self) -> Result<(), Error> {
        // The last chance to write what had to wait for room.
        self.recover(self.next_try);
        self.readers.set(Err(Error::Closed));
        // After a failure it is left as open: the next start will check what is there.
        let Live { mut database, log } = std::mem::replace(&mut self.live, Err(Error::Closed))?;
        self.wal.sync_if_needed().map_err(|error| self.layout.error(&error))?;
        database.flush()?;
        let archive = Sum { bytes: database.archived(), crc32: database.crc32() };
        drop(database);
        wait_for_sled(&log).map_err(|error| self.layout.error(&error))?;
        let mut settle = || {
            log.sync_all()?;
            self.mark_and_clear(archive.bytes)?;
            Seal::of(&self.layout)
        };
        let seal = settle().map_err(|error| self.layout.error(&error))?;
        self.manifest.state = State::Closed { mark: self.mark, seal, archive: Some(archive) };
        self.manifest.write(&self.layout)?;
        // All that it says was committed before.
        remove_file(&self.layout.struck()).map_err(|error| self.layout.error(&error))
    }
}

impl Commit for Disk {
    fn is_ready(&self) -> bool {
        self.live.is_ok()
    }

    /// A group is kept whole or not at all.
    fn commit(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>> {
        self.recover(Instant::now());
        self.commit_or_refuse(group)
    }

    fn is_synced(&self) -> bool {
        self.wal.is_synced()
    }

    fn sync(&mut self) -> Result<(), Error> {
        match &self.live {
            // What the log took before the disk was full needs no more room.
            Ok(_) | Err(Error::Full { .. }) => {}
            Err(error) => return Err(error.clone()),
        }
        let synced = self.wal.sync().map_err(|error| self.layout.error(&error));
        if let Err(error) = &synced
            && self.live.is_ok()
        {
            self.fail(error.clone());
        }
        synced
    }

    fn tee(&mut self) -> Result<Tee, Error> {
        self.live.as_ref().map_err(Error::clone)?;
        self.tap.open(self.mark)
    }

    fn due(&self) -> Option<Instant> {
        self.next_checkpoint()
    }

    fn settle(&mut self) {
        // The archive and sled get what is held row by row, not group by group. Were the log not synced first, a power loss
        // could take a group from it of which they have a part.
        let synced = self.wal.sync_if_needed().map_err(|error| self.layout.error(&error));
        if let Err(error) = synced.and_then(|()| self.checkpoint()) {
            tracing::error!(%error, "a checkpoint failed");
            self.fail(error);
        }
    }

    fn close(self: Box<Self>) -> Result<(), Error> {
        Self::close(*self)
    }
}

/// Makes all of sled's log durable, which sled does not have open: a sync of it may have failed, and then a later one
/// leaves out what that had to write.
pub(super) fn write_again(log: &File) -> io::Result<()> {
    archive::write_again(log, 0, log.metadata()?.len())?;
    log.sync_all()
}

/// Waits until sled, whose threads and readers hold its log locked, is done with it.
pub(super) fn wait_for_sled(log: &File) -> io::Result<()> {
    let patience = Instant::now() + LET_GO;
    while log.try_lock().is_err() {
        if Instant::now() > patience {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "a read still holds the files"));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
