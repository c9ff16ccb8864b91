//! Open jobs in sled: every change is made to the schedule in memory, and written with it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::super::{Accepted, Claim, Error, Job, Jobs, Kept, Load, MAX_BODY_LEN, NewJob, Record, Waiting, WorkerId};
use super::SledStore;
use super::schedule::{Entry, JobState};
use crate::value::{Provider, UpdateId, UserId};

#[async_trait]
impl Jobs for SledStore {
    async fn accept(&self, jobs: Vec<NewJob>, most_per_agent: usize) -> Result<Vec<Accepted>, Error> {
        jobs.iter().try_for_each(|job| check_length(&job.body))?;
        self.write(move |plan| {
            let accepted = jobs.into_iter().map(|new| {
                let queue = (new.chat, new.user);
                let is_before = |entry: &Entry| entry.state() == JobState::Ready && entry.queue() == queue;
                if plan.schedule.is_known(new.update) {
                    Accepted::Repeated
                } else if plan.schedule.updates(is_before).len() >= most_per_agent {
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

    async fn claim(&self, claim: &Claim) -> Result<Vec<Job>, Error> {
        let claim = claim.clone();
        self.write(move |plan| {
            let schedule = &mut plan.schedule;
            let claimed = schedule.claimable(&claim).into_iter().filter_map(|update| {
                let entry = schedule.get_mut(update)?;
                entry.owner = Some(claim.owner);
                Some(entry.job.clone())
            });
            claimed.collect()
        })
        .await
    }

    async fn keep(&self, update: UpdateId, item: u32, record: Record) -> Result<Kept, Error> {
        self.write(move |plan| {
            match plan.schedule.get(update).map(|entry| &entry.job) {
                Some(job) if job.cancelled_by.is_some() => return Kept::Cancelled,
                Some(job) if job.is_deleted => return Kept::Deleted,
                // It may have been cancelled, and ended with what cancelled it, while it ran.
                None if plan.schedule.finished.contains(&update) => return Kept::Cancelled,
                Some(job) if let Some(seq) = job.kept_at(item) => return Kept::Before(seq),
                _ => {}
            }
            let seq = plan.append(&record);
            if let Some(entry) = plan.schedule.get_mut(update) {
                entry.job.kept.push((item, seq));
                plan.write_job(update);
            }
            Kept::New(seq)
        })
        .await
    }

    async fn reschedule(&self, update: UpdateId, waiting: Waiting) -> Result<bool, Error> {
        self.write(move |plan| {
            let entry = plan.schedule.get_mut(update).filter(|entry| entry.job.cancelled_by.is_none());
            let Some(entry) = entry else { return false };
            entry.job.waiting = Some(waiting);
            entry.owner = None;
            plan.write_job(update)
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
        self.write(move |plan| {
            let Some(Entry { job, .. }) = plan.schedule.get_mut(update) else { return false };
            (job.provider, job.items, job.body) = (provider, items, body);
            plan.write_job(update)
        })
        .await
    }

    /// In memory alone: after a restart they wait as long as they would have.
    async fn hasten(&self, provider: Provider, now: DateTime<Utc>) -> Result<(), Error> {
        self.write(move |plan| {
            for entry in plan.schedule.jobs.values_mut().filter(|entry| entry.state() == JobState::Waiting) {
                if let Job { waiting: Some(waiting), provider: Some(its), .. } = &mut entry.job
                    && *its == provider
                {
                    waiting.due = waiting.due.min(waiting.not_before.map_or(now, |time| time.max(now)));
                }
            }
        })
        .await
    }

    async fn cancel(&self, by: UpdateId, only: Option<(UserId, UpdateId)>) -> Result<Vec<Job>, Error> {
        self.write(move |plan| {
            let Some((chat, user)) = plan.schedule.get(by).map(Entry::queue) else { return Vec::new() };
            let (user, only) = only.map_or((user, None), |(user, only)| (user, Some(only)));
            let late = plan.schedule.updates(|entry| {
                let is_late = matches!(entry.state(), JobState::Waiting | JobState::Retrying);
                is_late && entry.queue() == (chat, user) && !entry.job.is_answered() && entry.job.update != by
            });
            for update in late.into_iter().filter(|update| only.is_none_or(|only| only == *update)) {
                if let Some(entry) = plan.schedule.get_mut(update) {
                    entry.job.cancelled_by = Some(by);
                    entry.owner = None;
                }
                plan.write_job(update);
            }
            let cancelled = plan.schedule.jobs.values().filter(|entry| entry.job.cancelled_by == Some(by));
            cancelled.map(|entry| entry.job.clone()).collect()
        })
        .await
    }

    async fn finish(&self, update: UpdateId) -> Result<(), Error> {
        self.write(move |plan| {
            let schedule = &plan.schedule;
            if schedule.get(update).is_some_and(|entry| entry.job.cancelled_by.is_none()) {
                let cancelled = schedule.updates(|entry| entry.job.cancelled_by == Some(update));
                cancelled.into_iter().chain([update]).for_each(|ended| plan.end_job(ended));
            }
        })
        .await
    }

    async fn release(&self, owner: WorkerId) -> Result<(), Error> {
        self.write(move |plan| {
            let owned = plan.schedule.jobs.values_mut().filter(|entry| entry.owner == Some(owner));
            owned.for_each(|entry| entry.owner = None);
        })
        .await
    }

    async fn load(&self) -> Result<Load, Error> {
        self.write(|plan| plan.schedule.load()).await
    }

    async fn waiting_of(&self, user: UserId) -> Result<usize, Error> {
        self.write(move |plan| plan.schedule.waiting_of(user)).await
    }

    async fn open_jobs(&self) -> Result<(Vec<Job>, Vec<UpdateId>), Error> {
        self.write(|plan| {
            let jobs = plan.schedule.jobs.values().map(|entry| entry.job.clone()).collect();
            (jobs, plan.schedule.finished.iter().copied().collect())
        })
        .await
    }

    async fn import(&self, jobs: Vec<Job>, finished: Vec<UpdateId>) -> Result<(), Error> {
        self.write(move |plan| {
            for job in jobs {
                if !plan.schedule.is_known(job.update) {
                    plan.add_job(Job { resumed: true, ..job });
                }
            }
            for update in finished {
                if !plan.schedule.is_known(update) {
                    plan.remember(update);
                }
            }
        })
        .await
    }
}

fn check_length(body: &str) -> Result<(), Error> {
    if body.len() > MAX_BODY_LEN { Err(Error::JobTooLong(body.len())) } else { Ok(()) }
}
