//! What was answered is on disk: over a kill, a close, and the dropping of the last handle.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::*;
use crate::store::samples::{claim, moment, new_job_of};
use crate::store::{Cursor, Page};

/// Tells the child process below where its store is.
const CHILD_DIR: &str = "CEKNOMOR_TEST_CHILD_DIR";
const CHILD: &str = "store::sled::tests::kills::the_child_works_until_it_is_killed";

/// As many jobs the child has at once, each of another agent.
const AT_ONCE: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_and_parts_no_record_from_its_job() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = BTreeSet::new();
    for kill in 1..=5 {
        told.extend(told_until_killed(dir.path(), 37 * kill));
        let store = SledStore::open(dir.path()).unwrap();
        let mut updates = BTreeSet::new();
        for agent in 0..AT_ONCE {
            let Page { records, .. } = store.page(chat_of(agent), Cursor::Newest, 1000).await.unwrap();
            for (seq, record) in records {
                let update = u64::try_from((record.at - moment(0)).num_minutes()).unwrap();
                assert!(updates.insert(update), "kill {kill}: two records of job {update}");
                told.remove(&format!("kept {update} {}", seq.0));
            }
        }
        assert!(!told.iter().any(|thing| thing.starts_with("kept")), "kill {kill}: {told:?}");
        let (jobs, _) = store.open_jobs().await.unwrap();
        for job in jobs {
            let update = job.update.0;
            assert_eq!(!job.kept.is_empty(), updates.contains(&update), "kill {kill}: {job:?}");
            assert!(!told.contains(&format!("finished {update}")), "kill {kill}: {job:?}");
        }
        let accepted = told.iter().filter_map(|thing| thing.strip_prefix("accepted ")?.parse().ok());
        let again = store.accept(accepted.map(|update| new_job_of(update, 0)).collect(), usize::MAX).await.unwrap();
        assert!(again.iter().all(|accepted| *accepted == Accepted::Repeated), "kill {kill}");
        store.close().await.unwrap();
    }
}

fn chat_of(update: u64) -> ChatId {
    ChatId((update % AT_ONCE).cast_signed())
}

/// Runs the child until it told of so many things; gives all it told of.
fn told_until_killed(dir: &Path, things: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
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
fn tell(thing: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\ntold: {thing}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Goes on with what a life before left, then with new jobs, many at once.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, in a process of its own"]
async fn the_child_works_until_it_is_killed() {
    let store = SledStore::open(Path::new(&std::env::var(CHILD_DIR).unwrap())).unwrap();
    let (open, finished) = store.open_jobs().await.unwrap();
    let known = open.iter().map(|job| job.update).chain(finished).map(|update| update.0).max();
    let first = known.map_or(0, |known| (known / AT_ONCE + 1) * AT_ONCE);
    for start in (first..).step_by(AT_ONCE as usize) {
        loop {
            let jobs = store.claim(&claim(WorkerId::fresh(), 0)).await.unwrap();
            if jobs.is_empty() {
                break;
            }
            let mut checks = tokio::task::JoinSet::new();
            for job in jobs {
                let store = store.clone();
                checks.spawn(async move {
                    let update = job.update;
                    match store.keep(update, 0, record(chat_of(update.0), update.0 as usize)).await.unwrap() {
                        Kept::New(seq) => tell(format_args!("kept {} {}", update.0, seq.0)),
                        Kept::Before(seq) => assert_eq!(job.kept, [(0, seq)]),
                        Kept::Cancelled | Kept::Deleted => panic!("it was neither"),
                    }
                    store.finish(update).await.unwrap();
                    tell(format_args!("finished {}", update.0));
                });
            }
            checks.join_all().await;
        }
        let jobs: Vec<NewJob> = (start..start + AT_ONCE).map(|update| new_job_of(update, update % AT_ONCE)).collect();
        assert!(store.accept(jobs, 9).await.unwrap().iter().all(|accepted| *accepted == Accepted::New));
        (start..start + AT_ONCE).for_each(|update| tell(format_args!("accepted {update}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_without_a_close() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for minute in 0..5 {
        let seq = store.append(record(CHAT, minute)).await.unwrap();
        let killed = copy(dir.path());
        let killed = SledStore::open(killed.path()).unwrap();
        assert_eq!(places(&killed).await.last(), Some(&seq.0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_handle_commits_what_is_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    let other = store.clone();
    // A caller that asks and goes away.
    let mut asked = Box::pin(store.append(record(CHAT, 0)));
    assert!(futures_util::poll!(asked.as_mut()).is_pending());
    drop(asked);
    drop(store);
    drop(other);
    assert_eq!(places(&SledStore::open(dir.path()).unwrap()).await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.close().await.unwrap();
    assert_eq!(store.append(record(CHAT, 0)).await, Err(Error::Closed));
    assert_eq!(store.claim(&claim(WorkerId::fresh(), 0)).await, Err(Error::Closed));
    assert_eq!(store.page(CHAT, Cursor::Newest, 1).await, Err(Error::Closed));
    assert_eq!(KeyValue::get(&store, RowKind::Language, "7", moment(0)).await, Err(Error::Closed));
    assert_eq!(store.close().await, Err(Error::Closed));
    // Another may have the directory, though there is a handle yet.
    SledStore::open(dir.path()).unwrap();
}

/// sled writes a snapshot whenever it is opened. It is killed there at a place of its code which no test meets by
/// chance; so this leaves what such a kill leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_midst_of_sleds_snapshot_is_got_over() {
    for written in [0, 7, 400] {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        store.append(record(CHAT, 0)).await.unwrap();
        let killed = copy(dir.path());
        let snapshot = killed.path().join("sled/snap.0000000000002C0F.generating");
        fs::write(&snapshot, vec![1; written]).unwrap();
        assert_eq!(places(&SledStore::open(killed.path()).unwrap()).await, [1]);
        assert!(!snapshot.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_store_leaves_nothing_behind() {
    let store = SledStore::temporary().unwrap();
    let dir = store.0.open(|open| open.database.dir.clone()).unwrap();
    assert_eq!(store.append(record(CHAT, 0)).await, Ok(Seq(1)));
    assert_eq!(places(&store).await, [1]);
    assert!(dir.exists());
    store.close().await.unwrap();
    // Once sled's last thread is gone.
    while dir.exists() {
        tokio::task::yield_now().await;
    }
}
