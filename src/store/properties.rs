//! What holds for all stored bytes, whatever a disk made of them. The property tests call it with bytes that are made,
//! the fuzz targets `record` and `job` with bytes that are found. It panics where something does not hold.

use super::{Job, Record, codec};
use crate::value::{Customer, CustomerName, CustomerNumber, Verdict};

/// No record is larger than this, in bytes, even where what was on the disk is.
const MAX_RECORD_LEN: usize = 8 * 1024;

/// Checks what is made of `bytes` as a record of the history.
pub(crate) fn record(bytes: &[u8]) {
    let Ok(record) = codec::read::<Record>(bytes) else { return };
    let written = codec::write(&record);
    assert!(written.len() <= MAX_RECORD_LEN, "{} bytes", written.len());
    assert_eq!(codec::read(&written).as_ref(), Ok(&record));
    assert_eq!(format!("{record:?}"), format!("{:?}", of_someone_else(&record)), "it shows whose it is");
}

/// The same with another number and another name, each as long as the one that it takes the place of.
fn of_someone_else(record: &Record) -> Record {
    let mut other = record.clone();
    let number = CustomerNumber::from_record(&"0".repeat(record.number.as_str().len()));
    other.number = number.unwrap_or(other.number);
    if let Verdict::Found(Customer { name: Some(name), .. }) = &mut other.outcome.verdict {
        let length = name.whole_name().chars().count();
        *name = CustomerName::new(&"x".repeat(length)).unwrap_or_else(|| name.clone());
    }
    other
}

/// Checks what is made of `bytes` as a job.
pub(crate) fn job(bytes: &[u8]) {
    let Ok(job) = codec::read::<Job>(bytes) else { return };
    assert!(job.resumed, "it was found");
    assert_eq!(codec::read(&codec::write(&job)).as_ref(), Ok(&job));
    let other = Job { body: "x".repeat(job.body.len()), ..job.clone() };
    assert_eq!(format!("{job:?}"), format!("{other:?}"), "it shows what was asked");
}
