//! What the store on sled promises: the contract of every backend, and what is its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::store::contract::{self, Backend};
use crate::store::samples::record;
use crate::store::{
    Accepted, Claim, Deletion, History, Jobs, Kept, KeyValue, Load, NewJob, Row, RowKind, Seq, Store, Waiting, WorkerId,
};
use crate::value::{ChatId, UpdateId};

mod directories;
mod disk;
mod kills;

const CHAT: ChatId = ChatId(7);

/// A store whose directory goes with it.
struct InDirectory {
    store: Option<Arc<dyn Store>>,
    dir: TempDir,
}

impl Backend for InDirectory {
    async fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { store: Some(Arc::new(SledStore::open(dir.path()).unwrap())), dir }
    }

    fn store(&self) -> &Arc<dyn Store> {
        self.store.as_ref().unwrap()
    }

    async fn reopen(&mut self) {
        // The old one first: a directory is open once.
        self.store = None;
        self.store = Some(Arc::new(SledStore::open(self.dir.path()).unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract() {
    contract::holds::<InDirectory>().await;
}

#[test]
fn it_agrees_with_the_models() {
    contract::agrees_with_the_models::<InDirectory>();
}

/// Every file under `dir`, by its path there.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
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

/// Copies a directory, as a kill at this moment leaves it.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for (path, bytes) in contents(from) {
        let path = to.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    to
}

/// The places of the chat's records, oldest first.
async fn places(store: &SledStore) -> Vec<u64> {
    let streamed = store.stream(Some(CHAT), None, 1000).await.unwrap();
    streamed.into_iter().map(|(_, seq, _)| seq.0).collect()
}
