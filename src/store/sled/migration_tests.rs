//! A directory of schema 1, closed or killed, becomes one of schema 2 with all that it held.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::SledStore;
use super::super::damage_tests::{contents, copy};
use super::super::layout::once_let_go;
use super::super::mark::{Mark, encode_as_schema_1};
use super::super::seal::Seal;
use super::*;
use crate::store::samples::{entry, record};
use crate::store::{Cursor, History, Journal, Preferences, Seq};
use crate::value::{ChatId, Language};

/// A store with five records and a language, as schema 1 left it.
async fn of_schema_1(state: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = SledStore::open(dir.path()).unwrap();
    for minute in 0..5 {
        store.append(record(ChatId(7), minute), None).await.unwrap();
    }
    store.set_language(ChatId(7), Language::En).await.unwrap();
    store.close().await.unwrap();
    make_it_schema_1(&Layout::new(dir.path()), state);
    dir
}

fn make_it_schema_1(layout: &Layout, state: &str) {
    let db =
        once_let_go(|| ::sled::open(layout.sled()).map_err(|error| Error::from_sled(&layout.dir, &error))).unwrap();
    assert!(db.drop_tree("journal").unwrap());
    db.open_tree("meta").unwrap().insert("schema", &1_u32.to_be_bytes()).unwrap();
    drop(db);
    fs::remove_file(layout.wal()).unwrap();
    // Schema 1 counted a preference as a place.
    let mark = Mark { last: 6, history: 5, preferences: 1, ..Mark::default() };
    fs::write(layout.mark(), [encode_as_schema_1(6, mark), encode_as_schema_1(7, mark)].concat()).unwrap();
    let text = fs::read_to_string(layout.manifest()).unwrap();
    let mut manifest: Value = serde_json::from_str(&text).unwrap();
    manifest["schema"] = json!(1);
    manifest["state"] = json!(state);
    manifest["mark"] = json!({"last": 6, "history": 5, "preferences": 1});
    manifest["seal"] = serde_json::to_value(Seal::of(layout).unwrap()).unwrap();
    fs::write(layout.manifest(), manifest.to_string()).unwrap();
}

/// Sees that all is there, and that the journal works.
async fn holds_all(store: &SledStore) {
    let page = store.page(ChatId(7), Cursor::Newest, 9).await.unwrap();
    assert_eq!(page.records.iter().map(|(seq, _)| seq.0).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    assert_eq!(store.language(ChatId(7)).await, Ok(Some(Language::En)));
    assert_eq!(store.get(ChatId(7), Seq(3)).await, Ok(Some(record(ChatId(7), 2))));
    store.accept(vec![entry(1)]).await.unwrap();
    assert_eq!(store.unfinished().await, Ok(vec![entry(1)]));
}

fn schema(dir: &Path) -> Value {
    serde_json::from_slice::<Value>(&fs::read(dir.join("store.json")).unwrap()).unwrap()["schema"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_store_is_migrated_and_kept_aside() {
    for state in ["closed", "open"] {
        let dir = of_schema_1(state).await;
        let before = contents(dir.path());
        let store = SledStore::open(dir.path()).unwrap();
        holds_all(&store).await;
        assert!(contents(&dir.path().join("schema-1")) == before, "{state}: the old one is as it was");
        assert_eq!(schema(dir.path()), 2);
        assert!(store.append(record(ChatId(7), 9), None).await.unwrap() > Seq(6));

        // Nothing goes before a whole life under the new schema.
        store.close().await.unwrap();
        assert!(dir.path().join("schema-1").exists());
        let store = SledStore::open(dir.path()).unwrap();
        assert!(!dir.path().join("schema-1").exists(), "{state}");
        assert_eq!(store.unfinished().await, Ok(vec![entry(1)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_cut_off_is_begun_anew() {
    let whole = of_schema_1("closed").await;
    let before = contents(whole.path());
    // After the copy, and again with the trees and the mark already changed.
    for changed in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        copy(whole.path(), dir.path());
        copy(whole.path(), &dir.path().join("schema-1"));
        fs::create_dir(dir.path().join("schema.new")).unwrap();
        if changed {
            drop(SledStore::open(dir.path()).unwrap());
            let text = fs::read_to_string(whole.path().join("store.json")).unwrap();
            fs::write(dir.path().join("store.json"), text.replace("\"closed\"", "\"open\"")).unwrap();
        }
        let store = SledStore::open(dir.path()).unwrap();
        holds_all(&store).await;
        assert!(contents(&dir.path().join("schema-1")) == before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_aside_gives_the_old_store_back() {
    let dir = of_schema_1("closed").await;
    drop(SledStore::open(dir.path()).unwrap());
    let back = tempfile::tempdir().unwrap();
    copy(&dir.path().join("schema-1"), back.path());
    holds_all(&SledStore::open(back.path()).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_older_store_is_not_migrated() {
    let dir = of_schema_1("closed").await;
    fs::write(dir.path().join("mark"), "").unwrap();
    let before = contents(dir.path());
    let error = SledStore::open(dir.path()).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(contents(dir.path()) == before);
}
