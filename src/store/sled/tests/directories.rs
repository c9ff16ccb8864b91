//! What may stand where the data directory should be: it is refused and left as it is, or it holds what it held.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::database::{Changes, TreeName};
use super::*;
use crate::store::samples::moment;
use crate::store::{Cursor, Record, Seq, Target, forget};
use crate::value::CustomerNumber;

/// A directory with three records, closed.
async fn closed() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for minute in 0..3 {
        store.append(record(CHAT, minute)).await.unwrap();
    }
    store.close().await.unwrap();
    dir
}

/// Opens a directory that must be refused; gives the error, having seen that nothing was changed.
fn refused(dir: &Path) -> Error {
    let before = contents(dir);
    let error = SledStore::open(dir).map(|_| ()).unwrap_err();
    assert!(contents(dir) == before, "something was changed: {error}");
    error
}

/// What is told to be damaged.
fn damaged(error: &Error) -> String {
    let text = error.to_string();
    let what = text.split_once(" is damaged (").and_then(|(_, what)| {
        what.strip_suffix("): restore a backup of it, or move it aside to begin with an empty history")
    });
    what.unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn damaged_at_opening(dir: &Path) -> String {
    damaged(&SledStore::open(dir).map(|_| ()).unwrap_err())
}

fn edit_manifest(dir: &Path, edit: impl FnOnce(&mut Value)) {
    let path = dir.join("store.json");
    let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut manifest);
    fs::write(path, manifest.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_open_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(SledStore::open(dir.path()).map(|_| ()).unwrap_err(), Error::InUse(dir.path().to_owned()));
    store.append(record(CHAT, 0)).await.unwrap();
    drop(store);
    assert_eq!(places(&SledStore::open(dir.path()).unwrap()).await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_opens_just_after_it_was_closed() {
    let dir = tempfile::tempdir().unwrap();
    for seq in 1..=20 {
        let store = SledStore::open(dir.path()).unwrap();
        assert_eq!(store.append(record(CHAT, 0)).await, Ok(Seq(seq)));
        store.close().await.unwrap();
    }
}

#[test]
fn what_is_no_directory_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let (file, link) = (place.path().join("file"), place.path().join("link"));
    fs::write(&file, "a letter").unwrap();
    std::os::unix::fs::symlink(place.path().join("nowhere"), &link).unwrap();
    for dir in [file.clone(), link, file.join("below")] {
        let error = SledStore::open(&dir).map(|_| ()).unwrap_err();
        assert_eq!(error, Error::NotADirectory(dir));
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "a letter");
}

#[test]
fn a_directory_of_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter"), "dear").unwrap();
    let error = refused(dir.path());
    let told = "is no data directory of ceknomor, it holds `letter`: set CEKNOMOR_DATA_DIR to an empty one";
    assert_eq!(error.to_string(), format!("{} {told}", dir.path().display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beside_a_store_is_of_no_concern() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".hidden"), "").unwrap();
    fs::create_dir(dir.path().join("lost+found")).unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    fs::write(dir.path().join("letter"), "dear").unwrap();
    drop(SledStore::open(dir.path()).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_later_build_is_refused() {
    let dir = closed().await;
    edit_manifest(dir.path(), |manifest| *manifest = json!({"store": "ceknomor", "schema": 2, "later": true}));
    let told = "has schema 2, this build knows up to 1: install the newer ceknomor again";
    assert_eq!(refused(dir.path()).to_string(), format!("{} {told}", dir.path().display()));
    edit_manifest(dir.path(), |manifest| manifest["store"] = json!("another"));
    assert!(refused(dir.path()).to_string().contains("it holds `store.json`"));
    fs::write(dir.path().join("store.json"), "{").unwrap();
    assert_eq!(damaged(&refused(dir.path())), "store.json cannot be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_data_is_gone_is_refused() {
    type Damage = fn(&Path);
    let gone: [Damage; 3] = [
        |dir| fs::remove_dir_all(dir.join("sled")).unwrap(),
        |dir| fs::remove_file(dir.join("sled/db")).unwrap(),
        |dir| fs::write(dir.join("sled/db"), "").unwrap(),
    ];
    for damage in gone {
        let dir = closed().await;
        damage(dir.path());
        assert_eq!(damaged(&refused(dir.path())), "sled's file is missing or empty");
    }
    let dir = closed().await;
    fs::remove_file(dir.path().join("store.json")).unwrap();
    assert_eq!(damaged_at_opening(dir.path()), "store.json is missing");

    let (dir, other) = (closed().await, closed().await);
    fs::copy(other.path().join("store.json"), dir.path().join("store.json")).unwrap();
    assert_eq!(damaged_at_opening(dir.path()), "sled/ belongs to another store than store.json");

    // As sled makes it anew, in whichever way its data got lost.
    let dir = closed().await;
    fs::remove_dir_all(dir.path().join("sled")).unwrap();
    drop(Database::open(dir.path(), "sled").unwrap());
    assert_eq!(damaged_at_opening(dir.path()), "sled/ was emptied");
}

/// sled notices what it notices: nothing but an error or the records comes of it, never a panic.
#[tokio::test(flavor = "multi_thread")]
async fn damaged_bytes_are_an_error_or_do_no_harm() {
    let whole = closed().await;
    let length = fs::metadata(whole.path().join("sled/db")).unwrap().len() as usize;
    let mut refused = 0;
    for at in (0..length.min(12_000)).step_by(397) {
        let dir = copy(whole.path());
        let path = dir.path().join("sled/db");
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        match SledStore::open(dir.path()) {
            Ok(store) => drop(store.page(CHAT, Cursor::Newest, 9).await),
            Err(error) => {
                damaged(&error);
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_making_that_was_cut_off_is_begun_anew() {
    // Before the id was in sled, and after.
    let dir = tempfile::tempdir().unwrap();
    drop(Database::open(dir.path(), "sled").unwrap());
    drop(SledStore::open(dir.path()).unwrap());
    fs::remove_file(dir.path().join("store.json")).unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(store.append(record(CHAT, 0)).await, Ok(Seq(1)));
    store.close().await.unwrap();
    assert_eq!(places(&SledStore::open(dir.path()).unwrap()).await, [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_restore_is_refused_with_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    set_restoring(dir.path(), true).unwrap();
    let error = SledStore::open(dir.path()).map(|_| ()).unwrap_err();
    let told = "is not finished; if it was cut off, remove the directory, then restore again";
    assert_eq!(error.to_string(), format!("a restore into {} {told}", dir.path().display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_hides_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for minute in 0..5 {
        store.append(record(CHAT, minute)).await.unwrap();
    }
    let jobs = [1, 2].map(|update| crate::store::samples::new_job_of(update, update));
    store.accept(jobs.to_vec(), 9).await.unwrap();
    store
        .put(Row { kind: RowKind::Language, key: "1".to_owned(), value: "id".to_owned(), expires: None })
        .await
        .unwrap();
    store.close().await.unwrap();
    let database = Database::open(dir.path(), "sled").unwrap();
    let put = |tree, key: &[u8], value: &[u8]| ((tree, key.to_vec()), Some(value.to_vec()));
    let damage = Changes::from([
        put(TreeName::History, &keys::record(CHAT, Seq(2)), b""),
        put(TreeName::History, &keys::record(CHAT, Seq(5)), b"\x01{\"t\":12"),
        put(TreeName::Jobs, &keys::pair(1, 1), b"\x01{\"t\":12"),
        put(TreeName::Rows, &keys::row(RowKind::Language, "0"), b"\x01{\"t\":12"),
    ]);
    database.commit(&damage).unwrap();
    drop(database);

    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(places(&store).await, [1, 3, 4]);
    let page = store.page(CHAT, Cursor::OlderThan(Seq(3)), 2).await.unwrap();
    assert_eq!(page.records.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [1]);
    assert!(page.has_newer && !page.has_older);
    assert_eq!(store.list(RowKind::Language, None, 9).await.unwrap().len(), 1);
    let (claimed, _) = store.claim(&crate::store::samples::claim(WorkerId::fresh(), 0)).await.unwrap();
    assert_eq!(claimed.iter().map(|job| job.update.0).collect::<Vec<_>>(), [2]);
    assert_eq!(store.accept(jobs.to_vec(), 9).await, Ok(vec![Accepted::Repeated; 2]), "its update is known");
    assert_eq!(
        store.delete(&Deletion::Of(Target::Chat(CHAT)), 9).await,
        Ok(5),
        "a chat is deleted with what cannot be read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_directory_is_its_owners_alone_and_an_old_one_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let new = place.path().join("var/data");
    let store = SledStore::open(&new).unwrap();
    store.append(record(CHAT, 0)).await.unwrap();
    assert_eq!([mode(&new), mode(&new.join("sled"))], [0o700; 2]);
    assert_eq!(mode(&new.join("store.json")), 0o600);
    let old = place.path().join("old");
    fs::create_dir(&old).unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o750)).unwrap();
    drop(SledStore::open(&old).unwrap());
    assert_eq!([mode(&old), mode(&old.join("sled"))], [0o750, 0o700]);
}

/// The number of the record that is deleted, and that of the other.
const DELETED: &str = "00000000007";
const LEFT: &str = "00000000008";

/// A store with a record that was deleted for good and one that was not; closed.
async fn with_a_deletion() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for (chat, number) in [(CHAT, DELETED), (ChatId(8), LEFT)] {
        let number = CustomerNumber::from_record(number).unwrap();
        store.append(Record { number, ..record(chat, 1) }).await.unwrap();
    }
    forget(&store, &store, &Target::Chat(CHAT), moment(2)).await.unwrap();
    store.close().await.unwrap();
    dir
}

/// Whether the first chat is gone and the second is there, in a store that is not told so by its files any more.
async fn is_forgotten(dir: &Path) {
    let store = SledStore::open(dir).unwrap();
    assert_eq!(store.page(CHAT, Cursor::Newest, 9).await.unwrap().records.len(), 0);
    assert_eq!(store.page(ChatId(8), Cursor::Newest, 9).await.unwrap().records.len(), 1);
    // Later records get later places, as before.
    let seq = store.append(record(CHAT, 5)).await.unwrap();
    assert!(seq > Seq(2), "{seq:?}");
    store.close().await.unwrap();
    assert!(!dir.join("sled.old").exists() && !dir.join("sled.new").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_after_a_deletion_writes_the_store_anew_without_it() {
    let dir = with_a_deletion().await;
    let holds = |word: &str| {
        let is_in = |bytes: &Vec<u8>| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        contents(dir.path()).values().any(is_in)
    };
    // sled frees what was deleted, and leaves it where it is: else all of this would not be needed.
    assert!(holds(DELETED), "the record is not in the files even before");
    rewrite(dir.path()).unwrap();
    assert!(!holds(DELETED) && holds(LEFT));
    is_forgotten(dir.path()).await;
    let noted = fs::metadata(dir.path().join("deletions.jsonl")).unwrap();
    assert_eq!(noted.permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writing_anew_may_be_cut_off_anywhere() {
    type Cut = fn(&Path);
    let cuts: [Cut; 4] = [
        |dir| fs::create_dir(dir.join("sled.new")).unwrap(),
        |dir| fs::rename(dir.join("sled"), dir.join("sled.old")).unwrap(),
        |dir| {
            fs::create_dir(dir.join("sled.new")).unwrap();
            fs::rename(dir.join("sled"), dir.join("sled.old")).unwrap();
        },
        |dir| {
            fs::create_dir(dir.join("sled.old")).unwrap();
            fs::write(dir.join("sled.old/db"), "old").unwrap();
        },
    ];
    for cut in cuts {
        let dir = with_a_deletion().await;
        cut(dir.path());
        is_forgotten(dir.path()).await;
    }
}
