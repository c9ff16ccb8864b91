//! What is wrong with settings, told all at once.

/// Settings that are missing or wrong, one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Error(pub Vec<String>);

impl Error {
    pub(super) fn one(line: impl ToString) -> Self {
        Self(vec![line.to_string()])
    }

    /// All that is wrong, of several settings of which at least one is.
    pub fn all(errors: impl IntoIterator<Item = Option<Self>>) -> Self {
        Self(errors.into_iter().flatten().flat_map(|error| error.0).collect())
    }
}
