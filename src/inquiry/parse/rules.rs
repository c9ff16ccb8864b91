//! What a line says: a table of rules. It is asked from the top, and the first rule that applies decides.

use super::{
    around::{self, NEARLY_A_NUMBER},
    code,
    line::{Fault, Line, Tail, Way, nearest_fault},
    nominal, pin,
    provider::{self, Order},
    request::{Check, Refusal, takes},
    span::{SURELY_A_NUMBER, Span},
    token::{Token, only},
    words::Class,
};
use crate::{
    catalog::{Catalog, Product, is_taken},
    value::{CustomerNumber, NumberError, NumberKind},
};
use Rule::{BehindCode, InAName, LeaveOut, NoCode};

/// The table. A row says what is found in a line, which function finds it, and which one tells
/// whether a PIN stands in such a line.
pub(super) const RULES: [Rule; 29] = [
    // No code stands first, or last behind a number.
    NoCode("more text than one check needs", too_much, pin::without_code),
    NoCode("nothing", nothing, pin::without_code),
    NoCode("a token or a virtual account", no_customer, pin::behind_no_customer),
    NoCode("a code in the middle", code_in_the_middle, pin::without_code),
    NoCode("a service that is not offered", not_offered, pin::without_code),
    InAName("a provider's name", provider::read),
    NoCode("an amount or a sentence's word for a code", no_code, pin::without_code),
    NoCode("an unknown code", unknown_code, pin::without_code),
    // Behind a code: digits that are no customer's number, though they could be read as one.
    BehindCode("another code", another_code, pin::behind_number),
    BehindCode("a virtual account", virtual_account, pin::behind_account),
    BehindCode("a token", token, |_, _| false),
    BehindCode("a short number that a PIN or a count would complete", short_number, pin::is_second_or_behind),
    BehindCode("a number that a PIN would make a virtual account", account_by_pin, |_, _| true),
    BehindCode("a PIN before a driver's id", pin_before_id, |_, _| true),
    BehindCode("a mobile number for a meter", mobile_under_meter, |line, _| {
        mobile(line).is_some_and(|(_, tail)| tail.has_pin())
    }),
    LeaveOut("a count or an amount before the number", around::behind_count),
    // Complete numbers.
    BehindCode("one way to read it, among words", one_way_among_words, pin::behind_way),
    BehindCode("one way to read it", one_way, pin::behind_way),
    BehindCode("several ways to read it", several_ways, pin::behind_way),
    // No number with all that belongs to it: the reason that helps most.
    BehindCode("no number", no_number, pin::around),
    BehindCode("two numbers", two_numbers, pin::around),
    BehindCode("a nominal among words", nominal_among_words, pin::around),
    BehindCode("a nominal that is not wanted", nominal_not_taken, pin::around),
    BehindCode("more digits, or a nominal that is not wanted", nominal_or_digits, pin::around),
    BehindCode("a nominal that is missing or wrong", nominal_at_fault, pin::around),
    BehindCode("a nominal before the number", nominal_first, pin::around),
    BehindCode("words around the number", words_around, pin::around),
    BehindCode("a whole number, and more digits", more_digits, pin::around),
    BehindCode("a number of another shape", wrong_shape, pin::around),
];

/// An agent is shown no more near codes.
const MAX_NEAREST: usize = 3;

/// What is said of a line: the check, or what is wrong.
pub(super) type Said = Result<Check, Refusal>;

pub(super) enum Rule {
    NoCode(&'static str, fn(&Line<'_>) -> Option<Said>, fn(&Line<'_>) -> bool),
    BehindCode(&'static str, fn(&Line<'_>, &Product) -> Option<Said>, fn(&Line<'_>, &Product) -> bool),
    /// Asks the table anew about the number, for the product that is named.
    InAName(&'static str, for<'t> fn(Span<'t>, &'t Catalog) -> Option<Order<'t>>),
    /// Asks the table anew about what is left.
    LeaveOut(&'static str, for<'t> fn(Span<'t>, &Product) -> Option<Span<'t>>),
}

// Without a code.

fn too_much(line: &Line<'_>) -> Option<Said> {
    line.is_too_much.then_some(Err(Refusal::Several))
}

fn nothing(line: &Line<'_>) -> Option<Said> {
    code::place(line.rest).is_none().then_some(Err(Refusal::Empty))
}

/// Whatever words stand before the digits.
fn no_customer(line: &Line<'_>) -> Option<Said> {
    let rest = line.rest.behind(|token| !token.is_group());
    let account = rest.virtual_account().filter(|_| !rest.begins_whole(NumberKind::Mobile)).map(|(error, _)| error);
    let error = account.or_else(|| rest.is_token(NumberKind::Meter).then_some(NumberError::Token));
    error.map(|error| Err(Refusal::NoCustomer(error)))
}

/// `0817345544 DNOPEN 10000`.
fn code_in_the_middle(line: &Line<'_>) -> Option<Said> {
    let (rest, _) = code::place(line.rest).filter(|(rest, _)| rest.first().is_some_and(Token::is_group))?;
    let codes = rest.tokens.iter().filter(|token| token.is_code()).filter_map(|token| token.product);
    let fitting: Vec<_> = codes.map(|product| product.code.clone()).collect();
    (!fitting.is_empty()).then_some(Err(Refusal::MissingCode { fitting, checks: Vec::new() }))
}

/// `saldo`, `pulsa 10 …`, `bpjs …`; but `pulsa listrik` is PLN's.
fn not_offered(line: &Line<'_>) -> Option<Said> {
    let has = |fits: fn(Class) -> bool| line.rest.tokens.iter().any(|token| fits(token.class));
    let is_named = has(|class| matches!(class, Class::Provider(_)));
    let is_other = has(|class| class == Class::NotOffered) || has(|class| class == Class::NotOfferedAlone) && !is_named;
    is_other.then_some(Err(Refusal::NotOffered))
}

/// No code was meant at all: an amount stands in its place, or one of a sentence's words, as its neighbour is.
fn no_code(line: &Line<'_>) -> Option<Said> {
    let (rest, at) = code::place(line.rest)?;
    let typed = rest.tokens.get(at)?;
    let neighbour = rest.tokens.get(if at == 0 { 1 } else { at - 1 });
    let is_no_word =
        typed.is_group() || nominal::read(typed.text).is_some() || !typed.text.contains(char::is_alphanumeric);
    let is_sentence = neighbour.is_some_and(Token::is_word)
        && !is_taken(typed.text)
        && line.catalog.nearest(typed.text, 1).is_empty();
    let fitting = if is_no_word || is_sentence { code::fitting(rest, line.catalog) } else { Vec::new() };
    (is_no_word || !fitting.is_empty()).then_some(Err(Refusal::MissingCode { fitting, checks: Vec::new() }))
}

/// A mistyped code, or another bot's. Who types another bot's code, or one with digits, knows of codes: what would fit
/// the number is told to others.
fn unknown_code(line: &Line<'_>) -> Option<Said> {
    let (rest, at) = code::place(line.rest)?;
    let typed = rest.tokens.get(at)?.text;
    let is_code = is_taken(typed) || typed.contains(char::is_numeric);
    let fitting = if is_code { Vec::new() } else { code::fitting(rest, line.catalog) };
    let nearest = line.catalog.nearest(typed, MAX_NEAREST);
    Some(Err(Refusal::UnknownCode { typed: code::shown(typed), nearest, lines: Vec::new(), fitting }))
}

// Behind a code: digits that are no customer's number, though they could be read as one.

fn another_code(line: &Line<'_>, _: &Product) -> Option<Said> {
    line.rest.tokens.iter().any(Token::is_code).then_some(Err(Refusal::Several))
}

fn virtual_account(line: &Line<'_>, product: &Product) -> Option<Said> {
    let is_wallet = product.number == NumberKind::Mobile && !line.rest.begins_whole(product.number);
    let (error, _) = line.rest.virtual_account().filter(|_| is_wallet)?;
    Some(Err(Refusal::Number(product.code.clone(), error)))
}

/// A customer id of twelve and eight more are taken for a token too; elsewhere a whole number in front is one.
fn token(line: &Line<'_>, product: &Product) -> Option<Said> {
    let kind = product.number;
    let is_token = line.rest.is_token(kind) && (kind == NumberKind::Meter || !line.rest.begins_whole(kind));
    is_token.then(|| Err(Refusal::Number(product.code.clone(), NumberError::Token)))
}

/// `081234567.8901`, `081734554 10`: the first group was meant as a whole number, but is one only together with the
/// second.
fn short_number(line: &Line<'_>, product: &Product) -> Option<Said> {
    let (first, second) = (line.rest.first()?, line.rest.tokens.get(1)?);
    let enough = if is_of_the_field(line.rest.gap(1)) { NEARLY_A_NUMBER } else { SURELY_A_NUMBER };
    let is_short = first.digits >= enough && !line.rest.begins_whole(product.number);
    let is_completed = second.is_bare() && second.digits <= 2 || pin::is_second(line, product);
    ambiguous_if(is_short && is_completed && line.rest.split(2).0.number(product.number).is_ok(), product)
}

/// `852808173455.1234`.
fn account_by_pin(line: &Line<'_>, product: &Product) -> Option<Said> {
    let is_whole = product.number == NumberKind::Mobile && line.rest.begins_whole(product.number);
    ambiguous_if(is_whole && pin::is_second(line, product) && line.rest.virtual_account().is_some(), product)
}

/// `MAX5000.1234.12345`: only a driver's id is as long as both together may be.
fn pin_before_id(line: &Line<'_>, product: &Product) -> Option<Said> {
    let is_pin = line.rest.first().is_some_and(Token::is_pin) && is_of_the_field(line.rest.gap(1));
    let kind = product.number;
    ambiguous_if(is_pin && kind == NumberKind::DriverId && line.rest.from(1).begins_whole(kind), product)
}

/// `PLN20 081734554455`.
fn mobile_under_meter(line: &Line<'_>, product: &Product) -> Option<Said> {
    let (number, _) = mobile(line).filter(|_| product.number == NumberKind::Meter)?;
    Some(Err(mobile_instead(line, number, one_way(line, product).and_then(Result::ok))))
}

fn mobile_instead(line: &Line<'_>, number: CustomerNumber, typed: Option<Check>) -> Refusal {
    let mobile = line.catalog.products().iter().filter(|product| product.number == NumberKind::Mobile);
    Refusal::MobileUnderMeter { number, codes: mobile.map(|product| product.code.clone()).collect(), typed }
}

/// The refusal of a check that is offered; a meter's number that looks like a mobile one is in doubt first of all.
fn offered(line: &Line<'_>, product: &Product, check: Check, refusal: fn(Check) -> Refusal) -> Refusal {
    let is_mobile = product.number == NumberKind::Meter
        && MOBILE_FRONTS.iter().any(|front| check.number.as_str().starts_with(front));
    match CustomerNumber::parse(check.number.as_str(), NumberKind::Mobile).ok().filter(|_| is_mobile) {
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

fn ambiguous_if(holds: bool, product: &Product) -> Option<Said> {
    holds.then(|| Err(Refusal::Ambiguous(product.code.clone(), Vec::new())))
}

/// What the field puts between code, number and PIN, and seldom within a number.
fn is_of_the_field(gap: &str) -> bool {
    matches!(gap.trim(), "." | "*" | "#")
}

// Behind a code: complete numbers.

fn one_way_among_words(line: &Line<'_>, product: &Product) -> Option<Said> {
    let said = one_way(line, product).filter(|_| line.has_words)?;
    Some(said.and_then(|check| Err(Refusal::Words(check))))
}

/// The agent may have meant nothing else.
fn one_way(line: &Line<'_>, product: &Product) -> Option<Said> {
    let at = only(line.ways.iter().enumerate().filter(|(_, way)| way.is_check).map(|(at, _)| at))?;
    let (shorter, longer) = line.ways.split_at_checked(at)?;
    let (way, longer) = longer.split_first()?;
    let may_end_earlier = shorter.iter().any(|way| way.tail.may_end_the_number());
    let may_go_on = way.tail == Tail::PinOrGroup;
    // All of the digits may be the number, with the nominal forgotten.
    let may_lack_nominal = longer.iter().any(|longer| longer.tail == Tail::Nothing);
    let check = Check { code: product.code.clone(), number: way.number.clone(), nominal: way.nominal };
    (!may_end_earlier && !may_go_on && !may_lack_nominal).then_some(Ok(check))
}

/// Also where a shorter number has a PIN for a nominal, and a longer one has those digits and no nominal.
fn several_ways(line: &Line<'_>, product: &Product) -> Option<Said> {
    let has = |tail| line.ways.iter().any(|way| way.tail == tail);
    let are_several = line.ways.iter().any(|way| way.is_check) || has(Tail::NominalOrPin) && has(Tail::Nothing);
    let is_safe = !pin::behind_way(line, product);
    let checks = line.ways.iter().filter(|way| is_safe && takes(product, way.nominal));
    let check = |way: &Way| Check { code: product.code.clone(), number: way.number.clone(), nominal: way.nominal };
    are_several.then(|| Err(Refusal::Ambiguous(product.code.clone(), checks.map(check).collect())))
}

// Behind a code: no number with all that belongs to it.

fn no_number(line: &Line<'_>, product: &Product) -> Option<Said> {
    let text = line.rest.text();
    // With letters it is the beginning of no number.
    let is_nominal = product.is_open() && nominal::read(text).is_some() && text.contains(char::is_alphabetic);
    let is_without = is_nominal || line.rest.tokens.iter().all(Token::is_word);
    is_without.then(|| {
        let nominal =
            nominal::read(text).map(|nominal| nominal.rupiah).filter(|nominal| takes(product, Some(*nominal)));
        Err(Refusal::MissingNumber(product.code.clone(), nominal.filter(|_| is_nominal)))
    })
}

/// The parts of a driver's id are easily complete themselves: only two alone count.
fn two_numbers(line: &Line<'_>, product: &Product) -> Option<Said> {
    let kind = product.number;
    let are_two = (kind != NumberKind::DriverId || line.rest.len() == 2)
        && line.rest.numbers(kind).any(|(_, behind)| behind.begins_number(kind));
    are_two.then_some(Err(Refusal::Several))
}

/// `0817345544 50rb ya kak`: all that is needed was typed, and more.
fn nominal_among_words(line: &Line<'_>, product: &Product) -> Option<Said> {
    let is_unclear = line.ways.first().is_some_and(|shortest| shortest.tail == Tail::Unclear);
    if product.is_open() && is_unclear { check_among_words(line, product) } else { None }
}

fn nominal_not_taken(line: &Line<'_>, product: &Product) -> Option<Said> {
    let shortest = line.ways.first().filter(|way| matches!(way.tail, Tail::Nominal { .. }) && !product.is_open())?;
    let check = Check { code: product.code.clone(), number: shortest.number.clone(), nominal: None };
    Some(Err(offered(line, product, check, Refusal::NominalNotTaken)))
}

/// `01105691111 1 20rb`.
fn nominal_or_digits(line: &Line<'_>, product: &Product) -> Option<Said> {
    let has_nominal = line.ways.iter().any(|way| matches!(way.tail, Tail::Nominal { .. }));
    ambiguous_if(has_nominal && !product.is_open(), product)
}

/// The shortest number decides.
fn nominal_at_fault(line: &Line<'_>, product: &Product) -> Option<Said> {
    let shortest = line.ways.first().filter(|_| product.is_open())?;
    let refusal = match shortest.tail {
        Tail::Nothing => Refusal::MissingNominal,
        Tail::Nominal { .. } | Tail::Count => Refusal::NominalOutOfRange,
        Tail::NominalOrPin => Refusal::NominalOrPin,
        Tail::BadFigure | Tail::Pin | Tail::PinOrGroup | Tail::Unclear => Refusal::BadNominal,
    };
    Some(Err(refusal(product.code.clone(), shortest.number.clone())))
}

fn nominal_first(line: &Line<'_>, product: &Product) -> Option<Said> {
    Some(Err(Refusal::NominalFirst(around::nominal_first(line.rest, product)?)))
}

fn words_around(line: &Line<'_>, product: &Product) -> Option<Said> {
    let error = nearest_fault(line.rest, product).error;
    if error == NumberError::NotDigits { check_among_words(line, product) } else { None }
}

/// `01105691111,20`: the number is not too long, it has more behind it.
fn more_digits(line: &Line<'_>, product: &Product) -> Option<Said> {
    let is_whole = line.rest.len() > 1 && line.rest.begins_whole(product.number);
    let error = nearest_fault(line.rest, product).error;
    ambiguous_if(is_whole && matches!(error, NumberError::TooLong { .. }), product)
}

fn wrong_shape(line: &Line<'_>, product: &Product) -> Option<Said> {
    let fault = nearest_fault(line.rest, product);
    Some(Err(lost_zero(&fault, product).unwrap_or_else(|| Refusal::Number(product.code.clone(), fault.error))))
}

/// `1105691111`: ten digits, and no zero in front.
fn lost_zero(fault: &Fault<'_>, product: &Product) -> Option<Refusal> {
    let digits = fault.number.joined();
    let is_short = fault.error == NumberError::TooShort { missing: 1 } && !digits.starts_with('0');
    let is_meter = product.number == NumberKind::Meter && is_short && takes(product, None);
    let number = CustomerNumber::parse(&format!("0{digits}"), NumberKind::Meter).ok().filter(|_| is_meter)?;
    Some(Refusal::LostZero(Check { code: product.code.clone(), number, nominal: None }))
}

/// `01105691111 BUDI`: the one complete number among words.
fn check_among_words(line: &Line<'_>, product: &Product) -> Option<Said> {
    let mut numbers = around::numbers_among_words(line.rest, product);
    let from = numbers.next()?;
    match numbers.next() {
        Some(_) => Some(Err(Refusal::Several)),
        None => Some(Err(offered(line, product, around::check_before_words(from, product)?, Refusal::Words))),
    }
}
