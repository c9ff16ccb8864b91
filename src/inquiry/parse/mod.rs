//! Reads what an agent typed, once: after this a request is never text again. Pure.
//!
//! `KODE NOMOR [NOMINAL]` and `KODE.NOMOR[.PIN]`, any case, with the separators that agents use:
//!
//! 1. The text is cleaned (`clean`) and cut into tokens, each with its classes (`token`).
//! 2. A PIN that is called so is taken out (`pin`).
//! 3. The product's code is looked for (`code`), and behind it every way in which digits can be a number, and what
//!    then follows them (`line`).
//! 4. The first rule that applies decides (`rules` is the table of them all, `verdict` asks it).
//!
//! One way to understand the line, and nothing in doubt: that is the request. Anything else is refused with the reason
//! that helps most, and with the readings that remain: money is lost on a wrong guess, so the agent is asked.

mod around;
mod clean;
mod code;
mod line;
mod nominal;
mod pin;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod request;
mod rules;
mod span;
mod token;
mod verdict;

pub use request::{Check, Doubt, Reading, Refusal, Request};

use crate::catalog::Catalog;
use span::Span;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The request, or what is wrong.
    pub request: Result<Request, Refusal>,
    /// Whether something that looks like a PIN stood in the line. It is kept nowhere.
    pub pin_seen: bool,
    /// The ways to understand the line, each with what is in doubt about it, the likeliest first. A request is the one
    /// reading without a doubt; where more than one check was typed, or none, there is none.
    pub readings: Vec<Reading>,
    /// What was found in the line, by the name of the rule that decided; for logs and tests.
    pub found: &'static str,
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
    let all = Span::new(&clean, &kept);
    let verdict = verdict::read(all, is_cut_off, catalog);
    let request = verdict.said.and_then(|check| Request::of(&check, catalog).ok_or(Refusal::Ambiguous(check.code)));
    let pin_seen = called_pin || verdict.pin_seen || pin::before_code(all);
    Parsed { request, pin_seen, readings: verdict.readings, found: verdict.rule }
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
