//! What holds for every line, from any source. The property tests call it with texts that are made, the fuzz target
//! `line` with texts that are found. It panics where something does not hold.

use super::{Check, List, Parsed, Refusal, Request, clean, list, parse};
use crate::{
    catalog::{Catalog, ProductCode},
    value::{CustomerNumber, NumberError},
};

/// As many digits may be a customer's number. No code, price or nominal of the built-in products has as many.
const NUMBER: usize = 9;

/// A text with less characters is read whole, even with some around it.
const SHORT: usize = 4_000;

/// Checks what [`parse`] makes of `text`, with the built-in `catalog`.
pub(crate) fn hold(text: &str, catalog: &Catalog) {
    let parsed = parse(text, catalog);
    match &parsed.request {
        Ok(request) => is_sound(&request.check(), text, catalog),
        Err(refusal) => is_founded(refusal, text, catalog),
    }
    shows_no_number(&parsed);
    is_the_same_in_any_case(text, &parsed, catalog);
    if let Some(list) = list(text, catalog) {
        assert!(parsed.request.is_err(), "one check is no list");
        is_listed(&list, text, catalog);
    }
    let cleaned = clean::clean(text);
    assert_eq!(clean::clean(&cleaned), cleaned, "cleaning twice changes something");
}

/// A check that is made, or that an agent is told to type instead.
fn is_sound(check: &Check, text: &str, catalog: &Catalog) {
    let request = Request::of(check, catalog);
    assert!(request.is_some(), "{check:?} is no request");
    was_typed(&check.number, text);
    request.iter().for_each(|request| {
        is_valid(request);
        reads_back(request, catalog);
    });
}

/// A check that is offered, perhaps still without its nominal.
fn is_offered(check: &Check, text: &str, catalog: &Catalog) {
    let product = catalog.get(check.code.as_str());
    let read = product.map(|product| CustomerNumber::parse(check.number.as_str(), product.number));
    assert_eq!(read.as_ref(), Some(&Ok(check.number.clone())), "{}", check.code);
    was_typed(&check.number, text);
}

/// Number and nominal are of the product's shape, and in the form in which they would be read again.
pub(crate) fn is_valid(Request { product, number, nominal }: &Request) {
    assert_eq!(CustomerNumber::parse(number.as_str(), product.number).as_ref(), Ok(number));
    assert!(product.price.takes(*nominal), "{nominal:?} for {:?}", product.price);
}

/// Every check of a list was typed, and what could not be read is told of.
fn is_listed(list: &List, text: &str, catalog: &Catalog) {
    assert!(!list.items.is_empty() && list.items.len() <= 100 && list.unread.len() <= 100);
    for item in &list.items {
        assert!(Request::of(&item.check, catalog).is_some(), "{item:?}");
        was_typed(&item.check.number, text);
        assert!(item.name.iter().all(|name| is_name(name)), "a name");
        assert!(text.lines().nth(item.line - 1).is_some(), "line {}", item.line);
    }
    for unread in &list.unread {
        is_founded(&unread.refusal, text, catalog);
        assert!(unread.text.chars().count() <= 40);
    }
    assert!(!has_number(&format!("{list:?}")));
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= 60 && !name.contains(char::is_numeric) && name.contains(char::is_alphabetic)
}

/// No digit of the number was made up, left out or moved; but for what a mobile number begins with.
fn was_typed(number: &CustomerNumber, text: &str) {
    let typed: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(typed.contains(number.as_str().trim_start_matches('0')), "{number:?}");
}

/// Written as the bot itself writes a check, it is the same check.
fn reads_back(request: &Request, catalog: &Catalog) {
    let read = parse(&request.line(), catalog);
    assert!(!read.pin_seen);
    match read.request {
        // A meter's number that looks like a mobile one is asked about once more.
        Err(Refusal::MobileUnderMeter { typed, .. }) => assert_eq!(typed, Some(request.check())),
        read => assert_eq!(read.as_ref(), Ok(request)),
    }
}

/// A refusal says what is so, of products that there are.
fn is_founded(refusal: &Refusal, text: &str, catalog: &Catalog) {
    match refusal {
        Refusal::Empty => assert!(!text.contains(|c: char| c.is_ascii_digit()), "something was typed"),
        Refusal::UnknownCode { typed, nearest, lines, fitting } => {
            assert!(typed.chars().count() <= 24 && !typed.contains(char::is_control), "{typed:?}");
            assert!(nearest.len() <= 3);
            nearest.iter().chain(fitting).for_each(|code| is_in(catalog, code));
            lines.iter().for_each(|line| is_sound(line, text, catalog));
            assert!(lines.iter().all(|line| nearest.contains(&line.code)), "{lines:?} for {nearest:?}");
        }
        Refusal::MissingCode { fitting, checks } => {
            fitting.iter().for_each(|code| is_in(catalog, code));
            assert!(checks.iter().all(|check| fitting.contains(&check.code)), "{checks:?} for {fitting:?}");
            checks.iter().for_each(|check| is_offered(check, text, catalog));
        }
        Refusal::WhichProduct { codes, number, .. } => {
            codes.iter().for_each(|code| is_in(catalog, code));
            number.iter().for_each(|number| was_typed(number, text));
        }
        Refusal::MobileUnderMeter { number, codes, typed } => {
            was_typed(number, text);
            codes.iter().for_each(|code| is_in(catalog, code));
            typed.iter().for_each(|check| was_typed(&check.number, text));
        }
        Refusal::LostZero(check) => {
            assert!(Request::of(check, catalog).is_some(), "{check:?} is no request");
            was_typed(&check.number, text);
        }
        Refusal::Number(code, error) => {
            is_in(catalog, code);
            assert!(!matches!(error, NumberError::TooShort { missing: 0 } | NumberError::TooLong { extra: 0 }));
        }
        Refusal::NoCustomer(error) => {
            assert!(matches!(error, NumberError::Token | NumberError::VirtualAccount { .. }));
        }
        Refusal::Words(check) | Refusal::NominalFirst(check) | Refusal::NominalNotTaken(check) => {
            is_sound(check, text, catalog);
        }
        Refusal::MissingNominal(code, number)
        | Refusal::BadNominal(code, number)
        | Refusal::NominalOrPin(code, number)
        | Refusal::NominalOutOfRange(code, number) => {
            assert!(catalog.get(code.as_str()).is_some_and(|product| product.is_open()));
            was_typed(number, text);
        }
        Refusal::Ambiguous(code, checks) => {
            is_in(catalog, code);
            checks.iter().for_each(|check| is_offered(check, text, catalog));
        }
        Refusal::MissingNumber(code, _) => is_in(catalog, code),
        Refusal::NotOffered | Refusal::Several => {}
    }
}

/// What is logged of a line holds no customer's number, whatever stands between its digits.
fn shows_no_number(parsed: &Parsed) {
    assert!(!has_number(&format!("{parsed:?}")), "{parsed:?}");
    assert!(parsed.name.iter().all(|name| is_name(name)), "a name");
}

fn has_number(shown: &str) -> bool {
    // A character as its number, which no customer has, is none.
    let runs = shown.split(char::is_alphabetic).map(|run| run.chars().filter(|c| c.is_numeric()).count());
    !shown.contains("\\u{") && runs.max().is_some_and(|digits| digits >= NUMBER)
}

/// Phones begin with a capital, and copies bring white space along.
fn is_the_same_in_any_case(text: &str, parsed: &Parsed, catalog: &Catalog) {
    if text.chars().count() >= SHORT {
        return;
    }
    for other in [text.to_ascii_lowercase(), text.to_ascii_uppercase(), format!("\n {text}\t ")] {
        let read = parse(&other, catalog);
        assert_eq!(read.request.as_ref().ok(), parsed.request.as_ref().ok());
        assert_eq!(read.pin_seen, parsed.pin_seen);
    }
}

fn is_in(catalog: &Catalog, code: &ProductCode) {
    assert!(catalog.get(code.as_str()).is_some(), "{code}");
}
