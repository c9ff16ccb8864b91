//! Reads a file of products into the catalog, or every mistake in the file, each with a remedy.

use std::{collections::HashMap, fmt::Display, fs, ops::RangeInclusive, path::Path, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Catalog, Error, MAX_WORD_LEN, Price, Product, ProductCode, Total, product::is_taken};
use crate::value::{NumberKind, Provider, Rupiah};

/// The largest file that is read, in bytes: room for some thousands of products.
pub(super) const MAX_FILE_SIZE: u64 = 1024 * 1024;

const KEYS: [&str; 10] =
    ["code", "name", "provider", "number", "buying", "selling", "min", "max", "below_cost", "hidden"];

const NUMBERS: [(&str, NumberKind); 3] =
    [("meter", NumberKind::Meter), ("mobile", NumberKind::Mobile), ("driver", NumberKind::DriverId)];

/// What a price may be, in rupiah. Outside of it someone wrote thousands as units, or a digit too many.
const SENSIBLE: RangeInclusive<u64> = 100..=100_000_000;

/// The longest name, in characters: a line on a phone.
const MAX_NAME_LEN: usize = 60;

impl Catalog {
    /// The built-in products with the operator's file, if there is one, over them.
    ///
    /// # Errors
    /// Every mistake in the file, each with its line and a remedy; or why it cannot be read.
    pub fn load(file: Option<&Path>) -> Result<Self, Error> {
        let embedded = Self::over(&Self::default(), include_str!("products.toml"), Path::new("products.toml"))?;
        let Some(path) = file else { return Ok(embedded) };
        Self::over(&embedded, &read(path)?, path)
    }

    /// `base` with the products of a text over it; `path` is for the error alone.
    ///
    /// # Errors
    /// Every mistake in the text, each with its line and a remedy.
    pub(crate) fn over(base: &Self, text: &str, path: &Path) -> Result<Self, Error> {
        let (document, faults) = DeTable::parse_recoverable(text);
        let not_toml = |fault: &toml::de::Error| {
            let wrong = format!("is not TOML: {}; see products.example.toml for the form", fault.message());
            (fault.span().map_or(0, |span| span.start), wrong)
        };
        let mistakes = faults.iter().map(not_toml).collect();
        let table = document.get_ref();
        let mut reader = Reader { text, base, table, at: 0, built_in: None, seen: HashMap::new(), mistakes };
        let (mut products, mut total) = (base.products.clone(), None);
        for (key, value) in table {
            let wrong = match (key.get_ref().as_ref(), value.get_ref()) {
                ("product", DeValue::Array(entries)) => {
                    for (code, product) in entries.iter().filter_map(|entry| reader.change(entry)) {
                        products.retain(|product| product.code != code);
                        products.extend(product.map(Arc::new));
                    }
                    continue;
                }
                ("product", _) => "`product` is one table; write `[[product]]`, with two brackets".to_owned(),
                ("total", value) => {
                    let words = [("vendor", Total::Vendor), ("selling", Total::Selling)];
                    match words.into_iter().find(|(word, _)| value.as_str() == Some(word)) {
                        None => "`total` is none of the two; write \"vendor\" or \"selling\"".to_owned(),
                        Some((_, which)) => {
                            total = Some(which);
                            continue;
                        }
                    }
                }
                (other, _) => {
                    let key = other.escape_debug();
                    format!("unknown key `{key}` outside of a product; begin each product with a line `[[product]]`")
                }
            };
            reader.mistakes.push((key.span().start, wrong));
        }
        let mut mistakes = reader.mistakes;
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|(at, _)| *at);
            let told = |(at, wrong)| format!("{}:{}: {wrong}", path.display(), line(text, at));
            return Err(Error(mistakes.into_iter().map(told).collect::<Vec<_>>().join("\n")));
        }
        if let Some(total) = total {
            products = products.iter().map(|product| Arc::new(Product { total, ..Product::clone(product) })).collect();
        }
        products.sort_by_cached_key(|product| (product.provider, product.code.in_order()));
        Ok(Self { products })
    }
}

/// The text of an operator's file.
fn read(path: &Path) -> Result<String, Error> {
    let error = |wrong: &str| Error(format!("{}: {wrong}", path.display()));
    let unreadable = |why| error(&format!("cannot be read: {why}; check the path and the file's permissions"));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(error("is not a file; name a TOML file with products"));
    }
    if metadata.len() > MAX_FILE_SIZE {
        return Err(error("is larger than 1 MiB; check that it is the file of products"));
    }
    String::from_utf8(fs::read(path).map_err(unreadable)?).map_err(|bad| {
        let line = line(&String::from_utf8_lossy(bad.as_bytes()), bad.utf8_error().valid_up_to());
        Error(format!("{}:{line}: is not UTF-8 text; save the file as UTF-8", path.display()))
    })
}

/// Reads a text's products one after the other.
struct Reader<'t> {
    text: &'t str,
    base: &'t Catalog,
    /// The entry that is read, the byte at which it begins, and the product that it changes.
    table: &'t DeTable<'t>,
    at: usize,
    built_in: Option<&'t Product>,
    /// The line in which each code stood last.
    seen: HashMap<ProductCode, usize>,
    /// The byte at which something is wrong, and `what is wrong; what to do`.
    mistakes: Vec<(usize, String)>,
}

impl<'t> Reader<'t> {
    /// Reads one entry; every part of it, even after a mistake in an earlier one. Gives its code, with the product that
    /// is sold under it from now on, if any is.
    fn change(&mut self, value: &'t Spanned<DeValue<'t>>) -> Option<(ProductCode, Option<Product>)> {
        self.at = value.span().start;
        let DeValue::Table(table) = value.get_ref() else {
            self.mistakes
                .push((self.at, "a product is not a table; begin each product with a line `[[product]]`".to_owned()));
            return None;
        };
        for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let word: String = key.get_ref().chars().take(MAX_WORD_LEN).map(|c| c.to_ascii_lowercase()).collect();
            let typos = KEYS.map(|known| (strsim::osa_distance(known, &word), known));
            let remedy = match typos.into_iter().min_by_key(|(typos, _)| *typos) {
                Some((..=2, near)) => format!("did you mean `{near}`?"),
                _ => format!("a product has {}", KEYS.join(", ")),
            };
            self.mistakes.push((key.span().start, format!("unknown key `{}`; {remedy}", key.get_ref().escape_debug())));
        }
        (self.table, self.built_in) = (table, None);
        let code = self.code();
        self.built_in = code.as_ref().and_then(|code| self.base.get(code.as_str())).map(AsRef::as_ref);
        let hidden = self.flag("hidden");
        if hidden && self.built_in.is_none() && !self.has("name") {
            let (code, near) = (code.as_ref()?, self.base.nearest(code.as_ref()?.as_str(), 1));
            let remedy = near.first().map_or("take the entry out".to_owned(), |near| format!("did you mean {near}?"));
            self.refuse("code", format!("no product {code} is there to hide; {remedy}"));
            return None;
        }
        let (name, provider) = (self.name(), self.provider());
        let (number, price, total) = (self.number(provider), self.price(), Total::Vendor);
        let (code, name, provider, number, price) = (code?, name?, provider?, number?, price?);
        let product = Product { code: code.clone(), name, provider, number, price, total };
        Some((code, (!hidden).then_some(product)))
    }

    fn code(&mut self) -> Option<ProductCode> {
        let has_letter = |code: &ProductCode| code.as_str().contains(|c: char| c.is_ascii_alphabetic());
        let read = |raw: &str| ProductCode::new(raw).filter(has_letter);
        let remedy = "use up to 20 letters, digits and `-`, with a letter among them";
        let wrong = |raw| format!("`{raw}` is not a product code; {remedy}");
        let code = self.part("code", |product| product.code.clone(), "PLN20", read, wrong)?;
        if is_taken(code.as_str()) {
            let wrong = format!("agents know {code} as a command of other bots; choose the vendor's own product code");
            self.refuse("code", wrong);
            return None;
        }
        let here = self.table.get("code").map_or(self.at, |code| code.span().start);
        if let Some(earlier) = self.seen.insert(code.clone(), line(self.text, here)) {
            self.refuse("code", format!("{code} stands here again, after line {earlier}; keep one of the two"));
        }
        Some(code)
    }

    fn name(&mut self) -> Option<String> {
        let fits = |raw: &str| (1..=MAX_NAME_LEN).contains(&raw.chars().count()) && !raw.chars().any(char::is_control);
        let wrong = |_| format!("`name` is empty or too long; write one line of 1 to {MAX_NAME_LEN} characters");
        self.part("name", |product| product.name.clone(), "PLN 20.000", |raw| fits(raw).then(|| raw.to_owned()), wrong)
    }

    fn provider(&mut self) -> Option<Provider> {
        let all = Provider::ALL.map(Provider::name).join(", ");
        let wrong = |raw| format!("`{raw}` is not a provider that can be checked; write {all}");
        self.part("provider", |product| product.provider, "PLN", Provider::from_name, wrong)
    }

    /// Without the key, the built-in product's kind of number, or what the customers of another provider have.
    fn number(&mut self, provider: Option<Provider>) -> Option<NumberKind> {
        if !self.has("number") {
            let same = self.built_in.filter(|product| Some(product.provider) == provider);
            return same.map(|product| product.number).or(provider.map(Provider::usual_number));
        }
        let read = |raw: &str| Some(NUMBERS.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(raw))?.1);
        let wrong = |raw| format!("`{raw}` is not a kind of number; write \"meter\", \"mobile\" or \"driver\"");
        self.part("number", |product| product.number, "meter", read, wrong)
    }

    fn price(&mut self) -> Option<Price> {
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
            (false, false) if self.built_in.is_some() => self.built_in.map(|product| product.price),
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

    /// What `read` makes of the text under `key`; without the key, what is `inherited` of the built-in product. Of a
    /// text that `read` does not take, `wrong` gives the mistake; it is given the text shortened and on one line.
    fn part<T>(
        &mut self,
        key: &str,
        inherited: fn(&Product) -> T,
        example: &str,
        read: impl FnOnce(&'t str) -> Option<T>,
        wrong: impl FnOnce(String) -> String,
    ) -> Option<T> {
        if !self.has(key) {
            return self.built_in.map(inherited).or_else(|| self.missing(key, format!("{key} = \"{example}\"")));
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

/// The line of a byte of a text, from 1.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
