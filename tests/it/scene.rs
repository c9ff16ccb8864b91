//! The whole program between stand-ins: a strict Telegram on one side, a strict Klikoo on the other, a real store in a
//! directory of its own, and a clock that stands still. [`App::build`] is what `ceknomor run` calls, here within bounds
//! that a test may make small.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ceknomor::{
    access::{Limits, Lists},
    app::{App, Checks, Config, open_store},
    bot::{self, Account as Telegram, Webhook},
    catalog::Catalog,
    chat::{BoardSettings, Conversation},
    clock::{Clock, FixedClock},
    inquiry, jobs,
    klikoo::{Account, PrivateKey, Timeouts},
    sandbox::{Sandbox, Settings},
    store::Store,
    value::{ChatId, UserId},
};
use chrono::TimeDelta;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::telegram::{FakeTelegram, InChat, User};

pub const CLIENT_ID: &str = "3f9c8962-4c4b-4bb6-b3c1-8fc883519c02";
pub const CLIENT_SECRET: &str = "9ec999e21a3be41064c52bb3f37554a2";

/// The test key of the published vectors.
pub fn key_file() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/klikoo/test-private-pkcs8.pem"))
}

/// A sandbox that knows the test key's partner, and the products of an agent's day.
pub async fn sandbox(clock: Arc<FixedClock>) -> Sandbox {
    sandbox_that_takes(clock, Duration::ZERO).await
}

/// The same, with answers that take their time.
pub async fn sandbox_that_takes(clock: Arc<FixedClock>, latency: Duration) -> Sandbox {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let catalog = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/agents-catalog.toml"));
    let settings = Settings {
        client_id: CLIENT_ID.into(),
        client_secret: CLIENT_SECRET.into(),
        public_key: PrivateKey::read(key_file()).unwrap().public_key(),
        clock,
        catalog: Catalog::load(Some(catalog)).unwrap(),
        latency,
    };
    Sandbox::start(listener, settings).unwrap()
}

/// How much the bot takes on.
#[derive(Clone, Copy, Default)]
pub struct Bounds {
    pub inquiry: inquiry::Bounds,
    pub jobs: jobs::Bounds,
    pub limits: bot::Limits,
}

/// Everything around the bot. It outlives the bot, which may be stopped and started again.
pub struct Scene {
    pub telegram: FakeTelegram,
    pub klikoo: Sandbox,
    /// The bot's clock: 22 November 2026, 14:05 WIB.
    pub clock: Arc<FixedClock>,
    /// Klikoo's clock: the same moment.
    pub klikoo_clock: Arc<FixedClock>,
    pub timeouts: Timeouts,
    /// How long a provider that does not answer is asked again.
    pub retry_window: Option<TimeDelta>,
    /// For how long an answer is good for the same check.
    pub recent: Option<TimeDelta>,
    pub catalog: Catalog,
    /// How much the bot takes on.
    pub bounds: Bounds,
    /// How much one may ask: no limit, unless a test is about that.
    pub quotas: Limits,
    /// Where Telegram calls the bot; `None`: it polls.
    pub webhook: Option<Webhook>,
    /// What owners want to be told.
    pub board: BoardSettings,
    /// The data directory.
    pub data: TempDir,
    owners: Vec<UserId>,
    chats: Vec<ChatId>,
}

impl Scene {
    pub async fn new() -> Self {
        let clock = || Arc::new(FixedClock::at("2026-11-22T07:05:00Z".parse().unwrap()));
        let klikoo_clock = clock();
        let (telegram, bots_clock) = (FakeTelegram::start().await, clock());
        telegram.date_by(bots_clock.clone());
        Self {
            telegram,
            klikoo: sandbox(klikoo_clock.clone()).await,
            clock: bots_clock,
            klikoo_clock,
            timeouts: Timeouts::default(),
            retry_window: None,
            recent: None,
            catalog: Catalog::load(None).unwrap(),
            // Answers stay where their ⏳ message is, unless a test is about long waits.
            bounds: Bounds {
                jobs: jobs::Bounds { long_wait: TimeDelta::MAX, ..jobs::Bounds::default() },
                limits: bot::Limits { arrival_pause: Duration::ZERO, ..bot::Limits::default() },
                ..Bounds::default()
            },
            quotas: Limits::default(),
            webhook: None,
            board: BoardSettings::default(),
            data: tempfile::tempdir().unwrap(),
            owners: Vec::new(),
            chats: Vec::new(),
        }
    }

    /// A person who owns the bot.
    pub fn owner(&mut self, name: &str) -> User {
        let user = self.telegram.user(name);
        self.owners.push(UserId(user.id()));
        user
    }

    /// Puts an id into the list of owners, whoever has it.
    pub fn list_as_owner(&mut self, id: u64) {
        self.owners.push(UserId(id));
    }

    /// Takes an id off the list of owners; the bot has to be started anew to know.
    pub fn unlist_as_owner(&mut self, id: u64) {
        self.owners.retain(|owner| owner.0 != id);
    }

    /// Takes everyone off the lists who may check inside a chat; the bot has to be started anew to know.
    pub fn dismiss(&mut self, chat: &impl InChat) {
        self.chats.retain(|admitted| admitted.0 != chat.chat_id());
    }

    /// Lets everyone inside a chat check.
    pub fn admit(&mut self, chat: &impl InChat) {
        self.chats.push(ChatId(chat.chat_id()));
    }

    /// A person who may check in the private chat with the bot, but does not own it.
    pub fn agent(&mut self, name: &str) -> User {
        let user = self.telegram.user(name);
        self.admit(&user);
        user
    }

    /// Sells what this text of the operator's says, over the built-in products.
    pub fn sell(&mut self, products: &str) {
        let file = self.data.path().with_extension("toml");
        std::fs::write(&file, products).unwrap();
        self.catalog = Catalog::load(Some(&file)).unwrap();
        std::fs::remove_file(&file).unwrap();
    }

    /// Lets time pass, for everyone.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.klikoo_clock.advance(time);
    }

    /// Whether any file in the data directory holds these bytes.
    pub fn has_on_disk(&self, bytes: &[u8]) -> bool {
        let files = walk(self.data.path());
        assert!(!files.is_empty(), "there is no data");
        files.iter().any(|file| std::fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes))
    }

    /// Starts the bot on the scene's data directory.
    pub fn start(&self) -> Running {
        self.start_with(self.store())
    }

    /// What is in the scene's data directory, while no bot has it.
    pub fn store(&self) -> Arc<dyn Store> {
        open_store(self.data.path()).unwrap()
    }

    /// Starts the bot with another store.
    pub fn start_with(&self, store: Arc<dyn Store>) -> Running {
        let config = Config {
            telegram: Telegram {
                token: SecretString::from(self.telegram.token()),
                api_url: Some(self.telegram.url().parse().unwrap()),
            },
            checks: self.checks(),
            webhook: self.webhook.clone(),
            access: self.lists(),
            keep_days: 0,
            audit_days: 0,
            board: self.board.clone(),
            settings: None,
            bounds: self.bounds.jobs,
            limits: self.bounds.limits,
        };
        let app = App::build(config, store, self.clock.clone()).unwrap();
        let stop = CancellationToken::new();
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let task = runtime.spawn(app.run(stop.clone()));
        Running { stop, task, runtime: Some(runtime) }
    }

    /// What the bot says, without Telegram.
    pub fn conversation(&self, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Conversation {
        self.checks().conversation(self.lists(), store, clock).unwrap()
    }

    fn lists(&self) -> Lists {
        Lists::new(self.owners.iter().copied(), self.chats.iter().copied())
    }

    fn checks(&self) -> Checks {
        Checks {
            klikoo: Account {
                base_url: self.klikoo.base_url().parse().unwrap(),
                client_id: CLIENT_ID.into(),
                client_secret: CLIENT_SECRET.into(),
                private_key: PrivateKey::read(key_file()).unwrap(),
            },
            timeouts: self.timeouts,
            retry_window: self.retry_window,
            recent: self.recent,
            catalog: self.catalog.clone(),
            bounds: self.bounds.inquiry,
            quotas: self.quotas,
        }
    }

    /// Ends the scene: everything that the bot said must have been read.
    pub async fn end(self, bot: Running) {
        bot.stop().await;
        self.telegram.finish().await;
    }
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// A bot that runs.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<(), ceknomor::app::Error>>,
    /// Its own, so that a kill ends all that it began.
    runtime: Option<runtime::Runtime>,
}

impl Running {
    /// Tells it to stop, as SIGTERM does, and does not wait.
    pub fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Stops it as SIGTERM does, and waits until it has.
    pub async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap().unwrap();
        self.end().await;
    }

    /// Ends it without any leave-taking, as far as one process can: nothing that it was about to do is done, and its
    /// data directory is free for the next.
    pub async fn kill(mut self) {
        self.end().await;
    }

    /// Waits until its threads have ended and dropped what they held.
    async fn end(&mut self) {
        let runtime = self.runtime.take().unwrap();
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(10))).await.unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A runtime must not be dropped where async code runs, as at the end of a test that failed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
