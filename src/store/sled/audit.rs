//! The record of who did what, in sled: a tree of its own, by time and then by the order of writing.

use std::ops::Bound::{Excluded, Included, Unbounded};

use ::sled::IVec;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::{
    AuditEntry, AuditFilter, AuditLog, AuditPage, AuditPlace, Error, MAX_AUDIT_SCAN, MAX_PAGE_LEN, codec,
};
use super::database::TreeName::Audit;
use super::keys;
use super::{Needs, SledStore};

#[async_trait]
impl AuditLog for SledStore {
    async fn append_audit(&self, entry: AuditEntry) -> Result<(), Error> {
        self.write(Needs::Durable, move |plan| plan.append_audit(&entry)).await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        older_than: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        let filter = *filter;
        self.read(move |database| {
            let from = filter.from.map_or(Unbounded, |from| Included(keys::audit(start(from))));
            let until = [older_than, filter.until.map(start)].into_iter().flatten().min();
            let until = until.map_or(Unbounded, |until| Excluded(keys::audit(until)));
            let (mut page, mut seen) = (AuditPage::default(), None);
            for (nth, row) in database.range(Audit, (from, until), read).rev().enumerate() {
                let (place, entry) = row?;
                let fits = filter.fits(&entry);
                if nth >= MAX_AUDIT_SCAN || fits && page.entries.len() == limit.min(MAX_PAGE_LEN) {
                    page.older = seen;
                    break;
                }
                seen = Some(place);
                page.entries.extend(fits.then_some((place, entry)));
            }
            Ok(page)
        })
        .await
    }

    async fn audit_since(
        &self,
        from: DateTime<Utc>,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditEntry)>, Error> {
        self.read(move |database| {
            let after = after.filter(|after| *after >= start(from));
            let from = after.map_or_else(|| Included(start(from)), Excluded).map(keys::audit);
            database.range(Audit, (from, Unbounded), read).take(limit.min(MAX_PAGE_LEN)).collect()
        })
        .await
    }

    async fn purge_audit(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, Error> {
        // Entries never change: what is found beside the writer is still right when it gets there.
        let keys: Vec<IVec> = self
            .read(move |database| {
                database.range(Audit, ..keys::audit(start(before)), |key, _| Some(key)).take(limit).collect()
            })
            .await?;
        self.write(Needs::Deletion, move |plan| plan.remove_all(Audit, &keys)).await
    }

    async fn import_audit(&self, entries: Vec<(AuditPlace, AuditEntry)>) -> Result<(), Error> {
        self.write(Needs::Durable, move |plan| {
            entries.iter().for_each(|(place, entry)| plan.put_audit(*place, entry));
        })
        .await
    }
}

/// The least place that an entry of this moment can have.
fn start(at: DateTime<Utc>) -> AuditPlace {
    AuditPlace { millis: u64::try_from(at.timestamp_millis()).unwrap_or_default(), number: 0 }
}

/// The entry of that key, with its place.
fn read(key: IVec, stored: IVec) -> Option<(AuditPlace, AuditEntry)> {
    codec::read_at("an entry of who did what", keys::read_audit(&key), &stored)
}
