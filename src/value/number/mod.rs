//! Customer numbers: every written form made one, then held against the shape that a product asks for.
//!
//! A wrong number means a sale that cannot be undone, so a text is either a complete number or refused with a reason
//! counted in digits. The vendor's *answers* are never held against these shapes.

mod shape;
mod written;

use std::fmt;

pub use shape::NumberError;
pub(crate) use written::{is_dash, is_invisible};

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

/// A number of the right shape: ASCII digits only. Leading zeros count, so it is never an integer.
///
/// `{:?}` shows only how many digits it has.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerNumber(String);

impl From<CustomerNumber> for String {
    fn from(number: CustomerNumber) -> Self {
        number.0
    }
}

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
        let written = written::read(raw).ok_or(NumberError::NotDigits)?;
        let digits = match kind {
            NumberKind::Mobile => shape::mobile(&written)?,
            _ if written.international => return Err(NumberError::NotDigits),
            NumberKind::Meter => shape::meter(written.digits)?,
            NumberKind::DriverId => shape::driver_id(written.digits)?,
        };
        Ok(Self(digits))
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

impl fmt::Debug for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerNumber({} digits)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
