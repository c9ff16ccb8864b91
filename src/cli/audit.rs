//! `ceknomor audit`: the record of who did what, for the shell and for programs.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use super::shared::{known, open};
use crate::{
    clock::{Clock, SystemClock, WIB},
    config::{DataSettings, id},
    store::{self, AuditEntry, AuditFilter},
    value::{ChatId, UserId},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "An entry says when, who (a user id, or `system`), in which chat, what, to whom, how
it ended, and the reference of a check: no number and no name. The bot may run
meanwhile. Example:

  ceknomor audit --since 7d --user 123456789 --json")]
pub(super) struct Args {
    /// From which day on (WIB), as in 2026-11-01, or how far back, as in 12h or 7d; without it, all
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Since>,
    /// Only what this person did, or what was done to them
    #[arg(long, value_name = "ID", value_parser = id::<u64>, allow_hyphen_values = true)]
    user: Option<u64>,
    /// Only what was done in this chat, or to it
    #[arg(long, value_name = "ID", value_parser = id::<i64>, allow_hyphen_values = true)]
    chat: Option<i64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Read a backup instead of the data directory
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    #[command(flatten)]
    data: DataSettings,
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    Day(NaiveDate),
    Ago(TimeDelta),
}

fn since(text: &str) -> Result<Since, String> {
    let wrong = || "give a day such as 2026-11-01, or a span such as 12h or 7d".to_owned();
    if let Ok(day) = text.parse() {
        return Ok(Since::Day(day));
    }
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().ok().filter(|number| (0..=1_000_000).contains(number)).ok_or_else(wrong)?;
    match unit {
        "h" => Ok(Since::Ago(TimeDelta::hours(number))),
        "d" => Ok(Since::Ago(TimeDelta::days(number))),
        _ => Err(wrong()),
    }
}

impl Since {
    fn from(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Ago(span) => now.checked_sub_signed(span).unwrap_or(DateTime::UNIX_EPOCH),
            Self::Day(day) => {
                let midnight =
                    day.and_hms_opt(0, 0, 0).and_then(|midnight| WIB.from_local_datetime(&midnight).single());
                midnight.map_or(DateTime::UNIX_EPOCH, |midnight| midnight.to_utc())
            }
        }
    }
}

pub(super) async fn audit(args: Args) -> anyhow::Result<ExitCode> {
    let from = args.since.map_or(DateTime::UNIX_EPOCH, |since| since.from(SystemClock.now()));
    let filter = AuditFilter { user: args.user.map(UserId), chat: args.chat.map(ChatId), ..AuditFilter::default() };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut unheard = None;
    let each = |entry: AuditEntry| {
        let written = if !filter.fits(&entry) {
            Ok(())
        } else if args.json {
            writeln!(out, "{}", json(&entry))
        } else {
            writeln!(out, "{}", line(&entry))
        };
        // Kept as it is: a reader that has gone is nothing to complain of.
        written.map_err(|error| {
            let kind = error.kind();
            unheard = Some(error);
            kind.into()
        })
    };
    let read = match &args.backup {
        Some(file) => store::audit_of_backup(&mut open(file)?, from, each),
        None => store::audit_of_dir(&args.data.dir, from, each).await,
    };
    if let Some(error) = unheard {
        return Err(error.into());
    }
    read.map_err(|error| anyhow!("{error}"))?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// An entry for a program.
fn json(entry: &AuditEntry) -> Value {
    known(json!({
        "at": entry.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "by": entry.by.map_or(json!("system"), |user| json!(user.0)),
        "chat": entry.chat.map(|chat| chat.0),
        "act": entry.act,
        "on": entry.on.map(|on| on.0),
        "provider": entry.provider.map(|provider| provider.name()),
        "outcome": entry.outcome,
        "reference": entry.reference.map(|reference| reference.to_string()),
    }))
}

/// An entry for a reader: `2026-11-22 14:05:06  42  in -100123  check PLN  found  0b5e2ba4-…`.
fn line(entry: &AuditEntry) -> String {
    let at = entry.at.with_timezone(&WIB).format("%Y-%m-%d %H:%M:%S");
    let by = entry.by.map_or("system".to_owned(), |user| user.to_string());
    let mut what = entry.act.to_string();
    if let Some(provider) = entry.provider {
        what = format!("{what} {}", provider.name());
    }
    let mut parts = vec![at.to_string(), by];
    parts.extend(entry.chat.map(|chat| format!("in {chat}")));
    parts.push(what);
    parts.extend(entry.on.map(|on| format!("on {on}")));
    parts.push(entry.outcome.to_string());
    parts.extend(entry.reference.map(|reference| reference.to_string()));
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_span_says_from_when() {
        let now = "2026-11-22T07:05:00Z".parse().unwrap();
        let from = |text| since(text).map(|since| since.from(now).to_rfc3339());
        assert_eq!(from("2026-11-01"), Ok("2026-10-31T17:00:00+00:00".to_owned()));
        assert_eq!(from("7d"), Ok("2026-11-15T07:05:00+00:00".to_owned()));
        assert_eq!(from("12h"), Ok("2026-11-21T19:05:00+00:00".to_owned()));
        for text in ["", "d", "7", "-1d", "7w", "2026-13-01", "7\u{e9}"] {
            assert!(from(text).is_err(), "{text}");
        }
    }
}
