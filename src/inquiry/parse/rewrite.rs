//! What an agent meant though it cannot be taken as it stands: the same check, to be typed anew. It is shown and never
//! made, so that a wrong guess costs no more than a look.

use std::sync::Arc;

use super::{
    Error, Request,
    nominal::{self, Nominal},
    pieces::{Piece, Pieces},
    reading::{Tail, is_open},
};
use crate::{
    catalog::Product,
    value::{CustomerNumber, Rupiah},
};

/// `50rb 0817345544`: a nominal and then a complete number, one way to cut them.
pub(super) fn nominal_first(product: &Arc<Product>, rest: Pieces<'_, '_>) -> Option<Error> {
    if !is_open(product) {
        return None;
    }
    let cuts = (1..rest.all().len()).map(|end| rest.split(end));
    let swapped = cuts.filter_map(|(head, number)| {
        let nominal = nominal::read(head.text()).filter(|nominal| is_plain(nominal, head))?;
        let number = number.number(product.number).ok()?;
        request(product, number, Some(nominal.rupiah))
    });
    only(swapped).map(Error::NominalFirst)
}

/// `01105691111 BUDI`: the one complete number among words, with the nominal behind it where one is wanted. A PIN behind
/// it is left out.
pub(super) fn words_around(product: &Arc<Product>, rest: Pieces<'_, '_>) -> Option<Error> {
    let starts = (0..rest.all().len()).filter(|at| begins_figures(rest, *at)).map(|at| rest.split(at).1);
    let numbers = starts.flat_map(|from| from.numbers(product.number));
    let request = if is_open(product) {
        only(numbers.filter_map(|(number, behind)| match Tail::of(behind, true) {
            Tail::Nominal { nominal, .. } => request(product, number, Some(nominal.rupiah)),
            _ => None,
        }))
    } else {
        let (number, _) = only(numbers).filter(|(_, behind)| ends_here(*behind))?;
        request(product, number, None)
    };
    request.map(Error::Words)
}

/// Whether figures begin at a piece: before it stands a word, or nothing.
fn begins_figures(rest: Pieces<'_, '_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| rest.all().get(before));
    before.is_none_or(|piece| !piece.is_group())
}

/// Whether no more figures stand right behind a number, but for a PIN.
fn ends_here(behind: Pieces<'_, '_>) -> bool {
    let (figures, _) = behind.split(behind.groups());
    figures.all().iter().all(Piece::is_pin)
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
