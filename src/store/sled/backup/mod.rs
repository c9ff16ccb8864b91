//! `ceknomor backup` and `ceknomor restore`: all that is kept, as it was at one moment, in one file.
//!
//! A backup is made while the bot answers. Whoever makes it asks the bot ([`control`]), or opens the store itself where
//! none runs; either way the same bytes come out ([`stream`]), because what is committed meanwhile goes into them too
//! ([`tee`], [`dump`]). [`restore`] makes a store of them again and puts it in the place of the one that is there.

use std::fs::File;
use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};

use self::control::ask;
use self::dump::Source;
use self::part::Part;
use super::super::Error;
use super::SledStore;
use super::layout::{Kind, Layout};
use crate::clock::Clock;

mod control;
mod dump;
mod part;
mod restore;
mod stream;
mod tee;

pub use control::Backups;
pub use restore::{Restored, restore};
pub(super) use tee::{Tap, Tee};

/// How long a bot may have the store open without its socket: while it starts, and while it stops.
const CHANGING: Duration = Duration::from_secs(2);

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When it was made, in WIB.
    pub at: DateTime<FixedOffset>,
    /// How many checks are in it, over all chats.
    pub checks: u64,
    /// How many choices of chats: of a language, or of another chat's history.
    pub choices: u64,
    /// How many questions that had no answer yet.
    pub open: u64,
    /// How long the file is, in bytes.
    pub bytes: u64,
}

impl From<&stream::Contents> for Summary {
    fn from(contents: &stream::Contents) -> Self {
        let mark = contents.mark;
        Self {
            at: contents.at,
            checks: mark.history,
            choices: mark.preferences,
            open: mark.accepted.saturating_sub(mark.ended),
            bytes: contents.bytes,
        }
    }
}

/// Backs up what is kept in `dir`, open in a bot or not, to `file`, which only its owner can read and which is not
/// there before it is whole. Waits for the disk.
///
/// # Errors
/// There is no backup then: `file` exists or cannot be written, nothing is kept in `dir`, or it could not be read.
pub async fn backup(dir: &Path, file: &Path, clock: &dyn Clock) -> Result<Summary, Error> {
    let layout = Layout::new(dir);
    if !dir.exists() || layout.inspect()? == Kind::Empty {
        let what = "run this in the bot's directory, or set CEKNOMOR_DATA_DIR";
        return Err(Error::NoBackup { what: format!("there is no data in {}: {what}", dir.display()) });
    }
    let part = Part::create(file)?;
    match reach(&layout)? {
        Reached::Bot(bot) => part.receive(bot)?,
        Reached::Store(store) => {
            let tee = store.0.writer.tee().await?;
            let source = Source { dir: dir.to_owned(), readers: store.0.readers.clone(), tee };
            dump::write(Ok(source), clock.now(), &part.file, file)?;
            store.close().await?;
        }
    }
    part.keep()
}

/// What gives a backup.
enum Reached {
    Bot(UnixStream),
    Store(SledStore),
}

/// Asks the bot, or opens the store itself where none runs. A bot that is just starting or stopping has the store open
/// and no socket: it is waited for.
fn reach(layout: &Layout) -> Result<Reached, Error> {
    let patience = Instant::now() + CHANGING;
    loop {
        if let Some(bot) = ask(layout)? {
            return Ok(Reached::Bot(bot));
        }
        match SledStore::open(&layout.dir) {
            Err(Error::InUse { .. }) if Instant::now() < patience => thread::sleep(Duration::from_millis(10)),
            opened => return opened.map(Reached::Store),
        }
    }
}

/// Reads all of a backup, and tells what is in it.
///
/// # Errors
/// It is none, or not whole.
fn examine(file: &Path) -> Result<stream::Contents, Error> {
    stream::read(open(file)?, file, |_rows| Ok(()))
}

fn open(file: &Path) -> Result<BufReader<File>, Error> {
    let name = file.display();
    let not_restored = |what| Err(Error::NotRestored { what });
    match File::open(file) {
        Ok(_) if file.is_dir() => not_restored(format!("{name} is a directory: name the backup file")),
        Ok(opened) => Ok(BufReader::new(opened)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => not_restored(format!("there is no file {name}")),
            io::ErrorKind::PermissionDenied => {
                not_restored(format!("{name} cannot be read: run this as the file's owner"))
            }
            _ => Err(Error::from_io(file, &error)),
        },
    }
}

/// What is there is never overwritten.
fn refuse_existing(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() { Err(Error::Exists { path: path.to_owned() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
