//! How long one decision takes with 100,000 agents in the store: for an agent, for a stranger, and in a group. It
//! prints its figures; making the agents takes some seconds.

// A bench that cannot go on may stop, and its figures go to the terminal.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ceknomor::{
    access::{Access, Action, Actor, ChatIds, Group, GroupState, Lists, Person, Standing},
    clock::{Clock, SystemClock},
    store::{SledStore, Store},
    value::{ChatId, UserId},
};
use tokio::task::JoinSet;

const AGENTS: u64 = 100_000;

/// How many rows are written at once: the writer flushes once for all of them.
const AT_ONCE: u64 = 1_000;

const DECISIONS: u64 = 20_000;

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let store: Arc<dyn Store> = Arc::new(SledStore::open(dir.path()).expect("a store"));
    let access = Arc::new(Access::new(Lists::default(), store, Arc::new(SystemClock)));
    for first in (0..AGENTS).step_by(usize::try_from(AT_ONCE).expect("a small number")) {
        let mut writing = JoinSet::new();
        for id in first..first + AT_ONCE {
            let access = access.clone();
            let person = Person {
                standing: Standing::Agent,
                name: "Budi".to_owned(),
                since: SystemClock.now(),
                by: None,
                untold: false,
            };
            writing.spawn(async move {
                access.people.change_person(UserId(1_000_000 + id), |_| Some(person.clone())).await
            });
        }
        while let Some(written) = writing.join_next().await {
            written.expect("no panic").expect("written");
        }
    }
    let group =
        Group { state: GroupState::Active, title: String::new(), since: SystemClock.now(), by: None, untold: false };
    access.people.change_group(ChatId(-5), |_| Some(group.clone())).await.expect("written");

    let agent = |id: u64| (UserId(1_000_000 + id * 7_919 % AGENTS), None);
    let stranger = |id: u64| (UserId(5_000_000 + id), None);
    let member = |id: u64| (UserId(5_000_000 + id), Some(ChatId(-5)));
    measure("an agent, to check", &access, Action::Check, true, agent).await;
    measure("a stranger, to read", &access, Action::Read, false, stranger).await;
    measure("a member of a group, to check", &access, Action::Check, true, member).await;
}

async fn measure(
    what: &str,
    access: &Access,
    action: Action,
    is_allowed: bool,
    who: impl Fn(u64) -> (UserId, Option<ChatId>),
) {
    let mut times: Vec<Duration> = Vec::new();
    for id in 0..DECISIONS {
        let (user, group) = who(id);
        let chat = group.map_or_else(|| ChatIds::private(user).expect("a small id"), ChatIds::of);
        let begun = Instant::now();
        let decision = access.authorise(Actor::of(user), chat, action).await;
        times.push(begun.elapsed());
        assert_eq!(decision.is_allowed(), is_allowed, "{what}: {decision:?}");
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("{what:<32} p50 {:>8.1?}   p99 {:>8.1?}", at(50), at(99));
}
