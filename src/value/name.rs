//! A customer's name: personal data (UU 27/2022), shown to the chat that asked, whole or masked as it has chosen, and
//! to no log.

use super::text::{clean, is_placeholder};

/// The longest name that is kept, in characters; the rest of a longer one is cut off.
const MAX_NAME_LEN: usize = 100;

/// The longest first word that a masked name shows, in characters.
const MAX_FIRST_LEN: usize = 12;

/// What stands in a masked name for what is hidden: always as much, so that it does not tell how long that is.
const HIDDEN: &str = "******";

/// A customer's name as the provider gave it, without what hides in it and of bounded length. `{:?}` shows its length.
#[derive(Clone, PartialEq, Eq, derive_more::Debug)]
#[debug("CustomerName({} characters)", _0.chars().count())]
pub struct CustomerName(String);

impl CustomerName {
    /// Cleans a name from outside; `None` when no letter is left, or what is left only holds a name's place (`null`).
    pub fn new(raw: &str) -> Option<Self> {
        let name = clean(raw, MAX_NAME_LEN);
        (name.contains(char::is_alphabetic) && !is_placeholder(&name)).then_some(Self(name))
    }

    /// The whole name. What is said in a chat goes through `Words::name` instead, which knows whether the chat masks
    /// names.
    pub fn whole_name(&self) -> &str {
        &self.0
    }
}

/// A name so far that one who knows the person knows them again: the first word and the first letter of the next
/// (`BUDI S******`); of a single word the first two letters, of one of three letters or fewer the first. At most 20
/// characters.
pub fn masked(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next().and_then(|next| next.chars().next()) {
        Some(letter) => {
            let first: String = first.chars().take(MAX_FIRST_LEN).collect();
            format!("{first} {letter}{HIDDEN}")
        }
        None => {
            let shown = if first.chars().count() > 3 { 2 } else { 1 };
            first.chars().take(shown).chain(HIDDEN.chars()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cleaned_and_bounded() {
        assert_eq!(CustomerName::new("  BUDI\u{202e}\n SANTOSO ").map(|n| n.0), Some("BUDI SANTOSO".into()));
        assert_eq!(CustomerName::new(&"A".repeat(5000)).map(|n| n.0.len()), Some(MAX_NAME_LEN));
        assert_eq!(CustomerName::new("BUDI\u{61c}\u{2028}SANTOSO\u{ad}").map(|n| n.0), Some("BUDI SANTOSO".into()));
        for no_name in ["", " \u{0}\u{200e} ", "-", ".", "0", "null", "N/A", "undefined", "01105691111"] {
            assert_eq!(CustomerName::new(no_name), None, "{no_name:?}");
        }
        let cut_at_a_space = CustomerName::new(&format!("{} B", "A".repeat(MAX_NAME_LEN - 1))).unwrap();
        assert_eq!(CustomerName::new(cut_at_a_space.whole_name()), Some(cut_at_a_space));
    }

    #[test]
    fn a_masked_name_shows_its_beginning_alone() {
        for (name, expected) in [
            ("BUDI SANTOSO", "BUDI S******"),
            ("BUDI SANTOSO WIJAYA", "BUDI S******"),
            ("BAHARRUDIN1", "BA******"),
            ("H. SITI", "H. S******"),
            ("SITI A", "SITI A******"),
            ("ANI", "A******"),
            ("X", "X******"),
            ("BUD* SAN****", "BUD* S******"),
            ("PANGERANDIPONEGORO JAYA", "PANGERANDIPO J******"),
        ] {
            assert_eq!(masked(name), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_masked_name_is_bounded_and_hides_every_word_but_the_first(
            first in "[A-Z]{1,40}", rest in proptest::collection::vec("[a-z]{2,40}", 0..4),
        ) {
            let name = [vec![first.clone()], rest.clone()].concat().join(" ");
            let shown = masked(&name);
            proptest::prop_assert!(shown.chars().count() <= 20 && shown.ends_with(HIDDEN), "{shown}");
            proptest::prop_assert!(rest.iter().all(|word| !shown.contains(word.as_str())), "{shown}");
            if rest.is_empty() {
                proptest::prop_assert!(!shown.contains(&first) || first.len() == 1, "{shown}");
            }
            // Neither how long it is nor what comes behind can be told.
            let longer = rest.first().map(|next| format!("{first} {next}x MORE"));
            proptest::prop_assert!(longer.is_none_or(|longer| masked(&longer) == shown));
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        let shown = format!("{:?}", CustomerName::new("BUDI SANTOSO"));
        assert!(!shown.contains("BUDI"), "{shown}");
    }
}
