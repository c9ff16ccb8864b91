//! What stands in a table, and why a report cannot be made.

use std::{borrow::Cow, io};

use chrono::{DateTime, FixedOffset, Utc};

use crate::{clock::WIB, value::Rupiah};

/// The most characters of a cell's text, as Excel has it; the rest is cut off.
const MAX_CELL_CHARS: usize = 32_767;

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

pub(super) fn in_wib(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&WIB)
}

pub(super) fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_CELL_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
