//! The program: settings, runtime, one error line and an exit code. What it does is in the library; start at `src/lib.rs`.

use std::{io::Write, process::ExitCode, time::Duration};

use ceknomor::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    match try_main() {
        Ok(code) => code,
        Err(error) => {
            // Where even standard error is closed, the exit code is all that is left to say.
            let _ = writeln!(std::io::stderr(), "ceknomor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn try_main() -> anyhow::Result<ExitCode> {
    read_env_file()?;
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(cli.carry_out());
    // A read of standard input that nobody waits for any more must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

/// Reads `.env`, if there is one here or in a directory above; what the environment has already stays.
fn read_env_file() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        // The library's own text would show the line, which may hold a secret.
        Err(dotenvy::Error::LineParse(..)) => {
            anyhow::bail!(
                "the .env file has a line that cannot be read: write NAME=value, and quote values with spaces"
            )
        }
        Err(error) if !error.not_found() => anyhow::bail!("cannot read the .env file: {error}"),
        _ => Ok(()),
    }
}
