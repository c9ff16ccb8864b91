//! The partner API of Klikoo: a [`Client`] with one async method per operation.
//!
//! ```text
//! Client::inquire ─▶ token ─▶ sign ─▶ transport ─▶ json ─▶ answer ─▶ codes, words ─▶ Answer
//!     ▲                                                           │
//!     └──────────────────────────── retry ◀───────────────────────┘
//! ```
//!
//! An operation gets the access token (`token`: one request for it, however many wait), signs the request
//! ([`sign`], with [`PrivateKey`] and client secret) at the vendor's time (`skew`), exchanges it for an answer of
//! bounded size and time (`transport`), and reads that: whatever its form as JSON (`json`), field by field
//! (`answer`), by the table of `codes` and, where the biller speaks in its own words, by their stems (`words`).
//! What failed and can be remedied is tried once more (`retry`), all within the time that one check has
//! ([`Timeouts`]). What cannot be remedied is a [`Fault`]; whether that says anything of the customer's number is
//! for the caller to tell from its kind.
//!
//! The wire format is known here alone; the sandbox, which plays the vendor, uses [`wire`] and [`sign`] too.

mod account;
mod answer;
mod client;
mod codes;
mod error;
mod json;
mod key;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod retry;
pub mod sign;
mod skew;
mod token;
mod transport;
pub mod wire;
mod words;

#[cfg(test)]
mod tests;

pub use account::{Account, BaseUrl, BaseUrlError, SetupError, Timeouts};
pub use client::{Answer, Client, Inquiry};
pub use error::{Error, Fault};
pub use key::{KeyError, PrivateKey, PublicKey};
pub use transport::MAX_RETRY_AFTER;
