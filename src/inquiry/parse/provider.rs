//! Orders in a provider's name: `dana 50rb 0817345544`, `token listrik 20 01105691111`. Provider and nominal name the
//! product.

use std::sync::Arc;

use super::{
    idle::leave_out,
    nominal::{self, MAX_TOKENS, Nominal},
    span::Span,
    token::{Token, only},
    words::Class,
};
use crate::{
    catalog::{Catalog, Price, Product, ProductCode},
    value::{Provider, Rupiah},
};

/// An order in a provider's name.
pub(super) struct Order<'t> {
    pub(super) provider: Provider,
    /// The one product that was named; or one that may have been meant.
    pub(super) product: &'t Product,
    /// Where no product was named: those that may have been meant, the nearest first.
    pub(super) meant: Option<Vec<ProductCode>>,
    /// The nominal that goes to an open denomination.
    pub(super) nominal: Option<Rupiah>,
    /// What was typed beside provider and nominal.
    pub(super) others: Vec<Token<'t>>,
    /// The number and the nominal, where they stand in this order; empty where they do not.
    pub(super) number_and_nominal: Vec<Token<'t>>,
    /// The digits of the nominal may as well belong to the number.
    pub(super) is_doubtful: bool,
}

/// Reads the order, where one provider alone is named, and has products.
pub(super) fn read<'t>(all: Span<'t>, catalog: &'t Catalog) -> Option<Order<'t>> {
    let provider_of = |token: &Token<'_>| match token.class {
        Class::Provider(provider) => Some(provider),
        _ => None,
    };
    let mut named = all.tokens.iter().filter_map(provider_of);
    let provider = named.next().filter(|provider| named.all(|other| other == *provider))?;
    let (_, products) = catalog.by_provider().find(|(of, _)| *of == provider)?;
    let first = products.first()?;

    let is_other = |token: &&Token<'_>| !matches!(token.class, Class::Provider(_) | Class::NotOfferedAlone);
    let kept: Vec<Token<'t>> = all.tokens.iter().filter(is_other).copied().collect();
    let kept = leave_out(&kept, catalog);
    let rest = all.with(&kept);
    let written = find_nominal(rest, products);
    let (whole, behind) = rest.split(rest.groups());
    let is_all_number = behind.len() == 0 && whole.number(first.number).is_ok();
    let is_doubtful = is_all_number && written.as_ref().is_some_and(|written| written.digits_alone);

    let amount = written.as_ref().map(|written| written.amount);
    let (from, to) = written.map_or((0, 0), |written| (written.from, written.to));
    let without_nominal = [kept.get(..from), kept.get(to..)].into_iter().flatten().flatten().copied();
    let without_nominal: Vec<_> = without_nominal.collect();
    let others = leave_out(&without_nominal, catalog);
    let product = amount.and_then(|amount| worth(products, amount));
    Some(Order {
        provider,
        product: product.unwrap_or(first),
        meant: product.is_none().then(|| nearest(products, amount)),
        nominal: amount.filter(|_| product.is_some_and(Product::is_open)),
        others,
        number_and_nominal: if from > 0 && to == kept.len() { kept } else { Vec::new() },
        is_doubtful,
    })
}

/// The one product with this fixed denomination; or else the one that takes it as a nominal.
fn worth(products: &[Arc<Product>], amount: Rupiah) -> Option<&Product> {
    let (open, fixed): (Vec<&Product>, Vec<&Product>) = products.iter().map(Arc::as_ref).partition(|p| p.is_open());
    let mut fixed = fixed.into_iter().filter(|product| face(product) == Some(amount)).peekable();
    match fixed.peek() {
        Some(_) => only(fixed),
        None => only(open.into_iter().filter(|product| product.price.takes(Some(amount)))),
    }
}

/// A nominal as it stands in the order.
struct Written {
    /// Its first token, and the one behind it.
    from: usize,
    to: usize,
    amount: Rupiah,
    /// No unit, currency or letter sets it off from a number.
    digits_alone: bool,
}

/// The nominal: one with a unit anywhere, digits alone at either end.
fn find_nominal(rest: Span<'_>, products: &[Arc<Product>]) -> Option<Written> {
    let length = rest.len();
    let longest = |from: usize| (1..=MAX_TOKENS.min(length - from)).rev().map(move |count| (from, from + count));
    let mut anywhere = (0..length).flat_map(longest);
    let mut at_the_ends = longest(0).chain((length.saturating_sub(MAX_TOKENS)..length).map(|from| (from, length)));
    let part = |from, to| rest.split(to).0.from(from);
    let with_unit = anywhere.find_map(|(from, to)| {
        let text = part(from, to).text();
        let nominal = nominal::read(text).filter(|nominal| nominal.clear && text.contains(char::is_alphabetic))?;
        Some(Written { from, to, amount: nominal.rupiah, digits_alone: false })
    });
    with_unit.or_else(|| {
        at_the_ends.find_map(|(from, to)| {
            Some(Written { from, to, amount: plain(part(from, to), products)?, digits_alone: true })
        })
    })
}

/// `50.000`, `50000`; and `50` where it is a denomination in thousands. What may be a PIN is none.
fn plain(part: Span<'_>, products: &[Arc<Product>]) -> Option<Rupiah> {
    let Nominal { rupiah: Rupiah(amount), .. } = nominal::read(part.text())?;
    let in_thousands = Rupiah(amount * 1_000);
    match amount {
        ..1_000 => products.iter().any(|product| face(product) == Some(in_thousands)).then_some(in_thousands),
        1_000..100_000_000 => (amount % 500 == 0).then_some(Rupiah(amount)),
        _ => None,
    }
}

/// What a fixed denomination is worth, by its name (`PLN 20.000`) and its code (`PLN20`, `MAX5000`); `None` where they
/// say different things, or nothing.
fn face(product: &Product) -> Option<Rupiah> {
    let Price::Fixed { .. } = product.price else { return None };
    let code = product.code.as_str();
    let digits = code.trim_start_matches(|c: char| !c.is_ascii_digit());
    let by_code = digits.parse().ok().map(|figure: u64| if figure < 1_000 { figure * 1_000 } else { figure });
    let words = product.name.split_whitespace().filter_map(nominal::read);
    let by_name =
        only(words.map(|nominal| nominal.rupiah.0)).map(|figure| if figure < 1_000 { figure * 1_000 } else { figure });
    match (by_code, by_name) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other).map(Rupiah),
    }
}

/// The products' codes; those nearest to an amount first, where there is one.
fn nearest(products: &[Arc<Product>], amount: Option<Rupiah>) -> Vec<ProductCode> {
    let distance = |product: &&Arc<Product>| {
        amount.map(|Rupiah(amount)| match (product.price, face(product)) {
            (_, Some(Rupiah(face))) => face.abs_diff(amount),
            (Price::Open { min, max }, _) => amount.abs_diff(amount.clamp(min.0, max.0.max(min.0))),
            (Price::Fixed { .. }, None) => u64::MAX,
        })
    };
    let mut sorted: Vec<_> = products.iter().collect();
    sorted.sort_by_key(distance);
    sorted.into_iter().map(|product| product.code.clone()).collect()
}
