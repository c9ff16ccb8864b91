//! What a line says: a table of rules. It is asked from the top, and the first rule that applies decides.

use super::{
    around::{self, NEARLY_A_NUMBER},
    code::{self, Text},
    line::{Line, Tail},
    nominal, pin,
    provider::{self, Order},
    request::{Check, Refusal},
    span::Span,
    token::{SURELY_A_NUMBER, Token, only},
};
use crate::{
    catalog::Catalog,
    value::{CustomerNumber, NumberError, NumberKind},
};
use Rule::{InAName, LeaveOut, NoCode, Refused, Taken};

/// The table. A row says what is found in a line, which function finds it, and which one tells whether a PIN stands in
/// such a line.
pub(super) const RULES: [Rule; 29] = [
    // No code stands first, or last behind a number.
    NoCode("more text than one check needs", code::too_much, pin::without_code),
    NoCode("nothing", code::nothing, pin::without_code),
    NoCode("a token or a virtual account", code::no_customer, pin::behind_no_customer),
    NoCode("a code in the middle", code::in_the_middle, pin::without_code),
    NoCode("a service that is not offered", code::not_offered, pin::without_code),
    InAName("a provider's name", provider::read),
    NoCode("an amount or a sentence's word for a code", code::not_meant, pin::without_code),
    NoCode("an unknown code", code::unknown, pin::without_code),
    // Behind a code: digits that are no customer's number, though they could be read as one.
    Refused("another code", another_code, pin::behind_number),
    Refused("a virtual account", virtual_account, pin::behind_account),
    Refused("a token", token, |_| false),
    Refused("a short number that a PIN or a count would complete", short_number, pin::is_second_or_behind),
    Refused("a number that a PIN would make a virtual account", account_by_pin, |_| true),
    Refused("a PIN before a driver's id", pin_before_id, |_| true),
    Refused("a mobile number for a meter", mobile_under_meter, |line| {
        mobile(line).is_some_and(|(_, tail)| tail.has_pin())
    }),
    LeaveOut("a count or an amount before the number", around::behind_count),
    // Complete numbers.
    Refused("one way to read it, among words", one_way_among_words, pin::behind_way),
    Taken("one way to read it", one_way, pin::behind_way),
    Refused("several ways to read it", several_ways, pin::behind_way),
    // No number with all that belongs to it: the reason that helps most.
    Refused("no number", no_number, pin::around),
    Refused("two numbers", two_numbers, pin::around),
    Refused("a nominal among words", nominal_among_words, pin::around),
    Refused("a nominal that is not wanted", nominal_not_taken, pin::around),
    Refused("more digits, or a nominal that is not wanted", nominal_or_digits, pin::around),
    Refused("a nominal that is missing or wrong", nominal_at_fault, pin::around),
    Refused("a nominal before the number", nominal_first, pin::around),
    Refused("words around the number", words_around, pin::around),
    Refused("a whole number, and more digits", more_digits, pin::around),
    Refused("a number of another shape", wrong_shape, pin::around),
];

pub(super) enum Rule {
    /// Why a text without a code is no check.
    NoCode(&'static str, fn(&Text<'_>) -> Option<Refusal>, fn(Span<'_>) -> bool),
    /// Asks the table anew about the number, for the product that is named.
    InAName(&'static str, for<'t> fn(Span<'t>, &'t Catalog) -> Option<Order<'t>>),
    /// Why a line with a code is no check.
    Refused(&'static str, fn(&Line<'_>) -> Option<Refusal>, fn(&Line<'_>) -> bool),
    /// The check.
    Taken(&'static str, fn(&Line<'_>) -> Option<Check>, fn(&Line<'_>) -> bool),
    /// Asks the table anew about what is left.
    LeaveOut(&'static str, for<'t> fn(Span<'t>, &Line<'t>) -> Option<Span<'t>>),
}

// Behind a code: digits that are no customer's number, though they could be read as one.

fn another_code(line: &Line<'_>) -> Option<Refusal> {
    line.rest.tokens.iter().any(Token::is_code).then_some(Refusal::Several)
}

fn virtual_account(line: &Line<'_>) -> Option<Refusal> {
    let is_wallet = line.kind() == NumberKind::Mobile && !line.rest.begins_whole(line.kind());
    let (error, _) = line.rest.virtual_account().filter(|_| is_wallet)?;
    Some(Refusal::Number(line.code(), error))
}

/// A customer id of twelve and eight more are taken for a token too; elsewhere a whole number in front is one.
fn token(line: &Line<'_>) -> Option<Refusal> {
    let kind = line.kind();
    let is_token = line.rest.is_token(kind) && (kind == NumberKind::Meter || !line.rest.begins_whole(kind));
    is_token.then(|| Refusal::Number(line.code(), NumberError::Token))
}

/// `081234567.8901`, `081734554 10`: the first group was meant as a whole number, but is one only together with the
/// second.
fn short_number(line: &Line<'_>) -> Option<Refusal> {
    let (first, second) = (line.rest.first()?, line.rest.get(1)?);
    let enough = if is_of_the_field(line.rest.gap(1)) { NEARLY_A_NUMBER } else { SURELY_A_NUMBER };
    let is_short = first.digits >= enough && !line.rest.begins_whole(line.kind());
    let is_completed = second.is_bare() && second.digits <= 2 || pin::is_second(line);
    ambiguous_if(is_short && is_completed && line.rest.split(2).0.number(line.kind()).is_ok(), line)
}

/// `852808173455.1234`.
fn account_by_pin(line: &Line<'_>) -> Option<Refusal> {
    let is_whole = line.kind() == NumberKind::Mobile && line.rest.begins_whole(line.kind());
    ambiguous_if(is_whole && pin::is_second(line) && line.rest.virtual_account().is_some(), line)
}

/// `MAX5000.1234.12345`: only a driver's id is as long as both together may be.
fn pin_before_id(line: &Line<'_>) -> Option<Refusal> {
    let is_pin = line.rest.first().is_some_and(Token::is_pin) && is_of_the_field(line.rest.gap(1));
    ambiguous_if(is_pin && line.kind() == NumberKind::DriverId && line.rest.from(1).begins_whole(line.kind()), line)
}

/// `PLN20 081734554455`.
fn mobile_under_meter(line: &Line<'_>) -> Option<Refusal> {
    let (number, _) = mobile(line).filter(|_| line.kind() == NumberKind::Meter)?;
    Some(mobile_instead(line, number, one_way(line)))
}

fn mobile_instead(line: &Line<'_>, number: CustomerNumber, typed: Option<Check>) -> Refusal {
    let mobile = line.catalog.products().iter().filter(|product| product.number == NumberKind::Mobile);
    Refusal::MobileUnderMeter { number, codes: mobile.map(|product| product.code.clone()).collect(), typed }
}

/// The refusal of a check that is offered; a meter's number that looks like a mobile one is in doubt first of all.
fn offered(line: &Line<'_>, check: Check, refusal: fn(Check) -> Refusal) -> Refusal {
    let number = check.number.as_str();
    let is_mobile = line.kind() == NumberKind::Meter && MOBILE_FRONTS.iter().any(|front| number.starts_with(front));
    match CustomerNumber::parse(number, NumberKind::Mobile).ok().filter(|_| is_mobile) {
        Some(number) => mobile_instead(line, number, Some(check)),
        None => refusal(check),
    }
}

/// How a mobile number begins, also one that has lost its zero. No mobile number begins with 080, 084 or 086, but many
/// meters' do with 86.
const MOBILE_FRONTS: [&str; 10] = ["08", "62", "+62", "81", "82", "83", "85", "87", "88", "89"];

/// The mobile number in front, with nothing or a PIN behind it.
fn mobile(line: &Line<'_>) -> Option<(CustomerNumber, Tail)> {
    let front = line.rest.first()?.text;
    let mut ways = line.rest.numbers(NumberKind::Mobile).map(|(number, behind)| (number, Tail::of(behind, false)));
    let is_mobile = MOBILE_FRONTS.iter().any(|prefix| front.starts_with(prefix));
    ways.find(|(_, tail)| is_mobile && matches!(tail, Tail::Nothing | Tail::Pin))
}

fn ambiguous_if(holds: bool, line: &Line<'_>) -> Option<Refusal> {
    holds.then(|| Refusal::Ambiguous(line.code(), Vec::new()))
}

/// What the field puts between code, number and PIN, and seldom within a number.
fn is_of_the_field(gap: &str) -> bool {
    matches!(gap.trim(), "." | "*" | "#")
}

// Behind a code: complete numbers.

fn one_way_among_words(line: &Line<'_>) -> Option<Refusal> {
    one_way(line).filter(|_| line.has_words).map(Refusal::Words)
}

/// The agent may have meant nothing else.
fn one_way(line: &Line<'_>) -> Option<Check> {
    let at = only(line.ways.iter().enumerate().filter(|(_, way)| way.is_whole).map(|(at, _)| at))?;
    let (shorter, longer) = line.ways.split_at_checked(at)?;
    let (way, longer) = longer.split_first()?;
    let may_end_earlier = shorter.iter().any(|way| way.tail.may_end_the_number());
    let may_go_on = way.tail == Tail::PinOrGroup;
    // All of the digits may be the number, with the nominal forgotten.
    let may_lack_nominal = longer.iter().any(|longer| longer.tail == Tail::Nothing);
    way.check.clone().filter(|_| !may_end_earlier && !may_go_on && !may_lack_nominal)
}

/// Also where a shorter number has a PIN for a nominal, and a longer one has those digits and no nominal.
fn several_ways(line: &Line<'_>) -> Option<Refusal> {
    let has = |tail| line.ways.iter().any(|way| way.tail == tail);
    let are_several = line.ways.iter().any(|way| way.is_whole) || has(Tail::NominalOrPin) && has(Tail::Nothing);
    let is_safe = !pin::behind_way(line);
    let checks = line.ways.iter().filter(|_| is_safe).filter_map(|way| way.check.clone());
    are_several.then(|| Refusal::Ambiguous(line.code(), checks.collect()))
}

// Behind a code: no number with all that belongs to it.

fn no_number(line: &Line<'_>) -> Option<Refusal> {
    let text = line.rest.text();
    // With letters it is the beginning of no number.
    let is_open = line.is_open() && text.contains(char::is_alphabetic);
    let nominal = nominal::read(text).filter(|_| is_open).map(|nominal| nominal.rupiah);
    let is_without = nominal.is_some() || line.rest.tokens.iter().all(Token::is_word);
    let nominal = nominal.filter(|nominal| line.takes(Some(*nominal))).or(line.nominal);
    is_without.then(|| Refusal::MissingNumber(line.code(), nominal))
}

/// The parts of a driver's id are easily complete themselves: only two alone count.
fn two_numbers(line: &Line<'_>) -> Option<Refusal> {
    let kind = line.kind();
    let are_two = (kind != NumberKind::DriverId || line.rest.len() == 2)
        && line.rest.numbers(kind).any(|(_, behind)| behind.begins_number(kind));
    are_two.then_some(Refusal::Several)
}

/// `0817345544 50rb ya kak`: all that is needed was typed, and more.
fn nominal_among_words(line: &Line<'_>) -> Option<Refusal> {
    let is_unclear = line.ways.first().is_some_and(|shortest| shortest.tail == Tail::Unclear);
    if line.is_open() && is_unclear { check_among_words(line) } else { None }
}

fn nominal_not_taken(line: &Line<'_>) -> Option<Refusal> {
    let shortest = line.ways.first().filter(|way| matches!(way.tail, Tail::Nominal { .. }) && !line.is_open())?;
    Some(offered(line, shortest.check.clone()?, Refusal::NominalNotTaken))
}

/// `01105691111 1 20rb`.
fn nominal_or_digits(line: &Line<'_>) -> Option<Refusal> {
    let has_nominal = line.ways.iter().any(|way| matches!(way.tail, Tail::Nominal { .. }));
    ambiguous_if(has_nominal && !line.is_open(), line)
}

/// The shortest number decides.
fn nominal_at_fault(line: &Line<'_>) -> Option<Refusal> {
    let shortest = line.ways.first().filter(|_| line.is_open())?;
    let refusal = match shortest.tail {
        Tail::Nothing => Refusal::MissingNominal,
        Tail::Nominal { .. } | Tail::Count => Refusal::NominalOutOfRange,
        Tail::NominalOrPin => Refusal::NominalOrPin,
        Tail::BadFigure | Tail::Pin | Tail::PinOrGroup | Tail::Unclear => Refusal::BadNominal,
    };
    Some(refusal(line.code(), shortest.number.clone()))
}

fn nominal_first(line: &Line<'_>) -> Option<Refusal> {
    around::nominal_first(line).map(Refusal::NominalFirst)
}

fn words_around(line: &Line<'_>) -> Option<Refusal> {
    if line.fault().error == NumberError::NotDigits { check_among_words(line) } else { None }
}

/// `01105691111,20`: the number is not too long, it has more behind it.
fn more_digits(line: &Line<'_>) -> Option<Refusal> {
    let is_whole = line.rest.len() > 1 && line.rest.begins_whole(line.kind());
    ambiguous_if(is_whole && matches!(line.fault().error, NumberError::TooLong { .. }), line)
}

/// Ten digits, and no zero in front: `1105691111` may have lost it.
fn wrong_shape(line: &Line<'_>) -> Option<Refusal> {
    let fault = line.fault();
    let digits = fault.number.joined();
    let is_short = fault.error == NumberError::TooShort { missing: 1 } && !digits.starts_with('0');
    let is_meter = line.kind() == NumberKind::Meter && is_short;
    let with_zero = CustomerNumber::parse(&format!("0{digits}"), NumberKind::Meter).ok().filter(|_| is_meter);
    let completed = with_zero.and_then(|number| line.check(number, None)).map(Refusal::LostZero);
    Some(completed.unwrap_or_else(|| Refusal::Number(line.code(), fault.error)))
}

/// `01105691111 BUDI`: the one complete number among words.
fn check_among_words(line: &Line<'_>) -> Option<Refusal> {
    let mut numbers = around::numbers_among_words(line);
    let from = numbers.next()?;
    match numbers.next() {
        Some(_) => Some(Refusal::Several),
        None => Some(offered(line, around::check_before_words(from, line)?, Refusal::Words)),
    }
}
