//! The table of checks: a row for each record of a history.

use std::borrow::Cow;

use super::cell::{Cell, Column};
use crate::{store::Record, value::Verdict};

/// How many columns the table has.
const COLUMNS: usize = 12;

/// The headings of the table, in the language of the chat.
#[derive(Clone, Copy, Debug)]
pub struct Headings<'a> {
    /// When the check ended; the heading says that it is WIB.
    pub time: &'a str,
    /// Who asked.
    pub agent: &'a str,
    /// The product's code.
    pub product: &'a str,
    /// Whose customer it was.
    pub provider: &'a str,
    /// The number that was checked.
    pub number: &'a str,
    /// The nominal that the agent named.
    pub nominal: &'a str,
    /// The customer's name.
    pub name: &'a str,
    /// PLN's tariff and power.
    pub power: &'a str,
    /// The total of the transaction.
    pub total: &'a str,
    /// How the check ended.
    pub status: &'a str,
    /// The vendor's response code.
    pub code: &'a str,
    /// The reference of the last request.
    pub reference: &'a str,
}

/// What of a row is words, which the caller makes.
#[derive(Clone, Copy)]
pub struct CheckWords<'a> {
    /// The agent's name, or id where the name is not known.
    pub agent: &'a str,
    /// The customer's name, as far as the chat may see it; empty where there is none.
    pub name: &'a str,
    /// PLN's tariff and power as agents know it; empty where there is none.
    pub power: &'a str,
    /// How the check ended, such as `SUKSES`.
    pub status: &'a str,
}

/// The columns of the table, with their widths.
pub fn columns(headings: &Headings<'_>) -> [Column; COLUMNS] {
    let column = |heading: &str, width| Column { heading: heading.to_owned(), width };
    [
        column(headings.time, 20),
        column(headings.agent, 18),
        column(headings.product, 10),
        column(headings.provider, 10),
        column(headings.number, 16),
        column(headings.nominal, 12),
        column(headings.name, 30),
        column(headings.power, 14),
        column(headings.total, 12),
        column(headings.status, 18),
        column(headings.code, 12),
        column(headings.reference, 38),
    ]
}

/// The row of a record.
pub fn row<'a>(record: &'a Record, words: CheckWords<'a>) -> [Cell<'a>; COLUMNS] {
    let customer = match &record.outcome.verdict {
        Verdict::Found(customer) => Some(customer),
        _ => None,
    };
    let total = customer.and_then(|customer| customer.total);
    [
        Cell::Time(record.at),
        words.agent.into(),
        record.product.as_str().into(),
        record.provider.name().into(),
        record.number.as_str().into(),
        record.nominal.map_or(Cell::Empty, Cell::Amount),
        if words.name.is_empty() { Cell::Empty } else { words.name.into() },
        words.power.into(),
        total.map_or(Cell::Empty, Cell::Amount),
        words.status.into(),
        record.outcome.code.as_ref().map_or(Cell::Empty, |code| code.as_str().into()),
        Cell::Text(Cow::Owned(record.outcome.reference.to_string())),
    ]
}
