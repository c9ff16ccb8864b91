//! Entries as bytes: what is kept of them, and what a disk may make of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::store::{properties, samples};

/// The bytes of a sample, changed in its JSON.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let bytes = encode(&samples::waiting_entry(7));
    let mut json: Value = serde_json::from_slice(&bytes[1..]).unwrap();
    change(&mut json);
    [vec![bytes[0]], serde_json::to_vec(&json).unwrap()].concat()
}

#[test]
fn an_entry_reads_back_as_it_was() {
    let long = Entry { question: "é".repeat(LONGEST_QUESTION / 2), ..samples::entry(2) };
    for entry in [samples::entry(7), samples::waiting_entry(u32::MAX), long] {
        assert_eq!(decode(entry.update, &encode(&entry)), Ok(entry));
    }
}

#[test]
fn an_entry_looks_as_version_1_wrote_it() {
    let version_1 = concat!(
        r#"{"c":-1001234567890,"u":123456789,"t":1795331106789,"q":"/cek PLN20 01105691111","k":41,"#,
        r#""w":{"m":5,"a":2,"n":1795331166789,"e":1795332006789}}"#
    );
    let bytes = [&[1], version_1.as_bytes()].concat();
    assert_eq!(decode(UpdateId(7), &bytes), Ok(samples::waiting_entry(7)));
    assert_eq!(encode(&samples::waiting_entry(7)), bytes);
}

#[test]
fn unknown_fields_are_passed_over() {
    let bytes = changed(|json| json["later"] = json!([1, 2]));
    assert_eq!(decode(UpdateId(7), &bytes), Ok(samples::waiting_entry(7)));
}

#[test]
fn damage_is_an_error_that_shows_nothing_of_the_question() {
    let with = |field: &'static str, value: Value| changed(move |json| json[field] = value);
    let cases = [
        (vec![], Unreadable::Empty),
        (vec![9, b'{', b'}'], Unreadable::Version(9)),
        (with("t", json!(i64::MAX)), Unreadable::Field("time")),
        (changed(|json| json["w"]["n"] = json!(i64::MAX)), Unreadable::Field("time")),
        (with("q", json!("x".repeat(LONGEST_QUESTION + 1))), Unreadable::Field("question")),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(UpdateId(7), &bytes), Err(expected));
    }
    let error = decode(UpdateId(7), &with("k", json!("01105691111"))).unwrap_err().to_string();
    assert!(error.contains("wrong type") && !error.contains("0110"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_damage_or_an_entry(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0_u8..3) {
        properties::entry(&bytes);
        properties::entry(&[vec![version], bytes].concat());
    }

    #[test]
    fn a_flipped_byte_is_damage_or_another_entry(at in 0_usize..150, flip in 1_u8..) {
        let mut bytes = encode(&samples::waiting_entry(7));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= flip;
        }
        properties::entry(&bytes);
    }
}
