//! The opening of a directory: a new one is made, one that is there is seen to hold what it held, whichever way it was
//! left, and brought to where its log ends. Nothing of it is changed before it is found undamaged.

use std::fs;
use std::io;
use std::path::Path;

use super::super::Error;
use super::archive;
use super::change::Change;
use super::check;
use super::checkpoint;
use super::database::Database;
use super::disk::{Disk, Live, Timing, write_again};
use super::engine::Engine;
use super::layout::{Kind, Layout, once_let_go, remove_file, sync_sled};
use super::manifest::{Left, Manifest, State};
use super::mark::{Mark, MarkFile, Reached};
use super::migration;
use super::seal::verify_archive;
use super::struck;
use super::swap;
use super::wal::{self, Record, Wal};
use super::writer::Write;

/// How much is put into a new store at a time, in bytes.
const AT_ONCE: usize = 1024 * 1024;

impl Disk {
    /// Opens the store in `dir`, or makes one.
    pub(super) fn open(dir: &Path, timing: Timing) -> Result<Self, Error> {
        let layout = Layout::new(dir);
        let may_be_new = layout.inspect()? == Kind::Empty;
        let mut mark_file = once_let_go(|| MarkFile::lock(&layout, may_be_new))?;
        swap::finish(&layout, &mut mark_file)?;
        // Now alone; another may have made the store just before.
        let mut disk = match layout.inspect()? {
            Kind::Empty => Self::create(layout, mark_file)?,
            Kind::Ours => {
                migration::migrate(&layout, &mut mark_file)?;
                Self::open_existing(layout, mark_file)?
            }
        };
        disk.timing = timing;
        disk.catch_up()?;
        Ok(disk)
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
        let mut disk = Self::of(layout, manifest, live, mark_file, wal);
        (disk.mark, disk.ledger) = (mark, ledger);
        // Else the archive could have a record of which a power loss takes the entry. Also cuts off an unfinished write.
        disk.wal.sync_if_needed().map_err(|error| disk.layout.error(&error))?;
        disk.checkpoint()?;
        disk.compact_if_wasteful()?;
        Ok(disk)
    }

    /// Commits the ends of entries that were noted and not committed when the store was last left.
    fn catch_up(&mut self) -> Result<(), Error> {
        let ended = struck::left_over(&self.layout).map_err(|error| self.layout.error(&error))?;
        let ended: Vec<Write> = ended.into_iter().map(Write::Finish).collect();
        self.commit_or_refuse(&ended).into_iter().collect::<Result<Vec<_>, _>>()?;
        remove_file(&self.layout.struck()).map_err(|error| self.layout.error(&error))
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
}
