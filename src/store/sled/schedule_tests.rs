//! Which jobs a claim takes, by itself: no disk, no runtime.

use chrono::TimeDelta;

use super::*;
use crate::store::samples::{claim, moment, new_job_of, waiting};
use crate::store::{Seq, Waiting};

/// A schedule of jobs, by their order: the update of each is its order.
fn schedule(jobs: impl IntoIterator<Item = (u64, Job)>) -> Schedule {
    let mut schedule = Schedule::default();
    for (order, job) in jobs {
        schedule.insert(order, job);
    }
    schedule
}

fn ready(order: u64, user: u64) -> (u64, Job) {
    (order, new_job_of(order, user).into())
}

fn late(order: u64, user: u64, waiting: Waiting) -> (u64, Job) {
    (order, Job { waiting: Some(waiting), ..new_job_of(order, user).into() })
}

fn worker() -> WorkerId {
    WorkerId(uuid::Uuid::from_u128(1))
}

/// The updates of what is due.
fn claimable(schedule: &Schedule, claim: &Claim) -> Vec<u64> {
    schedule.claimable(claim).into_iter().map(|update| update.0).collect()
}

/// Claims what is due, and marks it as claimed.
fn take(schedule: &mut Schedule, claim: &Claim) -> Vec<u64> {
    let taken = claimable(schedule, claim);
    for update in &taken {
        schedule.change(UpdateId(*update), |entry| entry.owner = Some(claim.owner)).unwrap();
    }
    taken
}

#[test]
fn one_ready_job_of_each_agent_is_taken_the_oldest_first() {
    let mut schedule = schedule([ready(1, 8), ready(2, 8), ready(3, 7), ready(4, 9)]);
    assert_eq!(take(&mut schedule, &Claim { limit: 2, ..claim(worker(), 0) }), [1, 3]);
    assert_eq!(take(&mut schedule, &claim(worker(), 0)), [4]);
    schedule.end(UpdateId(1));
    assert_eq!(take(&mut schedule, &claim(worker(), 0)), [2]);
    assert_eq!(schedule.load(), Load { ready: 0, running: 3, waiting: 0 });
}

#[test]
fn a_job_that_waits_holds_no_other_up() {
    let mut schedule = schedule([late(1, 7, waiting(1)), late(2, 7, waiting(1)), ready(3, 7)]);
    assert_eq!(take(&mut schedule, &claim(worker(), 1)), [1, 3], "one of each kind");
    assert!(take(&mut schedule, &claim(worker(), 1)).is_empty());
    schedule.end(UpdateId(1));
    assert_eq!(take(&mut schedule, &claim(worker(), 1)), [2]);
}

#[test]
fn a_waiting_job_is_taken_when_it_is_due_and_its_provider_may_be_asked() {
    let due_in = |minute: usize| Waiting { due: moment(minute), ..waiting(1) };
    let jobs = [late(1, 7, due_in(3)), late(2, 8, due_in(1)), late(3, 9, due_in(2))];
    let claimed = |minute: usize, retries: &[(Provider, Retries)]| {
        claimable(&schedule(jobs.clone()), &Claim { retries: retries.to_vec(), ..claim(worker(), minute) })
    };
    let pln = |retries| [(Provider::Pln, retries)];
    assert_eq!(claimed(0, &pln(Retries::UpTo(9))), [0; 0]);
    assert_eq!(claimed(2, &pln(Retries::UpTo(9))), [2, 3]);
    assert_eq!(claimed(3, &pln(Retries::UpTo(2))), [1, 2], "the oldest");
    assert_eq!(claimed(3, &pln(Retries::UpTo(0))), [0; 0]);
    assert_eq!(claimed(3, &[(Provider::Ovo, Retries::UpTo(9))]), [0; 0]);
    assert_eq!(claimed(15, &[]), [1, 2, 3], "given up, whatever may be asked");
}

#[test]
fn a_probe_is_the_oldest_of_those_that_were_asked_least_often() {
    let mut schedule = schedule([late(1, 6, waiting(4)), late(2, 7, waiting(0)), late(3, 8, waiting(0))]);
    let probe = Claim { retries: vec![(Provider::Pln, Retries::Probe)], ..claim(worker(), 1) };
    assert_eq!(take(&mut schedule, &probe), [2]);
    assert_eq!(take(&mut schedule, &probe), [3], "of an agent none of whose jobs is tried");
    assert_eq!(take(&mut schedule, &probe), [1]);
}

#[test]
fn a_kept_answer_is_given_whatever_the_provider_does() {
    let (order, job) = late(1, 7, Waiting { due: moment(9), ..waiting(1) });
    let schedule = schedule([(order, Job { kept: vec![(0, Seq(4))], ..job })]);
    assert_eq!(claimable(&schedule, &Claim { retries: Vec::new(), ..claim(worker(), 0) }), [1]);
}

#[test]
fn a_job_without_a_provider_waits_for_its_time_alone() {
    let (order, job) = late(1, 7, waiting(0));
    let schedule = schedule([(order, Job { provider: None, ..job })]);
    let claim = |minutes| Claim { retries: Vec::new(), ..claim(worker(), minutes) };
    assert_eq!(claimable(&schedule, &claim(0)), [0; 0]);
    assert_eq!(claimable(&schedule, &claim(1)), [1]);
}

#[test]
fn times_that_a_clock_set_back_left_too_far_ahead_count_as_reached() {
    let far = |due, until| Waiting { due: moment(due), until: moment(until), ..waiting(1) };
    let schedule = schedule([late(1, 7, far(10, 30)), late(2, 8, far(11, 30)), late(3, 9, far(1, 31))]);
    let claim =
        Claim { longest_pause: TimeDelta::minutes(10), longest_wait: TimeDelta::minutes(30), ..claim(worker(), 0) };
    assert_eq!(claimable(&schedule, &claim), [2, 3]);
    assert_eq!(claimable(&schedule, &Claim { retries: Vec::new(), ..claim }), [3], "that one is given up");
}

#[test]
fn a_cancelled_job_is_never_taken_and_frees_its_agent() {
    let mut schedule = schedule([late(1, 7, waiting(1)), late(2, 7, waiting(1)), ready(3, 7)]);
    assert_eq!(take(&mut schedule, &claim(worker(), 1)), [1, 3]);
    schedule.change(UpdateId(1), |entry| entry.job.cancelled_by = Some(UpdateId(3))).unwrap();
    assert_eq!(take(&mut schedule, &claim(worker(), 99)), [2]);
}
