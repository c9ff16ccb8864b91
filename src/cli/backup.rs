//! `ceknomor backup` and `ceknomor restore`: all that is kept, in one file and back again.

use std::{
    fmt::Display,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    clock::SystemClock,
    config::DataSettings,
    store::{self, Summary},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "The file holds what the data directory holds, customers' names too, and is
readable by you alone. Run this as the bot's own user. Example, every night:

  ceknomor backup /var/backups/ceknomor/$(date +%F)")]
pub(super) struct BackupArgs {
    /// Where to write the backup; an existing file is never overwritten
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataSettings,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "What is in the data directory now is kept there, in before-restore/, which is a
data directory itself. Run this as the bot's own user. A file that is damaged is
refused, and nothing is changed.")]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataSettings,
}

pub(super) async fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let made = store::backup(args.data.dir(), &args.file, &SystemClock).await?;
    print(format_args!("{} holds {}.", args.file.display(), told(&made)))
}

pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let restored = store::restore(args.data.dir(), &args.file)?;
    let (dir, what) = (args.data.dir().display(), told(&restored.backup));
    let before = restored.before.as_deref().map(Path::display);
    let before =
        before.map(|before| format!("\nWhat was there before is in {before}: remove it when you no longer need it."));
    print(format_args!("{dir} holds {what}.{}", before.unwrap_or_default()))
}

/// What is in a backup, in words.
fn told(summary: &Summary) -> String {
    let Summary { at, checks, choices, open, bytes } = summary;
    let at = at.format("%Y-%m-%d %H:%M:%S WIB");
    let (checks, choices, open) =
        (count(*checks, "check"), count(*choices, "setting"), count(*open, "unanswered question"));
    format!("{checks}, {choices} and {open}, as of {at} ({bytes} bytes)")
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn print(line: impl Display) -> anyhow::Result<ExitCode> {
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(ExitCode::SUCCESS)
}
