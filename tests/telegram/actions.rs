//! What people do in chats, which becomes updates for the bot.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    chats::{BotStatus, Chat, Kind, Message, Person, Sender, TopicState},
    html::utf16_length,
    json::typed_entities,
    state::{Press, State},
};

/// What someone writes.
pub(crate) struct NewMessage<'a> {
    pub(crate) chat: i64,
    pub(crate) sender: Sender,
    /// The text, or the caption of its content.
    pub(crate) text: &'a str,
    /// What it holds instead of a text.
    pub(crate) content: Map<String, Value>,
    /// The part of the message that it answers.
    pub(crate) quote: Option<&'a str>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) topic: Option<i64>,
}

impl State {
    /// Makes a person and the private chat, which is not begun before they write.
    pub(crate) fn add_person(&mut self, first_name: &str) -> u64 {
        let id = 100_001 + self.people.len() as u64;
        self.add_person_with_id(id, first_name);
        id
    }

    /// The same with an id of the test's choice.
    pub(crate) fn add_person_with_id(&mut self, id: u64, first_name: &str) {
        let person = Person { id, first_name: first_name.to_owned(), language: "id".to_owned() };
        self.people.insert(person.id, person);
        let chat = i64::try_from(id).expect("user ids have at most 52 bits");
        self.add_chat(chat, Kind::Private, "", BTreeSet::from([id]));
    }

    /// Makes a chat.
    pub(crate) fn add_chat(&mut self, id: i64, kind: Kind, title: &str, members: BTreeSet<u64>) {
        let first = 1000 * (1 + self.chats.len() as i64);
        self.chats.insert(id, Chat::new(id, kind, title, members, first));
    }

    /// The id of the next group of this kind.
    pub(crate) fn next_group_id(&self, kind: Kind) -> i64 {
        let number = 1 + self.chats.len() as i64;
        if kind == Kind::Group { -4_000_000 - number } else { -1_001_000_000_000 - number }
    }

    /// Opens a topic in a forum; its id is that of the message that opens it.
    pub(crate) fn open_topic(&mut self, chat: i64, name: &str) -> i64 {
        let chat = self.chats.get_mut(&chat).expect("the forum exists");
        assert_eq!(chat.kind, Kind::Forum, "only a forum has topics");
        let id = chat.take_message_id();
        chat.topics.insert(id, TopicState { name: name.to_owned(), refusal: None });
        id
    }

    /// Puts a message into its chat, and delivers it where Telegram would show it to the bot.
    pub(crate) fn say(&mut self, new: &NewMessage<'_>) -> i64 {
        let date = self.now();
        let chat = self.chats.get_mut(&new.chat).expect("the chat exists");
        chat.begun = true;
        let quote = new.quote.map(|part| quote_of(&chat.messages[&new.reply_to.expect("a quote answers")], part));
        let thread = new.topic.or_else(|| new.reply_to.and_then(|original| reply_thread(chat, original)));
        let message = Message {
            id: chat.take_message_id(),
            sender: new.sender,
            date,
            edited: None,
            text: new.text.to_owned(),
            html: new.text.to_owned(),
            entities: typed_entities(new.text),
            content: new.content.clone(),
            file: None,
            quote,
            keyboard: Vec::new(),
            reply_to: new.reply_to,
            thread,
            deleted: false,
        };
        let id = message.id;
        chat.messages.insert(id, message);
        self.deliver_message("message", new.chat, id);
        id
    }

    /// Puts a message of the bot's own into its chat, as if said long ago.
    pub(crate) fn said_by_bot_before(&mut self, chat: i64, thread: Option<i64>, text: &str) -> Message {
        let date = self.now();
        let chat = self.chats.get_mut(&chat).expect("the chat exists");
        let message = Message {
            id: chat.take_message_id(),
            sender: Sender::Bot,
            date,
            edited: None,
            text: text.to_owned(),
            html: text.to_owned(),
            entities: Vec::new(),
            content: Map::new(),
            file: None,
            quote: None,
            keyboard: Vec::new(),
            reply_to: None,
            thread,
            deleted: false,
        };
        chat.messages.insert(message.id, message.clone());
        message
    }

    /// Changes what a person wrote.
    pub(crate) fn edit(&mut self, chat: i64, id: i64, text: &str) {
        let now = self.now();
        let there = self.chats.get_mut(&chat).expect("the chat exists");
        let message = there.messages.get_mut(&id).expect("the message exists");
        message.text = text.to_owned();
        message.html = text.to_owned();
        message.entities = typed_entities(text);
        message.edited = Some(now);
        self.deliver_message("edited_message", chat, id);
    }

    /// Presses a button of a message. An old message comes without its content, as Telegram sends one that the bot
    /// may no longer reach.
    pub(crate) fn press(&mut self, chat: i64, message: i64, data: &str, user: u64) -> String {
        let id = format!("{}", 4_000_000_000_000 + self.presses.len());
        let there = &self.chats[&chat];
        let pressed = match there.visible(message) {
            Some(message) => self.message_json(there, message),
            None => json!({ "message_id": message, "date": 0, "chat": self.chat_json(there) }),
        };
        let query = json!({
            "id": id, "from": self.person_json(user), "message": pressed, "chat_instance": format!("{chat}"), "data": data,
        });
        let at = self.now();
        self.presses.insert(id.clone(), Press { chat, user, at, answer: None, read: false });
        self.deliver("callback_query", &query, None);
        id
    }

    /// Changes what the bot is in a chat, and tells it.
    pub(crate) fn set_status(&mut self, chat: i64, status: BotStatus, by: u64) {
        let there = self.chats.get_mut(&chat).expect("the chat exists");
        let old = std::mem::replace(&mut there.status, status);
        let there = &self.chats[&chat];
        let change = json!({
            "chat": self.chat_json(there), "from": self.person_json(by), "date": self.now(),
            "old_chat_member": self.bot_member_json(old),
            "new_chat_member": self.bot_member_json(status),
        });
        self.deliver("my_chat_member", &change, None);
    }

    /// Lets somebody into a group. Privacy mode keeps no such service message away.
    pub(crate) fn join(&mut self, chat: i64, user: u64) {
        let there = self.chats.get_mut(&chat).expect("the group exists");
        there.members.insert(user);
        let (id, is_told) = (there.take_message_id(), there.status == BotStatus::Administrator);
        let (there, person, date) = (&self.chats[&chat], self.person_json(user), self.now());
        let message = json!({
            "message_id": id, "date": date, "chat": self.chat_json(there), "from": person, "new_chat_members": [person],
        });
        let change = json!({
            "chat": self.chat_json(there), "from": person, "date": date,
            "old_chat_member": { "user": person, "status": "left" },
            "new_chat_member": { "user": person, "status": "member" },
        });
        self.deliver("message", &message, None);
        if is_told {
            self.deliver("chat_member", &change, None);
        }
    }

    /// That the bot is in a supergroup that was a group, as in any that it was added to, by one of its members.
    pub(crate) fn tell_of_coming(&mut self, chat: i64) {
        let there = &self.chats[&chat];
        let Some(by) = there.members.first().copied() else { return };
        let change = json!({
            "chat": self.chat_json(there), "from": self.person_json(by), "date": self.now(),
            "old_chat_member": self.bot_member_json(BotStatus::Gone),
            "new_chat_member": self.bot_member_json(there.status),
        });
        self.deliver("my_chat_member", &change, None);
    }

    /// The two service messages of a group that became a supergroup. Privacy mode keeps none of their kind away.
    /// Telegram tells of the bot's coming before (tdlib/telegram-bot-api#266).
    pub(crate) fn tell_of_move(&mut self, old: i64, new: i64) {
        self.tell_of_coming(new);
        for (chat, key, other) in [(old, "migrate_to_chat_id", new), (new, "migrate_from_chat_id", old)] {
            let there = self.chats.get_mut(&chat).expect("the chat exists");
            let id = there.take_message_id();
            let there = &self.chats[&chat];
            let mut message = json!({
                "message_id": id, "date": self.now(), "chat": self.chat_json(there), key: other,
            });
            self.put_sender(&mut message, there, Sender::AnonymousAdmin);
            self.deliver("message", &message, None);
        }
    }

    fn deliver_message(&mut self, kind: &str, chat: i64, id: i64) {
        let there = &self.chats[&chat];
        let message = &there.messages[&id];
        if sees(there, message, self.username()) {
            let json: Value = self.message_json(there, message);
            self.deliver(kind, &json, None);
        }
    }
}

/// A `TextQuote`: a part of a message, by its place in UTF-16 units.
fn quote_of(original: &Message, part: &str) -> Value {
    let at = original.text.find(part).expect("a quote is a part of what it quotes");
    json!({ "text": part, "position": utf16_length(&original.text[..at]), "is_manual": true })
}

/// A reply in a supergroup belongs to the thread of the first message of its chain, which is no topic.
fn reply_thread(chat: &Chat, original: i64) -> Option<i64> {
    let replied = chat.messages.get(&original)?;
    match chat.kind {
        Kind::Forum => replied.thread,
        Kind::Supergroup => replied.thread.or(Some(original)),
        Kind::Private | Kind::Group => None,
    }
}

/// Whether the bot gets to see a message: in a group its privacy mode keeps all but commands, mentions of it and
/// replies to it away, unless it is an administrator.
fn sees(chat: &Chat, message: &Message, username: &str) -> bool {
    match (chat.kind, chat.status) {
        (_, BotStatus::Gone) => false,
        (Kind::Private, _) | (_, BotStatus::Administrator) => true,
        (_, BotStatus::Member) => is_for_bot(chat, message, username),
    }
}

fn is_for_bot(chat: &Chat, message: &Message, username: &str) -> bool {
    let answers_bot =
        message.reply_to.and_then(|id| chat.visible(id)).is_some_and(|original| original.sender == Sender::Bot);
    let named = format!("@{username}");
    let command = message.text.split_whitespace().next().filter(|word| word.starts_with('/'));
    answers_bot
        || message.text.split_whitespace().any(|word| word.eq_ignore_ascii_case(&named))
        || command.is_some_and(|word| match word.split_once('@') {
            Some((_, bot)) => bot.eq_ignore_ascii_case(username),
            None => true,
        })
}
