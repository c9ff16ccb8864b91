//! Under which bytes things lie in sled's trees: such that what belongs together stands together, in its order.

use super::super::{AuditPlace, RowKind, Seq};
use crate::value::ChatId;

/// The key of a record: its chat, then its place there.
pub(super) type RecordKey = [u8; 16];

/// The key of a record. Telegram's ids are signed; with the sign bit turned they sort as numbers do.
pub(super) fn record(ChatId(chat): ChatId, Seq(seq): Seq) -> RecordKey {
    pair(chat.cast_unsigned() ^ (1 << 63), seq)
}

/// The chat and the place that a record's key stands for; `None` when it is none.
pub(super) fn read_record(key: &[u8]) -> Option<(ChatId, Seq)> {
    let (chat, seq) = read_pair(key)?;
    Some((ChatId((chat ^ (1 << 63)).cast_signed()), Seq(seq)))
}

/// The key of an entry of who did what: its time, then which one it is.
pub(super) fn audit(AuditPlace { millis, number }: AuditPlace) -> [u8; 16] {
    pair(millis, number)
}

/// The place that an entry's key stands for; `None` when it is none.
pub(super) fn read_audit(key: &[u8]) -> Option<AuditPlace> {
    read_pair(key).map(|(millis, number)| AuditPlace { millis, number })
}

/// The key of a row. No kind's name has a zero in it, so that the rows of a kind stand together.
pub(super) fn row(kind: RowKind, key: &str) -> Vec<u8> {
    format!("{kind}\0{key}").into_bytes()
}

/// A key of two numbers, sorted by the first.
pub(super) fn pair(first: u64, second: u64) -> [u8; 16] {
    (u128::from(first) << 64 | u128::from(second)).to_be_bytes()
}

/// The numbers that such a key stands for; `None` when it is none.
pub(super) fn read_pair(key: &[u8]) -> Option<(u64, u64)> {
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
        }
        assert_eq!(read_record(b"short"), None);
    }
}
