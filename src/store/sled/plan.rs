//! A group of writes on its way into the database: the rows that are to be written, and the schedule that goes with
//! them.
//!
//! The writes of a group change the schedule one after another, so that a later one sees the earlier ones. Where the
//! commit fails, nothing of either is used any more.

use super::super::{AuditEntry, AuditPlace, Error, Job, Record, Seq, codec};
use super::database::{Changes, Database, TreeName};
use super::keys;
use super::schedule::{COUNTERS, Entry, Schedule};
use crate::value::UpdateId;

/// What a write needs of the disk before its caller is answered. Each flush costs more than the rest of a write: it
/// wakes all of sled's threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Needs {
    /// Nothing: it reads or changes the schedule alone.
    Nothing,
    /// That its rows are written, each by itself: a crash may lose some of them.
    Separate,
    /// That all of its rows are written or none. They become durable with whatever is flushed next, at the latest when
    /// the store is closed.
    Atomic,
    /// That they are durable, too.
    Durable,
    /// The same for what deletes or ends something, and needs less room for it.
    Deletion,
}

impl Needs {
    /// Whether there has to be room to keep something.
    pub(super) fn room_to_keep(self) -> bool {
        matches!(self, Self::Separate | Self::Atomic | Self::Durable)
    }
}

/// A group of writes on its way into the database.
pub(super) struct Plan<'a> {
    pub(super) database: &'a Database,
    pub(super) schedule: &'a mut Schedule,
    pub(super) changes: Changes,
    /// What the most demanding of the writes needs.
    pub(super) needs: Needs,
}

impl Plan<'_> {
    pub(super) fn put(&mut self, tree: TreeName, key: &[u8], value: Vec<u8>) {
        self.changes.insert((tree, key.to_vec()), Some(value));
    }

    pub(super) fn remove(&mut self, tree: TreeName, key: &[u8]) {
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
        let order = self.schedule.next_order();
        self.put(TreeName::Jobs, &keys::pair(order, job.update.0), codec::write(&job));
        self.schedule.insert(order, job);
    }

    /// Changes a job; gives whether it is there.
    pub(super) fn change_job(&mut self, update: UpdateId, change: impl FnOnce(&mut Entry)) -> bool {
        let Some(entry) = self.schedule.change(update, change) else { return false };
        let (key, value) = (keys::pair(entry.order, update.0), codec::write(&entry.job));
        self.put(TreeName::Jobs, &key, value);
        true
    }

    /// Notes of the open jobs that fit that nothing is kept of them any more.
    pub(super) fn delete_jobs(&mut self, fits: impl Fn(&Job) -> bool) {
        let deleted = self.schedule.all().into_iter().filter(|entry| fits(&entry.job));
        let deleted: Vec<UpdateId> = deleted.map(|entry| entry.job.update).collect();
        for update in deleted {
            self.change_job(update, |entry| entry.job.is_deleted = true);
        }
    }

    /// Ends a job; its row without a value says so.
    pub(super) fn end_job(&mut self, update: UpdateId) {
        if let Some(entry) = self.schedule.end(update) {
            self.put_finished(entry.order, update);
        }
    }

    /// Puts the row of a finished job, and takes the rows of those away that are not remembered any more: many at once,
    /// so that most ends write one row, which needs no transaction.
    pub(super) fn put_finished(&mut self, order: u64, update: UpdateId) {
        self.put(TreeName::Jobs, &keys::pair(order, update.0), Vec::new());
        for (order, update) in self.schedule.remember(order, update) {
            self.remove(TreeName::Jobs, &keys::pair(order, update.0));
        }
    }

    fn put_counters(&mut self) {
        // Plain numbers: there is nothing in them that serde_json could refuse.
        self.put(TreeName::Meta, COUNTERS, serde_json::to_vec(&self.schedule.counters).unwrap_or_default());
    }
}
