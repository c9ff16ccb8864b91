//! A compaction gives room back, and whatever comes in between, nothing else changes.

use std::path::Path;

use super::super::SledStore;
use super::super::damage_tests::{contents, copy as copy_dir};
use super::super::disk::Timing;
use super::super::recovery::tests::SmallDisk;
use super::super::swap::tests::crashes_after;
use super::*;
use crate::store::samples::{entry, record};
use crate::store::{Cursor, Entry, History, Journal, Page, Preferences};
use crate::value::{ChatId, Language, UpdateId};

const CHAT: ChatId = ChatId(7);

/// Makes a store with something of everything in it, and closes it.
async fn fill(dir: &Path) {
    let store = SledStore::open(dir).unwrap();
    for minute in 0..20 {
        store.append(record(CHAT, minute), None).await.unwrap();
    }
    store.set_language(CHAT, Language::En).await.unwrap();
    store.accept(vec![entry(1), entry(2)]).await.unwrap();
    store.finish(UpdateId(1)).await.unwrap();
    store.close().await.unwrap();
}

/// What can be read of a store, and that it takes no update again.
async fn held(dir: &Path) -> (Page, Option<Language>, Vec<Entry>, Vec<bool>) {
    let store = SledStore::open(dir).unwrap();
    let held = (
        store.page(CHAT, Cursor::Newest, 100).await.unwrap(),
        store.language(CHAT).await.unwrap(),
        store.unfinished().await.unwrap(),
        store.accept(vec![entry(1), entry(2)]).await.unwrap(),
    );
    store.close().await.unwrap();
    held
}

fn open(dir: &Path) -> Disk {
    Disk::open(dir, Timing::default()).unwrap()
}

/// Puts 100 MB of rows into sled and removes them again.
fn waste(dir: &Path) {
    let disk = open(dir);
    let preferences = &disk.live.as_ref().unwrap().database.engine.preferences;
    for number in 0..10_000_u64 {
        preferences.insert(number.to_be_bytes(), vec![0xa5; 10_000]).unwrap();
    }
    for number in 0..10_000_u64 {
        preferences.remove(number.to_be_bytes()).unwrap();
    }
    disk.close().unwrap();
}

fn size(dir: &Path) -> u64 {
    fs::metadata(dir.join("sled/db")).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_gives_room_back_and_keeps_all() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path()).await;
    let before = held(dir.path()).await;
    waste(dir.path());
    let wasted = size(dir.path());
    assert!(wasted > SMALL, "sled gave the room back by itself: {wasted}");
    assert_eq!(held(dir.path()).await, before);
    assert!(size(dir.path()) < 2 * 1024 * 1024, "{wasted} became {}", size(dir.path()));
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(held(dir.path()).await, before, "and once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_place_loses_nothing() {
    let filled = tempfile::tempdir().unwrap();
    fill(filled.path()).await;
    let before = held(filled.path()).await;
    let mut cut_off = 0;
    for steps in 0..=10 {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(filled.path(), dir.path());
        let mut disk = open(dir.path());
        cut_off += usize::from(crashes_after(steps, || disk.compact(0)));
        // As a kill leaves it: the manifest says that it was open.
        let killed = tempfile::tempdir().unwrap();
        copy_dir(dir.path(), killed.path());
        crashes_after(steps / 2, || SledStore::open(killed.path()));
        assert_eq!(held(killed.path()).await, before, "after {steps} steps");
        for left_over in ["compacting", "compacted", "before-compaction"] {
            assert!(!killed.path().join(left_over).exists(), "{left_over} after {steps} steps");
        }
    }
    assert_eq!(cut_off, 4, "before it is decided, and while it is put in place");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_all_stays_as_it_was() {
    let Some(small) = SmallDisk::mount() else { return };
    fill(&small.data()).await;
    let before = held(&small.data()).await;
    let files = contents(&small.data().join("sled"));
    for rows in [0, 16 * 1024 * 1024] {
        let mut disk = open(&small.data());
        small.fill();
        disk.compact(rows).unwrap();
        assert!(!small.data().join("compacting").exists() && !small.data().join(".room").exists());
        small.empty();
        disk.close().unwrap();
        assert_eq!(contents(&small.data().join("sled")).len(), files.len());
    }
    assert_eq!(held(&small.data()).await, before);
}

#[test]
fn only_what_is_large_and_mostly_waste_is_written_anew() {
    let mib = |mib: u64| mib * 1024 * 1024;
    for (file, rows, expected) in
        [(64, 0, false), (65, 0, true), (400, 100, false), (401, 100, true), (640, 200, false)]
    {
        assert_eq!(is_wasteful(mib(file), mib(rows)), expected, "{file} MiB of {rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_of_rows_is_that_of_their_keys_and_values() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path()).await;
    let disk = open(dir.path());
    let engine = &disk.live.as_ref().unwrap().database.engine;
    let before = bytes_of(engine).unwrap();
    engine.preferences.insert([1; 9], &[1]).unwrap();
    assert_eq!(bytes_of(engine).unwrap(), before + 10);
}
