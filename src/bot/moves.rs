//! Groups that became supergroups: from then on Telegram knows them by another id (Bot API, `migrate_to_chat_id`), and
//! they keep their history, their language and their place in the operator's list under the first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    store::{self, Preferences},
    value::ChatId,
};

/// How many moves are remembered that could not be kept: more groups than move while a disk is full.
const MOST_UNKEPT: usize = 1000;

/// Which chat was which.
pub(super) struct Moves {
    preferences: Arc<dyn Preferences>,
    /// The old id by the new, where it could not be kept yet: Telegram tells of a move once.
    unkept: Mutex<HashMap<ChatId, ChatId>>,
}

impl Moves {
    /// Those that `preferences` has.
    pub(super) fn new(preferences: Arc<dyn Preferences>) -> Self {
        Self { preferences, unkept: Mutex::default() }
    }

    /// Notes that the group `old` is the supergroup `new` from now on. Where that cannot be kept, it is tried again by
    /// [`Moves::catch_up`].
    pub(super) async fn note(&self, old: ChatId, new: ChatId) {
        if let Err(error) = self.keep(old, new).await {
            tracing::error!(%error, "cannot note that a group became a supergroup");
            let mut unkept = self.unkept();
            if unkept.len() < MOST_UNKEPT {
                unkept.insert(new, old);
            }
        }
    }

    /// Keeps what could not be kept before.
    pub(super) async fn catch_up(&self) {
        let unkept = std::mem::take(&mut *self.unkept());
        for (new, old) in unkept {
            self.note(old, new).await;
        }
    }

    /// The id under which a chat's history is kept.
    pub(super) async fn first_id(&self, chat: ChatId) -> ChatId {
        let before = self.unkept().get(&chat).copied().unwrap_or(chat);
        match self.preferences.origin(before).await {
            Ok(origin) => origin.unwrap_or(before),
            Err(error) => {
                tracing::error!(%error, "cannot read which group a supergroup was");
                before
            }
        }
    }

    async fn keep(&self, old: ChatId, new: ChatId) -> Result<(), store::Error> {
        let first = self.preferences.origin(old).await?.unwrap_or(old);
        self.preferences.set_origin(new, first).await
    }

    fn unkept(&self) -> MutexGuard<'_, HashMap<ChatId, ChatId>> {
        self.unkept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
