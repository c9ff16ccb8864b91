//! What stands around a number and is no part of it: a count or an amount before it, words, a nominal among words.

use super::{
    line::{Line, Tail},
    nominal::{self, MAX_TOKENS, Nominal},
    request::Check,
    span::Span,
    token::{Token, only},
};
use crate::value::NumberKind;

/// In `KODE.TUJUAN.PIN` as many digits are meant as a whole number, even when some are missing.
pub(super) const NEARLY_A_NUMBER: usize = 7;

/// An amount before a number has no more tokens: `1.250.000`.
const MAX_AMOUNT_TOKENS: usize = 3;

/// What stands behind a count or an amount in front: `1. 01105691111`, `20.000 01105691111`. Together they may read as
/// another, longer number.
pub(super) fn behind_count<'t>(rest: Span<'t>, line: &Line<'t>) -> Option<Span<'t>> {
    let kind = line.kind();
    if rest.first().is_some_and(|first| is_count(rest, first, kind)) {
        return Some(rest.from(1));
    }
    let begins_number = |behind: Span<'_>| {
        behind.begins_whole(kind) || behind.first().is_some_and(|next| next.digits >= NEARLY_A_NUMBER)
    };
    let longest = if line.is_open() { 0 } else { rest.groups().min(MAX_AMOUNT_TOKENS) };
    let mut cuts = (1..=longest).map(|end| rest.split(end));
    cuts.find(|(head, behind)| is_amount(*head) && begins_number(*behind)).map(|(_, behind)| behind)
}

/// A digit or two in front of a number, or three (`100`, in thousands) in front of a whole one. No number is written
/// with one digit apart, but for its zero and a country's code.
fn is_count(rest: Span<'_>, first: &Token<'_>, kind: NumberKind) -> bool {
    let is_country = kind == NumberKind::Mobile && first.text == "62";
    let next = rest.get(1).map_or(0, |next| next.digits);
    let set_off = rest.len() > 2 && rest.mark(1) != rest.mark(2);
    first.is_group()
        && !is_country
        && !first.text.starts_with(['0', '+'])
        && match first.digits {
            1 => next >= 3,
            2 => next >= NEARLY_A_NUMBER || next >= 3 && set_off,
            3 => rest.from(1).begins_whole(kind),
            _ => false,
        }
}

/// `20.000`, `5000`; and what is left of `PLN20.000`.
fn is_amount(head: Span<'_>) -> bool {
    let text = head.text();
    text == "000" || nominal::read(text).is_some_and(|Nominal { rupiah, .. }| rupiah.0 >= 1_000 && rupiah.0 % 500 == 0)
}

/// `50rb 0817345544`: a nominal and then a complete number, where there is one way to cut them.
pub(super) fn nominal_first(line: &Line<'_>) -> Option<Check> {
    let cuts = (1..line.rest.len()).map(|end| line.rest.split(end));
    only(cuts.filter_map(|(head, number)| {
        let nominal = nominal::read(head.text()).filter(|nominal| is_plain(nominal, head))?;
        line.check(number.number(line.kind()).ok()?, Some(nominal.rupiah))
    }))
}

/// Where figures begin, a complete number stands: `BUDI 01105691111 blok A5`. What is left from there on, for each.
pub(super) fn numbers_among_words<'t>(line: &Line<'t>) -> impl Iterator<Item = Span<'t>> {
    let rest = line.rest;
    let is_group = move |at: usize| rest.get(at).is_some_and(Token::is_group);
    let starts = (0..rest.len()).filter(move |at| at.checked_sub(1).is_none_or(|before| !is_group(before)));
    let starts = starts.map(move |at| rest.from(at));
    starts.map(|from| behind_count(from, line).unwrap_or(from)).filter(|from| from.begins_number(line.kind()))
}

/// The check that begins at a number, with words behind it: its nominal stands among them, where one is wanted. What
/// may be a PIN is left out; where the digits may go on, there is none.
pub(super) fn check_before_words(from: Span<'_>, line: &Line<'_>) -> Option<Check> {
    let numbers = from.numbers(line.kind());
    if line.is_open() {
        return only(numbers.filter_map(|(number, behind)| line.check(number, Some(nominal_in(behind)?.rupiah))));
    }
    let (number, behind) = only(numbers)?;
    let (figures, _) = behind.split(behind.groups());
    let only_pins = figures.tokens.iter().all(Token::is_pin) && !from.goes_on(from.len() - behind.len());
    line.check(number, None).filter(|_| figures.len() == 0 || only_pins)
}

/// The nominal that stands behind a number, with words before and behind it; and perhaps a PIN.
fn nominal_in(behind: Span<'_>) -> Option<Nominal> {
    if let Tail::Nominal { nominal, .. } = Tail::of(behind, true) {
        return Some(nominal);
    }
    let from = behind.behind(Token::is_word);
    (1..=from.len().min(MAX_TOKENS)).rev().find_map(|end| {
        let (written, after) = from.split(end);
        let ends = !matches!(from.gap(end), "." | ",")
            && after.tokens.iter().all(|token| token.is_word() || token.is_pin_rather_than_thousands());
        nominal::read(written.text()).filter(|nominal| ends && is_plain(nominal, written))
    })
}

/// Whether this is written as an amount, and not as a PIN may be.
fn is_plain(nominal: &Nominal, written: Span<'_>) -> bool {
    nominal.clear || !written.first().is_some_and(Token::is_pin_rather_than_nominal)
}
