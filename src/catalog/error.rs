//! What is wrong with a file of products, said so that the operator can put all of it right at once.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A file of products that cannot be used, with every mistake in it.
///
/// Prints one line for each: `file:line: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, in the order of the lines; never empty.
    pub mistakes: Vec<Mistake>,
}

/// One mistake in a file of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands, from 1; `None` when it is the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Error {
    pub(super) fn new(file: &Path, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.line);
        Self { file: file.to_owned(), mistakes }
    }

    /// The file as a whole cannot be used.
    pub(super) fn whole(file: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(file, vec![Mistake { line: None, what: what.into(), remedy: remedy.into() }])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, Mistake { line, what, remedy }) in self.mistakes.iter().enumerate() {
            let gap = if position > 0 { "\n" } else { "" };
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "{gap}{}{line}: {what}; {remedy}", self.file.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
