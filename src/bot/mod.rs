//! Telegram, and Telegram alone: updates come in by long polling, become conversation at the `desk`, and what it says
//! goes out through `send`. No other module knows teloxide.
//!
//! teloxide's dispatcher only sorts updates; the work is done in `lanes`, one for each agent in each chat.

mod access;
mod desk;
mod lanes;
mod menu;
mod send;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use teloxide::{
    ApiError, RequestError,
    dispatching::{Dispatcher, UpdateFilterExt, UpdateHandler},
    dptree,
    error_handlers::ErrorHandler,
    requests::Requester,
    types::{CallbackQuery, Me, Message, Update},
    update_listeners::Polling,
};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

pub use access::Access;

use crate::{
    chat::Talk,
    value::{ChatId, UserId},
};
use desk::{Alerted, Desk};
use lanes::Lanes;
use send::{Sender, kind, pause};

/// How long a stop waits for answers under way.
pub const GRACE: std::time::Duration = std::time::Duration::from_secs(9);

/// Long polls last this long at most: less than the 17 s after which teloxide's client gives a request up.
const POLL: std::time::Duration = std::time::Duration::from_secs(10);

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
    /// The HTTP client could not be made.
    #[error("cannot make the HTTP client for Telegram: {0}")]
    Client(reqwest::Error),
}

/// The bot, ready to run.
pub struct Bot {
    telegram: teloxide::Bot,
    talk: Arc<Talk>,
    access: Access,
}

impl Bot {
    /// A bot that holds `talk`'s conversations with whom `access` admits.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn new(account: &Account, talk: Arc<Talk>, access: Access) -> Result<Self, Error> {
        Ok(Self { telegram: connect(account)?, talk, access })
    }

    /// Answers until `stop` is cancelled, then finishes what is under way, within [`GRACE`].
    ///
    /// # Errors
    /// Telegram refuses the token.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let Some(me) = stop.run_until_cancelled(who_am_i(&self.telegram)).await.transpose()? else { return Ok(()) };
        tracing::info!(bot = me.username(), "answering");
        let desk = Arc::new(Desk {
            name: me.username().to_owned(),
            talk: self.talk,
            access: self.access,
            sender: Sender::new(self.telegram.clone()),
            lanes: Lanes::default(),
            alerted: Alerted::default(),
        });
        let menu = {
            let (telegram, locale) = (self.telegram.clone(), desk.talk.locale.clone());
            tokio::spawn(async move { menu::register(telegram, &locale).await })
        };
        listen(&self.telegram, &desk, &stop).await;
        menu.abort();
        Ok(())
    }
}

/// Asks Telegram who the bot of `account` is: for `ceknomor doctor`. Gives its user name.
///
/// # Errors
/// What Telegram said, without the token.
pub async fn identify(account: &Account) -> Result<String, String> {
    let telegram = connect(account).map_err(|error| error.to_string())?;
    let me = telegram.get_me().await.map_err(|error| kind(&error))?;
    Ok(me.username().to_owned())
}

fn connect(account: &Account) -> Result<teloxide::Bot, Error> {
    let client = teloxide::net::default_reqwest_settings().build().map_err(Error::Client)?;
    let telegram = teloxide::Bot::with_client(account.token.expose_secret(), client);
    Ok(match &account.api_url {
        Some(url) => telegram.set_api_url(url.clone()),
        None => telegram,
    })
}

/// Asks until Telegram answers: a bot that starts before the network does must not give up.
async fn who_am_i(telegram: &teloxide::Bot) -> Result<Me, Error> {
    let mut lost = 0;
    loop {
        match telegram.get_me().await {
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

/// Takes updates in until `stop`, then waits for the answers under way. Where dispatching ends because Telegram is out of
/// reach, it begins anew.
async fn listen(telegram: &teloxide::Bot, desk: &Arc<Desk>, stop: &CancellationToken) {
    let mut lost = 0;
    loop {
        let polling = Polling::builder(telegram.clone()).timeout(POLL).backoff_strategy(pause).delete_webhook();
        let Some(polling) = stop.run_until_cancelled(polling).await else { return };
        let mut dispatcher = Dispatcher::builder(telegram.clone(), handler())
            .dependencies(dptree::deps![desk.clone()])
            .distribution_function(sender_of)
            .default_handler(|_| async {})
            .build();
        let token = dispatcher.shutdown_token();
        let dispatching = dispatcher.try_dispatch_with_listener(polling.build(), Arc::new(Complain));
        tokio::pin!(dispatching);
        if let Some(ended) = stop.run_until_cancelled(&mut dispatching).await {
            if let Err(error) = ended {
                tracing::warn!(error = kind(&error), "Telegram is out of reach; trying again");
            }
            stop.run_until_cancelled(sleep(pause(lost))).await;
            lost += 1;
            continue;
        }
        let deadline = Instant::now() + GRACE;
        if let Ok(stopping) = token.shutdown() {
            // What Telegram has handed over already still becomes a job of its lane.
            let _ = timeout_at(deadline, async { tokio::join!(stopping, dispatching) }).await;
        }
        return finish(desk, deadline).await;
    }
}

async fn finish(desk: &Desk, deadline: Instant) {
    if timeout_at(deadline, desk.lanes.drain()).await.is_err() {
        tracing::error!(agents = desk.lanes.busy(), "stopped before every answer was sent");
    }
}

/// Updates of one sender in one chat reach the desk in the order in which they were sent.
fn sender_of(update: &Update) -> Option<(ChatId, UserId)> {
    let chat = ChatId(update.chat()?.id.0);
    Some((chat, UserId(update.from()?.id.0)))
}

fn handler() -> UpdateHandler<std::convert::Infallible> {
    dptree::entry()
        .branch(Update::filter_message().endpoint(|desk: Arc<Desk>, message: Message| async move {
            desk.take_message(&message);
            Ok(())
        }))
        .branch(Update::filter_callback_query().endpoint(|desk: Arc<Desk>, query: CallbackQuery| async move {
            desk.take_press(query);
            Ok(())
        }))
}

/// Says in the log what goes wrong while waiting for updates. The listener itself keeps trying.
struct Complain;

impl ErrorHandler<RequestError> for Complain {
    fn handle_error(self: Arc<Self>, error: RequestError) -> BoxFuture<'static, ()> {
        match error {
            RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
                tracing::error!("another program runs with the same bot token: stop one of the two");
            }
            error => tracing::warn!(error = kind(&error), "Telegram is out of reach; trying again"),
        }
        Box::pin(async {})
    }
}
