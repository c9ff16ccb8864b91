//! CSV as Indonesian Excel reads it when the file is opened, without being told what a column holds.

use std::{borrow::Cow, io::Write, path::Path};

use csv::{Terminator, Writer, WriterBuilder};
use tempfile::NamedTempFile;

use super::cell::{Cell, Column, Error, cut, in_wib};

/// Tells Excel that the file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Excel takes no longer text in a formula, in characters.
const MAX_QUOTED_CHARS: usize = 255;

pub(super) struct Csv(Writer<NamedTempFile>);

impl Csv {
    pub(super) fn create(dir: &Path, columns: &[Column]) -> Result<Self, Error> {
        let mut file = NamedTempFile::new_in(dir)?;
        file.write_all(BYTE_ORDER_MARK)?;
        let mut writer = WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(file);
        writer.write_record(columns.iter().map(|column| text(&column.heading).into_owned())).map_err(into_error)?;
        Ok(Self(writer))
    }

    pub(super) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), Error> {
        for cell in row {
            let written = match cell {
                Cell::Text(written) => text(written),
                Cell::Amount(amount) => Cow::Owned(amount.0.to_string()),
                // In this order Excel reads it as a time in every country's settings.
                Cell::Time(at) => Cow::Owned(in_wib(*at).format("%Y-%m-%d %H:%M:%S").to_string()),
                Cell::Empty => Cow::Borrowed(""),
            };
            self.0.write_field(written.as_bytes()).map_err(into_error)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(into_error)
    }

    pub(super) fn finish(self) -> Result<NamedTempFile, Error> {
        self.0.into_inner().map_err(|error| Error::Write(error.into_error()))
    }
}

fn into_error(error: csv::Error) -> Error {
    Error::Write(error.into())
}

/// Writes a text so that Excel shows it to the letter.
///
/// What begins like a number or a date would lose its zeros or its form; as `="0110"` it is a text. What begins like a
/// formula would be carried out (OWASP, *CSV Injection*; the wide signs begin one too); after a `'` it is not.
fn text(raw: &str) -> Cow<'_, str> {
    let raw = cut(raw);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '/' | ':' | '-' | '+' | ' ');
    match raw.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{raw}"))
        }
        Some('0'..='9') if raw.chars().all(is_plain) && raw.len() <= MAX_QUOTED_CHARS => {
            Cow::Owned(format!("=\"{raw}\""))
        }
        _ => Cow::Borrowed(raw),
    }
}
