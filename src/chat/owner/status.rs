//! `/status` and `/saldo`: how the bot does.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    super::{
        conversation::Conversation,
        message::{Asker, Reply},
    },
    incident::megabytes,
    statistics::Statistics,
};
use crate::{
    klikoo,
    locale::{Html, Words, moment, seconds, time},
    say,
    store::{Load, RowKind},
    value::Rupiah,
};

/// How long a balance is told again without asking for it.
const BALANCE_GOOD_FOR: TimeDelta = TimeDelta::minutes(1);

impl Conversation {
    /// The partner's balance, and when it was asked for: at most once a minute, whoever asks.
    ///
    /// # Errors
    /// What is known instead.
    pub async fn balance(&self) -> Result<(Rupiah, DateTime<Utc>), klikoo::Error> {
        let mut known = self.board.balance.lock().await;
        let now = self.clock.now();
        if let Some((balance, asked)) = *known
            && (asked..asked + BALANCE_GOOD_FOR).contains(&now)
        {
            return Ok((balance, asked));
        }
        let balance = self.inquiry.balance().await?;
        *known = Some((balance, now));
        Ok((balance, now))
    }

    /// When the last backup was made, if ever one was.
    pub async fn last_backup(&self) -> Option<DateTime<Utc>> {
        let row = self.rows.get(RowKind::LastBackup, "", DateTime::UNIX_EPOCH).await;
        let row = row.inspect_err(|error| tracing::error!(%error, "the time of the last backup cannot be read"));
        row.ok()??.parse().ok().and_then(DateTime::from_timestamp_millis)
    }

    /// `/saldo`.
    pub(in super::super) async fn say_balance(&self, words: Words<'_>) -> Html {
        match self.balance().await {
            Ok((balance, asked)) => say!(words, "balance", balance = balance, time = time(asked)),
            Err(error) => {
                tracing::warn!(%error, "the balance cannot be asked for");
                say!(words, "balance-unknown", error = error.to_string())
            }
        }
    }

    /// `/status`; `load` is what waits.
    pub async fn status(&self, asker: &Asker, load: Option<Load>) -> Reply {
        let (words, now) = (self.words(asker.chat).await, self.clock.now());
        let mut lines = vec![say!(
            words,
            "status-heading",
            version = env!("CARGO_PKG_VERSION"),
            uptime = span(words, now - self.board.started)
        )];
        lines.push(match self.board.heard() {
            Some(heard) => say!(words, "status-telegram", ago = span(words, now - heard)),
            None => say!(words, "status-telegram-never"),
        });
        lines.push(match Statistics::of_today(&self.audit, now).await {
            Ok(today) => say!(words, "status-checks", today = today.figures.all.checks, hour = today.this_hour(now)),
            Err(error) => {
                tracing::error!(%error, "the checks of today cannot be counted");
                say!(words, "status-checks-unknown")
            }
        });
        for (provider, health) in
            self.inquiry.health().into_iter().filter(|(_, health)| health.checks > 0 || health.is_down)
        {
            let percent = (u64::from(health.answered) * 100).checked_div(u64::from(health.checks)).unwrap_or_default();
            let median = health.median.map_or("–".to_owned(), |median| seconds(median, words));
            let checks = health.checks;
            lines.push(match health.is_down {
                true => say!(words, "status-provider-down", provider = provider, checks = checks, percent = percent),
                false => say!(
                    words,
                    "status-provider",
                    provider = provider,
                    checks = checks,
                    percent = percent,
                    median = median
                ),
            });
        }
        if let Some(Load { ready, running, waiting }) = load {
            // One of those that run is this command itself.
            let running = running.saturating_sub(1);
            lines.push(say!(words, "status-waiting", ready = ready, running = running, waiting = waiting));
        }
        lines.push(self.say_balance(words).await);
        if let Some(free) = self.board.free_disk() {
            lines.push(say!(words, "status-disk", free = megabytes(free)));
        }
        lines.push(match self.last_backup().await {
            Some(last) => say!(words, "status-backup", last = moment(last, now, words)),
            None => say!(words, "status-backup-never"),
        });
        Html::lines(lines).into()
    }
}

/// A span in its two largest units: `3 hari 4 jam`, `12 menit`, `8 detik`.
pub(super) fn span(words: Words<'_>, span: TimeDelta) -> Html {
    let span = span.to_std().unwrap_or(Duration::ZERO).as_secs();
    match span {
        0..60 => say!(words, "span-seconds", count = span),
        60..3600 => say!(words, "span-minutes", count = span / 60),
        3600..86_400 => say!(words, "span-hours", hours = span / 3600, minutes = span % 3600 / 60),
        _ => say!(words, "span-days", days = span / 86_400, hours = span % 86_400 / 3600),
    }
}
