//! Groups and their topics, as a test holds them.

use std::sync::Arc;

use super::{
    chats::{BotStatus, Kind, Sender},
    conversation::{Conversation, InChat, User},
    state::{State, World},
};

/// A group, supergroup or forum.
#[derive(Clone)]
pub struct Group {
    world: Arc<World>,
    id: i64,
}

/// A topic of a forum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    pub(crate) chat: i64,
    pub(crate) id: i64,
}

impl Topic {
    /// Its `message_thread_id`.
    pub fn thread_id(&self) -> i64 {
        self.id
    }
}

impl Group {
    pub(crate) fn new(world: Arc<World>, id: i64) -> Self {
        Self { world, id }
    }

    /// The chat's id, negative.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Opens a topic; only in a forum.
    pub fn topic(&self, name: &str) -> Topic {
        let id = self.world.change(|state| state.open_topic(self.id, name));
        Topic { chat: self.id, id }
    }

    /// An administrator who writes in the name of the group.
    pub fn as_anonymous_admin(&self) -> Conversation {
        Conversation::new(self.world.clone(), self.id, Sender::AnonymousAdmin)
    }

    /// A channel that writes in the group.
    pub fn as_channel(&self, channel: i64) -> Conversation {
        Conversation::new(self.world.clone(), self.id, Sender::Channel(channel))
    }

    /// A channel that is linked to the group: what is posted there, Telegram forwards into the group.
    pub fn as_linked_channel(&self, channel: i64) -> Conversation {
        Conversation::new(self.world.clone(), self.id, Sender::LinkedChannel(channel))
    }

    /// Closes a topic: no message can be sent into it.
    pub fn closes_topic(&self, topic: &Topic) {
        self.refuse_topic(topic, "TOPIC_CLOSED");
    }

    /// Deletes a topic.
    pub fn deletes_topic(&self, topic: &Topic) {
        self.refuse_topic(topic, "TOPIC_DELETED");
    }

    fn refuse_topic(&self, topic: &Topic, reason: &'static str) {
        assert_eq!(topic.chat, self.id, "the topic is another forum's");
        self.world.change(|state| {
            let topics = &mut state.chats.get_mut(&self.id).expect("the forum exists").topics;
            topics.get_mut(&topic.id).expect("the topic exists").refusal = Some(reason);
        });
    }

    /// Waits until the bot has left.
    pub async fn bot_left(&self) {
        let gone = |state: &mut State| (state.chats.get(&self.id)?.status == BotStatus::Gone).then_some(());
        self.world.expect(&format!("leaving of chat {}", self.id), gone).await;
    }

    /// Makes the bot an administrator: it sees everything and may delete what others wrote.
    pub fn promotes_bot(&self, by: &User) {
        self.set_status(BotStatus::Administrator, by);
    }

    /// Somebody joins; the group says so, and Telegram tells a bot that administrates it in an update, too.
    pub fn joined_by(&self, user: &User) {
        self.world.change(|state| state.join(self.id, user.id()));
    }

    /// Makes a member an administrator, or no more; Telegram does not tell bots that are none.
    pub fn promotes(&self, user: &User, is_admin: bool) {
        self.world.change(|state| {
            let admins = &mut state.chats.get_mut(&self.id).expect("the group exists").admins;
            if is_admin { admins.insert(user.id()) } else { admins.remove(&user.id()) }
        });
    }

    /// Removes the bot.
    pub fn removes_bot(&self, by: &User) {
        self.set_status(BotStatus::Gone, by);
    }

    /// Adds the bot again, as a plain member.
    pub fn adds_bot(&self, by: &User) {
        self.set_status(BotStatus::Member, by);
    }

    fn set_status(&self, status: BotStatus, by: &User) {
        self.world.change(|state| state.set_status(self.id, status, by.id()));
    }

    /// Turns a small group into a supergroup with another id, and says so in both; the old id is refused with the new
    /// one from now on.
    pub fn becomes_supergroup(&self) -> Self {
        let new = self.becomes_supergroup_unheard();
        self.tells_of_move(&new);
        new
    }

    /// Says that it became the supergroup `new`.
    pub fn tells_of_move(&self, new: &Self) {
        self.world.change(|state| state.tell_of_move(self.id, new.id));
    }

    /// Telegram tells that the bot came into this supergroup, and not yet what group it was.
    pub fn tells_of_coming(&self) {
        self.world.change(|state| state.tell_of_coming(self.id));
    }

    /// The same, before the bot gets to read of it.
    pub fn becomes_supergroup_unheard(&self) -> Self {
        let id = self.world.change(|state| {
            let id = state.next_group_id(Kind::Supergroup);
            let old = state.chats.get_mut(&self.id).expect("the group exists");
            old.migrated_to = Some(id);
            let (title, members) = (old.title.clone(), old.members.clone());
            state.add_chat(id, Kind::Supergroup, &title, members);
            id
        });
        Self::new(self.world.clone(), id)
    }
}

impl InChat for Group {
    fn chat_id(&self) -> i64 {
        self.id
    }
}
