//! A customer's name: personal data (UU 27/2022), shown to the agent who asked and to no log.

use super::text::{clean, is_placeholder};

/// The longest name that is kept, in characters; the rest of a longer one is cut off.
const MAX_NAME_LEN: usize = 100;

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

    /// The whole name, for the chat that asked.
    pub fn as_str(&self) -> &str {
        &self.0
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
        assert_eq!(CustomerName::new(cut_at_a_space.as_str()), Some(cut_at_a_space));
    }

    #[test]
    fn debug_does_not_show_it() {
        let shown = format!("{:?}", CustomerName::new("BUDI SANTOSO"));
        assert!(!shown.contains("BUDI"), "{shown}");
    }
}
