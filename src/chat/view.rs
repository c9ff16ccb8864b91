//! What of a chat's checks somebody may see: their own alone, where the chat has chosen so; nothing older than their
//! joining, where Telegram told of it. Owners and administrators of the group see all.

use chrono::{DateTime, Utc};

use super::{
    conversation::Conversation,
    message::{Asker, Place},
};
use crate::{
    access,
    store::{ChatOptions, Record, Row, RowKind, Search},
    value::{ChatId, UserId},
};

/// What of a chat's checks somebody may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Those of this agent alone.
    agent: Option<UserId>,
    /// Those of this moment and later.
    since: Option<DateTime<Utc>>,
}

impl View {
    /// Whether a check of an agent, asked or ended at a moment, is seen.
    pub fn shows(&self, agent: UserId, at: DateTime<Utc>) -> bool {
        self.agent.is_none_or(|own| own == agent) && self.since.is_none_or(|since| at >= since)
    }

    /// Whether a record is seen.
    pub(super) fn shows_record(&self, record: &Record) -> bool {
        self.shows(record.agent, record.at)
    }

    /// Whether nothing is hidden.
    pub(super) fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// A search that finds only what is seen; `None` where that is nothing.
    pub(super) fn narrow(&self, search: Search) -> Option<Search> {
        let agent = match (search.agent, self.agent) {
            (Some(wanted), Some(own)) if wanted != own => return None,
            (wanted, own) => wanted.or(own),
        };
        Some(Search { agent, from: search.from.max(self.since), ..search })
    }
}

impl Conversation {
    /// What the asker may see of the chat's checks.
    pub async fn view(&self, asker: &Asker) -> View {
        if Place::of(asker.chat) == Place::Private {
            return View::default();
        }
        let own_only = self.options(asker.chat).await.own_only;
        let since = self.joined(asker.chat, asker.user).await;
        if !own_only && since.is_none() || self.may(asker, access::Action::Configure).await {
            return View::default();
        }
        View { agent: own_only.then_some(asker.user), since }
    }

    /// Notes since when somebody is in a group. Who joins again sees nothing older than that.
    pub async fn note_joined(&self, chat: ChatId, user: UserId, at: DateTime<Utc>) {
        // Retention deletes it once nothing older can be there.
        let value = at.timestamp_millis().to_string();
        let row = Row { kind: RowKind::Joined, key: joined_key(chat, user), value, expires: None };
        if let Err(error) = self.rows.put(row).await {
            tracing::error!(%error, %chat, "cannot note that somebody joined a group: they see what is older, too");
        }
    }

    async fn joined(&self, chat: ChatId, user: UserId) -> Option<DateTime<Utc>> {
        // Until it is deleted it counts, whatever the time is.
        match self.rows.get(RowKind::Joined, &joined_key(chat, user), DateTime::UNIX_EPOCH).await {
            Ok(value) => value.and_then(|millis| DateTime::from_timestamp_millis(millis.parse().ok()?)),
            Err(error) => {
                tracing::error!(%error, "cannot read when somebody joined a group: nothing is shown to them");
                Some(DateTime::<Utc>::MAX_UTC)
            }
        }
    }

    /// What a chat has chosen about its customers' data. Where that cannot be read, the strictest among others; in
    /// private nobody else reads it.
    pub(super) async fn options(&self, chat: ChatId) -> ChatOptions {
        self.preferences.options(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read what a chat has chosen; in a group going by the strictest");
            match Place::of(chat) {
                Place::Private => ChatOptions::default(),
                Place::Group => ChatOptions::STRICTEST,
            }
        })
    }
}

fn joined_key(chat: ChatId, user: UserId) -> String {
    format!("{chat}:{user}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_only_what_is_seen() {
        let (early, late) = (DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC);
        let view = View { agent: Some(UserId(7)), since: Some(late) };
        assert!(view.shows(UserId(7), late) && !view.shows(UserId(8), late) && !view.shows(UserId(7), early));
        let found = view.narrow(Search { from: Some(early), ..Search::default() }).unwrap();
        assert_eq!((found.agent, found.from), (Some(UserId(7)), Some(late)));
        assert_eq!(view.narrow(Search { agent: Some(UserId(8)), ..Search::default() }), None);
        assert_eq!(View::default().narrow(Search::default()), Some(Search::default()));
    }
}
