//! What holds for all stored bytes, whatever a disk made of them. The property tests call it with bytes that are made,
//! the fuzz targets `record`, `entry`, `log` and `block` with bytes that are found. It panics where something does not hold.

use super::{Entry, Record, codec, entry_codec, sled};
use crate::value::{ChatId, Customer, CustomerName, CustomerNumber, UpdateId, Verdict};

/// No record is larger than this, in bytes, even where what was on the disk is.
const LARGEST_RECORD: usize = 8 * 1024;

/// Checks what is made of `bytes` as a record of the history.
pub(crate) fn record(bytes: &[u8]) {
    let Ok(record) = codec::decode(ChatId(7), bytes) else { return };
    let written = codec::encode(&record);
    assert!(written.len() <= LARGEST_RECORD, "{} bytes", written.len());
    assert_eq!(codec::decode(ChatId(7), &written).as_ref(), Ok(&record));
    assert_eq!(format!("{record:?}"), format!("{:?}", of_someone_else(&record)), "it shows whose it is");
}

/// The same with another number and another name, each as long as the one that it takes the place of.
fn of_someone_else(record: &Record) -> Record {
    let mut other = record.clone();
    let number = CustomerNumber::from_record(&"0".repeat(record.number.as_str().len()));
    other.number = number.unwrap_or(other.number);
    if let Verdict::Found(Customer { name: Some(name), .. }) = &mut other.outcome.verdict {
        let length = name.as_str().chars().count();
        *name = CustomerName::new(&"x".repeat(length)).unwrap_or_else(|| name.clone());
    }
    other
}

/// Checks what is made of `bytes` as an entry of the journal.
pub(crate) fn entry(bytes: &[u8]) {
    let Ok(entry) = entry_codec::decode(UpdateId(7), bytes) else { return };
    assert_eq!(entry_codec::decode(UpdateId(7), &entry_codec::encode(&entry)).as_ref(), Ok(&entry));
    let other = Entry { question: "x".repeat(entry.question.len()), ..entry.clone() };
    assert_eq!(format!("{entry:?}"), format!("{other:?}"), "it shows what was asked");
}

/// Checks what is made of `bytes` as a write-ahead log, or a part of one.
pub(crate) fn log(bytes: &[u8]) {
    sled::log_holds(bytes);
}

/// Checks what is made of `bytes` as a block of the archive.
pub(crate) fn block(bytes: &[u8]) {
    sled::block_holds(bytes);
}
