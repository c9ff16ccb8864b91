//! What agents really type, with the products that they sell.

use std::path::Path;

use super::*;

pub(in crate::inquiry::parse) fn agents_catalog() -> Catalog {
    Catalog::load(Some(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/agents-catalog.toml")))).unwrap()
}

#[track_caller]
fn all_say(cases: &[(&str, &str)]) {
    let catalog = agents_catalog();
    let read = cases.iter().map(|(text, said)| (text, read_with(text, &catalog), said));
    let wrong: Vec<_> = read.filter(|(_, is, said)| is != *said).collect();
    assert!(wrong.is_empty(), "(typed, read, expected) {wrong:#?}");
}

#[test]
fn polite_words_do_not_stand_in_the_way() {
    for text in [
        "Pln20 01105691111 dong kak",
        "pln20 01105691111 please",
        "PLN20 01105691111 ya min",
        "pln20 01105691111🙏 makasih",
        "pln20 01105691111 yaaa kakkk",
        "halo kak, mau cek pln20 01105691111 dulu ya, terima kasih 🙏🙏",
        "Pagi min\nPLN20\nno meter: 01105691111\nmakasih",
        "tolong cekin kak PLN20.01105691111",
        "01105691111 pln20 kak",
        "/pln20 01105691111",
        "[22/11/26 14.05] Budi: PLN20 01105691111",
        "PLN20 kak id pelanggan 01105691111",
        "PLN20 01105691111 atas nama siapa ya kak",
        "• PLN20 01105691111",
        "token PLN20 01105691111",
    ] {
        all_say(&[(text, "PLN20 01105691111")]);
    }
    all_say(&[
        ("DN1 0817345544 makasih", "DN1 0817345544"),
        ("DNOPEN 0817345544 50rb ya kak", "DNOPEN 0817345544 50000"),
        // What may turn the meaning around, or is no polite word, stays in the way.
        ("jangan PLN20 01105691111", "words around PLN20 01105691111"),
        ("PLN20 01105691111 batal", "words around PLN20 01105691111"),
        ("PLN20 01105691111 belum masuk", "words around PLN20 01105691111"),
        ("PLN20 01105691111 salah kak", "words around PLN20 01105691111"),
        ("PLN20 01105691111 bukan yang itu", "words around PLN20 01105691111"),
        ("ovo PLN20 01105691111", "words around PLN20 01105691111"),
        ("PLN20 01105691111 Budi", "words around PLN20 01105691111"),
        ("PLN20 01105691111 atau 45022134567", "several"),
        ("PLN20 01105691111 2x", "words around PLN20 01105691111"),
        // Nor do they join what stands around them.
        ("PLN20 0110569 ya 1111", "NotDigits"),
        ("PLN20 01105691111 ya 1", "words around PLN20 01105691111"),
    ]);
}

#[test]
fn a_name_that_is_called_so_is_read() {
    let catalog = agents_catalog();
    for (text, said, name) in [
        ("pln20 01105691111 an Baharrudin", "PLN20 01105691111", Some("Baharrudin")),
        ("pln20 01105691111 a.n. Bpk Baharrudin", "PLN20 01105691111", Some("Bpk Baharrudin")),
        ("pln20 01105691111 a.n Baharrudin ya kak", "PLN20 01105691111", Some("Baharrudin")),
        ("pln20 01105691111 a/n Siti Misalnya, makasih", "PLN20 01105691111", Some("Siti Misalnya")),
        ("pln20 01105691111 an. Budi", "PLN20 01105691111", Some("Budi")),
        ("PLN20 01105691111 atas nama Budi Contoh", "PLN20 01105691111", Some("Budi Contoh")),
        ("Nama: Budi Contoh\nPLN20\nNo Meter: 01105691111", "PLN20 01105691111", Some("Budi Contoh")),
        ("PLN20 an Budi 01105691111", "PLN20 01105691111", Some("Budi")),
        ("PLN20 01105691111 an Tri Wahyuni", "PLN20 01105691111", Some("Tri Wahyuni")),
        ("PLN20.01105691111.1234 an Budi", "PLN20 01105691111 !pin", Some("Budi")),
        ("dana 50rb 0817345544 an Siti", "DN50 0817345544", Some("Siti")),
        ("PLN20 01105691111 an siapa?", "PLN20 01105691111", None),
        ("PLN20 01105691111 an", "PLN20 01105691111", None),
        ("PLN20 01105691111 an Budi jangan dulu", "words around PLN20 01105691111", Some("Budi")),
        ("PLN20 01105691111 pin an Budi 1234 Siti", "words around PLN20 01105691111 !pin", Some("Budi")),
        ("PLN20 01105691111 an Budi pin 1234", "words around PLN20 01105691111 !pin", Some("Budi")),
        // A name ends a number.
        ("PLN20 0110569 an Budi 1111", "TooShort { missing: 4 } !pin", Some("Budi")),
    ] {
        assert_eq!(read_with(text, &catalog), said, "{text}");
        let parsed = parse(text, &catalog);
        assert_eq!(parsed.name.as_deref(), name, "{text}");
        assert!(name.is_none_or(|name| !format!("{parsed:?}").contains(name)), "{text}");
    }
}

#[test]
fn provider_and_nominal_name_a_product() {
    all_say(&[
        ("dana 50rb 0817345544", "DN50 0817345544"),
        ("dana 0817345544 50.000", "DN50 0817345544"),
        ("dana 30rb 0817345544", "DNOPEN 0817345544 30000"),
        ("DANA 0817345544 Rp 75.000 ya", "DNOPEN 0817345544 75000"),
        ("ovo 0817345544 25rb", "OVO25 0817345544"),
        ("0817345544 ovo 25rb", "OVO25 0817345544"),
        ("0817345544 25rb ovo", "OVO25 0817345544"),
        ("25rb ovo 0817345544", "OVO25 0817345544"),
        ("pln 50 01105691111", "PLN50 01105691111"),
        ("PLN 20 01105691111", "PLN20 01105691111"),
        ("pln 20 0110 5691 111", "PLN20 01105691111"),
        ("PLN.20.01105691111", "PLN20 01105691111"),
        ("pln 01105691111 20", "PLN20 01105691111"),
        ("pln 100 512345678901", "PLN100 512345678901"),
        ("token 20 01105691111", "PLN20 01105691111"),
        ("token20 01105691111", "PLN20 01105691111"),
        ("Dana10rb 0817345544", "DN10 0817345544"),
        ("dn 5 0817345544", "DN5 0817345544"),
        ("dana open 0817345544 65rb", "DNOPEN 0817345544 65000"),
        ("PLN200 01105691111", "PLN200? PLN20 01105691111 / PLN100 01105691111 / PLN50 01105691111"),
        ("token listrik 20rb 01105691111", "PLN20 01105691111"),
        ("pulsa listrik 20rb 01105691111", "PLN20 01105691111"),
        ("strum 50 01105691111", "PLN50 01105691111"),
        ("gopay 10rb 0817345544", "GOPAY10 0817345544"),
        ("maxim 5rb 01105691111", "MAX5000 01105691111"),
        ("isi saldo dana 50 ribu ke 0817-345-544 dong", "DN50 0817345544"),
        ("ovo 10k +62 817 345 544", "OVO10 0817345544"),
        ("pln 20.000 01105691111 Budi", "words around PLN20 01105691111"),
        ("pln 20rb jangan 01105691111", "words around PLN20 01105691111"),
        ("Halo kak, mau beli token listrik 20rb\nNo meter: 0110 5691 111\na.n Bapak Baharrudin", "PLN20 01105691111"),
        (
            "[22/11/26 14.05] Budi: Halo kak, mau beli token listrik 20rb\nNo meter: 0110 5691 111\na.n Bapak Baharrudin",
            "PLN20 01105691111",
        ),
        ("token 20\nNo meter: 01105691111", "PLN20 01105691111"),
        ("pln 20 01105691111 1234", "PLN20 01105691111 !pin"),
        ("dana 50rb 0817345544 pin 1234", "DN50 0817345544 !pin"),
        // Without a nominal, or with one that names no product, it is asked which.
        ("dana 0817345544", "DANA? 0817345544 DN1 DN5 DN10 DN25 DN50 DNOPEN"),
        ("pln 01105691111", "PLN? 01105691111 PLN20 PLN50 PLN100"),
        ("ovo 30rb 0817345544", "OVO? 0817345544 OVO25 OVO10 OVO50 OVO5"),
        ("dana", "DANA? DN1 DN5 DN10 DN25 DN50 DNOPEN"),
        ("token 20rb", "number?"),
        ("pln 450221345", "PLN? PLN20 PLN50 PLN100, TooShort { missing: 2 }"),
        ("pln 20 4502213456", "ambiguous"),
        ("ovo 25rb 081734554", "TooShort { missing: 1 }"),
        // Digits that may be a nominal or a part of the number.
        ("pln 20 1234 5678 90", "ambiguous"),
        ("pln 1 01105691111", "PLN? PLN20 PLN50 PLN100"),
        ("ovo 0817345544 25", "ambiguous"),
        ("maxim 5000 01105691111", "ambiguous"),
        ("dana 0812 345 678 90,5rb", "ambiguous"),
        ("dana 0812 345 678 901.10rb", "ambiguous"),
        ("dana.0817345544.1.250.000", "ambiguous"),
        ("dana 0817345544 1.250.000", "DNOPEN 0817345544 1250000"),
        ("dana 0817345544 1,5jt", "DNOPEN 0817345544 1500000"),
        ("dana 0812 345 678 901 10000", "ambiguous !pin"),
        ("dana 0817345544 50rb 1234", "DN50 0817345544 !pin"),
        ("dana 081734554 10", "ambiguous"),
        ("dana 0817345544 1234", "DANA? 0817345544 DN1 DN5 DN10 DN25 DN50 DNOPEN !pin"),
        ("dana 50rb 0817345544 100rb", "not taken DN50 0817345544"),
        ("pln 50 01105691111 45022134567", "several"),
        ("dana ovo 0817345544", "dana? DN1 0817345544 / DN5 0817345544 / DN10 0817345544"),
    ]);
}

#[test]
fn digits_in_doubt_are_asked_about() {
    all_say(&[
        ("PLN20 081734554455", "mobile 081734554455 or PLN20 081734554455"),
        ("PLN20 0817 3455 4455", "mobile 081734554455 or PLN20 081734554455"),
        ("PLN20 0817345544", "mobile 0817345544"),
        ("PLN20 +62817345544", "mobile 0817345544"),
        ("PLN20 62817345544", "mobile 0817345544 or PLN20 62817345544"),
        ("PLN20.081734554455.1234", "mobile 081734554455 or PLN20 081734554455 !pin"),
        ("PLN20 Budi 081734554455", "mobile 081734554455 or PLN20 081734554455"),
        ("PLN20 081734554455 20rb", "mobile 081734554455 or PLN20 081734554455"),
        ("pln 081734554455", "mobile 081734554455"),
        ("pln 20 081734554455", "mobile 081734554455 or PLN20 081734554455"),
        ("PLN20 1105691111", "lost zero PLN20 01105691111"),
        ("PLN20 1105 691 111", "lost zero PLN20 01105691111"),
        ("PLN20 4502213456", "lost zero PLN20 04502213456"),
        ("PLN20.1105691111.1234", "lost zero PLN20 01105691111 !pin"),
        ("PLN20 0110569111", "TooShort { missing: 1 }"),
        ("PLN20 1105691111 1", "ambiguous"),
        ("OVO10 081734554 10", "ambiguous"),
        ("DNOPEN.0817345544.1234", "nominal or pin? !pin"),
    ]);
}

#[test]
fn what_is_not_offered_is_said_so() {
    for text in [
        "saldo",
        "cek saldo kak",
        "deposit 100rb",
        "pulsa 10 0817345544",
        "bpjs 0001234567890",
        "rek bca 1234567890",
        "CEKPLN 512345678901",
        "tagihan pln 512345678901",
        "transfer bca 50rb",
    ] {
        let catalog = agents_catalog();
        assert_eq!(parse(text, &catalog).request, Err(Refusal::NotOffered), "{text}");
    }
}
