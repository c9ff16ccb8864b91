//! Small rows in sled.

use std::ops::Bound::{Excluded, Included};

use ::sled::IVec;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::forget::Tombstone;
use super::super::note::Note;
use super::super::{Counted, Counter, Error, KeyValue, MAX_PAGE_LEN, MAX_ROW_LEN, Row, RowKind, codec};
use super::database::{Database, TreeName::Rows};
use super::plan::Plan;
use super::{Needs, SledStore, directory, keys, notes};

#[async_trait]
impl KeyValue for SledStore {
    async fn get(&self, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<String>, Error> {
        // At once, on the runtime's own thread: a few microseconds, and asked with every message.
        let stored = self.0.open(|open| open.database.clone())?.value(Rows, &keys::row(kind, key))?;
        let row = stored.and_then(|stored| read_row(&stored));
        Ok(row.filter(|row| row.is_alive(now)).map(|row| row.value))
    }

    async fn put(&self, row: Row) -> Result<(), Error> {
        check_length(&row)?;
        let needs = if row.kind == RowKind::Deletion { Needs::Deletion } else { Needs::Durable };
        self.write(needs, move |plan| put(plan, row)).await?
    }

    async fn put_if(&self, row: Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error> {
        check_length(&row)?;
        let expected = expected.map(str::to_owned);
        self.write(Needs::Durable, move |plan| {
            let before = alive(plan, row.kind, &row.key, now)?.map(|before| before.value);
            if before == expected { put(plan, row).map(|()| true) } else { Ok(false) }
        })
        .await?
    }

    async fn remove(&self, kind: RowKind, key: &str) -> Result<bool, Error> {
        let (key, stored_at) = (key.to_owned(), keys::row(kind, key));
        self.write(Needs::Deletion, move |plan| {
            let is_there = plan.value(Rows, &stored_at)?.is_some();
            if is_there {
                note(plan, kind, || Note::Removed(kind, key))?;
                plan.remove(Rows, &stored_at);
            }
            Ok(is_there)
        })
        .await?
    }

    async fn list(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        let from = after.map_or_else(|| Included(keys::row(kind, "")), |after| Excluded(keys::row(kind, after)));
        self.read(move |database| {
            // A zero stands behind the kind in each key.
            let end = format!("{kind}\x01").into_bytes();
            let rows = database.range(Rows, (from, Excluded(end)), |_, stored| read_row(&stored));
            rows.take(limit.min(MAX_PAGE_LEN)).collect()
        })
        .await
    }

    async fn purge(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        self.write(Needs::Deletion, move |plan| {
            let rows = plan.database.range::<&[u8], _>(Rows, .., |key, stored| {
                let is_expired = read_row(&stored).is_some_and(|row| !row.is_alive(now));
                // What is written in this very group is left for the next time.
                (is_expired && !plan.changes.contains_key(&(Rows, key.to_vec()))).then_some(key)
            });
            let expired: Vec<IVec> = rows.take(limit).collect::<Result<_, _>>()?;
            Ok(plan.remove_all(Rows, &expired))
        })
        .await?
    }

    async fn count(&self, counters: Vec<Counter>, now: DateTime<Utc>) -> Result<Counted, Error> {
        self.write(Needs::Separate, move |plan| {
            let mut counted = Vec::with_capacity(counters.len());
            for (which, Counter { kind, key, add, most, expires }) in counters.into_iter().enumerate() {
                let before = alive(plan, kind, &key, now)?;
                let count = before.as_ref().and_then(|row| row.value.parse().ok()).unwrap_or(0_u64).saturating_add(add);
                let ends = before.and_then(|row| row.expires).map_or(expires, |ends| ends.min(expires));
                if most.is_some_and(|most| count > most) {
                    return Ok(Counted::Full { which, ends });
                }
                counted.push((count, Row { kind, key, value: count.to_string(), expires: Some(ends) }));
            }
            let counts = counted.into_iter().map(|(count, row)| {
                plan.put(Rows, &keys::row(row.kind, &row.key), codec::write(&row));
                count
            });
            Ok(Counted::Added(counts.collect()))
        })
        .await?
    }
}

/// Puts a row in the place of the one before.
fn put(plan: &mut Plan<'_>, row: Row) -> Result<(), Error> {
    note(plan, row.kind, || Note::Row(row.clone()))?;
    if let Some(tombstone) = Tombstone::read(&row.value).filter(|_| row.kind == RowKind::Deletion) {
        plan.delete_jobs(|job| tombstone.covers_job(job));
    }
    plan.put(Rows, &keys::row(row.kind, &row.key), codec::write(&row));
    Ok(())
}

/// Notes beside the store what becomes of a row, where that is noted. First: what follows from it must not be there
/// without it.
fn note(plan: &Plan<'_>, kind: RowKind, what: impl FnOnce() -> Note) -> Result<(), Error> {
    let Database { dir, .. } = plan.database;
    if plan.database.is_temporary() || !Note::is_of(kind) {
        return Ok(());
    }
    notes::append(dir, &what())?;
    if kind == RowKind::Deletion { directory::expect_rewrite(dir) } else { Ok(()) }
}

fn check_length(row: &Row) -> Result<(), Error> {
    if row.value.len() > MAX_ROW_LEN { Err(Error::RowTooLong(row.value.len())) } else { Ok(()) }
}

/// A row as this group leaves it, if it is there at `now`.
fn alive(plan: &Plan<'_>, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<Row>, Error> {
    let row = plan.value(Rows, &keys::row(kind, key))?.and_then(|stored| read_row(&stored));
    Ok(row.filter(|row| row.is_alive(now)))
}

/// The row that is stored so; it is logged without its key where it cannot be read.
fn read_row(stored: &[u8]) -> Option<Row> {
    codec::read_at("a row", Some(()), stored).map(|((), row)| row)
}
