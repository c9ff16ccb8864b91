//! Checks that a provider has not answered yet: asked again with growing pauses, oldest first, until they are answered,
//! given up or cancelled. The journal has each of them, so a restart goes on where this left off.

use std::{
    collections::{BTreeMap, HashMap},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use tokio::{sync::Notify, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{desk::Desk, question::Question};
use crate::{
    inquiry::{Asked, backoff::Pauses, is_final},
    store::Waiting,
    value::{ChatId, Outcome, Provider, UpdateId, UserId},
};

/// How often the clock is looked at while something waits. The clock may jump, so nothing sleeps until a time of day.
const TICK: Duration = Duration::from_millis(250);

/// Checks that wait at once, over all chats: beyond this an unanswered check is told to be tried again later.
const CAPACITY: usize = 10_000;

/// Checks of one provider that are asked at once.
const AT_ONCE: usize = 8;

/// Answers that go out in one tick, over all providers: 24 a second, below Telegram's 30 for all chats.
const PER_TICK: usize = 6;

/// The least time between two such answers in one private chat, and in one group: Telegram allows about one a second,
/// and 20 a minute in a group (`field.md`).
const SPACING: TimeDelta = TimeDelta::seconds(1);
const SPACING_IN_GROUPS: TimeDelta = TimeDelta::seconds(3);

/// Longer than any pause of [`Pauses::LATE_ANSWER`], its jitter included.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(75);

/// How long nobody asks for a provider that is left alone. Asking costs no call then, but 10 000 questions a tick.
const HOLD: TimeDelta = TimeDelta::seconds(1);

/// Oldest first: the order in which they were accepted, then the update's.
type Place = (DateTime<Utc>, UpdateId);

/// One check that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiter {
    pub(super) question: Question,
    pub(super) provider: Provider,
    pub(super) accepted: DateTime<Utc>,
    pub(super) waiting: Waiting,
    /// How the last try ended, if there was one since the start.
    pub(super) last: Option<Outcome>,
}

/// All checks that wait.
#[derive(Default)]
pub(super) struct Late {
    state: Mutex<State>,
    bell: Notify,
    asking: TaskTracker,
}

impl State {
    /// Marks a check as being asked for, if it is its turn.
    fn begin(&mut self, place: Place, now: DateTime<Utc>) -> Option<Waiter> {
        let waiter = self.waiters.get(&place)?;
        let (provider, chat) = (waiter.provider, waiter.question.chat);
        let is_over = waiter.waiting.until <= now;
        // A pause that is longer than any was begun before the clock was put back.
        let next = waiter.waiting.next;
        let is_next = next <= now || next > now + LONGEST_PAUSE;
        let is_due = is_over || (is_next && self.may_ask(provider, now));
        if !is_due || self.asked.contains_key(&place) || self.spaced.contains_key(&chat) {
            return None;
        }
        let waiter = waiter.clone();
        self.asked.insert(place, provider);
        let spacing = if chat.0 < 0 { SPACING_IN_GROUPS } else { SPACING };
        self.spaced.insert(chat, now + spacing);
        Some(waiter)
    }

    /// Whether a provider may be asked for one more. While it is held, one at a time finds out whether it is back.
    fn may_ask(&self, provider: Provider, now: DateTime<Utc>) -> bool {
        let under_way = self.asked.values().filter(|asked| **asked == provider).count();
        match self.held.get(&provider) {
            // A clock that was put back must not hold a provider for long.
            Some(until) => (*until <= now || *until > now + HOLD) && under_way == 0,
            None => under_way < AT_ONCE,
        }
    }
}

#[derive(Default)]
struct State {
    waiters: BTreeMap<Place, Waiter>,
    /// Those that are being asked for.
    asked: BTreeMap<Place, Provider>,
    /// Providers that are held: nobody asks them before that.
    held: HashMap<Provider, DateTime<Utc>>,
    /// Chats that have just had an answer: no other before that.
    spaced: HashMap<ChatId, DateTime<Utc>>,
}

impl Late {
    /// Puts a check into the queue; `false` when it is full.
    pub(super) fn add(&self, waiter: Waiter) -> bool {
        if self.lock().waiters.len() >= CAPACITY {
            return false;
        }
        self.add_back(waiter);
        true
    }

    /// Puts a check into the queue that was in it before.
    pub(super) fn add_back(&self, waiter: Waiter) {
        self.lock().waiters.insert((waiter.accepted, waiter.question.update), waiter);
        self.bell.notify_one();
    }

    /// Takes out all checks of `user` in `chat`. One that is being asked for at this moment is taken out too: its answer
    /// goes nowhere.
    pub(super) fn cancel(&self, chat: ChatId, user: UserId) -> Vec<Waiter> {
        let mut state = self.lock();
        let mine = |waiter: &Waiter| waiter.question.chat == chat && waiter.question.user == user;
        let places: Vec<Place> = state.waiters.iter().filter(|(_, w)| mine(w)).map(|(place, _)| *place).collect();
        places.iter().filter_map(|place| state.waiters.remove(place)).collect()
    }

    /// Asks until `stop`, then waits for what is under way.
    pub(super) async fn run(self: Arc<Self>, desk: Arc<Desk>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let idle = self.lock().waiters.is_empty();
            let pause = async { if idle { self.bell.notified().await } else { sleep(TICK).await } };
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
            for (place, waiter) in self.due(desk.now()) {
                let (late, desk) = (self.clone(), desk.clone());
                self.asking.spawn(async move { late.ask_unharmed(&desk, place, waiter).await });
            }
        }
        self.asking.close();
        self.asking.wait().await;
    }

    /// Those whose turn it is, marked as being asked for.
    fn due(&self, now: DateTime<Utc>) -> Vec<(Place, Waiter)> {
        let mut state = self.lock();
        // A clock that was put back must not hold a chat for long.
        state.spaced.retain(|_, until| *until > now && *until <= now + SPACING_IN_GROUPS);
        let mut due: Vec<(Place, Waiter)> = Vec::new();
        let places: Vec<Place> = state.waiters.keys().copied().collect();
        for place in places {
            if due.len() == PER_TICK {
                break;
            }
            if let Some(waiter) = state.begin(place, now) {
                due.push((place, waiter));
            }
        }
        due
    }

    /// Asks, and apologises where a mistake in this program stands in the way: the agent must not wait for ever.
    async fn ask_unharmed(&self, desk: &Arc<Desk>, place: Place, waiter: Waiter) {
        let (question, notice) = (waiter.question.clone(), waiter.waiting.notice);
        if AssertUnwindSafe(self.ask(desk, place, waiter)).catch_unwind().await.is_err() {
            tracing::error!(chat = %question.chat, "a late answer panicked; apologising");
            self.take(place);
            let apology = desk.talk.apology(question.chat).await;
            desk.replace_notice(&question, notice, &apology).await;
            desk.finish(question.update).await;
        }
    }

    async fn ask(&self, desk: &Arc<Desk>, place: Place, mut waiter: Waiter) {
        let Some(request) = waiter.question.request() else {
            self.take(place);
            return;
        };
        match desk.talk.inquiry.ask(request).await {
            Asked::Ended(outcome) if is_final(&outcome.verdict) => {
                self.release(waiter.provider);
                if self.take(place) {
                    desk.answer_late(&waiter, outcome).await;
                }
                return;
            }
            Asked::Ended(outcome) => {
                waiter.waiting.asked = waiter.waiting.asked.saturating_add(1);
                waiter.last = Some(outcome);
            }
            Asked::Held => self.hold(waiter.provider, desk.now()),
            Asked::Busy | Asked::Lost => {}
        }
        let (now, waiting) = (desk.now(), &mut waiter.waiting);
        match Pauses::LATE_ANSWER.next(waiting.asked, now, waiting.until) {
            Some(next) => {
                waiting.next = next;
                self.let_wait_on(desk, place, waiter).await;
            }
            None if self.take(place) => desk.give_up(&waiter).await,
            None => {}
        }
    }

    async fn let_wait_on(&self, desk: &Arc<Desk>, place: Place, waiter: Waiter) {
        let (update, waiting) = (waiter.question.update, waiter.waiting);
        if self.put_back(place, waiter) {
            desk.note_waiting(update, waiting).await;
        }
    }

    /// A provider is left alone: for a while nobody asks for it.
    fn hold(&self, provider: Provider, now: DateTime<Utc>) {
        self.lock().held.insert(provider, now + HOLD);
    }

    /// A provider answers again: whoever waits for it is asked for now, and not when its own pause would be over.
    fn release(&self, provider: Provider) {
        let mut state = self.lock();
        if state.held.remove(&provider).is_some() {
            for waiter in state.waiters.values_mut().filter(|waiter| waiter.provider == provider) {
                waiter.waiting.next = waiter.accepted;
            }
        }
    }

    /// Takes a check out for good; `false` when it was cancelled meanwhile.
    fn take(&self, place: Place) -> bool {
        let mut state = self.lock();
        state.asked.remove(&place);
        state.waiters.remove(&place).is_some()
    }

    /// Lets a check wait on; `false` when it was cancelled meanwhile.
    fn put_back(&self, place: Place, waiter: Waiter) -> bool {
        let mut state = self.lock();
        state.asked.remove(&place);
        let Some(kept) = state.waiters.get_mut(&place) else { return false };
        *kept = waiter;
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
