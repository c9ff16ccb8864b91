//! A backup is made and becomes a store again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::store::samples::{moment, new_job, new_job_of, record, waiting};
use crate::store::{Accepted, KeyValue, REMEMBERED, Seq, SledStore, Waiting};
use crate::value::{ChatId, UpdateId};

mod asking;
mod notes;
mod refused;

/// Data directories and files that are gone with the test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// A file with these bytes, open.
    fn file(&self, bytes: impl AsRef<[u8]>) -> File {
        File::open(self.write("input", bytes)).unwrap()
    }
}

/// A store with as many records in three chats, jobs in each state, finished ones and rows.
async fn filled(records: usize) -> SledStore {
    let store = SledStore::temporary().unwrap();
    fill(&store, records).await;
    store
}

async fn fill(store: &SledStore, records: usize) {
    for minute in 0..records {
        store.append(record(ChatId(minute as i64 % 3 - 1), minute)).await.unwrap();
    }
    let jobs = (1..=5).map(|update| new_job_of(update, update)).chain([new_job_of(6, 2)]);
    assert_eq!(store.accept(jobs.collect(), 9).await, Ok(vec![Accepted::New; 6]));
    store.keep(UpdateId(1), 3, record(ChatId(8), 7)).await.unwrap();
    store.reschedule(UpdateId(2), waiting(1)).await.unwrap();
    assert_eq!(store.cancel(UpdateId(6), None).await.unwrap().len(), 1);
    store.reschedule(UpdateId(3), Waiting { last: Some(record(ChatId(1), 0).outcome), ..waiting(4) }).await.unwrap();
    for update in [5, 4] {
        store.finish(UpdateId(update)).await.unwrap();
    }
    for (kind, key, expires) in [(RowKind::Language, "7", None), (RowKind::OpenQuestion, "7:8", Some(moment(9)))] {
        store.put(Row { kind, key: key.to_owned(), value: "{\"a\": \"é\"}".to_owned(), expires }).await.unwrap();
    }
}

async fn bytes_of(store: &dyn Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    let summary = backup(store, moment(0), &mut bytes).await.unwrap();
    assert_eq!(summary.bytes, bytes.len() as u64);
    bytes
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// The backup that has these lines before its seal.
fn sealed(lines: &[Value]) -> Vec<u8> {
    let mut bytes: Vec<u8> = lines.iter().flat_map(|line| (line.to_string() + "\n").into_bytes()).collect();
    let count = |kind| lines.iter().filter(|line| line.get(kind).is_some()).count();
    let sha256 = format!("{:x}", <sha2::Sha256 as sha2::Digest>::digest(&bytes));
    let seal = json!({"seal": {
        "records": count("record"), "jobs": count("job"), "finished": count("finished"), "rows": count("row"),
        "audit": count("audit"), "sha256": sha256,
    }});
    bytes.extend((seal.to_string() + "\n").into_bytes());
    bytes
}

fn not_a_backup<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::NotABackup(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_restored_is_what_was_backed_up() {
    let (place, store) = (Place::new(), filled(1234).await);
    let first = bytes_of(&store).await;
    let restored = SledStore::temporary().unwrap();
    let summary = restore(&mut place.file(&first), &restored).await.unwrap();
    let counts = Counts { records: 1235, jobs: 4, finished: 2, rows: 2, audit: 1235 };
    let expected = Summary { made: moment(0), counts, bytes: first.len() as u64 };
    assert_eq!(summary, expected);

    // All but that jobs wait.
    let without_waiting = lines(&first).into_iter().map(|mut line| {
        line.get_mut("job").and_then(Value::as_object_mut).map(|job| job.remove("w"));
        line
    });
    let mut without_waiting: Vec<Value> = without_waiting.collect();
    without_waiting.pop();
    let second = bytes_of(&restored).await;
    let mut of_second = lines(&second);
    of_second.pop();
    assert!(of_second == without_waiting);
    let again = SledStore::temporary().unwrap();
    restore(&mut place.file(&second), &again).await.unwrap();
    assert!(bytes_of(&again).await == second);

    assert_eq!(restored.append(record(ChatId(1), 0)).await, Ok(Seq(1236)), "places go on");
    let accepted = restored.accept([1, 4, 5, 9].map(new_job).into(), 9).await.unwrap();
    assert_eq!(accepted, [Accepted::Repeated, Accepted::Repeated, Accepted::Repeated, Accepted::New]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_has_a_backup_too() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let bytes = bytes_of(&store).await;
    assert_eq!(lines(&bytes).len(), 2);
    assert_eq!(restore(&mut place.file(&bytes), &store).await.unwrap().counts.records, 0);
}

/// As `docs/backup-format.md` shows it.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_looks_as_it_is_documented() {
    let documented = include_str!("../../../../docs/backup-format.md");
    let example = documented.split("```").find_map(|block| block.strip_prefix("json-lines\n")).unwrap();
    let (place, restored) = (Place::new(), SledStore::temporary().unwrap());
    restore(&mut place.file(example), &restored).await.unwrap();
    let (made, example) = (lines(&bytes_of(&restored).await), lines(example.as_bytes()));
    let body = |lines: &[Value]| lines[1..lines.len() - 1].to_vec();
    assert_eq!(body(&made), body(&example), "each line is one that is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_made_of_a_file_and_of_a_pipe() {
    let place = Place::new();
    let backup = bytes_of(&filled(700).await).await;
    let (mut sending, receiving) = std::os::unix::net::UnixStream::pair().unwrap();
    let piped = backup.clone();
    let sender = std::thread::spawn(move || io::Write::write_all(&mut sending, &piped).unwrap());
    let inputs = [("by file", place.file(&backup)), ("by pipe", File::from(std::os::fd::OwnedFd::from(receiving)))];
    for (name, input) in inputs {
        let dir = place.path(name);
        assert_eq!(restore_dir(&dir, input).await.unwrap().backup.counts.records, 701);
        let made = lines(&bytes_of(&SledStore::open(&dir).unwrap()).await);
        assert_eq!(made.len(), lines(&backup).len());
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(!dir.join(".restore").exists());
    }
    sender.join().unwrap();
}

/// More updates are known for a while than are remembered at least.
#[tokio::test(flavor = "multi_thread")]
async fn the_backup_of_a_store_that_ended_many_jobs_is_restored() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let finished = (1..=REMEMBERED as u64 + 100).map(UpdateId).collect();
    Jobs::import(&store, Vec::new(), finished).await.unwrap();
    let restored = SledStore::temporary().unwrap();
    let summary = restore(&mut place.file(bytes_of(&store).await), &restored).await.unwrap();
    assert!(summary.counts.finished >= REMEMBERED as u64, "{summary:?}");
}
