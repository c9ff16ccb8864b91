//! Reads what an agent typed, once: after this a request is never text again. Pure.
//!
//! `KODE NOMOR [NOMINAL]` and `KODE.NOMOR[.PIN]`, any case, with the separators that agents use:
//!
//! 1. The text is cleaned (`clean`) and cut into tokens, each with its classes (`token`).
//! 2. A PIN that is called so is taken out (`pin`); so are a customer's name and polite words (`idle`).
//! 3. The product's code is looked for (`code`, which also says what a text without one is), and behind it every way
//!    in which digits can be a number, and what then follows them (`line`); or a provider's name and a nominal, which
//!    name the product (`provider`).
//! 4. The first rule that applies decides (`rules` is the table of them all, `verdict` asks it).
//!
//! One way to understand the line, and nothing in doubt: that is the request. Anything else is refused with the reason
//! that helps most, and with the checks that remain: money is lost on a wrong guess, so the agent is asked. A text with
//! more than one check is read part by part (`list`).

mod around;
mod clean;
mod code;
mod idle;
mod line;
mod list;
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

pub use list::{Item, List, MAX_ITEMS, Unread, list};
pub use nominal::nominal;
pub use request::{Check, Parsed, Refusal, Request};
pub use verdict::parse;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
