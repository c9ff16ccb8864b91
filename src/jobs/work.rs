//! The way of one job from its claim to its end.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::{
    outbox::{Placed, Priority},
    slots::Slot,
    task::{PressedButton, Task},
    worker::{Check, Progress, Worker},
};
use crate::{
    chat::{self, Checked, Intent, Notice, Press, Pressed},
    inquiry::{Asked, CircuitState, Wait, parse::Request},
    store::Job,
    value::Provider,
};

impl Worker {
    /// Carries one job out; with an apology where a mistake in this program stands in the way of an answer. The caller ends
    /// it where it is done.
    pub(super) async fn carry_out(&self, job: &Job, slot: Option<Slot>) -> Progress {
        // Boxed: a large future, of which many may wait for Telegram or a provider at once.
        let work = Box::pin(AssertUnwindSafe(self.work(job, slot)).catch_unwind());
        match work.await {
            Ok(progress) => progress,
            Err(_) => {
                // The panic hook has logged where it was.
                tracing::error!(chat = %job.chat, update = job.update.0, "a job panicked; apologising");
                // Ended first: a job that panics at every start must not be taken up for ever.
                self.finish(job.update).await;
                self.apologise(job).await;
                Progress::Done
            }
        }
    }

    async fn work(&self, job: &Job, slot: Option<Slot>) -> Progress {
        let Some(task) = Task::read(&job.body) else {
            tracing::error!(update = job.update.0, "a job cannot be read; apologising");
            self.apologise(job).await;
            return Progress::Done;
        };
        if !self.may_ask(job, &task) {
            return Progress::Done;
        }
        match (&task.intent, &task.press) {
            (Intent::Check { check, pin }, _) => match Request::of(check, &self.conversation.catalog) {
                Some(request) => self.check(job, Check { task: &task, request: &request, pin: *pin }, slot).await,
                None => {
                    tracing::error!(update = job.update.0, "a product is gone from the catalog; apologising");
                    self.apologise(job).await;
                    Progress::Done
                }
            },
            (Intent::Cancel, _) => {
                self.cancel(job, &task).await;
                Progress::Done
            }
            (Intent::Press { press }, Some(button)) => {
                self.press(job, &task, button, press.as_ref()).await;
                Progress::Done
            }
            (intent, _) => {
                let reply = self.conversation.reply(&self.actor(job, &task), intent).await;
                let reply = self.or_late(job, &task, reply).await;
                self.say(job, &task, reply, None, intent.pin()).await;
                Progress::Done
            }
        }
    }

    /// Asks the provider, unless the outcome was kept before the bot last ended; says the answer.
    async fn check(&self, job: &Job, check: Check<'_>, slot: Option<Slot>) -> Progress {
        let Check { task, request, pin } = check;
        let checked = match self.checked_before(job).await {
            Some(checked) => checked,
            None => {
                let provider = request.product.provider;
                let was_down = self.conversation.inquiry.circuit(provider) != CircuitState::Closed;
                let typing = job.waiting.is_none().then(|| self.outbox.typing(task.to));
                // A job that an earlier process had accepted waits for its turn, however many there are.
                let can_wait = self.conversation.retry_window.is_some() && !job.resumed;
                let wait = if can_wait { Wait::Briefly } else { Wait::ForPermit };
                let asked = self.conversation.inquiry.ask(request, wait).await;
                drop(typing);
                match (asked, self.conversation.retry_window) {
                    (Asked::Ended { outcome, .. }, window) if outcome.verdict.is_final() || window.is_none() => {
                        if was_down {
                            self.hasten(provider).await;
                        }
                        match self.keep(job, request, outcome).await {
                            Some(checked) => checked,
                            None => return Progress::Cancelled,
                        }
                    }
                    (asked, Some(window)) => {
                        let alert = match &asked {
                            Asked::Ended { outcome, .. } => chat::alert_of(&request.product, outcome),
                            Asked::Held | Asked::Busy | Asked::Lost => None,
                        };
                        let progress = self.retry_later(job, check, asked, window).await;
                        if let Some(alert) = alert {
                            self.tell_owners(&alert);
                        }
                        return progress;
                    }
                    (asked, None) => {
                        let verdict = self.conversation.inquiry.verdict_without_answer(provider, &asked);
                        let notice = Notice::Unanswered { request, verdict: &verdict, pin };
                        let reply = self.conversation.notice(job.chat, notice).await;
                        let reply = self.or_late(job, task, reply).await;
                        self.say(job, task, reply, None, pin).await;
                        return Progress::Done;
                    }
                }
            }
        };
        // Others may be asked again while this answer waits for Telegram.
        drop(slot);
        let (reply, alert) = match &job.waiting {
            None => {
                let (reply, alert) = self.conversation.answer(job.chat, request, &checked, pin).await;
                (self.or_late(job, task, reply).await, alert)
            }
            Some(_) if checked.outcome.verdict.is_final() => {
                // The ⏳ message has warned of a PIN.
                self.conversation.answer(job.chat, request, &checked, None).await
            }
            Some(_) => {
                let notice = Notice::GivenUp { request, verdict: &checked.outcome.verdict, at: checked.at };
                (self.conversation.notice(job.chat, notice).await, None)
            }
        };
        self.say(job, task, reply, job.waiting.as_ref(), pin).await;
        if let Some(alert) = alert {
            self.tell_owners(&alert);
        }
        Progress::Done
    }

    /// The outcome that was kept before the bot last ended.
    async fn checked_before(&self, job: &Job) -> Option<Checked> {
        let (_, seq) = job.kept.first()?;
        let record = self.conversation.history.get(job.chat, *seq).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a kept check cannot be read");
            None
        })?;
        Some(Checked { outcome: record.outcome, at: record.at, kept: true })
    }

    /// A provider that was down answers again: the checks that wait for it are asked now, and not when their own pauses end.
    async fn hasten(&self, provider: Provider) {
        if let Err(error) = self.store.hasten(provider, self.now()).await {
            tracing::error!(%error, %provider, "cannot hasten the checks that wait");
        }
    }

    /// A pressed button: the button stops waiting at once, even where the edit has to wait for Telegram's limits.
    async fn press(&self, job: &Job, task: &Task, button: &PressedButton, press: Option<&Press>) {
        match self.conversation.press(&self.actor(job, task), press).await {
            Pressed::Notice(notice) => self.outbox.answer_press(&button.id, Some(&notice)).await,
            Pressed::Edit(reply) => {
                let message = Placed { chat: task.to.chat, message: button.message };
                let edit = self.outbox.edit(message, &reply, Priority::Answer);
                let _ = tokio::join!(self.outbox.answer_press(&button.id, None), edit);
            }
        }
    }
}
