//! What the store knows of people and groups: a row each. Nothing of it is remembered in memory.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    clock::Clock,
    store::{Error, KeyValue, Row, RowKind},
    value::{ChatId, UserId},
};

/// The role of a person, where they have one or had one. It goes before the settings' list of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Named by an owner: manages agents.
    Admin,
    /// May check in private too.
    Agent,
    /// No role of their own (any more): they check as members of admitted groups alone.
    Guest,
    /// May do nothing, and is told nothing.
    Blocked,
}

/// What is known of a person. `{:?}` shows no name.
#[derive(Clone, derive_more::Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their role.
    #[serde(rename = "s")]
    pub standing: Standing,
    /// What they were called when they got it.
    #[serde(rename = "n", default)]
    #[debug(skip)]
    pub name: String,
    /// Since when.
    #[serde(rename = "t", with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Who gave it to them; `None`: nobody of whom the store knows.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// Why and until when a person may not check. It ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Until when; `None`: until somebody lifts it.
    #[serde(
        rename = "u",
        default,
        with = "chrono::serde::ts_milliseconds_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub until: Option<DateTime<Utc>>,
    /// Whether the guard against harvesting set it, and no person.
    #[serde(rename = "g", default)]
    pub by_guard: bool,
}

/// Whether the bot works in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupState {
    /// It does: every member may check there.
    Active,
    /// An owner has not answered yet.
    Asked,
    /// It does not any more.
    Closed,
}

/// What is known of a group. `{:?}` shows no title.
#[derive(Clone, derive_more::Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Whether the bot works there.
    #[serde(rename = "s")]
    pub state: GroupState,
    /// What it was called when it came.
    #[serde(rename = "n", default)]
    #[debug(skip)]
    pub title: String,
    /// Since when.
    #[serde(rename = "t", with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Who brought it into this state, where that is known.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// The rows of people and groups.
#[derive(Clone)]
pub struct People {
    rows: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
}

impl People {
    /// Those that are kept in `rows`.
    pub(super) fn new(rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self { rows, clock }
    }

    /// What is known of a person.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn person(&self, user: UserId) -> Result<Option<Person>, Error> {
        self.row(RowKind::Person, &user.to_string()).await
    }

    /// Keeps what is known of a person; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn keep_person(&self, user: UserId, person: &Person) -> Result<(), Error> {
        self.keep_row(RowKind::Person, user.to_string(), person, None).await
    }

    /// At most `limit` people of whom something is known, behind `after`, by the text of their ids.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn people(&self, after: Option<UserId>, limit: usize) -> Result<Vec<(UserId, Person)>, Error> {
        let after = after.map(|user| user.to_string());
        let rows = self.rows.list(RowKind::Person, after.as_deref(), limit).await?;
        Ok(rows.iter().filter_map(|row| Some((UserId(row.key.parse().ok()?), read(&row.value)?))).collect())
    }

    /// Whether and until when a person may not check.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn pause(&self, user: UserId) -> Result<Option<Pause>, Error> {
        self.row(RowKind::Pause, &user.to_string()).await
    }

    /// Lets a person not check; `None`: lets them check again. Durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn set_pause(&self, user: UserId, pause: Option<Pause>) -> Result<(), Error> {
        match pause {
            Some(pause) => self.keep_row(RowKind::Pause, user.to_string(), &pause, pause.until).await,
            None => self.rows.remove(RowKind::Pause, &user.to_string()).await.map(drop),
        }
    }

    /// What is known of a group, by the id under which its history is kept.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn group(&self, chat: ChatId) -> Result<Option<Group>, Error> {
        self.row(RowKind::Group, &chat.to_string()).await
    }

    /// Keeps what is known of a group; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn keep_group(&self, chat: ChatId, group: &Group) -> Result<(), Error> {
        self.keep_row(RowKind::Group, chat.to_string(), group, None).await
    }

    /// Forgets what is known of a group, and tells whether there was anything; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be forgotten.
    pub async fn forget_group(&self, chat: ChatId) -> Result<bool, Error> {
        self.rows.remove(RowKind::Group, &chat.to_string()).await
    }

    /// At most `limit` groups of which something is known, behind `after`, by the text of their ids.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn groups(&self, after: Option<ChatId>, limit: usize) -> Result<Vec<(ChatId, Group)>, Error> {
        let after = after.map(|chat| chat.to_string());
        let rows = self.rows.list(RowKind::Group, after.as_deref(), limit).await?;
        Ok(rows.iter().filter_map(|row| Some((ChatId(row.key.parse().ok()?), read(&row.value)?))).collect())
    }

    /// A row that is there now. One that this build cannot read counts as none.
    async fn row<T: DeserializeOwned>(&self, kind: RowKind, key: &str) -> Result<Option<T>, Error> {
        Ok(self.rows.get(kind, key, self.clock.now()).await?.and_then(|value| read(&value)))
    }

    /// Keeps a row in the place of the one before.
    async fn keep_row(
        &self,
        kind: RowKind,
        key: String,
        value: &impl Serialize,
        expires: Option<DateTime<Utc>>,
    ) -> Result<(), Error> {
        // Plain fields: there is none that JSON cannot hold.
        let value = serde_json::to_string(value).unwrap_or_default();
        self.rows.put(Row { kind, key, value, expires }).await
    }
}

fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    let read = serde_json::from_str(value);
    read.inspect_err(|_| tracing::error!("what is known of a person or a group is damaged; passing it over")).ok()
}
