//! An entry of the journal as bytes: one byte for the version, then JSON with names of one letter, as for records.
//!
//! What stands in it is ours alone: of Telegram's message no more than the question in our words. The update is in the
//! key, not in here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::codec::{self, Unreadable};
use super::{Entry, LONGEST_QUESTION, Seq, Waiting};
use crate::value::{ChatId, MessageId, UpdateId, UserId};

/// An entry as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "c")]
    chat: i64,
    #[serde(rename = "u")]
    user: u64,
    /// Milliseconds since 1970, UTC, like every time in here.
    #[serde(rename = "t")]
    accepted: i64,
    #[serde(rename = "q")]
    question: String,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    kept: Option<u64>,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    waiting: Option<StoredWaiting>,
}

#[derive(Serialize, Deserialize)]
struct StoredWaiting {
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    notice: Option<i32>,
    #[serde(rename = "a")]
    asked: u32,
    #[serde(rename = "n")]
    next: i64,
    #[serde(rename = "e")]
    until: i64,
}

/// The bytes of `entry`.
pub(super) fn encode(entry: &Entry) -> Vec<u8> {
    codec::write_json(&Stored {
        chat: entry.chat.0,
        user: entry.user.0,
        accepted: entry.accepted.timestamp_millis(),
        question: entry.question.clone(),
        kept: entry.kept.map(|Seq(seq)| seq),
        waiting: entry.waiting.map(|waiting| StoredWaiting {
            notice: waiting.notice.map(|MessageId(id)| id),
            asked: waiting.asked,
            next: waiting.next.timestamp_millis(),
            until: waiting.until.timestamp_millis(),
        }),
    })
}

/// The entry of `update` that `bytes` are. Each field is checked anew: the disk is an outside too.
///
/// # Errors
/// They are not an entry, or one that only a later build can read.
pub(super) fn decode(update: UpdateId, bytes: &[u8]) -> Result<Entry, Unreadable> {
    let stored: Stored = codec::read_json(bytes)?;
    if stored.question.len() > LONGEST_QUESTION {
        return Err(Unreadable::Field("question"));
    }
    Ok(Entry {
        update,
        chat: ChatId(stored.chat),
        user: UserId(stored.user),
        accepted: read_time(stored.accepted)?,
        question: stored.question,
        kept: stored.kept.map(Seq),
        waiting: stored.waiting.map(read_waiting).transpose()?,
    })
}

/// Reads what may be damaged: says so in the log, by the update alone, and gives nothing.
pub(super) fn decode_or_log(update: UpdateId, bytes: &[u8]) -> Option<Entry> {
    let entry = decode(update, bytes);
    if let Err(error) = &entry {
        tracing::error!(update = update.0, %error, "an entry of the journal cannot be read: passed over");
    }
    entry.ok()
}

fn read_waiting(stored: StoredWaiting) -> Result<Waiting, Unreadable> {
    Ok(Waiting {
        notice: stored.notice.map(MessageId),
        asked: stored.asked,
        next: read_time(stored.next)?,
        until: read_time(stored.until)?,
    })
}

fn read_time(millis: i64) -> Result<DateTime<Utc>, Unreadable> {
    DateTime::from_timestamp_millis(millis).ok_or(Unreadable::Field("time"))
}

#[cfg(test)]
#[path = "entry_codec_tests.rs"]
mod tests;
