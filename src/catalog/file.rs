//! Reads a file of products: bounded, and with every mistake in it.

use std::{collections::HashMap, fs::File, io::Read, path::Path};

use toml::{Spanned, de::DeTable, de::DeValue};

use super::{
    Catalog, Error, Mistake,
    entry::{self, Change},
    table::{Lines, Notes},
};

/// The largest file that is read, in bytes: room for some thousands of products.
pub(super) const LARGEST: u64 = 1024 * 1024;

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |error: std::io::Error| {
        Error::whole(path, format!("cannot be read: {error}"), "check the path and the file's permissions")
    };
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Error::whole(path, "is not a file", "name a TOML file with products"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::whole(path, "is larger than 1 MiB", "check that it is the file of products"));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Error {
    let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
    let line = 1 + before.filter(|byte| **byte == b'\n').count();
    let remedy = "save the file as UTF-8".to_owned();
    Error::new(path, vec![Mistake { line: Some(line), what: "is not UTF-8 text".to_owned(), remedy }])
}

/// What a text changes in `base`; or all that is wrong with it.
pub(super) fn parse(text: &str, base: &Catalog) -> Result<Vec<Change>, Vec<Mistake>> {
    let lines = Lines::of(text);
    let mut notes = Notes::new(&lines);
    let (document, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let at = fault.span().map_or(0, |span| span.start);
        notes.add(at, format!("is not TOML: {}", fault.message()), "see products.example.toml for the form");
    }
    let entries = entries(document.get_ref(), &mut notes);
    let mut seen = HashMap::new();
    let changes = entries.into_iter().filter_map(|entry| entry::read(entry, base, &mut seen, &mut notes)).collect();
    notes.done().map(|()| changes)
}

/// The `[[product]]` tables; anything else at the top is a mistake.
fn entries<'a>(document: &'a DeTable<'a>, notes: &mut Notes<'_>) -> Vec<&'a Spanned<DeValue<'a>>> {
    let mut found = Vec::new();
    for (key, value) in document {
        match value.get_ref() {
            DeValue::Array(products) if key.get_ref() == "product" => found.extend(products.iter()),
            _ if key.get_ref() == "product" => {
                notes.add(key.span().start, "`product` is one table", "write `[[product]]`, with two brackets");
            }
            _ => {
                let what = format!("unknown key `{}` outside of a product", key.get_ref().escape_debug());
                notes.add(key.span().start, what, "begin each product with a line `[[product]]`");
            }
        }
    }
    found
}
