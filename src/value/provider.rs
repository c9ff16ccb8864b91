//! The companies whose customers can be checked.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::NumberKind;

/// A provider that the partner API can ask (vendor page: "available only for the following providers"). It is
/// serialized as its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Provider {
    /// PLN, the state electricity company: prepaid meters.
    #[serde(rename = "PLN")]
    Pln,
    /// OVO, an e-wallet.
    #[serde(rename = "OVO")]
    Ovo,
    /// GoPay, an e-wallet.
    #[serde(rename = "GoPay")]
    Gopay,
    /// DANA, an e-wallet.
    #[serde(rename = "DANA")]
    Dana,
    /// Maxim, whose drivers top up a balance.
    Maxim,
}

impl Provider {
    /// Every provider, in the order in which a list shows them.
    pub const ALL: [Self; 5] = [Self::Pln, Self::Ovo, Self::Gopay, Self::Dana, Self::Maxim];

    /// The name as the company writes it; the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pln => "PLN",
            Self::Ovo => "OVO",
            Self::Gopay => "GoPay",
            Self::Dana => "DANA",
            Self::Maxim => "Maxim",
        }
    }

    /// What agents call its products, in small letters.
    pub fn nicknames(self) -> &'static [&'static str] {
        match self {
            Self::Pln => &["listrik", "token"],
            Self::Ovo | Self::Gopay | Self::Dana => &["dompet", "wallet", "saldo"],
            Self::Maxim => &["ojek", "driver"],
        }
    }

    /// The kind of number that its customers have.
    pub fn usual_number(self) -> NumberKind {
        match self {
            Self::Pln => NumberKind::Meter,
            Self::Ovo | Self::Gopay | Self::Dana => NumberKind::Mobile,
            Self::Maxim => NumberKind::DriverId,
        }
    }

    /// The provider of a name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_serialized_as_its_name() {
        for provider in Provider::ALL {
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.name());
            assert_eq!(serde_json::from_value::<Provider>(provider.name().into()).unwrap(), provider);
        }
    }
}
