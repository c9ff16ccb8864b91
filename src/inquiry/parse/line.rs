//! A line as the rules look at it: its tokens, its product, and every way in which the digits behind a code can be a
//! number.
//!
//! The number is the first groups joined; a run of digits is never cut. Behind it stands nothing, a PIN (dropped
//! unread), or a nominal and then perhaps a PIN.

use super::{
    nominal::{self, Nominal},
    request::Check,
    span::Span,
};
use crate::{
    catalog::{Catalog, Price, Product, ProductCode},
    value::{CustomerNumber, NumberError, NumberKind, Rupiah},
};

pub(super) struct Line<'t> {
    pub(super) catalog: &'t Catalog,
    /// The product whose code stands there, or that may be meant.
    pub(super) product: &'t Product,
    /// What the product costs, as far as the digits of the line go: a fixed price where no nominal is to be among them.
    price: Price,
    /// The nominal, where it was told from the number before.
    pub(super) nominal: Option<Rupiah>,
    /// What stands behind the code (or before it, when it stands last).
    pub(super) rest: Span<'t>,
    /// The complete numbers in front of `rest`, the shortest first.
    pub(super) ways: Vec<Way>,
    /// Whether something else stood in the line, such as words before the code.
    pub(super) has_words: bool,
}

/// A complete number, and what stands behind it.
pub(super) struct Way {
    pub(super) number: CustomerNumber,
    pub(super) tail: Tail,
    /// The check with this number, where the nominal behind it is one that the product takes.
    pub(super) check: Option<Check>,
    /// Whether that is all that was typed: nothing is missing or too much.
    pub(super) is_whole: bool,
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

/// What is wrong with a number.
pub(super) struct Fault<'t> {
    pub(super) error: NumberError,
    /// Its digits.
    pub(super) number: Span<'t>,
    /// Whether a PIN is left out of them.
    pub(super) has_pin: bool,
}

impl<'t> Line<'t> {
    /// What was typed for a product.
    pub(super) fn new(product: &'t Product, rest: Span<'t>, catalog: &'t Catalog) -> Self {
        Self::priced(product.price, None, product, rest, catalog)
    }

    /// The same, with another price, and with a nominal that does not stand in `rest`.
    pub(super) fn priced(
        price: Price,
        nominal: Option<Rupiah>,
        product: &'t Product,
        rest: Span<'t>,
        catalog: &'t Catalog,
    ) -> Self {
        let mut line = Self { catalog, product, price, nominal, rest, ways: Vec::new(), has_words: false };
        line.ways = rest.numbers(line.kind()).filter_map(|(number, behind)| line.way(number, behind)).collect();
        line
    }

    /// What is left of the line, where something was left out.
    pub(super) fn among_words(&self, rest: Span<'t>) -> Self {
        Self { has_words: true, ..Self::priced(self.price, self.nominal, self.product, rest, self.catalog) }
    }

    pub(super) fn code(&self) -> ProductCode {
        self.product.code.clone()
    }

    pub(super) fn kind(&self) -> NumberKind {
        self.product.number
    }

    /// Whether a nominal is to stand behind the number.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.price, Price::Open { .. })
    }

    pub(super) fn takes(&self, nominal: Option<Rupiah>) -> bool {
        self.price.takes(nominal)
    }

    /// The check with a number and the nominal that stands in the line, where the product takes it.
    pub(super) fn check(&self, number: CustomerNumber, nominal: Option<Rupiah>) -> Option<Check> {
        let check = || Check { code: self.code(), number, nominal: nominal.or(self.nominal) };
        self.takes(nominal).then(check)
    }

    fn way(&self, number: CustomerNumber, behind: Span<'t>) -> Option<Way> {
        let (rest, open) = (self.rest, self.is_open());
        let end = rest.len() - behind.len();
        if open && self.cuts_a_figure(end) {
            return None;
        }
        let tail = match Tail::of(behind, open) {
            // A group behind a whole number in one run was hardly meant as its end: `0817345544 100`.
            Tail::Unclear if !open && end == 1 && behind.len() == 1 => Tail::Count,
            Tail::Pin if rest.goes_on(end) => Tail::PinOrGroup,
            tail => tail,
        };
        let nominal = match tail {
            Tail::Nominal { nominal, .. } if open => Some(nominal.rupiah),
            _ => None,
        };
        let check = self.check(number.clone(), nominal);
        let ends = open || matches!(tail, Tail::Nothing | Tail::Pin | Tail::PinOrGroup);
        Some(Way { number, tail, is_whole: ends && check.is_some(), check })
    }

    /// In `0817345544 1,5jt` the space ends the number: `08173455441` and `5jt` is no way to read it, since a comma
    /// binds closer than a dot, and a dot closer than a space. Not so behind a short group: `0812 345 678 90,5rb` may
    /// go on to `90`.
    fn cuts_a_figure(&self, end: usize) -> bool {
        let distance = |at: usize| match self.rest.gap(at) {
            "," => 0,
            "." => 1,
            _ => 2,
        };
        end >= 2
            && end < self.rest.len()
            && self.rest.get(end - 2).is_some_and(|group| group.text.len() >= 4)
            && distance(end) < distance(end - 1)
            && self.rest.split(end - 1).0.number(self.kind()).is_ok()
    }

    /// Where no way has a complete number: what is wrong with the number that comes nearest to one.
    pub(super) fn fault(&self) -> Fault<'t> {
        let open = self.is_open();
        let parts = self.rest.cuts().map(|(number, tail)| (number, Tail::of(tail, open)));
        let parts = parts.filter(|(_, tail)| matches!(tail, Tail::Pin | Tail::NominalOrPin | Tail::Nominal { .. }));
        let all = parts.map(|(number, tail)| (number, tail.has_pin(), false)).chain([(self.rest, false, true)]);
        let faults = all.filter_map(|(number, has_pin, whole)| {
            let error = number.number(self.kind()).err()?;
            Some((Fault { error, number, has_pin }, whole))
        });
        // Equally far: a number alone is likelier where no nominal is wanted.
        let nearest = faults.min_by_key(|(fault, whole)| (distance(&fault.error), *whole == open));
        let none = Fault { error: NumberError::NotDigits, number: self.rest.split(0).0, has_pin: false };
        nearest.map_or(none, |(fault, _)| fault)
    }
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

/// How many digits are wrong.
fn distance(error: &NumberError) -> usize {
    match error {
        NumberError::TooShort { missing } => *missing,
        NumberError::TooLong { extra } => *extra,
        NumberError::Token | NumberError::VirtualAccount { .. } => 0,
        NumberError::NotMobile | NumberError::NotDigits => usize::MAX,
    }
}
