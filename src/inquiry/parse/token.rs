//! Cuts a clean text into tokens at the separators that agents use, and tells what each of them can be.

use std::{iter, sync::Arc};

use super::{nominal, words::Class};
use crate::{
    catalog::{Catalog, Product},
    value::CustomerNumber,
};

/// A run of as many digits is meant as a whole number, even when some are missing, and is no group of a longer one.
pub(super) const SURELY_A_NUMBER: usize = 9;

/// What stands between two separators, with its classes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) class: Class,
    /// How many ASCII digits it has.
    pub(super) digits: usize,
    /// The product that has it as its code, in any case.
    pub(super) product: Option<&'t Product>,
}

impl<'t> Token<'t> {
    pub(super) fn new(text: &'t str, catalog: &'t Catalog) -> Self {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        Self { text, class: Class::of(text), digits, product: catalog.get(text).map(Arc::as_ref) }
    }

    pub(super) fn is_group(&self) -> bool {
        self.class == Class::Digits
    }

    /// Any word, whatever it means; and a code without digits.
    pub(super) fn is_word(&self) -> bool {
        !matches!(self.class, Class::Digits | Class::Mixed)
    }

    /// Digits alone.
    pub(super) fn is_bare(&self) -> bool {
        self.digits == self.text.len()
    }

    /// A code, and no amount: in the middle of a text `10K` is rather an amount, though a product may have it as its
    /// code.
    pub(super) fn is_code(&self) -> bool {
        self.product.is_some() && nominal::read(self.text).is_none()
    }

    /// What may be a PIN: 4 to 8 digits alone.
    pub(super) fn is_pin(&self) -> bool {
        self.is_bare() && (4..=8).contains(&self.digits)
    }

    /// What may be a PIN and is no amount in whole thousands, as `20000` is.
    pub(super) fn is_pin_rather_than_thousands(&self) -> bool {
        self.is_pin() && (self.text.starts_with('0') || !self.text.ends_with("000"))
    }

    /// What may be a PIN where a nominal should stand. Nominals are multiples of 500; other ones are written with dots,
    /// `Rp` or `rb`.
    pub(super) fn is_pin_rather_than_nominal(&self) -> bool {
        self.is_pin() && !["000", "500"].iter().any(|end| self.text.ends_with(end))
    }
}

/// The one item, unless there are others.
pub(super) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

/// Where a part of a text begins in it, in bytes.
pub(super) fn position(part: &str, text: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// The tokens of a clean text. Dashes alone are none; a sign that glues a number to a code, a dash that glues something
/// to a whole number, and nothing at all between the name of a PIN and its digits separate them too.
pub(super) fn cut<'t>(clean: &'t str, catalog: &'t Catalog) -> Vec<Token<'t>> {
    let pieces = clean.split(is_separator).filter(|text| text.bytes().any(|b| b != b'-'));
    let pieces = pieces.flat_map(|text| behind_code(text, catalog)).flat_map(at_dashes);
    let pieces = pieces.flat_map(|text| behind_name(text, catalog)).filter(|text| !text.is_empty());
    join_codes(clean, pieces.map(|text| Token::new(text, catalog)), catalog)
}

/// `PLN20-01105691111`, `PLN20→01105691111`: a dash may also be a part of a code, so the longest known code is taken.
/// And `PLN2001105691111`, where one code leaves a whole number.
fn behind_code<'t>(text: &'t str, catalog: &Catalog) -> [&'t str; 2] {
    let is_glue = |c: char| !c.is_alphanumeric() && c != '+';
    let product = |at: usize| catalog.get(text.get(..at)?);
    // An amount may be a code, too: `25k`.
    let is_before_number = |at: &usize| {
        let (code, number) = text.split_at_checked(*at).unwrap_or_default();
        let product = product(*at).filter(|_| nominal::read(code).is_none());
        product.is_some_and(|product| CustomerNumber::parse(number, product.number).is_ok())
    };
    let signs = text.rmatch_indices(is_glue).map(|(at, _)| at);
    let end = iter::once(text.len()).chain(signs).find(|at| product(*at).is_some());
    let end = end.or_else(|| only((1..text.len()).filter(is_before_number))).unwrap_or(text.len());
    let (code, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    [code, rest.trim_start_matches(is_glue)]
}

/// Cuts at dashes that are hardly within a number: all of those around a long run (`1-01105691111`,
/// `01105691111-1-1234`), and the last one behind a shortened group (`0110-5691-111-1`).
fn at_dashes(text: &str) -> Vec<&str> {
    let groups: Vec<&str> = text.split('-').collect();
    let is_number = Class::of(text) == Class::Digits;
    let is_count = |group: &str| is_number && (1..=2).contains(&group.trim_start_matches('+').len());
    let is_long = |group: &str| {
        let digits = group.strip_prefix('+').unwrap_or(group);
        digits.len() >= SURELY_A_NUMBER && digits.bytes().all(|b| b.is_ascii_digit())
    };
    match *groups {
        [first, second, ..] if is_long(first) || is_count(first) && is_long(second) => groups,
        [.., before, shorter, last] if is_count(last) && shorter.len() < before.len() => {
            text.rsplit_once('-').map_or(vec![text], |(number, last)| vec![number, last])
        }
        _ => vec![text],
    }
}

/// `pin1234`, `PIN-1234`; and `token20`, where the provider's codes do not begin so.
fn behind_name<'t>(text: &'t str, catalog: &Catalog) -> [&'t str; 2] {
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let (name, figures) = text.split_at_checked(digits).unwrap_or((text, ""));
    let name = name.trim_end_matches('-');
    let begins = |product: &Arc<Product>| {
        product.code.as_str().get(..name.len()).is_some_and(|front| front.eq_ignore_ascii_case(name))
    };
    let is_name = match Class::of(name) {
        Class::PinName => catalog.get(text).is_none(),
        Class::Provider(_) => !catalog.products().iter().any(begins),
        _ => false,
    };
    if is_name { [name, figures] } else { [text, ""] }
}

/// `DN 50`, where `DN50` is a code.
fn join_codes<'t>(clean: &'t str, tokens: impl Iterator<Item = Token<'t>>, catalog: &'t Catalog) -> Vec<Token<'t>> {
    let mut joined: Vec<Token<'t>> = Vec::new();
    for token in tokens {
        let letters = joined.last().filter(|last| last.class == Class::Word && token.is_bare() && token.digits <= 4);
        let code = letters.and_then(|last| {
            let product = catalog.get(&format!("{}{}", last.text, token.text))?;
            let text = clean.get(position(last.text, clean)..position(token.text, clean) + token.text.len())?;
            Some(Token { text, class: Class::Mixed, digits: token.digits, product: Some(product) })
        });
        if code.is_some() {
            joined.pop();
        }
        joined.push(code.unwrap_or(token));
    }
    joined
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_never_within_a_number(c)
        || matches!(c, '.' | ',' | '*' | '#' | '(' | ')' | '"' | '\'' | '`' | '<' | '>')
}

/// Dates, hours and lists have these between their digits, and no customer's number does.
pub(super) fn is_never_within_a_number(c: char) -> bool {
    matches!(c, '/' | ':' | ';' | '=' | '|')
}
