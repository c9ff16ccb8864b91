//! What is kept, in its three places: the records in the archive, the rest in sled, and in memory what neither has yet.

use std::ops::{Bound, RangeInclusive};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ::sled::{IVec, Tree};

use super::super::paging::Order;
use super::super::{Error, Seq, key};
use super::archive::{self, Appender, Archive, Found, Kept};
use super::change::Change;
use super::engine::{Engine, head, read_head};
use super::held::{self, Held, Row};
use super::layout::Layout;
use crate::value::ChatId;

/// A table that writes go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeName {
    /// Records, by chat and place: in the archive.
    History,
    /// What each chat has chosen: in sled.
    Preferences,
    /// What was accepted and is not finished, and which updates were finished lately: in sled.
    Journal,
}

impl TreeName {
    /// Each of them.
    pub(super) const ALL: [Self; 3] = [Self::History, Self::Preferences, Self::Journal];

    /// Those that are trees of sled's.
    pub(super) const IN_SLED: [Self; 2] = [Self::Preferences, Self::Journal];
}

/// All that is kept, for reading: with what is held and neither the archive nor sled has yet. As long as one of these
/// lives, sled holds its files.
#[derive(Clone)]
pub(super) struct Trees {
    /// The data directory, for errors.
    dir: PathBuf,
    held: Arc<RwLock<Held>>,
    archive: Arc<Archive>,
    heads: Tree,
    preferences: Tree,
    journal: Tree,
}

/// All that is kept, open.
pub(super) struct Database {
    pub(super) engine: Engine,
    appender: Appender,
    pub(super) trees: Trees,
}

impl Database {
    /// Of sled and the archive, which belong together.
    pub(super) fn of(layout: &Layout, engine: Engine, appender: Appender) -> Self {
        let trees = Trees {
            dir: layout.dir.clone(),
            held: Arc::default(),
            archive: appender.archive().clone(),
            heads: engine.heads.clone(),
            preferences: engine.preferences.clone(),
            journal: engine.journal.clone(),
        };
        Self { engine, appender, trees }
    }

    /// How long the archive is, in bytes.
    pub(super) fn archived(&self) -> u64 {
        self.trees.archive.end()
    }

    /// The CRC-32 of the archive.
    pub(super) fn crc32(&self) -> u32 {
        self.appender.crc32()
    }

    /// Of sled and the archive of a store that was not closed and was `marked` as having so many bytes of the archive. All
    /// that was found in it is made durable; then sled gets the heads of the blocks that it does not know.
    pub(super) fn found(layout: &Layout, engine: Engine, marked: u64, found: &Found) -> Result<Self, Error> {
        let database = Self::of(layout, engine, archive::go_on(layout, marked, found)?);
        found.newer_heads().try_for_each(|head| database.put_head(head))?;
        Ok(database)
    }

    /// The same archive with another sled, which has the same rows.
    pub(super) fn with(self, layout: &Layout, open: impl FnOnce() -> Result<Engine, Error>) -> Result<Self, Error> {
        let appender = self.appender;
        drop((self.engine, self.trees));
        Ok(Self::of(layout, open()?, appender))
    }

    /// Holds changes: they are read from now on, and get to their places with the next [`Database::flush`].
    pub(super) fn hold(&self, changes: &[Change]) {
        self.trees.held.write().unwrap_or_else(PoisonError::into_inner).put(changes);
    }

    /// Gives the archive and sled what is held, and has both write all of it: first the archive, durably, then sled, so
    /// that no head is of a block that is not there. Not in one of sled's transactions: each of those wakes sled's
    /// threads to write twice. This may be stopped anywhere; the write-ahead log has all of it. Only one thread may
    /// ever be in here (sled#1308), and none may hold anything meanwhile.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.archive_records()?;
        let held = self.trees.held.read().unwrap_or_else(PoisonError::into_inner);
        for tree in TreeName::IN_SLED {
            held.all(tree).try_for_each(|(key, value)| self.put(tree, key, value.map(AsRef::as_ref)))?;
        }
        drop(held);
        self.engine.flush()?;
        // Not before the others have all of it: who reads looks here first, and then there.
        let given = std::mem::take(&mut *self.trees.held.write().unwrap_or_else(PoisonError::into_inner));
        // Nobody who reads waits for this.
        drop(given);
        Ok(())
    }

    fn archive_records(&mut self) -> Result<(), Error> {
        let trees = &self.trees;
        let records: Vec<Kept> = trees.held(|held| held.all(TreeName::History).filter_map(record).collect());
        let heads = self.appender.append(&records, |chat| trees.newest(chat))?;
        heads.into_iter().try_for_each(|newest| self.put_head(newest))
    }

    fn put_head(&self, (chat, newest): (ChatId, u64)) -> Result<(), Error> {
        let (key, value) = head(chat, newest);
        self.engine.heads.insert(key, &value).map(|_before| ()).map_err(|error| self.engine.error(&error))
    }

    fn put(&self, tree: TreeName, key: &[u8], value: Option<&[u8]>) -> Result<(), Error> {
        let Some(tree) = self.trees.in_sled(tree) else { return Ok(()) };
        let put = match value {
            Some(value) => tree.insert(key, value),
            None => tree.remove(key),
        };
        put.map(|_before| ()).map_err(|error| self.engine.error(&error))
    }
}

/// A held row as a record. Nothing removes one.
fn record((key, value): (&IVec, Option<&IVec>)) -> Option<Kept> {
    let record = key::read_record(key);
    if record.is_none() {
        tracing::error!(?key, "a key in the history is no record's: passed over");
    }
    let (chat, seq) = record?;
    Some((chat, seq, value?.clone()))
}

impl Trees {
    /// The value of a row, if it is there.
    pub(super) fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<IVec>, Error> {
        if let Some(value) = self.held(|held| held.get(tree, key)) {
            return Ok(value);
        }
        match self.in_sled(tree) {
            Some(tree) => tree.get(key).map_err(|error| self.error(&error)),
            None => self.archived(key),
        }
    }

    /// The rows between two keys, in an order.
    pub(super) fn range<'a>(
        &'a self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        let held: Vec<_> = self.held_between(tree, bounds);
        let stored: Box<dyn Iterator<Item = _>> = match self.in_sled(tree) {
            Some(tree) => {
                Box::new(order.of(tree.range::<&[u8], _>(bounds)).map(|row| row.map_err(|error| self.error(&error))))
            }
            None => Box::new(self.archived_between(bounds, order)),
        };
        held::merge(order.of(held.into_iter()), stored, order)
    }

    /// What is held of the rows between two keys, by rising keys.
    pub(super) fn held_between(
        &self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> Vec<(IVec, Option<IVec>)> {
        self.held(|held| held.range(tree, bounds).collect())
    }

    /// The archive.
    pub(super) fn archive(&self) -> &Arc<Archive> {
        &self.archive
    }

    /// Reads what is held. Never while the archive or sled is read, which may wait for the disk: whoever commits waits
    /// for this.
    fn held<T>(&self, read: impl FnOnce(&Held) -> T) -> T {
        read(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The tree of sled's in which a table is, if it is in one.
    fn in_sled(&self, name: TreeName) -> Option<&Tree> {
        match name {
            TreeName::History => None,
            TreeName::Preferences => Some(&self.preferences),
            TreeName::Journal => Some(&self.journal),
        }
    }

    /// Where the newest block of a chat begins in the archive.
    fn newest(&self, chat: ChatId) -> Result<Option<u64>, Error> {
        let key = key::of_chat(chat);
        let head = self.heads.get(key).map_err(|error| self.error(&error))?;
        head.map(|head| read_head(&self.dir, &((&key).into(), head)).map(|(_, newest)| newest)).transpose()
    }

    fn archived(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        let Some((chat, seq)) = key::read_record(key) else { return Ok(None) };
        match self.newest(chat)? {
            Some(newest) => self.archive.record(chat, newest, seq),
            None => Ok(None),
        }
    }

    /// The records in the archive between two keys of records, in an order: chat after chat, as a tree would have them.
    fn archived_between<'a>(
        &'a self,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
        order: Order,
    ) -> impl Iterator<Item = Result<Row, Error>> + use<'a> {
        keys_between(bounds).into_iter().flat_map(move |keys| {
            let heads = order.of(self.heads.range(chat_of(*keys.start())..=chat_of(*keys.end())));
            heads.flat_map(move |head| Chained::of(self.archived_of(head, &keys, order)))
        })
    }

    /// Those of one chat, of which this is sled's row.
    fn archived_of<'a>(
        &'a self,
        head: ::sled::Result<Row>,
        keys: &RangeInclusive<u128>,
        order: Order,
    ) -> Result<impl Iterator<Item = Result<Row, Error>> + use<'a>, Error> {
        let head = head.map_err(|error| self.error(&error))?;
        let (chat, newest) = read_head(&self.dir, &head)?;
        let place = |key: u128| Seq(u64::try_from(key & u128::from(u64::MAX)).unwrap_or(u64::MAX));
        let is_here = |key: u128| chat_of(key) == key::of_chat(chat);
        let from = if is_here(*keys.start()) { place(*keys.start()) } else { Seq(0) };
        let to = if is_here(*keys.end()) { place(*keys.end()) } else { Seq(u64::MAX) };
        Ok(self.archive.records(chat, newest, (from, to), order))
    }

    /// What an error of sled means here.
    fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

/// Rows, or the error that comes in their place.
enum Chained<Rows> {
    Rows(Rows),
    Error(Option<Error>),
}

impl<Rows> Chained<Rows> {
    fn of(rows: Result<Rows, Error>) -> Self {
        match rows {
            Ok(rows) => Self::Rows(rows),
            Err(error) => Self::Error(Some(error)),
        }
    }
}

impl<Rows: Iterator<Item = Result<Row, Error>>> Iterator for Chained<Rows> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Rows(rows) => rows.next(),
            Self::Error(error) => error.take().map(Err),
        }
    }
}

/// The first and the last key between two bounds, if there are any, as numbers. Bounds that are no record's key have
/// none between them.
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

/// The part of a record's key that is its chat's.
fn chat_of(key: u128) -> [u8; 8] {
    u64::try_from(key >> 64).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Model = BTreeMap<Vec<u8>, Vec<u8>>;

    /// A key of one of a few chats, or of none.
    fn key() -> impl Strategy<Value = Vec<u8>> {
        let chat = prop_oneof![Just(i64::MIN), -2_i64..3, Just(i64::MAX)];
        let seq = prop_oneof![0_u64..60, Just(u64::MAX)];
        (chat, seq).prop_map(|(chat, seq)| key::of_record(ChatId(chat), Seq(seq)).to_vec())
    }

    fn bound() -> impl Strategy<Value = Bound<Vec<u8>>> {
        prop_oneof![
            4 => key().prop_map(Bound::Included),
            4 => key().prop_map(Bound::Excluded),
            1 => Just(Bound::Unbounded),
        ]
    }

    fn as_slices(bounds: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (bounds.0.as_ref().map(Vec::as_slice), bounds.1.as_ref().map(Vec::as_slice))
    }

    fn agrees(trees: &Trees, model: &Model, bounds: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) {
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let rows = trees.range(TreeName::History, as_slices(bounds), order).map(Result::unwrap);
            let rows: Vec<_> = rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
            let expected = model.range::<[u8], _>(as_slices(bounds)).map(|(key, value)| (key.clone(), value.clone()));
            let expected: Vec<_> = order.of(expected).collect();
            assert!(rows == expected, "{bounds:?}, {order:?}: {} rows for {}", rows.len(), expected.len());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn a_history_reads_as_a_tree_of_sleds_would(
            mut keys in prop::collection::vec((key(), any::<bool>()), 0..80),
            asked in prop::collection::vec((bound(), bound()), 1..30),
        ) {
            // The places of a chat only grow.
            keys.sort_by_key(|(key, _)| key[8..].to_vec());
            let dir = tempfile::tempdir().unwrap();
            let layout = Layout::new(dir.path());
            let engine = Engine::open(&layout.dir, &layout.sled()).unwrap();
            let archive = archive::create(&layout, &uuid::Uuid::new_v4().to_string()).unwrap();
            let mut database = Database::of(&layout, engine, archive);
            let mut model = Model::new();
            for (number, (key, flushes)) in keys.into_iter().enumerate() {
                if model.contains_key(&key) {
                    continue;
                }
                let value = vec![1; number * 40];
                database.hold(&[Change { tree: TreeName::History, key: key.clone(), value: Some(value.clone()) }]);
                model.insert(key, value);
                if flushes {
                    database.flush().unwrap();
                }
            }
            let all = (Bound::Unbounded, Bound::Unbounded);
            asked.iter().chain([&all]).filter(|bounds| is_rising(bounds)).for_each(|bounds| agrees(&database.trees, &model, bounds));
            for key in model.keys() {
                prop_assert!(database.trees.get(TreeName::History, key).unwrap().as_deref() == model.get(key).map(Vec::as_slice));
            }
        }
    }

    /// A tree takes no others.
    fn is_rising((from, to): &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> bool {
        match (from, to) {
            (Bound::Excluded(from), Bound::Excluded(to)) => from < to,
            (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from <= to,
            _ => true,
        }
    }
}
