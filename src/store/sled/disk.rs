//! The disk behind the writer: opens the directory with care, commits groups, and closes with a seal.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::super::Error;
use super::super::ledger::Ledger;
use super::check;
use super::database::{Database, Trees};
use super::journal;
use super::layout::{Kind, Layout, sync_dir};
use super::manifest::{Manifest, SCHEMA, State};
use super::mark::{Mark, MarkFile};
use super::migration;
use super::plan::Plan;
use super::seal::Seal;
use super::writer::{Answer, Commit, Write};

/// How long a close waits for reads under way to let go of sled's files.
const LET_GO: Duration = Duration::from_secs(2);

/// The open directory, as its only writer sees it.
pub(super) struct Disk {
    layout: Layout,
    manifest: Manifest,
    database: Database,
    /// sled's log once more: sled's own flush reaches the disk's cache only (`sync_file_range`), so that a power loss
    /// could undo it; syncing this file makes it durable.
    log: File,
    mark: Mark,
    mark_file: MarkFile,
    ledger: Ledger,
    /// The first failure; after it nothing is written any more, because nobody knows what a later flush would cover.
    failed: Option<Error>,
}

impl Disk {
    /// Opens the store in `dir`, or makes one. The trees are for reading beside the writer.
    pub(super) fn open(dir: &Path) -> Result<(Self, Trees), Error> {
        let layout = Layout::new(dir);
        let may_be_new = layout.inspect()? == Kind::Empty;
        let mark_file = MarkFile::lock(&layout, may_be_new)?;
        // Now alone; another may have made the store just before.
        let disk = match layout.inspect()? {
            Kind::Empty => Self::create(layout, mark_file)?,
            Kind::Ours => Self::open_existing(layout, mark_file)?,
        };
        let trees = disk.database.trees.clone();
        Ok((disk, trees))
    }

    fn create(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let mut manifest = Manifest::creating();
        manifest.write(&layout)?;
        let database = Database::open(&layout.dir, &layout.sled())?;
        database.write_meta(&manifest.id)?;
        let log = open_log(&layout)?;
        let mut settle = || {
            mark_file.write(Mark::default())?;
            mark_file.sync()?;
            log.sync_all()?;
            sync_dir(&layout.sled())
        };
        settle().map_err(|error| layout.error(&error))?;
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let (mark, ledger) = (Mark::default(), Ledger::default());
        Ok(Self { layout, manifest, database, log, mark, mark_file, ledger, failed: None })
    }

    fn open_existing(layout: Layout, mut mark_file: MarkFile) -> Result<Self, Error> {
        let mut manifest = Manifest::read(&layout)?;
        let mark = mark_file.read().map_err(|error| layout.error(&error))?;
        let mark = match (&manifest.state, mark) {
            (State::Creating, None | Some(Mark { last: 0, .. })) => return Self::create_again(layout, mark_file),
            (State::Creating, Some(_)) => return Err(layout.damaged("store.json is older than what is kept")),
            (_, None) => return Err(layout.damaged("the file `mark` cannot be read")),
            (State::Open, Some(mark)) => check::check(&layout, &manifest.id, mark)?,
            (State::Closed { mark: at_close, .. }, Some(mark)) if *at_close != mark => {
                return Err(layout.damaged("the file `mark` is older than the last close"));
            }
            (State::Closed { seal, .. }, Some(mark)) => {
                seal.verify(&layout)?;
                migration::forget_aside(&layout, manifest.schema);
                mark
            }
        };
        if manifest.schema < SCHEMA {
            migration::keep_aside(&layout, manifest.schema)?;
        }
        manifest.state = State::Open;
        manifest.write(&layout)?;
        let database = Database::open(&layout.dir, &layout.sled())?;
        database.check_meta(&manifest.id)?;
        let log = open_log(&layout)?;
        let ledger = journal::read_ledger(&database.trees)?;
        let mut disk = Self { layout, manifest, database, log, mark, mark_file, ledger, failed: None };
        if disk.manifest.schema < SCHEMA {
            disk.migrate()?;
        }
        Ok(disk)
    }

    /// Ends a migration: the trees are there by now.
    fn migrate(&mut self) -> Result<(), Error> {
        self.database.write_meta(&self.manifest.id)?;
        let settled = self.sync().and_then(|()| self.mark_file.sync());
        settled.map_err(|error| self.layout.error(&error))?;
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

    fn try_commit(&mut self, group: &[Write]) -> Result<Vec<Answer>, Error> {
        let mut plan = Plan::new(&self.database.trees, &mut self.ledger, self.mark);
        let answers = group.iter().map(|write| plan.add(write)).collect::<Result<_, _>>()?;
        let planned = plan.done();
        if planned.changes {
            let write = || {
                self.database.apply(&planned.batches)?;
                self.database.flush()
            };
            write().map_err(|error| self.database.trees.error(&error))?;
            self.mark = planned.mark;
        }
        if planned.must_sync {
            self.sync().map_err(|error| self.layout.error(&error))?;
        }
        Ok(answers)
    }

    /// Makes durable what sled wrote, then marks it.
    fn sync(&mut self) -> io::Result<()> {
        self.log.sync_data()?;
        self.mark_file.write(self.mark)
    }
}

impl Commit for Disk {
    /// A group is kept whole or not at all.
    fn commit(&mut self, group: &[Write]) -> Result<Vec<Answer>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.try_commit(group).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// Leaves a seal, once sled and the readers have let go of its files.
    fn close(self) -> Result<(), Error> {
        let Self { layout, mut manifest, database, log, mark, mut mark_file, failed, .. } = self;
        if let Some(error) = failed {
            // Left as open: the next start will check what is there.
            return Err(error);
        }
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

fn open_log(layout: &Layout) -> Result<File, Error> {
    OpenOptions::new().read(true).write(true).open(layout.log()).map_err(|error| layout.error(&error))
}

/// Waits until sled, whose threads and readers hold its log locked, is done with it.
fn wait_for_sled(log: &File) -> io::Result<()> {
    let patience = Instant::now() + LET_GO;
    while log.try_lock().is_err() {
        if Instant::now() > patience {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "a read still holds the files"));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
