//! Why something could not be kept or read, told to the operator: what is wrong, then the remedy, in one line.

use std::io;
use std::path::{Path, PathBuf};

use super::job::MAX_BODY_LEN;
use super::row::MAX_ROW_LEN;

/// Why something could not be kept or read. Each text names the remedy; none holds anything of a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another process has the data directory open.
    #[error("{} is in use by another ceknomor: stop that one first, or set another CEKNOMOR_DATA_DIR", .0.display())]
    InUse(PathBuf),
    /// The path, or something on the way to it, is a file.
    #[error(
        "{} is not a directory: set CEKNOMOR_DATA_DIR to a directory, or to a path where one can be made",
        .0.display()
    )]
    NotADirectory(PathBuf),
    /// This process may not write there; with what the operating system said.
    #[error("{} cannot be written ({}): make it writable for the user that runs ceknomor", .0.display(), .1)]
    Unwritable(PathBuf, String),
    /// The data directory is no store's, damaged, half restored, of a later build, or not empty for a restore: the text
    /// says which, and the remedy. Nothing in it was changed.
    #[error("{0}")]
    Unusable(String),
    /// Hardly any space is left. The store goes on by itself once there is some.
    #[error("the disk of {} is full: free some space", .0.display())]
    Full(PathBuf),
    /// The data directory is not where it was opened. The store goes on by itself once it is back.
    #[error(
        "{} was removed or renamed while ceknomor has it open: move it back, or stop ceknomor and restore a backup",
        .0.display()
    )]
    Gone(PathBuf),
    /// A job whose body is longer than [`MAX_BODY_LEN`]. Nothing was written.
    #[error("a job of {0} bytes is not kept, the longest may have {MAX_BODY_LEN}: ask for less at once")]
    JobTooLong(usize),
    /// A row whose value is longer than [`MAX_ROW_LEN`]. Nothing was written.
    #[error("a row of {0} bytes is not kept, the longest may have {MAX_ROW_LEN}")]
    RowTooLong(usize),
    /// What should be a backup is none, or not whole. Nothing was changed.
    #[error("this is no whole backup of ceknomor ({0}): use another one; nothing was changed")]
    NotABackup(String),
    /// A backup could not be made.
    #[error("no backup was made ({0})")]
    NoBackup(String),
    /// The store was closed, or stopped at a fault that the log tells.
    #[error("the store is closed: see the log for an earlier error, then start ceknomor again")]
    Closed,
    /// The operating system or sled failed otherwise; with what it said.
    #[error("{} cannot be read or written ({}): check the disk, then start ceknomor again", .0.display(), .1)]
    Io(PathBuf, String),
}

impl Error {
    /// What an I/O error in `dir` means.
    pub(super) fn from_io(dir: &Path, error: &io::Error) -> Self {
        let dir = dir.to_owned();
        let cause = error.to_string();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Unwritable(dir, cause),
            // What is to be made there is a file, or a link that leads nowhere; or something on the way to it is.
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Self::NotADirectory(dir),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(dir),
            _ => Self::Io(dir, cause),
        }
    }

    /// What an error of sled in `dir` means.
    pub(super) fn from_sled(dir: &Path, error: &::sled::Error) -> Self {
        match error {
            ::sled::Error::Io(io) if io.to_string().starts_with("could not acquire lock") => {
                Self::InUse(dir.to_owned())
            }
            ::sled::Error::Io(io) => Self::from_io(dir, io),
            ::sled::Error::Corruption { .. } => Self::damaged(dir, "sled found a checksum that is wrong"),
            // These two texts are sled's own and fixed; they hold no data.
            ::sled::Error::Unsupported(what) | ::sled::Error::ReportableBug(what) => Self::damaged(dir, what),
            ::sled::Error::CollectionNotFound(_) => Self::damaged(dir, "a tree is missing"),
        }
    }

    /// `dir` does not hold what it held.
    pub(super) fn damaged(dir: &Path, what: &str) -> Self {
        let remedy = "restore a backup of it, or move it aside to begin with an empty history";
        Self::Unusable(format!("{} is damaged ({what}): {remedy}", dir.display()))
    }

    /// There is something else than a store in `dir`.
    pub(super) fn foreign(dir: &Path, found: &str) -> Self {
        let what = format!("{} is no data directory of ceknomor, it holds `{found}`", dir.display());
        Self::Unusable(format!("{what}: set CEKNOMOR_DATA_DIR to an empty one"))
    }
}
