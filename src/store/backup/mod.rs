//! Backup and restore: all that is kept, in one portable file, from any backend to any.
//!
//! The file is JSON Lines: a header, a line for each thing, a seal (`format`; for readers of the file
//! `docs/backup-format.md`). A backup is made row by row, while the bot works: what is asked meanwhile may be in it or
//! not, and nothing in it is half. Of a data directory that a bot has open, the bot itself makes it (`control`).
//!
//! A restore reads the file twice: once to see that it is whole, before anything is written, and once to write. Jobs
//! that were open are open again, and are answered after the next start: an agent may read an answer twice, but where
//! the backup is the last that there is of them, an answer too many is better than none. That they *wait*, with the
//! message that says so, is not restored: that message has most likely become the answer since, and must not be written
//! over.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Duration, Instant, sleep, timeout};

use self::format::{Line, MAX_LINE_LEN, Reader, Writer};
use super::sled::{holds_store, make_dir};
use super::{Error, History, Job, Jobs, RowKind, SledStore, Store};

mod control;
mod format;
#[cfg(test)]
mod tests;

pub use control::BackupService;

/// How many records are read and written at a time.
const BATCH: usize = 500;

/// How long a bot may have the store open without its socket: while it starts, and while it stops.
const CHANGING: Duration = Duration::from_secs(2);

/// How long a bot may leave a backup waiting in the midst of it.
const STALLED: Duration = Duration::from_secs(30);

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When it was made, to the millisecond.
    pub made: DateTime<Utc>,
    /// How many things there are in it.
    pub counts: Counts,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// How many things of each kind there are in a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Checks, of all chats.
    pub records: u64,
    /// Jobs that were not done.
    pub jobs: u64,
    /// Updates of jobs that were done lately.
    pub finished: u64,
    /// Small rows: choices of chats, open questions.
    pub rows: u64,
}

/// Writes all that is kept in `store` to `out`; `now` is the time that it says it was made at. Never more than a batch
/// of records is in memory.
///
/// # Errors
/// The store could not be read or `out` not be written: what was written so far has no seal, and is no backup.
pub async fn backup(
    store: &dyn Store,
    now: DateTime<Utc>,
    out: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<Summary, Error> {
    let mut writer = Writer::begin(now);
    // Before the records: else one could be missing of which its job is done already.
    let (jobs, finished) = store.open_jobs().await?;
    for line in jobs.into_iter().map(Line::Job).chain(finished.into_iter().map(Line::Finished)) {
        writer.line(&line);
        send(writer.take(), out).await?;
    }
    for kind in RowKind::ALL {
        let mut after = None;
        loop {
            let rows = store.list(kind, after.as_deref(), BATCH).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            rows.into_iter().for_each(|row| writer.line(&Line::Row(row)));
            send(writer.take(), out).await?;
        }
    }
    let mut after = None;
    loop {
        let records = store.stream(None, after, BATCH).await?;
        let Some((chat, seq, _)) = records.last() else { break };
        after = Some((*chat, *seq));
        records.into_iter().for_each(|(_, seq, record)| writer.line(&Line::Record(seq, record)));
        send(writer.take(), out).await?;
    }
    let summary = writer.seal();
    send(writer.take(), out).await?;
    Ok(summary)
}

async fn send(bytes: Vec<u8>, out: &mut (impl AsyncWrite + Unpin)) -> Result<(), Error> {
    let sent = async {
        out.write_all(&bytes).await?;
        out.flush().await
    };
    sent.await.map_err(|error| Error::NoBackup { what: format!("it cannot be written: {error}") })
}

/// Writes a backup of the data directory `dir` to `out`: the bot that has it open makes it, or where none runs, this.
///
/// # Errors
/// As for [`backup`]; nothing is kept in `dir`; a bot has it open and does not answer.
pub async fn backup_dir(
    dir: &Path,
    now: DateTime<Utc>,
    out: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<Summary, Error> {
    if !dir.is_dir() || !holds_store(dir)? {
        let what = "run this in the bot's directory, or set CEKNOMOR_DATA_DIR";
        return Err(Error::NoBackup { what: format!("there is no data in {}: {what}", dir.display()) });
    }
    let give_up = Instant::now() + CHANGING;
    loop {
        if let Some(bot) = control::ask(dir).await? {
            return receive(tokio::io::BufReader::new(bot), out).await;
        }
        match SledStore::open(dir) {
            Ok(store) => {
                let summary = backup(&store, now, out).await?;
                store.close().await?;
                return Ok(summary);
            }
            // A bot that is just starting or stopping.
            Err(Error::InUse { .. }) if Instant::now() < give_up => sleep(Duration::from_millis(10)).await,
            Err(error) => return Err(error),
        }
    }
}

/// Copies a backup that a bot makes, and sees that it is whole.
async fn receive(
    mut bot: impl tokio::io::AsyncBufRead + Unpin,
    out: &mut (impl AsyncWrite + Unpin),
) -> Result<Summary, Error> {
    let broken = |what: &str| Error::NoBackup { what: format!("the bot {what}: see its log, and try again") };
    let mut reader = Reader::default();
    loop {
        let mut line = Vec::new();
        let read = timeout(STALLED, (&mut bot).take(MAX_LINE_LEN).read_until(b'\n', &mut line)).await;
        if read.map_err(|_| broken("does not go on"))?.map_err(|_| broken("hung up"))? == 0 {
            return reader.end().map_err(|_| broken("hung up"));
        }
        reader.line(&line).map_err(|_| broken("sent what is no backup"))?;
        send(line, out).await?;
    }
}

/// Puts what is in the backup `input` into `store`, which must be empty.
///
/// # Errors
/// `input` is no whole backup, or `store` holds something: nothing was changed then. A failure of the store itself may
/// leave a part in it.
pub async fn restore(input: &mut File, store: &dyn Store) -> Result<Summary, Error> {
    let summary = verify(input)?;
    refuse_unless_empty(store, "the store").await?;
    import(input, store).await?;
    Ok(summary)
}

/// Makes the data directory `dir` of the backup `input`; what is no file (standard input) is copied into an unnamed one
/// in `dir` first. Waits for the disk.
///
/// # Errors
/// As for [`restore`]. Where it is cut off while it writes, `dir` is not opened again.
pub async fn restore_dir(dir: &Path, input: File) -> Result<Summary, Error> {
    let kind = input.metadata().map_err(|error| unreadable(&error))?;
    if kind.is_dir() {
        return Err(Error::NotABackup { what: "it is a directory".to_owned() });
    }
    let mut input = if kind.is_file() { input } else { spool(dir, input)? };
    let summary = verify(&mut input)?;
    let store = SledStore::open(dir)?;
    refuse_unless_empty(&store, &dir.display().to_string()).await?;
    store.set_restoring(true)?;
    import(&mut input, &store).await?;
    store.set_restoring(false)?;
    store.close().await?;
    Ok(summary)
}

fn spool(dir: &Path, mut input: File) -> Result<File, Error> {
    make_dir(dir)?;
    let path = dir.join(".restore");
    let mut copy = || {
        let mut file = File::options().read(true).write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        // Without a name it is gone with this process.
        fs::remove_file(&path)?;
        io::copy(&mut input, &mut file)?;
        Ok(file)
    };
    copy().map_err(|error| Error::from_io(dir, &error))
}

async fn refuse_unless_empty(store: &dyn Store, name: &str) -> Result<(), Error> {
    let (jobs, finished) = store.open_jobs().await?;
    let mut is_empty = jobs.is_empty() && finished.is_empty() && store.stream(None, None, 1).await?.is_empty();
    for kind in RowKind::ALL {
        is_empty &= store.list(kind, None, 1).await?.is_empty();
    }
    if is_empty { Ok(()) } else { Err(Error::NotEmpty { what: name.to_owned() }) }
}

/// Reads all of `input`, and sees that it is a whole backup.
fn verify(input: &mut File) -> Result<Summary, Error> {
    let mut reader = Reader::default();
    let mut lines = Lines::begin(input)?;
    while let Some(line) = lines.next()? {
        reader.line(&line)?;
    }
    reader.end()
}

/// Writes what is in `input`, which was found whole, into `store`.
async fn import(input: &mut File, store: &dyn Store) -> Result<(), Error> {
    let mut reader = Reader::default();
    let (mut records, mut finished) = (Vec::new(), Vec::new());
    let mut lines = Lines::begin(input)?;
    while let Some(line) = lines.next()? {
        match reader.line(&line)? {
            Line::Record(seq, record) => records.push((seq, record)),
            Line::Job(job) => Jobs::import(store, vec![Job { waiting: None, ..job }], Vec::new()).await?,
            Line::Finished(update) => finished.push(update),
            Line::Row(row) => store.put(row).await?,
            Line::Header(_) | Line::Seal(_) => {}
        }
        if records.len() == BATCH {
            History::import(store, std::mem::take(&mut records)).await?;
        }
    }
    History::import(store, records).await?;
    Jobs::import(store, Vec::new(), finished).await
}

/// The lines of a file, each with its end; one that is too long comes without.
struct Lines<'a>(BufReader<&'a mut File>);

impl<'a> Lines<'a> {
    fn begin(input: &'a mut File) -> Result<Self, Error> {
        input.rewind().map_err(|error| unreadable(&error))?;
        Ok(Self(BufReader::new(input)))
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        let read = (&mut self.0).take(MAX_LINE_LEN).read_until(b'\n', &mut line).map_err(|error| unreadable(&error))?;
        Ok((read > 0).then_some(line))
    }
}

fn unreadable(error: &io::Error) -> Error {
    Error::NotABackup { what: format!("it cannot be read: {error}") }
}
