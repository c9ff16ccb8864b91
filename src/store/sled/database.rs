//! sled itself: its trees, how they are opened, committed to and read. It is told what to write; what that means is the
//! writer's matter.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Permissions};
use std::io;
use std::ops::Bound::{self, Excluded, Included, Unbounded};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ::sled::transaction::{ConflictableTransactionError, TransactionError, Transactional, TransactionalTree};
use ::sled::{Config, Db, IVec, Tree};
use chrono::{DateTime, Utc};

use super::super::codec;
use super::super::{Count, Cursor, Deletion, Error, MAX_PAGE_LEN, Page, Record, Row, RowKind, Seq};
use super::keys::{self, RecordKey};
use crate::value::ChatId;

/// How much of the data sled keeps in memory, in bytes; its own default is 1 GiB.
const CACHE_CAPACITY: u64 = 8 * 1024 * 1024;

/// The least room on the disk with which something is committed, in bytes: for the largest group, sled's segments and its
/// snapshot.
const SPARE: u64 = 16 * 1024 * 1024;

/// How many rows are copied in one commit.
const COPIED_AT_ONCE: usize = 2000;

/// How often, and how long apart, an opening is tried where sled's files seem to be in use: sled's threads let go of
/// them a moment after a close.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// A tree of sled's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TreeName {
    /// Records by chat and place.
    History,
    /// Open jobs by their order.
    Jobs,
    /// The updates that were finished lately, by the how many-th each was.
    Finished,
    /// Rows by kind and key.
    Rows,
    /// The store's id, and the counters.
    Meta,
    /// Who did what, by time.
    Audit,
}

impl TreeName {
    const ALL: [(Self, &str); 6] = [
        (Self::History, "history"),
        (Self::Jobs, "jobs"),
        (Self::Finished, "finished"),
        (Self::Rows, "rows"),
        (Self::Meta, "meta"),
        (Self::Audit, "audit"),
    ];
}

/// The rows that are to be written, or removed where there is no value.
pub(super) type Changes = HashMap<(TreeName, Vec<u8>), Option<Vec<u8>>>;

/// The open database. As long as one of these lives, sled has its files locked.
pub(super) struct Database {
    /// For errors.
    dir: PathBuf,
    /// In the order of [`TreeName::ALL`].
    trees: Vec<Tree>,
    db: Db,
    /// sled's file, opened beside sled: sled's own flush reaches the disk's cache only (`sync_file_range`). `None`: the
    /// database is gone with the process, and nothing is flushed.
    file: Option<File>,
}

impl Database {
    /// Opens, or makes, the database in the data directory `dir`, under the name that sled's own directory has there.
    pub(super) fn open(dir: &Path, name: &str) -> Result<Self, Error> {
        let sled = dir.join(name);
        prepare(&sled).map_err(|error| Error::from_io(dir, &error))?;
        let mut tries = 1;
        let (db, trees) = loop {
            match open(dir, Config::new().path(&sled)) {
                Err(Error::InUse(_)) if tries < TRIES => thread::sleep(BETWEEN_TRIES),
                opened => break opened?,
            }
            tries += 1;
        };
        let file = File::options().read(true).write(true).open(sled.join("db"));
        let file = Some(file.map_err(|error| Error::from_io(dir, &error))?);
        Ok(Self { dir: dir.to_owned(), trees, db, file })
    }

    /// Makes a database that is gone with the process.
    pub(super) fn temporary() -> Result<Self, Error> {
        let config = Config::new().temporary(true);
        let dir = config.get_path();
        let (db, trees) = open(&dir, config)?;
        fs::set_permissions(&dir, Permissions::from_mode(0o700)).map_err(|error| Error::from_io(&dir, &error))?;
        Ok(Self { dir, trees, db, file: None })
    }

    /// The data directory, for errors.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Sees that the disk can take a group: that the files are where they were opened, for what was removed or renamed
    /// takes writes without an error; and that there is room, for sled does not get over a full disk.
    pub(super) fn check_disk(&self) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        let io = |error: io::Error| Error::from_io(&self.dir, &error);
        let place = |file: fs::Metadata| (file.dev(), file.ino());
        let is_there = match fs::metadata(self.dir.join("sled/db")) {
            Ok(found) => place(found) == place(file.metadata().map_err(io)?),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => false,
            Err(error) => return Err(io(error)),
        };
        if !is_there {
            return Err(Error::Gone(self.dir.clone()));
        }
        let disk = fs2::statvfs(&self.dir).map_err(io)?;
        // A file system that knows no sizes has no blocks at all.
        let is_full = disk.total_space() > 0 && disk.available_space() < SPARE;
        if is_full { Err(Error::Full(self.dir.clone())) } else { Ok(()) }
    }

    /// Writes all of `changes` or none. They are durable once [`flush`](Self::flush) has returned.
    pub(super) fn commit(&self, changes: &Changes) -> Result<(), Error> {
        let write = |trees: &Vec<TransactionalTree>| {
            for ((tree, key), value) in changes {
                let Some(tree) = trees.get(*tree as usize) else { continue };
                match value {
                    Some(value) => tree.insert(key.as_slice(), value.as_slice())?,
                    None => tree.remove(key.as_slice())?,
                };
            }
            Ok::<_, ConflictableTransactionError<()>>(())
        };
        let written = catching(&self.dir, || self.trees.as_slice().transaction(write))?;
        written.map_err(|error| match error {
            TransactionError::Storage(error) => self.error(&error),
            TransactionError::Abort(()) => Error::Closed,
        })
    }

    /// Waits until all that was committed is durable. Only one thread may ever be in here: sled deadlocks where many
    /// flush at once (sled#1308).
    pub(super) fn flush(&self) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        catching(&self.dir, || self.db.flush())?.map_err(|error| self.error(&error))?;
        file.sync_data().map_err(|error| Error::from_io(&self.dir, &error))
    }

    /// Writes all that is here into another database, which is empty. Durable when it returns.
    pub(super) fn copy_to(&self, other: &Self) -> Result<(), Error> {
        for (name, _) in TreeName::ALL {
            let mut changes = Changes::new();
            for row in self.rows_of(name) {
                let (key, value) = row?;
                changes.insert((name, key.to_vec()), Some(value.to_vec()));
                if changes.len() == COPIED_AT_ONCE {
                    other.commit(&std::mem::take(&mut changes))?;
                }
            }
            other.commit(&changes)?;
        }
        other.flush()
    }

    /// The value of a row of a tree.
    pub(super) fn value(&self, tree: TreeName, key: &[u8]) -> Result<Option<IVec>, Error> {
        catching(&self.dir, || self.tree(tree).get(key))?.map_err(|error| self.error(&error))
    }

    /// All rows of a tree, by their keys.
    pub(super) fn rows_of(&self, tree: TreeName) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), Error>> {
        self.range(tree, Unbounded, Unbounded)
    }

    /// Whether nothing was ever kept: all trees but that of the id are empty.
    pub(super) fn is_empty(&self) -> bool {
        self.trees.iter().filter(|tree| tree.name() != "meta").all(Tree::is_empty)
    }

    /// The record of `chat` at `seq`.
    pub(super) fn record(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error> {
        let key = keys::record(chat, seq);
        let value = self.value(TreeName::History, &key)?;
        Ok(value.and_then(|value| read_record(&key, &value)).map(|(.., record)| record))
    }

    /// A page of those records of `chat` whose bytes fit.
    pub(super) fn page(
        &self,
        chat: ChatId,
        cursor: Cursor,
        limit: usize,
        fits: impl Fn(&[u8]) -> bool,
    ) -> Result<Page, Error> {
        let limit = limit.min(MAX_PAGE_LEN);
        let (oldest, newest) = (Included(keys::record(chat, Seq(0))), Included(keys::record(chat, Seq(u64::MAX))));
        let fitting = |(key, value): (IVec, IVec)| {
            let (_, seq, record) = fits(&value).then(|| read_record(&key, &value))??;
            Some((seq, record))
        };
        let between = |from: Bound<RecordKey>, to: Bound<RecordKey>| {
            let (from, to) = (from.as_ref().map(RecordKey::as_slice), to.as_ref().map(RecordKey::as_slice));
            self.range(TreeName::History, from, to).filter_map(|row| row.map(fitting).transpose())
        };
        match cursor {
            Cursor::Newest => {
                let (records, has_older) = take(between(oldest, newest).rev(), limit)?;
                Ok(Page { records, has_older, has_newer: false })
            }
            Cursor::OlderThan(seq) => {
                let here = keys::record(chat, seq);
                let (records, has_older) = take(between(oldest, Excluded(here)).rev(), limit)?;
                let has_newer = between(Included(here), newest).next().transpose()?.is_some();
                Ok(Page { records, has_older, has_newer })
            }
            Cursor::NewerThan(seq) => {
                let here = keys::record(chat, seq);
                let (mut records, has_newer) = take(between(Excluded(here), newest), limit)?;
                records.reverse();
                let has_older = between(oldest, Included(here)).next_back().transpose()?.is_some();
                Ok(Page { records, has_older, has_newer })
            }
        }
    }

    /// At most `limit` records of a chat or of all chats behind `after`, by their keys.
    pub(super) fn stream(
        &self,
        chat: Option<ChatId>,
        after: Option<(ChatId, Seq)>,
        limit: usize,
    ) -> Result<Vec<(ChatId, Seq, Record)>, Error> {
        let (first, last) = bounds(chat);
        let from = match after.map(|(chat, seq)| keys::record(chat, seq)) {
            Some(after) if after >= first => Excluded(after),
            _ => Included(first),
        };
        self.records(from, Included(last)).take(limit.min(MAX_PAGE_LEN)).collect()
    }

    /// The keys of at most `limit` records that are to be deleted.
    pub(super) fn to_delete(&self, what: &Deletion, limit: usize) -> Result<Vec<RecordKey>, Error> {
        let (chat, agent, number) = match what {
            Deletion::Chat(chat) => (Some(*chat), None, None),
            Deletion::Agent(agent) => (None, Some(*agent), None),
            Deletion::AgentInChat(chat, agent) => (Some(*chat), Some(*agent), None),
            Deletion::Number(number) => (None, None, Some(number)),
            Deletion::Before(time) => return self.keys_before(None, *time, limit),
            Deletion::ChatBefore(chat, time) => return self.keys_before(Some(*chat), *time, limit),
        };
        let (first, last) = bounds(chat);
        let fits = |(key, value): (IVec, IVec)| {
            let is_meant = |record: &Record| {
                agent.is_none_or(|agent| record.agent == agent) && number.is_none_or(|number| record.number == *number)
            };
            // Of a whole chat also what cannot be read.
            let is_whole_chat = agent.is_none() && number.is_none();
            let fits = is_whole_chat || read_record(&key, &value).is_some_and(|(.., record)| is_meant(&record));
            RecordKey::try_from(key.as_ref()).ok().filter(|_| fits)
        };
        let rows = self.range(TreeName::History, Included(&first), Included(&last));
        rows.filter_map(|row| row.map(fits).transpose()).take(limit).collect()
    }

    /// The records of a chat stand nearly in the order of their times: so of each chat only the oldest are looked at.
    fn keys_before(&self, chat: Option<ChatId>, time: DateTime<Utc>, limit: usize) -> Result<Vec<RecordKey>, Error> {
        let (mut from, last) = bounds(chat);
        let mut keys = Vec::new();
        while let Some(oldest) = self.records(Included(from), Included(last)).next() {
            let (chat, ..) = oldest?;
            for row in self.records(Included(from), Included(bounds(Some(chat)).1)) {
                let (chat, seq, record) = row?;
                if record.at >= time {
                    break;
                }
                if keys.len() == limit {
                    return Ok(keys);
                }
                keys.push(keys::record(chat, seq));
            }
            let Some(next) = keys::behind(chat).filter(|next| *next <= last) else { break };
            from = next;
        }
        Ok(keys)
    }

    /// How many checks ended how.
    pub(super) fn counts(
        &self,
        chat: Option<ChatId>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Count>, Error> {
        let (first, last) = bounds(chat);
        let mut counts = BTreeMap::new();
        for row in self.records(Included(first), Included(last)) {
            let (_, _, record) = row?;
            if (from..until).contains(&record.at) {
                let key = Count::key(&record);
                counts.entry(key).or_insert_with(|| Count::none(key)).add(&record.outcome.verdict);
            }
        }
        Ok(counts.into_values().collect())
    }

    /// The row of that kind and key, expired or not.
    pub(super) fn row(&self, kind: RowKind, key: &str) -> Result<Option<Row>, Error> {
        let value = self.value(TreeName::Rows, &keys::row(kind, key))?;
        Ok(value.and_then(|value| read_row(&value)))
    }

    /// At most `limit` rows of a kind behind `after`.
    pub(super) fn rows(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error> {
        let prefix = keys::row(kind, "");
        let from = after.map_or(Included(prefix.clone()), |after| Excluded(keys::row(kind, after)));
        let rows = self.range(TreeName::Rows, from.as_ref().map(Vec::as_slice), Unbounded);
        let of_kind = rows.take_while(|row| row.as_ref().map_or(true, |(key, _)| key.starts_with(&prefix)));
        let readable = of_kind.filter_map(|row| row.map(|(_, value)| read_row(&value)).transpose());
        readable.take(limit.min(MAX_PAGE_LEN)).collect()
    }

    /// The keys of at most `limit` rows that are expired.
    pub(super) fn expired(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<IVec>, Error> {
        let expired =
            |(key, value): (IVec, IVec)| Some(key).filter(|_| read_row(&value).is_some_and(|row| !row.is_alive(now)));
        self.rows_of(TreeName::Rows).filter_map(|row| row.map(expired).transpose()).take(limit).collect()
    }

    /// The readable records between two keys, with their chats and places.
    fn records(
        &self,
        from: Bound<RecordKey>,
        to: Bound<RecordKey>,
    ) -> impl DoubleEndedIterator<Item = Result<(ChatId, Seq, Record), Error>> {
        let (from, to) = (from.as_ref().map(RecordKey::as_slice), to.as_ref().map(RecordKey::as_slice));
        let rows = self.range(TreeName::History, from, to);
        rows.filter_map(|row| row.map(|(key, value)| read_record(&key, &value)).transpose())
    }

    /// The rows of a tree between two keys, by their keys.
    pub(super) fn range(
        &self,
        tree: TreeName,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), Error>> + use<'_> {
        let rows = self.tree(tree).range::<&[u8], _>((from, to));
        rows.map(|row| row.map_err(|error| self.error(&error)))
    }

    fn tree(&self, name: TreeName) -> &Tree {
        // There is one for each name; the default tree, which is empty, stands in for what cannot be.
        self.trees.get(name as usize).unwrap_or(&self.db)
    }

    /// What an error of sled means here.
    fn error(&self, error: &::sled::Error) -> Error {
        Error::from_sled(&self.dir, error)
    }
}

/// Opens sled and its trees, and reads a row, so that damage shows here.
fn open(dir: &Path, config: Config) -> Result<(Db, Vec<Tree>), Error> {
    let open = || {
        // Without sled's own flusher: every commit is flushed at once. `config` must not be cloned: where it is
        // temporary, the end of any clone removes the files.
        let db = config.cache_capacity(CACHE_CAPACITY).flush_every_ms(None).open()?;
        let trees = TreeName::ALL.iter().map(|(_, name)| db.open_tree(name)).collect::<Result<Vec<_>, _>>()?;
        Ok((db, trees))
    };
    catching(dir, open)?.map_err(|error| Error::from_sled(dir, &error))
}

/// Runs `work`, in which sled may panic over damaged data; that is then an error like any other.
pub(super) fn catching<T>(dir: &Path, work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Error::damaged(dir, "sled panicked over its files"))
}

/// Makes sled's directory, and leaves it to its owner alone: what sled makes in it follows the umask. Removes the
/// snapshot that sled was writing when it was killed: sled would take it for a whole one, the newest, and refuse to
/// open. It says nothing that sled's log does not.
fn prepare(sled: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(sled)?;
    fs::set_permissions(sled, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(sled)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The least and the greatest key that a record of a chat, or of any, can have.
fn bounds(chat: Option<ChatId>) -> (RecordKey, RecordKey) {
    let (first, last) = chat.map_or((ChatId(i64::MIN), ChatId(i64::MAX)), |chat| (chat, chat));
    (keys::record(first, Seq(0)), keys::record(last, Seq(u64::MAX)))
}

/// Takes `limit` records, and tells whether there are more.
fn take(
    mut rows: impl Iterator<Item = Result<(Seq, Record), Error>>,
    limit: usize,
) -> Result<(Vec<(Seq, Record)>, bool), Error> {
    let records = rows.by_ref().take(limit).collect::<Result<_, _>>()?;
    Ok((records, rows.next().transpose()?.is_some()))
}

/// The record of that key, with its place; what cannot be read is logged by its place alone.
fn read_record(key: &[u8], value: &[u8]) -> Option<(ChatId, Seq, Record)> {
    let Some((chat, seq)) = keys::read_record(key) else {
        tracing::error!("a key in the history is no record's: passed over");
        return None;
    };
    match codec::read(value) {
        Ok(record) => Some((chat, seq, record)),
        Err(error) => {
            tracing::error!(chat = chat.0, seq = seq.0, %error, "a record cannot be read: passed over");
            None
        }
    }
}

/// The row that `bytes` are; what cannot be read is logged without its key.
fn read_row(bytes: &[u8]) -> Option<Row> {
    let row = codec::read(bytes);
    if let Err(error) = &row {
        tracing::error!(%error, "a row cannot be read: passed over");
    }
    row.ok()
}
