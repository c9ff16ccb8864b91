//! What holds for every write-ahead log, whatever a disk made of it. The property tests call it with bytes that are
//! made, the fuzz target `log` with bytes that are found. It panics where something does not hold.

use super::{HEAD, Mark, RECORD, Record, checksum, decode_all, encode};

/// Checks what is made of `bytes` as a log, as what follows a log's head, and as the body of a record whose checksum is
/// right: no fuzzer finds one by itself.
pub(crate) fn hold(bytes: &[u8]) {
    reads_back(bytes);
    reads_back(&[&HEAD[..], bytes].concat());
    let size = (bytes.len() as u64).to_be_bytes();
    let sum = checksum(&size, bytes).to_be_bytes();
    reads_back(&[&HEAD[..], &RECORD, &size, &sum, bytes].concat());
}

fn reads_back(log: &[u8]) {
    let Ok(records) = decode_all(log) else { return };
    let written = write(&records);
    assert!(log.starts_with(&written), "what was read is not what is there");
    another_is_read_behind(&written, &records);
    damage_changes_nothing_else(&written, &records);
}

fn write(records: &[Record]) -> Vec<u8> {
    let records = records.iter().flat_map(|record| encode(record.synced, record.mark, &record.changes));
    HEAD.into_iter().chain(records).collect()
}

fn another_is_read_behind(log: &[u8], records: &[Record]) {
    let appended = [log, &encode(0, Mark { last: 1, ..Mark::default() }, &[])].concat();
    assert!(decode_all(&appended).is_ok_and(|read| read.len() == records.len() + 1), "one was lost");
}

/// A flipped or missing byte is reported, or looks like a write that was cut off: it never makes a record another.
fn damage_changes_nothing_else(log: &[u8], records: &[Record]) {
    let middle = log.len() / 2;
    let mut flipped = log.to_vec();
    flipped.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 0x20);
    for damaged in [flipped.as_slice(), log.get(..middle).unwrap_or_default()] {
        let Ok(read) = decode_all(damaged) else { continue };
        assert!(read.len() < records.len() || log.len() == HEAD.len(), "damage went unnoticed");
        assert!(log.starts_with(&write(&read)), "damage made another record");
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::store::sled::{change::Change, database::TreeName};

    const TREES: [TreeName; 3] = [TreeName::History, TreeName::Preferences, TreeName::Journal];

    /// A tree's place among all, a key, a value.
    type Row = (usize, Vec<u8>, Option<Vec<u8>>);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let bytes = || vec(any::<u8>(), 0..40);
        vec((0..TREES.len(), bytes(), proptest::option::of(bytes())), 0..4)
    }

    fn change((tree, key, value): Row) -> Change {
        Change { tree: TREES[tree], key, value }
    }

    proptest! {
        #[test]
        fn the_properties_hold_for_likely_logs(groups in vec(rows(), 0..4), cut in 0_usize..60, synced: u64) {
            let groups: Vec<Vec<Change>> =
                groups.into_iter().map(|rows| rows.into_iter().map(change).collect()).collect();
            let mut log = HEAD.to_vec();
            for (last, changes) in (0..).zip(&groups) {
                log.extend(encode(HEAD.len() as u64, Mark { last, ..Mark::default() }, changes));
            }
            prop_assert!(decode_all(&log).is_ok_and(|records| records.iter().map(|r| &r.changes).eq(&groups)));
            hold(&log);
            log.truncate(log.len().saturating_sub(cut));
            log.extend(encode(synced, Mark::default(), &[]));
            hold(&log);
        }
    }
}
