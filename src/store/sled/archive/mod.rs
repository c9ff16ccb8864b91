//! `archive`: the records of all chats, in a file that only grows.
//!
//! sled keeps some 200 bytes of memory for each page of its file, a page for every nine records or so: that would grow
//! with the history for ever. Here a record costs disk and no memory. sled keeps one small row for each chat, in its tree
//! `heads`: where the chat's newest [`block`] begins. Each block says where the one before it is, and so they
//! lead back to the first ([`chain`]).
//!
//! **Every whole block in the file belongs to its chat's chain, exactly once, in its order.** So the file alone tells
//! what was kept: after an improper stop the heads are brought up to it ([`scan`]), and what stands behind the last whole
//! block was a write that was cut off. A record that is in its chat's chain already is passed over by [`append`]: the
//! write-ahead log may be replayed as often as it likes.
//!
//! # The bytes
//! The file begins with [`MAGIC`] and the store's id (16 bytes): another store's file is noticed. Then come blocks, one
//! for each chat and checkpoint.
//!
//! # What it does not do
//! Nothing is ever removed or written over, so nothing is ever compacted. Should records be removed one day, by age: a
//! chat's chain would have to end at a block below which all is gone, and the file be written anew from there, as a
//! migration writes it from sled's rows, with the heads in a new sled beside, and be swapped in.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Acquire;

use self::block::{HEADER, Header};
use super::super::Error;
use super::layout::Layout;
use crate::value::ChatId;

mod append;
mod block;
mod chain;
mod scan;
#[cfg(test)]
mod tests;

pub(super) use append::{Appender, Kept};
pub(super) use block::Block;
#[cfg(any(test, feature = "fuzzing"))]
pub(in super::super) use block::properties::hold as block_holds;
pub(super) use scan::{Blocks, Found, check_begin, scan};

/// How the file begins.
const MAGIC: [u8; 8] = *b"ceknoARC";

/// Where the first block begins.
const START: u64 = 24;

/// How much of a block is read before it is known how long it is, in bytes: most are shorter than this.
const FIRST_READ: usize = 4096;

/// The open file, for reading: of that what is whole and durable. Any number may read beside the one that appends.
pub(super) struct Archive {
    /// The data directory, for errors.
    dir: PathBuf,
    file: File,
    /// Up to where it may be read.
    end: AtomicU64,
}

/// A block's header, and where it begins.
#[derive(Clone, Copy, Debug)]
struct Link {
    at: u64,
    header: Header,
}

impl Archive {
    fn new(dir: &Path, file: File, end: u64) -> Self {
        Self { dir: dir.to_owned(), file, end: AtomicU64::new(end) }
    }

    /// How long it is, in bytes.
    pub(super) fn end(&self) -> u64 {
        self.end.load(Acquire)
    }

    /// The header of the block of `chat` at `at`.
    fn link(&self, at: u64, chat: ChatId) -> Result<Link, Error> {
        let mut bytes = [0; HEADER];
        self.file.read_exact_at(&mut bytes, at).map_err(|error| self.unread(at, &error))?;
        self.understand(at, chat, &bytes)
    }

    /// The header in `bytes`, which were read at `at`, when it is one of a block of `chat`.
    fn understand(&self, at: u64, chat: ChatId, bytes: &[u8]) -> Result<Link, Error> {
        let header = Header::decode(bytes).filter(|header| {
            let ends = at.saturating_add(header.length.into());
            at >= START && ends <= self.end() && header.chat == chat && header.prev < at
        });
        header.map(|header| Link { at, header }).ok_or_else(|| self.damaged(at))
    }

    /// The block of `chat` at `at`.
    fn block(&self, at: u64, chat: ChatId) -> Result<Block, Error> {
        let unread = |error: io::Error| self.unread(at, &error);
        let mut bytes = vec![0; FIRST_READ];
        let read = read_some(&self.file, &mut bytes, at).map_err(unread)?;
        bytes.truncate(read);
        let Link { header, .. } = self.understand(at, chat, &bytes)?;
        bytes.resize(header.length as usize, 0);
        if let Some(rest) = bytes.get_mut(read..) {
            self.file.read_exact_at(rest, at + read as u64).map_err(unread)?;
        }
        let records = bytes.split_off(HEADER);
        Block::decode(header, records).ok_or_else(|| self.damaged(at))
    }

    fn unread(&self, at: u64, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(at),
            _ => Error::from_io(&self.dir, error),
        }
    }

    fn damaged(&self, at: u64) -> Error {
        damaged(&self.dir, at)
    }
}

/// Makes an empty one for the store of that id, in the place of any other, durably but for its name.
pub(super) fn create(layout: &Layout, id: &str) -> Result<Appender, Error> {
    let begin = begin(layout, id)?;
    let write = || {
        File::create(layout.archive())?.write_all(&begin)?;
        let file = File::options().read(true).write(true).open(layout.archive())?;
        file.sync_all()?;
        Ok(file)
    };
    let file = write().map_err(|error: io::Error| layout.error(&error))?;
    let mut sum = crc32fast::Hasher::new();
    sum.update(&begin);
    Ok(Appender::new(Archive::new(&layout.dir, file, START), sum))
}

/// Opens the one that is there, as it was closed: of this length, and with this checksum.
pub(super) fn open(layout: &Layout, end: u64, sum: crc32fast::Hasher) -> Result<Appender, Error> {
    let file = open_to_write(layout).map_err(|error| layout.error(&error))?;
    Ok(Appender::new(Archive::new(&layout.dir, file, end), sum))
}

/// Opens the one that is there, which was not closed and of which this was found. What stands behind the last whole block
/// is cut off; what stands between `marked` and there is made durable.
pub(super) fn go_on(layout: &Layout, marked: u64, found: &Found) -> Result<Appender, Error> {
    let end = found.end;
    let open = || {
        let file = open_to_write(layout)?;
        file.set_len(end)?;
        write_again(&file, marked, end)?;
        file.sync_data()?;
        Ok(file)
    };
    let file = open().map_err(|error: io::Error| layout.error(&error))?;
    Ok(Appender::new(Archive::new(&layout.dir, file, end), found.sum.clone()))
}

fn open_to_write(layout: &Layout) -> io::Result<File> {
    File::options().read(true).write(true).open(layout.archive())
}

/// Writes what stands between two places of a file once more: a sync of it may have failed, and a later one would not
/// know.
pub(super) fn write_again(file: &File, mut at: u64, end: u64) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    while at < end {
        let read = read_some(file, &mut bytes, at)?;
        let again = bytes.get(..read).filter(|again| !again.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?;
        file.write_all_at(again, at)?;
        at += read as u64;
    }
    Ok(())
}

/// Opens the one that is there to be read as a file, whatever is in it.
pub(super) fn open_to_read(layout: &Layout) -> Result<File, Error> {
    File::open(layout.archive()).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => layout.damaged("the file `archive` is missing"),
        _ => layout.error(&error),
    })
}

/// How the file of the store of that id begins.
fn begin(layout: &Layout, id: &str) -> Result<Vec<u8>, Error> {
    // As it was written, and in no other spelling: sled compares the text.
    let parsed = uuid::Uuid::parse_str(id).ok().filter(|parsed| parsed.to_string() == id);
    let id = parsed.ok_or_else(|| layout.damaged("store.json does not say which store it is"))?;
    Ok([&MAGIC[..], id.as_bytes()].concat())
}

fn damaged(dir: &Path, at: u64) -> Error {
    Error::damaged(dir, format!("the file `archive` cannot be read at byte {at}"))
}

/// Reads as much as there is and fits.
fn read_some(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}
