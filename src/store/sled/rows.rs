//! Small rows in sled.

use std::ops::Bound::{Excluded, Included};

use ::sled::IVec;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::forget::{Noted, Tombstone};
use super::super::{Counted, Counter, Error, KeyValue, MAX_PAGE_LEN, MAX_ROW_LEN, Row, RowKind, codec};
use super::database::TreeName::Rows;
use super::plan::Plan;
use super::{SledStore, directory, keys};

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
        let noted = Noted::line(&row);
        self.write(move |plan| {
            if row.kind == RowKind::Deletion && !plan.database.is_temporary() {
                // First: what follows from it must not be there without it.
                directory::note_deletion(&plan.database.dir, &row.value)?;
            }
            if let Some(tombstone) = Tombstone::read(&row.value).filter(|_| row.kind == RowKind::Deletion) {
                plan.delete_jobs(|job| tombstone.covers_job(job));
            }
            plan.put(Rows, &keys::row(row.kind, &row.key), codec::write(&row));
            Ok(())
        })
        .await??;
        self.note(noted).await
    }

    async fn put_if(&self, row: Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error> {
        check_length(&row)?;
        let (expected, noted) = (expected.map(str::to_owned), Noted::line(&row));
        let write = self.write(move |plan| {
            let before = alive(plan, row.kind, &row.key, now)?.map(|before| before.value);
            let is_expected = before == expected;
            if is_expected {
                plan.put(Rows, &keys::row(row.kind, &row.key), codec::write(&row));
            }
            Ok(is_expected)
        });
        let is_kept = write.await??;
        if is_kept {
            self.note(noted).await?;
        }
        Ok(is_kept)
    }

    async fn remove(&self, kind: RowKind, key: &str) -> Result<bool, Error> {
        let key = keys::row(kind, key);
        self.write(move |plan| {
            let is_there = plan.value(Rows, &key)?.is_some();
            plan.remove(Rows, &key);
            Ok(is_there)
        })
        .await?
    }

    async fn list(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        let from = after.map_or_else(|| Included(keys::row(kind, "")), |after| Excluded(keys::row(kind, after)));
        self.read(move |database| {
            // A zero stands behind the kind in each key.
            let end = [kind.name().as_bytes(), &[1]].concat();
            let rows = database.range(Rows, (from, Excluded(end)), |_, stored| read_row(&stored));
            rows.take(limit.min(MAX_PAGE_LEN)).collect()
        })
        .await
    }

    async fn purge(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        self.write(move |plan| {
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
        self.write(move |plan| {
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
                plan.put_soon(Rows, &keys::row(row.kind, &row.key), codec::write(&row));
                count
            });
            Ok(Counted::Added(counts.collect()))
        })
        .await?
    }
}

impl SledStore {
    /// Writes a line, if there is one, into the file beside the store that outlives it.
    async fn note(&self, line: Option<String>) -> Result<(), Error> {
        let Some(line) = line else { return Ok(()) };
        let note = self.write(move |plan| match plan.database.is_temporary() {
            true => Ok(()),
            false => directory::note(&plan.database.dir, &line),
        });
        note.await?
    }
}

fn check_length(row: &Row) -> Result<(), Error> {
    if row.value.len() > MAX_ROW_LEN { Err(Error::RowTooLong(row.value.len())) } else { Ok(()) }
}

/// A row as this group leaves it, if it is there at `now`.
fn alive(plan: &Plan<'_>, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<Row>, Error> {
    let row = plan.value(Rows, &keys::row(kind, key))?.and_then(|stored| read_row(&stored));
    Ok(row.filter(|row| row.is_alive(now)))
}

/// The row that is stored so; what cannot be read is logged without its key.
fn read_row(stored: &[u8]) -> Option<Row> {
    let row = codec::read(stored);
    row.inspect_err(|error| tracing::error!(%error, "a row cannot be read: passed over")).ok()
}
