//! Reads a line: prepares it, and asks the table of rules about it, and about what is left of it with each product that
//! may be meant.

use std::{collections::HashMap, sync::Arc};

use super::{
    clean, code, idle,
    line::Line,
    pin,
    provider::Order,
    request::{Check, Parsed, Refusal, Request},
    rules::{
        RULES,
        Rule::{BehindCode, InAName, LeaveOut, NoCode},
        Said,
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
    said: Said,
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
    let verdict = read(all, is_cut_off, catalog);
    let in_doubt = |check: Check| Refusal::Ambiguous(check.code, Vec::new());
    let request = verdict.said.and_then(|check| Request::of(&check, catalog).ok_or_else(|| in_doubt(check)));
    let pin_seen = called_pin || verdict.pin_seen || pin::before_code(all);
    Parsed { request, pin_seen, name, found: verdict.rule }
}

/// Reads the tokens of a message; `is_cut_off` where they are not all.
fn read(all: Span<'_>, is_cut_off: bool, catalog: &Catalog) -> Verdict {
    let is_too_much = is_cut_off || all.is_crowded();
    let mut verdict = match code::find(all).filter(|_| !is_too_much) {
        Some((product, rest, has_words)) => judge(&Line::behind(product, rest, has_words, catalog)),
        None => judge(&Line { catalog, product: None, rest: all, ways: Vec::new(), has_words: false, is_too_much }),
    };
    supply_code(&mut verdict, all, catalog);
    verdict
}

fn judge(line: &Line<'_>) -> Verdict {
    let verdict = |rule, said, pin_seen| Some(Verdict { said, pin_seen, rule });
    let decided = RULES.iter().find_map(|rule| match (rule, line.product) {
        (NoCode(name, find, has_pin), None) => verdict(name, find(line)?, has_pin(line)),
        (InAName(name, read), None) => {
            let order = read(line.rest, line.catalog)?;
            let (said, pin_seen) = judge_order(&order, line);
            verdict(name, said, pin_seen)
        }
        (BehindCode(name, find, has_pin), Some(product)) => verdict(name, find(line, product)?, has_pin(line, product)),
        (LeaveOut(name, find), Some(product)) => {
            let left = judge(&Line::behind(product, find(line.rest, product)?, true, line.catalog));
            if line.ways.is_empty() || left.said == Err(Refusal::Several) {
                return Some(left);
            }
            // The digits are a number with what would be left out, too.
            verdict(name, Err(Refusal::Ambiguous(product.code.clone(), Vec::new())), left.pin_seen)
        }
        _ => None,
    });
    // The last rule of each part always applies.
    decided.unwrap_or(Verdict { said: Err(Refusal::Empty), pin_seen: false, rule: "none" })
}

/// What an order in a provider's name says. Its nominal is taken out, so the number is read as for a product without one.
fn judge_order(order: &Order<'_>, line: &Line<'_>) -> (Said, bool) {
    let Order { provider, nominal, .. } = *order;
    let which = |codes, number, fault| Err(Refusal::WhichProduct { provider, codes, number, fault });
    let all = || line.catalog.products().iter().filter(|product| product.provider == provider);
    let (named, codes) = match &order.product {
        Ok(product) => (Some(*product), all().map(|product| product.code.clone()).collect()),
        Err(codes) => (None, codes.clone()),
    };
    let Some(model) = named.or(all().next()) else { return (which(codes, None, None), false) };
    let judge_with = |price, tokens| {
        let product = Arc::new(Product { price, ..Product::clone(model) });
        judge(&Line::behind(&product, line.rest.with(tokens), false, line.catalog))
    };
    let (free, any) = (Rupiah::default(), Rupiah(u64::MAX));
    let judged = judge_with(Price::Fixed { buying: free, selling: free }, &order.others);
    // `0812 345 678 90,5rb`: as with the code of an open denomination, the number may go on.
    let open = judge_with(Price::Open { min: free, max: any }, &order.number_and_nominal);
    let is_doubtful = order.is_doubtful || matches!(open.said, Err(Refusal::Ambiguous(..)));
    let said = match (named, judged.said) {
        (Some(product), said) if is_doubtful => {
            let check = with_nominal(said, nominal).ok();
            Err(Refusal::Ambiguous(product.code.clone(), check.into_iter().collect()))
        }
        _ if is_doubtful => which(codes, None, None),
        (_, Err(Refusal::Several)) => Err(Refusal::Several),
        (Some(_), said) => with_nominal(said, nominal),
        (None, Err(Refusal::MobileUnderMeter { number, codes, .. })) => {
            Err(Refusal::MobileUnderMeter { number, codes, typed: None })
        }
        (None, Ok(check) | Err(Refusal::Words(check))) => which(codes, Some(check.number), None),
        (None, Err(Refusal::Number(_, fault))) => which(codes, None, Some(fault)),
        (None, Err(Refusal::LostZero(_))) => which(codes, None, Some(NumberError::TooShort { missing: 1 })),
        (None, Err(_)) => which(codes, None, None),
    };
    (said, judged.pin_seen || open.pin_seen)
}

/// The same with the nominal of an open denomination.
fn with_nominal(said: Said, nominal: Option<Rupiah>) -> Said {
    let with = |check: Check| Check { nominal, ..check };
    match said {
        Ok(check) => Ok(with(check)),
        Err(Refusal::Words(check)) => Err(Refusal::Words(with(check))),
        Err(Refusal::NominalNotTaken(check)) => Err(Refusal::NominalNotTaken(with(check))),
        Err(Refusal::MissingNumber(code, _)) => Err(Refusal::MissingNumber(code, nominal)),
        Err(Refusal::Ambiguous(code, checks)) => Err(Refusal::Ambiguous(code, checks.into_iter().map(with).collect())),
        other => other,
    }
}

/// Where the code is missing or unknown: reads the rest of the line with each code that may have been meant.
fn supply_code(verdict: &mut Verdict, all: Span<'_>, catalog: &Catalog) {
    let Some((line, at)) = code::place(all) else { return };
    let (codes, others) = match &verdict.said {
        Err(Refusal::UnknownCode { nearest, .. }) => (nearest, code::others(line, at)),
        Err(Refusal::MissingCode { fitting, .. }) => (fitting, line),
        _ => return,
    };
    // Products with a fixed denomination differ in the kind of number alone.
    let mut of_kind: HashMap<NumberKind, Option<Check>> = HashMap::new();
    let check_with = |product: &Arc<Product>| {
        let said = || judge(&Line::behind(product, others, false, catalog)).said;
        let read = || said().map_or_else(|refusal| refusal.check(), Some);
        let check = if product.is_open() { read() } else { of_kind.entry(product.number).or_insert_with(read).clone() };
        check.map(|check| Check { code: product.code.clone(), ..check })
    };
    let meant: Vec<_> = codes.iter().filter_map(|code| catalog.get(code.as_str())).filter_map(check_with).collect();
    match &mut verdict.said {
        Err(Refusal::UnknownCode { lines, .. }) => {
            *lines = meant.into_iter().filter(|check| Request::of(check, catalog).is_some()).collect();
        }
        Err(Refusal::MissingCode { checks, .. }) => *checks = meant,
        _ => {}
    }
}

/// The names of the rules, in their order.
#[cfg(test)]
pub(super) fn names() -> [&'static str; RULES.len()] {
    RULES.map(|rule| match rule {
        NoCode(name, ..) | BehindCode(name, ..) | LeaveOut(name, ..) | InAName(name, ..) => name,
    })
}
