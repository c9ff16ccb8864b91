//! Retention: what is older than the operator wants to keep, and what is expired, is deleted.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ChatOptions, Deletion, Error, MAX_PAGE_LEN, RowKind, Store};
use crate::value::ChatId;

/// How much is deleted at a time: other writes wait no longer than for that.
pub(super) const STEP: usize = 500;

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

/// Deletes records of checks that ended more than `keep_days` days before `now` (0: none), or more days than their chat
/// has chosen; since when people are in a group, where nothing older is kept; entries of who did what from more than
/// `audit_days` before it (0: none); and expired rows. To be called from time to time; what a call that is dropped or
/// fails leaves is deleted by the next one.
///
/// # Errors
/// The store failed; some may be deleted.
pub async fn purge(store: &dyn Store, now: DateTime<Utc>, keep_days: u32, audit_days: u32) -> Result<Purged, Error> {
    let mut purged = Purged::default();
    if let Some(oldest) = before(now, keep_days) {
        let what = Deletion::Before(None, oldest);
        purged.records += until_none(|| store.delete(&what, STEP)).await?;
        purged.rows += purge_joined(store, oldest).await?;
    }
    let mut after = None;
    loop {
        let chats = store.list(RowKind::ChatOptions, after.as_deref(), MAX_PAGE_LEN).await?;
        let Some(last) = chats.last() else { break };
        after = Some(last.key.clone());
        for row in &chats {
            let days = serde_json::from_str::<ChatOptions>(&row.value).ok().and_then(|options| options.keep_days);
            let oldest = days.and_then(|days| before(now, days));
            if let (Some(oldest), Ok(chat)) = (oldest, row.key.parse()) {
                let what = Deletion::Before(Some(ChatId(chat)), oldest);
                purged.records += until_none(|| store.delete(&what, STEP)).await?;
            }
        }
    }
    if let Some(oldest) = before(now, audit_days) {
        purged.audit = until_none(|| store.purge_audit(oldest, STEP)).await?;
    }
    purged.rows += until_none(|| store.purge(now, STEP)).await?;
    Ok(purged)
}

/// Deletes since when people are in their groups, where that is before `oldest`: of what they must not see nothing is
/// left. By the days of now, and not those of their joining: where the operator keeps checks for longer since, it
/// matters for longer.
async fn purge_joined(store: &dyn Store, oldest: DateTime<Utc>) -> Result<usize, Error> {
    let (mut purged, mut after) = (0, None);
    loop {
        let joined = store.list(RowKind::Joined, after.as_deref(), MAX_PAGE_LEN).await?;
        let Some(last) = joined.last() else { return Ok(purged) };
        after = Some(last.key.clone());
        for row in &joined {
            if row.value.parse().ok().and_then(DateTime::from_timestamp_millis).is_some_and(|since| since < oldest) {
                purged += usize::from(store.remove(RowKind::Joined, &row.key).await?);
            }
        }
    }
}

/// The moment so many days before `now`; `None` for 0 days, which stand for ever.
fn before(now: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
    now.checked_sub_signed(TimeDelta::days(days.into())).filter(|_| days > 0)
}

/// Deletes step by step until none is left; gives how many there were.
pub(super) async fn until_none<F: Future<Output = Result<usize, Error>>>(step: impl Fn() -> F) -> Result<usize, Error> {
    let mut all = 0;
    loop {
        match step().await? {
            0 => return Ok(all),
            deleted => all += deleted,
        }
    }
}
