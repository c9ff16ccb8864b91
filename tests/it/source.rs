//! The program's own sources, read for the tests of its structure: files, and files cut into tokens.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of `src/`.
pub(crate) struct Source {
    /// Its path below `src/`, such as `bot/menu.rs`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl Source {
    /// What the compiler reads of it.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        tokens(&self.text)
    }
}

/// Every Rust file of `src/`, sorted by path.
pub(crate) fn all() -> Vec<Source> {
    let root = repository().join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
    };
    paths.into_iter().map(read).collect()
}

/// Where the repository is.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// A piece of Rust, as far as these tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier or a keyword.
    Word(String),
    /// What stands between the quotes of a string, escapes as they are written.
    Text(String),
    /// `::`.
    Path,
    /// Any other character.
    Mark(char),
}

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(this) if this == word)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }
}

/// Cuts Rust into tokens; comments and white space fall away.
pub(crate) fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

/// The token at the start of `rest`, if it is one, and how many bytes it takes.
fn next(rest: &str, first: char) -> (Option<Token>, usize) {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    if rest.starts_with("//") {
        (None, up_to("\n"))
    } else if rest.starts_with("/*") {
        (None, up_to("*/"))
    } else if rest.starts_with("::") {
        (Some(Token::Path), 2)
    } else if let Some((start, hashes)) = raw_string(rest) {
        let length = rest[start..].find(&format!("\"{}", "#".repeat(hashes))).unwrap();
        (Some(Token::Text(rest[start..start + length].to_owned())), start + length + 1 + hashes)
    } else if first == '"' {
        let length = quoted(&rest[1..], '"');
        (Some(Token::Text(rest[1..=length].to_owned())), length + 2)
    } else if let Some(length) = character(rest) {
        (None, length)
    } else if first.is_alphanumeric() || first == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        (Some(Token::Word(rest[..length].to_owned())), length)
    } else {
        ((!first.is_whitespace()).then_some(Token::Mark(first)), first.len_utf8())
    }
}

/// Where the text of a raw string begins and how many `#` close it, when `r#"` or `br#"` stands here.
fn raw_string(rest: &str) -> Option<(usize, usize)> {
    let behind = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let quote = behind.trim_start_matches('#');
    let hashes = behind.len() - quote.len();
    quote.starts_with('"').then_some((rest.len() - quote.len() + 1, hashes))
}

/// The length of what stands before the closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    end.expect("a literal that ends")
}

/// The length of a character literal; `None` where the quote begins a lifetime or there is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    let is_literal = first == '\\' || inside[first.len_utf8()..].starts_with('\'');
    is_literal.then(|| if first == '\\' { quoted(inside, '\'') + 2 } else { first.len_utf8() + 2 })
}

#[test]
fn code_is_cut_as_the_compiler_cuts_it() {
    let code = r##"let a: &'a str = x::y('"', '\'', "no // \" comment", r#"a"b"#, b"", br"\\"); // gone "too" /* and */ this"##;
    let words: Vec<String> = tokens(code)
        .into_iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word),
            Token::Text(text) => Some(format!("<{text}>")),
            Token::Path | Token::Mark(_) => None,
        })
        .collect();
    assert_eq!(words, ["let", "a", "a", "str", "x", "y", r#"<no // \" comment>"#, r#"<a"b>"#, "b", "<>", r"<\\>"]);
}
