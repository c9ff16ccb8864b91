//! Who may check: the owners anywhere, and everyone inside the admitted chats. It is asked when a message comes in, before
//! each call and before each send, so that a job carries no role.

use std::collections::HashSet;

use crate::value::{ChatId, UserId};

/// What someone may do in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs the bot: sees buying prices and remedies, in private.
    Owner,
    /// May check.
    Agent,
    /// May learn nothing but ids.
    Stranger,
}

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

    /// What `user` may do in a chat. Someone who writes as a group or a channel is never an owner: others can too. A group
    /// that became a supergroup has two ids, and is admitted by either: `chats` are all ids that the chat is known by.
    pub fn role(&self, user: UserId, chats: &[ChatId]) -> Role {
        if self.owners.contains(&user) && !user.is_stand_in() {
            Role::Owner
        } else if chats.iter().any(|chat| self.chats.contains(chat)) {
            Role::Agent
        } else {
            Role::Stranger
        }
    }

    /// The owners, in no order.
    pub fn owners(&self) -> impl Iterator<Item = UserId> {
        self.owners.iter().copied()
    }

    /// The admitted chats, in no order.
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
        assert_eq!(access.role(UserId(1), &[ChatId(5)]), Role::Owner);
        assert_eq!(access.role(UserId(2), &[ChatId(-1_001), ChatId(-100)]), Role::Agent);
        assert_eq!(access.role(UserId(2), &[ChatId(2)]), Role::Stranger);
    }

    #[test]
    fn who_hides_behind_a_stand_in_is_no_owner() {
        let access = Access::new([UserId::ANONYMOUS_ADMIN, UserId(777_000)], [ChatId(-100)]);
        assert_eq!(access.role(UserId::ANONYMOUS_ADMIN, &[ChatId(-100)]), Role::Agent);
        assert_eq!(access.role(UserId(777_000), &[ChatId(5)]), Role::Stranger);
    }
}
