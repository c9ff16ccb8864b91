//! What Telegram sends becomes a job, a stranger's answer, or nothing: most of what a bot sees is not meant for it.

use std::{
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use teloxide::types::{CallbackQuery, Message, SharedUser, Update, UpdateKind, User};
use tokio::sync::Notify;

use super::{
    command::read_line,
    migrations::ChatMigrations,
    send::Sender,
    telegram_clock::TelegramClock,
    updates::{Delivery, Host},
};
use crate::{
    access::{Action, Actor, ChatIds, Decision, Reason},
    chat::{
        self, Arrival, Conversation, Intent, Line, Menu, Named, Origin, Place, Press, Reply, Response, Then, Visitor,
        Visitors,
    },
    clock::Clock,
    jobs::{Destination, Incoming, Outbox, PressedButton, Priority, Runner, Task},
    value::{ChatId, MessageId, UserId},
};

/// What is needed of the bot's own `User` (Bot API).
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub(super) id: u64,
    pub(super) username: String,
}

/// What the handlers work with.
pub(super) struct Intake {
    /// Who the bot is; it may be renamed.
    pub(super) me: RwLock<Arc<Me>>,
    pub(super) conversation: Arc<Conversation>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) telegram_clock: TelegramClock,
    pub(super) migrations: Arc<ChatMigrations>,
    pub(super) runner: Arc<Runner>,
    pub(super) sender: Sender,
    pub(super) visitors: Visitors,
    /// How long nothing is said of a group that is new ([`Limits`](super::Limits)).
    pub(super) arrival_pause: Duration,
    /// Rung when the bot may have a new name, a group to leave or visitors to tell of.
    pub(super) housekeeping: Notify,
}

impl Intake {
    /// A message: a job where it is meant for the bot and its writer may check. One that was edited is answered anew
    /// where its answer stands.
    pub(super) async fn message(self: Arc<Self>, delivery: Delivery, update: Update) -> Result<(), Infallible> {
        let edited = matches!(update.kind, UpdateKind::EditedMessage(_));
        let (UpdateKind::Message(message) | UpdateKind::EditedMessage(message)) = update.kind else { return Ok(()) };
        let (here, me) = (ChatId(message.chat.id.0), self.me());
        if let Some(joined) = message.new_chat_members() {
            for member in joined.iter().filter(|member| !member.is_bot) {
                self.note_joined(here, UserId(member.id.0), message.date).await;
            }
        }
        let (Some(user), Some(text)) = (asker(&message), text_of(&message)) else { return Ok(()) };
        let chat = self.migrations.first_id(here).await;
        let replied = replied(&message);
        let heard = chat::Message {
            chat,
            user,
            line: if text.is_empty() { Line::NoText } else { read_line(text, &me.username) },
            quoted: quoted(&message),
            replies_to_bot: replied.and_then(|replied| replied.from.as_ref()).is_some_and(|user| user.id.0 == me.id),
            document: message.document().map(|document| chat::Document {
                file: document.file.id.0.clone(),
                // One that is as large as can be is of a size that is not known.
                size: Some(document.file.size).filter(|size| *size < u32::MAX).map(u64::from),
                name: document.file_name.clone(),
                kind: document.mime_type.as_ref().map(|kind| kind.essence_str().to_owned()),
            }),
            origin: origin(&message),
        };
        let to = Destination {
            chat: here,
            topic: message.thread_id.filter(|_| message.is_topic_message).map(|topic| topic.0.0),
            message: message_id(&message),
        };
        let decision = self.may_read(user, chat, here).await;
        match decision {
            Decision::Deny(Reason::Unknown) if self.visitors.note_stranger(user, self.clock.now()) => {
                self.housekeeping.notify_one();
            }
            Decision::Deny(Reason::GroupNotAdmitted) => {
                let title = message.chat.title().unwrap_or_default().to_owned();
                self.clone().group_came(Arrival { chat, here, title, by: None }).await;
            }
            _ => {}
        }
        if heard.line == Line::ForAnotherBot {
            // Or for this one, by a name that it has not learned yet.
            self.housekeeping.notify_one();
        }
        if decision == Decision::Deny(Reason::Blocked) {
            // Silence is the answer.
        } else if !decision.is_allowed() {
            if edited {
                return Ok(());
            }
            let visitor = message.from.as_ref().map(visitor).unwrap_or_default();
            let Response { reply, then, .. } = self.conversation.stranger(&heard, &visitor).await;
            self.say_to_stranger(to, reply);
            self.runner.follow_up(then);
        } else if let Some(intent) = self.conversation.understand(&heard) {
            if let Some(from) = message.from.as_ref().filter(|from| from.id.0 == user.0) {
                self.conversation.names.note(user, &from.first_name).await;
            }
            let intent = self.conversation.look_up(&heard, intent).await;
            if matches!(intent, Intent::Start | Intent::Help) && Place::of(chat) == Place::Private {
                self.greet_manager(user).await;
            }
            let quoted = replied.and_then(message_id);
            let asked = self.telegram_clock.asked(message.date, delivery.is_fresh);
            let task = Task { to, quoted, asked, press: None, in_place: None, edited, intent };
            self.runner.accept(vec![Incoming { update: delivery.update, chat, user, task }]).await;
        }
        Ok(())
    }

    /// A pressed button.
    pub(super) async fn press(self: Arc<Self>, delivery: Delivery, query: CallbackQuery) -> Result<(), Infallible> {
        let (Some(message), Some(data)) = (query.message, query.data) else { return Ok(()) };
        let (here, user) = (ChatId(message.chat().id.0), UserId(query.from.id.0));
        let under = message.regular_message().filter(|message| message.is_topic_message);
        let topic = under.and_then(|message| message.thread_id).map(|topic| topic.0.0);
        let chat = self.migrations.first_id(here).await;
        let decision = self.may_read(user, chat, here).await;
        if decision.is_allowed() {
            let task = Task {
                to: Destination { topic, ..Destination::chat(here) },
                quoted: None,
                asked: self.clock.now(),
                press: Some(PressedButton { id: query.id.0, message: MessageId(message.id().0) }),
                in_place: None,
                edited: false,
                intent: Intent::Press { press: Press::decode(&data) },
            };
            self.runner.accept(vec![Incoming { update: delivery.update, chat, user, task }]).await;
        } else {
            let Response { notice, then, .. } = match decision {
                // Silence is the answer.
                Decision::Deny(Reason::Blocked) => Response::default(),
                _ => {
                    let press = Press::decode(&data);
                    self.conversation.stranger_pressed(chat, user, press.as_ref(), &visitor(&query.from)).await
                }
            };
            self.runner.follow_up(then);
            let sender = self.sender.clone();
            self.sender.to_stranger(async move { sender.answer_press(&query.id.0, notice.as_deref()).await });
        }
        Ok(())
    }

    /// Who the bot is.
    pub(super) fn me(&self) -> Arc<Me> {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether someone may use the bot at all in a chat.
    pub(super) async fn may_read(&self, user: UserId, chat: ChatId, here: ChatId) -> Decision {
        let chat = ChatIds { first: chat, current: here };
        self.conversation.access.authorise(Actor::of(user), chat, Action::Read).await
    }

    /// Says something to those who may not check. Does not wait for it.
    pub(super) fn say_to_stranger(&self, to: Destination, reply: Option<Reply>) {
        let Some(reply) = reply else { return };
        let sender = self.sender.clone();
        self.sender.to_stranger(async move {
            let _ = sender.send(to, &reply, Priority::Stranger).await;
        });
    }

    /// Shows an owner or an admin their commands, and owners the cards that could not be sent before. Does not wait for
    /// it.
    async fn greet_manager(&self, user: UserId) {
        let menu = self.conversation.menu_of(user).await;
        if menu == Menu::Owner {
            self.runner.follow_up(self.conversation.due_of_requests().await);
        }
        if menu != Menu::Agent {
            self.runner.follow_up(vec![Then::Menu(user)]);
        }
    }
}

#[async_trait]
impl Host for Intake {
    async fn room(&self, updates: usize) {
        self.runner.room(updates).await;
    }

    fn note_heard(&self) {
        self.conversation.board.note_heard(self.clock.now());
    }

    fn note_date(&self, date: Option<DateTime<Utc>>) {
        self.telegram_clock.note_answer(date);
    }

    /// What the bot did under the new id before it knew is taken back.
    async fn moved(&self, old: ChatId, new: ChatId) {
        self.migrations.note(old, new).await;
        let first = self.migrations.first_id(new).await;
        self.runner.follow_up(self.conversation.group_moved(first, new).await);
    }
}

/// What Telegram says of someone.
fn visitor(user: &User) -> Visitor {
    Visitor { name: user.first_name.clone(), username: user.username.clone(), language: user.language_code.clone() }
}

/// Where a message comes from, and whom it names.
fn origin(message: &Message) -> Origin {
    let named = |user: &User| Named { user: UserId(user.id.0), name: user.first_name.clone() };
    let picked = message.shared_users();
    // A contact card that was forwarded is not about who forwarded it.
    let of = |message: &Message| match message.contact() {
        Some(contact) => contact.user_id.map(|id| Named { user: UserId(id.0), name: contact.first_name.clone() }),
        None => message.forward_from_user().filter(|user| !user.is_bot).map(named),
    };
    let people: Vec<Named> = match picked {
        Some(picked) => {
            let name = |user: &SharedUser| user.first_name.clone().unwrap_or_default();
            picked.users.iter().map(|user| Named { user: UserId(user.user_id.0), name: name(user) }).collect()
        }
        None => of(message).into_iter().collect(),
    };
    let replied = replied(message).and_then(of).into_iter().collect();
    Origin { forwarded: message.forward_origin().is_some(), picked: picked.is_some(), people, replied }
}

/// Who asks with a message. `None` where that is no person of the chat: a bot, Telegram itself, a post of the linked
/// channel, or somebody who writes as a channel. Administrators who write as their group are one asker: who of them it
/// is stays hidden (Bot API, `Message.sender_chat`).
fn asker(message: &Message) -> Option<UserId> {
    match &message.sender_chat {
        _ if message.is_automatic_forward() || message.chat.is_channel() => None,
        Some(sender) => (sender.id == message.chat.id).then_some(UserId::ANONYMOUS_ADMIN),
        None => {
            let from = message.from.as_ref().filter(|from| !from.is_bot)?;
            Some(UserId(from.id.0)).filter(|user| !user.is_stand_in())
        }
    }
}

/// The id of a message. What one member of a group alone can see has none of its own (Bot API 10.2,
/// `Message.message_id`).
fn message_id(message: &Message) -> Option<MessageId> {
    Some(MessageId(message.id.0)).filter(|id| id.0 != 0)
}

/// What a person wrote: a text, the caption of a picture, or the number of a contact card; empty for what has no text.
fn text_of(message: &Message) -> Option<&str> {
    let words = message.text().or(message.caption()).or(message.document().map(|_| ""));
    let words = words.or(message.contact().map(|contact| contact.phone_number.as_str()));
    words.or(message.shared_users().map(|_| ""))
}

/// The message that somebody replied to. Telegram also names the opening of a forum's topic where somebody just writes
/// into the topic.
fn replied(message: &Message) -> Option<&Message> {
    let topic = message.thread_id.filter(|_| message.is_topic_message);
    message.reply_to_message().filter(|replied| topic.is_none_or(|topic| topic.0 != replied.id))
}

/// What a message refers to: the part that its writer chose of the replied message, or all of that.
fn quoted(message: &Message) -> Option<String> {
    if let Some(quote) = message.quote() {
        return Some(quote.text.clone());
    }
    let replied = replied(message)?;
    text_of(replied).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn message(fields: Value) -> Message {
        let chat = json!({ "id": -5, "type": "supergroup", "title": "Agen" });
        let mut message = json!({ "message_id": 1, "date": 1, "chat": chat, "from": user(42), "text": "halo" });
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(message).unwrap()
    }

    fn user(id: u64) -> Value {
        json!({ "id": id, "is_bot": false, "first_name": "Budi" })
    }

    fn stand_in(id: u64) -> Value {
        json!({ "id": id, "is_bot": true, "first_name": "Group" })
    }

    fn chat(id: i64, kind: &str) -> Value {
        json!({ "id": id, "type": kind, "title": "Agen" })
    }

    #[test]
    fn persons_ask_and_anonymous_administrators_are_one_asker() {
        assert_eq!(asker(&message(json!({}))), Some(UserId(42)));
        let anonymous = json!({ "from": stand_in(1_087_968_824), "sender_chat": chat(-5, "supergroup") });
        assert_eq!(asker(&message(anonymous)), Some(UserId::ANONYMOUS_ADMIN));
        let named = json!({ "sender_chat": chat(-5, "supergroup") });
        assert_eq!(asker(&message(named)), Some(UserId::ANONYMOUS_ADMIN), "it counts in whose name it is written");
    }

    #[test]
    fn bots_channels_and_telegram_itself_are_not_answered() {
        for fields in [
            json!({ "from": stand_in(136_817_688), "sender_chat": chat(-7, "channel") }),
            json!({ "from": user(777_000), "sender_chat": chat(-7, "channel"), "is_automatic_forward": true }),
            json!({ "from": user(777_000), "sender_chat": chat(-5, "supergroup"), "is_automatic_forward": true }),
            json!({ "from": user(777_000) }),
            json!({ "from": stand_in(1_087_968_824) }),
            json!({ "from": stand_in(99) }),
            json!({ "from": null }),
            json!({ "from": null, "chat": chat(-7, "channel"), "sender_chat": chat(-7, "channel") }),
        ] {
            assert_eq!(asker(&message(fields.clone())), None, "{fields}");
        }
    }

    #[test]
    fn a_message_refers_to_its_quote_then_to_the_replied_message_then_to_its_contact_card() {
        let replied = |content: Value| {
            let mut replied = json!({ "message_id": 3, "date": 1, "chat": chat(-5, "supergroup") });
            replied.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
            replied
        };
        let quote = json!({ "text": "01105691111", "position": 4 });
        let text = replied(json!({ "text": "dua nomor" }));
        let card = replied(json!({ "contact": { "phone_number": "0817345544", "first_name": "Budi" } }));
        for (fields, expected) in [
            (json!({ "quote": quote, "reply_to_message": text }), Some("01105691111")),
            (json!({ "quote": quote }), Some("01105691111")),
            (json!({ "reply_to_message": text }), Some("dua nomor")),
            (json!({ "reply_to_message": card }), Some("0817345544")),
            (json!({ "reply_to_message": replied(json!({})) }), None),
            (json!({}), None),
        ] {
            assert_eq!(quoted(&message(fields.clone())).as_deref(), expected, "{fields}");
        }
    }
}
