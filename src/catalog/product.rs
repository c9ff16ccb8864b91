//! One product, as the catalog knows it.

use crate::value::{NumberKind, Provider, Rupiah};

/// Whether agents of other bots type this, in any case, for something else: such a code would be misunderstood (field
/// notes: balance, prices, reports, complaint, change of PIN, postpaid bill).
pub(crate) fn is_taken(code: &str) -> bool {
    let taken = ["S", "SAL", "H", "CH", "HRG", "R", "RKP", "LAP", "K", "G", "GP", "CEKPLN"];
    taken.iter().any(|taken| taken.eq_ignore_ascii_case(code))
}

/// A product code: 1 to 20 capitals, digits and `-` (all that the vendor's signature allows).
#[derive(
    Clone, Debug, derive_more::Display, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String")]
pub struct ProductCode(String);

impl ProductCode {
    /// Takes a code in any case; `None` when it is not one.
    pub fn new(raw: &str) -> Option<Self> {
        let fits = (1..=20).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(raw.to_ascii_uppercase()))
    }

    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What sorts codes as people count: `PLN20` before `PLN100`.
    pub(super) fn in_order(&self) -> (String, u64, String) {
        let letters = self.0.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = self.0.strip_prefix(letters).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        (letters.to_owned(), number, self.0.clone())
    }
}

impl TryFrom<String> for ProductCode {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::new(&code).ok_or("not a product code")
    }
}

/// A product that can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What agents type and the vendor knows it by.
    pub code: ProductCode,
    /// What agents read, such as `PLN 20.000`.
    pub name: String,
    /// Whose customers it is for.
    pub provider: Provider,
    /// The kind of number it asks for.
    pub number: NumberKind,
    /// What it costs.
    pub price: Price,
    /// Which total agents read under a check.
    pub total: Total,
}

/// Which total agents read under a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Total {
    /// The vendor's: what the operator pays, with the provider's fee.
    #[default]
    Vendor,
    /// The selling price with the provider's fee, so that no agent reads what the operator pays.
    Selling,
}

impl Product {
    /// The total that agents read where the vendor's is `total`: never the buying price itself, which is the operator's
    /// secret. The fee is what the vendor's total has over the buying price.
    pub fn shown_total(&self, total: Rupiah) -> Rupiah {
        match self.price {
            Price::Fixed { buying, selling } if self.total == Total::Selling || total == buying => {
                Rupiah(selling.0.saturating_add(total.0.saturating_sub(buying.0)))
            }
            _ => total,
        }
    }

    /// Whether the agent names the nominal.
    pub fn is_open(&self) -> bool {
        matches!(self.price, Price::Open { .. })
    }
}

/// A product's price, in rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// One denomination.
    Fixed {
        /// What the operator pays to Klikoo: the operator's secret, shown to owners in private alone.
        buying: Rupiah,
        /// What the operator asks of agents.
        selling: Rupiah,
    },
    /// The agent names the nominal, which is buying and selling price alike.
    Open {
        /// The least.
        min: Rupiah,
        /// The most.
        max: Rupiah,
    },
}

impl Price {
    /// Whether it allows a sale with this nominal, or without one.
    pub fn takes(self, nominal: Option<Rupiah>) -> bool {
        match self {
            Self::Fixed { .. } => nominal.is_none(),
            Self::Open { min, max } => nominal.is_some_and(|nominal| (min..=max).contains(&nominal)),
        }
    }
}
