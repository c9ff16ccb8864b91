//! What several commands share: files that the operator names, with what is said of one that cannot be opened, and how
//! results are shown.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::anyhow;
use serde_json::Value;

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

/// A number of things, in English.
pub(super) fn count(number: impl TryInto<u64>, what: &str) -> String {
    match (number.try_into().unwrap_or(u64::MAX), what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (number, Some(stem)) => format!("{number} {stem}ies"),
        (number, None) => format!("{number} {what}s"),
    }
}

/// What is known of a JSON object: without the fields that are null.
pub(super) fn known(mut object: Value) -> Value {
    object.as_object_mut().into_iter().for_each(|fields| fields.retain(|_, value| !value.is_null()));
    object
}
