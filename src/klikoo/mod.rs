//! The partner API of Klikoo: a client with one async method per operation.

mod codes;
mod error;
mod key;
pub mod sign;
pub mod wire;

pub use error::{Error, Fault};
pub use key::{KeyError, KeyProblem, PrivateKey, PublicKey};
