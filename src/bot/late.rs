//! Checks that a provider has not answered yet: asked again with growing pauses, oldest first, until they are answered,
//! given up or cancelled. The journal has each of them, so a restart goes on where this left off.
//!
//! `queue` decides who is next; here the questions are asked and the answers sent.

mod queue;

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tokio::{sync::Notify, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::queue::{Place, Queue};
use super::{desk::Desk, question::Question};
use crate::{
    inquiry::{Asked, Checked, Wait, backoff::Pauses, is_final},
    store::Waiting,
    value::{ChatId, Outcome, Provider, UserId},
};

/// How often the clock is looked at while something waits. The clock may jump, so nothing sleeps until a time of day.
const TICK: Duration = Duration::from_millis(100);

/// One check that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiter {
    pub(super) question: Question,
    pub(super) provider: Provider,
    /// When it began to wait, by the clock that the pauses go by.
    pub(super) accepted: DateTime<Utc>,
    pub(super) waiting: Waiting,
    /// How the last try ended, if there was one since the start.
    pub(super) last: Option<Outcome>,
}

/// How the waiting ended. The chat's history has it.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// With an answer.
    Answered(Checked),
    /// Without one.
    GivenUp,
}

/// All checks that wait.
pub(super) struct Late {
    queue: Mutex<Queue>,
    most: usize,
    /// Rung when there may be something to do before the next tick.
    bell: Notify,
    work: TaskTracker,
}

impl Late {
    /// An empty queue with room for so many.
    pub(super) fn new(most: usize) -> Self {
        Self { queue: Mutex::default(), most, bell: Notify::new(), work: TaskTracker::new() }
    }

    /// Puts a check into the queue; `false` when it is full.
    pub(super) fn add(&self, waiter: Waiter) -> bool {
        if self.lock().len() >= self.most {
            return false;
        }
        self.add_back(waiter);
        true
    }

    /// Puts a check into the queue that was in it before.
    pub(super) fn add_back(&self, waiter: Waiter) {
        self.lock().add(waiter);
        self.bell.notify_one();
    }

    /// Takes out all checks of `user` in `chat`. One that is being asked for at this moment is taken out too: its
    /// answer goes nowhere. One that has ended is not, though it may not be told yet: its agent reads how within
    /// seconds.
    pub(super) fn cancel(&self, chat: ChatId, user: UserId) -> Vec<Waiter> {
        self.lock().cancel(chat, user)
    }

    /// Asks no more for the checks of `user` in `chat`, which are about to be cancelled.
    pub(super) fn leave(&self, chat: ChatId, user: UserId) {
        self.lock().leave(chat, user);
    }

    /// Asks and answers until `stop`, then waits for what is under way. What has ended by then and was not said is on
    /// disk, and said after the next start.
    pub(super) async fn run(self: Arc<Self>, desk: Arc<Desk>, stop: CancellationToken) {
        let mut before = desk.now();
        while stop.run_until_cancelled(self.next_turn()).await.is_some() {
            let now = desk.now();
            if now < before {
                // The clock was put back, and must not make anybody wait for as much longer.
                self.lock().end_by(desk.end_of_patience(now));
            }
            before = now;
            let to_say = self.lock().due_to_say(now);
            let due = self.lock().due_to_ask(now);
            for (place, waiter, end) in to_say {
                let (late, desk) = (self.clone(), desk.clone());
                self.work.spawn(async move { late.say_unharmed(&desk, place, &waiter, end).await });
            }
            for (place, waiter) in due {
                let (late, desk) = (self.clone(), desk.clone());
                self.work.spawn(async move { late.ask_unharmed(&desk, place, waiter).await });
            }
        }
        self.work.close();
        self.work.wait().await;
    }

    async fn next_turn(&self) {
        if self.lock().is_idle() {
            self.bell.notified().await;
        } else {
            // The bell or the tick, whichever is first.
            let _ = timeout(TICK, self.bell.notified()).await;
        }
    }

    /// Asks, and apologises where a mistake in this program stands in the way: the agent must not wait for ever.
    async fn ask_unharmed(&self, desk: &Arc<Desk>, place: Place, waiter: Waiter) {
        let (question, notice) = (waiter.question.clone(), waiter.waiting.notice);
        if AssertUnwindSafe(self.ask(desk, place, waiter)).catch_unwind().await.is_err() {
            self.lock().drop_asked(place);
            desk.apologise_late(&question, notice).await;
        }
        self.bell.notify_one();
    }

    async fn ask(&self, desk: &Arc<Desk>, place: Place, mut waiter: Waiter) {
        let Some(request) = waiter.question.request() else {
            self.lock().drop_asked(place);
            return;
        };
        match desk.talk.inquiry.ask(request, Wait::AWhile).await {
            Asked::Ended(outcome) if is_final(&outcome.verdict) => {
                self.lock().release(waiter.provider);
                self.end(desk, place, &waiter, Some(outcome)).await;
            }
            Asked::Ended(outcome) => {
                waiter.waiting.asked = waiter.waiting.asked.saturating_add(1);
                waiter.last = Some(outcome);
                self.pause_or_give_up(desk, place, waiter).await;
            }
            Asked::Held if desk.now() < waiter.waiting.until => {
                self.lock().hold(place, waiter.provider, desk.now());
            }
            // No call was made, or it was lost: the next pause is no longer than this one was.
            Asked::Held | Asked::Busy | Asked::Lost => self.pause_or_give_up(desk, place, waiter).await,
        }
    }

    /// It brought no answer: it waits for its next turn, or was given its last one.
    async fn pause_or_give_up(&self, desk: &Arc<Desk>, place: Place, mut waiter: Waiter) {
        let (now, waiting) = (desk.now(), &mut waiter.waiting);
        // The clock may have been put back while this one was asked for.
        waiting.until = waiting.until.min(desk.end_of_patience(now));
        let Some(next) = Pauses::LATE_ANSWER.next(waiting.asked, now, waiting.until) else {
            return self.end(desk, place, &waiter, None).await;
        };
        waiting.next = next;
        let (update, waiting) = (waiter.question.update, *waiting);
        if self.lock().pause(place, waiter) {
            desk.note_waiting(update, waiting).await;
        }
    }

    /// Keeps how it ended, and has it said when its turn comes; `None` is without an answer.
    async fn end(&self, desk: &Arc<Desk>, place: Place, waiter: &Waiter, outcome: Option<Outcome>) {
        // Who has cancelled it finds no record of it, and what is on record cannot be cancelled any more.
        if !self.lock().settle(place) {
            return;
        }
        let answered = match outcome {
            Some(outcome) => desk.keep(&waiter.question, outcome).await,
            None => {
                desk.keep_unanswered(&waiter.question, waiter.last.clone()).await;
                None
            }
        };
        self.lock().end(place, answered.map_or(End::GivenUp, End::Answered));
    }

    async fn say_unharmed(&self, desk: &Arc<Desk>, place: Place, waiter: &Waiter, end: End) {
        if AssertUnwindSafe(desk.end_waiting(waiter, end)).catch_unwind().await.is_err() {
            desk.apologise_late(&waiter.question, waiter.waiting.notice).await;
        }
        self.lock().said(place, desk.now());
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
