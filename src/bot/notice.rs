//! The ⏳ message of a check that waits for its provider: said and noted at the desk, and in the end replaced by the answer.
//! What happens in between is [`late`](super::late).

use std::sync::Arc;

use super::{
    desk::Desk,
    late::{End, Waiter},
    question::Question,
    send::{Destination, Placed},
};
use crate::{
    chat::{Later, Reply},
    inquiry::{Checked, backoff::Pauses},
    store::Waiting,
    value::{ChatId, MessageId, Outcome, UpdateId, UserId},
};

impl Desk {
    /// Lets a check wait for its provider; `false` where it cannot, or where nobody could be told so.
    ///
    /// Should the bot die between the notice and its note, the next start knows of no notice, nor could Telegram tell: it
    /// asks anew, answers in a message of its own, and the notice stays as it is. A note before the notice would not
    /// have the message's id; to say nothing before the answer would keep the agent waiting in silence.
    pub(super) async fn let_wait(&self, question: &Question, notice: Option<Placed>, later: Later) -> bool {
        let Later { until, last } = later;
        let Some(request) = question.request() else { return false };
        let Some(notice) = notice else {
            self.keep_unanswered(question, last).await;
            return false;
        };
        let mut question = question.clone();
        if notice.chat != question.to.chat {
            // The group became a supergroup while it was asked for: the notice stands there, and has its id there.
            question.to = Destination { chat: notice.chat, topic: None, question: None };
        }
        let notice = Some(notice.message);
        let (provider, accepted) = (request.product.provider, self.now());
        let next = Pauses::LATE_ANSWER.next(1, accepted, until).unwrap_or(until);
        let waiting = Waiting { notice, asked: 1, next, until };
        self.note_waiting(question.update, waiting).await;
        let waiter = Waiter { question: question.clone(), provider, accepted, waiting, last: last.clone() };
        let is_added = self.late.add(waiter);
        if !is_added {
            let reply = match &last {
                Some(_) => self.talk.give_up(question.chat, request, accepted).await,
                None => self.talk.busy(question.chat).await,
            };
            self.keep_unanswered(&question, last).await;
            self.replace_notice(&question, notice, &reply).await;
        }
        is_added
    }

    /// Notes how a check waits. Where that cannot be kept, a restart asks for it at once.
    pub(super) async fn note_waiting(&self, update: UpdateId, waiting: Waiting) {
        if let Err(error) = self.journal.wait(update, waiting).await {
            tracing::error!(%error, "cannot note that a check waits");
        }
    }

    /// Keeps how a check ended; `None` where the question is no check.
    pub(super) async fn keep(&self, question: &Question, outcome: Outcome) -> Option<Checked> {
        let (chat, user) = (question.chat, question.user);
        Some(self.talk.inquiry.keep(chat, user, question.request()?, outcome, Some(question.update)).await)
    }

    /// Keeps that a check never had an answer; with what the last call brought, where there was one.
    pub(super) async fn keep_unanswered(&self, question: &Question, last: Option<Outcome>) {
        self.keep(question, last.unwrap_or_else(Outcome::unasked)).await;
    }

    /// The waiting of a check has ended: puts the answer, or that there is none, in place of the notice.
    pub(super) async fn end_waiting(self: &Arc<Self>, waiter: &Waiter, end: End) {
        let question = &waiter.question;
        let Some(request) = question.request() else { return };
        let said = match end {
            End::Answered(checked) => self.talk.answer_late(question.chat, request, checked).await,
            End::GivenUp => self.talk.give_up(question.chat, request, self.now()).await.into(),
        };
        self.say(question, said, waiter.waiting.notice).await;
        self.finish(question.update).await;
    }

    /// A mistake in this program stands in the way of a late answer: says so in place of the notice.
    pub(super) async fn apologise_late(&self, question: &Question, notice: Option<MessageId>) {
        tracing::error!(chat = %question.chat, "a late answer panicked; apologising");
        self.apologise(question, notice).await;
        self.finish(question.update).await;
    }

    /// Stops asking for all that `user` waits for in `chat`; gives how many.
    pub(super) async fn cancel(&self, chat: ChatId, user: UserId) -> usize {
        let waiters = self.late.cancel(chat, user);
        for Waiter { question, waiting, .. } in &waiters {
            let Some(request) = question.request() else { continue };
            let reply = self.talk.cancelled_check(chat, request).await;
            self.replace_notice(question, waiting.notice, &reply).await;
            self.finish(question.update).await;
        }
        waiters.len()
    }

    /// Puts a reply in the place of a question's notice, if it has one.
    pub(super) async fn replace_notice(&self, question: &Question, notice: Option<MessageId>, reply: &Reply) {
        let _ = match notice {
            Some(notice) => self.sender.replace(question.to, notice, reply).await,
            None => self.sender.send(question.to, reply).await,
        };
    }
}
