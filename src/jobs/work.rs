//! The way of one job from its claim to its end.

use std::{panic::AssertUnwindSafe, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt;

use super::{
    outbox::{Destination, Placed, Priority},
    retry::Slot,
    runner::Runner,
    task::{Press, Task},
};
use crate::{
    access::Role,
    chat::{self, Actor, Alert, Checked, Intent, Notice, PinIn, Pressed, Reply, Turn},
    inquiry::{Asked, CircuitState, Wait, parse::Request},
    store::{self, Job, Kept, Record, Waiting},
    value::{ChatId, Outcome, Provider},
};

/// An answer that comes later than this after its question begins with an apology.
const LATE: TimeDelta = TimeDelta::minutes(2);

/// How long a write that failed waits before it is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is to be ended.
    Done,
    /// It waits for its provider.
    Waits,
    /// `/batal` cancelled it, and ends it.
    Cancelled,
}

/// A check that is being carried out.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) task: &'a Task,
    pub(super) request: &'a Request,
    /// Where a PIN was shown.
    pub(super) pin: Option<PinIn>,
}

impl Runner {
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
                self.until_written(|| self.store.finish(job.update)).await;
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
            (Intent::Press { turn }, Some(press)) => {
                self.press(job, &task, press, *turn).await;
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
                let notice = Notice::GivenUp { request, at: checked.at };
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

    /// Keeps how a check ended, in the history and in its job; `None` where `/batal` came first. A store that fails costs
    /// the history its record, not the agent the answer.
    pub(super) async fn keep(&self, job: &Job, request: &Request, outcome: Outcome) -> Option<Checked> {
        let at = self.now();
        let record = Record {
            at,
            chat: job.chat,
            agent: job.user,
            product: request.product.code.to_string(),
            provider: request.product.provider,
            number: request.number.clone(),
            nominal: request.nominal,
            outcome: outcome.clone(),
        };
        let kept = self.store.keep(job.update, 0, record).await;
        if let Err(error) = &kept {
            tracing::error!(%error, reference = %outcome.reference, "a check could not be kept");
            self.tell_owners(&Alert::Store(error.to_string()));
        }
        match kept {
            Ok(Kept::Cancelled) => None,
            kept => Some(Checked { outcome, at, kept: kept.is_ok() }),
        }
    }

    /// A pressed button: the button stops waiting at once, even where the edit has to wait for Telegram's limits.
    async fn press(&self, job: &Job, task: &Task, press: &Press, turn: Option<Turn>) {
        match self.conversation.press(&self.actor(job, task), turn).await {
            Pressed::Notice(notice) => self.outbox.answer_press(&press.id, Some(&notice)).await,
            Pressed::Edit(reply) => {
                let message = Placed { chat: task.to.chat, message: press.message };
                let edit = self.outbox.edit(message, &reply, Priority::Answer);
                let _ = tokio::join!(self.outbox.answer_press(&press.id, None), edit);
            }
        }
    }

    /// Says an answer, in place of the ⏳ message of a check that waited, and takes out the message that showed a PIN. Gives
    /// where it stands; `None` where it was refused, or whoever asked may not be answered any more.
    pub(super) async fn say(
        &self,
        job: &Job,
        task: &Task,
        reply: Reply,
        waiting: Option<&Waiting>,
        pin: Option<PinIn>,
    ) -> Option<Placed> {
        if !self.may_ask(job, task) {
            return None;
        }
        let priority = if waiting.is_some() { Priority::LateAnswer } else { Priority::Answer };
        let placed = self.replace(task, waiting, &reply, priority).await;
        let with_pin = match pin {
            Some(PinIn::Message) => task.to.message,
            Some(PinIn::Quoted) => task.quoted,
            None => None,
        };
        if let Some(message) = with_pin {
            self.outbox.delete(Placed { chat: task.to.chat, message }).await;
        }
        placed
    }

    /// An answer; where it comes late, with an apology.
    pub(super) async fn or_late(&self, job: &Job, task: &Task, reply: Reply) -> Reply {
        if self.now() - task.asked > LATE { self.conversation.with_late_apology(job.chat, reply).await } else { reply }
    }

    /// Says something that is no answer.
    pub(super) async fn say_notice(&self, chat: ChatId, task: &Task, notice: Notice<'_>) {
        let reply = self.conversation.notice(chat, notice).await;
        let _ = self.outbox.send(task.to, &reply, Priority::Answer).await;
    }

    /// Says that a mistake in this program stands in the way of an answer.
    async fn apologise(&self, job: &Job) {
        let apology = self.conversation.notice(job.chat, Notice::Apology).await;
        let task = Task::read(&job.body);
        match task {
            Some(Task { press: Some(press), .. }) => {
                self.outbox.answer_press(&press.id, Some(&apology.text.plain())).await;
            }
            Some(task) => drop(self.replace(&task, job.waiting.as_ref(), &apology, Priority::Answer).await),
            None => {
                let to = Task::destination(&job.body).unwrap_or(Destination::chat(job.chat));
                let _ = self.outbox.send(to, &apology, Priority::Answer).await;
            }
        }
    }

    /// Who asked, and what they may do at this moment.
    fn actor(&self, job: &Job, task: &Task) -> Actor {
        let role = self.access.role(job.user, &[job.chat, task.to.chat]);
        Actor { chat: job.chat, user: job.user, role }
    }

    /// Whether whoever asked may still be answered; the operator may have taken them off the lists meanwhile.
    fn may_ask(&self, job: &Job, task: &Task) -> bool {
        let may = self.actor(job, task).role != Role::Stranger;
        if !may {
            tracing::info!(chat = %job.chat, update = job.update.0, "not answered: no longer admitted");
        }
        may
    }

    /// Writes until the store takes it: where the disk is full, once there is room again. A stop does not wait for it; the
    /// next start does the job again then.
    pub(super) async fn until_written<T, F>(&self, write: impl Fn() -> F) -> T
    where
        F: Future<Output = Result<T, store::Error>>,
    {
        loop {
            match write().await {
                Ok(written) => return written,
                Err(error) => tracing::error!(%error, "the store cannot be written; trying again"),
            }
            tokio::time::sleep(WRITE_AGAIN).await;
        }
    }
}
