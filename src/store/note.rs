//! Notes of what no backup may undo: what was deleted for good, who was taken off or paused, which groups were closed.
//!
//! A store in a directory writes each change of such rows into a file there, too, which outlives the store; a restore
//! goes by it.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::row::{Row, RowKind};
use super::{Error, KeyValue};

/// What became of a row: a line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Note {
    /// It was put.
    Row(Row),
    /// The row of this kind and key was removed.
    Removed(RowKind, String),
}

impl Note {
    /// Whether changes of rows of this kind are noted.
    pub(super) fn is_of(kind: RowKind) -> bool {
        matches!(kind, RowKind::Deletion | RowKind::Person | RowKind::Pause | RowKind::Group)
    }

    /// Which row it is about.
    fn row(&self) -> (RowKind, &str) {
        match self {
            Self::Row(row) => (row.kind, &row.key),
            Self::Removed(kind, key) => (*kind, key),
        }
    }

    /// Since when the row says what it says, in milliseconds since 1970, if it tells.
    fn since(&self) -> Option<i64> {
        match self {
            Self::Row(row) => since(&row.value),
            Self::Removed(..) => None,
        }
    }

    /// Makes the row what it has become, unless the one that is there is newer.
    ///
    /// # Errors
    /// The store failed.
    pub(super) async fn carry_out(self, rows: &dyn KeyValue) -> Result<(), Error> {
        let (kind, key) = self.row();
        let there = rows.get(kind, key, DateTime::UNIX_EPOCH).await?;
        if there.is_some_and(|there| is_newer(since(&there), self.since())) {
            return Ok(());
        }
        match self {
            Self::Row(row) => rows.put(row).await,
            Self::Removed(kind, key) => rows.remove(kind, &key).await.map(drop),
        }
    }
}

/// Of notes, which are given as they were written, those that still say something: of each row what became of it last,
/// and none that had expired when the newest was written. So a deletion is noted for
/// [`DELETIONS_KEPT`](super::forget::DELETIONS_KEPT).
pub(super) fn newest(notes: impl IntoIterator<Item = Note>) -> Vec<Note> {
    let mut newest: BTreeMap<(RowKind, String), Note> = BTreeMap::new();
    for note in notes {
        let (kind, key) = note.row();
        let row = (kind, key.to_owned());
        if newest.get(&row).is_none_or(|there| !is_newer(there.since(), note.since())) {
            newest.insert(row, note);
        }
    }
    let last = newest.values().filter_map(Note::since).max();
    let expires = |note: &Note| match note {
        Note::Row(row) => row.expires.map(|expires| expires.timestamp_millis()),
        Note::Removed(..) => None,
    };
    newest.into_values().filter(|note| expires(note).zip(last).is_none_or(|(expires, last)| expires > last)).collect()
}

/// Whether what is there is newer than what is noted, as far as both tell since when they are.
fn is_newer(there: Option<i64>, noted: Option<i64>) -> bool {
    there.zip(noted).is_some_and(|(there, noted)| there > noted)
}

fn since(value: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Since {
        t: i64,
    }
    serde_json::from_str(value).ok().map(|Since { t }| t)
}
