//! A process that is killed in the midst of accepting, answering and finishing loses nothing of what it told of, and
//! parts no record from its entry.

use std::collections::{BTreeMap, BTreeSet};

use super::durability_tests::{open_in_child, tell, told_until_killed};
use super::*;
use crate::store::samples::{entry, moment, record};
use crate::store::{Entry, Journal};

const CHILD: &str = "store::sled::kill_tests::the_child_answers_until_it_is_killed";
const CHATS: u32 = 8;
const AT_ONCE: u32 = 20;

/// What is kept, and what was told of it, in all lives so far.
struct Kept {
    /// The history: which update, by the record's chat and place.
    records: BTreeMap<(i64, u64), u32>,
    unfinished: Vec<Entry>,
}

fn chat_of(update: u32) -> ChatId {
    ChatId(i64::from(update % CHATS))
}

async fn read(store: &SledStore) -> Kept {
    let mut records = BTreeMap::new();
    for chat in (0..CHATS).map(chat_of) {
        for (seq, record) in store.page(chat, Cursor::Newest, 1000).await.unwrap().records {
            let minutes = (record.at - moment(0)).num_minutes();
            records.insert((chat.0, seq.0), u32::try_from(minutes).unwrap());
        }
    }
    Kept { records, unfinished: store.unfinished().await.unwrap() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_and_parts_no_record_from_its_entry() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = BTreeSet::new();
    for kill in 1..=6 {
        told.extend(told_until_killed(CHILD, dir.path(), 37 * kill));
        let store = SledStore::open(dir.path()).unwrap();
        let kept = read(&store).await;
        let updates: BTreeSet<u32> = kept.records.values().copied().collect();
        assert_eq!(updates.len(), kept.records.len(), "kill {kill}: one record for each update");
        for entry in &kept.unfinished {
            let update = entry.update.0;
            let kept_at = entry.kept.and_then(|seq| kept.records.get(&(chat_of(update).0, seq.0)));
            assert_eq!(kept_at, updates.get(&update), "kill {kill}: update {update}");
            assert!(!told.contains(&format!("finished {update}")), "kill {kill}: update {update}");
        }
        let accepted = told.iter().filter_map(|thing| thing.strip_prefix("accepted ")?.parse().ok());
        let again = store.accept(accepted.map(entry).collect()).await.unwrap();
        assert!(again.iter().all(|new| !new), "kill {kill}: what was accepted is known");
        store.close().await.unwrap();
    }
}

/// Goes on with what a life before left, then with new updates, some at once.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test above, in a process of its own"]
async fn the_child_answers_until_it_is_killed() {
    let store = open_in_child();
    answer(&store, store.unfinished().await.unwrap()).await;
    let known = read(&store).await.records.into_values().max().unwrap_or(0);
    for start in (known + AT_ONCE..).step_by(AT_ONCE as usize) {
        let entries: Vec<Entry> = (start..start + AT_ONCE).map(entry).collect();
        assert!(store.accept(entries.clone()).await.unwrap().iter().all(|new| *new));
        entries.iter().for_each(|entry| tell(format_args!("accepted {}", entry.update.0)));
        answer(&store, entries).await;
    }
}

async fn answer(store: &SledStore, entries: Vec<Entry>) {
    let mut checks = tokio::task::JoinSet::new();
    for Entry { update, kept, .. } in entries {
        let store = store.clone();
        checks.spawn(async move {
            let seq = store.append(record(chat_of(update.0), update.0 as usize), Some(update)).await.unwrap();
            assert!(kept.is_none_or(|first| first == seq));
            store.finish(update).await.unwrap();
            tell(format_args!("finished {}", update.0));
        });
    }
    checks.join_all().await;
}
