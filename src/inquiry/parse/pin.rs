//! PINs. One that is called so is taken out before anything is read. And whether one stands in a text that was refused: the
//! agent is warned, and the message deleted, all the same.

use std::ops::RangeInclusive;

use super::pieces::{Piece, Pieces};
use crate::{
    catalog::{Catalog, is_taken},
    value::{CustomerNumber, NumberKind},
};

/// What people call it, or a secret like it.
const LABELS: [&str; 11] =
    ["pin", "pinnya", "pin-nya", "pinku", "pin-ku", "mpin", "m-pin", "sandi", "password", "passcode", "otp"];

/// As many words may stand between its name and a PIN: `pin transaksi saya adalah 1234`.
const MOST_WORDS_BETWEEN: usize = 3;

/// How many digits a PIN has (field notes).
const LENGTH: RangeInclusive<usize> = 4..=8;

/// Takes out what is called a PIN (`pin 1234`, `PIN: 12 34 56`, `pin saya 1234`, `pin1234`), and tells whether there was any.
/// Its name stays, so that nothing before it is joined with what stands behind; only at the end, behind other figures, it
/// goes too.
pub(super) fn take_out<'t>(pieces: &[Piece<'t>], catalog: &Catalog) -> (Vec<Piece<'t>>, bool) {
    let pieces: Vec<_> = pieces.iter().flat_map(|piece| label_apart(*piece, catalog)).collect();
    let mut kept: Vec<Piece<'t>> = Vec::with_capacity(pieces.len());
    let (mut rest, mut seen, mut at_the_end) = (pieces.as_slice(), false, false);
    while let Some((piece, behind)) = rest.split_first() {
        let taken = if ends_in_label(&kept) { pieces_of_pin(rest) } else { 0 };
        at_the_end = taken > 0;
        seen |= at_the_end;
        if at_the_end {
            rest = rest.get(taken..).unwrap_or_default();
        } else {
            kept.push(*piece);
            rest = behind;
        }
    }
    if let ([.., before, last], true) = (kept.as_slice(), at_the_end)
        && is_label(last.text)
        && !before.is_word()
    {
        kept.pop();
    }
    (kept, seen)
}

/// `pin1234`, `PIN-1234`: the name and what is glued to it, in two pieces. Any other piece stays as it is.
fn label_apart<'t>(piece: Piece<'t>, catalog: &Catalog) -> impl Iterator<Item = Piece<'t>> + use<'t> {
    let first_digit = piece.text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let (name, figures) = piece.split(first_digit);
    let label = Piece { text: name.text.trim_end_matches('-'), ..name };
    let parts = if is_label(label.text) && catalog.get(piece.text).is_none() {
        [Some(label), Some(figures)]
    } else {
        [Some(piece), None]
    };
    parts.into_iter().flatten()
}

/// Whether the name of a PIN stands at the end, with a few words behind it at most.
fn ends_in_label(pieces: &[Piece<'_>]) -> bool {
    let words = pieces.iter().rev().take_while(|piece| piece.is_word());
    words.take(MOST_WORDS_BETWEEN + 1).any(|piece| is_label(piece.text))
}

/// How many pieces in front are a PIN: one, or several groups of digits that are no more than a PIN has; 0 if none are.
fn pieces_of_pin(pieces: &[Piece<'_>]) -> usize {
    let totals = pieces.iter().map_while(figures).scan(0, |total, digits| {
        *total += digits;
        Some(*total)
    });
    let mut fitting = totals.enumerate().take_while(|(_, total)| total <= LENGTH.end());
    match fitting.next() {
        None => 0,
        Some((_, digits)) if LENGTH.contains(&digits) => 1,
        Some(_) => fitting.filter(|(_, total)| LENGTH.contains(total)).last().map_or(0, |(at, _)| at + 1),
    }
}

/// How many digits a piece has that has no letters: `1234!`, `12-34`.
fn figures(piece: &Piece<'_>) -> Option<usize> {
    let is_figures = piece.text.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
    Some(piece.digits()).filter(|digits| is_figures && *digits > 0)
}

fn is_label(text: &str) -> bool {
    LABELS.iter().any(|label| label.eq_ignore_ascii_case(text))
}

/// `1234 PLN20 01105691111`: whether what may be a PIN stands before a code that has its number.
pub(super) fn before_code(pieces: Pieces<'_, '_>, catalog: &Catalog) -> bool {
    let words = pieces.all().iter().take_while(|piece| piece.is_word()).count();
    let (pin, behind) = pieces.split(words).1.split(1);
    let (code, number) = behind.split(1);
    let product = code.first().and_then(|code| catalog.get(code.text));
    pin.first().is_some_and(Piece::is_pin_rather_than_thousands)
        && product.is_some_and(|product| number.numbers(product.number).next().is_some())
}

/// `G.1234.5678`, `cek S.1234`: a command of other bots with its PIN.
pub(super) fn behind_taken_code(pieces: Pieces<'_, '_>) -> bool {
    let words = pieces.all().iter().take_while(|piece| piece.is_word() && !is_taken(piece.text)).count();
    let (code, rest) = pieces.split(words).1.split(1);
    let is_number = rest.numbers(NumberKind::Mobile).next().is_some();
    code.first().is_some_and(|code| is_taken(code.text))
        && !is_number
        && rest.all().iter().take(2).any(Piece::is_pin_rather_than_thousands)
}

/// Whether what may be a PIN stands right before a complete number: `PLN20.1234.01105691111`.
pub(super) fn before_number(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    let (first, behind) = pieces.split(1);
    first.first().is_some_and(Piece::is_pin_rather_than_nominal) && behind.split(1).0.number(kind).is_ok()
}

/// Whether what may be a PIN is glued to a complete number by a dash: `0812-3456-7890-1234`.
pub(super) fn behind_dash(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    let glued = pieces.first().and_then(|piece| piece.before_last_dash());
    glued.is_some_and(|(number, pin)| {
        pin.is_pin_rather_than_thousands() && CustomerNumber::parse(number.text, kind).is_ok()
    })
}

/// Whether what may be a PIN stands right behind a complete number.
pub(super) fn behind_number(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    any_number(pieces, kind, |behind| behind.first().is_some_and(Piece::is_pin_rather_than_thousands))
}

/// Whether what may be a PIN stands behind a complete number, in its nominal's place or behind it.
pub(super) fn behind_open_number(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    any_number(pieces, kind, |behind| {
        let (first, others) = behind.split(1);
        first.all().iter().any(Piece::is_pin_rather_than_nominal)
            || others.all().iter().any(Piece::is_pin_rather_than_thousands)
    })
}

/// The same where no product tells the kind of number. A driver's id would be found in anything, so it is left out.
pub(super) fn behind_any_number(pieces: Pieces<'_, '_>) -> bool {
    let is_pin = |behind: Pieces<'_, '_>| behind.all().iter().take(2).any(Piece::is_pin_rather_than_thousands);
    [NumberKind::Meter, NumberKind::Mobile].into_iter().any(|kind| any_number(pieces, kind, is_pin))
}

/// Whether `holds` for what stands behind any complete number.
fn any_number(pieces: Pieces<'_, '_>, kind: NumberKind, holds: impl Fn(Pieces<'_, '_>) -> bool) -> bool {
    let cuts = (1..pieces.all().len()).map(|end| pieces.split(end));
    // The cheaper question first.
    cuts.filter(|(_, behind)| holds(*behind)).any(|(before, _)| before.ends_in_number(kind))
}
