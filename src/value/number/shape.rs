//! The shape of each kind of number (field notes: PLN's meters, mobile numbers, the vendor's samples).

use std::{borrow::Cow, ops::RangeInclusive};

use super::written::Written;

const METER: RangeInclusive<usize> = 11..=12;
const TOKEN: usize = 20;
const MOBILE: RangeInclusive<usize> = 10..=13;
const DRIVER_ID: RangeInclusive<usize> = 5..=15;

/// What banks put before a mobile number to pay into a wallet: DANA (two banks), OVO, GoPay.
const VIRTUAL_ACCOUNTS: [&str; 4] = ["8528", "3901", "8066", "898"];

/// Why a text is not a number of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberError {
    /// Fewer digits than the shape asks for.
    TooShort {
        /// How many are missing.
        missing: usize,
    },
    /// More digits than the shape asks for.
    TooLong {
        /// How many there are too many.
        extra: usize,
    },
    /// Twenty digits: a PLN token, and no customer's number.
    Token,
    /// Something that is neither a digit nor a usual separator.
    NotDigits,
    /// A mobile number that does not begin with `08`.
    NotMobile,
    /// The bank's virtual-account form of a wallet: this prefix goes.
    VirtualAccount {
        /// The prefix to drop.
        prefix: Cow<'static, str>,
    },
}

/// A PLN meter or customer id.
pub(super) fn meter(digits: String) -> Result<String, NumberError> {
    if digits.len() == TOKEN { Err(NumberError::Token) } else { sized(digits, METER) }
}

/// A driver's id.
pub(super) fn driver_id(digits: String) -> Result<String, NumberError> {
    if digits.len() == TOKEN { Err(NumberError::Token) } else { sized(digits, DRIVER_ID) }
}

/// A mobile number, made to begin with `08`.
///
/// A complete mobile number is never taken for a virtual account: the shortest of those, read as a mobile number
/// without its zero, is a digit too long. So which wallet is meant does not matter here.
pub(super) fn mobile(written: &Written) -> Result<String, NumberError> {
    let national = national(written).ok_or(NumberError::NotMobile).and_then(|digits| sized(digits, MOBILE));
    national.map_err(|error| match error {
        NumberError::NotMobile if written.digits.len() == TOKEN => NumberError::Token,
        error => virtual_account(written).unwrap_or(error),
    })
}

/// The number as it is dialled inside Indonesia, whatever its length; `None` when it is not a mobile number.
fn national(Written { digits, international }: &Written) -> Option<String> {
    let subscriber = digits.strip_prefix("62").unwrap_or(if *international { "" } else { digits });
    let subscriber = subscriber.strip_prefix('0').unwrap_or(subscriber);
    subscriber.starts_with('8').then(|| format!("0{subscriber}"))
}

/// Holds only where a whole mobile number with its zero stands behind the prefix.
fn virtual_account(Written { digits, .. }: &Written) -> Option<NumberError> {
    let behind = |prefix: &&str| digits.strip_prefix(prefix).is_some_and(is_mobile);
    VIRTUAL_ACCOUNTS.into_iter().find(behind).map(|prefix| NumberError::VirtualAccount { prefix: prefix.into() })
}

fn is_mobile(digits: &str) -> bool {
    digits.starts_with("08") && MOBILE.contains(&digits.len())
}

fn sized(digits: String, allowed: RangeInclusive<usize>) -> Result<String, NumberError> {
    let count = digits.len();
    if count < *allowed.start() {
        Err(NumberError::TooShort { missing: allowed.start() - count })
    } else if count > *allowed.end() {
        Err(NumberError::TooLong { extra: count - allowed.end() })
    } else {
        Ok(digits)
    }
}
