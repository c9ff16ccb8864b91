//! People, and what one of them says and hears in one chat.

use std::sync::Arc;

use super::{
    chats::{Sender, Standing},
    groups::{Group, Topic},
    people::Saying,
    reply::Reply,
    world::World,
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
    pub fn in_private(&self) -> Talk {
        Talk::new(self.world.clone(), self.chat_id(), Sender::Person(self.id))
    }

    /// In a group.
    pub fn in_group(&self, group: &Group) -> Talk {
        Talk::new(self.world.clone(), group.id(), Sender::Person(self.id))
    }

    /// Blocks the bot in private.
    pub fn blocks_bot(&self) {
        self.world.change(|state| state.set_standing(self.chat_id(), Standing::Gone, self.id));
    }

    /// Lets the bot write again.
    pub fn unblocks_bot(&self) {
        self.world.change(|state| state.set_standing(self.chat_id(), Standing::Member, self.id));
    }
}

impl InChat for User {
    /// The private chat with the bot has the user's own id.
    fn chat_id(&self) -> i64 {
        i64::try_from(self.id).expect("user ids have at most 52 bits")
    }
}

/// Someone in a chat. All talks in one chat hear the same: each message of the bot is read once.
#[derive(Clone)]
pub struct Talk {
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

impl Talk {
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
        self.write(text, None)
    }

    /// Writes a message as a reply to another.
    pub async fn replies_to(&self, original: &impl Quotable, text: &str) -> Sent {
        assert_eq!(original.chat_id(), self.chat, "a reply stays in its chat");
        self.write(text, Some(original.message_id()))
    }

    fn write(&self, text: &str, reply_to: Option<i64>) -> Sent {
        let saying = Saying { chat: self.chat, sender: self.sender, text, reply_to, topic: self.topic };
        Sent { chat: self.chat, id: self.world.change(|state| state.say(&saying)) }
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
        let take = |state: &mut super::world::State| {
            let unread = &mut state.chats.get_mut(&self.chat)?.unread;
            unread.typing = unread.typing.checked_sub(1)?;
            Some(())
        };
        self.world.expect(&format!("typing in chat {}", self.chat), take).await;
    }

    /// Waits until the bot has deleted a message.
    pub async fn deleted(&self, message: &impl Quotable) {
        let take = |state: &mut super::world::State| {
            let gone = &mut state.chats.get_mut(&message.chat_id())?.unread.deletions;
            let place = gone.iter().position(|id| *id == message.message_id())?;
            gone.remove(place)
        };
        self.world.expect(&format!("deletion in chat {}", self.chat), take).await;
    }
}

impl InChat for Talk {
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
