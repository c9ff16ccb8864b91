//! Why something could not be kept or read, told to the operator: what is wrong, then the remedy, in one line.

use std::io;
use std::path::{Path, PathBuf};

use super::types::{MAX_BODY_LEN, MAX_ROW_LEN};

/// Why something could not be kept or read. Each text names the remedy; none holds anything of a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another process has the data directory open.
    #[error("{} is in use by another ceknomor: stop that one first, or set another CEKNOMOR_DATA_DIR", .0.display())]
    InUse(PathBuf),
    /// The path, or something on the way to it, is a file.
    #[error("{} is not a directory: set CEKNOMOR_DATA_DIR to a directory, or to a path where one can be made", .0.display())]
    NotADirectory(PathBuf),
    /// This process may not write there.
    #[error("{} cannot be written ({cause}): make it writable for the user that runs ceknomor", dir.display())]
    Unwritable {
        /// The data directory.
        dir: PathBuf,
        /// What the operating system said.
        cause: String,
    },
    /// There is something else in it.
    #[error("{} is no data directory of ceknomor, it holds `{found}`: set CEKNOMOR_DATA_DIR to an empty one", dir.display())]
    Foreign {
        /// The data directory.
        dir: PathBuf,
        /// The name of one thing that is in it.
        found: String,
    },
    /// It does not hold what it held. Nothing in it was changed.
    #[error(
        "{} is damaged ({what}): restore a backup of it, or move it aside to begin with an empty history",
        dir.display()
    )]
    Damaged {
        /// The data directory.
        dir: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A later build wrote it.
    #[error("{} has schema {found}, this build knows up to {known}: install the newer ceknomor again", dir.display())]
    NewerSchema {
        /// The data directory.
        dir: PathBuf,
        /// The schema of the data.
        found: u32,
        /// The newest schema that this build knows.
        known: u32,
    },
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
    /// A store to which a backup was to be restored holds something. Nothing was changed.
    #[error("{0} is not empty; restore into a new data directory: move the old one aside first (nothing was changed)")]
    NotEmpty(String),
    /// A restore into the directory was cut off, or is under way.
    #[error(
        "a restore into {} is not finished; if it was cut off, remove the directory, then restore again",
        .0.display()
    )]
    Unfinished(PathBuf),
    /// A backup could not be made.
    #[error("no backup was made ({0})")]
    NoBackup(String),
    /// The store was closed, or stopped at a fault that the log tells.
    #[error("the store is closed: see the log for an earlier error, then start ceknomor again")]
    Closed,
    /// The operating system or sled failed otherwise.
    #[error("{} cannot be read or written ({cause}): check the disk, then start ceknomor again", dir.display())]
    Io {
        /// The data directory.
        dir: PathBuf,
        /// What the operating system or sled said.
        cause: String,
    },
}

impl Error {
    /// What an I/O error in `dir` means.
    pub(super) fn from_io(dir: &Path, error: &io::Error) -> Self {
        let dir = dir.to_owned();
        let cause = error.to_string();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Unwritable { dir, cause },
            io::ErrorKind::NotADirectory => Self::NotADirectory(dir),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(dir),
            _ => Self::Io { dir, cause },
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
    pub(super) fn damaged(dir: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { dir: dir.to_owned(), what: what.into() }
    }
}
