//! Which hosts are this very machine: no proxy may come between it and itself.

use std::net::IpAddr;

/// Whether the host of a URL, a name or an address, is the machine that asks.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
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
