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
mod idle;
mod line;
mod nominal;
mod pin;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod provider;
mod request;
mod rules;
mod span;
mod token;
mod verdict;
mod words;

pub use request::{Check, Refusal, Request};

use std::fmt;

use crate::catalog::Catalog;
use span::Span;

/// What a line says.
#[derive(Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The request, or what is wrong.
    pub request: Result<Request, Refusal>,
    /// Whether something that looks like a PIN stood in the line. It is kept nowhere.
    pub pin_seen: bool,
    /// The name that the agent was given for the customer (`an Budi`), as it was typed: at most 60 characters, without
    /// digits.
    pub name: Option<String>,
    /// What was found in the line, by the name of the rule that decided; for logs and tests.
    pub found: &'static str,
}

impl fmt::Debug for Parsed {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, pin_seen, name, found } = self;
        write!(f, "Parsed({request:?}, pin_seen: {pin_seen}, has_name: {}, {found})", name.is_some())
    }
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
    let verdict = verdict::read(all, is_cut_off, catalog);
    let in_doubt = |check: Check| Refusal::Ambiguous(check.code, Vec::new());
    let request = verdict.said.and_then(|check| Request::of(&check, catalog).ok_or_else(|| in_doubt(check)));
    let pin_seen = called_pin || verdict.pin_seen || pin::before_code(all);
    Parsed { request, pin_seen, name, found: verdict.rule }
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
