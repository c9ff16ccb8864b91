//! Writes a backup of an open store, which goes on meanwhile.
//!
//! The rows are read in small batches, each as it is at that moment; what is committed meanwhile comes from the [`Tee`]
//! and is written in between. A change holds a whole row, and the last one of each row wins: whoever applies all of
//! them in their order has exactly what was true after the last group.
//!
//! The records are read as they stand in the archive, from its beginning to where it ended when the backup began, and not
//! chat by chat, which would lead back and forth through the file. What was held then comes first.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::ops::Bound::{Excluded, Unbounded};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::super::super::paging::Order;
use super::super::super::{Error, key};
use super::super::archive::{Block, Blocks};
use super::super::change::Change;
use super::super::database::{Readers, TreeName};
use super::super::engine::catching;
use super::super::manifest::SCHEMA;
use super::super::mark::Mark;
use super::stream::Out;
use super::tee::Tee;

/// How much is read at a time, in bytes; one row more. No batch holds sled's files for long.
const BATCH: usize = 64 * 1024;

/// An open store, for as long as a backup of it takes.
pub(super) struct Source {
    /// The data directory, for errors.
    pub(super) dir: PathBuf,
    /// For reading.
    pub(super) readers: Readers,
    /// What is committed meanwhile.
    pub(super) tee: Tee,
}

/// Writes a backup of `source` that is begun at `at` to `to`, which errors call `name`; or, where there can be none,
/// why.
///
/// # Errors
/// What was written is no backup: the store cannot be read, or does not hold what it counts; `to` cannot be written; or
/// this did not keep up with what was committed meanwhile.
pub(super) fn write(
    source: Result<Source, Error>,
    at: DateTime<Utc>,
    to: impl Write,
    name: &Path,
) -> Result<(), Error> {
    let unwritten = |error: io::Error| Error::from_io(name, &error);
    let mut out = Out::begin(BufWriter::new(to)).map_err(unwritten)?;
    match source.and_then(|source| source.dump(&mut out, at, unwritten)) {
        Ok(mark) => out.end(mark).map_err(unwritten),
        Err(error) => {
            let why = if let Error::NoBackup { what } = &error { what.clone() } else { error.to_string() };
            // Whoever reads may have gone.
            let _ = out.give_up(&why);
            Err(error)
        }
    }
}

impl Source {
    /// Writes all rows, and gives what is true of them.
    fn dump(
        &self,
        out: &mut Out<impl Write>,
        at: DateTime<Utc>,
        unwritten: impl Fn(io::Error) -> Error,
    ) -> Result<Mark, Error> {
        out.about(SCHEMA, at).map_err(&unwritten)?;
        let mut found = 0;
        let mut put = |rows: &[Change]| {
            found += rows.iter().filter(|row| self.was_there(row)).count() as u64;
            let (meanwhile, _) = self.tee.take()?;
            out.rows(rows).and_then(|()| out.rows(&meanwhile)).map_err(&unwritten)
        };
        self.dump_records(&mut put)?;
        for tree in TreeName::IN_SLED {
            let mut last = None;
            while let Some(rows) = self.batch(tree, last.as_deref())? {
                put(&rows)?;
                last = rows.into_iter().next_back().map(|row| row.key);
            }
        }
        if found != self.tee.start.history {
            let what = format!("{found} of {} records can be found", self.tee.start.history);
            return Err(Error::damaged(&self.dir, what));
        }
        // What the last batches show is in here: nothing is taken before what was put can be read.
        let (meanwhile, mark) = self.tee.take()?;
        out.rows(&meanwhile).map_err(&unwritten)?;
        Ok(mark)
    }

    /// Puts all records: each once.
    fn dump_records(&self, mut put: impl FnMut(&[Change]) -> Result<(), Error>) -> Result<(), Error> {
        let trees = self.readers.trees()?;
        // In this order: what a checkpoint takes from what is held is in the archive before.
        let held = trees.held_between(TreeName::History, (Unbounded, Unbounded));
        let mut blocks = Blocks::of(trees.archive());
        drop(trees);
        let rows = held.iter().filter_map(|(key, value)| Some(row(TreeName::History, key, value.as_ref()?)));
        put(&rows.collect::<Vec<_>>())?;
        let held: HashSet<&[u8]> = held.iter().map(|(key, _)| key.as_ref()).collect();
        loop {
            // The archive can be read even after the store was closed; the backup must end then all the same.
            self.readers.trees()?;
            let batch = blocks.next(BATCH)?;
            if batch.is_empty() {
                return Ok(());
            }
            let rows = batch.iter().flat_map(Block::rows).filter(|(key, _)| !held.contains(&key[..]));
            put(&rows.map(|(key, value)| row(TreeName::History, &key, value)).collect::<Vec<_>>())?;
        }
    }

    /// The next rows of a tree behind a key, as they are now; `None` when there are no more.
    fn batch(&self, tree: TreeName, last: Option<&[u8]>) -> Result<Option<Vec<Change>>, Error> {
        let trees = self.readers.trees()?;
        let behind = (last.map_or(Unbounded, Excluded), Unbounded);
        let read = || -> Result<Vec<Change>, Error> {
            let (mut rows, mut size) = (Vec::new(), 0);
            for read in trees.range(tree, behind, Order::OldestFirst) {
                let (key, value) = read?;
                let row = row(tree, &key, &value);
                size += row.size();
                rows.push(row);
                if size > BATCH {
                    break;
                }
            }
            Ok(rows)
        };
        let rows = catching(&self.dir, read)??;
        Ok((!rows.is_empty()).then_some(rows))
    }

    /// Whether a row is a record that was counted when the backup began.
    fn was_there(&self, row: &Change) -> bool {
        let is_record = row.tree == TreeName::History;
        is_record && key::read_record(&row.key).is_some_and(|(_, seq)| seq.0 <= self.tee.start.last)
    }
}

fn row(tree: TreeName, key: &[u8], value: &[u8]) -> Change {
    Change { tree, key: key.to_vec(), value: Some(value.to_vec()) }
}
