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
mod shared;

use std::{error::Error as _, process::ExitCode};

use clap::{
    Arg, Command as ClapCommand, CommandFactory, FromArgMatches, Parser, Subcommand,
    builder::Resettable,
    error::{ContextKind, ContextValue, ErrorKind},
};
use tracing_subscriber::filter::LevelFilter;

use crate::config::{EnvFile, Settings, is_given};

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
    #[arg(long, env = "RUST_LOG", value_name = "LEVEL", global = true, display_order = 900)]
    log: Option<logging::Levels>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the bot, until SIGTERM or Ctrl-C; SIGHUP reads catalog and lists anew
    #[command(next_line_help = true)]
    Run(Settings),
    /// Hold the bot's conversation here: needs no account, token or network
    Demo(demo::Args),
    /// Check one number at Klikoo
    Cek(cek::Args),
    /// Check every part of the set-up and say the remedy for what fails
    #[command(next_line_help = true, after_help = doctor::EXIT_CODES)]
    Doctor(Settings),
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
        let of_set = |arg: Arg| if is_blank(&arg) { arg.env(Resettable::Reset) } else { arg };
        let mut command = Self::command().mut_args(of_set).mut_subcommands(|command| command.mut_args(of_set));
        let read = command.try_get_matches_from_mut(std::env::args_os()).and_then(|read| Self::from_arg_matches(&read));
        read.or_else(|error| match (error.kind(), wrong_variable(&error)) {
            (ErrorKind::DisplayHelp, _) => Ok(Self::parse()),
            (_, Some(line)) => Err(anyhow::Error::msg(line)),
            (_, None) => error.exit(),
        })
    }

    /// Carries the command out; `env_file` is what was read into the environment. Gives the exit code; an error is for
    /// `main` to print.
    pub async fn carry_out(self, env_file: EnvFile) -> anyhow::Result<ExitCode> {
        let default_level = match self.command {
            Command::Run(_) | Command::Sandbox(_) => LevelFilter::INFO,
            _ => LevelFilter::OFF,
        };
        logging::start(self.log, default_level);
        match self.command {
            Command::Run(settings) => {
                for name in env_file.unknown(is_variable) {
                    tracing::warn!("{name} of .env is no setting: look for its right name in .env.example");
                }
                run::run(settings, env_file).await
            }
            Command::Demo(args) => demo::demo(args).await,
            Command::Cek(args) => cek::cek(args).await,
            Command::Doctor(settings) => doctor::doctor(settings, &env_file.unknown(is_variable)).await,
            Command::Keygen(args) => keygen::keygen(&args),
            Command::Backup(args) => backup::backup(&args).await,
            Command::Restore(args) => backup::restore(&args).await,
            Command::Forget(args) => forget::forget(&args).await,
            Command::Audit(args) => audit::audit(args).await,
            Command::Sandbox(args) => sandbox::sandbox(args).await,
        }
    }
}

/// Whether a setting's variable is there and empty, as in a copied `.env.example`: it counts as not set.
fn is_blank(arg: &Arg) -> bool {
    let value = arg.get_env().and_then(std::env::var_os);
    value.is_some_and(|value| value.to_str().is_some_and(|value| value.trim().is_empty()))
}

/// The variables and flags of all commands.
fn settings() -> Vec<Arg> {
    let command = Cli::command();
    let commands = [&command].into_iter().chain(command.get_subcommands());
    commands.flat_map(ClapCommand::get_arguments).filter(|arg| arg.get_env().is_some()).cloned().collect()
}

/// Whether an environment variable is a setting.
fn is_variable(name: &str) -> bool {
    settings().iter().any(|arg| arg.get_env().is_some_and(|variable| variable == name))
}

/// The variable that clap complains of, and what is wrong with it; `None` where the complaint is of the command line.
fn wrong_variable(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    // It is shown with its value's name: `--patience <MINUTES>`.
    let flag = shown.split_whitespace().next().filter(|flag| !is_given(flag))?;
    let setting = settings().into_iter().find(|arg| arg.get_long() == flag.strip_prefix("--"))?;
    let wrong = Some(error).filter(|error| error.kind() == ErrorKind::ValueValidation)?.source()?;
    Some(format!("{}: {wrong}", setting.get_env()?.display()))
}
