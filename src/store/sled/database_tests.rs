//! A history in an archive reads as one in a tree would, some of it held or not.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::store::Seq;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// A key of one of a few chats, or of none.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let chat = prop_oneof![Just(i64::MIN), -2_i64..3, Just(i64::MAX)];
    let seq = prop_oneof![0_u64..60, Just(u64::MAX)];
    (chat, seq).prop_map(|(chat, seq)| key::of_record(ChatId(chat), Seq(seq)).to_vec())
}

fn bound() -> impl Strategy<Value = Bound<Vec<u8>>> {
    prop_oneof![
        4 => key().prop_map(Bound::Included),
        4 => key().prop_map(Bound::Excluded),
        1 => Just(Bound::Unbounded),
    ]
}

fn as_slices(bounds: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (bounds.0.as_ref().map(Vec::as_slice), bounds.1.as_ref().map(Vec::as_slice))
}

fn agrees(trees: &Trees, model: &Model, bounds: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) {
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let rows = trees.range(TreeName::History, as_slices(bounds), order).map(Result::unwrap);
        let rows: Vec<_> = rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
        let expected = model.range::<[u8], _>(as_slices(bounds)).map(|(key, value)| (key.clone(), value.clone()));
        let expected: Vec<_> = order.of(expected).collect();
        assert!(rows == expected, "{bounds:?}, {order:?}: {} rows for {}", rows.len(), expected.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_history_reads_as_a_tree_of_sleds_would(
        mut keys in prop::collection::vec((key(), any::<bool>()), 0..80),
        asked in prop::collection::vec((bound(), bound()), 1..30),
    ) {
        // The places of a chat only grow.
        keys.sort_by_key(|(key, _)| key[8..].to_vec());
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let engine = Engine::open(&layout.dir, &layout.sled()).unwrap();
        let archive = archive::create(&layout, &uuid::Uuid::new_v4().to_string()).unwrap();
        let mut database = Database::of(&layout, engine, archive);
        let mut model = Model::new();
        for (number, (key, flushes)) in keys.into_iter().enumerate() {
            if model.contains_key(&key) {
                continue;
            }
            let value = vec![1; number * 40];
            database.hold(&[Change { tree: TreeName::History, key: key.clone(), value: Some(value.clone()) }]);
            model.insert(key, value);
            if flushes {
                database.flush().unwrap();
            }
        }
        let all = (Bound::Unbounded, Bound::Unbounded);
        asked.iter().chain([&all]).filter(|bounds| is_rising(bounds)).for_each(|bounds| agrees(&database.trees, &model, bounds));
        for key in model.keys() {
            prop_assert!(database.trees.get(TreeName::History, key).unwrap().as_deref() == model.get(key).map(Vec::as_slice));
        }
    }
}

/// A tree takes no others.
fn is_rising((from, to): &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> bool {
    match (from, to) {
        (Bound::Excluded(from), Bound::Excluded(to)) => from < to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from <= to,
        _ => true,
    }
}
