//! Late answers in a world of their own, in which time passes as the tests say: their order, their pace, and that none
//! is forgotten.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;
use crate::{
    bot::{
        question::{Question, What},
        send::Destination,
    },
    store::Waiting,
};

const TICK: TimeDelta = TimeDelta::milliseconds(100);
const PLN: Provider = Provider::Pln;

/// What Telegram takes in a second, over all chats.
const LIMIT: usize = 30;

fn start() -> DateTime<Utc> {
    "2026-11-22T07:05:00Z".parse().unwrap()
}

/// One of a quarter of an hour's patience that began to wait at `accepted`; its pause ends 5 s later.
fn waiter(update: u32, chat: i64, accepted: DateTime<Utc>) -> Waiter {
    let (chat, waiting) = (
        ChatId(chat),
        Waiting {
            notice: None,
            asked: 1,
            next: accepted + TimeDelta::seconds(5),
            until: accepted + TimeDelta::minutes(15),
        },
    );
    let question = Question {
        update: UpdateId(update),
        chat,
        user: UserId(chat.0.unsigned_abs()),
        asked: accepted,
        to: Destination { chat, topic: None, question: None },
        quoted: None,
        what: What::Unreadable,
    };
    Waiter { question, provider: PLN, accepted, waiting, last: None }
}

/// A provider that is out of order until `back`, and a Telegram; both take their time.
struct World {
    random: StdRng,
    /// Whether Telegram asks for a pause now and then.
    is_strained: bool,
    now: DateTime<Utc>,
    back: DateTime<Utc>,
    queue: Queue,
    /// What is under way, by when it ends.
    asking: Vec<(DateTime<Utc>, Place, Waiter)>,
    telling: Vec<(DateTime<Utc>, Place)>,
    /// Which update was told when, and where.
    told: Vec<(DateTime<Utc>, u32, i64)>,
}

impl World {
    fn new(seed: u64, outage: TimeDelta) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let (queue, now) = (Queue::default(), start());
        let (asking, telling, told) = (Vec::new(), Vec::new(), Vec::new());
        Self { random, is_strained: false, now, back: now + outage, queue, asking, telling, told }
    }

    fn in_a_while(&mut self, longest: i64) -> DateTime<Utc> {
        self.now + TimeDelta::milliseconds(self.random.gen_range(0..=longest))
    }

    fn run_until_idle(&mut self) {
        while !self.queue.is_idle() {
            self.tick();
            assert!(self.now < start() + TimeDelta::hours(2), "it never ends");
        }
    }

    fn tick(&mut self) {
        self.now += TICK;
        let now = self.now;
        for (_, place, waiter) in self.asking.extract_if(.., |(end, ..)| *end <= now).collect::<Vec<_>>() {
            self.answer(place, waiter);
        }
        for (_, place) in self.telling.extract_if(.., |(end, _)| *end <= now).collect::<Vec<_>>() {
            self.queue.said(place, now);
        }
        for (place, waiter, _) in self.queue.due_to_say(now) {
            // Telegram takes it somewhere between now and its answer.
            let pause = self.pause();
            let (arrival, end) = (self.in_a_while(600), self.now + TimeDelta::milliseconds(600));
            self.told.push((arrival + pause, waiter.question.update.0, waiter.question.chat.0));
            self.telling.push((end + pause, place));
        }
        for (place, waiter) in self.queue.due_to_ask(now) {
            let end = self.in_a_while(2_000);
            self.asking.push((end, place, waiter));
        }
        assert!(self.asking.len() <= AT_ONCE, "the provider is asked for {} at once", self.asking.len());
    }

    fn pause(&mut self) -> TimeDelta {
        let is_asked_for = self.is_strained && self.random.gen_ratio(1, 40);
        TimeDelta::seconds(if is_asked_for { self.random.gen_range(1..60) } else { 0 })
    }

    fn answer(&mut self, place: Place, mut waiter: Waiter) {
        if self.now >= self.back {
            self.queue.release(PLN);
            self.queue.end(place, End::GivenUp);
        } else if self.now >= waiter.waiting.until {
            self.queue.end(place, End::GivenUp);
        } else if self.random.gen_ratio(1, 20) {
            waiter.waiting.next = self.in_a_while(60_000);
            self.queue.pause(place, waiter);
        } else {
            self.queue.hold(place, PLN, self.now);
        }
    }

    fn most_in_a_second(&self) -> usize {
        let in_the_second_of = |at: DateTime<Utc>| {
            self.told.iter().filter(|(other, ..)| *other >= at && *other - at < TimeDelta::seconds(1)).count()
        };
        self.told.iter().map(|(at, ..)| in_the_second_of(*at)).max().unwrap_or(0)
    }

    fn told_in(&self, chat: i64) -> Vec<(DateTime<Utc>, u32)> {
        self.told.iter().filter(|(_, _, other)| *other == chat).map(|(at, update, _)| (*at, *update)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn after_an_outage_all_are_told_oldest_first_and_no_faster_than_telegram_allows(
        seed: u64, count in 1..500_u32, chats in 1..60_i64, minutes in 0..20_i64, is_strained: bool,
    ) {
        let mut world = World::new(seed, TimeDelta::minutes(minutes));
        world.is_strained = is_strained;
        // Every third chat is a group.
        let chat_of = |update: u32| match i64::from(update) % chats {
            chat if chat % 3 == 2 => -1 - chat,
            chat => 1 + chat,
        };
        for update in 0..count {
            let accepted = start() + TimeDelta::milliseconds(i64::from(update) * 50);
            world.queue.add(waiter(update, chat_of(update), accepted));
        }
        world.run_until_idle();
        let mut updates: Vec<u32> = world.told.iter().map(|(_, update, _)| *update).collect();
        updates.sort_unstable();
        prop_assert_eq!(updates, (0..count).collect::<Vec<_>>(), "each of them once");
        let allowed = if is_strained { LIMIT } else { PER_SECOND };
        prop_assert!(world.most_in_a_second() <= allowed);
        for chat in (0..count).map(chat_of).collect::<BTreeSet<_>>() {
            let told = world.told_in(chat);
            let spacing = if chat < 0 { SPACING_IN_GROUPS } else { SPACING };
            prop_assert!(told.windows(2).all(|pair| pair[1].0 - pair[0].0 >= spacing), "chat {}", chat);
        }
    }

    #[test]
    fn one_agents_answers_keep_their_order_once_the_provider_answers(seed: u64, count in 1..80_u32) {
        let mut world = World::new(seed, TimeDelta::zero());
        (0..count).for_each(|update| world.queue.add(waiter(update, 7, start())));
        world.run_until_idle();
        prop_assert!(world.told_in(7).is_sorted());
    }
}

#[test]
fn a_provider_that_is_left_alone_is_asked_for_by_the_oldest_once_a_second() {
    let mut queue = Queue::default();
    (0..100).for_each(|update| queue.add(waiter(update, 1 + i64::from(update), start())));
    let mut now = start() + TimeDelta::seconds(6);
    let first = queue.due_to_ask(now);
    assert_eq!(first.len(), AT_ONCE);
    first.iter().for_each(|(place, _)| queue.hold(*place, PLN, now));
    let mut asked = Vec::new();
    for _ in 0..30 {
        now += TICK;
        for (place, waiter) in queue.due_to_ask(now) {
            asked.push(waiter.question.update.0);
            queue.hold(place, PLN, now);
        }
    }
    assert_eq!(asked, [0, 0, 0], "the oldest keeps its place");
}

#[test]
fn a_provider_that_is_left_alone_is_not_tried_with_the_same_number_again_and_again() {
    let mut queue = Queue::default();
    (0..3).for_each(|update| queue.add(waiter(update, 1 + i64::from(update), start())));
    let mut now = start() + TimeDelta::seconds(5);
    queue.due_to_ask(now).iter().for_each(|(place, _)| queue.hold(*place, PLN, now));
    let mut asked = Vec::new();
    for _ in 0..5 {
        // It is asked, in vain, and its own pause is over before the provider is tried again.
        now += TimeDelta::seconds(10);
        for (place, mut waiter) in queue.due_to_ask(now) {
            asked.push(waiter.question.update.0);
            waiter.waiting.asked += 1;
            waiter.waiting.next = now + TimeDelta::seconds(5);
            assert!(queue.pause(place, waiter));
        }
    }
    assert_eq!(asked, [0, 1, 2, 0, 1]);
}

#[test]
fn one_chat_with_many_does_not_keep_the_others_waiting() {
    let mut queue = Queue::default();
    (0..200).for_each(|update| queue.add(waiter(update, 1, start())));
    queue.add(waiter(200, 2, start()));
    let due = queue.due_to_ask(start() + TimeDelta::seconds(5));
    let chats: Vec<i64> = due.iter().map(|(_, waiter)| waiter.question.chat.0).collect();
    assert_eq!(chats, [1, 1, 1, 1, 2]);
}

/// Has everyone be asked for who may be, in vain.
fn give_up_all(queue: &mut Queue, now: DateTime<Utc>) {
    loop {
        let due = queue.due_to_ask(now);
        if due.is_empty() {
            return;
        }
        due.into_iter().for_each(|(place, _)| queue.end(place, End::GivenUp));
    }
}

/// Lets a minute pass; gives the chats that are told of something meanwhile. None of it ever arrives.
fn told_within_a_minute(queue: &mut Queue, now: DateTime<Utc>) -> Vec<i64> {
    let ticks = (0..600).map(|tick| now + TICK * tick);
    let due = ticks.flat_map(|now| {
        give_up_all(queue, now);
        queue.due_to_say(now)
    });
    due.map(|(_, waiter, _)| waiter.question.chat.0).collect()
}

#[test]
fn chats_whose_answers_do_not_arrive_do_not_keep_the_others_from_being_told() {
    let mut queue = Queue::default();
    (1..=24).for_each(|update| queue.add(waiter(update, i64::from(update), start())));
    assert_eq!(told_within_a_minute(&mut queue, start()).len(), PER_SECOND);
    let now = start() + TimeDelta::minutes(1);
    queue.add(waiter(99, 99, now));
    assert_eq!(told_within_a_minute(&mut queue, now), [99]);
}

#[test]
fn chats_whose_answers_do_not_arrive_do_not_keep_the_others_from_being_asked_for() {
    let mut queue = Queue::default();
    (0..16 * 8).for_each(|update| queue.add(waiter(update, 1 + i64::from(update) % 16, start())));
    assert_eq!(told_within_a_minute(&mut queue, start()), (1..=16).collect::<Vec<_>>());
    assert_eq!(queue.ended.len(), 16 * AHEAD_IN_A_CHAT, "and no more than that");
    let now = start() + TimeDelta::minutes(1);
    queue.add(waiter(999, 99, now));
    assert_eq!(told_within_a_minute(&mut queue, now), [99]);
}

#[test]
fn while_telegram_takes_nothing_at_all_it_is_not_called_ever_more_often() {
    let mut queue = Queue::default();
    (0..1_000).for_each(|update| queue.add(waiter(update, 1 + i64::from(update), start())));
    let told: usize = (0..10).map(|m| told_within_a_minute(&mut queue, start() + TimeDelta::minutes(m)).len()).sum();
    assert!(told <= PER_SECOND * STUCK_AS_ONE, "{told} are under way");
}

#[test]
fn what_was_cancelled_while_it_was_asked_for_is_not_told() {
    let mut queue = Queue::default();
    queue.add(waiter(1, 7, start()));
    let now = start() + TimeDelta::seconds(5);
    let due = queue.due_to_ask(now);
    assert_eq!(queue.cancel(ChatId(7), UserId(7)).len(), 1);
    assert!(!queue.settle(due[0].0), "there is nothing to keep");
    assert!(queue.due_to_say(now).is_empty() && queue.is_idle() && queue.asked.is_empty());
}

#[test]
fn what_has_ended_is_told_and_not_cancelled() {
    let mut queue = Queue::default();
    (1..=3).for_each(|update| queue.add(waiter(update, 7, start())));
    let now = start() + TimeDelta::seconds(5);
    let due = queue.due_to_ask(now);
    // The first is not told yet, the second not on the disk yet.
    queue.end(due[0].0, End::GivenUp);
    assert!(queue.settle(due[1].0));
    let cancelled = queue.cancel(ChatId(7), UserId(7));
    assert_eq!(cancelled.iter().map(|waiter| waiter.question.update.0).collect::<Vec<_>>(), [3]);
    queue.end(due[1].0, End::GivenUp);
    for (now, update) in [(now, 1), (now + SPACING, 2)] {
        let told = queue.due_to_say(now);
        assert_eq!(told[0].1.question.update.0, update);
        queue.said(told[0].0, now);
    }
}

#[test]
fn a_clock_that_is_put_back_ends_pauses_and_spacing() {
    let mut queue = Queue::default();
    (1..=2).for_each(|update| queue.add(waiter(update, 7, start())));
    let mut now = start() + TimeDelta::seconds(5);
    for (place, _) in queue.due_to_ask(now) {
        queue.end(place, End::GivenUp);
    }
    for (place, ..) in queue.due_to_say(now) {
        queue.said(place, now);
    }
    queue.add(waiter(3, 7, now));
    now -= TimeDelta::hours(1);
    assert_eq!(queue.due_to_say(now).len(), 1, "the second");
    assert_eq!(queue.due_to_ask(now).len(), 1, "the third");
}

#[test]
fn after_ten_minutes_the_oldest_are_told_before_the_others() {
    let mut world = World::new(7, TimeDelta::minutes(10));
    (0..1_000).for_each(|update| world.queue.add(waiter(update, 1 + i64::from(update % 100), start())));
    world.run_until_idle();
    let told: Vec<u32> = world.told.iter().map(|(_, update, _)| *update).collect();
    for (place, update) in told.iter().enumerate() {
        let overtaken = told[place..].iter().filter(|later| *later < update).count();
        assert!(overtaken <= AHEAD, "{update} was told before {overtaken} older ones");
    }
    let took = world.now - world.back;
    assert!(took < TimeDelta::minutes(3), "one call takes a second, and eight are made at once: {took}");
}
