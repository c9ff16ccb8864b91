//! A process of `ceknomor`: started with nothing but what a test gives it, listened to while it runs, never left
//! behind.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use tempfile::TempDir;
use tokio::{sync::watch, task::spawn_blocking, time::timeout};

/// How long a test waits for a process to say something or to end. A stop may take 10 s by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the program is run: a new directory and, to begin with, an environment without any variable.
pub(super) struct Place {
    dir: TempDir,
    env: BTreeMap<String, String>,
}

impl Place {
    pub(super) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), env: BTreeMap::new() }
    }

    /// The path of a file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Takes a variable away.
    pub(super) fn unset(&mut self, name: &str) {
        assert!(self.env.remove(name).is_some(), "{name} was not set");
    }

    /// The variables.
    pub(super) fn env(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// Takes every variable away; what they were.
    pub(super) fn clear(&mut self) -> BTreeMap<String, String> {
        std::mem::take(&mut self.env)
    }

    /// A command that is ready to be spawned.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).env_clear().envs(&self.env).current_dir(self.dir.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the program.
    pub(super) fn start(&self, args: &[&str]) -> Process {
        Process::of(self.command(args).spawn().unwrap())
    }

    /// Starts the program at a terminal of its own, on which the test types. What it says comes through the terminal.
    pub(super) fn start_at_terminal(&self, args: &[&str]) -> (Process, File) {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let terminal = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let mut command = self.command(args);
        command.stdin(terminal.try_clone().unwrap()).stdout(terminal);
        let mut process = Process::of(command.spawn().unwrap());
        let keys = File::from(keys);
        process.out = hear(keys.try_clone().unwrap());
        (process, keys)
    }

    /// Runs it to its end without any input.
    pub(super) async fn call(&self, args: &[&str]) -> Ended {
        self.call_with(args, "").await
    }

    /// Runs it to its end, with `input` piped in.
    pub(super) async fn call_with(&self, args: &[&str], input: &str) -> Ended {
        let process = self.start(args);
        process.type_in(input).ended().await
    }
}

/// The binary that was built with the tests, or the one that `TEST_BINARY` names, such as the one that is shipped.
fn program() -> PathBuf {
    match env::var_os("TEST_BINARY") {
        Some(path) => fs::canonicalize(path).expect("TEST_BINARY names a file"),
        None => PathBuf::from(env!("CARGO_BIN_EXE_ceknomor")),
    }
}

/// How a process ended, and all that it said.
#[derive(Debug)]
pub(super) struct Ended {
    /// The exit code; `None` after a signal.
    pub(super) code: Option<i32>,
    /// Standard output.
    pub(super) out: String,
    /// Standard error.
    pub(super) err: String,
}

/// A process that runs. It is killed when a test lets go of it.
pub(super) struct Process {
    child: Child,
    out: Heard,
    err: Heard,
}

/// What a stream has said so far. Its sender goes when the stream ends.
type Heard = watch::Receiver<String>;

impl Process {
    /// Listens to a child. A stream that was taken from it before says nothing.
    pub(super) fn of(mut child: Child) -> Self {
        let out = child.stdout.take().map_or_else(silence, hear);
        let err = child.stderr.take().map_or_else(silence, hear);
        Self { child, out, err }
    }

    /// Writes all its input and closes it. A process that has ended before takes none.
    pub(super) fn type_in(mut self, input: &str) -> Self {
        if let Some(mut stdin) = self.child.stdin.take() {
            let input = input.to_owned();
            // A thread of its own: a process that reads slowly must not stop the test.
            std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        }
        self
    }

    /// Waits until standard error holds `words`.
    pub(super) async fn logs(&mut self, words: &str) {
        wait_for(&mut self.err, words).await;
    }

    /// Waits until standard output holds `words`; all of it so far.
    pub(super) async fn prints(&mut self, words: &str) -> String {
        wait_for(&mut self.out, words).await
    }

    /// Standard error so far.
    pub(super) fn log(&self) -> String {
        self.err.borrow().clone()
    }

    /// Sends a signal: `TERM`, `INT`.
    pub(super) fn signal(&self, name: &str) {
        // The shell's own `kill`: the program of that name is not on every machine.
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(sent.unwrap().success(), "the process is gone");
    }

    /// Kills it at once, as the kernel does when memory is out.
    pub(super) async fn killed(mut self) -> Ended {
        self.child.kill().unwrap();
        self.ended().await
    }

    /// Waits for the end.
    pub(super) async fn ended(mut self) -> Ended {
        let (out, err) = (whole(&mut self.out).await, whole(&mut self.err).await);
        // Both streams are closed, so the end is near.
        let code = spawn_blocking(move || self.child.wait().unwrap().code());
        Ended { code: timeout(PATIENCE, code).await.expect("no end").unwrap(), out, err }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended by itself cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a stream, line by line, in a thread that ends with it.
fn hear(stream: impl Read + Send + 'static) -> Heard {
    let (said, heard) = watch::channel(String::new());
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            said.send_modify(|all| all.push_str(&String::from_utf8_lossy(&line)));
            line.clear();
        }
    });
    heard
}

fn silence() -> Heard {
    watch::channel(String::new()).1
}

async fn wait_for(heard: &mut Heard, words: &str) -> String {
    // Either the time is over or the stream is.
    let said = timeout(PATIENCE, heard.wait_for(|all| all.contains(words))).await.is_ok_and(|said| said.is_ok());
    let all = heard.borrow().clone();
    assert!(said, "never said {words:?}:\n{all}");
    all
}

async fn whole(heard: &mut Heard) -> String {
    let end = async { while heard.changed().await.is_ok() {} };
    let ended = timeout(PATIENCE, end).await;
    let all = heard.borrow().clone();
    assert!(ended.is_ok(), "no end:\n{all}");
    all
}

/// Writes a file, over an older one.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::write(path, content).unwrap();
}
