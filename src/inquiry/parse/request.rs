//! What a line becomes: a check as data, a request that may be made, or the reason why it is neither. Pure data.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    catalog::{Catalog, Product, ProductCode},
    locale::rupiah,
    value::{CustomerNumber, NumberError, Provider, Rupiah},
};

/// A check as data: code and digits, without what the catalog says of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is to be sold.
    pub code: ProductCode,
    /// To whom.
    pub number: CustomerNumber,
    /// The nominal that the agent named, for a product with an open denomination.
    pub nominal: Option<Rupiah>,
}

impl Check {
    /// The check as it can be typed: code, number, and the nominal in a form that is not mistaken for a PIN.
    pub fn line(&self) -> String {
        let nominal = self.nominal.map(|nominal| match nominal.0 % 500 {
            0 => format!(" {}", nominal.0),
            _ => format!(" {}", rupiah(nominal)),
        });
        format!("{} {}{}", self.code, self.number.as_str(), nominal.unwrap_or_default())
    }
}

/// A check that may be made: every part of it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is to be sold.
    pub product: Arc<Product>,
    /// To whom.
    pub number: CustomerNumber,
    /// The nominal that the agent named, for a product with an open denomination.
    pub nominal: Option<Rupiah>,
}

impl Request {
    /// Makes a request of a check, which may come from a record. `None` where the catalog has no such product, or its
    /// price or kind of number does not allow the check (any more).
    pub fn of(check: &Check, catalog: &Catalog) -> Option<Self> {
        let product = Arc::clone(catalog.get(check.code.as_str())?);
        let number = CustomerNumber::parse(check.number.as_str(), product.number).ok()?;
        product.price.takes(check.nominal).then_some(Self { product, number, nominal: check.nominal })
    }

    /// The same as data.
    pub fn check(&self) -> Check {
        Check { code: self.product.code.clone(), number: self.number.clone(), nominal: self.nominal }
    }

    /// The request as it can be typed, see [`Check::line`].
    pub fn line(&self) -> String {
        self.check().line()
    }
}

/// Why a line is not a request. It holds no PIN, and of the line's words only what [`Refusal::UnknownCode`] names.
/// Every check in it has the digits that were typed, and can be offered for one tap; that of an open denomination may
/// still lack its nominal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Nothing was typed.
    Empty,
    /// No product has this code.
    UnknownCode {
        /// What was typed: up to 24 characters and six digits, without control characters.
        typed: String,
        /// The nearest codes, nearest first; at most three.
        nearest: Vec<ProductCode>,
        /// What to type with each of them, where the rest of the line is a check; in their order.
        lines: Vec<Check>,
        /// The codes that ask for a number as it was typed, in the catalog's order; there may be many, or none.
        fitting: Vec<ProductCode>,
    },
    /// A number stands without a code.
    MissingCode {
        /// The codes that ask for a number of this shape (or the one that was typed, but not first or last), in the
        /// catalog's order; all of them, so there may be many, or none.
        fitting: Vec<ProductCode>,
        /// The check with each of them for which the number is beyond doubt, in their order.
        #[serde(default)]
        checks: Vec<Check>,
    },
    /// A provider was named, but no nominal that says which of its products.
    WhichProduct {
        /// Whose products.
        provider: Provider,
        /// Which of them may be meant, the nearest to a nominal first; all of them, so there may be many.
        codes: Vec<ProductCode>,
        /// The number, where a complete one can be told.
        number: Option<CustomerNumber>,
        /// What is wrong with the number, where one was typed that is none.
        fault: Option<NumberError>,
    },
    /// Something that this bot does not check: a balance, airtime, a bill, a bank account.
    NotOffered,
    /// A code stands alone, or with words; or with the nominal of an open denomination.
    MissingNumber(ProductCode, Option<Rupiah>),
    /// The number is not of the shape that the product asks for.
    Number(ProductCode, NumberError),
    /// A meter's number of ten digits, which a spreadsheet may have robbed of its zero; the check has the zero.
    LostZero(Check),
    /// A number that looks like a mobile one, for a product that asks for a meter.
    MobileUnderMeter {
        /// The number as a mobile one.
        number: CustomerNumber,
        /// The codes that ask for a mobile number, in the catalog's order; there may be many, or none.
        codes: Vec<ProductCode>,
        /// The check as it was typed, where the digits may be a meter's.
        typed: Option<Check>,
    },
    /// Without a code, digits that are no customer's number: a token or a virtual account.
    NoCustomer(NumberError),
    /// Words stand around a check; it is what is left without them.
    Words(Check),
    /// The nominal stands before the number; the check has them in their order.
    NominalFirst(Check),
    /// The product's denomination is open and no nominal was typed behind the number.
    MissingNominal(ProductCode, CustomerNumber),
    /// What stands where the nominal should is none.
    BadNominal(ProductCode, CustomerNumber),
    /// Digits stand where the nominal should that look like a PIN: `DNOPEN.0817345544.1234`, where the field's custom
    /// has `KODE.TUJUAN.PIN`.
    NominalOrPin(ProductCode, CustomerNumber),
    /// The nominal is outside what the product takes; [`Price::Open`](crate::catalog::Price::Open) has the bounds.
    NominalOutOfRange(ProductCode, CustomerNumber),
    /// The product has a fixed denomination, and a nominal was typed; the check has none.
    NominalNotTaken(Check),
    /// The digits can be read in more than one way: better asked again than guessed. The ways, where none of them may
    /// hold a PIN.
    Ambiguous(ProductCode, Vec<Check>),
    /// More than one check in one message, or far more text than one check needs.
    Several,
}

impl Refusal {
    /// The check that is left when what is in doubt is taken as it stands; perhaps without a nominal.
    pub(super) fn check(&self) -> Option<Check> {
        match self {
            Self::Words(check) | Self::NominalFirst(check) | Self::NominalNotTaken(check) => Some(check.clone()),
            Self::MissingNominal(code, number)
            | Self::BadNominal(code, number)
            | Self::NominalOutOfRange(code, number) => {
                Some(Check { code: code.clone(), number: number.clone(), nominal: None })
            }
            _ => None,
        }
    }
}

/// What a line says.
#[derive(Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The request, or what is wrong.
    pub request: Result<Request, Refusal>,
    /// Whether something that looks like a PIN stood in the line. It is kept nowhere.
    pub pin_seen: bool,
    /// The name that the agent was given for the customer (`an Budi`), as it was typed: at most 60 characters, without
    /// digits.
    pub name: Option<String>,
    /// What was found in the line, by the name of the rule that decided; for logs and tests.
    pub found: &'static str,
}

impl fmt::Debug for Parsed {
    /// Without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, pin_seen, name, found } = self;
        write!(f, "Parsed({request:?}, pin_seen: {pin_seen}, has_name: {}, {found})", name.is_some())
    }
}
