//! What a directory may have suffered: it is refused and left as it is, or it holds all that it held.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use super::layout::Layout;
use super::manifest::{Manifest, SCHEMA};
use super::wal::tests::{checkpointed, open_with_checkpoints};
use super::*;
use crate::store::Preferences;
use crate::store::samples::record;
use crate::value::Language;

const CHATS: i64 = 10;
const RECORDS_OF_A_CHAT: usize = 300;

/// How the store was left before it was damaged.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Left {
    Closed,
    Killed,
}

const BOTH: [Left; 2] = [Left::Closed, Left::Killed];

/// Stores to damage copies of: one that was closed, and one as a kill leaves it.
static STORES: LazyLock<[TempDir; 2]> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (closed, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = SledStore::open(closed.path()).unwrap();
        let mut appends = tokio::task::JoinSet::new();
        for (chat, minute) in (0..CHATS).flat_map(|chat| (0..RECORDS_OF_A_CHAT).map(move |minute| (chat, minute))) {
            let store = store.clone();
            appends.spawn(async move { store.append(record(ChatId(chat), minute), None).await.unwrap() });
        }
        appends.join_all().await;
        store.set_language(ChatId(1), Language::En).await.unwrap();
        // Opened and written to once more, so that there is a snapshot of sled's and a log beyond it.
        store.close().await.unwrap();
        let store = SledStore::open(closed.path()).unwrap();
        store.append(record(ChatId(-1), 0), None).await.unwrap();
        copy(closed.path(), killed.path());
        store.close().await.unwrap();
        [closed, killed]
    })
});

/// A copy of a store to damage.
fn left(how: Left) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(STORES[how as usize].path(), dir.path());
    dir
}

pub(super) fn copy(from: &Path, to: &Path) {
    write(&contents(from), to);
}

/// Makes files under `to`, by their paths there.
pub(super) fn write(files: &BTreeMap<PathBuf, Vec<u8>>, to: &Path) {
    for (path, bytes) in files {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Every file under `dir`, by its path there.
pub(super) fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            files.extend(contents(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
    files
}

/// Opens a directory that must be refused; gives the text, having seen that nothing was changed.
fn refused(dir: &Path) -> Error {
    let before = contents(dir);
    let error = SledStore::open(dir).map(|_| ()).unwrap_err();
    assert!(contents(dir) == before, "something was changed: {error}");
    error
}

/// Opens a damaged directory: it must be refused and left alone, or hold all that it held. Tells which.
fn is_refused(dir: &Path) -> bool {
    let before = contents(dir);
    match SledStore::open(dir) {
        Ok(store) => {
            assert_eq!(count(&store), CHATS as usize * RECORDS_OF_A_CHAT + 1, "records went missing");
            false
        }
        Err(error) => {
            assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
            assert!(contents(dir) == before, "something was changed: {error}");
            true
        }
    }
}

fn count(store: &SledStore) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let pages = (-1..CHATS).map(|chat| runtime.block_on(store.page(ChatId(chat), Cursor::Newest, 1000)).unwrap());
    pages.map(|page| page.records.len()).sum()
}

#[test]
fn undamaged_ones_open() {
    for how in BOTH {
        assert!(!is_refused(left(how).path()), "{how:?}");
    }
}

/// How many of sled's bytes are in use: it takes its file 512 KiB at a time.
fn in_use(db: &[u8]) -> usize {
    db.iter().rposition(|byte| *byte != 0).unwrap() + 1
}

/// Something done to a file's bytes.
type Damage = fn(&mut Vec<u8>);

#[test]
fn a_damaged_log_of_sleds_is_never_emptied() {
    let damages: [(&str, Damage); 6] = [
        ("cut to half of what is in use", |db| db.truncate(in_use(db) / 2)),
        ("cut by one byte in use", |db| db.truncate(in_use(db) - 1)),
        ("emptied", Vec::clear),
        ("zeroed", |db| db.fill(0)),
        ("overwritten", |db| db.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 31 % 251) as u8)),
        ("a quarter overwritten", |db| {
            let quarter = in_use(db) / 4;
            db[quarter..2 * quarter].fill(b'x');
        }),
    ];
    for how in BOTH {
        for (name, damage) in damages {
            let dir = left(how);
            let path = dir.path().join("sled/db");
            let mut db = fs::read(&path).unwrap();
            damage(&mut db);
            fs::write(&path, db).unwrap();
            let refused = is_refused(dir.path());
            // After a kill the last bytes may be ones that sled itself would drop.
            assert!(refused || name == "cut by one byte in use", "{how:?}, {name}");
        }
    }
}

/// sled opens such a log without a word; only the archive and the mark know that there was more.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_ends_too_early_is_noticed() {
    let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = SledStore::open(dir.path()).unwrap();
    store.append(record(ChatId(1), 0), None).await.unwrap();
    store.close().await.unwrap();
    let earlier = contents(&dir.path().join("sled"));

    let store = open_with_checkpoints(dir.path());
    store.append(record(ChatId(1), 1), None).await.unwrap();
    store.set_language(ChatId(1), Language::En).await.unwrap();
    checkpointed(&store).await;
    copy(dir.path(), killed.path());
    fs::remove_dir_all(killed.path().join("sled")).unwrap();
    fs::create_dir_all(killed.path().join("sled")).unwrap();
    for (path, bytes) in earlier {
        fs::write(killed.path().join("sled").join(path), bytes).unwrap();
    }
    let error = refused(killed.path()).to_string();
    assert!(error.contains("sled/ and the file `archive` do not agree"), "{error}");
}

#[test]
fn a_flipped_byte_is_noticed_or_of_no_consequence() {
    let bytes = in_use(&fs::read(left(Left::Killed).path().join("sled/db")).unwrap());
    let flip = |how, at: usize| {
        let dir = left(how);
        let path = dir.path().join("sled/db");
        let mut db = fs::read(&path).unwrap();
        db[at] ^= 0x10;
        fs::write(&path, db).unwrap();
        is_refused(dir.path())
    };
    let places = || (0..24).map(|number| bytes * number / 24 + 100);
    let noticed = places().filter(|at| flip(Left::Killed, *at)).count();
    assert!(noticed > 0, "none of them hit a page in use");
    assert!(places().step_by(6).all(|at| flip(Left::Closed, at)), "a seal notices every one");
}

#[test]
fn any_damage_of_the_archive_is_noticed() {
    let bytes = fs::read(left(Left::Killed).path().join("archive")).unwrap();
    for how in BOTH {
        let damaged = |damage: &dyn Fn(&mut Vec<u8>)| {
            let dir = left(how);
            let mut bytes = bytes.clone();
            damage(&mut bytes);
            fs::write(dir.path().join("archive"), bytes).unwrap();
            is_refused(dir.path())
        };
        for at in (0..bytes.len()).step_by(bytes.len() / 24).chain([bytes.len() - 1]) {
            assert!(damaged(&|bytes| bytes[at] ^= 0x10), "{how:?}, byte {at}");
        }
        for border in borders(&bytes) {
            assert!(damaged(&|bytes| bytes.truncate(border)), "{how:?}, cut to {border}, where a block ends");
            assert!(damaged(&|bytes| bytes.truncate(border - 1)), "{how:?}, cut to {border} but one");
        }
        assert!(damaged(&|bytes| bytes.fill(0)), "{how:?}, zeroed");
        // After a kill it looks like a write that was cut off.
        assert_eq!(damaged(&|bytes| bytes.extend(bytes.clone())), how == Left::Closed, "{how:?}, twice as long");
    }
}

/// Where the blocks of an archive end, but the last; it begins with 24 bytes, and a block's length stands at its byte 4.
fn borders(archive: &[u8]) -> Vec<usize> {
    let mut borders = Vec::new();
    let mut at = 24;
    while at < archive.len() {
        borders.push(at);
        at += u32::from_be_bytes(archive[at + 4..at + 8].try_into().unwrap()) as usize;
    }
    assert!(borders.len() > CHATS as usize && at == archive.len());
    borders
}

#[test]
fn missing_or_overwritten_files_are_noticed() {
    for how in BOTH {
        // Without its notes of what was answered a store is whole: an answer may come twice.
        for file in contents(left(how).path()).into_keys().filter(|file| !file.starts_with("struck")) {
            let name = format!("{how:?}, {}", file.display());
            // sled makes its settings and its snapshot anew from the log, if that is whole.
            let needed = how == Left::Closed || !file.starts_with("sled") || file.ends_with("db");
            let damaged = |damage: fn(&Path)| {
                let dir = left(how);
                damage(&dir.path().join(&file));
                is_refused(dir.path())
            };
            assert!(damaged(|path| fs::remove_file(path).unwrap()) || !needed, "{name} missing");
            assert!(damaged(|path| fs::write(path, "").unwrap()) || !needed, "{name} emptied");
            assert!(damaged(|path| fs::write(path, [0xa5; 700]).unwrap()), "{name} overwritten");
        }
        let dir = left(how);
        fs::remove_dir_all(dir.path().join("sled")).unwrap();
        assert!(is_refused(dir.path()), "{how:?}, sled missing");
    }
}

#[test]
fn a_mark_with_a_torn_slot_gives_no_place_out_twice() {
    for how in BOTH {
        for slot in [0, 512] {
            let dir = left(how);
            let path = dir.path().join("mark");
            let mut mark = fs::read(&path).unwrap();
            mark[slot + 20] ^= 1;
            fs::write(&path, mark).unwrap();
            if is_refused(dir.path()) {
                continue;
            }
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let store = SledStore::open(dir.path()).unwrap();
            let newest = runtime.block_on(store.page(ChatId(-1), Cursor::Newest, 1)).unwrap().records[0].0;
            assert!(runtime.block_on(store.append(record(ChatId(-1), 1), None)).unwrap() > newest, "{how:?}, {slot}");
        }
    }
}

#[test]
fn another_stores_half_is_not_taken_for_ones_own() {
    let other = tempfile::tempdir().unwrap();
    drop(SledStore::open(other.path()).unwrap());
    for how in BOTH {
        let dir = left(how);
        fs::remove_dir_all(dir.path().join("sled")).unwrap();
        copy(&other.path().join("sled"), &dir.path().join("sled"));
        assert!(is_refused(dir.path()), "{how:?}");
        let dir = left(how);
        fs::copy(other.path().join("archive"), dir.path().join("archive")).unwrap();
        assert!(is_refused(dir.path()), "{how:?}");
        let id = Manifest::read(&Layout::new(left(how).path())).unwrap().id;
        for another in [id.to_uppercase(), "0".repeat(id.len()), Manifest::creating().id] {
            let dir = left(how);
            let path = dir.path().join("store.json");
            fs::write(&path, fs::read_to_string(&path).unwrap().replace(&id, &another)).unwrap();
            assert!(is_refused(dir.path()), "{how:?}, {another}");
        }
    }
}

#[test]
fn a_store_in_use_is_refused_until_it_is_let_go() {
    let dir = left(Left::Closed);
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(refused(dir.path()), Error::InUse { dir: dir.path().to_owned() });
    drop(store);
    assert!(!is_refused(dir.path()));
}

#[test]
fn something_else_in_the_directory_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("photo.jpg"), "not ours").unwrap();
    let expected = Error::Foreign { dir: dir.path().to_owned(), found: "photo.jpg".to_owned() };
    assert_eq!(refused(dir.path()), expected);
    assert!(expected.to_string().contains("CEKNOMOR_DATA_DIR"), "{expected}");
}

#[test]
fn a_file_is_no_directory_and_holds_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("data")] {
        assert_eq!(SledStore::open(&path).map(|_| ()), Err(Error::NotADirectory { dir: path }));
    }
    assert_eq!(contents(dir.path()).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_directory_without_permission_is_told_so() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // Root may write anywhere: then there is nothing to see.
    if fs::write(dir.path().join("probe"), "").is_err() {
        assert!(matches!(refused(dir.path()), Error::Unwritable { .. }));
    }
}

#[test]
fn a_newer_schema_is_not_touched() {
    for how in BOTH {
        let dir = left(how);
        let path = dir.path().join("store.json");
        let (known, found) = (SCHEMA, SCHEMA + 1);
        let (ours, newer) = (format!("\"schema\": {known}"), format!("\"schema\": {found}"));
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(&ours, &newer)).unwrap();
        assert_eq!(refused(dir.path()), Error::NewerSchema { dir: dir.path().to_owned(), found, known });
    }
}

/// Else it would be migrated, and an older schema had no write-ahead log.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_schema_than_it_has_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    store.append(record(ChatId(1), 0), None).await.unwrap();
    let path = Path::new("store.json");
    for schema in 0..SCHEMA {
        let killed = tempfile::tempdir().unwrap();
        let mut files = contents(dir.path());
        let told = String::from_utf8(files[path].clone()).unwrap();
        let older = told.replace(&format!("\"schema\": {SCHEMA}"), &format!("\"schema\": {schema}"));
        files.insert(path.to_owned(), older.into_bytes());
        write(&files, killed.path());
        assert!(matches!(refused(killed.path()), Error::Damaged { .. }), "{schema}");
    }
}

#[test]
fn a_creation_that_was_cut_off_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mark"), "").unwrap();
    Manifest::creating().write(&Layout::new(dir.path())).unwrap();
    fs::create_dir(dir.path().join("sled")).unwrap();
    fs::write(dir.path().join("sled/db"), "half a segment").unwrap();
    drop(SledStore::open(dir.path()).unwrap());
    drop(SledStore::open(dir.path()).unwrap());
}
