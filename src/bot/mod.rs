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

mod admins;
mod command;
mod dispatch;
mod groups;
mod intake;
mod menu;
mod migrations;
mod send;
mod telegram_clock;
mod updates;
mod wire;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use serde::de::IgnoredAny;
use teloxide::{
    ApiError, RequestError, dptree,
    payloads::{GetChat, GetMe},
    types::ChatId,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

pub use command::read_line;
pub use send::Limits;
pub use updates::Webhook;
pub use wire::Account;

use crate::{
    chat::{Alert, Conversation, Visitors},
    clock::Clock,
    jobs::{Bounds, Runner},
    store::Jobs,
    value,
};
use admins::Admins;
use intake::{Intake, Me};
use migrations::ChatMigrations;
use send::{Sender, kind, pause, until_taken};
use telegram_clock::TelegramClock;
use wire::{call, call_dated, connect};

/// How long a stop waits for handlers, which wait for the store alone.
const DRAIN: Duration = Duration::from_secs(1);

/// How often the bot asks for its own name and looks after the groups in which it is a guest, where nothing happens;
/// and how long it leaves between that and the next time, whatever happens.
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

/// The bot, ready to run.
pub struct Bot {
    /// Its account at Telegram.
    pub account: Account,
    /// Where Telegram calls it; `None`: it polls for updates.
    pub webhook: Option<Webhook>,
    /// What it says.
    pub conversation: Arc<Conversation>,
    /// Where it keeps what it accepts.
    pub store: Arc<dyn Jobs>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How much is carried out at once.
    pub bounds: Bounds,
    /// How much is sent at once.
    pub limits: Limits,
}

impl Bot {
    /// Takes up what was left unanswered, and answers until `stop` is cancelled; then takes no more in and finishes
    /// what runs, within [`Bounds::grace`]. What is not finished then is taken up at the next start.
    ///
    /// # Errors
    /// Telegram refuses the token, the webhook's address cannot be listened at, or the HTTP client cannot be made.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let telegram = connect(&self.account).map_err(Error::Client)?;
        // A bot that starts before the network does must not give up.
        let who_am_i =
            until_taken("Telegram is out of reach", async || match call::<_, Me>(&telegram, &GetMe::new()).await {
                Err(RequestError::Api(ApiError::InvalidToken)) => Ok(Err(Error::Token)),
                answer => answer.map(Ok),
            });
        let Some(me) = stop.run_until_cancelled(who_am_i).await.transpose()? else { return Ok(()) };
        tracing::info!(bot = me.username, "answering");
        self.conversation.names.note_bot(&me.username);
        let migrations = Arc::new(ChatMigrations::new(self.conversation.preferences.clone()));
        let admins = Admins::new(telegram.clone(), self.clock.clone(), migrations.clone());
        self.conversation.access.ask_group_admins(Arc::new(admins));
        let sender = Sender::new(telegram.clone(), migrations.clone(), self.limits);
        let runner = Runner::new(
            self.store,
            self.conversation.clone(),
            Arc::new(sender.clone()),
            self.clock.clone(),
            self.bounds,
        );
        let intake = Arc::new(Intake {
            me: RwLock::new(Arc::new(me)),
            conversation: self.conversation,
            telegram_clock: TelegramClock::new(self.clock.clone()),
            visitors: Visitors::new(self.clock.now()),
            arrival_pause: self.limits.arrival_pause,
            clock: self.clock,
            migrations,
            runner: runner.clone(),
            sender,
            housekeeping: Notify::new(),
        });
        let listened = CancellationToken::new();
        let running = tokio::spawn(runner.clone().run(listened.clone()));
        let watch = AbortOnDropHandle::new(tokio::spawn(runner.clone().watch()));
        let locale = intake.conversation.locale.clone();
        let menu = AbortOnDropHandle::new(tokio::spawn(menu::register(telegram.clone(), locale)));
        let housekeeping = AbortOnDropHandle::new(tokio::spawn(keep_house(telegram.clone(), intake.clone())));
        let ended = listen(&telegram, self.webhook.as_ref(), self.bounds.open, &intake, &stop).await;
        drop((menu, housekeeping, watch));
        listened.cancel();
        if running.await.is_err() {
            tracing::error!("the runner of jobs panicked; the next start takes up what is left");
        }
        match runner.left().await {
            Ok(0) => {}
            Ok(jobs) => tracing::warn!(jobs, "some jobs wait for the next start"),
            Err(error) => tracing::warn!(%error, "cannot read how many jobs wait for the next start"),
        }
        ended
    }
}

/// Takes updates in, up to `batch` at a time, until `stop`.
async fn listen(
    telegram: &teloxide::Bot,
    webhook: Option<&Webhook>,
    batch: usize,
    intake: &Arc<Intake>,
    stop: &CancellationToken,
) -> Result<(), Error> {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let (inbox, listener, kinds) = updates::channel(intake.clone());
        let source = async {
            let Ok(kinds) = kinds.await else { return Ok(()) };
            let Some(webhook) = webhook else {
                let _ = stop.run_until_cancelled(updates::poll(telegram, batch, inbox, kinds)).await;
                return Ok(());
            };
            let ended = webhook.run(telegram, inbox, kinds, stop).await;
            ended.map_err(|cause| Error::Listen { address: webhook.listen, cause })
        };
        let dispatched = dispatch::run(telegram.clone(), dispatch::tree(), dptree::deps![intake.clone()], listener);
        let deadline = async {
            stop.cancelled().await;
            sleep(DRAIN).await;
        };
        tokio::select! {
            (dispatched, listened) = async { tokio::join!(dispatched, source) } => {
                listened?;
                let Err(error) = dispatched else { return Ok(()) };
                tracing::warn!(error = kind(&error), "the dispatcher could not ask for getMe; trying again");
                let _ = stop.run_until_cancelled(sleep(pause(failures))).await;
                failures += 1;
            }
            () = deadline => tracing::warn!("some updates were not taken in before the stop; Telegram sends them again"),
        }
    }
    Ok(())
}

/// Asks now and then who the bot is, leaves groups to which no owner said yes, gives owners the cards that they
/// have not got, and tells them of visitors.
async fn keep_house(telegram: teloxide::Bot, intake: Arc<Intake>) {
    loop {
        let _ = timeout(HOUSEKEEPING, intake.housekeeping.notified()).await;
        match call_dated::<_, Me>(&telegram, &GetMe::new()).await {
            Ok((me, date)) => {
                intake.telegram_clock.note_answer(date);
                if me.username != intake.me().username {
                    tracing::info!(bot = me.username, "the bot was renamed");
                    intake.conversation.names.note_bot(&me.username);
                }
                *intake.me.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(me);
            }
            Err(error) => tracing::warn!(error = kind(&error), "Telegram does not say who the bot is"),
        }
        intake.runner.follow_up(intake.conversation.due_of_requests().await);
        if let Some((people, groups)) = intake.visitors.report(intake.clock.now()) {
            intake.runner.tell_owners(&Alert::Visitors { people, groups });
        }
        // Messages for another bot of a group may come often.
        sleep(BETWEEN_HOUSEKEEPING).await;
    }
}

/// Those of `chats` of which Telegram says that the bot is not in them: mistyped, or not joined or begun yet.
///
/// # Errors
/// The client cannot be made. What Telegram does not answer is left out.
pub async fn missing_chats(account: &Account, chats: Vec<value::ChatId>) -> Result<Vec<value::ChatId>, Error> {
    let telegram = connect(account).map_err(Error::Client)?;
    let mut missing = Vec::new();
    for chat in chats {
        if let Err(RequestError::Api(_)) = call::<_, IgnoredAny>(&telegram, &GetChat::new(ChatId(chat.0))).await {
            missing.push(chat);
        }
    }
    Ok(missing)
}

/// Asks Telegram who the bot of `account` is: for `ceknomor doctor`. Gives its user name.
///
/// # Errors
/// Telegram refuses the token, or could not be asked.
pub async fn identify(account: &Account) -> Result<String, Error> {
    let me: Me = call(&connect(account).map_err(Error::Client)?, &GetMe::new()).await.map_err(|error| match error {
        RequestError::Api(ApiError::InvalidToken) => Error::Token,
        error => Error::Unasked(kind(&error)),
    })?;
    Ok(me.username)
}
