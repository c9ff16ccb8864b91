//! Fair use: whether a call may be made that is about to be, how many checks of one agent may wait, and who is told.

use tracing::Instrument;

use super::worker::{Check, Worker};
use crate::{
    access::{Actor, Call, Taken},
    chat::Notice,
    inquiry::{Asked, Wait, parse::Request},
    store::Job,
    value::{ChatId, UserId, Verdict},
};

/// The part of all that may wait which one agent may have,
const OWN_PART: usize = 10;

/// but at least so many.
const OWN_LEAST: usize = 20;

impl Worker {
    /// Counts a call that is about to be made. Where it must not be made, gives what the agent is told, and sees that
    /// the owners are.
    pub(super) async fn refusal<'a>(&self, job: &Job, request: &Request) -> Option<Notice<'a>> {
        let (whose, is_owner) = (whose(job), self.conversation.access.is_owner(job.user));
        let provider = request.product.provider;
        let call = Call { whose, is_owner, chat: job.chat, provider, number: &request.number };
        match self.conversation.fair.take(call).await {
            Taken::Counted => None,
            Taken::Full(full) => {
                tracing::info!(chat = %job.chat, agent = %job.user, ?full, "not asked: a quota is used up");
                Some(Notice::QuotaFull(full, self.now(), None))
            }
            Taken::Suspected(suspicion) => {
                if suspicion.is_news {
                    self.show_guard_card(suspicion);
                }
                Some(Notice::Suspected(suspicion))
            }
        }
    }

    /// Tells an agent why a check is not made.
    pub(super) async fn say_refusal(&self, job: &Job, check: Check<'_>, refusal: Notice<'_>) {
        let line = check.request.check();
        let refusal = match refusal {
            Notice::QuotaFull(full, now, _) => Notice::QuotaFull(full, now, Some((&line, job.user))),
            other => other,
        };
        let reply = self.conversation.notice(job.chat, refusal).await;
        self.say(job, check.task, reply, check.in_place).await;
    }

    /// Notes what the partner said, for the guard.
    pub(super) async fn note_answer(&self, job: &Job, verdict: &Verdict) {
        let is_owner = self.conversation.access.is_owner(job.user);
        self.conversation.fair.answered(whose(job), is_owner, verdict).await;
    }

    /// Asks about a number once the agent may have one more call under way. The log lines of the call name chat and
    /// agent.
    pub(super) async fn ask_in_turn(&self, (chat, agent): (ChatId, UserId), request: &Request, wait: Wait) -> Asked {
        let inquiry = &self.conversation.inquiry;
        let whose = Actor::of(agent).whose(chat);
        let Some(_share) = inquiry.share(request.product.provider, whose, wait).await else { return Asked::Busy };
        inquiry.ask(request, wait).instrument(tracing::info_span!("check", %chat, %agent)).await
    }

    /// How many checks of an agent wait, where no more of theirs may: so that one alone cannot fill the queue.
    pub(super) async fn own_waiting_if_full(&self, user: UserId) -> Option<usize> {
        let most = (self.bounds.waiting / OWN_PART).max(OWN_LEAST);
        let waiting = self.store.waiting_of(user).await;
        let waiting = waiting.inspect_err(|error| tracing::error!(%error, "what an agent waits for cannot be counted"));
        waiting.ok().filter(|waiting| *waiting >= most)
    }
}

/// Whose share a job takes from.
fn whose(job: &Job) -> ChatId {
    Actor::of(job.user).whose(job.chat)
}
