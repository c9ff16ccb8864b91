//! PINs. One that is called so is taken out before anything is read. And whether one stands in a text that was refused: the
//! agent is warned, and the message deleted, all the same.

use super::pieces::{Piece, Pieces};
use crate::{
    catalog::{Catalog, is_taken},
    value::{CustomerNumber, NumberKind},
};

/// What people call it.
const LABELS: [&str; 6] = ["pin", "pinnya", "pin-nya", "pinku", "sandi", "password"];

/// Takes out what is called a PIN (`pin 1234`, `PIN: 1234`, `pin saya 1234`, `pin1234`), and tells whether there was any. Its
/// name stays, so that nothing before it is joined with what stands behind; only at the end, behind other figures, it goes
/// too.
pub(super) fn take_out<'t>(pieces: &[Piece<'t>], catalog: &Catalog) -> (Vec<Piece<'t>>, bool) {
    let mut kept: Vec<Piece<'t>> = Vec::with_capacity(pieces.len());
    let mut taken = None;
    for (at, piece) in pieces.iter().enumerate() {
        let label = glued_label(*piece).filter(|_| catalog.get(piece.text).is_none());
        if label.is_some() || is_called_pin(&kept, piece) {
            taken = Some(at);
            kept.extend(label);
        } else {
            kept.push(*piece);
        }
    }
    let at_the_end = taken.is_some_and(|at| at + 1 == pieces.len());
    if let ([.., before, last], true) = (kept.as_slice(), at_the_end)
        && is_label(last.text)
        && !before.is_word()
    {
        kept.pop();
    }
    (kept, taken.is_some())
}

/// Whether the name of a PIN stands before a piece that may be one, with a word between them at most.
fn is_called_pin(before: &[Piece<'_>], piece: &Piece<'_>) -> bool {
    let called = match before {
        [.., label, word] if word.is_word() => is_label(label.text) || is_label(word.text),
        [.., label] => is_label(label.text),
        [] => false,
    };
    called && is_written_pin(piece.text)
}

/// The name of a PIN that is glued to it.
fn glued_label(piece: Piece<'_>) -> Option<Piece<'_>> {
    let (label, pin) = piece.text.split_at_checked(piece.text.find(|c: char| c.is_ascii_digit())?)?;
    let label = label.trim_end_matches('-');
    (is_label(label) && is_written_pin(pin)).then_some(Piece { start: piece.start, text: label })
}

fn is_label(text: &str) -> bool {
    LABELS.iter().any(|label| label.eq_ignore_ascii_case(text))
}

/// 4 to 8 digits, with signs behind them: `1234!`.
fn is_written_pin(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    (4..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
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
