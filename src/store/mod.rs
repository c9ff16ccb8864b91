//! What is kept: the traits, apart from the backends that keep it.
//!
//! Four traits say what can be kept and asked: [`History`] (the checks of each chat), [`Jobs`] (what was accepted and
//! is not done), [`KeyValue`] (small rows, some with an expiry) and [`AuditLog`] (who did what). A backend implements
//! all of them ([`Store`]): today [`SledStore`], a directory that one process has open; next a database that several
//! processes share. So the traits are async, carry no type of any backend, each method is one statement or one
//! transaction of a database, and nothing has to be held between two calls. One contract suite (`contract`, in the
//! tests) is run on every backend.
//!
//! Over the traits, and so for every backend: [`Preferences`] (what each chat has chosen), [`backup()`] and
//! [`restore()`] (one portable file), [`purge`] (retention), [`forget()`] (deleting for good).
//!
//! *Durable* means: it outlives a kill of the process and, as far as the disk tells the truth, a power cut. After an
//! error nothing is known of what was to be written: it may be kept or not. A write of a job or a row may be repeated
//! until it succeeds, and does nothing twice; a job that was claimed stays so meanwhile.
//!
//! Every error is an [`Error`], whose text names the remedy. While the disk is full, or the data directory is gone,
//! every write and every claim fails with [`Error::Full`] or [`Error::Gone`]; the store goes on by itself afterwards.

mod audit;
mod backup;
mod codec;
#[cfg(test)]
mod contract;
mod error;
mod forget;
mod job;
mod json;
mod note;
mod options;
mod preferences;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod record;
mod retention;
mod row;
#[cfg(test)]
mod samples;
mod sled;
mod traits;

pub use audit::{AuditAct, AuditEntry, AuditFilter, AuditPage, AuditPlace, MAX_AUDIT_SCAN};
pub use backup::{
    BackupService, Counts, LeftOut, Restored, Summary, audit_of_backup, audit_of_dir, backup, backup_dir, restore,
    restore_dir,
};
pub use error::Error;
pub use forget::{Forgotten, end_jobs, forget};
pub use job::{Accepted, Claim, Job, Kept, Load, MAX_BODY_LEN, NewJob, REMEMBERED, Retries, Waiting, WorkerId};
pub use options::{ChatOptions, NamesShown};
pub use preferences::Preferences;
use record::MAX_NUMBER;
pub use record::{Count, Cursor, Deletion, MAX_PAGE_LEN, Page, Record, Search, Seq, Target};
pub use retention::{Purged, purge};
pub use row::{Counted, Counter, MAX_ROW_LEN, Row, RowKind};
pub use sled::{SledStore, rewrite};
pub use traits::{AuditLog, History, Jobs, KeyValue, Store};
