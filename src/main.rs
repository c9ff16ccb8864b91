//! The program: settings, runtime, one error line and an exit code. What it does is in the library; start at `src/lib.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use ceknomor::{cli::Cli, config::env_file};

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
    read_env_file()?;
    let cli = Cli::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(cli.carry_out());
    // A read of standard input whose line is not wanted any more must not hold the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

/// Whether the reader of the output has stopped reading, as `head` does: nothing to complain of.
fn is_unheard(error: &anyhow::Error) -> bool {
    let mut io_errors = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io_errors.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Reads `.env`, if there is one here or in a directory above; what the environment has already stays.
fn read_env_file() -> anyhow::Result<()> {
    let Some(file) = env_file() else { return Ok(()) };
    let shown = file.display();
    let bytes = fs::read(&file).map_err(|error| {
        anyhow::anyhow!("{shown} cannot be read ({error}): make it readable for the user that runs ceknomor")
    })?;
    let text = text_of(&bytes)
        .map_err(|line| anyhow::anyhow!("{shown}:{line}: this is not UTF-8 text: save the file as UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let filled = without_empty(text);
    let twice = set_twice(&filled);
    // The library's own text would show the line, which may hold a secret.
    dotenvy::from_read(filled.as_bytes()).map_err(|_| {
        let line = unreadable_line(text);
        anyhow::anyhow!("{shown}:{line}: this line cannot be read: write NAME=value, and quote values with spaces")
    })?;
    match twice.as_slice() {
        [] => Ok(()),
        [name] => anyhow::bail!("{shown} sets {name} twice: keep one of its lines"),
        names => anyhow::bail!("{shown} sets these twice, keep one line of each: {}", names.join(", ")),
    }
}

/// The text without the settings of ours that stand there empty, as in a copied `.env.example`: they count as not set, and
/// must not stand in the way of a filled one below.
fn without_empty(text: &str) -> String {
    let is_empty = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=') else { return false };
        let value = value.split('#').next().unwrap_or_default().trim();
        is_ours(name.trim()) && matches!(value, "" | "''" | "\"\"")
    };
    text.split('\n').map(|line| if is_empty(line) { "" } else { line }).collect::<Vec<_>>().join("\n")
}

/// Whether a variable is a setting of ceknomor's.
fn is_ours(name: &str) -> bool {
    ["TELOXIDE_", "KLIKOO_", "CEKNOMOR_", "RUST_LOG"].iter().any(|own| name.starts_with(own))
}

/// The text that the bytes are, or the number of the line that is none. Nor is one with a NUL: no variable can hold it, and
/// the standard library would panic over it, with the whole value.
fn text_of(bytes: &[u8]) -> Result<&str, usize> {
    let until_nul = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let sound = str::from_utf8(until_nul).map_or_else(|error| error.valid_up_to(), str::len);
    let text = str::from_utf8(bytes).ok().filter(|text| text.len() == sound);
    text.ok_or_else(|| 1 + bytes.iter().take(sound).filter(|byte| **byte == b'\n').count())
}

/// The settings of ceknomor's that stand there with two values, by name. The library would take the first; an operator who
/// has put a line below a copied `.env.example` means the last.
fn set_twice(text: &str) -> Vec<String> {
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in dotenvy::from_read_iter(text.as_bytes()).flatten().filter(|(name, _)| is_ours(name)) {
        values.entry(name).or_default().insert(value);
    }
    values.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, _)| name).collect()
}

/// The number of the line that follows the longest beginning which can be read. The longest: a quoted value may go over
/// several lines, and what ends within it cannot be read either.
fn unreadable_line(text: &str) -> usize {
    let is_readable = |beginning: &str| dotenvy::from_read_iter(beginning.as_bytes()).all(|setting| setting.is_ok());
    let ends = text.match_indices('\n').map(|(place, _)| text.get(..=place));
    let readable = ends.zip(1..).filter(|(beginning, _)| beginning.is_some_and(is_readable)).last();
    readable.map_or(0, |(_, lines)| lines) + 1
}
