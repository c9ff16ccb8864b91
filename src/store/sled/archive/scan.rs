//! The file read from its beginning: block after block, in the order in which they were written; and, for a store that
//! was not closed, whether all is there that was.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use super::super::super::{Error, Seq};
use super::super::layout::Layout;
use super::super::mark::Reached;
use super::block::{Block, HEADER, Header};
use super::{Archive, START, begin, damaged, open_to_read, read_some};
use crate::value::ChatId;

/// How much of the file is read at a time, in bytes.
const AT_ONCE: usize = 256 * 1024;

/// What is in the file.
pub(in super::super) struct Found {
    /// Where the last whole block ends.
    pub(super) end: u64,
    /// The checksum up to there.
    pub(super) sum: crc32fast::Hasher,
    /// The highest place of a record.
    pub(in super::super) last: u64,
    /// How many records there are.
    pub(in super::super) records: u64,
    /// How many of them have places up to the mark's.
    pub(in super::super) marked: u64,
    chains: HashMap<ChatId, Chain>,
}

/// What is known of a chat's chain.
#[derive(Default)]
struct Chain {
    /// Where sled says that the newest block is; 0 where it says nothing.
    head: u64,
    /// Whether there is a block of the chat.
    is_there: bool,
    /// Where the newest block below the mark is; 0 where there is none.
    marked: u64,
    /// Where the newest of all is.
    newest: u64,
    /// Its depth, and the place of its last record.
    depth: u32,
    last: u64,
}

/// Reads the archive of the store of that id, of which `reached` is true and to which `heads` are sled's. Changes
/// nothing.
///
/// # Errors
/// It does not hold what it held up to there, or does not agree with sled.
pub(in super::super) fn scan(
    layout: &Layout,
    id: &str,
    heads: HashMap<ChatId, u64>,
    reached: Reached,
) -> Result<Found, Error> {
    let file = open_to_read(layout)?;
    let unread = |error: io::Error| layout.error(&error);
    let mut found = Found {
        end: START,
        sum: check_begin(layout, id, &file)?,
        last: 0,
        records: 0,
        marked: 0,
        chains: heads.into_iter().map(|(chat, head)| (chat, Chain { head, ..Chain::default() })).collect(),
    };
    let mut blocks = Reading::new(&file, START, AT_ONCE);
    while let Some((at, block)) = blocks.next().map_err(unread)? {
        if !found.add(at, &block, reached) {
            break;
        }
    }
    if found.end < reached.archive {
        return Err(damaged(&layout.dir, found.end));
    }
    found.agrees_with_sled(layout)?;
    Ok(found)
}

/// Sees that the file begins as that of the store of that id does; gives the checksum of the beginning.
pub(in super::super) fn check_begin(layout: &Layout, id: &str, file: &File) -> Result<crc32fast::Hasher, Error> {
    let expected = begin(layout, id)?;
    let mut begin = vec![0; expected.len()];
    let read = read_some(file, &mut begin, 0).map_err(|error| layout.error(&error))?;
    if begin != expected {
        let other = read == begin.len() && begin.starts_with(&super::MAGIC);
        return Err(layout.damaged(if other {
            "the file `archive` belongs to another store than store.json"
        } else {
            "the file `archive` does not begin as it should"
        }));
    }
    let mut sum = crc32fast::Hasher::new();
    sum.update(&begin);
    Ok(sum)
}

impl Found {
    /// Takes in the next block; whether it goes on with its chat's chain. Only one that was left of a write that was cut
    /// off does not, or a damaged one.
    fn add(&mut self, at: u64, block: &Block, reached: Reached) -> bool {
        let header = block.header;
        let chain = self.chains.entry(header.chat).or_default();
        let goes_on = header.prev == chain.newest
            && if chain.newest == 0 {
                header.depth == 0
            } else {
                header.depth == chain.depth + 1 && header.first.0 > chain.last
            };
        if !goes_on {
            return false;
        }
        chain.is_there |= chain.head == at;
        (chain.newest, chain.depth, chain.last) = (at, header.depth, header.last.0);
        if at < reached.archive {
            chain.marked = at;
        }
        self.last = self.last.max(header.last.0);
        self.records += block.len() as u64;
        self.marked += block.count_below(Seq(reached.mark.last.saturating_add(1))) as u64;
        block.add_to(&mut self.sum);
        self.end = at + u64::from(header.length);
        true
    }

    /// Sees that each of sled's heads is a block of its chat's, and none is older than the mark.
    fn agrees_with_sled(&self, layout: &Layout) -> Result<(), Error> {
        let agrees = |chain: &Chain| {
            if chain.head == 0 { chain.marked == 0 } else { chain.is_there && chain.head >= chain.marked }
        };
        if self.chains.values().all(agrees) {
            return Ok(());
        }
        Err(layout.damaged("sled/ and the file `archive` do not agree"))
    }

    /// Of which chats sled does not have the newest block, and where those are.
    pub(in super::super) fn newer_heads(&self) -> impl Iterator<Item = (ChatId, u64)> {
        let newer = self.chains.iter().filter(|(_, chain)| chain.newest != chain.head);
        newer.map(|(chat, chain)| (*chat, chain.newest))
    }
}

/// The blocks of an open archive up to where it ended when this was made.
pub(in super::super) struct Blocks {
    archive: Arc<Archive>,
    at: u64,
    end: u64,
}

impl Blocks {
    /// All of them.
    pub(in super::super) fn of(archive: &Arc<Archive>) -> Self {
        Self { archive: archive.clone(), at: START, end: archive.end() }
    }

    /// The records of the next blocks, whose bytes are that many in all, or a block more; none at the end.
    ///
    /// # Errors
    /// They cannot be read.
    pub(in super::super) fn next(&mut self, bytes: usize) -> Result<Vec<Block>, Error> {
        let mut blocks = Vec::new();
        let mut reading = Reading::new(&self.archive.file, self.at, bytes.min(AT_ONCE));
        let enough = self.at.saturating_add(bytes as u64).min(self.end);
        while self.at < enough {
            let next = reading.next().map_err(|error| Error::from_io(&self.archive.dir, &error))?;
            let (at, block) = next.ok_or_else(|| self.archive.damaged(self.at))?;
            self.at = at + u64::from(block.header.length);
            blocks.push(block);
        }
        Ok(blocks)
    }
}

/// Reads block after block, up to the first that is not whole.
struct Reading<'a> {
    from: BufReader<Tail<'a>>,
    at: u64,
}

impl<'a> Reading<'a> {
    fn new(file: &'a File, at: u64, at_once: usize) -> Self {
        Self { from: BufReader::with_capacity(at_once, Tail { file, at }), at }
    }

    /// The next block, and where it begins; `None` where none is whole.
    fn next(&mut self) -> io::Result<Option<(u64, Block)>> {
        let Some(header) = self.take(HEADER)?.and_then(|bytes| Header::decode(&bytes)) else { return Ok(None) };
        let Some(records) = self.take(header.records())? else { return Ok(None) };
        let at = self.at;
        self.at += u64::from(header.length);
        Ok(Block::decode(header, records).map(|block| (at, block)))
    }

    /// The next so many bytes; `None` where there are not as many.
    fn take(&mut self, size: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        (&mut self.from).take(size as u64).read_to_end(&mut bytes)?;
        Ok((bytes.len() == size).then_some(bytes))
    }
}

/// A file from a place on, whatever else reads it.
struct Tail<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Tail<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = read_some(self.file, bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
