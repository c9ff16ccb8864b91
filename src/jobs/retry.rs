//! Checks that their provider has not answered yet: the ⏳ message, when to ask again, when to give up, and `/batal`.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    outbox::Priority,
    task::Task,
    worker::{Check, Progress, Worker},
};
use crate::{
    chat::{Intent, Notice},
    inquiry::{Asked, backoff::Pauses},
    store::{Job, Waiting},
    value::{MessageId, Outcome, Verdict},
};

impl Worker {
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
        let is_full = load.is_ok_and(|load| load.waiting + self.retrying.running() >= self.max_waiting);
        let notice = match outcome {
            _ if !is_full => {
                Notice::Waiting { request, verdict, last: outcome.map(|outcome| (now, outcome)), until, pin }
            }
            Some(_) => Notice::GivenUp { request, verdict, at: now },
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
        let Some(checked) = self.keep(job, check.request, last).await else { return Progress::Cancelled };
        let notice = Notice::GivenUp { request: check.request, verdict: &checked.outcome.verdict, at };
        let reply = self.conversation.notice(job.chat, notice).await;
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
}
