//! What was answered is on disk: over a kill, a close, and the dropping of the last handle.

use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::damage_tests::copy;
use super::*;
use crate::store::Preferences;
use crate::store::samples::record;
use crate::value::Language;

/// Tells the child process below where its store is.
const CHILD_DIR: &str = "CEKNOMOR_TEST_CHILD_DIR";
const CHILD: &str = "store::sled::durability_tests::the_child_appends_until_it_is_killed";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_outlives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    for kill in 1..=3 {
        let told = told_until_killed(CHILD, dir.path(), 25 * kill);
        let answered: Vec<u64> = told.iter().map(|seq| seq.parse().unwrap()).collect();
        let store = SledStore::open(dir.path()).unwrap();
        let kept = kept_places(&store).await;
        assert!(answered.iter().all(|seq| kept.contains(seq)), "kill {kill}: {answered:?} of {kept:?}");
        assert_eq!(kept.len() as u64, kept[0], "no place is given twice or left out");
        store.close().await.unwrap();
    }
}

/// The places of chat 7's records, newest first.
pub(super) async fn kept_places(store: &SledStore) -> Vec<u64> {
    let page = store.page(ChatId(7), Cursor::Newest, 1000).await.unwrap();
    page.records.into_iter().map(|(seq, _)| seq.0).collect()
}

/// Runs a test in a process of its own until it told of so many things; gives all it told of.
pub(super) fn told_until_killed(child: &str, dir: &Path, things: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([child, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut killed = false;
    let mut told = Vec::new();
    for thing in lines.filter_map(|line| line.strip_prefix("told: ").map(str::to_owned)) {
        told.push(thing);
        if told.len() >= things && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself");
    told
}

/// Tells the parent of something: past the test harness's own buffer, and begun on a line of its own.
pub(super) fn tell(thing: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\ntold: {thing}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The store of a child.
pub(super) fn open_in_child() -> SledStore {
    SledStore::open(Path::new(&std::env::var(CHILD_DIR).unwrap())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, in a process of its own"]
async fn the_child_appends_until_it_is_killed() {
    let store = open_in_child();
    for minute in 0.. {
        tell(store.append(record(ChatId(7), minute % 1000), None).await.unwrap().0);
    }
}

/// sled writes a snapshot whenever it is opened. It is killed at a place of its code which no test meets by chance; so
/// this leaves what such a kill leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_midst_of_sleds_snapshot_is_got_over() {
    for written in [0, 7, 400] {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store.append(record(ChatId(7), 0), None).await.unwrap();
        let killed = tempfile::tempdir().unwrap();
        copy(dir.path(), killed.path());
        let snapshot = killed.path().join("sled/snap.0000000000002C0F.generating");
        std::fs::write(&snapshot, vec![1; written]).unwrap();
        let store = SledStore::open(killed.path()).unwrap();
        assert_eq!(kept_places(&store).await, [1]);
        assert!(!snapshot.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn places_and_preferences_go_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    let first = store.append(record(ChatId(7), 0), None).await.unwrap();
    store.set_language(ChatId(7), Language::En).await.unwrap();
    store.close().await.unwrap();

    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(store.language(ChatId(7)).await.unwrap(), Some(Language::En));
    let second = store.append(record(ChatId(7), 1), None).await.unwrap();
    assert!(second > first);
    let page = store.page(ChatId(7), Cursor::Newest, 10).await.unwrap();
    assert_eq!(page.records.into_iter().map(|(seq, _)| seq).collect::<Vec<_>>(), [second, first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.close().await.unwrap();
    assert_eq!(store.append(record(ChatId(7), 0), None).await, Err(Error::Closed));
    assert_eq!(store.page(ChatId(7), Cursor::Newest, 1).await, Err(Error::Closed));
    assert_eq!(store.language(ChatId(7)).await, Err(Error::Closed));
    assert_eq!(store.close().await, Err(Error::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_of_closing_leave_a_seal() {
    for by_drop in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store.append(record(ChatId(7), 0), None).await.unwrap();
        if by_drop {
            let other_handle = store.clone();
            drop(store);
            drop(other_handle);
        } else {
            store.close().await.unwrap();
        }
        let manifest = std::fs::read_to_string(dir.path().join("store.json")).unwrap();
        assert!(manifest.contains("\"state\": \"closed\""), "{manifest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_does_not_hide_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for minute in 0..5 {
        store.append(record(ChatId(7), minute), None).await.unwrap();
    }
    for (seq, bytes) in [(2, &b""[..]), (5, b"\x01{\"t\":12")] {
        let key = key::of_record(ChatId(7), Seq(seq)).to_vec();
        let write = Write::Put { tree: TreeName::History, key, value: bytes.to_vec() };
        store.commit(write).await.unwrap();
    }
    let page = store.page(ChatId(7), Cursor::Newest, 2).await.unwrap();
    assert_eq!(page.records.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [4, 3]);
    let older = store.page(ChatId(7), Cursor::OlderThan(Seq(3)), 2).await.unwrap();
    assert_eq!(older.records.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [1]);
    assert!(older.has_newer && !older.has_older);
}

#[test]
fn a_new_directory_is_its_owners_alone_and_an_old_one_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let new = place.path().join("var/data");
    drop(SledStore::open(&new).unwrap());
    assert_eq!(mode(&new), 0o700);
    let old = place.path().join("old");
    std::fs::create_dir(&old).unwrap();
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o750)).unwrap();
    drop(SledStore::open(&old).unwrap());
    assert_eq!(mode(&old), 0o750);
}
