//! `ceknomor forget`: deletes for good what is kept of a chat, a person or a customer's number, while no bot runs.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::anyhow;

use super::shared::count;
use crate::{
    clock::{Clock, SystemClock},
    config::{DataSettings, id},
    store::{self, AuditAct, AuditEntry, AuditLog as _, Preferences, SledStore, Target},
    value::{ChatId, CustomerNumber, UserId},
};

#[derive(clap::Args, Debug)]
#[command(
    group = clap::ArgGroup::new("target").required(true),
    after_help = "Stop the bot first: this opens its data directory. Roles, the choices of chats and the
record of who did what stay. What was deleted is noted in `deletions.jsonl` in the
data directory, so that `ceknomor restore` does not bring it back. Older backups
hold it still: delete them when you can. Example:

  ceknomor forget --number 01105691111"
)]
pub(super) struct Args {
    /// A chat, by its id: its checks, lists, questions and searches
    #[arg(long, value_name = "ID", group = "target", value_parser = id::<i64>, allow_hyphen_values = true)]
    chat: Option<i64>,
    /// An agent, by id: the same of theirs in every chat, their customers and their name
    #[arg(long, value_name = "ID", group = "target", value_parser = id::<u64>, allow_hyphen_values = true)]
    user: Option<u64>,
    /// A customer's number: every check, list and kept customer with it, in every chat
    #[arg(long, value_name = "DIGITS", group = "target")]
    number: Option<String>,
    #[command(flatten)]
    data: DataSettings,
}

pub(super) async fn forget(args: &Args) -> anyhow::Result<ExitCode> {
    let target = match (args.chat, args.user, &args.number) {
        (Some(chat), ..) => Target::Chat(ChatId(chat)),
        (_, Some(user), _) => Target::Agent(UserId(user)),
        (.., number) => {
            let number = number.as_deref().and_then(CustomerNumber::from_record);
            Target::Number(number.ok_or_else(|| anyhow!("--number takes the digits of a number, such as 01105691111"))?)
        }
    };
    let dir = &args.data.dir;
    // Where it cannot be looked for, the store says why.
    if let Ok(false) = dir.join("store.json").try_exists() {
        let remedy = "run this in the bot's directory, or set CEKNOMOR_DATA_DIR";
        return Err(anyhow!("there is no data in {}: {remedy}", dir.display()));
    }
    let store = Arc::new(SledStore::open(dir).map_err(|error| match error {
        store::Error::InUse(_) => anyhow!("{} is in use: stop the bot first, then run this again", dir.display()),
        error => error.into(),
    })?);
    let target = match target {
        // What is kept of a supergroup is kept under the id that it had as a group.
        Target::Chat(chat) => {
            let first = Preferences::new(store.clone()).migrated_from(chat).await?;
            Target::Chat(first.unwrap_or(chat))
        }
        target => target,
    };
    let jobs = store::end_jobs(&*store, &target).await?;
    let gone = store::forget(&*store, &*store, &target, SystemClock.now()).await?;
    let entry = AuditEntry::system(AuditAct::Delete, "shell", SystemClock.now());
    let on = match target {
        Target::Chat(chat) | Target::AgentInChat(chat, _) => Some(chat),
        Target::Agent(user) => i64::try_from(user.0).ok().map(ChatId),
        Target::Number(_) => None,
    };
    store.append_audit(AuditEntry { on, ..entry }).await?;
    store.close().await?;
    let (checks, jobs) = (count(gone.records, "check"), count(jobs, "waiting job"));
    let rows = count(gone.rows, "other entry");
    let mut out = io::stdout().lock();
    writeln!(out, "Deleted: {checks}, {rows} (customers, lists, searches), {jobs}.")?;
    // The files of the store hold what was deleted until they are written anew.
    store::rewrite(dir)?;
    writeln!(out, "The store was written anew. Backups made before this hold it still; `restore` leaves it out.")?;
    Ok(ExitCode::SUCCESS)
}
