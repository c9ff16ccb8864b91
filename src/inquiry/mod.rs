//! One check: a line of text becomes a request ([`parse`]), a request becomes an outcome that is kept ([`Inquiry`]).
//!
//! ```text
//! Request ─▶ flights ─▶ seats ─▶ breaker ─▶ ask ─▶ klikoo
//!               │                            └─▶ Outcome ─▶ breaker, health ─▶ all who asked ─▶ store
//!               └─▶ who asks what is being asked already joins in
//! ```
//!
//! The same question at the same moment is one call (`flights`). It waits for its turn while as many calls as may be are
//! under way for its provider (`seats`), is not made while that is out of order (`breaker`), and is counted for
//! `/gangguan` (`health`). When to ask again is said by [`backoff`]; the bot does it, over restarts too.
//! Whether a name that the agent was given is the customer's is said by [`name_match`].

mod ask;
pub mod backoff;
mod breaker;
mod evidence;
mod flights;
mod health;
pub mod name_match;
pub mod parse;
mod seats;
mod service;

pub use ask::{ask, ask_for_reason};
pub use evidence::is_final;
pub use health::Health;
pub use service::{Asked, Bounds, Checked, Inquiry, Tried, Wait};
