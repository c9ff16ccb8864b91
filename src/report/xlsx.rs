//! XLSX. Rows go to a temporary file of the crate as they come, and from there into the workbook: of a hundred thousand
//! rows one is in memory.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, IgnoreError, Workbook};
use tempfile::NamedTempFile;

use super::cell::{Cell, Column, Error, cut, in_wib};

/// The only sheet.
const SHEET: usize = 0;

pub(super) struct Xlsx {
    workbook: Box<Workbook>,
    file: NamedTempFile,
    next_row: u32,
    columns: u16,
    amount: Format,
    time: Format,
}

impl Xlsx {
    pub(super) fn create(dir: &Path, columns: &[Column]) -> Result<Self, Error> {
        let mut workbook = Box::new(Workbook::new());
        workbook.set_tempdir(dir)?;
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (number, column) in (0u16..).zip(columns) {
            sheet.set_column_width(number, f64::from(column.width))?;
            sheet.write_string_with_format(0, number, cut(&column.heading), &bold)?;
        }
        Ok(Self {
            workbook,
            file: NamedTempFile::new_in(dir)?,
            next_row: 1,
            columns: u16::try_from(columns.len()).unwrap_or(u16::MAX),
            amount: Format::new().set_num_format("#,##0"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        })
    }

    pub(super) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), Error> {
        let sheet = self.workbook.worksheet_from_index(SHEET)?;
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                // A string is never read as a formula or a number.
                Cell::Text(text) => sheet.write_string(self.next_row, column, cut(text))?,
                Cell::Amount(amount) => {
                    // Excel's numbers are exact up to fifteen digits.
                    sheet.write_number_with_format(self.next_row, column, amount.0 as f64, &self.amount)?
                }
                Cell::Time(at) => {
                    // Excel's times have no zone: those of WIB are written as if they were UTC.
                    let at = ExcelDateTime::from_timestamp(in_wib(*at).naive_local().and_utc().timestamp())?;
                    sheet.write_datetime_with_format(self.next_row, column, at, &self.time)?
                }
                Cell::Empty => continue,
            };
        }
        self.next_row += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<NamedTempFile, Error> {
        let sheet = self.workbook.worksheet_from_index(SHEET)?;
        // Else Excel marks every customer number as a likely mistake.
        let last_column = self.columns.saturating_sub(1);
        sheet.ignore_error_range(0, 0, self.next_row - 1, last_column, IgnoreError::NumberStoredAsText)?;
        self.workbook.save_to_writer(self.file.as_file_mut())?;
        Ok(self.file)
    }
}
