//! The companies whose customers can be checked.

use std::fmt;

/// A provider that the partner API can ask (vendor page: "available only for the following providers").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// PLN, the state electricity company: prepaid meters.
    Pln,
    /// OVO, an e-wallet.
    Ovo,
    /// GoPay, an e-wallet.
    Gopay,
    /// DANA, an e-wallet.
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
