//! The circuit breaker: a provider that is out of order is not called until a probe finds that it is back.
//!
//! ```text
//!            5 silent calls in a row                after a pause
//!   closed ───────────────────────▶ open ──────────────────────────▶ one probe
//!     ▲                              ▲ ▲                                │ │ │
//!     └──── a verdict on any number ─┘ └── silent: a longer pause ──────┘ │ │
//!     ▲                                └── nothing known: the next probe ─┘ │
//!     └───────────────────────────────────────────────── a verdict ─────────┘
//! ```
//!
//! A state machine on the clock that its callers bring, without timers or tasks: an open circuit lets the first call
//! after its pause through as the probe. The clock may jump: back to before the circuit opened ends the pause, and
//! otherwise no pause lasts longer than its length from the moment that the clock shows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{backoff::Pauses, signal::Signal};
use crate::value::{Provider, Verdict};

/// How many silent calls in a row open a circuit. A single lost answer is nothing unusual; five in a row are.
const SILENT_IN_A_ROW: u32 = 5;

/// How long a circuit stays open before each probe: 10, 20, 40, 80, 120, 120 … seconds, each ±20 %.
const PAUSES: Pauses = Pauses { first: Duration::from_secs(10), longest: Duration::from_secs(120) };

/// A circuit for each provider. Clones are the same breaker.
#[derive(Clone, Default)]
pub(super) struct Breaker(Arc<Mutex<BTreeMap<Provider, Circuit>>>);

/// What a provider's circuit lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// Every call.
    Closed,
    /// One call, which finds out whether the provider is back.
    ProbeDue,
    /// No call, until the pause is over or the probe has ended.
    Open,
}

/// Allows one call. Dropped without [`Pass::ended`], it says nothing of the provider and allows the next probe.
pub(super) struct Pass {
    breaker: Breaker,
    provider: Provider,
    is_probe: bool,
}

impl Breaker {
    /// Allows a call of `provider`; `None` while its circuit is open and no probe is due.
    pub(super) fn admit(&self, provider: Provider, now: DateTime<Utc>) -> Option<Pass> {
        let is_probe = self.with(provider, |circuit| circuit.admit(now))? == Admission::Probe;
        Some(Pass { breaker: self.clone(), provider, is_probe })
    }

    /// What may be asked of `provider` now.
    pub(super) fn state(&self, provider: Provider, now: DateTime<Utc>) -> CircuitState {
        self.with(provider, |circuit| match &circuit.open {
            None => CircuitState::Closed,
            Some(open) if !circuit.probing && open.is_over(now) => CircuitState::ProbeDue,
            Some(_) => CircuitState::Open,
        })
    }

    /// The verdict of the provider's last failed call: what an agent reads while the circuit is open, so that a
    /// provider that could not be reached is not called out of order.
    pub(super) fn last_failure(&self, provider: Provider) -> Verdict {
        self.with(provider, |circuit| circuit.last_failure.clone()).unwrap_or(Verdict::NoAnswer)
    }

    fn with<T>(&self, provider: Provider, act: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(circuits.entry(provider).or_default())
    }
}

impl Pass {
    /// The call ended at `now` with this verdict. Gives what it showed of the provider.
    pub(super) fn ended(self, verdict: &Verdict, now: DateTime<Utc>) -> Signal {
        let signal = Signal::of(verdict);
        let (was_open, is_open) = self.breaker.with(self.provider, |circuit| {
            let was_open = circuit.open.is_some();
            if signal == Signal::Down {
                circuit.last_failure = Some(verdict.clone());
            }
            circuit.note(signal, self.is_probe, now);
            (was_open, circuit.open.is_some())
        });
        let provider = self.provider;
        match (was_open, is_open) {
            (false, true) => tracing::warn!(%provider, "a provider gives no answers; it is not called for a while"),
            (true, false) => tracing::info!(%provider, "a provider answers again"),
            _ => {}
        }
        signal
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_probe {
            self.breaker.with(self.provider, |circuit| circuit.probing = false);
        }
    }
}

/// As what a call is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Ordinary,
    Probe,
}

/// One provider's state.
#[derive(Debug, Default)]
struct Circuit {
    /// Silent calls since the last verdict, while closed.
    silent: u32,
    open: Option<Open>,
    last_failure: Option<Verdict>,
    /// Whether a probe is under way. It may outlast the opening that it was sent for: there is still but one.
    probing: bool,
}

/// An opening and its pause.
#[derive(Debug)]
struct Open {
    since: DateTime<Utc>,
    pause: Duration,
    /// How many pauses there were since the circuit was last closed, this one too.
    pauses: u32,
}

impl Circuit {
    fn admit(&mut self, now: DateTime<Utc>) -> Option<Admission> {
        match &self.open {
            None => Some(Admission::Ordinary),
            Some(open) if self.probing || !open.is_over(now) => None,
            Some(_) => {
                self.probing = true;
                Some(Admission::Probe)
            }
        }
    }

    fn note(&mut self, signal: Signal, by_probe: bool, now: DateTime<Utc>) {
        match (signal, &self.open) {
            (Signal::Neutral, _) => {}
            (Signal::Up, _) => (self.silent, self.open) = (0, None),
            (Signal::Down, None) => {
                self.silent = self.silent.saturating_add(1);
                self.open = (self.silent >= SILENT_IN_A_ROW).then(|| Open::begin(1, now));
            }
            (Signal::Down, Some(open)) if by_probe => {
                self.open = Some(Open::begin(open.pauses.saturating_add(1), now));
            }
            // A call from before it opened: no news.
            (Signal::Down, Some(_)) => {}
        }
    }
}

impl Open {
    fn begin(pauses: u32, now: DateTime<Utc>) -> Self {
        Self { since: now, pause: PAUSES.after(pauses), pauses }
    }

    /// Whether the pause is over; also when the clock went back to before it began.
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        let waited = now.signed_duration_since(self.since);
        waited.to_std().map_or(true, |waited| waited >= self.pause)
    }
}

#[cfg(test)]
mod tests;
