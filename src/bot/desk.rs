//! Where questions are taken in and answered: written down in the journal, put into their agent's lane, answered by
//! [`Talk`], the answer sent back to where it was asked, and only then struck from the journal.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use teloxide::types::CallbackQueryId;
use tokio_util::task::TaskTracker;

use super::{
    access::Access,
    alerts::Alerted,
    lanes::{Full, Lanes},
    late::{Late, Waiter},
    moves::Moves,
    question::{Question, What},
    send::{Destination, Placed, Sender},
    wire::Update,
};
use crate::{
    chat::{Alert, Intent, Leak, Press, Pressed, Reply, Role, Said, Talk},
    clock::Clock,
    inquiry::Wait,
    store::{self, Entry, Journal},
    value::{ChatId, MessageId, UpdateId, UserId},
};

/// An answer that comes later than this begins with an apology.
const LATE: TimeDelta = TimeDelta::minutes(2);

/// How many are told at once to slow down; beyond this their questions are dropped in silence.
const OVERFLOW: usize = 256;

/// What questions are answered with.
pub(super) struct Desk {
    /// The bot's user name, without the `@`.
    pub(super) name: String,
    pub(super) talk: Arc<Talk>,
    pub(super) access: Access,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// How far Telegram's clock is ahead of ours, in seconds: it dates the messages, and ours may be wrong.
    pub(super) telegram_ahead: AtomicI64,
    pub(super) sender: Sender,
    pub(super) moves: Arc<Moves>,
    pub(super) lanes: Lanes,
    /// How many updates are taken in at once.
    pub(super) batch: u8,
    pub(super) late: Arc<Late>,
    pub(super) alerted: Alerted,
    /// Answers to what no lane took.
    pub(super) overflow: TaskTracker,
    /// Answered, and still in the journal because it could not be written. Bounded by what was accepted before that.
    pub(super) unstruck: Mutex<Vec<UpdateId>>,
}

impl Desk {
    /// Takes a batch of updates in. When this returns, each question in it is in the journal, on the disk, and on its
    /// way to an answer, or its sender is being told that it is not.
    pub(super) async fn take(self: &Arc<Self>, updates: Vec<Update>) {
        let mut questions = Vec::with_capacity(updates.len());
        for update in updates {
            let number = update.update_id;
            match AssertUnwindSafe(self.question(update)).catch_unwind().await {
                Ok(question) => questions.extend(question),
                // It is not known whether the bot was spoken to at all, so nobody is told. Telegram would send it again
                // at every start.
                Err(_) => tracing::error!(update = number, "reading an update panicked; it was passed over"),
            }
        }
        if questions.is_empty() {
            return;
        }
        match self.accept(&questions).await {
            Ok(is_new) => {
                let new = questions.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
                new.for_each(|(question, _)| self.begin(question));
                self.catch_up().await;
                self.secure().await;
            }
            Err(error) => self.decline(questions, &error),
        }
    }

    /// Takes up what was accepted and not answered when the bot last ended, in the order in which it was accepted.
    pub(super) async fn resume(self: &Arc<Self>) -> Result<(), store::Error> {
        let unfinished = self.journal.unfinished().await?;
        if !unfinished.is_empty() {
            tracing::info!(questions = unfinished.len(), "taking up what was not answered");
        }
        for entry in unfinished {
            let read = || Question::read(&entry, &self.talk.catalog);
            let Ok(question) = std::panic::catch_unwind(AssertUnwindSafe(read)) else {
                tracing::error!(update = entry.update.0, "reading what was not answered panicked; it was passed over");
                continue;
            };
            self.take_up(question, entry);
        }
        Ok(())
    }

    /// Learns from the moment of an answer, by Telegram's clock, how far that is ahead.
    pub(super) fn follow(&self, date: Option<DateTime<Utc>>) {
        if let Some(date) = date {
            self.telegram_ahead.store((date - self.now()).num_seconds(), Relaxed);
        }
    }

    /// The moment, by our clock, that is so many seconds since 1970 by Telegram's.
    pub(super) fn ours(&self, telegrams: i64) -> DateTime<Utc> {
        let ours = telegrams.checked_sub(self.telegram_ahead.load(Relaxed));
        ours.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_else(|| self.now())
    }

    /// The present moment.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Until when a check waits for its provider that begins to wait `now`: no other has to wait for longer.
    pub(super) fn end_of_patience(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let end = self.talk.patience.and_then(|patience| now.checked_add_signed(patience));
        end.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// What someone may do in a chat, listed by either of its ids.
    pub(super) fn role(&self, chat: ChatId, first: ChatId, user: UserId) -> Role {
        match self.access.role(chat, user) {
            Role::Stranger => self.access.role(first, user),
            role => role,
        }
    }

    async fn accept(&self, questions: &[Question]) -> Result<Vec<bool>, store::Error> {
        let now = self.now();
        self.journal.accept(questions.iter().map(|question| question.entry(now)).collect()).await
    }

    /// Waits for the disk, while the answers are under way: Telegram must not be told before.
    async fn secure(&self) {
        if let Err(error) = self.journal.secure().await {
            // Telegram will be told nevertheless: they are being answered, and only a power loss can take them now.
            tracing::error!(%error, "what was accepted may not be on disk");
        }
    }

    /// The journal takes nothing. A check and a chat's language have to be kept, so they are not begun, and whoever asked is
    /// told so; all else is answered as ever.
    fn decline(self: &Arc<Self>, questions: Vec<Question>, error: &store::Error) {
        tracing::error!(%error, questions = questions.len(), "questions were not accepted");
        self.tell_owners(&Alert::Store(error.to_string()));
        for question in questions {
            let desk = self.clone();
            let told = self.lanes.submit((question.chat, question.user), async move {
                if let What::Intent(Intent::Check { .. } | Intent::Language(_)) = question.what {
                    let reply = desk.talk.not_accepted(question.chat).await;
                    let _ = desk.sender.send(question.to, &reply).await;
                } else {
                    // It needs no room on the disk; /batal even makes some.
                    desk.answer_unharmed(&question, None).await;
                }
            });
            if told.is_err() {
                tracing::warn!("someone was not told that a question was not accepted");
            }
        }
    }

    /// Puts a question into its agent's lane.
    fn begin(self: &Arc<Self>, question: Question) {
        let (lane, update, to) = ((question.chat, question.user), question.update, question.to);
        let Err(full) = self.lanes.submit(lane, self.clone().answer(question, None)) else { return };
        tracing::warn!(chat = %lane.0, ?full, "more is asked than the bot answers");
        // Whoever floods a lane is told once; what follows is dropped in silence.
        let is_told = full == Full::Now && self.overflow.len() < OVERFLOW;
        let desk = self.clone();
        self.overflow.spawn(async move {
            if is_told {
                let _ = desk.sender.send(to, &desk.talk.slow_down(lane.0).await).await;
            }
            desk.finish(update).await;
        });
    }

    fn take_up(self: &Arc<Self>, question: Question, entry: Entry) {
        match (entry.waiting, question.request()) {
            (Some(mut waiting), Some(request)) if entry.kept.is_none() => {
                let provider = request.product.provider;
                let accepted = entry.accepted;
                // The clock may have been put back while the bot was down.
                waiting.until = waiting.until.min(self.end_of_patience(self.now()));
                self.late.add_back(Waiter { question, provider, accepted, waiting, last: None });
            }
            _ => {
                let lane = (question.chat, question.user);
                if matches!(question.what, What::Intent(Intent::Cancel)) {
                    // The agent may have read already what is cancelled, and this has to wait for its turn in the lane.
                    self.late.leave(question.chat, question.user);
                }
                self.lanes.submit_anyway(lane, self.clone().answer(question, Some(entry)));
            }
        }
    }

    /// Answers one question, and strikes it from the journal unless it waits for a provider.
    async fn answer(self: Arc<Self>, question: Question, earlier: Option<Entry>) {
        if self.answer_unharmed(&question, earlier).await {
            self.finish(question.update).await;
        }
    }

    /// Answers one question, with an apology where a mistake in this program stands in the way; whether that ends it.
    async fn answer_unharmed(self: &Arc<Self>, question: &Question, earlier: Option<Entry>) -> bool {
        let work = async {
            let worked = AssertUnwindSafe(self.work(question, earlier.as_ref())).catch_unwind().await;
            if worked.is_err() {
                // The panic's own place is in the log already, from the panic hook.
                tracing::error!(chat = %question.chat, "a handler panicked; apologising");
                self.apologise(question, notice_of(earlier.as_ref())).await;
            }
            worked.unwrap_or(true)
        };
        // Boxed only now: the work's future takes 5 KB, which each question that waits in a lane would take already.
        Box::pin(work).await
    }

    /// Does what a question asks for; whether that ends it. `earlier`: the journal's entry, of one that a start takes up.
    async fn work(self: &Arc<Self>, question: &Question, earlier: Option<&Entry>) -> bool {
        match &question.what {
            What::StalePress => true,
            What::Unreadable => {
                tracing::error!(update = question.update.0, "an unfinished question cannot be read; apologising");
                self.apologise(question, notice_of(earlier)).await;
                true
            }
            What::Press { press, query, message } => {
                self.turn(question.to, press, query, *message).await;
                true
            }
            What::Intent(Intent::Cancel) => {
                let count = self.cancel(question.chat, question.user).await;
                let _ = self.send(question, self.talk.cancelled(question.chat, count).await).await;
                true
            }
            What::Intent(intent) => {
                let said = match self.recall(question, earlier).await {
                    Some(said) => said,
                    // What a start takes up was promised an answer, however many there are.
                    None if earlier.is_some() => self.carry_out(question, intent, Wait::ForItsTurn).await,
                    None => self.carry_out(question, intent, Wait::AWhile).await,
                };
                self.say(question, said, notice_of(earlier)).await
            }
        }
    }

    /// The answer that was kept before the bot last ended.
    async fn recall(&self, question: &Question, earlier: Option<&Entry>) -> Option<Said> {
        let What::Intent(Intent::Check { request, leak }) = &question.what else { return None };
        let earlier = earlier?;
        self.talk.recall(question.chat, request, *leak, earlier.kept?, earlier.waiting.is_some()).await
    }

    async fn carry_out(&self, question: &Question, intent: &Intent, wait: Wait) -> Said {
        let work = self.talk.carry_out(question.chat, question.user, intent, Some(question.update), wait);
        self.sender.typing(question.to, work).await
    }

    /// Says an answer, in place of `notice` where there is one; whether it is final.
    pub(super) async fn say(self: &Arc<Self>, question: &Question, said: Said, notice: Option<MessageId>) -> bool {
        let Said { reply, leak, alert, later } = said;
        let mut sent = None;
        if let Some(reply) = reply {
            sent = match notice {
                Some(notice) => self.sender.replace(question.to, notice, &reply).await.ok(),
                None => self.send(question, reply).await,
            };
        }
        let leaking = leak.and_then(|leak| match leak {
            Leak::Question => question.to.question,
            Leak::Quoted => question.quoted,
        });
        if let Some(message) = leaking {
            self.sender.delete(question.to.chat, message).await;
        }
        if let Some(alert) = &alert {
            self.tell_owners(alert);
        }
        match later {
            Some(later) => !self.let_wait(question, sent, later).await,
            None => true,
        }
    }

    /// Sends an answer; begun with an apology, where it comes late.
    async fn send(&self, question: &Question, mut reply: Reply) -> Option<Placed> {
        if self.now() - question.asked > LATE {
            reply = self.talk.apologise_for_lateness(question.chat, reply).await;
        }
        self.sender.send(question.to, &reply).await.ok()
    }

    /// Strikes a question from the journal. Where that fails it is tried again once the journal can be written; a restart
    /// before that answers the question again: better twice than never.
    pub(super) async fn finish(&self, update: UpdateId) {
        if let Err(error) = self.journal.finish(update).await {
            tracing::error!(%error, update = update.0, "an answered question cannot be struck from the journal");
            self.unstruck.lock().unwrap_or_else(PoisonError::into_inner).push(update);
        }
    }

    /// Writes what could not be written before.
    async fn catch_up(&self) {
        self.moves.catch_up().await;
        let unstruck = std::mem::take(&mut *self.unstruck.lock().unwrap_or_else(PoisonError::into_inner));
        for update in unstruck {
            self.finish(update).await;
        }
    }

    async fn turn(&self, to: Destination, press: &Press, query: &CallbackQueryId, message: MessageId) {
        match self.talk.press(press).await {
            Pressed::Notice(notice) => self.sender.answer_press(to.chat, query, Some(&notice)).await,
            Pressed::Edit(reply) => {
                // The button stops waiting at once, even when the edit has to wait for Telegram's limits.
                let answered = self.sender.answer_press(to.chat, query, None);
                let _ = tokio::join!(answered, self.sender.edit(to.chat, message, &reply));
            }
        }
    }

    /// Says that a mistake in this program stands in the way of an answer; in place of the question's notice, if it has one.
    pub(super) async fn apologise(&self, question: &Question, notice: Option<MessageId>) {
        let apology = self.talk.apology(question.chat).await;
        match &question.what {
            What::Press { query, .. } => {
                self.sender.answer_press(question.to.chat, query, Some(&apology.text.plain())).await;
            }
            What::Intent(_) | What::StalePress | What::Unreadable => {
                self.replace_notice(question, notice, &apology).await;
            }
        }
    }
}

/// The message that said, before the bot last ended, that there is no answer yet.
fn notice_of(earlier: Option<&Entry>) -> Option<MessageId> {
    earlier?.waiting?.notice
}
