//! What an outcome says of the provider's state, apart from what it says of the number.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::value::{Provider, Verdict};

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

/// The verdict of each provider's last failed call. It is what an agent reads while the circuit is open, so that a provider
/// that could not be reached is not called out of order. Clones share it; lost at a restart.
#[derive(Clone, Default)]
pub(super) struct LastFailures(Arc<Mutex<BTreeMap<Provider, Verdict>>>);

impl LastFailures {
    /// Keeps the verdict of a call that failed.
    pub(super) fn note(&self, provider: Provider, verdict: &Verdict) {
        if Signal::of(verdict) == Signal::Down {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(provider, verdict.clone());
        }
    }

    /// The verdict of the provider's last failed call.
    pub(super) fn get(&self, provider: Provider) -> Verdict {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&provider).cloned();
        last.unwrap_or(Verdict::NoAnswer)
    }
}
