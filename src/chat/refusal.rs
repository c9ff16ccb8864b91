//! What a line that cannot be checked is answered: what is wrong with it, in digits where it is the length, and an example
//! that would have been right.

use crate::{
    catalog::{Price, Product, ProductCode},
    inquiry::parse::{Error, Request},
    locale::{Html, Words, rupiah},
    say,
    value::{CustomerNumber, NumberError, NumberKind, Rupiah},
};

/// More codes than these are a list of their own.
const MOST_CODES: usize = 6;

/// The vendor's sample numbers, a meter's and a mobile one: those of every example that the bot shows.
const EXAMPLES: [&str; 2] = ["01105691111", "0817345544"];

/// What agents sell often; for an example.
const USUAL_NOMINAL: Rupiah = Rupiah(50_000);

/// Says why `error`'s line is not checked.
pub fn refusal(words: Words<'_>, error: &Error) -> Html {
    match error {
        Error::Empty => say!(words, "empty-check"),
        Error::UnknownCode { typed, nearest, lines, .. } if !nearest.is_empty() => {
            say!(words, "unknown-code-nearest", typed = typed, codes = near(nearest, lines))
        }
        Error::UnknownCode { typed, fitting, .. } if (1..=MOST_CODES).contains(&fitting.len()) => {
            say!(words, "unknown-code-fitting", typed = typed, codes = codes(fitting))
        }
        Error::UnknownCode { typed, .. } => say!(words, "unknown-code", typed = typed),
        Error::MissingCode { fitting } if fitting.is_empty() => say!(words, "missing-code-unknown"),
        Error::MissingCode { fitting } if fitting.len() > MOST_CODES => {
            let some = fitting.get(..MOST_CODES).unwrap_or(fitting);
            say!(words, "missing-code-many", codes = codes(some))
        }
        Error::MissingCode { fitting } => say!(words, "missing-code", codes = codes(fitting)),
        Error::MissingNumber(product) => {
            say!(words, "missing-number", example = example(product))
        }
        Error::Number(product, error) => number(words, product, error),
        Error::NoCustomer(error) => no_customer(words, error),
        Error::Words(request) => words_around(words, request),
        Error::NominalFirst(request) => say!(words, "nominal-first", line = Html::code(&request.line())),
        Error::MissingNominal(product, number) => {
            say!(words, "missing-nominal", example = of(product, number.as_str()))
        }
        Error::NominalOrPin(product, number) => {
            say!(words, "nominal-or-pin", example = of(product, number.as_str()))
        }
        Error::BadNominal(product, number) => {
            say!(words, "bad-nominal", example = of(product, number.as_str()))
        }
        Error::NominalOutOfRange(product, number) => nominal_range(words, product, number),
        Error::NominalNotTaken(request) => {
            let (code, name) = (request.product.code.as_str(), &request.product.name);
            say!(words, "nominal-not-taken", code = code, product = name, line = request.line())
        }
        Error::Ambiguous(product) => {
            say!(words, "ambiguous", example = example(product))
        }
        Error::Several => say!(words, "several"),
    }
}

/// Codes that may have been meant, each with the rest of what was typed where that makes a line to copy.
fn near(codes: &[ProductCode], lines: &[Request]) -> Html {
    let line_of = |code: &ProductCode| lines.iter().find(|line| line.product.code == *code).map(Request::line);
    let shown = codes.iter().map(|code| Html::code(&line_of(code).unwrap_or_else(|| code.to_string())));
    Html::joined(shown, " / ")
}

/// What to type instead; the words themselves may be personal and are not repeated.
fn words_around(words: Words<'_>, request: &Request) -> Html {
    let line = Html::code(&request.line());
    match request.nominal {
        Some(_) => say!(words, "words-around-nominal", line = line),
        None => say!(words, "words-around", line = line),
    }
}

fn number(words: Words<'_>, product: &Product, error: &NumberError) -> Html {
    let shape = shape(words, product.number);
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
        NumberError::VirtualAccount { prefix } => say!(words, "number-virtual-account", prefix = *prefix),
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
    let (code, example) = (product.code.as_str(), of(product, number.as_str()));
    match product.price {
        Price::Open { min, max } => {
            say!(words, "nominal-range", code = code, min = min, max = max, example = example)
        }
        Price::Fixed { .. } => say!(words, "bad-nominal", example = example),
    }
}

/// Whether digits are the number of an example, and nobody's that was asked for.
pub(super) fn is_example(digits: &str) -> bool {
    EXAMPLES.contains(&digits)
}

/// A check of the product that would be right: with the vendor's sample number, and a nominal where one is asked for.
fn example(product: &Product) -> String {
    let [meter, mobile] = EXAMPLES;
    match product.number {
        NumberKind::Meter | NumberKind::DriverId => of(product, meter),
        NumberKind::Mobile => of(product, mobile),
    }
}

/// The same with the number that was typed: who copies it must not check another's.
fn of(product: &Product, number: &str) -> String {
    let code = &product.code;
    match product.price {
        Price::Open { min, max } => format!("{code} {number} {}", in_thousands(USUAL_NOMINAL.max(min).min(max))),
        Price::Fixed { .. } => format!("{code} {number}"),
    }
}

/// In a form that nobody takes for a PIN.
fn in_thousands(Rupiah(nominal): Rupiah) -> String {
    if nominal % 1_000 == 0 { format!("{}rb", nominal / 1_000) } else { rupiah(Rupiah(nominal)) }
}

fn codes(codes: &[ProductCode]) -> Html {
    Html::joined(codes.iter().map(|code| Html::code(code.as_str())), " / ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn an_example_has_a_nominal_that_would_be_taken() {
        let catalog = Catalog::load(None).unwrap();
        let shown = |min, max| {
            let price = Price::Open { min: Rupiah(min), max: Rupiah(max) };
            of(&Product { price, ..Product::clone(catalog.get("DNOPEN").unwrap()) }, "081000000002")
        };
        assert_eq!(shown(1_000, 10_000_000), "DNOPEN 081000000002 50rb");
        assert_eq!(shown(1_000, 20_000), "DNOPEN 081000000002 20rb");
        assert_eq!(shown(100_000, 200_000), "DNOPEN 081000000002 100rb");
        assert_eq!(shown(62_500, 200_000), "DNOPEN 081000000002 Rp62.500");
    }
}
