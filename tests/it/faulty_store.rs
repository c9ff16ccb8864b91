//! A real store in which some things go wrong when a test says so.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use ceknomor::{
    store::{
        Accepted, AuditEntry, AuditFilter, AuditLog, AuditPage, AuditPlace, Claim, Count, Counted, Counter, Cursor,
        Deletion, Error, History, Job, Jobs, Kept, KeyValue, Load, NewJob, Page, Record, Row, RowKind, Search, Seq,
        SledStore, Store, Waiting, WorkerId,
    },
    value::{ChatId, Provider, UpdateId, UserId},
};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::telegram::Gate;

/// A store in a temporary directory, with faults.
pub struct FaultyStore {
    /// The store itself.
    pub sound: Arc<dyn Store>,
    /// Nothing can be written.
    pub is_full: AtomicBool,
    /// Jobs are written as ever, but no record and no row.
    pub keeps_no_records: bool,
    /// No record and no row can be read.
    pub is_unreadable: bool,
    /// Open jobs are not seen, as if each had come a moment later.
    pub is_blind: AtomicBool,
    /// Panics over records of this product.
    pub panics_over: Option<&'static str>,
    /// Panics over rows about this chat.
    pub panics_over_chat: Option<ChatId>,
    /// Accepting waits for the gate.
    pub is_slow: AtomicBool,
    /// Rung when accepting waits.
    pub at_gate: Notify,
    /// Lets what is slow pass.
    pub gate: Gate,
    /// How many jobs were ended that were never accepted.
    pub ended_unaccepted: AtomicUsize,
}

impl Default for FaultyStore {
    fn default() -> Self {
        Self {
            sound: Arc::new(SledStore::temporary().unwrap()),
            is_full: AtomicBool::default(),
            keeps_no_records: false,
            is_unreadable: false,
            is_blind: AtomicBool::default(),
            panics_over: None,
            panics_over_chat: None,
            is_slow: AtomicBool::default(),
            at_gate: Notify::new(),
            gate: Gate::default(),
            ended_unaccepted: AtomicUsize::default(),
        }
    }
}

impl FaultyStore {
    fn room(&self) -> Result<(), Error> {
        if self.is_full.load(Relaxed) { Err(Error::Full(PathBuf::from("data"))) } else { Ok(()) }
    }

    fn room_for_records(&self) -> Result<(), Error> {
        if self.keeps_no_records { Err(Error::Full(PathBuf::from("data"))) } else { self.room() }
    }

    fn readable(&self) -> Result<(), Error> {
        if self.is_unreadable { Err(Error::Closed) } else { Ok(()) }
    }
}

#[async_trait]
impl History for FaultyStore {
    async fn append(&self, record: Record) -> Result<Seq, Error> {
        self.room_for_records()?;
        self.sound.append(record).await
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        self.readable()?;
        History::get(&*self.sound, chat, seq).await
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        self.readable()?;
        self.sound.page(chat, cursor, limit).await
    }

    async fn find(&self, chat: ChatId, search: &Search, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        self.readable()?;
        self.sound.find(chat, search, cursor, limit).await
    }

    async fn stream(
        &self,
        chat: Option<ChatId>,
        after: Option<(ChatId, Seq)>,
        limit: usize,
    ) -> Result<Vec<(ChatId, Seq, Record)>, Error> {
        self.readable()?;
        self.sound.stream(chat, after, limit).await
    }

    async fn delete(&self, what: &Deletion, limit: usize) -> Result<usize, Error> {
        self.room_for_records()?;
        self.sound.delete(what, limit).await
    }

    async fn counts(
        &self,
        chat: Option<ChatId>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Count>, Error> {
        self.readable()?;
        self.sound.counts(chat, from, until).await
    }

    async fn import(&self, records: Vec<(Seq, Record)>) -> Result<(), Error> {
        self.room_for_records()?;
        History::import(&*self.sound, records).await
    }
}

#[async_trait]
impl Jobs for FaultyStore {
    async fn accept(&self, jobs: Vec<NewJob>, most_per_agent: usize) -> Result<Vec<Accepted>, Error> {
        if self.is_slow.load(Relaxed) {
            self.at_gate.notify_one();
            self.gate.pass().await;
        }
        self.room()?;
        self.sound.accept(jobs, most_per_agent).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Job>, Error> {
        self.sound.claim(claim).await
    }

    async fn keep(&self, update: UpdateId, item: u32, record: Record) -> Result<Kept, Error> {
        assert_ne!(self.panics_over, Some(&*record.product), "broken for the test's sake");
        self.room_for_records()?;
        self.sound.keep(update, item, record).await
    }

    async fn reschedule(&self, update: UpdateId, waiting: Waiting) -> Result<bool, Error> {
        self.room()?;
        self.sound.reschedule(update, waiting).await
    }

    async fn hasten(&self, provider: Provider, now: DateTime<Utc>) -> Result<(), Error> {
        self.sound.hasten(provider, now).await
    }

    async fn amend(
        &self,
        update: UpdateId,
        provider: Option<Provider>,
        items: u32,
        body: String,
    ) -> Result<bool, Error> {
        self.room()?;
        self.sound.amend(update, provider, items, body).await
    }

    async fn cancel(&self, by: UpdateId, only: Option<(UserId, UpdateId)>) -> Result<Vec<Job>, Error> {
        self.room()?;
        self.sound.cancel(by, only).await
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        let (open, _) = self.sound.open_jobs().await?;
        if open.iter().all(|job| job.update != update) {
            self.ended_unaccepted.fetch_add(1, Relaxed);
        }
        self.room()?;
        self.sound.finish(update).await
    }

    async fn release(&self, owner: WorkerId) -> Result<(), Error> {
        self.sound.release(owner).await
    }

    async fn load(&self) -> Result<Load, Error> {
        self.sound.load().await
    }

    async fn waiting_of(&self, user: UserId) -> Result<usize, Error> {
        self.sound.waiting_of(user).await
    }

    async fn open_jobs(&self) -> Result<(Vec<Job>, Vec<UpdateId>), Error> {
        if self.is_blind.load(Relaxed) { Ok(Default::default()) } else { self.sound.open_jobs().await }
    }

    async fn import(&self, jobs: Vec<Job>, finished: Vec<UpdateId>) -> Result<(), Error> {
        self.room()?;
        Jobs::import(&*self.sound, jobs, finished).await
    }
}

#[async_trait]
impl AuditLog for FaultyStore {
    async fn append_audit(&self, entry: AuditEntry) -> Result<(), Error> {
        self.room_for_records()?;
        self.sound.append_audit(entry).await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        older_than: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        self.readable()?;
        self.sound.audit_page(filter, older_than, limit).await
    }

    async fn audit_since(
        &self,
        from: DateTime<Utc>,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditEntry)>, Error> {
        self.readable()?;
        self.sound.audit_since(from, after, limit).await
    }

    async fn purge_audit(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        self.room_for_records()?;
        self.sound.purge_audit(before, limit).await
    }

    async fn import_audit(&self, entries: Vec<(AuditPlace, AuditEntry)>) -> Result<(), Error> {
        self.room_for_records()?;
        self.sound.import_audit(entries).await
    }
}

#[async_trait]
impl KeyValue for FaultyStore {
    async fn get(&self, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<String>, Error> {
        let chat = self.panics_over_chat.map(|chat| chat.to_string());
        assert_ne!(chat.as_deref(), Some(key), "broken for the test's sake");
        self.readable()?;
        KeyValue::get(&*self.sound, kind, key, now).await
    }

    async fn put(&self, row: Row) -> Result<(), Error> {
        self.room_for_records()?;
        self.sound.put(row).await
    }

    async fn put_if(&self, row: Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error> {
        self.room_for_records()?;
        self.sound.put_if(row, expected, now).await
    }

    async fn remove(&self, kind: RowKind, key: &str) -> Result<bool, Error> {
        self.room_for_records()?;
        self.sound.remove(kind, key).await
    }

    async fn list(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        self.readable()?;
        self.sound.list(kind, after, limit).await
    }

    async fn purge(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        self.room_for_records()?;
        self.sound.purge(now, limit).await
    }

    async fn count(&self, counters: Vec<Counter>, now: DateTime<Utc>) -> Result<Counted, Error> {
        self.room_for_records()?;
        self.sound.count(counters, now).await
    }
}
