//! Why the pieces behind a code are no request: the reason that helps most.

use std::sync::Arc;

use super::{
    Error, Parsed, Request, nominal,
    pieces::{Piece, Pieces},
    pin,
    reading::{Reading, Tail},
    rewrite,
};
use crate::{
    catalog::Product,
    value::{NumberError, NumberKind},
};

/// Refuses the pieces; `readings` are those with a complete number, none of which is a request.
pub(super) fn of(product: Arc<Product>, rest: Pieces<'_, '_>, readings: &[Reading]) -> Parsed {
    let (error, glimpsed) = reason(&product, rest, readings);
    let kind = product.number;
    let is_behind = if product.is_open() { pin::behind_open_number } else { pin::behind_number };
    let pin_seen = glimpsed || pin::before_number(rest, kind) || pin::behind_dash(rest, kind) || is_behind(rest, kind);
    Parsed { request: Err(error), pin_seen }
}

/// The reason, and whether it takes a piece for a PIN.
fn reason(product: &Arc<Product>, rest: Pieces<'_, '_>, readings: &[Reading]) -> (Error, bool) {
    let product = Arc::clone(product);
    if rest.all().iter().all(Piece::is_word) || product.is_open() && is_plainly_a_nominal(rest) {
        return (Error::MissingNumber(product), false);
    }
    if two_numbers(rest, product.number) {
        return (Error::Several, false);
    }
    if let Some(error) = nominal_among_words(&product, rest, readings) {
        return (error, false);
    }
    if let Some(error) = nominal_at_fault(&product, readings) {
        return (error, readings.iter().any(|reading| reading.tail.has_pin()));
    }
    if let Some(error) = rewrite::nominal_first(&product, rest) {
        return (error, false);
    }
    match number_at_fault(&product, rest) {
        (NumberError::NotDigits, pin) => {
            (rewrite::words_around(&product, rest).unwrap_or(Error::Number(product, NumberError::NotDigits)), pin)
        }
        // The number is not too long: it has more behind it.
        (NumberError::TooLong { .. }, pin) if begins_with_whole_run(rest, product.number) => {
            (Error::Ambiguous(product), pin)
        }
        (error, pin) => (Error::Number(product, error), pin),
    }
}

/// `01105691111,20`: a number that no digit has to be taken from.
fn begins_with_whole_run(rest: Pieces<'_, '_>, kind: NumberKind) -> bool {
    let (first, behind) = rest.split(1);
    first.number(kind).is_ok() && !behind.all().is_empty()
}

/// `50rb` or `Rp50.000`: with letters it is the beginning of no number.
fn is_plainly_a_nominal(rest: Pieces<'_, '_>) -> bool {
    nominal::read(rest.text()).is_some() && rest.text().bytes().any(|b| b.is_ascii_alphabetic())
}

/// Two complete numbers in a row. The parts of a driver's id are easily complete themselves: only two alone count.
fn two_numbers(rest: Pieces<'_, '_>, kind: NumberKind) -> bool {
    let parts_count = kind != NumberKind::DriverId || rest.all().len() == 2;
    parts_count && rest.numbers(kind).any(|(_, behind)| behind.numbers(kind).next().is_some())
}

/// `0817345544 50rb ya kak`: all that is needed was typed, and more.
fn nominal_among_words(product: &Arc<Product>, rest: Pieces<'_, '_>, readings: &[Reading]) -> Option<Error> {
    let unclear = product.is_open() && readings.first().is_some_and(|reading| reading.tail == Tail::Unclear);
    if unclear { rewrite::words_around(product, rest) } else { None }
}

/// The number is complete: it is the nominal that is missing, wrong or too much. The shortest number decides.
fn nominal_at_fault(product: &Arc<Product>, readings: &[Reading]) -> Option<Error> {
    let shortest = readings.first()?;
    let (product, number) = (Arc::clone(product), shortest.number.clone());
    let is_nominal = |reading: &Reading| matches!(reading.tail, Tail::Nominal { .. });
    if !product.is_open() {
        if is_nominal(shortest) {
            return Some(Error::NominalNotTaken(Request { product, number, nominal: None }));
        }
        return readings.iter().any(is_nominal).then_some(Error::Ambiguous(product));
    }
    Some(match shortest.tail {
        Tail::Nothing => Error::MissingNominal(product, number),
        Tail::Nominal { .. } | Tail::Count => Error::NominalOutOfRange(product, number),
        Tail::NominalOrPin => Error::NominalOrPin(product, number),
        Tail::BadFigure | Tail::Pin | Tail::PinOrGroup | Tail::Unclear => Error::BadNominal(product, number),
    })
}

/// What is wrong with the number, by the reading that comes nearest to one; and whether that leaves out a PIN.
fn number_at_fault(product: &Product, rest: Pieces<'_, '_>) -> (NumberError, bool) {
    let open = product.is_open();
    let parts = rest.cuts().map(|(number, tail)| (number, Tail::of(tail, open)));
    let parts = parts.filter(|(_, tail)| matches!(tail, Tail::Pin | Tail::NominalOrPin | Tail::Nominal { .. }));
    let all = parts.map(|(number, tail)| (number, tail.has_pin(), false)).chain([(rest, false, true)]);
    let faults = all.filter_map(|(number, pin, whole)| Some((number.number(product.number).err()?, pin, whole)));
    // Equally far: a number alone is likelier where no nominal is wanted.
    let nearest = faults.min_by_key(|(error, _, whole)| (distance(error), *whole == open));
    nearest.map_or((NumberError::NotDigits, false), |(error, pin, _)| (error, pin))
}

/// How many digits are wrong.
fn distance(error: &NumberError) -> usize {
    match error {
        NumberError::TooShort { missing } => *missing,
        NumberError::TooLong { extra } => *extra,
        NumberError::Token | NumberError::VirtualAccount { .. } => 0,
        NumberError::NotMobile | NumberError::NotDigits => usize::MAX,
    }
}
