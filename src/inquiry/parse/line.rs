//! A line as the rules look at it: its tokens, its product, and every way in which the digits behind a code can be a
//! number.
//!
//! The number is the first groups joined; a run of digits is never cut. Behind it stands nothing, a PIN (dropped
//! unread), or a nominal and then perhaps a PIN.

use std::sync::Arc;

use super::{
    nominal::{self, Nominal},
    request::takes,
    span::Span,
};
use crate::{
    catalog::{Catalog, Product},
    value::{CustomerNumber, NumberError, Rupiah},
};

pub(super) struct Line<'t> {
    pub(super) catalog: &'t Catalog,
    /// Whether the message is longer than one check, or than what is read of it.
    pub(super) is_too_much: bool,
    /// The product whose code stands there.
    pub(super) product: Option<&'t Arc<Product>>,
    /// What stands behind the code (or before it, when it stands last); the whole line where there is no code.
    pub(super) rest: Span<'t>,
    /// The complete numbers in front of `rest`, the shortest first.
    pub(super) ways: Vec<Way>,
    /// Whether something else stood in the line, such as words before the code.
    pub(super) has_words: bool,
}

impl<'t> Line<'t> {
    /// A line with a code.
    pub(super) fn behind(product: &'t Arc<Product>, rest: Span<'t>, has_words: bool, catalog: &'t Catalog) -> Self {
        let (product, ways) = (Some(product), ways(rest, product));
        Self { catalog, is_too_much: false, product, rest, ways, has_words }
    }
}

/// A complete number, and what stands behind it.
pub(super) struct Way {
    pub(super) number: CustomerNumber,
    pub(super) tail: Tail,
    /// The nominal, where it is one that the product takes.
    pub(super) nominal: Option<Rupiah>,
    /// Whether nothing is missing, too much or out of range.
    pub(super) is_check: bool,
}

/// What stands behind a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    Nothing,
    /// Only behind a fixed denomination; an open one has its nominal first.
    Pin,
    /// The same, or one more group of a number written in groups.
    PinOrGroup,
    /// Behind an open denomination: digits in the nominal's place that look like a PIN.
    NominalOrPin,
    /// Behind a fixed denomination only a clear one, or whole thousands.
    Nominal {
        nominal: Nominal,
        pin: bool,
    },
    /// A few digits by themselves: a repeat count, or an amount in thousands, as likely as the number's own end.
    Count,
    /// Begins as thousands or decimals do, but is no amount.
    BadFigure,
    Unclear,
}

fn ways(rest: Span<'_>, product: &Product) -> Vec<Way> {
    let open = product.is_open();
    let mut ways = Vec::new();
    let mut shorter = None;
    for (number, behind) in rest.numbers(product.number) {
        let end = rest.len() - behind.len();
        let one_shorter = shorter.replace(end) == end.checked_sub(1);
        if open && one_shorter && cuts_a_figure(rest, end) {
            continue;
        }
        let tail = match Tail::of(behind, open) {
            // A group behind a whole number in one run was hardly meant as its end: `0817345544 100`.
            Tail::Unclear if !open && end == 1 && behind.len() == 1 => Tail::Count,
            Tail::Pin if rest.goes_on(end) => Tail::PinOrGroup,
            tail => tail,
        };
        let nominal = match tail {
            Tail::Nominal { nominal, .. } => Some(nominal.rupiah).filter(|_| takes(product, Some(nominal.rupiah))),
            _ => None,
        };
        let ends = open || matches!(tail, Tail::Nothing | Tail::Pin | Tail::PinOrGroup);
        ways.push(Way { number, tail, nominal, is_check: ends && takes(product, nominal) });
    }
    ways
}

/// In `0817345544 1,5jt` the space ends the number: `08173455441` and `5jt` is no way to read it, since a comma binds
/// closer than a dot, and a dot closer than a space. Not so behind a short group: `0812 345 678 90,5rb` may go on to
/// `90`.
fn cuts_a_figure(rest: Span<'_>, end: usize) -> bool {
    let distance = |at: usize| match rest.gap(at) {
        "," => 0,
        "." => 1,
        _ => 2,
    };
    let before = end.checked_sub(2).and_then(|before| rest.tokens.get(before));
    before.is_some_and(|group| group.text.len() >= 4) && end < rest.len() && distance(end) < distance(end - 1)
}

impl Tail {
    pub(super) fn of(tail: Span<'_>, open: bool) -> Self {
        let Some(last) = tail.tokens.last() else { return Self::Nothing };
        let (before_last, _) = tail.split(tail.len() - 1);
        let alone = nominal::read(tail.text()).map(|nominal| (nominal, false));
        let with_pin = nominal::read(before_last.text()).filter(|_| last.is_pin()).map(|nominal| (nominal, true));
        // `5000 10000`, `1000.0000`.
        let may_be_nominal = !last.is_pin_rather_than_thousands() || last.text.bytes().all(|b| b == b'0');
        match alone.or(with_pin) {
            Some((nominal, pin)) if nominal.clear => Self::Nominal { nominal, pin },
            _ if is_count(tail) => Self::Count,
            _ if open && is_pin_for_nominal(tail) => Self::NominalOrPin,
            Some((nominal, false)) if !open && last.is_pin() && !last.is_pin_rather_than_thousands() => {
                Self::Nominal { nominal, pin: false }
            }
            Some((Nominal { rupiah, .. }, true)) if open && may_be_nominal && rupiah.0 % 500 == 0 => Self::NominalOrPin,
            Some((nominal, pin)) if open => Self::Nominal { nominal, pin },
            _ if open && is_bad_figure(tail) => Self::BadFigure,
            _ if !open && tail.len() == 1 && last.is_pin() => Self::Pin,
            _ => Self::Unclear,
        }
    }

    /// Whether the agent may have meant the number to end here, though the digits can go on.
    pub(super) fn may_end_the_number(self) -> bool {
        matches!(self, Self::Nominal { .. } | Self::NominalOrPin | Self::Count | Self::BadFigure)
    }

    pub(super) fn has_pin(self) -> bool {
        matches!(self, Self::Pin | Self::PinOrGroup | Self::NominalOrPin | Self::Nominal { pin: true, .. })
    }
}

/// A digit or two, and then nothing or a longer run.
fn is_count(tail: Span<'_>) -> bool {
    match tail.tokens {
        [count] => count.is_bare() && count.digits <= 2,
        [count, last] => count.is_bare() && count.digits <= 2 && last.is_bare() && last.digits >= 4,
        _ => false,
    }
}

/// `1234` where a nominal should stand, with nothing or another PIN behind it.
fn is_pin_for_nominal(tail: Span<'_>) -> bool {
    match tail.tokens {
        [first] => first.is_pin_rather_than_nominal(),
        [first, last] => first.is_pin_rather_than_nominal() && last.is_pin(),
        _ => false,
    }
}

fn is_bad_figure(tail: Span<'_>) -> bool {
    tail.first().is_some_and(|first| first.is_bare() && first.digits <= 3) && matches!(tail.gap(1), "." | ",")
}

/// What is wrong with a number.
pub(super) struct Fault<'t> {
    pub(super) error: NumberError,
    /// Its digits.
    pub(super) number: Span<'t>,
    /// Whether a PIN is left out of them.
    pub(super) has_pin: bool,
}

/// Where no way has a complete number: what is wrong with the number that comes nearest to one.
pub(super) fn nearest_fault<'t>(rest: Span<'t>, product: &Product) -> Fault<'t> {
    let open = product.is_open();
    let parts = rest.cuts().map(|(number, tail)| (number, Tail::of(tail, open)));
    let parts = parts.filter(|(_, tail)| matches!(tail, Tail::Pin | Tail::NominalOrPin | Tail::Nominal { .. }));
    let all = parts.map(|(number, tail)| (number, tail.has_pin(), false)).chain([(rest, false, true)]);
    let faults = all.filter_map(|(number, has_pin, whole)| {
        let error = number.number(product.number).err()?;
        Some((Fault { error, number, has_pin }, whole))
    });
    // Equally far: a number alone is likelier where no nominal is wanted.
    let nearest = faults.min_by_key(|(fault, whole)| (distance(&fault.error), *whole == open));
    let none = Fault { error: NumberError::NotDigits, number: rest.split(0).0, has_pin: false };
    nearest.map_or(none, |(fault, _)| fault)
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
