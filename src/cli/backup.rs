//! `ceknomor backup` and `ceknomor restore`: all that is kept, in one file and back again.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use tokio::io::AsyncWriteExt;

use super::shared::{cannot_write, count, create_private, open};
use crate::{
    clock::{Clock, SystemClock, WIB},
    config::DataSettings,
    store::{self, Summary},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "The file holds what the data directory holds, customers' names too, and is
readable by you alone. Run this as the bot's own user. Example, every night:

  ceknomor backup /var/backups/ceknomor/$(date +%F).jsonl")]
pub(super) struct BackupArgs {
    /// Where to write the backup, `-` for standard output; an existing file is never overwritten
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataSettings,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "The data directory has to be new or empty, but for `deletions.jsonl` of an earlier
one, which says what was deleted and who was taken off since. Invitations and
requests to be let in are left out. Nothing is overwritten. Run this as the bot's
own user. A file that is damaged is refused, and nothing is changed.")]
pub(super) struct RestoreArgs {
    /// The backup, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataSettings,
}

pub(super) async fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let (dir, now) = (&args.data.dir, SystemClock.now());
    if args.file == Path::new("-") {
        let made = store::backup_dir(dir, now, &mut tokio::io::stdout()).await?;
        writeln!(io::stderr(), "ceknomor: {}", told(&made))?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = &args.file;
    if file.exists() {
        return Err(cannot_write(file, &io::ErrorKind::AlreadyExists.into()));
    }
    // The file gets its name when it is whole.
    let partial = file.with_added_extension("partial");
    let out = create_private(&partial, OpenOptions::new().create(true).truncate(true))?;
    let made = write(dir, now, out.into()).await.inspect_err(|_| drop(std::fs::remove_file(&partial)))?;
    std::fs::rename(&partial, file).map_err(|error| cannot_write(file, &error))?;
    writeln!(io::stdout().lock(), "{} holds {}.", file.display(), told(&made))?;
    Ok(ExitCode::SUCCESS)
}

async fn write(dir: &Path, now: DateTime<Utc>, mut out: tokio::fs::File) -> anyhow::Result<Summary> {
    let made = store::backup_dir(dir, now, &mut out).await?;
    out.flush().await?;
    out.sync_all().await?;
    Ok(made)
}

pub(super) async fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let input = if args.file == Path::new("-") {
        // A file of its own, since the command reads the backup twice.
        File::open("/dev/stdin").context("cannot read standard input")?
    } else {
        open(&args.file)?
    };
    let dir = &args.data.dir;
    let restored = store::restore_dir(dir, input).await?;
    writeln!(io::stdout().lock(), "{} holds {}.", dir.display(), told(&restored.backup))?;
    if restored.left_out.deleted > 0 {
        let left_out = count(restored.left_out.deleted, "entry");
        writeln!(io::stdout().lock(), "Left out, because it was deleted for good: {left_out}.")?;
    }
    if restored.left_out.doors > 0 {
        let left_out = restored.left_out.doors;
        writeln!(io::stdout().lock(), "Left out: {left_out} invitations and requests to be let in. Make new ones.")?;
    }
    if !restored.knows_deletions {
        writeln!(
            io::stderr(),
            "ceknomor: what was deleted for good (/hapusdata, `ceknomor forget`) after the backup was made is not known \
             here and is back again, and so are agents who were taken off or blocked: look through /agen. To leave it \
             out: put deletions.jsonl of the old data directory into an empty one, and restore into that."
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is in a backup, in words.
fn told(summary: &Summary) -> String {
    let counts = &summary.counts;
    let at = summary.made.with_timezone(&WIB).format("%Y-%m-%d %H:%M:%S WIB");
    let checks = count(counts.records, "check");
    let (rows, jobs) = (count(counts.rows, "setting"), count(counts.jobs, "unanswered job"));
    format!("{checks}, {rows} and {jobs}, as of {at}")
}
