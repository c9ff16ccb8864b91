//! Where updates become conversation: what Telegram sends is made an [`Ask`] or a [`Press`], put into its agent's lane,
//! answered by [`Talk`], and the answer sent back to where it was asked.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use teloxide::types::{CallbackQuery, CallbackQueryId, ChatKind, Message, MessageId};
use tokio::time::Instant;

use super::{
    access::Access,
    lanes::{Full, Lanes},
    send::{Destination, Sender},
};
use crate::{
    chat::{Alert, Ask, Leak, Place, Press, Pressed, Role, Said, Talk},
    value::{ChatId, OperatorProblem, UserId},
};

/// How long the owners are not told of the same problem again.
const ALERT_AGAIN: Duration = Duration::from_secs(30 * 60);

/// What the handlers work with.
pub(super) struct Desk {
    /// The bot's user name, without the `@`.
    pub(super) name: String,
    pub(super) talk: Arc<Talk>,
    pub(super) access: Access,
    pub(super) sender: Sender,
    pub(super) lanes: Lanes,
    pub(super) alerted: Alerted,
}

impl Desk {
    /// Takes a message in. What is no message of a person's, or has no text, is not for the bot.
    pub(super) fn take_message(self: Arc<Self>, message: &Message) {
        let Some(ask) = self.ask(message) else { return };
        let topic = message.thread_id.filter(|_| message.is_topic_message);
        let to = Destination { chat: ask.chat, topic, question: Some(message.id) };
        let quoted = message.reply_to_message().map(|replied| replied.id);
        let (lane, role) = ((ask.chat, ask.user), ask.role);
        match self.lanes.submit(lane, self.clone().answer(ask, to, quoted)) {
            Err(Full::Now) if role != Role::Stranger => self.lanes.submit_last(lane, self.clone().slow_down(to)),
            Err(_) => tracing::warn!(chat = %to.chat, "someone writes faster than the bot answers"),
            Ok(()) => {}
        }
    }

    /// Takes a press of a button in.
    pub(super) fn take_press(self: Arc<Self>, query: CallbackQuery) {
        let (Some(message), Some(data)) = (query.message, query.data) else { return };
        let chat = ChatId(message.chat().id.0);
        let user = UserId(query.from.id.0);
        let press = Press { chat, user, role: self.access.role(chat, user), data };
        let turn = self.clone().turn(press, query.id, message.id());
        if self.lanes.submit((chat, user), turn).is_err() {
            tracing::warn!(%chat, "a press was dropped from a full lane");
        }
    }

    /// Says to the owners what only they can put right; each problem once in half an hour.
    fn tell_owners(self: &Arc<Self>, alert: &Alert) {
        if !self.alerted.is_news(alert.problem) {
            return;
        }
        for owner in self.access.owners() {
            // A person's private chat with the bot has the person's own id.
            let Ok(chat) = i64::try_from(owner.0).map(ChatId) else { continue };
            let (desk, alert) = (self.clone(), alert.clone());
            let told = self.lanes.submit((chat, owner), async move {
                let reply = desk.talk.alert(chat, &alert).await;
                desk.sender.send(Destination { chat, topic: None, question: None }, &reply).await;
            });
            if told.is_err() {
                tracing::warn!("an owner's lane is full; the alert was dropped");
            }
        }
    }

    fn ask(&self, message: &Message) -> Option<Ask> {
        // Who writes in the name of the group or of a channel has a stand-in in `from` that counts as a bot (Bot API,
        // `Message.sender_chat`).
        let from = message.from.as_ref().filter(|user| !user.is_bot || message.sender_chat.is_some())?;
        let text = text_of(message)?.to_owned();
        let chat = ChatId(message.chat.id.0);
        let user = UserId(from.id.0);
        let place = match message.chat.kind {
            ChatKind::Private(_) => Place::Private,
            ChatKind::Public(_) => Place::Group,
        };
        let replied = message.reply_to_message();
        let replies_to_bot = replied
            .and_then(|replied| replied.from.as_ref()?.username.as_ref())
            .is_some_and(|name| name.eq_ignore_ascii_case(&self.name));
        let quoted = replied.and_then(text_of).map(str::to_owned);
        Some(Ask { chat, user, place, role: self.access.role(chat, user), text, quoted, replies_to_bot })
    }

    async fn answer(self: Arc<Self>, ask: Ask, to: Destination, quoted: Option<MessageId>) {
        let work = self.sender.typing(to, self.talk.hear(&ask, &self.name));
        let Ok(said) = AssertUnwindSafe(work).catch_unwind().await else {
            // The panic's own place is in the log already, from the panic hook.
            tracing::error!(chat = %to.chat, "a handler panicked; apologising");
            return self.sender.send(to, &self.talk.apology(ask.chat).await).await;
        };
        let Said { reply, leak, alert } = said;
        if let Some(reply) = &reply {
            self.sender.send(to, reply).await;
        }
        let leaking = leak.and_then(|leak| match leak {
            Leak::Question => to.question,
            Leak::Quoted => quoted,
        });
        if let Some(message) = leaking {
            self.sender.delete(to.chat, message).await;
        }
        if let Some(alert) = &alert {
            self.tell_owners(alert);
        }
    }

    async fn turn(self: Arc<Self>, press: Press, query: CallbackQueryId, message: MessageId) {
        let Ok(pressed) = AssertUnwindSafe(self.talk.press(&press)).catch_unwind().await else {
            tracing::error!(chat = %press.chat, "a handler panicked at a press");
            let apology = self.talk.apology(press.chat).await.text.plain();
            return self.sender.answer_press(press.chat, &query, Some(&apology)).await;
        };
        match pressed {
            Pressed::Notice(notice) => self.sender.answer_press(press.chat, &query, Some(&notice)).await,
            Pressed::Edit(reply) => {
                // The button stops waiting at once, even when the edit has to wait for Telegram's limits.
                let answered = self.sender.answer_press(press.chat, &query, None);
                tokio::join!(answered, self.sender.edit(press.chat, message, &reply));
            }
        }
    }

    async fn slow_down(self: Arc<Self>, to: Destination) {
        self.sender.send(to, &self.talk.slow_down(to.chat).await).await;
    }
}

/// What a person wrote: a text, or the caption of a picture.
fn text_of(message: &Message) -> Option<&str> {
    message.text().or_else(|| message.caption())
}

/// Which problems the owners have been told of, and when. Kept in memory alone: after a restart they are told again.
#[derive(Default)]
pub(super) struct Alerted(Mutex<HashMap<OperatorProblem, Instant>>);

impl Alerted {
    /// Whether the owners have not been told lately; from now on they have.
    fn is_news(&self, problem: OperatorProblem) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        told.retain(|_, at| now.duration_since(*at) < ALERT_AGAIN);
        let is_news = !told.contains_key(&problem);
        told.entry(problem).or_insert(now);
        is_news
    }
}
