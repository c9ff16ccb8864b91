//! The program: settings, runtime, one error line and an exit code. What it does is in the library; start at
//! `src/lib.rs`.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use ceknomor::{cli::Cli, config::EnvFile};

/// The exit code of every error: as `ceknomor cek` says "only the operator can put it right", because its 1 means that
/// the provider knows no such number, which no script may read out of a missing setting.
const TROUBLE: u8 = 4;

/// What shells say of a program whose reader has gone: 128 and SIGPIPE's number.
const UNHEARD: u8 = 128 + 13;

fn main() -> ExitCode {
    match try_main() {
        Ok(code) => code,
        Err(error) if is_unheard(&error) => ExitCode::from(UNHEARD),
        Err(error) => {
            // Every further line stands below the first.
            let text = format!("{error:#}").replace('\n', "\n          ");
            // Where even standard error is closed, the exit code is all that is left to say.
            let _ = writeln!(io::stderr(), "ceknomor: {text}");
            ExitCode::from(TROUBLE)
        }
    }
}

fn try_main() -> anyhow::Result<ExitCode> {
    // What is written, data and backups, is for this user alone, whatever the shell's umask.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let env_file = EnvFile::load()?;
    let cli = Cli::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(cli.carry_out(env_file));
    // A read of standard input whose line is not wanted any more must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

/// Whether the reader of the output has stopped reading, as `head` does: nothing to complain of.
fn is_unheard(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
