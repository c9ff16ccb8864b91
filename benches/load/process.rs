//! The bot as a process: started, and watched through `/proc` (so this bench runs on Linux alone).

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_ceknomor");

/// Clock ticks a second in `/proc/PID/stat`: USER_HZ, which is 100 on every Linux architecture that this is built
/// for.
const TICKS_A_SECOND: f64 = 100.0;

/// A running bot. Dropping it kills it.
pub struct BotProcess {
    child: Child,
    started: Instant,
    log: PathBuf,
}

impl BotProcess {
    /// Runs `ceknomor run` in `dir` with these settings and no others; its log goes to a file in `dir`.
    pub fn start(dir: &Path, settings: &[(&str, String)]) -> Self {
        let log = dir.join("bot.log");
        let file = fs::File::create(&log).expect("the log can be written");
        let started = Instant::now();
        let child = Command::new(BINARY)
            .arg("run")
            .current_dir(dir)
            .env_clear()
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        Self { child, started, log }
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The size of its file.
    pub fn binary_mib(&self) -> f64 {
        fs::metadata(BINARY).expect("the binary is there").len() as f64 / f64::from(1 << 20)
    }

    /// The memory that it holds now.
    pub fn rss_mib(&self) -> f64 {
        self.status_kib("VmRSS:") / 1024.0
    }

    /// The most that it ever held.
    pub fn peak_rss_mib(&self) -> f64 {
        self.status_kib("VmHWM:") / 1024.0
    }

    /// The processor time that it has used, its own and the kernel's for it, to 10 ms.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc_file("stat");
        // The second field, the name in brackets, may hold spaces: count from its end. utime and stime are 14 and 15.
        let (_, rest) = stat.rsplit_once(')').expect("stat names the process");
        let ticks: f64 = rest.split_whitespace().skip(11).take(2).map(|field| field.parse::<f64>().unwrap()).sum();
        Duration::from_secs_f64(ticks / TICKS_A_SECOND)
    }

    /// The last lines of its log, for the message of a failed measurement.
    pub fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn status_kib(&self, field: &str) -> f64 {
        let status = self.proc_file("status");
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the bot runs");
        line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
    }

    fn proc_file(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.child.id());
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}\n{}", self.last_words()))
    }
}

impl Drop for BotProcess {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
