//! People, and what one of them says and hears in one chat.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    actions::NewMessage,
    chats::{BotStatus, Sender},
    groups::{Group, Topic},
    reply::Reply,
    state::{State, World},
};

/// Something that is one chat, or is in one.
pub trait InChat {
    /// The chat's id.
    fn chat_id(&self) -> i64;
}

/// A message that one can reply to.
pub trait Quotable: InChat {
    /// Its id in its chat.
    fn message_id(&self) -> i64;
}

/// A person.
#[derive(Clone)]
pub struct User {
    world: Arc<World>,
    id: u64,
}

impl User {
    pub(crate) fn new(world: Arc<World>, id: u64) -> Self {
        Self { world, id }
    }

    /// The user's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The private chat with the bot.
    pub fn in_private(&self) -> Conversation {
        Conversation::new(self.world.clone(), self.chat_id(), Sender::Person(self.id))
    }

    /// In a group.
    pub fn in_group(&self, group: &Group) -> Conversation {
        Conversation::new(self.world.clone(), group.id(), Sender::Person(self.id))
    }

    /// Blocks the bot in private.
    pub fn blocks_bot(&self) {
        self.world.change(|state| state.set_status(self.chat_id(), BotStatus::Gone, self.id));
    }

    /// Lets the bot write again.
    pub fn unblocks_bot(&self) {
        self.world.change(|state| state.set_status(self.chat_id(), BotStatus::Member, self.id));
    }
}

impl InChat for User {
    /// The private chat with the bot has the user's own id.
    fn chat_id(&self) -> i64 {
        i64::try_from(self.id).expect("user ids have at most 52 bits")
    }
}

/// Someone in a chat. All conversations in one chat hear the same: each message of the bot is read once.
#[derive(Clone)]
pub struct Conversation {
    world: Arc<World>,
    chat: i64,
    sender: Sender,
    topic: Option<i64>,
}

/// A message that someone wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    chat: i64,
    id: i64,
}

impl Conversation {
    pub(crate) fn new(world: Arc<World>, chat: i64, sender: Sender) -> Self {
        Self { world, chat, sender, topic: None }
    }

    /// The same person in a topic of the forum.
    pub fn in_topic(&self, topic: &Topic) -> Self {
        assert_eq!(topic.chat, self.chat, "the topic is another forum's");
        Self { topic: Some(topic.id), ..self.clone() }
    }

    /// Writes a message. In a group the bot sees it only where its privacy mode lets it.
    pub async fn says(&self, text: &str) -> Sent {
        self.write(text, Map::new(), None, None)
    }

    /// Writes a message as a reply to another.
    pub async fn replies_to(&self, original: &impl Quotable, text: &str) -> Sent {
        assert_eq!(original.chat_id(), self.chat, "a reply stays in its chat");
        self.write(text, Map::new(), Some(original.message_id()), None)
    }

    /// Writes a message as a reply to a part of another.
    pub async fn quotes(&self, original: &impl Quotable, part: &str, text: &str) -> Sent {
        assert_eq!(original.chat_id(), self.chat, "a reply stays in its chat");
        self.write(text, Map::new(), Some(original.message_id()), Some(part))
    }

    /// Sends something else than a text: what [`content`](super::content) makes, or any other fields of a `Message`.
    pub async fn sends(&self, content: Value) -> Sent {
        let Value::Object(content) = content else { panic!("fields of a message are expected") };
        let caption = content.get("caption").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.write(&caption, content, None, None)
    }

    /// Picks people by the keyboard that the bot shows for it, as far as it lets.
    pub async fn picks(&self, people: &[&User]) -> Sent {
        let shown = self.world.change(|state| state.chats.get(&self.chat)?.picker);
        let (request, most) = shown.expect("the bot shows a keyboard that picks people");
        assert!(people.len() <= most, "the keyboard lets {most} be picked");
        let name = |id: u64| self.world.change(|state| state.people[&id].first_name.clone());
        let users: Vec<Value> =
            people.iter().map(|user| json!({ "user_id": user.id(), "first_name": name(user.id()) })).collect();
        let ids: Vec<u64> = people.iter().map(|user| user.id()).collect();
        self.sends(json!({ "users_shared": { "request_id": request, "user_ids": ids, "users": users } })).await
    }

    fn write(&self, text: &str, content: Map<String, Value>, reply_to: Option<i64>, quote: Option<&str>) -> Sent {
        let (chat, sender, topic) = (self.chat, self.sender, self.topic);
        let new = NewMessage { chat, sender, text, content, quote, reply_to, topic };
        Sent { chat, id: self.world.change(|state| state.say(&new)) }
    }

    /// Changes a message written before.
    pub async fn edits(&self, sent: &Sent, text: &str) {
        self.world.change(|state| state.edit(sent.chat, sent.id, text));
    }

    /// Deletes a message; Telegram does not tell bots.
    pub async fn deletes(&self, message: &impl Quotable) {
        self.world.change(|state| {
            let chat = state.chats.get_mut(&message.chat_id()).expect("the chat exists");
            chat.messages.get_mut(&message.message_id()).expect("the message exists").deleted = true;
        });
    }

    /// The bot's next message in this chat, in whatever topic.
    pub async fn reply(&self) -> Reply {
        let what = format!("message in chat {}", self.chat);
        let next = self.world.expect(&what, |state| state.chats.get_mut(&self.chat)?.unread.messages.pop_front()).await;
        Reply::new(self.world.clone(), self.chat, next)
    }

    /// What the bot has said in this chat by now and no test has read, oldest first.
    pub fn heard_by_now(&self) -> Vec<Reply> {
        let take =
            |state: &mut State| state.chats.get_mut(&self.chat).map(|chat| std::mem::take(&mut chat.unread.messages));
        let heard = self.world.change(take).unwrap_or_default();
        heard.into_iter().map(|message| Reply::new(self.world.clone(), self.chat, message)).collect()
    }

    /// A message that the bot said here long ago, perhaps as another build: it stands there, and needs no reading.
    pub fn said_by_bot_before(&self, text: &str) -> Reply {
        let (chat, topic) = (self.chat, self.topic);
        let message = self.world.change(|state| state.said_by_bot_before(chat, topic, text));
        Reply::new(self.world.clone(), self.chat, message)
    }

    /// The next message that the bot has shown to this person alone.
    pub async fn shown_alone(&self) -> Reply {
        let Sender::Person(reader) = self.sender else { panic!("only a person is shown something alone") };
        let take = |state: &mut State| {
            let to_one = &mut state.chats.get_mut(&self.chat)?.unread.to_one;
            let place = to_one.iter().position(|(receiver, _)| *receiver == reader)?;
            to_one.remove(place)
        };
        let (_, message) = self.world.expect(&format!("message for one in chat {}", self.chat), take).await;
        Reply::new(self.world.clone(), self.chat, message)
    }

    /// Says `probe`, which the bot must answer, and fails when it says anything else here before that answer. Since
    /// answers to one person keep their order, this proves that the bot passed over what was said before.
    pub async fn silence_until(&self, probe: &str) -> Reply {
        let asked = self.says(probe).await;
        let reply = self.reply().await;
        assert!(reply.answers(&asked), "expected silence before the answer to {probe:?}, heard {:?}", reply.text());
        reply
    }

    /// Waits for "typing" to show in this chat, and takes one showing of it.
    pub async fn typing(&self) {
        let take = |state: &mut State| {
            let unread = &mut state.chats.get_mut(&self.chat)?.unread;
            unread.typing = unread.typing.checked_sub(1)?;
            Some(())
        };
        self.world.expect(&format!("typing in chat {}", self.chat), take).await;
    }

    /// Waits until the bot has deleted a message.
    pub async fn deleted(&self, message: &impl Quotable) {
        let take = |state: &mut State| {
            let gone = &mut state.chats.get_mut(&message.chat_id())?.unread.deletions;
            let place = gone.iter().position(|id| *id == message.message_id())?;
            gone.remove(place)
        };
        self.world.expect(&format!("deletion in chat {}", self.chat), take).await;
    }
}

impl InChat for Conversation {
    fn chat_id(&self) -> i64 {
        self.chat
    }
}

impl InChat for Sent {
    fn chat_id(&self) -> i64 {
        self.chat
    }
}

impl Quotable for Sent {
    fn message_id(&self) -> i64 {
        self.id
    }
}
