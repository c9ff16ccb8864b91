//! A backup is made, of a store that a bot has open or that is closed, and becomes a store again; anything else that is
//! given for a backup is refused before anything is touched.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};

use super::control::address;
use super::*;
use crate::clock::FixedClock;
use crate::store::SledStore;
use crate::store::samples::{moment, new_job, new_job_of, record, waiting};
use crate::store::sled::set_restoring;
use crate::store::{Accepted, KeyValue, NewJob, Row, Seq, Target, Waiting, end_jobs, forget};
use crate::value::{ChatId, UpdateId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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
    let documented = include_str!("../../../docs/backup-format.md");
    let example = documented.split("```").find_map(|block| block.strip_prefix("json-lines\n")).unwrap();
    let (place, restored) = (Place::new(), SledStore::temporary().unwrap());
    restore(&mut place.file(example), &restored).await.unwrap();
    let (made, example) = (lines(&bytes_of(&restored).await), lines(example.as_bytes()));
    let body = |lines: &[Value]| lines[1..lines.len() - 1].to_vec();
    assert_eq!(body(&made), body(&example), "each line is one that is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_byte_changed_and_any_cut_is_noticed() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let whole = bytes_of(&filled(2).await).await;
    let refused = async |bytes: &[u8]| not_a_backup(restore(&mut place.file(bytes), &store).await);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&bytes).await;
        refused(&whole[..at]).await;
    }
    refused(&[&whole[..], b"x"].concat()).await;
    assert!(refused(&[&whole[..], &whole].concat()).await.contains("something stands behind its end"));
    let pieces: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 0..pieces.len() {
        let mut others = pieces.clone();
        let piece = others.remove(at);
        refused(&others.concat()).await;
        others.splice(at..at, [piece, piece]);
        refused(&others.concat()).await;
    }
    assert_eq!(lines(&bytes_of(&store).await).len(), 2, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_told_so() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let what = async |bytes: &[u8]| not_a_backup(restore(&mut place.file(bytes), &store).await);
    assert_eq!(what(b"").await, "it is cut off: its last line is missing");
    assert_eq!(what(b"a letter to somebody\n").await, "line 1: it does not begin as one");
    assert_eq!(what(b"a letter to somebody").await, "line 1: it is cut off or too long");
    let endless = vec![b'x'; usize::try_from(MAX_LINE_LEN).unwrap() + 1];
    assert_eq!(what(&endless).await, "line 1: it is cut off or too long");
    let later = json!({"ceknomor-backup": {"version": 2, "made": "2026-11-22T07:05:06.789Z", "program": "9"}});
    assert_eq!(what(&sealed(&[later])).await, "line 1: it has version 2, this build reads 1");
    let of_directory = restore_dir(&place.path("data"), File::open(&place.0).unwrap()).await;
    assert_eq!(not_a_backup(of_directory), "it is a directory");
    assert!(!place.path("data").exists());
}

/// Whole and sealed, and not what any store could hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_backup_is_refused() {
    let (place, store) = (Place::new(), SledStore::temporary().unwrap());
    let mut whole = lines(&bytes_of(&filled(2).await).await);
    whole.pop();
    assert!(restore(&mut place.file(sealed(&whole)), &SledStore::temporary().unwrap()).await.is_ok());
    let at = |kind: &str| whole.iter().position(|line| line.get(kind).is_some()).unwrap();
    let huge = json!(u64::MAX - 1);
    let cases: [(&str, usize, &str, Value); 9] = [
        ("its place cannot be", at("record"), "/record/0", huge.clone()),
        ("the place of its record cannot be", at("job"), "/job/k/0/1", huge.clone()),
        ("its update cannot be", at("job"), "/job/i", huge.clone()),
        ("its update cannot be", at("job"), "/job/i", json!(4)),
        ("its update cannot be", at("finished"), "/finished", json!(1)),
        ("without the one that cancelled it", at("job") + 1, "/job/x", json!(77)),
        ("a field is missing or holds what it cannot", at("row"), "/row/k", json!("role")),
        ("a field is missing or holds what it cannot", at("record"), "/record/1/n", json!("x")),
        ("a field is missing or holds what it cannot", at("job"), "/job/j", json!("x".repeat(70_000))),
    ];
    for (expected, line, pointer, value) in cases {
        let mut forged = whole.clone();
        *forged[line].pointer_mut(pointer).unwrap() = value;
        let what = not_a_backup(restore(&mut place.file(sealed(&forged)), &store).await);
        assert!(what.contains(expected), "{pointer}: {what}");
    }
    let twice = |line: usize| [&whole[..=line], &whole[line..]].concat();
    for line in [at("record"), at("job"), at("finished"), 0] {
        not_a_backup(restore(&mut place.file(sealed(&twice(line))), &store).await);
    }
    let many = (0..5000).map(|update| json!({"finished": update}));
    let many: Vec<Value> = [whole[0].clone()].into_iter().chain(many).collect();
    assert!(not_a_backup(restore(&mut place.file(sealed(&many)), &store).await).contains("too many"));
    assert_eq!(lines(&bytes_of(&store).await).len(), 2, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_holds_something_is_left_as_it_is() {
    let place = Place::new();
    let backup = bytes_of(&filled(5).await).await;
    let dir = place.path("data");
    let store = SledStore::open(&dir).unwrap();
    store.finish(UpdateId(1)).await.unwrap();
    store.accept(vec![new_job(1)], 9).await.unwrap();
    let before = bytes_of(&store).await;
    let refused = restore(&mut place.file(&backup), &store).await.unwrap_err();
    assert!(refused.to_string().starts_with("the store is not empty; restore into a new data directory"), "{refused}");
    store.close().await.unwrap();
    let refused = restore_dir(&dir, place.file(&backup)).await.unwrap_err();
    assert!(refused.to_string().contains("restore into a new data directory: move the old one aside"), "{refused}");
    assert!(bytes_of(&SledStore::open(&dir).unwrap()).await == before);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_is_not_taken_for_a_store() {
    let place = Place::new();
    let dir = place.path("data");
    let store = SledStore::open(&dir).unwrap();
    set_restoring(&dir, true).unwrap();
    History::import(&store, vec![(Seq(1), record(ChatId(1), 0))]).await.unwrap();
    drop(store);
    let error = SledStore::open(&dir).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("is not finished"), "{error}");
    let again = restore_dir(&dir, place.file(bytes_of(&filled(1).await).await)).await;
    assert_eq!(again, Err(error));
}

// Asking a bot.

fn serve(store: &SledStore) -> BackupService {
    store.serve_backups(Arc::new(FixedClock::at(moment(0)))).unwrap()
}

/// A data directory with as many records, and its store.
async fn data(place: &Place, name: &str, records: usize) -> (PathBuf, SledStore) {
    let dir = place.path(name);
    let store = SledStore::open(&dir).unwrap();
    fill(&store, records).await;
    (dir, store)
}

async fn ask(dir: &Path) -> Result<u64, Error> {
    let mut bytes = Vec::new();
    let summary = backup_dir(dir, moment(0), &mut bytes).await?;
    let mut file = tempfile::tempfile().unwrap();
    io::Write::write_all(&mut file, &bytes).unwrap();
    assert_eq!(verify(&mut file), Ok((summary, Vec::new())));
    Ok(summary.counts.records)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_store_is_backed_up_and_goes_on() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let service = serve(&store);
    let socket = fs::metadata(dir.join("control")).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);
    assert_eq!(ask(&dir).await, Ok(6));
    store.append(record(ChatId(1), 5)).await.unwrap();
    assert_eq!(ask(&dir).await, Ok(7));
    drop(service);
    assert!(!dir.join("control").exists());
    store.close().await.unwrap();
    assert_eq!(ask(&dir).await, Ok(7), "a stopped one too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_a_killed_bot_left_does_no_harm() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    store.close().await.unwrap();
    drop(UnixListener::bind(address(&dir).unwrap().0).unwrap());
    assert_eq!(ask(&dir).await, Ok(6));
    let store = SledStore::open(&dir).unwrap();
    let _service = serve(&store);
    assert_eq!(ask(&dir).await, Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_may_lie_deeper_than_a_sockets_path_may_be_long() {
    let place = Place::new();
    let (dir, store) = data(&place, &format!("{}/data", "d".repeat(120)), 5).await;
    let _service = serve(&store);
    assert_eq!(ask(&dir).await, Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_something_else_gets_nothing() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let _service = serve(&store);
    let mut client = UnixStream::connect(address(&dir).unwrap().0).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    // A reset is as good as an end.
    let _ = client.read_to_end(&mut said).await;
    assert_eq!(said, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_beside_too_many_others_gets_nothing() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let _service = serve(&store);
    let (path, _open) = address(&dir).unwrap();
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(UnixStream::connect(&path).await.unwrap());
    }
    assert!(matches!(ask(&dir).await, Err(Error::NoBackup(_))));
    drop(silent);
    // They are gone once the bot has seen it.
    while ask(&dir).await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_just_starting_is_waited_for() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 5).await;
    let asked = tokio::spawn(async move { ask(&dir).await });
    tokio::task::yield_now().await;
    let _service = serve(&store);
    assert_eq!(asked.await.unwrap(), Ok(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_ends_in_the_midst_of_it_gives_no_backup() {
    let place = Place::new();
    let (dir, store) = data(&place, "data", 300).await;
    let whole = bytes_of(&store).await;
    for sent in [0, 8, 100, whole.len() - 1] {
        let bot = UnixListener::bind(address(&dir).unwrap().0).unwrap();
        let part = whole[..sent].to_vec();
        let ending = tokio::spawn(async move {
            let (mut client, _) = bot.accept().await.unwrap();
            client.read_exact(&mut [0; 7]).await.unwrap();
            client.write_all(&part).await.unwrap();
        });
        let error = ask(&dir).await.unwrap_err();
        assert!(matches!(error, Error::NoBackup(_)), "{sent}: {error:?}");
        ending.await.unwrap();
        fs::remove_file(dir.join("control")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_kept_nothing_is_made() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    for name in ["nowhere", "empty"] {
        let error = ask(&place.path(name)).await.unwrap_err();
        assert!(error.to_string().contains("set CEKNOMOR_DATA_DIR"), "{name}: {error}");
    }
    assert!(!place.path("nowhere").exists());
    assert_eq!(fs::read_dir(place.path("empty")).unwrap().count(), 0);
}

/// The records of a store, as chat and minute.
async fn kept(store: &SledStore) -> Vec<(i64, i64)> {
    let all = store.stream(None, None, 999).await.unwrap();
    all.into_iter().map(|(chat, _, record)| (chat.0, (record.at - moment(0)).num_minutes())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_does_not_bring_back_what_was_deleted_since() {
    let place = Place::new();
    let (before, after) = (place.path("before"), place.path("after"));
    let store = SledStore::open(&before).unwrap();
    let customer = Row {
        kind: RowKind::Customer,
        key: "9:bu siti".to_owned(),
        value: format!(r#"{{"code":"PLN20","number":"{}"}}"#, record(ChatId(1), 0).number.as_str()),
        expires: None,
    };
    store.put(customer.clone()).await.unwrap();
    for chat in [1, 2] {
        store.append(record(ChatId(chat), 1)).await.unwrap();
    }
    store.accept(vec![NewJob { chat: ChatId(1), ..new_job(1) }], 9).await.unwrap();
    let mut old = Vec::new();
    backup(&store, moment(3), &mut old).await.unwrap();
    assert_eq!(end_jobs(&store, &Target::Chat(ChatId(1))).await, Ok(1));
    forget(&store, &store, &Target::Chat(ChatId(1)), moment(5)).await.unwrap();
    store.append(record(ChatId(1), 9)).await.unwrap();
    let mut new = Vec::new();
    backup(&store, moment(10), &mut new).await.unwrap();
    store.close().await.unwrap();

    // The old backup, into an empty directory with the file of deletions alone.
    fs::create_dir(&after).unwrap();
    fs::copy(before.join("deletions.jsonl"), after.join("deletions.jsonl")).unwrap();
    let restored = restore_dir(&after, place.file(&old)).await.unwrap();
    assert_eq!((restored.left_out.deleted, restored.knows_deletions), (2, true), "a record and a job");
    let store = SledStore::open(&after).unwrap();
    assert_eq!(kept(&store).await, [(2, 1)]);
    assert!(store.open_jobs().await.unwrap().0.is_empty());
    assert_eq!(store.list(RowKind::Customer, None, 9).await, Ok(vec![customer]));
    // What came of it goes on knowing of the deletion.
    let mut again = Vec::new();
    backup(&store, moment(11), &mut again).await.unwrap();
    store.close().await.unwrap();
    for (dir, backup, left_out, expected) in [
        ("elsewhere", &old, 0, vec![(1, 1), (2, 1)]),
        // What is newer than the deletion stays.
        ("newest", &new, 0, vec![(1, 9), (2, 1)]),
        ("again", &again, 0, vec![(2, 1)]),
    ] {
        let dir = place.path(dir);
        let restored = restore_dir(&dir, place.file(backup)).await.unwrap();
        assert_eq!((restored.left_out.deleted, restored.knows_deletions), (left_out, false));
        let store = SledStore::open(&dir).unwrap();
        assert_eq!(kept(&store).await, expected, "{}", dir.display());
        store.close().await.unwrap();
    }

    // A number, of which the file says nothing that can be read.
    let store = SledStore::open(&after).unwrap();
    let number = record(ChatId(1), 0).number;
    forget(&store, &store, &Target::Number(number.clone()), moment(20)).await.unwrap();
    assert!(kept(&store).await.is_empty() && store.list(RowKind::Customer, None, 9).await.unwrap().is_empty());
    store.close().await.unwrap();
    let noted = fs::read_to_string(after.join("deletions.jsonl")).unwrap();
    assert!(noted.lines().count() == 2 && !noted.contains(number.as_str()), "{noted}");
    let last = place.path("last");
    fs::create_dir(&last).unwrap();
    fs::write(last.join("deletions.jsonl"), noted).unwrap();
    assert_eq!(restore_dir(&last, place.file(&new)).await.unwrap().left_out.deleted, 3, "two records and a customer");
    assert!(kept(&SledStore::open(&last).unwrap()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_deletions_is_told_and_nothing_is_restored() {
    let place = Place::new();
    let mut file = Vec::new();
    backup(&filled(3).await, moment(3), &mut file).await.unwrap();
    let dir = place.path("data");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("deletions.jsonl"), "{\"t\":5,\n").unwrap();
    let error = restore_dir(&dir, place.file(&file)).await.unwrap_err();
    assert!(error.to_string().contains("deletions.jsonl"), "{error}");
    assert!(!dir.join("store.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_line_that_was_cut_off_is_passed_over_and_written_over() {
    let place = Place::new();
    let mut file = Vec::new();
    backup(&filled(3).await, moment(3), &mut file).await.unwrap();
    let (dir, whole) = (place.path("data"), "{\"t\":5,\"chat\":9}\n");
    fs::create_dir(&dir).unwrap();
    for noted in [format!("{whole}{{\"t\":5,\"ch"), whole.trim_end().to_owned()] {
        fs::write(dir.join("deletions.jsonl"), noted).unwrap();
        assert!(restore_dir(&dir, place.file(&file)).await.unwrap().knows_deletions);
        let store = SledStore::open(&dir).unwrap();
        forget(&store, &store, &Target::Chat(ChatId(8)), moment(9)).await.unwrap();
        store.close().await.unwrap();
        let noted = fs::read_to_string(dir.join("deletions.jsonl")).unwrap();
        assert!(noted.starts_with(whole) && noted.lines().count() == 2 && noted.ends_with("}\n"), "{noted}");
        for made in ["sled", "store.json"].map(|name| dir.join(name)) {
            if made.is_dir() { fs::remove_dir_all(made).unwrap() } else { fs::remove_file(made).unwrap() }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_owners_took_off_since_is_not_let_in_by_a_backup() {
    let place = Place::new();
    let (before, after) = (place.path("before"), place.path("after"));
    let row = |kind, key: &str, value: &str| Row { kind, key: key.into(), value: value.into(), expires: None };
    let person = |key, standing, at| row(RowKind::Person, key, &format!("{{\"s\":\"{standing}\",\"t\":{at}}}"));
    let store = SledStore::open(&before).unwrap();
    for row in [
        person("7", "agent", 1),
        person("8", "agent", 1),
        person("9", "agent", 5),
        row(RowKind::Invite, "abc", "{}"),
        row(RowKind::AccessRequest, "4", "{}"),
        row(RowKind::Counter, "guard:7:0:hash", "1"),
    ] {
        store.put(row).await.unwrap();
    }
    let mut night = Vec::new();
    backup(&store, moment(0), &mut night).await.unwrap();
    assert!(!String::from_utf8_lossy(&night).contains("guard:7"));
    let now = moment(0);
    store.put(person("7", "blocked", 2)).await.unwrap();
    let was = person("8", "agent", 1).value;
    assert_eq!(store.put_if(person("8", "guest", 2), Some("other"), now).await, Ok(false));
    assert_eq!(store.put_if(person("8", "guest", 3), Some(&was), now).await, Ok(true));
    store.put(person("10", "blocked", 3)).await.unwrap();
    store.close().await.unwrap();

    fs::create_dir(&after).unwrap();
    fs::copy(before.join("deletions.jsonl"), after.join("deletions.jsonl")).unwrap();
    let restored = restore_dir(&after, place.file(&night)).await.unwrap();
    assert_eq!(restored.left_out, LeftOut { deleted: 0, doors: 2 });
    let store = SledStore::open(&after).unwrap();
    let expected = [("10", "blocked", 3), ("7", "blocked", 2), ("8", "guest", 3), ("9", "agent", 5)];
    let expected = expected.map(|(key, standing, at)| person(key, standing, at));
    assert_eq!(store.list(RowKind::Person, None, 9).await, Ok(expected.to_vec()));
    for kind in [RowKind::Invite, RowKind::AccessRequest, RowKind::Counter] {
        assert_eq!(store.list(kind, None, 9).await, Ok(vec![]));
    }
    store.close().await.unwrap();
}
