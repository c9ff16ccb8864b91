//! One `[[product]]` of a file: what it changes, or what is wrong with it.

use std::{collections::HashMap, ops::RangeInclusive};

use toml::{Spanned, de::DeValue};

use super::{
    Catalog, Price, Product, ProductCode,
    table::{Notes, Table},
};
use crate::value::{NumberKind, Provider, Rupiah};

const KEYS: [&str; 10] =
    ["code", "name", "provider", "number", "buying", "selling", "min", "max", "below_cost", "hidden"];

/// What agents of other bots type for something else: such a code would be misunderstood (field notes: balance,
/// prices, reports, complaint, change of PIN, postpaid bill).
const TAKEN: [&str; 12] = ["S", "SAL", "H", "CH", "HRG", "R", "RKP", "LAP", "K", "G", "GP", "CEKPLN"];

const NUMBERS: [(&str, NumberKind); 3] =
    [("meter", NumberKind::Meter), ("mobile", NumberKind::Mobile), ("driver", NumberKind::DriverId)];

/// What a price may be, in rupiah. Outside of it someone wrote thousands as units, or a digit too many.
const SENSIBLE: RangeInclusive<u64> = 100..=100_000_000;

/// The longest name, in characters: a line on a phone.
const LONGEST_NAME: usize = 60;

/// Whether agents of other bots type this, in any case, for something else than a product.
pub(crate) fn is_taken(code: &str) -> bool {
    TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(code))
}

/// What an entry does to the catalog.
pub(super) enum Change {
    /// Adds a product, or puts it in the place of the one with its code.
    Put(Product),
    /// Takes the product of this code away.
    Hide(ProductCode),
}

/// The codes of the entries before this one, and where they stand.
pub(super) type Seen = HashMap<ProductCode, usize>;

/// Reads an entry over `base`; `None` when something was wrong, which is noted.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    base: &Catalog,
    seen: &mut Seen,
    notes: &mut Notes<'_>,
) -> Option<Change> {
    let before = notes.count();
    let mut table = Table::new(value, &KEYS, notes)?;
    let code = code(&mut table).inspect(|code| refuse_again(&mut table, code, seen));
    let built_in = code.as_ref().and_then(|code| base.get(code.as_str()));
    let hidden = table.flag("hidden");
    if hidden && built_in.is_none() && !table.has("name") {
        if let Some(code) = code {
            table.refuse("code", format!("no product {code} is there to hide"), hint(base.nearest(code.as_str(), 1)));
        }
        return None;
    }
    let product = product(&mut table, code, built_in.map(AsRef::as_ref));
    let product = product.filter(|_| table.notes.count() == before)?;
    Some(if hidden { Change::Hide(product.code) } else { Change::Put(product) })
}

/// Every part is read, even after a mistake in an earlier one.
fn product(table: &mut Table<'_, '_, '_>, code: Option<ProductCode>, built_in: Option<&Product>) -> Option<Product> {
    let name = name(table, built_in);
    let provider = provider(table, built_in);
    let number = number(table, provider, built_in);
    let price = price(table, built_in);
    Some(Product { code: code?, name: name?, provider: provider?, number: number?, price: price? })
}

fn code(table: &mut Table<'_, '_, '_>) -> Option<ProductCode> {
    if !table.has("code") {
        return missing(table, "code", "code = \"PLN20\"");
    }
    let raw = table.text("code")?;
    let code = ProductCode::new(raw).filter(|code| code.as_str().bytes().any(|b| b.is_ascii_alphabetic()));
    let Some(code) = code else {
        let what = format!("`{}` is not a product code", shown(raw));
        table.refuse("code", what, "use up to 20 letters, digits and `-`, with a letter among them");
        return None;
    };
    if is_taken(code.as_str()) {
        let what = format!("agents know {code} as a command of other bots");
        table.refuse("code", what, "choose the vendor's own product code");
        return None;
    }
    Some(code)
}

fn refuse_again(table: &mut Table<'_, '_, '_>, code: &ProductCode, seen: &mut Seen) {
    if let Some(earlier) = seen.insert(code.clone(), table.place("code")) {
        let what = format!("{code} stands here again, after line {}", table.notes.line(earlier));
        table.refuse("code", what, "keep one of the two");
    }
}

fn name(table: &mut Table<'_, '_, '_>, built_in: Option<&Product>) -> Option<String> {
    if !table.has("name") {
        let inherited = built_in.map(|product| product.name.clone());
        return inherited.or_else(|| missing(table, "name", "name = \"PLN 20.000\""));
    }
    let name = table.text("name")?.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !fits {
        let remedy = format!("write one line of 1 to {LONGEST_NAME} characters");
        table.refuse("name", "`name` is empty or too long", remedy);
    }
    fits.then(|| name.to_owned())
}

fn provider(table: &mut Table<'_, '_, '_>, built_in: Option<&Product>) -> Option<Provider> {
    if !table.has("provider") {
        let inherited = built_in.map(|product| product.provider);
        return inherited.or_else(|| missing(table, "provider", "provider = \"PLN\""));
    }
    let raw = table.text("provider")?;
    let provider = Provider::from_name(raw.trim());
    if provider.is_none() {
        let what = format!("`{}` is not a provider that can be checked", shown(raw));
        let remedy = format!("write {}", Provider::ALL.map(Provider::name).join(", "));
        table.refuse("provider", what, remedy);
    }
    provider
}

fn number(table: &mut Table<'_, '_, '_>, provider: Option<Provider>, built_in: Option<&Product>) -> Option<NumberKind> {
    if !table.has("number") {
        let inherited = built_in.filter(|product| Some(product.provider) == provider).map(|product| product.number);
        return inherited.or_else(|| provider.map(usual_number));
    }
    let raw = table.text("number")?;
    let number = NUMBERS.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(raw.trim())).map(|(_, kind)| kind);
    if number.is_none() {
        let what = format!("`{}` is not a kind of number", shown(raw));
        table.refuse("number", what, "write \"meter\", \"mobile\" or \"driver\"");
    }
    number
}

/// What the provider's customers have.
fn usual_number(provider: Provider) -> NumberKind {
    match provider {
        Provider::Pln => NumberKind::Meter,
        Provider::Ovo | Provider::Gopay | Provider::Dana => NumberKind::Mobile,
        Provider::Maxim => NumberKind::DriverId,
    }
}

fn price(table: &mut Table<'_, '_, '_>, built_in: Option<&Product>) -> Option<Price> {
    let below_cost = table.flag("below_cost");
    let fixed = table.has("buying") || table.has("selling");
    let open = table.has("min") || table.has("max");
    match (fixed, open) {
        (true, true) => {
            let remedy = "keep buying and selling, or min and max";
            let key = if table.has("min") { "min" } else { "max" };
            table.refuse(key, "a denomination is fixed or open, not both", remedy);
            None
        }
        (true, false) => fixed_price(table, below_cost),
        (false, true) => open_price(table),
        (false, false) => {
            let inherited = built_in.map(|product| product.price);
            inherited
                .or_else(|| missing(table, "buying", "buying and selling (or, for an open denomination, min and max)"))
        }
    }
}

fn fixed_price(table: &mut Table<'_, '_, '_>, below_cost: bool) -> Option<Price> {
    let (buying, selling) = (rupiah(table, "buying", "selling"), rupiah(table, "selling", "buying"));
    let (buying, selling) = (buying?, selling?);
    if selling < buying && !below_cost {
        let what = format!("selling at {} loses {} a sale", selling.0, buying.0 - selling.0);
        table.refuse("selling", what, "raise `selling`, or write below_cost = true if it is meant");
    }
    Some(Price::Fixed { buying, selling })
}

fn open_price(table: &mut Table<'_, '_, '_>) -> Option<Price> {
    let (min, max) = (rupiah(table, "min", "max"), rupiah(table, "max", "min"));
    let (min, max) = (min?, max?);
    if max < min {
        table.refuse("max", format!("`max` {} is less than `min` {}", max.0, min.0), "exchange the two");
    }
    Some(Price::Open { min, max })
}

/// The price under `key`, which comes with that under `other`. No figure is offered for one: it would be somebody else's.
fn rupiah(table: &mut Table<'_, '_, '_>, key: &str, other: &str) -> Option<Rupiah> {
    if !table.has(key) {
        return missing(table, key, &format!("your own, in whole rupiah: it goes with `{other}`"));
    }
    let amount = table.whole(key)?;
    if !SENSIBLE.contains(&amount) {
        let what = format!("`{key}` of {amount} rupiah is no sensible price");
        table.refuse(key, what, format!("write whole rupiah from {} to {}", SENSIBLE.start(), SENSIBLE.end()));
    }
    Some(Rupiah(amount))
}

fn missing<T>(table: &mut Table<'_, '_, '_>, key: &str, remedy: &str) -> Option<T> {
    table.notes.add(table.at, format!("`{key}` is missing"), format!("add {remedy}"));
    None
}

fn hint(nearest: Vec<ProductCode>) -> String {
    match nearest.first() {
        Some(code) => format!("did you mean {code}?"),
        None => "take the entry out".to_owned(),
    }
}

/// An operator's text, bounded and on one line, for a message.
fn shown(raw: &str) -> String {
    raw.chars().take(24).flat_map(char::escape_debug).collect()
}
