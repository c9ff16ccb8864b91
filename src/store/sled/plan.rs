//! A group of writes on its way into the database: the rows that are to be written, and the schedule that goes with
//! them.
//!
//! The writes of a group change the schedule one after another, so that a later one sees the earlier ones. Where the
//! commit fails, nothing of either is used any more.

use super::super::{AuditEntry, AuditPlace, Error, Job, REMEMBERED, Record, Seq, codec};
use super::database::{Changes, Database, TreeName};
use super::keys;
use super::schedule::{COUNTERS, Schedule};
use crate::value::UpdateId;

/// A group of writes on its way into the database.
pub(super) struct Plan<'a> {
    pub(super) database: &'a Database,
    pub(super) schedule: &'a mut Schedule,
    pub(super) changes: Changes,
    /// Whether any of the changes has to be durable before the callers are answered.
    pub(super) is_durable: bool,
}

impl Plan<'_> {
    pub(super) fn put(&mut self, tree: TreeName, key: &[u8], value: Vec<u8>) {
        self.is_durable = true;
        self.put_soon(tree, key, value);
    }

    /// Puts what may become durable with whatever is written after it.
    pub(super) fn put_soon(&mut self, tree: TreeName, key: &[u8], value: Vec<u8>) {
        self.changes.insert((tree, key.to_vec()), Some(value));
    }

    pub(super) fn remove(&mut self, tree: TreeName, key: &[u8]) {
        self.is_durable = true;
        self.changes.insert((tree, key.to_vec()), None);
    }

    /// Removes all of `keys`; gives how many.
    pub(super) fn remove_all(&mut self, tree: TreeName, keys: &[impl AsRef<[u8]>]) -> usize {
        keys.iter().for_each(|key| self.remove(tree, key.as_ref()));
        keys.len()
    }

    /// What is stored under a key as this group leaves it.
    pub(super) fn value(&self, tree: TreeName, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        match self.changes.get(&(tree, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => Ok(self.database.value(tree, key)?.map(|value| value.to_vec())),
        }
    }

    /// Puts a record at the next place, and the entry of its check.
    pub(super) fn append(&mut self, record: &Record) -> Seq {
        let seq = Seq(self.schedule.counters.seq + 1);
        self.put_record(seq, record);
        self.append_audit(&AuditEntry::of(record));
        seq
    }

    /// Puts a record at its place; later ones get higher places.
    pub(super) fn put_record(&mut self, seq: Seq, record: &Record) {
        self.put(TreeName::History, &keys::record(record.chat, seq), codec::write(record));
        self.schedule.counters.seq = self.schedule.counters.seq.max(seq.0);
        self.put_counters();
    }

    /// Puts an entry of who did what as the last of its moment.
    pub(super) fn append_audit(&mut self, entry: &AuditEntry) {
        let millis = u64::try_from(entry.at.timestamp_millis()).unwrap_or_default();
        self.put_audit(AuditPlace { millis, number: self.schedule.counters.audit + 1 }, entry);
    }

    /// Puts an entry of who did what at its place; later ones get higher numbers.
    pub(super) fn put_audit(&mut self, place: AuditPlace, entry: &AuditEntry) {
        self.put(TreeName::Audit, &keys::audit(place), codec::write(entry));
        self.schedule.counters.audit = self.schedule.counters.audit.max(place.number);
        self.put_counters();
    }

    /// Adds a job as the last.
    pub(super) fn add_job(&mut self, job: Job) {
        self.schedule.counters.order += 1;
        self.put_counters();
        let update = job.update;
        self.schedule.insert(self.schedule.counters.order, job);
        self.write_job(update);
    }

    /// Writes a job as it is in memory; gives whether it is there.
    pub(super) fn write_job(&mut self, update: UpdateId) -> bool {
        let job = self.schedule.get(update).map(|entry| (keys::pair(entry.order, update.0), codec::write(&entry.job)));
        job.map(|(key, value)| self.put(TreeName::Jobs, &key, value)).is_some()
    }

    /// Notes of the open jobs that fit that nothing is kept of them any more.
    pub(super) fn delete_jobs(&mut self, fits: impl Fn(&Job) -> bool) {
        for update in self.schedule.updates(|entry| fits(&entry.job)) {
            if let Some(entry) = self.schedule.get_mut(update) {
                entry.job.is_deleted = true;
            }
            self.write_job(update);
        }
    }

    /// Takes a job away, and remembers its update.
    pub(super) fn end_job(&mut self, update: UpdateId) {
        if let Some(entry) = self.schedule.remove(update) {
            self.remove(TreeName::Jobs, &keys::pair(entry.order, update.0));
            self.remember(update);
        }
    }

    /// Remembers the update of a finished job, and forgets the one that was finished first where there are too many.
    pub(super) fn remember(&mut self, update: UpdateId) {
        self.schedule.counters.finished += 1;
        self.put_counters();
        let nth = self.schedule.counters.finished;
        self.put(TreeName::Finished, &nth.to_be_bytes(), update.0.to_be_bytes().to_vec());
        if let Some(forgotten) = nth.checked_sub(REMEMBERED as u64) {
            self.remove(TreeName::Finished, &forgotten.to_be_bytes());
        }
        self.schedule.finished.push_back(update);
        if self.schedule.finished.len() > REMEMBERED {
            self.schedule.finished.pop_front();
        }
    }

    fn put_counters(&mut self) {
        // Plain numbers: there is nothing in them that serde_json could refuse.
        self.put(TreeName::Meta, COUNTERS, serde_json::to_vec(&self.schedule.counters).unwrap_or_default());
    }
}
