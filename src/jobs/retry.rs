//! Checks that their provider has not answered yet: the ⏳ message, when to ask again, when to give up, and `/batal`.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    list::Ordered,
    outbox::{Placed, Priority},
    task::Task,
    worker::{Check, IN_PROGRESS, Progress, Worker, notice_of},
};
use crate::{
    chat::Notice,
    inquiry::{Asked, backoff::Pauses, parse::Request},
    store::{Job, Waiting},
    value::{MessageId, Outcome, UpdateId, UserId, Verdict},
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
        let not_before = retry_after.and_then(|pause| now.checked_add_signed(TimeDelta::from_std(pause).ok()?));
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
        let waiting = Waiting { notice, asked: times, due, not_before, until, last };
        // Before it may be claimed again: then it is a new start.
        self.in_progress().remove(&job.update);
        if !self.until_written(|| self.store.reschedule(job.update, waiting.clone())).await {
            self.withdraw_notice(job, check.task, waiting.notice).await;
        }
        Progress::Waits
    }

    /// Takes out the ⏳ message of a job that had none before and was ended meanwhile: what ended it has said so
    /// already.
    pub(super) async fn withdraw_notice(&self, job: &Job, task: &Task, notice: Option<MessageId>) {
        if let Some(message) = notice.filter(|_| job.waiting.is_none()) {
            self.outbox.delete(Placed { chat: task.to.chat, message }).await;
        }
    }

    /// Says that there is no answer yet; `None` where the check cannot wait: too many do, or its agent cannot be told.
    /// Then its end is recorded.
    ///
    /// Should the bot die between the notice and its note in the store, the next start knows of no notice, nor could
    /// Telegram tell: it asks anew, answers in a message of its own, and the notice stays as it is; but for one whose
    /// message showed a PIN ([`Worker::note_said`]).
    async fn say_waiting(
        &self,
        job: &Job,
        check: Check<'_>,
        verdict: &Verdict,
        outcome: Option<&Outcome>,
        until: DateTime<Utc>,
    ) -> Option<MessageId> {
        let Check { task, request, in_place, .. } = check;
        let now = self.now();
        let load = self.store.load().await;
        let is_full = load.is_ok_and(|load| load.waiting + self.retrying.running() >= self.bounds.waiting);
        let own = self.own_waiting_if_full(job.user).await;
        let (is_full, asked) = (is_full || own.is_some(), request.check());
        let notice = match outcome {
            _ if own.is_some() => Notice::OwnBusy(own.unwrap_or_default(), Some(&asked)),
            _ if !is_full => Notice::Waiting {
                request,
                verdict,
                last: outcome.map(|outcome| (now, outcome)),
                until,
                job: (job.update, job.user),
            },
            Some(_) => Notice::GivenUp { request, verdict, at: now },
            None => Notice::Busy,
        };
        let reply = self.conversation.notice(job.chat, notice).await;
        let said = match is_full {
            true => self.say(job, task, reply, in_place).await.and(None),
            false => self.answer(job, task, reply, in_place).await,
        };
        if said.is_none() {
            self.keep(job, 0, request, outcome.cloned().unwrap_or_else(Outcome::unasked)).await;
        }
        said.map(|placed| placed.message)
    }

    /// The provider never answered: records the last that is known, and says so in place of the ⏳ message.
    async fn give_up(&self, job: &Job, check: Check<'_>, outcome: Option<Outcome>, at: DateTime<Utc>) -> Progress {
        let last = outcome.or_else(|| job.waiting.as_ref()?.last.clone()).unwrap_or_else(Outcome::unasked);
        let Some(checked) = self.keep(job, 0, check.request, last).await else { return Progress::Cancelled };
        let notice = Notice::GivenUp { request: check.request, verdict: &checked.outcome.verdict, at };
        let reply = self.conversation.notice(job.chat, notice).await;
        self.say_late(job, check.task, reply).await;
        Progress::Done
    }

    /// A check takes its time: says so, and lets its job wait in the store while it goes on here. Gives the job as it
    /// waits.
    pub(super) async fn wait_visibly(&self, job: &Job, check: Check<'_>, window: TimeDelta) -> Result<Job, Progress> {
        let now = self.now();
        let until = now.checked_add_signed(window).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let Some(notice) = self.say_waiting(job, check, &Verdict::NoAnswer, None, until).await else {
            return Err(Progress::Done);
        };
        let (notice, due) = (Some(notice), now + IN_PROGRESS);
        let waiting = Waiting { notice, asked: 0, due, not_before: None, until, last: None };
        match self.wait_in_store(job, waiting).await {
            (waiting, true) => Ok(waiting),
            (_, false) => {
                self.withdraw_notice(job, check.task, notice).await;
                Err(Progress::Cancelled)
            }
        }
    }

    /// Lets a job wait in the store while it is carried out here, so that it holds up nothing. Gives it as it waits,
    /// and whether it does: it may have been ended meanwhile.
    pub(super) async fn wait_in_store(&self, job: &Job, waiting: Waiting) -> (Job, bool) {
        self.in_progress().insert(job.update);
        let is_open = self.until_written(|| self.store.reschedule(job.update, waiting.clone())).await;
        // What its agent asked meanwhile may begin.
        self.wake.notify_one();
        (Job { waiting: Some(waiting), ..job.clone() }, is_open)
    }

    /// `/batal`: cancels the agent's checks that wait in this chat, says so in place of each ⏳ message, and says how
    /// many.
    pub(super) async fn cancel(&self, job: &Job, task: &Task) {
        match self.cancel_waiting(job, None).await {
            Some(cancelled) => {
                let closed = self.conversation.close_question(&self.asker(job, task)).await;
                let notice = match cancelled.len() {
                    0 if closed => Notice::QuestionClosed,
                    cancelled => Notice::Cancelled(cancelled),
                };
                let reply = self.conversation.notice(job.chat, notice).await;
                self.answer(job, task, reply, None).await;
            }
            None => self.say_notice(job.chat, task, Notice::NotAccepted).await,
        }
    }

    /// Cancels what waits, all of it or `only` one job, by whose it is, and says so in place of each ⏳ message; `None`
    /// where the store fails.
    pub(super) async fn cancel_waiting(&self, job: &Job, only: Option<(UserId, UpdateId)>) -> Option<Vec<Job>> {
        let cancelled = self.store.cancel(job.update, only).await;
        let cancelled =
            cancelled.inspect_err(|error| tracing::error!(%error, "waiting checks cannot be cancelled")).ok()?;
        for job in &cancelled {
            let Some(task) = Task::read(&job.body) else { continue };
            if let Some(ordered) = Ordered::of(&task.intent, &self.conversation.catalog.now()) {
                if !self.lists.cancel(job.update) {
                    self.say_cancelled_list(job, &task, ordered).await;
                }
                continue;
            }
            let Some(check) = task.intent.check() else { continue };
            let reply = self.conversation.notice(job.chat, Notice::CheckCancelled(check)).await;
            self.replace(&task, notice_of(job), &reply, Priority::Answer).await;
        }
        Some(cancelled)
    }

    /// `sudah?`: what of this agent waits in the chat, and since when.
    pub(super) async fn say_what_waits(&self, job: &Job, task: &Task) {
        let (open, _) = self.store.open_jobs().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the open jobs cannot be read");
            Default::default()
        });
        let is_own = |other: &Job| other.chat == job.chat && other.user == job.user && other.update != job.update;
        let tasks: Vec<Task> = open.iter().filter(|job| is_own(job)).filter_map(|job| Task::read(&job.body)).collect();
        let catalog = self.conversation.catalog.now();
        let check = |task: &Task| Some((Request::of(task.intent.check()?, &catalog)?, task.asked));
        let list = |task: &Task| Some((Ordered::of(&task.intent, &catalog)?.list.items.len(), task.asked));
        let checks: Vec<_> = tasks.iter().filter_map(check).collect();
        let lists: Vec<_> = tasks.iter().filter_map(list).collect();
        let reply = self.conversation.notice(job.chat, Notice::StillWaiting(&checks, &lists)).await;
        self.say(job, task, reply, None).await;
    }
}
