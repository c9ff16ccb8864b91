//! What every backend promises of jobs that wait for their providers: when they are claimed, and how they are
//! cancelled.

use chrono::TimeDelta;

use super::super::samples::{claim, moment, new_job, new_job_of, record, waiting};
use super::super::{Accepted, Claim, Cursor, Job, Kept, NewJob, Retries, Store, Waiting, WorkerId};
use super::Backend;
use super::jobs::{CHAT, MANY, accept, accept_all, finish, let_wait, load, open, open_updates, take};
use crate::value::{ChatId, Provider, UpdateId, UserId};

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    a_job_waits_until_it_is_due(&mut B::fresh().await).await;
    a_waiting_job_runs_beside_a_first_one(&B::fresh().await).await;
    providers_are_asked_again_as_far_as_the_claim_says(&B::fresh().await).await;
    an_agent_with_many_chats_leaves_half_of_a_provider_to_others(&B::fresh().await).await;
    what_a_person_waits_for_is_counted_over_all_chats(&mut B::fresh().await).await;
    what_needs_no_provider_is_claimed_whatever_it_does(&B::fresh().await).await;
    a_provider_that_is_back_is_asked_at_once(&B::fresh().await).await;
    a_provider_that_is_back_is_not_asked_before_the_time_that_the_partner_named(&B::fresh().await).await;
    a_cancelled_job_ends_with_the_one_that_cancelled_it(&mut B::fresh().await).await;
    a_job_is_cancelled_while_it_runs(&B::fresh().await).await;
    only_what_waits_without_a_record_is_cancelled(&B::fresh().await).await;
    one_of_those_that_wait_can_be_cancelled(&B::fresh().await).await;
}

async fn a_job_waits_until_it_is_due(store: &mut impl Backend) {
    let last = Some(record(CHAT, 0).outcome);
    let_wait(store, [new_job(7)], Waiting { last: last.clone(), ..waiting(1) }).await;
    assert_eq!(load(store).await, [0, 0, 1]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 0)).await, [0; 0]);
    store.reopen().await;
    let (jobs, _) = store.store().claim(&claim(WorkerId::fresh(), 1)).await.unwrap();
    assert_eq!(jobs[0].waiting, Some(Waiting { last, ..waiting(1) }));
    assert_eq!(store.store().reschedule(UpdateId(7), Waiting { due: moment(3), ..waiting(2) }).await, Ok(true));
    assert_eq!(take(store, &claim(WorkerId::fresh(), 2)).await, [0; 0]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 3)).await, [7]);
}

async fn a_waiting_job_runs_beside_a_first_one(store: &impl Backend) {
    let worker = WorkerId::fresh();
    let_wait(store, [1, 2].map(new_job), waiting(1)).await;
    accept_all(store, [3, 4]).await;
    assert_eq!(take(store, &claim(worker, 1)).await, [1, 3], "one of each kind");
    assert_eq!(take(store, &claim(worker, 1)).await, [0; 0]);
    assert_eq!(load(store).await, [1, 2, 1]);
    finish(store, 1).await;
    assert_eq!(take(store, &claim(worker, 1)).await, [2]);
    finish(store, 3).await;
    assert_eq!(take(store, &claim(worker, 1)).await, [4]);
}

async fn providers_are_asked_again_as_far_as_the_claim_says(store: &impl Backend) {
    let worker = WorkerId::fresh();
    let of = |provider, updates: std::ops::RangeInclusive<u64>| {
        updates.map(move |update| NewJob { provider: Some(provider), ..new_job_of(update, update) })
    };
    let_wait(store, of(Provider::Pln, 1..=3), waiting(4)).await;
    let_wait(store, of(Provider::Pln, 4..=5), waiting(0)).await;
    let_wait(store, of(Provider::Ovo, 6..=8), waiting(1)).await;
    let with = |retries: &[_]| Claim { retries: retries.to_vec(), ..claim(worker, 1) };
    assert_eq!(take(store, &with(&[])).await, [0; 0]);
    assert_eq!(take(store, &with(&[(Provider::Dana, Retries::UpTo(9))])).await, [0; 0]);
    assert_eq!(take(store, &with(&[(Provider::Pln, Retries::Probe)])).await, [4], "it was never asked");
    let both = with(&[(Provider::Pln, Retries::UpTo(2)), (Provider::Ovo, Retries::UpTo(1))]);
    assert_eq!(take(store, &both).await, [1, 2, 6]);
    assert_eq!(take(store, &claim(worker, 1)).await, [3, 5, 7, 8]);
}

/// A job of one agent in a chat of its own.
fn elsewhere(update: u64, user: u64) -> NewJob {
    NewJob { chat: ChatId(update.cast_signed()), ..new_job_of(update, user) }
}

async fn an_agent_with_many_chats_leaves_half_of_a_provider_to_others(store: &impl Backend) {
    let worker = WorkerId::fresh();
    accept(store, (1..=30).map(|update| elsewhere(update, 7)).chain([elsewhere(31, 8), elsewhere(32, 9)]), MANY).await;
    take(store, &claim(worker, 0)).await;
    for update in 1..=32 {
        assert_eq!(store.store().reschedule(UpdateId(update), waiting(1)).await, Ok(true));
    }
    let up_to = |most| Claim { retries: vec![(Provider::Pln, Retries::UpTo(most))], ..claim(worker, 2) };
    assert_eq!(take(store, &up_to(8)).await, [1, 2, 3, 4, 31, 32], "four of eight are the first one's");
    assert_eq!(take(store, &up_to(2)).await, [0; 0], "of eight, as before");
    finish(store, 2).await;
    assert_eq!(take(store, &up_to(3)).await, [5]);
    for update in [1, 3, 4, 5, 31, 32] {
        finish(store, update).await;
    }
    assert_eq!(take(store, &up_to(1)).await, [6], "one at least");
    finish(store, 6).await;
    let probe = Claim { retries: vec![(Provider::Pln, Retries::Probe)], ..claim(worker, 2) };
    assert_eq!(take(store, &probe).await, [7]);
    // What is over is told, however many there are.
    assert_eq!(take(store, &Claim { retries: Vec::new(), ..claim(worker, 20) }).await.len(), 23);
}

async fn what_a_person_waits_for_is_counted_over_all_chats(store: &mut impl Backend) {
    let worker = WorkerId::fresh();
    let both = async |store: &dyn Store| {
        [store.waiting_of(UserId(7)).await.unwrap(), store.waiting_of(UserId(8)).await.unwrap()]
    };
    accept(store, [elsewhere(1, 7), elsewhere(2, 7), elsewhere(3, 8), elsewhere(4, 7)], MANY).await;
    take(store, &claim(worker, 0)).await;
    assert_eq!(both(&**store.store()).await, [0, 0], "what runs the first time does not wait");
    for update in [1, 2, 3] {
        assert_eq!(store.store().reschedule(UpdateId(update), waiting(1)).await, Ok(true));
    }
    assert_eq!(both(&**store.store()).await, [2, 1]);
    take(store, &claim(worker, 2)).await;
    assert_eq!(both(&**store.store()).await, [2, 1], "also while it is asked again");
    store.reopen().await;
    assert_eq!(both(&**store.store()).await, [2, 1]);
    finish(store, 1).await;
    finish(store, 3).await;
    assert_eq!(both(&**store.store()).await, [1, 0]);
}

async fn what_needs_no_provider_is_claimed_whatever_it_does(store: &impl Backend) {
    let no_retries = |minutes| Claim { retries: Vec::new(), ..claim(WorkerId::fresh(), minutes) };
    let_wait(store, [new_job_of(1, 1), new_job_of(2, 2), new_job_of(3, 3)], waiting(1)).await;
    let_wait(store, [NewJob { provider: None, ..new_job_of(4, 4) }], waiting(1)).await;
    assert_eq!(take(store, &no_retries(0)).await, [0; 0]);
    store.store().keep(UpdateId(2), 0, record(CHAT, 1)).await.unwrap();
    assert_eq!(take(store, &no_retries(0)).await, [2], "its answer is known");
    assert_eq!(take(store, &no_retries(1)).await, [4], "it waits for no provider");
    assert_eq!(take(store, &no_retries(14)).await, [0; 0]);
    assert_eq!(take(store, &no_retries(15)).await, [1, 3], "they are given up");

    let far = |update, due, until| {
        let_wait(store, [new_job_of(update, update)], Waiting { due: moment(due), until: moment(until), ..waiting(1) })
    };
    far(5, 61, 90).await;
    far(6, 10, 90).await;
    let claim = Claim {
        longest_pause: TimeDelta::minutes(60),
        longest_wait: TimeDelta::minutes(90),
        ..claim(WorkerId::fresh(), 0)
    };
    assert_eq!(take(store, &claim).await, [5], "the clock was put back: its time counts as reached");
    let earlier = Claim { now: moment(0) - TimeDelta::minutes(1), retries: Vec::new(), ..claim };
    assert_eq!(take(store, &earlier).await, [6], "and that one's end");
}

async fn a_provider_that_is_back_is_asked_at_once(store: &impl Backend) {
    let later = Waiting { due: moment(9), ..waiting(1) };
    let_wait(store, [new_job_of(1, 1)], later.clone()).await;
    let_wait(store, [NewJob { provider: Some(Provider::Ovo), ..new_job_of(2, 2) }], later).await;
    store.store().hasten(Provider::Pln, moment(2)).await.unwrap();
    assert_eq!(take(store, &claim(WorkerId::fresh(), 2)).await, [1]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 9)).await, [2]);
}

async fn a_provider_that_is_back_is_not_asked_before_the_time_that_the_partner_named(store: &impl Backend) {
    let named = |minute| Waiting { not_before: Some(moment(minute)), due: moment(9), ..waiting(1) };
    let_wait(store, [new_job_of(1, 1)], named(7)).await;
    let_wait(store, [new_job_of(2, 2)], named(3)).await;
    store.store().hasten(Provider::Pln, moment(4)).await.unwrap();
    assert_eq!(take(store, &claim(WorkerId::fresh(), 4)).await, [2], "that time has come");
    assert_eq!(take(store, &claim(WorkerId::fresh(), 6)).await, [0; 0]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 7)).await, [1], "hastened as far as it may be");
}

async fn a_cancelled_job_ends_with_the_one_that_cancelled_it(store: &mut impl Backend) {
    let_wait(store, [1, 2].map(new_job), waiting(1)).await;
    accept_all(store, [3]).await;
    let cancelled = store.store().cancel(UpdateId(3), None).await.unwrap();
    let expected = [1, 2].map(|update| Job {
        waiting: Some(waiting(1)),
        cancelled_by: Some(UpdateId(3)),
        ..new_job(update).into()
    });
    assert_eq!(cancelled, expected);
    assert_eq!(load(store).await, [1, 0, 0], "what is cancelled is not counted");
    assert_eq!(open_updates(store).await, [1, 2, 3]);

    finish(store, 1).await;
    let again = store.store().cancel(UpdateId(3), None).await.unwrap();
    assert_eq!(again.iter().map(|job| job.update.0).collect::<Vec<_>>(), [1, 2], "its own end is not its end");
    assert_eq!(take(store, &claim(WorkerId::fresh(), 99)).await, [3], "it is never claimed");
    finish(store, 3).await;
    assert_eq!(open_updates(store).await, [0; 0]);
    assert_eq!(accept(store, [1, 2, 3].map(new_job), MANY).await, [Accepted::Repeated; 3]);
}

async fn a_job_is_cancelled_while_it_runs(store: &impl Backend) {
    let_wait(store, [new_job(1)], waiting(1)).await;
    assert_eq!(take(store, &claim(WorkerId::fresh(), 1)).await, [1]);
    accept_all(store, [2]).await;
    assert_eq!(store.store().cancel(UpdateId(2), None).await.unwrap().len(), 1);
    assert_eq!(store.store().keep(UpdateId(1), 0, record(CHAT, 1)).await, Ok(Kept::Cancelled));
    assert_eq!(store.store().reschedule(UpdateId(1), waiting(2)).await, Ok(false));
    finish(store, 1).await;
    assert_eq!(open(store).await.len(), 2);
    assert!(store.store().page(CHAT, Cursor::Newest, 9).await.unwrap().records.is_empty());
}

async fn only_what_waits_without_a_record_is_cancelled(store: &impl Backend) {
    let_wait(store, [new_job(1), new_job(2)], waiting(1)).await;
    let_wait(store, [new_job_of(3, 8), NewJob { chat: ChatId(5), ..new_job(4) }], waiting(1)).await;
    store.store().keep(UpdateId(2), 0, record(CHAT, 1)).await.unwrap();
    accept_all(store, [5, 6]).await;
    let cancelled = async |by| {
        let jobs = store.store().cancel(UpdateId(by), None).await.unwrap();
        jobs.into_iter().map(|job| job.update.0).collect::<Vec<_>>()
    };
    assert_eq!(cancelled(6).await, [1], "not the answered, the ready, another agent's, nor that of another chat");
    assert_eq!(cancelled(5).await, [0; 0], "it has another's by now");
    assert_eq!(cancelled(7).await, [0; 0], "it is no open job");
    assert_eq!(cancelled(6).await, [1]);
}

async fn one_of_those_that_wait_can_be_cancelled(store: &impl Backend) {
    let list = NewJob { items: 3, ..new_job(2) };
    let_wait(store, [new_job(1), list], waiting(1)).await;
    let_wait(store, [new_job_of(3, 8), NewJob { chat: ChatId(5), ..new_job_of(4, 8) }], waiting(1)).await;
    store.store().keep(UpdateId(2), 0, record(CHAT, 1)).await.unwrap();
    accept_all(store, [5]).await;
    let cancelled = async |user, only| {
        let cancelled = store.store().cancel(UpdateId(5), Some((UserId(user), UpdateId(only)))).await.unwrap();
        cancelled.into_iter().map(|job| job.update.0).collect::<Vec<_>>()
    };
    let agent = new_job(5).user.0;
    assert_eq!(cancelled(agent, 2).await, [2], "a list that lacks some of its records, and nothing else");
    for (user, not_theirs) in [(agent, 3), (8, 1), (8, 4)] {
        assert_eq!(cancelled(user, not_theirs).await, [2], "another's, or of another chat");
    }
    assert_eq!(cancelled(8, 3).await, [2, 3], "another's, where it is known to be theirs");
}
