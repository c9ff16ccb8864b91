//! What is known of the bot besides what the store has, and what the operator wants to be told.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::value::Rupiah;

/// Where backups are made at all, one that is older than this is an incident.
pub const MAX_BACKUP_AGE: TimeDelta = TimeDelta::days(2);

/// Tells how much room the disk of the data directory has, in bytes; `None` where that is not to be learned.
pub type FreeDisk = Arc<dyn Fn() -> Option<u64> + Send + Sync>;

/// What the operator wants to be told.
#[derive(Clone, Default)]
pub struct BoardSettings {
    /// A lower balance is an incident; `None`: it is not looked at.
    pub least_balance: Option<Rupiah>,
    /// From which hour (WIB) the daily report is sent; `None`: there is none.
    pub report_hour: Option<u32>,
    /// Asks for the room on the disk.
    pub free_disk: Option<FreeDisk>,
}

/// What is known of the bot besides what the store has. In memory alone: it begins anew with the process.
pub struct Board {
    /// What the operator wants to be told.
    pub settings: BoardSettings,
    pub(super) started: DateTime<Utc>,
    /// When Telegram last answered `getUpdates` or called the webhook, in milliseconds since 1970; 0: not yet.
    heard: AtomicI64,
    /// The balance, and when it was asked for.
    pub(super) balance: Mutex<Option<(Rupiah, DateTime<Utc>)>>,
}

impl Board {
    /// That of a bot which starts now.
    pub fn new(settings: BoardSettings, now: DateTime<Utc>) -> Self {
        Self { settings, started: now, heard: AtomicI64::new(0), balance: Mutex::new(None) }
    }

    /// Telegram has answered `getUpdates`, or has called the webhook.
    pub fn note_heard(&self, now: DateTime<Utc>) {
        self.heard.store(now.timestamp_millis(), Relaxed);
    }

    /// The room on the disk, in bytes.
    pub fn free_disk(&self) -> Option<u64> {
        self.settings.free_disk.as_ref().and_then(|free| free())
    }

    pub(super) fn heard(&self) -> Option<DateTime<Utc>> {
        let millis = self.heard.load(Relaxed);
        DateTime::from_timestamp_millis(millis).filter(|_| millis > 0)
    }
}
