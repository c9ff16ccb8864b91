//! The way out: everything that is said goes to Telegram here, until Telegram has taken it or refused it for good.
//!
//! A call goes through three steps. [`Schedule`] says when it may be made; what got lost is made again; and a message
//! that is refused for its address or its markup is sent again without (`refusal`). Telegram's descriptions may quote
//! the text that it refused, so the log gets the kind of an error, never its text.

mod ephemeral;
mod files;
mod keyboard;
mod refusal;
mod schedule;
#[cfg(test)]
mod tests;
mod typing;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use async_trait::async_trait;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use teloxide::{
    RequestError,
    payloads::{
        AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteMessage, DeleteMyCommands, DeleteMyCommandsSetters,
        EditMessageText, EditMessageTextSetters, GetChat, LeaveChat, SendMessage, SendMessageSetters, SetMyCommands,
        SetMyCommandsSetters,
    },
    types::{self as telegram, BotCommandScope, CallbackQueryId, ParseMode, ReplyParameters, ThreadId},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub(super) use refusal::{kind, pause, until_taken, wait_after};
pub use schedule::Limits;

use super::{
    menu,
    migrations::ChatMigrations,
    wire::{Call, Lenient, Sent, call},
};
use crate::{
    chat::{Attachment, Menu, Reply},
    jobs::{Destination, Outbox, Placed, Priority, Refused, Typing},
    locale::{Html, Words},
    value::{ChatId, MessageId, UserId},
};
use keyboard::{inline, markup};
use refusal::{Remedy, passes, remedy};
use schedule::Schedule;

/// How often it is tried to delete a message: the agent's next question waits for it.
const DELETION_TRIES: u32 = 3;

/// How often it is tried to show somebody a command menu.
const MENU_TRIES: u32 = 3;

/// How often one message follows a group that has another id now.
const MAX_MIGRATIONS: u32 = 3;

/// In how many chats "typing" shows at once.
const MAX_TYPING: usize = 64;

/// The longest text of a message, in UTF-16 code units (Bot API, `sendMessage`: "1-4096 characters").
const MAX_MESSAGE_LEN: usize = 4096;

/// The longest notice over a chat, in characters (Bot API, `answerCallbackQuery.text`: "0-200 characters").
const MAX_NOTICE_LEN: usize = 200;

/// What is sent to a stranger is left out where Telegram has not taken it by then.
const STRANGER_TIMEOUT: Duration = Duration::from_secs(60);

/// Sends through one bot account.
#[derive(Clone)]
pub(super) struct Sender {
    telegram: teloxide::Bot,
    migrations: Arc<ChatMigrations>,
    schedule: Arc<Schedule>,
    /// A permit for each chat in which "typing" shows.
    typing: Arc<Semaphore>,
    /// A permit for each stranger who waits.
    strangers: Arc<Semaphore>,
    /// Since when groups refuse what is for one member alone. In memory alone: after a restart they are tried again.
    refused_to_one: Arc<Mutex<HashMap<ChatId, Instant>>>,
    /// Whether the server does not know at all of what is for one member alone.
    never_to_one: Arc<AtomicBool>,
}

impl Sender {
    /// A sender that notes in `migrations` which groups became supergroups.
    pub(super) fn new(telegram: teloxide::Bot, migrations: Arc<ChatMigrations>, limits: Limits) -> Self {
        Self {
            telegram,
            migrations,
            schedule: Arc::new(Schedule::new(limits)),
            typing: Arc::new(Semaphore::new(MAX_TYPING)),
            strangers: Arc::new(Semaphore::new(limits.strangers)),
            refused_to_one: Arc::default(),
            never_to_one: Arc::default(),
        }
    }

    /// Sends something to someone who may not check. Does not wait for it, and leaves it out where too many strangers
    /// wait already.
    pub(super) fn to_stranger(&self, sending: impl Future<Output = ()> + Send + 'static) {
        let Ok(waiting) = self.strangers.clone().try_acquire_owned() else {
            tracing::debug!("too many strangers wait; one gets no answer");
            return;
        };
        tokio::spawn(async move {
            if timeout(STRANGER_TIMEOUT, sending).await.is_err() {
                tracing::debug!("a stranger could not be answered in time");
            }
            drop(waiting);
        });
    }
}

#[async_trait]
impl Outbox for Sender {
    async fn send(&self, to: Destination, reply: &Reply, priority: Priority) -> Result<Placed, Refused> {
        let (mut attempt, parts) = (self.attempt(to), reply.text.split(MAX_MESSAGE_LEN));
        let mut placed = Err(Refused);
        for (index, text) in parts.iter().enumerate() {
            let payload = |Attempt { to, is_plain, .. }: &Attempt| {
                let mut payload = match is_plain {
                    true => SendMessage::new(telegram_id(to.chat), text.plain()),
                    false => SendMessage::new(telegram_id(to.chat), text.as_str()).parse_mode(ParseMode::Html),
                };
                if reply.is_quiet {
                    payload = payload.disable_notification(true);
                }
                if let Some(topic) = to.topic {
                    payload = payload.message_thread_id(ThreadId(telegram::MessageId(topic)));
                }
                if let Some(message) = to.message {
                    let message = ReplyParameters::new(telegram::MessageId(message.0));
                    payload = payload.reply_parameters(message.allow_sending_without_reply());
                }
                match markup(reply).filter(|_| index + 1 == parts.len()) {
                    Some(markup) => payload.reply_markup(markup),
                    None => payload,
                }
            };
            let Lenient(sent) = self.deliver(&mut attempt, Some(priority), payload).await.map_err(|error| {
                tracing::error!(chat = %to.chat, error = kind(&error), "a reply was refused");
                Refused
            })?;
            // Taken, whatever the answer looks like: without its id it cannot be edited, and is said anew then.
            let message = MessageId(sent.map_or(0, |sent: Sent| sent.message_id));
            placed = Ok(Placed { chat: attempt.to.chat, message });
        }
        placed
    }

    async fn send_file(
        &self,
        to: Destination,
        file: &Attachment,
        caption: &Html,
        priority: Priority,
    ) -> Result<Placed, Refused> {
        self.upload(to, file, caption, priority).await
    }

    async fn read_file(&self, file: &str, most: usize) -> Result<Vec<u8>, Refused> {
        self.download(file, most).await
    }

    async fn send_to_one(
        &self,
        to: Destination,
        reader: UserId,
        press: Option<&str>,
        text: &Html,
    ) -> Result<(), Refused> {
        self.show_to_one(to, reader, press, text).await
    }

    async fn edit(&self, at: Placed, reply: &Reply, priority: Priority) -> Result<(), Refused> {
        let parts = reply.text.split(MAX_MESSAGE_LEN);
        let text = parts.first().ok_or(Refused)?;
        let mut attempt = self.attempt(Destination::chat(at.chat));
        let payload = |Attempt { to, is_plain, .. }: &Attempt| {
            let (chat, message) = (telegram_id(to.chat), telegram::MessageId(at.message.0));
            let payload = match is_plain {
                true => EditMessageText::new(chat, message, text.plain()),
                false => EditMessageText::new(chat, message, text.as_str()).parse_mode(ParseMode::Html),
            };
            match inline(&reply.buttons) {
                Some(keyboard) => payload.reply_markup(keyboard),
                None => payload,
            }
        };
        match self.deliver::<_, IgnoredAny>(&mut attempt, Some(priority), payload).await {
            Err(error) if remedy(&error) != Remedy::AsItShouldBe => {
                tracing::warn!(chat = %at.chat, error = kind(&error), "an edit was refused");
                Err(Refused)
            }
            _ => Ok(()),
        }
    }

    async fn answer_press(&self, press: &str, notice: Option<&str>) {
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
        if let Some(notice) = notice {
            payload = payload.text(notice.chars().take(MAX_NOTICE_LEN).collect::<String>()).show_alert(true);
        }
        if let Err(error) = self.call::<_, IgnoredAny>(u32::MAX, None, None, &payload).await {
            // Most are too old by now: the button has stopped waiting by itself.
            tracing::debug!(error = kind(&error), "a press could not be answered");
        }
    }

    async fn delete(&self, message: Placed) {
        let chat = self.migrations.current(message.chat);
        let payload = DeleteMessage::new(telegram_id(chat), telegram::MessageId(message.message.0));
        if let Err(error) = self.call::<_, IgnoredAny>(DELETION_TRIES, Some(chat), None, &payload).await {
            tracing::info!(%chat, error = kind(&error), "a message that not all may read could not be deleted");
        }
    }

    async fn leave(&self, group: ChatId) {
        let mut attempt = self.attempt(Destination::chat(group));
        tracing::info!(chat = %attempt.to.chat, "leaving a group");
        let payload = |attempt: &Attempt| LeaveChat::new(telegram_id(attempt.to.chat));
        if let Err(error) = self.deliver::<_, IgnoredAny>(&mut attempt, None, payload).await {
            tracing::warn!(chat = %attempt.to.chat, error = kind(&error), "a group could not be left");
        }
    }

    async fn show_menu(&self, private: ChatId, menu: Menu, words: Words<'_>) {
        let scope = BotCommandScope::Chat { chat_id: telegram_id(private).into() };
        let shown = match menu {
            // Then Telegram shows the one of all private chats.
            Menu::Agent => {
                self.call::<_, IgnoredAny>(MENU_TRIES, None, None, &DeleteMyCommands::new().scope(scope)).await
            }
            Menu::Admin | Menu::Owner => {
                let commands = SetMyCommands::new(menu::of(menu, words)).scope(scope);
                self.call::<_, IgnoredAny>(MENU_TRIES, None, None, &commands).await
            }
        };
        if let Err(error) = shown {
            tracing::info!(error = kind(&error), "a command menu was not taken");
        }
    }

    fn typing(&self, to: Destination) -> Typing {
        let until = CancellationToken::new();
        let (sender, ended) = (self.clone(), until.clone());
        tokio::spawn(async move { ended.run_until_cancelled(sender.show_typing(to)).await });
        Typing::until(until)
    }
}

/// What is needed of a chat that was asked for (Bot API, `ChatFullInfo`).
#[derive(Deserialize)]
struct ChatFound {
    id: i64,
}

/// How a message is being tried.
struct Attempt {
    to: Destination,
    is_plain: bool,
    migrations: u32,
}

impl Sender {
    /// A first attempt, to the id by which Telegram knows the chat now. What is meant for a message of a group has no
    /// such message any more where the group has become a supergroup: there messages have other ids.
    fn attempt(&self, to: Destination) -> Attempt {
        let chat = self.migrations.current(to.chat);
        let to = if chat == to.chat { to } else { Destination::chat(chat) };
        Attempt { to, is_plain: false, migrations: 0 }
    }

    /// Calls until what is called for is taken, as it is or as it was amended, or is refused for good.
    async fn deliver<C: Call, T: DeserializeOwned>(
        &self,
        attempt: &mut Attempt,
        priority: Option<Priority>,
        payload: impl Fn(&Attempt) -> C,
    ) -> Result<T, RequestError> {
        loop {
            match self.call(u32::MAX, Some(attempt.to.chat), priority, &payload(attempt)).await {
                Err(error) if self.amend(attempt, &error).await => {}
                decided => return decided,
            }
        }
    }

    /// Changes what a message was refused for; false where there is nothing left to change.
    async fn amend(&self, attempt: &mut Attempt, error: &RequestError) -> bool {
        let Destination { chat, topic, message } = attempt.to;
        let new = match (error, remedy(error)) {
            (RequestError::MigrateToChatId(new), _) => ChatId(new.0),
            (_, Remedy::FindChat) => {
                let found =
                    self.call::<_, ChatFound>(u32::MAX, Some(chat), None, &GetChat::new(telegram_id(chat))).await;
                match found {
                    Ok(found) => ChatId(found.id),
                    Err(RequestError::MigrateToChatId(new)) => ChatId(new.0),
                    Err(error) => {
                        tracing::warn!(%chat, error = kind(&error), "Telegram does not say where a group has gone");
                        return false;
                    }
                }
            }
            (_, Remedy::WithoutAddress) if topic.is_some() || message.is_some() => {
                tracing::info!(%chat, error = kind(error), "sending again without topic and replied message");
                attempt.to = Destination::chat(chat);
                return true;
            }
            (_, Remedy::AsPlainText) if !attempt.is_plain => {
                tracing::error!(%chat, error = kind(error), "sending again without markup");
                attempt.is_plain = true;
                return true;
            }
            _ => return false,
        };
        if new == chat || attempt.migrations == MAX_MIGRATIONS {
            return false;
        }
        tracing::info!(old = %chat, %new, "a group became a supergroup");
        self.migrations.note(chat, new).await;
        attempt.to = Destination::chat(new);
        attempt.migrations += 1;
        true
    }

    /// Calls until Telegram has decided, or has been out of reach `tries` times.
    async fn call<C: Call, T: DeserializeOwned>(
        &self,
        tries: u32,
        chat: Option<ChatId>,
        priority: Option<Priority>,
        payload: &C,
    ) -> Result<T, RequestError> {
        let mut lost = 0;
        loop {
            let permit = self.schedule.turn(chat, priority).await;
            let result = call(&self.telegram, payload).await;
            drop(permit);
            match result {
                Err(RequestError::RetryAfter(asked)) => self.schedule.refused(chat, asked),
                Err(error) if passes(&error) && lost + 1 < tries => {
                    let chat = chat.map(|chat| chat.0);
                    tracing::warn!(chat, error = kind(&error), "Telegram did not answer; trying again");
                    sleep(pause(lost)).await;
                    lost += 1;
                }
                decided => {
                    if decided.is_ok() {
                        self.schedule.taken(priority);
                    }
                    return decided;
                }
            }
        }
    }
}

/// A chat's id as teloxide has it.
fn telegram_id(chat: ChatId) -> telegram::ChatId {
    telegram::ChatId(chat.0)
}
