//! Cuts a page out of a chat's records: the same for every backend that keeps them in the order of their keys.

use std::ops::Bound::{self, Excluded, Included};

use crate::value::ChatId;

use self::Order::{NewestFirst, OldestFirst};
use super::key::{self, RecordKey};
use super::{Cursor, Error, Page, Record, Seq, codec};

/// The most records that one page holds, whatever is asked for: so that no caller can ask for all there is.
pub const LARGEST_PAGE: usize = 1000;

/// The records of a page in the order in which they were read, and whether there are more behind them.
type Taken = (Vec<(Seq, Record)>, bool);

/// From which end rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By rising keys.
    OldestFirst,
    /// By falling keys.
    NewestFirst,
}

impl Order {
    /// What `rows` gives, which are there by rising keys, in this order.
    pub(super) fn of<Row>(self, mut rows: impl DoubleEndedIterator<Item = Row>) -> impl Iterator<Item = Row> {
        std::iter::from_fn(move || match self {
            Self::OldestFirst => rows.next(),
            Self::NewestFirst => rows.next_back(),
        })
    }
}

/// Reads the page of `chat` at `cursor`. `range` gives the rows between two keys, in an order.
pub(super) fn read<Rows, Row>(
    chat: ChatId,
    cursor: Cursor,
    limit: usize,
    range: impl Fn((Bound<RecordKey>, Bound<RecordKey>), Order) -> Rows,
) -> Result<Page, Error>
where
    Rows: Iterator<Item = Result<Row, Error>>,
    Row: AsRow,
{
    let limit = limit.min(LARGEST_PAGE);
    let oldest = Included(key::of_record(chat, Seq(0)));
    let newest = Included(key::of_record(chat, Seq(u64::MAX)));
    match cursor {
        Cursor::Newest => {
            let (records, has_older) = take(range((oldest, newest), NewestFirst), limit)?;
            Ok(Page { records, has_older, has_newer: false })
        }
        Cursor::OlderThan(seq) => {
            let here = key::of_record(chat, seq);
            let (records, has_older) = take(range((oldest, Excluded(here)), NewestFirst), limit)?;
            Ok(Page { records, has_older, has_newer: any(range((Included(here), newest), OldestFirst))? })
        }
        Cursor::NewerThan(seq) => {
            let here = key::of_record(chat, seq);
            let (mut records, has_newer) = take(range((Excluded(here), newest), OldestFirst), limit)?;
            records.reverse();
            Ok(Page { records, has_older: any(range((oldest, Included(here)), NewestFirst))?, has_newer })
        }
    }
}

/// A row as a backend gives it.
pub(super) trait AsRow {
    /// Its key and its value.
    fn parts(&self) -> (&[u8], &[u8]);
}

/// Takes `limit` readable records; those that cannot be read are logged, by their key alone, and passed over.
fn take<Row: AsRow>(mut rows: impl Iterator<Item = Result<Row, Error>>, limit: usize) -> Result<Taken, Error> {
    let mut records = Vec::with_capacity(limit.min(32));
    while records.len() < limit {
        let Some(row) = rows.next() else { return Ok((records, false)) };
        records.extend(read_row(&row?));
    }
    Ok((records, any(rows)?))
}

fn read_row(row: &impl AsRow) -> Option<(Seq, Record)> {
    let (key, value) = row.parts();
    let Some((chat, seq)) = key::read_record(key) else {
        tracing::error!(?key, "a key in the history is no record's: passed over");
        return None;
    };
    codec::decode_or_log(chat, seq, value).map(|record| (seq, record))
}

fn any<Row>(mut rows: impl Iterator<Item = Result<Row, Error>>) -> Result<bool, Error> {
    rows.next().transpose().map(|row| row.is_some())
}
