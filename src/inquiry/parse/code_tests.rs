//! A code that is missing, mistyped or another bot's.

use super::{
    tests::{all_are, catalog},
    *,
};

#[test]
fn a_code_that_is_missing_or_unknown_gets_a_hint() {
    all_are(&[
        ("", "empty"),
        (" .\u{200b}- \n", "empty"),
        ("cek", "empty"),
        ("pln 01105691111", "pln? PLN20 01105691111"),
        ("dana 0817345544", "dana? DN1 0817345544 / DNOPEN"),
        ("OVO 10 0817345544", "OVO? OVO10 0817345544"),
        ("PLN50 01105691111", "PLN50? PLN20 01105691111"),
        ("OVO1O 0817345544", "OVO1O? OVO10 0817345544"),
        ("goapy10 0817345544", "goapy10? GOPAY10 0817345544"),
        ("halo semua", "halo?"),
        ("S", "S?"),
        ("LAP.0", "LAP?"),
        ("CEKPLN.512345678901", "CEKPLN?"),
        ("😀😀", "empty"),
        ("PLN2001105691111", "words around PLN20 01105691111"),
        ("pln2001105691111.1234", "words around PLN20 01105691111 !pin"),
        ("DNOPEN0817345544 50rb", "words around DNOPEN 0817345544 50000"),
        ("PLN200110569111", "PLN200110? PLN20"),
        ("PLN200 1105691111", "PLN200? PLN20"),
        ("01105691111", "code? PLN20 MAX5000"),
        ("512345678901", "code? PLN20 MAX5000"),
        ("0817345544", "code? OVO10 GOPAY10 DN1 DNOPEN MAX5000"),
        ("0817345544 10rb", "code? OVO10 GOPAY10 DN1 DNOPEN MAX5000"),
        ("0817345544 DNOPEN 10000", "code? DNOPEN"),
        ("0817345544 DNOPN", "DNOPN? DNOPEN"),
        ("1234", "code?"),
        ("12345", "code? MAX5000"),
        // No code is near: what fits the number; in a sentence, no word of it is taken for one.
        ("token 20rb 01105691111", "token? fits PLN20 MAX5000"),
        ("shopee 0817345544", "shopee? fits OVO10 GOPAY10 DN1 DNOPEN MAX5000"),
        ("mau token listrik 20rb 01105691111 kak", "code? PLN20 MAX5000"),
        ("ini atas nama siapa 01105691111?", "code? PLN20 MAX5000"),
        ("01105691111 atas nama siapa ya", "code? PLN20 MAX5000"),
        ("Nama: BUDI\nNo Meter: 01105691111\nNominal: 20rb", "code? PLN20 MAX5000"),
        ("20rb 01105691111", "code? PLN20 MAX5000"),
        ("listrik 20 01105691111", "code? PLN20 MAX5000"),
        ("XL10 0817345544", "XL10?"),
        ("tiket 50000", "tiket?"),
    ]);
}

#[test]
fn a_mistyped_code_is_shown_put_right_with_the_rest_of_the_line() {
    all_are(&[
        ("01105691111 PNL20", "PNL20? PLN20 01105691111"),
        ("cek pln No. Meter: 0110-5691-111", "pln? PLN20 01105691111"),
        ("pln 20rb 01105691111 kak", "pln? PLN20 01105691111"),
        ("dana 50rb 0817345544", "dana? DN1 0817345544 / DNOPEN 0817345544 50000"),
        ("dana 0817345544 50000", "dana? DN1 0817345544 / DNOPEN 0817345544 50000"),
        ("pln 01105691111 pin 1234", "pln? PLN20 01105691111 !pin"),
        // Where the rest is no check, there is but the code; nor is one of two numbers chosen.
        ("PLN50", "PLN50? PLN20"),
        ("pln 0110569111", "pln? PLN20"),
        ("pln 1 01105691111", "pln? PLN20"),
        ("pln 01105691111 512345678901", "pln? PLN20"),
        ("PNL20 01105691111 OVO10 0817345544", "PNL20? PLN20"),
    ]);
}

#[test]
fn what_was_typed_is_bounded_and_shows_no_number() {
    let typed = |text: &str| match parse(text, &catalog()).request {
        Err(Error::UnknownCode { typed, .. }) => typed,
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(&"A".repeat(4096)).len(), 24);
    assert_eq!(typed("BUDI\u{202e}\u{0}"), "BUDI");
    assert_eq!(typed("XX01105691111"), "XX011056");
    assert_eq!(typed("PLM20-0110-5691-111"), "PLM20-0110-");
}
