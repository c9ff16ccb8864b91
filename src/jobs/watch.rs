//! What is looked at every minute, so that owners hear of it: the balance, the disk, backups, providers that are down,
//! incidents that are over; and the daily report.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use tokio::time::{MissedTickBehavior, interval};

use super::{runner::Runner, worker::Worker};
use crate::{
    chat::{Alert, ForOwners, Incident, MAX_BACKUP_AGE},
    clock::WIB,
    klikoo::Fault,
    store::{Row, RowKind},
    value::Provider,
};

/// A provider that is down for as long is an incident.
const DOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// How often the balance is asked for.
const BALANCE_EVERY: TimeDelta = TimeDelta::minutes(15);

/// With less room on the disk than this, in bytes, owners are told; the store refuses to write with 16 MiB.
const LEAST_DISK: u64 = 256 * 1024 * 1024;

/// What the watch has seen. In memory alone: after a restart a provider is down from when that is seen again.
#[derive(Default)]
struct Seen {
    down: HashMap<Provider, DateTime<Utc>>,
    balance_asked: Option<DateTime<Utc>>,
}

impl Runner {
    /// Looks, at once and then every [`Bounds::watch`](super::Bounds::watch), until it is dropped.
    pub async fn watch(self: Arc<Self>) {
        let mut times = interval(self.worker.bounds.watch);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = Seen::default();
        loop {
            times.tick().await;
            self.worker.look(&mut seen).await;
        }
    }
}

impl Worker {
    /// Looks at everything once.
    async fn look(&self, seen: &mut Seen) {
        self.look_at_providers(seen).await;
        self.look_at_disk().await;
        self.look_at_balance(seen).await;
        self.look_at_backups().await;
        self.incidents.look_at_store().await;
        for (incident, since) in self.incidents.settled().await {
            tracing::info!(?incident, "an incident is over");
            self.say_to_owners(&ForOwners::Over(&incident, since)).await;
        }
        self.report_daily().await;
    }

    async fn look_at_providers(&self, seen: &mut Seen) {
        let now = self.now();
        for (provider, health) in self.conversation.inquiry.health() {
            if !health.is_down {
                seen.down.remove(&provider);
                self.incidents.well(|incident| *incident == Incident::Provider(provider)).await;
            } else if now - *seen.down.entry(provider).or_insert(now) >= DOWN_FOR {
                self.tell_owners(&Alert::Provider { provider });
            }
        }
    }

    async fn look_at_disk(&self) {
        match self.conversation.board.free_disk() {
            Some(free) if free < LEAST_DISK => self.tell_owners(&Alert::Disk { free }),
            // A little more than the limit: else a file that comes and goes would be one incident after another.
            Some(free) if free > LEAST_DISK / 4 * 5 => self.incidents.well(|one| *one == Incident::Disk).await,
            _ => {}
        }
    }

    async fn look_at_balance(&self, seen: &mut Seen) {
        let (board, now) = (&self.conversation.board, self.now());
        let Some(least) = board.settings.least_balance else { return };
        if seen.balance_asked.is_some_and(|asked| (asked..asked + BALANCE_EVERY).contains(&now)) {
            return;
        }
        seen.balance_asked = Some(now);
        match self.conversation.balance().await {
            Ok((balance, _)) if balance < least => self.tell_owners(&Alert::Balance { balance, least }),
            Ok(_) => self.incidents.well(|one| *one == Incident::Balance || one.is_of_account()).await,
            Err(error) => match error.fault.root() {
                Fault::Operator(problem) => {
                    self.tell_owners(&Alert::Account { problem: *problem, code: error.code.clone() });
                }
                _ => tracing::warn!(%error, "the balance cannot be asked for"),
            },
        }
    }

    /// Only where there ever was a backup: who makes none has decided so.
    async fn look_at_backups(&self) {
        match self.conversation.last_backup().await {
            Some(last) if self.now() - last > MAX_BACKUP_AGE => self.tell_owners(&Alert::Backup { last }),
            Some(_) => self.incidents.well(|incident| *incident == Incident::Backup).await,
            None => {}
        }
    }

    /// Says the report of yesterday, once a day from its hour on.
    async fn report_daily(&self) {
        let Some(hour) = self.conversation.board.settings.report_hour else { return };
        let now = self.now();
        let here = now.with_timezone(&WIB);
        let (today, rows) = (here.date_naive().to_string(), &self.conversation.rows);
        let said = match rows.get(RowKind::DailyReport, "", now).await {
            Ok(said) => said,
            Err(error) => return tracing::error!(%error, "whether the daily report was sent cannot be read"),
        };
        if here.hour() < hour || said.as_ref() == Some(&today) || self.conversation.access.owners().is_empty() {
            return;
        }
        // Noted before: owners rather miss one than read it every minute where the disk is full.
        let row = Row { kind: RowKind::DailyReport, key: String::new(), value: today, expires: None };
        if let Err(error) = rows.put(row).await {
            return tracing::error!(%error, "the daily report is not sent: that it was could not be kept");
        }
        if said.is_none() && here.hour() > hour {
            // The setting is new, and its hour is over for today.
            return;
        }
        self.say_to_owners(&ForOwners::DailyReport).await;
    }
}
