//! PINs. One that is called so is taken out before anything is read. And whether one stands anywhere in a line: then
//! the agent is warned, and the message deleted.

use std::ops::RangeInclusive;

use super::{
    line::{Line, Tail},
    span::Span,
    token::Token,
    words::Class,
};
use crate::{
    catalog::is_taken,
    value::{CustomerNumber, NumberKind},
};

/// As many words may stand between its name and a PIN: `pin transaksi saya adalah 1234`.
const MAX_WORDS_BETWEEN: usize = 3;

/// How many digits a PIN has (field notes).
const LENGTH: RangeInclusive<usize> = 4..=8;

/// Takes out what is called a PIN (`pin 1234`, `PIN: 12 34 56`, `pin saya 1234`), and tells whether there was any. Its
/// name stays, so that what stands before it is not joined with what stands behind; only at the end, behind other
/// digits, it goes too.
pub(super) fn take_out<'t>(tokens: &[Token<'t>]) -> (Vec<Token<'t>>, bool) {
    let mut kept: Vec<Token<'t>> = Vec::with_capacity(tokens.len());
    let (mut rest, mut seen, mut at_the_end) = (tokens, false, false);
    while let Some((token, behind)) = rest.split_first() {
        let taken = if ends_in_name(&kept) { tokens_of_pin(rest) } else { 0 };
        at_the_end = taken > 0;
        seen |= at_the_end;
        if at_the_end {
            rest = rest.get(taken..).unwrap_or_default();
        } else {
            kept.push(*token);
            rest = behind;
        }
    }
    if let ([.., before, last], true) = (kept.as_slice(), at_the_end)
        && last.class == Class::PinName
        && !before.is_word()
    {
        kept.pop();
    }
    (kept, seen)
}

/// Whether the name of a PIN stands at the end, with a few words behind it at most.
fn ends_in_name(tokens: &[Token<'_>]) -> bool {
    let words = tokens.iter().rev().take_while(|token| token.is_word());
    words.take(MAX_WORDS_BETWEEN + 1).any(|token| token.class == Class::PinName)
}

/// How many tokens in front are a PIN: one, or several groups of digits that are no more than a PIN has; 0 if none are.
fn tokens_of_pin(tokens: &[Token<'_>]) -> usize {
    let is_figures =
        |token: &&Token<'_>| token.digits > 0 && token.text.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
    let mut total = 0;
    let totals = tokens.iter().take(*LENGTH.end()).take_while(is_figures).map(|token| {
        total += token.digits;
        total
    });
    match totals.collect::<Vec<usize>>().as_slice() {
        [first, ..] if LENGTH.contains(first) => 1,
        totals => totals.iter().rposition(|total| LENGTH.contains(total)).map_or(0, |last| last + 1),
    }
}

/// Whether what may be a PIN stands before or behind a number, complete or not, where nothing calls it so.
pub(super) fn around(line: &Line<'_>) -> bool {
    let (rest, kind, open) = (line.rest, line.kind(), line.is_open());
    let is_before = rest.first().is_some_and(Token::is_pin_rather_than_nominal) && rest.from(1).begins_whole(kind);
    let is_behind = |behind: Span<'_>| match behind.tokens {
        [first, others @ ..] if open => {
            first.is_pin_rather_than_nominal() || others.iter().any(Token::is_pin_rather_than_thousands)
        }
        [first, ..] => first.is_pin_rather_than_thousands(),
        [] => false,
    };
    // Behind an open denomination a whole number in groups may look like a short one with a PIN.
    let is_left_out = || (line.ways.is_empty() || !open) && line.fault().has_pin;
    is_before || behind_dash(rest, kind) || behind_any(rest, &[kind], is_behind) || behind_way(line) || is_left_out()
}

/// `0812-3456-7890-1234`.
fn behind_dash(rest: Span<'_>, kind: NumberKind) -> bool {
    rest.first().is_some_and(|token| {
        let (number, pin) = token.text.rsplit_once('-').unwrap_or_default();
        let digits = pin.bytes().filter(u8::is_ascii_digit).count();
        Token { text: pin, digits, ..*token }.is_pin_rather_than_thousands()
            && CustomerNumber::parse(number, kind).is_ok()
    })
}

/// Behind one of the ways to read the number.
pub(super) fn behind_way(line: &Line<'_>) -> bool {
    line.ways.iter().any(|way| way.tail.has_pin())
}

/// Right behind a complete number.
pub(super) fn behind_number(line: &Line<'_>) -> bool {
    behind_any(line.rest, &[line.kind()], |behind| behind.first().is_some_and(Token::is_pin_rather_than_thousands))
}

/// In the place of the second token.
pub(super) fn is_second(line: &Line<'_>) -> bool {
    let is_pin = if line.is_open() { Token::is_pin_rather_than_nominal } else { Token::is_pin };
    line.rest.get(1).is_some_and(is_pin)
}

pub(super) fn is_second_or_behind(line: &Line<'_>) -> bool {
    is_second(line) || behind_number(line)
}

/// Behind a virtual account.
pub(super) fn behind_account(line: &Line<'_>) -> bool {
    line.rest.virtual_account().is_some_and(|(_, behind)| Tail::of(behind, line.is_open()).has_pin())
}

/// In a line without a code: behind a number, or a command of other bots (`G.1234.5678`). A driver's id would be found
/// in anything, so it is no number here.
pub(super) fn without_code(all: Span<'_>) -> bool {
    let is_pin = |behind: Span<'_>| behind.tokens.iter().take(2).any(Token::is_pin_rather_than_thousands);
    let from = all.behind(|token| token.is_word() && !is_taken(token.text));
    let is_command = from.first().is_some_and(|code| is_taken(code.text));
    behind_any(all, &[NumberKind::Meter, NumberKind::Mobile], is_pin)
        || is_command && is_pin(from.from(1)) && !from.from(1).begins_number(NumberKind::Mobile)
}

/// In a line that is a token or a virtual account.
pub(super) fn behind_no_customer(all: Span<'_>) -> bool {
    let rest = all.behind(|token| !token.is_group());
    if let Some((_, behind)) = rest.virtual_account().filter(|_| !rest.begins_whole(NumberKind::Mobile)) {
        return behind.first().is_some_and(Token::is_pin_rather_than_thousands);
    }
    let is_whole = [NumberKind::Meter, NumberKind::Mobile].into_iter().any(|kind| rest.begins_whole(kind));
    let is_number = is_whole || rest.first().is_some_and(|first| first.text.starts_with("08"));
    is_number && without_code(all)
}

/// Whether `is_pin` holds for what stands behind any complete number.
fn behind_any(span: Span<'_>, kinds: &[NumberKind], is_pin: impl Fn(Span<'_>) -> bool) -> bool {
    let cuts = (1..span.len()).map(|end| span.split(end));
    // The cheaper question first.
    cuts.filter(|(_, behind)| is_pin(*behind)).any(|(before, _)| kinds.iter().any(|kind| before.ends_in_number(*kind)))
}

/// `1234 PLN20 01105691111`: before a code that has its number.
pub(super) fn before_code(all: Span<'_>) -> bool {
    let from = all.behind(Token::is_word);
    let code = from.tokens.get(1).and_then(|code| code.product);
    from.first().is_some_and(Token::is_pin_rather_than_thousands)
        && code.is_some_and(|product| from.from(2).begins_number(product.number))
}
