//! The agents' first names, as they were last seen: groups read who asked, and agents search by them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::DateTime;

use crate::{
    locale::{Html, Words},
    say,
    store::{self, KeyValue, MAX_PAGE_LEN, Row, RowKind},
    value::{UserId, clean},
};

/// The longest name that is kept, in characters; Telegram has up to 64 (Bot API, `User.first_name`).
const MAX_NAME_LEN: usize = 24;

/// Names that are remembered beside the store, so that a message costs no look at it. Beyond that they are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// The agents' first names. What is remembered here can be lost: the store has it too.
pub struct AgentNames {
    rows: Arc<dyn KeyValue>,
    seen: Mutex<HashMap<UserId, String>>,
    /// The bot's own user name, for links to it.
    bot: Mutex<String>,
}

impl AgentNames {
    /// The names that are kept in `rows`.
    pub fn new(rows: Arc<dyn KeyValue>) -> Self {
        Self { rows, seen: Mutex::default(), bot: Mutex::default() }
    }

    /// Notes what the bot itself is called now, without the `@`.
    pub fn note_bot(&self, username: &str) {
        username.clone_into(&mut self.bot.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What the bot is called.
    pub(super) fn bot(&self) -> String {
        self.bot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what an agent is called now; writes only what has changed. A store that fails costs the name alone.
    pub async fn note(&self, user: UserId, first_name: &str) {
        let name = clean(first_name, MAX_NAME_LEN);
        if name.is_empty() || self.seen().get(&user) == Some(&name) {
            return;
        }
        let written = async {
            if self.read(user).await?.as_ref() != Some(&name) {
                let row = Row { kind: RowKind::AgentName, key: user.to_string(), value: name.clone(), expires: None };
                self.rows.put(row).await?;
            }
            Ok::<(), store::Error>(())
        };
        match written.await {
            Ok(()) => {
                let mut seen = self.seen();
                if seen.len() >= MAX_REMEMBERED {
                    seen.clear();
                }
                seen.insert(user, name);
            }
            Err(error) => tracing::warn!(%error, "an agent's name is not kept"),
        }
    }

    /// Forgets what an agent is called, beside the store.
    pub(super) fn forget(&self, user: UserId) {
        self.seen().remove(&user);
    }

    /// What an agent is called; the id where no name is known.
    pub(super) async fn of(&self, words: Words<'_>, user: UserId) -> Html {
        if user == UserId::ANONYMOUS_ADMIN {
            return say!(words, "agent-anonymous");
        }
        Html::escape(&self.known(user).await.unwrap_or_else(|| user.to_string()))
    }

    /// What an agent is called, where that is known.
    pub(super) async fn known(&self, user: UserId) -> Option<String> {
        let remembered = self.seen().get(&user).cloned();
        match remembered {
            Some(name) => Some(name),
            None => self.read(user).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "an agent's name cannot be read");
                None
            }),
        }
    }

    /// Up to `most` agents who are called so, in any case, or have this id.
    pub(super) async fn called(&self, name: &str, most: usize) -> Result<Vec<UserId>, store::Error> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let rows = self.rows.list(RowKind::AgentName, after.as_deref(), MAX_PAGE_LEN).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = Some(last.key.clone());
            let fits = |row: &&Row| row.key == name || row.value.to_lowercase() == name.to_lowercase();
            let ids = rows.iter().filter(fits).filter_map(|row| row.key.parse().ok().map(UserId));
            found.extend(ids.take(most.saturating_sub(found.len())));
        }
    }

    async fn read(&self, user: UserId) -> Result<Option<String>, store::Error> {
        // A name never expires, whatever the time is.
        self.rows.get(RowKind::AgentName, &user.to_string(), DateTime::UNIX_EPOCH).await
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<UserId, String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
