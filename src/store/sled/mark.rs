//! `mark`: how much sled's files and the archive hold at least. Written at each checkpoint, in place, and synced.
//!
//! It is never ahead of them: what it counts was in them before it was written. What was committed since stands
//! in the write-ahead log. Two slots take turns, so that one is whole if the other was torn.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::super::Error;
use super::layout::Layout;

const MAGIC: [u8; 8] = *b"ceknomr3";

/// What schema 2 wrote: without the archive's length.
const MAGIC_OF_SCHEMA_2: [u8; 8] = *b"ceknomr2";

/// What schema 1 wrote: without the journal's two numbers, too.
const MAGIC_OF_SCHEMA_1: [u8; 8] = *b"ceknomr1";

/// The highest number that is believed. No store ever counts that far; and from there it could still count on, which
/// behind the last number of all would begin at 0 again.
const HIGHEST: u64 = u64::MAX / 2;

/// A slot is one sector, which a disk writes whole or not at all.
const SLOT: usize = 512;

/// What is there, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The last place that was given out.
    pub(super) last: u64,
    /// How many records there are.
    pub(super) history: u64,
    /// How many preferences there are.
    pub(super) preferences: u64,
    /// How many updates the journal ever accepted. Its rows come and go: these two only grow.
    #[serde(default)]
    pub(super) accepted: u64,
    /// How many of them were finished, as far as it was marked.
    #[serde(default)]
    pub(super) ended: u64,
}

impl Mark {
    /// The higher of each number: of two marks of one store, what the later one says. Numbers only grow.
    pub(super) fn max_of_each(self, other: Self) -> Self {
        Self {
            last: self.last.max(other.last),
            history: self.history.max(other.history),
            preferences: self.preferences.max(other.preferences),
            accepted: self.accepted.max(other.accepted),
            ended: self.ended.max(other.ended),
        }
    }

    /// Sees that its numbers can be believed: a backup or a file of the store may be forged, its checksums too.
    ///
    /// # Errors
    /// One of them is higher than any store counts.
    pub(super) fn check(self, layout: &Layout) -> Result<Self, Error> {
        let numbers = [self.last, self.history, self.preferences, self.accepted, self.ended];
        let can_be = numbers.into_iter().all(|number| number <= HIGHEST);
        if can_be { Ok(self) } else { Err(layout.damaged("it counts more than there can be")) }
    }
}

/// What the last checkpoint reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// What was true then.
    pub(super) mark: Mark,
    /// How long the archive was, in bytes.
    pub(super) archive: u64,
}

/// The open file, which is locked as long as it is open: it is the store's lock too.
pub(super) struct MarkFile {
    file: File,
    /// Counts the writes: the slot with the higher turn is the newer one.
    turn: u64,
}

impl MarkFile {
    /// Opens and locks the file; `make` says whether it may be missing.
    pub(super) fn lock(layout: &Layout, make: bool) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(make).truncate(false);
        let file = options.open(layout.mark()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => layout.damaged("the file `mark` is missing"),
            _ => layout.error(&error),
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, turn: 0 }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { dir: layout.dir.clone() }),
            Err(TryLockError::Error(error)) => Err(layout.error(&error)),
        }
    }

    /// The newest mark that is whole; `None` when there is none.
    pub(super) fn read(&mut self) -> std::io::Result<Option<Reached>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&self.file).take(2 * SLOT as u64).read_to_end(&mut bytes)?;
        let newest = bytes.chunks(SLOT).filter_map(decode).max_by_key(|(turn, _)| *turn);
        Ok(newest.map(|(turn, reached)| {
            self.turn = turn;
            reached
        }))
    }

    /// Writes `reached` over the older slot.
    pub(super) fn write(&mut self, reached: Reached) -> std::io::Result<()> {
        self.turn += 1;
        self.file.seek(SeekFrom::Start(self.turn % 2 * SLOT as u64))?;
        self.file.write_all(&encode(self.turn, reached))
    }

    /// Puts the content of another store's mark in the place of this one's, durably.
    pub(super) fn overwrite(&mut self, content: &[u8]) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(content)?;
        self.file.set_len(content.len() as u64)?;
        self.sync()
    }

    /// Makes what was written durable.
    pub(super) fn sync(&self) -> std::io::Result<()> {
        self.file.sync_all()
    }
}

fn encode(turn: u64, Reached { mark, archive }: Reached) -> Vec<u8> {
    let numbers = [turn, mark.last, mark.history, mark.preferences, mark.accepted, mark.ended, archive];
    slot(MAGIC, &numbers)
}

fn slot(magic: [u8; 8], numbers: &[u64]) -> Vec<u8> {
    let mut slot = magic.to_vec();
    for number in numbers {
        slot.extend(number.to_be_bytes());
    }
    slot.extend(crc32fast::hash(&slot).to_be_bytes());
    slot.resize(SLOT, 0);
    slot
}

/// The turn in a slot and what was reached, when it is whole.
fn decode(slot: &[u8]) -> Option<(u64, Reached)> {
    if let Some([turn, last, history, preferences, accepted, ended, archive]) = numbers(slot, MAGIC) {
        return Some((turn, Reached { mark: Mark { last, history, preferences, accepted, ended }, archive }));
    }
    if let Some([turn, last, history, preferences, accepted, ended]) = numbers(slot, MAGIC_OF_SCHEMA_2) {
        return Some((turn, Reached { mark: Mark { last, history, preferences, accepted, ended }, archive: 0 }));
    }
    let [turn, last, history, preferences] = numbers(slot, MAGIC_OF_SCHEMA_1)?;
    let mark = Mark { last, history, preferences, ..Mark::default() };
    Some((turn, Reached { mark, archive: 0 }))
}

/// The numbers that stand behind `magic`, when it is there, the checksum behind them is right, and they can be believed.
fn numbers<const N: usize>(slot: &[u8], magic: [u8; 8]) -> Option<[u64; N]> {
    let (body, rest) = slot.split_at_checked(magic.len() + N * 8)?;
    let sum = u32::from_be_bytes(*rest.first_chunk()?);
    let numbers = body.strip_prefix(&magic).filter(|_| crc32fast::hash(body) == sum)?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let numbers: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
    numbers.try_into().ok().filter(|numbers: &[u64; N]| numbers.iter().all(|number| *number <= HIGHEST))
}

/// A slot as schema 1 wrote it.
#[cfg(test)]
pub(super) fn encode_as_schema_1(turn: u64, mark: Mark) -> Vec<u8> {
    slot(MAGIC_OF_SCHEMA_1, &[turn, mark.last, mark.history, mark.preferences])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_a_temporary_directory() -> (tempfile::TempDir, MarkFile) {
        let dir = tempfile::tempdir().unwrap();
        let file = MarkFile::lock(&Layout::new(dir.path()), true).unwrap();
        (dir, file)
    }

    #[test]
    fn the_newest_mark_is_read_back_and_the_one_before_when_it_is_torn() {
        let (dir, mut file) = in_a_temporary_directory();
        assert_eq!(file.read().unwrap(), None);
        let [first, second] =
            [10, 20].map(|last| Mark { last, history: last - 1, preferences: 1, accepted: last + 1, ended: 3 });
        let [first, second] = [first, second].map(|mark| Reached { mark, archive: 1000 + mark.last });
        file.write(first).unwrap();
        file.write(second).unwrap();
        assert_eq!(file.read().unwrap(), Some(second));

        // The second write went to the first slot.
        let mut bytes = std::fs::read(dir.path().join("mark")).unwrap();
        bytes[20] ^= 1;
        std::fs::write(dir.path().join("mark"), bytes).unwrap();
        assert_eq!(file.read().unwrap(), Some(first));
    }

    #[test]
    fn a_slot_that_could_not_be_counted_on_from_is_none() {
        assert!(decode(&encode(7, Reached::default())).is_some());
        let archive = Reached { archive: u64::MAX, ..Reached::default() };
        for slot in [encode(u64::MAX, Reached::default()), encode(7, archive)] {
            assert_eq!(decode(&slot), None);
        }
    }

    #[test]
    fn only_one_may_hold_it() {
        let (dir, _held) = in_a_temporary_directory();
        let second = MarkFile::lock(&Layout::new(dir.path()), true).map(|_| ());
        assert_eq!(second, Err(Error::InUse { dir: dir.path().to_owned() }));
    }
}
