//! Telegram, and Telegram alone: no other module knows teloxide.
//!
//! ```text
//! Telegram ─▶ updates (polling | webhook) ─▶ dispatch (the handler tree) ─▶ intake ─▶ jobs::Runner::accept
//!    ▲                                                                                       │
//!    └───────────────────── send (an Outbox) ◀───────────────────────────────────────────────┘
//! ```
//!
//! `updates` brings updates and tells Telegram only of what the store has, `dispatch` says which handler takes what,
//! `intake` reads it into our own words, `send` says the answers, `wire` makes the calls of the Bot API.

mod command;
mod dispatch;
mod intake;
mod menu;
mod migrations;
mod send;
mod telegram_clock;
mod updates;
mod visitors;
mod wire;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::IgnoredAny};
use teloxide::{
    ApiError, RequestError, dptree,
    payloads::{GetChat, GetMe},
    requests::Requester,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use command::read_line;
pub use send::Limits;
pub use updates::{Health, Webhook};
pub use wire::Account;

use crate::{
    access::Access,
    chat::{Alert, Conversation},
    clock::Clock,
    jobs::{Bounds, Runner},
    store::Jobs,
    value::ChatId,
};
use intake::Intake;
use migrations::ChatMigrations;
use send::{Sender, kind, pause};
use telegram_clock::TelegramClock;
use updates::{MAX_IN_FLIGHT, Pending};
use visitors::Visitors;
use wire::{Method, connect};

/// How long a stop waits for handlers, which wait for the store alone.
const DRAIN: Duration = Duration::from_secs(1);

/// How often the bot asks for its own name and looks after the groups in which it is a guest, where nothing happens; and
/// how long it leaves between that and the next time, whatever happens.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
const BETWEEN_HOUSEKEEPING: Duration = Duration::from_secs(60);

/// Why the bot cannot run at all. Telegram being out of reach is no such reason: then it keeps trying.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Telegram does not know the token.
    #[error("Telegram refuses the bot token: copy it again from @BotFather into TELOXIDE_TOKEN")]
    Token,
    /// The webhook's address cannot be listened at.
    #[error("cannot listen at {address} for the webhook ({cause}): set another CEKNOMOR_WEBHOOK_LISTEN")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        cause: io::Error,
    },
    /// Telegram could not be asked: why, without the token.
    #[error("{0}")]
    Unasked(String),
    /// The HTTP client could not be made.
    #[error("cannot make the HTTP client for Telegram: {0}")]
    Client(reqwest::Error),
}

/// What is needed of the bot's own `User` (Bot API).
#[derive(Debug, Deserialize)]
struct Me {
    id: u64,
    username: String,
}

/// The bot, ready to run.
pub struct Bot {
    telegram: teloxide::Bot,
    conversation: Arc<Conversation>,
    store: Arc<dyn Jobs>,
    clock: Arc<dyn Clock>,
    access: Access,
    bounds: Bounds,
    limits: Limits,
    webhook: Option<Webhook>,
    health: Arc<Health>,
}

impl Bot {
    /// A bot that holds `conversation` with those whom `access` admits, and keeps in `store` what it accepts. It polls for
    /// updates.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn new(
        account: &Account,
        conversation: Arc<Conversation>,
        store: Arc<dyn Jobs>,
        clock: Arc<dyn Clock>,
        access: Access,
    ) -> Result<Self, Error> {
        let telegram = connect(account).map_err(Error::Client)?;
        let (bounds, limits) = (Bounds::default(), Limits::default());
        let health = Arc::default();
        Ok(Self { telegram, conversation, store, clock, access, bounds, limits, webhook: None, health })
    }

    /// The same within other bounds.
    #[must_use]
    pub fn within(self, bounds: Bounds, limits: Limits) -> Self {
        Self { bounds, limits, ..self }
    }

    /// The same with updates by a webhook, if there is one.
    #[must_use]
    pub fn with_webhook(self, webhook: Option<Webhook>) -> Self {
        Self { webhook, ..self }
    }

    /// When Telegram last answered a poll.
    pub fn health(&self) -> Arc<Health> {
        self.health.clone()
    }

    /// Takes up what was left unanswered, and answers until `stop` is cancelled; then takes no more in and finishes what
    /// runs, within [`Bounds::grace`]. What is not finished then is taken up at the next start.
    ///
    /// # Errors
    /// Telegram refuses the token, or the webhook's address cannot be listened at.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let Some(me) = stop.run_until_cancelled(who_am_i(&self.telegram)).await.transpose()? else { return Ok(()) };
        tracing::info!(bot = me.username, "answering");
        let intake = self.intake(me);
        let listened = CancellationToken::new();
        let running = tokio::spawn(intake.runner.clone().run(listened.clone()));
        let (telegram, locale) = (self.telegram.clone(), self.conversation.locale.clone());
        let menu = tokio::spawn(async move { menu::register(telegram, &locale).await });
        let housekeeping = tokio::spawn(keep_house(self.telegram.clone(), intake.clone()));
        let ended = self.listen(&intake, &stop).await;
        menu.abort();
        housekeeping.abort();
        listened.cancel();
        if running.await.is_err() {
            tracing::error!("the runner of jobs panicked; the next start takes up what is left");
        }
        match intake.runner.left().await {
            Ok(0) => {}
            Ok(jobs) => tracing::warn!(jobs, "some jobs wait for the next start"),
            Err(error) => tracing::warn!(%error, "cannot read how many jobs wait for the next start"),
        }
        ended
    }

    fn intake(&self, me: Me) -> Arc<Intake> {
        let migrations = Arc::new(ChatMigrations::new(self.conversation.preferences.clone()));
        let sender = Arc::new(Sender::new(self.telegram.clone(), migrations.clone(), self.limits));
        let runner = Runner::new(
            self.store.clone(),
            self.conversation.clone(),
            sender.clone(),
            self.access.clone(),
            self.clock.clone(),
            self.bounds,
        );
        Arc::new(Intake {
            me: RwLock::new(Arc::new(me)),
            conversation: self.conversation.clone(),
            access: self.access.clone(),
            clock: self.clock.clone(),
            telegram_clock: Arc::new(TelegramClock::new(self.clock.clone())),
            migrations,
            runner,
            sender,
            visitors: Visitors::new(self.clock.now()),
            stranger_presses: TaskTracker::new(),
            housekeeping: Notify::new(),
        })
    }

    /// Takes updates in until `stop`.
    async fn listen(&self, intake: &Arc<Intake>, stop: &CancellationToken) -> Result<(), Error> {
        let mut failures = 0;
        while !stop.is_cancelled() {
            let pending = Arc::<Pending>::default();
            let (inbox, listener, kinds) = updates::channel(pending.clone(), intake.runner.clone());
            let (telegram, clock) = (&self.telegram, &*intake.telegram_clock);
            let source = async {
                let Ok(kinds) = kinds.await else { return Ok(()) };
                if let Some(webhook) = &self.webhook {
                    return webhook.run(telegram, clock, inbox, kinds, stop).await;
                }
                let batch = self.bounds.open.min(MAX_IN_FLIGHT);
                let polled = updates::poll(telegram, (clock, &self.health), batch, inbox, kinds);
                let _ = stop.run_until_cancelled(polled).await;
                Ok(())
            };
            let dependencies = dptree::deps![intake.clone(), pending];
            let dispatched = dispatch::run(self.telegram.clone(), dispatch::tree(), dependencies, listener);
            let both = async { tokio::join!(dispatched, source) };
            let deadline = async {
                stop.cancelled().await;
                sleep(DRAIN).await;
            };
            tokio::select! {
                (dispatched, source) = both => match (dispatched, source) {
                    (_, Err(error)) => return Err(error),
                    (Ok(()), Ok(())) => return Ok(()),
                    (Err(error), Ok(())) => {
                        tracing::warn!(error = kind(&error), "the dispatcher could not ask for getMe; trying again");
                        let _ = stop.run_until_cancelled(sleep(pause(failures))).await;
                        failures += 1;
                    }
                },
                () = deadline => tracing::warn!("some updates were not taken in before the stop; Telegram sends them again"),
            }
        }
        Ok(())
    }
}

/// Asks now and then who the bot is, leaves groups that are not admitted, and tells the owners of visitors.
async fn keep_house(telegram: teloxide::Bot, intake: Arc<Intake>) {
    loop {
        let _ = timeout(HOUSEKEEPING, intake.housekeeping.notified()).await;
        match ask_who_i_am(&telegram).await {
            Ok((me, date)) => {
                intake.telegram_clock.note_answer(date);
                if me.username != intake.me().username {
                    tracing::info!(bot = me.username, "the bot was renamed");
                }
                intake.set_me(me);
            }
            Err(error) => tracing::warn!(error = kind(&error), "Telegram does not say who the bot is"),
        }
        for chat in intake.visitors.to_leave(intake.clock.now()) {
            tracing::info!(%chat, "leaving a group that is not admitted");
            if let Err(error) = telegram.leave_chat(teloxide::types::ChatId(chat.0)).await {
                tracing::warn!(%chat, error = kind(&error), "a group could not be left");
            }
        }
        if let Some((people, groups)) = intake.visitors.report(intake.clock.now()) {
            intake.runner.tell_owners(&Alert::Visitors { people, groups });
        }
        // Messages for another bot of a group may come often.
        sleep(BETWEEN_HOUSEKEEPING).await;
    }
}

/// Asks Telegram who the bot of `account` is: for `ceknomor doctor`. Gives its user name.
///
/// # Errors
/// Telegram refuses the token, or could not be asked.
pub async fn identify(account: &Account) -> Result<String, Error> {
    let (me, _) = ask_who_i_am(&connect(account).map_err(Error::Client)?).await.map_err(|error| match error {
        RequestError::Api(ApiError::InvalidToken) => Error::Token,
        error => Error::Unasked(kind(&error)),
    })?;
    Ok(me.username)
}

/// Those of `chats` of which Telegram says that the bot is not in them: mistyped, or not joined or begun yet.
///
/// # Errors
/// The client cannot be made. What Telegram does not answer is left out.
pub async fn missing_chats(account: &Account, chats: Vec<ChatId>) -> Result<Vec<ChatId>, Error> {
    let telegram = connect(account).map_err(Error::Client)?;
    let get_chat = Method::<GetChat, IgnoredAny>::of(&telegram);
    let mut missing = Vec::new();
    for chat in chats {
        if let Err(RequestError::Api(_)) = get_chat.call(GetChat::new(teloxide::types::ChatId(chat.0))).await {
            missing.push(chat);
        }
    }
    Ok(missing)
}

/// Asks who the bot is; with the moment of the answer by Telegram's clock.
async fn ask_who_i_am(telegram: &teloxide::Bot) -> Result<(Me, Option<DateTime<Utc>>), RequestError> {
    Method::<GetMe, Me>::of(telegram).call_dated(GetMe::new()).await
}

/// Asks until Telegram answers: a bot that starts before the network does must not give up.
async fn who_am_i(telegram: &teloxide::Bot) -> Result<Me, Error> {
    let mut failures = 0;
    loop {
        match ask_who_i_am(telegram).await {
            Ok((me, _)) => return Ok(me),
            Err(RequestError::Api(ApiError::InvalidToken)) => return Err(Error::Token),
            Err(error) => {
                tracing::warn!(error = kind(&error), "Telegram is out of reach; trying again");
                let wait = match error {
                    RequestError::RetryAfter(seconds) => updates::bounded(seconds.duration()),
                    _ => pause(failures),
                };
                sleep(wait).await;
                failures += 1;
            }
        }
    }
}
