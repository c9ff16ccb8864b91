//! Everything that the bot sends to Telegram, sent until Telegram has taken it or refused it for good.
//!
//! Nothing is paced that Telegram has not asked to be paced: a single reply goes out at once. A 429 is obeyed for its chat
//! alone (`retry_after`), for edits as for sends; what is lost on the way is sent again. Telegram's descriptions may
//! quote the text that it refused, so the log gets the kind of an error, never its text.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use teloxide::{
    ApiError, RequestError,
    payloads::{AnswerCallbackQuerySetters, EditMessageTextSetters, SendChatActionSetters, SendMessageSetters},
    requests::Requester,
    types::{
        CallbackQueryId, ChatAction, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode, ReplyParameters,
        ThreadId,
    },
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    chat::{Button, Reply},
    value::ChatId,
};

/// The longest text of a message, in UTF-16 code units (Bot API, `sendMessage`: "1-4096 characters").
const LONGEST_TEXT: usize = 4096;

/// How often something is sent again that got lost on the way; with the pauses below, for about two minutes.
const TRIES: u32 = 12;

/// The longest pause between two of them.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Where a reply goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Destination {
    /// The chat.
    pub(super) chat: ChatId,
    /// The forum topic.
    pub(super) topic: Option<ThreadId>,
    /// The message that it answers.
    pub(super) question: Option<MessageId>,
}

/// Sends through one bot account.
pub(super) struct Sender {
    telegram: teloxide::Bot,
    pauses: Pauses,
}

impl Sender {
    pub(super) fn new(telegram: teloxide::Bot) -> Self {
        Self { telegram, pauses: Pauses::default() }
    }

    /// Sends a reply, in as many messages as it needs. Buttons stand under the last.
    pub(super) async fn send(&self, to: Destination, reply: &Reply) {
        let parts = reply.text.split(LONGEST_TEXT);
        let last = parts.len().saturating_sub(1);
        for (place, part) in parts.iter().enumerate() {
            let buttons = if place == last { reply.buttons.as_slice() } else { &[] };
            let sent = self.insist(to.chat, || {
                let request =
                    self.telegram.send_message(telegram_id(to.chat), part.as_str()).parse_mode(ParseMode::Html);
                let request = match to.topic {
                    Some(topic) => request.message_thread_id(topic),
                    None => request,
                };
                let request = match to.question {
                    Some(id) => request.reply_parameters(ReplyParameters::new(id).allow_sending_without_reply()),
                    None => request,
                };
                match keyboard(buttons) {
                    Some(keyboard) => request.reply_markup(keyboard).into_future(),
                    None => request.into_future(),
                }
            });
            if let Err(error) = sent.await {
                tracing::error!(chat = %to.chat, error = kind(&error), "a reply was refused");
                return;
            }
        }
    }

    /// Puts a reply in place of an earlier message.
    pub(super) async fn edit(&self, chat: ChatId, message: MessageId, reply: &Reply) {
        let Some(text) = reply.text.split(LONGEST_TEXT).into_iter().next() else { return };
        let edited = self.insist(chat, || {
            let request = self.telegram.edit_message_text(telegram_id(chat), message, text.as_str());
            let request = request.parse_mode(ParseMode::Html);
            match keyboard(&reply.buttons) {
                Some(keyboard) => request.reply_markup(keyboard).into_future(),
                None => request.into_future(),
            }
        });
        match edited.await {
            Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified)) => {}
            Err(error) => tracing::warn!(%chat, error = kind(&error), "an edit was refused"),
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

    /// Takes a message out of the chat, where the bot may; elsewhere it stays.
    pub(super) async fn delete(&self, chat: ChatId, message: MessageId) {
        let deleted = self.insist(chat, || self.telegram.delete_message(telegram_id(chat), message).into_future());
        if let Err(error) = deleted.await {
            tracing::info!(%chat, error = kind(&error), "a message with a PIN could not be deleted");
        }
    }

    /// Shows "typing" for as long as `work` takes, once it has taken a second.
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
        loop {
            let request = self.telegram.send_chat_action(telegram_id(to.chat), ChatAction::Typing);
            let request = match to.topic {
                Some(topic) => request.message_thread_id(topic),
                None => request,
            };
            // Worth no second try: the answer itself is near.
            let _ = request.await;
            sleep(Duration::from_millis(4500)).await;
        }
    }

    /// Calls until Telegram has decided.
    async fn insist<T, F>(&self, chat: ChatId, call: impl Fn() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        let mut lost = 0;
        loop {
            self.pauses.wait(chat).await;
            match call().await {
                Err(RequestError::RetryAfter(seconds)) => {
                    tracing::warn!(%chat, seconds = seconds.seconds(), "Telegram asks for a pause");
                    self.pauses.until(chat, Instant::now() + seconds.duration());
                }
                Err(error) if passes(&error) && lost < TRIES => {
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

fn keyboard(buttons: &[Button]) -> Option<InlineKeyboardMarkup> {
    let row = buttons.iter().map(|button| InlineKeyboardButton::callback(&button.label, &button.data));
    (!buttons.is_empty()).then(|| InlineKeyboardMarkup::new([row]))
}

/// Whether an error is likely to pass by itself: nothing was decided about the request.
fn passes(error: &RequestError) -> bool {
    match error {
        RequestError::Network(_) | RequestError::Io(_) | RequestError::InvalidJson { .. } => true,
        RequestError::Api(ApiError::Unknown(text)) => {
            ["Internal", "Bad Gateway", "Gateway", "Service Unavailable"].iter().any(|fault| text.starts_with(fault))
        }
        _ => false,
    }
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
