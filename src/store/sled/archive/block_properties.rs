//! What holds for every block of an archive, whatever a disk made of it. The property tests call it with bytes that are
//! made, the fuzz target `block` with bytes that are found. It panics where something does not hold.

use super::{Block, Draft, HEADER, Header, Seq};

/// Where a header says how long the block is, and where its records' checksum stands.
const LENGTH: std::ops::Range<usize> = 4..8;
const SUM: std::ops::Range<usize> = 52..56;

/// Checks what is made of `bytes` as a block, and as one whose length and checksums are right: no fuzzer finds one by
/// itself.
pub(crate) fn hold(bytes: &[u8]) {
    reads_back(bytes);
    if bytes.len() > HEADER {
        reads_back(&with_checksums(bytes.to_vec()));
    }
}

fn with_checksums(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let records = crc32fast::hash(bytes.get(HEADER..).unwrap_or_default());
    put(&mut bytes, LENGTH, length);
    put(&mut bytes, SUM, records);
    let header = crc32fast::hash(bytes.get(LENGTH.start..HEADER).unwrap_or_default());
    put(&mut bytes, 0..LENGTH.start, header);
    bytes
}

fn put(bytes: &mut [u8], place: std::ops::Range<usize>, number: u32) {
    bytes.get_mut(place).into_iter().for_each(|place| place.copy_from_slice(&number.to_be_bytes()));
}

fn decode(bytes: &[u8]) -> Option<Block> {
    let header = Header::decode(bytes)?;
    let records = bytes.get(HEADER..)?.get(..header.records())?;
    Block::decode(header, records.to_vec())
}

fn reads_back(bytes: &[u8]) {
    let Some(block) = decode(bytes) else { return };
    let written = write(&block);
    assert!(bytes.starts_with(&written), "what was read is not what is there");
    every_record_is_in_its_place(&block);
    let mut changed = written.clone();
    changed.iter_mut().skip(written.len() / 2).take(1).for_each(|byte| *byte ^= 0x20);
    assert!(decode(&changed).is_none(), "damage went unnoticed");
    assert!(decode(written.get(..written.len() - 1).unwrap_or_default()).is_none(), "a cut went unnoticed");
}

fn write(block: &Block) -> Vec<u8> {
    let Header { chat, prev, jump, depth, first, .. } = block.header;
    let mut draft = Draft { chat, first, last: first, records: Vec::new() };
    for (seq, record) in block.iter() {
        draft.last = seq;
        draft.put(u32::try_from(seq.0 - first.0).unwrap_or_default(), record);
    }
    let mut written = Vec::new();
    assert!(draft.finish(prev, jump, depth, &mut written).is_ok_and(|header| header == block.header));
    written
}

fn every_record_is_in_its_place(block: &Block) {
    let seqs: Vec<Seq> = block.iter().map(|(seq, _)| seq).collect();
    assert!(!seqs.is_empty() && seqs.len() == block.len() && seqs.is_sorted_by(|a, b| a < b));
    assert_eq!((seqs.first(), seqs.last()), (Some(&block.header.first), Some(&block.header.last)));
    assert!(seqs.iter().enumerate().all(|(nth, seq)| block.count_below(*seq) == nth));
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::value::ChatId;

    proptest! {
        #[test]
        fn the_properties_hold_for_likely_blocks(
            records in vec((1_u64..50, vec(any::<u8>(), 0..60)), 1..30),
            chat: i64, prev in 0_u64..3, depth in 0_u32..3, spoiled in proptest::option::of((0_usize..3000, any::<u8>())),
        ) {
            let mut draft: Option<Draft> = None;
            let mut seq = 0;
            for (step, record) in &records {
                seq += step;
                match &mut draft {
                    Some(draft) => prop_assert!(draft.add(Seq(seq), record)),
                    None => draft = Some(Draft::begin(ChatId(chat), Seq(seq), record)),
                }
            }
            let mut bytes = Vec::new();
            draft.unwrap().finish(prev, prev, depth, &mut bytes).unwrap();
            let leads_back = (prev == 0) == (depth == 0);
            prop_assert_eq!(decode(&bytes).map(|block| block.len()), leads_back.then_some(records.len()));
            hold(&bytes);
            if let Some((at, byte)) = spoiled {
                let at = at % bytes.len();
                bytes[at] = byte;
                hold(&bytes);
            }
        }
    }
}
