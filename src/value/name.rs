//! A customer's name: personal data (UU 27/2022), shown to the agent who asked and to no log.

use std::fmt;

use super::is_invisible;

/// The longest name that is kept, in characters; the rest of a longer one is cut off.
const LONGEST: usize = 100;

/// A customer's name as the provider gave it, without control characters and of bounded length.
///
/// `{:?}` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerName(String);

impl CustomerName {
    /// Cleans a name from outside; `None` when nothing readable is left.
    pub fn new(raw: &str) -> Option<Self> {
        // Marks could turn round the text around a name, or hide in it.
        let is_gap = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
        let words = raw.split(is_gap).filter(|word| !word.is_empty());
        let name: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
        // The cut may have left a space behind: what is read back from a record would lose it.
        let name = name.trim_end();
        if name.is_empty() { None } else { Some(Self(name.to_owned())) }
    }

    /// The whole name, for the chat that asked.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CustomerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerName({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cleaned_and_bounded() {
        assert_eq!(CustomerName::new("  BUDI\u{202e}\n SANTOSO ").map(|n| n.0), Some("BUDI SANTOSO".into()));
        assert_eq!(CustomerName::new(&"A".repeat(5000)).map(|n| n.0.len()), Some(LONGEST));
        assert_eq!(CustomerName::new("BUDI\u{61c}\u{2028}SANTOSO\u{ad}").map(|n| n.0), Some("BUDI SANTOSO".into()));
        assert_eq!(CustomerName::new(" \u{0}\u{200e} "), None);
        let cut_at_a_space = CustomerName::new(&format!("{} B", "A".repeat(LONGEST - 1))).unwrap();
        assert_eq!(CustomerName::new(cut_at_a_space.as_str()), Some(cut_at_a_space));
    }

    #[test]
    fn debug_does_not_show_it() {
        let shown = format!("{:?}", CustomerName::new("BUDI SANTOSO"));
        assert!(!shown.contains("BUDI"), "{shown}");
    }
}
