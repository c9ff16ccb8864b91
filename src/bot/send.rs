//! Everything that the bot sends to Telegram, sent until Telegram has taken it or refused it for good.
//!
//! A reply goes out at once: there is no pacing here but what Telegram asks for by a 429 (`retry_after`), which is obeyed
//! for its chat alone, by edits as by sends. What is lost on the way is sent again. Telegram's descriptions may
//! quote the text that it refused, so the log gets the kind of an error, never its text.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::de::IgnoredAny;
use teloxide::{
    ApiError, RequestError,
    payloads::{
        AnswerCallbackQuerySetters, DeleteMessage, EditMessageText, EditMessageTextSetters, SendChatActionSetters,
        SendMessage, SendMessageSetters,
    },
    requests::Requester,
    types::{
        CallbackQueryId, ChatAction, InlineKeyboardButton, InlineKeyboardMarkup, ParseMode, ReplyParameters, ThreadId,
    },
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, sleep_until},
};

use super::{
    moves::Moves,
    wire::{Method, SERVERS_FAULT, Sent},
};
use crate::{
    chat::{Button, Reply},
    value::{ChatId, MessageId},
};

/// The longest text of a message, in UTF-16 code units (Bot API, `sendMessage`: "1-4096 characters").
const LONGEST_TEXT: usize = 4096;

/// The longest pause before something is sent again that got lost on the way.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How often it is tried to delete a message.
const DELETION_TRIES: u32 = 3;

/// In how many chats "typing" shows at once. It is sent anew every 4.5 s, which must not take up what Telegram allows.
const TYPING: usize = 64;

/// Where a reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// The chat, by the id that Telegram knows it by now.
    pub(super) chat: ChatId,
    /// The forum topic.
    pub(super) topic: Option<i32>,
    /// The message that it answers.
    pub(super) question: Option<MessageId>,
}

/// Telegram refused something for good: the reader blocked the bot, the chat is gone, the text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

/// Where a message came to stand: in a group that has just become a supergroup, not where it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) chat: ChatId,
    pub(super) message: MessageId,
}

/// Sends through one bot account.
pub(super) struct Sender {
    telegram: teloxide::Bot,
    send_message: Method<SendMessage, Sent>,
    edit_message: Method<EditMessageText, IgnoredAny>,
    delete_message: Method<DeleteMessage, IgnoredAny>,
    moves: Arc<Moves>,
    pauses: Pauses,
    /// Calls that may be under way: each has a file descriptor.
    lines: Semaphore,
    typing: Semaphore,
}

impl Sender {
    /// A sender that notes in `moves` which groups became supergroups, and makes at most so many calls at once.
    pub(super) fn new(telegram: teloxide::Bot, moves: Arc<Moves>, calls: usize) -> Self {
        Self {
            send_message: Method::of(&telegram),
            edit_message: Method::of(&telegram),
            delete_message: Method::of(&telegram),
            telegram,
            moves,
            pauses: Pauses::default(),
            lines: Semaphore::new(calls),
            typing: Semaphore::new(TYPING),
        }
    }

    /// Sends a reply, in as many messages as it needs; gives the last. Buttons stand under that one.
    pub(super) async fn send(&self, to: Destination, reply: &Reply) -> Result<Placed, Refused> {
        let mut last = Err(Refused);
        let parts = reply.text.split(LONGEST_TEXT);
        for (place, part) in parts.iter().enumerate() {
            let buttons = if place + 1 == parts.len() { reply.buttons.as_slice() } else { &[] };
            last = Ok(self.send_part(to, part.as_str(), buttons).await?);
        }
        last
    }

    async fn send_part(&self, mut to: Destination, text: &str, buttons: &[Button]) -> Result<Placed, Refused> {
        loop {
            match self.insist(to.chat, || self.send_message.call(message(to, text, buttons))).await {
                Ok(sent) => return Ok(Placed { chat: to.chat, message: MessageId(sent.message_id) }),
                Err(RequestError::MigrateToChatId(new)) => to = self.follow(to, ChatId(new.0)).await,
                // The topic was deleted meanwhile, and the question with it: the group is still there.
                Err(error) if to.topic.is_some() && is_topic_gone(&error) => {
                    to = Destination { topic: None, question: None, ..to };
                }
                Err(error) => {
                    tracing::error!(chat = %to.chat, error = kind(&error), "a reply was refused");
                    return Err(Refused);
                }
            }
        }
    }

    /// A group became a supergroup: what was meant for it goes there. Its messages have other ids now.
    async fn follow(&self, to: Destination, new: ChatId) -> Destination {
        tracing::info!(old = %to.chat, %new, "a group became a supergroup");
        self.moves.note(to.chat, new).await;
        Destination { chat: new, topic: None, question: None }
    }

    /// Puts a reply in place of an earlier message. Where that message is gone, it is said anew.
    pub(super) async fn replace(&self, to: Destination, message: MessageId, reply: &Reply) -> Result<Placed, Refused> {
        match self.edit(to.chat, message, reply).await {
            Ok(()) => Ok(Placed { chat: to.chat, message }),
            Err(Refused) => self.send(to, reply).await,
        }
    }

    /// Puts a reply in place of an earlier message.
    pub(super) async fn edit(&self, chat: ChatId, message: MessageId, reply: &Reply) -> Result<(), Refused> {
        let text = reply.text.split(LONGEST_TEXT).into_iter().next().ok_or(Refused)?;
        let edited =
            self.insist(chat, || self.edit_message.call(replacement(chat, message, text.as_str(), &reply.buttons)));
        match edited.await {
            Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified)) => Ok(()),
            Err(error) => {
                tracing::warn!(%chat, error = kind(&error), "an edit was refused");
                Err(Refused)
            }
        }
    }

    /// Ends the wait of a pressed button, with a line over the chat if there is one to show.
    pub(super) async fn answer_press(&self, chat: ChatId, query: &CallbackQueryId, notice: Option<&str>) {
        let answered = self.insist(chat, || {
            let request = self.telegram.answer_callback_query(query.clone());
            match notice {
                Some(notice) => request.text(notice).show_alert(true).into_future(),
                None => request.into_future(),
            }
        });
        if let Err(error) = answered.await {
            tracing::debug!(%chat, error = kind(&error), "a press could not be answered");
        }
    }

    /// Takes a message out of the chat, where the bot may; elsewhere it stays. The agent's next question waits for this, so
    /// it is not tried for ever.
    pub(super) async fn delete(&self, chat: ChatId, message: MessageId) {
        let payload = || DeleteMessage::new(telegram_id(chat), teloxide::types::MessageId(message.0));
        let deleted = self.insist_for(DELETION_TRIES, chat, || self.delete_message.call(payload()));
        if let Err(error) = deleted.await {
            tracing::info!(%chat, error = kind(&error), "a message with a PIN could not be deleted");
        }
    }

    /// Shows "typing" for as long as `work` takes, once it has taken a second; not where many wait.
    pub(super) async fn typing<T>(&self, to: Destination, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            never = self.keep_typing(to) => match never {},
        }
    }

    /// Telegram shows the action for five seconds at most (Bot API, `sendChatAction`).
    async fn keep_typing(&self, to: Destination) -> std::convert::Infallible {
        sleep(Duration::from_secs(1)).await;
        let Ok(_shown) = self.typing.try_acquire() else { return std::future::pending().await };
        loop {
            let request = self.telegram.send_chat_action(telegram_id(to.chat), ChatAction::Typing);
            let request = match to.topic {
                Some(topic) => request.message_thread_id(topic_id(topic)),
                None => request,
            };
            // Worth no second try: the answer itself is near.
            let _ = request.await;
            sleep(Duration::from_millis(4500)).await;
        }
    }

    /// Makes one call when its turn has come. Nobody is on a line during a pause.
    async fn on_a_line<T>(&self, call: impl Future<Output = T>) -> T {
        // None is ever closed, so it is there.
        let _line = self.lines.acquire().await;
        call.await
    }

    /// Calls until Telegram has decided.
    async fn insist<T, F>(&self, chat: ChatId, call: impl Fn() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        self.insist_for(u32::MAX, chat, call).await
    }

    /// Calls until Telegram has decided, or has been out of reach so many times.
    async fn insist_for<T, F>(&self, tries: u32, chat: ChatId, call: impl Fn() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        let mut lost = 0;
        loop {
            self.pauses.wait(chat).await;
            match self.on_a_line(call()).await {
                Err(RequestError::RetryAfter(seconds)) => {
                    tracing::warn!(%chat, seconds = seconds.seconds(), "Telegram asks for a pause");
                    self.pauses.until(chat, Instant::now() + seconds.duration());
                }
                Err(error) if passes(&error) && lost + 1 < tries => {
                    tracing::warn!(%chat, error = kind(&error), "Telegram did not answer; sending again");
                    sleep(pause(lost)).await;
                    lost += 1;
                }
                decided => return decided,
            }
        }
    }
}

fn telegram_id(chat: ChatId) -> teloxide::types::ChatId {
    teloxide::types::ChatId(chat.0)
}

fn topic_id(topic: i32) -> ThreadId {
    ThreadId(teloxide::types::MessageId(topic))
}

fn message(to: Destination, text: &str, buttons: &[Button]) -> SendMessage {
    let mut message = SendMessage::new(telegram_id(to.chat), text).parse_mode(ParseMode::Html);
    if let Some(topic) = to.topic {
        message = message.message_thread_id(topic_id(topic));
    }
    if let Some(question) = to.question {
        let question = ReplyParameters::new(teloxide::types::MessageId(question.0));
        message = message.reply_parameters(question.allow_sending_without_reply());
    }
    match keyboard(buttons) {
        Some(keyboard) => message.reply_markup(keyboard),
        None => message,
    }
}

fn replacement(chat: ChatId, message: MessageId, text: &str, buttons: &[Button]) -> EditMessageText {
    let message = teloxide::types::MessageId(message.0);
    let edit = EditMessageText::new(telegram_id(chat), message, text).parse_mode(ParseMode::Html);
    match keyboard(buttons) {
        Some(keyboard) => edit.reply_markup(keyboard),
        None => edit,
    }
}

fn keyboard(buttons: &[Button]) -> Option<InlineKeyboardMarkup> {
    let row = buttons.iter().map(|button| InlineKeyboardButton::callback(&button.label, &button.data));
    (!buttons.is_empty()).then(|| InlineKeyboardMarkup::new([row]))
}

/// Whether an error is likely to pass by itself: nothing was decided about the request.
fn passes(error: &RequestError) -> bool {
    match error {
        RequestError::Network(_) | RequestError::Io(_) | RequestError::InvalidJson { .. } => true,
        // The operator has to put in a new token: the answers wait for that, in the journal if need be.
        RequestError::Api(ApiError::InvalidToken) => true,
        RequestError::Api(ApiError::Unknown(text)) => {
            // "Logged out": the bot is being moved to another Bot API server (`logOut`), and can be called there soon.
            [SERVERS_FAULT, "Internal", "Bad Gateway", "Gateway", "Service Unavailable", "Logged out"]
                .iter()
                .any(|fault| text.starts_with(fault))
        }
        _ => false,
    }
}

/// Whether a message was refused because its forum topic is gone. A topic that is closed is none: its admins want no more
/// messages there.
fn is_topic_gone(error: &RequestError) -> bool {
    matches!(error, RequestError::Api(ApiError::Unknown(text)) if text.contains("message thread not found"))
}

/// 1, 2, 4, 8, 15, 15 … seconds.
pub(super) fn pause(lost: u32) -> Duration {
    Duration::from_secs(1 << lost.min(6)).min(LONGEST_PAUSE)
}

/// What the log may say of an error: its kind. Unknown descriptions are cut where they begin to quote.
pub(super) fn kind(error: &RequestError) -> String {
    match error {
        RequestError::Api(ApiError::Unknown(text)) => text.split(':').next().unwrap_or_default().to_owned(),
        RequestError::Api(ApiError::CantParseEntities(_)) => "can't parse entities".to_owned(),
        RequestError::Api(known) => known.to_string(),
        RequestError::MigrateToChatId(_) => "the group has become a supergroup".to_owned(),
        RequestError::RetryAfter(_) => "too many requests".to_owned(),
        RequestError::Network(error) if error.is_timeout() => "no answer in time".to_owned(),
        RequestError::Network(error) if error.is_connect() => "no connection".to_owned(),
        RequestError::Network(_) | RequestError::Io(_) => "the connection was lost".to_owned(),
        RequestError::InvalidJson { .. } => "an answer that is no JSON".to_owned(),
    }
}

/// Chats for which Telegram asked for a pause.
#[derive(Default)]
struct Pauses(Mutex<HashMap<ChatId, Instant>>);

impl Pauses {
    fn until(&self, chat: ChatId, end: Instant) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        ends.retain(|_, end| *end > now);
        ends.insert(chat, end);
    }

    async fn wait(&self, chat: ChatId) {
        let end = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied();
        if let Some(end) = end {
            sleep_until(end).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let seconds: Vec<u64> = (0..6).map(|lost| pause(lost).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 15, 15]);
    }

    #[test]
    fn the_log_never_quotes_what_was_refused() {
        let refused = RequestError::Api(ApiError::Unknown("Bad Request: strange text BUDI SANTOSO".into()));
        assert_eq!(kind(&refused), "Bad Request");
        let broken = RequestError::Api(ApiError::CantParseEntities("unsupported tag \"BUDI\"".into()));
        assert_eq!(kind(&broken), "can't parse entities");
    }
}
