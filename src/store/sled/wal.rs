//! `wal`, the write-ahead log: what was committed since the last checkpoint, group by group.
//!
//! A commit appends one record here and syncs this file. A flush of sled would cost far more: sled wakes all its
//! threads for each. What is written here is held in memory, and goes to the archive and to sled at the next checkpoint,
//! which empties the log. After an improper stop the log is replayed over what they hold; its records only say what rows
//! are from now on, and the archive takes no place twice, so it does no harm that they hold some of it already.
//!
//! # The bytes
//! The file begins with [`HEAD`]; then come records: [`RECORD`], the body's length (8 bytes), the CRC-32 of length
//! and body (4 bytes), the body. Numbers are big-endian. The body: up to where the file was synced for certain when
//! the record was written (8 bytes), the five numbers of the mark that is true after it, and the changes.
//!
//! # What damage is noticed
//! A record that is not whole is an unfinished write, and cut off, if nothing speaks against it. But where a later,
//! whole record says that the place had been synced, it was damaged since, and the store is refused.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::super::Error;
use super::change::{self, Change};
use super::layout::{Layout, sync_dir};
use super::mark::Mark;

/// How the file begins: so that an emptied one is noticed.
const HEAD: [u8; 8] = *b"ceknoWAL";

/// How a record begins. No UTF-8 text contains it.
const RECORD: [u8; 4] = [0xff, b'r', b'e', 0xfe];

/// How many bytes of a record stand before its body.
const BEFORE_BODY: usize = RECORD.len() + 8 + 4;

/// One group as it was committed.
pub(super) struct Record {
    /// What is true once it is applied.
    pub(super) mark: Mark,
    /// What it changes.
    pub(super) changes: Vec<Change>,
    /// How much of the file was synced for certain when it was written, in bytes.
    synced: u64,
}

/// The open file.
pub(super) struct Wal {
    /// Appends, wherever the file ends.
    file: File,
    /// How long it is.
    bytes: u64,
    /// How much of that is synced for certain.
    synced: u64,
    /// Why a sync failed, if one did. A later one may succeed although what the first had to write is lost, so none is
    /// believed any more.
    unsynced: Option<io::ErrorKind>,
}

impl Wal {
    /// Makes an empty one in the place of any other.
    pub(super) fn create(layout: &Layout) -> io::Result<Self> {
        File::create(layout.wal())?.write_all(&HEAD)?;
        let wal = Self::open(layout)?;
        wal.file.sync_all()?;
        sync_dir(&layout.dir)?;
        Ok(wal)
    }

    /// Opens the one that is there. What it holds is to be read, and then [`Wal::clear`]ed, before anything is
    /// appended.
    pub(super) fn open(layout: &Layout) -> io::Result<Self> {
        let file = File::options().read(true).append(true).open(layout.wal())?;
        Ok(Self { bytes: file.metadata()?.len(), synced: HEAD.len() as u64, unsynced: None, file })
    }

    /// How many bytes of records there are.
    pub(super) fn size(&self) -> u64 {
        self.bytes.saturating_sub(HEAD.len() as u64)
    }

    /// Writes one group down: after it a kill cannot undo it, and if it `must_sync`, neither can a power loss.
    ///
    /// # Errors
    /// It could not be written. It is taken back as far as the disk allows, and nothing may be appended before a
    /// [`Wal::clear`].
    pub(super) fn append(&mut self, mark: Mark, changes: &[Change], must_sync: bool) -> io::Result<()> {
        let record = encode(self.synced, mark, changes);
        let written = self.file.write_all(&record).and_then(|()| if must_sync { self.reach_disk() } else { Ok(()) });
        if written.is_err() {
            // It is refused: should it be whole, a replay must not bring it back.
            self.file.set_len(self.bytes)?;
            return written;
        }
        self.bytes += record.len() as u64;
        if must_sync {
            self.synced = self.bytes;
        }
        Ok(())
    }

    /// Syncs what was appended without; after an append that failed, what was appended before it.
    ///
    /// # Errors
    /// It is not known what of it will last. Nothing may be appended, and no sync succeeds, before a [`Wal::clear`].
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.reach_disk()?;
        self.synced = self.bytes;
        Ok(())
    }

    /// [`Wal::sync`], where there is something to sync.
    pub(super) fn sync_if_needed(&mut self) -> io::Result<()> {
        if self.is_synced() { Ok(()) } else { self.sync() }
    }

    fn reach_disk(&mut self) -> io::Result<()> {
        if let Some(failed) = self.unsynced {
            return Err(failed.into());
        }
        self.file.sync_data().inspect_err(|error| self.unsynced = Some(error.kind()))
    }

    /// Whether all that was appended is synced.
    pub(super) fn is_synced(&self) -> bool {
        self.synced == self.bytes
    }

    /// All records that are whole, oldest first.
    pub(super) fn read(&mut self, layout: &Layout) -> Result<Vec<Record>, Error> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0)).map_err(|error| layout.error(&error))?;
        self.file.read_to_end(&mut bytes).map_err(|error| layout.error(&error))?;
        decode_all(&bytes).map_err(|what| layout.damaged(what))
    }

    /// Empties it, durably: what it held is safe in the archive and in sled.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let empty = HEAD.len() as u64;
        // Not by what was counted: a write that failed may not have been taken back.
        if self.file.metadata()?.len() != empty {
            self.file.set_len(empty)?;
            self.file.sync_all()?;
        }
        (self.bytes, self.synced, self.unsynced) = (empty, empty, None);
        Ok(())
    }
}

/// What a store that was not closed has in its log; changes nothing.
pub(super) fn read(layout: &Layout) -> Result<Vec<Record>, Error> {
    let mut wal = Wal::open(layout).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => layout.damaged("the file `wal` is missing"),
        _ => layout.error(&error),
    })?;
    wal.read(layout)
}

/// Sees that a store that was closed has nothing in its log.
pub(super) fn check_empty(layout: &Layout) -> Result<(), Error> {
    match std::fs::read(layout.wal()) {
        Ok(bytes) if bytes == HEAD => Ok(()),
        Ok(_) => Err(layout.damaged("the file `wal` is not as the last close left it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(layout.damaged("the file `wal` is missing")),
        Err(error) => Err(layout.error(&error)),
    }
}

fn encode(synced: u64, mark: Mark, changes: &[Change]) -> Vec<u8> {
    let mut body = Vec::new();
    for number in [synced, mark.last, mark.history, mark.preferences, mark.accepted, mark.ended] {
        body.extend(number.to_be_bytes());
    }
    change::encode(changes, &mut body);
    let size = (body.len() as u64).to_be_bytes();
    let sum = checksum(&size, &body).to_be_bytes();
    [&RECORD[..], &size, &sum, &body].concat()
}

fn checksum(size: &[u8], body: &[u8]) -> u32 {
    let mut crc32 = crc32fast::Hasher::new();
    crc32.update(size);
    crc32.update(body);
    crc32.finalize()
}

/// The record at the beginning of `bytes`, and how long it is; `None` when there is no whole one.
fn decode(bytes: &[u8]) -> Option<(Record, usize)> {
    let (size, rest) = bytes.strip_prefix(&RECORD)?.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk()?;
    let body = rest.get(..usize::try_from(u64::from_be_bytes(*size)).ok()?)?;
    if checksum(size, body) != u32::from_be_bytes(*sum) {
        return None;
    }
    let (numbers, changes) = body.split_first_chunk::<48>()?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
    let [synced, last, history, preferences, accepted, ended] = numbers.try_into().ok()?;
    let mark = Mark { last, history, preferences, accepted, ended };
    let record = Record { mark, changes: change::decode(changes)?, synced };
    Some((record, BEFORE_BODY + body.len()))
}

/// All records up to an unfinished write; else what is wrong.
fn decode_all(bytes: &[u8]) -> Result<Vec<Record>, String> {
    let mut rest = bytes.strip_prefix(&HEAD).ok_or("the file `wal` does not begin as it should")?;
    let mut records = Vec::new();
    while let Some((record, size)) = decode(rest) {
        records.push(record);
        rest = rest.get(size..).unwrap_or_default();
    }
    let end = bytes.len() - rest.len();
    if was_synced_beyond(end as u64, rest) {
        return Err(format!("the file `wal` cannot be read at byte {end}, though it goes on behind that"));
    }
    Ok(records)
}

/// Whether a whole record stands somewhere in `rest` that tells of a sync beyond `end`.
fn was_synced_beyond(end: u64, rest: &[u8]) -> bool {
    let starts = (0..rest.len()).filter_map(|at| rest.get(at..)).filter(|bytes| bytes.starts_with(&RECORD));
    starts.filter_map(decode).any(|(record, _)| record.synced > end)
}

/// How often the log in a directory was synced, as its records tell.
#[cfg(test)]
pub(super) fn syncs(layout: &Layout) -> usize {
    let mut synced: Vec<u64> = read(layout).unwrap().iter().map(|record| record.synced).collect();
    synced.dedup();
    synced.len() - 1
}

#[cfg(any(test, feature = "fuzzing"))]
#[path = "wal_properties.rs"]
pub(super) mod properties;

#[cfg(test)]
#[path = "wal_tests.rs"]
pub(super) mod tests;
