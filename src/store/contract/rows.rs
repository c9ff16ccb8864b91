//! What every backend promises of small rows, and what each chat has chosen.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::samples::moment;
use super::super::{Counted, Counter, Error, KeyValue, MAX_ROW_LEN, Preferences, Row, RowKind};
use super::{Backend, runtime};
use crate::value::{ChatId, Language};

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    a_row_is_there_until_it_is_removed(&mut B::fresh().await).await;
    a_row_is_there_until_it_expires(&mut B::fresh().await).await;
    too_long_a_row_is_refused(&B::fresh().await).await;
    a_row_is_changed_from_what_it_was(&mut B::fresh().await).await;
    rows_are_listed_by_their_keys(&B::fresh().await).await;
    only_what_is_expired_is_purged(&B::fresh().await).await;
    counters_are_added_to_together_or_not_at_all(&mut B::fresh().await).await;
    a_counter_begins_anew_when_it_ends(&B::fresh().await).await;
    counts_side_by_side_come_to_no_more_than_may_be(&B::fresh().await).await;
    a_chat_has_one_language(&mut B::fresh().await).await;
    a_chat_was_one_other(&mut B::fresh().await).await;
}

fn row(key: &str, value: &str, expires: Option<usize>) -> Row {
    Row { kind: RowKind::OpenQuestion, key: key.to_owned(), value: value.to_owned(), expires: expires.map(moment) }
}

async fn put(store: &impl Backend, row: Row) {
    store.store().put(row).await.unwrap();
}

async fn get(store: &impl Backend, key: &str, minutes: usize) -> Option<String> {
    KeyValue::get(&**store.store(), RowKind::OpenQuestion, key, moment(minutes)).await.unwrap()
}

async fn a_row_is_there_until_it_is_removed(store: &mut impl Backend) {
    assert_eq!(get(store, "a", 0).await, None);
    put(store, row("a", "1", None)).await;
    put(store, row("a", "2", None)).await;
    put(store, Row { kind: RowKind::Language, ..row("a", "3", None) }).await;
    store.reopen().await;
    assert_eq!(get(store, "a", 0).await.as_deref(), Some("2"), "the last, and of its kind");
    assert_eq!(get(store, "A", 0).await, None);
    assert_eq!(store.store().remove(RowKind::OpenQuestion, "a").await, Ok(true));
    assert_eq!(store.store().remove(RowKind::OpenQuestion, "a").await, Ok(false));
    store.reopen().await;
    assert_eq!(get(store, "a", 0).await, None);
    assert_eq!(store.store().list(RowKind::Language, None, 9).await.unwrap().len(), 1);
}

async fn a_row_is_there_until_it_expires(store: &mut impl Backend) {
    put(store, row("a", "1", Some(5))).await;
    store.reopen().await;
    assert_eq!(get(store, "a", 4).await.as_deref(), Some("1"));
    assert_eq!(get(store, "a", 5).await, None);
    put(store, row("a", "2", Some(9))).await;
    assert_eq!(get(store, "a", 5).await.as_deref(), Some("2"), "it has a new time with its new value");
}

async fn too_long_a_row_is_refused(store: &impl Backend) {
    let long = "x".repeat(MAX_ROW_LEN);
    put(store, row("a", &long, None)).await;
    let refused = store.store().put(row("a", &format!("{long}x"), None)).await;
    assert_eq!(refused, Err(Error::RowTooLong(MAX_ROW_LEN + 1)));
    assert_eq!(get(store, "a", 0).await, Some(long));
}

async fn a_row_is_changed_from_what_it_was(store: &mut impl Backend) {
    let rows = store.store().clone();
    let put_if = async |value: &str, expected: Option<&str>, minutes: usize| {
        rows.put_if(row("a", value, Some(5)), expected, moment(minutes)).await.unwrap()
    };
    assert!(!put_if("1", Some("0"), 0).await, "there is none");
    assert!(put_if("1", None, 0).await);
    assert!(!put_if("2", None, 0).await && !put_if("2", Some("0"), 0).await);
    // Of many at once one does it, though they are one group of writes.
    let changed = futures_util::future::join_all((0..20).map(|number| {
        let (rows, value) = (rows.clone(), format!("b{number}"));
        async move { rows.put_if(row("a", &value, Some(5)), Some("1"), moment(0)).await.unwrap() }
    }));
    assert_eq!(changed.await.into_iter().filter(|changed| *changed).count(), 1);
    let kept = get(store, "a", 0).await.unwrap();
    assert!(!put_if("c", Some(&kept), 5).await, "it is expired");
    assert!(put_if("c", None, 5).await);
    let long = row("a", &"x".repeat(MAX_ROW_LEN + 1), None);
    assert_eq!(rows.put_if(long, Some("c"), moment(0)).await, Err(Error::RowTooLong(MAX_ROW_LEN + 1)));
    drop(rows);
    store.reopen().await;
    assert_eq!(get(store, "a", 0).await.as_deref(), Some("c"));
}

async fn rows_are_listed_by_their_keys(store: &impl Backend) {
    for key in ["b", "", "é", "a", "a:1", "Z"] {
        put(store, row(key, "1", Some(1))).await;
    }
    put(store, Row { kind: RowKind::MigratedFrom, ..row("c", "1", None) }).await;
    let list = async |after, limit| {
        let rows = store.store().list(RowKind::OpenQuestion, after, limit).await.unwrap();
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!(list(None, 99).await, ["", "Z", "a", "a:1", "b", "é"]);
    assert_eq!(list(Some(""), 2).await, ["Z", "a"]);
    assert_eq!(list(Some("a"), 2).await, ["a:1", "b"]);
    assert_eq!(list(Some("c"), 99).await, ["é"], "the key need not be there");
    assert_eq!(list(None, 0).await, [""; 0]);
}

async fn only_what_is_expired_is_purged(store: &impl Backend) {
    for (number, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
        put(store, row(key, "1", Some(number))).await;
    }
    put(store, row("e", "1", None)).await;
    put(store, Row { kind: RowKind::Language, ..row("f", "1", Some(0)) }).await;
    assert_eq!(store.store().purge(moment(2), 3).await, Ok(3));
    assert_eq!(store.store().purge(moment(2), 3).await, Ok(1));
    assert_eq!(store.store().purge(moment(2), 3).await, Ok(0));
    let left = store.store().list(RowKind::OpenQuestion, None, 9).await.unwrap();
    assert_eq!(left, [row("d", "1", Some(3)), row("e", "1", None)]);
}

fn counter(key: &str, most: Option<u64>, ends: usize) -> Counter {
    Counter { kind: RowKind::Counter, key: key.to_owned(), add: 1, most, expires: moment(ends) }
}

async fn count(store: &impl Backend, counters: &[Counter], minutes: usize) -> Counted {
    store.store().count(counters.to_vec(), moment(minutes)).await.unwrap()
}

async fn counters_are_added_to_together_or_not_at_all(store: &mut impl Backend) {
    let both = [counter("a", None, 9), counter("b", Some(2), 5)];
    assert_eq!(count(store, &both, 0).await, Counted::Added(vec![1, 1]));
    assert_eq!(count(store, &both[..1], 0).await, Counted::Added(vec![2]));
    assert_eq!(count(store, &both, 0).await, Counted::Added(vec![3, 2]));
    assert_eq!(count(store, &both, 0).await, Counted::Full { which: 1, ends: moment(5) });
    assert_eq!(count(store, &[Counter { add: 5, ..both[0].clone() }], 0).await, Counted::Added(vec![8]));
    assert_eq!(count(store, &[], 0).await, Counted::Added(Vec::new()));
    // They are rows like any other, and an end by the owner keeps them.
    store.reopen().await;
    let row = |key: &str, value: &str, ends| Row { kind: RowKind::Counter, ..row(key, value, Some(ends)) };
    let kept = store.store().list(RowKind::Counter, None, 9).await.unwrap();
    assert_eq!(kept, [row("a", "8", 9), row("b", "2", 5)]);
    assert_eq!(store.store().purge(moment(5), 9).await, Ok(1));
    assert_eq!(count(store, &both, 5).await, Counted::Added(vec![9, 1]));
    put(store, Row { kind: RowKind::Counter, ..self::row("a", "no number", None) }).await;
    assert_eq!(count(store, &both[..1], 5).await, Counted::Added(vec![1]));
}

async fn a_counter_begins_anew_when_it_ends(store: &impl Backend) {
    let one = |ends| [counter("a", Some(1), ends)];
    assert_eq!(count(store, &one(5), 0).await, Counted::Added(vec![1]));
    assert_eq!(count(store, &one(9), 4).await, Counted::Full { which: 0, ends: moment(5) }, "it keeps its end");
    assert_eq!(count(store, &one(9), 5).await, Counted::Added(vec![1]));
    assert_eq!(count(store, &one(6), 5).await, Counted::Full { which: 0, ends: moment(6) }, "unless that is sooner");
}

async fn counts_side_by_side_come_to_no_more_than_may_be(store: &impl Backend) {
    let one = [counter("a", Some(7), 5)];
    let counted = futures_util::future::join_all((0..40).map(|_| count(store, &one, 0))).await;
    assert_eq!(counted.iter().filter(|counted| matches!(counted, Counted::Added(_))).count(), 7);
}

async fn a_chat_has_one_language(store: &mut impl Backend) {
    let (chat, group) = (ChatId(7), ChatId(-7));
    let preferences = Preferences::new(store.store().clone());
    assert_eq!(preferences.language(chat).await, Ok(None));
    preferences.set_language(chat, Language::En).await.unwrap();
    preferences.set_language(group, Language::Id).await.unwrap();
    assert_eq!(preferences.language(chat).await, Ok(Some(Language::En)));
    preferences.set_language(chat, Language::Id).await.unwrap();
    preferences.set_language(group, Language::En).await.unwrap();
    drop(preferences);
    store.reopen().await;
    let preferences = Preferences::new(store.store().clone());
    assert_eq!(preferences.language(chat).await, Ok(Some(Language::Id)));
    assert_eq!(preferences.language(group).await, Ok(Some(Language::En)));
}

async fn a_chat_was_one_other(store: &mut impl Backend) {
    let (group, supergroup) = (ChatId(-7), ChatId(-1_001_234_567_890));
    let preferences = Preferences::new(store.store().clone());
    assert_eq!(preferences.migrated_from(supergroup).await, Ok(None));
    preferences.set_migrated_from(supergroup, ChatId(-8)).await.unwrap();
    preferences.set_migrated_from(supergroup, group).await.unwrap();
    preferences.set_language(supergroup, Language::En).await.unwrap();
    drop(preferences);
    store.reopen().await;
    let preferences = Preferences::new(store.store().clone());
    assert_eq!(preferences.migrated_from(supergroup).await, Ok(Some(group)));
    assert_eq!(preferences.migrated_from(group).await, Ok(None));
    assert_eq!(preferences.language(supergroup).await, Ok(Some(Language::En)), "the one is not the other");
}

/// Something that happens to rows, some at the same time.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8, Option<usize>),
    Remove(u8),
    Purge(usize),
    Reopen,
}

/// Random lives of a few rows, held against a map.
pub(super) fn agrees_with_the_model<B: Backend>() {
    let runtime = runtime();
    let step = prop_oneof![
        4 => (0_u8..5, any::<u8>(), prop::option::of(0_usize..9))
            .prop_map(|(key, value, expires)| Step::Put(key, value, expires)),
        2 => (0_u8..5).prop_map(Step::Remove),
        2 => (0_usize..9).prop_map(Step::Purge),
        1 => Just(Step::Reopen),
    ];
    proptest!(ProptestConfig::with_cases(16), |(steps in prop::collection::vec(step, 1..40))| {
        runtime.block_on(async {
            let (mut store, mut model) = (B::fresh().await, BTreeMap::new());
            for step in steps {
                match step {
                    Step::Put(key, value, expires) => {
                        let row = row(&key.to_string(), &value.to_string(), expires);
                        put(&store, row.clone()).await;
                        model.insert(row.key.clone(), row);
                    }
                    Step::Remove(key) => {
                        let removed = store.store().remove(RowKind::OpenQuestion, &key.to_string()).await;
                        assert_eq!(removed, Ok(model.remove(&key.to_string()).is_some()));
                    }
                    Step::Purge(now) => {
                        let before = model.len();
                        model.retain(|_, row| row.expires.is_none_or(|expires| expires > moment(now)));
                        assert_eq!(store.store().purge(moment(now), 99).await, Ok(before - model.len()));
                    }
                    Step::Reopen => store.reopen().await,
                }
                let rows = store.store().list(RowKind::OpenQuestion, None, 99).await.unwrap();
                assert_eq!(rows, model.values().cloned().collect::<Vec<_>>());
            }
        });
    });
}
