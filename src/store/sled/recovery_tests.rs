//! A disk that fills up and is emptied again, while the store stays open: a small one of the test's own.

use std::fs;
use std::io::Write as _;
use std::ops::Bound::Unbounded;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::SledStore;
use super::super::database::TreeName;
use super::super::disk::Timing;
use super::super::durability_tests::kept_places;
use super::super::writer::Commit;
use super::*;
use crate::store::paging::Order;
use crate::store::samples::{entry, record};
use crate::store::{History, Journal, Preferences};
use crate::store::{entry_codec, key};
use crate::value::{ChatId, Language, UpdateId};

/// A disk of 8 MiB in memory. Only root may mount one: for others there is nothing to see.
pub(in super::super) struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    pub(in super::super) fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "ceknomor-test"]).arg(dir.path());
        // Made only where there is something to unmount.
        mount.output().is_ok_and(|mounted| mounted.status.success()).then(|| Self(dir))
    }

    pub(in super::super) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Takes all the room that is left.
    pub(in super::super) fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.filler()).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Takes all the room but so many bytes.
    fn fill_but(&self, room: usize) {
        let spare = self.0.path().join("spare");
        fs::write(&spare, vec![1; room]).unwrap();
        self.fill();
        File::create(&spare).unwrap();
        fs::remove_file(spare).unwrap();
    }

    pub(in super::super) fn empty(&self) {
        // Not by removing it alone: while another test starts a process, that has the file open for a moment, and a
        // removed file that is open still takes its room.
        File::create(self.filler()).unwrap();
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        assert!(Command::new("umount").arg("--lazy").arg(self.0.path()).status().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_that_leaves_the_probe_takes_no_room_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let probe = Layout::new(dir.path()).probe();
    fs::write(&probe, [1; 100]).unwrap();
    SledStore::open(dir.path()).unwrap().close().await.unwrap();
    assert!(!probe.exists());
}

fn trying_at_once() -> Timing {
    Timing { pause: Duration::ZERO, ..Timing::default() }
}

fn is_full<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    match result {
        Ok(_) => false,
        Err(error) => {
            assert!(matches!(error, Error::Full { .. }), "{error:?}");
            true
        }
    }
}

/// Appends until the disk is full; gives the places of what was kept, newest first.
async fn append_until_full(store: &SledStore) -> Vec<u64> {
    let mut kept = Vec::new();
    loop {
        match store.append(record(ChatId(7), kept.len() % 1000), None).await {
            Ok(seq) => kept.insert(0, seq.0),
            Err(error) => {
                assert!(is_full(Err::<(), _>(error)));
                return kept;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_goes_on_when_a_full_disk_has_room_again() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store = SledStore::open_with(&disk.data(), trying_at_once()).unwrap();
    store.accept(vec![entry(1), entry(2)]).await.unwrap();
    store.set_language(ChatId(7), Language::En).await.unwrap();
    for _ in 0..3 {
        disk.fill();
        let kept = append_until_full(&store).await;
        assert!(is_full(store.accept(vec![entry(3)]).await));
        assert!(is_full(store.append(record(ChatId(7), 0), Some(UpdateId(1))).await));
        assert_eq!(store.language(ChatId(7)).await, Ok(Some(Language::En)), "reads go on");

        disk.empty();
        let after = store.append(record(ChatId(7), 0), None).await.unwrap();
        let places = kept_places(&store).await;
        assert!(kept.iter().all(|seq| places.contains(seq)), "{kept:?} of {places:?}");
        assert_eq!(places.first(), Some(&after.0));
        assert_eq!(store.unfinished().await, Ok(vec![entry(1), entry(2)]));
    }
    store.close().await.unwrap();
    let store = SledStore::open(&disk.data()).unwrap();
    assert_eq!(store.accept(vec![entry(1), entry(4)]).await, Ok(vec![false, true]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_finished_on_a_full_disk_is_finished_once_it_has_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    for by_close in [false, true] {
        let store = SledStore::open_with(&disk.data(), trying_at_once()).unwrap();
        store.accept(vec![entry(1), entry(2), entry(3), entry(4)]).await.unwrap();
        disk.fill();
        append_until_full(&store).await;
        let ended = if by_close { [3, 4] } else { [1, 2] };
        for update in ended.map(UpdateId) {
            assert_eq!(store.finish(update).await, Ok(()));
        }
        disk.empty();
        if !by_close {
            store.set_language(ChatId(7), Language::En).await.unwrap();
            assert_eq!(store.unfinished().await, Ok(vec![entry(3), entry(4)]));
        }
        store.close().await.unwrap();
    }
    let store = SledStore::open(&disk.data()).unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_left_alone_for_a_while() {
    let Some(disk) = SmallDisk::mount() else { return };
    let store =
        SledStore::open_with(&disk.data(), Timing { pause: Duration::from_secs(3600), ..Timing::default() }).unwrap();
    disk.fill();
    append_until_full(&store).await;
    disk.empty();
    assert!(is_full(store.append(record(ChatId(7), 0), None).await));
    store.close().await.unwrap();
    let places = kept_places(&SledStore::open(Path::new(&disk.data())).unwrap()).await;
    assert!(places.is_sorted_by(|newer, older| newer > older));
}

#[test]
fn what_was_accepted_before_the_disk_was_full_is_secured() {
    let Some(small) = SmallDisk::mount() else { return };
    let mut disk = Disk::open(&small.data(), Timing::default()).unwrap();
    let accepted = disk.commit(&[Write::Accept(vec![(UpdateId(1), entry_codec::encode(&entry(1)))])]);
    assert_eq!(accepted, [Ok(Answer::New(vec![true]))]);
    small.fill();
    let refused = disk.commit(&[Write::Append { chat: ChatId(7), value: vec![0; 64 * 1024], update: None }]);
    assert!(is_full(refused.into_iter().collect::<Result<Vec<_>, _>>()));
    assert!(!disk.is_synced());
    assert_eq!(disk.sync(), Ok(()));
    assert!(disk.is_synced());
}

/// All that can be read of the history: the first byte of each record, by its place.
fn records(disk: &Disk) -> Vec<u8> {
    let trees = disk.readers().trees().unwrap();
    let rows = trees.range(TreeName::History, (Unbounded, Unbounded), Order::OldestFirst);
    let mut records: Vec<_> =
        rows.map(|row| row.map(|(key, value)| (key::read_record(&key).unwrap().1, value[0])).unwrap()).collect();
    records.sort_unstable();
    records.into_iter().map(|(_, first)| first).collect()
}

/// The archive may take a part of what it is given, or nothing.
#[test]
fn a_checkpoint_that_there_is_no_room_for_is_made_later() {
    let Some(small) = SmallDisk::mount() else { return };
    let append =
        |number: u8| Write::Append { chat: ChatId((number % 7).into()), value: vec![number; 4000], update: None };
    let mut expected = Vec::new();
    for room in [0, 150 * 1024] {
        let mut disk = Disk::open(&small.data(), trying_at_once()).unwrap();
        let group: Vec<Write> = (0..100).map(append).collect();
        assert!(disk.commit(&group).iter().all(Result::is_ok));
        expected.extend(0..100);
        let before = fs::metadata(small.data().join("archive")).unwrap().len();
        small.fill_but(room);
        disk.settle();
        assert!(matches!(disk.live, Err(Error::Full { .. })));
        let written = fs::metadata(small.data().join("archive")).unwrap().len() - before;
        // It has the rest of its last page.
        assert_eq!((4096..400_000).contains(&written), room > 0, "{written}");
        assert_eq!(records(&disk), expected, "reads go on");

        small.empty();
        disk.recover(Instant::now());
        assert!(disk.live.is_ok());
        assert_eq!(records(&disk), expected);
        disk.close().unwrap();
        assert_eq!(records(&Disk::open(&small.data(), trying_at_once()).unwrap()), expected);
    }
}
