//! The history in sled: records by chat and place, none of which ever changes.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};

use ::sled::IVec;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::{Count, Cursor, Deletion, Error, History, MAX_PAGE_LEN, Page, Record, Search, Seq, Target, codec};
use super::database::{Database, TreeName};
use super::keys::{self, RecordKey};
use super::{Needs, SledStore};
use crate::value::ChatId;

#[async_trait]
impl History for SledStore {
    async fn append(&self, record: Record) -> Result<Seq, Error> {
        self.write(Needs::Durable, move |plan| plan.append(&record)).await
    }

    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        self.read(move |database| {
            let key = keys::record(chat, seq);
            let record = database.range(TreeName::History, key..=key, read_record).next();
            Ok(record.transpose()?.map(|(.., record)| record))
        })
        .await
    }

    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        self.find(chat, &Search::default(), cursor, limit).await
    }

    async fn find(&self, chat: ChatId, search: &Search, cursor: Cursor, limit: usize) -> Result<Page, Error> {
        let search = search.clone();
        self.read(move |database| {
            let (oldest, newest) = bounds(Some(chat));
            let (older_to, newer_from) = match cursor {
                Cursor::Newest => (Included(newest), Excluded(newest)),
                Cursor::OlderThan(seq) => (Excluded(keys::record(chat, seq)), Included(keys::record(chat, seq))),
                Cursor::NewerThan(seq) => (Included(keys::record(chat, seq)), Excluded(keys::record(chat, seq))),
            };
            let fitting = |key: IVec, stored: IVec| {
                let read = codec::may_fit(&stored, &search).then(|| read_record(key, stored)).flatten();
                Some(read.filter(|(.., record)| search.fits(record)).map(|(_, seq, record)| (seq, record)))
            };
            let among = search.among.unwrap_or(usize::MAX);
            let older = database.range(TreeName::History, (Included(oldest), older_to), fitting).rev();
            let newer = database.range(TreeName::History, (newer_from, Included(newest)), fitting);
            let mut older = older.take(among).filter_map(Result::transpose);
            let mut newer = newer.take(among).filter_map(Result::transpose);
            let limit = limit.min(MAX_PAGE_LEN);
            let mut records: Vec<_> = match cursor {
                Cursor::NewerThan(_) => newer.by_ref().take(limit).collect::<Result<_, _>>()?,
                Cursor::Newest | Cursor::OlderThan(_) => older.by_ref().take(limit).collect::<Result<_, _>>()?,
            };
            records.sort_unstable_by_key(|(seq, _)| std::cmp::Reverse(*seq));
            let (has_older, has_newer) = (older.next().transpose()?.is_some(), newer.next().transpose()?.is_some());
            Ok(Page { records, has_older, has_newer })
        })
        .await
    }

    async fn stream(
        &self,
        chat: Option<ChatId>,
        after: Option<(ChatId, Seq)>,
        limit: usize,
    ) -> Result<Vec<(ChatId, Seq, Record)>, Error> {
        self.read(move |database| {
            let (first, last) = bounds(chat);
            let after = after.map(|(chat, seq)| keys::record(chat, seq)).filter(|after| *after >= first);
            let from = after.map_or(Included(first), Excluded);
            database
                .range(TreeName::History, (from, Included(last)), read_record)
                .take(limit.min(MAX_PAGE_LEN))
                .collect()
        })
        .await
    }

    async fn delete(&self, what: &Deletion, limit: usize) -> Result<usize, Error> {
        // Records never change: what is found beside the writer is still right when it gets there.
        let what = what.clone();
        let keys = self.read(move |database| to_delete(database, &what, limit)).await?;
        self.write(Needs::Deletion, move |plan| plan.remove_all(TreeName::History, &keys)).await
    }

    async fn counts(
        &self,
        chat: Option<ChatId>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Count>, Error> {
        self.read(move |database| {
            let (first, last) = bounds(chat);
            let mut counts = BTreeMap::new();
            for row in database.range(TreeName::History, first..=last, read_record) {
                let (_, _, record) = row?;
                if (from..until).contains(&record.at) {
                    let key = Count::key(&record);
                    counts.entry(key).or_insert_with(|| Count::none(key)).add(&record.outcome.verdict);
                }
            }
            Ok(counts.into_values().collect())
        })
        .await
    }

    async fn import(&self, records: Vec<(Seq, Record)>) -> Result<(), Error> {
        self.write(Needs::Durable, move |plan| {
            records.iter().for_each(|(seq, record)| plan.put_record(*seq, record));
        })
        .await
    }
}

/// The keys of at most `limit` records that are to be deleted.
fn to_delete(database: &Database, what: &Deletion, limit: usize) -> Result<Vec<RecordKey>, Error> {
    let target = match what {
        Deletion::Of(target) => target,
        Deletion::Before(chat, time) => return keys_before(database, *chat, *time, limit),
    };
    let (first, last) = bounds(match target {
        Target::Chat(chat) | Target::AgentInChat(chat, _) => Some(*chat),
        Target::Agent(_) | Target::Number(_) => None,
    });
    let fits = |key: IVec, stored: IVec| {
        let is_meant = |(.., record): (ChatId, Seq, Record)| target.has_record(&record);
        // Of a whole chat also what cannot be read.
        let fits = matches!(target, Target::Chat(_)) || read_record(key.clone(), stored).is_some_and(is_meant);
        RecordKey::try_from(key.as_ref()).ok().filter(|_| fits)
    };
    database.range(TreeName::History, first..=last, fits).take(limit).collect()
}

/// The records of a chat stand nearly in the order of their times: so of each chat only the oldest are looked at.
fn keys_before(
    database: &Database,
    chat: Option<ChatId>,
    time: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<RecordKey>, Error> {
    let (first, last) = bounds(chat);
    let (mut from, mut keys) = (Included(first), Vec::new());
    while keys.len() < limit
        && let Some(oldest) = database.range(TreeName::History, (from, Included(last)), read_record).next()
    {
        let (chat, seq, record) = oldest?;
        let key = keys::record(chat, seq);
        if record.at < time {
            keys.push(key);
            from = Excluded(key);
        } else {
            // On to the next chat.
            from = Excluded(bounds(Some(chat)).1);
        }
    }
    Ok(keys)
}

/// The least and the greatest key that a record of a chat, or of any, can have.
fn bounds(chat: Option<ChatId>) -> (RecordKey, RecordKey) {
    let (first, last) = chat.map_or((ChatId(i64::MIN), ChatId(i64::MAX)), |chat| (chat, chat));
    (keys::record(first, Seq(0)), keys::record(last, Seq(u64::MAX)))
}

/// The record of that key, with its place.
fn read_record(key: IVec, stored: IVec) -> Option<(ChatId, Seq, Record)> {
    let ((chat, seq), record) = codec::read_at("a record", keys::read_record(&key), &stored)?;
    Some((chat, seq, record))
}
