//! Retention: what is older than the operator wants to keep, and what is expired, is deleted.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Deletion, Error, Store};

/// How much is deleted at a time: other writes wait no longer than for that.
const STEP: usize = 500;

/// What a purge deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many records of checks.
    pub records: usize,
    /// How many expired rows.
    pub rows: usize,
    /// How many entries of who did what.
    pub audit: usize,
}

/// Deletes records of checks that ended more than `keep_days` days before `now` (0: none), entries of who did what from
/// more than `audit_days` before it (0: none), and expired rows. To be
/// called from time to time; what a call that is dropped or fails leaves is deleted by the next one.
///
/// # Errors
/// The store failed; some may be deleted.
pub async fn purge(store: &dyn Store, now: DateTime<Utc>, keep_days: u32, audit_days: u32) -> Result<Purged, Error> {
    let mut purged = Purged::default();
    let oldest = |days: u32| now.checked_sub_signed(TimeDelta::days(days.into())).filter(|_| days > 0);
    if let Some(oldest) = oldest(keep_days) {
        loop {
            let deleted = store.delete(&Deletion::Before(oldest), STEP).await?;
            purged.records += deleted;
            if deleted == 0 {
                break;
            }
        }
    }
    if let Some(oldest) = oldest(audit_days) {
        loop {
            let deleted = store.purge_audit(oldest, STEP).await?;
            purged.audit += deleted;
            if deleted == 0 {
                break;
            }
        }
    }
    loop {
        let deleted = store.purge(now, STEP).await?;
        purged.rows += deleted;
        if deleted == 0 {
            return Ok(purged);
        }
    }
}
