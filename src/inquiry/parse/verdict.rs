//! Asks the table of rules about a line, and lists the ways to understand it.

use std::collections::HashMap;

use super::{
    code,
    line::{Line, Way},
    request::{Doubt, Reading, Refusal},
    rules::{
        RULES,
        Rule::{BehindCode, LeaveOut, NoCode},
        Said,
    },
    span::Span,
};
use crate::{catalog::Catalog, value::NumberKind};

/// What is made of a line.
pub(super) struct Verdict {
    pub(super) said: Said,
    /// Whether a PIN stands in the line.
    pub(super) pin_seen: bool,
    /// The ways to understand the line.
    pub(super) readings: Vec<Reading>,
    /// The name of the rule that decided.
    pub(super) rule: &'static str,
}

/// Reads the tokens of a message; `is_cut_off` where they are not all.
pub(super) fn read(all: Span<'_>, is_cut_off: bool, catalog: &Catalog) -> Verdict {
    let is_too_much = is_cut_off || all.is_crowded();
    let mut verdict = match code::find(all).filter(|_| !is_too_much) {
        Some((product, rest, has_words)) => judge(&Line::behind(product, rest, has_words, catalog)),
        None => judge(&Line { catalog, product: None, rest: all, ways: Vec::new(), has_words: false, is_too_much }),
    };
    supply_code(&mut verdict, all, catalog);
    verdict
}

fn judge(line: &Line<'_>) -> Verdict {
    let verdict = |rule, doubts, said, pin_seen| {
        let readings = readings(line, &said, pin_seen, doubts);
        Some(Verdict { said, pin_seen, readings, rule })
    };
    let decided = RULES.iter().find_map(|rule| match (rule, line.product) {
        (NoCode(name, doubts, find, has_pin), None) => verdict(name, doubts, find(line)?, has_pin(line)),
        (BehindCode(name, doubts, find, has_pin), Some(product)) => {
            verdict(name, doubts, find(line, product)?, has_pin(line, product))
        }
        (LeaveOut(name, find), Some(product)) => {
            let left = judge(&Line::behind(product, find(line.rest, product)?, true, line.catalog));
            if line.ways.is_empty() || left.said == Err(Refusal::Several) {
                return Some(left);
            }
            // The digits are a number with what would be left out, too.
            verdict(name, &[Doubt::Number], Err(Refusal::Ambiguous(product.code.clone())), left.pin_seen)
        }
        _ => None,
    });
    // The last rule of each part always applies.
    decided.unwrap_or(Verdict { said: Err(Refusal::Empty), pin_seen: false, readings: Vec::new(), rule: "none" })
}

/// What can be understood of a line: each of several ways to read its digits, but where a PIN may be taken for a part
/// of the number; or else as much as was said.
fn readings(line: &Line<'_>, said: &Said, pin_seen: bool, doubts: &[Doubt]) -> Vec<Reading> {
    let Some(reading) = Reading::of(said, doubts) else { return Vec::new() };
    match doubts {
        [Doubt::Digits] if line.ways.len() > 1 && !pin_seen => {
            let read =
                |way: &Way| Reading { number: Some(way.number.clone()), nominal: way.nominal, ..reading.clone() };
            line.ways.iter().map(read).collect()
        }
        _ => vec![reading],
    }
}

/// Where the code is missing or unknown: reads the rest of the line with each code that may have been meant.
fn supply_code(verdict: &mut Verdict, all: Span<'_>, catalog: &Catalog) {
    let Some((line, at)) = code::place(all) else { return };
    let (codes, others) = match &verdict.said {
        Err(Refusal::UnknownCode { nearest, fitting, .. }) => {
            (if nearest.is_empty() { fitting } else { nearest }, code::others(line, at))
        }
        Err(Refusal::MissingCode { fitting }) => (fitting, line),
        _ => return,
    };
    let others = code::without_labels(others);
    // Products with a fixed denomination differ in the kind of number alone.
    let mut of_kind: HashMap<NumberKind, Vec<Reading>> = HashMap::new();
    for product in codes.iter().filter_map(|code| catalog.get(code.as_str())) {
        let read = || judge(&Line::behind(product, others, false, catalog)).readings;
        let readings =
            if product.is_open() { read() } else { of_kind.entry(product.number).or_insert_with(read).clone() };
        verdict.readings.extend(readings.into_iter().map(|reading| reading.with_code(&product.code)));
    }
    if let Err(Refusal::UnknownCode { nearest, lines, .. }) = &mut verdict.said {
        let is_line = |reading: &&Reading| nearest.contains(&reading.code) && !reading.doubts.contains(&Doubt::Digits);
        *lines = verdict.readings.iter().filter(is_line).filter_map(|reading| reading.check(catalog)).collect();
    }
}

/// The names of the rules, in their order.
#[cfg(test)]
pub(super) fn names() -> [&'static str; RULES.len()] {
    RULES.map(|rule| match rule {
        NoCode(name, ..) | BehindCode(name, ..) | LeaveOut(name, ..) => name,
    })
}
