//! The checks that the whole process makes: each question asked once however many ask it, each provider asked no more
//! than so much at once and left alone while it is out of order, each answer kept.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{
    ask::ask,
    breaker::Breaker,
    evidence::{Evidence, Silences, is_final},
    flights::Flights,
    health::{Health, Minutes},
    parse::Request,
    seats::{Seat, Seats},
};
use crate::{
    catalog::ProductCode,
    clock::Clock,
    klikoo::Client,
    store::{History, Record},
    value::{ChatId, CustomerNumber, Outcome, Provider, Rupiah, UpdateId, UserId, Verdict},
};

/// How much is asked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Calls under way for one provider, over all chats.
    pub calls: usize,
    /// How long a check that waits [`Wait::AWhile`] waits for its turn.
    pub wait: Duration,
}

impl Default for Bounds {
    /// Each call has a connection, a task, and up to 64 KiB of an answer, so the five providers' take 20 MiB at the
    /// worst, and fit into the 1 024 files that a process may usually open. At one second an inquiry it is 64 a second
    /// for each, more than agents type. An agent sees "typing" for the wait, and must not for longer.
    fn default() -> Self {
        Self { calls: 64, wait: Duration::from_secs(15) }
    }
}

/// How long a check waits for its turn, while as many calls as may be are under way for its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For [`Bounds::wait`]: there is another way to an answer.
    AWhile,
    /// As long as it takes.
    ForItsTurn,
}

/// Makes checks at the partner API and keeps them. Clones are the same service.
#[derive(Clone)]
pub struct Inquiry {
    client: Client,
    history: Arc<dyn History>,
    clock: Arc<dyn Clock>,
    flights: Flights<Question, Asked>,
    seats: Seats,
    wait: Duration,
    breaker: Breaker,
    minutes: Minutes,
    silences: Silences,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The partner API was asked, or failed to answer.
    Ended(Outcome),
    /// Not asked: the provider is out of order and left alone for a while.
    Held,
    /// Not asked: its turn did not come in time. Not where it waits [`Wait::ForItsTurn`].
    Busy,
    /// Asked, but the answer was lost, by a mistake in this program or because it stops: nothing is known of the number.
    Lost,
}

/// What became of a check's first try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It ended with what is known for good (see [`is_final`]); the chat's history has it.
    Ended(Checked),
    /// Nothing is known of the number, but may be later. The history has nothing of it: the check has not ended.
    Unanswered {
        /// [`Verdict::ProviderDown`] or [`Verdict::NoAnswer`].
        verdict: Verdict,
        /// What the call brought; `None` where none was made, or it was lost.
        outcome: Option<Outcome>,
    },
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether the chat's history has it. Where the store fails, the agent still gets the answer.
    pub kept: bool,
}

/// What makes two requests the same question: who asks it does not.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    product: ProductCode,
    number: CustomerNumber,
    nominal: Option<Rupiah>,
}

impl Inquiry {
    /// Checks through `client`, kept in `history`, dated by `clock`.
    pub fn new(client: Client, history: Arc<dyn History>, clock: Arc<dyn Clock>) -> Self {
        let Bounds { calls, wait } = Bounds::default();
        let (flights, seats) = (Flights::default(), Seats::new(calls));
        let (breaker, minutes, silences) = (Breaker::default(), Minutes::default(), Silences::default());
        Self { client, history, clock, flights, seats, wait, breaker, minutes, silences }
    }

    /// The same within other bounds, with nothing under way.
    #[must_use]
    pub fn within(self, bounds: Bounds) -> Self {
        Self { flights: Flights::default(), seats: Seats::new(bounds.calls), wait: bounds.wait, ..self }
    }

    /// Makes the first try of a check for `agent` in `chat`. Where it ended, it is on disk when this returns, noted in the
    /// journal's entry of `update`.
    pub async fn check(
        &self,
        chat: ChatId,
        agent: UserId,
        request: &Request,
        update: Option<UpdateId>,
        wait: Wait,
    ) -> Tried {
        match self.ask(request, wait).await {
            Asked::Ended(outcome) if is_final(&outcome.verdict) => {
                Tried::Ended(self.keep(chat, agent, request, outcome, update).await)
            }
            Asked::Ended(outcome) => Tried::Unanswered { verdict: outcome.verdict.clone(), outcome: Some(outcome) },
            Asked::Held => Tried::Unanswered { verdict: self.silences.last(request.product.provider), outcome: None },
            Asked::Busy | Asked::Lost => Tried::Unanswered { verdict: Verdict::NoAnswer, outcome: None },
        }
    }

    /// Asks about a number and keeps nothing. Whoever asks the same at the same moment shares the one call, its wait for
    /// its turn included, and it goes on should this future be dropped.
    pub async fn ask(&self, request: &Request, wait: Wait) -> Asked {
        loop {
            match self.flights.board(Question::of(request), || self.call(request, wait)).landed().await {
                // It had joined one that would not wait as long.
                Some(Asked::Busy) if wait == Wait::ForItsTurn => {}
                asked => return asked.unwrap_or(Asked::Lost),
            }
        }
    }

    /// Keeps how a check of `agent` in `chat` ended, dated now, noted in the journal's entry of `update`. It is on disk when
    /// this returns.
    pub async fn keep(
        &self,
        chat: ChatId,
        agent: UserId,
        request: &Request,
        outcome: Outcome,
        update: Option<UpdateId>,
    ) -> Checked {
        let at = self.clock.now();
        let record = Record {
            at,
            chat,
            agent,
            product: request.product.code.to_string(),
            provider: request.product.provider,
            number: request.number.clone(),
            nominal: request.nominal,
            outcome: outcome.clone(),
        };
        let kept = self.history.append(record, update).await;
        if let Err(error) = &kept {
            tracing::error!(%error, reference = %outcome.reference, "a check could not be kept");
        }
        Checked { outcome, at, kept: kept.is_ok() }
    }

    /// How each provider did in the last 15 minutes, in the order of [`Provider::ALL`].
    pub fn health(&self) -> [(Provider, Health); Provider::ALL.len()] {
        let now = self.clock.now();
        Provider::ALL.map(|provider| {
            let is_down = self.breaker.is_open(provider);
            (provider, Health { is_down, ..self.minutes.health(provider, now) })
        })
    }

    /// The one call for a question, which needs nothing of whoever asked. Whether its provider may be called is decided
    /// when its turn has come: much may have happened while it waited.
    fn call(&self, request: &Request, wait: Wait) -> impl Future<Output = Asked> + Send + use<> {
        let provider = request.product.provider;
        let (client, clock, request) = (self.client.clone(), self.clock.clone(), request.clone());
        let (breaker, minutes, silences) = (self.breaker.clone(), self.minutes.clone(), self.silences.clone());
        let seats = self.seats.clone();
        let longest = (wait == Wait::AWhile).then_some(self.wait);
        async move {
            let _seat = match seat(&seats, &breaker, provider, longest).await {
                Ok(seat) => seat,
                Err(unasked) => return unasked,
            };
            let Some(pass) = breaker.admit(provider, clock.now()) else { return Asked::Held };
            let began = Instant::now();
            let outcome = ask(&client, &request).await;
            let (evidence, now) = (Evidence::of(&outcome.verdict), clock.now());
            minutes.note(provider, evidence, began.elapsed(), now);
            silences.note(provider, &outcome.verdict);
            pass.ended(evidence, now);
            Asked::Ended(outcome)
        }
    }
}

/// A seat for one call. Nobody waits for one at a provider that is left alone: its calls hang, and the wait would end in
/// the same.
async fn seat(seats: &Seats, breaker: &Breaker, provider: Provider, longest: Option<Duration>) -> Result<Seat, Asked> {
    match seats.try_take(provider) {
        Some(seat) => Ok(seat),
        None if breaker.is_open(provider) => Err(Asked::Held),
        None => seats.take(provider, longest).await.ok_or(Asked::Busy),
    }
}

impl Question {
    fn of(request: &Request) -> Self {
        Self { product: request.product.code.clone(), number: request.number.clone(), nominal: request.nominal }
    }
}
