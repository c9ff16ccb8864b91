//! Reads a line: prepares it, and asks the table of rules about it, and about what is left of it with each product that
//! may be meant.

use std::{collections::HashMap, sync::Arc};

use super::{
    clean,
    code::{self, Text},
    idle,
    line::Line,
    pin,
    provider::Order,
    request::{Check, Parsed, Refusal, Request},
    rules::{
        RULES,
        Rule::{InAName, LeaveOut, NoCode, Refused, Taken},
    },
    span::Span,
    token,
};
use crate::{
    catalog::{Catalog, Price, Product},
    value::{NumberError, NumberKind, Rupiah},
};

/// What is made of a line.
struct Verdict {
    /// The check, or what is wrong.
    said: Result<Check, Refusal>,
    /// Whether a PIN stands in the line.
    pin_seen: bool,
    /// The name of the rule that decided.
    rule: &'static str,
}

/// Reads one check: what stands behind `/cek`, or a whole message.
///
/// Takes the code first, or last behind a number. Never fails on any text; costs time linear in its length.
pub fn parse(text: &str, catalog: &Catalog) -> Parsed {
    let clean = clean::clean(text);
    let is_cut_off = clean::is_too_long(text);
    let mut tokens = token::cut(&clean, catalog);
    if is_cut_off {
        // The last token may have lost its end.
        tokens.pop();
    }
    let (kept, called_pin) = pin::take_out(&tokens);
    let (kept, name) = idle::take_name(Span::new(&clean, &kept));
    let kept = idle::leave_out(&kept, catalog);
    let all = Span::new(&clean, &kept);
    let verdict = read(&Text::new(all, is_cut_off, catalog));
    let in_doubt = |check: Check| Refusal::Ambiguous(check.code, Vec::new());
    let request = verdict.said.and_then(|check| Request::of(&check, catalog).ok_or_else(|| in_doubt(check)));
    let pin_seen = called_pin || verdict.pin_seen || pin::before_code(all);
    Parsed { request, pin_seen, name, found: verdict.rule }
}

fn read(text: &Text<'_>) -> Verdict {
    if let Some((product, rest, has_words)) = text.code() {
        let mut line = Line::new(product, rest, text.catalog);
        line.has_words = has_words;
        return judge(&line);
    }
    let decided = RULES.iter().find_map(|rule| match rule {
        NoCode(name, find, has_pin) => {
            Some(Verdict { said: Err(find(text)?), pin_seen: has_pin(text.all), rule: name })
        }
        InAName(name, read) => Some(Verdict { rule: name, ..judge_order(&read(text.all, text.catalog)?, text) }),
        Refused(..) | Taken(..) | LeaveOut(..) => None,
    });
    let mut verdict = or_none(decided);
    if let Err(refusal) = &mut verdict.said {
        supply_code(refusal, text);
    }
    verdict
}

/// Asks the rules about a line with a code.
fn judge(line: &Line<'_>) -> Verdict {
    or_none(RULES.iter().find_map(|rule| match rule {
        Refused(name, find, has_pin) => Some(Verdict { said: Err(find(line)?), pin_seen: has_pin(line), rule: name }),
        Taken(name, find, has_pin) => Some(Verdict { said: Ok(find(line)?), pin_seen: has_pin(line), rule: name }),
        LeaveOut(name, find) => {
            let rest = find(line.rest, line)?;
            let left = judge(&line.among_words(rest));
            if line.ways.is_empty() || left.said == Err(Refusal::Several) {
                return Some(left);
            }
            // The digits are a number with what would be left out, too.
            Some(Verdict { said: Err(Refusal::Ambiguous(line.code(), Vec::new())), rule: name, ..left })
        }
        NoCode(..) | InAName(..) => None,
    }))
}

/// The last rule of each part always applies.
fn or_none(decided: Option<Verdict>) -> Verdict {
    decided.unwrap_or(Verdict { said: Err(Refusal::Empty), pin_seen: false, rule: "none" })
}

/// What an order in a provider's name says. Its nominal is taken out, so the number is read as for a product without
/// one.
fn judge_order(order: &Order<'_>, text: &Text<'_>) -> Verdict {
    let Order { provider, product, nominal, .. } = *order;
    let judge_with = |price, tokens| judge(&Line::priced(price, nominal, product, text.all.with(tokens), text.catalog));
    let (free, any) = (Rupiah::default(), Rupiah(u64::MAX));
    let judged = judge_with(Price::Fixed { buying: free, selling: free }, &order.others);
    // `0812 345 678 90,5rb`: as with the code of an open denomination, the number may go on.
    let open = judge_with(Price::Open { min: free, max: any }, &order.number_and_nominal);
    let is_doubtful = order.is_doubtful || matches!(open.said, Err(Refusal::Ambiguous(..)));
    let said = match (&order.meant, judged.said) {
        (None, said) if is_doubtful => Err(Refusal::Ambiguous(product.code.clone(), said.into_iter().collect())),
        (None, said) => said,
        (Some(_), Err(Refusal::Several)) if !is_doubtful => Err(Refusal::Several),
        (Some(_), Err(Refusal::MobileUnderMeter { number, codes, .. })) if !is_doubtful => {
            Err(Refusal::MobileUnderMeter { number, codes, typed: None })
        }
        (Some(codes), said) => {
            let (number, fault) = match said {
                _ if is_doubtful => (None, None),
                Ok(check) | Err(Refusal::Words(check)) => (Some(check.number), None),
                Err(Refusal::Number(_, fault)) => (None, Some(fault)),
                Err(Refusal::LostZero(_)) => (None, Some(NumberError::TooShort { missing: 1 })),
                Err(_) => (None, None),
            };
            Err(Refusal::WhichProduct { provider, codes: codes.clone(), number, fault })
        }
    };
    Verdict { said, pin_seen: judged.pin_seen || open.pin_seen, ..judged }
}

/// Where the code is missing or unknown: reads the rest of the text with each code that may have been meant.
fn supply_code(refusal: &mut Refusal, text: &Text<'_>) {
    let Some((all, at)) = code::place(text.all) else { return };
    let (codes, checks, rest, is_whole) = match refusal {
        Refusal::UnknownCode { nearest, lines, .. } => (&*nearest, lines, code::others(all, at), true),
        Refusal::MissingCode { fitting, checks } => (&*fitting, checks, all, false),
        _ => return,
    };
    // Products with a fixed denomination differ in the kind of number alone.
    let mut of_kind: HashMap<NumberKind, Option<Check>> = HashMap::new();
    let check_with = |product: &Arc<Product>| {
        let said = || judge(&Line::new(product, rest, text.catalog)).said;
        let read = || said().map_or_else(|refusal| refusal.check(), Some);
        let check = if product.is_open() { read() } else { of_kind.entry(product.number).or_insert_with(read).clone() };
        check.map(|check| Check { code: product.code.clone(), ..check })
    };
    let meant = codes.iter().filter_map(|code| text.catalog.get(code.as_str())).filter_map(check_with);
    checks.extend(meant.filter(|check| !is_whole || Request::of(check, text.catalog).is_some()));
}

/// The names of the rules, in their order.
#[cfg(test)]
pub(super) fn names() -> [&'static str; RULES.len()] {
    RULES.map(|rule| match rule {
        NoCode(name, ..) | InAName(name, ..) | Refused(name, ..) | Taken(name, ..) | LeaveOut(name, ..) => name,
    })
}
