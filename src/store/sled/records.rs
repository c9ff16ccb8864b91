//! The records in the archive, read as a tree of sled's would be: by their keys, chat after chat.

use std::ops::{Bound, RangeInclusive};
use std::path::PathBuf;
use std::sync::Arc;

use ::sled::{IVec, Tree};

use super::super::paging::Order;
use super::super::{Error, Seq, key};
use super::archive::Archive;
use super::engine::read_head;
use super::held::Row;
use crate::value::ChatId;

/// The archive, and where in it each chat's newest block begins.
#[derive(Clone)]
pub(super) struct Records {
    /// The data directory, for errors.
    dir: PathBuf,
    archive: Arc<Archive>,
    heads: Tree,
}

impl Records {
    pub(super) fn new(dir: PathBuf, archive: Arc<Archive>, heads: Tree) -> Self {
        Self { dir, archive, heads }
    }

    /// The archive alone.
    pub(super) fn archive(&self) -> &Arc<Archive> {
        &self.archive
    }

    /// Where the newest block of a chat begins.
    pub(super) fn newest(&self, chat: ChatId) -> Result<Option<u64>, Error> {
        let key = key::of_chat(chat);
        let head = self.heads.get(key).map_err(|error| self.error(&error))?;
        head.map(|head| read_head(&self.dir, &((&key).into(), head)).map(|(_, newest)| newest)).transpose()
    }

    /// The record of that key, if it is there.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        let Some((chat, seq)) = key::read_record(key) else { return Ok(None) };
        match self.newest(chat)? {
            Some(newest) => self.archive.record(chat, newest, seq),
            None => Ok(None),
        }
    }

    /// The records between two keys, in an order.
    pub(super) fn range<'a>(
        &'a self,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        keys_between(bounds).into_iter().flat_map(move |keys| {
            let heads = order.of(self.heads.range(chat_of(*keys.start())..=chat_of(*keys.end())));
            heads.flat_map(move |head| match self.of_chat(head, &keys, order) {
                Ok(rows) => Rows::There(rows),
                Err(error) => Rows::Unread(Some(error)),
            })
        })
    }

    /// Those of the chat of which this is sled's row.
    fn of_chat<'a>(
        &'a self,
        head: ::sled::Result<Row>,
        keys: &RangeInclusive<u128>,
        order: Order,
    ) -> Result<impl Iterator<Item = Result<Row, Error>> + use<'a>, Error> {
        let head = head.map_err(|error| self.error(&error))?;
        let (chat, newest) = read_head(&self.dir, &head)?;
        let is_here = |key: u128| chat_of(key) == key::of_chat(chat);
        let from = if is_here(*keys.start()) { place(*keys.start()) } else { Seq(0) };
        let to = if is_here(*keys.end()) { place(*keys.end()) } else { Seq(u64::MAX) };
        self.archive.records(chat, newest, (from, to), order)
    }

    fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

/// A chat's rows, or the error that comes in their place.
enum Rows<There> {
    There(There),
    Unread(Option<Error>),
}

impl<There: Iterator<Item = Result<Row, Error>>> Iterator for Rows<There> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::There(rows) => rows.next(),
            Self::Unread(error) => error.take().map(Err),
        }
    }
}

/// The first and the last key between two bounds, if there are any, as numbers. Between bounds that are no keys of
/// records there are none.
fn keys_between((from, to): (Bound<&[u8]>, Bound<&[u8]>)) -> Option<RangeInclusive<u128>> {
    let number = |key: &[u8]| key.try_into().ok().map(u128::from_be_bytes);
    let from = match from {
        Bound::Included(key) => number(key)?,
        Bound::Excluded(key) => number(key)?.checked_add(1)?,
        Bound::Unbounded => u128::MIN,
    };
    let to = match to {
        Bound::Included(key) => number(key)?,
        Bound::Excluded(key) => number(key)?.checked_sub(1)?,
        Bound::Unbounded => u128::MAX,
    };
    (from <= to).then_some(from..=to)
}

/// The half of a record's key that is its chat's.
fn chat_of(key: u128) -> [u8; 8] {
    u64::try_from(key >> 64).unwrap_or(u64::MAX).to_be_bytes()
}

/// The half that is its place.
fn place(key: u128) -> Seq {
    Seq(u64::try_from(key & u128::from(u64::MAX)).unwrap_or(u64::MAX))
}
