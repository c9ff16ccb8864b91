//! What every job needs while it is carried out: to speak through the outbox, to keep how a check ended, to tell the
//! owners.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, Semaphore};
use tokio_util::task::TaskTracker;

use super::{
    answers::Answers,
    bounds::Bounds,
    incidents::Incidents,
    outbox::{Destination, Outbox, Placed, Priority},
    slots::Retrying,
    task::Task,
    turns::Lists,
};
use crate::{
    access::{self, Actor, ChatIds, Decision, Reason},
    chat::{self, Alert, Asker, Checked, Conversation, Incident, Intent, Notice, PinIn, Reply},
    clock::Clock,
    inquiry::parse::Request,
    store::{self, AuditAct, AuditEntry, Job, Jobs, Kept, Record, Target},
    value::{ChatId, MessageId, Outcome, UpdateId, UserId, Verdict},
};

/// An answer that comes later than this after its question begins with an apology.
const LATE: TimeDelta = TimeDelta::minutes(2);

/// A job that waits in the store while it is carried out is looked at again after this time, should the process be
/// gone.
pub(super) const IN_PROGRESS: TimeDelta = TimeDelta::seconds(30);

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
    /// The name that the agent was given for the customer.
    pub(super) name: Option<&'a str>,
    /// Whether the provider is asked even where the chat has the answer already.
    pub(super) anew: bool,
    /// The message whose place the answer takes: the one with the button that was pressed.
    pub(super) in_place: Option<MessageId>,
}

/// Carries jobs out, one call each: `work` has the way of a job, `retry` that of a check without an answer.
pub(super) struct Worker {
    pub(super) store: Arc<dyn Jobs>,
    pub(super) conversation: Arc<Conversation>,
    pub(super) outbox: Arc<dyn Outbox>,
    pub(super) clock: Arc<dyn Clock>,
    /// How much is carried out at once, and how long things take.
    pub(super) bounds: Bounds,
    pub(super) retrying: Retrying,
    /// What is wrong at present.
    pub(super) incidents: Arc<Incidents>,
    /// A permit for each report that is being made.
    pub(super) reports: Semaphore,
    pub(super) answers: Answers,
    /// What is said beside jobs: alerts, notices to slow down, refusals on a full disk.
    pub(super) notices: TaskTracker,
    /// Jobs that are carried out here and wait in the store, so that `/batal` ends them and they hold up nothing: a
    /// claim of one is no second start.
    pub(super) in_progress: Mutex<HashSet<UpdateId>>,
    /// The lists among them.
    pub(super) lists: Lists,
    /// Who has what deleted at this moment: on a full disk it may last.
    pub(super) deleting: Mutex<Vec<(UserId, Target)>>,
    /// Rung when there may be something to claim.
    pub(super) wake: Notify,
}

impl Worker {
    /// The present moment.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn in_progress(&self) -> MutexGuard<'_, HashSet<UpdateId>> {
        self.in_progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says an answer as [`say`](Self::say) does; where it comes late, with an apology.
    pub(super) async fn answer(&self, job: &Job, task: &Task, reply: Reply, at: Option<MessageId>) -> Option<Placed> {
        let reply = self.or_late(job, task, reply).await;
        self.say(job, task, reply, at).await
    }

    /// Says something of what was asked, in place of an earlier message of the bot's if there is one `at` hand; with a
    /// warning where a PIN was shown, of which the message is taken out, unless the job waits and has done so before.
    /// Gives where it stands; `None` where it was refused, or the one who asked may not be answered any more.
    pub(super) async fn say(&self, job: &Job, task: &Task, mut reply: Reply, at: Option<MessageId>) -> Option<Placed> {
        if !self.may_hear(job, task, task.intent.action()).await {
            return None;
        }
        let (mut priority, mut pin) = (Priority::LateAnswer, None);
        if job.waiting.is_none() {
            (priority, pin) = (Priority::Answer, task.intent.pin());
            reply = self.warned(job, task, reply).await;
        }
        let placed = self.replace(task, at, &reply, priority).await;
        if let Some(placed) = placed {
            self.answers.note(job.chat, job.user, task, placed.message);
        }
        let with_pin = match pin {
            Some(PinIn::Message) => task.to.message,
            Some(PinIn::Quoted) => task.quoted,
            None => None,
        };
        if let Some(message) = with_pin {
            self.note_said(job, task, placed).await;
            self.outbox.delete(Placed { chat: task.to.chat, message }).await;
        }
        if placed.is_some() {
            self.say_to_asker(job, task, &reply).await;
        }
        placed
    }

    /// Notes where a job is answered, before the message that it answers is deleted: what is said of it after a kill
    /// takes that place, since nothing can reply to a message that is gone.
    async fn note_said(&self, job: &Job, task: &Task, placed: Option<Placed>) {
        let Some(Placed { message, .. }) = placed else { return };
        let body = Task { in_place: Some(message), ..task.clone() }.write();
        if let Err(error) = self.store.amend(job.update, job.provider, job.items, body).await {
            tracing::error!(%error, update = job.update.0, "where a job is answered could not be kept");
        }
    }

    /// Says to the one who asked what nobody else in the chat may read, beside what all may: Telegram does not promise
    /// that it arrives, and what has no id of the chat's cannot be edited, so it has no buttons.
    async fn say_to_asker(&self, job: &Job, task: &Task, reply: &Reply) {
        let Some(text) = &reply.to_asker else { return };
        let press = task.press.as_ref().map(|press| press.id.as_str());
        // Where it cannot be said, what all may read stands there already.
        let _ = self.outbox.send_to_one(task.to, job.user, press, text).await;
    }

    /// An answer; where it comes late, with an apology.
    pub(super) async fn or_late(&self, job: &Job, task: &Task, reply: Reply) -> Reply {
        if self.now() - task.asked > LATE { self.conversation.with_late_apology(job.chat, reply).await } else { reply }
    }

    /// An answer; where a PIN was shown, with a warning.
    pub(super) async fn warned(&self, job: &Job, task: &Task, reply: Reply) -> Reply {
        if task.intent.pin().is_some() { self.conversation.with_pin_warning(job.chat, reply).await } else { reply }
    }

    /// Says something that is no answer.
    pub(super) async fn say_notice(&self, chat: ChatId, task: &Task, notice: Notice<'_>) {
        let reply = self.conversation.notice(chat, notice).await;
        let _ = self.outbox.send(task.to, &reply, Priority::Answer).await;
    }

    /// Says that a mistake in this program stands in the way of an answer.
    pub(super) async fn apologise(&self, job: &Job) {
        let apology = self.conversation.notice(job.chat, Notice::Apology).await;
        let task = Task::read(&job.body);
        match task {
            Some(Task { press: Some(press), .. }) => {
                self.outbox.answer_press(&press.id, Some(&apology.text.plain())).await;
            }
            Some(task) => {
                self.replace(&task, notice_of(job), &apology, Priority::Answer).await;
            }
            None => {
                let to = Task::destination(&job.body).unwrap_or(Destination::chat(job.chat));
                let _ = self.outbox.send(to, &apology, Priority::Answer).await;
            }
        }
    }

    /// Who asked.
    pub(super) fn asker(&self, job: &Job, task: &Task) -> Asker {
        Asker { chat: job.chat, here: task.to.chat, user: job.user, asked: task.asked }
    }

    /// Whether the one who asked may do `action` at this moment: they may have been taken off since they asked.
    pub(super) async fn authorise(&self, job: &Job, task: &Task, action: access::Action) -> Decision {
        let chat = ChatIds { first: job.chat, current: task.to.chat };
        self.conversation.access.authorise(Actor::of(job.user), chat, action).await
    }

    /// The same as a yes or no; a no is logged.
    pub(super) async fn may(&self, job: &Job, task: &Task, action: access::Action) -> bool {
        is_allowed(job, self.authorise(job, task, action).await)
    }

    /// Whether they may be told of what they asked for. Who is paused asks for no more, but reads what was asked
    /// before, as the history shows it too.
    pub(super) async fn may_hear(&self, job: &Job, task: &Task, action: access::Action) -> bool {
        let decision = self.authorise(job, task, action).await;
        matches!(decision, Decision::Deny(Reason::Paused(_))) || is_allowed(job, decision)
    }

    /// Whether the one who asked may do that in their private chat.
    pub(super) async fn may_in_private(&self, job: &Job, intent: &Intent) -> bool {
        let Some(chat) = ChatIds::private(job.user) else { return false };
        self.conversation.access.authorise(Actor::of(job.user), chat, intent.action()).await.is_allowed()
    }

    /// Notes that somebody who may use the bot wanted what they may not. Strangers write nothing.
    pub(super) async fn note_denied(&self, job: &Job, action: access::Action, reason: Reason) {
        use access::Action::{Configure, DeleteChat, Manage, Own};
        // Whether they may is not known then: they are accused of nothing.
        if reason == Reason::Unasked || !matches!(action, Manage | Own | Configure | DeleteChat) {
            return;
        }
        let word = match reason {
            Reason::NotOwner => "not-owner",
            Reason::NotManager => "not-manager",
            Reason::NotGroupAdmin => "not-group-admin",
            Reason::OnlyInPrivate => "only-in-private",
            _ => "no-access",
        };
        let entry = AuditEntry::by(job.user, job.chat, AuditAct::Denied, word, self.now());
        self.conversation.audit.note(entry).await;
    }

    /// Tells the one who asked why that is not done, in place of what the message was answered before it was edited.
    /// Who is blocked is told nothing.
    pub(super) async fn say_denied(&self, job: &Job, task: &Task, in_place: Option<MessageId>, reason: Reason) {
        if reason == Reason::Blocked {
            return;
        }
        let denied = self.conversation.notice(job.chat, Notice::Denied(reason, self.now())).await;
        match &task.press {
            Some(press) => self.outbox.answer_press(&press.id, Some(&denied.text.plain())).await,
            None => drop(self.replace(task, notice_of(job).or(in_place), &denied, Priority::Answer).await),
        }
    }

    /// Ends what somebody waits for who is no agent any more.
    pub(super) async fn say_revoked(&self, job: &Job, task: &Task) {
        let revoked = self.conversation.notice(job.chat, Notice::Revoked).await;
        self.replace(task, notice_of(job), &revoked, Priority::Answer).await;
    }

    /// Ends a job.
    pub(super) async fn finish(&self, update: UpdateId) {
        self.until_written(|| self.store.finish(update)).await;
    }

    /// Writes until the store takes it: where the disk is full, once there is room again. A stop does not wait for it;
    /// the next start does the job again then.
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

    /// Says the answer of a check that its agent waited for: in place of its ⏳ message, or, since an edit rings no
    /// phone, in a new one where the wait was long.
    pub(super) async fn say_late(&self, job: &Job, task: &Task, reply: Reply) {
        let notice = notice_of(job);
        let (Some(notice), true) = (notice, self.now() - task.asked > self.bounds.long_wait) else {
            self.say(job, task, reply, notice).await;
            return;
        };
        // Of a message that showed a PIN the ⏳ is left to reply to.
        let is_gone = task.intent.pin() == Some(PinIn::Message);
        let message = if is_gone { Some(notice) } else { task.to.message };
        let task = &Task { to: Destination { message, ..task.to }, ..task.clone() };
        if self.say(job, task, reply.clone(), None).await.is_none() {
            return;
        }
        // First: the edit may have to wait for its turn, and a kill meanwhile would have the answer said again.
        self.finish(job.update).await;
        let pointer = self.conversation.notice(job.chat, Notice::AnsweredBelow).await;
        let notice = Placed { chat: task.to.chat, message: notice };
        let _ = self.outbox.edit(notice, &pointer, Priority::LateAnswer).await;
    }

    /// Puts a reply in place of an earlier message; where that is gone, or there is none, it is said anew.
    pub(super) async fn replace(
        &self,
        task: &Task,
        at: Option<MessageId>,
        reply: &Reply,
        priority: Priority,
    ) -> Option<Placed> {
        if let Some(message) = at {
            let at = Placed { chat: task.to.chat, message };
            if self.outbox.edit(at, reply, priority).await.is_ok() {
                return Some(at);
            }
        }
        self.outbox.send(task.to, reply, priority).await.ok()
    }

    /// The record of a check that ended `at` a time.
    pub(super) fn record(job: &Job, request: &Request, outcome: Outcome, at: DateTime<Utc>) -> Record {
        Record {
            at,
            chat: job.chat,
            agent: job.user,
            product: request.product.code.to_string(),
            provider: request.product.provider,
            number: request.number.clone(),
            nominal: request.nominal,
            outcome,
        }
    }

    /// Keeps how a check ended, in the history and in its job; `None` where `/batal` or `/hapusdata` came first. A
    /// store that fails costs the history its record, not the agent the answer.
    pub(super) async fn keep(&self, job: &Job, item: u32, request: &Request, outcome: Outcome) -> Option<Checked> {
        let at = self.now();
        self.note_works(request, &outcome).await;
        let record = Self::record(job, request, outcome.clone(), at);
        let kept = self.store.keep(job.update, item, record).await;
        if let Err(error) = &kept {
            tracing::error!(%error, reference = %outcome.reference, "a check could not be kept");
            self.tell_owners(&Alert::Store(error.to_string()));
        }
        match kept {
            Ok(Kept::Cancelled) => None,
            Ok(Kept::Deleted) => {
                self.end_deleted(job).await;
                None
            }
            kept => Some(Checked { outcome, at, kept: kept.is_ok(), is_earlier: false }),
        }
    }

    /// A check ended with `outcome`: what it shows to be in order is over as an incident.
    pub(super) async fn note_works(&self, request: &Request, outcome: &Outcome) {
        let is_answer = !matches!(outcome.verdict, Verdict::Operator(_) | Verdict::Other(_) | Verdict::ServiceDown)
            && outcome.verdict.is_final()
            && chat::alert_of(&request.product, outcome).is_none();
        if is_answer {
            let product = Incident::Product(request.product.code.clone());
            self.incidents.well(|incident| incident.is_of_account() || *incident == product).await;
        }
    }
}

fn is_allowed(job: &Job, decision: Decision) -> bool {
    if let Decision::Deny(reason) = decision {
        tracing::info!(chat = %job.chat, update = job.update.0, ?reason, "not answered: the asker may not any more");
    }
    decision.is_allowed()
}

/// The message of a job that waits.
pub(super) fn notice_of(job: &Job) -> Option<MessageId> {
    job.waiting.as_ref().and_then(|waiting| waiting.notice)
}
