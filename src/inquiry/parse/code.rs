//! Where the code of a product stands in a text, or should stand; and what is said of a text that has none.

use std::sync::Arc;

use super::{
    nominal,
    request::Refusal,
    span::{MAX_TOKENS, Span},
    token::Token,
    words::Class,
};
use crate::{
    catalog::{Catalog, Product, ProductCode, is_taken},
    value::{NumberError, NumberKind},
};

/// More digits before a code may be a number.
const MAX_DIGITS_BEFORE: usize = 4;

/// An agent is shown no more near codes.
const MAX_NEAREST: usize = 3;

/// A text in which no code was found, since none stands first, or last behind a number.
pub(super) struct Text<'t> {
    pub(super) all: Span<'t>,
    pub(super) catalog: &'t Catalog,
    /// Whether it is longer than one check, or than what is read of it.
    pub(super) is_too_much: bool,
}

impl<'t> Text<'t> {
    /// `is_cut_off` where these are not all of its tokens.
    pub(super) fn new(all: Span<'t>, is_cut_off: bool, catalog: &'t Catalog) -> Self {
        Self { all, catalog, is_too_much: is_cut_off || all.len() > MAX_TOKENS }
    }

    /// The product whose code stands first, or last behind a number; what is left of the text; and whether words before
    /// the code were left out, or nothing sets it off from its number: then it is no clear order.
    pub(super) fn code(&self) -> Option<(&'t Product, Span<'t>, bool)> {
        let found = first_or_last(self.all).or_else(|| {
            let (product, rest, _) = first_or_last(behind_words(self.all))?;
            Some((product, rest, true))
        });
        found.filter(|_| !self.is_too_much)
    }
}

fn first_or_last(text: Span<'_>) -> Option<(&Product, Span<'_>, bool)> {
    let (text, at) = place(text)?;
    let from = text.from(at);
    let code = from.first().filter(|code| !code.is_group())?;
    let is_glued = from.len() > 1 && from.gap(1).is_empty();
    Some((code.product?, others(text, at), is_glued))
}

/// The text without what people put before it, and the position at which a code should stand: behind a number the last
/// one.
pub(super) fn place(text: Span<'_>) -> Option<(Span<'_>, usize)> {
    let text = text.behind(|token| token.class == Class::Ask && token.product.is_none());
    let first = text.first()?;
    let number_first = first.product.is_none() && first.is_group();
    Some((text, if number_first { text.len() - 1 } else { 0 }))
}

/// The text without the code, which stands first or last.
pub(super) fn others(text: Span<'_>, at: usize) -> Span<'_> {
    if at == 0 { text.from(1) } else { text.split(at).0 }
}

/// The text without words that are no part of a check: `kak PLN20 …`, `1. PLN20 …`, `kak 01105691111 PLN20`. What is
/// left out holds no customer's number.
fn behind_words(text: Span<'_>) -> Span<'_> {
    let words = text.tokens.iter().take_while(|token| token.is_word()).count();
    let code = text.tokens.iter().position(Token::is_code).unwrap_or(words);
    let digits: usize = text.tokens.iter().take(code).map(|token| token.digits).sum();
    text.from(if digits <= MAX_DIGITS_BEFORE { code } else { words })
}

// What is said of a text without a code, in the order of the table of rules.

pub(super) fn too_much(text: &Text<'_>) -> Option<Refusal> {
    text.is_too_much.then_some(Refusal::Several)
}

pub(super) fn nothing(text: &Text<'_>) -> Option<Refusal> {
    place(text.all).is_none().then_some(Refusal::Empty)
}

/// Whatever words stand before the digits.
pub(super) fn no_customer(text: &Text<'_>) -> Option<Refusal> {
    let rest = text.all.behind(|token| !token.is_group());
    let account = rest.virtual_account().filter(|_| !rest.begins_whole(NumberKind::Mobile)).map(|(error, _)| error);
    let error = account.or_else(|| rest.is_token(NumberKind::Meter).then_some(NumberError::Token));
    error.map(Refusal::NoCustomer)
}

/// `0817345544 DNOPEN 10000`.
pub(super) fn in_the_middle(text: &Text<'_>) -> Option<Refusal> {
    let (rest, _) = place(text.all).filter(|(rest, _)| rest.first().is_some_and(Token::is_group))?;
    let codes = rest.tokens.iter().filter(|token| token.is_code()).filter_map(|token| token.product);
    let fitting: Vec<_> = codes.map(|product| product.code.clone()).collect();
    (!fitting.is_empty()).then_some(Refusal::MissingCode { fitting, checks: Vec::new() })
}

/// `saldo`, `pulsa 10 …`, `bpjs …`; but `pulsa listrik` is PLN's.
pub(super) fn not_offered(text: &Text<'_>) -> Option<Refusal> {
    let has = |fits: fn(Class) -> bool| text.all.tokens.iter().any(|token| fits(token.class));
    let is_named = has(|class| matches!(class, Class::Provider(_)));
    let is_other = has(|class| class == Class::NotOffered) || has(|class| class == Class::NotOfferedAlone) && !is_named;
    is_other.then_some(Refusal::NotOffered)
}

/// No code was meant at all: an amount stands in its place, or one of a sentence's words, as its neighbour is.
pub(super) fn not_meant(text: &Text<'_>) -> Option<Refusal> {
    let (rest, at) = place(text.all)?;
    let typed = rest.get(at)?;
    let neighbour = rest.get(if at == 0 { 1 } else { at - 1 });
    let is_no_word =
        typed.is_group() || nominal::read(typed.text).is_some() || !typed.text.contains(char::is_alphanumeric);
    let is_sentence = neighbour.is_some_and(Token::is_word)
        && !is_taken(typed.text)
        && text.catalog.nearest(typed.text, 1).is_empty();
    let fitting = if is_no_word || is_sentence { fitting(rest, text.catalog) } else { Vec::new() };
    (is_no_word || !fitting.is_empty()).then_some(Refusal::MissingCode { fitting, checks: Vec::new() })
}

/// A mistyped code, or another bot's. Who types another bot's code, or one with digits, knows of codes: what would fit
/// the number is told to others.
pub(super) fn unknown(text: &Text<'_>) -> Option<Refusal> {
    let (rest, at) = place(text.all)?;
    let typed = rest.get(at)?.text;
    let is_code = is_taken(typed) || typed.contains(char::is_numeric);
    let fitting = if is_code { Vec::new() } else { fitting(rest, text.catalog) };
    let nearest = text.catalog.nearest(typed, MAX_NEAREST);
    Some(Refusal::UnknownCode { typed: shown(typed), nearest, lines: Vec::new(), fitting })
}

/// The products for which a complete number stands somewhere. A driver's id would be found in anything: it counts in
/// front, and where another number is found.
fn fitting(text: Span<'_>, catalog: &Catalog) -> Vec<ProductCode> {
    let is_anywhere = |kind: &NumberKind| (0..text.len()).any(|at| text.from(at).begins_number(*kind));
    let mut kinds: Vec<_> = [NumberKind::Meter, NumberKind::Mobile].into_iter().filter(is_anywhere).collect();
    if !kinds.is_empty() || text.begins_number(NumberKind::DriverId) {
        kinds.push(NumberKind::DriverId);
    }
    let fits = |product: &&Arc<Product>| kinds.contains(&product.number);
    catalog.products().iter().filter(fits).map(|product| product.code.clone()).collect()
}

/// What was typed for a code, short, and without what may be a number glued to it: it may reach a log.
fn shown(typed: &str) -> String {
    let mut digits = 0;
    let is_shown = |c: &char| {
        digits += usize::from(c.is_numeric());
        digits <= 6
    };
    typed.chars().take(24).take_while(is_shown).collect()
}
