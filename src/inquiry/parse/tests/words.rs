//! Codes that are missing, mistyped or another bot's; words around a check; PINs wherever they stand.

use super::*;

#[test]
fn a_code_that_is_missing_or_unknown_gets_a_hint() {
    all_are(&[
        ("", "empty"),
        (" .\u{200b}- \n", "empty"),
        ("cek", "empty"),
        ("pln 01105691111", "PLN? 01105691111 PLN20"),
        ("dana 0817345544", "DANA? 0817345544 DN1 DNOPEN"),
        ("OVO 10 0817345544", "OVO10 0817345544"),
        ("PLN50 01105691111", "PLN50? PLN20 01105691111"),
        ("OVO1O 0817345544", "OVO1O? OVO10 0817345544"),
        ("goapy10 0817345544", "goapy10? GOPAY10 0817345544"),
        ("halo semua", "halo?"),
        ("S", "S?"),
        ("LAP.0", "LAP?"),
        ("CEKPLN.512345678901", "not offered"),
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
        ("token 20rb 01105691111", "PLN20 01105691111"),
        ("shopee 0817345544", "not offered"),
        ("mau token listrik 20rb 01105691111 kak", "PLN20 01105691111"),
        ("ini atas nama siapa 01105691111?", "code? PLN20 MAX5000"),
        ("01105691111 atas nama siapa ya", "code? PLN20 MAX5000"),
        ("Nama: BUDI\nNo Meter: 01105691111\nNominal: 20rb", "code? PLN20 MAX5000"),
        ("20rb 01105691111", "code? PLN20 MAX5000"),
        ("listrik 20 01105691111", "PLN20 01105691111"),
        ("XL10 0817345544", "XL10?"),
        ("tiket 50000", "tiket?"),
    ]);
}

#[test]
fn a_mistyped_code_is_shown_put_right_with_the_rest_of_the_line() {
    all_are(&[
        ("01105691111 PNL20", "PNL20? PLN20 01105691111"),
        ("cek pln No. Meter: 0110-5691-111", "PLN? 01105691111 PLN20"),
        ("pln 20rb 01105691111 kak", "PLN20 01105691111"),
        ("dana 50rb 0817345544", "DNOPEN 0817345544 50000"),
        ("dana 0817345544 50000", "DNOPEN 0817345544 50000"),
        ("pln 01105691111 pin 1234", "PLN? 01105691111 PLN20 !pin"),
        // Where the rest is no check, there is but the code; nor is one of two numbers chosen.
        ("PLN50", "PLN50? PLN20"),
        ("pln 0110569111", "PLN? PLN20, TooShort { missing: 1 }"),
        ("pln 1 01105691111", "PLN? PLN20"),
        ("pln 01105691111 512345678901", "several"),
        ("PNL20 01105691111 OVO10 0817345544", "PNL20? PLN20"),
    ]);
}

#[test]
fn what_was_typed_is_bounded_and_shows_no_number() {
    let typed = |text: &str| match parse(text, &catalog()).request {
        Err(Refusal::UnknownCode { typed, .. }) => typed,
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(&"A".repeat(4096)).len(), 24);
    assert_eq!(typed("BUDI\u{202e}\u{0}"), "BUDI");
    assert_eq!(typed("XX01105691111"), "XX011056");
    assert_eq!(typed("PLM20-0110-5691-111"), "PLM20-0110-");
}

#[test]
fn a_pin_that_is_called_so_is_taken_out_and_told_of() {
    all_are(&[
        ("PLN20 01105691111 pin 1234", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 PIN: 1234", "PLN20 01105691111 !pin"),
        ("PLN20.01105691111.pin1234", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 PIN-123456", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin = 5000", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin saya 1234!", "words around PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin 1234 ya", "words around PLN20 01105691111 !pin"),
        ("DNOPEN 0817345544 50rb pin 1234", "DNOPEN 0817345544 50000 !pin"),
        ("DNOPEN 0817345544 pin 5000", "nominal? !pin"),
        ("MAX5000 pin 12345", "number? !pin"),
        ("MAX5000 pin saya 12345", "number? !pin"),
        ("pin 1234", "pin? !pin"),
        ("cek pin 1234", "pin? !pin"),
        ("pin1234 PLN20 01105691111", "words around PLN20 01105691111 !pin"),
        // What stood around it is not joined.
        ("PLN20 0110569 pin 1234 1111", "TooShort { missing: 4 } !pin"),
        // Nor is a number a PIN, or another word its name.
        ("PLN20 01105691111 tanpa pin", "words around PLN20 01105691111"),
        ("OVO10 pin 0817345544", "words around OVO10 0817345544"),
        ("PLN20 01105691111 pintu 12", "words around PLN20 01105691111"),
    ]);
}

#[test]
fn a_pin_that_is_called_so_is_taken_out_in_groups_and_behind_more_words() {
    all_are(&[
        ("PLN20 01105691111 pin 12 34 56", "PLN20 01105691111 !pin"),
        ("PLN20.01105691111.pin.12.34", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin 12-34-56", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin12 34 56", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 PIN: 1 2 3 4 ya", "words around PLN20 01105691111 !pin"),
        ("PLN20 01105691111 mpin 1234", "PLN20 01105691111 !pin"),
        ("PLN20 01105691111 pin saya adalah 1234", "words around PLN20 01105691111 !pin"),
        ("DNOPEN 0817345544 50rb pin 123 456", "DNOPEN 0817345544 50000 !pin"),
        ("pin 12 34 56 PLN20 01105691111", "words around PLN20 01105691111 !pin"),
        // Nor is it offered as a driver's id.
        ("MAX5000 pin 12 34 56", "number? !pin"),
        ("MAX5000 pin 12-34-56", "number? !pin"),
        ("MAX5000 pin \"12345\"", "number? !pin"),
        ("MAX5000 m-pin 12345", "number? !pin"),
        ("MAX5000 otp 123456", "number? !pin"),
        ("MAX5000 pin saya adalah 12345", "number? !pin"),
        ("MAX5000 pin transaksi saya adalah 12345", "number? !pin"),
        ("MAX5000 pin-nya 12345", "number? !pin"),
        ("MAX5000 sandi 123456", "number? !pin"),
        ("MAX5000 password 123456", "number? !pin"),
        ("MAX5000 passcode 123456", "number? !pin"),
        ("MAX5000 12345 pin 12 34 56", "MAX5000 12345 !pin"),
        // As many digits are a number, whatever stands before them.
        ("PLN20 pin 123 45678901", "words around PLN20 12345678901"),
        ("OVO10 pin 0817-345-544", "words around OVO10 0817345544"),
        ("PLN20 01105691111 pin 12", "words around PLN20 01105691111"),
    ]);
}

#[test]
fn a_pin_before_the_code_is_told_of() {
    all_are(&[
        ("1234 PLN20 01105691111", "words around PLN20 01105691111 !pin"),
        ("1234.PLN20.01105691111", "words around PLN20 01105691111 !pin"),
        ("kak 1234 DNOPEN 0817345544 50rb", "words around DNOPEN 0817345544 50000 !pin"),
        ("123456 PLN20 01105691111", "code? PLN20 !pin"),
        // A count, an amount, a number that stands before its code.
        ("1. PLN20 01105691111", "words around PLN20 01105691111"),
        ("20000 PLN20 01105691111", "code? PLN20"),
        ("0110569 PLN20", "TooShort { missing: 4 }"),
        ("0817345544 DNOPEN 10000", "code? DNOPEN"),
    ]);
}

#[test]
fn a_pin_in_front_or_behind_another_bots_command_is_told_of() {
    all_are(&[
        ("PLN20.1234.01105691111", "TooLong { extra: 3 } !pin"),
        ("OVO10.1234.0817345544", "NotMobile !pin"),
        ("DNOPEN.1234.0817345544", "NotMobile !pin"),
        ("G.1234.5678", "G? !pin"),
        ("gp*1234*5678#", "gp? !pin"),
        ("S.1234", "S? !pin"),
        ("cek S.1234", "S? !pin"),
        ("kak G.1234.5678", "G? !pin"),
        ("LAP.0.1234", "LAP? !pin"),
        ("LAP.0", "LAP?"),
        ("CEKPLN.512345678901", "not offered"),
        ("k 0812 3456 7890", "k?"),
        ("H.20000", "H?"),
    ]);
}

#[test]
fn without_a_code_a_pin_is_told_of_all_the_same() {
    all_are(&[
        ("0817345544 1234", "code? OVO10 GOPAY10 DN1 DNOPEN MAX5000 !pin"),
        ("0817345544 10rb 1234", "code? OVO10 GOPAY10 DN1 DNOPEN MAX5000 !pin"),
        ("852808173455 1234", "code? PLN20 OVO10 GOPAY10 DN1 DNOPEN MAX5000 !pin"),
        // Twenty digits may be a mobile number and a PIN after all.
        ("0812 3456 7890 1234 5678", "no customer: Token !pin"),
        ("1234 5678 9012 3456 7890", "no customer: Token"),
    ]);
}

#[test]
fn a_code_behind_words_is_seen_and_what_to_type_is_shown() {
    all_are(&[
        ("kak PLN20 01105691111", "PLN20 01105691111"),
        ("mau PLN20 01105691111", "PLN20 01105691111"),
        ("min, pln20.01105691111", "PLN20 01105691111"),
        ("bang cek PLN20 01105691111 ya", "PLN20 01105691111"),
        ("token PLN20 01105691111", "PLN20 01105691111"),
        ("kak\nPLN20 01105691111", "PLN20 01105691111"),
        ("1. PLN20 01105691111", "words around PLN20 01105691111"),
        ("#1 PLN20 01105691111", "words around PLN20 01105691111"),
        ("kak PLN20-01105691111", "PLN20 01105691111"),
        ("kak 01105691111 PLN20", "PLN20 01105691111"),
        ("kak DNOPEN 0817345544 50rb", "DNOPEN 0817345544 50000"),
        // What is wrong with it is said; and a PIN is told of.
        ("kak PLN20 0110569111", "TooShort { missing: 1 }"),
        ("kak DNOPEN 50rb 0817345544", "nominal first DNOPEN 0817345544 50000"),
        ("kak PLN20.01105691111.1234", "PLN20 01105691111 !pin"),
        ("kak PLN20 01105691111 OVO10 0817345544", "several"),
        ("kak DN1 8528 0810 0000 0001", "VirtualAccount { prefix: \"8528\" }"),
        // Not where the number may stand before the code, or no code is known.
        ("0817345544 DNOPEN 10000", "code? DNOPEN"),
        ("PLM20.01105691111 OVO10 0817345544", "PLM20? PLN20"),
        ("kak 01105691111", "code? PLN20 MAX5000"),
    ]);
}

#[test]
fn a_nominal_among_words_is_seen() {
    all_are(&[
        ("DNOPEN 0817345544 50rb ya kak", "DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 50000 lagi", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 isi 50 ribu dong", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 0812 3456 7890 Rp. 50.000 ya", "DNOPEN 081234567890 50000"),
        ("DNOPEN 0817345544 50rb 1234 ya", "DNOPEN 0817345544 50000 !pin"),
        ("DNOPEN 0817345544 50.000 rupiah", "DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 nominal 50000", "DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 nominal: 12345", "DNOPEN 0817345544 12345"),
        // What may be a PIN, or two nominals, or none, is not shown as one.
        ("DNOPEN 0817345544 1234 ya", "nominal or pin? !pin"),
        ("DNOPEN 0817345544 bukan 50rb tapi 100rb", "bad nominal"),
        ("DNOPEN 0817345544 5000 10000 ya", "nominal or pin? !pin"),
        ("DNOPEN 0817345544 1000.0000 ya", "nominal or pin? !pin"),
    ]);
}
