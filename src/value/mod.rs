//! The words that every other module shares: money, numbers, names, ids, outcomes.
//!
//! Each is a newtype made once, at the edge, and never checked again further in. None knows how it is
//! shown (`locale`), sent (`klikoo`, `bot`) or kept (`store`). What is personal or secret hides itself
//! from `{:?}`, so that a log line cannot give it away by accident.

mod host;
mod ids;
mod name;
mod number;
mod outcome;
mod provider;
mod rupiah;
mod text;

pub use host::is_this_machine;
pub use ids::{ChatId, Language, MessageId, Reference, UpdateId, UserId};
pub use name::CustomerName;
pub use number::{CustomerNumber, NumberError, NumberKind};
pub(crate) use number::{is_dash, is_invisible};
pub use outcome::{Customer, OperatorProblem, Outcome, ResponseCode, Verdict};
pub use provider::Provider;
pub use rupiah::Rupiah;
pub(crate) use text::{clean, is_placeholder};
