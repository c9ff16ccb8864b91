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
    /// Whether they were let in and nobody has told them yet.
    #[serde(rename = "w", default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
}

/// Why and until when somebody may not check. It ends by itself.
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
    /// Whether it was let in and nobody has told it yet.
    #[serde(rename = "w", default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
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

    /// Changes what is known of a person: `judge` is shown what is there, and gives what is to be there; `None`: it
    /// stays as it is. Where others change it at the same moment, what they left there is judged anew. Gives what was
    /// there, and whether it was changed; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn change_person(
        &self,
        user: UserId,
        judge: impl FnMut(Option<&Person>) -> Option<Person> + Send,
    ) -> Result<(Option<Person>, bool), Error> {
        self.change_row(RowKind::Person, user.to_string(), judge).await
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

    /// Whether the person of a private chat, or a group by its first id, was let in and is to be told so.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn is_untold(&self, chat: ChatId) -> Result<bool, Error> {
        Ok(match u64::try_from(chat.0).map(UserId) {
            Ok(user) => self.person(user).await?.is_some_and(|person| person.untold),
            Err(_) => self.group(chat).await?.is_some_and(|group| group.untold),
        })
    }

    /// Notes that they were told; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn note_told(&self, chat: ChatId) -> Result<(), Error> {
        match u64::try_from(chat.0).map(UserId) {
            Ok(user) => {
                let untold = |before: Option<&Person>| before.filter(|person| person.untold).cloned();
                let told = |before: Option<&Person>| untold(before).map(|person| Person { untold: false, ..person });
                self.change_person(user, told).await.map(drop)
            }
            Err(_) => {
                let untold = |before: Option<&Group>| before.filter(|group| group.untold).cloned();
                let told = |before: Option<&Group>| untold(before).map(|group| Group { untold: false, ..group });
                self.change_group(chat, told).await.map(drop)
            }
        }
    }

    /// Whether and until when somebody may not check ([`Actor::whose`](super::Actor::whose)).
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn pause(&self, whose: ChatId) -> Result<Option<Pause>, Error> {
        self.row(RowKind::Pause, &whose.to_string()).await
    }

    /// Lets somebody not check who is not paused yet, and tells whether they were not; durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn pause_first(&self, whose: ChatId, pause: Pause) -> Result<bool, Error> {
        self.rows.put_if(pause_row(whose, pause), None, self.clock.now()).await
    }

    /// Lets somebody not check; `None`: lets them check again. Durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn set_pause(&self, whose: ChatId, pause: Option<Pause>) -> Result<(), Error> {
        match pause {
            Some(pause) => self.rows.put(pause_row(whose, pause)).await,
            None => self.rows.remove(RowKind::Pause, &whose.to_string()).await.map(drop),
        }
    }

    /// What is known of a group, by the id under which its history is kept.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn group(&self, chat: ChatId) -> Result<Option<Group>, Error> {
        self.row(RowKind::Group, &chat.to_string()).await
    }

    /// Changes what is known of a group, as [`change_person`](Self::change_person) does.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn change_group(
        &self,
        chat: ChatId,
        judge: impl FnMut(Option<&Group>) -> Option<Group> + Send,
    ) -> Result<(Option<Group>, bool), Error> {
        self.change_row(RowKind::Group, chat.to_string(), judge).await
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

    async fn change_row<T: Serialize + DeserializeOwned + Send + Sync>(
        &self,
        kind: RowKind,
        key: String,
        mut judge: impl FnMut(Option<&T>) -> Option<T> + Send,
    ) -> Result<(Option<T>, bool), Error> {
        // Each time that others come before, one of them is done.
        loop {
            let now = self.clock.now();
            let there = self.rows.get(kind, &key, now).await?;
            let before = there.as_deref().and_then(read);
            let Some(after) = judge(before.as_ref()) else { return Ok((before, false)) };
            // Plain fields: there is none that JSON cannot hold.
            let value = serde_json::to_string(&after).unwrap_or_default();
            let row = Row { kind, key: key.clone(), value, expires: None };
            if self.rows.put_if(row, there.as_deref(), now).await? {
                return Ok((before, true));
            }
        }
    }
}

fn pause_row(whose: ChatId, pause: Pause) -> Row {
    // Plain fields: there is none that JSON cannot hold.
    let value = serde_json::to_string(&pause).unwrap_or_default();
    Row { kind: RowKind::Pause, key: whose.to_string(), value, expires: pause.until }
}

fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    let read = serde_json::from_str(value);
    read.inspect_err(|_| tracing::error!("what is known of a person or a group is damaged; passing it over")).ok()
}
