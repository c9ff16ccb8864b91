//! A check sent as a reply: what it lacks is taken from the message replied to, which is a customer's own, words and
//! all; or one of the bot's own answers, but for the examples in them.

use super::{
    message::{Message, PinIn},
    refusal,
};
use crate::{
    catalog::Catalog,
    inquiry::parse::{Parsed, Refusal, parse},
};

/// A PIN is no longer, in digits (field notes), and hardly an amount.
const MAX_PIN_LEN: usize = 8;

/// The shortest number that there is, a driver's id, in digits. Codes and lengths in the bot's own words have fewer.
pub(super) const SHORTEST_NUMBER: usize = 5;

/// What may hold the number that a message lacks: the text that it replies to. One of the bot's own that shows an
/// example (`Contoh: DNOPEN 0817345544 50rb`), or no number at all, holds none.
pub(super) fn source(message: &Message) -> Option<&str> {
    let quoted = message.quoted.as_deref().map(|text| if message.replies_to_bot { above_footer(text) } else { text });
    let quoted = quoted.filter(|text| has_digits(text))?;
    let mut runs = quoted.split(|c: char| !c.is_ascii_digit());
    let holds_number = runs.clone().any(|run| run.len() >= SHORTEST_NUMBER);
    let usable = holds_number && !runs.any(refusal::is_example);
    (usable || !message.replies_to_bot).then_some(quoted)
}

/// An answer of the bot's own without its last lines: time, reference and the vendor's code are no numbers.
fn above_footer(text: &str) -> &str {
    let footer = text.find(" · Ref ").and_then(|at| text.get(..at)?.rfind('\n'));
    footer.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Reads what was typed, and where that lacks the number, the message that it replies to. Tells in which of the two a
/// PIN stands, if one was seen.
pub(super) fn read(typed: &str, quoted: Option<&str>, catalog: &Catalog) -> (Parsed, PinIn) {
    let parsed = parse(typed, catalog);
    let Some(quoted) = quoted.filter(|_| lacks_number(typed, &parsed)) else { return (parsed, PinIn::Message) };
    let leak = if parsed.pin_seen { PinIn::Message } else { PinIn::Quoted };
    let together = with(typed, quoted, catalog);
    let mut read = match of_the_same(&parsed, quoted, catalog) {
        Some(alone) if alone.request.is_ok() || together.request.is_err() => alone,
        _ => together,
    };
    if let (Err(Refusal::Empty), Err(Refusal::UnknownCode { fitting, .. })) = (&parsed.request, &read.request)
        && !fitting.is_empty()
    {
        // The agent typed no code that could be unknown.
        read.request = Err(Refusal::MissingCode { fitting: fitting.clone(), checks: Vec::new() });
    }
    (read, leak)
}

/// Whether only a number is missing; or nothing was typed but words: `ini benar?`.
fn lacks_number(typed: &str, parsed: &Parsed) -> bool {
    match &parsed.request {
        Err(Refusal::Empty | Refusal::MissingNumber(..) | Refusal::WhichProduct { number: None, fault: None, .. }) => {
            true
        }
        Err(Refusal::UnknownCode { nearest, .. }) => nearest.is_empty() && !has_digits(typed),
        _ => false,
    }
}

/// A whole check of the product that was typed once more, perhaps among words.
fn of_the_same(typed: &Parsed, quoted: &str, catalog: &Catalog) -> Option<Parsed> {
    let Err(Refusal::MissingNumber(code, _)) = &typed.request else { return None };
    let alone = parse(quoted, catalog);
    let is_same = match &alone.request {
        Ok(request) => request.product.code == *code,
        Err(Refusal::Words(check)) => check.code == *code,
        Err(_) => false,
    };
    is_same.then_some(Parsed { pin_seen: typed.pin_seen || alone.pin_seen, ..alone })
}

/// The message replied to as a whole; or, when it is a sentence, the one number in it that fits.
fn with(typed: &str, quoted: &str, catalog: &Catalog) -> Parsed {
    let whole = join(typed, quoted, catalog);
    if whole.request.is_ok() {
        return whole;
    }
    let pin_seen = whole.pin_seen;
    // What may be an amount is no number to ask about; where a PIN was seen, what may be one is not even a wrong
    // number.
    let each = figures(quoted).into_iter().filter_map(|figure| {
        let parsed = join(typed, &figure, catalog);
        let is_long = figure.len() > MAX_PIN_LEN;
        (is_long || !pin_seen && parsed.request.is_err()).then_some(Parsed { pin_seen, ..parsed })
    });
    let (mut fitting, mut wrong): (Vec<_>, Vec<_>) = each.partition(|parsed| parsed.request.is_ok());
    match (fitting.pop(), fitting.is_empty(), wrong.pop(), wrong.is_empty()) {
        (Some(one), true, ..) => one,
        (Some(_), false, ..) => Parsed { request: Err(Refusal::Several), ..whole },
        // With its own code among words it is not to be guessed at: what to type is shown.
        (None, _, Some(only), true) if !matches!(whole.request, Err(Refusal::Words(_))) => only,
        (None, ..) => whole,
    }
}

/// Puts the number behind what was typed; or before its last word, which may be the nominal.
fn join(typed: &str, number: &str, catalog: &Catalog) -> Parsed {
    let behind = parse(&format!("{typed}\n{number}"), catalog);
    match typed.trim().rsplit_once(char::is_whitespace) {
        Some((before, nominal)) if behind.request.is_err() => {
            let between = parse(&format!("{before}\n{number}\n{nominal}"), catalog);
            if between.request.is_ok() { between } else { behind }
        }
        _ => behind,
    }
}

/// The runs of words without letters that hold digits: `01105691111`, or `0812 3456 7890`.
fn figures(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let runs = words.split(|word| word.chars().any(char::is_alphabetic)).map(|run| run.join(" "));
    runs.filter(|run| has_digits(run)).collect()
}

/// Whether a text can hold a number at all.
pub(super) fn has_digits(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::message::Line,
        value::{ChatId, NumberError, UserId},
    };

    fn catalog() -> Catalog {
        Catalog::load(None).unwrap()
    }

    fn read_reply(typed: &str, quoted: &str) -> Result<String, Refusal> {
        let (parsed, _) = read(typed, Some(quoted), &catalog());
        parsed.request.map(|request| format!("{} {}", request.product.code, request.number.as_str()))
    }

    #[test]
    fn a_number_is_found_among_a_customers_words() {
        for quoted in [
            "01105691111",
            "Kak tolong cek token 01105691111 ya, makasih",
            "isi 20rb ke 0110-569-1111 dong kak",
            "meteran saya:\n0110 569 1111\nan BUDI, 2 kali",
            "✅ PLN 20.000\nBAHARRUDIN1\nNo. Meter: 01105691111\nTarif/Daya: R1/2200VA\n14:05 WIB · Ref 3f9c8962",
        ] {
            assert_eq!(read_reply("PLN20", quoted).as_deref(), Ok("PLN20 01105691111"), "{quoted:?}");
        }
    }

    #[test]
    fn a_nominal_may_stand_in_either_message() {
        for (typed, quoted) in [
            ("DNOPEN 50rb", "0817345544"),
            ("cek DNOPEN Rp50.000", "ke 0817-345-544 ya"),
            ("DNOPEN", "0817345544 50rb"),
        ] {
            assert_eq!(read_reply(typed, quoted).as_deref(), Ok("DNOPEN 0817345544"), "{typed:?} {quoted:?}");
        }
    }

    #[test]
    fn between_two_numbers_nobody_guesses() {
        let two = "yang 01105691111 atau 512345678901 kak?";
        assert_eq!(read_reply("PLN20", two), Err(Refusal::Several));
        assert_eq!(read_reply("PLN20 512345678901", two).as_deref(), Ok("PLN20 512345678901"));
    }

    #[test]
    fn a_number_of_a_wrong_shape_is_counted_out() {
        let short = read_reply("PLN20", "tolong kak 0110569111 ya");
        assert!(matches!(short, Err(Refusal::Number(_, NumberError::TooShort { missing: 1 }))), "{short:?}");
    }

    #[test]
    fn an_amount_in_a_sentence_is_no_drivers_id() {
        let shown = read_reply("MAX5000", "isi 50000 ya kak");
        assert!(matches!(shown, Err(Refusal::Words(_))), "{shown:?}");
        assert_eq!(read_reply("MAX5000", "isi 50000 ke 01105691111 kak").as_deref(), Ok("MAX5000 01105691111"));
        assert_eq!(read_reply("MAX5000", "12345").as_deref(), Ok("MAX5000 12345"));
    }

    #[test]
    fn a_pin_is_no_number_to_ask_about() {
        assert!(read_reply("MAX5000", "pin saya 12345").is_err());
        assert_eq!(read_reply("MAX5000", "id 01105691111 pin 12345 kak").as_deref(), Ok("MAX5000 01105691111"));
        assert_eq!(read_reply("MAX5000", "id 123456789 pin 12345 kak").as_deref(), Ok("MAX5000 123456789"));
    }

    #[test]
    fn a_code_among_the_words_replied_to_is_no_clear_order() {
        assert_eq!(read_reply("", "kak PLN20 01105691111").as_deref(), Ok("PLN20 01105691111"));
        let shown = read_reply("", "ini yang benar PLN20 01105691111");
        assert!(matches!(shown, Err(Refusal::Words(_))), "{shown:?}");
    }

    #[test]
    fn a_check_of_the_same_product_is_read_by_itself() {
        let (parsed, leak) = read("PLN20", Some("PLN20.01105691111.1234"), &catalog());
        assert_eq!(parsed.request.map(|request| request.line()).as_deref(), Ok("PLN20 01105691111"));
        assert!(parsed.pin_seen && leak == PinIn::Quoted);
    }

    #[test]
    fn a_check_of_another_product_is_not_made() {
        let asked = read_reply("PLN20", "OVO10 0817345544");
        assert!(matches!(asked, Err(Refusal::MobileUnderMeter { typed: None, .. })), "{asked:?}");
    }

    #[test]
    fn the_shortest_number_in_a_message_of_the_bots_own_is_one() {
        let quoted = |text: &str| Message {
            chat: ChatId(1),
            user: UserId(1),
            line: Line::Text { text: "MAX5000".into(), mentioned: false },
            quoted: Some(text.into()),
            replies_to_bot: true,
            document: None,
            origin: Default::default(),
        };
        assert!(source(&quoted("✅ Maxim 5.000\nBUDI CONTOH\nID Driver: 12345")).is_some());
        assert!(source(&quoted("⚠️ ID Driver 5–15 digit: kurang 1 digit.")).is_none());
    }

    #[test]
    fn a_receipt_with_its_own_code_is_shown() {
        let receipt =
            "TRX PLN20.01105691111 SUKSES. SN: 1234-5678-9012-3456-7890/BUDI. Saldo 100.000 23/11/26 14:05:01";
        let shown = read_reply("PLN20", receipt);
        assert!(matches!(&shown, Err(Refusal::Words(request)) if request.line() == "PLN20 01105691111"), "{shown:?}");
    }

    #[test]
    fn words_of_the_message_replied_to_are_no_mistyped_code() {
        assert!(matches!(read_reply("atas nama siapa?", "01105691111"), Err(Refusal::MissingCode { .. })));
        let late = "Sampai 14:20 WIB PLN belum menjawab. Nomor 01105691111 belum tentu salah.";
        let asked = read_reply("cek", late);
        assert!(matches!(asked, Err(Refusal::WhichProduct { .. })), "{asked:?}");
        let own = "✅ PLN 20.000\nBAHARRUDIN1\nNo. Meter: 01105691111";
        assert!(matches!(read_reply("", own), Err(Refusal::Words(_))));
        let shown = read_reply("min ini benar?", "PLN20 01105691111");
        assert!(matches!(shown, Err(Refusal::Words(_))), "{shown:?}");
        assert!(matches!(read_reply("dana", "01105691111"), Err(Refusal::WhichProduct { number: None, .. })));
    }

    #[test]
    fn a_pin_is_looked_for_where_it_was_typed() {
        let (parsed, leak) = read("PLN20 pin 1234", Some("01105691111"), &catalog());
        assert!(parsed.pin_seen && leak == PinIn::Message, "{parsed:?}");
    }

    #[test]
    fn what_was_typed_is_never_replaced() {
        assert!(matches!(read_reply("PLN20 0110569111", "01105691111"), Err(Refusal::Number(..))));
        assert!(matches!(read_reply("PLN20", "belum masuk kak"), Err(Refusal::MissingNumber(..))));
        let alone = read_reply("jam 5", "01105691111");
        assert!(matches!(&alone, Err(Refusal::UnknownCode { fitting, .. }) if fitting.is_empty()), "{alone:?}");
    }
}
