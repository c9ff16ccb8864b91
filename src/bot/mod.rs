//! Telegram, and Telegram alone: updates come in by long polling (`poll`), become questions of our own (`intake`), are
//! written down and answered at the `desk`, and what is said goes out through `send`. No other module knows teloxide.
//!
//! The work is done in `lanes`, one for each agent in each chat; what a provider does not answer is asked again by
//! `late`. teloxide's own dispatcher is not used: it confirms updates before they are kept, keeps one queue for
//! each chat, and loses a chat to a panic.

mod access;
mod alerts;
mod desk;
mod intake;
mod lanes;
mod late;
mod menu;
mod moves;
mod notice;
mod poll;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod question;
mod send;
mod wire;

use std::sync::{Arc, atomic::AtomicI64};

use secrecy::{ExposeSecret, SecretString};
use teloxide::{ApiError, RequestError, payloads::GetMe};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use access::Access;

use crate::{
    chat::Talk,
    clock::Clock,
    store::{self, Journal},
    value::is_this_machine,
};
use alerts::Alerted;
use desk::Desk;
use lanes::{Lanes, Most};
use late::Late;
use moves::Moves;
use poll::poll;
use send::{Sender, kind, pause};
use wire::{Me, Method};

/// How long a stop waits for answers under way.
pub const GRACE: std::time::Duration = std::time::Duration::from_secs(9);

/// How much the bot takes on at once. Beyond this nothing is lost: it waits, most of it at Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Agents, in any chat, whose questions are being answered.
    pub agents: usize,
    /// Questions that are being answered, and those of the same agents behind them.
    pub questions: usize,
    /// Updates that are taken in at once, 1 to 100 (Bot API, `getUpdates.limit`), and no more than either of those.
    pub batch: u8,
    /// Checks that wait for a provider, over all chats: who comes later is told that the bot is busy.
    pub waiting: usize,
    /// Calls to Telegram: each has one of the 1 024 files that a process may usually open.
    pub calls: usize,
    /// How long a stop waits for answers under way.
    pub grace: std::time::Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { agents: 2_000, questions: 8_000, batch: 100, waiting: 10_000, calls: 256, grace: GRACE }
    }
}

/// Where and as whom the bot speaks to Telegram.
pub struct Account {
    /// The token that BotFather gave.
    pub token: SecretString,
    /// Another Bot API server than Telegram's own.
    pub api_url: Option<reqwest::Url>,
}

/// Why the bot cannot run at all. Telegram being out of reach is no such reason: then it keeps trying.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Telegram does not know the token.
    #[error("Telegram refuses the bot token: copy it again from @BotFather into TELOXIDE_TOKEN")]
    Token,
    /// What was left unanswered cannot be read.
    #[error(transparent)]
    Journal(#[from] store::Error),
    /// Telegram could not be asked: why, without the token.
    #[error("{0}")]
    Unasked(String),
    /// The HTTP client could not be made.
    #[error("cannot make the HTTP client for Telegram: {0}")]
    Client(reqwest::Error),
}

/// The bot, ready to run.
pub struct Bot {
    telegram: teloxide::Bot,
    talk: Arc<Talk>,
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    access: Access,
    bounds: Bounds,
}

impl Bot {
    /// A bot that holds `talk`'s conversations with whom `access` admits, and writes down in `journal` what it accepts.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn new(
        account: &Account,
        talk: Arc<Talk>,
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        access: Access,
    ) -> Result<Self, Error> {
        Ok(Self { telegram: connect(account)?, talk, journal, clock, access, bounds: Bounds::default() })
    }

    /// The same within other bounds.
    #[must_use]
    pub fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// Takes up what was left unanswered, and answers until `stop` is cancelled; then finishes what is under way,
    /// within [`Bounds::grace`]. What is not finished then is taken up at the next start.
    ///
    /// # Errors
    /// Telegram refuses the token, or the journal cannot be read.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let Some(me) = stop.run_until_cancelled(who_am_i(&self.telegram)).await.transpose()? else { return Ok(()) };
        tracing::info!(bot = me.username, "answering");
        let bounds = self.bounds;
        let moves = Arc::new(Moves::new(self.talk.preferences.clone()));
        let desk = Arc::new(Desk {
            name: me.username,
            sender: Sender::new(self.telegram.clone(), moves.clone(), bounds.calls),
            moves,
            talk: self.talk,
            access: self.access,
            journal: self.journal,
            clock: self.clock,
            telegram_ahead: AtomicI64::default(),
            lanes: Lanes::new(Most { lanes: bounds.agents, jobs: bounds.questions }),
            batch: bounds.batch,
            late: Arc::new(Late::new(bounds.waiting)),
            alerted: Alerted::default(),
            overflow: TaskTracker::new(),
            unstruck: std::sync::Mutex::default(),
        });
        desk.resume().await?;
        let menu = {
            let (telegram, locale) = (self.telegram.clone(), desk.talk.locale.clone());
            tokio::spawn(async move { menu::register(telegram, &locale).await })
        };
        let late = tokio::spawn(desk.late.clone().run(desk.clone(), stop.clone()));
        poll(&self.telegram, &desk, &stop).await;
        menu.abort();
        finish(&desk, late, bounds.grace).await;
        report_left(&*desk.journal).await;
        Ok(())
    }
}

/// Waits for the answers under way, for a while.
async fn finish(desk: &Desk, mut late: tokio::task::JoinHandle<()>, grace: std::time::Duration) {
    let deadline = Instant::now() + grace;
    desk.overflow.close();
    let answered = async { tokio::join!(desk.lanes.drain(), desk.overflow.wait(), &mut late) };
    if timeout_at(deadline, answered).await.is_err() {
        // What it is that takes so long: with no agents, it is late answers.
        tracing::debug!(agents = desk.lanes.busy(), "not all that was under way has ended in time");
        late.abort();
    }
}

/// Logs how many questions are still without an answer, if any: only the next start helps those who asked them.
async fn report_left(journal: &dyn Journal) {
    match journal.unfinished().await.map(|left| left.len()) {
        Ok(0) => {}
        Ok(questions) => tracing::warn!(questions, "some questions wait for the next start"),
        Err(error) => tracing::warn!(%error, "cannot read how many questions wait for the next start"),
    }
}

/// Asks Telegram who the bot of `account` is: for `ceknomor doctor`. Gives its user name.
///
/// # Errors
/// Telegram refuses the token, or could not be asked.
pub async fn identify(account: &Account) -> Result<String, Error> {
    let me = ask_who_i_am(&connect(account)?).await.map_err(|error| match error {
        RequestError::Api(ApiError::InvalidToken) => Error::Token,
        error => Error::Unasked(kind(&error)),
    })?;
    Ok(me.username)
}

fn connect(account: &Account) -> Result<teloxide::Bot, Error> {
    // No copy of every request, for repeats that only HTTP/2 knows.
    let no_repeats = reqwest::retry::never().max_retries_per_request(0);
    let mut client = teloxide::net::default_reqwest_settings().retry(no_repeats);
    // A Bot API server of one's own, often on the same machine.
    if account.api_url.as_ref().and_then(reqwest::Url::host_str).is_some_and(is_this_machine) {
        client = client.no_proxy();
    }
    let client = client.build().map_err(Error::Client)?;
    let telegram = teloxide::Bot::with_client(account.token.expose_secret(), client);
    Ok(match &account.api_url {
        Some(url) => telegram.set_api_url(url.clone()),
        None => telegram,
    })
}

async fn ask_who_i_am(telegram: &teloxide::Bot) -> Result<Me, RequestError> {
    Method::<GetMe, Me>::of(telegram).call(GetMe::new()).await
}

/// Asks until Telegram answers: a bot that starts before the network does must not give up.
async fn who_am_i(telegram: &teloxide::Bot) -> Result<Me, Error> {
    let mut lost = 0;
    loop {
        match ask_who_i_am(telegram).await {
            Ok(me) => return Ok(me),
            Err(RequestError::Api(ApiError::InvalidToken)) => return Err(Error::Token),
            Err(RequestError::RetryAfter(seconds)) => sleep(seconds.duration()).await,
            Err(error) => {
                tracing::warn!(error = kind(&error), "Telegram is out of reach; trying again");
                sleep(pause(lost)).await;
                lost += 1;
            }
        }
    }
}
