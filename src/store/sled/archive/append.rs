//! Appending: what a checkpoint gives the archive, a block for each chat, written and synced at once.

use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Release;

use ::sled::IVec;

use super::super::super::{Error, Seq};
use super::block::{Draft, HEADER, jump_depth};
use super::{Archive, Link};
use crate::value::ChatId;

/// A record as it is kept: whose, where, and its bytes.
pub(in super::super) type Kept = (ChatId, Seq, IVec);

/// The near end of the archive: there is one.
pub(in super::super) struct Appender {
    archive: Arc<Archive>,
    /// The checksum of all that stands before the end.
    sum: crc32fast::Hasher,
}

impl Appender {
    pub(super) fn new(archive: Archive, sum: crc32fast::Hasher) -> Self {
        Self { archive: Arc::new(archive), sum }
    }

    /// For reading.
    pub(in super::super) fn archive(&self) -> &Arc<Archive> {
        &self.archive
    }

    /// The CRC-32 of the file. It is of what was written, not of what became of it: so a byte that changed meanwhile is
    /// noticed too.
    pub(in super::super) fn crc32(&self) -> u32 {
        self.sum.clone().finalize()
    }

    /// Appends records, which come by chat and place, behind the newest block of each chat (`newest` says where that
    /// is), durably. Those that are there already are passed over. Gives where the newest block of each chat is now,
    /// for those that have a new one: it can be read from now on.
    ///
    /// # Errors
    /// It could not be written: nothing of it can be read. Nothing more may be appended: the file may end in anything.
    pub(in super::super) fn append(
        &mut self,
        records: &[Kept],
        newest: impl Fn(ChatId) -> Result<Option<u64>, Error>,
    ) -> Result<Vec<(ChatId, u64)>, Error> {
        let mut batch = Batch { archive: &self.archive, end: self.archive.end(), bytes: Vec::new() };
        let mut heads = Vec::new();
        for records in records.chunk_by(|(a, ..), (b, ..)| a == b) {
            let Some((chat, ..)) = records.first() else { continue };
            heads.extend(batch.add(*chat, records, newest(*chat)?)?.map(|at| (*chat, at)));
        }
        let Batch { end, bytes, .. } = batch;
        if !bytes.is_empty() {
            let file = &self.archive.file;
            let written = file.write_all_at(&bytes, end).and_then(|()| file.sync_data());
            written.map_err(|error| Error::from_io(&self.archive.dir, &error))?;
            self.sum.update(&bytes);
            self.archive.end.store(end + bytes.len() as u64, Release);
        }
        Ok(heads)
    }
}

/// Blocks on their way to the file.
struct Batch<'a> {
    archive: &'a Archive,
    /// Where they will stand.
    end: u64,
    bytes: Vec<u8>,
}

impl Batch<'_> {
    /// Adds what is new of a chat's records. Gives where its newest block begins, if that is a new one.
    fn add(&mut self, chat: ChatId, records: &[Kept], newest: Option<u64>) -> Result<Option<u64>, Error> {
        let mut newest = newest.map(|at| self.archive.link(at, chat)).transpose()?;
        let known = newest.map(|link| link.header.last);
        let mut draft: Option<Draft> = None;
        for (_, seq, record) in records.iter().filter(|(_, seq, _)| Some(*seq) > known) {
            if draft.as_mut().is_some_and(|draft| draft.add(*seq, record)) {
                continue;
            }
            if let Some(full) = draft.replace(Draft::begin(chat, *seq, record)) {
                newest = Some(self.put(full, chat, newest)?);
            }
        }
        draft.map(|last| self.put(last, chat, newest).map(|link| link.at)).transpose()
    }

    /// Puts a block behind its chat's newest one.
    fn put(&mut self, draft: Draft, chat: ChatId, newest: Option<Link>) -> Result<Link, Error> {
        let at = self.end + self.bytes.len() as u64;
        let (prev, jump, depth) = match newest {
            None => (0, 0, 0),
            Some(newest) => {
                let depth = newest.header.depth.saturating_add(1);
                let to_newest = jump_depth(depth) == newest.header.depth;
                let jump = if to_newest { newest.at } else { self.link(newest.header.jump, chat)?.header.jump };
                (newest.at, jump, depth)
            }
        };
        let header = draft.finish(prev, jump, depth, &mut self.bytes);
        header.map(|header| Link { at, header }).map_err(|error| Error::from_io(&self.archive.dir, &error))
    }

    /// The header of a block in the file, or on its way there.
    fn link(&self, at: u64, chat: ChatId) -> Result<Link, Error> {
        let Some(here) = at.checked_sub(self.end) else { return self.archive.link(at, chat) };
        let here = usize::try_from(here).ok().and_then(|here| self.bytes.get(here..)?.get(..HEADER));
        let header = here.and_then(super::Header::decode);
        header.map(|header| Link { at, header }).ok_or_else(|| self.archive.damaged(at))
    }
}
