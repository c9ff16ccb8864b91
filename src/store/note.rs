//! Where the rest of the program notes who did what: a view over [`AuditLog`].

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{AuditEntry, AuditFilter, AuditLog, AuditPage, AuditPlace, Error};

/// Where the rest of the program notes what was done.
#[derive(Clone)]
pub struct Audit(Arc<dyn AuditLog>);

impl Audit {
    /// Notes go into `log`.
    pub fn new(log: Arc<dyn AuditLog>) -> Self {
        Self(log)
    }

    /// Notes what was done. It is done by then: a store that fails costs the entry, and is logged.
    pub async fn note(&self, entry: AuditEntry) {
        let act = entry.act.name();
        if let Err(error) = self.0.append_audit(entry).await {
            tracing::error!(%error, act, "what was done could not be noted");
        }
    }

    /// Entries of `from` or later, rising: see [`AuditLog::audit_since`].
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn since(
        &self,
        from: DateTime<Utc>,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditEntry)>, Error> {
        self.0.audit_since(from, after, limit).await
    }

    /// A page of the record.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn page(
        &self,
        filter: &AuditFilter,
        older_than: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, Error> {
        self.0.audit_page(filter, older_than, limit).await
    }
}
