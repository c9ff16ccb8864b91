//! A block of the archive: some records of one chat, oldest first, and where the chat's earlier blocks are.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | CRC-32 of the rest of the header |
//! | 4 | how long the block is, header and all |
//! | 8 | the chat |
//! | 8 | `prev`: where the chat's block before begins; 0 for its first |
//! | 8 | `jump`: where an earlier one begins ([`jump_depth`] says which); 0 for its first |
//! | 4 | `depth`: how many blocks the chat has before this one |
//! | 8 | the place of the first record |
//! | 8 | the place of the last |
//! | 4 | CRC-32 of the records |
//!
//! Then each record: how far its place is from the first one's (4 bytes), how long it is (4), and its bytes. Numbers are
//! big-endian. The header has a checksum of its own, because whoever looks for a record reads headers alone.

use std::io;
use std::ops::Range;

use super::super::super::Seq;
use super::super::super::key::{self, RecordKey};
use crate::value::ChatId;

/// How long a header is, in bytes.
pub(super) const HEADER: usize = 56;

/// Behind how many bytes of records the next one begins a new block: a page of 20 is one read, and a block is not much
/// more than that.
pub(super) const ENOUGH: usize = 16 * 1024;

/// The longest block that is read, in bytes: far longer than the longest record that is ever kept.
pub(super) const LARGEST: usize = 8 * 1024 * 1024;

/// What a block says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// How long it is, in bytes, with this.
    pub(super) length: u32,
    /// Whose records are in it.
    pub(super) chat: ChatId,
    /// Where the chat's block before begins; 0 where there is none.
    pub(super) prev: u64,
    /// Where one of the chat's earlier blocks begins; 0 where there is none.
    pub(super) jump: u64,
    /// How many blocks the chat has before it.
    pub(super) depth: u32,
    /// The place of its first record.
    pub(super) first: Seq,
    /// The place of its last.
    pub(super) last: Seq,
    /// The checksum of its records.
    sum: u32,
}

impl Header {
    /// Reads the header at the beginning of `bytes`, when it is whole and makes sense by itself.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let sum = take(&mut bytes).map(u32::from_be_bytes)?;
        if crc32fast::hash(bytes.get(..HEADER - size_of::<u32>())?) != sum {
            return None;
        }
        let header = Self {
            length: take(&mut bytes).map(u32::from_be_bytes)?,
            chat: take(&mut bytes).map(i64::from_be_bytes).map(ChatId)?,
            prev: take(&mut bytes).map(u64::from_be_bytes)?,
            jump: take(&mut bytes).map(u64::from_be_bytes)?,
            depth: take(&mut bytes).map(u32::from_be_bytes)?,
            first: take(&mut bytes).map(u64::from_be_bytes).map(Seq)?,
            last: take(&mut bytes).map(u64::from_be_bytes).map(Seq)?,
            sum: take(&mut bytes).map(u32::from_be_bytes)?,
        };
        header.makes_sense().then_some(header)
    }

    fn makes_sense(&self) -> bool {
        let leads_back =
            if self.depth == 0 { self.prev == 0 && self.jump == 0 } else { (1..=self.prev).contains(&self.jump) };
        // Who reads counts to the depth behind it.
        let is_counted = self.depth < u32::MAX;
        leads_back && is_counted && (HEADER..=LARGEST).contains(&(self.length as usize)) && self.first <= self.last
    }

    fn encode(&self) -> Vec<u8> {
        let mut fields = Vec::with_capacity(HEADER);
        fields.extend(self.length.to_be_bytes());
        fields.extend(self.chat.0.to_be_bytes());
        fields.extend(self.prev.to_be_bytes());
        fields.extend(self.jump.to_be_bytes());
        fields.extend(self.depth.to_be_bytes());
        fields.extend(self.first.0.to_be_bytes());
        fields.extend(self.last.0.to_be_bytes());
        fields.extend(self.sum.to_be_bytes());
        let sum = crc32fast::hash(&fields);
        fields.splice(0..0, sum.to_be_bytes());
        fields
    }

    /// How long its records are, in bytes.
    pub(super) fn records(&self) -> usize {
        (self.length as usize).saturating_sub(HEADER)
    }
}

/// A block that was read and is whole.
pub(in super::super) struct Block {
    pub(super) header: Header,
    records: Vec<u8>,
    /// Where each record stands in `records`, by its place in the history, oldest first.
    places: Vec<(Seq, Range<usize>)>,
}

impl Block {
    /// The block of this header and these records, when they belong together.
    pub(super) fn decode(header: Header, records: Vec<u8>) -> Option<Self> {
        if records.len() != header.records() || crc32fast::hash(&records) != header.sum {
            return None;
        }
        let places = places(header.first, &records)?;
        let is_what_it_says = places.first()?.0 == header.first && places.last()?.0 == header.last;
        is_what_it_says.then_some(Self { header, records, places })
    }

    /// Adds the block's bytes to a checksum.
    pub(super) fn add_to(&self, sum: &mut crc32fast::Hasher) {
        sum.update(&self.header.encode());
        sum.update(&self.records);
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many of them have places below `seq`.
    pub(super) fn count_below(&self, seq: Seq) -> usize {
        self.places.partition_point(|(place, _)| *place < seq)
    }

    /// The record that is the how many-th, counted from 0.
    pub(super) fn record(&self, nth: usize) -> Option<(Seq, &[u8])> {
        let (seq, range) = self.places.get(nth)?;
        Some((*seq, self.records.get(range.clone())?))
    }

    /// All of them, oldest first.
    fn iter(&self) -> impl Iterator<Item = (Seq, &[u8])> {
        (0..self.len()).map_while(|nth| self.record(nth))
    }

    /// All of them, oldest first, with their keys.
    pub(in super::super) fn rows(&self) -> impl Iterator<Item = (RecordKey, &[u8])> {
        self.iter().map(|(seq, record)| (key::of_record(self.header.chat, seq), record))
    }
}

/// Where the records stand in their bytes; `None` where that is no list of records with rising places.
fn places(first: Seq, bytes: &[u8]) -> Option<Vec<(Seq, Range<usize>)>> {
    let mut places: Vec<(Seq, Range<usize>)> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let seq = Seq(first.0.checked_add(take(&mut rest).map(u32::from_be_bytes)?.into())?);
        let size = take(&mut rest).map(u32::from_be_bytes)? as usize;
        let start = bytes.len() - rest.len();
        rest = rest.get(size..)?;
        if places.last().is_some_and(|(before, _)| *before >= seq) {
            return None;
        }
        places.push((seq, start..start + size));
    }
    Some(places)
}

/// A block in the making.
pub(super) struct Draft {
    chat: ChatId,
    first: Seq,
    last: Seq,
    records: Vec<u8>,
}

impl Draft {
    /// Begins one with a record.
    pub(super) fn begin(chat: ChatId, seq: Seq, record: &[u8]) -> Self {
        let mut draft = Self { chat, first: seq, last: seq, records: Vec::new() };
        draft.put(0, record);
        draft
    }

    /// Adds a later record of the chat; whether it has room for it.
    pub(super) fn add(&mut self, seq: Seq, record: &[u8]) -> bool {
        match u32::try_from(seq.0.saturating_sub(self.first.0)) {
            Ok(distance) if self.records.len() + record.len() <= ENOUGH => {
                self.last = seq;
                self.put(distance, record);
                true
            }
            _ => false,
        }
    }

    fn put(&mut self, distance: u32, record: &[u8]) {
        self.records.extend(distance.to_be_bytes());
        // A longer one makes the block too long, which is refused.
        self.records.extend(u32::try_from(record.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.records.extend(record);
    }

    /// The block as it stands behind the chat's block `prev` and jumps to `jump`, at this depth; appends its bytes to
    /// `to`.
    ///
    /// # Errors
    /// It is too long.
    pub(super) fn finish(self, prev: u64, jump: u64, depth: u32, to: &mut Vec<u8>) -> io::Result<Header> {
        let length = HEADER + self.records.len();
        if length > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let header = Header {
            length: u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?,
            chat: self.chat,
            prev,
            jump,
            depth,
            first: self.first,
            last: self.last,
            sum: crc32fast::hash(&self.records),
        };
        to.extend(header.encode());
        to.extend(self.records);
        Ok(header)
    }
}

/// To which of a chat's blocks the one of this depth jumps, so that any of `n` is reached in some `2 log n` steps back:
/// a skew-binary jump pointer (Myers, "An applicative random-access stack", 1983). A depth is a sum of numbers of the
/// form 2ⁿ-1, the largest first; the jump takes the last of them away.
pub(super) fn jump_depth(depth: u32) -> u32 {
    let (mut left, mut step) = (u64::from(depth), 0);
    while left > 0 {
        step = (1 << (left + 1).ilog2()) - 1;
        left -= step;
    }
    depth.saturating_sub(u32::try_from(step).unwrap_or(depth))
}

/// Takes the first so many bytes.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

#[cfg(any(test, feature = "fuzzing"))]
#[path = "block_properties.rs"]
pub(super) mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_block_is_reached_in_few_steps() {
        let steps = |mut depth: u32, to: u32| {
            let mut steps = 0;
            while depth > to {
                depth = jump_depth(depth).max(if jump_depth(depth) >= to { 0 } else { depth - 1 });
                steps += 1;
            }
            steps
        };
        for depth in [1, 2, 3, 1000, 16_384, 1_000_000] {
            let most = (0..depth).step_by((depth / 1000 + 1) as usize).map(|to| steps(depth, to)).max().unwrap();
            assert!(most <= 3 * (depth + 1).ilog2() + 1, "{most} from {depth}");
        }
        assert!((1..10_000).all(|depth| jump_depth(depth) < depth));
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8].map(jump_depth), [0, 1, 0, 3, 4, 3, 0, 7]);
        assert!(jump_depth(u32::MAX) < u32::MAX);
    }

    #[test]
    fn a_block_is_read_back_and_nothing_else_is_one() {
        let mut draft = Draft::begin(ChatId(-7), Seq(5), b"first");
        assert!(draft.add(Seq(9), b"") && !draft.add(Seq(5 + (1 << 32)), b"too far away"));
        let mut bytes = Vec::new();
        let header = draft.finish(100, 50, 4, &mut bytes).unwrap();
        assert_eq!(Header::decode(&bytes), Some(header));
        let records = bytes[HEADER..].to_vec();
        let block = Block::decode(header, records.clone()).unwrap();
        assert_eq!(
            [block.record(0), block.record(1), block.record(2)],
            [Some((Seq(5), &b"first"[..])), Some((Seq(9), b"")), None]
        );
        assert!(Block::decode(header, records[1..].to_vec()).is_none());
        for prev in [0, 49] {
            let mut nonsense = Vec::new();
            Draft::begin(ChatId(7), Seq(5), b"").finish(prev, 50, 4, &mut nonsense).unwrap();
            assert_eq!(Header::decode(&nonsense), None, "it leads nowhere");
        }
        let mut deepest = Vec::new();
        Draft::begin(ChatId(7), Seq(5), b"").finish(100, 50, u32::MAX, &mut deepest).unwrap();
        assert_eq!(Header::decode(&deepest), None, "none can come after it");
    }
}
