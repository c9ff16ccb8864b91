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
use super::archive;
use super::backup::{Tap, Tee};
use super::change::Change;
use super::check;
use super::checkpoint;
use super::database::Database;
use super::engine::Engine;
use super::layout::{Kind, Layout, once_let_go, remove_file, sync_sled};
use super::manifest::{Left, Manifest, State};
use super::mark::{Mark, MarkFile, Reached};
use super::migration;
use super::plan::Plan;
use super::readers::Readers;
use super::recovery;
use super::seal::{Seal, Sum, verify_archive};
use super::struck::Struck;
use super::swap;
use super::wal::{self, Record, Wal};
use super::writer::{Answer, Commit, Write};
use crate::value::UpdateId;

/// How long a close waits for reads under way to let go of sled's files.
const LET_GO: Duration = Duration::from_secs(2);

/// How much is put into a new store at a time, in bytes.
const AT_ONCE: usize = 1024 * 1024;

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
    /// Opens the store in `dir`, or makes one.
    pub(super) fn open(dir: &Path, timing: Timing) -> Result<Self, Error> {
        let layout = Layout::new(dir);
        let may_be_new = layout.inspect()? == Kind::Empty;
        let mut mark_file = once_let_go(|| MarkFile::lock(&layout, may_be_new))?;
        swap::finish(&layout, &mut mark_file)?;
        // Now alone; another may have made the store just before.
        let disk = match layout.inspect()? {
            Kind::Empty => Self::create(layout, mark_file)?,
            Kind::Ours => {
                migration::migrate(&layout, &mut mark_file)?;
                Self::open_existing(layout, mark_file)?
            }
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
        let engine = Engine::open(&layout.dir, &layout.sled())?;
        engine.write_meta(&manifest.id)?;
        let log = layout.open_log()?;
        let database = Database::of(&layout, engine, archive::create(&layout, &manifest.id)?);
        let mut settle = || {
            mark_file.write(Reached { mark: Mark::default(), archive: database.archived() })?;
            mark_file.sync()?;
            // sled never syncs its file `conf`, without which it opens nothing.
            sync_sled(&layout)?;
            Wal::create(&layout)
        };
        let wal = settle().map_err(|error| layout.error(&error))?;
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let live = Live { database, log };
        Ok(Self::of(layout, manifest, live, mark_file, wal))
    }

    /// Sees that the directory holds what it held, before anything in it is changed, and opens it.
    fn open_existing(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let manifest = Manifest::read(&layout)?;
        match manifest.left(&layout, &mut mark_file)? {
            Left::Unmade => Self::create_again(layout, mark_file),
            Left::Open(reached) => {
                let records = wal::read(&layout)?;
                let (mark, found) = check::check(&layout, &manifest.id, reached)?;
                write_again(&layout.open_log()?).map_err(|error| layout.error(&error))?;
                Self::go_on(layout, manifest, mark_file, mark, |layout, engine| {
                    Ok((Database::found(layout, engine, reached.archive, &found)?, records))
                })
            }
            Left::Closed { reached, seal, archive } => {
                seal.verify(&layout)?;
                let archive = archive.ok_or_else(|| layout.damaged("store.json does not tell of the archive"))?;
                let sum = verify_archive(&layout, &manifest.id, archive)?;
                wal::check_empty(&layout)?;
                migration::forget_aside(&layout, manifest.schema);
                Self::go_on(layout, manifest, mark_file, reached.mark, |layout, engine| {
                    Ok((Database::of(layout, engine, archive::open(layout, archive.bytes, sum)?), Vec::new()))
                })
            }
        }
    }

    /// Goes on with a directory that was found undamaged and of which `mark` is true. `open` makes a database of it and
    /// of its open sled, and gives what is to be replayed over it.
    fn go_on(
        layout: Layout,
        mut manifest: Manifest,
        mark_file: MarkFile,
        mark: Mark,
        open: impl FnOnce(&Layout, Engine) -> Result<(Database, Vec<Record>), Error>,
    ) -> Result<Self, Error> {
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let engine = Engine::open(&layout.dir, &layout.sled())?;
        engine.check_meta(&manifest.id)?;
        let (database, records) = open(&layout, engine)?;
        let live = Live { database, log: layout.open_log()? };
        let (mark, ledger) = checkpoint::replay(&layout, &live.database, &records, mark)?;
        let wal = Wal::open(&layout).map_err(|error| layout.error(&error))?;
        let mut disk = Self { mark, ledger, ..Self::of(layout, manifest, live, mark_file, wal) };
        // Else the archive could have a record of which a power loss takes the entry. Also cuts off an unfinished write.
        disk.wal.sync_if_needed().map_err(|error| disk.layout.error(&error))?;
        disk.checkpoint()?;
        disk.compact_if_wasteful()?;
        Ok(disk)
    }

    /// The making of it was cut off before anybody was promised anything: begins anew.
    fn create_again(layout: Layout, mark_file: MarkFile) -> Result<Self, Error> {
        match fs::remove_dir_all(layout.sled()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(layout.error(&error)),
            _ => Self::create(layout, mark_file),
        }
    }

    /// Puts rows into a new store, past the log; of all of them `mark` is true. Those of a chat's records must come in
    /// their order.
    pub(super) fn fill(&mut self, rows: impl Iterator<Item = Result<Change, Error>>, mark: Mark) -> Result<(), Error> {
        let live = self.live.as_mut().map_err(|error| error.clone())?;
        let mut size = 0;
        for row in rows {
            let row = row?;
            size += row.size();
            live.database.hold(&[row]);
            if size > AT_ONCE {
                live.database.flush()?;
                size = 0;
            }
        }
        live.database.flush()?;
        self.mark = mark;
        Ok(())
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
        // Nothing else must have of a group what the log may lose: they get what is held by key, not group by group.
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
