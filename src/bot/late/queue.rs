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
//! [`PER_SECOND`] answers reach it in any second, unless it has held some up for longer than [`STUCK`], and one chat's
//! are [`SPACING`] apart. One agent's answers keep their order, but one whose provider was silent once more is overtaken.
//! A provider that is left alone is tried with whichever was asked for least often: a number to which it never has an
//! answer would keep all others waiting for as long as it is the oldest.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::{End, Waiter};
use crate::{
    store::Waiting,
    value::{ChatId, Provider, UpdateId, UserId},
};

/// Checks of one provider that are asked at once.
const AT_ONCE: usize = 8;

/// How far asking may run ahead of telling: how many checks may be asked, or have ended without their agents' having been
/// told, over all chats and in one of them. To ask for more would bring nobody an answer sooner. Where a chat's last
/// answer is stuck, those that have ended in that chat count for it alone, so that it does not stop all others.
const AHEAD: usize = 64;
const AHEAD_IN_A_CHAT: usize = 4;

/// Answers a second: below Telegram's 30 for all chats.
const PER_SECOND: usize = 24;
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// An answer that has been on its way for longer is stuck: Telegram has asked for a pause in its chat, or cannot be
/// reached. It keeps its chat waiting, and must not keep all others waiting too.
const STUCK: TimeDelta = TimeDelta::seconds(10);

/// How many stuck answers count as one towards [`PER_SECOND`]: each is tried again every 15 s (`send`), so that 15 of them
/// are one call a second. With 360 stuck no more are sent at all: then it is Telegram, and not a few chats.
const STUCK_AS_ONE: usize = 15;

/// The least time between two answers in one private chat, and in one group: Telegram allows about one a second, and 20
/// a minute in a group (Bots FAQ, "My bot is hitting limits").
const SPACING: TimeDelta = TimeDelta::seconds(1);
const SPACING_IN_GROUPS: TimeDelta = TimeDelta::seconds(3);

/// Longer than any pause of [`Pauses::LATE_ANSWER`](crate::inquiry::backoff::Pauses), its jitter included.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(75);

/// How long nobody asks for a provider that is left alone.
const HOLD: TimeDelta = TimeDelta::seconds(1);

/// Oldest first: the order in which they began to wait, then the update's.
pub(super) type Place = (DateTime<Utc>, UpdateId);

/// Waiters by a moment: those that sleep by the end of their pause, those that are ready by when they began to wait.
type Order = BTreeMap<(DateTime<Utc>, Place), Spot>;

/// All checks that wait. Each is in one of the five states at the top of this file, or was left to be cancelled.
#[derive(Default)]
pub(super) struct Queue {
    /// All of them, until they are being told.
    waiters: BTreeMap<Place, Waiter>,
    sleeping: Order,
    ready: Order,
    /// These three are short.
    asked: Vec<Asking>,
    ended: Vec<(Place, End)>,
    saying: Vec<Saying>,
    /// When the answers of the last few seconds had been taken by Telegram, and where.
    said: Vec<(DateTime<Utc>, ChatId)>,
    /// Providers that are left alone until then.
    held: HashMap<Provider, DateTime<Utc>>,
}

/// A check that is asked for.
struct Asking {
    place: Place,
    spot: Spot,
    /// It is known how it ends, and that is being kept.
    is_settled: bool,
}

/// An answer on its way to Telegram.
struct Saying {
    place: Place,
    chat: ChatId,
    since: DateTime<Utc>,
}

impl Saying {
    fn is_stuck(&self, now: DateTime<Utc>) -> bool {
        // A clock that was put back must not make it look young for long.
        !(TimeDelta::zero()..STUCK).contains(&(now - self.since))
    }
}

/// What of a waiter decides whether it may be asked for or told of.
#[derive(Clone, Copy)]
struct Spot {
    provider: Provider,
    chat: ChatId,
    user: UserId,
    until: DateTime<Utc>,
    /// How often it was asked for.
    asked: u32,
}

impl Spot {
    fn of(waiter: &Waiter) -> Self {
        let (chat, user) = (waiter.question.chat, waiter.question.user);
        let Waiting { until, asked, .. } = waiter.waiting;
        Self { provider: waiter.provider, chat, user, until, asked }
    }
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
        self.sleeping.insert((waiter.waiting.next, place), Spot::of(&waiter));
        self.waiters.insert(place, waiter);
    }

    /// Lets nobody who is not just being asked for wait beyond `end`.
    pub(super) fn end_by(&mut self, end: DateTime<Utc>) {
        let waiters = self.waiters.values_mut().map(|waiter| &mut waiter.waiting.until);
        let spots = self.sleeping.values_mut().chain(self.ready.values_mut()).map(|spot| &mut spot.until);
        waiters.chain(spots).for_each(|until| *until = end.min(*until));
    }

    /// Takes out all checks of `user` in `chat` that have not ended. One that is being asked for is taken out too: its
    /// answer goes nowhere.
    pub(super) fn cancel(&mut self, chat: ChatId, user: UserId) -> Vec<Waiter> {
        let mine = |waiter: &Waiter| waiter.question.chat == chat && waiter.question.user == user;
        let places = self.waiters.iter().filter(|(_, waiter)| mine(waiter)).map(|(place, _)| *place);
        let open: Vec<Place> = places.filter(|place| !self.has_ended(*place)).collect();
        open.iter().filter_map(|place| self.remove(*place)).collect()
    }

    /// Takes the checks of `user` in `chat` that nobody is asking for out of their order: they wait for [`Queue::cancel`]
    /// alone.
    pub(super) fn leave(&mut self, chat: ChatId, user: UserId) {
        for order in [&mut self.sleeping, &mut self.ready] {
            order.retain(|_, spot| (spot.chat, spot.user) != (chat, user));
        }
    }

    /// It is known how it ends: from now on it cannot be cancelled. `false` when it was cancelled meanwhile.
    pub(super) fn settle(&mut self, place: Place) -> bool {
        if !self.waiters.contains_key(&place) {
            self.forget_asked(place);
            return false;
        }
        self.asked.iter_mut().filter(|asked| asked.place == place).for_each(|asked| asked.is_settled = true);
        true
    }

    /// Those to ask for now, oldest first.
    pub(super) fn due_to_ask(&mut self, now: DateTime<Utc>) -> Vec<(Place, Waiter)> {
        self.wake(now);
        let mut due = Vec::new();
        let sayable = self.ended_in_open_chats(now);
        while self.asked.len() + sayable < AHEAD
            && let Some(place) = self.next(now)
        {
            due.extend(self.begin(place).map(|waiter| (place, waiter)));
        }
        due
    }

    /// It brought no answer: waits on, as `waiter` says. `false` when it was cancelled meanwhile.
    pub(super) fn pause(&mut self, place: Place, waiter: Waiter) -> bool {
        self.forget_asked(place);
        let Some(kept) = self.waiters.get_mut(&place) else { return false };
        self.sleeping.insert((waiter.waiting.next, place), Spot::of(&waiter));
        *kept = waiter;
        true
    }

    /// It was not asked, because its provider is left alone: it keeps its place, and for a while nobody asks.
    pub(super) fn hold(&mut self, place: Place, provider: Provider, now: DateTime<Utc>) {
        self.forget_asked(place);
        self.held.insert(provider, now + HOLD);
        if let Some(waiter) = self.waiters.get(&place) {
            self.ready.insert((place.0, place), Spot::of(waiter));
        }
    }

    /// A provider answers again: whoever waits for it is asked for now, and not when its own pause would be over.
    pub(super) fn release(&mut self, provider: Provider) {
        if self.held.remove(&provider).is_none() {
            return;
        }
        let of_it = |spot: &Spot| spot.provider == provider;
        let awake: Vec<_> = self.sleeping.iter().filter(|(_, spot)| of_it(spot)).map(|(key, _)| *key).collect();
        awake.into_iter().for_each(|key| self.wake_up(key));
    }

    /// It is not asked for any more, and its agent is to be told of `end`.
    pub(super) fn end(&mut self, place: Place, end: End) {
        self.forget_asked(place);
        if self.waiters.contains_key(&place) {
            self.ended.push((place, end));
        }
    }

    /// The asking has come to nothing, by a mistake in this program.
    pub(super) fn drop_asked(&mut self, place: Place) {
        self.forget_asked(place);
        self.remove(place);
    }

    /// Those to tell now, oldest first. Each is to be followed by [`Queue::said`].
    pub(super) fn due_to_say(&mut self, now: DateTime<Utc>) -> Vec<(Place, Waiter, End)> {
        // A clock that was put back must not hold anybody for long.
        self.said.retain(|(at, _)| *at <= now && now - *at < SPACING_IN_GROUPS);
        let mut due = Vec::new();
        while self.may_say_more(now)
            && let Some((place, end)) = self.take_oldest_to_say(now)
            && let Some(waiter) = self.remove(place)
        {
            self.saying.push(Saying { place, chat: waiter.question.chat, since: now });
            due.push((place, waiter, end));
        }
        due
    }

    /// Telegram has taken an answer, or refused it for good.
    pub(super) fn said(&mut self, place: Place, now: DateTime<Utc>) {
        let said = self.saying.extract_if(.., |saying| saying.place == place);
        self.said.extend(said.map(|said| (now, said.chat)));
    }

    fn forget_asked(&mut self, place: Place) {
        self.asked.retain(|asked| asked.place != place);
    }

    fn has_ended(&self, place: Place) -> bool {
        let is_settled = self.asked.iter().any(|asked| asked.place == place && asked.is_settled);
        is_settled || self.ended.iter().any(|(ended, _)| *ended == place)
    }

    /// Takes a check out for good.
    fn remove(&mut self, place: Place) -> Option<Waiter> {
        let waiter = self.waiters.remove(&place)?;
        self.sleeping.remove(&(waiter.waiting.next, place));
        self.ready.remove(&(place.0, place));
        self.ended.retain(|(ended, _)| *ended != place);
        Some(waiter)
    }

    /// Makes those ready whose pauses are over.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some((&key, _)) = self.sleeping.first_key_value()
            && key.0 <= now
        {
            self.wake_up(key);
        }
        // A pause that is longer than any was begun before the clock was put back.
        while let Some((&key, _)) = self.sleeping.last_key_value()
            && key.0 > now + LONGEST_PAUSE
        {
            self.wake_up(key);
        }
    }

    fn wake_up(&mut self, key: (DateTime<Utc>, Place)) {
        if let Some(spot) = self.sleeping.remove(&key) {
            let (_, place) = key;
            self.ready.insert((place.0, place), spot);
        }
    }

    /// The oldest that may be asked for; at a provider that is left alone, of those that were asked for least often.
    fn next(&self, now: DateTime<Utc>) -> Option<Place> {
        let busy = providers(|provider| self.under_way(provider) >= AT_ONCE);
        let held = providers(|provider| self.is_held(provider, now));
        let full = self.chats_far_ahead();
        // Before it is given up, it is asked for once more, whatever is known of its provider.
        let is_free = |spot: &Spot| spot.until <= now || !held.contains(&spot.provider);
        let may_ask = |spot: &Spot| is_free(spot) && !busy.contains(&spot.provider) && !full.contains(&spot.chat);
        let mut open = self.ready.iter().filter(|(_, spot)| may_ask(spot)).map(|((_, place), spot)| (spot, *place));
        let (first, oldest) = open.next()?;
        if !self.held.contains_key(&first.provider) {
            return Some(oldest);
        }
        let alike = open.filter(|(spot, _)| spot.provider == first.provider);
        let seldom = alike.chain([(first, oldest)]).min_by_key(|(spot, place)| (spot.asked, *place));
        seldom.map(|(_, place)| place)
    }

    fn under_way(&self, provider: Provider) -> usize {
        self.asked.iter().filter(|asked| asked.spot.provider == provider).count()
    }

    /// Whether a provider is left alone. Once in a while one finds out whether it still is.
    fn is_held(&self, provider: Provider, now: DateTime<Utc>) -> bool {
        // A clock that was put back must not hold a provider for long.
        let holds = |until: &DateTime<Utc>| self.under_way(provider) > 0 || (*until > now && *until <= now + HOLD);
        self.held.get(&provider).is_some_and(holds)
    }

    /// The chats of which no more are asked for before some are told.
    fn chats_far_ahead(&self) -> Vec<ChatId> {
        let ended = self.ended.iter().filter_map(|(place, _)| Some(self.waiters.get(place)?.question.chat));
        let mut chats: Vec<ChatId> = self.asked.iter().map(|asked| asked.spot.chat).chain(ended).collect();
        chats.sort_unstable();
        chats
            .chunk_by(ChatId::eq)
            .filter(|same| same.len() >= AHEAD_IN_A_CHAT)
            .filter_map(<[_]>::first)
            .copied()
            .collect()
    }

    /// How many have ended and are not told yet, apart from those in chats where an answer is stuck.
    fn ended_in_open_chats(&self, now: DateTime<Utc>) -> usize {
        let stuck: Vec<ChatId> = self.saying.iter().filter(|it| it.is_stuck(now)).map(|it| it.chat).collect();
        let chats = self.ended.iter().filter_map(|(place, _)| Some(self.waiters.get(place)?.question.chat));
        chats.filter(|chat| !stuck.contains(chat)).count()
    }

    fn begin(&mut self, place: Place) -> Option<Waiter> {
        let spot = self.ready.remove(&(place.0, place))?;
        let waiter = self.waiters.get(&place).cloned()?;
        self.asked.push(Asking { place, spot, is_settled: false });
        Some(waiter)
    }

    /// Whether Telegram takes one more now, in whatever chat.
    fn may_say_more(&self, now: DateTime<Utc>) -> bool {
        let just_said = self.said.iter().filter(|(at, _)| now - *at < SECOND).count();
        let stuck = self.saying.iter().filter(|saying| saying.is_stuck(now)).count();
        self.saying.len() - stuck + stuck.div_ceil(STUCK_AS_ONE) + just_said < PER_SECOND
    }

    fn take_oldest_to_say(&mut self, now: DateTime<Utc>) -> Option<(Place, End)> {
        let sayable = self.ended.iter().enumerate().filter(|(_, (place, _))| self.may_say(*place, now));
        let (index, _) = sayable.min_by_key(|(_, (place, _))| *place)?;
        Some(self.ended.swap_remove(index))
    }

    /// Whether one that has ended may be told: Telegram takes it in its chat, and no older one of the same agent is
    /// just being asked for.
    fn may_say(&self, place: Place, now: DateTime<Utc>) -> bool {
        let Some(Spot { chat, user, .. }) = self.waiters.get(&place).map(Spot::of) else { return false };
        let spacing = if chat.0 < 0 { SPACING_IN_GROUPS } else { SPACING };
        let is_spoken_to = self.saying.iter().any(|saying| saying.chat == chat);
        let has_just_spoken = self.said.iter().any(|(at, other)| *other == chat && now - *at < spacing);
        let is_older = |asked: &Asking| asked.place < place && (asked.spot.chat, asked.spot.user) == (chat, user);
        !is_spoken_to && !has_just_spoken && !self.asked.iter().any(is_older)
    }
}

/// The providers of which something is so.
fn providers(is_so: impl Fn(Provider) -> bool) -> Vec<Provider> {
    Provider::ALL.into_iter().filter(|provider| is_so(*provider)).collect()
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
