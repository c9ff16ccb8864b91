//! One table of a TOML file, read key by key; a mistake is noted with its line and reading goes on.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Mistake, nearest};

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}

/// The mistakes found so far.
pub(super) struct Notes<'l> {
    lines: &'l Lines,
    mistakes: Vec<Mistake>,
}

impl<'l> Notes<'l> {
    pub(super) fn new(lines: &'l Lines) -> Self {
        Self { lines, mistakes: Vec::new() }
    }

    /// Notes a mistake at a byte of the text.
    pub(super) fn add(&mut self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.mistakes.push(Mistake { line: Some(self.line(at)), what: what.into(), remedy: remedy.into() });
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.number(at)
    }

    pub(super) fn count(&self) -> usize {
        self.mistakes.len()
    }

    /// The mistakes, if there are any.
    pub(super) fn done(self) -> Result<(), Vec<Mistake>> {
        if self.mistakes.is_empty() { Ok(()) } else { Err(self.mistakes) }
    }
}

/// A table, the place where it begins, and where mistakes go.
pub(super) struct Table<'t, 'n, 'l> {
    pub(super) at: usize,
    table: &'t DeTable<'t>,
    pub(super) notes: &'n mut Notes<'l>,
}

impl<'t, 'n, 'l> Table<'t, 'n, 'l> {
    /// Takes a value as a table and notes every key that is not one of `known`.
    pub(super) fn new(value: &'t Spanned<DeValue<'t>>, known: &[&str], notes: &'n mut Notes<'l>) -> Option<Self> {
        let at = value.span().start;
        let DeValue::Table(table) = value.get_ref() else {
            notes.add(at, "a product is not a table", "begin each product with a line `[[product]]`");
            return None;
        };
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let remedy = match nearest::known(known, key.get_ref()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a product has {}", known.join(", ")),
            };
            notes.add(key.span().start, format!("unknown key `{}`", key.get_ref().escape_debug()), remedy);
        }
        Some(Self { at, table, notes })
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where a key's value stands; the table's beginning when it has none.
    pub(super) fn place(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |value| value.span().start)
    }

    /// Notes a mistake in a key's value.
    pub(super) fn refuse(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.notes.add(self.place(key), what, remedy);
    }

    /// A text; `None` when the key is missing, or (noted) when it is something else.
    pub(super) fn text(&mut self, key: &str) -> Option<&'t str> {
        let value = self.table.get(key)?.get_ref();
        if value.as_str().is_none() {
            self.refuse(key, format!("`{key}` is not a text but {}", kind(value)), format!("write {key} = \"…\""));
        }
        value.as_str()
    }

    /// `true` or `false`; `false` when the key is missing, or (noted) when it is something else.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        let Some(value) = self.table.get(key).map(Spanned::get_ref) else { return false };
        if value.as_bool().is_none() {
            let remedy = format!("write {key} = true, without quotes");
            self.refuse(key, format!("`{key}` is not true or false but {}", kind(value)), remedy);
        }
        value.as_bool().unwrap_or(false)
    }

    /// A whole number that is not negative; `None` when the key is missing, or (noted) when it is something else.
    pub(super) fn whole(&mut self, key: &str) -> Option<u64> {
        let value = self.table.get(key)?.get_ref();
        let found = match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if found.is_none() {
            let what = match value {
                DeValue::Integer(number) => format!("`{key}` cannot be {number}"),
                other => format!("`{key}` is not a whole number but {}", kind(other)),
            };
            self.refuse(key, what, format!("write whole rupiah without dots or quotes: {key} = 20500"));
        }
        found
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
