//! The write-ahead log over kills at every moment, damage, and checkpoints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::sled::IVec;
use tempfile::TempDir;

use super::super::SledStore;
use super::super::check;
use super::super::checkpoint::replay;
use super::super::damage_tests::{contents, copy, write};
use super::super::database::{Database, TreeName};
use super::super::disk::{Disk, Timing, wait_for_sled};
use super::super::durability_tests::kept_places;
use super::super::engine::Engine;
use super::super::held::Held;
use super::super::manifest::Manifest;
use super::super::mark::MarkFile;
use super::super::writer;
use super::*;
use crate::store::samples::{entry, record};
use crate::store::{Cursor, History, Journal, Preferences};
use crate::value::{ChatId, Language, UpdateId};

/// A store without checkpoints, but for those at its open and its close.
pub(in super::super) fn open_without_checkpoints(dir: &Path) -> SledStore {
    SledStore::open_with(dir, Timing { checkpoint: Duration::from_secs(3600), ..Timing::default() }).unwrap()
}

/// A store that makes a checkpoint after each group.
pub(in super::super) fn open_with_checkpoints(dir: &Path) -> SledStore {
    SledStore::open_with(dir, Timing { checkpoint: Duration::ZERO, ..Timing::default() }).unwrap()
}

/// Waits for the checkpoint after the last group: it comes before the writer's next, here one that changes nothing.
pub(in super::super) async fn checkpointed(store: &SledStore) {
    store.commit(writer::Write::Finish(UpdateId(u32::MAX))).await.unwrap();
}

/// The directory as a kill at this moment leaves it.
fn killed(dir: &Path) -> TempDir {
    let copied = tempfile::tempdir().unwrap();
    copy(dir, copied.path());
    copied
}

fn wal(dir: &Path) -> Vec<u8> {
    std::fs::read(dir.join("wal")).unwrap()
}

/// Where each record of a log ends.
fn ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = vec![HEAD.len()];
    while let Some((_, size)) = decode(&bytes[ends[ends.len() - 1]..]) {
        ends.push(ends[ends.len() - 1] + size);
    }
    ends
}

/// A store with three records and a language in its log, and nothing of them in sled's file, as a kill leaves it.
async fn three_in_the_log() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    let empty = contents(&dir.path().join("sled"));
    store.set_language(ChatId(7), Language::En).await.unwrap();
    for minute in 0..3 {
        store.append(record(ChatId(7), minute), None).await.unwrap();
    }
    assert!(contents(&dir.path().join("sled")) == empty, "nothing made sled write");
    killed(dir.path())
}

async fn holds_three(dir: &Path) {
    let store = SledStore::open(dir).unwrap();
    assert_eq!(kept_places(&store).await, [3, 2, 1]);
    assert_eq!(store.language(ChatId(7)).await, Ok(Some(Language::En)));
    assert_eq!(store.append(record(ChatId(7), 3), None).await.map(|seq| seq.0), Ok(4), "no place is given twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_log_holds_is_there_after_a_kill() {
    let dir = three_in_the_log().await;
    let opened = killed(dir.path());
    let store = open_without_checkpoints(opened.path());
    assert_eq!(wal(opened.path()), HEAD, "it is sled's by now");
    holds_three(killed(opened.path()).path()).await;
    drop(store);
    holds_three(dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_over_what_is_there_already_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    store.accept(vec![entry(1), entry(2), entry(3)]).await.unwrap();
    store.append(record(ChatId(7), 0), Some(UpdateId(1))).await.unwrap();
    store.commit(writer::Write::Finish(UpdateId(1))).await.unwrap();
    store.set_language(ChatId(7), Language::En).await.unwrap();
    store.commit(writer::Write::Finish(UpdateId(3))).await.unwrap();
    let left = killed(dir.path());
    let records = read(&Layout::new(left.path())).unwrap();
    assert_eq!(records.len(), 5);

    let mut disk = Disk::open(left.path(), Timing::default()).unwrap();
    let rows = |disk: &Disk| {
        let engine = &disk.live.as_ref().unwrap().database.engine;
        let rows = engine.trees().map(|tree| tree.iter().map(Result::unwrap).collect::<Vec<_>>());
        (rows, std::fs::read(left.path().join("archive")).unwrap())
    };
    let before = rows(&disk);
    for _ in 0..2 {
        let database = &disk.live.as_ref().unwrap().database;
        let (mark, ledger) = replay(&disk.layout, database, &records, disk.mark).unwrap();
        assert_eq!((mark, &ledger), (disk.mark, &disk.ledger));
        disk.checkpoint().unwrap();
        assert!(rows(&disk) == before);
    }
}

/// A kill in the midst of a checkpoint: the archive was written in part, or it was and sled's file in part; the log is
/// not emptied yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_is_cut_off_loses_nothing() {
    let dir = three_in_the_log().await;
    let before = contents(dir.path());
    let flushed = {
        let opened = killed(dir.path());
        let _store = open_without_checkpoints(opened.path());
        contents(opened.path())
    };
    let (archive, log) = (Path::new("archive"), Path::new("sled/db"));
    let (old, new) = (&before[archive], &flushed[archive]);
    for cut in (old.len()..new.len()).step_by(41).chain([new.len() - 1, new.len()]) {
        let mut files = before.clone();
        files.insert(archive.into(), new[..cut].to_vec());
        holds_three_whatever_was_cut(&files).await;
        // Its length was on disk before its bytes were.
        files.get_mut(archive).unwrap().resize(new.len(), 0);
        holds_three_whatever_was_cut(&files).await;
    }
    let (old, new) = (&before[log], &flushed[log]);
    let changed: Vec<usize> = (0..new.len()).filter(|at| old.get(*at) != Some(&new[*at])).collect();
    for cut in changed.iter().copied().step_by(changed.len() / 12 + 1).chain([new.len()]) {
        let mut files = before.clone();
        let rest = old.get(cut..).unwrap_or_default();
        files.insert(archive.into(), flushed[archive].clone());
        files.insert(log.into(), [&new[..cut], rest].concat());
        holds_three_whatever_was_cut(&files).await;
    }
    // The mark is written last, and the log may still be there then.
    let mut marked = flushed;
    marked.insert("wal".into(), before[Path::new("wal")].clone());
    holds_three_whatever_was_cut(&marked).await;
}

async fn holds_three_whatever_was_cut(files: &BTreeMap<PathBuf, Vec<u8>>) {
    let cut_off = tempfile::tempdir().unwrap();
    write(files, cut_off.path());
    let store = open_without_checkpoints(cut_off.path());
    // And killed once more, after what was cut off was written again.
    holds_three(killed(cut_off.path()).path()).await;
    drop(store);
    holds_three(cut_off.path()).await;
}

/// sled writes when it likes, and may have any part of a group when a kill comes.
#[tokio::test(flavor = "multi_thread")]
async fn sled_may_have_written_any_part_of_what_the_log_holds() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.accept(vec![entry(1), entry(2)]).await.unwrap();
    store.close().await.unwrap();
    let store = open_without_checkpoints(dir.path());
    let seq = store.append(record(ChatId(7), 0), Some(UpdateId(1))).await.unwrap();
    store.finish(UpdateId(2)).await.unwrap();
    store.accept(vec![entry(3), entry(4)]).await.unwrap();
    store.finish(UpdateId(4)).await.unwrap();
    let left = killed(dir.path());
    let records = read(&Layout::new(left.path())).unwrap();
    let changes: Vec<Change> = records.into_iter().flat_map(|record| record.changes).collect();
    let changes = in_the_order_of_a_checkpoint(&changes);
    for written in 0..=changes.len() {
        let dir = killed(left.path());
        let layout = Layout::new(dir.path());
        let mut database = database(&layout);
        database.hold(&changes[..written]);
        database.flush().unwrap();
        drop(database);
        wait_for_sled(&layout.open_log().unwrap()).unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        let answered = crate::store::Entry { kept: Some(seq), ..entry(1) };
        assert_eq!(store.unfinished().await, Ok(vec![answered, entry(3)]), "{written} of {}", changes.len());
        assert_eq!(kept_places(&store).await, [seq.0]);
        assert_eq!(store.accept((1..=5).map(entry).collect()).await, Ok(vec![false, false, false, false, true]));
    }
}

/// The archive and sled of a store that was not closed, and nothing of its log.
fn database(layout: &Layout) -> Database {
    let id = Manifest::read(layout).unwrap().id;
    let reached = MarkFile::lock(layout, false).unwrap().read().unwrap().unwrap();
    let engine = Engine::open(&layout.dir, &layout.sled()).unwrap();
    let (_, found) = check::verify(layout, &engine, &id, reached).unwrap();
    Database::found(layout, engine, reached.archive, &found).unwrap()
}

fn in_the_order_of_a_checkpoint(changes: &[Change]) -> Vec<Change> {
    let mut held = Held::default();
    held.put(changes);
    let of_tree = |tree| {
        let change = move |(key, value): (&IVec, Option<&IVec>)| Change {
            tree,
            key: key.to_vec(),
            value: value.map(|value| value.to_vec()),
        };
        held.all(tree).map(change).collect::<Vec<_>>()
    };
    TreeName::ALL.into_iter().flat_map(of_tree).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_write_is_cut_off() {
    let dir = three_in_the_log().await;
    let bytes = wal(dir.path());
    let [.., before, _] = ends(&bytes)[..] else { unreachable!() };
    for cut in before..bytes.len() {
        // The file is as long already, but nothing is in it; or it ends there.
        for filled_up in [false, true] {
            let mut torn = bytes[..cut].to_vec();
            torn.resize(if filled_up { bytes.len() } else { cut }, 0);
            assert_eq!(decode_all(&torn).map(|records| records.len()), Ok(3), "cut at {cut}");
        }
    }
    let torn = killed(dir.path());
    std::fs::write(torn.path().join("wal"), &bytes[..bytes.len() - 1]).unwrap();
    for _ in 0..2 {
        let store = open_without_checkpoints(torn.path());
        assert_eq!(kept_places(&store).await.first(), Some(&2));
        assert_eq!(wal(torn.path()), HEAD);
    }
    // What is written next stands where the torn one stood.
    let store = open_without_checkpoints(torn.path());
    assert_eq!(store.append(record(ChatId(7), 5), None).await.map(|seq| seq.0), Ok(3));
    assert_eq!(kept_places(&SledStore::open(killed(torn.path()).path()).unwrap()).await, [3, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_before_others_is_noticed_and_left() {
    let dir = three_in_the_log().await;
    let bytes = wal(dir.path());
    let [.., before_the_last, _] = ends(&bytes)[..] else { unreachable!() };
    for at in HEAD.len()..before_the_last {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(decode_all(&damaged).is_err(), "byte {at}");
    }
    for at in [0, HEAD.len() + 1, HEAD.len() + 9, before_the_last - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        std::fs::write(dir.path().join("wal"), damaged).unwrap();
        let before = contents(dir.path());
        let error = SledStore::open(dir.path()).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }) && error.to_string().contains("`wal`"), "{error}");
        assert!(contents(dir.path()) == before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_leave_no_room_to_count_on_are_damage() {
    let entry = |order| {
        let key = crate::store::key::of_entry(order, UpdateId(9));
        Change { tree: TreeName::Journal, key, value: Some(b"{}".to_vec()) }
    };
    let told = Mark { last: u64::MAX, ..Mark::default() };
    for (name, mark, changes) in [("a mark", told, vec![]), ("an entry", Mark::default(), vec![entry(u64::MAX)])] {
        let dir = three_in_the_log().await;
        Wal::open(&Layout::new(dir.path())).unwrap().append(mark, &changes, true).unwrap();
        let refused = SledStore::open(dir.path()).map(|_| ());
        assert!(matches!(refused, Err(Error::Damaged { .. })), "{name}: {refused:?}");
    }
}

/// Ends are not synced: after a power loss a later one may be whole where an earlier is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_synced_may_go_missing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    store.accept(vec![entry(1), entry(2)]).await.unwrap();
    // Past the notes beside the log, which a power loss takes as well.
    for update in [1, 2] {
        store.commit(writer::Write::Finish(UpdateId(update))).await.unwrap();
    }
    let left = killed(dir.path());
    let mut bytes = wal(left.path());
    let first_finish = ends(&bytes)[1];
    bytes[first_finish..first_finish + 8].fill(0);
    std::fs::write(left.path().join("wal"), bytes).unwrap();
    let store = SledStore::open(left.path()).unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![entry(1), entry(2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_moves_all_to_sled_and_empties_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_with_checkpoints(dir.path());
    for minute in 0..3 {
        store.append(record(ChatId(7), minute), None).await.unwrap();
    }
    store.set_language(ChatId(7), Language::En).await.unwrap();
    checkpointed(&store).await;
    let left = killed(dir.path());
    assert_eq!(wal(left.path()), HEAD);
    holds_three(left.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_grows_is_emptied_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_checkpoints(dir.path());
    let mut longest = 0;
    let mut emptied = 0;
    for update in 0..400 {
        let question = "x".repeat(crate::store::LONGEST_QUESTION);
        let entries =
            (0..10).map(|more| crate::store::Entry { question: question.clone(), ..entry(update * 10 + more) });
        store.accept(entries.collect()).await.unwrap();
        let length = wal(dir.path()).len();
        emptied += usize::from(length < longest);
        longest = length.max(longest);
        if emptied > 0 {
            break;
        }
    }
    assert!(emptied > 0, "{longest}");
    assert_eq!(store.unfinished().await.unwrap().len() % 10, 0);
    store.close().await.unwrap();
    assert_eq!(wal(dir.path()), HEAD);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_has_an_empty_log_or_is_refused() {
    let dir = three_in_the_log().await;
    let full = wal(dir.path());
    SledStore::open(dir.path()).unwrap().close().await.unwrap();
    assert_eq!(wal(dir.path()), HEAD);
    std::fs::write(dir.path().join("wal"), full).unwrap();
    let error = SledStore::open(dir.path()).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    std::fs::write(dir.path().join("wal"), HEAD).unwrap();
    let page = SledStore::open(dir.path()).unwrap().page(ChatId(7), Cursor::Newest, 9).await.unwrap();
    assert_eq!(page.records.len(), 3);
}

#[test]
fn after_a_sync_that_failed_no_other_is_believed_before_the_log_is_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let mut wal = Wal::create(&Layout::new(dir.path())).unwrap();
    // It takes all that is written, and cannot be synced.
    let good = std::mem::replace(&mut wal.file, File::options().append(true).open("/dev/null").unwrap());
    wal.append(Mark::default(), &[], false).unwrap();
    assert!(wal.sync().is_err());
    wal.file = good;
    assert!(wal.sync().is_err() && !wal.is_synced());
    wal.clear().unwrap();
    wal.append(Mark::default(), &[], false).unwrap();
    assert!(wal.sync().is_ok() && wal.is_synced());
}
