//! Open jobs in sled: every change is made to the schedule in memory, and written with it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::{
    Accepted, Claim, Error, Job, Jobs, Kept, Load, MAX_BODY_LEN, NewJob, REMEMBERED, Record, Waiting, WorkerId,
};
use super::schedule::{Entry, JobState, Schedule};
use super::{Needs, SledStore};
use crate::value::{Provider, UpdateId, UserId};

#[async_trait]
impl Jobs for SledStore {
    async fn accept(&self, jobs: Vec<NewJob>, most_per_agent: usize) -> Result<Vec<Accepted>, Error> {
        jobs.iter().try_for_each(|job| check_length(&job.body))?;
        self.write(Needs::Durable, move |plan| {
            let accepted = jobs.into_iter().map(|new| {
                let queue = (new.chat, new.user);
                let before = plan.schedule.in_state(JobState::Ready).filter(|entry| entry.queue() == queue).count();
                if plan.schedule.is_known(new.update) {
                    Accepted::Repeated
                } else if before >= most_per_agent {
                    Accepted::TooMany
                } else {
                    plan.add_job(new.into());
                    Accepted::New
                }
            });
            accepted.collect()
        })
        .await
    }

    async fn claim(&self, claim: &Claim) -> Result<(Vec<Job>, bool), Error> {
        let claim = claim.clone();
        // It writes nothing, but on a disk that takes nothing no job is begun.
        self.write(Needs::Separate, move |plan| {
            let claimed = plan.schedule.claimable(&claim).into_iter().filter_map(|update| {
                let entry = plan.schedule.change(update, |entry| entry.owner = Some(claim.owner))?;
                Some(entry.job.clone())
            });
            let claimed = claimed.collect();
            (claimed, plan.schedule.in_state(JobState::Waiting).next().is_some())
        })
        .await
    }

    async fn keep(&self, update: UpdateId, item: u32, record: Record) -> Result<Kept, Error> {
        self.write(Needs::Atomic, move |plan| {
            match plan.schedule.get(update).map(|entry| &entry.job) {
                Some(job) if job.cancelled_by.is_some() => return Kept::Cancelled,
                Some(job) if job.is_deleted => return Kept::Deleted,
                // It may have been cancelled, and ended with what cancelled it, while it ran.
                None if plan.schedule.is_finished(update) => return Kept::Cancelled,
                Some(job) if let Some(seq) = job.kept_at(item) => return Kept::Before(seq),
                _ => {}
            }
            let seq = plan.append(&record);
            // What ends a job that was carried out at once makes this durable, too. A crash before leaves it as it was
            // accepted.
            if plan.schedule.get(update).is_none_or(|entry| entry.job.waiting.is_some()) {
                plan.needs = Needs::Durable;
            }
            plan.change_job(update, |entry| entry.job.kept.push((item, seq)));
            Kept::New(seq)
        })
        .await
    }

    async fn reschedule(&self, update: UpdateId, waiting: Waiting) -> Result<bool, Error> {
        self.write(Needs::Durable, move |plan| {
            let is_cancelled = plan.schedule.get(update).is_some_and(|entry| entry.job.cancelled_by.is_some());
            let give_back = |entry: &mut Entry| (entry.job.waiting, entry.owner) = (Some(waiting), None);
            !is_cancelled && plan.change_job(update, give_back)
        })
        .await
    }

    async fn amend(
        &self,
        update: UpdateId,
        provider: Option<Provider>,
        items: u32,
        body: String,
    ) -> Result<bool, Error> {
        check_length(&body)?;
        self.write(Needs::Durable, move |plan| {
            plan.change_job(update, |Entry { job, .. }| (job.provider, job.items, job.body) = (provider, items, body))
        })
        .await
    }

    /// In memory alone: after a restart they wait as long as they would have.
    async fn hasten(&self, provider: Provider, now: DateTime<Utc>) -> Result<(), Error> {
        self.write(Needs::Nothing, move |plan| {
            let waiting = plan.schedule.in_state(JobState::Waiting);
            let of_provider = waiting.filter(|entry| entry.job.provider == Some(provider));
            for update in updates(of_provider) {
                plan.schedule.change(update, |entry| {
                    entry.job.waiting.iter_mut().for_each(|waiting| {
                        let soonest = waiting.not_before.map_or(now, |time| time.max(now));
                        waiting.due = waiting.due.min(soonest);
                    });
                });
            }
        })
        .await
    }

    async fn cancel(&self, by: UpdateId, only: Option<(UserId, UpdateId)>) -> Result<Vec<Job>, Error> {
        self.write(Needs::Durable, move |plan| {
            let Some((chat, user)) = plan.schedule.get(by).map(Entry::queue) else { return Vec::new() };
            let (user, only) = only.map_or((user, None), |(user, only)| (user, Some(only)));
            let late = plan.schedule.late().filter(|entry| {
                let is_meant = entry.job.update != by && only.is_none_or(|only| only == entry.job.update);
                is_meant && entry.queue() == (chat, user) && !entry.job.is_answered()
            });
            for update in updates(late) {
                plan.change_job(update, |entry| (entry.job.cancelled_by, entry.owner) = (Some(by), None));
            }
            cancelled_by(plan.schedule, by).map(|entry| entry.job.clone()).collect()
        })
        .await
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        self.write(Needs::Deletion, move |plan| {
            if plan.schedule.get(update).is_some_and(|entry| entry.job.cancelled_by.is_none()) {
                let cancelled = updates(cancelled_by(plan.schedule, update));
                cancelled.into_iter().chain([update]).for_each(|ended| plan.end_job(ended));
            }
        })
        .await
    }

    async fn release(&self, owner: WorkerId) -> Result<(), Error> {
        self.write(Needs::Nothing, move |plan| {
            let claimed = plan.schedule.in_state(JobState::Running).chain(plan.schedule.in_state(JobState::Retrying));
            for update in updates(claimed.filter(|entry| entry.owner == Some(owner))) {
                plan.schedule.change(update, |entry| entry.owner = None);
            }
        })
        .await
    }

    async fn load(&self) -> Result<Load, Error> {
        self.write(Needs::Nothing, |plan| plan.schedule.load()).await
    }

    async fn waiting_of(&self, user: UserId) -> Result<usize, Error> {
        self.write(Needs::Nothing, move |plan| plan.schedule.late().filter(|entry| entry.job.user == user).count())
            .await
    }

    async fn open_jobs(&self) -> Result<(Vec<Job>, Vec<UpdateId>), Error> {
        self.write(Needs::Nothing, |plan| {
            let jobs = plan.schedule.all().into_iter().map(|entry| entry.job.clone()).collect();
            // A backup holds no more than these, so that every build may read it.
            let forgettable = plan.schedule.finished.len().saturating_sub(REMEMBERED);
            (jobs, plan.schedule.finished.iter().skip(forgettable).map(|(_, update)| *update).collect())
        })
        .await
    }

    async fn import(&self, jobs: Vec<Job>, finished: Vec<UpdateId>) -> Result<(), Error> {
        self.write(Needs::Durable, move |plan| {
            for job in jobs {
                if !plan.schedule.is_known(job.update) {
                    plan.add_job(Job { resumed: true, ..job });
                }
            }
            for update in finished {
                if !plan.schedule.is_known(update) {
                    plan.put_finished(plan.schedule.next_order(), update);
                }
            }
        })
        .await
    }
}

/// The cancelled jobs that end with this one.
fn cancelled_by(schedule: &Schedule, by: UpdateId) -> impl Iterator<Item = &Entry> {
    schedule.in_state(JobState::Cancelled).filter(move |entry| entry.job.cancelled_by == Some(by))
}

fn updates<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<UpdateId> {
    entries.map(|entry| entry.job.update).collect()
}

fn check_length(body: &str) -> Result<(), Error> {
    if body.len() > MAX_BODY_LEN { Err(Error::JobTooLong(body.len())) } else { Ok(()) }
}
