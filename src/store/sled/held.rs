//! Rows that were committed and that neither the archive nor sled has yet: the write-ahead log has them on disk, this has
//! them in memory, and the next checkpoint gives them on all at once.
//!
//! So a check costs none of sled's work, and most of the journal never comes to it: what was accepted and ended between
//! two checkpoints leaves no more than a note that it was. The log's length bounds how much is held.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound;

use ::sled::IVec;

use super::super::Error;
use super::super::paging::Order;
use super::change::Change;
use super::database::TreeName;

/// A key and its value.
pub(super) type Row = (IVec, IVec);

/// Keys, each with its value from now on; `None` where it is removed.
type Rows = BTreeMap<IVec, Option<IVec>>;

/// What is held of each tree.
#[derive(Default)]
pub(super) struct Held {
    history: Rows,
    preferences: Rows,
    journal: Rows,
}

impl Held {
    /// Takes changes in, in their order.
    pub(super) fn put(&mut self, changes: &[Change]) {
        for Change { tree, key, value } in changes {
            let rows = match tree {
                TreeName::History => &mut self.history,
                TreeName::Preferences => &mut self.preferences,
                TreeName::Journal => &mut self.journal,
            };
            rows.insert(key.as_slice().into(), value.as_deref().map(IVec::from));
        }
    }

    /// What a row is from now on, if it is held: its value, or that it is removed.
    pub(super) fn get(&self, tree: TreeName, key: &[u8]) -> Option<Option<IVec>> {
        self.of(tree).get(key).cloned()
    }

    /// What is held of the rows between two keys.
    pub(super) fn range(
        &self,
        tree: TreeName,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> impl DoubleEndedIterator<Item = (IVec, Option<IVec>)> {
        self.of(tree).range::<[u8], _>(bounds).map(|(key, value)| (key.clone(), value.clone()))
    }

    /// All that is held of a tree: first what is put, then what is removed. sled may have any first part of it in its
    /// file when it is stopped; so an entry of the journal is remembered as ended before it goes.
    pub(super) fn all(&self, tree: TreeName) -> impl Iterator<Item = (&IVec, Option<&IVec>)> {
        let rows = |removed: bool| self.of(tree).iter().filter(move |(_, value)| value.is_none() == removed);
        rows(false).chain(rows(true)).map(|(key, value)| (key, value.as_ref()))
    }

    fn of(&self, tree: TreeName) -> &Rows {
        match tree {
            TreeName::History => &self.history,
            TreeName::Preferences => &self.preferences,
            TreeName::Journal => &self.journal,
        }
    }
}

/// The rows of a tree in `order`, as they are with what is held of them. Both come in that order, and what is held was
/// read first: so a row that a checkpoint moves from the one to the other meanwhile is seen in either.
pub(super) fn merge<Stored: Iterator<Item = Result<Row, Error>>>(
    held: impl Iterator<Item = (IVec, Option<IVec>)>,
    stored: Stored,
    order: Order,
) -> impl Iterator<Item = Result<Row, Error>> {
    let (mut held, mut stored) = (held.peekable(), stored.peekable());
    std::iter::from_fn(move || {
        while let Some((key, value)) = held.next_if(|(key, _)| takes_its_turn(key, &mut stored, order)) {
            if let Some(value) = value {
                return Some(Ok((key, value)));
            }
        }
        stored.next()
    })
}

/// Whether a held row comes before the next that is stored. The stored row of that key is passed over.
fn takes_its_turn(key: &IVec, stored: &mut Peekable<impl Iterator<Item = Result<Row, Error>>>, order: Order) -> bool {
    stored.next_if(|row| row.as_ref().is_ok_and(|(stored, _)| stored == key));
    match (stored.peek(), order) {
        (Some(Ok((stored, _))), Order::OldestFirst) => key < stored,
        (Some(Ok((stored, _))), Order::NewestFirst) => key > stored,
        (Some(Err(_)), _) => false,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, value: Option<&str>) -> Change {
        Change { tree: TreeName::History, key: key.into(), value: value.map(Into::into) }
    }

    /// What is read of `stored` with `held` over it, in either order.
    fn merged(held: &Held, stored: &[(&str, &str)], order: Order) -> Vec<(String, String)> {
        let text = |bytes: &IVec| String::from_utf8(bytes.to_vec()).unwrap();
        let stored = stored.iter().map(|(key, value)| Ok((IVec::from(*key), IVec::from(*value))));
        let all = (Bound::Unbounded, Bound::Unbounded);
        let held = order.of(held.range(TreeName::History, all));
        let rows: Vec<_> = merge(held, order.of(stored), order).collect();
        rows.into_iter().map(Result::unwrap).map(|(key, value)| (text(&key), text(&value))).collect()
    }

    #[test]
    fn what_is_held_stands_in_its_place_and_over_what_is_stored() {
        let mut held = Held::default();
        held.put(&[change("b", None), change("a", Some("new")), change("f", Some("f")), change("g", None)]);
        held.put(&[change("c", Some("c")), change("f", Some("f again"))]);
        let stored = [("a", "old"), ("b", "b"), ("d", "d"), ("e", "e")];
        let expected = [("a", "new"), ("c", "c"), ("d", "d"), ("e", "e"), ("f", "f again")];
        let mut expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        assert_eq!(merged(&held, &stored, Order::OldestFirst), expected);
        expected.reverse();
        assert_eq!(merged(&held, &stored, Order::NewestFirst), expected);
        assert_eq!(merged(&Held::default(), &stored[..1], Order::NewestFirst).len(), 1);
        assert_eq!(merged(&held, &[], Order::OldestFirst).len(), 3);
    }

    #[test]
    fn what_cannot_be_read_is_no_reason_to_skip_it() {
        let mut held = Held::default();
        held.put(&[change("b", Some("b"))]);
        let stored = [Ok((IVec::from("a"), IVec::from("a"))), Err(Error::Closed)];
        let held = held.range(TreeName::History, (Bound::Unbounded, Bound::Unbounded));
        let rows: Vec<_> = merge(held, stored.into_iter(), Order::OldestFirst).take(2).collect();
        assert!(matches!(rows[..], [Ok(_), Err(Error::Closed)]), "{rows:?}");
    }

    #[test]
    fn what_is_removed_comes_last() {
        let mut held = Held::default();
        held.put(&[change("a", None), change("b", Some("b")), change("c", None), change("d", Some("d"))]);
        let order: Vec<&[u8]> = held.all(TreeName::History).map(|(key, _)| key.as_ref()).collect();
        assert_eq!(order, [b"b", b"d", b"a", b"c"]);
    }
}
