//! What an outcome tells of the provider, apart from what it tells of the number.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::value::{Provider, Verdict};

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

/// What is said of a provider that is left alone: what its last silent call said, so that one which could not be reached
/// is not called out of order. Clones are the same ones.
#[derive(Clone, Default)]
pub(super) struct Silences(Arc<Mutex<BTreeMap<Provider, Verdict>>>);

impl Silences {
    /// Keeps the verdict of a call, if it was a silent one.
    pub(super) fn note(&self, provider: Provider, verdict: &Verdict) {
        if !is_final(verdict) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(provider, verdict.clone());
        }
    }

    /// The verdict of the provider's last silent call.
    pub(super) fn last(&self, provider: Provider) -> Verdict {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&provider).cloned();
        last.unwrap_or(Verdict::NoAnswer)
    }
}
