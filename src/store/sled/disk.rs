//! The disk behind the writer: opens the directory with care, commits groups to the write-ahead log, and closes with a
//! seal.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::backup::{Tap, Tee};
use super::change::Change;
use super::check;
use super::checkpoint;
use super::database::Database;
use super::layout::{Kind, Layout, once_let_go, sync_dir};
use super::manifest::{Manifest, SCHEMA, State};
use super::mark::{Mark, MarkFile};
use super::migration;
use super::plan::Plan;
use super::readers::Readers;
use super::recovery;
use super::seal::Seal;
use super::struck::{self, Struck};
use super::swap;
use super::wal::{self, Record, Wal};
use super::writer::{Answer, Commit, Write};
use crate::value::UpdateId;

/// How long a close waits for reads under way to let go of sled's files.
const LET_GO: Duration = Duration::from_secs(2);

/// How long things are put off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// How long a full disk is left alone.
    pub(super) pause: Duration,
    /// How long what is committed may be held before sled gets it.
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
    /// When the first change was made that sled does not have yet.
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

/// sled, open.
pub(super) struct Live {
    pub(super) database: Database,
    /// sled's log once more: sled's own flush reaches the disk's cache only (`sync_file_range`), so that a power loss
    /// could undo it; syncing this file makes it durable.
    pub(super) log: File,
}

impl Disk {
    /// Opens the store in `dir`, or makes one.
    pub(super) fn open(dir: &Path, timing: Timing) -> Result<Self, Error> {
        let layout = Layout::new(dir);
        let may_be_new = layout.inspect()? == Kind::Empty;
        let mut mark_file = once_let_go(|| MarkFile::lock(&layout, may_be_new))?;
        swap::finish(&layout, &mut mark_file)?;
        // Now alone; another may have made the store just before.
        let disk = match layout.inspect()? {
            Kind::Empty => Self::create(layout, mark_file)?,
            Kind::Ours => Self::open_existing(layout, mark_file)?,
        };
        Ok(Self { timing, ..disk })
    }

    /// For reading beside the writer.
    pub(super) fn readers(&self) -> Readers {
        self.readers.clone()
    }

    fn of(layout: Layout, manifest: Manifest, live: Live, mark_file: MarkFile, wal: Wal) -> Self {
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

    fn create(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let mut manifest = Manifest::creating();
        manifest.write(&layout)?;
        let database = Database::open(&layout.dir, &layout.sled())?;
        database.write_meta(&manifest.id)?;
        let log = layout.open_log()?;
        let mut settle = || {
            mark_file.write(Mark::default())?;
            mark_file.sync()?;
            log.sync_all()?;
            sync_dir(&layout.sled())?;
            Wal::create(&layout)
        };
        let wal = settle().map_err(|error| layout.error(&error))?;
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let live = Live { database, log };
        Ok(Self::of(layout, manifest, live, mark_file, wal))
    }

    fn open_existing(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let mut manifest = Manifest::read(&layout)?;
        let Some((mark, records)) = Self::check_existing(&layout, &manifest, &mut mark_file)? else {
            return Self::create_again(layout, mark_file);
        };
        if manifest.schema < SCHEMA {
            migration::keep_aside(&layout, manifest.schema)?;
        }
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let database = Database::open(&layout.dir, &layout.sled())?;
        database.check_meta(&manifest.id)?;
        let live = Live { database, log: layout.open_log()? };
        let (mark, ledger) = checkpoint::replay(&live.database, &records, mark)?;
        // Before the journal there was no log either.
        let wal = if manifest.schema < SCHEMA { Wal::create(&layout) } else { Wal::open(&layout) };
        let wal = wal.map_err(|error| layout.error(&error))?;
        let mut disk = Self { mark, ledger, ..Self::of(layout, manifest, live, mark_file, wal) };
        // Also cuts off an unfinished write.
        disk.checkpoint()?;
        if disk.manifest.schema < SCHEMA {
            disk.end_migration()?;
        }
        disk.compact_if_wasteful()?;
        Ok(disk)
    }

    /// Sees that the directory holds what it held, before anything in it is changed; gives what is true of sled, and
    /// what is to be replayed over it. `None` when it was never whole.
    fn check_existing(
        layout: &Layout,
        manifest: &Manifest,
        mark_file: &mut MarkFile,
    ) -> Result<Option<(Mark, Vec<Record>)>, Error> {
        let mark = mark_file.read().map_err(|error| layout.error(&error))?;
        match (&manifest.state, mark) {
            (State::Creating, None | Some(Mark { last: 0, .. })) => Ok(None),
            (State::Creating, Some(_)) => Err(layout.damaged("store.json is older than what is kept")),
            (_, None) => Err(layout.damaged("the file `mark` cannot be read")),
            (State::Open, Some(mark)) => {
                let records = if manifest.schema < SCHEMA { Vec::new() } else { wal::read(layout)? };
                let found = check::check(layout, &manifest.id, mark)?;
                Ok(Some((found, records)))
            }
            (State::Closed { mark: at_close, .. }, Some(mark)) if *at_close != mark => {
                Err(layout.damaged("the file `mark` is older than the last close"))
            }
            (State::Closed { seal, .. }, Some(mark)) => {
                seal.verify(layout)?;
                if manifest.schema == SCHEMA {
                    wal::check_empty(layout)?;
                }
                migration::forget_aside(layout, manifest.schema);
                Ok(Some((mark, Vec::new())))
            }
        }
    }

    /// Writes down that the directory is of this build's schema: the trees are there by now.
    fn end_migration(&mut self) -> Result<(), Error> {
        let live = self.live.as_ref().map_err(Error::clone)?;
        live.database.write_meta(&self.manifest.id)?;
        let mut settle = || {
            live.log.sync_data()?;
            self.mark_file.write(self.mark)?;
            self.mark_file.sync()
        };
        settle().map_err(|error| self.layout.error(&error))?;
        self.manifest.schema = SCHEMA;
        self.manifest.write(&self.layout)
    }

    /// The making of it was cut off before anybody was promised anything: begins anew.
    fn create_again(layout: Layout, mark_file: MarkFile) -> Result<Self, Error> {
        match fs::remove_dir_all(layout.sled()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(layout.error(&error)),
            _ => Self::create(layout, mark_file),
        }
    }

    /// Puts rows of a backup into a new store, past the log: it is of no use before [`Disk::holds`] and a close.
    pub(super) fn load(&self, rows: &[Change]) -> Result<(), Error> {
        let live = self.live.as_ref().map_err(Error::clone)?;
        live.database.apply(rows).map_err(|error| live.database.trees.error(&error))
    }

    /// Whether that which was loaded, which is of this schema, has the records and preferences that `mark` counts. The
    /// journal's numbers are taken from its rows, as a replay takes them.
    pub(super) fn holds(&mut self, mark: Mark, schema: u32) -> bool {
        let Ok(live) = &self.live else { return false };
        let mark = Mark { accepted: 0, ended: 0, ..mark };
        let Ok(found) = check::verify(&self.layout, &live.database, &self.manifest.id, mark) else { return false };
        (self.mark, self.manifest.schema) = (found, schema);
        found == Mark { accepted: found.accepted, ended: found.ended, ..mark }
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
        // What the log holds of a write that failed may come back at a replay, untold.
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
        let Live { database, log } = std::mem::replace(&mut self.live, Err(Error::Closed))?;
        self.wal.sync_if_needed().map_err(|error| self.layout.error(&error))?;
        database.flush().map_err(|error| database.trees.error(&error))?;
        drop(database);
        wait_for_sled(&log).map_err(|error| self.layout.error(&error))?;
        let mut settle = || {
            log.sync_all()?;
            self.mark_and_clear()?;
            Seal::of(&self.layout)
        };
        let seal = settle().map_err(|error| self.layout.error(&error))?;
        self.manifest.state = State::Closed { mark: self.mark, seal };
        self.manifest.write(&self.layout)?;
        // All that it says was committed before.
        struck::clear(&self.layout).map_err(|error| self.layout.error(&error))
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
        // sled must not have of a group what the log may lose: it gets what is held by key, not group by group.
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
