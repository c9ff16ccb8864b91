//! Digits that would be read as a number though nobody meant them to be one: a token, a bank's virtual account, a PIN or a
//! count behind a number that lacks digits, the end of a longer number. Whoever typed them is told, or asked again.

use super::{
    nominal,
    pieces::{Piece, Pieces},
    pin,
    reading::Tail,
};
use crate::{
    catalog::Product,
    value::{NumberError, NumberKind},
};

/// In `KODE.TUJUAN.PIN` as many digits are meant as a whole number, even when some are missing.
const NEARLY_A_NUMBER: usize = 7;

/// The same where the separator may be one within the number too.
const SURELY_A_NUMBER: usize = 9;

/// A count, or an amount in thousands, has no more digits.
const MOST_OF_A_COUNT: usize = 2;

/// An amount before a number has no more pieces: `1.250.000`.
const MOST_OF_AN_AMOUNT: usize = 3;

/// Why the digits in front are no customer's number at all, and whether a PIN stands behind them.
pub(super) fn no_customer(rest: Pieces<'_, '_>, product: &Product) -> Option<(NumberError, bool)> {
    let kind = product.number;
    let is_whole = begins_whole(rest, kind);
    if let Some((error, behind)) = virtual_account(rest).filter(|_| kind == NumberKind::Mobile && !is_whole) {
        return Some((error, Tail::of(behind, product.is_open()).has_pin()));
    }
    // A customer id of twelve and eight more are taken for a token too; elsewhere a whole number in front is one.
    let is_token = is_token(rest, kind) && (kind == NumberKind::Meter || !is_whole);
    is_token.then_some((NumberError::Token, false))
}

/// The same for a text without a known code, whatever words stand before the digits.
pub(super) fn no_customer_of_any(pieces: Pieces<'_, '_>) -> Option<(NumberError, bool)> {
    let words = pieces.all().iter().take_while(|piece| !piece.is_group()).count();
    let (_, rest) = pieces.split(words);
    if let Some((error, behind)) = virtual_account(rest).filter(|_| !begins_whole(rest, NumberKind::Mobile)) {
        return Some((error, behind.first().is_some_and(Piece::is_pin_rather_than_thousands)));
    }
    let begins_whole = [NumberKind::Meter, NumberKind::Mobile].into_iter().any(|kind| begins_whole(rest, kind));
    let is_number = begins_whole || rest.first().is_some_and(|first| first.text.starts_with("08"));
    let pin_seen = is_number && pin::behind_any_number(rest);
    is_token(rest, NumberKind::Meter).then_some((NumberError::Token, pin_seen))
}

/// Whether the second of two groups may be a PIN though both together are a complete number: `081234567.8901`, where a
/// digit is missing. Or a PIN behind `852808173455`, with which the two are a virtual account.
pub(super) fn hides_a_pin(rest: Pieces<'_, '_>, product: &Product) -> bool {
    let [first, second, ..] = rest.all() else { return false };
    let may_be_pin = if product.is_open() { second.is_pin_rather_than_nominal() } else { second.is_pin() };
    may_be_pin && (is_short_of_digits(rest, first, product.number) || is_account_with_pin(rest, product.number))
        || is_pin_first(rest, first, product.number)
}

/// Whether a count or an amount in thousands would complete a number that lacks digits: `0110569111 1`, `081734554 10`.
pub(super) fn is_completed_by_count(rest: Pieces<'_, '_>, product: &Product) -> bool {
    let [first, second, ..] = rest.all() else { return false };
    second.is_bare() && second.digits() <= MOST_OF_A_COUNT && is_short_of_digits(rest, first, product.number)
}

fn is_short_of_digits(rest: Pieces<'_, '_>, first: &Piece<'_>, kind: NumberKind) -> bool {
    let enough = if is_of_the_field(rest.gap(1)) { NEARLY_A_NUMBER } else { SURELY_A_NUMBER };
    let (both, _) = rest.split(2);
    first.digits() >= enough && !begins_whole(rest, kind) && both.number(kind).is_ok()
}

fn is_account_with_pin(rest: Pieces<'_, '_>, kind: NumberKind) -> bool {
    kind == NumberKind::Mobile && begins_whole(rest, kind) && virtual_account(rest).is_some()
}

/// `MAX5000.1234.12345`: only a driver's id is as long as both together may be.
fn is_pin_first(rest: Pieces<'_, '_>, first: &Piece<'_>, kind: NumberKind) -> bool {
    let (_, behind) = rest.split(1);
    kind == NumberKind::DriverId && first.is_pin() && is_of_the_field(rest.gap(1)) && begins_whole(behind, kind)
}

/// What stands behind a count or an amount in front: `1. 01105691111`, `20.000 01105691111`. Together they may read as
/// another, longer number.
pub(super) fn behind_count<'p, 't>(rest: Pieces<'p, 't>, product: &Product) -> Option<Pieces<'p, 't>> {
    let (first, behind) = rest.split(1);
    if first.first().is_some_and(|first| is_count(rest, first, product.number)) {
        return Some(behind);
    }
    let begins_number = |behind: &Pieces<'_, '_>| {
        begins_whole(*behind, product.number) || behind.first().is_some_and(|next| next.digits() >= NEARLY_A_NUMBER)
    };
    let amounts = (1..=rest.groups()).map(|end| rest.split(end)).take(MOST_OF_AN_AMOUNT);
    let mut behind = amounts.filter(|(head, _)| is_amount(*head)).map(|(_, behind)| behind);
    behind.find(begins_number).filter(|_| !product.is_open())
}

/// A digit or two in front of a number, or three (`100`, in thousands) in front of a whole one. No number is written with
/// one digit apart, but for its zero and a country's code.
fn is_count(rest: Pieces<'_, '_>, first: &Piece<'_>, kind: NumberKind) -> bool {
    let is_country = kind == NumberKind::Mobile && first.text == "62";
    let next = rest.all().get(1).map_or(0, Piece::digits);
    let set_off = rest.all().len() > 2 && kind_of(rest.gap(1)) != kind_of(rest.gap(2));
    first.is_group()
        && !is_country
        && !first.text.starts_with(['0', '+'])
        && match first.digits() {
            1 => next >= 3,
            2 => next >= NEARLY_A_NUMBER || next >= 3 && set_off,
            3 => begins_whole(rest.split(1).1, kind),
            _ => false,
        }
}

/// `20.000`, `5000`; and what is left of `PLN20.000`.
fn is_amount(head: Pieces<'_, '_>) -> bool {
    let text = head.text();
    text == "000" || nominal::read(text).is_some_and(|nominal| nominal.rupiah.0 >= 1_000 && nominal.rupiah.0 % 500 == 0)
}

/// Whether what may be a PIN at a position may as well be one more group of a number written in groups.
pub(super) fn goes_on(rest: Pieces<'_, '_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| rest.all().get(before));
    before.is_some_and(|group| group.digits() < SURELY_A_NUMBER && kind_of(rest.gap(at)) == kind_of(rest.gap(at - 1)))
}

/// Twenty digits, however they are grouped.
fn is_token(rest: Pieces<'_, '_>, kind: NumberKind) -> bool {
    let (digits, _) = rest.split(rest.groups());
    digits.number(kind) == Err(NumberError::Token)
}

/// The longest virtual account in front, and what is left behind it. Without its last groups it may read as a mobile
/// number that lacks its zero.
fn virtual_account<'p, 't>(rest: Pieces<'p, 't>) -> Option<(NumberError, Pieces<'p, 't>)> {
    let faults = rest.cuts().filter_map(|(digits, behind)| Some((digits.number(NumberKind::Mobile).err()?, behind)));
    faults.filter(|(error, _)| matches!(error, NumberError::VirtualAccount { .. })).last()
}

/// Whether the first group is a complete number by itself.
fn begins_whole(rest: Pieces<'_, '_>, kind: NumberKind) -> bool {
    rest.split(1).0.number(kind).is_ok()
}

/// A separator without the spaces and brackets that come with any; but a new line counts.
fn kind_of(gap: &str) -> &str {
    gap.trim_matches(|c: char| matches!(c, '(' | ')') || c.is_whitespace() && c != '\n')
}

/// What the field puts between code, number and PIN, and seldom within a number.
fn is_of_the_field(gap: &str) -> bool {
    matches!(gap.trim(), "." | "*" | "#")
}
