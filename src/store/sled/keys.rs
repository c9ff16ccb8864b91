//! Under which bytes things lie in sled's trees: such that what belongs together stands together, in its order.

use super::super::{AuditPlace, RowKind, Seq};
use super::schedule::Order;
use crate::value::{ChatId, UpdateId};

/// The key of a record: its chat, then its place there.
pub(super) type RecordKey = [u8; 16];

/// The key of the record of `chat` at `seq`. Telegram's ids are signed; with the sign bit turned they sort as numbers
/// do.
pub(super) fn record(ChatId(chat): ChatId, Seq(seq): Seq) -> RecordKey {
    pair(chat.cast_unsigned() ^ (1 << 63), seq)
}

/// The chat and the place that a record's key stands for; `None` when it is none.
pub(super) fn read_record(key: &[u8]) -> Option<(ChatId, Seq)> {
    let (chat, seq) = read_pair(key)?;
    Some((ChatId((chat ^ (1 << 63)).cast_signed()), Seq(seq)))
}

/// The least key that a record of a later chat than `chat` can have.
pub(super) fn behind(ChatId(chat): ChatId) -> Option<RecordKey> {
    Some(record(ChatId(chat.checked_add(1)?), Seq(0)))
}

/// The key of the job that was accepted as the `order`th. The update stands in it, so that it is known even where the
/// job cannot be read.
pub(super) fn job(order: Order, UpdateId(update): UpdateId) -> [u8; 16] {
    pair(order, update)
}

/// The order and the update that a job's key stands for; `None` when it is none.
pub(super) fn read_job(key: &[u8]) -> Option<(Order, UpdateId)> {
    let (order, update) = read_pair(key)?;
    Some((order, UpdateId(update)))
}

/// The key of an entry of who did what: its time, then which one it is.
pub(super) type AuditKey = [u8; 16];

/// The key of the entry at `place`.
pub(super) fn audit(AuditPlace { millis, number }: AuditPlace) -> AuditKey {
    pair(millis, number)
}

/// The place that an entry's key stands for; `None` when it is none.
pub(super) fn read_audit(key: &[u8]) -> Option<AuditPlace> {
    let (millis, number) = read_pair(key)?;
    Some(AuditPlace { millis, number })
}

/// The key of a row. No kind's name has a zero in it, so that the rows of a kind stand together.
pub(super) fn row(kind: RowKind, key: &str) -> Vec<u8> {
    [kind.name().as_bytes(), &[0], key.as_bytes()].concat()
}

fn pair(first: u64, second: u64) -> [u8; 16] {
    (u128::from(first) << 64 | u128::from(second)).to_be_bytes()
}

fn read_pair(key: &[u8]) -> Option<(u64, u64)> {
    let (first, second) = key.split_first_chunk()?;
    Some((u64::from_be_bytes(*first), u64::from_be_bytes(second.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_chat_then_place_and_read_back() {
        let places = [(i64::MIN, 9), (-1_001_234, 2), (-1, u64::MAX), (0, 0), (7, 1), (7, 256), (i64::MAX, 1)];
        let keys: Vec<RecordKey> = places.iter().map(|&(chat, seq)| record(ChatId(chat), Seq(seq))).collect();
        assert!(keys.is_sorted());
        for (key, (chat, seq)) in keys.iter().zip(places) {
            assert_eq!(read_record(key), Some((ChatId(chat), Seq(seq))));
            assert!(behind(ChatId(chat)).is_none_or(|behind| behind > record(ChatId(chat), Seq(u64::MAX))));
        }
        assert_eq!(read_record(b"short"), None);
        assert_eq!(read_job(&job(3, UpdateId(u64::MAX))), Some((3, UpdateId(u64::MAX))));
    }
}
