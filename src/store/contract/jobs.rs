//! What every backend promises of jobs.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::super::samples::{claim, moment, new_job, new_job_of, record, waiting};
use super::super::{
    Accepted, Claim, Cursor, Error, Job, Jobs, Kept, Load, MAX_BODY_LEN, NewJob, REMEMBERED, Retries, Seq, Store,
    Target, Waiting, WorkerId, forget,
};
use super::Backend;
use crate::value::{ChatId, Provider, UpdateId, UserId};

use Accepted::{New, Repeated, TooMany};

const CHAT: ChatId = ChatId(-1_001_234_567_890);

/// As many jobs as there may be of an agent, in most of these.
const MANY: usize = usize::MAX;

/// All of it, each part on a store of its own.
pub(super) async fn holds<B: Backend>() {
    a_job_lives_until_it_is_finished(&mut B::fresh().await).await;
    an_agents_jobs_run_one_by_one_in_their_order(&B::fresh().await).await;
    a_claim_takes_the_oldest(&B::fresh().await).await;
    two_claims_take_no_job_twice(&B::fresh().await).await;
    no_update_is_accepted_twice(&mut B::fresh().await).await;
    the_last_finished_are_remembered(&mut B::fresh().await).await;
    an_agent_has_only_so_many_ready_jobs(&B::fresh().await).await;
    too_long_a_body_is_refused_with_its_batch(&B::fresh().await).await;
    an_item_has_one_record(&mut B::fresh().await).await;
    a_record_of_no_job_is_kept_all_the_same(&B::fresh().await).await;
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
    nothing_is_kept_of_a_job_that_a_deletion_covers(&mut B::fresh().await).await;
    a_job_turns_out_to_be_another(&mut B::fresh().await).await;
    what_a_worker_releases_is_as_it_was(&B::fresh().await).await;
    what_a_dead_worker_had_is_claimed_again(&mut B::fresh().await).await;
    what_is_not_there_is_passed_over(&B::fresh().await).await;
    imported_jobs_are_open_again(&mut B::fresh().await).await;
}

async fn accept(store: &impl Backend, jobs: impl IntoIterator<Item = NewJob>, most: usize) -> Vec<Accepted> {
    store.store().accept(jobs.into_iter().collect(), most).await.unwrap()
}

/// Accepts a job of the sample's agent for each update.
async fn accept_all(store: &impl Backend, updates: impl IntoIterator<Item = u64>) {
    let accepted = accept(store, updates.into_iter().map(new_job), MANY).await;
    assert!(accepted.iter().all(|accepted| *accepted == New));
}

/// Claims and gives the updates, in the order in which they were given.
async fn take(store: &impl Backend, claim: &Claim) -> Vec<u64> {
    store.store().claim(claim).await.unwrap().into_iter().map(|job| job.update.0).collect()
}

async fn finish(store: &impl Backend, update: u64) {
    store.store().finish(UpdateId(update)).await.unwrap();
}

/// Accepts, claims and gives back, so that they wait.
async fn let_wait(store: &impl Backend, jobs: impl IntoIterator<Item = NewJob>, waiting: Waiting) {
    for job in jobs {
        let update = job.update;
        assert_eq!(accept(store, [job], MANY).await, [New]);
        assert_eq!(take(store, &claim(WorkerId::fresh(), 0)).await, [update.0]);
        assert_eq!(store.store().reschedule(update, waiting.clone()).await, Ok(true));
    }
}

/// The open jobs, but for what another process would see differently.
async fn open(store: &impl Backend) -> Vec<Job> {
    let (jobs, _) = store.store().open_jobs().await.unwrap();
    jobs.into_iter().map(|job| Job { resumed: false, ..job }).collect()
}

async fn open_updates(store: &mut impl Backend) -> Vec<u64> {
    let before = open(store).await;
    store.reopen().await;
    assert_eq!(open(store).await, before, "after a restart too");
    before.into_iter().map(|job| job.update.0).collect()
}

async fn load(store: &impl Backend) -> [usize; 3] {
    let Load { ready, running, waiting } = store.store().load().await.unwrap();
    [ready, running, waiting]
}

async fn a_job_lives_until_it_is_finished(store: &mut impl Backend) {
    let worker = WorkerId::fresh();
    assert_eq!(load(store).await, [0, 0, 0]);
    accept_all(store, [7]).await;
    assert_eq!(open(store).await, [Job::from(new_job(7))]);
    assert_eq!(load(store).await, [1, 0, 0]);
    assert_eq!(store.store().claim(&claim(worker, 0)).await, Ok(vec![Job::from(new_job(7))]));
    assert_eq!(take(store, &claim(worker, 0)).await, [0; 0]);
    assert_eq!(load(store).await, [0, 1, 0]);
    assert_eq!(open_updates(store).await, [7]);
    finish(store, 7).await;
    assert_eq!(open_updates(store).await, [0; 0]);
    assert_eq!(load(store).await, [0, 0, 0]);
}

async fn an_agents_jobs_run_one_by_one_in_their_order(store: &impl Backend) {
    let worker = WorkerId::fresh();
    let elsewhere = NewJob { chat: ChatId(5), ..new_job(4) };
    accept(store, [new_job(3), new_job(9), new_job(1), new_job_of(2, 8), elsewhere], MANY).await;
    assert_eq!(take(store, &claim(worker, 0)).await, [3, 2, 4], "one of each agent in each chat");
    finish(store, 2).await;
    assert_eq!(take(store, &claim(worker, 0)).await, [0; 0]);
    finish(store, 3).await;
    assert_eq!(take(store, &claim(worker, 0)).await, [9], "not the lower, but the earlier one");
    finish(store, 9).await;
    assert_eq!(take(store, &claim(worker, 0)).await, [1]);
}

async fn a_claim_takes_the_oldest(store: &impl Backend) {
    let worker = WorkerId::fresh();
    let_wait(store, [new_job_of(1, 1)], waiting(1)).await;
    accept(store, (2..=6).map(|update| new_job_of(update, update)), MANY).await;
    assert_eq!(take(store, &Claim { limit: 0, ..claim(worker, 1) }).await, [0; 0]);
    assert_eq!(take(store, &Claim { limit: 3, ..claim(worker, 1) }).await, [1, 2, 3]);
    assert_eq!(take(store, &Claim { limit: 3, ..claim(worker, 1) }).await, [4, 5, 6]);
}

async fn two_claims_take_no_job_twice(store: &impl Backend) {
    accept(store, (0..60).map(|update| new_job_of(update, update % 20)), MANY).await;
    let mut workers = JoinSet::new();
    for _ in 0..6 {
        let store = store.store().clone();
        workers.spawn(async move {
            let mut done = Vec::new();
            loop {
                let jobs = store.claim(&Claim { limit: 3, ..claim(WorkerId::fresh(), 0) }).await.unwrap();
                if jobs.is_empty() && store.load().await.unwrap().ready == 0 {
                    return done;
                }
                for job in jobs {
                    done.push(job.update);
                    store.finish(job.update).await.unwrap();
                }
            }
        });
    }
    let done = workers.join_all().await.concat();
    assert_eq!((done.len(), done.into_iter().collect::<BTreeSet<_>>().len()), (60, 60));
}

async fn no_update_is_accepted_twice(store: &mut impl Backend) {
    assert_eq!(accept(store, [5, 6, 5].map(new_job), MANY).await, [New, New, Repeated]);
    assert_eq!(accept(store, [4, 6, 8, 4].map(new_job), MANY).await, [New, Repeated, New, Repeated]);
    finish(store, 6).await;
    finish(store, 8).await;
    store.reopen().await;
    let again = accept(store, [8, 6, 5, 4, 1 << 60].map(new_job), MANY).await;
    assert_eq!(again, [Repeated, Repeated, Repeated, Repeated, New]);
    assert_eq!(accept(store, [], MANY).await, []);
    assert_eq!(open_updates(store).await, [5, 4, 1 << 60]);
    let (_, finished) = store.store().open_jobs().await.unwrap();
    assert_eq!(finished, [6, 8].map(UpdateId));
}

async fn the_last_finished_are_remembered(store: &mut impl Backend) {
    let all: Vec<u64> = (0..REMEMBERED as u64 + 200).collect();
    for batch in all.chunks(1000) {
        accept_all(store, batch.iter().copied()).await;
        let finished = batch.iter().map(|update| store.store().finish(UpdateId(*update)));
        futures_util::future::try_join_all(finished).await.unwrap();
    }
    store.reopen().await;
    let again = accept(store, all.into_iter().map(new_job), MANY).await;
    // Those of a batch were finished at once, in whichever order.
    assert!(again[1000..].iter().all(|accepted| *accepted == Repeated));
    assert_eq!(again.iter().filter(|accepted| **accepted == New).count(), 200, "what is remembered is bounded");
}

async fn an_agent_has_only_so_many_ready_jobs(store: &impl Backend) {
    let jobs = [new_job(1), new_job(2), new_job(3), new_job_of(4, 8), NewJob { chat: ChatId(5), ..new_job(5) }];
    assert_eq!(accept(store, jobs, 2).await, [New, New, TooMany, New, New], "of each agent in each chat");
    assert_eq!(accept(store, [2, 3].map(new_job), 2).await, [Repeated, TooMany], "what was refused is not known");
    take(store, &claim(WorkerId::fresh(), 0)).await;
    assert_eq!(accept(store, [3, 6].map(new_job), 2).await, [New, TooMany], "what runs is not counted");
    store.store().reschedule(UpdateId(1), waiting(1)).await.unwrap();
    assert_eq!(accept(store, [6].map(new_job), 2).await, [TooMany]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 0)).await, [2]);
    assert_eq!(accept(store, [6].map(new_job), 2).await, [New], "nor what waits");
}

async fn too_long_a_body_is_refused_with_its_batch(store: &impl Backend) {
    let of_length = |bytes| NewJob { body: "x".repeat(bytes), ..new_job(2) };
    let refused = store.store().accept(vec![new_job(1), of_length(MAX_BODY_LEN + 1)], MANY).await;
    assert_eq!(refused, Err(Error::JobTooLong(MAX_BODY_LEN + 1)));
    assert_eq!(open(store).await, []);
    let longest = [new_job(1), of_length(MAX_BODY_LEN)];
    assert_eq!(accept(store, longest.clone(), MANY).await, [New, New]);
    assert_eq!(open(store).await, longest.map(Job::from));
}

async fn keep(store: &impl Backend, update: u64, item: u32, minute: usize) -> Kept {
    store.store().keep(UpdateId(update), item, record(CHAT, minute)).await.unwrap()
}

async fn an_item_has_one_record(store: &mut impl Backend) {
    accept_all(store, [7, 8]).await;
    take(store, &claim(WorkerId::fresh(), 0)).await;
    let Kept::New(first) = keep(store, 7, 0, 1).await else { panic!("it is the first") };
    assert_eq!(keep(store, 7, 0, 2).await, Kept::Before(first));
    let Kept::New(second) = keep(store, 7, 5, 3).await else { panic!("it is another item") };
    store.reopen().await;
    assert_eq!(keep(store, 7, 5, 4).await, Kept::Before(second));
    let kept = vec![(0, first), (5, second)];
    assert_eq!(open(store).await, [Job { kept, ..new_job(7).into() }, new_job(8).into()]);
    let page = store.store().page(CHAT, Cursor::Newest, 9).await.unwrap();
    assert_eq!(page.records, [(second, record(CHAT, 3)), (first, record(CHAT, 1))]);
}

async fn a_record_of_no_job_is_kept_all_the_same(store: &impl Backend) {
    for _ in 0..2 {
        let kept = store.store().keep(UpdateId(7), 0, record(CHAT, 1)).await;
        assert!(matches!(kept, Ok(Kept::New(_))), "{kept:?}");
    }
    assert_eq!(store.store().page(CHAT, Cursor::Newest, 9).await.unwrap().records.len(), 2);
}

async fn a_job_waits_until_it_is_due(store: &mut impl Backend) {
    let last = Some(record(CHAT, 0).outcome);
    let_wait(store, [new_job(7)], Waiting { last: last.clone(), ..waiting(1) }).await;
    assert_eq!(load(store).await, [0, 0, 1]);
    assert_eq!(take(store, &claim(WorkerId::fresh(), 0)).await, [0; 0]);
    store.reopen().await;
    let jobs = store.store().claim(&claim(WorkerId::fresh(), 1)).await.unwrap();
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
    assert_eq!(accept(store, [1, 2, 3].map(new_job), MANY).await, [Repeated; 3]);
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

async fn nothing_is_kept_of_a_job_that_a_deletion_covers(store: &mut impl Backend) {
    let [chat, others] = [CHAT, ChatId(5)].map(|chat| NewJob { chat, accepted: moment(2), ..new_job(0) });
    let jobs = [NewJob { update: UpdateId(1), ..chat.clone() }, NewJob { update: UpdateId(2), ..others }];
    accept(store, jobs.to_vec(), MANY).await;
    let backend = store.store();
    forget(&**backend, &**backend, &Target::Chat(CHAT), moment(3)).await.unwrap();
    let later = NewJob { update: UpdateId(3), accepted: moment(3) + TimeDelta::milliseconds(1), ..chat };
    accept(store, [later], MANY).await;
    store.reopen().await;
    assert_eq!(keep(store, 1, 0, 1).await, Kept::Deleted);
    for update in [2, 3] {
        assert!(matches!(keep(store, update, 0, 1).await, Kept::New(_)), "{update}");
    }
}

async fn a_job_turns_out_to_be_another(store: &mut impl Backend) {
    accept_all(store, [7]).await;
    let body = r#"{"check":"OVO10 0817345544"}"#.to_owned();
    assert_eq!(store.store().amend(UpdateId(7), Some(Provider::Ovo), 2, body.clone()).await, Ok(true));
    store.reopen().await;
    let jobs = open(store).await;
    let amended = jobs.first().map(|job| (job.provider, job.items, job.body.as_str()));
    assert_eq!(amended, Some((Some(Provider::Ovo), 2, body.as_str())));
    assert_eq!(store.store().amend(UpdateId(8), None, 1, body).await, Ok(false));
    let long = "x".repeat(MAX_BODY_LEN + 1);
    assert_eq!(store.store().amend(UpdateId(7), None, 1, long).await, Err(Error::JobTooLong(MAX_BODY_LEN + 1)));
}

async fn what_a_worker_releases_is_as_it_was(store: &impl Backend) {
    let (worker, other) = (WorkerId::fresh(), WorkerId::fresh());
    let_wait(store, [new_job_of(1, 1)], waiting(1)).await;
    accept(store, [new_job_of(2, 2), new_job_of(3, 2), new_job_of(4, 4)], MANY).await;
    assert_eq!(take(store, &Claim { limit: 2, ..claim(worker, 1) }).await, [1, 2]);
    assert_eq!(take(store, &claim(other, 1)).await, [4]);
    let before = open(store).await;
    store.store().release(worker).await.unwrap();
    assert_eq!(open(store).await, before);
    assert_eq!(load(store).await, [2, 1, 1]);
    assert_eq!(take(store, &claim(worker, 1)).await, [1, 2]);
}

async fn what_a_dead_worker_had_is_claimed_again(store: &mut impl Backend) {
    let_wait(store, [new_job_of(1, 1)], waiting(1)).await;
    accept(store, [new_job_of(2, 2)], MANY).await;
    let jobs = store.store().claim(&claim(WorkerId::fresh(), 1)).await.unwrap();
    assert!(jobs.iter().all(|job| !job.resumed));
    let kept = store.store().keep(UpdateId(2), 0, record(CHAT, 1)).await;
    let Ok(Kept::New(seq)) = kept else { panic!("{kept:?}") };
    store.reopen().await;
    let resumed = [
        Job { waiting: Some(waiting(1)), resumed: true, ..new_job_of(1, 1).into() },
        Job { kept: vec![(0, seq)], resumed: true, ..new_job_of(2, 2).into() },
    ];
    assert_eq!(store.store().claim(&claim(WorkerId::fresh(), 3)).await, Ok(resumed.into()), "the leases are over");
    store.store().reschedule(UpdateId(1), waiting(2)).await.unwrap();
    let again = store.store().claim(&claim(WorkerId::fresh(), 3)).await.unwrap();
    assert!(again[0].resumed, "it stays so");
}

async fn what_is_not_there_is_passed_over(store: &impl Backend) {
    accept_all(store, [7]).await;
    finish(store, 7).await;
    for update in [7, 9] {
        assert_eq!(store.store().reschedule(UpdateId(update), waiting(1)).await, Ok(false));
        assert_eq!(store.store().cancel(UpdateId(update), None).await, Ok(Vec::new()));
        finish(store, update).await;
    }
    assert_eq!(keep(store, 7, 0, 1).await, Kept::Cancelled, "it has ended");
    store.store().release(WorkerId::fresh()).await.unwrap();
    assert_eq!(open(store).await, []);
    assert_eq!(accept(store, [new_job(9)], MANY).await, [New], "what was never accepted is not finished either");
}

async fn imported_jobs_are_open_again(store: &mut impl Backend) {
    let late = Job { waiting: Some(waiting(1)), cancelled_by: Some(UpdateId(3)), ..new_job(1).into() };
    let kept = Job { kept: vec![(0, Seq(4))], user: UserId(8), ..new_job(2).into() };
    let jobs = [late, kept, new_job(3).into()];
    Jobs::import(&**store.store(), jobs[..2].to_vec(), Vec::new()).await.unwrap();
    Jobs::import(&**store.store(), jobs[2..].to_vec(), [9, 8].map(UpdateId).into()).await.unwrap();
    assert_eq!(open_updates(store).await, [1, 2, 3]);
    assert_eq!(open(store).await, jobs);
    assert_eq!(store.store().open_jobs().await.unwrap().1, [9, 8].map(UpdateId));
    let claimed = store.store().claim(&claim(WorkerId::fresh(), 1)).await.unwrap();
    assert_eq!(claimed.iter().map(|job| (job.update.0, job.resumed)).collect::<Vec<_>>(), [(2, true), (3, true)]);
    assert_eq!(accept(store, [9, 2, 4].map(new_job), MANY).await, [Repeated, Repeated, New]);
}
