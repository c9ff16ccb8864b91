//! Groups and their topics, as a test holds them.

use std::sync::Arc;

use super::{
    chats::{Kind, Sender, Standing},
    talk::{InChat, Talk, User},
    world::World,
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
    pub fn as_anonymous_admin(&self) -> Talk {
        Talk::new(self.world.clone(), self.id, Sender::AnonymousAdmin)
    }

    /// A channel that writes in the group.
    pub fn as_channel(&self, channel: i64) -> Talk {
        Talk::new(self.world.clone(), self.id, Sender::Channel(channel))
    }

    /// Makes the bot an administrator: it sees everything and may delete what others wrote.
    pub fn promotes_bot(&self, by: &User) {
        self.set_standing(Standing::Administrator, by);
    }

    /// Removes the bot.
    pub fn removes_bot(&self, by: &User) {
        self.set_standing(Standing::Gone, by);
    }

    /// Adds the bot again, as a plain member.
    pub fn adds_bot(&self, by: &User) {
        self.set_standing(Standing::Member, by);
    }

    fn set_standing(&self, standing: Standing, by: &User) {
        self.world.change(|state| state.set_standing(self.id, standing, by.id()));
    }

    /// Turns a small group into a supergroup with another id, and says so in both; the old id is refused with the new one
    /// from now on.
    pub fn becomes_supergroup(&self) -> Self {
        let new = self.becomes_supergroup_unheard();
        self.world.change(|state| state.tell_of_move(self.id, new.id));
        new
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
