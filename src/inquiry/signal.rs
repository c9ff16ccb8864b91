//! What an outcome says of the provider's state, apart from what it says of the number.

use crate::value::Verdict;

/// What one call showed of the provider's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// The provider gave a verdict on the number: it works.
    Up,
    /// No verdict came: the provider may be out of order.
    Down,
    /// The call was refused before it reached the provider (the operator's account, the product, an unknown code): it
    /// says nothing of the provider.
    Neutral,
}

impl Signal {
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Found(_) | Verdict::NotFound | Verdict::AmountTooSmall => Self::Up,
            Verdict::NumberBlocked | Verdict::AlreadyPaid | Verdict::OverLimit | Verdict::Refused(_) => Self::Up,
            Verdict::ProviderDown | Verdict::NoAnswer => Self::Down,
            Verdict::ProductUnavailable | Verdict::ServiceDown | Verdict::Operator(_) | Verdict::Other(_) => {
                Self::Neutral
            }
        }
    }
}
