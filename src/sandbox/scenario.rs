//! Which number does what: the one table of scenarios, from which the documentation, the command line and the
//! answers are made.

use super::refusal::{Refusal, Service};

/// What one number (or one of several that do the same) makes the sandbox do.
#[derive(Debug)]
pub struct Scenario {
    /// The numbers: a meter's, then a mobile one, of those that there are. Digits only, and no real customer's.
    pub numbers: &'static [&'static str],
    /// What happens, in a few words of English.
    pub what: &'static str,
    /// The same for the machine.
    pub(super) behaviour: Behaviour,
}

/// An invented customer. The names are such that no one of them could be a real person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub(super) name: &'static str,
    /// Tariff and power as PLN writes them; shown for PLN's products alone.
    pub(super) power: &'static str,
}

/// How an inquiry is answered once it has passed every check.
#[derive(Clone, Copy, Debug)]
pub(super) enum Behaviour {
    /// The customer, in the form of the vendor's sample.
    Found(Customer),
    /// The customer, in a form that is not the sample's but may come.
    Odd(Form),
    /// The customer, after some seconds.
    Slow,
    /// A refusal, each time.
    Refused(Service, Refusal),
    /// A refusal of the first so many calls, then the customer, in turn.
    RefusedFor(Refusal, u32),
    /// Something that is no answer at all.
    Broken(Fault),
}

/// Forms of a good answer that differ from the vendor's sample.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    DataAsArray,
    NumbersAsText,
    NoName,
    CodeOfSevenDigits,
    LongName,
    UnknownFields,
    NoData,
    // No proper JSON, or not by themselves.
    MarksAround,
    NoProperJson,
    DataAsText,
    Gzip,
}

/// Ways in which an answer fails to arrive whole.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    NeverAnswers,
    HtmlPage(u16),
    EmptyBody,
    CutOffBody,
    LostConnection,
    LostMidway,
    Drip,
    Flood,
}

/// Builds the table and, from the same rows, the documentation of [`scenarios`].
macro_rules! table {
    (
        whole { $([$($number:literal),+] $what_whole:literal => $behaviour_whole:expr;)+ }
        ending { $($ending:literal $what:literal => $behaviour:expr;)+ }
    ) => {
        static SCENARIOS: &[Scenario] = &[
            $(Scenario { numbers: &[$($number),+], what: $what_whole, behaviour: $behaviour_whole },)+
            $(Scenario {
                numbers: &[concat!("00000000", $ending), concat!("081000000", $ending)],
                what: $what,
                behaviour: $behaviour,
            },)+
        ];

        /// Every scenario. Endings stand behind `00000000` (meters, driver ids) and `081000000` (mobile numbers).
        ///
        /// | number | what happens |
        /// |---|---|
        $(#[doc = concat!("|" $(, " `", $number, "`")+, " | ", $what_whole, " |")])+
        $(#[doc = concat!("| `…", $ending, "` | ", $what, " |")])+
        pub fn scenarios() -> &'static [Scenario] {
            SCENARIOS
        }
    };
}

/// The customer of the scenarios that are about something else.
pub(super) const BUDI: Customer = Customer { name: "BUDI CONTOH", power: "R1M/900VA" };

const PILED_UP: &str = "BU\u{3164}DI\u{2800}C\u{335}\u{335}\u{335}\u{335}ONTOH &amp; CO";

const fn found(name: &'static str, power: &'static str) -> Behaviour {
    Behaviour::Found(Customer { name, power })
}

const fn refused(refusal: Refusal) -> Behaviour {
    Behaviour::Refused(Service::PRODUCT, refusal)
}

const fn billers(message: &'static str) -> Behaviour {
    Behaviour::Refused(Service::TRANSACTION, Refusal::billers(message))
}

table! {
    whole {
        ["01105691111", "0817345544"] "found: the vendor's samples" => found("BAHARRUDIN1", "R1/2200VA");
        ["512345678901"] "found: a customer id of 12 digits" => found("TOKO MISALNYA", "B1/5500VA");
    }
    ending {
        "001" "found" => Behaviour::Found(BUDI);
        "002" "found" => found("SITI MISALNYA", "R1/1300VA");
        "003" "found, power written as `R1 /000001300`" => found("WARUNG PERCOBAAN", "R1 /000001300");
        "004" "found" => found("AGUS UMPAMA", "R1T/450VA");
        "005" "found; every ending up to 099 is a customer too" => found("DEWI PURA-PURA", "R2/3500VA");
        "404" "not found; so is every number that is not in this table" => refused(Refusal::WRONG_NUMBER);
        "402" "not found, the vendor's other code for it" => refused(Refusal::NO_CUSTOMER);
        "110" "not found, in the biller's words" => Behaviour::Refused(Service::TRANSACTION, Refusal::BILLER);
        "121" "not found, in the biller's words in Indonesian" => billers("Nomor meter ini tidak terdaftar");
        "122" "the number is blocked, in the biller's words" => billers("KONSUMEN DIBLOKIR HUBUNGI PLN");
        "123" "paid already, in the biller's words" => billers("Tagihan Sudah Lunas");
        "124" "over the limit, in the biller's words" => billers("TOTAL KWH MELEBIHI BATAS MAKSIMUM");
        "125" "provider down, in the biller's words" => billers("Cut off sedang dalam progress");
        "126" "refused, in words of the biller's that say nothing certain" => billers("Hubungi t.me/evil &amp; CA");
        "498" "amount too small" => refused(Refusal::AMOUNT_TOO_SMALL);
        "525" "the product does not fit" => refused(Refusal::PRODUCT_MISMATCH);
        "501" "the product cannot be inquired" => refused(Refusal::NOT_IMPLEMENTED);
        "503" "provider down" => refused(Refusal::SUPPLIER_DOWN);
        "500" "fault at the vendor's" => refused(Refusal::VENDOR_FAULT);
        "422" "a code that is in no table, with a hostile message" => refused(Refusal::UNHEARD_OF);
        "504" "not now: a code of 504 that is in no table" => refused(Refusal::NOT_NOW);
        "429" "too many requests" => refused(Refusal::TOO_MANY);
        "571" "the server's address is not in the whitelist" => refused(Refusal::ADDRESS_NOT_LISTED);
        "524" "the account is not verified" => Behaviour::Refused(Service::ACCOUNT, Refusal::NOT_VERIFIED);
        "509" "the account is blocked" => Behaviour::Refused(Service::ACCOUNT, Refusal::ACCOUNT_BLOCKED);
        "505" "the clock is refused, each time" => refused(Refusal::CLOCK);
        "435" "the token is refused, each time" => refused(Refusal::TOKEN_UNKNOWN);
        "401" "the token has expired, every other time" => Behaviour::RefusedFor(Refusal::TOKEN_EXPIRED, 1);
        "409" "the reference is used, every other time" => Behaviour::RefusedFor(Refusal::REFERENCE_USED, 1);
        "507" "provider down, every other time" => Behaviour::RefusedFor(Refusal::SUPPLIER_DOWN, 1);
        "508" "provider down for the first few calls, then found" => Behaviour::RefusedFor(Refusal::SUPPLIER_DOWN, 4);
        "900" "found, after 3 seconds" => Behaviour::Slow;
        "408" "never answers" => Behaviour::Broken(Fault::NeverAnswers);
        "502" "a gateway's HTML page" => Behaviour::Broken(Fault::HtmlPage(502));
        "403" "a firewall's HTML page" => Behaviour::Broken(Fault::HtmlPage(403));
        "302" "a redirect" => Behaviour::Broken(Fault::HtmlPage(302));
        "200" "an HTML page in the place of an answer" => Behaviour::Broken(Fault::HtmlPage(200));
        "204" "an empty body" => Behaviour::Broken(Fault::EmptyBody);
        "206" "a body that is cut off" => Behaviour::Broken(Fault::CutOffBody);
        "207" "a connection lost in the middle of the answer" => Behaviour::Broken(Fault::LostMidway);
        "208" "a connection lost before the answer" => Behaviour::Broken(Fault::LostConnection);
        "910" "a body that drips, a byte a second" => Behaviour::Broken(Fault::Drip);
        "913" "a body of 100 MiB" => Behaviour::Broken(Fault::Flood);
        "701" "found, data as an array" => Behaviour::Odd(Form::DataAsArray);
        "702" "found, amounts as text" => Behaviour::Odd(Form::NumbersAsText);
        "703" "found, without a name" => Behaviour::Odd(Form::NoName);
        "704" "found, with a code of seven digits" => Behaviour::Odd(Form::CodeOfSevenDigits);
        "705" "found, with a hostile name" => found("<b>BUDI</b> & _CONTOH_ *[x](y)`", "R1/<i>900VA</i>");
        "706" "found, with a name of 5,000 letters" => Behaviour::Odd(Form::LongName);
        "707" "found, with fields that nobody knows" => Behaviour::Odd(Form::UnknownFields);
        "708" "success, but no data" => Behaviour::Odd(Form::NoData);
        "710" "found, with a byte order mark in front and NULs behind" => Behaviour::Odd(Form::MarksAround);
        "711" "found, among control characters, NaN and a key twice" => Behaviour::Odd(Form::NoProperJson);
        "712" "found, the answer in an array and its data as text" => Behaviour::Odd(Form::DataAsText);
        "713" "found, packed by gzip" => Behaviour::Odd(Form::Gzip);
        "714" "found, with a name and a power that only hold their places" => found("N/A", "/");
        "715" "found, with a name that hides and piles up" => found(PILED_UP, "R1/900VA");
        "709" "found, with a name that holds invisible marks" => found("BUDI\u{202e}\n\u{200b}CONTOH\u{0}", "R1/900VA");
    }
}

/// What a number makes the sandbox do.
pub(super) fn behaviour(number: &str) -> Behaviour {
    match SCENARIOS.iter().find(|scenario| scenario.numbers.contains(&number)) {
        Some(scenario) => scenario.behaviour,
        None if is_numbered_customer(number) => Behaviour::Found(BUDI),
        None => refused(Refusal::WRONG_NUMBER),
    }
}

/// Whether a number ends in 001 to 099 behind one of the two invented beginnings.
fn is_numbered_customer(number: &str) -> bool {
    let ending = number.strip_prefix("00000000").or_else(|| number.strip_prefix("081000000"));
    ending.is_some_and(|ending| ending.len() == 3 && ending.starts_with('0') && ending.parse().is_ok_and(|n: u8| n > 0))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_stands_in_one_row_and_is_of_a_shape_that_products_ask_for() {
        let mut seen = HashSet::new();
        for number in SCENARIOS.iter().flat_map(|scenario| scenario.numbers) {
            assert!(seen.insert(number), "{number} stands twice");
            assert!((10..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
        }
    }

    #[test]
    fn endings_up_to_099_are_customers_and_nothing_else_beside_the_table_is() {
        let is_found = |number| matches!(behaviour(number), Behaviour::Found(_));
        for number in ["01105691111", "081000000001", "00000000042", "081000000099"] {
            assert!(is_found(number), "{number}");
        }
        for number in [
            "00000000000",
            "00000000100",
            "081000000100",
            "081000000404",
            "082000000001",
            "12345678901",
            "",
            "0000000042",
            "00000000+42",
        ] {
            assert!(!is_found(number), "{number}");
        }
    }
}
