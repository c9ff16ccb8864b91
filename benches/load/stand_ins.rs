//! Telegram and Klikoo as the bot meets them here, and the questions that it gets.

use std::{
    cell::Cell,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use ceknomor::{
    catalog::Catalog,
    clock::SystemClock,
    klikoo::PublicKey,
    sandbox::{Sandbox, Settings},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{process::BotProcess, telegram::FakeTelegram};

const CLIENT_ID: &str = "load-client";
const CLIENT_SECRET: &str = "load-secret";
/// Every right answer shows a total, in rupiah.
const IN_EVERY_ANSWER: &str = "Rp";
/// The chats are supergroups with ids from here downwards.
const FIRST_CHAT: i64 = -1_001_000_000_000;
const FIRST_USER: u64 = 100_001;
/// A bot that has not polled by then has failed to start.
const LONGEST_START: Duration = Duration::from_secs(5);
/// The sandbox knows a customer for each meter from 00000000001 to this.
const LAST_METER: u64 = 99;

/// Both stand-ins, and a data directory for the bot.
pub struct StandIns {
    /// The Bot API.
    pub telegram: FakeTelegram,
    sandbox: Sandbox,
    dir: TempDir,
    chats: i64,
    asked: Cell<u64>,
}

impl StandIns {
    /// Starts them for so many chats.
    pub async fn start(chats: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let public_key = std::fs::read_to_string(fixture("test-public.pem")).expect("the key is there");
        let settings = Settings {
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.into(),
            public_key: PublicKey::from_pem(&public_key).expect("the key is one"),
            clock: Arc::new(SystemClock),
            catalog: Catalog::load(None).expect("the products are built in"),
            latency: Duration::ZERO,
        };
        Self {
            telegram: FakeTelegram::start_for_load(IN_EVERY_ANSWER).await,
            sandbox: Sandbox::start(listener, settings).expect("the sandbox starts"),
            dir: tempfile::tempdir().expect("there is room for a data directory"),
            chats,
            asked: Cell::new(0),
        }
    }

    /// Starts the bot against them, with every chat allowed to check.
    pub fn start_bot(&self) -> BotProcess {
        let chats: Vec<String> = (0..self.chats).map(|chat| (FIRST_CHAT - chat).to_string()).collect();
        let settings = [
            ("TELOXIDE_TOKEN", self.telegram.token().to_owned()),
            ("TELOXIDE_API_URL", self.telegram.url().to_owned()),
            ("KLIKOO_BASE_URL", self.sandbox.base_url().to_owned()),
            ("KLIKOO_CLIENT_ID", CLIENT_ID.to_owned()),
            ("KLIKOO_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("KLIKOO_PRIVATE_KEY_FILE", fixture("test-private-pkcs8.pem")),
            ("CEKNOMOR_DATA_DIR", path(&self.dir.path().join("data"))),
            ("CEKNOMOR_OWNERS", FIRST_USER.to_string()),
            ("CEKNOMOR_CHATS", chats.join(",")),
            // A handful of numbers over and over, as fast as can be: no agent does that. They are counted all the same.
            ("CEKNOMOR_QUOTA_AGENT", "0/0".to_owned()),
            ("CEKNOMOR_GUARD", "off".to_owned()),
        ];
        BotProcess::start(self.dir.path(), &settings)
    }

    /// Waits for the bot's first poll; when it came.
    pub async fn first_poll(&self, bot: &BotProcess) -> Instant {
        let poll = tokio::time::timeout(LONGEST_START, self.telegram.first_poll()).await;
        poll.unwrap_or_else(|_| panic!("the bot did not poll within {LONGEST_START:?}\n{}", bot.last_words()))
    }

    /// How much room the bot's data takes, in bytes.
    pub fn disk_bytes(&self) -> u64 {
        bytes_below(&self.dir.path().join("data"))
    }

    /// Asks for the next meter in the chat of this place.
    pub fn ask(&self, chat: i64) {
        let number = self.asked.get();
        self.asked.set(number + 1);
        let question = format!("/cek PLN20 {:011}", 1 + number % LAST_METER);
        self.telegram.ask(FIRST_CHAT - chat, FIRST_USER + chat.unsigned_abs(), &question);
    }

    /// Waits until the bot has taken all but so many updates.
    pub async fn wait_until_taken(&self, most: usize, bot: &BotProcess) {
        let taken = self.telegram.waiting_at_most(most).await;
        assert!(taken, "the bot takes no updates: {:?}\n{}", self.telegram.load_faults(), bot.last_words());
    }

    /// Waits until at most so many questions are without an answer.
    pub async fn wait_for_answers(&self, most: usize, bot: &BotProcess) {
        let answered = self.telegram.in_flight_at_most(most).await;
        assert!(answered, "the bot stopped answering: {:?}\n{}", self.telegram.load_faults(), bot.last_words());
    }
}

fn bytes_below(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).expect("the directory can be read");
    let bytes = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() { bytes_below(&path) } else { path.metadata().map_or(0, |file| file.len()) }
    });
    bytes.sum()
}

fn fixture(name: &str) -> String {
    path(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/klikoo").join(name))
}

fn path(path: &Path) -> String {
    path.to_str().expect("paths here are UTF-8").to_owned()
}
