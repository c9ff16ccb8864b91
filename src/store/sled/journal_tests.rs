//! The journal on disk: over a kill, over damage to an entry, and how much it writes.

use super::damage_tests::copy;
use super::durability_tests::kept_places;
use super::*;
use crate::store::samples::{entry, record};
use crate::store::{Entry, Journal};

/// The store as a kill at this moment leaves it: what sled has written is in its file, and nothing more.
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
