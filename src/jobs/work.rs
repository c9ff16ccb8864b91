//! The way of one job from its claim to its end.

use std::{borrow::Cow, panic::AssertUnwindSafe, pin::pin};

use futures_util::FutureExt;
use tokio::time::timeout;

use super::{
    list::Ordered,
    outbox::{Placed, Priority},
    slots::Slot,
    task::Task,
    worker::{Check, IN_PROGRESS, Progress, Worker},
};
use crate::{
    access::{self, Decision, Reason},
    chat::{self, Checked, Intent, Notice, PinIn, Response},
    inquiry::{Asked, CircuitState, Wait, parse::Request},
    store::{Job, Waiting},
    value::{MessageId, Provider},
};

impl Worker {
    /// Carries one job out; with an apology where a mistake in this program stands in the way of an answer. The caller
    /// ends it where it is done.
    pub(super) async fn carry_out(&self, job: &Job, slot: Option<Slot>) -> Progress {
        if self.in_progress().contains(&job.update) {
            return self.still_in_progress(job).await;
        }
        // Boxed: a large future, of which many may wait for Telegram or a provider at once.
        let work = Box::pin(AssertUnwindSafe(self.work(job, slot)).catch_unwind());
        let progress = match work.await {
            Ok(progress) => progress,
            Err(_) => {
                // The panic hook has logged where it was.
                tracing::error!(chat = %job.chat, update = job.update.0, "a job panicked; apologising");
                // Ended first: a job that panics at every start must not be taken up for ever.
                self.finish(job.update).await;
                self.apologise(job).await;
                Progress::Done
            }
        };
        let waited_in_store = self.in_progress().contains(&job.update);
        if waited_in_store {
            if progress == Progress::Done {
                // While it is open and waits, it may be claimed: it ends before it is forgotten here.
                self.finish(job.update).await;
            }
            self.in_progress().remove(&job.update);
        }
        progress
    }

    /// A job that waits in the store while it is carried out here was claimed. A list is put back, so that its agent's
    /// other waiting checks are not held up for as long as it takes; one whose retry window has ended is told so.
    async fn still_in_progress(&self, job: &Job) -> Progress {
        let now = self.now();
        // A job that is claimed whatever its time would be claimed again at once.
        let is_list = self.lists.is_running(job.update) && !job.is_answered();
        if let Some(waiting) = job.waiting.clone().filter(|_| is_list) {
            let mut until = self.lists.until(job.update, self.end_of_list());
            if until <= now {
                self.lists.end(job.update);
                // A job that is past its end would be claimed again at once.
                until = now + IN_PROGRESS * 2;
            }
            let waiting = Waiting { due: now + IN_PROGRESS, until, ..waiting };
            if let Err(error) = self.store.reschedule(job.update, waiting).await {
                tracing::error!(%error, "a job in progress cannot be put back");
            }
        }
        Progress::Waits
    }

    async fn work(&self, job: &Job, slot: Option<Slot>) -> Progress {
        let Some(task) = Task::read(&job.body) else {
            tracing::error!(update = job.update.0, "a job cannot be read; apologising");
            self.apologise(job).await;
            return Progress::Done;
        };
        if !self.may(job, &task, access::Action::Read).await {
            if job.waiting.is_some() {
                self.say_revoked(job, &task).await;
            }
            return Progress::Done;
        }
        let in_place = match self.place_of(job, &task).await {
            Ok(in_place) => in_place,
            Err(progress) => return progress,
        };
        match self.meant(job, &task).await {
            Some((job, task)) => self.carry_out_task(&job, &task, in_place, slot).await,
            None => self.carry_out_task(job, &task, in_place, slot).await,
        }
    }

    /// The message whose place the answer takes: the one with the button that was pressed, or the answer to a message
    /// that was edited. An edited message that had no answer gets none; the answer of a check stays as it is, since the
    /// agent may have sold by it, and the new check is offered.
    async fn place_of(&self, job: &Job, task: &Task) -> Result<Option<MessageId>, Progress> {
        // A check that waits, or whose outcome is kept, was looked at before; its own ⏳ message is no earlier answer.
        if !task.edited || task.in_place.is_some() || job.waiting.is_some() || !job.kept.is_empty() {
            return Ok(task.in_place);
        }
        match self.answers.of(task) {
            Some(answer) if !answer.is_check => Ok(Some(answer.message)),
            // What it has in common with the list before is known already.
            Some(_) if matches!(task.intent, Intent::List { .. }) => Ok(None),
            Some(answer) => {
                let is_news = task.intent.check() != answer.check.as_ref();
                let check = task.intent.check().filter(|_| is_news);
                if is_news || task.intent.pin().is_some() {
                    let reply = self.conversation.notice(job.chat, Notice::Edited(check, job.user)).await;
                    let reply = self.warned(job, task, reply).await;
                    let _ = self.outbox.send(task.to, &reply, Priority::Answer).await;
                }
                if task.intent.pin() == Some(PinIn::Message)
                    && let Some(message) = task.to.message
                {
                    self.outbox.delete(Placed { chat: task.to.chat, message }).await;
                }
                Err(Progress::Done)
            }
            None => Err(Progress::Done),
        }
    }

    /// What a job means together with what was said before: an answer to the bot's question, or "once more". `None`
    /// where it means what it says.
    async fn meant(&self, job: &Job, task: &Task) -> Option<(Job, Task)> {
        let asker = self.asker(job, task);
        let (intent, pin) = match &task.intent {
            Intent::Refused { refusal, parts, name, pin } => {
                (self.conversation.complete(&asker, refusal, parts, name.as_ref()).await?, *pin)
            }
            Intent::Again { number } => {
                let check = match (task.quoted, number) {
                    // A reply means what it replies to, and nothing else.
                    (Some(quoted), _) => match self.answers.at(task.to.chat, quoted) {
                        Some(answer) => answer.check,
                        None => {
                            self.conversation.last_check(&asker, Some(number.as_ref()?)).await.map(|last| last.check())
                        }
                    },
                    (None, _) => match self.answers.last(job.chat, job.user) {
                        Some(last) => Some(last),
                        None => self.conversation.last_check(&asker, None).await.map(|last| last.check()),
                    },
                };
                (Intent::Check { check: check?, pin: None, name: None, anew: true }, None)
            }
            Intent::File { file, size, .. } => {
                let intent = self.read_file(task, file, *size).await;
                let pin = intent.pin();
                (intent, pin)
            }
            _ => return None,
        };
        let task = Task { intent: intent.with_pin(pin), ..task.clone() };
        let provider = self.conversation.provider_of(&task.intent);
        let job = Job { provider, items: task.intent.items(), body: task.write(), ..job.clone() };
        if provider.is_some() || matches!(task.intent, Intent::List { .. }) {
            // The next start must not read it as an answer to a question that is closed by then.
            if let Err(error) = self.store.amend(job.update, provider, job.items, job.body.clone()).await {
                tracing::error!(%error, update = job.update.0, "what a job means could not be kept");
            }
            self.conversation.close_question(&asker).await;
        }
        Some((job, task))
    }

    pub(super) async fn carry_out_task(
        &self,
        job: &Job,
        task: &Task,
        in_place: Option<MessageId>,
        slot: Option<Slot>,
    ) -> Progress {
        if let Decision::Deny(reason) = self.authorise(job, task, task.intent.action()).await {
            if reason == Reason::OnlyInPrivate && task.press.is_none() && !self.may_in_private(job, &task.intent).await
            {
                // `/saldo` of a member is most likely for another bot of the group.
                return Progress::Done;
            }
            self.note_denied(job, task.intent.action(), reason).await;
            self.say_denied(job, task, in_place, reason).await;
            return Progress::Done;
        }
        if job.waiting.is_none() && matches!(task.intent, Intent::Check { .. } | Intent::List { .. }) {
            // A whole check answers no question; nor must a later message answer one from before it. One that has
            // waited was before whatever is asked now.
            self.conversation.close_question(&self.asker(job, task)).await;
        }
        let catalog = self.conversation.catalog.now();
        if let Some(ordered) = Ordered::of(&task.intent, &catalog) {
            return self.list(job, task, ordered).await;
        }
        match (&task.intent, &task.press) {
            (Intent::Check { check, name, anew, .. }, _) => match Request::of(check, &catalog) {
                Some(request) => {
                    let check = Check { task, request: &request, name: name.as_deref(), anew: *anew, in_place };
                    return self.check(job, check, slot).await;
                }
                None => {
                    tracing::error!(update = job.update.0, "a product is gone from the catalog; apologising");
                    self.apologise(job).await;
                }
            },
            (Intent::Cancel, _) => self.cancel(job, task).await,
            (Intent::Press { press }, Some(button)) => {
                return self.press(job, task, button, press.as_ref(), slot).await;
            }
            (Intent::History { wanted, .. }, _) => self.history(job, task, wanted, in_place).await,
            (Intent::Status, _) => {
                let load =
                    self.store.load().await.inspect_err(|error| tracing::error!(%error, "what waits is unknown"));
                let reply = self.conversation.status(&self.asker(job, task), load.ok()).await;
                self.answer(job, task, reply, in_place).await;
            }
            (Intent::Export { .. } | Intent::Recap { .. } | Intent::Statistics { .. }, _) => {
                self.report(job, task).await
            }
            (Intent::Impatient, _) => self.say_what_waits(job, task).await,
            (intent, _) => {
                let Response { reply, then, .. } = self.conversation.respond(&self.asker(job, task), intent).await;
                if let Some(reply) = reply {
                    self.answer(job, task, reply, in_place).await;
                }
                self.follow_up(then).await;
            }
        }
        Progress::Done
    }
    /// Asks the provider, unless the outcome was kept before the bot last ended, or the chat has it already; says the
    /// answer.
    async fn check(&self, job: &Job, check: Check<'_>, slot: Option<Slot>) -> Progress {
        let Check { task, request, .. } = check;
        let mut job = Cow::Borrowed(job);
        let mut checked = self.checked_before(&job).await;
        if checked.is_none() && !check.anew && job.waiting.is_none() {
            checked = self.conversation.recent(&self.asker(&job, task), request).await;
        }
        let checked = match checked {
            Some(checked) => checked,
            None => {
                // One that has waited was counted before.
                if job.waiting.is_none()
                    && let Some(refusal) = self.refusal(&job, request).await
                {
                    self.say_refusal(&job, check, refusal).await;
                    return Progress::Done;
                }
                let provider = request.product.provider;
                let was_down = self.conversation.inquiry.circuit(provider) != CircuitState::Closed;
                let asked = match self.ask(&mut job, check).await {
                    Ok(asked) => asked,
                    Err(progress) => return progress,
                };
                match (asked, self.conversation.retry_window) {
                    (Asked::Ended { outcome, .. }, window) if outcome.verdict.is_final() || window.is_none() => {
                        if was_down {
                            self.hasten(provider).await;
                        }
                        self.note_answer(&job, &outcome.verdict).await;
                        match self.keep(&job, 0, request, outcome).await {
                            Some(checked) => checked,
                            None => return Progress::Cancelled,
                        }
                    }
                    (asked, Some(window)) => {
                        let alert = match &asked {
                            Asked::Ended { outcome, .. } => chat::alert_of(&request.product, outcome),
                            Asked::Held | Asked::Busy | Asked::Lost => None,
                        };
                        let progress = self.retry_later(&job, check, asked, window).await;
                        if let Some(alert) = alert {
                            self.tell_owners(&alert);
                        }
                        return progress;
                    }
                    (asked, None) => {
                        let verdict = self.conversation.inquiry.verdict_without_answer(provider, &asked);
                        let notice = Notice::Unanswered(request, &verdict);
                        let reply = self.conversation.notice(job.chat, notice).await;
                        self.answer(&job, task, reply, check.in_place).await;
                        return Progress::Done;
                    }
                }
            }
        };
        // Others may be asked again while this answer waits for Telegram.
        drop(slot);
        let (reply, alert) = if job.waiting.is_none() || checked.outcome.verdict.is_final() {
            self.conversation.answer(&self.asker(&job, task), request, &checked, check.name).await
        } else {
            let notice = Notice::GivenUp { request, verdict: &checked.outcome.verdict, at: checked.at };
            (self.conversation.notice(job.chat, notice).await, None)
        };
        match job.waiting {
            None => drop(self.answer(&job, task, reply, check.in_place).await),
            Some(_) => self.say_late(&job, task, reply).await,
        }
        if let Some(alert) = alert {
            self.tell_owners(&alert);
        }
        Progress::Done
    }

    /// Asks the provider. Where it takes its time, the agent sees a ⏳ message meanwhile, and the job waits in the
    /// store: it holds up nothing more, and `/batal` ends it.
    async fn ask(&self, job: &mut Cow<'_, Job>, check: Check<'_>) -> Result<Asked, Progress> {
        // A job that an earlier process had accepted waits for its turn, however many there are.
        let can_wait = self.conversation.retry_window.is_some() && !job.resumed;
        let wait = if can_wait { Wait::Briefly } else { Wait::ForPermit };
        let asking = self.ask_in_turn((job.chat, job.user), check.request, wait);
        let typing = job.waiting.is_none().then(|| self.outbox.typing(check.task.to));
        let Some(window) = self.conversation.retry_window.filter(|_| job.waiting.is_none()) else {
            return Ok(asking.await);
        };
        let mut asking = pin!(asking);
        let soon = timeout(self.bounds.notice_after, &mut asking).await;
        drop(typing);
        if let Ok(asked) = soon {
            return Ok(asked);
        }
        match self.wait_visibly(job, check, window).await {
            Ok(waiting) => *job = Cow::Owned(waiting),
            Err(progress) => return Err(progress),
        }
        Ok(asking.await)
    }

    /// The outcome that was kept before the bot last ended.
    async fn checked_before(&self, job: &Job) -> Option<Checked> {
        let (_, seq) = job.kept.first()?;
        let record = self.conversation.history.get(job.chat, *seq).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a kept check cannot be read");
            None
        })?;
        Some(Checked { outcome: record.outcome, at: record.at, kept: true, is_earlier: false })
    }

    /// A provider that was down answers again: the checks that wait for it are asked now, and not when their own pauses
    /// end.
    pub(super) async fn hasten(&self, provider: Provider) {
        if let Err(error) = self.store.hasten(provider, self.now()).await {
            tracing::error!(%error, %provider, "cannot hasten the checks that wait");
        }
    }
}
