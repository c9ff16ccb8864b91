//! People who may not check are told so once: who goes on writing has read it, and a bot that repeats itself is a toy.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use crate::value::UserId;

/// How many are remembered. Beyond this all are forgotten: then some are told once more.
const MOST: usize = 10_000;

/// Who was told. Kept in memory alone: after a restart they are told again.
#[derive(Default)]
pub struct Strangers(Mutex<HashSet<UserId>>);

impl Strangers {
    /// Whether `user` has not been told; from now on they have.
    pub(super) fn is_news_to(&self, user: UserId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST {
            told.clear();
        }
        told.insert(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_news_once_and_again_when_too_many_were_remembered() {
        let strangers = Strangers::default();
        let users = || (0..MOST as u64).map(UserId);
        assert!(users().all(|user| strangers.is_news_to(user)));
        assert!(strangers.is_news_to(UserId(0)), "all were forgotten");
        assert!(!strangers.is_news_to(UserId(0)));
    }
}
