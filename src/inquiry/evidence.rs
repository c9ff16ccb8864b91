//! What an outcome tells of the provider, apart from what it tells of the number.

use crate::value::Verdict;

/// What one call showed of the provider's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It gave a verdict on the number: it works.
    Works,
    /// Nothing came of it, and nothing is known of the number: it may be out of order.
    Silent,
    /// The call did not come as far as the provider: the operator's account or the product was refused before, or in
    /// a way that nobody knows. It speaks neither for nor against the provider.
    Nothing,
}

impl Evidence {
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Found(_) | Verdict::NotFound | Verdict::AmountTooSmall => Self::Works,
            Verdict::ProviderDown | Verdict::NoAnswer => Self::Silent,
            Verdict::ProductUnavailable | Verdict::Operator(_) | Verdict::Other(_) => Self::Nothing,
        }
    }
}

/// Whether a check ends with this verdict. It does not with [`Verdict::ProviderDown`] and [`Verdict::NoAnswer`], which
/// say nothing of the number: asked again later, it may have an answer.
pub fn is_final(verdict: &Verdict) -> bool {
    Evidence::of(verdict) != Evidence::Silent
}
