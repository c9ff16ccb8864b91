//! How the text of a setting becomes its value, and what is said of one that cannot.

use std::{
    collections::HashSet,
    env,
    net::{Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    str::FromStr,
    time::Duration,
};

use axum::http::{Uri, uri::Authority};
use chrono::TimeDelta;

use super::error::Error;
use crate::value::{ChatId, Rupiah, UserId};

/// Minutes; `None` where they are set to 0. Behind a name of its own, or clap would take it for a setting without a
/// default.
pub(super) type Minutes = Option<TimeDelta>;

/// Whether the command line has a flag, such as `--owners`.
pub(crate) fn is_given(flag: &str) -> bool {
    let is_flag = |word: &str| word.split('=').next() == Some(flag);
    env::args_os().any(|word| word.to_str().is_some_and(is_flag))
}

fn number(text: &str, unit: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("give {unit}, from {} to {}", range.start(), range.end()))
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    number(text, "seconds", 1..=120).map(|seconds| Duration::from_secs(seconds.into()))
}

pub(super) fn minutes(most: u32) -> impl Fn(&str) -> Result<Minutes, String> + Clone {
    move |text| {
        number(text, "minutes", 0..=most).map(|minutes| match minutes {
            0 => None,
            minutes => Some(TimeDelta::minutes(minutes.into())),
        })
    }
}

pub(super) fn days(text: &str) -> Result<u32, String> {
    number(text, "days", 0..=36_500)
}

pub(super) fn hour(text: &str) -> Result<u32, String> {
    number(text, "an hour", 0..=23)
}

/// With dots or without.
pub(super) fn balance(text: &str) -> Result<Rupiah, String> {
    let rupiah = text.trim().replace('.', "").parse();
    rupiah.map(Rupiah).map_err(|_| "give rupiah, such as 100000; 0: never".to_owned())
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("give on or off, or true or false".to_owned()),
    }
}

/// An address with a port, or a port alone, which is one of this machine's own.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let port = text.trim_start_matches("localhost").trim_start_matches(':').parse();
    let of_this_machine = port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let wrong = |_| format!("`{text}` is no address with a port: give one such as 127.0.0.1:8080");
    of_this_machine.or_else(|_| text.parse()).map_err(wrong)
}

/// The id of a person, or of a chat, which may be below zero.
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no id: send /id to the bot to learn ids"))
}

/// Ids between commas or spaces.
fn ids(text: &str) -> Result<Vec<i64>, String> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).map(id).collect()
}

pub(super) fn chats(text: &str) -> Result<HashSet<ChatId>, String> {
    Ok(ids(text)?.into_iter().map(ChatId).collect())
}

/// The largest id that Telegram gives: 52 significant bits (Bot API, `User.id`).
const MAX_USER_ID: u64 = (1 << 52) - 1;

/// Ids of people. Those that stand for many people would make owners of them all.
pub(super) fn owners(text: &str) -> Result<HashSet<UserId>, String> {
    let owner = |id: i64| {
        let wrong = match id.try_into() {
            Err(_) => return Err(format!("`{id}` is a group's id, not a person's: groups go into CEKNOMOR_CHATS")),
            Ok(0) => "is nobody's id",
            Ok(id) if UserId(id).is_stand_in() => {
                "stands for everyone who writes as an anonymous administrator, as a channel or through Telegram itself"
            }
            Ok(id) if id > MAX_USER_ID => "is longer than any id that Telegram gives",
            Ok(id) => return Ok(UserId(id)),
        };
        Err(format!("`{id}` {wrong}: send /id to the bot in private to learn your own"))
    };
    ids(text)?.into_iter().map(owner).collect()
}

/// Looks at the variables that name a proxy: what reqwest cannot read of them it would pass over.
pub(super) fn proxies() -> Result<(), Error> {
    const NAMES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let is_wrong = |name: &&str| env::var_os(name).is_some_and(|value| !is_proxy(&value.to_string_lossy()));
    let wrong: Vec<String> = NAMES
        .into_iter()
        .filter(is_wrong)
        .map(|name| {
            format!("{name} is no proxy address: give one such as http://HOST:3128 or socks5h://HOST:1080, or unset it")
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error(wrong)) }
}

/// Whether a proxy's address is one that is understood, or blank, which stands for none. Read as reqwest reads it.
fn is_proxy(address: &str) -> bool {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    address.is_empty()
        || address.parse::<Uri>().is_ok_and(|uri| {
            let is_address = |authority: &Authority| {
                let behind_user = authority.as_str().rsplit('@').next().unwrap_or_default();
                let is_host_alone = behind_user == authority.host();
                !authority.host().is_empty() && (is_host_alone || authority.port_u16().is_some())
            };
            uri.scheme_str().is_none_or(|scheme| SCHEMES.contains(&scheme)) && uri.authority().is_some_and(is_address)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_with_commas_spaces_and_signs() {
        assert_eq!(chats("1, 22 ,-1001234567890"), Ok([1, 22, -1_001_234_567_890].map(ChatId).into()));
        assert_eq!(chats(""), Ok(HashSet::new()));
        assert!(owners("@budi").is_err_and(|error| error.contains("/id")));
    }

    #[test]
    fn an_owner_is_a_person() {
        assert_eq!(owners("7, 4503599627370495"), Ok([7, 4_503_599_627_370_495].map(UserId).into()));
        for (id, reason) in [
            ("0", "nobody"),
            ("7,1087968824", "anonymous administrator"),
            ("136817688", "as a channel"),
            ("777000", "Telegram itself"),
            ("4503599627370496", "longer than any id"),
            ("-5", "a group's id"),
        ] {
            let refused = owners(id).unwrap_err();
            assert!(refused.contains(reason), "{id}: {refused}");
        }
    }

    #[test]
    fn numbers_have_bounds_and_switches_two_ends() {
        assert_eq!(minutes(60)("15"), Ok(Some(TimeDelta::minutes(15))));
        assert_eq!(minutes(60)("0"), Ok(None));
        assert_eq!(minutes(60)("61"), Err("give minutes, from 0 to 60".to_owned()));
        assert_eq!(balance("100.000"), Ok(Rupiah(100_000)));
        assert_eq!(["ON", "off", "nope", ""].map(|text| switch(text).ok()), [Some(true), Some(false), None, None]);
    }

    #[test]
    fn a_port_alone_is_this_machines() {
        for text in ["8640", ":8640", "localhost:8640", " 127.0.0.1:8640 "] {
            assert_eq!(address(text), Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, 8640))), "{text}");
        }
        assert_eq!(address("[::1]:9"), Ok("[::1]:9".parse().unwrap()));
        for text in ["86400", "host:1", "127.0.0.1", ":"] {
            assert!(address(text).is_err_and(|error| error.contains("127.0.0.1:8080")), "{text}");
        }
    }

    #[test]
    fn an_address_of_a_proxy_is_read_as_the_http_client_reads_it() {
        for address in
            ["", "http://proxy:3128", "https://u:p@proxy", "proxy:3128", "socks5://10.0.0.1:1080", "socks5h://[::1]:9"]
        {
            assert!(is_proxy(address), "{address}");
        }
        for address in
            ["http://", "http//proxy", "socks9://proxy", "http://proxy:99999", "http://pro xy", "://", "ftp://proxy"]
        {
            assert!(!is_proxy(address), "{address}");
        }
    }
}
