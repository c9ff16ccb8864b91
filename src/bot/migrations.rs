//! Groups that became supergroups: from then on Telegram knows them by another id (Bot API, `migrate_to_chat_id`), and
//! they keep their history, their language and their place in the operator's list under the first.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    store::{self, Preferences},
    value::ChatId,
};

/// How many migrations are remembered: more groups than migrate while a disk is full, or while the process runs.
const MAX_REMEMBERED: usize = 1000;

/// Which chat was which.
pub(super) struct ChatMigrations {
    preferences: Preferences,
    recent: Mutex<Recent>,
}

/// What this process heard of. In memory alone: what of it is lost, Telegram tells anew when the old id is used.
#[derive(Default)]
struct Recent {
    /// The new id by the old.
    new_ids: HashMap<ChatId, ChatId>,
    /// The old id by the new, where it could not be kept yet.
    unkept: HashMap<ChatId, ChatId>,
}

impl ChatMigrations {
    /// Those that `preferences` has.
    pub(super) fn new(preferences: Preferences) -> Self {
        Self { preferences, recent: Mutex::default() }
    }

    /// Notes that the group `old` is the supergroup `new` from now on. Where that cannot be kept, as on a full disk, it is
    /// tried again whenever the chat is seen.
    pub(super) async fn note(&self, old: ChatId, new: ChatId) {
        if old == new {
            return;
        }
        {
            let mut recent = self.recent();
            if recent.new_ids.len() >= MAX_REMEMBERED {
                recent.new_ids.clear();
            }
            recent.new_ids.insert(old, new);
        }
        if let Err(error) = self.keep(old, new).await {
            tracing::error!(%error, "cannot note that a group became a supergroup; trying again later");
            let mut recent = self.recent();
            if recent.unkept.len() < MAX_REMEMBERED {
                recent.unkept.insert(new, old);
            }
        }
    }

    /// The id under which a chat's history is kept.
    pub(super) async fn first_id(&self, chat: ChatId) -> ChatId {
        let unkept = self.recent().unkept.get(&chat).copied();
        if let Some(old) = unkept
            && self.keep(old, chat).await.is_ok()
        {
            tracing::info!(%old, new = %chat, "noted that a group became a supergroup");
            self.recent().unkept.remove(&chat);
        }
        let before = unkept.unwrap_or(chat);
        match self.preferences.migrated_from(before).await {
            Ok(first) => first.unwrap_or(before),
            Err(error) => {
                tracing::error!(%error, "cannot read which group a supergroup was");
                before
            }
        }
    }

    /// The id by which Telegram knows a chat now, as far as this process has heard.
    pub(super) fn current(&self, chat: ChatId) -> ChatId {
        self.recent().new_ids.get(&chat).copied().unwrap_or(chat)
    }

    async fn keep(&self, old: ChatId, new: ChatId) -> Result<(), store::Error> {
        let first = self.preferences.migrated_from(old).await?.unwrap_or(old);
        self.preferences.set_migrated_from(new, first).await
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
