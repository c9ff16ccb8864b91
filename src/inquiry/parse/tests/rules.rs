//! The table of rules, what is offered where a line is in doubt, and what of it is kept as data.

use super::*;
use crate::value::{CustomerNumber, Rupiah};

#[test]
fn every_rule_decides_a_line() {
    let cases = [
        ("more text than one check needs", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("nothing", "cek"),
        ("a token or a virtual account", "12345678901234567890"),
        ("a code in the middle", "0817345544 DNOPEN 10000"),
        ("a service that is not offered", "saldo"),
        ("a provider's name", "pln 20 01105691111"),
        ("an amount or a sentence's word for a code", "20rb 01105691111"),
        ("an unknown code", "PLN50 01105691111"),
        ("another code", "PLN20 01105691111 OVO10 0817345544"),
        ("a virtual account", "OVO10 80660817345544"),
        ("a token", "PLN20 12345678901234567890"),
        ("a short number that a PIN or a count would complete", "OVO10 081734554 10"),
        ("a number that a PIN would make a virtual account", "OVO10.852808173455.1234"),
        ("a PIN before a driver's id", "MAX5000.1234.01105691111"),
        ("a mobile number for a meter", "PLN20 0817345544"),
        ("a count or an amount before the number", "PLN20 1. 01105691111"),
        ("one way to read it, among words", "Budi PLN20 01105691111"),
        ("one way to read it", "PLN20 01105691111"),
        ("several ways to read it", "PLN20 01105691111 1"),
        ("no number", "PLN20"),
        ("two numbers", "PLN20 01105691111 01105691112"),
        ("a nominal among words", "DNOPEN 0817345544 50rb BUDI"),
        ("a nominal that is not wanted", "PLN20 01105691111 20rb"),
        ("more digits, or a nominal that is not wanted", "PLN20 01105691111 1 20rb"),
        ("a nominal that is missing or wrong", "DNOPEN 0817345544"),
        ("a nominal before the number", "DNOPEN 50rb 0817345544"),
        ("words around the number", "PLN20 01105691111 BUDI"),
        ("a whole number, and more digits", "PLN20 01105691111 1234567890"),
        ("a number of another shape", "PLN20 0110569111"),
    ];
    for (rule, text) in cases {
        assert_eq!(parse(text, &catalog()).found, rule, "{text}");
    }
    assert_eq!(cases.map(|(rule, _)| rule), verdict::names());
}

/// The checks that a refusal carries as data.
fn offered(text: &str) -> Vec<String> {
    let refusal = parse(text, &catalog()).request.unwrap_err();
    match refusal {
        Refusal::MissingCode { checks, .. } | Refusal::Ambiguous(_, checks) => checks.iter().map(Check::line).collect(),
        other => other.check().iter().map(Check::line).collect(),
    }
}

#[test]
fn a_refusal_carries_the_checks_that_may_be_meant() {
    for (text, expected) in [
        ("PLN20 01105691111 BUDI", &["PLN20 01105691111"][..]),
        ("DNOPEN 50rb 0817345544", &["DNOPEN 0817345544 50000"]),
        ("DNOPEN 0817345544", &["DNOPEN 0817345544"]),
        ("PLN20", &[]),
        ("PLN20 01105691111 1", &["PLN20 01105691111", "PLN20 011056911111"]),
        // The code that is missing may be any that fits, with the number as it would be read there.
        ("01105691111", &["PLN20 01105691111", "MAX5000 01105691111"]),
        (
            "817345544",
            &["OVO10 0817345544", "GOPAY10 0817345544", "DN1 0817345544", "DNOPEN 0817345544", "MAX5000 817345544"],
        ),
        // No number is offered that a PIN or a count may be a part of.
        ("PLN20 0110 5691 111 1234", &[]),
        ("MAX5000 12345 67890", &[]),
        ("DNOPEN.0817345544.1234", &[]),
        ("OVO10.081234567.8901", &[]),
        ("OVO10 081734554 10", &[]),
        ("PLN20 1 01105691111", &[]),
        ("PLN20 01105691111 OVO10 0817345544", &[]),
        ("12345678901234567890", &[]),
    ] {
        assert_eq!(offered(text), expected, "{text}");
    }
}

#[test]
fn a_refusal_survives_json() {
    for text in [
        "",
        "PNL20 01105691111",
        "01105691111",
        "PLN20",
        "PLN20 0110569111",
        "OVO10 80660817345544",
        "PLN20 01105691111 BUDI",
        "DNOPEN 0817345544",
        "OVO10 0817345544 10rb",
        "PLN20 01105691111 1",
    ] {
        let refusal = parse(text, &catalog()).request.unwrap_err();
        let json = serde_json::to_string(&refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal, "{json}");
    }
    let request = parse("DNOPEN 0817345544 50rb", &catalog()).request.unwrap();
    let json = serde_json::to_string(&request.check()).unwrap();
    assert_eq!(json, r#"{"code":"DNOPEN","number":"0817345544","nominal":50000}"#);
    assert_eq!(Request::of(&serde_json::from_str(&json).unwrap(), &catalog()), Some(request));
}

#[test]
fn a_check_is_held_against_the_catalog_of_today() {
    let check = |code: &str, number: &str, nominal: Option<u64>| Check {
        code: ProductCode::new(code).unwrap(),
        number: CustomerNumber::from_record(number).unwrap(),
        nominal: nominal.map(Rupiah),
    };
    assert!(Request::of(&check("PLN20", "01105691111", None), &catalog()).is_some());
    for gone in [
        check("PLN50", "01105691111", None),
        check("PLN20", "0817345544", None),
        check("PLN20", "01105691111", Some(20_000)),
        check("DNOPEN", "0817345544", None),
        check("DNOPEN", "0817345544", Some(999)),
    ] {
        assert_eq!(Request::of(&gone, &catalog()), None, "{}", gone.line());
    }
}
