//! Files that the operator names: how they are opened, and what is said of one that cannot be.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::anyhow;

/// Makes a file that its owner alone can read.
pub(super) fn create_private(file: &Path, options: &mut OpenOptions) -> anyhow::Result<File> {
    options.write(true).mode(0o600).open(file).map_err(|error| cannot_write(file, &error))
}

/// Opens a file to be read.
pub(super) fn open(file: &Path) -> anyhow::Result<File> {
    File::open(file)
        .map_err(|error| anyhow!("cannot read {} ({error}): check the path and the file's permissions", file.display()))
}

/// Why a file cannot be written, with the remedy.
pub(super) fn cannot_write(file: &Path, error: &io::Error) -> anyhow::Error {
    let shown = file.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            anyhow!("{shown} exists already and is left as it is: name another file, or move it away first")
        }
        io::ErrorKind::NotFound => {
            let dir = file.parent().unwrap_or(file).display();
            anyhow!("cannot write {shown}: the directory {dir} does not exist: make it first")
        }
        _ => anyhow!("cannot write {shown} ({error}): name another file, or let this user write there"),
    }
}
