//! The program: settings, runtime, one error line and an exit code. What it does is in the library; start at `src/lib.rs`.

use std::{
    collections::HashMap,
    env, fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use ceknomor::cli::Cli;

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
    read_env_file()?;
    let cli = Cli::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(cli.carry_out());
    // A read of standard input that nobody waits for any more must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

/// Whether whoever read the output has stopped reading, as `head` does: nothing to complain of.
fn is_unheard(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Reads `.env`, if there is one here or in a directory above; what the environment has already stays.
fn read_env_file() -> anyhow::Result<()> {
    let here = env::current_dir().unwrap_or_default();
    // Where it may be and cannot be looked for, its settings must not be missed in silence.
    let is_there = |file: &PathBuf| file.is_file() || file.try_exists().is_err();
    let Some(file) = here.ancestors().map(|dir| dir.join(".env")).find(is_there) else { return Ok(()) };
    let shown = file.display();
    let bytes = fs::read(&file).map_err(|error| {
        anyhow::anyhow!("{shown} cannot be read ({error}): make it readable for the user that runs ceknomor")
    })?;
    let text = text_of(&bytes)
        .map_err(|line| anyhow::anyhow!("{shown}:{line}: this is not UTF-8 text: save the file as UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    // The library's own text would show the line, which may hold a secret.
    dotenvy::from_read(text.as_bytes()).map_err(|_| {
        let line = unreadable_line(text);
        anyhow::anyhow!("{shown}:{line}: this line cannot be read: write NAME=value, and quote values with spaces")
    })?;
    match set_twice(text) {
        Some(name) => anyhow::bail!("{shown} sets {name} twice: keep one of the two lines"),
        None => Ok(()),
    }
}

/// The text that the bytes are, or the number of the line that is none. Nor is one with a NUL: no variable can hold it, and
/// the standard library would panic over it, with the whole value.
fn text_of(bytes: &[u8]) -> Result<&str, usize> {
    let until_nul = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let sound = str::from_utf8(until_nul).map_or_else(|error| error.valid_up_to(), str::len);
    let text = str::from_utf8(bytes).ok().filter(|text| text.len() == sound);
    text.ok_or_else(|| 1 + bytes.iter().take(sound).filter(|byte| **byte == b'\n').count())
}

/// A setting of ceknomor's that stands there with two values. The library would take the first; whoever has put a line
/// below a copied `.env.example` means the last.
fn set_twice(text: &str) -> Option<String> {
    let mut seen = HashMap::new();
    let is_ours =
        |name: &str| ["TELOXIDE_", "KLIKOO_", "CEKNOMOR_", "RUST_LOG"].iter().any(|own| name.starts_with(own));
    let settings = dotenvy::from_read_iter(text.as_bytes()).flatten().filter(|(name, _)| is_ours(name));
    settings.into_iter().find_map(|(name, value)| {
        let is_other = seen.insert(name.clone(), value.clone()).is_some_and(|before| before != value);
        is_other.then_some(name)
    })
}

/// The number of the line that follows the longest beginning which can be read. The longest: a quoted value may go over
/// several lines, and what ends within it cannot be read either.
fn unreadable_line(text: &str) -> usize {
    let is_readable = |beginning: &str| dotenvy::from_read_iter(beginning.as_bytes()).all(|setting| setting.is_ok());
    let ends = text.match_indices('\n').map(|(place, _)| text.get(..=place));
    let readable = ends.zip(1..).filter(|(beginning, _)| beginning.is_some_and(is_readable)).last();
    readable.map_or(0, |(_, lines)| lines) + 1
}
