//! Numbers as customers and agents write them.

use proptest::prelude::*;

use super::{NumberError::*, NumberKind::*, *};

fn read(raw: &str, kind: NumberKind) -> Result<String, NumberError> {
    CustomerNumber::parse(raw, kind).map(|number| number.0)
}

#[test]
fn the_vendors_samples_pass() {
    for (raw, kind) in [("01105691111", Meter), ("0817345544", Mobile), ("01105691111", DriverId)] {
        assert_eq!(read(raw, kind).as_deref(), Ok(raw));
    }
}

#[test]
fn every_written_form_means_one_mobile_number() {
    for raw in [
        "081234567890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "+62 (0) 812 3456 7890",
        "(+62) 812-3456-7890",
        "6281234567890",
        "62 0812 3456 7890",
        "81234567890",
        "(0812) 3456 7890",
        "0812.3456.7890",
        "0812–3456—7890",
        "0812\u{2011}3456\u{2212}7890",
        "0812\u{2043}34\u{fe58}56\u{fe63}78\u{ff0d}90",
        "\u{202a}+62 812-3456-7890\u{202c}",
        "\u{2066}0812\u{a0}3456\u{202f}7890\u{2069}",
        "\u{feff}0812\u{200b}3456\u{200e}7890\u{2060}",
        "0812\u{ad}3456\u{2010}7890\u{61c}",
        " 0812 3456 7890\n",
    ] {
        assert_eq!(read(raw, Mobile).as_deref(), Ok("081234567890"), "{raw:?}");
    }
}

#[test]
fn the_zero_in_front_of_a_meter_stays_and_none_is_added() {
    assert_eq!(read("0110-5691-111", Meter).as_deref(), Ok("01105691111"));
    assert_eq!(read("512345678901", Meter).as_deref(), Ok("512345678901"));
    assert_eq!(read("62105691111", Meter).as_deref(), Ok("62105691111"));
    assert_eq!(read("85105691111", DriverId).as_deref(), Ok("85105691111"));
}

#[test]
fn what_is_wrong_is_counted_in_digits() {
    let cases = [
        ("0110569111", Meter, TooShort { missing: 1 }),
        ("0110", Meter, TooShort { missing: 7 }),
        ("0110569111122", Meter, TooLong { extra: 1 }),
        ("1234 5678 9012 3456 7890", Meter, Token),
        ("123456789012345678901", Meter, TooLong { extra: 9 }),
        ("12345678901234567890", Mobile, Token),
        ("12345678901234567890", DriverId, Token),
        ("08123456789012345678", Mobile, TooLong { extra: 7 }),
        ("081734554", Mobile, TooShort { missing: 1 }),
        ("+62 817 34554", Mobile, TooShort { missing: 1 }),
        ("08173455441234", Mobile, TooLong { extra: 1 }),
        ("1234", DriverId, TooShort { missing: 1 }),
        ("1234567890123456", DriverId, TooLong { extra: 1 }),
    ];
    for (raw, kind, error) in cases {
        assert_eq!(read(raw, kind), Err(error), "{raw}");
    }
}

#[test]
fn what_is_no_number_of_the_kind_is_said_so() {
    let cases = [
        ("01105691111", Mobile, NotMobile),
        ("+1 817 345 5440", Mobile, NotMobile),
        ("+817345544", Mobile, NotMobile),
        ("0211234567", Mobile, NotMobile),
        ("BUDI", Mobile, NotDigits),
        ("0110569111l", Meter, NotDigits),
        ("+01105691111", Meter, NotDigits),
        ("0817+345544", Mobile, NotDigits),
        ("٠١١٠٥٦٩١١١١", Meter, NotDigits),
        ("", Meter, NotDigits),
        ("-", Mobile, NotDigits),
    ];
    for (raw, kind, error) in cases {
        assert_eq!(read(raw, kind), Err(error), "{raw:?}");
    }
}

#[test]
fn a_virtual_account_is_told_from_a_mobile_number() {
    for (raw, prefix) in [
        ("85280817345544", "8528"),
        ("3901-0817345544", "3901"),
        ("8066 081000000001", "8066"),
        ("8980817345544", "898"),
    ] {
        assert_eq!(read(raw, Mobile), Err(VirtualAccount { prefix: prefix.into() }), "{raw}");
    }
    // Mobile numbers that begin as a virtual account does, with and without their zero.
    for raw in ["8528081734", "85281734554", "089808173455", "89808173455", "0898081734554"] {
        assert!(read(raw, Mobile).is_ok(), "{raw}");
    }
    // Behind the prefix stands no whole mobile number: only the length is wrong.
    assert_eq!(read("8528817345544", Mobile), Err(TooLong { extra: 1 }));
    assert_eq!(read("85281173455440", Mobile), Err(TooLong { extra: 2 }));
}

#[test]
fn debug_and_records_keep_to_their_bounds() {
    let shown = format!("{:?}", CustomerNumber::parse("01105691111", Meter));
    assert!(!shown.contains("0110") && !shown.contains("111"), "{shown}");
    assert_eq!(CustomerNumber::from_record("01105691111").map(|n| n.0).as_deref(), Some("01105691111"));
    assert_eq!(CustomerNumber::from_record("0110-5691"), None);
    assert_eq!(CustomerNumber::from_record(&"1".repeat(21)), None);
}

fn any_kind() -> impl Strategy<Value = NumberKind> {
    prop_oneof![Just(Meter), Just(Mobile), Just(DriverId)]
}

proptest! {
    #[test]
    fn no_text_panics(raw in any::<String>(), kind in any_kind()) {
        let _ = CustomerNumber::parse(&raw, kind);
    }

    #[test]
    fn normalising_twice_changes_nothing(raw in "[+(]{0,2}[0-9]{1,3}[-. )0-9\u{200e}\u{a0}]{0,24}", kind in any_kind()) {
        if let Ok(once) = CustomerNumber::parse(&raw, kind) {
            prop_assert_eq!(CustomerNumber::parse(once.as_str(), kind), Ok(once.clone()));
            prop_assert!(once.as_str().bytes().all(|b| b.is_ascii_digit()));
        }
    }

    #[test]
    fn a_mobile_number_survives_every_way_of_writing_it(
        subscriber in "8[0-9]{8,11}", front in prop::sample::select(&["0", "62", "+62", "", "(0", "+62 (0)"]),
        gap in prop::sample::select(&["", " ", "-", ".", ") ", "\u{a0}", "\u{2013}", "\u{202c}"]), at in 1usize..8,
    ) {
        let (head, tail) = subscriber.split_at(at);
        let expected = format!("0{subscriber}");
        prop_assert_eq!(read(&format!("{front}{head}{gap}{tail}"), Mobile), Ok(expected));
    }
}

#[test]
fn a_number_is_serialized_as_its_digits_and_checked_when_it_is_read() {
    let number = CustomerNumber::from_record("01105691111").unwrap();
    assert_eq!(serde_json::to_string(&number).unwrap(), r#""01105691111""#);
    assert_eq!(serde_json::from_str::<CustomerNumber>(r#""01105691111""#).unwrap(), number);
    let error = serde_json::from_str::<CustomerNumber>(r#""0110569111x""#).unwrap_err().to_string();
    assert!(!error.contains("0110569111"), "{error}");
}
