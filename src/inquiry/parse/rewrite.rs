//! What an agent meant though it cannot be taken as it stands: the same check, to be typed anew. It is shown and never
//! made, so that a wrong guess costs no more than a look.

use std::sync::Arc;

use super::{
    Error, Request, doubt,
    nominal::{self, Nominal},
    pieces::{Piece, Pieces},
    reading::Tail,
};
use crate::{
    catalog::Product,
    value::{CustomerNumber, Rupiah},
};

/// `50rb 0817345544`: a nominal and then a complete number, one way to cut them.
pub(super) fn nominal_first(product: &Arc<Product>, rest: Pieces<'_, '_>) -> Option<Error> {
    let cuts = (1..rest.all().len()).map(|end| rest.split(end));
    let swapped = cuts.filter_map(|(head, number)| {
        let nominal = nominal::read(head.text()).filter(|nominal| is_plain(nominal, head))?;
        let number = number.number(product.number).ok()?;
        request(product, number, Some(nominal.rupiah))
    });
    only(swapped).map(Error::NominalFirst)
}

/// A nominal has no more pieces: `Rp. 10.000.000 rupiah`.
const MOST_OF_A_NOMINAL: usize = 5;

/// `01105691111 BUDI`: the one complete number among words, with the nominal behind it where one is wanted. A PIN behind
/// it is left out. Two numbers are more than one check.
pub(super) fn words_around(product: &Arc<Product>, rest: Pieces<'_, '_>) -> Option<Error> {
    let starts = (0..rest.all().len()).filter(|at| begins_figures(rest, *at)).map(|at| rest.split(at).1);
    let starts = starts.map(|from| doubt::behind_count(from, product).unwrap_or(from));
    let mut complete = starts.filter(|from| from.numbers(product.number).next().is_some());
    let from = complete.next()?;
    if complete.next().is_some() {
        return Some(Error::Several);
    }
    let numbers = from.numbers(product.number);
    let request = if product.is_open() {
        let with_nominal = |(number, behind)| request(product, number, Some(nominal_in(behind)?.rupiah));
        only(numbers.filter_map(with_nominal))
    } else {
        let (number, _) = only(numbers).filter(|(_, behind)| ends_here(from, *behind))?;
        request(product, number, None)
    };
    request.map(Error::Words)
}

/// The nominal that stands behind a number, with words before and behind it; and perhaps a PIN.
fn nominal_in(behind: Pieces<'_, '_>) -> Option<Nominal> {
    if let Tail::Nominal { nominal, .. } = Tail::of(behind, true) {
        return Some(nominal);
    }
    let words = behind.all().iter().take_while(|piece| piece.is_word()).count();
    let (_, from) = behind.split(words);
    let longest = from.all().len().min(MOST_OF_A_NOMINAL);
    (1..=longest).rev().find_map(|end| {
        let (written, after) = from.split(end);
        let ends = !matches!(from.gap(end), "." | ",")
            && after.all().iter().all(|piece| piece.is_word() || piece.is_pin_rather_than_thousands());
        nominal::read(written.text()).filter(|nominal| ends && is_plain(nominal, written))
    })
}

/// Whether figures begin at a piece: before it stands a word, or nothing.
fn begins_figures(rest: Pieces<'_, '_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| rest.all().get(before));
    before.is_none_or(|piece| !piece.is_group())
}

/// Whether no more figures stand right behind a number, but for a PIN that is surely no part of it.
fn ends_here(from: Pieces<'_, '_>, behind: Pieces<'_, '_>) -> bool {
    let (figures, _) = behind.split(behind.groups());
    let end = from.all().len() - behind.all().len();
    figures.all().is_empty() || figures.all().iter().all(Piece::is_pin) && !doubt::goes_on(from, end)
}

/// Whether this is written as an amount, and not as a PIN may be.
fn is_plain(nominal: &Nominal, written: Pieces<'_, '_>) -> bool {
    nominal.clear || !written.first().is_some_and(Piece::is_pin_rather_than_nominal)
}

fn request(product: &Arc<Product>, number: CustomerNumber, nominal: Option<Rupiah>) -> Option<Request> {
    Request::from_record(Arc::clone(product), number.as_str(), nominal)
}

/// The one item, unless there are others.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}
