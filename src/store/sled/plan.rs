//! What a group of writes means: the rows that are to be written, and the state in memory that goes with them.
//!
//! The state is an index of what is on disk. A plan changes it while it goes through the group, so that a later write
//! of a group sees the earlier ones. Where the commit fails, nothing of either is used any more.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::codec;
use super::super::{
    Accepted, AuditEntry, AuditPlace, Claim, Counted, Counter, Error, Job, Kept, MAX_NUMBER, NewJob, REMEMBERED,
    Record, Row, RowKind, Seq, Waiting, WorkerId,
};
use super::database::{Changes, Database, TreeName};
use super::keys::{self, RecordKey};
use super::schedule::{Entry, Order, Schedule};
use crate::value::{Provider, UpdateId};

/// The key of the counters in the tree `meta`.
const COUNTERS: &[u8] = b"counters";

/// How many records, jobs, finished jobs and entries of who did what there ever were: the last place, order and numbers
/// that were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counters {
    seq: u64,
    order: Order,
    finished: u64,
    #[serde(default)]
    audit: u64,
}

/// What is known in memory of what is on disk.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) schedule: Schedule,
    /// The updates that were finished lately, the first first.
    pub(super) finished: VecDeque<UpdateId>,
    /// The updates of open jobs that cannot be read.
    unreadable: Vec<UpdateId>,
    counters: Counters,
}

/// A group of writes on its way into the database.
pub(super) struct Plan<'a> {
    database: &'a Database,
    pub(super) state: &'a mut State,
    /// Before it.
    counters: Counters,
    changes: Changes,
    /// Whether any of the changes has to be on disk before the callers are answered.
    is_durable: bool,
}

impl State {
    /// Reads the state of what is on disk. Each job was another process's before: none is claimed, and each is resumed.
    pub(super) fn read(database: &Database) -> Result<Self, Error> {
        let mut state = Self::default();
        let damaged = |what: &str| Error::damaged(database.dir(), what);
        if let Some(counters) = database.value(TreeName::Meta, COUNTERS)? {
            let counters = serde_json::from_slice(&counters).ok();
            let counters = counters.filter(|Counters { seq, order, finished, audit }| {
                [seq, order, finished, audit].into_iter().all(|number| *number <= MAX_NUMBER)
            });
            state.counters = counters.ok_or_else(|| damaged("its counters cannot be read"))?;
        }
        for row in database.rows_of(TreeName::Jobs) {
            let (key, value) = row?;
            let (order, update) = keys::read_job(&key).ok_or_else(|| damaged("a job's key cannot be read"))?;
            match codec::read(&value) {
                Ok(job) => drop(state.schedule.replace(order, Some(Entry { job, owner: None }))),
                Err(error) => {
                    tracing::error!(update = update.0, %error, "a job cannot be read: passed over");
                    state.unreadable.push(update);
                }
            }
            state.counters.order = state.counters.order.max(order);
        }
        for row in database.rows_of(TreeName::Finished) {
            let (_, value) = row?;
            let update = value.as_ref().try_into().map(u64::from_be_bytes);
            state.finished.push_back(UpdateId(update.map_err(|_| damaged("a finished update cannot be read"))?));
        }
        Ok(state)
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(database: &'a Database, state: &'a mut State) -> Self {
        let counters = state.counters;
        Self { database, state, counters, changes: Changes::new(), is_durable: false }
    }

    /// What is to be written, and whether that has to be on disk before the callers are answered.
    pub(super) fn end(mut self) -> (Changes, bool) {
        if self.state.counters != self.counters {
            // Three numbers: there is nothing in them that serde_json could refuse.
            self.put(TreeName::Meta, COUNTERS, serde_json::to_vec(&self.state.counters).unwrap_or_default());
        }
        (self.changes, self.is_durable)
    }

    pub(super) fn append(&mut self, record: &Record) -> Seq {
        self.state.counters.seq += 1;
        let seq = Seq(self.state.counters.seq);
        self.put(TreeName::History, &keys::record(record.chat, seq), codec::write(record));
        self.append_audit(&AuditEntry::of(record));
        seq
    }

    pub(super) fn append_audit(&mut self, entry: &AuditEntry) {
        self.state.counters.audit += 1;
        let millis = u64::try_from(entry.at.timestamp_millis()).unwrap_or_default();
        let place = AuditPlace { millis, number: self.state.counters.audit };
        self.put(TreeName::Audit, &keys::audit(place), codec::write(entry));
    }

    pub(super) fn delete_audit(&mut self, keys: &[Vec<u8>]) -> usize {
        keys.iter().for_each(|key| self.remove(TreeName::Audit, key));
        keys.len()
    }

    pub(super) fn import_audit(&mut self, entries: &[(AuditPlace, AuditEntry)]) {
        for (place, entry) in entries {
            self.put(TreeName::Audit, &keys::audit(*place), codec::write(entry));
            self.state.counters.audit = self.state.counters.audit.max(place.number);
        }
    }

    pub(super) fn delete(&mut self, keys: &[RecordKey]) -> usize {
        keys.iter().for_each(|key| self.remove(TreeName::History, key));
        keys.len()
    }

    pub(super) fn import_records(&mut self, records: &[(Seq, Record)]) {
        for (seq, record) in records {
            self.put(TreeName::History, &keys::record(record.chat, *seq), codec::write(record));
            self.state.counters.seq = self.state.counters.seq.max(seq.0);
        }
    }

    pub(super) fn accept(&mut self, jobs: Vec<NewJob>, most_per_agent: usize) -> Vec<Accepted> {
        let accepted = jobs.into_iter().map(|new| {
            if self.is_known(new.update) {
                return Accepted::Repeated;
            }
            if self.state.schedule.ready_in((new.chat, new.user)) >= most_per_agent {
                return Accepted::TooMany;
            }
            self.add_job(new.into());
            Accepted::New
        });
        accepted.collect()
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Job> {
        let orders = self.state.schedule.claimable(claim);
        orders.into_iter().filter_map(|order| self.set_owner(order, Some(claim.owner))).collect()
    }

    pub(super) fn keep(&mut self, update: UpdateId, item: u32, record: &Record) -> Kept {
        let Some((order, mut entry)) = self.open(update) else {
            // It may have been cancelled, and ended with what cancelled it, while it ran.
            let is_ended = self.state.finished.contains(&update);
            return if is_ended { Kept::Cancelled } else { Kept::New(self.append(record)) };
        };
        if entry.job.cancelled_by.is_some() {
            return Kept::Cancelled;
        }
        if let Some(seq) = entry.job.kept_at(item) {
            return Kept::Before(seq);
        }
        let seq = self.append(record);
        entry.job.kept.push((item, seq));
        self.put_job(order, entry);
        Kept::New(seq)
    }

    pub(super) fn reschedule(&mut self, update: UpdateId, waiting: Waiting) -> bool {
        let Some((order, Entry { job, .. })) = self.open(update) else { return false };
        if job.cancelled_by.is_some() {
            return false;
        }
        self.put_job(order, Entry { job: Job { waiting: Some(waiting), ..job }, owner: None });
        true
    }

    /// In memory alone: after a restart they wait as long as they would have.
    pub(super) fn hasten(&mut self, provider: Provider, now: DateTime<Utc>) {
        let waiting = self.state.schedule.waiting();
        let late = waiting.filter(|(_, entry, wait)| entry.job.provider == Some(provider) && wait.due > now);
        let hastened = late.map(|(order, entry, waiting)| {
            let waiting = Some(Waiting { due: now, ..waiting.clone() });
            (order, Entry { job: Job { waiting, ..entry.job.clone() }, owner: None })
        });
        let hastened: Vec<(Order, Entry)> = hastened.collect();
        hastened.into_iter().for_each(|(order, entry)| drop(self.state.schedule.replace(order, Some(entry))));
    }

    pub(super) fn amend(&mut self, update: UpdateId, provider: Option<Provider>, items: u32, body: String) -> bool {
        let Some((order, Entry { job, owner })) = self.open(update) else { return false };
        self.put_job(order, Entry { job: Job { provider, items, body, ..job }, owner });
        true
    }

    pub(super) fn cancel(&mut self, by: UpdateId, only: Option<UpdateId>) -> Vec<Job> {
        let Some((_, Entry { job: Job { chat, user, .. }, .. })) = self.open(by) else { return Vec::new() };
        let unanswered = self.state.schedule.unanswered_in((chat, user)).into_iter();
        for job in unanswered.filter(|job| only.is_none_or(|only| *job == only)) {
            if let Some((order, Entry { job, .. })) = self.open(job).filter(|(_, entry)| entry.job.update != by) {
                self.put_job(order, Entry { job: Job { cancelled_by: Some(by), ..job }, owner: None });
            }
        }
        let cancelled = self.state.schedule.cancelled_by(by).into_iter();
        cancelled.filter_map(|order| Some(self.state.schedule.get(order)?.job.clone())).collect()
    }

    pub(super) fn finish(&mut self, update: UpdateId) {
        let open = self.open(update).filter(|(_, entry)| entry.job.cancelled_by.is_none());
        let Some((order, _)) = open else { return };
        for order in self.state.schedule.cancelled_by(update).into_iter().chain([order]) {
            let Some(ended) = self.state.schedule.replace(order, None) else { continue };
            self.remove(TreeName::Jobs, &keys::job(order, ended.job.update));
            self.remember(ended.job.update);
        }
    }

    pub(super) fn release(&mut self, owner: WorkerId) {
        let all = self.state.schedule.all();
        let owned: Vec<Order> = all.filter(|(_, entry)| entry.owner == Some(owner)).map(|(order, _)| order).collect();
        owned.into_iter().for_each(|order| drop(self.set_owner(order, None)));
    }

    pub(super) fn import_jobs(&mut self, jobs: Vec<Job>, finished: Vec<UpdateId>) {
        for job in jobs {
            if !self.is_known(job.update) {
                self.add_job(Job { resumed: true, ..job });
            }
        }
        for update in finished {
            if !self.is_known(update) {
                self.remember(update);
            }
        }
    }

    pub(super) fn put_row(&mut self, row: &Row) {
        self.put(TreeName::Rows, &keys::row(row.kind, &row.key), codec::write(row));
    }

    pub(super) fn put_row_if(&mut self, row: &Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error> {
        let there = match self.changes.get(&(TreeName::Rows, keys::row(row.kind, &row.key))) {
            Some(written) => written.as_deref().and_then(|bytes| codec::read::<Row>(bytes).ok()),
            None => self.database.row(row.kind, &row.key)?,
        };
        let there = there.filter(|there| there.is_alive(now));
        let is_expected = there.as_ref().map(|there| there.value.as_str()) == expected;
        if is_expected {
            self.put_row(row);
        }
        Ok(is_expected)
    }

    pub(super) fn remove_row(&mut self, kind: RowKind, key: &str) -> Result<bool, Error> {
        let key = keys::row(kind, key);
        let is_there = match self.changes.get(&(TreeName::Rows, key.clone())) {
            Some(value) => value.is_some(),
            None => self.database.value(TreeName::Rows, &key)?.is_some(),
        };
        self.remove(TreeName::Rows, &key);
        Ok(is_there)
    }

    pub(super) fn count(&mut self, counters: &[Counter], now: DateTime<Utc>) -> Result<Counted, Error> {
        let mut rows = Vec::with_capacity(counters.len());
        for (which, counter) in counters.iter().enumerate() {
            let before = self.row(counter.kind, &counter.key)?.filter(|row| row.is_alive(now));
            let count = before.as_ref().and_then(|row| row.value.parse().ok()).unwrap_or(0_u64);
            let ends = before.and_then(|row| row.expires).map_or(counter.expires, |ends| ends.min(counter.expires));
            let count = count.saturating_add(counter.add);
            if counter.most.is_some_and(|most| count > most) {
                return Ok(Counted::Full { which, ends });
            }
            let (kind, key, value) = (counter.kind, counter.key.clone(), count.to_string());
            rows.push((count, Row { kind, key, value, expires: Some(ends) }));
        }
        let counts = rows.into_iter().map(|(count, row)| {
            // What is written after it takes it to the disk.
            self.changes.insert((TreeName::Rows, keys::row(row.kind, &row.key)), Some(codec::write(&row)));
            count
        });
        Ok(Counted::Added(counts.collect()))
    }

    /// A row as this group leaves it; one that cannot be read counts as none.
    fn row(&self, kind: RowKind, key: &str) -> Result<Option<Row>, Error> {
        match self.changes.get(&(TreeName::Rows, keys::row(kind, key))) {
            Some(value) => Ok(value.as_ref().and_then(|value| codec::read(value).ok())),
            None => self.database.row(kind, key),
        }
    }

    pub(super) fn purge(&mut self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        let mut expired = self.database.expired(now, limit)?;
        // What is written in this very group is left for the next time.
        expired.retain(|key| !self.changes.contains_key(&(TreeName::Rows, key.to_vec())));
        expired.iter().for_each(|key| self.remove(TreeName::Rows, key));
        Ok(expired.len())
    }

    fn is_known(&self, update: UpdateId) -> bool {
        let State { schedule, finished, unreadable, .. } = &*self.state;
        schedule.find(update).is_some() || finished.contains(&update) || unreadable.contains(&update)
    }

    fn open(&self, update: UpdateId) -> Option<(Order, Entry)> {
        self.state.schedule.find(update).map(|(order, entry)| (order, entry.clone()))
    }

    fn add_job(&mut self, job: Job) {
        self.state.counters.order += 1;
        self.put_job(self.state.counters.order, Entry { job, owner: None });
    }

    /// Writes a job in the place of what it was.
    fn put_job(&mut self, order: Order, entry: Entry) {
        self.put(TreeName::Jobs, &keys::job(order, entry.job.update), codec::write(&entry.job));
        self.state.schedule.replace(order, Some(entry));
    }

    /// Says in memory alone who has a job; gives the job.
    fn set_owner(&mut self, order: Order, owner: Option<WorkerId>) -> Option<Job> {
        let job = self.state.schedule.get(order)?.job.clone();
        self.state.schedule.replace(order, Some(Entry { job: job.clone(), owner }));
        Some(job)
    }

    fn remember(&mut self, update: UpdateId) {
        self.state.counters.finished += 1;
        let nth = self.state.counters.finished;
        self.put(TreeName::Finished, &nth.to_be_bytes(), update.0.to_be_bytes().to_vec());
        if let Some(forgotten) = nth.checked_sub(REMEMBERED as u64) {
            self.remove(TreeName::Finished, &forgotten.to_be_bytes());
        }
        self.state.finished.push_back(update);
        if self.state.finished.len() > REMEMBERED {
            self.state.finished.pop_front();
        }
    }

    fn put(&mut self, tree: TreeName, key: &[u8], value: Vec<u8>) {
        self.is_durable = true;
        self.changes.insert((tree, key.to_vec()), Some(value));
    }

    fn remove(&mut self, tree: TreeName, key: &[u8]) {
        self.is_durable = true;
        self.changes.insert((tree, key.to_vec()), None);
    }
}
