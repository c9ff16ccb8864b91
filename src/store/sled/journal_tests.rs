//! The journal on disk: over a kill, over damage to an entry, and how much it writes.

use std::ops::Bound::Unbounded;

use super::damage_tests::{contents, copy, write};
use super::durability_tests::kept_places;
use super::layout::Layout;
use super::wal::syncs;
use super::wal::tests::{checkpointed, open_with_checkpoints, open_without_checkpoints};
use super::*;
use crate::store::ledger::REMEMBERED;
use crate::store::paging::Order;
use crate::store::samples::{entry, record};
use crate::store::{Entry, Journal, LONGEST_QUESTION};

/// The store as a kill at this moment leaves it: what was written is in the files, and nothing more.
fn killed(dir: &Path) -> (tempfile::TempDir, SledStore) {
    let copied = tempfile::tempdir().unwrap();
    copy(dir, copied.path());
    let store = SledStore::open(copied.path()).unwrap();
    (copied, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_outlives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.accept(vec![entry(7), entry(8)]).await.unwrap();
    assert_eq!(killed(dir.path()).1.unfinished().await, Ok(vec![entry(7), entry(8)]));

    let seq = store.append(record(entry(7).chat, 0), Some(UpdateId(7))).await.unwrap();
    let (_dir, after_append) = killed(dir.path());
    let answered = Entry { kept: Some(seq), ..entry(7) };
    assert_eq!(after_append.unfinished().await, Ok(vec![answered, entry(8)]));
    assert_eq!(after_append.get(entry(7).chat, seq).await, Ok(Some(record(entry(7).chat, 0))));

    store.finish(UpdateId(7)).await.unwrap();
    let (_dir, after_finish) = killed(dir.path());
    assert_eq!(after_finish.unfinished().await, Ok(vec![entry(8)]));
    assert_eq!(after_finish.accept(vec![entry(7), entry(9)]).await, Ok(vec![false, true]));
}

/// As a kill leaves it that comes while the writer is busy with another group.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_outlives_a_kill_before_the_writer_comes_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.accept(vec![entry(7), entry(8)]).await.unwrap();
    store.0.struck.note(UpdateId(7));
    let (copied, next) = killed(dir.path());
    assert_eq!(next.unfinished().await, Ok(vec![entry(8)]));
    assert_eq!(next.accept(vec![entry(7)]).await, Ok(vec![false]), "it was answered");
    next.close().await.unwrap();
    assert!(!copied.path().join("struck").exists(), "what the journal has needs no note");
    assert_eq!(SledStore::open(copied.path()).unwrap().unfinished().await, Ok(vec![entry(8)]));
}

/// As a kill in the midst of the write leaves it: of the new bytes only the first are there.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_cut_off_parts_no_record_from_its_entry() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    store.accept(vec![entry(7)]).await.unwrap();
    let mut before = contents(dir.path());
    store.append(record(entry(7).chat, 0), Some(UpdateId(7))).await.unwrap();
    let log = Path::new("wal");
    let new = contents(dir.path()).remove(log).unwrap();
    let old = before.remove(log).unwrap().len();

    let mut seen = [0, 0];
    for cut in (old..new.len()).step_by((new.len() - old) / 60).chain([new.len()]) {
        let cut_off = tempfile::tempdir().unwrap();
        write(&before, cut_off.path());
        std::fs::write(cut_off.path().join(log), &new[..cut]).unwrap();
        let store = SledStore::open(cut_off.path()).unwrap();
        let kept = store.unfinished().await.unwrap()[0].kept;
        let newest = store.page(entry(7).chat, Cursor::Newest, 9).await.unwrap().records.first().map(|(seq, _)| *seq);
        assert_eq!(kept, newest, "cut at {cut}");
        seen[usize::from(kept.is_some())] += 1;
    }
    assert!(seen[0] > 10 && seen[1] > 0, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_entry_does_not_hide_the_others_nor_its_own_update() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.accept(vec![entry(7), entry(8), entry(9)]).await.unwrap();
    let key = key::of_entry(2, UpdateId(8));
    store.commit(Write::Put { tree: TreeName::Journal, key, value: b"\x01{\"q\":".to_vec() }).await.unwrap();
    store.close().await.unwrap();

    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![entry(7), entry(9)]));
    assert_eq!(store.accept(vec![entry(8)]).await, Ok(vec![false]));
    store.append(record(ChatId(7), 0), Some(UpdateId(8))).await.unwrap();
    store.append(record(ChatId(7), 1), Some(UpdateId(8))).await.unwrap();
    assert_eq!(kept_places(&store).await.len(), 2, "a record is rather kept twice than lost");
    store.finish(UpdateId(8)).await.unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![entry(7), entry(9)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_costs_one_sync_and_its_ends_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    for _ in 0..2 {
        store.accept((0..100).map(entry).collect()).await.unwrap();
        store.secure().await.unwrap();
    }
    for update in 0..100 {
        store.finish(UpdateId(update)).await.unwrap();
    }
    assert_eq!(syncs(&Layout::new(dir.path())), 1, "neither repeated updates nor ends");
    assert_eq!(killed(dir.path()).1.unfinished().await, Ok(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_secures_what_was_accepted_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    store.accept(vec![entry(7), entry(8)]).await.unwrap();
    store.append(record(ChatId(7), 0), Some(UpdateId(7))).await.unwrap();
    store.secure().await.unwrap();
    store.accept(vec![entry(9)]).await.unwrap();
    assert_eq!(syncs(&Layout::new(dir.path())), 1);
}

/// So many of such length are more than sled keeps in a page: it makes files of their own of them.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_questions_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SledStore::open(dir.path()).unwrap();
    let longest = |update| Entry { question: "x".repeat(LONGEST_QUESTION), ..entry(update) };
    for round in 0..5 {
        let entries: Vec<Entry> = (round * 100..round * 100 + 100).map(longest).collect();
        store.accept(entries.clone()).await.unwrap();
        store.close().await.unwrap();
        store = SledStore::open(dir.path()).unwrap();
        assert_eq!(store.unfinished().await, Ok(entries.clone()));
        for entry in entries {
            store.finish(entry.update).await.unwrap();
        }
        store.close().await.unwrap();
        store = SledStore::open(dir.path()).unwrap();
        assert_eq!(store.unfinished().await, Ok(vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_entry_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_checkpoints(dir.path());
    store.accept(vec![entry(7), entry(8)]).await.unwrap();
    store.finish(UpdateId(8)).await.unwrap();
    checkpointed(&store).await;
    let before = contents(dir.path());
    store.accept(vec![entry(9)]).await.unwrap();
    checkpointed(&store).await;
    let (lost, mark) = (tempfile::tempdir().unwrap(), Path::new("mark"));
    write(&before, lost.path());
    std::fs::write(lost.path().join(mark), &contents(dir.path())[mark]).unwrap();
    let error = SledStore::open(lost.path()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("2 of 3 accepted questions are accounted for"), "{error}");
}

/// Takes `updates` through their lives, 100 at once: with the journal, or as history alone.
async fn rounds(store: &SledStore, updates: u32, with_journal: bool) {
    for start in (0..updates).step_by(100) {
        if with_journal {
            store.accept((start..start + 100).map(entry).collect()).await.unwrap();
        }
        let mut checks = tokio::task::JoinSet::new();
        for update in start..start + 100 {
            let (store, record) = (store.clone(), record(ChatId(i64::from(update % 50)), update as usize));
            checks.spawn(async move {
                let update = UpdateId(update);
                store.append(record, with_journal.then_some(update)).await.unwrap();
                if with_journal {
                    store.finish(update).await.unwrap();
                }
            });
        }
        checks.join_all().await;
    }
}

fn bytes_on_disk(dir: &Path) -> usize {
    contents(dir).into_values().map(|bytes| bytes.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_stays_small() {
    let mut used = Vec::new();
    for with_journal in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        rounds(&store, 20_000, with_journal).await;
        assert_eq!(store.unfinished().await, Ok(vec![]));
        let all = (Unbounded, Unbounded);
        let rows = store.trees().unwrap().range(TreeName::Journal, all, Order::OldestFirst).count();
        assert_eq!(rows, if with_journal { usize::from(REMEMBERED) } else { 0 });
        store.close().await.unwrap();
        used.push(bytes_on_disk(dir.path()));
        assert_eq!(SledStore::open(dir.path()).unwrap().unfinished().await, Ok(vec![]));
    }
    let [history, both] = used[..] else { unreachable!() };
    assert!(both < 2 * history, "{both} bytes on disk, {history} for the history alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_update_that_is_new_loses_the_note_of_an_earlier_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    let noted = || struck::left_over(&Layout::new(dir.path())).unwrap();
    store.accept(vec![entry(7)]).await.unwrap();
    store.finish(UpdateId(7)).await.unwrap();
    assert_eq!(store.accept(vec![entry(7)]).await, Ok(vec![false]));
    assert_eq!(noted(), [UpdateId(7)]);
    store.0.struck.note(UpdateId(8));
    assert_eq!(store.accept(vec![entry(8)]).await, Ok(vec![true]));
    assert_eq!(noted(), [UpdateId(7)]);
}
