//! What a line that cannot be checked is answered: what is wrong with it, in digits where it is the length, and an
//! example that would have been right.

use crate::{
    catalog::{Catalog, Price, Product, ProductCode},
    inquiry::parse::{Check, Refusal},
    locale::{Html, Words, rupiah},
    say,
    value::{CustomerNumber, NumberError, NumberKind, Rupiah},
};

/// More codes than these are a list of their own.
const MAX_CODES: usize = 6;

/// The vendor's sample numbers, a meter's and a mobile one: those of every example that the bot shows.
const EXAMPLES: [&str; 2] = ["01105691111", "0817345544"];

/// What agents sell often; for an example.
const USUAL_NOMINAL: Rupiah = Rupiah(50_000);

/// Says why a line is not checked. A product that the catalog has no more is an unknown code.
pub fn refusal(words: Words<'_>, catalog: &Catalog, refusal: &Refusal) -> Html {
    let of = |code: &ProductCode, say: &dyn Fn(&Product) -> Html| match catalog.get(code.as_str()) {
        Some(product) => say(product),
        None => say!(words, "unknown-code", typed = code.as_str()),
    };
    match refusal {
        Refusal::Empty => say!(words, "empty-check"),
        Refusal::UnknownCode { typed, nearest, lines, .. } if !nearest.is_empty() => {
            say!(words, "unknown-code-nearest", typed = typed, codes = near(nearest, lines))
        }
        Refusal::UnknownCode { typed, fitting, .. } if (1..=MAX_CODES).contains(&fitting.len()) => {
            say!(words, "unknown-code-fitting", typed = typed, codes = codes(fitting))
        }
        Refusal::UnknownCode { typed, .. } => say!(words, "unknown-code", typed = typed),
        Refusal::MissingCode { fitting, .. } if fitting.is_empty() => say!(words, "missing-code-unknown"),
        Refusal::MissingCode { fitting, .. } if fitting.len() > MAX_CODES => {
            let some = fitting.get(..MAX_CODES).unwrap_or(fitting);
            say!(words, "missing-code-many", codes = codes(some))
        }
        Refusal::MissingCode { fitting, .. } => say!(words, "missing-code", codes = codes(fitting)),
        Refusal::MissingNumber(code, _) => {
            of(code, &|product| say!(words, "missing-number", example = example(product)))
        }
        Refusal::WhichProduct { provider, fault: Some(error), .. } => {
            let shape = shape(words, provider.usual_number());
            number(words, shape, error)
        }
        Refusal::WhichProduct { provider, codes: meant, number, .. } => {
            let some = meant.get(..MAX_CODES).unwrap_or(meant);
            let line =
                |code: &ProductCode| number.as_ref().map_or(code.to_string(), |n| format!("{code} {}", n.as_str()));
            let shown = Html::joined(some.iter().map(|code| Html::code(&line(code))), " / ");
            say!(words, "which-product", provider = provider.name(), codes = shown)
        }
        Refusal::NotOffered => {
            let providers = catalog.by_provider().map(|(provider, _)| provider.name()).collect::<Vec<_>>().join(", ");
            say!(words, "not-offered", providers = providers)
        }
        Refusal::LostZero(check) => of(&check.code, &|product| {
            let short = number(words, shape(words, product.number), &NumberError::TooShort { missing: 1 });
            Html::joined([short, say!(words, "lost-zero", line = Html::code(&check.line()))], " ")
        }),
        Refusal::MobileUnderMeter { codes: wallets, .. } if wallets.is_empty() => say!(words, "mobile-under-meter"),
        Refusal::MobileUnderMeter { codes: wallets, .. } => {
            say!(words, "mobile-under-meter-wallets", codes = codes(wallets.get(..MAX_CODES).unwrap_or(wallets)))
        }
        Refusal::Number(code, error) => of(code, &|product| number(words, shape(words, product.number), error)),
        Refusal::NoCustomer(error) => no_customer(words, error),
        Refusal::Words(check) => words_around(words, check),
        Refusal::NominalFirst(check) => say!(words, "nominal-first", line = Html::code(&check.line())),
        Refusal::MissingNominal(code, number) => {
            of(code, &|product| say!(words, "missing-nominal", example = example_with(product, number.as_str())))
        }
        Refusal::NominalOrPin(code, number) => {
            of(code, &|product| say!(words, "nominal-or-pin", example = example_with(product, number.as_str())))
        }
        Refusal::BadNominal(code, number) => {
            of(code, &|product| say!(words, "bad-nominal", example = example_with(product, number.as_str())))
        }
        Refusal::NominalOutOfRange(code, number) => of(code, &|product| nominal_range(words, product, number)),
        Refusal::NominalNotTaken(check) => of(&check.code, &|product| {
            let (code, name) = (product.code.as_str(), &product.name);
            say!(words, "nominal-not-taken", code = code, product = name, line = check.line())
        }),
        Refusal::Ambiguous(code, _) => of(code, &|product| say!(words, "ambiguous", example = example(product))),
        Refusal::Several => say!(words, "several"),
    }
}

/// Codes that may have been meant, each with the rest of what was typed where that makes a line to copy.
fn near(codes: &[ProductCode], lines: &[Check]) -> Html {
    let line_of = |code: &ProductCode| lines.iter().find(|line| line.code == *code).map(Check::line);
    let shown = codes.iter().map(|code| Html::code(&line_of(code).unwrap_or_else(|| code.to_string())));
    Html::joined(shown, " / ")
}

/// What to type instead; the words themselves may be personal and are not repeated.
fn words_around(words: Words<'_>, check: &Check) -> Html {
    let line = Html::code(&check.line());
    match check.nominal {
        Some(_) => say!(words, "words-around-nominal", line = line),
        None => say!(words, "words-around", line = line),
    }
}

fn number(words: Words<'_>, shape: Html, error: &NumberError) -> Html {
    match error {
        NumberError::TooShort { missing } => say!(words, "number-short", shape = shape, digits = *missing),
        NumberError::TooLong { extra } => say!(words, "number-long", shape = shape, digits = *extra),
        NumberError::NotDigits => say!(words, "number-letters", shape = shape),
        NumberError::NotMobile => say!(words, "number-not-mobile"),
        NumberError::Token | NumberError::VirtualAccount { .. } => no_customer(words, error),
    }
}

/// What was pasted is known, whatever product it was for; for other errors, only that no code stands there.
fn no_customer(words: Words<'_>, error: &NumberError) -> Html {
    match error {
        NumberError::Token => say!(words, "number-token"),
        NumberError::VirtualAccount { prefix } => say!(words, "number-virtual-account", prefix = prefix.as_ref()),
        _ => say!(words, "missing-code-unknown"),
    }
}

fn shape(words: Words<'_>, kind: NumberKind) -> Html {
    match kind {
        NumberKind::Meter => say!(words, "shape-meter"),
        NumberKind::Mobile => say!(words, "shape-mobile"),
        NumberKind::DriverId => say!(words, "shape-driver"),
    }
}

fn nominal_range(words: Words<'_>, product: &Product, number: &CustomerNumber) -> Html {
    let (code, example) = (product.code.as_str(), example_with(product, number.as_str()));
    match product.price {
        Price::Open { min, max } => {
            say!(words, "nominal-range", code = code, min = min, max = max, example = example)
        }
        Price::Fixed { .. } => say!(words, "bad-nominal", example = example),
    }
}

/// Whether digits are the number of an example, and not one that was asked for.
pub(super) fn is_example(digits: &str) -> bool {
    EXAMPLES.contains(&digits)
}

/// A check of the product that would be right: with the vendor's sample number, and a nominal where one is asked for.
fn example(product: &Product) -> String {
    let [meter, mobile] = EXAMPLES;
    match product.number {
        NumberKind::Meter | NumberKind::DriverId => example_with(product, meter),
        NumberKind::Mobile => example_with(product, mobile),
    }
}

/// The same with the number that was typed: who copies it must not check another's.
fn example_with(product: &Product, number: &str) -> String {
    let code = &product.code;
    match product.price {
        Price::Open { min, max } => format!("{code} {number} {}", in_thousands(USUAL_NOMINAL.max(min).min(max))),
        Price::Fixed { .. } => format!("{code} {number}"),
    }
}

/// In a form that is not mistaken for a PIN.
fn in_thousands(Rupiah(nominal): Rupiah) -> String {
    if nominal % 1_000 == 0 { format!("{}rb", nominal / 1_000) } else { rupiah(Rupiah(nominal)) }
}

fn codes(codes: &[ProductCode]) -> Html {
    Html::joined(codes.iter().map(|code| Html::code(code.as_str())), " / ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{locale::Locale, value::Language};

    #[test]
    fn an_example_has_a_nominal_that_would_be_taken() {
        let catalog = Catalog::load(None).unwrap();
        let shown = |min, max| {
            let price = Price::Open { min: Rupiah(min), max: Rupiah(max) };
            example_with(&Product { price, ..Product::clone(catalog.get("DNOPEN").unwrap()) }, "081000000002")
        };
        assert_eq!(shown(1_000, 10_000_000), "DNOPEN 081000000002 50rb");
        assert_eq!(shown(1_000, 20_000), "DNOPEN 081000000002 20rb");
        assert_eq!(shown(100_000, 200_000), "DNOPEN 081000000002 100rb");
        assert_eq!(shown(62_500, 200_000), "DNOPEN 081000000002 Rp62.500");
    }

    #[test]
    fn a_product_that_is_gone_is_an_unknown_code() {
        let (catalog, locale) = (Catalog::load(None).unwrap(), Locale::new().unwrap());
        let say = |code| {
            let refused = Refusal::Ambiguous(ProductCode::new(code).unwrap(), Vec::new());
            refusal(locale.words(Language::Id), &catalog, &refused).plain()
        };
        assert!(say("PLN20").contains("PLN20 01105691111"), "{}", say("PLN20"));
        assert_eq!(say("PLN50"), "⚠️ Kode PLN50 tidak ada. Daftar kode: /produk");
    }
}
