//! What each chat has chosen, and which chat it was before: a typed view over [`KeyValue`].

use std::sync::Arc;

use chrono::DateTime;

use super::{ChatOptions, Error, KeyValue, Row, RowKind};
use crate::value::{ChatId, Language};

/// What each chat has chosen.
#[derive(Clone)]
pub struct Preferences(Arc<dyn KeyValue>);

impl Preferences {
    /// The choices that are kept in `rows`.
    pub fn new(rows: Arc<dyn KeyValue>) -> Self {
        Self(rows)
    }

    /// The language that the chat chose, if it ever did (and this build knows it).
    pub async fn language(&self, chat: ChatId) -> Result<Option<Language>, Error> {
        Ok(self.get(RowKind::Language, chat).await?.and_then(|code| Language::from_code(&code)))
    }

    /// Keeps the chat's language; durable when it returns.
    pub async fn set_language(&self, chat: ChatId, language: Language) -> Result<(), Error> {
        self.put(RowKind::Language, chat, language.code().to_owned()).await
    }

    /// The chat under whose id `chat` has its history and its language, when that is not its own: a group gets a new id
    /// when it becomes a supergroup (Bot API, `migrate_to_chat_id`).
    pub async fn migrated_from(&self, chat: ChatId) -> Result<Option<ChatId>, Error> {
        Ok(self.get(RowKind::MigratedFrom, chat).await?.and_then(|id| id.parse().ok()).map(ChatId))
    }

    /// Keeps that `new` goes on with what is kept of `old`; durable when it returns. No chain is followed: where `old`
    /// was migrated itself, the chat that it was before is to be given.
    pub async fn set_migrated_from(&self, new: ChatId, old: ChatId) -> Result<(), Error> {
        self.put(RowKind::MigratedFrom, new, old.to_string()).await
    }

    /// What the chat has chosen about its customers' data. A choice that this build cannot read is the strictest.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn options(&self, chat: ChatId) -> Result<ChatOptions, Error> {
        let kept = self.get(RowKind::ChatOptions, chat).await?;
        Ok(kept
            .map_or_else(ChatOptions::default, |value| serde_json::from_str(&value).unwrap_or(ChatOptions::STRICTEST)))
    }

    /// Keeps what the chat has chosen; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn set_options(&self, chat: ChatId, options: ChatOptions) -> Result<(), Error> {
        // Plain fields: there is none that JSON cannot hold.
        self.put(RowKind::ChatOptions, chat, serde_json::to_string(&options).unwrap_or_default()).await
    }

    async fn get(&self, kind: RowKind, chat: ChatId) -> Result<Option<String>, Error> {
        // A choice never expires, whatever the time is.
        self.0.get(kind, &chat.to_string(), DateTime::UNIX_EPOCH).await
    }

    async fn put(&self, kind: RowKind, chat: ChatId, value: String) -> Result<(), Error> {
        self.0.put(Row { kind, key: chat.to_string(), value, expires: None }).await
    }
}
