//! What Telegram sends becomes a job, a stranger's answer, or nothing: most of what a bot sees is not meant for it.

use std::{
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use teloxide::types::{CallbackQuery, ChatMemberUpdated, Message, SharedUser, User};
use tokio::sync::Notify;

use super::{
    command::read_line, menu, migrations::ChatMigrations, send::Sender, telegram_clock::TelegramClock,
    updates::Delivery,
};
use crate::{
    access::{Action, Actor, ChatIds, Decision, Reason},
    chat::{
        self, Arrival, Conversation, Intent, Line, Named, Origin, Place, Press, Reply, Response, Then, Visitor,
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
    /// Rung when the bot may have a new name, a group to leave or visitors to tell of.
    pub(super) housekeeping: Notify,
}

impl Intake {
    /// A message: a job where it is meant for the bot and its writer may check.
    pub(super) async fn message(self: Arc<Self>, delivery: Delivery, message: Message) -> Result<(), Infallible> {
        self.heard(delivery, message, false).await;
        Ok(())
    }

    /// A message that was edited: it is answered anew where its answer stands.
    pub(super) async fn edited(self: Arc<Self>, delivery: Delivery, message: Message) -> Result<(), Infallible> {
        self.heard(delivery, message, true).await;
        Ok(())
    }

    async fn heard(&self, delivery: Delivery, message: Message, edited: bool) {
        let (here, me) = (ChatId(message.chat.id.0), self.me());
        if let Some(joined) = message.new_chat_members() {
            for member in joined.iter().filter(|member| !member.is_bot) {
                self.note_joined(here, UserId(member.id.0), message.date).await;
            }
        }
        let (Some(user), Some(text)) = (asker(&message), text_of(&message)) else { return };
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
        self.note_visit(decision, user);
        if decision == Decision::Deny(Reason::GroupNotAdmitted) {
            let title = message.chat.title().unwrap_or_default().to_owned();
            self.group_came(&Arrival { chat, here, title, by: None }).await;
        }
        if heard.line == Line::ForAnotherBot {
            // Or for this one, by a name that it has not learned yet.
            self.housekeeping.notify_one();
        }
        if decision == Decision::Deny(Reason::Blocked) {
            // Silence is the answer.
        } else if !decision.is_allowed() {
            if edited {
                return;
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
                self.greet_owner(user, here).await;
            }
            let quoted = replied.and_then(message_id);
            let asked = self.telegram_clock.asked(message.date, delivery.is_fresh);
            let task = Task { to, quoted, asked, press: None, in_place: None, edited, intent };
            self.runner.accept(vec![Incoming { update: delivery.update, chat, user, task }]).await;
        }
    }

    /// A group has another id. What the bot did under it before it knew is taken back.
    pub(super) async fn moved(&self, old: ChatId, new: ChatId) {
        self.migrations.note(old, new).await;
        let first = self.migrations.first_id(new).await;
        self.runner.follow_up(self.conversation.group_moved(first, new).await);
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

    /// The bot was added to a chat, or taken out of it.
    pub(super) async fn membership(self: Arc<Self>, change: ChatMemberUpdated) -> Result<(), Infallible> {
        let (here, user) = (ChatId(change.chat.id.0), UserId(change.from.id.0));
        if Place::of(here) == Place::Private {
            return Ok(());
        }
        let chat = self.migrations.first_id(here).await;
        let was_there = change.old_chat_member.is_present();
        match (was_there, change.new_chat_member.is_present()) {
            // A small group that became a supergroup is left by all, and goes on under another id.
            (_, false) if self.migrations.current(here) != here => {}
            (_, false) => self.conversation.group_left(chat).await,
            // It is no place to check in.
            (false, true) if change.chat.is_channel() => self.runner.follow_up(vec![Then::Leave(here)]),
            (false, true) => {
                let by_owner = self.conversation.is_owner(user).await;
                let decision = self.may_read(user, chat, here).await;
                if by_owner || decision == Decision::Deny(Reason::GroupNotAdmitted) {
                    let title = change.chat.title().unwrap_or_default().to_owned();
                    let by = Some((user, change.from.first_name.clone()));
                    self.group_came(&Arrival { chat, here, title, by }).await;
                }
            }
            (true, true) => {}
        }
        Ok(())
    }

    /// Somebody joined a group or left it: Telegram tells it of groups that the bot administrates.
    pub(super) async fn member(self: Arc<Self>, change: ChatMemberUpdated) -> Result<(), Infallible> {
        let (old, new) = (&change.old_chat_member, &change.new_chat_member);
        if !old.is_present() && new.is_present() && !new.user.is_bot {
            self.note_joined(ChatId(change.chat.id.0), UserId(new.user.id.0), change.date).await;
        }
        Ok(())
    }

    /// Notes since when somebody is in a group where they may use the bot; elsewhere there is nothing to see.
    async fn note_joined(&self, here: ChatId, user: UserId, at: DateTime<Utc>) {
        let chat = self.migrations.first_id(here).await;
        if Place::of(chat) == Place::Group && self.may_read(user, chat, here).await.is_allowed() {
            self.conversation.note_joined(chat, user, at).await;
        }
    }

    /// Who the bot is.
    pub(super) fn me(&self) -> Arc<Me> {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether someone may use the bot at all in a chat.
    async fn may_read(&self, user: UserId, chat: ChatId, here: ChatId) -> Decision {
        let chat = ChatIds { first: chat, current: here };
        self.conversation.access.authorise(Actor::of(user), chat, Action::Read).await
    }

    /// Counts strangers, and groups that came, for the owners' line of the day.
    fn note_visit(&self, decision: Decision, user: UserId) {
        if decision == Decision::Deny(Reason::Unknown) && self.visitors.note_stranger(user, self.clock.now()) {
            self.housekeeping.notify_one();
        }
    }

    /// The bot was heard of in a group that is not admitted, or was added to one by an owner.
    async fn group_came(&self, arrival: &Arrival) {
        let Response { reply, then, .. } = self.conversation.group_came(arrival).await;
        let is_new = reply.is_some() || !then.is_empty();
        if is_new && self.visitors.note_group(self.clock.now()) || self.conversation.is_overdue(arrival.chat).await {
            self.housekeeping.notify_one();
        }
        self.say_to_stranger(Destination::chat(arrival.here), reply);
        self.runner.follow_up(then);
    }

    /// Says something to those who may not check. Does not wait for it.
    fn say_to_stranger(&self, to: Destination, reply: Option<Reply>) {
        let Some(reply) = reply else { return };
        let sender = self.sender.clone();
        self.sender.to_stranger(async move {
            let _ = sender.send(to, &reply, Priority::Stranger).await;
        });
    }

    /// Shows an owner the commands of owners, and the cards that could not be sent before. Does not wait for it.
    async fn greet_owner(&self, user: UserId, here: ChatId) {
        if self.conversation.is_owner(user).await {
            self.runner.follow_up(self.conversation.due_of_requests().await);
            let menu = menu::of_owner(self.conversation.words(here).await, teloxide::types::ChatId(here.0));
            let sender = self.sender.clone();
            tokio::spawn(async move { sender.set_menu(&menu).await });
        }
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
/// channel, or somebody who writes as a channel. Administrators who write as their group are one asker: who of them it is
/// stays hidden (Bot API, `Message.sender_chat`).
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

/// The id of a message. What one member of a group alone can see has none of its own (Bot API 10.2, `Message.message_id`).
fn message_id(message: &Message) -> Option<MessageId> {
    Some(MessageId(message.id.0)).filter(|id| id.0 != 0)
}

/// What a person wrote: a text, the caption of a picture, or the number of a contact card; empty for what has no text.
fn text_of(message: &Message) -> Option<&str> {
    let words = message.text().or(message.caption()).or(message.document().map(|_| ""));
    let words = words.or(message.contact().map(|contact| contact.phone_number.as_str()));
    words.or(message.shared_users().map(|_| ""))
}

/// The message that somebody replied to. Telegram also names the opening of a forum's topic where somebody just writes into
/// the topic.
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
