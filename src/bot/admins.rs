//! Who administrates a group: Telegram is asked (Bot API, `getChatMember`), and its answer holds for a few minutes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use teloxide::{
    payloads::GetChatMember,
    types::{ChatId as TelegramChat, UserId as TelegramUser},
};

use tokio::time::timeout;

use super::{migrations::ChatMigrations, send::kind, wire::call};
use crate::{
    access::GroupAdmins,
    clock::Clock,
    value::{ChatId, UserId},
};

/// How long an answer holds.
const HOLDS: TimeDelta = TimeDelta::minutes(5);

/// How long Telegram is waited for: somebody waits for an answer meanwhile.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most answers that are remembered; beyond that all are forgotten.
const MAX_REMEMBERED: usize = 1000;

/// Asks Telegram who administrates a group.
pub(super) struct Admins {
    telegram: teloxide::Bot,
    clock: Arc<dyn Clock>,
    migrations: Arc<ChatMigrations>,
    /// What Telegram said. In memory alone: lost, it is asked again.
    answers: Mutex<Answers>,
}

/// By group and person: whether they are an administrator, and since when that is known.
type Answers = HashMap<(ChatId, UserId), (bool, DateTime<Utc>)>;

/// What is needed of a `ChatMember` (Bot API).
#[derive(Deserialize)]
struct Member {
    status: String,
}

impl Admins {
    /// Asks through `telegram`, by the ids that `migrations` has.
    pub(super) fn new(telegram: teloxide::Bot, clock: Arc<dyn Clock>, migrations: Arc<ChatMigrations>) -> Self {
        Self { telegram, clock, migrations, answers: Mutex::default() }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl GroupAdmins for Admins {
    async fn is_admin(&self, group: ChatId, user: UserId) -> Option<bool> {
        let group = self.migrations.current(group);
        let now = self.clock.now();
        let is_fresh = |at: DateTime<Utc>| at <= now && now - at < HOLDS;
        if let Some((is_admin, _)) = self.answers().get(&(group, user)).filter(|(_, at)| is_fresh(*at)) {
            return Some(*is_admin);
        }
        let asked = GetChatMember::new(TelegramChat(group.0), TelegramUser(user.0));
        let is_admin = match timeout(PATIENCE, call::<_, Member>(&self.telegram, &asked)).await {
            Ok(Ok(member)) => matches!(member.status.as_str(), "creator" | "administrator"),
            Ok(Err(error)) => {
                tracing::warn!(chat = %group, error = kind(&error), "Telegram does not say who administrates a group");
                return None;
            }
            Err(_) => {
                tracing::warn!(chat = %group, "Telegram does not say in time who administrates a group");
                return None;
            }
        };
        let mut answers = self.answers();
        if answers.len() >= MAX_REMEMBERED {
            answers.clear();
        }
        answers.insert((group, user), (is_admin, now));
        Some(is_admin)
    }
}
