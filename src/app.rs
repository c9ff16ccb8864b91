//! Where the parts meet: the bot, the demo, the tests and the command line all build the program here.

use std::{path::Path, sync::Arc};

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::{
    bot::{self, Access, Bot},
    catalog::{self, Catalog},
    chat::{Strangers, Talk},
    clock::Clock,
    inquiry::{self, Inquiry},
    klikoo::{self, Client, Timeouts},
    locale::{self, Locale},
    store::{self, History, Journal, MemoryStore, Preferences, SledStore},
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

/// Where things are kept. The traits may be held by one backend or by several.
#[derive(Clone)]
pub struct Stores {
    /// The chats' checks.
    pub history: Arc<dyn History>,
    /// The chats' choices.
    pub preferences: Arc<dyn Preferences>,
    /// What was accepted and is not answered.
    pub journal: Arc<dyn Journal>,
}

impl Stores {
    /// On disk, in a directory of ceknomor's own.
    ///
    /// # Errors
    /// The directory is in use, unwritable, damaged, or not ours.
    pub fn on_disk(dir: &Path) -> Result<Self, store::Error> {
        Ok(Self::of(Arc::new(SledStore::open(dir)?)))
    }

    /// In memory, gone with the process.
    pub fn in_memory() -> Self {
        Self::of(Arc::new(MemoryStore::default()))
    }

    /// All in one backend.
    pub fn of<S: History + Preferences + Journal + 'static>(store: Arc<S>) -> Self {
        Self { history: store.clone(), preferences: store.clone(), journal: store }
    }
}

/// A conversation that checks with `account` and keeps what it says in `stores`. With `patience` a provider that does not
/// answer is asked again; whoever holds the conversation sees to that.
///
/// # Errors
/// A mistake in the operator's catalog, or a client that cannot be made.
pub fn talk(
    account: klikoo::Account,
    timeouts: Timeouts,
    catalog: Catalog,
    stores: &Stores,
    clock: Arc<dyn Clock>,
    patience: Option<TimeDelta>,
) -> Result<Talk, Error> {
    let client = Client::new(account, timeouts, clock.clone())?;
    Ok(Talk {
        inquiry: Inquiry::new(client, stores.history.clone(), clock.clone()),
        catalog: Arc::new(catalog),
        history: stores.history.clone(),
        preferences: stores.preferences.clone(),
        locale: Arc::new(Locale::new()?),
        clock,
        strangers: Strangers::default(),
        patience,
    })
}

/// All that the bot needs to be told.
pub struct Config {
    /// The bot at Telegram.
    pub telegram: bot::Account,
    /// The partner account.
    pub klikoo: klikoo::Account,
    /// How long to wait for Klikoo.
    pub timeouts: Timeouts,
    /// How long a provider that does not answer is asked again; `None` for not at all.
    pub patience: Option<TimeDelta>,
    /// What can be checked.
    pub catalog: Catalog,
    /// Who may check.
    pub access: Access,
}

/// How much the program takes on at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Of calls to Klikoo.
    pub inquiry: inquiry::Bounds,
    /// Of questions and answers.
    pub bot: bot::Bounds,
}

/// The whole program: `main` and the tests run the very same.
pub struct App {
    bot: Bot,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// A part that cannot be made.
    pub fn build(config: Config, stores: Stores, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::build_within(Bounds::default(), config, stores, clock)
    }

    /// The same within other bounds, which a test can reach.
    ///
    /// # Errors
    /// A part that cannot be made.
    pub fn build_within(bounds: Bounds, config: Config, stores: Stores, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let patience = config.patience;
        let talk = talk(config.klikoo, config.timeouts, config.catalog, &stores, clock.clone(), patience)?;
        let talk = Talk { inquiry: talk.inquiry.within(bounds.inquiry), ..talk };
        let bot = Bot::new(&config.telegram, Arc::new(talk), stores.journal, clock, config.access)?;
        Ok(Self { bot: bot.within(bounds.bot) })
    }

    /// Answers until `stop` is cancelled, then finishes what is under way.
    ///
    /// # Errors
    /// Telegram refuses the token.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        Ok(self.bot.run(stop).await?)
    }
}
