//! How many checks that wait for a provider are asked again at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::{
    inquiry::{CircuitState, Inquiry},
    store::Retries,
    value::Provider,
};

/// Waiting checks of one provider that are asked again at once.
const MAX_AT_ONCE: usize = 8;

/// How many waiting checks of each provider are being asked again. In memory alone: it counts what runs.
#[derive(Default)]
pub(super) struct Retrying(Arc<[AtomicUsize; Provider::ALL.len()]>);

/// One waiting check that is being asked again, until it is dropped.
pub(super) struct Slot(Arc<[AtomicUsize; Provider::ALL.len()]>, Provider);

impl Retrying {
    /// How many more may be asked again now, for each provider.
    pub(super) fn allowed(&self, inquiry: &Inquiry) -> Vec<(Provider, Retries)> {
        let allowed = |provider| {
            let running = self.0.get(provider as usize).map_or(0, |count| count.load(Relaxed));
            let retries = match inquiry.circuit(provider) {
                CircuitState::Closed => Retries::UpTo(MAX_AT_ONCE.saturating_sub(running)),
                CircuitState::ProbeDue if running == 0 => Retries::Probe,
                CircuitState::ProbeDue | CircuitState::Open => Retries::UpTo(0),
            };
            (provider, retries)
        };
        Provider::ALL.into_iter().map(allowed).collect()
    }

    /// How many are being asked again, at all providers.
    pub(super) fn running(&self) -> usize {
        self.0.iter().map(|count| count.load(Relaxed)).sum()
    }

    /// Counts one that is being asked again.
    pub(super) fn begin(&self, provider: Provider) -> Slot {
        if let Some(count) = self.0.get(provider as usize) {
            count.fetch_add(1, Relaxed);
        }
        Slot(self.0.clone(), provider)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(count) = self.0.get(self.1 as usize) {
            count.fetch_sub(1, Relaxed);
        }
    }
}
