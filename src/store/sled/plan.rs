//! What a group of writes comes to: the rows that change, the mark that is true of it, and the answers.

use std::collections::{HashMap, HashSet};

use super::super::ledger::Ledger;
use super::super::{Entry, Error, Seq, Waiting, entry_codec, key};
use super::change::Change;
use super::database::{TreeName, Trees};
use super::mark::Mark;
use super::writer::{Answer, Write};
use crate::value::{ChatId, UpdateId};

/// A group in the making. It changes the ledger as it goes: if the group cannot be committed, the ledger is to be read
/// anew from what is on disk.
pub(super) struct Plan<'a> {
    trees: &'a Trees,
    ledger: &'a mut Ledger,
    mark: Mark,
    changes: Vec<Change>,
    /// Keys that are new with this group: a second write to one adds no row.
    new_keys: HashSet<Vec<u8>>,
    /// The journal's entries that this group writes, by their keys: a later write of the group builds on them.
    entries: HashMap<Vec<u8>, Vec<u8>>,
    accepted: Vec<UpdateId>,
    must_sync: bool,
}

/// A group ready to be committed.
pub(super) struct Planned {
    /// What changes, if anything.
    pub(super) changes: Vec<Change>,
    /// What will be true once it is committed.
    pub(super) mark: Mark,
    /// The updates that it accepts: those that the ledger did not know.
    pub(super) accepted: Vec<UpdateId>,
    /// Whether it must outlive a power loss before it is answered. What only accepts or ends entries need not
    /// ([`Journal`] says why): then one sync less.
    ///
    /// [`Journal`]: super::super::Journal
    pub(super) must_sync: bool,
}

impl<'a> Plan<'a> {
    /// Nothing yet, on top of what `mark` and `ledger` tell.
    pub(super) fn new(trees: &'a Trees, ledger: &'a mut Ledger, mark: Mark) -> Self {
        Self {
            trees,
            ledger,
            mark,
            changes: Vec::new(),
            new_keys: HashSet::new(),
            entries: HashMap::new(),
            accepted: Vec::new(),
            must_sync: false,
        }
    }

    /// Adds a write, and says what its caller is to be told once the group is committed.
    pub(super) fn add(&mut self, write: &Write) -> Result<Answer, Error> {
        match write {
            Write::Append { chat, value, update } => self.append(*chat, value, *update).map(Answer::Kept),
            Write::Put { tree, key, value } => self.put(*tree, key, value).map(|()| Answer::Done),
            Write::Accept(entries) => {
                let new = entries.iter().map(|(update, value)| self.accept(*update, value));
                Ok(Answer::New(new.collect()))
            }
            Write::Wait(update, waiting) => self.wait(*update, *waiting).map(|()| Answer::Done),
            Write::Finish(update) => {
                self.finish(*update);
                Ok(Answer::Done)
            }
        }
    }

    /// All that was added.
    pub(super) fn done(mut self) -> Planned {
        let entries = self.entries.into_iter();
        self.changes.extend(entries.map(|(key, value)| Change { tree: TreeName::Journal, key, value: Some(value) }));
        let mark = Mark { accepted: self.ledger.accepted(), ended: self.ledger.ended(), ..self.mark };
        Planned { changes: self.changes, mark, accepted: self.accepted, must_sync: self.must_sync }
    }

    fn append(&mut self, chat: ChatId, value: &[u8], update: Option<UpdateId>) -> Result<Seq, Error> {
        let asked_by = update.map(|update| self.entry(update)).transpose()?.flatten();
        if let Some((_, Entry { kept: Some(first), .. })) = asked_by {
            return Ok(first);
        }
        self.mark.last += 1;
        self.mark.history += 1;
        let seq = Seq(self.mark.last);
        self.must_sync = true;
        self.change(TreeName::History, key::of_record(chat, seq).to_vec(), Some(value.to_vec()));
        if let Some((key, entry)) = asked_by {
            self.write_entry(key, &Entry { kept: Some(seq), ..entry });
        }
        Ok(seq)
    }

    fn put(&mut self, tree: TreeName, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let known = self.trees.get(tree, key)?;
        let is_new = known.is_none() && self.new_keys.insert(key.to_vec());
        self.must_sync = true;
        match tree {
            TreeName::History => self.mark.history += u64::from(is_new),
            TreeName::Preferences => self.mark.preferences += u64::from(is_new),
            TreeName::Journal => {}
        }
        self.change(tree, key.to_vec(), Some(value.to_vec()));
        Ok(())
    }

    fn accept(&mut self, update: UpdateId, value: &[u8]) -> bool {
        let Some(order) = self.ledger.accept(update) else { return false };
        self.entries.insert(key::of_entry(order, update), value.to_vec());
        self.accepted.push(update);
        true
    }

    fn finish(&mut self, update: UpdateId) {
        let Some(ended) = self.ledger.finish(update) else { return };
        let key = key::of_entry(ended.order, update);
        self.entries.remove(&key);
        // First remembered, then removed, as a checkpoint does it too: a replay may be stopped in between, and the check
        // of a store that was killed looks for each entry in either place.
        let finished = key::finished_value(ended.nth, update);
        self.change(TreeName::Journal, key::of_finished(ended.slot()).to_vec(), Some(finished.to_vec()));
        self.change(TreeName::Journal, key, None);
    }

    fn wait(&mut self, update: UpdateId, waiting: Waiting) -> Result<(), Error> {
        if let Some((key, entry)) = self.entry(update)? {
            self.write_entry(key, &Entry { waiting: Some(waiting), ..entry });
        }
        Ok(())
    }

    fn write_entry(&mut self, key: Vec<u8>, entry: &Entry) {
        self.must_sync = true;
        self.entries.insert(key, entry_codec::encode(entry));
    }

    /// The entry of `update` with its key, where there is one that can be read: as this group left it, else as it is on
    /// disk.
    fn entry(&self, update: UpdateId) -> Result<Option<(Vec<u8>, Entry)>, Error> {
        let Some(order) = self.ledger.order(update) else { return Ok(None) };
        let key = key::of_entry(order, update);
        let entry = match self.entries.get(&key) {
            Some(bytes) => entry_codec::decode_or_log(update, bytes),
            None => {
                let bytes = self.trees.get(TreeName::Journal, &key)?;
                bytes.and_then(|bytes| entry_codec::decode_or_log(update, &bytes))
            }
        };
        Ok(entry.map(|entry| (key, entry)))
    }

    fn change(&mut self, tree: TreeName, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.changes.push(Change { tree, key, value });
    }
}
