//! Backups: of one moment whatever goes on, refused whole where anything is wrong with them, and put in place whole.

mod asking;
mod damage;
mod moments;
mod putting_back;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::damage_tests::{contents, copy};
use super::*;
use crate::clock::FixedClock;
use crate::store::samples::{entry, moment, record, waiting, waiting_entry};
use crate::store::{Cursor, Entry, History, Journal, Preferences, Record, Seq};
use crate::value::{ChatId, Language, UpdateId};

const CHAT: ChatId = ChatId(7);
const MOVED: ChatId = ChatId(-1_001_234_567_890);

/// A place for data directories and backups.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a store with as many records in its chat, and something of everything else.
    async fn filled(&self, name: &str, records: usize) -> PathBuf {
        let dir = self.path(name);
        let store = SledStore::open(&dir).unwrap();
        for minute in 0..records {
            store.append(record(CHAT, minute), None).await.unwrap();
        }
        store.set_language(CHAT, Language::En).await.unwrap();
        store.set_origin(MOVED, CHAT).await.unwrap();
        store.accept(vec![entry(1), entry(2), waiting_entry(3)]).await.unwrap();
        store.finish(UpdateId(2)).await.unwrap();
        store.wait(UpdateId(3), waiting(2)).await.unwrap();
        store.close().await.unwrap();
        dir
    }

    async fn back_up(&self, dir: &Path, name: &str) -> PathBuf {
        let file = self.path(name);
        backup(dir, &file, &clock()).await.unwrap();
        file
    }
}

fn clock() -> FixedClock {
    FixedClock::at(moment(0))
}

/// All that can be read of a store.
#[derive(Debug, PartialEq)]
struct Held {
    records: Vec<(Seq, Record)>,
    language: Option<Language>,
    origin: Option<ChatId>,
    unfinished: Vec<Entry>,
}

/// Opens a store, reads it and closes it.
async fn held(dir: &Path) -> Held {
    let store = SledStore::open(dir).unwrap();
    let held = Held {
        records: store.page(CHAT, Cursor::Newest, 1000).await.unwrap().records,
        language: store.language(CHAT).await.unwrap(),
        origin: store.origin(MOVED).await.unwrap(),
        unfinished: store.unfinished().await.unwrap(),
    };
    store.close().await.unwrap();
    held
}
