//! Reads what an agent typed, once: after this a request is never text again. Pure.
//!
//! `KODE NOMOR [NOMINAL]` and `KODE.NOMOR[.PIN]`, any case, with the separators that agents use. A text is cleaned
//! (`clean`) and cut into pieces (`pieces`); the first is the code (`code`); then every way is tried in which the rest can
//! be a number and what may follow it (`reading`), but for what nobody means as one (`doubt`). A PIN that is called so is
//! taken out before all this (`pin`). One way: that is the request. Several: money would be lost on a wrong guess, so the
//! agent is asked again. None: the most helpful reason (`refusal`).

mod clean;
mod code;
mod doubt;
mod nominal;
mod pieces;
mod pin;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod reading;
mod refusal;
mod rewrite;

use std::{iter, sync::Arc};

use crate::{
    catalog::{Catalog, Price, Product, ProductCode},
    locale::rupiah,
    value::{CustomerNumber, NumberError, Rupiah},
};

use pieces::Pieces;

/// A check that may be made: every part of it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is to be sold.
    pub product: Arc<Product>,
    /// To whom.
    pub number: CustomerNumber,
    /// The nominal that the agent named, for a product with an open denomination; in rupiah.
    pub nominal: Option<Rupiah>,
}

impl Request {
    /// The check as it can be typed: code, number, and the nominal so that nobody takes it for a PIN.
    pub fn line(&self) -> String {
        let nominal = self.nominal.map(|nominal| match nominal.0 % 500 {
            0 => format!(" {}", nominal.0),
            _ => format!(" {}", rupiah(nominal)),
        });
        format!("{} {}{}", self.product.code, self.number.as_str(), nominal.unwrap_or_default())
    }

    /// Takes a check from a record, where it was valid when it was written. `None` where it is not, or not any more: the
    /// operator may have given the product another price or number since.
    pub fn from_record(product: Arc<Product>, number: &str, nominal: Option<Rupiah>) -> Option<Self> {
        let number = CustomerNumber::parse(number, product.number).ok()?;
        let fits = match product.price {
            Price::Fixed { .. } => nominal.is_none(),
            Price::Open { min, max } => nominal.is_some_and(|nominal| (min..=max).contains(&nominal)),
        };
        fits.then_some(Self { product, number, nominal })
    }
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The request, or what is wrong.
    pub request: Result<Request, Error>,
    /// Whether something that looks like a PIN stood behind the number. It is kept nowhere.
    pub pin_seen: bool,
}

/// Why a line is not a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nothing was typed.
    Empty,
    /// No product has this code.
    UnknownCode {
        /// What was typed: up to 24 characters and six digits, without control characters.
        typed: String,
        /// The nearest codes, nearest first; at most three.
        nearest: Vec<ProductCode>,
        /// What to type with each of them, where the rest of the line is a check; in their order.
        lines: Vec<Request>,
        /// The codes that ask for a number as it was typed, in the catalog's order; there may be many, or none.
        fitting: Vec<ProductCode>,
    },
    /// A number stands without a code.
    MissingCode {
        /// The codes that ask for a number of this shape (or the one that was typed, but not first or last), in the
        /// catalog's order; all of them, so there may be many, or none.
        fitting: Vec<ProductCode>,
    },
    /// A code stands alone, or with words.
    MissingNumber(Arc<Product>),
    /// The number is not of the shape that the product asks for.
    Number(Arc<Product>, NumberError),
    /// Without a code, digits that are no customer's number: a token or a virtual account.
    NoCustomer(NumberError),
    /// Words stand around a request; it is what is left without them.
    Words(Request),
    /// The nominal stands before the number; the request has them in their order.
    NominalFirst(Request),
    /// The product's denomination is open and no nominal was typed behind the number.
    MissingNominal(Arc<Product>, CustomerNumber),
    /// What stands where the nominal should is none.
    BadNominal(Arc<Product>, CustomerNumber),
    /// Digits stand where the nominal should that look like a PIN: `DNOPEN.0817345544.1234`, where the field's custom has
    /// `KODE.TUJUAN.PIN`.
    NominalOrPin(Arc<Product>, CustomerNumber),
    /// The nominal is outside what the product takes; [`Price::Open`] has the bounds.
    NominalOutOfRange(Arc<Product>, CustomerNumber),
    /// The product has a fixed denomination, and a nominal was typed; the request has none.
    NominalNotTaken(Request),
    /// The digits can be read in more than one way: better asked again than guessed.
    Ambiguous(Arc<Product>),
    /// More than one check in one message, or far more text than one check needs.
    Several,
}

impl Error {
    /// The check that is to be typed instead, where the error knows it.
    fn into_line(self) -> Option<Request> {
        match self {
            Self::Words(request) | Self::NominalFirst(request) | Self::NominalNotTaken(request) => Some(request),
            _ => None,
        }
    }
}

/// Reads one check: what stands behind `/cek`, or a whole message.
///
/// Takes the code first, or last behind a number. Never fails on any text; costs time linear in its length.
pub fn parse(text: &str, catalog: &Catalog) -> Parsed {
    let clean = clean::clean(text);
    let mut cut = pieces::cut(&clean, catalog);
    let too_long = clean::is_too_long(text);
    if too_long {
        // The last piece may have lost its end.
        cut.pop();
    }
    let (kept, called_pin) = pin::take_out(&cut, catalog);
    let pieces = Pieces::new(&clean, &kept);
    let mut parsed = if too_long || pieces.too_many() {
        refused(Error::Several, pin::behind_any_number(pieces))
    } else {
        read(pieces, catalog)
    };
    parsed.pin_seen |= called_pin || pin::before_code(pieces, catalog);
    parsed
}

fn read(pieces: Pieces<'_, '_>, catalog: &Catalog) -> Parsed {
    let error = match code::find(pieces, catalog) {
        Ok((product, rest)) => return behind_code(product, rest, catalog),
        Err(error) => error,
    };
    if let Some((product, rest)) = code::behind_words(pieces, catalog) {
        let Parsed { request, pin_seen } = behind_code(product, rest, catalog);
        // Not asked in a clear form: shown, and not made.
        return refused(request.map_or_else(|error| error, Error::Words), pin_seen);
    }
    if let Some(shown) = glued(pieces, catalog) {
        return shown;
    }
    if let Some((error, pin_seen)) = doubt::no_customer_of_any(pieces) {
        return refused(Error::NoCustomer(error), pin_seen);
    }
    let pin_seen = pin::behind_any_number(pieces) || pin::behind_taken_code(pieces);
    refused(error, pin_seen)
}

/// `PLN2001105691111`: a known code that nothing sets off from a whole number, to be shown where it can be cut in one way.
fn glued(pieces: Pieces<'_, '_>, catalog: &Catalog) -> Option<Parsed> {
    let (first, (_, others)) = (pieces.first()?, pieces.split(1));
    let mut ways = (1..first.text.len()).filter_map(|at| {
        let (code, number) = first.split(at);
        let product = Arc::clone(catalog.get(code.text)?);
        pieces.with(&[number]).number(product.number).ok()?;
        let rest: Vec<_> = iter::once(number).chain(others.all().iter().copied()).collect();
        let Parsed { request, pin_seen } = behind_code(product, pieces.with(&rest), catalog);
        Some(refused(Error::Words(request.ok()?), pin_seen))
    });
    ways.next().filter(|_| ways.next().is_none())
}

fn behind_code(product: Arc<Product>, rest: Pieces<'_, '_>, catalog: &Catalog) -> Parsed {
    if code::stands_in(rest, catalog) {
        let pin_seen = pin::behind_number(rest, product.number);
        return refused(Error::Several, pin_seen);
    }
    reading::of(product, rest)
}

fn refused(error: Error, pin_seen: bool) -> Parsed {
    Parsed { request: Err(error), pin_seen }
}

#[cfg(test)]
mod code_tests;
#[cfg(test)]
mod count_tests;
#[cfg(test)]
mod doubt_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
