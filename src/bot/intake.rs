//! What Telegram sends becomes a question of our own, or nothing: most of what a bot sees is none of its business.

use teloxide::types::CallbackQueryId;

use super::{
    desk::Desk,
    question::{Question, What},
    send::Destination,
    wire::{CallbackQuery, Message, Readable, Update},
};
use crate::{
    chat::{Ask, Place, Press},
    value::{ChatId, MessageId, UpdateId, UserId},
};

impl Desk {
    /// The question of an update.
    pub(super) async fn question(&self, update: Update) -> Option<Question> {
        let id = UpdateId(update.update_id);
        match (update.message, update.callback_query) {
            (Some(Readable::Read(message)), _) => self.message(id, message).await,
            (_, Some(Readable::Read(query))) => self.press(id, query).await,
            (None, None) => None,
            _ => {
                // Its content may be personal, so the log gets its number alone.
                tracing::warn!(update = id.0, "an update that cannot be read was passed over");
                None
            }
        }
    }

    async fn message(&self, update: UpdateId, message: Message) -> Option<Question> {
        self.note_move(&message).await;
        // Who writes in the name of the group or of a channel has a stand-in in `from` that counts as a bot (Bot API,
        // `Message.sender_chat`).
        let from = message.from.as_ref().filter(|user| !user.is_bot || message.sender_chat.is_some())?;
        let text = text_of(&message)?.to_owned();
        let to = Destination {
            chat: ChatId(message.chat.id),
            topic: message.message_thread_id.filter(|_| message.is_topic_message),
            question: Some(MessageId(message.message_id)),
        };
        let chat = self.moves.first_id(to.chat).await;
        let user = UserId(from.id);
        let replied = message.reply_to_message.as_deref();
        let ask = Ask {
            chat,
            user,
            place: if message.chat.kind == "private" { Place::Private } else { Place::Group },
            role: self.role(to.chat, chat, user),
            text,
            quoted: replied.and_then(text_of).map(str::to_owned),
            replies_to_bot: replied.is_some_and(|replied| self.wrote(replied)),
        };
        let what = What::Intent(self.talk.understand(&ask, &self.name).await?);
        let quoted = replied.map(|replied| MessageId(replied.message_id));
        let asked = self.ours(message.date);
        Some(Question { update, chat, user, asked, to, quoted, what })
    }

    async fn press(&self, update: UpdateId, query: CallbackQuery) -> Option<Question> {
        let (message, data) = (query.message?, query.data?);
        let to = Destination { chat: ChatId(message.chat.id), topic: None, question: None };
        let chat = self.moves.first_id(to.chat).await;
        let user = UserId(query.from.id);
        let press = Press { chat, user, role: self.role(to.chat, chat, user), data };
        let what = What::Press { press, query: CallbackQueryId(query.id), message: MessageId(message.message_id) };
        Some(Question { update, chat, user, asked: self.now(), to, quoted: None, what })
    }

    /// A group that becomes a supergroup says so in both.
    async fn note_move(&self, message: &Message) {
        let here = ChatId(message.chat.id);
        if let Some(new) = message.migrate_to_chat_id {
            self.moves.note(here, ChatId(new)).await;
        }
        if let Some(old) = message.migrate_from_chat_id {
            self.moves.note(ChatId(old), here).await;
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
    message.text.as_deref().or(message.caption.as_deref())
}
