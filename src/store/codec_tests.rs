//! Records, jobs and rows as bytes: what this build wrote, what later builds may write, what a disk may make of them.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::store::{Job, Record, Row, RowKind, properties, samples};
use crate::value::ChatId;

const CHAT: ChatId = ChatId(-1_001_234_567_890);

/// The bytes of `stored`, changed in their JSON.
fn changed(stored: &impl Serialize, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut json = serde_json::to_value(stored).unwrap();
    change(&mut json);
    [vec![VERSION], serde_json::to_vec(&json).unwrap()].concat()
}

fn sample() -> Record {
    samples::record(CHAT, 0)
}

#[test]
fn each_verdict_reads_back_as_it_was() {
    for record in samples::each_record() {
        assert_eq!(read(&write(&record)), Ok(record));
    }
}

#[test]
fn a_job_looks_as_version_1_wrote_it() {
    let version_1 = concat!(
        r#"{"i":1099511627776,"c":-1001234567890,"u":123456789,"t":1795331106789,"b":"PLN","#,
        r#""j":"{\"check\":\"PLN20 01105691111\"}","k":[[0,41],[7,42]],"#,
        r#""w":{"m":5,"a":2,"d":1795331166789,"e":1795332006789,"o":{"v":"found","m":"BUDI SANTOSO","#,
        r#""w":"R1/2200VA","x":20546,"c":"200990000","r":"0b5e2ba49d3a4c398f2c7f1f6a1b2c3d"}},"x":9}"#
    );
    let bytes = [&[1], version_1.as_bytes()].concat();
    assert_eq!(
        String::from_utf8(write(&samples::whole_job(1 << 40))).unwrap(),
        String::from_utf8(bytes.clone()).unwrap()
    );
    assert_eq!(read(&bytes), Ok(samples::whole_job(1 << 40)));
    let new = Job { resumed: true, ..samples::new_job(7).into() };
    assert_eq!(read(&write(&new)), Ok(new), "what may be missing is missing");
}

#[test]
fn a_row_looks_as_version_1_wrote_it() {
    let row = |expires| Row { kind: RowKind::OpenQuestion, key: "7:8".to_owned(), value: "{}".to_owned(), expires };
    let expiring = row(Some(samples::moment(0)));
    let version_1 = r#"{"k":"open-question","i":"7:8","v":"{}","e":1795331106789}"#;
    assert_eq!(write(&expiring), [&[1], version_1.as_bytes()].concat());
    for row in [expiring, row(None)] {
        assert_eq!(read(&write(&row)), Ok(row));
    }
    for kind in RowKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.to_string());
    }
}

#[test]
fn a_record_is_small() {
    let bytes = write(&sample());
    assert!(bytes.len() < 240, "{} bytes", bytes.len());
}

#[test]
fn unknown_fields_are_passed_over() {
    let later = |json: &mut Value| json["later"] = json!({"more": [1, 2]});
    assert_eq!(read(&changed(&sample(), later)), Ok(sample()));
    assert_eq!(read(&changed(&samples::whole_job(7), later)), Ok(samples::whole_job(7)));
}

#[test]
fn a_verdict_of_a_later_build_is_shown_in_its_words() {
    let verdict = |change: fn(&mut Value)| {
        let bytes = changed(&sample(), |json| change(&mut json["o"]));
        read::<Record>(&bytes).unwrap().outcome.verdict
    };
    assert_eq!(verdict(|outcome| outcome["v"] = json!("postpaid")), Verdict::Other("postpaid".to_owned()));
    let with_words = verdict(|outcome| {
        outcome["v"] = json!("postpaid");
        outcome["s"] = json!("Tagihan\u{0} pascabayar");
    });
    assert_eq!(with_words, Verdict::Other("Tagihan pascabayar".to_owned()));
    let problem = verdict(|outcome| {
        outcome["v"] = json!("operator");
        outcome["s"] = json!("quota");
    });
    assert_eq!(problem, Verdict::Other("quota".to_owned()));
}

#[test]
fn damage_is_an_error_that_shows_nothing_of_what_is_stored() {
    let whole = write(&sample());
    let unreadable = |bytes: &[u8]| read::<Record>(bytes).unwrap_err();
    assert_eq!(unreadable(b""), "it is empty; restore a backup if it matters");
    let later = "it has version 9, this build reads up to 1; install the newer ceknomor again";
    assert_eq!(unreadable(b"\x09{}"), later);
    let cut_off = format!("it is damaged (it is cut off at byte {}); restore a backup if it matters", whole.len() - 2);
    assert_eq!(unreadable(&whole[..whole.len() - 1]), cut_off);

    let fields = [
        ("t", json!(253_402_300_800_000_i64)),
        ("t", json!(-1)),
        ("b", json!("Pertamina")),
        ("n", json!("0110569111x")),
        ("d", json!("BUDI SANTOSO")),
    ];
    let mut damaged: Vec<_> =
        fields.into_iter().map(|(field, value)| changed(&sample(), |json| json[field] = value)).collect();
    let fields = [("c", json!("<b>")), ("r", json!("42")), ("x", json!("BUDI SANTOSO"))];
    damaged.extend(fields.map(|(field, value)| changed(&sample(), |json| json["o"][field] = value)));
    for bytes in damaged {
        let error = unreadable(&bytes);
        assert!(error.starts_with("it is damaged (a field is missing or holds what it cannot at byte "), "{error}");
        assert!(!error.contains("BUDI") && !error.contains("0110"), "{error}");
    }

    let too_long = changed(&samples::whole_job(7), |json| json["j"] = json!("x".repeat(MAX_BODY_LEN + 1)));
    assert!(read::<Job>(&too_long).is_err());
    let late = changed(&samples::whole_job(7), |json| json["w"]["e"] = json!(i64::MAX));
    assert!(read::<Job>(&late).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_damage_or_what_they_say(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0_u8..3) {
        for holds in [properties::record, properties::job] {
            holds(&bytes);
            holds(&[vec![version], bytes.clone()].concat());
        }
    }

    #[test]
    fn a_flipped_byte_is_damage_or_something_else(at in 0_usize..400, flip in 1_u8..) {
        let flipped = |mut bytes: Vec<u8>| {
            let at = at % bytes.len();
            bytes[at] ^= flip;
            bytes
        };
        properties::record(&flipped(write(&sample())));
        properties::job(&flipped(write(&samples::whole_job(7))));
    }

    #[test]
    fn any_texts_are_kept_as_they_are_shown(name in ".{0,150}", words in ".*", kind in "found|other|later") {
        properties::record(&changed(&sample(), |json| {
            json["p"] = json!(words);
            json["o"]["m"] = json!(name);
            json["o"]["w"] = json!(words);
            json["o"]["s"] = json!(words);
            json["o"]["v"] = json!(kind);
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
            (customer.name.as_ref().map(CustomerName::whole_name), customer.power.as_deref(), customer.total)
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
    assert_eq!(text.lines().count(), 20);
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let json = line["json"].as_str().unwrap();
        let bytes = [&[u8::try_from(line["version"].as_u64().unwrap()).unwrap()], json.as_bytes()].concat();
        assert_eq!(meaning(&read(&bytes).unwrap()), line["means"]);
    }
}

/// Writes the fixture anew; see the README beside it for when that is right.
#[test]
#[ignore = "writes the fixture"]
fn write_the_fixture() {
    let lines = samples::each_record().into_iter().map(|record| {
        let bytes = write(&record);
        let json = std::str::from_utf8(&bytes[1..]).unwrap();
        json!({"version": bytes[0], "json": json, "means": meaning(&record)}).to_string() + "\n"
    });
    std::fs::create_dir_all(fixture().parent().unwrap()).unwrap();
    std::fs::write(fixture(), lines.collect::<String>()).unwrap();
}

#[test]
fn a_look_at_the_bytes_rejects_nothing_that_fits() {
    let named = |name| Verdict::Found(Customer { name: CustomerName::new(name), ..Customer::default() });
    let stored = |name| write(&samples::with_verdict(CHAT, 0, named(name)));
    let searched = |part: &str| Search { name: Some(part.to_owned()), ..Search::default() };
    for (name, part) in [("BUDI SANTOSO", "i sAn"), ("BUDI", ""), ("\u{212a}ARTINI", "kartini"), ("ÉLISE", "élise")] {
        let (stored, search) = (stored(name), searched(part));
        assert!(search.fits(&read(&stored).unwrap()), "{name}");
        assert!(may_fit(&stored, &search), "{name}");
    }
    assert!(may_fit(&stored("BUDI"), &searched("\"budi\"")), "JSON may write it otherwise");
    assert!(!may_fit(&stored("BUDI"), &searched("siti")));
}
