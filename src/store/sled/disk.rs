//! The disk behind the writer: opens the directory with care, commits groups, and closes with a seal.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::check;
use super::database::Database;
use super::journal;
use super::layout::{Kind, Layout, sync_dir};
use super::manifest::{Manifest, SCHEMA, State};
use super::mark::{Mark, MarkFile};
use super::migration;
use super::plan::Plan;
use super::readers::Readers;
use super::recovery;
use super::seal::Seal;
use super::writer::{Answer, Commit, Write};
use crate::value::UpdateId;

/// How long a close waits for reads under way to let go of sled's files.
const LET_GO: Duration = Duration::from_secs(2);

/// The open directory, as its only writer sees it.
pub(super) struct Disk {
    pub(super) layout: Layout,
    pub(super) manifest: Manifest,
    pub(super) mark: Mark,
    pub(super) mark_file: MarkFile,
    pub(super) ledger: Ledger,
    /// The open database, or the first failure: after one nothing is written any more, because nobody knows what a later
    /// flush would cover. Only a full disk is got over ([`recovery`]).
    pub(super) live: Result<Live, Error>,
    pub(super) readers: Readers,
    /// Entries that came to their end while the disk was full.
    pub(super) ended: HashSet<UpdateId>,
    /// How long a full disk is left alone.
    pub(super) pause: Duration,
    /// Until when.
    pub(super) next_try: Instant,
}

/// sled, open.
pub(super) struct Live {
    pub(super) database: Database,
    /// sled's log once more: sled's own flush reaches the disk's cache only (`sync_file_range`), so that a power loss
    /// could undo it; syncing this file makes it durable.
    pub(super) log: File,
}

impl Disk {
    /// Opens the store in `dir`, or makes one. A full disk is left alone for `pause`.
    pub(super) fn open(dir: &Path, pause: Duration) -> Result<Self, Error> {
        let layout = Layout::new(dir);
        let may_be_new = layout.inspect()? == Kind::Empty;
        let mark_file = MarkFile::lock(&layout, may_be_new)?;
        // Now alone; another may have made the store just before.
        let disk = match layout.inspect()? {
            Kind::Empty => Self::create(layout, mark_file)?,
            Kind::Ours => Self::open_existing(layout, mark_file)?,
        };
        Ok(Self { pause, ..disk })
    }

    /// For reading beside the writer.
    pub(super) fn readers(&self) -> Readers {
        self.readers.clone()
    }

    fn of(layout: Layout, manifest: Manifest, live: Live, mark: Mark, mark_file: MarkFile, ledger: Ledger) -> Self {
        Self {
            layout,
            manifest,
            mark,
            mark_file,
            ledger,
            readers: Readers::of(live.database.trees.clone()),
            live: Ok(live),
            ended: HashSet::new(),
            pause: recovery::PAUSE,
            next_try: Instant::now(),
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
            sync_dir(&layout.sled())
        };
        settle().map_err(|error| layout.error(&error))?;
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let live = Live { database, log };
        Ok(Self::of(layout, manifest, live, Mark::default(), mark_file, Ledger::default()))
    }

    fn open_existing(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let mut manifest = Manifest::read(&layout)?;
        let Some(mark) = Self::check_existing(&layout, &manifest, &mut mark_file)? else {
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
        let ledger = journal::read_ledger(&live.database.trees)?;
        let mut disk = Self::of(layout, manifest, live, mark, mark_file, ledger);
        if disk.manifest.schema < SCHEMA {
            disk.end_migration()?;
        }
        Ok(disk)
    }

    /// Sees that the directory holds what it held, before anything in it is changed; gives what that is. `None` when it
    /// was never whole.
    fn check_existing(layout: &Layout, manifest: &Manifest, mark_file: &mut MarkFile) -> Result<Option<Mark>, Error> {
        let mark = mark_file.read().map_err(|error| layout.error(&error))?;
        match (&manifest.state, mark) {
            (State::Creating, None | Some(Mark { last: 0, .. })) => Ok(None),
            (State::Creating, Some(_)) => Err(layout.damaged("store.json is older than what is kept")),
            (_, None) => Err(layout.damaged("the file `mark` cannot be read")),
            (State::Open, Some(mark)) => check::check(layout, &manifest.id, mark).map(Some),
            (State::Closed { mark: at_close, .. }, Some(mark)) if *at_close != mark => {
                Err(layout.damaged("the file `mark` is older than the last close"))
            }
            (State::Closed { seal, .. }, Some(mark)) => {
                seal.verify(layout)?;
                migration::forget_aside(layout, manifest.schema);
                Ok(Some(mark))
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

    /// Commits a group if it can be.
    pub(super) fn commit_or_refuse(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>> {
        match self.try_commit(group) {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error) => {
                if self.live.is_ok() {
                    self.live = Err(error.clone());
                    self.next_try = Instant::now() + self.pause;
                }
                self.refuse(group, &error)
            }
        }
    }

    fn try_commit(&mut self, group: &[Write]) -> Result<Vec<Answer>, Error> {
        let live = self.live.as_ref().map_err(Error::clone)?;
        let trees = &live.database.trees;
        let mut plan = Plan::new(trees, &mut self.ledger, self.mark);
        let answers = group.iter().map(|write| plan.add(write)).collect::<Result<_, _>>()?;
        let planned = plan.done();
        if planned.changes {
            live.database.commit(&planned.batches).map_err(|error| trees.error(&error))?;
        }
        if planned.must_sync {
            // Marked only once it is durable.
            let synced = live.log.sync_data().and_then(|()| self.mark_file.write(planned.mark));
            synced.map_err(|error| self.layout.error(&error))?;
        }
        self.mark = planned.mark;
        Ok(answers)
    }
}

impl Commit for Disk {
    /// A group is kept whole or not at all.
    fn commit(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>> {
        self.recover(Instant::now());
        self.commit_or_refuse(group)
    }

    /// Leaves a seal, once sled and the readers have let go of its files.
    fn close(mut self) -> Result<(), Error> {
        // The last chance to write what had to wait for room.
        self.recover(self.next_try);
        self.readers.set(Err(Error::Closed));
        let Self { layout, mut manifest, live, mark, mut mark_file, .. } = self;
        // After a failure it is left as open: the next start will check what is there.
        let Live { database, log } = live?;
        database.flush().map_err(|error| database.trees.error(&error))?;
        drop(database);
        wait_for_sled(&log).map_err(|error| layout.error(&error))?;
        let mut settle = || {
            log.sync_all()?;
            // It may be behind: a check at the open finds more than was marked, if a kill came in between.
            mark_file.write(mark)?;
            mark_file.sync()?;
            Seal::of(&layout)
        };
        let seal = settle().map_err(|error| layout.error(&error))?;
        manifest.state = State::Closed { mark, seal };
        manifest.write(&layout)
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
