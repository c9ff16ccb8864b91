//! Reports: what was checked, as a file (CSV, XLSX) for a phone or Excel, and when it was checked, as a picture.
//!
//! A report knows no words: the caller makes headings, titles and states in the chat's language. A file is written row
//! by row, so that a history of any length needs little memory. It holds customers' names, and is removed when its
//! handle is dropped.

mod chart;
mod checks;
mod csv;
mod xlsx;

#[cfg(test)]
mod tests;

use std::{borrow::Cow, io, path::Path};

use chrono::{DateTime, FixedOffset, Utc};
use tempfile::NamedTempFile;

pub use chart::busiest_hours;
pub use checks::{CheckWords, Headings, columns, row};

use crate::{clock::WIB, value::Rupiah};

/// The most characters of a cell's text, as Excel has it; the rest is cut off.
const MAX_CELL_CHARS: usize = 32_767;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, as Indonesian Excel reads it: UTF-8 with a byte order mark, `;` between cells, lines that end with CRLF.
    Csv,
    /// An Excel workbook of one sheet, its header row frozen. It has room for 1,048,575 rows.
    Xlsx,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands at its head.
    pub heading: String,
    /// How wide it is shown, in characters. CSV has no widths.
    pub width: u8,
}

/// What stands in one place of a table.
#[derive(Clone)]
pub enum Cell<'a> {
    /// A text, kept to the letter: no leading zero is lost, and nothing in it is ever carried out as a formula.
    Text(Cow<'a, str>),
    /// An amount, which Excel can add up.
    Amount(Rupiah),
    /// A moment, shown in WIB to the second.
    Time(DateTime<Utc>),
    /// Nothing.
    Empty,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Why a report could not be made. None of them names a customer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be written, such as on a full disk.
    #[error("cannot write the report: {0}")]
    Write(#[from] io::Error),
    /// The workbook could not be written, or has no room for more rows.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The embedded font could not be read.
    #[error("cannot read the font: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    /// The picture could not be written.
    #[error("cannot write the picture: {0}")]
    Picture(#[from] png::EncodingError),
}

/// A table that is being written to a file, row by row.
pub struct Table(Kind);

enum Kind {
    Csv(csv::Csv),
    Xlsx(xlsx::Xlsx),
}

impl Table {
    /// Begins a file in `dir`, with the headings as its first row. `dir` must not be in memory (a tmpfs), or the rows
    /// would be there too.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(format: Format, dir: &Path, columns: &[Column]) -> Result<Self, Error> {
        Ok(Self(match format {
            Format::Csv => Kind::Csv(csv::Csv::create(dir, columns)?),
            Format::Xlsx => Kind::Xlsx(xlsx::Xlsx::create(dir, columns)?),
        }))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The file cannot be written, or has no room for more rows.
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<(), Error> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.push(row),
            Kind::Xlsx(xlsx) => xlsx.push(row),
        }
    }

    /// Ends the file. It is removed when the handle is dropped.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<NamedTempFile, Error> {
        match self.0 {
            Kind::Csv(csv) => csv.finish(),
            Kind::Xlsx(xlsx) => xlsx.finish(),
        }
    }
}

/// The name under which an agent gets a file, such as `riwayat-2026-11-22.xlsx`: the letters and digits of `what`, at
/// most 40, and the day of `at` in WIB.
pub fn file_name(what: &str, at: DateTime<Utc>, format: Format) -> String {
    let what: String = what.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let ending = match format {
        Format::Csv => "csv",
        Format::Xlsx => "xlsx",
    };
    format!("{}-{}.{ending}", what.to_ascii_lowercase(), in_wib(at).format("%Y-%m-%d"))
}

fn in_wib(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&WIB)
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_CELL_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
