//! A backup as bytes: what the bot sends for `ceknomor backup`, what stands in the file, and what `ceknomor restore`
//! reads.
//!
//! The bytes begin with [`HEAD`]; then come pieces: the body's length (4 bytes), the body, and the CRC-32 of *all* that
//! stands before it in the stream (4 bytes), so that no piece can be changed, left out or moved unnoticed. Numbers are
//! big-endian. A body is one byte for its kind, then:
//!
//! | kind | what follows |
//! |---|---|
//! | `a` | first, once: what the backup is ([`About`]), as JSON |
//! | `r` | rows that are put or removed, as in the write-ahead log ([`change`]) |
//! | `e` | last, once: the five numbers of the mark, and how many rows there were; nothing stands behind it |
//! | `x` | instead of all that would follow: why the bot gave it up, as text |
//!
//! The rows are to be applied in their order: a row that changed while the backup was made comes again.

use std::io::{self, Read, Write};
use std::path::Path;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::super::super::{Error, codec};
use super::super::change::{self, Change};
use super::super::manifest::SCHEMA;
use super::super::mark::Mark;
use crate::clock::WIB;

/// How the stream begins.
const HEAD: [u8; 8] = *b"ceknoBAK";

/// How long a body grows before the next is begun, in bytes; one row more may stand in it.
const ENOUGH: usize = 64 * 1024;

/// The longest body that is read, in bytes: far longer than the longest row that is ever kept.
const LARGEST: u32 = 4 * 1024 * 1024;

/// What a backup says of itself.
#[derive(Serialize, Deserialize)]
pub(super) struct About {
    /// The schema of the rows.
    pub(super) schema: u32,
    /// When it was made, in WIB.
    at: String,
}

/// What is in a whole backup.
pub(in super::super) struct Contents {
    /// When it was made.
    pub(super) at: DateTime<FixedOffset>,
    /// What is true once its rows are applied.
    pub(super) mark: Mark,
    /// How long it is.
    pub(super) bytes: u64,
}

/// The near end of a stream.
pub(super) struct Out<W> {
    to: W,
    sum: crc32fast::Hasher,
    rows: u64,
}

impl<W: Write> Out<W> {
    /// Begins a stream.
    pub(super) fn begin(to: W) -> io::Result<Self> {
        let mut out = Self { to, sum: crc32fast::Hasher::new(), rows: 0 };
        out.write(&HEAD)?;
        Ok(out)
    }

    /// Says of which schema the rows are, and when the backup was begun.
    pub(super) fn about(&mut self, schema: u32, at: DateTime<Utc>) -> io::Result<()> {
        let at = at.with_timezone(&WIB).to_rfc3339_opts(SecondsFormat::Secs, false);
        self.piece(b'a', &serde_json::to_vec(&About { schema, at })?)
    }

    /// Adds rows.
    pub(super) fn rows(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut body = Vec::new();
        for change in changes {
            change::encode(std::slice::from_ref(change), &mut body);
            if body.len() > ENOUGH {
                self.piece(b'r', &body)?;
                body.clear();
            }
        }
        self.rows += changes.len() as u64;
        if body.is_empty() { Ok(()) } else { self.piece(b'r', &body) }
    }

    /// Ends a whole backup.
    pub(super) fn end(mut self, mark: Mark) -> io::Result<()> {
        let numbers = [mark.last, mark.history, mark.preferences, mark.accepted, mark.ended, self.rows];
        self.piece(b'e', numbers.map(u64::to_be_bytes).as_flattened())?;
        self.to.flush()
    }

    /// Ends one that cannot be made whole.
    pub(super) fn give_up(mut self, why: &str) -> io::Result<()> {
        self.piece(b'x', why.as_bytes())?;
        self.to.flush()
    }

    fn piece(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let size = u32::try_from(body.len() + 1).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.write(&size.to_be_bytes())?;
        self.write(&[kind])?;
        self.write(body)?;
        let sum = self.sum.clone().finalize();
        self.write(&sum.to_be_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }
}

/// Reads a whole backup, of whose origin `name` is told in errors, and shows its rows in their order.
///
/// # Errors
/// It is not whole, not a backup, or of a later build: rows that were shown by then are worth nothing. Or what `apply`
/// gave.
pub(super) fn read(
    from: impl Read,
    name: &Path,
    mut apply: impl FnMut(Vec<Change>) -> Result<(), Error>,
) -> Result<Contents, Error> {
    let mut input = In { from, name, sum: crc32fast::Hasher::new(), bytes: 0 };
    if input.take(HEAD.len() as u64)? != HEAD {
        return Err(input.unfit("it does not begin as one"));
    }
    let at = input.about()?;
    let mut count = 0;
    loop {
        let (kind, body) = input.piece()?;
        match kind {
            b'r' => {
                let rows = change::decode(&body).ok_or_else(|| input.unfit("its rows cannot be read"))?;
                count += rows.len() as u64;
                apply(rows)?;
            }
            b'e' => {
                let mark = input.end(&body, count)?;
                return Ok(Contents { at, mark, bytes: input.bytes });
            }
            b'x' => return Err(given_up(&body)),
            _ => return Err(input.unfit("it holds a piece of an unknown kind")),
        }
    }
}

/// Whether a file may be a backup or the beginning of one: an empty one may.
pub(super) fn begins_as_one(file: impl Read) -> io::Result<bool> {
    let mut begin = Vec::new();
    file.take(HEAD.len() as u64).read_to_end(&mut begin)?;
    Ok(HEAD.starts_with(&begin))
}

/// Why the bot gave a backup up, in its words; the file may be forged, and its text goes to a terminal.
fn given_up(body: &[u8]) -> Error {
    Error::NoBackup { what: codec::readable(&String::from_utf8_lossy(body)) }
}

/// The far end of a stream.
struct In<'a, R> {
    from: R,
    name: &'a Path,
    sum: crc32fast::Hasher,
    bytes: u64,
}

impl<R: Read> In<'_, R> {
    fn about(&mut self) -> Result<DateTime<FixedOffset>, Error> {
        let (kind, body) = self.piece()?;
        if kind == b'x' {
            return Err(given_up(&body));
        }
        let about: Option<About> = serde_json::from_slice(&body).ok().filter(|_| kind == b'a');
        let about = about.ok_or_else(|| self.unfit("it does not say what it is"))?;
        let at = DateTime::parse_from_rfc3339(&about.at).map_err(|_| self.unfit("it does not say when it was made"))?;
        match about.schema {
            0 => Err(self.unfit("it does not say of which schema it is")),
            1..=SCHEMA => Ok(at),
            found => Err(Error::NewerSchema { dir: self.name.to_owned(), found, known: SCHEMA }),
        }
    }

    /// Reads what stands at the end, and sees that it is the end.
    fn end(&mut self, body: &[u8], count: u64) -> Result<Mark, Error> {
        let (numbers, rest) = body.as_chunks::<8>();
        let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
        let [last, history, preferences, accepted, ended, rows] = numbers[..] else {
            return Err(self.unfit("its end cannot be read"));
        };
        if rows != count || !rest.is_empty() {
            return Err(self.unfit("its end tells of other rows"));
        }
        if !self.read(1)?.is_empty() {
            return Err(self.unfit("something stands behind its end"));
        }
        Ok(Mark { last, history, preferences, accepted, ended })
    }

    /// The kind and the body of the next piece.
    fn piece(&mut self) -> Result<(u8, Vec<u8>), Error> {
        let size = self.number()?;
        if size > LARGEST {
            return Err(self.unfit("a piece of it is too long"));
        }
        let mut body = self.take(size.into())?;
        let expected = self.sum.clone().finalize();
        if self.number()? != expected {
            return Err(self.unfit("a checksum in it is wrong"));
        }
        if body.is_empty() {
            return Err(self.unfit("a piece of it is empty"));
        }
        Ok((body.remove(0), body))
    }

    fn number(&mut self) -> Result<u32, Error> {
        let bytes = self.take(4)?;
        Ok(bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes)))
    }

    /// The next so many bytes.
    fn take(&mut self, size: u64) -> Result<Vec<u8>, Error> {
        let bytes = self.read(size)?;
        if bytes.len() as u64 == size { Ok(bytes) } else { Err(self.unfit("it is cut off")) }
    }

    /// At most so many bytes: fewer only at the end.
    fn read(&mut self, size: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = (&mut self.from).take(size).read_to_end(&mut bytes);
        read.map_err(|error| Error::from_io(self.name, &error))?;
        self.sum.update(&bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes)
    }

    fn unfit(&self, what: &'static str) -> Error {
        Error::NotABackup { file: self.name.to_owned(), what }
    }
}
