//! A directory of schema 1 or 2, closed or killed, becomes one of this schema with all that it held.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::SledStore;
use super::super::change::Change;
use super::super::damage_tests::{contents, copy};
use super::super::database::TreeName;
use super::super::layout::once_let_go;
use super::super::mark::encode_as_schema_1;
use super::super::recovery::tests::SmallDisk;
use super::super::seal::Seal;
use super::super::swap::tests::crashes_after;
use super::*;
use crate::store::key;
use crate::store::samples::{entry, record};
use crate::store::{Cursor, Entry, History, Journal, Preferences, Seq};
use crate::value::{ChatId, Language};

/// A store that the build before this one left: `closed`, or `killed` with a log. The chats 7, -1 001 234 567 890 and 3
/// took turns at 30 records; the last of the log is of chat 7.
fn of_schema_2(state: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store/schema-2").join(state), dir.path());
    if state == "killed" {
        // sled takes its file 512 KiB at a time; the fixture is without the zeros at its end.
        File::options().write(true).open(dir.path().join("sled/db")).unwrap().set_len(524_287).unwrap();
    }
    dir
}

/// Sees that all is there that was in it.
async fn holds_all_of_schema_2(store: &SledStore, state: &str) {
    let newest = (state == "killed").then_some(31);
    for (turn, chat) in [7, -1_001_234_567_890, 3].map(ChatId).into_iter().enumerate() {
        let minutes = (0..30).rev().filter(|minute| minute % 3 == turn);
        let expected = newest.filter(|_| turn == 0).into_iter().chain(minutes.map(|minute| minute as u64 + 1));
        let expected: Vec<_> = expected.map(|seq| (Seq(seq), record(chat, seq as usize - 1))).collect();
        assert_eq!(store.page(chat, Cursor::Newest, 99).await.unwrap().records, expected);
    }
    assert_eq!(store.language(ChatId(7)).await, Ok(Some(Language::En)));
    assert_eq!(store.origin(ChatId(-1_001_234_567_890)).await, Ok(Some(ChatId(-5))));
    let kept = newest.map(|seq| Entry { kept: Some(Seq(seq)), ..entry(3) });
    assert_eq!(store.unfinished().await, Ok([entry(1)].into_iter().chain(kept).collect()));
    let known = if state == "killed" { 4 } else { 2 };
    let again = store.accept((1..=known).map(entry).collect()).await;
    assert_eq!(again, Ok(vec![false; known as usize]), "what was accepted or finished is known");
}

/// A store with five records and a language, as schema 1 left it.
async fn of_schema_1(state: &str) -> TempDir {
    let dir = of_schema_2("closed");
    make_it_schema_1(&Layout::new(dir.path()), state);
    dir
}

fn make_it_schema_1(layout: &Layout, state: &str) {
    let db =
        once_let_go(|| ::sled::open(layout.sled()).map_err(|error| Error::from_sled(&layout.dir, &error))).unwrap();
    assert!(db.drop_tree("journal").unwrap());
    for row in db.open_tree("history").unwrap().iter() {
        let (key, _) = row.unwrap();
        let (chat, seq) = key::read_record(&key).unwrap();
        if chat != ChatId(7) || seq > Seq(13) {
            db.open_tree("history").unwrap().remove(key).unwrap();
        }
    }
    let preferences = db.open_tree("preferences").unwrap();
    preferences.remove(key::of_origin(ChatId(-1_001_234_567_890))).unwrap();
    db.open_tree("meta").unwrap().insert("schema", &1_u32.to_be_bytes()).unwrap();
    drop((preferences, db));
    fs::remove_file(layout.wal()).unwrap();
    // Schema 1 counted a preference as a place.
    let mark = Mark { last: 14, history: 5, preferences: 1, ..Mark::default() };
    fs::write(layout.mark(), [encode_as_schema_1(6, mark), encode_as_schema_1(7, mark)].concat()).unwrap();
    let text = fs::read_to_string(layout.manifest()).unwrap();
    let mut manifest: Value = serde_json::from_str(&text).unwrap();
    manifest["schema"] = json!(1);
    manifest["state"] = json!(state);
    manifest["mark"] = json!({"last": 14, "history": 5, "preferences": 1});
    manifest["seal"] = serde_json::to_value(Seal::of(layout).unwrap()).unwrap();
    fs::write(layout.manifest(), manifest.to_string()).unwrap();
}

/// Sees that all is there, and that the journal works.
async fn holds_all(store: &SledStore) {
    let page = store.page(ChatId(7), Cursor::Newest, 9).await.unwrap();
    assert_eq!(page.records.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [13, 10, 7, 4, 1]);
    assert_eq!(store.language(ChatId(7)).await, Ok(Some(Language::En)));
    assert_eq!(store.get(ChatId(7), Seq(4)).await, Ok(Some(record(ChatId(7), 3))));
    store.accept(vec![entry(1)]).await.unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![entry(1)]));
}

fn schema(dir: &Path) -> u32 {
    Manifest::read(&Layout::new(dir)).unwrap().schema
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_schema_1_is_migrated_and_kept_aside() {
    for state in ["closed", "open"] {
        let dir = of_schema_1(state).await;
        let before = contents(dir.path());
        let store = SledStore::open(dir.path()).unwrap();
        holds_all(&store).await;
        assert!(contents(&dir.path().join("schema-1")) == before, "{state}: the old one is as it was");
        assert_eq!(schema(dir.path()), SCHEMA);
        assert_eq!(store.append(record(ChatId(7), 9), None).await, Ok(Seq(15)));

        // Nothing goes before a whole life under the new schema.
        store.close().await.unwrap();
        assert!(dir.path().join("schema-1").exists());
        let store = SledStore::open(dir.path()).unwrap();
        assert!(!dir.path().join("schema-1").exists(), "{state}");
        assert_eq!(store.unfinished().await, Ok(vec![entry(1)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_schema_2_is_migrated_and_kept_aside() {
    for state in ["closed", "killed"] {
        let dir = of_schema_2(state);
        let before = contents(dir.path());
        let store = SledStore::open(dir.path()).unwrap();
        holds_all_of_schema_2(&store, state).await;
        assert!(contents(&dir.path().join("schema-2")) == before, "{state}: the old one is as it was");
        assert_eq!(schema(dir.path()), SCHEMA);
        for left_over in ["check", "migrating", "migrated-2"] {
            assert!(!dir.path().join(left_over).exists(), "{left_over}");
        }
        // As a kill leaves it.
        let killed = tempfile::tempdir().unwrap();
        copy(dir.path(), killed.path());
        holds_all_of_schema_2(&SledStore::open(killed.path()).unwrap(), state).await;
        assert!(killed.path().join("schema-2").exists());

        store.close().await.unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        assert!(!dir.path().join("schema-2").exists(), "{state}");
        holds_all_of_schema_2(&store, state).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_cut_off_is_begun_anew_or_ended() {
    for state in ["closed", "killed"] {
        let before = contents(of_schema_2(state).path());
        let mut crashes = [0, 0];
        for steps in 0.. {
            let dir = of_schema_2(state);
            if !crashes_after(steps, || SledStore::open(dir.path())) {
                break;
            }
            let is_decided = dir.path().join("migrated-2").exists();
            if !is_decided {
                assert!(contents(dir.path()) == before, "nothing was changed after {steps} steps");
            }
            // And another crash, while the next opening goes on with it.
            let again = crashes_after(steps / 2, || SledStore::open(dir.path()));
            let store = SledStore::open(dir.path()).unwrap();
            holds_all_of_schema_2(&store, state).await;
            if again {
                assert!(contents(&dir.path().join("schema-2")) == before, "after {steps} steps");
            }
            crashes[usize::from(is_decided)] += 1;
        }
        assert_eq!(crashes, [1, if state == "killed" { 13 } else { 11 }], "{state}");
    }
}

/// As a crash in the midst of it leaves a directory, and as the build before left one that went from schema 1 to 2.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_try_left_is_in_nobodys_way() {
    let whole = of_schema_1("closed").await;
    let before = contents(whole.path());
    let dir = tempfile::tempdir().unwrap();
    copy(whole.path(), dir.path());
    copy(whole.path(), &dir.path().join("schema-1"));
    copy(whole.path(), &dir.path().join("schema.new"));
    copy(whole.path(), &dir.path().join("migrating"));
    fs::write(dir.path().join("migrating/archive"), "half a block").unwrap();
    holds_all(&SledStore::open(dir.path()).unwrap()).await;
    assert!(contents(&dir.path().join("schema-1")) == before);
    assert!(!dir.path().join("schema.new").exists() && !dir.path().join("migrating").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_aside_gives_the_old_store_back() {
    for state in ["closed", "killed"] {
        let dir = of_schema_2(state);
        drop(SledStore::open(dir.path()).unwrap());
        let back = tempfile::tempdir().unwrap();
        copy(&dir.path().join("schema-2"), back.path());
        holds_all_of_schema_2(&SledStore::open(back.path()).unwrap(), state).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_the_old_store_stays_as_it_is() {
    let Some(small) = SmallDisk::mount() else { return };
    let old = of_schema_2("closed");
    copy(old.path(), &small.data());
    small.fill();
    let full = SledStore::open(&small.data()).map(|_| ());
    assert!(matches!(full, Err(Error::Full { .. })), "{full:?}");
    assert!(contents(&small.data()) == contents(old.path()));
    small.empty();
    holds_all_of_schema_2(&SledStore::open(&small.data()).unwrap(), "closed").await;
}

/// What is done to a directory before it is opened.
type Damage = fn(&Path);

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_older_store_is_not_migrated() {
    let flip: Damage = |path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len().min(16_078) / 2;
        bytes[middle] ^= 0x10;
        fs::write(path, bytes).unwrap();
    };
    let cut: Damage = |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len().min(16_078) / 2]).unwrap();
    };
    let stores = [
        ("closed", of_schema_2("closed")),
        ("killed", of_schema_2("killed")),
        ("schema 1", of_schema_1("closed").await),
    ];
    for (name, store) in stores {
        let needed = contents(store.path()).into_keys().filter(|path| {
            // sled makes these anew; a note of what was answered is no more than a note; of a mark, the other half will do.
            let text = path.to_str().unwrap();
            name != "killed" || !(text.contains("snap.") || text.contains("conf") || text == "struck" || text == "mark")
        });
        for (path, (how, damage)) in
            needed.flat_map(|path| [("flipped", flip), ("cut", cut)].map(|how| (path.clone(), how)))
        {
            let dir = tempfile::tempdir().unwrap();
            copy(store.path(), dir.path());
            damage(&dir.path().join(&path));
            let before = contents(dir.path());
            let opened = SledStore::open(dir.path()).map(|_| ());
            if let Err(error) = opened {
                assert!(matches!(error, Error::Damaged { .. }), "{name}, {} {how}: {error:?}", path.display());
                assert!(contents(dir.path()) == before, "{name}, {} {how}", path.display());
            } else {
                let unharmed: PathBuf = if name == "killed" { "wal".into() } else { "mark".into() };
                assert_eq!(path, unharmed, "{name}, {how}: the last of it looks like a write that was cut off");
            }
        }
    }
}

/// More than goes into the archive at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_migrated_whole() {
    let dir = of_schema_2("closed");
    let layout = Layout::new(dir.path());
    let records = 20_000_u64;
    {
        let old = Legacy::open(dir.path(), &layout.sled()).unwrap();
        for seq in 31..=records {
            let chat = ChatId(seq.cast_signed() % 5);
            let value = crate::store::codec::encode(&record(chat, 1));
            let key = key::of_record(chat, Seq(seq)).to_vec();
            old.apply(&[Change { tree: TreeName::History, key, value: Some(value) }]).unwrap();
        }
    }
    once_let_go(|| Legacy::open(dir.path(), &layout.sled())).unwrap();
    let mut manifest: Value = serde_json::from_slice(&fs::read(layout.manifest()).unwrap()).unwrap();
    manifest["state"] = json!("open");
    fs::write(layout.manifest(), manifest.to_string()).unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for chat in 0..5 {
        let (mut cursor, mut seen) = (Cursor::Newest, Vec::new());
        loop {
            let page = store.page(ChatId(chat), cursor, 1000).await.unwrap();
            seen.extend(page.records.iter().map(|(seq, _)| seq.0));
            let Some((last, _)) = page.records.last() else { break };
            cursor = Cursor::OlderThan(*last);
        }
        let here =
            |seq: u64| if seq > 30 { seq % 5 == chat.unsigned_abs() } else { chat == 3 && seq.is_multiple_of(3) };
        assert!(seen.into_iter().eq((1..=records).rev().filter(|seq| here(*seq))), "chat {chat}");
    }
    assert_eq!(store.append(record(ChatId(1), 1), None).await, Ok(Seq(records + 1)));
}
