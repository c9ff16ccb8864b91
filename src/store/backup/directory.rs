//! Backups of a data directory, and data directories of backups: what the commands `backup` and `restore` do.

use std::fs::File;
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, sink};
use tokio::net::UnixStream;
use tokio::time::{Duration, Instant, sleep, timeout};

use super::super::forget::Tombstone;
use super::super::note::Note;
use super::super::sled::{holds_store, make_dir, notes, set_restoring};
use super::super::{AuditEntry, AuditLog as _, Error, MAX_PAGE_LEN, Row, RowKind, SledStore};
use super::control;
use super::format::{Line, MAX_LINE_LEN, Reader, Summary, unwritable};
use super::{LeftOut, backup, import, next_line, note_backup, refuse_unless_empty, unreadable, verify};

/// How long a bot may have the store open without its socket: while it starts, and while it stops.
const CHANGING: Duration = Duration::from_secs(2);

/// How long a bot may leave a backup waiting in the midst of it.
const STALLED: Duration = Duration::from_secs(30);

/// Writes a backup of the data directory `dir` to `out`: the bot that has it open makes it, or where none runs, this.
///
/// # Errors
/// As for [`backup`]; nothing is kept in `dir`; a bot has it open and does not answer.
pub async fn backup_dir(
    dir: &Path,
    now: DateTime<Utc>,
    out: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<Summary, Error> {
    match open(dir, control::BACKUP).await? {
        Opened::Bot(bot) => receive(bot, out, |_| Ok(())).await,
        Opened::Store(store) => {
            let summary = backup(&store, now, out).await?;
            note_backup(&store, now).await;
            store.close().await?;
            Ok(summary)
        }
    }
}

/// Gives `each` the entries of who did what that the data directory `dir` has from `from` on, rising: the bot that has
/// it open is asked for them, or where none runs, they are read.
///
/// # Errors
/// Nothing is kept in `dir`; a bot has it open and does not answer, or an earlier version that does not know the
/// question; or `each` failed.
pub async fn audit_of_dir(
    dir: &Path,
    from: DateTime<Utc>,
    mut each: impl FnMut(AuditEntry) -> io::Result<()>,
) -> Result<(), Error> {
    match open(dir, control::AUDIT).await? {
        Opened::Bot(bot) => receive(bot, &mut sink(), |line| give(line, from, &mut each)).await.map(drop),
        Opened::Store(store) => {
            let mut after = None;
            loop {
                let entries = store.audit_since(from, after, MAX_PAGE_LEN).await?;
                let Some((place, _)) = entries.last() else { break };
                after = Some(*place);
                entries.into_iter().try_for_each(|(_, entry)| each(entry)).map_err(|error| unwritable(&error))?;
            }
            store.close().await
        }
    }
}

/// The same of a backup.
///
/// # Errors
/// `input` is no whole backup: some entries may have been given; or `each` failed.
pub fn audit_of_backup(
    input: &mut File,
    from: DateTime<Utc>,
    mut each: impl FnMut(AuditEntry) -> io::Result<()>,
) -> Result<(), Error> {
    let (mut reader, mut input) = (Reader::default(), io::BufReader::new(input));
    while let Some(line) = next_line(&mut reader, &mut input)? {
        give(line, from, &mut each)?;
    }
    reader.end().map(drop)
}

/// Gives `each` the entry of a line, if it is one of `from` or later.
fn give(line: Line, from: DateTime<Utc>, each: &mut impl FnMut(AuditEntry) -> io::Result<()>) -> Result<(), Error> {
    match line {
        Line::Audit(_, entry) if entry.at >= from => each(entry).map_err(|error| unwritable(&error)),
        _ => Ok(()),
    }
}

/// A data directory that can be read.
enum Opened {
    /// By the bot that has it open, and answers.
    Bot(UnixStream),
    /// By this program.
    Store(SledStore),
}

/// Opens a data directory, or asks the bot that has it open.
async fn open(dir: &Path, request: &[u8]) -> Result<Opened, Error> {
    if !dir.is_dir() || !holds_store(dir)? {
        let what = "run this in the bot's directory, or set CEKNOMOR_DATA_DIR";
        return Err(Error::Unusable(format!("there is no data in {}: {what}", dir.display())));
    }
    let give_up = Instant::now() + CHANGING;
    loop {
        if let Some(bot) = control::ask(dir, request).await? {
            return Ok(Opened::Bot(bot));
        }
        match SledStore::open(dir) {
            Ok(store) => return Ok(Opened::Store(store)),
            // A bot that is just starting or stopping.
            Err(Error::InUse(_)) if Instant::now() < give_up => sleep(Duration::from_millis(10)).await,
            Err(error) => return Err(error),
        }
    }
}

/// Copies what a bot sends, gives `each` its lines, and sees that it is whole.
async fn receive(
    bot: UnixStream,
    out: &mut (impl AsyncWrite + Unpin),
    mut each: impl FnMut(Line) -> Result<(), Error>,
) -> Result<Summary, Error> {
    let broken = |what: &str| Error::NoBackup(format!("the bot {what}: see its log, and try again"));
    let (mut reader, mut bot) = (Reader::default(), BufReader::new(bot));
    loop {
        let mut bytes = Vec::new();
        let read = timeout(STALLED, (&mut bot).take(MAX_LINE_LEN).read_until(b'\n', &mut bytes)).await;
        if read.map_err(|_| broken("does not go on"))?.map_err(|_| broken("hung up"))? == 0 {
            out.flush().await.map_err(|error| unwritable(&error))?;
            return reader.end().map_err(|_| broken("hung up"));
        }
        each(reader.line(&bytes).map_err(|_| broken("sent what is no backup"))?)?;
        out.write_all(&bytes).await.map_err(|error| unwritable(&error))?;
    }
}

/// What became of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What it holds.
    pub backup: Summary,
    /// How much of it was left out.
    pub left_out: LeftOut,
    /// Whether the directory had the file that says what was deleted, and who was taken off, since the backup was made.
    pub knows_deletions: bool,
}

/// Makes the data directory `dir` of the backup `input`; what is no file (standard input) is copied into an unnamed one
/// in `dir` first. Waits for the disk.
///
/// # Errors
/// As for [`restore`](super::restore). Where it is cut off while it writes, `dir` is not opened again.
pub async fn restore_dir(dir: &Path, mut input: File) -> Result<Restored, Error> {
    let kind = input.metadata().map_err(|error| unreadable(&error))?;
    if kind.is_dir() {
        return Err(Error::NotABackup("it is a directory".to_owned()));
    }
    if !kind.is_file() {
        make_dir(dir)?;
        // Without a name, and so gone with this process.
        let copied = tempfile::tempfile_in(dir).and_then(|mut file| io::copy(&mut input, &mut file).map(|_| file));
        input = copied.map_err(|error| Error::from_io(dir, &error))?;
    }
    let (backup, mut deleted) = verify(&mut input)?;
    let notes = if dir.is_dir() { notes(dir)? } else { None };
    for note in notes.iter().flatten() {
        if let Note::Row(Row { kind: RowKind::Deletion, value, .. }) = note {
            let what = "deletions.jsonl has a deletion that cannot be read";
            deleted.push(Tombstone::read(value).ok_or_else(|| Error::damaged(dir, what))?);
        }
    }
    let knows_deletions = notes.is_some();
    let store = SledStore::open(dir)?;
    refuse_unless_empty(&store, &dir.display().to_string()).await?;
    set_restoring(dir, true)?;
    let left_out = import(&mut input, &store, backup.made, &deleted, notes.unwrap_or_default()).await?;
    set_restoring(dir, false)?;
    store.close().await?;
    Ok(Restored { backup, left_out, knows_deletions })
}
