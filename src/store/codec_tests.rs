//! Records as bytes: what this build wrote, what later builds may write, and what a disk may make of them.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::store::{properties, samples};

const CHAT: ChatId = ChatId(-1_001_234_567_890);

/// The bytes of a sample, changed in its JSON.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let bytes = encode(&samples::record(CHAT, 0));
    let mut json: Value = serde_json::from_slice(&bytes[1..]).unwrap();
    change(&mut json);
    [vec![VERSION], serde_json::to_vec(&json).unwrap()].concat()
}

#[test]
fn each_verdict_reads_back_as_it_was() {
    for record in samples::each_record() {
        assert_eq!(decode(record.chat, &encode(&record)), Ok(record));
    }
}

#[test]
fn a_record_is_small() {
    let bytes = encode(&samples::record(CHAT, 0));
    assert!(bytes.len() < 220, "{} bytes", bytes.len());
}

#[test]
fn unknown_fields_are_passed_over() {
    let bytes = changed(|json| json["later"] = json!({"more": [1, 2]}));
    assert_eq!(decode(CHAT, &bytes), Ok(samples::record(CHAT, 0)));
}

#[test]
fn a_verdict_of_a_later_build_is_shown_in_its_words() {
    let verdict = |bytes: Vec<u8>| decode(CHAT, &bytes).unwrap().outcome.verdict;
    let kind_only = changed(|json| json["v"] = json!("postpaid"));
    assert_eq!(verdict(kind_only), Verdict::Other("postpaid".to_owned()));
    let with_words = changed(|json| {
        json["v"] = json!("postpaid");
        json["s"] = json!("Tagihan\u{0} pascabayar");
    });
    assert_eq!(verdict(with_words), Verdict::Other("Tagihan pascabayar".to_owned()));
    let problem = changed(|json| {
        json["v"] = json!("operator");
        json["s"] = json!("quota");
    });
    assert_eq!(verdict(problem), Verdict::Other("quota".to_owned()));
}

#[test]
fn damage_is_an_error_that_shows_nothing_of_the_record() {
    let with = |field: &'static str, value: Value| changed(move |json| json[field] = value);
    let whole = encode(&samples::record(CHAT, 0));
    let cases = [
        (vec![], Unreadable::Empty),
        (vec![9, b'{', b'}'], Unreadable::Version(9)),
        (whole[..whole.len() - 1].to_vec(), Unreadable::Json("it is cut off", whole.len() - 2)),
        (with("t", json!(i64::MAX)), Unreadable::Field("time")),
        (with("b", json!("Pertamina")), Unreadable::Field("provider")),
        (with("n", json!("0110569111x")), Unreadable::Field("number")),
        (with("c", json!("<b>")), Unreadable::Field("code")),
        (with("r", json!("42")), Unreadable::Field("reference")),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(CHAT, &bytes), Err(expected));
    }
    let error = decode(CHAT, &with("x", json!("BUDI SANTOSO"))).unwrap_err().to_string();
    assert!(error.contains("wrong type") && !error.contains("BUDI"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_damage_or_a_record(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0_u8..3) {
        properties::record(&bytes);
        properties::record(&[vec![version], bytes].concat());
    }

    #[test]
    fn a_flipped_byte_is_damage_or_another_record(at in 0_usize..200, flip in 1_u8..) {
        let mut bytes = encode(&samples::record(CHAT, 0));
        let at = at % bytes.len();
        bytes[at] ^= flip;
        properties::record(&bytes);
    }

    #[test]
    fn any_texts_are_kept_as_they_are_shown(name in ".{0,150}", words in ".*", kind in "found|other|later") {
        properties::record(&changed(|json| {
            json["m"] = json!(name);
            json["w"] = json!(words);
            json["s"] = json!(words);
            json["p"] = json!(words);
            json["v"] = json!(kind);
        }));
    }
}

// The fixture: records as version 1 wrote them, each with what it must mean to every later build.

fn fixture() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/store/records-v1.jsonl"].iter().collect()
}

/// What a record means, in words that do not come from the codec.
fn meaning(record: &Record) -> Value {
    let (name, power, total) = match &record.outcome.verdict {
        Verdict::Found(customer) => {
            (customer.name.as_ref().map(CustomerName::as_str), customer.power.as_deref(), customer.total)
        }
        _ => (None, None, None),
    };
    let verdict = match &record.outcome.verdict {
        Verdict::Found(_) => "Found".to_owned(),
        other => format!("{other:?}"),
    };
    json!({
        "at": record.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "chat": record.chat.0,
        "agent": record.agent.0,
        "product": record.product,
        "provider": record.provider.name(),
        "number": record.number.as_str(),
        "nominal": record.nominal.map(|rupiah| rupiah.0),
        "verdict": verdict,
        "name": name,
        "power": power,
        "total": total.map(|rupiah| rupiah.0),
        "code": record.outcome.code.as_ref().map(ResponseCode::as_str),
        "reference": record.outcome.reference.to_string(),
    })
}

#[test]
fn what_version_1_wrote_is_read_for_ever() {
    let text = std::fs::read_to_string(fixture()).unwrap();
    assert_eq!(text.lines().count(), 19);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let json = line["json"].as_str().unwrap();
        let bytes = [&[u8::try_from(line["version"].as_u64().unwrap()).unwrap()], json.as_bytes()].concat();
        let chat = ChatId(line["means"]["chat"].as_i64().unwrap());
        assert_eq!(meaning(&decode(chat, &bytes).unwrap()), line["means"]);
    }
}

/// Writes the fixture anew; see the README beside it for when that is right.
#[test]
#[ignore = "writes the fixture"]
fn write_the_fixture() {
    let lines = samples::each_record().into_iter().map(|record| {
        let bytes = encode(&record);
        let json = std::str::from_utf8(&bytes[1..]).unwrap();
        json!({"version": bytes[0], "json": json, "means": meaning(&record)}).to_string() + "\n"
    });
    std::fs::create_dir_all(fixture().parent().unwrap()).unwrap();
    std::fs::write(fixture(), lines.collect::<String>()).unwrap();
}
