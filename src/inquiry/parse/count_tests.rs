//! What must never be joined to a number: a count or an amount before it, dates, hidden digits; and signs around a line.

use super::tests::all_are;

#[test]
fn a_count_before_a_number_is_no_part_of_it() {
    all_are(&[
        // With it the digits would be a customer id of twelve, or a meter that lacks a digit.
        ("PLN20 1 01105691111", "ambiguous"),
        ("PLN20\n1. 01105691111", "ambiguous"),
        ("PLN20 (1) 01105691111", "ambiguous"),
        ("PLN20 -1 01105691111", "ambiguous"),
        ("PLN20 1 011 0569 1111", "ambiguous"),
        ("PLN20 1-01105691111", "ambiguous"),
        ("2-01105691111 PLN20", "ambiguous"),
        ("PLN20 no 1 01105691111", "ambiguous"),
        ("1. 0110 5691 111 PLN20", "ambiguous"),
        ("PLN20 1. 0110 569 111", "ambiguous"),
        ("PLN20 1. 0110569111", "ambiguous"),
        ("PLN20 51 2345678901", "ambiguous"),
        ("PLN20 1 01105691111 1234", "ambiguous !pin"),
        ("MAX5000 1 01105691111", "ambiguous"),
        ("OVO10 8 0817345544", "ambiguous"),
        ("DNOPEN 8 0817345544 50rb", "ambiguous"),
        ("PLN20:\n1. 01105691111\n2. 01105691112", "several"),
        // Where they would be none, what to type is shown; or what is wrong with the number.
        ("PLN20 20 01105691111", "words around PLN20 01105691111"),
        ("PLN20 20-01105691111", "words around PLN20 01105691111"),
        ("PLN20 20. 0110 569 1111", "words around PLN20 01105691111"),
        ("OVO10 1. 0817345544", "words around OVO10 0817345544"),
        ("OVO10 1-817345544", "words around OVO10 0817345544"),
        ("OVO10 1. 081734554", "TooShort { missing: 1 }"),
        ("DNOPEN 1. 0817345544 50rb", "words around DNOPEN 0817345544 50000"),
        ("DNOPEN 50 0817345544", "nominal?"),
        ("PLN20 Budi 1. 01105691111", "words around PLN20 01105691111"),
        // A country, a zero, and digits that all stand alone are the number's own.
        ("OVO10 62 812 3456 7890", "OVO10 081234567890"),
        ("OVO10 62 81234567890", "OVO10 081234567890"),
        ("OVO10 62-81234567890", "OVO10 081234567890"),
        ("PLN20 0-1105691111", "PLN20 01105691111"),
        ("PLN20 0 1105691111", "PLN20 01105691111"),
        ("PLN20 1 2 3 4 5 6 7 8 9 0 1", "PLN20 12345678901"),
        ("PLN20 51 2345 678901", "PLN20 512345678901"),
    ]);
}

#[test]
fn an_amount_before_a_number_is_no_part_of_it() {
    all_are(&[
        ("PLN20.000 01105691111", "words around PLN20 01105691111"),
        ("PLN20 20.000 01105691111", "words around PLN20 01105691111"),
        ("PLN20 20000 01105691111", "words around PLN20 01105691111"),
        ("PLN20 12.500.000 01105691111", "words around PLN20 01105691111"),
        ("OVO10 10.000 0817-345-544", "words around OVO10 0817345544"),
        ("OVO10 10.000 0817345544", "words around OVO10 0817345544"),
        ("MAX5000 5000 01105691111", "ambiguous"),
        // In thousands, before a whole number.
        ("PLN20 100 01105691111", "words around PLN20 01105691111"),
        ("OVO10 100 0817345544", "words around OVO10 0817345544"),
        ("DNOPEN 100 0817345544", "nominal?"),
        ("MAX5000 100 01105691111", "ambiguous"),
        ("PLN20 512 345678901", "PLN20 512345678901"),
        ("MAX5000 5000 12345", "ambiguous"),
        ("DNOPEN 50000 0817345544", "nominal first DNOPEN 0817345544 50000"),
        ("PLN20 5000 1234 5678", "PLN20 500012345678"),
        ("PLN20 500 123456789", "PLN20 500123456789"),
    ]);
}

#[test]
fn dates_and_fractions_are_no_part_of_a_number() {
    all_are(&[
        ("PLN20 23/11/26 14.05.01", "NotDigits"),
        ("PLN20 0110/5691/111", "NotDigits"),
        ("DNOPEN 0817345544 1/2jt", "bad nominal"),
        ("DNOPEN 0812 345 678 1/2jt", "bad nominal"),
        ("DNOPEN 0817345544/50rb", "DNOPEN 0817345544 50000"),
        ("PLN20 01105691111/512345678901", "several"),
        ("PLN20 01105691111|512345678901", "several"),
        ("PLN20 01105691111,20", "ambiguous"),
        ("PLN20 01105691111 23/11/26", "ambiguous"),
    ]);
}

#[test]
fn a_number_with_hidden_digits_is_none() {
    all_are(&[
        ("OVO10 0812****567890", "NotDigits"),
        ("OVO10 0812##567890", "NotDigits"),
        ("OVO10 0812....567890", "NotDigits"),
        ("OVO10 0812345678***", "NotDigits"),
        ("PLN20 0110**5691111", "NotDigits"),
        ("PLN20 0110569111…", "NotDigits"),
        ("MAX5000 12345***6789", "NotDigits"),
        // A separator that is typed twice hides nothing behind a code or a whole number.
        ("PLN20..01105691111", "PLN20 01105691111"),
        ("*PLN20**01105691111#", "PLN20 01105691111"),
        ("PLN20.01105691111..1234", "PLN20 01105691111 !pin"),
        ("OVO10.0817345544..1234", "OVO10 0817345544 !pin"),
        ("**PLN20 01105691111**", "PLN20 01105691111"),
    ]);
}

#[test]
fn signs_around_a_line_or_between_code_and_number_do_no_harm() {
    for text in [
        "PLN20 01105691111?",
        "PLN20 01105691111!!",
        "PLN20 01105691111 🙏🙏",
        "PLN20 01105691111🙏",
        "⚡PLN20 01105691111",
        "🙏 cek PLN20 01105691111",
        "\"PLN20 01105691111\"",
        "PLN20 '01105691111'",
        "PLN20 `01105691111`",
        "_PLN20 01105691111_",
        "<PLN20> <01105691111>",
        "PLN20 -> 01105691111",
        "PLN20 => 01105691111",
        "PLN20→01105691111",
        "PLN20_01105691111",
        "PLN20@01105691111",
        "01105691111 PLN20?",
    ] {
        all_are(&[(text, "PLN20 01105691111")]);
    }
    all_are(&[
        ("PLN20 01105691111? 1", "NotDigits"),
        ("PLN20 0110569? 1111", "NotDigits"),
        ("PLN20 ?01105691111", "NotDigits"),
    ]);
}

#[test]
fn what_whatsapp_puts_before_a_message_is_no_part_of_it() {
    all_are(&[
        ("[14:05, 23/11/2026] Budi: PLN20 01105691111", "words around PLN20 01105691111"),
        ("[23/11 14.05] +62 812-0000-0001: PLN20 01105691111", "words around PLN20 01105691111"),
        ("[23/11 14.05] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("[14:05] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("[2026-11-23, 14:05:01] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("OVO10\n[23/11 14.05] +62 812-0000-0001: isi ovo kak", "number?"),
        ("[2026-11-23 14:05] +62 812-0000-0001: isi ovo kak", "code?"),
        ("OVO10\n[23/11 14.05] +62 812-0000-0001: isi 0817345544 kak", "words around OVO10 0817345544"),
        ("PLN20 0110\n[23/11 14.05] Budi: 5691111", "NotDigits"),
        ("[23/11 14.05] Budi: PLN20 01105691111\n[23/11 14.06] Budi: PLN20 01105691112", "several"),
    ]);
}
