//! Who may check: the owners anywhere, and everyone inside the listed chats.

use std::collections::HashSet;

use crate::{
    chat::Role,
    value::{ChatId, UserId},
};

/// The operator's lists (`CEKNOMOR_OWNERS`, `CEKNOMOR_CHATS`).
#[derive(Clone, Debug, Default)]
pub struct Access {
    owners: HashSet<UserId>,
    chats: HashSet<ChatId>,
}

impl Access {
    /// Access for these owners, and for the members of these chats inside them.
    pub fn new(owners: impl IntoIterator<Item = UserId>, chats: impl IntoIterator<Item = ChatId>) -> Self {
        Self { owners: owners.into_iter().collect(), chats: chats.into_iter().collect() }
    }

    /// What `user` may do in `chat`.
    pub fn role(&self, chat: ChatId, user: UserId) -> Role {
        if self.owners.contains(&user) {
            Role::Owner
        } else if self.chats.contains(&chat) {
            Role::Agent
        } else {
            Role::Stranger
        }
    }

    /// The owners, in no order.
    pub fn owners(&self) -> impl Iterator<Item = UserId> {
        self.owners.iter().copied()
    }

    /// The chats whose members may check, in no order.
    pub fn chats(&self) -> impl Iterator<Item = ChatId> {
        self.chats.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_may_anywhere_and_agents_in_their_chat() {
        let access = Access::new([UserId(1)], [ChatId(-100)]);
        assert_eq!(access.role(ChatId(5), UserId(1)), Role::Owner);
        assert_eq!(access.role(ChatId(-100), UserId(2)), Role::Agent);
        assert_eq!(access.role(ChatId(2), UserId(2)), Role::Stranger);
    }
}
