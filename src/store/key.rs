//! Under which bytes things lie: such that a chat's records stand together, in their order.

use crate::value::{ChatId, UpdateId};

use super::Seq;

/// The key of a record: its chat, then its place there.
pub(super) type RecordKey = [u8; 16];

/// The eight bytes of a chat. Telegram's ids are signed; with the sign bit turned they sort as numbers do.
pub(super) fn of_chat(ChatId(id): ChatId) -> [u8; 8] {
    (id.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The chat that eight bytes stand for; `None` when they are not eight.
pub(super) fn read_chat(key: &[u8]) -> Option<ChatId> {
    let id = u64::from_be_bytes(key.try_into().ok()?) ^ (1 << 63);
    Some(ChatId(id.cast_signed()))
}

/// The key of the record of `chat` at `seq`.
pub(super) fn of_record(chat: ChatId, Seq(seq): Seq) -> RecordKey {
    let both = u128::from(u64::from_be_bytes(of_chat(chat))) << 64 | u128::from(seq);
    both.to_be_bytes()
}

/// The chat and the place that a key stands for; `None` when it is no record's key.
pub(super) fn read_record(key: &[u8]) -> Option<(ChatId, Seq)> {
    let both = u128::from_be_bytes(key.try_into().ok()?);
    let chat = u64::try_from(both >> 64).ok()?;
    let seq = u64::try_from(both & u128::from(u64::MAX)).ok()?;
    Some((read_chat(&chat.to_be_bytes())?, Seq(seq)))
}

/// The key of the language that `chat` chose. The last byte says which preference it is: there may be more of them.
pub(super) fn of_language(chat: ChatId) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = of_chat(chat);
    [a, b, c, d, e, f, g, h, b'l']
}

/// The key of the chat that `chat` was before it became a supergroup.
pub(super) fn of_origin(chat: ChatId) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = of_chat(chat);
    [a, b, c, d, e, f, g, h, b'o']
}

/// With what the keys of the journal's entries begin.
pub(super) const ENTRIES: [u8; 1] = *b"e";

/// With what the keys of the journal's finished updates begin.
pub(super) const FINISHED: [u8; 1] = *b"f";

/// The key of the journal's entry that was accepted as the `order`th. The update stands in it, so that it is known
/// even where the entry itself cannot be read.
pub(super) fn of_entry(order: u64, UpdateId(update): UpdateId) -> Vec<u8> {
    [&ENTRIES[..], &order.to_be_bytes(), &update.to_be_bytes()].concat()
}

/// The order and the update that an entry's key stands for; `None` when it is none.
pub(super) fn read_entry(key: &[u8]) -> Option<(u64, UpdateId)> {
    read_numbers(key.strip_prefix(&ENTRIES)?)
}

/// Where a finished update is remembered. There are so many such places and no more: a later update takes the place
/// of an earlier one.
pub(super) fn of_finished(slot: u16) -> Vec<u8> {
    [&FINISHED[..], &slot.to_be_bytes()].concat()
}

/// What stands at [`of_finished`]: the how many-th to be finished, and which update it was.
pub(super) fn finished_value(nth: u64, UpdateId(update): UpdateId) -> Vec<u8> {
    [&nth.to_be_bytes()[..], &update.to_be_bytes()].concat()
}

/// Reads what [`finished_value`] wrote.
pub(super) fn read_finished(value: &[u8]) -> Option<(u64, UpdateId)> {
    read_numbers(value)
}

fn read_numbers(bytes: &[u8]) -> Option<(u64, UpdateId)> {
    let (number, update) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*number), UpdateId(u32::from_be_bytes(update.try_into().ok()?))))
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
            assert_eq!(read_chat(&of_chat(ChatId(chat))), Some(ChatId(chat)));
        }
        assert_eq!(read_record(b"short"), None);
    }

    #[test]
    fn entries_sort_by_their_order_and_read_back() {
        let entries = [(1, u32::MAX), (2, 0), (255, 7), (256, 6), (u64::MAX, 1)];
        let keys = entries.map(|(order, update)| of_entry(order, UpdateId(update)));
        assert!(keys.is_sorted());
        assert_eq!(keys.map(|key| read_entry(&key)), entries.map(|(order, update)| Some((order, UpdateId(update)))));
        assert_eq!(read_finished(&finished_value(256, UpdateId(7))), Some((256, UpdateId(7))));
        for bytes in [&b""[..], b"e", b"e23456789012", b"e2345678901234", b"f234567890123"] {
            assert_eq!(read_entry(bytes), None);
        }
    }
}
