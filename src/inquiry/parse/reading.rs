//! Tries every way in which the pieces behind a code can be a number and what may follow it.
//!
//! The number is the first groups joined; a run of digits is never cut. Behind it stands nothing, a PIN (dropped
//! unread), or a nominal and then perhaps a PIN.

use std::sync::Arc;

use super::{Error, Parsed, Request, doubt, nominal, nominal::Nominal, pieces::Pieces, pin, refusal, refused};
use crate::{
    catalog::{Price, Product},
    value::CustomerNumber,
};

/// A complete number, and what stands behind it.
pub(super) struct Reading {
    pub(super) number: CustomerNumber,
    pub(super) tail: Tail,
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

/// What the pieces behind a product's code say.
pub(super) fn of(product: Arc<Product>, rest: Pieces<'_, '_>) -> Parsed {
    if let Some((error, pin_seen)) = doubt::no_customer(rest, &product) {
        return refused(Error::Number(product, error), pin_seen);
    }
    if doubt::hides_a_pin(rest, &product) {
        return refused(Error::Ambiguous(product), true);
    }
    if doubt::is_completed_by_count(rest, &product) {
        let pin_seen = pin::behind_number(rest, product.number);
        return refused(Error::Ambiguous(product), pin_seen);
    }
    if let Some(behind) = doubt::behind_count(rest, &product) {
        return counted(product, rest, behind);
    }
    let readings = all(&product, rest);
    let requests = readings.iter().map(|reading| reading.request(&product));
    let mut found = requests.enumerate().filter_map(|(at, request)| Some((at, request?)));
    match (found.next(), found.next()) {
        (None, _) if !has_forgotten_nominal(&readings) => refusal::of(product, rest, &readings),
        (Some((at, request)), None) if !in_doubt(&readings, at) => {
            let pin_seen = readings.get(at).is_some_and(|reading| reading.tail.has_pin());
            Parsed { request: Ok(request), pin_seen }
        }
        _ => {
            let pin_seen = readings.iter().any(|reading| reading.tail.has_pin());
            Parsed { request: Err(Error::Ambiguous(product)), pin_seen }
        }
    }
}

/// The line without the count or amount before its number, to be shown; unless the digits are a number with it too.
fn counted(product: Arc<Product>, rest: Pieces<'_, '_>, behind: Pieces<'_, '_>) -> Parsed {
    let is_number_too = rest.numbers(product.number).next().is_some();
    let Parsed { request, pin_seen } = of(Arc::clone(&product), behind);
    match request {
        Err(Error::Several) => refused(Error::Several, pin_seen),
        _ if is_number_too => refused(Error::Ambiguous(product), pin_seen),
        Ok(request) => refused(Error::Words(request), pin_seen),
        Err(error) => refused(error, pin_seen),
    }
}

/// Every complete number with its tail, the shortest first.
fn all(product: &Product, rest: Pieces<'_, '_>) -> Vec<Reading> {
    let open = product.is_open();
    let mut readings = Vec::new();
    let mut shorter = None;
    for (number, tail) in rest.numbers(product.number) {
        let end = rest.all().len() - tail.all().len();
        let one_shorter = shorter.replace(end) == end.checked_sub(1);
        if !(open && one_shorter && cuts_a_figure(rest, end)) {
            let added = !open && end == 1 && tail.all().len() == 1;
            let tail = Tail::of(tail, open).or_count(added).or_group(doubt::goes_on(rest, end));
            readings.push(Reading { number, tail });
        }
    }
    readings
}

/// In `0817345544 1,5jt` the space ends the number: `08173455441` and `5jt` is no way to read it. Not so behind a
/// short group: `0812 345 678 90,5rb` may go on to `90`.
fn cuts_a_figure(rest: Pieces<'_, '_>, end: usize) -> bool {
    let before = end.checked_sub(2).and_then(|before| rest.all().get(before));
    before.is_some_and(|group| group.text.len() >= 4) && rest.joins_closer(end)
}

/// Whether the agent may have meant something else than the one request among the readings.
fn in_doubt(readings: &[Reading], at: usize) -> bool {
    let (shorter, longer) = readings.split_at_checked(at).unwrap_or((readings, &[]));
    // The number may have ended earlier, or go on; or all of the digits may be the number, with the nominal forgotten.
    shorter.iter().any(|reading| reading.tail.may_end_the_number())
        || longer.first().is_some_and(|reading| reading.tail == Tail::PinOrGroup)
        || longer.iter().skip(1).any(|reading| reading.tail == Tail::Nothing)
}

/// Whether a shorter number has a PIN for a nominal, and a longer one has those digits and no nominal.
fn has_forgotten_nominal(readings: &[Reading]) -> bool {
    let has = |tail| readings.iter().any(|reading| reading.tail == tail);
    has(Tail::NominalOrPin) && has(Tail::Nothing)
}

impl Reading {
    /// The request; `None` when something is missing, too much or out of range.
    fn request(&self, product: &Arc<Product>) -> Option<Request> {
        let nominal = match (product.price, self.tail) {
            (Price::Fixed { .. }, Tail::Nothing | Tail::Pin | Tail::PinOrGroup) => None,
            (Price::Open { min, max }, Tail::Nominal { nominal, .. }) if (min..=max).contains(&nominal.rupiah) => {
                Some(nominal.rupiah)
            }
            _ => return None,
        };
        Some(Request { product: Arc::clone(product), number: self.number.clone(), nominal })
    }
}

impl Tail {
    pub(super) fn of(tail: Pieces<'_, '_>, open: bool) -> Self {
        let Some(last) = tail.last() else { return Self::Nothing };
        let (before_last, _) = tail.split(tail.all().len() - 1);
        let alone = nominal::read(tail.text()).map(|nominal| (nominal, false));
        let with_pin = nominal::read(before_last.text()).filter(|_| last.is_pin()).map(|nominal| (nominal, true));
        match alone.or(with_pin) {
            Some((nominal, pin)) if nominal.clear => Self::Nominal { nominal, pin },
            _ if is_count(tail) => Self::Count,
            _ if open && is_pin_for_nominal(tail) => Self::NominalOrPin,
            Some((nominal, false)) if !open && last.is_pin() && !last.is_pin_rather_than_thousands() => {
                Self::Nominal { nominal, pin: false }
            }
            Some((nominal, pin)) if open => Self::Nominal { nominal, pin },
            _ if open && is_bad_figure(tail) => Self::BadFigure,
            _ if !open && before_last.all().is_empty() && last.is_pin() => Self::Pin,
            _ => Self::Unclear,
        }
    }

    /// A group behind a whole number in one run was hardly meant as its end: `0817345544 100`.
    fn or_count(self, added: bool) -> Self {
        if added && self == Self::Unclear { Self::Count } else { self }
    }

    /// A PIN that is set off from the number as the number's groups are from each other.
    fn or_group(self, goes_on: bool) -> Self {
        if goes_on && self == Self::Pin { Self::PinOrGroup } else { self }
    }

    /// Whether the agent may have meant the number to end before it, though the digits can go on.
    fn may_end_the_number(self) -> bool {
        matches!(self, Self::Nominal { .. } | Self::NominalOrPin | Self::Count | Self::BadFigure)
    }

    pub(super) fn has_pin(self) -> bool {
        matches!(self, Self::Pin | Self::PinOrGroup | Self::NominalOrPin | Self::Nominal { pin: true, .. })
    }
}

/// A digit or two, and then nothing or a longer run.
fn is_count(tail: Pieces<'_, '_>) -> bool {
    match tail.all() {
        [count] => count.is_bare() && count.text.len() <= 2,
        [count, last] => count.is_bare() && count.text.len() <= 2 && last.is_bare() && last.text.len() >= 4,
        _ => false,
    }
}

/// `1234` where a nominal should stand, with nothing or another PIN behind it.
fn is_pin_for_nominal(tail: Pieces<'_, '_>) -> bool {
    match tail.all() {
        [first] => first.is_pin_rather_than_nominal(),
        [first, last] => first.is_pin_rather_than_nominal() && last.is_pin(),
        _ => false,
    }
}

fn is_bad_figure(tail: Pieces<'_, '_>) -> bool {
    let begins = tail.first().is_some_and(|first| first.is_bare() && first.text.len() <= 3);
    begins && matches!(tail.gap(1), "." | ",")
}
