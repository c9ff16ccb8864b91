//! One check: a line of text becomes a request ([`parse`]), a request becomes an outcome ([`Inquiry`]).
//!
//! ```text
//! Request ─▶ SingleFlight ─▶ Permits ─▶ Breaker ─▶ ask ─▶ klikoo
//!                                                   └─▶ Outcome ─▶ Breaker, Health ─▶ every caller
//! ```
//!
//! The same question at the same moment is one call (`single_flight`). It waits for a permit while its provider has as
//! many calls as it may have (`permits`), is not made while the provider is out of order (`breaker`), and is counted
//! for `/gangguan` (`health`). [`backoff`] says when to ask again; `jobs` does it, over restarts too. Nothing is kept
//! here. Whether a name that the agent was given is the customer's is said by [`name_match`].

mod ask;
pub mod backoff;
mod breaker;
mod health;
pub mod name_match;
pub mod parse;
mod permits;
mod service;
mod signal;
mod single_flight;

pub use ask::{Reason, ask_for_reason};
pub use breaker::CircuitState;
pub use health::Health;
pub use permits::Share;
pub use service::{Asked, Bounds, Inquiry, Wait};
