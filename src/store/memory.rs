//! A store in a process's memory, for the demo and for tests: nothing outlives the process.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::value::{ChatId, Language, UpdateId};

use super::key::{self, RecordKey};
use super::ledger::Ledger;
use super::paging::{self, AsRow};
use super::{
    Cursor, Entry, Error, History, Journal, Page, Preferences, Record, Seq, Waiting, codec, entry_codec, journal,
};

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
    origins: HashMap<ChatId, ChatId>,
    ledger: Ledger,
    /// The journal's entries, in the order in which they were accepted.
    entries: BTreeMap<u64, (UpdateId, Vec<u8>)>,
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

    /// Appends, unless the entry of `update` has its record already.
    fn append_for(&mut self, record: &Record, update: Option<UpdateId>) -> Seq {
        let first = update.and_then(|update| self.entry(update)).and_then(|entry| entry.kept);
        first.unwrap_or_else(|| {
            let seq = self.append(record);
            self.change(update, |entry| entry.kept = Some(seq));
            seq
        })
    }

    fn entry(&self, update: UpdateId) -> Option<Entry> {
        let (update, bytes) = self.entries.get(&self.ledger.order(update)?)?;
        entry_codec::decode_or_log(*update, bytes)
    }

    fn change(&mut self, update: Option<UpdateId>, change: impl FnOnce(&mut Entry)) {
        let Some(mut entry) = update.and_then(|update| self.entry(update)) else { return };
        change(&mut entry);
        if let Some(order) = self.ledger.order(entry.update) {
            self.entries.insert(order, (entry.update, entry_codec::encode(&entry)));
        }
    }

    fn accept(&mut self, entry: &Entry) -> bool {
        let order = self.ledger.accept(entry.update);
        order.is_some_and(|order| self.entries.insert(order, (entry.update, entry_codec::encode(entry))).is_none())
    }
}

impl AsRow for (&RecordKey, &Vec<u8>) {
    fn parts(&self) -> (&[u8], &[u8]) {
        (self.0, self.1)
    }
}

#[async_trait]
impl History for MemoryStore {
    async fn append(&self, record: Record, update: Option<UpdateId>) -> Result<Seq, Error> {
        Ok(self.kept().append_for(&record, update))
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        Ok(self.kept().records.get(&key::of_record(chat, seq)).and_then(|bytes| codec::decode_or_log(chat, seq, bytes)))
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        let kept = self.kept();
        paging::read(chat, cursor, limit, |bounds, order| order.of(kept.records.range(bounds)).map(Ok))
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

    async fn origin(&self, chat: ChatId) -> Result<Option<ChatId>, Error> {
        Ok(self.kept().origins.get(&chat).copied())
    }

    async fn set_origin(&self, new: ChatId, old: ChatId) -> Result<(), Error> {
        self.kept().origins.insert(new, old);
        Ok(())
    }
}

#[async_trait]
impl Journal for MemoryStore {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<bool>, Error> {
        journal::check_lengths(&entries)?;
        let mut kept = self.kept();
        Ok(entries.iter().map(|entry| kept.accept(entry)).collect())
    }

    async fn secure(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn wait(&self, update: UpdateId, waiting: Waiting) -> Result<(), Error> {
        self.kept().change(Some(update), |entry| entry.waiting = Some(waiting));
        Ok(())
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        let mut kept = self.kept();
        if let Some(ended) = kept.ledger.finish(update) {
            kept.entries.remove(&ended.order);
        }
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Entry>, Error> {
        let kept = self.kept();
        Ok(kept.entries.values().filter_map(|(update, bytes)| entry_codec::decode_or_log(*update, bytes)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{self, Subject};
    use crate::store::{journal_contract, samples};

    #[tokio::test]
    async fn it_keeps_the_contract() {
        contract::holds(|| Subject::new(MemoryStore::new(), ())).await;
    }

    #[test]
    fn it_agrees_with_the_model() {
        contract::agrees_with_the_model(|| Subject::new(MemoryStore::new(), ()));
    }

    #[tokio::test]
    async fn it_keeps_the_contract_of_the_journal() {
        journal_contract::holds(|| Subject::new(MemoryStore::new(), ())).await;
    }

    #[test]
    fn its_journal_agrees_with_the_model() {
        journal_contract::agrees_with_the_model(|| Subject::new(MemoryStore::new(), ()));
    }

    #[tokio::test]
    async fn beyond_its_capacity_the_oldest_go() {
        let store = MemoryStore::new();
        for minute in 0..=CAPACITY {
            store.append(samples::record(ChatId(7), minute), None).await.unwrap();
        }
        let page = store.page(ChatId(7), Cursor::NewerThan(Seq(0)), 1).await.unwrap();
        assert_eq!(page.records[0].0, Seq(2));
        assert_eq!(store.kept().records.len(), CAPACITY);
    }
}
