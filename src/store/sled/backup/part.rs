//! `FILE.part`: a backup in the making, beside the place that it is to have.
//!
//! Whoever makes one holds it locked, so that two that are to have the same name do not disturb each other. One that a
//! killed backup left is nobody's, and makes room for the next. It is unlinked and never written over: a backup that
//! was killed at its very end, and was then moved elsewhere, is the same file under two names.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::super::super::Error;
use super::super::layout::{remove_file, sync_dir};
use super::{Summary, examine, refuse_existing, stream};

/// A backup in the making. It is removed when it does not come to its name.
pub(super) struct Part<'a> {
    /// Where it is written; locked.
    pub(super) file: File,
    path: PathBuf,
    to: &'a Path,
    /// Whether it still has this name.
    is_there: bool,
}

impl<'a> Part<'a> {
    /// Makes an empty one of what shall be `to`, readable by its owner alone.
    ///
    /// # Errors
    /// `to` exists, or another backup to it is under way, or something else has the part's name; it cannot be written.
    pub(super) fn create(to: &'a Path) -> Result<Self, Error> {
        refuse_existing(to)?;
        let mut path = to.to_owned().into_os_string();
        path.push(".part");
        let path = PathBuf::from(path);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => no_directory(to),
            _ => Error::from_io(to, &error),
        };
        remove_left_over(&path, failed)?;
        let create = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = create().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => under_way(&path),
            _ => failed(error),
        })?;
        // Where nothing can be locked, the new name is what keeps the others away.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !is_at(&file, &path).map_err(failed)? {
            return Err(under_way(&path));
        }
        Ok(Self { file, path, to, is_there: true })
    }

    /// Writes down what comes from the bot.
    ///
    /// # Errors
    /// The bot stopped, or the file cannot be written.
    pub(super) fn receive(&self, mut bot: impl Read) -> Result<(), Error> {
        let received = io::copy(&mut bot, &mut &self.file);
        received.map(|_bytes| ()).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::ConnectionReset => {
                Error::NoBackup { what: "the bot stopped in the midst of it: see its log, and try again".to_owned() }
            }
            _ => Error::from_io(self.to, &error),
        })
    }

    /// Gives it its name, once it is seen to be whole and durable.
    ///
    /// # Errors
    /// It is not whole; something has taken the name meanwhile, and keeps it.
    pub(super) fn keep(mut self) -> Result<Summary, Error> {
        let told = |error| Error::from_io(self.to, &error);
        self.file.sync_all().map_err(told)?;
        let contents = examine(&self.path).map_err(|error| match error {
            Error::NotABackup { what, .. } => Error::NoBackup { what: format!("{what}: try again") },
            other => other,
        })?;
        self.name()?;
        sync_dir(dir_of(self.to)).map_err(|error| Error::from_io(self.to, &error))?;
        Ok(Summary::from(&contents))
    }

    fn name(&mut self) -> Result<(), Error> {
        // A new link takes nobody's place, as a rename would; but not every file system knows links.
        let named = if fs::hard_link(&self.path, self.to).is_ok() {
            fs::remove_file(&self.path)
        } else {
            refuse_existing(self.to)?;
            fs::rename(&self.path, self.to)
        };
        named.map_err(|error| Error::from_io(self.to, &error))?;
        self.is_there = false;
        Ok(())
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if self.is_there {
            let _ = remove_file(&self.path);
        }
    }
}

/// Removes what a killed backup left, which is nobody's: it can be locked.
fn remove_left_over(path: &Path, failed: impl Fn(io::Error) -> Error) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(Error::Exists { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    }
    let file = File::open(path).map_err(&failed)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(under_way(path)),
        Ok(()) if stream::begins_as_one(&file).map_err(&failed)? => {}
        _ => return Err(Error::Exists { path: path.to_owned() }),
    }
    // Another may have removed it since, and made its own.
    if is_at(&file, path).map_err(&failed)? { remove_file(path).map_err(failed) } else { Err(under_way(path)) }
}

/// Whether `path` still names `file`.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let (open, named) = (file.metadata()?, path.symlink_metadata());
    Ok(named.is_ok_and(|named| (named.dev(), named.ino()) == (open.dev(), open.ino())))
}

fn dir_of(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn no_directory(to: &Path) -> Error {
    Error::NoBackup { what: format!("the directory {} does not exist: make it first", dir_of(to).display()) }
}

fn under_way(part: &Path) -> Error {
    Error::NoBackup { what: format!("another backup is writing {}: wait for it", part.display()) }
}
