//! People who may not check are told so once: who goes on writing has read it, and a bot that repeats itself is a toy.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::{
    Conversation,
    message::{Command, Line, Message, Place, Reply},
};
use crate::{
    say,
    value::{ChatId, UserId},
};

/// How many are remembered; beyond that the one who was told first is forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// The strangers who were told. In memory alone: after a restart they are told again.
#[derive(Default)]
pub struct Strangers(Mutex<Told>);

#[derive(Default)]
struct Told {
    users: HashSet<UserId>,
    order: VecDeque<UserId>,
}

impl Strangers {
    /// Whether `user` has not been told; from now on they have.
    fn is_new(&self, user: UserId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !told.users.insert(user) {
            return false;
        }
        told.order.push_back(user);
        if told.order.len() > MAX_REMEMBERED
            && let Some(first) = told.order.pop_front()
        {
            told.users.remove(&first);
        }
        true
    }
}

impl Conversation {
    /// What someone who may not check is told: their id where they ask for it, and once in private that the bot is not for
    /// them. `None` where silence is the answer.
    pub async fn reply_to_stranger(&self, message: &Message) -> Option<Reply> {
        let user = message.user;
        match (&message.line, Place::of(message.chat)) {
            (Line::ForAnotherBot, _) => None,
            (Line::Command(Command::Id, _), _) => Some(super::ids(self.words(message.chat).await, user, message.chat)),
            (_, Place::Group) => None,
            (line, Place::Private) => {
                let asks_for_it = matches!(line, Line::Command(Command::Start, _));
                let is_told = self.strangers.is_new(user) || asks_for_it;
                is_told.then_some(())?;
                Some(say!(self.words(message.chat).await, "stranger", user = user).into())
            }
        }
    }

    /// What someone who may not check reads when they press a button.
    pub async fn stranger_notice(&self, chat: ChatId, user: UserId) -> String {
        say!(self.words(chat).await, "stranger", user = user).plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_new_once_and_the_one_told_first_is_forgotten_first() {
        let strangers = Strangers::default();
        let most = MAX_REMEMBERED as u64;
        assert!((0..most).all(|user| strangers.is_new(UserId(user))));
        assert!(!strangers.is_new(UserId(0)));
        assert!(strangers.is_new(UserId(most)), "one more than are remembered");
        assert!(strangers.is_new(UserId(0)), "the first was forgotten");
        assert!(!strangers.is_new(UserId(2)), "the others were not");
    }
}
