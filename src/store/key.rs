//! Under which bytes things lie: such that a chat's records stand together, in their order.

use crate::value::ChatId;

use super::Seq;

/// The key of a record: its chat, then its place there.
pub(super) type RecordKey = [u8; 16];

/// The eight bytes of a chat. Telegram's ids are signed; with the sign bit turned they sort as numbers do.
pub(super) fn of_chat(ChatId(id): ChatId) -> [u8; 8] {
    (id.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The key of the record of `chat` at `seq`.
pub(super) fn of_record(chat: ChatId, Seq(seq): Seq) -> RecordKey {
    let both = u128::from(u64::from_be_bytes(of_chat(chat))) << 64 | u128::from(seq);
    both.to_be_bytes()
}

/// The chat and the place that a key stands for; `None` when it is no record's key.
pub(super) fn read_record(key: &[u8]) -> Option<(ChatId, Seq)> {
    let both = u128::from_be_bytes(key.try_into().ok()?);
    let chat = u64::try_from(both >> 64).ok()? ^ (1 << 63);
    let seq = u64::try_from(both & u128::from(u64::MAX)).ok()?;
    Some((ChatId(chat.cast_signed()), Seq(seq)))
}

/// The key of the language that `chat` chose. The last byte says which preference it is: there may be more of them.
pub(super) fn of_language(chat: ChatId) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = of_chat(chat);
    [a, b, c, d, e, f, g, h, b'l']
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_chat_then_place_and_read_back() {
        let places = [(i64::MIN, 9), (-1_001_234, 2), (-1, u64::MAX), (0, 0), (7, 1), (7, 256), (i64::MAX, 1)];
        let keys: Vec<RecordKey> = places.iter().map(|&(chat, seq)| of_record(ChatId(chat), Seq(seq))).collect();
        assert!(keys.is_sorted());
        for (key, (chat, seq)) in keys.iter().zip(places) {
            assert_eq!(read_record(key), Some((ChatId(chat), Seq(seq))));
            assert!(key.starts_with(&of_chat(ChatId(chat))));
        }
        assert_eq!(read_record(b"short"), None);
    }
}
