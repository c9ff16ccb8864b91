//! Whether a PIN stands in a text that was refused: the agent is warned, and the message deleted, all the same.

use super::pieces::{Piece, Pieces};
use crate::value::NumberKind;

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
