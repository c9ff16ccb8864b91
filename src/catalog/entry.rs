//! Reads a file of products: what each `[[product]]` changes, or every mistake in the file, each with a remedy.

use std::{collections::HashMap, fmt::Display, ops::RangeInclusive, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Price, Product, ProductCode, Total, nearest, product::is_taken};
use crate::value::{NumberKind, Provider, Rupiah};

const KEYS: [&str; 10] =
    ["code", "name", "provider", "number", "buying", "selling", "min", "max", "below_cost", "hidden"];

const NUMBERS: [(&str, NumberKind); 3] =
    [("meter", NumberKind::Meter), ("mobile", NumberKind::Mobile), ("driver", NumberKind::DriverId)];

/// What a price may be, in rupiah. Outside of it someone wrote thousands as units, or a digit too many.
const SENSIBLE: RangeInclusive<u64> = 100..=100_000_000;

/// The longest name, in characters: a line on a phone.
const MAX_NAME_LEN: usize = 60;

/// What an entry does to the product of a code: puts one there, or (`None`) takes it away.
pub(super) type Change = (ProductCode, Option<Product>);

/// The byte of the text at which something is wrong, and `what is wrong; what to do`.
pub(super) type Mistake = (usize, String);

/// Reads what a text changes in the products of `base` and which total it wants shown, or every mistake in it.
pub(super) fn read(text: &str, base: &[Arc<Product>]) -> Result<(Vec<Change>, Option<Total>), Vec<Mistake>> {
    let (document, faults) = DeTable::parse_recoverable(text);
    let not_toml = |message| format!("is not TOML: {message}; see products.example.toml for the form");
    let at = |fault: &toml::de::Error| fault.span().map_or(0, |span| span.start);
    let mut mistakes: Vec<Mistake> = faults.iter().map(|fault| (at(fault), not_toml(fault.message()))).collect();
    let (mut changes, mut total, mut seen) = (Vec::new(), None, HashMap::new());
    for (key, value) in document.get_ref() {
        let wrong = match (key.get_ref().as_ref(), value.get_ref()) {
            ("product", DeValue::Array(products)) => {
                let read = |product| change(text, product, base, &mut seen, &mut mistakes);
                changes.extend(products.iter().filter_map(read));
                continue;
            }
            ("total", DeValue::String(which)) if which == "vendor" => {
                total = Some(Total::Vendor);
                continue;
            }
            ("total", DeValue::String(which)) if which == "selling" => {
                total = Some(Total::Selling);
                continue;
            }
            ("total", _) => "`total` is none of the two; write \"vendor\" or \"selling\"".to_owned(),
            ("product", _) => "`product` is one table; write `[[product]]`, with two brackets".to_owned(),
            (other, _) => {
                let key = other.escape_debug();
                format!("unknown key `{key}` outside of a product; begin each product with a line `[[product]]`")
            }
        };
        mistakes.push((key.span().start, wrong));
    }
    if mistakes.is_empty() { Ok((changes, total)) } else { Err(mistakes) }
}

/// Reads one entry; every part of it, even after a mistake in an earlier one.
fn change<'t>(
    text: &'t str,
    value: &'t Spanned<DeValue<'t>>,
    base: &[Arc<Product>],
    seen: &mut HashMap<ProductCode, usize>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Change> {
    let at = value.span().start;
    let DeValue::Table(table) = value.get_ref() else {
        mistakes.push((at, "a product is not a table; begin each product with a line `[[product]]`".to_owned()));
        return None;
    };
    for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
        let remedy = match nearest::word(&KEYS, key.get_ref()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a product has {}", KEYS.join(", ")),
        };
        mistakes.push((key.span().start, format!("unknown key `{}`; {remedy}", key.get_ref().escape_debug())));
    }
    let mut entry = Entry { text, table, at, mistakes };
    let code = entry.code(seen);
    let built_in = base.iter().find(|product| Some(&product.code) == code.as_ref()).map(AsRef::as_ref);
    let hidden = entry.flag("hidden");
    if hidden && built_in.is_none() && !entry.has("name") {
        let (code, near) = (code.as_ref()?, nearest::codes(base, code.as_ref()?.as_str(), 1));
        let remedy = near.first().map_or("take the entry out".to_owned(), |near| format!("did you mean {near}?"));
        entry.refuse("code", format!("no product {code} is there to hide; {remedy}"));
        return None;
    }
    let (name, provider) = (entry.name(built_in), entry.provider(built_in));
    let (number, price) = (entry.number(provider, built_in), entry.price(built_in));
    let product =
        Product { code: code?, name: name?, provider: provider?, number: number?, price: price?, total: Total::Vendor };
    Some((product.code.clone(), (!hidden).then_some(product)))
}

/// The line of a byte of a text, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// One `[[product]]` of a text, the byte at which it begins, and where its mistakes go.
struct Entry<'t, 'm> {
    text: &'t str,
    table: &'t DeTable<'t>,
    at: usize,
    mistakes: &'m mut Vec<Mistake>,
}

impl<'t> Entry<'t, '_> {
    fn code(&mut self, seen: &mut HashMap<ProductCode, usize>) -> Option<ProductCode> {
        let has_letter = |code: &ProductCode| code.as_str().bytes().any(|b| b.is_ascii_alphabetic());
        let remedy = "use up to 20 letters, digits and `-`, with a letter among them";
        let wrong = |raw| format!("`{raw}` is not a product code; {remedy}");
        let code = self.part("code", None, "PLN20", |raw| ProductCode::new(raw).filter(has_letter), wrong)?;
        if is_taken(code.as_str()) {
            let wrong = format!("agents know {code} as a command of other bots; choose the vendor's own product code");
            self.refuse("code", wrong);
            return None;
        }
        let here = self.table.get("code").map_or(self.at, |code| code.span().start);
        if let Some(earlier) = seen.insert(code.clone(), here) {
            let earlier = line(self.text, earlier);
            self.refuse("code", format!("{code} stands here again, after line {earlier}; keep one of the two"));
        }
        Some(code)
    }

    fn name(&mut self, built_in: Option<&Product>) -> Option<String> {
        let fits = |raw: &str| (1..=MAX_NAME_LEN).contains(&raw.chars().count()) && !raw.chars().any(char::is_control);
        let wrong = |_| format!("`name` is empty or too long; write one line of 1 to {MAX_NAME_LEN} characters");
        let inherited = built_in.map(|product| product.name.clone());
        self.part("name", inherited, "PLN 20.000", |raw| fits(raw).then(|| raw.to_owned()), wrong)
    }

    fn provider(&mut self, built_in: Option<&Product>) -> Option<Provider> {
        let all = Provider::ALL.map(Provider::name).join(", ");
        let wrong = |raw| format!("`{raw}` is not a provider that can be checked; write {all}");
        self.part("provider", built_in.map(|product| product.provider), "PLN", Provider::from_name, wrong)
    }

    /// Without the key, the built-in product's kind of number, or what the customers of another provider have.
    fn number(&mut self, provider: Option<Provider>, built_in: Option<&Product>) -> Option<NumberKind> {
        if !self.has("number") {
            let same = built_in.filter(|product| Some(product.provider) == provider);
            return same.map(|product| product.number).or(provider.map(Provider::usual_number));
        }
        let read = |raw: &str| Some(NUMBERS.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(raw))?.1);
        let wrong = |raw| format!("`{raw}` is not a kind of number; write \"meter\", \"mobile\" or \"driver\"");
        self.part("number", None, "meter", read, wrong)
    }

    fn price(&mut self, built_in: Option<&Product>) -> Option<Price> {
        let below_cost = self.flag("below_cost");
        match (self.has("buying") || self.has("selling"), self.has("min") || self.has("max")) {
            (true, true) => {
                let key = if self.has("min") { "min" } else { "max" };
                self.refuse(key, "a denomination is fixed or open, not both; keep buying and selling, or min and max");
                None
            }
            (true, false) => {
                let [buying, selling] = self.amounts(["buying", "selling"])?;
                if let Some(loss) = buying.0.checked_sub(selling.0).filter(|loss| *loss > 0 && !below_cost) {
                    let remedy = "raise `selling`, or write below_cost = true if it is meant";
                    self.refuse("selling", format!("selling at {} loses {loss} a sale; {remedy}", selling.0));
                }
                Some(Price::Fixed { buying, selling })
            }
            (false, true) => {
                let [min, max] = self.amounts(["min", "max"])?;
                if max < min {
                    self.refuse("max", format!("`max` {} is less than `min` {}; exchange the two", max.0, min.0));
                }
                Some(Price::Open { min, max })
            }
            (false, false) if built_in.is_some() => built_in.map(|product| product.price),
            (false, false) => self.missing("buying", "buying and selling (or, for an open denomination, min and max)"),
        }
    }

    /// Two amounts that come together. No figure is offered for one that is missing: it would be somebody else's.
    fn amounts(&mut self, keys: [&str; 2]) -> Option<[Rupiah; 2]> {
        let amounts = [(keys[0], keys[1]), (keys[1], keys[0])].map(|(key, other)| {
            if !self.has(key) {
                return self.missing(key, format!("your own, in whole rupiah: it goes with `{other}`"));
            }
            let example = "20500, in whole rupiah without dots or quotes";
            let amount = self.value(key, "a whole number", example, |value| {
                value.as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            })?;
            if !SENSIBLE.contains(&amount) {
                let remedy = format!("write whole rupiah from {} to {}", SENSIBLE.start(), SENSIBLE.end());
                self.refuse(key, format!("`{key}` of {amount} rupiah is no sensible price; {remedy}"));
            }
            Some(Rupiah(amount))
        });
        Some([amounts[0]?, amounts[1]?])
    }

    /// `true` or `false`; `false` when the key is missing or (noted) something else.
    fn flag(&mut self, key: &str) -> bool {
        self.value(key, "true or false", "true, without quotes", DeValue::as_bool).unwrap_or(false)
    }

    /// What `read` makes of the text under `key`; without the key, what is `inherited`. Of a text that `read` does not take,
    /// `wrong` gives the mistake; it is given the text shortened and on one line.
    fn part<T>(
        &mut self,
        key: &str,
        inherited: Option<T>,
        example: &str,
        read: impl FnOnce(&'t str) -> Option<T>,
        wrong: impl FnOnce(String) -> String,
    ) -> Option<T> {
        if !self.has(key) {
            return inherited.or_else(|| self.missing(key, format!("{key} = \"{example}\"")));
        }
        let raw = self.value(key, "a text", "\"…\"", DeValue::as_str)?.trim();
        let part = read(raw);
        if part.is_none() {
            self.refuse(key, wrong(raw.chars().take(24).flat_map(char::escape_debug).collect()));
        }
        part
    }

    /// What `read` makes of the value under `key`; `None` when there is none or (noted) when it is of another kind.
    fn value<T>(&mut self, key: &str, kind: &str, example: &str, read: fn(&'t DeValue<'t>) -> Option<T>) -> Option<T> {
        let value = self.table.get(key)?.get_ref();
        let found = read(value);
        if found.is_none() {
            let wrong = match value {
                DeValue::Integer(number) if kind == "a whole number" => format!("cannot be {number}"),
                DeValue::String(_) => format!("is not {kind} but a text"),
                DeValue::Integer(_) => format!("is not {kind} but a whole number"),
                DeValue::Float(_) => format!("is not {kind} but a fraction"),
                DeValue::Boolean(_) => format!("is not {kind} but true or false"),
                DeValue::Datetime(_) => format!("is not {kind} but a date"),
                DeValue::Array(_) => format!("is not {kind} but a list"),
                DeValue::Table(_) => format!("is not {kind} but a table"),
            };
            self.refuse(key, format!("`{key}` {wrong}; write {key} = {example}"));
        }
        found
    }

    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Notes what is wrong with a key's value.
    fn refuse(&mut self, key: &str, wrong: impl Into<String>) {
        self.mistakes.push((self.table.get(key).map_or(self.at, |value| value.span().start), wrong.into()));
    }

    fn missing<T>(&mut self, key: &str, what_to_add: impl Display) -> Option<T> {
        self.mistakes.push((self.at, format!("`{key}` is missing; add {what_to_add}")));
        None
    }
}
