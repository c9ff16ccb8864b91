//! Telegram's JSON: users, chats, messages, memberships.

use serde_json::{Value, json};

use super::{
    chats::{ANONYMOUS_ADMIN, BOT_ID, BotStatus, CHANNEL_BOT, Chat, Kind, Message, Person, Sender, TELEGRAM},
    html::utf16_length,
    state::State,
};

impl State {
    /// A `Message`, with the message that it answers.
    pub(crate) fn message_json(&self, chat: &Chat, message: &Message) -> Value {
        let mut json = self.bare_message_json(chat, message);
        if let Some(quote) = &message.quote {
            json["quote"] = quote.clone();
        }
        if let Some(original) = message.reply_to.and_then(|id| chat.visible(id)) {
            json["reply_to_message"] = self.bare_message_json(chat, original);
        } else if let Some(topic) = message.thread.filter(|_| chat.kind == Kind::Forum) {
            json["reply_to_message"] = topic_opening_json(chat, topic);
        }
        json
    }

    fn bare_message_json(&self, chat: &Chat, message: &Message) -> Value {
        let mut json = json!({
            "message_id": message.id, "date": message.date, "chat": self.chat_json(chat),
        });
        for (key, value) in &message.content {
            json[key] = value.clone();
        }
        if message.content.is_empty() {
            json["text"] = message.text.as_str().into();
        }
        self.put_sender(&mut json, chat, message.sender);
        if let Some(thread) = message.thread {
            json["message_thread_id"] = thread.into();
            if chat.kind == Kind::Forum {
                json["is_topic_message"] = true.into();
            }
        }
        if let Some(date) = message.edited {
            json["edit_date"] = date.into();
        }
        if !message.entities.is_empty() {
            let key = if message.content.is_empty() { "entities" } else { "caption_entities" };
            json[key] = message.entities.clone().into();
        }
        if !message.keyboard.is_empty() {
            json["reply_markup"] = json!({ "inline_keyboard": message.keyboard });
        }
        json
    }

    /// Names who wrote a message.
    pub(crate) fn put_sender(&self, json: &mut Value, chat: &Chat, sender: Sender) {
        match sender {
            Sender::Person(id) => json["from"] = self.person_json(id),
            Sender::Bot => json["from"] = self.bot_json(),
            Sender::AnonymousAdmin => {
                json["from"] = json!({
                    "id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot",
                });
                json["sender_chat"] = self.chat_json(chat);
            }
            Sender::LinkedChannel(id) => {
                let channel = json!({ "id": id, "title": "Saluran", "type": "channel" });
                json["from"] = json!({ "id": TELEGRAM, "is_bot": false, "first_name": "Telegram" });
                json["forward_origin"] = json!({
                    "type": "channel", "chat": channel, "message_id": json["message_id"], "date": json["date"],
                });
                json["sender_chat"] = channel;
                json["is_automatic_forward"] = true.into();
            }
            Sender::Channel(id) => {
                json["from"] = json!({
                    "id": CHANNEL_BOT, "is_bot": true, "first_name": "Channel", "username": "Channel_Bot",
                });
                json["sender_chat"] = json!({ "id": id, "title": "Saluran", "type": "channel" });
            }
        }
    }

    /// A `User` that is a person.
    pub(crate) fn person_json(&self, id: u64) -> Value {
        let person: &Person = &self.people[&id];
        json!({
            "id": id, "is_bot": false, "first_name": person.first_name, "language_code": person.language,
        })
    }

    /// The bot as a `User`.
    pub(crate) fn bot_json(&self) -> Value {
        json!({ "id": BOT_ID, "is_bot": true, "first_name": "Cek Nomor", "username": self.username() })
    }

    /// The bot as a `ChatMember` of some status; `gone` is what the chat's kind calls a bot that is away.
    pub(crate) fn bot_member_json(&self, status: BotStatus) -> Value {
        match status {
            BotStatus::Member => json!({ "user": self.bot_json(), "status": "member" }),
            BotStatus::Gone => json!({ "user": self.bot_json(), "status": "kicked", "until_date": 0 }),
            BotStatus::Administrator => json!({
                "user": self.bot_json(), "status": "administrator", "is_anonymous": false, "can_be_edited": false,
                "can_manage_chat": true, "can_change_info": false, "can_delete_messages": true,
                "can_manage_video_chats": false, "can_invite_users": false, "can_restrict_members": false,
                "can_promote_members": false, "can_post_stories": false, "can_edit_stories": false,
                "can_delete_stories": false,
            }),
        }
    }

    /// A person as a `ChatMember` who is an administrator.
    pub(crate) fn admin_json(&self, id: u64) -> Value {
        json!({
            "user": self.person_json(id), "status": "administrator", "is_anonymous": false, "can_be_edited": false,
            "can_manage_chat": true, "can_change_info": true, "can_delete_messages": true,
            "can_manage_video_chats": true, "can_invite_users": true, "can_restrict_members": true,
            "can_promote_members": false, "can_post_stories": false, "can_edit_stories": false,
            "can_delete_stories": false,
        })
    }

    /// A `Chat`.
    pub(crate) fn chat_json(&self, chat: &Chat) -> Value {
        match chat.kind {
            Kind::Private => {
                let name = &self.people[&chat.id.unsigned_abs()].first_name;
                json!({ "id": chat.id, "first_name": name, "type": "private" })
            }
            Kind::Group => json!({ "id": chat.id, "title": chat.title, "type": "group" }),
            Kind::Supergroup => json!({ "id": chat.id, "title": chat.title, "type": "supergroup" }),
            Kind::Forum => json!({ "id": chat.id, "title": chat.title, "type": "supergroup", "is_forum": true }),
        }
    }
}

/// The service message that opened a topic. A message in a topic that answers no other message answers this one.
fn topic_opening_json(chat: &Chat, topic: i64) -> Value {
    json!({
        "message_id": topic, "date": 1_700_000_000, "message_thread_id": topic, "is_topic_message": true,
        "chat": { "id": chat.id, "title": chat.title, "type": "supergroup", "is_forum": true },
        "from": { "id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" },
        "forum_topic_created": { "name": chat.topics[&topic].name, "icon_color": 7_322_096 },
    })
}

/// The entities that Telegram finds in what people type: commands and mentions.
pub(crate) fn typed_entities(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let kind = match word.chars().next() {
            Some('/') => Some("bot_command"),
            Some('@') => Some("mention"),
            _ => None,
        };
        let length = 1 + word.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || "_@".contains(*c)).count();
        if let Some(kind) = kind.filter(|_| length > 1) {
            found.push(json!({ "type": kind, "offset": offset, "length": length }));
        }
        offset += utf16_length(word);
    }
    found
}
