//! The checks of the whole process: one call however many ask the same, so many calls at once for each provider, and
//! none to a provider that is out of order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    ask::{Reason, ask_for_reason},
    breaker::{Breaker, CircuitState},
    health::{Health, Minutes},
    parse::Request,
    permits::{Permit, Permits, Share},
    single_flight::SingleFlight,
};
use crate::{
    catalog::ProductCode,
    clock::Clock,
    klikoo::{self, Client},
    value::{ChatId, CustomerNumber, Outcome, Provider, Rupiah, Verdict},
};

/// How much is asked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Calls under way for one provider, over all chats.
    pub calls: usize,
    /// How long a check that waits [`Wait::Briefly`] waits for a permit.
    pub wait: Duration,
}

impl Default for Bounds {
    /// Each call has a connection, a task, and up to 256 KiB of an answer, so the five providers' take 80 MiB at the
    /// worst, and fit into the 1 024 files that a process may usually open. At one second an inquiry it is 64 a second
    /// for each, more than agents type. An agent sees "typing" during the wait, and must not for longer.
    fn default() -> Self {
        Self { calls: 64, wait: Duration::from_secs(15) }
    }
}

/// How long a check waits for a permit of its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For [`Bounds::wait`]: it is asked again later.
    Briefly,
    /// As long as it takes.
    ForPermit,
    /// As long as it takes, and so that no more than half of the calls to a provider are of this kind: a list holds up
    /// no single check.
    InBackground,
}

/// Makes checks at the partner API. Clones are the same service. What it holds in memory may be lost at any moment:
/// calls under way, permits, circuits, health figures.
#[derive(Clone)]
pub struct Inquiry {
    client: Client,
    clock: Arc<dyn Clock>,
    calls: SingleFlight<Question, Asked>,
    permits: Permits<Provider>,
    /// Those of checks in the background.
    background: Permits<Provider>,
    /// What one agent may have of the permits.
    shares: Permits<(Provider, ChatId)>,
    /// What one agent may have for lists.
    background_shares: Permits<(Provider, ChatId)>,
    wait: Duration,
    breaker: Breaker,
    minutes: Minutes,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The partner API was asked, or failed to answer.
    Ended {
        /// What is known now.
        outcome: Outcome,
        /// For how long the vendor wants to hear nothing: a check that is made again is due no sooner.
        retry_after: Option<Duration>,
    },
    /// Not asked: the provider's circuit is open.
    Held,
    /// Not asked: no permit came free in time. With [`Wait::Briefly`] alone.
    Busy,
    /// Asked, but the answer was lost, by a mistake in this program or because it stops: nothing is known of the
    /// number.
    Lost,
}

/// What makes two requests the same question: who asks does not matter.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    product: ProductCode,
    number: CustomerNumber,
    nominal: Option<Rupiah>,
}

impl Inquiry {
    /// Checks through `client`; pauses go by `clock`.
    pub fn new(client: Client, clock: Arc<dyn Clock>, bounds: Bounds) -> Self {
        Self {
            client,
            clock,
            calls: SingleFlight::default(),
            permits: Permits::new(bounds.calls),
            background: Permits::new((bounds.calls / 2).max(1)),
            shares: Permits::new((bounds.calls / 4).max(2)),
            background_shares: Permits::new((bounds.calls / 8).max(1)),
            wait: bounds.wait,
            breaker: Breaker::default(),
            minutes: Minutes::default(),
        }
    }

    /// Waits until an agent may have one more call under way at a provider: a quarter of its calls are one agent's at
    /// most, over all chats, and of these half are for lists. Dropping what it gives makes room for the next. `None`:
    /// it did not come to that in time, with [`Wait::Briefly`] alone.
    pub async fn share(&self, provider: Provider, whose: ChatId, wait: Wait) -> Option<(Share, Option<Share>)> {
        let longest = (wait == Wait::Briefly).then_some(self.wait);
        let background = match wait {
            Wait::InBackground => Some(self.background_shares.acquire((provider, whose), None).await?),
            Wait::Briefly | Wait::ForPermit => None,
        };
        Some((self.shares.acquire((provider, whose), longest).await?, background))
    }

    /// Asks about a number. Callers that ask the same at the same moment share one call, its wait for a permit
    /// included; it goes on when this future is dropped.
    pub async fn ask(&self, request: &Request, wait: Wait) -> Asked {
        // Taken before others can join the call, so that none of them waits for it.
        let _background = match wait {
            Wait::InBackground => self.background.acquire(request.product.provider, None).await,
            Wait::Briefly | Wait::ForPermit => None,
        };
        loop {
            let question = Question {
                product: request.product.code.clone(),
                number: request.number.clone(),
                nominal: request.nominal,
            };
            match self.calls.join(question, || self.clone().call(request.clone(), wait)).wait().await {
                // It had joined a call that would not wait as long.
                Some(Asked::Busy) if wait != Wait::Briefly => {}
                asked => return asked.unwrap_or(Asked::Lost),
            }
        }
    }

    /// The one call for a question. Whether its provider may be called is decided once it has its permit: much may have
    /// happened while it waited.
    async fn call(self, request: Request, wait: Wait) -> Asked {
        let provider = request.product.provider;
        let _permit = match self.permit(provider, wait).await {
            Ok(permit) => permit,
            Err(unasked) => return unasked,
        };
        let Some(pass) = self.breaker.admit(provider, self.clock.now()) else { return Asked::Held };
        let began = Instant::now();
        let Reason { outcome, retry_after, .. } = ask_for_reason(&self.client, &request).await;
        let now = self.clock.now();
        let signal = pass.ended(&outcome.verdict, now);
        self.minutes.note(provider, signal, began.elapsed(), now);
        Asked::Ended { outcome, retry_after }
    }

    /// A permit for one call. At a provider whose circuit is open no call waits for one: those that have permits hang.
    async fn permit(&self, provider: Provider, wait: Wait) -> Result<Permit<Provider>, Asked> {
        let longest = (wait == Wait::Briefly).then_some(self.wait);
        match self.permits.acquire(provider, Some(Duration::ZERO)).await {
            Some(permit) => Ok(permit),
            None if self.circuit(provider) != CircuitState::Closed => Err(Asked::Held),
            None => self.permits.acquire(provider, longest).await.ok_or(Asked::Busy),
        }
    }

    /// What may be asked of a provider now.
    pub fn circuit(&self, provider: Provider) -> CircuitState {
        self.breaker.state(provider, self.clock.now())
    }

    /// What an agent is told of a check that has no answer: a verdict that is not final ([`Verdict::is_final`]). While
    /// the provider's circuit is open that is the verdict of its last failed call.
    pub fn verdict_without_answer(&self, provider: Provider, asked: &Asked) -> Verdict {
        match asked {
            Asked::Ended { outcome, .. } => outcome.verdict.clone(),
            Asked::Held => self.breaker.last_failure(provider),
            Asked::Busy | Asked::Lost => Verdict::NoAnswer,
        }
    }

    /// The partner's balance with Klikoo.
    ///
    /// # Errors
    /// What is known instead.
    pub async fn balance(&self) -> Result<Rupiah, klikoo::Error> {
        self.client.balance().await
    }

    /// How each provider did in the last 15 minutes, in the order of [`Provider::ALL`].
    pub fn health(&self) -> [(Provider, Health); Provider::ALL.len()] {
        let now = self.clock.now();
        Provider::ALL.map(|provider| {
            let is_down = self.circuit(provider) != CircuitState::Closed;
            (provider, Health { is_down, ..self.minutes.health(provider, now) })
        })
    }
}
