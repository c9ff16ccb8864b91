//! Digits that are hardly what they look like: accounts, tokens, counts, amounts, dates, hidden digits.

use super::all_are;

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
        ("[14:05, 23/11/2026] Budi: PLN20 01105691111", "PLN20 01105691111"),
        ("[23/11 14.05] +62 812-0000-0001: PLN20 01105691111", "PLN20 01105691111"),
        ("[23/11 14.05] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("[14:05] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("[2026-11-23, 14:05:01] +62 812-0000-0001: 01105691111", "code? PLN20 MAX5000"),
        ("OVO10\n[23/11 14.05] +62 812-0000-0001: isi ovo kak", "number?"),
        ("[2026-11-23 14:05] +62 812-0000-0001: isi ovo kak", "OVO? OVO10"),
        ("OVO10\n[23/11 14.05] +62 812-0000-0001: isi 0817345544 kak", "OVO10 0817345544"),
        ("PLN20 0110\n[23/11 14.05] Budi: 5691111", "NotDigits"),
        ("[23/11 14.05] Budi: PLN20 01105691111\n[23/11 14.06] Budi: PLN20 01105691112", "several"),
    ]);
}

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
