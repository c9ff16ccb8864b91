//! Reports: what was checked, as a file (CSV, XLSX) for a phone or Excel, and when it was checked, as a picture.
//!
//! A report knows no words: the caller makes headings, titles and states in the chat's language. A file is written row
//! by row, so that a history of any length needs little memory. It holds customers' names, and is removed when its
//! handle is dropped.

mod cell;
mod chart;
mod checks;
mod csv;
mod xlsx;

#[cfg(test)]
mod tests;

use std::path::Path;

use tempfile::NamedTempFile;

pub use cell::{Cell, Column, Error};
pub use chart::busiest_hours;
pub use checks::{CheckWords, Headings, columns, row};

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, as Indonesian Excel reads it: UTF-8 with a byte order mark, `;` between cells, lines that end with CRLF.
    Csv,
    /// An Excel workbook of one sheet, its header row frozen. It has room for 1,048,575 rows.
    Xlsx,
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
