//! The words that every other module shares: money, numbers, names, ids, outcomes.
//!
//! Each is a newtype made once, at the edge, and never checked again further in. None knows how it is
//! shown (`locale`), sent (`klikoo`, `bot`) or kept (`store`). What is personal or secret hides itself
//! from `{:?}`, so that a log line cannot give it away by accident.

mod ids;
mod name;
mod number;
mod outcome;
mod provider;
mod text;

pub use ids::{ChatId, Language, MessageId, Reference, UpdateId, UserId};
pub use name::{CustomerName, masked};
pub use number::{CustomerNumber, NumberError, NumberKind};
pub(crate) use number::{is_dash, is_invisible};
pub use outcome::{Customer, OperatorProblem, Outcome, ResponseCode, Verdict};
pub use provider::Provider;
pub(crate) use text::{clean, is_placeholder};

/// An amount in whole rupiah. Indonesia has no smaller coin in use, and the partner API sends none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Rupiah(pub u64);

/// Whether the host of a URL, a name or an address, is the machine that asks: no proxy may come between it and itself.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for host in ["127.0.0.1", "127.0.0.2", "[::1]", "localhost"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["gw.example", "192.0.2.1", "localhost.example", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
