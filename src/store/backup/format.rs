//! The lines of a backup, how they are written, and how they are read and checked.

use std::collections::HashSet;
use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufWriter};

use super::super::{
    AuditEntry, AuditPlace, Error, Job, MAX_BODY_LEN, MAX_NUMBER, MAX_ROW_LEN, REMEMBERED, Record, Row, Seq, codec,
};
use crate::value::{ChatId, UpdateId};

/// The version of the format that this build writes, and the newest that it reads.
const VERSION: u32 = 1;

/// The longest line that is read, in bytes: for the longest body or value, of which JSON may need six bytes for one,
/// and what stands around it.
pub(super) const MAX_LINE_LEN: u64 =
    6 * (if MAX_BODY_LEN > MAX_ROW_LEN { MAX_BODY_LEN } else { MAX_ROW_LEN }) as u64 + 65_536;

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// Entries of who did what.
    #[serde(default)]
    pub audit: u64,
}

/// A line of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    #[serde(rename = "ceknomor-backup")]
    Header(Header),
    Job(Job),
    Finished(UpdateId),
    Row(Row),
    Record(Seq, Record),
    Audit(AuditPlace, AuditEntry),
    Seal(Seal),
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    version: u32,
    /// RFC 3339, UTC, to the millisecond.
    made: String,
    /// The version of ceknomor.
    program: String,
}

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    #[serde(flatten)]
    counts: Counts,
    /// Of all bytes before this line, in hexadecimal digits.
    sha256: String,
}

/// The lines so far.
#[derive(Debug, Default)]
struct Tally {
    summary: Summary,
    sha256: Sha256,
}

impl Tally {
    fn add(&mut self, line: &Line, bytes: &[u8]) {
        let Summary { counts, bytes: length, .. } = &mut self.summary;
        match line {
            Line::Record(..) => counts.records += 1,
            Line::Job(_) => counts.jobs += 1,
            Line::Finished(_) => counts.finished += 1,
            Line::Row(_) => counts.rows += 1,
            Line::Audit(..) => counts.audit += 1,
            Line::Header(_) | Line::Seal(_) => {}
        }
        *length += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    fn seal(&self) -> Seal {
        Seal { counts: self.summary.counts, sha256: format!("{:x}", self.sha256.clone().finalize()) }
    }
}

/// Writes the lines of a backup.
pub(super) struct Writer<'a, W: AsyncWrite> {
    tally: Tally,
    out: BufWriter<&'a mut W>,
}

impl<'a, W: AsyncWrite + Unpin> Writer<'a, W> {
    pub(super) async fn begin(now: DateTime<Utc>, out: &'a mut W) -> Result<Self, Error> {
        let mut writer = Self { tally: Tally::default(), out: BufWriter::new(out) };
        writer.tally.summary.made = now;
        let made = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let header = Header { version: VERSION, made, program: env!("CARGO_PKG_VERSION").to_owned() };
        writer.line(&Line::Header(header)).await?;
        Ok(writer)
    }

    pub(super) async fn line(&mut self, line: &Line) -> Result<(), Error> {
        // Plain fields: there is nothing in them that serde_json could refuse.
        let mut bytes = serde_json::to_vec(line).unwrap_or_default();
        bytes.push(b'\n');
        self.tally.add(line, &bytes);
        self.out.write_all(&bytes).await.map_err(|error| unwritable(&error))
    }

    pub(super) async fn seal(mut self) -> Result<Summary, Error> {
        let seal = self.tally.seal();
        self.line(&Line::Seal(seal)).await?;
        self.out.flush().await.map_err(|error| unwritable(&error))?;
        Ok(self.tally.summary)
    }
}

/// What it means that a backup cannot be written.
pub(super) fn unwritable(error: &io::Error) -> Error {
    Error::NoBackup(format!("it cannot be written: {error}"))
}

/// Reads the lines of a backup one after another, and sees that they are one.
#[derive(Debug, Default)]
pub(super) struct Reader {
    tally: Tally,
    lines: u64,
    is_sealed: bool,
    last_record: Option<(ChatId, Seq)>,
    last_audit: Option<AuditPlace>,
    updates: HashSet<UpdateId>,
    /// The jobs that were not cancelled, and those that others say to have cancelled them.
    uncancelled: HashSet<UpdateId>,
    cancelling: HashSet<UpdateId>,
}

impl Reader {
    /// Reads the next line, with its end.
    pub(super) fn line(&mut self, bytes: &[u8]) -> Result<Line, Error> {
        self.lines += 1;
        self.check(bytes).map_err(|what| Error::NotABackup(format!("line {}: {what}", self.lines)))
    }

    /// Sees that the last line was the last.
    pub(super) fn end(self) -> Result<Summary, Error> {
        if !self.is_sealed {
            return Err(Error::NotABackup("it is cut off: its last line is missing".to_owned()));
        }
        Ok(self.tally.summary)
    }

    fn check(&mut self, bytes: &[u8]) -> Result<Line, String> {
        if self.is_sealed {
            return Err("something stands behind its end".to_owned());
        }
        let json = bytes.strip_suffix(b"\n").ok_or("it is cut off or too long")?;
        let is_first = self.lines == 1;
        let line = match serde_json::from_slice(json) {
            Ok(line) if is_first == matches!(line, Line::Header(_)) => line,
            _ if is_first => return Err("it does not begin as one".to_owned()),
            Ok(_) => return Err("it begins again".to_owned()),
            Err(error) => return Err(codec::without_values(&error)),
        };
        match &line {
            Line::Header(header) => {
                if header.version != VERSION {
                    return Err(format!("it has version {}, this build reads {VERSION}", header.version));
                }
                let made = DateTime::parse_from_rfc3339(&header.made);
                self.tally.summary.made = made.map_err(|_| "it does not say when it was made")?.to_utc();
            }
            Line::Seal(seal) => {
                if *seal != self.tally.seal() {
                    return Err("what is before it was changed".to_owned());
                }
                if !self.cancelling.is_subset(&self.uncancelled) {
                    return Err("it has a cancelled job without the one that cancelled it".to_owned());
                }
                self.is_sealed = true;
            }
            Line::Record(seq, record) => {
                let place = (record.chat, *seq);
                if seq.0 > MAX_NUMBER || self.last_record.is_some_and(|last| last >= place) {
                    return Err("its place cannot be".to_owned());
                }
                self.last_record = Some(place);
            }
            Line::Audit(place, entry) => {
                let is_its_time = u64::try_from(entry.at.timestamp_millis()) == Ok(place.millis);
                if !is_its_time || place.number > MAX_NUMBER || self.last_audit.is_some_and(|last| last >= *place) {
                    return Err("its place cannot be".to_owned());
                }
                self.last_audit = Some(*place);
            }
            Line::Job(job) => {
                self.update(job.update)?;
                if job.kept.iter().any(|(_, seq)| seq.0 > MAX_NUMBER) {
                    return Err("the place of its record cannot be".to_owned());
                }
                match job.cancelled_by {
                    Some(by) => self.cancelling.insert(by),
                    None => self.uncancelled.insert(job.update),
                };
            }
            Line::Finished(update) => {
                self.update(*update)?;
                if self.tally.summary.counts.finished >= REMEMBERED as u64 {
                    return Err("it has too many finished updates".to_owned());
                }
            }
            Line::Row(_) => {}
        }
        self.tally.add(&line, bytes);
        Ok(line)
    }

    /// Each update is that of one job, open or finished.
    fn update(&mut self, update: UpdateId) -> Result<(), String> {
        let fits = update.0 <= MAX_NUMBER && self.updates.insert(update);
        if fits { Ok(()) } else { Err("its update cannot be".to_owned()) }
    }
}
