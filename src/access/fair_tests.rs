//! Days of agents: what is refused, who is paused, and who must not be.

use std::sync::Arc;

use super::*;
use crate::{
    access::{Access, Actor, Lists, Rule},
    clock::FixedClock,
    store::SledStore,
    value::Customer,
};

const BUDI: ChatId = ChatId(7);

/// A group; its members have quotas of their own beside its own.
const GROUP: ChatId = ChatId(-5);

struct Scene {
    fair: FairUse,
    access: Access,
    clock: Arc<FixedClock>,
}

impl Scene {
    fn new(limits: Limits) -> Self {
        let (rows, clock) = (Arc::new(SledStore::temporary().unwrap()), clock());
        let access = Access::new(Lists::default(), rows.clone(), clock.clone());
        Self { fair: FairUse::new(access.people.clone(), rows, clock.clone(), limits), access, clock }
    }

    fn guarded() -> Self {
        Self::new(Limits { guard: true, ..Limits::default() })
    }

    /// Asks about a meter that is nobody's: eleven digits, the first of them zeros.
    async fn asks(&self, whose: ChatId, chat: ChatId, number: u64) -> Taken {
        let number = &CustomerNumber::from_record(&format!("{number:011}")).unwrap();
        self.fair.take(Call { whose, is_owner: false, chat, provider: Provider::Pln, number }).await
    }

    /// The same, answered; gives why the agent is suspected, if they are.
    async fn checks(&self, number: u64, is_found: bool) -> Option<Rule> {
        match self.asks(BUDI, ChatId(7), number).await {
            Taken::Suspected(suspicion) => return Some(suspicion.rule),
            Taken::Full(full) => panic!("{full:?}"),
            Taken::Counted => {}
        }
        let verdict = if is_found { Verdict::Found(Customer::default()) } else { Verdict::NotFound };
        self.fair.answered(BUDI, false, &verdict).await;
        None
    }

    async fn next_day(&self) {
        self.clock.advance(TimeDelta::days(1));
    }
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at("2026-11-22T01:05:20Z".parse().unwrap()))
}

/// Numbers of customers who live anywhere: no two begin alike.
fn scattered(nth: u64) -> u64 {
    (nth * 7_919 % 99_991) * 1_000 + nth % 1_000
}

#[tokio::test]
async fn an_agents_minute_and_day_are_counted_over_all_chats_and_not_with_anothers() {
    let quota = |per_minute, per_day| Quota { per_minute, per_day };
    let scene = Scene::new(Limits { agent: quota(2, 3), ..Limits::default() });
    let full = |window, ends: &str| Taken::Full(Full { scope: Scope::Agent, window, ends: ends.parse().unwrap() });
    assert_eq!(scene.asks(BUDI, ChatId(7), 1).await, Taken::Counted);
    assert_eq!(scene.asks(BUDI, GROUP, 1).await, Taken::Counted);
    assert_eq!(scene.asks(BUDI, ChatId(7), 1).await, full(Window::Minute, "2026-11-22T01:06:00Z"));
    assert_eq!(scene.asks(ChatId(8), GROUP, 1).await, Taken::Counted);
    scene.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.asks(BUDI, ChatId(7), 1).await, Taken::Counted, "what was refused was not counted");
    assert_eq!(scene.asks(BUDI, ChatId(7), 1).await, full(Window::Day, "2026-11-22T17:00:00Z"));
    assert_eq!(scene.fair.used(BUDI, GROUP).await.unwrap().0, Used { quota: quota(2, 3), minute: 1, day: 3 });
    scene.next_day().await;
    assert_eq!(scene.asks(BUDI, ChatId(7), 1).await, Taken::Counted);
}

#[tokio::test]
async fn a_groups_anonymous_administrators_are_counted_as_one_agent() {
    let one = Quota { per_minute: 0, per_day: 1 };
    let scene = Scene::new(Limits { agent: one, ..Limits::default() });
    let whose = |group| Actor::AnonymousAdmin.whose(group);
    assert_eq!(scene.asks(whose(GROUP), GROUP, 1).await, Taken::Counted);
    assert!(matches!(scene.asks(whose(GROUP), GROUP, 1).await, Taken::Full(Full { scope: Scope::Agent, .. })));
    assert_eq!(scene.asks(whose(ChatId(-6)), ChatId(-6), 1).await, Taken::Counted, "another group has its own");
    assert_eq!(scene.asks(BUDI, GROUP, 1).await, Taken::Counted, "and so have its members");
    let (own, group) = scene.fair.used(whose(GROUP), GROUP).await.unwrap();
    assert_eq!((own.day, group.map(|group| group.day)), (1, Some(2)));
}

#[tokio::test]
async fn a_resellers_days_are_no_harvest() {
    let scene = Scene::guarded();
    let mut nth = 0;
    // Two weeks of singles and lists; every seventh number is mistyped, some are asked for again and again.
    for day in 0..14 {
        let checks = if day % 7 == 6 { 400 } else { 150 };
        for check in 0..checks {
            nth += 1;
            assert_eq!(scene.checks(scattered(nth), check % 7 != 0).await, None, "day {day}, check {check}");
            if check % 10 == 0 {
                assert_eq!(scene.checks(1_105_691_111, true).await, None, "a usual customer");
            }
        }
        // A row of new houses.
        for house in 0..8 {
            assert_eq!(scene.checks(scattered(nth) / 1_000 * 1_000 + 500 + house, true).await, None);
        }
        scene.next_day().await;
    }
}

#[tokio::test]
async fn numbers_in_a_row_pause_an_agent_and_owners_are_told_once() {
    let scene = Scene::guarded();
    for number in 0..11 {
        assert_eq!(scene.checks(5_000 + number * 3, true).await, None);
    }
    assert_eq!(scene.checks(5_000, true).await, None, "one that was asked for before");
    let Taken::Suspected(suspicion) = scene.asks(BUDI, GROUP, 5_999).await else { panic!("the twelfth") };
    let until = "2026-11-23T01:05:20Z".parse().unwrap();
    let since = scene.clock.now();
    let expected = Suspicion { whose: BUDI, rule: Rule::NearNumbers, checks: 13, since, until, is_news: true };
    assert_eq!(suspicion, expected);
    let pause = Pause { until: Some(until), by_guard: true };
    assert_eq!(scene.access.people.pause(BUDI).await, Ok(Some(pause)));
    scene.clock.advance(TimeDelta::minutes(1));
    let Taken::Suspected(again) = scene.asks(BUDI, GROUP, 5_998).await else { panic!("the thirteenth") };
    assert!(!again.is_news);
    assert_eq!(scene.access.people.pause(BUDI).await, Ok(Some(pause)), "it is not made longer");
}

#[tokio::test]
async fn who_is_let_go_on_begins_anew() {
    let scene = Scene::guarded();
    assert_eq!(scene.fair.lift(BUDI).await, Ok(false));
    let run = async |begin: u64| {
        for number in 0..11 {
            assert_eq!(scene.checks(begin + number, true).await, None);
        }
        scene.checks(begin + 11, true).await
    };
    assert_eq!(run(5_000).await, Some(Rule::NearNumbers));
    assert_eq!(scene.fair.lift(BUDI).await, Ok(true));
    assert_eq!(scene.access.people.pause(BUDI).await, Ok(None));
    assert_eq!(run(5_000).await, Some(Rule::NearNumbers), "as often as ever");
    // A pause by a person over the guard's is lifted as well.
    scene.access.people.set_pause(BUDI, Some(Pause { until: None, by_guard: false })).await.unwrap();
    assert_eq!(scene.fair.lift(BUDI).await, Ok(true));
    assert_eq!(run(5_000).await, Some(Rule::NearNumbers), "and not at the first check");
}

#[tokio::test]
async fn numbers_that_nobody_has_pause_an_agent() {
    let scene = Scene::guarded();
    for nth in 0..40 {
        assert_eq!(scene.checks(scattered(nth), nth < 11).await, None, "{nth}");
    }
    assert_eq!(scene.checks(scattered(40), true).await, Some(Rule::Unknown));
}

#[tokio::test]
async fn a_multiple_of_the_usual_day_pauses_an_agent() {
    let scene = Scene::guarded();
    let mut nth = 0;
    for _ in 0..4 {
        for _ in 0..62 {
            nth += 1;
            assert_eq!(scene.checks(scattered(nth), true).await, None);
        }
        // Days without checks are no days.
        scene.next_day().await;
        scene.next_day().await;
    }
    for _ in 0..310 {
        nth += 1;
        assert_eq!(scene.checks(scattered(nth), true).await, None);
    }
    assert_eq!(scene.checks(scattered(nth + 1), true).await, Some(Rule::UnusualDay));
}

#[tokio::test]
async fn neither_owners_nor_anyone_is_guarded_where_it_is_off() {
    let (off, on) = (Scene::new(Limits::default()), Scene::guarded());
    let provider = Provider::Pln;
    for number in 0..20 {
        assert_eq!(off.checks(5_000 + number, true).await, None);
        let number = &CustomerNumber::from_record(&format!("{number:011}")).unwrap();
        let call = Call { whose: BUDI, is_owner: true, chat: ChatId(7), provider, number };
        assert_eq!(on.fair.take(call).await, Taken::Counted);
    }
}
