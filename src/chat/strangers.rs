//! People who may not check are told so once: who goes on writing has read it, and a bot that repeats itself is a toy.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::value::UserId;

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
    pub(super) fn is_new(&self, user: UserId) -> bool {
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
