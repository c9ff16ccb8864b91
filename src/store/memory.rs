//! A store in a process's memory, for the demo and for tests: nothing outlives the process.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::value::{ChatId, Language};

use super::key::{self, RecordKey};
use super::paging::{self, AsRow};
use super::{Cursor, Error, History, Page, Preferences, Record, Seq, codec};

/// How many records are kept over all chats (some 30 MB); beyond that the oldest go.
const CAPACITY: usize = 100_000;

/// Keeps the newest 100 000 records in memory, as the bytes that the sled backend would put on disk.
#[derive(Default)]
pub struct MemoryStore(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    last: u64,
    records: BTreeMap<RecordKey, Vec<u8>>,
    /// The keys in the order in which they came.
    order: VecDeque<RecordKey>,
    languages: HashMap<ChatId, Language>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn append(&mut self, record: &Record) -> Seq {
        self.last += 1;
        let key = key::of_record(record.chat, Seq(self.last));
        self.records.insert(key, codec::encode(record));
        self.order.push_back(key);
        if self.order.len() > CAPACITY {
            self.order.pop_front().and_then(|oldest| self.records.remove(&oldest));
        }
        Seq(self.last)
    }
}

impl AsRow for (&RecordKey, &Vec<u8>) {
    fn parts(&self) -> (&[u8], &[u8]) {
        (self.0, self.1)
    }
}

#[async_trait]
impl History for MemoryStore {
    async fn append(&self, record: Record) -> Result<Seq, Error> {
        Ok(self.kept().append(&record))
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        let kept = self.kept();
        paging::read(chat, cursor, limit, |bounds| kept.records.range(bounds).map(Ok))
    }
}

#[async_trait]
impl Preferences for MemoryStore {
    async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error> {
        Ok(self.kept().languages.get(&chat).copied())
    }

    async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error> {
        self.kept().languages.insert(chat, language);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{self, Subject};
    use crate::store::samples;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        contract::holds(|| Subject::new(MemoryStore::new(), ())).await;
    }

    #[test]
    fn it_agrees_with_the_model() {
        contract::agrees_with_the_model(|| Subject::new(MemoryStore::new(), ()));
    }

    #[tokio::test]
    async fn beyond_its_capacity_the_oldest_go() {
        let store = MemoryStore::new();
        for minute in 0..=CAPACITY {
            store.append(samples::record(ChatId(7), minute)).await.unwrap();
        }
        let page = store.page(ChatId(7), Cursor::NewerThan(Seq(0)), 1).await.unwrap();
        assert_eq!(page.records[0].0, Seq(2));
        assert_eq!(store.kept().records.len(), CAPACITY);
    }
}
