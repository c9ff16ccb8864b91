//! The command line: one file for each command. Here alone errors become text and exit codes.

mod audit;
mod backup;
mod cek;
mod demo;
mod doctor;
mod forget;
mod keygen;
mod logging;
mod run;
mod sandbox;

use std::{env, error::Error as _, process::ExitCode};

use clap::{
    Arg, CommandFactory, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};
use tracing_subscriber::filter::LevelFilter;

use crate::config::EnvFile;

/// Check a customer number before you sell: a Telegram bot for Indonesian resellers
///
/// Every setting is a flag and an environment variable; a `.env` file in the
/// working directory, or in one above it, is read too; what the environment has
/// already stays. A variable that is empty counts as not set.
#[derive(Parser, Debug)]
// Shown line by line as it stands above: a terminal has 80 columns.
#[command(name = "ceknomor", version, about, disable_help_subcommand = true, verbatim_doc_comment)]
pub struct Cli {
    /// What to log: `info`, `debug`, `ceknomor::klikoo=debug` …
    #[arg(long, env = "RUST_LOG", value_name = "LEVEL", global = true)]
    log: Option<logging::Levels>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the bot, until SIGTERM or Ctrl-C; SIGHUP reads catalog and lists anew
    Run(run::Args),
    /// Hold the bot's conversation here: needs no account, token or network
    Demo(demo::Args),
    /// Check one number at Klikoo
    Cek(cek::Args),
    /// Check every part of the set-up and say the remedy for what fails
    Doctor(doctor::Args),
    /// Make an RSA-2048 key pair; print what to paste into Klikoo's dashboard
    Keygen(keygen::Args),
    /// Back up all that is kept to one file; the bot may run meanwhile
    Backup(backup::BackupArgs),
    /// Put a backup into a new or empty data directory
    Restore(backup::RestoreArgs),
    /// Delete for good what is kept of a chat, a person or a number; the bot must not run
    Forget(forget::Args),
    /// Print the record of who did what; the bot may run meanwhile
    Audit(audit::Args),
    /// Run a Klikoo of one's own on a port, for trying things out
    Sandbox(sandbox::Args),
}

impl Cli {
    /// Reads the command line and the environment. What is wrong with the command line is told by clap, which ends the
    /// process with 2; so does a request for help, with 0.
    ///
    /// # Errors
    /// A variable with a value that cannot be, told by the variable's name, since clap would name a flag.
    pub fn read() -> anyhow::Result<Self> {
        Self::try_parse().or_else(|error| match wrong_variable(&error) {
            Some(line) => Err(anyhow::Error::msg(line)),
            None => error.exit(),
        })
    }

    /// Carries the command out; `env_file` is what was read into the environment. Gives the exit code; an error is for `main` to print.
    pub async fn carry_out(self, env_file: EnvFile) -> anyhow::Result<ExitCode> {
        let default_level = match self.command {
            Command::Run(_) | Command::Sandbox(_) => LevelFilter::INFO,
            _ => LevelFilter::OFF,
        };
        logging::start(self.log, default_level);
        match self.command {
            Command::Run(args) => run::run(args, env_file).await,
            Command::Demo(args) => demo::demo(args).await,
            Command::Cek(args) => cek::cek(args).await,
            Command::Doctor(args) => doctor::doctor(args).await,
            Command::Keygen(args) => keygen::keygen(&args),
            Command::Backup(args) => backup::backup(&args).await,
            Command::Restore(args) => backup::restore(&args).await,
            Command::Forget(args) => forget::forget(&args).await,
            Command::Audit(args) => audit::audit(args).await,
            Command::Sandbox(args) => sandbox::sandbox(args).await,
        }
    }
}

/// The variable that clap complains of, and what is wrong with it; `None` where the complaint is of the command line.
fn wrong_variable(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    // It is shown with its value's name: `--patience <MINUTES>`.
    let flag = shown.split_whitespace().next()?.strip_prefix("--")?;
    let is_flag = |word: &str| word.strip_prefix("--").and_then(|word| word.split('=').next()) == Some(flag);
    if env::args_os().any(|word| word.to_str().is_some_and(is_flag)) {
        return None;
    }
    let commands = Cli::command();
    let args = commands.get_subcommands().flat_map(clap::Command::get_arguments);
    let variable =
        commands.get_arguments().chain(args).find(|arg| arg.get_long() == Some(flag)).and_then(Arg::get_env)?;
    Some(format!("{}: {}", variable.display(), error.source()?))
}
