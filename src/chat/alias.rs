//! The names that agents give their customers, and what is to be done with these: data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    catalog::Catalog,
    inquiry::parse::{Check, Refusal},
    value::{Provider, UserId},
};

/// The longest name, in characters.
const MAX_ALIAS_LEN: usize = 30;

/// A name that an agent gives a customer: up to 30 letters, digits and `.'-` in words, in small letters; not of digits
/// alone, and without digits that may be a PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alias(String);

impl Alias {
    /// Takes a name in any case; `None` when it is not one.
    pub fn new(text: &str) -> Option<Self> {
        let name = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (1..=MAX_ALIAS_LEN).contains(&name.chars().count())
            && name.chars().all(|c| c.is_alphanumeric() || " .'-".contains(c))
            && name.chars().any(char::is_alphabetic)
            && !may_hold_pin(&name);
        fits.then_some(Self(name))
    }

    /// The name, unless it means something else already: a product, a provider.
    pub(super) fn free(text: &str, catalog: &Catalog) -> Option<Self> {
        let alias = Self::new(text)?;
        let is_taken = catalog.get(&alias.0).is_some()
            || Provider::from_name(&alias.0).is_some()
            || Provider::ALL.iter().any(|provider| provider.nicknames().contains(&alias.0.as_str()));
        (!is_taken).then_some(alias)
    }

    pub(super) fn key(&self, agent: UserId) -> String {
        format!("{agent}:{self}")
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Alias> for String {
    fn from(alias: Alias) -> Self {
        alias.0
    }
}

impl TryFrom<String> for Alias {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text).filter(|alias| alias.0 == text).ok_or("not a customer's name")
    }
}

/// What is to be done with an agent's customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerOrder {
    /// To keep one, or to keep another under its name.
    Save(Alias, Check),
    /// To list them.
    List,
    /// To delete one.
    Delete(Alias),
    /// To give one another name.
    Rename(Alias, Alias),
    /// Nothing, because a name is none that can be kept.
    BadAlias,
    /// Nothing, because what is to be kept is no check.
    BadCheck(Refusal),
    /// To say how `/simpan` is used.
    SaveUsage,
    /// To say how `/pelanggan` is used.
    Usage,
}

impl CustomerOrder {
    /// Whether the store is written.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Save(..) | Self::Delete(_) | Self::Rename(..))
    }
}

/// Whether digits stand in a text that may be a PIN: 4 to 8 of them, and not round as in `MAX5000`.
pub(super) fn may_hold_pin(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.any(|run| (4..=8).contains(&run.len()) && !run.ends_with("00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_name_is_no_number_no_pin_and_no_product() {
        let catalog = Catalog::load(None).unwrap();
        for (text, expected) in [
            ("BuSiti", "busiti"),
            (" bu  siti ", "bu siti"),
            ("d'cell-2", "d'cell-2"),
            ("é".repeat(30).as_str(), &"é".repeat(30)),
        ] {
            assert_eq!(Alias::free(text, &catalog).map(String::from).as_deref(), Some(expected), "{text}");
        }
        let long = "a".repeat(31);
        for text in ["", "123", "12 3", "siti2468", "pln20", "PLN", "listrik", "a:b", "a/b", "<b>", long.as_str()] {
            assert_eq!(Alias::free(text, &catalog), None, "{text}");
        }
    }
}
