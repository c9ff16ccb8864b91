//! Texts that are made, over which the properties must hold.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::catalog::Catalog;

fn catalog() -> Catalog {
    Catalog::load(None).unwrap()
}

/// What agents' messages are made of.
fn fragments() -> impl Strategy<Value = String> {
    let words = select(vec![
        "PLN20",
        "ovo10",
        "DNOPEN",
        "MAX5000",
        "PLN",
        "cek",
        "No. Meter:",
        "01105691111",
        "0817345544",
        "+62",
        "(0812)",
        "3456-7890",
        "1234",
        "20 rb",
        "Rp",
        "10.000",
        "1,5jt",
        "BUDI",
        "kak",
        "PIN",
        "pin1234",
        "G.1234",
        "nominal",
        "rupiah",
        "8528",
        "8066 0810 0000",
        "\u{202e}",
        "\u{a0}",
        "😀",
        "-",
        "+",
        "0",
        "dana",
        "token 20",
        "50rb",
        "an Budi",
        "makasih",
        "batal",
        "1.",
        "45022134567",
    ]);
    let gaps = select(vec!["", " ", ".", "*", "#", ",", "\n", "-", " - "]);
    let digits = "[0-9]{1,14}".prop_map(|digits: String| digits);
    let piece = prop_oneof![3 => words.prop_map(str::to_owned), 2 => digits];
    prop::collection::vec((piece, gaps), 0..12)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

/// A complete number of a product with a fixed denomination.
fn numbers() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        "(0[1-7]|[1-579][0-9])[0-9]{9,10}".prop_map(|digits| ("PLN20", digits)),
        "08[0-9]{8,11}".prop_map(|digits| ("OVO10", digits)),
        "[0-9]{5,15}".prop_map(|digits| ("MAX5000", digits)),
    ]
}

fn groups(digits: &str, length: usize, gap: &str) -> String {
    let groups: Vec<_> = digits.as_bytes().chunks(length).map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(gap)
}

proptest! {
    #[test]
    fn the_properties_hold_for_any_text(text in any::<String>()) {
        properties::hold(&text, &catalog());
    }

    #[test]
    fn the_properties_hold_for_likely_texts(text in fragments()) {
        properties::hold(&text, &catalog());
    }

    #[test]
    fn the_properties_hold_with_the_products_of_agents(text in fragments()) {
        properties::hold(&text, &super::tests::agents_catalog());
    }

    #[test]
    fn a_pin_in_a_list_is_seen_and_kept_nowhere(
        pin in "9[0-9]{2,6}7", gap in select(vec![".", " ", "*"]), other in select(vec!["OVO10", "XYZ", "DNOPEN", ""]),
    ) {
        let text = format!("PLN20{gap}01111111111{gap}{pin}\nPLN20 01111111112\n{other}{gap}0811111111{gap}{pin}");
        let list = list(&text, &catalog()).unwrap();
        prop_assert!(list.pin_seen);
        let kept = format!("{list:?} {}", serde_json::to_string(&list).unwrap());
        prop_assert!(!kept.contains(&pin), "{}", kept);
    }

    #[test]
    fn a_number_without_spaces_is_always_read(
        (code, digits) in numbers(), length in 1usize..6,
        mark in select(vec!["", "-", "\u{2011}", "\u{200e}"]), gap in select(vec![" ", ".", "*", "#", "\n"]),
    ) {
        let text = format!("{code}{gap}{}", groups(&digits, length, mark));
        let parsed = parse(&text, &catalog());
        prop_assert_eq!(parsed.request.map(|request| request.number.as_str().to_owned()), Ok(digits));
        prop_assert!(!parsed.pin_seen);
    }

    #[test]
    fn groups_of_four_are_always_read(digits in "08[0-9]{8,9}|[1-579][0-9]{11}", gap in select(vec![" ", ".", "\u{a0}"])) {
        // Not those of 13 digits: their last one stands alone, and so one of the ways to be asked again.
        let code = if digits.len() == 12 { "PLN20" } else { "DN1" };
        let parsed = parse(&format!("{code} {}", groups(&digits, 4, gap)), &catalog());
        prop_assert_eq!(parsed.request.map(|request| request.number.as_str().to_owned()), Ok(digits));
    }

    #[test]
    fn a_number_in_any_groups_is_read_whole_or_asked_again(
        (code, digits) in numbers(), cuts in prop::collection::vec(1usize..15, 0..6),
        gap in select(vec![" ", ".", ") "]),
    ) {
        let mut text = digits.clone();
        let mut cuts: Vec<_> = cuts.into_iter().filter(|cut| *cut < digits.len()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts.iter().rev().for_each(|cut| text.insert_str(*cut, gap));
        match parse(&format!("{code} {text}"), &catalog()).request {
            Ok(request) => prop_assert_eq!(request.number.as_str(), digits),
            Err(Refusal::Ambiguous(..)) => {}
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn a_pin_behind_a_number_is_seen_and_kept_nowhere(
        code in select(vec!["PLN20", "XYZ", "OVO10"]), pin in "9[0-9]{2,6}7", gap in select(vec![".", " ", "*"]),
    ) {
        let number = if code == "OVO10" { "0811111111" } else { "01111111111" };
        let parsed = parse(&[code, number, &pin].join(gap), &catalog());
        prop_assert!(parsed.pin_seen);
        let shown = format!("{:?}", parsed);
        prop_assert!(!shown.contains(&pin), "{}", shown);
    }

    #[test]
    fn a_pin_in_groups_is_seen_and_kept_nowhere(
        code in select(vec!["PLN20", "XYZ", "kak DNOPEN", "MAX5000"]), pin in "9[0-9]{2,6}7", length in 1usize..4,
        label in select(vec!["pin ", "PIN: ", "Pin saya adalah ", "pin", "mpin-"]), gap in select(vec![" ", "-", "."]),
    ) {
        let parsed = parse(&format!("{code} 0811111111 {label}{}", groups(&pin, length, gap)), &catalog());
        prop_assert!(parsed.pin_seen);
        let (shown, sent) = (format!("{:?}", parsed), parsed.request.map(|request| request.line()).unwrap_or_default());
        prop_assert!(!shown.contains(&pin) && !sent.contains(&pin), "{} {}", shown, sent);
    }

    #[test]
    fn a_pin_that_is_called_so_is_seen_and_kept_nowhere(
        code in select(vec!["PLN20", "XYZ", "kak DNOPEN", "MAX5000"]), pin in "9[0-9]{2,6}7",
        label in select(vec!["pin ", "PIN: ", "Pin saya ", "pin", "PIN-"]),
        behind in select(vec!["", "!", " ya", ".50rb"]),
    ) {
        let parsed = parse(&format!("{code} 0811111111 {label}{pin}{behind}"), &catalog());
        prop_assert!(parsed.pin_seen);
        let (shown, sent) = (format!("{:?}", parsed), parsed.request.map(|request| request.line()).unwrap_or_default());
        prop_assert!(!shown.contains(&pin) && !sent.contains(&pin), "{} {}", shown, sent);
    }
}
