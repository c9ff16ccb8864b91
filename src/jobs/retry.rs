//! Checks that their provider has not answered yet: the ⏳ message, when to ask again, when to give up, and `/batal`.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    outbox::{Placed, Priority},
    runner::Runner,
    task::Task,
    work::{Check, Progress},
};
use crate::{
    chat::{Intent, Notice, Reply},
    inquiry::{Asked, CircuitState, Inquiry, backoff::Pauses},
    klikoo::MAX_RETRY_AFTER,
    store::{Job, Retries, Waiting},
    value::{MessageId, Outcome, Provider, Verdict},
};

/// Waiting checks of one provider that are asked again at once.
const MAX_AT_ONCE: usize = 8;

/// Longer than any pause of [`Pauses::LATE_ANSWER`], its jitter included, and than any that the vendor may ask for
/// ([`MAX_RETRY_AFTER`]): a job that is due later than this was given its time before the clock was put back.
pub(super) const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(75 + MAX_RETRY_AFTER.as_secs().cast_signed());

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
    fn running(&self) -> usize {
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

impl Runner {
    /// A check brought no answer: it waits for its next turn, or is given up where its retry window has ended.
    pub(super) async fn retry_later(&self, job: &Job, check: Check<'_>, asked: Asked, window: TimeDelta) -> Progress {
        let now = self.now();
        // The clock may have been put back since the check began to wait.
        let latest = now.checked_add_signed(window).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let is_held = asked == Asked::Held;
        let provider = check.request.product.provider;
        let verdict = self.conversation.inquiry.verdict_without_answer(provider, &asked);
        let (outcome, retry_after) = match asked {
            Asked::Ended { outcome, retry_after } => (Some(outcome), retry_after),
            Asked::Held | Asked::Busy | Asked::Lost => (None, None),
        };
        let times = job.waiting.as_ref().map_or(0, |waiting| waiting.asked) + u32::from(outcome.is_some());
        let until = job.waiting.as_ref().map_or(latest, |waiting| waiting.until.min(latest));
        let due = match Pauses::LATE_ANSWER.next(times.max(1), retry_after, now, until) {
            None => return self.give_up(job, check, outcome, now).await,
            // When its provider may be asked is for the circuit breaker to say.
            Some(_) if is_held => now,
            Some(next) => next,
        };
        let notice = match &job.waiting {
            Some(waiting) => waiting.notice,
            None => match self.say_waiting(job, check, &verdict, outcome.as_ref(), until).await {
                Some(notice) => Some(notice),
                None => return Progress::Done,
            },
        };
        let last = outcome.or_else(|| job.waiting.as_ref()?.last.clone());
        let waiting = Waiting { notice, asked: times, due, until, last };
        self.until_written(|| self.store.reschedule(job.update, waiting.clone())).await;
        Progress::Waits
    }

    /// Says that there is no answer yet; `None` where the check cannot wait: too many do, or its agent cannot be told. Then
    /// its end is recorded.
    ///
    /// Should the bot die between the notice and its note in the store, the next start knows of no notice, nor could
    /// Telegram tell: it asks anew, answers in a message of its own, and the notice stays as it is.
    async fn say_waiting(
        &self,
        job: &Job,
        check: Check<'_>,
        verdict: &Verdict,
        outcome: Option<&Outcome>,
        until: DateTime<Utc>,
    ) -> Option<MessageId> {
        let Check { task, request, pin } = check;
        let now = self.now();
        let load = self.store.load().await;
        let is_full = load.is_ok_and(|load| load.waiting + self.retrying.running() >= self.bounds.waiting);
        let notice = match outcome {
            _ if !is_full => {
                Notice::Waiting { request, verdict, last: outcome.map(|outcome| (now, outcome)), until, pin }
            }
            Some(_) => Notice::GivenUp { request, at: now },
            None => Notice::Busy,
        };
        let mut reply = self.conversation.notice(job.chat, notice).await;
        if !is_full {
            reply = self.or_late(job, task, reply).await;
        }
        let said = self.say(job, task, reply, None, pin).await.filter(|_| !is_full);
        if said.is_none() {
            self.keep(job, request, outcome.cloned().unwrap_or_else(Outcome::unasked)).await;
        }
        said.map(|placed| placed.message)
    }

    /// The provider never answered: records the last that is known, and says so in place of the ⏳ message.
    async fn give_up(&self, job: &Job, check: Check<'_>, outcome: Option<Outcome>, at: DateTime<Utc>) -> Progress {
        let last = outcome.or_else(|| job.waiting.as_ref()?.last.clone()).unwrap_or_else(Outcome::unasked);
        if self.keep(job, check.request, last).await.is_none() {
            return Progress::Cancelled;
        }
        let reply = self.conversation.notice(job.chat, Notice::GivenUp { request: check.request, at }).await;
        self.say(job, check.task, reply, job.waiting.as_ref(), None).await;
        Progress::Done
    }

    /// `/batal`: cancels the agent's checks that wait in this chat, says so in place of each ⏳ message, and says how many.
    pub(super) async fn cancel(&self, job: &Job, task: &Task) {
        let cancelled = match self.store.cancel(job.update).await {
            Ok(cancelled) => cancelled,
            Err(error) => {
                tracing::error!(%error, "waiting checks cannot be cancelled");
                self.say_notice(job.chat, task, Notice::NotAccepted).await;
                return;
            }
        };
        for job in &cancelled {
            let Some(task) = Task::read(&job.body) else { continue };
            let Intent::Check { check, .. } = &task.intent else { continue };
            let reply = self.conversation.notice(job.chat, Notice::CheckCancelled(check)).await;
            self.replace(&task, job.waiting.as_ref(), &reply, Priority::Answer).await;
        }
        let reply = self.conversation.notice(job.chat, Notice::Cancelled(cancelled.len())).await;
        let reply = self.or_late(job, task, reply).await;
        self.say(job, task, reply, None, None).await;
    }

    /// Puts a reply in place of a waiting job's ⏳ message; where that is gone, or there is none, it is said anew.
    pub(super) async fn replace(
        &self,
        task: &Task,
        waiting: Option<&Waiting>,
        reply: &Reply,
        priority: Priority,
    ) -> Option<Placed> {
        if let Some(message) = waiting.and_then(|waiting| waiting.notice) {
            let notice = Placed { chat: task.to.chat, message };
            if self.outbox.edit(notice, reply, priority).await.is_ok() {
                return Some(notice);
            }
        }
        self.outbox.send(task.to, reply, priority).await.ok()
    }
}
