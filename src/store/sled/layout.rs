//! What stands where in a data directory, and whether a directory is one.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::super::Error;

/// The places in a data directory.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The data directory itself.
    pub(super) dir: PathBuf,
}

/// What a directory is, by the names in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing is kept there yet.
    Empty,
    /// A store is, or should be, there.
    Ours,
}

impl Layout {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The manifest.
    pub(super) fn manifest(&self) -> PathBuf {
        self.dir.join("store.json")
    }

    /// Where a manifest is written before it takes its name.
    pub(super) fn next_manifest(&self) -> PathBuf {
        self.dir.join("store.json.new")
    }

    /// The mark, which is the lock too.
    pub(super) fn mark(&self) -> PathBuf {
        self.dir.join("mark")
    }

    /// The write-ahead log.
    pub(super) fn wal(&self) -> PathBuf {
        self.dir.join("wal")
    }

    /// The notes of what was answered.
    pub(super) fn struck(&self) -> PathBuf {
        self.dir.join("struck")
    }

    /// The records of all chats.
    pub(super) fn archive(&self) -> PathBuf {
        self.dir.join("archive")
    }

    /// sled's own directory.
    pub(super) fn sled(&self) -> PathBuf {
        self.dir.join("sled")
    }

    /// sled's log, in which all of its data is.
    pub(super) fn log(&self) -> PathBuf {
        self.sled().join("db")
    }

    /// Opens sled's log beside sled.
    pub(super) fn open_log(&self) -> Result<File, Error> {
        File::options().read(true).write(true).open(self.log()).map_err(|error| self.error(&error))
    }

    /// A file that is only there to see whether the disk has room. Should it be left over, its name hides it, and the next
    /// opening removes it.
    pub(super) fn probe(&self) -> PathBuf {
        self.dir.join(".room")
    }

    /// The copy that is opened to check a store that was not closed.
    pub(super) fn check(&self) -> PathBuf {
        self.dir.join("check")
    }

    /// Where a store of an older schema is made one of this build's, before that takes its name.
    pub(super) fn migrating(&self) -> Self {
        self.below("migrating")
    }

    /// What a store of an older schema became, and that is to take its place.
    pub(super) fn migrated(&self, schema: u32) -> Self {
        self.below(&format!("migrated-{schema}"))
    }

    /// Where a store of an older schema is kept once another took its place.
    pub(super) fn aside(&self, schema: u32) -> Self {
        self.below(&format!("schema-{schema}"))
    }

    /// The socket at which a running bot is asked for a backup.
    pub(super) fn control(&self) -> PathBuf {
        self.dir.join("control")
    }

    /// Where a backup becomes a store, before it takes its name.
    pub(super) fn restoring(&self) -> Self {
        self.below("restoring")
    }

    /// Where the rows of a backup are on their way to that.
    pub(super) fn unpacking(&self) -> Self {
        self.below("unpacking")
    }

    /// A store of a backup that is to take the place of this one.
    pub(super) fn restored(&self) -> Self {
        self.below("restored")
    }

    /// What a restored store took the place of.
    pub(super) fn before_restore(&self) -> Self {
        self.below("before-restore")
    }

    /// Where sled's files are written anew, before that takes its name.
    pub(super) fn compacting(&self) -> Self {
        self.below("compacting")
    }

    /// sled's files, written anew, that are to take the place of these.
    pub(super) fn compacted(&self) -> Self {
        self.below("compacted")
    }

    /// What compacted files took the place of.
    pub(super) fn before_compaction(&self) -> Self {
        self.below("before-compaction")
    }

    fn below(&self, name: &str) -> Self {
        Self::new(&self.dir.join(name))
    }

    /// Makes the directory where there is none, and tells what it is.
    pub(super) fn inspect(&self) -> Result<Kind, Error> {
        if self.dir.exists() && !self.dir.is_dir() {
            return Err(Error::NotADirectory { dir: self.dir.clone() });
        }
        self.make().map_err(|error| self.error(&error))?;
        let mut kind = Kind::Empty;
        for entry in fs::read_dir(&self.dir).map_err(|error| self.error(&error))? {
            let entry = entry.map_err(|error| self.error(&error))?;
            match entry.file_name().to_str() {
                Some("store.json" | "sled" | "wal" | "archive" | "restored") => return Ok(Kind::Ours),
                // Made and locked before anything else: empty, it says only that another is at it, or was.
                Some("mark") if entry.metadata().is_ok_and(|mark| mark.len() > 0) => kind = Kind::Ours,
                Some("mark" | "store.json.new" | "control" | "restoring" | "unpacking" | "lost+found") => {}
                Some(name) if name.starts_with('.') => {}
                _ => {
                    let found = entry.file_name().to_string_lossy().into_owned();
                    self.refuse_unless_ours(found)?;
                    return Ok(Kind::Ours);
                }
            }
        }
        Ok(kind)
    }

    /// A new directory is its owner's alone: customers' names are in it. One that is there stays as it is.
    pub(super) fn make(&self) -> io::Result<()> {
        if let Some(parent) = self.dir.parent().filter(|parent| !parent.exists()) {
            fs::create_dir_all(parent)?;
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)
    }

    /// Something strange lies in the directory: beside a store it is of no concern.
    fn refuse_unless_ours(&self, found: String) -> Result<(), Error> {
        let ours = self.manifest().exists() || self.sled().exists();
        if ours { Ok(()) } else { Err(Error::Foreign { dir: self.dir.clone(), found }) }
    }

    /// What an I/O error means here.
    pub(super) fn error(&self, error: &io::Error) -> Error {
        Error::from_io(&self.dir, error)
    }

    /// The store is damaged.
    pub(super) fn damaged(&self, what: impl Into<String>) -> Error {
        Error::damaged(&self.dir, what)
    }
}

/// For how long a lock may seem held although nobody has it: a child process that another thread of this one starts
/// inherits all open files, their locks too, until it runs its own program.
const STARTING: Duration = Duration::from_millis(300);

/// Opens something that is locked; tries again for a moment where it is in use.
pub(super) fn once_let_go<T>(open: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let patience = Instant::now() + STARTING;
    loop {
        match open() {
            Err(Error::InUse { .. }) if Instant::now() < patience => thread::sleep(Duration::from_millis(10)),
            opened => return opened,
        }
    }
}

/// Makes the names in `dir` durable: a new file is on disk only once its directory is.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    // Only Unix opens directories as files.
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// Removes a directory with all that is in it, if it is there.
pub(super) fn remove_dir(layout: &Layout) -> io::Result<()> {
    unless_missing(fs::remove_dir_all(&layout.dir))
}

/// Removes a file, if it is there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    unless_missing(fs::remove_file(path))
}

fn unless_missing(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// sled's files under `sled`, as paths relative to it, sorted. Others are none of sled's, nor of ours; what sled had not
/// written to its end is none either.
pub(super) fn sled_files(sled: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(sled)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if text == "conf" || text == "db" || (text.starts_with("snap.") && !text.ends_with(UNFINISHED)) {
            files.push(name.into());
        }
    }
    match fs::read_dir(sled.join("blobs")) {
        Ok(blobs) => {
            for blob in blobs {
                files.push(Path::new("blobs").join(blob?.file_name()));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    files.sort();
    Ok(files)
}

/// How the name of a snapshot ends that sled is writing.
const UNFINISHED: &str = ".generating";

/// Removes the snapshot that sled was writing when it was killed: sled would take it for a whole one, the newest, and
/// refuse to open. It says nothing that sled's log does not.
pub(super) fn remove_unfinished(sled: &Path) -> io::Result<()> {
    for entry in fs::read_dir(sled).into_iter().flatten() {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            remove_file(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes what sled has written to its files durable, and their names.
pub(super) fn sync_sled(layout: &Layout) -> io::Result<()> {
    let sled = layout.sled();
    for path in sled_files(&sled)? {
        File::open(sled.join(path))?.sync_all()?;
    }
    let blobs = sled.join("blobs");
    if blobs.is_dir() {
        sync_dir(&blobs)?;
    }
    sync_dir(&sled)
}

/// Copies sled's files from `from` to `to`, which is made.
pub(super) fn copy_sled(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join("blobs"))?;
    for path in sled_files(from)? {
        fs::copy(from.join(&path), to.join(&path))?;
    }
    Ok(())
}
