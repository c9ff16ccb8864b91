//! What a group of writes comes to, row by row, and the bytes that stand for it in the write-ahead log.
//!
//! A change names its key and the whole value, never a difference: so making it twice is the same as making it once.

use super::database::TreeName;

/// A row that is put or removed. Not `Debug`: the values are personal.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Where.
    pub(super) tree: TreeName,
    /// Under which key.
    pub(super) key: Vec<u8>,
    /// The row's value from now on; `None` removes it.
    pub(super) value: Option<Vec<u8>>,
}

impl Change {
    /// About how much memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.key.len() + self.value.as_ref().map_or(0, Vec::len)
    }
}

/// Appends the bytes of `changes` to `to`.
pub(super) fn encode(changes: &[Change], to: &mut Vec<u8>) {
    for Change { tree, key, value } in changes {
        to.push(number_of(*tree));
        to.push(u8::from(value.is_some()));
        put_sized(key, to);
        if let Some(value) = value {
            put_sized(value, to);
        }
    }
}

/// Reads changes until the end of `bytes`; `None` when they are not what [`encode`] wrote.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while let Some(([tree, has_value], rest)) = bytes.split_first_chunk() {
        let (key, rest) = take_sized(rest)?;
        let (value, rest) = match has_value {
            0 => (None, rest),
            1 => take_sized(rest).map(|(value, rest)| (Some(value.to_vec()), rest))?,
            _ => return None,
        };
        changes.push(Change { tree: tree_of(*tree)?, key: key.to_vec(), value });
        bytes = rest;
    }
    bytes.is_empty().then_some(changes)
}

fn number_of(tree: TreeName) -> u8 {
    match tree {
        TreeName::History => 1,
        TreeName::Preferences => 2,
        TreeName::Journal => 3,
    }
}

fn tree_of(number: u8) -> Option<TreeName> {
    TreeName::ALL.into_iter().find(|tree| number_of(*tree) == number)
}

fn put_sized(part: &[u8], to: &mut Vec<u8>) {
    to.extend((part.len() as u64).to_be_bytes());
    to.extend(part);
}

fn take_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_be_bytes(*size)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_back_and_nothing_that_was_cut() {
        let change = |tree, key: &str, value: Option<&str>| Change {
            tree,
            key: key.into(),
            value: value.map(|value| value.as_bytes().to_vec()),
        };
        let changes = [
            change(TreeName::History, "a", Some("1")),
            change(TreeName::Preferences, "b", Some("")),
            change(TreeName::Journal, "c", None),
        ];
        let mut bytes = Vec::new();
        encode(&changes, &mut bytes);
        assert!(decode(&bytes).is_some_and(|read| read == changes));
        // A cut between two changes is no damage here: the record around them has a length and a checksum.
        let whole_ones = (0..bytes.len()).filter(|cut| decode(&bytes[..*cut]).is_some()).count();
        assert_eq!(whole_ones, 3);
        bytes[0] = 9;
        assert!(decode(&bytes).is_none());
    }
}
