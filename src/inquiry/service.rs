//! The checks that the whole process makes: each question asked once however many ask it, each provider left alone
//! while it is out of order, each answer kept.

use std::{sync::Arc, time::Instant};

use chrono::{DateTime, Utc};

use super::{
    ask::ask,
    breaker::Breaker,
    evidence::{Evidence, Silences, is_final},
    flights::{Boarding, Flights},
    health::{Health, Minutes},
    parse::Request,
};
use crate::{
    catalog::ProductCode,
    clock::Clock,
    klikoo::Client,
    store::{History, Record},
    value::{ChatId, CustomerNumber, Outcome, Provider, Rupiah, UpdateId, UserId, Verdict},
};

/// How many inquiries are under way at once, over all chats and providers. Each has a connection, a task, and up to
/// 64 KiB of an answer, so this many take 16 MiB at the worst, and fit into the 1 024 files that a process may usually
/// open. At one second an inquiry it is more than 250 a second, far more than agents type.
const MOST_AT_ONCE: usize = 256;

/// Makes checks at the partner API and keeps them. Clones are the same service.
#[derive(Clone)]
pub struct Inquiry {
    client: Client,
    history: Arc<dyn History>,
    clock: Arc<dyn Clock>,
    flights: Flights<Question, Outcome>,
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
    /// Not asked: too many inquiries are under way.
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
    /// Not asked: too many inquiries are under way. It is not for later: the agent asks again.
    Busy,
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
        let flights = Flights::new(MOST_AT_ONCE);
        let (breaker, minutes, silences) = (Breaker::default(), Minutes::default(), Silences::default());
        Self { client, history, clock, flights, breaker, minutes, silences }
    }

    /// Makes the first try of a check for `agent` in `chat`. Where it ended, it is on disk when this returns, noted in the
    /// journal's entry of `update`.
    pub async fn check(&self, chat: ChatId, agent: UserId, request: &Request, update: Option<UpdateId>) -> Tried {
        match self.ask(request).await {
            Asked::Ended(outcome) if is_final(&outcome.verdict) => {
                Tried::Ended(self.keep(chat, agent, request, outcome, update).await)
            }
            Asked::Ended(outcome) => Tried::Unanswered { verdict: outcome.verdict.clone(), outcome: Some(outcome) },
            Asked::Held => Tried::Unanswered { verdict: self.silences.last(request.product.provider), outcome: None },
            Asked::Lost => Tried::Unanswered { verdict: Verdict::NoAnswer, outcome: None },
            Asked::Busy => Tried::Busy,
        }
    }

    /// Asks about a number and keeps nothing. Whoever asks the same at the same moment shares the one call, and the
    /// call goes on should this future be dropped.
    pub async fn ask(&self, request: &Request) -> Asked {
        match self.flights.board(Question::of(request), || self.call(request)) {
            Boarding::Aboard(flight) => flight.landed().await.map_or(Asked::Lost, Asked::Ended),
            Boarding::Refused => Asked::Held,
            Boarding::Full => Asked::Busy,
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

    /// The one call for a question, which needs nothing of whoever asked; `None` while the provider is left alone.
    fn call(&self, request: &Request) -> Option<impl Future<Output = Outcome> + Send + use<>> {
        let provider = request.product.provider;
        let pass = self.breaker.admit(provider, self.clock.now())?;
        let (client, clock, request) = (self.client.clone(), self.clock.clone(), request.clone());
        let (minutes, silences) = (self.minutes.clone(), self.silences.clone());
        Some(async move {
            let began = Instant::now();
            let outcome = ask(&client, &request).await;
            let (evidence, now) = (Evidence::of(&outcome.verdict), clock.now());
            minutes.note(provider, evidence, began.elapsed(), now);
            silences.note(provider, &outcome.verdict);
            pass.ended(evidence, now);
            outcome
        })
    }
}

impl Question {
    fn of(request: &Request) -> Self {
        Self { product: request.product.code.clone(), number: request.number.clone(), nominal: request.nominal }
    }
}
