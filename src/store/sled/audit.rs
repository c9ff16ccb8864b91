//! The record of who did what, in sled: a tree of its own, by time and then by the order of writing.

use std::ops::Bound::{Excluded, Included, Unbounded};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::codec;
use super::super::{AuditEntry, AuditFilter, AuditLog, AuditPage, AuditPlace, Error, MAX_AUDIT_SCAN, MAX_PAGE_LEN};
use super::SledStore;
use super::database::{Database, TreeName};
use super::keys;

#[async_trait]
impl AuditLog for SledStore {
    async fn append_audit(&self, entry: AuditEntry) -> Result<(), Error> {
        self.write(move |plan| plan.append_audit(&entry)).await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        older_than: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        let filter = *filter;
        self.read(move |database| page(database, &filter, older_than, limit)).await
    }

    async fn audit_since(
        &self,
        from: DateTime<Utc>,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditEntry)>, Error> {
        self.read(move |database| since(database, from, after, limit)).await
    }

    async fn purge_audit(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        // Entries never change: what is found beside the writer is still right when it gets there.
        let keys = self.read(move |database| keys_before(database, before, limit)).await?;
        self.write(move |plan| plan.delete_audit(&keys)).await
    }

    async fn import_audit(&self, entries: Vec<(AuditPlace, AuditEntry)>) -> Result<(), Error> {
        self.write(move |plan| plan.import_audit(&entries)).await
    }
}

fn page(
    database: &Database,
    filter: &AuditFilter,
    older_than: Option<AuditPlace>,
    limit: usize,
) -> Result<AuditPage, Error> {
    let limit = limit.min(MAX_PAGE_LEN);
    let first = filter.from.map_or(keys::AuditKey::default(), |from| keys::audit(start(from)));
    let last = [older_than, filter.until.map(start)].into_iter().flatten().min().map(keys::audit);
    let mut page = AuditPage::default();
    if last.is_some_and(|last| last <= first) {
        return Ok(page);
    }
    let last = last.as_ref().map_or(Unbounded, |last| Excluded(last.as_slice()));
    let mut seen = None;
    for (nth, row) in database.range(TreeName::Audit, Included(&first), last).rev().enumerate() {
        let (key, value) = row?;
        let Some((place, entry)) = read(&key, &value) else { continue };
        let fits = filter.fits(&entry);
        if nth >= MAX_AUDIT_SCAN || fits && page.entries.len() == limit {
            page.older = seen;
            break;
        }
        seen = Some(place);
        page.entries.extend(fits.then_some((place, entry)));
    }
    Ok(page)
}

fn since(
    database: &Database,
    from: DateTime<Utc>,
    after: Option<AuditPlace>,
    limit: usize,
) -> Result<Vec<(AuditPlace, AuditEntry)>, Error> {
    let first = keys::audit(start(from));
    let after = after.map(keys::audit).filter(|after| *after >= first);
    let from = after.as_ref().map_or(Included(first.as_slice()), |after| Excluded(after.as_slice()));
    let rows = database.range(TreeName::Audit, from, Unbounded);
    rows.filter_map(|row| row.map(|(key, value)| read(&key, &value)).transpose())
        .take(limit.min(MAX_PAGE_LEN))
        .collect()
}

fn keys_before(database: &Database, before: DateTime<Utc>, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
    let before = keys::audit(start(before));
    let rows = database.range(TreeName::Audit, Unbounded, Excluded(&before));
    rows.take(limit).map(|row| row.map(|(key, _)| key.to_vec())).collect()
}

/// The least place that an entry of this moment can have.
fn start(at: DateTime<Utc>) -> AuditPlace {
    AuditPlace { millis: u64::try_from(at.timestamp_millis()).unwrap_or_default(), number: 0 }
}

/// The entry of that key, with its place; what cannot be read is logged by its place alone.
fn read(key: &[u8], value: &[u8]) -> Option<(AuditPlace, AuditEntry)> {
    let Some(place) = keys::read_audit(key) else {
        tracing::error!("a key in the record of who did what is none: passed over");
        return None;
    };
    match codec::read(value) {
        Ok(entry) => Some((place, entry)),
        Err(error) => {
            tracing::error!(?place, %error, "an entry of who did what cannot be read: passed over");
            None
        }
    }
}
