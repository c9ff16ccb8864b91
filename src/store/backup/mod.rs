//! Backup and restore: all that is kept, in one portable file, from any backend to any.
//!
//! The file is JSON Lines: a header, a line for each thing, a seal (`format`; for readers of the file
//! `docs/backup-format.md`). A backup is made row by row, while the bot works: what is asked meanwhile may be in it or
//! not, and nothing in it is half. Of a data directory that a bot has open, the bot itself makes it (`directory`,
//! `control`).
//!
//! A restore reads the file twice: once to see that it is whole, before anything is written, and once to write. Jobs
//! that were open are open again, and are answered after the next start: an agent may read an answer twice, but where
//! the backup is the last that there is of them, an answer too many is better than none. That they *wait*, with the
//! message that says so, is not restored: that message has most likely become the answer since, and must not be written
//! over. What was deleted for good is left out, as far as the backup or the directory's notes know of it; what
//! became of people and groups since, the notes know too (`note`). Invitations and requests to be let in are not
//! restored.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _};

use chrono::{DateTime, Utc};
use tokio::io::AsyncWrite;

use self::format::{Line, MAX_LINE_LEN, Reader, Writer};
use super::forget::Tombstone;
use super::note::Note;
use super::{Error, History, Job, Jobs, Row, RowKind, Store};

mod control;
mod directory;
mod format;
#[cfg(test)]
mod tests;

pub use control::BackupService;
pub use directory::{Restored, audit_of_backup, audit_of_dir, backup_dir, restore_dir};
pub use format::{Counts, Summary};

/// What is in no backup: what is counted tells, to one who tries all numbers, which ones were asked for.
const COUNTED: [RowKind; 1] = [RowKind::Counter];

/// What is not restored: owners may have ended it since.
const DOORS: [RowKind; 2] = [RowKind::Invite, RowKind::AccessRequest];

/// How many records are read and written at a time.
const BATCH: usize = 500;

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
    let mut writer = Writer::begin(now, out).await?;
    // Before the records: else one could be missing of which its job is done already.
    let (jobs, finished) = store.open_jobs().await?;
    for line in jobs.into_iter().map(Line::Job).chain(finished.into_iter().map(Line::Finished)) {
        writer.line(&line).await?;
    }
    for kind in RowKind::ALL.into_iter().filter(|kind| !COUNTED.contains(kind)) {
        let mut after = None;
        loop {
            let rows = store.list(kind, after.as_deref(), BATCH).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key.clone());
            for row in rows {
                writer.line(&Line::Row(row)).await?;
            }
        }
    }
    let mut after = None;
    loop {
        let records = store.stream(None, after, BATCH).await?;
        let Some((chat, seq, _)) = records.last() else { break };
        after = Some((*chat, *seq));
        for (_, seq, record) in records {
            writer.line(&Line::Record(seq, record)).await?;
        }
    }
    write_audit(store, &mut writer).await?;
    writer.seal().await
}

/// Writes the record of who did what to `out`, as a backup that holds nothing else.
async fn audit(
    store: &dyn Store,
    now: DateTime<Utc>,
    out: &mut (impl AsyncWrite + Unpin + Send),
) -> Result<Summary, Error> {
    let mut writer = Writer::begin(now, out).await?;
    write_audit(store, &mut writer).await?;
    writer.seal().await
}

async fn write_audit<W: AsyncWrite + Unpin>(store: &dyn Store, writer: &mut Writer<'_, W>) -> Result<(), Error> {
    let mut after = None;
    loop {
        let entries = store.audit_since(DateTime::UNIX_EPOCH, after, BATCH).await?;
        let Some((place, _)) = entries.last() else { return Ok(()) };
        after = Some(*place);
        for (place, entry) in entries {
            writer.line(&Line::Audit(place, entry)).await?;
        }
    }
}

/// Notes when the last backup was made. It is made by then: a store that fails costs the note, and is logged.
async fn note_backup(store: &dyn Store, made: DateTime<Utc>) {
    let value = made.timestamp_millis().to_string();
    let row = Row { kind: RowKind::LastBackup, key: String::new(), value, expires: None };
    if let Err(error) = store.put(row).await {
        tracing::warn!(%error, "that a backup was made could not be noted");
    }
}

/// Puts what is in the backup `input` into `store`, which must be empty.
///
/// # Errors
/// `input` is no whole backup, or `store` holds something: nothing was changed then. A failure of the store itself may
/// leave a part in it.
pub async fn restore(input: &mut File, store: &dyn Store) -> Result<Summary, Error> {
    let (summary, deletions) = verify(input)?;
    refuse_unless_empty(store, "the store").await?;
    import(input, store, summary.made, &deletions, Vec::new()).await?;
    Ok(summary)
}

async fn refuse_unless_empty(store: &dyn Store, name: &str) -> Result<(), Error> {
    let (jobs, finished) = store.open_jobs().await?;
    let mut is_empty = jobs.is_empty() && finished.is_empty() && store.stream(None, None, 1).await?.is_empty();
    is_empty &= store.audit_since(DateTime::UNIX_EPOCH, None, 1).await?.is_empty();
    for kind in RowKind::ALL {
        is_empty &= store.list(kind, None, 1).await?.is_empty();
    }
    let remedy = "restore into a new data directory: move the old one aside first (nothing was changed)";
    if is_empty { Ok(()) } else { Err(Error::Unusable(format!("{name} is not empty; {remedy}"))) }
}

/// Reads all of `input`, and sees that it is a whole backup; gives the deletions that it knows of, too.
fn verify(input: &mut File) -> Result<(Summary, Vec<Tombstone>), Error> {
    input.rewind().map_err(|error| unreadable(&error))?;
    let (mut reader, mut input) = (Reader::default(), BufReader::new(input));
    let mut deletions = Vec::new();
    while let Some(line) = next_line(&mut reader, &mut input)? {
        if let Line::Row(Row { kind: RowKind::Deletion, value, .. }) = line {
            deletions.extend(Tombstone::read(&value));
        }
    }
    Ok((reader.end()?, deletions))
}

/// What of a backup was not restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// What was deleted for good since.
    pub deleted: u64,
    /// Invitations, and those who waited to be let in.
    pub doors: u64,
}

/// Writes what is in `input`, which was found whole, into `store`, but for what was deleted and for what is not
/// restored; gives how much that was. `notes`: what rows have become since.
async fn import(
    input: &mut File,
    store: &dyn Store,
    made: DateTime<Utc>,
    deletions: &[Tombstone],
    notes: Vec<Note>,
) -> Result<LeftOut, Error> {
    let is_deleted = |line: &Line| {
        deletions.iter().any(|deletion| match line {
            Line::Record(_, record) => deletion.covers_record(record),
            Line::Job(job) => deletion.covers_job(job),
            Line::Row(row) => deletion.covers_row(row, made),
            Line::Audit(..) | Line::Header(_) | Line::Finished(_) | Line::Seal(_) => false,
        })
    };
    let (mut records, mut finished, mut audit) = (Vec::new(), Vec::new(), Vec::new());
    let mut left_out = LeftOut::default();
    input.rewind().map_err(|error| unreadable(&error))?;
    let (mut reader, mut input) = (Reader::default(), BufReader::new(input));
    while let Some(line) = next_line(&mut reader, &mut input)? {
        match line {
            line if is_deleted(&line) => left_out.deleted += 1,
            Line::Row(row) if DOORS.contains(&row.kind) => left_out.doors += 1,
            Line::Row(row) if COUNTED.contains(&row.kind) => {}
            Line::Record(seq, record) => records.push((seq, record)),
            Line::Audit(place, entry) => audit.push((place, entry)),
            Line::Job(job) => Jobs::import(store, vec![Job { waiting: None, ..job }], Vec::new()).await?,
            Line::Finished(update) => finished.push(update),
            Line::Row(row) => store.put(row).await?,
            Line::Header(_) | Line::Seal(_) => {}
        }
        if records.len() == BATCH {
            History::import(store, std::mem::take(&mut records)).await?;
        }
        if audit.len() == BATCH {
            store.import_audit(std::mem::take(&mut audit)).await?;
        }
    }
    History::import(store, records).await?;
    store.import_audit(audit).await?;
    Jobs::import(store, Vec::new(), finished).await?;
    for note in notes {
        note.carry_out(store).await?;
    }
    Ok(left_out)
}

/// Reads the next line, never more than a line may have; `None` at the end.
fn next_line(reader: &mut Reader, input: &mut impl BufRead) -> Result<Option<Line>, Error> {
    let mut line = Vec::new();
    let read = input.take(MAX_LINE_LEN).read_until(b'\n', &mut line);
    if read.map_err(|error| unreadable(&error))? == 0 { Ok(None) } else { reader.line(&line).map(Some) }
}

fn unreadable(error: &io::Error) -> Error {
    Error::NotABackup(format!("it cannot be read: {error}"))
}
