//! What must never be taken for a number or left readable: accounts, tokens, PINs; and words before a code.

use super::tests::all_are;

#[test]
fn a_virtual_account_in_groups_is_not_a_number_with_a_pin() {
    all_are(&[
        ("DN1 8528 0810 0000 0001", "VirtualAccount { prefix: \"8528\" }"),
        ("OVO10 8066 0810 0000 0001", "VirtualAccount { prefix: \"8066\" }"),
        ("OVO10 8066.0810.0000.0001", "VirtualAccount { prefix: \"8066\" }"),
        ("OVO10 8066 0810000 00001", "VirtualAccount { prefix: \"8066\" }"),
        ("GOPAY10 898 0810 0000 0001", "VirtualAccount { prefix: \"898\" }"),
        ("GOPAY10 8980 8100 0000 001", "VirtualAccount { prefix: \"898\" }"),
        ("DN1 8528 0810 0000 0001 BUDI", "VirtualAccount { prefix: \"8528\" }"),
        ("DNOPEN 8528 0810 0000 0001", "VirtualAccount { prefix: \"8528\" }"),
        ("DNOPEN 8528 0810 0000 0001 50rb", "VirtualAccount { prefix: \"8528\" }"),
        ("DNOPEN 8528 0810 0000 0001 50000", "VirtualAccount { prefix: \"8528\" }"),
        // With a PIN behind it.
        ("DN1 8528 0810 0000 0001 1234", "VirtualAccount { prefix: \"8528\" } !pin"),
        ("DN1.8528081000000001.123456", "VirtualAccount { prefix: \"8528\" } !pin"),
        ("DN1 8528 0810000000 1 1234", "VirtualAccount { prefix: \"8528\" } !pin"),
        // A mobile number without its zero; or with a PIN, with which it might be an account.
        ("OVO10 852808173455", "OVO10 0852808173455"),
        ("DNOPEN 852808173455 50000", "DNOPEN 0852808173455 50000"),
        ("OVO10.852808173455.1234", "ambiguous !pin"),
    ]);
}

#[test]
fn a_number_in_groups_may_go_on_where_a_pin_would_stand() {
    all_are(&[
        ("PLN20 1234 5678 9012 3456", "ambiguous !pin"),
        ("PLN20.1234.5678.9012.3456", "ambiguous !pin"),
        ("PLN20 0110 5691 111 1234", "ambiguous !pin"),
        ("OVO10 0812 345 678 1234", "ambiguous !pin"),
        ("OVO10 (0812) 345-678 1234", "ambiguous !pin"),
        ("PLN20 Budi 1234 5678 9012 3456", "NotDigits !pin"),
        // Set off by a separator of its own, or behind a number in one run, it is one.
        ("PLN20 0110 5691 111.1234", "PLN20 01105691111 !pin"),
        ("OVO10 0812-3456-7890 1234", "OVO10 081234567890 !pin"),
        ("OVO10 0812 345 678\n1234", "OVO10 0812345678 !pin"),
        ("OVO10 +62 81234567890 123456", "OVO10 081234567890 !pin"),
    ]);
}

#[test]
fn a_number_that_lacks_digits_is_not_completed_by_a_pin() {
    all_are(&[
        ("OVO10.081234567.8901", "ambiguous !pin"),
        ("OVO10*081234567*8901#", "ambiguous !pin"),
        ("OVO10 081234567 8901", "ambiguous !pin"),
        ("OVO10.081234567-8901", "ambiguous !pin"),
        ("OVO10.08123456.8901", "ambiguous !pin"),
        ("PLN20.0110569.1234", "ambiguous !pin"),
        ("PLN20.0110569.1234 BUDI", "ambiguous !pin"),
        ("DNOPEN.081234567.8901", "ambiguous !pin"),
        ("DNOPEN.081234567.8901.50rb", "ambiguous !pin"),
        ("MAX5000.1234.01105691111", "ambiguous !pin"),
        // Nor is a number in groups taken for one that lacks digits.
        ("PLN20.0110.5691111", "PLN20 01105691111"),
        ("OVO10 0812345 67890", "OVO10 081234567890"),
        ("DN1.0812.3456.7890", "DN1 081234567890"),
        ("OVO10.081234.5678", "OVO10 0812345678"),
        ("DNOPEN.081734554.50000", "TooShort { missing: 1 }"),
    ]);
}

#[test]
fn a_number_that_lacks_digits_is_not_completed_by_a_count_or_an_amount() {
    all_are(&[
        ("PLN20 0110569111 1", "ambiguous"),
        ("PLN20.0110569111.2", "ambiguous"),
        ("PLN20.0110569111.2.1234", "ambiguous !pin"),
        ("PLN20 0110569111-1", "ambiguous"),
        ("0110569111 1 PLN20", "ambiguous"),
        ("OVO10 081734554 10", "ambiguous"),
        ("OVO10.08173455.10", "ambiguous"),
        ("DNOPEN 081734554 50", "ambiguous"),
        ("DNOPEN 081734554 5 50rb", "ambiguous"),
        // A number in groups has no group as long.
        ("OVO10 0817345 54 4", "OVO10 0817345544"),
        ("PLN20 0110 5691 11 1", "PLN20 01105691111"),
    ]);
}

#[test]
fn a_dash_behind_a_whole_number_is_no_part_of_it() {
    all_are(&[
        ("PLN20 01105691111-1", "ambiguous"),
        ("PLN20 01105691111 - 1", "ambiguous"),
        ("OVO10 0817345544\u{2013}2", "ambiguous"),
        ("OVO10 0817345544-100", "ambiguous"),
        ("01105691111-1 PLN20", "ambiguous"),
        ("PLN20-01105691111-1234", "PLN20 01105691111 !pin"),
        ("OVO10 0817345544-1234", "OVO10 0817345544 !pin"),
        ("DNOPEN 0817345544-50rb", "DNOPEN 0817345544 50000"),
        ("01105691111-PLN20", "PLN20 01105691111"),
        ("PLN20 01105691111-BUDI", "words around PLN20 01105691111"),
        ("PLN20 0110-5691-111-1", "ambiguous"),
        ("PLN20 0110-5691-111-12", "ambiguous"),
        ("PLN20.0110-5691-111-1234", "TooLong { extra: 3 } !pin"),
        ("OVO10 0812-3456-7890-1234", "TooLong { extra: 3 } !pin"),
        ("DNOPEN-0817345544-50000-1234", "DNOPEN 0817345544 50000 !pin"),
        ("PLN20 0110-5691-111", "PLN20 01105691111"),
        ("OVO10 0812-3456-7890-1", "OVO10 0812345678901"),
        ("PLN20 01105691111-", "PLN20 01105691111"),
    ]);
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
        ("kak G.1234.5678", "kak? !pin"),
        ("LAP.0.1234", "LAP? !pin"),
        ("LAP.0", "LAP?"),
        ("CEKPLN.512345678901", "CEKPLN?"),
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
        ("kak PLN20 01105691111", "words around PLN20 01105691111"),
        ("mau PLN20 01105691111", "words around PLN20 01105691111"),
        ("min, pln20.01105691111", "words around PLN20 01105691111"),
        ("bang cek PLN20 01105691111 ya", "words around PLN20 01105691111"),
        ("token PLN20 01105691111", "words around PLN20 01105691111"),
        ("kak\nPLN20 01105691111", "words around PLN20 01105691111"),
        ("1. PLN20 01105691111", "words around PLN20 01105691111"),
        ("#1 PLN20 01105691111", "words around PLN20 01105691111"),
        ("kak PLN20-01105691111", "words around PLN20 01105691111"),
        ("kak 01105691111 PLN20", "words around PLN20 01105691111"),
        ("kak DNOPEN 0817345544 50rb", "words around DNOPEN 0817345544 50000"),
        // What is wrong with it is said; and a PIN is told of.
        ("kak PLN20 0110569111", "TooShort { missing: 1 }"),
        ("kak DNOPEN 50rb 0817345544", "nominal first DNOPEN 0817345544 50000"),
        ("kak PLN20.01105691111.1234", "words around PLN20 01105691111 !pin"),
        ("kak PLN20 01105691111 OVO10 0817345544", "several"),
        ("kak DN1 8528 0810 0000 0001", "VirtualAccount { prefix: \"8528\" }"),
        // Not where the number may stand before the code, or no code is known.
        ("0817345544 DNOPEN 10000", "code? DNOPEN"),
        ("PLM20.01105691111 OVO10 0817345544", "PLM20? PLN20"),
        ("kak 01105691111", "kak? fits PLN20 MAX5000"),
    ]);
}

#[test]
fn a_nominal_among_words_is_seen() {
    all_are(&[
        ("DNOPEN 0817345544 50rb ya kak", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 50000 lagi", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 isi 50 ribu dong", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 0812 3456 7890 Rp. 50.000 ya", "words around DNOPEN 081234567890 50000"),
        ("DNOPEN 0817345544 50rb 1234 ya", "words around DNOPEN 0817345544 50000 !pin"),
        ("DNOPEN 0817345544 50.000 rupiah", "DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 nominal 50000", "DNOPEN 0817345544 50000"),
        ("DNOPEN 0817345544 nominal: 12345", "DNOPEN 0817345544 12345"),
        // What may be a PIN, or two nominals, or none, is not shown as one.
        ("DNOPEN 0817345544 1234 ya", "bad nominal !pin"),
        ("DNOPEN 0817345544 bukan 50rb tapi 100rb", "bad nominal"),
        ("DNOPEN 0817345544 5000 10000 ya", "bad nominal"),
        ("DNOPEN 0817345544 1000.0000 ya", "bad nominal !pin"),
    ]);
}

#[test]
fn a_token_or_an_account_is_known_without_its_code() {
    all_are(&[
        ("12345678901234567890", "no customer: Token"),
        ("1234 5678 9012 3456 7890", "no customer: Token"),
        ("Token: 1234-5678-9012-3456-7890 ya", "no customer: Token"),
        ("8528081000000001", "no customer: VirtualAccount { prefix: \"8528\" }"),
        ("8528 0810 0000 0001", "no customer: VirtualAccount { prefix: \"8528\" }"),
        ("VA 8066 0810 0000 0001 1234", "no customer: VirtualAccount { prefix: \"8066\" } !pin"),
        ("OVO10 12345678901234567890", "Token"),
        ("DN1 1234 5678 9012 3456 7890", "Token"),
        ("MAX5000 1234 5678 9012 3456 7890", "Token"),
        ("PLN20 1234 5678 9012 3456 7890 BUDI", "Token"),
        ("OVO10 0852808173455 1234567", "OVO10 0852808173455 !pin"),
        ("OVO10 8528 0817 3455 12345678", "ambiguous !pin"),
        ("081234567890 12345678", "no customer: Token !pin"),
        // A number with a PIN has twenty digits too.
        ("OVO10 081234567890 12345678", "OVO10 081234567890 !pin"),
        ("MAX5000 123456789012 12345678", "MAX5000 123456789012 !pin"),
    ]);
}
