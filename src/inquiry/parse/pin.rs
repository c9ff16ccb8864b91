//! Whether a PIN stands in a text that was refused: the agent is warned, and the message deleted, all the same.

use super::pieces::{Piece, Pieces};
use crate::value::NumberKind;

/// Whether what may be a PIN stands right behind a complete number.
pub(super) fn behind_number(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    any_number(pieces, kind, |behind| behind.first().is_some_and(|piece| piece.is_pin()))
}

/// Whether what may be a PIN stands behind a complete number and its nominal.
pub(super) fn behind_nominal(pieces: Pieces<'_, '_>, kind: NumberKind) -> bool {
    any_number(pieces, kind, |behind| behind.split(1).1.all().iter().any(is_no_amount))
}

/// The same where no product tells the kind of number. A driver's id would be found in anything, so it is left out.
pub(super) fn behind_any_number(pieces: Pieces<'_, '_>) -> bool {
    let is_pin = |behind: Pieces<'_, '_>| behind.all().iter().take(2).any(is_no_amount);
    [NumberKind::Meter, NumberKind::Mobile].into_iter().any(|kind| any_number(pieces, kind, is_pin))
}

/// What may be a PIN where a nominal may stand too: whole thousands are rather that.
fn is_no_amount(piece: &Piece<'_>) -> bool {
    piece.is_pin() && !piece.text.ends_with("000")
}

/// Whether `holds` for what stands behind any complete number.
fn any_number(pieces: Pieces<'_, '_>, kind: NumberKind, holds: impl Fn(Pieces<'_, '_>) -> bool) -> bool {
    let cuts = (1..pieces.all().len()).map(|end| pieces.split(end));
    // The cheaper question first.
    cuts.filter(|(_, behind)| holds(*behind)).any(|(before, _)| before.ends_in_number(kind))
}
