//! What agents type, and what is made of it.

mod agents;
mod digits;
mod lists;
mod rules;
mod words;

pub(super) use agents::agents_catalog;

use std::io::Write;

use super::*;
use crate::catalog::{Catalog, ProductCode};

fn catalog() -> Catalog {
    Catalog::load(None).unwrap()
}

/// `CODE number [nominal]`, with ` !pin` behind it where a PIN was seen; or what is wrong, in short.
fn read(text: &str) -> String {
    read_with(text, &catalog())
}

fn read_with(text: &str, catalog: &Catalog) -> String {
    let Parsed { request, pin_seen, .. } = parse(text, catalog);
    let said = match request {
        Ok(Request { product, number, nominal }) => {
            let nominal = nominal.map(|amount| format!(" {}", amount.0)).unwrap_or_default();
            format!("{} {}{nominal}", product.code, number.as_str())
        }
        Err(refusal) => said(&refusal),
    };
    if pin_seen { format!("{said} !pin") } else { said }
}

fn said(refusal: &Refusal) -> String {
    let codes = |codes: &[ProductCode]| codes.iter().map(ProductCode::as_str).collect::<Vec<_>>().join(" ");
    match refusal {
        Refusal::Empty => "empty".into(),
        Refusal::UnknownCode { typed, nearest, fitting, .. } if nearest.is_empty() && !fitting.is_empty() => {
            format!("{typed}? fits {}", codes(fitting))
        }
        Refusal::UnknownCode { typed, nearest, lines, .. } => {
            let line_of = |code: &ProductCode| lines.iter().find(|line| line.code == *code).map(Check::line);
            let near = nearest.iter().map(|code| line_of(code).unwrap_or_else(|| code.to_string()));
            format!("{typed}? {}", near.collect::<Vec<_>>().join(" / ")).trim_end().into()
        }
        Refusal::MissingCode { fitting, .. } => format!("code? {}", codes(fitting)).trim_end().into(),
        Refusal::MissingNumber(..) => "number?".into(),
        Refusal::WhichProduct { provider, codes: meant, number, fault } => {
            let number = number.as_ref().map(|number| format!(" {}", number.as_str())).unwrap_or_default();
            let fault = fault.as_ref().map(|fault| format!(", {fault:?}")).unwrap_or_default();
            format!("{provider}?{number} {}{fault}", codes(meant))
        }
        Refusal::NotOffered => "not offered".into(),
        Refusal::LostZero(check) => format!("lost zero {}", check.line()),
        Refusal::MobileUnderMeter { number, typed, .. } => {
            let typed = typed.as_ref().map(|check| format!(" or {}", check.line())).unwrap_or_default();
            format!("mobile {}{typed}", number.as_str())
        }
        Refusal::Number(_, error) => format!("{error:?}"),
        Refusal::NoCustomer(error) => format!("no customer: {error:?}"),
        Refusal::Words(request) => format!("words around {}", request.line()),
        Refusal::NominalFirst(request) => format!("nominal first {}", request.line()),
        Refusal::MissingNominal(..) => "nominal?".into(),
        Refusal::BadNominal(..) => "bad nominal".into(),
        Refusal::NominalOrPin(..) => "nominal or pin?".into(),
        Refusal::NominalOutOfRange(..) => "out of range".into(),
        Refusal::NominalNotTaken(request) => format!("not taken {}", request.line()),
        Refusal::Ambiguous(..) => "ambiguous".into(),
        Refusal::Several => "several".into(),
    }
}

#[track_caller]
fn all_are(cases: &[(&str, &str)]) {
    let wrong: Vec<_> =
        cases.iter().map(|(text, said)| (text, read(text), said)).filter(|(_, is, said)| is != *said).collect();
    assert!(wrong.is_empty(), "(typed, read, expected) {wrong:#?}");
}

#[test]
fn the_vendors_samples_are_read() {
    all_are(&[
        ("PLN20 01105691111", "PLN20 01105691111"),
        ("OVO10 0817345544", "OVO10 0817345544"),
        ("GOPAY10 0817345544", "GOPAY10 0817345544"),
        ("DN1 0817345544", "DN1 0817345544"),
        ("DNOPEN 0817345544 10000", "DNOPEN 0817345544 10000"),
        ("MAX5000 01105691111", "MAX5000 01105691111"),
    ]);
}

#[test]
fn every_separator_and_case_is_understood() {
    for text in [
        "pln20 01105691111",
        "Pln20.01105691111",
        "PLN20*01105691111",
        "PLN20#01105691111#",
        "*PLN20*01105691111#",
        "PLN20,01105691111",
        "PLN20, 01105691111.",
        "PLN20\n01105691111",
        "PLN20\t 01105691111 ",
        "PLN20-01105691111",
        "PLN20 - 01105691111",
        "PLN20/01105691111",
        "PLN20: 01105691111",
        "PLN20 = 01105691111",
        "PLN20|01105691111",
        "[PLN20]: 01105691111",
        "PLN20 0110 5691 111",
        "PLN20.0110.5691.111",
        "PLN20 0110-5691-111",
        "PLN20 (0110) 5691111",
        "PLN20 0 1 1 0 5 6 9 1 1 1 1",
        "\u{202a}PLN20\u{a0}0110\u{2013}5691\u{2011}111\u{202c}",
        "\u{feff}pln20\u{2003}\u{2066}01105691111\u{2069}",
        "01105691111 PLN20",
        "01105691111.pln20",
        "0110 5691 111 pln20",
        "cek PLN20 01105691111",
        "Tolong cek pln20 01105691111",
        "PLN20 No. Meter: 01105691111",
        "PLN20 ID Pelanggan 01105691111",
        "PLN20\nNo Meter PLN : 01105691111",
        "No. Meter: 01105691111 PLN20",
    ] {
        assert_eq!(read(text), "PLN20 01105691111", "{text:?}");
    }
}

#[test]
fn every_form_of_a_mobile_number_is_understood() {
    for number in [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "0812.3456.7890",
        "0812 - 3456 - 7890",
        "(0812) 3456-7890",
        "+62 812 3456 7890",
        "+62 812-3456-7890",
        "+6281234567890",
        "6281234567890",
        "62 812 3456 7890",
        "81234567890",
        "812-3456-7890",
        "No HP: 0812-3456-7890",
        "No. DANA 081234567890",
    ] {
        assert_eq!(read(&format!("DN1 {number}")), "DN1 081234567890", "{number}");
        assert_eq!(read(&format!("dnopen.{number} 50rb")), "DNOPEN 081234567890 50000", "{number}");
    }
}

#[test]
fn a_pin_is_dropped_unread_and_told_of() {
    all_are(&[
        ("PLN20.01105691111.1234", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 123456", "PLN20 01105691111 !pin"),
        ("PLN20*0110 5691 111*12345678#", "PLN20 01105691111 !pin"),
        ("pln20#512345678901#1234", "PLN20 512345678901 !pin"),
        ("OVO10.0817345544.1234", "OVO10 0817345544 !pin"),
        ("MAX5000.01105691111.12345", "MAX5000 01105691111 !pin"),
        ("DNOPEN.0817345544.10000.1234", "DNOPEN 0817345544 10000 !pin"),
        ("DNOPEN.0817345544.10.000.1234", "DNOPEN 0817345544 10000 !pin"),
        ("DNOPEN 0817345544 10 rb 123456", "DNOPEN 0817345544 10000 !pin"),
        ("01105691111.1234.PLN20", "PLN20 01105691111 !pin"),
        // Also where the rest is wrong.
        ("PLN20.0110569111.1234", "TooShort { missing: 1 } !pin"),
        ("PLN20.01105691111.1234.2", "ambiguous !pin"),
        ("PLN20.01105691111.1234 BUDI", "words around PLN20 01105691111 !pin"),
        ("PLN20 01105691111 20rb 1234", "not taken PLN20 01105691111 !pin"),
        ("DNOPEN.0817345544.99jt.1234", "out of range !pin"),
        ("PLNN20.01105691111.1234", "PLNN20? PLN20 01105691111 !pin"),
        ("01105691111.1234", "code? PLN20 MAX5000 !pin"),
        ("PLN20.01105691111.1234\nOVO10.0817345544.1234", "several !pin"),
        // In the nominal's place: nothing is asked with it.
        ("DNOPEN.0817345544.1234", "nominal or pin? !pin"),
        ("DNOPEN.0817345544.123456", "nominal or pin? !pin"),
        ("DNOPEN 0817-345-544 12345678", "nominal or pin? !pin"),
        ("DNOPEN.0817345544.012345", "nominal or pin? !pin"),
        ("DNOPEN.0817345544.123456.1234", "nominal or pin? !pin"),
        ("DNOPEN.0817345544.123456.50rb", "bad nominal !pin"),
        ("DNOPEN.081734554.123456", "TooShort { missing: 1 } !pin"),
        ("0817345544.123456.dnopen", "nominal or pin? !pin"),
        // Three digits, or nine, are none.
        ("PLN20 01105691111 123", "ambiguous"),
        ("PLN20 01105691111 1234567890", "ambiguous"),
    ]);
}

#[test]
fn a_nominal_is_read_in_every_form() {
    for nominal in [
        "25000",
        "25.000",
        "25,000",
        "25rb",
        "25 rb",
        "25ribu",
        "25 RIBU",
        "25k",
        "Rp25.000",
        "Rp 25.000",
        "Rp. 25.000",
        "rp25rb",
        "25.000,00",
        "Rp25.000,-",
        "= 25000",
        "*25000#",
        "(25.000)",
    ] {
        assert_eq!(read(&format!("DNOPEN 0817345544 {nominal}")), "DNOPEN 0817345544 25000", "{nominal}");
    }
    all_are(&[
        ("DNOPEN 0817345544 12.500.000", "out of range"),
        ("DNOPEN 0817345544 100.500", "DNOPEN 0817345544 100500"),
        ("DNOPEN.0817345544.10.500", "DNOPEN 0817345544 10500"),
        ("DNOPEN 0817345544 10500", "DNOPEN 0817345544 10500"),
        ("DNOPEN 0817345544 12.345", "DNOPEN 0817345544 12345"),
        ("DNOPEN 0817345544 Rp12345", "DNOPEN 0817345544 12345"),
        ("DNOPEN 0812 3456 7890 1,5jt", "DNOPEN 081234567890 1500000"),
        ("DNOPEN 0812 345 678 901 10rb", "DNOPEN 0812345678901 10000"),
        ("DNOPEN.0817345544.1,5jt", "DNOPEN 0817345544 1500000"),
        ("DNOPEN 0812 3456 7890 1.250.000", "DNOPEN 081234567890 1250000"),
        ("0817345544 10rb dnopen", "DNOPEN 0817345544 10000"),
        ("DNOPEN 0817345544 10jt", "DNOPEN 0817345544 10000000"),
        ("DNOPEN 0817345544 1rb", "DNOPEN 0817345544 1000"),
    ]);
}

#[test]
fn a_nominal_that_does_not_fit_is_said_so() {
    all_are(&[
        ("DNOPEN 0817345544", "nominal?"),
        ("DNOPEN 0812 3456 7890", "nominal?"),
        ("DNOPEN 0817345544 banyak", "bad nominal"),
        ("DNOPEN 0817345544 1.500rb", "bad nominal"),
        ("DNOPEN 0817345544 10.00", "bad nominal"),
        ("DNOPEN 0817345544 01000", "bad nominal"),
        ("DNOPEN 0817345544 500", "out of range"),
        ("DNOPEN.0817345544.500.1234", "out of range !pin"),
        ("DNOPEN 0817345544 99jt", "out of range"),
        ("DNOPEN 0817345544 999999999999jt", "out of range"),
        ("PLN20 01105691111 20rb", "not taken PLN20 01105691111"),
        ("PLN20 01105691111 20.000", "not taken PLN20 01105691111"),
        ("PLN20 01105691111 20000", "not taken PLN20 01105691111"),
        ("PLN20.01105691111.20000", "not taken PLN20 01105691111"),
        ("OVO10 0817345544 10000", "not taken OVO10 0817345544"),
        ("PLN20.01105691111.Rp 20000", "not taken PLN20 01105691111"),
        ("OVO10 0817345544 10 ribu", "not taken OVO10 0817345544"),
        ("OVO10 0812 3456 7890 10rb", "not taken OVO10 081234567890"),
        ("PLN20 01105691111 1 20rb", "ambiguous"),
    ]);
}

#[test]
fn a_wrong_number_is_counted_in_digits() {
    all_are(&[
        ("PLN20 0110569111", "TooShort { missing: 1 }"),
        ("PLN20 0110 5691 11", "TooShort { missing: 1 }"),
        ("PLN20 0110569111122", "TooLong { extra: 1 }"),
        ("PLN20 1234", "TooShort { missing: 7 }"),
        ("PLN20 12345678901234567890", "Token"),
        ("PLN20 1234 5678 9012 3456 7890", "Token"),
        ("PLN20 1234-5678-9012-3456-7890", "Token"),
        ("PLN20 123456789012 34567890", "Token"),
        ("OVO10 081734554", "TooShort { missing: 1 }"),
        ("OVO10 08173455441234", "TooLong { extra: 1 }"),
        ("OVO10 01105691111", "NotMobile"),
        // Behind a `+` stands another country's number.
        ("OVO10 +817345544", "NotMobile"),
        ("OVO10-+817345544", "NotMobile"),
        ("+817345544 OVO10", "NotMobile"),
        ("OVO10 80660817345544", "VirtualAccount { prefix: \"8066\" }"),
        ("DN1 8528-0817-345544", "VirtualAccount { prefix: \"8528\" }"),
        ("DN1 3901 0817345544", "VirtualAccount { prefix: \"3901\" }"),
        ("DNOPEN 85280817345544 10rb", "VirtualAccount { prefix: \"8528\" }"),
        ("GOPAY10 8980817345544", "VirtualAccount { prefix: \"898\" }"),
        ("DNOPEN 081734554 10000", "TooShort { missing: 1 }"),
        ("DNOPEN 081734554 10rb", "TooShort { missing: 1 }"),
        ("MAX5000 1234", "TooShort { missing: 1 }"),
        ("PLN20 BUDI", "number?"),
        ("PLN20 O1105691111", "NotDigits"),
        ("PLN20", "number?"),
        ("pln20.", "number?"),
        ("DNOPEN", "number?"),
    ]);
}

#[test]
fn words_around_a_number_are_to_be_left_out() {
    all_are(&[
        ("PLN20 01105691111 BUDI", "words around PLN20 01105691111"),
        ("PLN20 Budi: 01105691111", "words around PLN20 01105691111"),
        ("PLN20 Budi 0110-5691-111 blok A5", "words around PLN20 01105691111"),
        ("PLN20 Budi 0110 5691 111 ya", "words around PLN20 01105691111"),
        ("OVO10 Siti +62 817-345-544", "words around OVO10 0817345544"),
        ("DNOPEN Siti 0817345544 50rb", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN Siti 0817345544 Rp12.345", "words around DNOPEN 0817345544 Rp12.345"),
        ("DNOPEN Siti 0817345544 Rp. 1.250.000 rupiah", "words around DNOPEN 0817345544 1250000"),
        // Without a nominal, or with what may be none, there is nothing to be shown.
        ("DNOPEN Siti 0817345544", "NotDigits"),
        ("DNOPEN Siti 0817345544 1234", "NotDigits !pin"),
        // Nor between two numbers, or where the digits go on.
        ("PLN20 Budi 01105691111 Siti 01105691112", "several"),
        ("PLN20 Budi 01105691111 1", "NotDigits"),
        ("PLN20 Budi 01105691111 123", "NotDigits"),
        ("PLN20 Budi O1105691111", "NotDigits"),
    ]);
}

#[test]
fn a_nominal_before_the_number_is_to_be_put_behind_it() {
    all_are(&[
        ("DNOPEN 50rb 0817345544", "nominal first DNOPEN 0817345544 50000"),
        ("DNOPEN 50 rb 0817-345-544", "nominal first DNOPEN 0817345544 50000"),
        ("DNOPEN Rp50.000 0817 345 544", "nominal first DNOPEN 0817345544 50000"),
        ("DNOPEN.50000.0817345544", "nominal first DNOPEN 0817345544 50000"),
        ("DNOPEN 50rb", "number?"),
        ("DNOPEN 99jt 0817345544", "NotDigits"),
        ("PLN20 20rb 01105691111", "words around PLN20 01105691111"),
    ]);
}

#[test]
fn what_can_be_read_in_two_ways_is_asked_again() {
    all_are(&[
        // A meter and a repeat count, or a customer id.
        ("PLN20 01105691111 1", "ambiguous"),
        ("PLN20.01105691111.2.1234", "ambiguous !pin"),
        // A number and a nominal in thousands, or a longer number.
        ("OVO10 08123456789 10", "ambiguous"),
        ("OVO10 0817345544 100", "ambiguous"),
        ("OVO10 0812 345 678 901", "OVO10 0812345678901"),
        ("MAX5000 12345 678901234", "ambiguous"),
        ("DNOPEN 0817345544 1 10000", "ambiguous"),
        ("DNOPEN 0812 345 678 901 10000", "ambiguous !pin"),
        ("DNOPEN.0817345544.1.250.000", "ambiguous"),
        ("DNOPEN.0817345544.1.500rb", "ambiguous"),
        ("DNOPEN 0812 345 678 90,5rb", "ambiguous"),
        ("DNOPEN 0812 345 678 901.10rb", "ambiguous"),
        // A driver's id and a PIN, or a longer id.
        ("MAX5000 12345 67890", "ambiguous !pin"),
        ("MAX5000 0110 569 1111", "ambiguous !pin"),
        ("MAX5000 12345 10.000", "ambiguous"),
        // But never a run of digits: it is not cut.
        ("PLN20 011056911111", "PLN20 011056911111"),
        ("MAX5000 1234567890", "MAX5000 1234567890"),
        ("MAX5000 12345-67890", "MAX5000 1234567890"),
    ]);
}

#[test]
fn an_operators_products_are_read_by_the_same_rules() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let rest = "name = \"Maxim\"\nprovider = \"Maxim\"\nmin = 1000\nmax = 1000000\n";
    for code in ["MAXOPEN", "MX-1", "MX-11", "25K", "25K-A", "CEK", "PIN5"] {
        write!(file, "[[product]]\ncode = \"{code}\"\n{rest}").unwrap();
    }
    let catalog = Catalog::load(Some(file.path())).unwrap();
    for (text, said) in [
        ("MAXOPEN 12345 67rb", "MAXOPEN 12345 67000"),
        // A longer id whose nominal is missing, or a shorter one with its nominal.
        ("MAXOPEN 12345 67890", "ambiguous !pin"),
        ("MAXOPEN 12345 67000", "ambiguous"),
        ("MX-1-12345 67rb", "MX-1 12345 67000"),
        ("mx-1 12345 67rb", "MX-1 12345 67000"),
        ("25K-A-12345 67rb", "25K-A 12345 67000"),
        // A code may be a word that is left out elsewhere, or the name of a PIN.
        ("CEK 12345 67rb", "CEK 12345 67000"),
        ("PIN5 12345 67rb", "PIN5 12345 67000"),
        ("MX 12345 67rb", "MX? MX-1 12345 67000 / MX-11 12345 67000"),
        // A code that looks like an amount is one only in the first place.
        ("25K 12345 67rb", "25K 12345 67000"),
        // A code that is glued to its number, and one that may be two codes.
        ("MAXOPEN12345 67rb", "words around MAXOPEN 12345 67000"),
        ("MX-112345 67rb", "words around MX-1 12345 67000"),
        ("MX-1123456 67rb", "MX-112345? MX-1 / MX-11"),
        ("DNOPEN 0817345544 25k", "DNOPEN 0817345544 25000"),
    ] {
        assert_eq!(read_with(text, &catalog), said, "{text}");
    }
}

#[test]
fn several_checks_are_not_taken_for_one() {
    all_are(&[
        ("PLN20 01105691111 PLN20 01105691112", "several"),
        ("PLN20 01105691111\nOVO10 0817345544", "several"),
        ("PLN20 01105691111, 01105691112", "several"),
        ("OVO10 081000000001 081000000002", "several"),
        ("OVO10 0810-0000-0001\n0810-0000-0002\n0810-0000-0003", "several"),
        ("MAX5000 01105691111 01105691112", "several"),
        ("DNOPEN 081000000001 081000000002 10000", "several"),
    ]);
    assert_eq!(read(&"PLN20 01105691111\n".repeat(500)), "several");
    assert_eq!(read(&format!("PLN20 {}", "1 ".repeat(5000))), "several");
    assert_eq!(read(&format!("PLN20.01105691111.1234 {}", "Budi ".repeat(40))), "several !pin");
    // What was cut off might belong to the number.
    assert_eq!(read(&format!("PLN20 {}011056911112", " ".repeat(4096 - 17))), "several");
}
