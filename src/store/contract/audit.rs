//! What every backend promises of the record of who did what.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::samples::{moment, new_job, record, with_verdict};
use super::super::{
    AuditAct, AuditEntry, AuditFilter, AuditPage, AuditPlace, Cursor, History, Kept, MAX_AUDIT_SCAN, Purged, Seq, purge,
};
use super::Backend;
use crate::value::{ChatId, UpdateId, UserId, Verdict};

const OWNER: UserId = UserId(42);
const CHAT: ChatId = ChatId(42);
const GROUP: ChatId = ChatId(-1_001_234_567_890);

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    entries_are_given_newest_first_and_rising(&mut B::fresh().await).await;
    entries_are_found_by_person_chat_and_time(&B::fresh().await).await;
    a_check_writes_its_entry_with_its_record(&mut B::fresh().await).await;
    only_old_entries_are_purged(&mut B::fresh().await).await;
    a_page_is_not_looked_for_in_all_of_a_long_record(&B::fresh().await).await;
}

fn entry(minutes: usize) -> AuditEntry {
    AuditEntry::by(OWNER, CHAT, AuditAct::Grant, "done", moment(minutes)).on_person(UserId(7))
}

async fn append(store: &impl Backend, entry: AuditEntry) {
    store.store().append_audit(entry).await.unwrap();
}

async fn page(store: &impl Backend, filter: AuditFilter, older_than: Option<AuditPlace>) -> Vec<AuditEntry> {
    let page = store.store().audit_page(&filter, older_than, 1000).await.unwrap();
    assert_eq!(page.older, None);
    page.entries.into_iter().map(|(_, entry)| entry).collect()
}

async fn since(store: &impl Backend, from: DateTime<Utc>) -> Vec<AuditEntry> {
    let entries = store.store().audit_since(from, None, 1000).await.unwrap();
    entries.into_iter().map(|(_, entry)| entry).collect()
}

async fn entries_are_given_newest_first_and_rising(store: &mut impl Backend) {
    let entries: Vec<AuditEntry> = [0, 0, 1, 2, 2, 3].map(entry).into();
    for entry in &entries {
        append(store, entry.clone()).await;
    }
    // The clock was put back: it stands where its time says.
    append(store, entry(1)).await;
    store.reopen().await;
    let rising: Vec<AuditEntry> = [0, 0, 1, 1, 2, 2, 3].map(entry).into();
    assert_eq!(since(store, DateTime::UNIX_EPOCH).await, rising);
    assert_eq!(since(store, moment(2)).await, rising[4..]);
    assert_eq!(since(store, moment(4)).await, []);
    let (mut after, mut given) = (None, Vec::new());
    while let [(place, entry)] = store.store().audit_since(moment(1), after, 1).await.unwrap().as_slice() {
        given.push(entry.clone());
        after = Some(*place);
    }
    assert_eq!(given, rising[2..]);
    let (mut older_than, mut given) = (None, Vec::new());
    loop {
        let page = store.store().audit_page(&AuditFilter::default(), older_than, 3).await.unwrap();
        older_than = page.older;
        given.extend(page.entries.into_iter().map(|(_, entry)| entry));
        if older_than.is_none() {
            break;
        }
    }
    given.reverse();
    assert_eq!(given, rising);
}

async fn a_page_is_not_looked_for_in_all_of_a_long_record(store: &impl Backend) {
    let entries = (1..=MAX_AUDIT_SCAN as u64 + 3).map(|number| {
        let by = if number == 2 { UserId(7) } else { OWNER };
        (AuditPlace { millis: number, number }, AuditEntry::by(by, CHAT, AuditAct::Check, "found", moment(0)))
    });
    store.store().import_audit(entries.collect()).await.unwrap();
    let filter = AuditFilter { user: Some(UserId(7)), ..AuditFilter::default() };
    let first = store.store().audit_page(&filter, None, 9).await.unwrap();
    assert_eq!(first, AuditPage { entries: Vec::new(), older: Some(AuditPlace { millis: 4, number: 4 }) });
    assert_eq!(page(store, filter, first.older).await.len(), 1);
}

async fn entries_are_found_by_person_chat_and_time(store: &impl Backend) {
    let opened = AuditEntry::by(OWNER, CHAT, AuditAct::GroupOpen, "done", moment(1)).on_chat(GROUP);
    let setting = AuditEntry::by(UserId(7), GROUP, AuditAct::Setting, "language", moment(2));
    let reload = AuditEntry::system(AuditAct::Reload, "done", moment(3));
    for entry in [entry(0), opened.clone(), setting.clone(), reload.clone()] {
        append(store, entry).await;
    }
    let user = |user| AuditFilter { user: Some(UserId(user)), ..AuditFilter::default() };
    let chat = |chat| AuditFilter { chat: Some(chat), ..AuditFilter::default() };
    assert_eq!(page(store, user(42), None).await, [opened.clone(), entry(0)]);
    assert_eq!(page(store, user(7), None).await, [setting.clone(), entry(0)], "to whom it was done");
    assert_eq!(page(store, user(8), None).await, []);
    assert_eq!(page(store, chat(GROUP), None).await, [setting.clone(), opened.clone()]);
    let between = AuditFilter { from: Some(moment(1)), until: Some(moment(3)), ..AuditFilter::default() };
    assert_eq!(page(store, between, None).await, [setting, opened.clone()]);
    let both = AuditFilter { user: Some(OWNER), ..between };
    assert_eq!(page(store, both, None).await, [opened]);
    let never = AuditFilter { from: Some(moment(3)), until: Some(moment(1)), ..AuditFilter::default() };
    assert_eq!(page(store, never, None).await, []);
}

async fn a_check_writes_its_entry_with_its_record(store: &mut impl Backend) {
    let alone = with_verdict(GROUP, 0, Verdict::NotFound);
    assert_eq!(store.store().append(alone.clone()).await, Ok(Seq(1)));
    store.store().accept(vec![new_job(5)], 9).await.unwrap();
    let of_job = record(GROUP, 1);
    assert_eq!(store.store().keep(UpdateId(5), 0, of_job.clone()).await, Ok(Kept::New(Seq(2))));
    assert_eq!(store.store().keep(UpdateId(5), 0, of_job.clone()).await, Ok(Kept::Before(Seq(2))));
    store.reopen().await;
    let entries = since(store, DateTime::UNIX_EPOCH).await;
    let told: Vec<_> = entries.iter().map(|entry| (entry.act, entry.by, entry.chat, &*entry.outcome)).collect();
    let agent = Some(alone.agent);
    assert_eq!(
        told,
        [(AuditAct::Check, agent, Some(GROUP), "not-found"), (AuditAct::Check, agent, Some(GROUP), "found"),]
    );
    let references: Vec<_> = entries.iter().map(|entry| (entry.reference, entry.provider)).collect();
    assert_eq!(references, [alone, of_job.clone()].map(|one| (Some(one.outcome.reference), Some(one.provider))));
    // No number, no name.
    let written = serde_json::to_string(&entries).unwrap();
    assert!(!written.contains("01105691111") && !written.contains("BUDI"), "{written}");
    // Restored records bring no entries: those of a backup stand in it.
    History::import(&**store.store(), vec![(Seq(9), of_job)]).await.unwrap();
    assert_eq!(since(store, DateTime::UNIX_EPOCH).await, entries);
    assert_eq!(store.store().page(GROUP, Cursor::Newest, 9).await.unwrap().records.len(), 3);
}

async fn only_old_entries_are_purged(store: &mut impl Backend) {
    const DAY: usize = 24 * 60;
    for day in 0..20 {
        append(store, entry(day * DAY)).await;
    }
    assert_eq!(store.store().purge_audit(moment(0), 100).await, Ok(0));
    assert_eq!(store.store().purge_audit(moment(5 * DAY), 3).await, Ok(3));
    let now = moment(19 * DAY) + TimeDelta::seconds(1);
    let purged = async |days| purge(&**store.store(), now, 0, days).await.unwrap();
    assert_eq!(purged(0).await, Purged::default(), "for ever");
    assert_eq!(purged(10).await, Purged { audit: 7, ..Purged::default() });
    store.reopen().await;
    let left = since(store, DateTime::UNIX_EPOCH).await;
    assert_eq!((left.len(), left[0].at), (10, moment(10 * DAY)));
}
