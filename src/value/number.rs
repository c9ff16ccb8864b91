//! Customer numbers: every written form made one, then held against the shape that a product asks for.
//!
//! A wrong number means a sale that cannot be undone, so a text is either a complete number or refused with a reason
//! counted in digits. The vendor's *answers* are never held against these shapes.

use std::{borrow::Cow, ops::RangeInclusive};

const METER: RangeInclusive<usize> = 11..=12;
const TOKEN: usize = 20;
const MOBILE: RangeInclusive<usize> = 10..=13;
const DRIVER_ID: RangeInclusive<usize> = 5..=15;

/// What banks put before a mobile number to pay into a wallet: DANA (two banks), OVO, GoPay.
const VIRTUAL_ACCOUNTS: [&str; 4] = ["8528", "3901", "8066", "898"];

/// The kind of number that a product asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// A PLN meter (11 digits) or customer id, IDPEL (12 digits).
    Meter,
    /// The mobile number that an e-wallet is registered with: `08…`, 10 to 13 digits.
    Mobile,
    /// A driver's id: 5 to 15 digits; the vendor's sample has 11, the true shape is not published.
    DriverId,
}

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

/// A number of the right shape: ASCII digits only. Leading zeros count, so it is never an integer. `{:?}` shows only
/// how many digits it has.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, derive_more::Debug)]
#[serde(try_from = "String")]
#[debug("CustomerNumber({} digits)", _0.len())]
pub struct CustomerNumber(String);

impl TryFrom<String> for CustomerNumber {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        Self::from_record(&digits).ok_or("not a customer's number")
    }
}

impl CustomerNumber {
    /// Normalises `raw` (spaces of every kind, dots, dashes, brackets, invisible marks from a copy; `+62`, `62` and a
    /// missing zero before a mobile number) and holds it against the shape of `kind`.
    ///
    /// # Errors
    /// What is wrong, counted in digits where it is the length.
    pub fn parse(raw: &str, kind: NumberKind) -> Result<Self, NumberError> {
        let written = Written::read(raw).ok_or(NumberError::NotDigits)?;
        let digits = match kind {
            NumberKind::Mobile => mobile(&written),
            _ if written.international => Err(NumberError::NotDigits),
            _ if written.digits.len() == TOKEN => Err(NumberError::Token),
            NumberKind::Meter => sized(written.digits, METER),
            NumberKind::DriverId => sized(written.digits, DRIVER_ID),
        };
        digits.map(Self)
    }

    /// Takes a number from a record, where it was checked when it was written: 1 to 20 digits.
    pub fn from_record(digits: &str) -> Option<Self> {
        let fits = (1..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(digits.to_owned()))
    }

    /// The digits, for the partner API and the chat that asked.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The digits of a number without what stood between them.
struct Written {
    /// ASCII digits; at least one.
    digits: String,
    /// Whether a `+` stood in front: the number of a country follows.
    international: bool,
}

impl Written {
    /// Reads a number in any written form; `None` when it holds anything else, or no digit.
    fn read(raw: &str) -> Option<Self> {
        let mut written = Self { digits: String::new(), international: false };
        for c in raw.chars() {
            match c {
                '0'..='9' => written.digits.push(c),
                '+' if written.digits.is_empty() && !written.international => written.international = true,
                '.' | '(' | ')' => {}
                _ if c.is_whitespace() || is_dash(c) || is_invisible(c) => {}
                _ => return None,
            }
        }
        (!written.digits.is_empty()).then_some(written)
    }
}

/// Marks that show nothing and come along with a copy: directions, joiners, byte order marks, soft hyphens.
pub(crate) fn is_invisible(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    is_direction || matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}')
}

/// The hyphen of a keyboard and the dashes that phones and word processors put in its place.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// A mobile number, made to begin with `08`.
///
/// A complete mobile number is never taken for a virtual account: the shortest of those, read as a mobile number
/// without its zero, is a digit too long. So which wallet is meant does not matter here.
fn mobile(written: &Written) -> Result<String, NumberError> {
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

#[cfg(test)]
mod tests;
