//! Who is asked for next, and who is told next: the order and the pace of late answers, on the clock that its callers
//! bring, without timers or tasks.
//!
//! ```text
//!   sleeping ──pause over──▶ ready ──▶ asked ──answer, or given up──▶ ended ──▶ saying ──▶ gone
//!       ▲                      ▲         │ │
//!       └────no answer─────────│─────────┘ │
//!                              └──not asked┘
//! ```
//!
//! Both steps take the oldest first. Asking is paced for the provider's sake, saying for Telegram's: no more than
//! [`PER_SECOND`] answers reach it in any second, whatever the calls before them took, and one chat's are
//! [`SPACING`] apart. One agent's answers keep their order.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::{End, Waiter};
use crate::value::{ChatId, Provider, UpdateId, UserId};

/// Checks of one provider that are asked at once.
const AT_ONCE: usize = 8;

/// Checks that are asked, or have ended and are not told yet, over all chats and in one of them. More would bring no
/// answer sooner: telling takes longer than asking.
const AHEAD: usize = 64;
const AHEAD_IN_A_CHAT: usize = 4;

/// Answers a second: below Telegram's 30 for all chats.
const PER_SECOND: usize = 24;
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// The least time between two answers in one private chat, and in one group: Telegram allows about one a second, and 20
/// a minute in a group (`field.md`).
const SPACING: TimeDelta = TimeDelta::seconds(1);
const SPACING_IN_GROUPS: TimeDelta = TimeDelta::seconds(3);

/// Longer than any pause of [`Pauses::LATE_ANSWER`](crate::inquiry::backoff::Pauses), its jitter included.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(75);

/// How long nobody asks for a provider that is left alone.
const HOLD: TimeDelta = TimeDelta::seconds(1);

/// Oldest first: the order in which they began to wait, then the update's.
pub(super) type Place = (DateTime<Utc>, UpdateId);

/// All checks that wait. Each is in one of the five states at the top of this file.
#[derive(Default)]
pub(super) struct Queue {
    /// All of them, until they are being told.
    waiters: BTreeMap<Place, Waiter>,
    /// By the end of their pauses.
    sleeping: BTreeSet<(DateTime<Utc>, Place)>,
    ready: BTreeMap<Provider, BTreeMap<Place, Spot>>,
    asked: BTreeMap<Place, Asked>,
    ended: BTreeMap<Place, End>,
    saying: BTreeMap<Place, ChatId>,
    /// When the answers of the last second had been taken by Telegram.
    said: VecDeque<DateTime<Utc>>,
    /// The same by chat, of the last few seconds.
    spoken: HashMap<ChatId, DateTime<Utc>>,
    /// Providers that are left alone until then.
    held: HashMap<Provider, DateTime<Utc>>,
}

/// What decides whether one that is ready may be asked for.
#[derive(Clone, Copy)]
struct Spot {
    chat: ChatId,
    until: DateTime<Utc>,
}

/// One that is being asked for.
#[derive(Clone, Copy)]
struct Asked {
    provider: Provider,
    chat: ChatId,
    user: UserId,
}

impl Queue {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Whether nothing is to be done, now or later.
    pub(super) fn is_idle(&self) -> bool {
        self.waiters.is_empty() && self.saying.is_empty()
    }

    /// Puts a check in, to be asked for when its pause is over.
    pub(super) fn add(&mut self, waiter: Waiter) {
        let place = (waiter.accepted, waiter.question.update);
        self.sleeping.insert((waiter.waiting.next, place));
        self.waiters.insert(place, waiter);
    }

    /// Takes out all checks of `user` in `chat` that nobody is being told of. One that is being asked for is taken out too:
    /// its answer goes nowhere.
    pub(super) fn cancel(&mut self, chat: ChatId, user: UserId) -> Vec<Waiter> {
        let mine = |waiter: &Waiter| waiter.question.chat == chat && waiter.question.user == user;
        let places: Vec<Place> = self.waiters.iter().filter(|(_, w)| mine(w)).map(|(place, _)| *place).collect();
        places.iter().filter_map(|place| self.remove(*place)).collect()
    }

    /// Whether a check was not cancelled meanwhile.
    pub(super) fn holds(&self, place: Place) -> bool {
        self.waiters.contains_key(&place)
    }

    /// Those to ask for now, oldest first.
    pub(super) fn due_to_ask(&mut self, now: DateTime<Utc>) -> Vec<(Place, Waiter)> {
        self.wake(now);
        let mut due = Vec::new();
        while self.asked.len() + self.ended.len() < AHEAD
            && let Some(place) = self.next(now)
        {
            due.extend(self.begin(place).map(|waiter| (place, waiter)));
        }
        due
    }

    /// It brought no answer: waits on, as `waiter` says. `false` when it was cancelled meanwhile.
    pub(super) fn pause(&mut self, place: Place, waiter: Waiter) -> bool {
        self.asked.remove(&place);
        let Some(kept) = self.waiters.get_mut(&place) else { return false };
        self.sleeping.insert((waiter.waiting.next, place));
        *kept = waiter;
        true
    }

    /// It was not asked, because its provider is left alone: it keeps its place, and for a while nobody asks.
    pub(super) fn hold(&mut self, place: Place, now: DateTime<Utc>) {
        let Some(Asked { provider, .. }) = self.asked.remove(&place) else { return };
        self.held.insert(provider, now + HOLD);
        self.make_ready(place);
    }

    /// A provider answers again: whoever waits for it is asked for now, and not when its own pause would be over.
    pub(super) fn release(&mut self, provider: Provider) {
        if self.held.remove(&provider).is_none() {
            return;
        }
        let of_it = |place: &Place| self.waiters.get(place).is_some_and(|waiter| waiter.provider == provider);
        let (awake, sleeping) = std::mem::take(&mut self.sleeping).into_iter().partition(|(_, place)| of_it(place));
        self.sleeping = sleeping;
        let awake: BTreeSet<(DateTime<Utc>, Place)> = awake;
        awake.into_iter().for_each(|(_, place)| self.make_ready(place));
    }

    /// It is not asked for any more, and its agent is to be told of `end`.
    pub(super) fn end(&mut self, place: Place, end: End) {
        self.asked.remove(&place);
        if self.holds(place) {
            self.ended.insert(place, end);
        }
    }

    /// Takes a check out for good.
    pub(super) fn remove(&mut self, place: Place) -> Option<Waiter> {
        let waiter = self.waiters.remove(&place)?;
        self.sleeping.remove(&(waiter.waiting.next, place));
        self.ready.get_mut(&waiter.provider).and_then(|ready| ready.remove(&place));
        self.ended.remove(&place);
        Some(waiter)
    }

    /// The asking has come to nothing, by a mistake in this program.
    pub(super) fn drop_asked(&mut self, place: Place) {
        self.asked.remove(&place);
        self.remove(place);
    }

    /// Those to tell now, oldest first. Each is to be followed by [`Queue::said`].
    pub(super) fn due_to_say(&mut self, now: DateTime<Utc>) -> Vec<(Place, Waiter, End)> {
        // A clock that was put back must not hold anybody for long.
        self.said.retain(|at| *at <= now && now - *at < SECOND);
        self.spoken.retain(|_, at| *at <= now && now - *at < SPACING_IN_GROUPS);
        let mut all = Vec::new();
        while self.saying.len() + self.said.len() < PER_SECOND
            && let Some(place) = self.ended.keys().copied().find(|place| self.may_say(*place, now))
        {
            let end = self.ended.remove(&place);
            let Some((waiter, end)) = self.remove(place).zip(end) else { continue };
            self.saying.insert(place, waiter.question.chat);
            all.push((place, waiter, end));
        }
        all
    }

    /// Telegram has taken an answer, or refused it for good.
    pub(super) fn said(&mut self, place: Place, now: DateTime<Utc>) {
        if let Some(chat) = self.saying.remove(&place) {
            self.said.push_back(now);
            self.spoken.insert(chat, now);
        }
    }

    /// Makes those ready whose pauses are over.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some(&(end, place)) = self.sleeping.first()
            && end <= now
        {
            self.sleeping.pop_first();
            self.make_ready(place);
        }
        // A pause that is longer than any was begun before the clock was put back.
        while let Some(&(end, place)) = self.sleeping.last()
            && end > now + LONGEST_PAUSE
        {
            self.sleeping.pop_last();
            self.make_ready(place);
        }
    }

    fn make_ready(&mut self, place: Place) {
        if let Some(waiter) = self.waiters.get(&place) {
            let spot = Spot { chat: waiter.question.chat, until: waiter.waiting.until };
            self.ready.entry(waiter.provider).or_default().insert(place, spot);
        }
    }

    /// The oldest that may be asked for.
    fn next(&self, now: DateTime<Utc>) -> Option<Place> {
        let ahead = self.ahead();
        let has_room = |chat: &ChatId| ahead.get(chat).is_none_or(|count| *count < AHEAD_IN_A_CHAT);
        let oldest_of = |(provider, ready): (&Provider, &BTreeMap<Place, Spot>)| {
            let under_way = self.asked.values().filter(|asked| asked.provider == *provider).count();
            let is_held = self.is_held(*provider, under_way, now);
            // Before it is given up, it is asked for once more, whatever is known of its provider.
            let may_ask = |spot: &Spot| (!is_held || spot.until <= now) && has_room(&spot.chat);
            let mut ready = ready.iter().filter(|_| under_way < AT_ONCE);
            ready.find(|(_, spot)| may_ask(spot)).map(|(place, _)| *place)
        };
        self.ready.iter().filter_map(oldest_of).min()
    }

    /// Whether a provider is left alone. Once in a while one finds out whether it still is.
    fn is_held(&self, provider: Provider, under_way: usize, now: DateTime<Utc>) -> bool {
        // A clock that was put back must not hold a provider for long.
        let holds = |until: &DateTime<Utc>| under_way > 0 || (*until > now && *until <= now + HOLD);
        self.held.get(&provider).is_some_and(holds)
    }

    /// In which chats how many are ahead.
    fn ahead(&self) -> HashMap<ChatId, usize> {
        let asked = self.asked.values().map(|asked| asked.chat);
        let ended = self.ended.keys().filter_map(|place| Some(self.waiters.get(place)?.question.chat));
        let mut ahead = HashMap::new();
        asked.chain(ended).for_each(|chat| *ahead.entry(chat).or_default() += 1);
        ahead
    }

    fn begin(&mut self, place: Place) -> Option<Waiter> {
        let waiter = self.waiters.get(&place)?;
        self.ready.get_mut(&waiter.provider)?.remove(&place)?;
        let (chat, user) = (waiter.question.chat, waiter.question.user);
        self.asked.insert(place, Asked { provider: waiter.provider, chat, user });
        Some(waiter.clone())
    }

    /// Whether one that has ended may be told: Telegram takes it in its chat, and no older one of the same agent is just
    /// being asked for.
    fn may_say(&self, place: Place, now: DateTime<Utc>) -> bool {
        let Some(question) = self.waiters.get(&place).map(|waiter| &waiter.question) else { return false };
        let (chat, user) = (question.chat, question.user);
        let spacing = if chat.0 < 0 { SPACING_IN_GROUPS } else { SPACING };
        let has_just_spoken = self.spoken.get(&chat).is_some_and(|at| now - *at < spacing);
        let mut older = self.asked.range(..place).map(|(_, asked)| asked);
        let is_spoken_to = self.saying.values().any(|other| *other == chat);
        !has_just_spoken && !is_spoken_to && !older.any(|asked| (asked.chat, asked.user) == (chat, user))
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
