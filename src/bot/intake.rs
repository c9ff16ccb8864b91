//! What Telegram sends becomes a question of our own, or nothing: most of what a bot sees is none of its business.

use teloxide::types::{CallbackQuery, ChatKind, Message, Update, UpdateKind};

use super::{
    desk::Desk,
    question::{Question, What},
    send::{Destination, moved},
};
use crate::{
    chat::{Ask, Place, Press},
    value::{ChatId, MessageId, UpdateId, UserId},
};

impl Desk {
    /// The question of an update.
    pub(super) async fn question(&self, update: Update) -> Option<Question> {
        let id = UpdateId(update.id.0);
        match update.kind {
            UpdateKind::Message(message) => self.message(id, &message).await,
            UpdateKind::CallbackQuery(query) => self.press(id, query).await,
            UpdateKind::Error(_) => {
                // teloxide could not read it. Its content may be personal, so the log gets its number alone.
                tracing::warn!(update = id.0, "an update that cannot be read was passed over");
                None
            }
            _ => None,
        }
    }

    async fn message(&self, update: UpdateId, message: &Message) -> Option<Question> {
        self.note_move(message).await;
        // Who writes in the name of the group or of a channel has a stand-in in `from` that counts as a bot (Bot API,
        // `Message.sender_chat`).
        let from = message.from.as_ref().filter(|user| !user.is_bot || message.sender_chat.is_some())?;
        let text = text_of(message)?.to_owned();
        let to = Destination {
            chat: ChatId(message.chat.id.0),
            topic: message.thread_id.filter(|_| message.is_topic_message).map(|topic| topic.0.0),
            question: Some(MessageId(message.id.0)),
        };
        let chat = self.first_id(to.chat).await;
        let user = UserId(from.id.0);
        let replied = message.reply_to_message();
        let ask = Ask {
            chat,
            user,
            place: match message.chat.kind {
                ChatKind::Private(_) => Place::Private,
                ChatKind::Public(_) => Place::Group,
            },
            role: self.role(to.chat, chat, user),
            text,
            quoted: replied.and_then(text_of).map(str::to_owned),
            replies_to_bot: replied.is_some_and(|replied| self.wrote(replied)),
        };
        let what = What::Intent(self.talk.understand(&ask, &self.name).await?);
        let quoted = replied.map(|replied| MessageId(replied.id.0));
        Some(Question { update, chat, user, asked: message.date, to, quoted, what })
    }

    async fn press(&self, update: UpdateId, query: CallbackQuery) -> Option<Question> {
        let (message, data) = (query.message?, query.data?);
        let to = Destination { chat: ChatId(message.chat().id.0), topic: None, question: None };
        let chat = self.first_id(to.chat).await;
        let user = UserId(query.from.id.0);
        let press = Press { chat, user, role: self.role(to.chat, chat, user), data };
        let what = What::Press { press, query: query.id, message: MessageId(message.id().0) };
        Some(Question { update, chat, user, asked: self.now(), to, quoted: None, what })
    }

    /// A group that becomes a supergroup says so in both.
    async fn note_move(&self, message: &Message) {
        let here = ChatId(message.chat.id.0);
        if let Some(new) = message.migrate_to_chat_id() {
            moved(&*self.talk.preferences, here, ChatId(new.0)).await;
        }
        if let Some(old) = message.migrate_from_chat_id() {
            moved(&*self.talk.preferences, ChatId(old.0), here).await;
        }
    }

    /// Whether a message is the bot's own.
    fn wrote(&self, message: &Message) -> bool {
        let name = message.from.as_ref().and_then(|user| user.username.as_deref());
        name.is_some_and(|name| name.eq_ignore_ascii_case(&self.name))
    }
}

/// What a person wrote: a text, or the caption of a picture.
fn text_of(message: &Message) -> Option<&str> {
    message.text().or_else(|| message.caption())
}
