//! The way out: everything that is said goes to Telegram here, until Telegram has taken it or refused it for good.
//!
//! A call goes through three steps. [`Schedule`] says when it may be made; what got lost is made again; and a message that
//! is refused for its address or its markup is sent again without (`refusal`). Telegram's descriptions may quote the
//! text that it refused, so the log gets the kind of an error, never its text.

mod message;
mod refusal;
mod schedule;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, de::IgnoredAny};
use teloxide::{
    RequestError,
    payloads::{
        AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteMessage, EditMessageText, GetChat, SendChatAction,
        SendChatActionSetters, SendMessage,
    },
    types::{CallbackQueryId, ChatAction},
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

pub(super) use refusal::{kind, pause};
pub use schedule::Limits;

use super::{
    migrations::ChatMigrations,
    wire::{Lenient, Method, Sent},
};
use crate::{
    chat::{Button, Reply},
    jobs::{Destination, Outbox, Placed, Priority, Refused, Typing},
    locale::Html,
    value::{ChatId, MessageId},
};
use message::{MAX_MESSAGE_LEN, WithKeyboard, edit, message, telegram_id, topic_id};
use refusal::{Remedy, passes, remedy};
use schedule::{Class, Schedule, at_least};

/// How often it is tried to delete a message: the agent's next question waits for it.
const DELETION_TRIES: u32 = 3;

/// How often one message follows a group that has another id now.
const MAX_MIGRATIONS: u32 = 3;

/// In how many chats "typing" shows at once.
const MAX_TYPING: usize = 64;

/// "Typing" shows from here on, so that it does not flicker before an answer that comes quickly.
const TYPING_AFTER: Duration = Duration::from_secs(1);

/// How often "typing" is sent. Telegram shows it for five seconds at most (Bot API, `sendChatAction`).
const TYPING_PERIOD: Duration = Duration::from_millis(4500);

/// The longest notice over a chat, in characters (Bot API, `answerCallbackQuery.text`: "0-200 characters").
const MAX_NOTICE_LEN: usize = 200;

/// Between two replies to strangers there is at least this.
const STRANGER_PERIOD: Duration = Duration::from_secs(1);

/// A reply to a stranger that Telegram has not taken by then is left out, and the next comes.
const STRANGER_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends through one bot account. Its tasks end when it is dropped.
pub(super) struct Sender {
    line: Arc<Line>,
    strangers: mpsc::Sender<(Destination, Reply)>,
    _stranger_task: AbortOnDropHandle<()>,
}

impl Sender {
    /// A sender that notes in `migrations` which groups became supergroups. Its tasks belong to the present runtime.
    pub(super) fn new(telegram: teloxide::Bot, migrations: Arc<ChatMigrations>, limits: Limits) -> Self {
        let line = Arc::new(Line {
            send_message: Method::of(&telegram),
            edit_message: Method::of(&telegram),
            delete_message: Method::of(&telegram),
            answer_press: Method::of(&telegram),
            show_action: Method::of(&telegram),
            get_chat: Method::of(&telegram),
            migrations,
            schedule: Schedule::new(limits),
            typing: Semaphore::new(MAX_TYPING),
        });
        let (strangers, waiting) = mpsc::channel(limits.strangers);
        let task = tokio::spawn(reply_to_strangers(line.clone(), waiting));
        Self { line, strangers, _stranger_task: AbortOnDropHandle::new(task) }
    }

    /// Sends a reply to someone who may not check, behind all else. Does not wait for it, and leaves it out where too many
    /// wait already.
    pub(super) fn send_to_stranger(&self, to: Destination, reply: &Reply) {
        if self.strangers.try_send((to, reply.clone())).is_err() {
            tracing::debug!(chat = %to.chat, "too many strangers write; one gets no reply");
        }
    }
}

async fn reply_to_strangers(line: Arc<Line>, mut waiting: mpsc::Receiver<(Destination, Reply)>) {
    let mut pace = at_least(STRANGER_PERIOD);
    while let Some((to, reply)) = waiting.recv().await {
        pace.tick().await;
        if timeout(STRANGER_TIMEOUT, line.send(to, &reply, Class::Stranger)).await.is_err() {
            tracing::debug!(chat = %to.chat, "a reply to a stranger could not be sent in time");
        }
    }
}

#[async_trait]
impl Outbox for Sender {
    async fn send(&self, to: Destination, reply: &Reply, priority: Priority) -> Result<Placed, Refused> {
        self.line.send(to, reply, priority.into()).await
    }

    async fn edit(&self, message: Placed, reply: &Reply, priority: Priority) -> Result<(), Refused> {
        self.line.edit(message, reply, priority.into()).await
    }

    async fn answer_press(&self, press: &str, notice: Option<&str>) {
        let payload = || {
            let payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
            match notice {
                Some(notice) => payload.text(notice.chars().take(MAX_NOTICE_LEN).collect::<String>()).show_alert(true),
                None => payload,
            }
        };
        let answered = self.line.call(u32::MAX, None, Class::Unlimited, || self.line.answer_press.call(payload()));
        if let Err(error) = answered.await {
            // Most are too old by now: the button has stopped waiting by itself.
            tracing::debug!(error = kind(&error), "a press could not be answered");
        }
    }

    async fn delete(&self, message: Placed) {
        let chat = self.line.migrations.current(message.chat);
        let payload = || DeleteMessage::new(telegram_id(chat), teloxide::types::MessageId(message.message.0));
        let call = || self.line.delete_message.call(payload());
        if let Err(error) = self.line.call(DELETION_TRIES, Some(chat), Class::Unlimited, call).await {
            tracing::info!(%chat, error = kind(&error), "a message with a PIN could not be deleted");
        }
    }

    fn typing(&self, to: Destination) -> Typing {
        let until = CancellationToken::new();
        let (line, ended) = (self.line.clone(), until.clone());
        tokio::spawn(async move { ended.run_until_cancelled(line.show_typing(to)).await });
        Typing::until(until)
    }
}

/// The calls, and what each goes through.
struct Line {
    send_message: Method<WithKeyboard<SendMessage>, Lenient<Sent>>,
    edit_message: Method<WithKeyboard<EditMessageText>, IgnoredAny>,
    delete_message: Method<DeleteMessage, IgnoredAny>,
    answer_press: Method<AnswerCallbackQuery, IgnoredAny>,
    show_action: Method<SendChatAction, IgnoredAny>,
    get_chat: Method<GetChat, ChatFound>,
    migrations: Arc<ChatMigrations>,
    schedule: Schedule,
    typing: Semaphore,
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

impl Line {
    async fn send(&self, to: Destination, reply: &Reply, class: Class) -> Result<Placed, Refused> {
        let mut attempt = self.attempt(to);
        let parts = reply.text.split(MAX_MESSAGE_LEN);
        let (last, others) = parts.split_last().ok_or(Refused)?;
        for part in others {
            self.send_part(&mut attempt, part, &[], class).await?;
        }
        self.send_part(&mut attempt, last, &reply.buttons, class).await
    }

    async fn send_part(
        &self,
        attempt: &mut Attempt,
        text: &Html,
        buttons: &[Vec<Button>],
        class: Class,
    ) -> Result<Placed, Refused> {
        loop {
            let Attempt { to, is_plain, .. } = *attempt;
            let call = || self.send_message.call(message(to, text, is_plain, buttons));
            match self.call(u32::MAX, Some(to.chat), class, call).await {
                Ok(Lenient(sent)) => {
                    // Taken, whatever the answer looks like: without its id it cannot be edited, and is said anew then.
                    let message = MessageId(sent.map_or(0, |sent| sent.message_id));
                    return Ok(Placed { chat: to.chat, message });
                }
                Err(error) if self.amend(attempt, &error).await => {}
                Err(error) => {
                    tracing::error!(chat = %to.chat, error = kind(&error), "a reply was refused");
                    return Err(Refused);
                }
            }
        }
    }

    async fn edit(&self, at: Placed, reply: &Reply, class: Class) -> Result<(), Refused> {
        let parts = reply.text.split(MAX_MESSAGE_LEN);
        let text = parts.first().ok_or(Refused)?;
        let mut attempt = self.attempt(Destination::chat(at.chat));
        loop {
            let Attempt { to, is_plain, .. } = attempt;
            let placed = Placed { chat: to.chat, ..at };
            let call = || self.edit_message.call(edit(placed, text, is_plain, &reply.buttons));
            match self.call(u32::MAX, Some(to.chat), class, call).await {
                Ok(_) => return Ok(()),
                Err(error) if remedy(&error) == Remedy::AsItShouldBe => return Ok(()),
                Err(error) if self.amend(&mut attempt, &error).await => {}
                Err(error) => {
                    tracing::warn!(chat = %to.chat, error = kind(&error), "an edit was refused");
                    return Err(Refused);
                }
            }
        }
    }

    /// A first attempt, to the id by which Telegram knows the chat now. What is meant for a message of a group has no such
    /// message any more where the group has become a supergroup: there messages have other ids.
    fn attempt(&self, to: Destination) -> Attempt {
        let chat = self.migrations.current(to.chat);
        let to = if chat == to.chat { to } else { Destination::chat(chat) };
        Attempt { to, is_plain: false, migrations: 0 }
    }

    /// Changes what a message was refused for; false where there is nothing left to change.
    async fn amend(&self, attempt: &mut Attempt, error: &RequestError) -> bool {
        let Destination { chat, topic, message } = attempt.to;
        let new = match (error, remedy(error)) {
            (RequestError::MigrateToChatId(new), _) => ChatId(new.0),
            (_, Remedy::FindChat) => match self.find_chat(chat).await {
                Some(new) => new,
                None => return false,
            },
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

    /// Asks for the id by which Telegram knows a group that is said to be a supergroup now.
    async fn find_chat(&self, old: ChatId) -> Option<ChatId> {
        let call = || self.get_chat.call(GetChat::new(telegram_id(old)));
        match self.call(u32::MAX, Some(old), Class::Unlimited, call).await {
            Ok(found) => Some(ChatId(found.id)),
            Err(RequestError::MigrateToChatId(new)) => Some(ChatId(new.0)),
            Err(error) => {
                tracing::warn!(chat = %old, error = kind(&error), "Telegram does not say where a group has gone");
                None
            }
        }
    }

    async fn show_typing(&self, to: Destination) {
        sleep(TYPING_AFTER).await;
        let Ok(_shown) = self.typing.try_acquire() else { return };
        let chat = self.migrations.current(to.chat);
        // It is worth neither a wait nor a second try: the answer itself is near.
        while self.schedule.pause(Some(chat)).is_none() {
            let mut payload = SendChatAction::new(telegram_id(chat), ChatAction::Typing);
            if let Some(topic) = to.topic {
                payload = payload.message_thread_id(topic_id(topic));
            }
            let permit = self.schedule.turn(Some(chat), Class::Unlimited).await;
            let shown = self.show_action.call(payload).await;
            drop(permit);
            match shown {
                Ok(_) => {}
                Err(RequestError::RetryAfter(asked)) => return self.schedule.refused(Some(chat), asked),
                Err(_) => return,
            }
            sleep(TYPING_PERIOD).await;
        }
    }

    /// Calls until Telegram has decided, or has been out of reach `tries` times.
    async fn call<T, F>(
        &self,
        tries: u32,
        chat: Option<ChatId>,
        class: Class,
        call: impl Fn() -> F,
    ) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        let mut lost = 0;
        loop {
            let permit = self.schedule.turn(chat, class).await;
            let result = call().await;
            drop(permit);
            match result {
                Ok(taken) => {
                    self.schedule.taken(class);
                    return Ok(taken);
                }
                Err(RequestError::RetryAfter(asked)) => self.schedule.refused(chat, asked),
                Err(error) if passes(&error) && lost + 1 < tries => {
                    let chat = chat.map(|chat| chat.0);
                    tracing::warn!(chat, error = kind(&error), "Telegram did not answer; trying again");
                    sleep(pause(lost)).await;
                    lost += 1;
                }
                decided => return decided,
            }
        }
    }
}
