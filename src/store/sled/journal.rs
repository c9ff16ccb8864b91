//! The journal in its tree: entries by the order in which they were accepted, and the updates finished lately.
//!
//! A finished update goes to one of a fixed number of places, in turn: so the tree stays small without being pruned.

use std::collections::HashMap;
use std::ops::Bound::{Excluded, Included};

use async_trait::async_trait;

use super::super::ledger::Ledger;
use super::super::paging::Order;
use super::super::{Entry, Error, Journal, Waiting, entry_codec, journal, key};
use super::SledStore;
use super::database::TreeName;
use super::held::Row;
use super::writer::{Answer, Write};
use crate::value::UpdateId;

#[async_trait]
impl Journal for SledStore {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<bool>, Error> {
        journal::check_lengths(&entries)?;
        let entries = entries.iter().map(|entry| (entry.update, entry_codec::encode(entry))).collect();
        match self.commit(Write::Accept(entries)).await? {
            Answer::New(new) => Ok(new),
            Answer::Done | Answer::Kept(_) => Err(Error::Closed),
        }
    }

    async fn secure(&self) -> Result<(), Error> {
        self.0.writer.synced().await
    }

    async fn wait(&self, update: UpdateId, waiting: Waiting) -> Result<(), Error> {
        self.commit(Write::Wait(update, waiting)).await.map(|_done| ())
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        // Once it is noted, the journal need not know it before it is asked.
        let end = Write::Finish(update);
        let left = if self.0.struck.note(update) { self.0.writer.leave(end) } else { Err(end) };
        if let Err(end) = left {
            self.commit(end).await?;
        }
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<Entry>, Error> {
        // What was left aside goes with any group.
        self.commit(Write::Accept(Vec::new())).await?;
        self.read(|trees| {
            let mut entries = Vec::new();
            let bounds = (Included(&key::ENTRIES[..]), Excluded(&key::FINISHED[..]));
            for row in trees.range(TreeName::Journal, bounds, Order::OldestFirst) {
                let (key, value) = row?;
                let Some((_, update)) = key::read_entry(&key) else { continue };
                entries.extend(entry_codec::decode_or_log(update, &value));
            }
            Ok(entries)
        })
        .await
    }
}

/// Reads from the rows of the journal which updates it knows. A row that is neither an entry's nor a finished update's is
/// logged and passed over.
pub(super) fn read_ledger(rows: impl Iterator<Item = Result<Row, Error>>) -> Result<Ledger, Error> {
    let (mut open, mut finished) = (HashMap::new(), Vec::new());
    for row in rows {
        let (key, value) = row?;
        if let Some((order, update)) = key::read_entry(&key) {
            open.insert(update, order);
        } else if let Some(nth_and_update) = key.strip_prefix(&key::FINISHED).and_then(|_| key::read_finished(&value)) {
            finished.push(nth_and_update);
        } else {
            tracing::error!(?key, "a row of the journal is neither an entry nor a finished update: passed over");
        }
    }
    Ok(Ledger::of(open, finished))
}
