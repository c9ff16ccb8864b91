//! Groups that became supergroups: from then on Telegram knows them by another id (Bot API, `migrate_to_chat_id`), and
//! they keep their history, their language and their place in the operator's list under the first.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{store::Preferences, value::ChatId};

/// How many migrations are remembered: more groups than migrate while a disk is full, or while the process runs.
const MAX_REMEMBERED: usize = 1000;

/// Which chat was which.
pub(super) struct ChatMigrations {
    preferences: Preferences,
    /// The new id by the old, as far as this process has heard. In memory alone: what of it is lost, Telegram tells
    /// anew when the old id is used.
    new_ids: Mutex<HashMap<ChatId, ChatId>>,
}

impl ChatMigrations {
    /// Those that `preferences` has.
    pub(super) fn new(preferences: Preferences) -> Self {
        Self { preferences, new_ids: Mutex::default() }
    }

    /// Notes that the group `old` is the supergroup `new` from now on. Where that cannot be kept, as on a full disk, it
    /// is tried again whenever the chat is seen.
    pub(super) async fn note(&self, old: ChatId, new: ChatId) {
        if old == new {
            return;
        }
        {
            let mut new_ids = self.new_ids();
            if new_ids.len() >= MAX_REMEMBERED {
                new_ids.clear();
            }
            new_ids.insert(old, new);
        }
        self.first_id(new).await;
    }

    /// The id under which a chat's history is kept.
    pub(super) async fn first_id(&self, chat: ChatId) -> ChatId {
        if let Some(first) = self.kept(chat).await {
            return first;
        }
        let old = self.new_ids().iter().find(|(_, new)| **new == chat).map(|(old, _)| *old);
        let Some(old) = old else { return chat };
        let first = self.kept(old).await.unwrap_or(old);
        match self.preferences.set_migrated_from(chat, first).await {
            Ok(()) => tracing::info!(%old, new = %chat, "noted that a group became a supergroup"),
            Err(error) => tracing::error!(%error, "cannot note that a group became a supergroup; trying again later"),
        }
        first
    }

    /// The id by which Telegram knows a chat now, as far as this process has heard.
    pub(super) fn current(&self, chat: ChatId) -> ChatId {
        self.new_ids().get(&chat).copied().unwrap_or(chat)
    }

    async fn kept(&self, chat: ChatId) -> Option<ChatId> {
        self.preferences.migrated_from(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read which group a supergroup was");
            None
        })
    }

    fn new_ids(&self) -> MutexGuard<'_, HashMap<ChatId, ChatId>> {
        self.new_ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
