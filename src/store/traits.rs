//! What can be kept and asked: the traits that every backend implements, apart from all of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Error;
use super::audit::{AuditEntry, AuditFilter, AuditPage, AuditPlace};
use super::job::{Accepted, Claim, Job, Kept, Load, NewJob, Waiting, WorkerId};
use super::record::{Count, Cursor, Deletion, Page, Record, Search, Seq};
use super::row::{Counted, Counter, Row, RowKind};
#[cfg(doc)]
use super::{MAX_BODY_LEN, MAX_PAGE_LEN, MAX_ROW_LEN, REMEMBERED};
use crate::value::{ChatId, Provider, UpdateId, UserId};

/// The checks of each chat.
///
/// A record that cannot be read is left out wherever records are given, and logged; it does not hide the others.
#[async_trait]
pub trait History: Send + Sync {
    /// Keeps a record that belongs to no job as the newest of its chat, and gives its place. Durable when it returns.
    async fn append(&self, record: Record) -> Result<Seq, Error>;

    /// The record of `chat` at `seq`; `None` when there is none.
    async fn get(&self, chat: ChatId, seq: Seq) -> Result<Option<Record>, Error>;

    /// A page of at most `limit` (and [`MAX_PAGE_LEN`]) records of `chat`. It costs the same however many there are.
    async fn page(&self, chat: ChatId, cursor: Cursor, limit: usize) -> Result<Page, Error>;

    /// A page of those records of `chat` that fit `search`, as if it had no others. It may read all of the chat,
    /// unless [`Search::among`] says how much.
    async fn find(&self, chat: ChatId, search: &Search, cursor: Cursor, limit: usize) -> Result<Page, Error>;

    /// At most `limit` (and [`MAX_PAGE_LEN`]) records of a chat, or of all chats, that stand behind `after`: by chat,
    /// then by place, rising. None when there are no more. For exports and backups, which go on behind the last one
    /// that they were given; what is written meanwhile may be among them or not.
    async fn stream(
        &self,
        chat: Option<ChatId>,
        after: Option<(ChatId, Seq)>,
        limit: usize,
    ) -> Result<Vec<(ChatId, Seq, Record)>, Error>;

    /// Deletes at most `limit` records and gives how many: callers repeat it until 0. Durable when it returns.
    ///
    /// [`Deletion::Before`] may pass over an old record that stands behind a younger one of its chat (the clock was put
    /// back) for as long as that one is kept.
    async fn delete(&self, what: &Deletion, limit: usize) -> Result<usize, Error>;

    /// How many checks ended how between two moments (the first belongs to it, the last does not), in one chat or in
    /// all: by day (WIB), provider and agent, sorted so. It may read all of the history.
    async fn counts(
        &self,
        chat: Option<ChatId>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Count>, Error>;

    /// Puts records back under their own places, for a restore; later ones get higher places. Durable when it returns.
    async fn import(&self, records: Vec<(Seq, Record)>) -> Result<(), Error>;
}

/// What was accepted and is not done.
///
/// The life of a job: it is accepted (*ready*), claimed by a worker (*running*), perhaps given back to wait for its
/// provider (*waiting*) and claimed again when it is due, and finished. What it led to is kept in the history and noted
/// in the job in one commit, so that nothing is asked twice. After a crash, or when a worker's lease ends, what it had
/// claimed is claimed by another, with what is known of it.
///
/// The jobs of one agent in one chat are a queue: of those that were never begun one runs at a time, in the order in
/// which they were accepted. Jobs that wait hold up none of them; of these, too, one of each agent in each chat runs at
/// a time.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Accepts jobs in their order, in one commit; gives for each what became of it. Durable when it returns.
    ///
    /// An update that is open, finished lately (at least the last [`REMEMBERED`]) or earlier in `jobs` is
    /// [`Accepted::Repeated`]. A job whose agent has `most_per_agent` ready jobs in that chat already is
    /// [`Accepted::TooMany`]; its update is not remembered.
    ///
    /// # Errors
    /// [`Error::JobTooLong`]: a body is longer than [`MAX_BODY_LEN`], and none of `jobs` is kept.
    async fn accept(&self, jobs: Vec<NewJob>, most_per_agent: usize) -> Result<Vec<Accepted>, Error>;

    /// Takes due jobs for a worker until its lease ends, and gives them oldest first, with whether others wait that may
    /// become due by themselves. Due are
    /// - of each agent in each chat the oldest ready job, unless one that never waited runs;
    /// - of each agent in each chat one waiting job, unless one runs: the oldest that has all its records (its answer
    ///   is known) or is to be given up (`until` is reached); else one that may be asked again (`due` is reached) as
    ///   far as [`Claim::retries`] lets it. A job that waits and names no provider is not counted there. Of those that
    ///   are being asked again at a provider, in all chats, at most half (and at least one) are one agent's.
    ///
    /// Where more than [`Claim::limit`] are due, the oldest are taken. A job that cannot be read is never claimed (and
    /// logged). A backend that one process opens at a time may let a claim last until that process ends. A call that is
    /// dropped before it returns may have claimed jobs all the same, until the lease ends or they are released.
    async fn claim(&self, claim: &Claim) -> Result<(Vec<Job>, bool), Error>;

    /// Keeps how an item of a claimed job ended: appends the record and notes its place in the job, in one commit.
    /// Durable when it returns where the job has waited or was never accepted, else at the latest when the job is ended
    /// or given back: a crash before that leaves the job as it was accepted. A job that has ended meanwhile is
    /// [`Kept::Cancelled`], one that was open when a deletion was noted which covers it ([`RowKind::Deletion`]) is
    /// [`Kept::Deleted`]; where the update was never accepted, the record is appended all the same.
    async fn keep(&self, update: UpdateId, item: u32, record: Record) -> Result<Kept, Error>;

    /// Gives a claimed job back, to wait as `waiting` says. Durable when it returns. `false`: it is cancelled or gone.
    async fn reschedule(&self, update: UpdateId, waiting: Waiting) -> Result<bool, Error>;

    /// Puts what a claimed job has turned out to be in the place of what it was, as where it answered a question.
    /// Durable when it returns. `false`: it is not there any more, and nothing was done.
    ///
    /// # Errors
    /// [`Error::JobTooLong`]: the body is longer than [`MAX_BODY_LEN`].
    async fn amend(
        &self,
        update: UpdateId,
        provider: Option<Provider>,
        items: u32,
        body: String,
    ) -> Result<bool, Error>;

    /// Lets all jobs that wait for `provider`, and do not run, be due at `now` at the latest, or when the partner wants
    /// to be asked again ([`Waiting::not_before`]). Need not be durable.
    async fn hasten(&self, provider: Provider, now: DateTime<Utc>) -> Result<(), Error>;

    /// Cancels for the open job `by` all waiting jobs of its agent in its chat (or `only` one there, of an agent who
    /// may be another) that lack a record, running or not, and gives all that `by` has cancelled and that are still
    /// there, oldest first: so that a repeated call gives the same. Durable when it returns. Where `by` is no open job,
    /// it does and gives nothing.
    async fn cancel(&self, by: UpdateId, only: Option<(UserId, UpdateId)>) -> Result<Vec<Job>, Error>;

    /// Ends a job, and with it those that it cancelled, and remembers their updates. Durable when it returns. It does
    /// nothing for an update that is no open job, and for a job that was cancelled: that one ends with the job that
    /// cancelled it.
    async fn finish(&self, update: UpdateId) -> Result<(), Error>;

    /// Gives back, unchanged, all that `owner` has claimed: at a stop.
    async fn release(&self, owner: WorkerId) -> Result<(), Error>;

    /// How many open jobs there are.
    async fn load(&self) -> Result<Load, Error>;

    /// How many jobs of a person wait for their providers, in all chats, those that are being asked again among them.
    async fn waiting_of(&self, user: UserId) -> Result<usize, Error>;

    /// All open jobs, cancelled ones too, in the order in which they were accepted, and the updates that were finished
    /// lately: for backups and reports.
    async fn open_jobs(&self) -> Result<(Vec<Job>, Vec<UpdateId>), Error>;

    /// Puts jobs and finished updates into the store, behind those that are there: for a restore. The jobs are
    /// [`Job::resumed`] from then on. Durable when it returns.
    async fn import(&self, jobs: Vec<Job>, finished: Vec<UpdateId>) -> Result<(), Error>;
}

/// Small rows, each by its kind and key, some with an expiry.
#[async_trait]
pub trait KeyValue: Send + Sync {
    /// The value of a row that is there and not expired at `now`.
    async fn get(&self, kind: RowKind, key: &str, now: DateTime<Utc>) -> Result<Option<String>, Error>;

    /// Keeps a row in the place of the one before. Durable when it returns.
    ///
    /// # Errors
    /// [`Error::RowTooLong`]: its value is longer than [`MAX_ROW_LEN`], and it is not kept.
    async fn put(&self, row: Row) -> Result<(), Error>;

    /// Keeps a row where the one before, as it is there at `now`, has the value `expected`; `None`: where there is
    /// none. Gives whether it is kept: of several who change a row at once, one does. Durable when it returns. One
    /// statement of SQL: an `UPDATE … WHERE value = …`, or an `INSERT … ON CONFLICT DO UPDATE … WHERE` the row there is
    /// expired.
    ///
    /// # Errors
    /// As of [`put`](Self::put).
    async fn put_if(&self, row: Row, expected: Option<&str>, now: DateTime<Utc>) -> Result<bool, Error>;

    /// Removes a row, expired or not, and tells whether it was there. Durable when it returns.
    async fn remove(&self, kind: RowKind, key: &str) -> Result<bool, Error>;

    /// At most `limit` (and [`MAX_PAGE_LEN`]) rows of a kind whose keys come behind `after`, expired ones too: by the
    /// bytes of their keys, rising.
    async fn list(&self, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Error>;

    /// Deletes at most `limit` rows expired at `now` and gives how many; 0 when none is left. Durable when it returns.
    async fn purge(&self, now: DateTime<Utc>, limit: usize) -> Result<usize, Error>;

    /// Adds to all of `counters`, each of which is another row, if none comes to more than it may; else to none. One
    /// that is not there, is expired at `now` or holds no number begins at 0. One transaction: calls side by side never
    /// come to more than may be.
    ///
    /// Need not be durable when it returns, but is as soon as anything is that is written after it: so that a check
    /// which is counted costs no wait for the disk beyond that for its record. Counters are rows like any other in
    /// [`get`](Self::get) and in [`purge`](Self::purge); backups leave them out.
    async fn count(&self, counters: Vec<Counter>, now: DateTime<Utc>) -> Result<Counted, Error>;
}

/// Who did what: entries are added, and go by age; none is ever changed.
///
/// A record that is kept ([`History::append`], [`Jobs::keep`]) writes the entry of its check in the same commit. An
/// entry that cannot be read is left out wherever entries are given, and logged.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry. Durable when it returns.
    async fn append_audit(&self, entry: AuditEntry) -> Result<(), Error>;

    /// Adds the entry of what is done by then: a store that fails costs the entry, and is logged.
    async fn note(&self, entry: AuditEntry) {
        let act = entry.act;
        if let Err(error) = self.append_audit(entry).await {
            tracing::error!(%error, %act, "what was done could not be noted");
        }
    }

    /// At most `limit` (and [`MAX_PAGE_LEN`]) of the entries that fit, newest first: the newest, or those next older
    /// than one. It reads no more than [`MAX_AUDIT_SCAN`](super::MAX_AUDIT_SCAN): a page may have fewer, or none, and
    /// an older one behind it.
    async fn audit_page(
        &self,
        filter: &AuditFilter,
        older_than: Option<AuditPlace>,
        limit: usize,
    ) -> Result<AuditPage, Error>;

    /// At most `limit` (and [`MAX_PAGE_LEN`]) entries of `from` or later, behind `after`, by their places, rising. None
    /// when there are no more.
    async fn audit_since(
        &self,
        from: DateTime<Utc>,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<(AuditPlace, AuditEntry)>, Error>;

    /// Deletes at most `limit` entries from before a moment and gives how many; 0 when none is left. Durable when it
    /// returns.
    async fn purge_audit(&self, before: DateTime<Utc>, limit: usize) -> Result<usize, Error>;

    /// Puts entries back under their own places, for a restore; later ones get higher numbers. Durable when it returns.
    async fn import_audit(&self, entries: Vec<(AuditPlace, AuditEntry)>) -> Result<(), Error>;
}

/// All that a backend keeps.
pub trait Store: History + Jobs + KeyValue + AuditLog {}

impl<T: History + Jobs + KeyValue + AuditLog> Store for T {}
