//! Where the code of a product stands in a line, or should stand, and which codes would fit where it has none.

use std::sync::Arc;

use super::{span::Span, token::Token, words::Class};
use crate::{
    catalog::{Catalog, Product, ProductCode},
    value::NumberKind,
};

/// More digits before a code may be a number.
const MAX_DIGITS_BEFORE: usize = 4;

/// The product whose code stands first, or last behind a number; what is left of the line; and whether words before the
/// code were left out, or nothing sets it off from its number: then it is no clear order.
pub(super) fn find(line: Span<'_>) -> Option<(&Arc<Product>, Span<'_>, bool)> {
    first_or_last(line).or_else(|| {
        let (product, rest, _) = first_or_last(behind_words(line))?;
        Some((product, rest, true))
    })
}

fn first_or_last(line: Span<'_>) -> Option<(&Arc<Product>, Span<'_>, bool)> {
    let (line, at) = place(line)?;
    let (before, from) = line.split(at);
    let code = from.first().filter(|code| !code.is_group())?;
    let is_glued = from.len() > 1 && from.gap(1).is_empty();
    let rest = if at == 0 { from.from(1) } else { before };
    Some((code.product?, rest, is_glued))
}

/// The line without what people put before it, and the position at which a code should stand: behind a number the last
/// one.
pub(super) fn place(line: Span<'_>) -> Option<(Span<'_>, usize)> {
    let line = line.behind(|token| token.class == Class::Ask && token.product.is_none());
    let first = line.first()?;
    let number_first = first.product.is_none() && first.is_group();
    Some((line, if number_first { line.len() - 1 } else { 0 }))
}

/// The line without words that are no part of a check: `kak PLN20 …`, `1. PLN20 …`, `kak 01105691111 PLN20`. What is
/// left out holds no customer's number.
fn behind_words(line: Span<'_>) -> Span<'_> {
    let words = line.tokens.iter().take_while(|token| token.is_word()).count();
    let code = line.tokens.iter().position(Token::is_code).unwrap_or(words);
    let digits: usize = line.tokens.iter().take(code).map(|token| token.digits).sum();
    line.from(if digits <= MAX_DIGITS_BEFORE { code } else { words })
}

/// The line without the code, which stands first or last.
pub(super) fn others(line: Span<'_>, at: usize) -> Span<'_> {
    if at == 0 { line.from(1) } else { line.split(at).0 }
}

/// The products for which a complete number stands somewhere. A driver's id would be found in anything: it counts in
/// front, and where another number is found.
pub(super) fn fitting(line: Span<'_>, catalog: &Catalog) -> Vec<ProductCode> {
    let is_anywhere = |kind: &NumberKind| (0..line.len()).any(|at| line.from(at).begins_number(*kind));
    let mut kinds: Vec<_> = [NumberKind::Meter, NumberKind::Mobile].into_iter().filter(is_anywhere).collect();
    if !kinds.is_empty() || line.begins_number(NumberKind::DriverId) {
        kinds.push(NumberKind::DriverId);
    }
    let fits = |product: &&Arc<Product>| kinds.contains(&product.number);
    catalog.products().iter().filter(fits).map(|product| product.code.clone()).collect()
}

/// What was typed for a code, short, and without what may be a number glued to it: it may reach a log.
pub(super) fn shown(typed: &str) -> String {
    let mut digits = 0;
    let is_shown = |c: &char| {
        digits += usize::from(c.is_numeric());
        digits <= 6
    };
    typed.chars().take(24).take_while(is_shown).collect()
}
