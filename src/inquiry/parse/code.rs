//! Finds the product code in a text.

use std::sync::Arc;

use super::{
    Error, Request, nominal,
    pieces::{Piece, Pieces},
    reading,
};
use crate::{
    catalog::{Catalog, Product, ProductCode, is_taken},
    value::{NumberKind, Provider},
};

/// What people put before a code; no part of it.
const FILLERS: [&str; 4] = ["cek", "check", "tolong", "mohon"];

/// What customers' messages put before a number (`No. Meter: …`, `ID Pelanggan …`, `No HP …`).
const LABELS: [&str; 26] = [
    "no",
    "nomor",
    "nomer",
    "number",
    "meter",
    "meteran",
    "id",
    "idpel",
    "pel",
    "pelanggan",
    "customer",
    "hp",
    "wa",
    "telp",
    "tlp",
    "telepon",
    "tujuan",
    "ke",
    "akun",
    "driver",
    "pln",
    "ovo",
    "gopay",
    "dana",
    "maxim",
    "listrik",
];

/// How many near codes an agent is shown.
const NEAREST: usize = 3;

/// More digits before a code may be a number.
const MOST_DIGITS_BEFORE: usize = 4;

/// The product, and the pieces of the number and what follows it.
pub(super) fn find<'p, 't>(pieces: Pieces<'p, 't>, catalog: &Catalog) -> Result<(Arc<Product>, Pieces<'p, 't>), Error> {
    let pieces = without(pieces, &FILLERS, |word| catalog.get(word).is_some());
    let Some(first) = pieces.first() else { return Err(Error::Empty) };
    let (_, rest) = pieces.split(1);
    if let Some(product) = catalog.get(first.text) {
        return Ok((Arc::clone(product), without_labels(rest)));
    }
    let is_provider = Provider::from_name(first.text).is_some();
    let number = if is_provider { pieces } else { without_labels(pieces) };
    let number_first = number.first().is_some_and(|piece| piece.is_group());
    if number_first { code_last(number, catalog) } else { Err(code_is_none(0, pieces, catalog)) }
}

/// The same behind words that are no part of a check: `kak PLN20 …`, `1. PLN20 …`, `kak 01105691111 PLN20`. What is left out
/// holds no customer's number.
pub(super) fn behind_words<'p, 't>(
    pieces: Pieces<'p, 't>,
    catalog: &Catalog,
) -> Option<(Arc<Product>, Pieces<'p, 't>)> {
    let all = pieces.all();
    let words = all.iter().take_while(|piece| piece.is_word()).count();
    let before_code = all.iter().position(|piece| is_code(piece.text, catalog)).unwrap_or(words);
    let digits: usize = all.iter().take(before_code).map(Piece::digits).sum();
    let skipped = if digits <= MOST_DIGITS_BEFORE { before_code } else { words };
    find(pieces.split(skipped).1, catalog).ok().filter(|_| skipped > 0)
}

/// Whether one of the pieces is a product code: a second check.
pub(super) fn stands_in(pieces: Pieces<'_, '_>, catalog: &Catalog) -> bool {
    pieces.all().iter().any(|piece| is_code(piece.text, catalog))
}

/// `NOMOR KODE`.
fn code_last<'p, 't>(pieces: Pieces<'p, 't>, catalog: &Catalog) -> Result<(Arc<Product>, Pieces<'p, 't>), Error> {
    let last = pieces.all().len().saturating_sub(1);
    let (number, code) = pieces.split(last);
    let code = code.last().filter(|code| !code.is_group());
    if let Some(product) = code.and_then(|code| catalog.get(code.text)) {
        return Ok((Arc::clone(product), number));
    }
    let typed = pieces.all().iter().filter(|piece| is_code(piece.text, catalog));
    let fitting: Vec<_> = typed.filter_map(|piece| ProductCode::new(piece.text)).collect();
    match code {
        _ if !fitting.is_empty() => Err(Error::MissingCode { fitting }),
        Some(_) => Err(code_is_none(last, pieces, catalog)),
        None => Err(Error::MissingCode { fitting: fitting_codes(pieces, catalog) }),
    }
}

/// What stands where a code should, first or last, and is none: mistyped, or another bot's; or no code was meant at all,
/// where it is an amount or one of a sentence's words, as its neighbour is. Who types another bot's code, or one with
/// digits, knows of codes: what would fit the number is told to others.
fn code_is_none(at: usize, pieces: Pieces<'_, '_>, catalog: &Catalog) -> Error {
    let (before, from) = pieces.split(at);
    let (typed, behind) = from.split(1);
    let (others, neighbour) = if at == 0 { (behind, behind.first()) } else { (before, before.last()) };
    let typed = typed.text();
    let nearest = catalog.nearest(typed, NEAREST);
    let fitting = fitting_codes(pieces, catalog);
    let in_a_sentence = nearest.is_empty() && !is_taken(typed) && neighbour.is_some_and(Piece::is_word);
    let is_no_word = nominal::read(typed).is_some() || !typed.contains(char::is_alphanumeric);
    if is_no_word || in_a_sentence && !fitting.is_empty() {
        return Error::MissingCode { fitting };
    }
    let is_code = is_taken(typed) || typed.contains(char::is_numeric);
    let fitting = if is_code { Vec::new() } else { fitting };
    Error::UnknownCode { typed: shown(typed), lines: lines(&nearest, others, catalog), nearest, fitting }
}

/// The checks that these codes would make of the rest of a line.
fn lines(codes: &[ProductCode], rest: Pieces<'_, '_>, catalog: &Catalog) -> Vec<Request> {
    if stands_in(rest, catalog) {
        return Vec::new();
    }
    let products = codes.iter().filter_map(|code| catalog.get(code.as_str()));
    let read = products.map(|product| reading::of(Arc::clone(product), without_labels(rest)).request);
    read.filter_map(|request| request.map_or_else(Error::into_line, Some)).collect()
}

/// `10K` may be a code and is an amount: in the middle of a text the amount is likelier.
fn is_code(text: &str, catalog: &Catalog) -> bool {
    catalog.get(text).is_some() && nominal::read(text).is_none()
}

/// The products for which a complete number stands somewhere. A driver's id would be found in anything: it counts in front,
/// and where another number is found.
fn fitting_codes(pieces: Pieces<'_, '_>, catalog: &Catalog) -> Vec<ProductCode> {
    let kinds = [NumberKind::Meter, NumberKind::Mobile].into_iter().filter(|kind| holds_number(pieces, *kind));
    let mut kinds: Vec<NumberKind> = kinds.collect();
    if !kinds.is_empty() || pieces.numbers(NumberKind::DriverId).next().is_some() {
        kinds.push(NumberKind::DriverId);
    }
    let fits = |product: &&Arc<Product>| kinds.contains(&product.number);
    catalog.products().iter().filter(fits).map(|product| product.code.clone()).collect()
}

/// Whether a complete number stands anywhere.
fn holds_number(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    (0..pieces.all().len()).any(|at| {
        let (_, from) = pieces.split(at);
        from.numbers(kind).next().is_some()
    })
}

fn without_labels<'p, 't>(pieces: Pieces<'p, 't>) -> Pieces<'p, 't> {
    without(pieces, &LABELS, |_| false)
}

/// The pieces behind those in front that are one of `words`, in any case.
fn without<'p, 't>(pieces: Pieces<'p, 't>, words: &[&str], unless: impl Fn(&str) -> bool) -> Pieces<'p, 't> {
    let is_word = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text)) && !unless(text);
    let skipped = pieces.all().iter().take_while(|piece| is_word(piece.text)).count();
    pieces.split(skipped).1
}

/// What was typed, short, and without what may be a number glued to it: the error may reach a log.
fn shown(text: &str) -> String {
    let mut digits = 0;
    text.chars()
        .take(24)
        .take_while(|c| {
            digits += usize::from(c.is_numeric());
            digits <= 6
        })
        .collect()
}
