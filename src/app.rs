//! Where the parts meet: the bot, the demo, the tests and the command line all build the program here.

use std::{path::Path, sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    access::{self, Access, FairUse, Lists},
    bot::{self, Bot, Webhook},
    catalog::{self, Catalog, SharedCatalog},
    chat::{AgentNames, Board, BoardSettings, Conversation, Manners, Settings, Strangers},
    clock::Clock,
    inquiry::{self, Inquiry},
    jobs,
    klikoo::{self, Client, Timeouts},
    locale::{self, Locale},
    store::{self, Preferences, Purged, SledStore, Store},
};

/// Why the program cannot be built. Each text names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operator's products.
    #[error(transparent)]
    Catalog(#[from] catalog::Error),
    /// The data directory.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The client for Klikoo.
    #[error(transparent)]
    Klikoo(#[from] klikoo::SetupError),
    /// The embedded words.
    #[error(transparent)]
    Locale(#[from] locale::Error),
    /// The bot.
    #[error(transparent)]
    Bot(#[from] bot::Error),
}

/// Opens the store in a data directory.
///
/// # Errors
/// The directory is in use, unwritable, damaged, or not ours.
pub fn open_store(dir: &Path) -> Result<Arc<dyn Store>, store::Error> {
    Ok(Arc::new(SledStore::open(dir)?))
}

/// How checks are made.
pub struct Checks {
    /// The partner account.
    pub klikoo: klikoo::Account,
    /// How long to wait for Klikoo.
    pub timeouts: Timeouts,
    /// How long a provider that does not answer is asked again; `None` for not at all.
    pub retry_window: Option<TimeDelta>,
    /// What can be checked.
    pub catalog: Catalog,
    /// For how long an answer is good for the same check in the chat; `None`: each is asked anew.
    pub recent: Option<TimeDelta>,
    /// How much is asked at once.
    pub bounds: inquiry::Bounds,
    /// How much one may ask.
    pub quotas: access::Limits,
}

impl Checks {
    /// The conversation that makes these checks for those whom `lists` and the store let in, and reads and keeps what
    /// it needs in `store`.
    ///
    /// # Errors
    /// A client that cannot be made.
    pub fn conversation(
        self,
        lists: Lists,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Conversation, Error> {
        let client = Client::new(self.klikoo, self.timeouts, clock.clone())?;
        let access = Arc::new(Access::new(lists, store.clone(), clock.clone()));
        Ok(Conversation {
            inquiry: Inquiry::new(client, clock.clone(), self.bounds),
            catalog: SharedCatalog::new(self.catalog),
            fair: FairUse::new(access.people.clone(), store.clone(), clock.clone(), self.quotas),
            access,
            history: store.clone(),
            preferences: Preferences::new(store.clone()),
            audit: store.clone(),
            names: AgentNames::new(store.clone()),
            locale: Arc::new(Locale::new()?),
            rows: store.clone(),
            clock: clock.clone(),
            strangers: Strangers::default(),
            manners: Manners::default(),
            recent: self.recent,
            retry_window: self.retry_window,
            keep_days: 0,
            board: Board::new(BoardSettings::default(), clock.now()),
            reloadable: None,
        })
    }
}

/// All that the bot needs to be told.
pub struct Config {
    /// The bot at Telegram.
    pub telegram: bot::Account,
    /// How checks are made.
    pub checks: Checks,
    /// Where Telegram calls the bot; `None`: the bot asks Telegram.
    pub webhook: Option<Webhook>,
    /// Who owns the bot, and which chats the settings admit.
    pub access: Lists,
    /// How many days history is kept; 0 for ever.
    pub keep_days: u32,
    /// How many days the record of who did what is kept; 0 for ever.
    pub audit_days: u32,
    /// What owners want to be told.
    pub board: BoardSettings,
    /// Reads the catalog and the lists anew; `None`: they stay.
    pub settings: Option<Arc<dyn Settings>>,
    /// How much is carried out at once.
    pub bounds: jobs::Bounds,
    /// How much is sent at once.
    pub limits: bot::Limits,
}

/// The whole program: `main` and the tests run the very same.
pub struct App {
    bot: Bot,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keep_days: u32,
    audit_days: u32,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// A part that cannot be made.
    pub fn build(config: Config, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let conversation = Conversation {
            keep_days: config.keep_days,
            board: Board::new(config.board, clock.now()),
            reloadable: config.settings,
            ..config.checks.conversation(config.access, &store, &clock)?
        };
        let conversation = Arc::new(conversation);
        let bot = Bot {
            account: config.telegram,
            webhook: config.webhook,
            conversation,
            store: store.clone(),
            clock: clock.clone(),
            bounds: config.bounds,
            limits: config.limits,
        };
        Ok(Self { bot, store, clock, keep_days: config.keep_days, audit_days: config.audit_days })
    }

    /// What it says, and goes by.
    pub fn conversation(&self) -> &Arc<Conversation> {
        &self.bot.conversation
    }

    /// Answers until `stop` is cancelled, then finishes what is under way. Meanwhile deletes what is too old.
    ///
    /// # Errors
    /// Telegram refuses the token, or the webhook's address cannot be listened at.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let purging = tokio::spawn(purge_hourly(self.store, self.clock, self.keep_days, self.audit_days));
        let ended = self.bot.run(stop).await;
        purging.abort();
        Ok(ended?)
    }
}

/// Deletes what is older than the operator wants to keep, at the start and every hour.
async fn purge_hourly(store: Arc<dyn Store>, clock: Arc<dyn Clock>, keep_days: u32, audit_days: u32) {
    let mut hours = interval(Duration::from_secs(3600));
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        match store::purge(&*store, clock.now(), keep_days, audit_days).await {
            Ok(Purged { records: 0, rows: 0, audit: 0 }) => {}
            Ok(Purged { records, rows, audit }) => tracing::info!(records, rows, audit, "deleted what is too old"),
            Err(error) => tracing::error!(%error, "what is too old could not be deleted; trying again in an hour"),
        }
    }
}
