//! Which jobs are ready, running or waiting: the jobs in memory as they are on disk, and who has claimed them. Made
//! anew at each opening.
//!
//! All jobs of one agent in one chat are an *agent queue*. No index is kept of queues and states: what is asked is
//! answered by a look at every open job. The runner lets some thousands be open at most, besides those that wait.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Claim, Error, Job, Load, MAX_NUMBER, REMEMBERED, Retries, WorkerId, codec};
use super::database::{Database, TreeName};
use super::keys;
use crate::value::{ChatId, Provider, UpdateId, UserId};

/// The key of the counters in the tree `meta`.
pub(super) const COUNTERS: &[u8] = b"counters";

/// An open job, its place in the order of acceptance, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) order: u64,
    pub(super) job: Job,
    pub(super) owner: Option<WorkerId>,
}

/// What state a job is in; it follows from the job and its owner alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobState {
    Cancelled,
    /// Never begun and not claimed.
    Ready,
    /// Claimed, and never waited: at most one of an agent queue.
    Running,
    /// Waiting and not claimed.
    Waiting,
    /// Claimed, and has waited: at most one of an agent queue.
    Retrying,
}

/// How many finished jobs are forgotten at once.
const FORGOTTEN_AT_ONCE: usize = 512;

/// How many records and entries of who did what there ever were: the last place and number that were given.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Counters {
    pub(super) seq: u64,
    #[serde(default)]
    pub(super) audit: u64,
}

/// What is known in memory of what is on disk.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// The open jobs, in the order in which they were accepted.
    pub(super) jobs: BTreeMap<u64, Entry>,
    /// The places of all known updates: of open jobs, also of those that cannot be read, and of finished ones.
    orders: HashMap<UpdateId, u64>,
    /// The finished jobs among them, by place and update: the first first since the opening, before it as they were accepted.
    pub(super) finished: VecDeque<(u64, UpdateId)>,
    last_order: u64,
    pub(super) counters: Counters,
}

impl Entry {
    /// Which agent queue it stands in.
    pub(super) fn queue(&self) -> (ChatId, UserId) {
        (self.job.chat, self.job.user)
    }

    pub(super) fn state(&self) -> JobState {
        match (self.job.cancelled_by, &self.job.waiting, self.owner) {
            (Some(_), _, _) => JobState::Cancelled,
            (None, None, None) => JobState::Ready,
            (None, None, Some(_)) => JobState::Running,
            (None, Some(_), None) => JobState::Waiting,
            (None, Some(_), Some(_)) => JobState::Retrying,
        }
    }
}

impl Schedule {
    /// Reads what is on disk. Each job was another process's before: none is claimed, and each is resumed.
    pub(super) fn read(database: &Database) -> Result<Self, Error> {
        let mut schedule = Self::default();
        let damaged = |what: &str| Error::damaged(&database.dir, what);
        if let Some(counters) = database.value(TreeName::Meta, COUNTERS)? {
            let counters: Option<Counters> = serde_json::from_slice(&counters).ok();
            let counters = counters.filter(|counters| counters.seq.max(counters.audit) <= MAX_NUMBER);
            schedule.counters = counters.ok_or_else(|| damaged("its counters cannot be read"))?;
        }
        for row in database.range::<&[u8], _>(TreeName::Jobs, .., |key, value| Some((key, value))) {
            let (key, value) = row?;
            let place = keys::read_pair(&key).filter(|(order, _)| *order <= MAX_NUMBER);
            let (order, update) = place.ok_or_else(|| damaged("a job's key cannot be read"))?;
            if value.is_empty() {
                schedule.remember(order, UpdateId(update));
                continue;
            }
            match codec::read(&value) {
                Ok(job) => schedule.insert(order, job),
                Err(error) => {
                    tracing::error!(update, %error, "a job cannot be read: passed over");
                    schedule.know(UpdateId(update), order);
                }
            }
        }
        Ok(schedule)
    }

    /// Whether an update is that of a job, open or finished.
    pub(super) fn is_known(&self, update: UpdateId) -> bool {
        self.orders.contains_key(&update)
    }

    /// Whether an update is that of a job that has ended.
    pub(super) fn is_finished(&self, update: UpdateId) -> bool {
        self.orders.get(&update).is_some_and(|order| !self.jobs.contains_key(order))
    }

    /// The place of the next job.
    pub(super) fn next_order(&self) -> u64 {
        self.last_order + 1
    }

    fn know(&mut self, update: UpdateId, order: u64) {
        self.orders.insert(update, order);
        self.last_order = self.last_order.max(order);
    }

    /// Adds a job that is claimed by none.
    pub(super) fn insert(&mut self, order: u64, job: Job) {
        self.know(job.update, order);
        self.jobs.insert(order, Entry { order, job, owner: None });
    }

    /// Takes a job out of the open ones; its update stays known.
    pub(super) fn end(&mut self, update: UpdateId) -> Option<Entry> {
        self.jobs.remove(self.orders.get(&update)?)
    }

    /// Counts a job among the finished ones; gives those that are not remembered any more.
    pub(super) fn remember(&mut self, order: u64, update: UpdateId) -> Vec<(u64, UpdateId)> {
        self.know(update, order);
        self.finished.push_back((order, update));
        if self.finished.len() < REMEMBERED + FORGOTTEN_AT_ONCE {
            return Vec::new();
        }
        let forgotten: Vec<_> = self.finished.drain(..FORGOTTEN_AT_ONCE).collect();
        for (_, update) in &forgotten {
            self.orders.remove(update);
        }
        forgotten
    }

    pub(super) fn get(&self, update: UpdateId) -> Option<&Entry> {
        self.jobs.get(self.orders.get(&update)?)
    }

    /// The same to be changed, in all but its order and its update.
    pub(super) fn get_mut(&mut self, update: UpdateId) -> Option<&mut Entry> {
        self.jobs.get_mut(self.orders.get(&update)?)
    }

    /// The updates of the jobs that fit, by their order.
    pub(super) fn updates(&self, fits: impl Fn(&Entry) -> bool) -> Vec<UpdateId> {
        self.jobs.values().filter(|entry| fits(entry)).map(|entry| entry.job.update).collect()
    }

    /// How many jobs are in which state.
    pub(super) fn load(&self) -> Load {
        let mut load = Load::default();
        for entry in self.jobs.values() {
            match entry.state() {
                JobState::Cancelled => {}
                JobState::Ready => load.ready += 1,
                JobState::Running | JobState::Retrying => load.running += 1,
                JobState::Waiting => load.waiting += 1,
            }
        }
        load
    }

    /// How many jobs of a person wait, claimed or not.
    pub(super) fn waiting_of(&self, user: UserId) -> usize {
        let waits = |entry: &&Entry| matches!(entry.state(), JobState::Waiting | JobState::Retrying);
        self.jobs.values().filter(|entry| entry.job.user == user).filter(waits).count()
    }

    /// Which jobs `claim` takes, oldest first: see [`Jobs::claim`](super::super::Jobs::claim). Changes nothing.
    pub(super) fn claimable(&self, claim: &Claim) -> Vec<UpdateId> {
        // What lies too far ahead was set before the clock was put back.
        let is_reached = |time: DateTime<Utc>, longest| time <= claim.now || time - claim.now > longest;
        let in_state = |state| self.jobs.values().filter(move |entry| entry.state() == state);
        // Of each agent queue one that never waited and one that did, unless one runs.
        let mut running: HashSet<_> = in_state(JobState::Running).map(Entry::queue).collect();
        let mut retrying: HashSet<_> = in_state(JobState::Retrying).map(Entry::queue).collect();
        // How often each provider is being asked again for whom.
        let mut asked: HashMap<(Option<Provider>, UserId), usize> = HashMap::new();
        for Entry { job, .. } in in_state(JobState::Retrying) {
            *asked.entry((job.provider, job.user)).or_default() += 1;
        }
        let mut taken = Vec::new();
        let mut due: BTreeMap<Option<Provider>, Vec<&Entry>> = BTreeMap::new();
        for entry in self.jobs.values() {
            match (entry.state(), &entry.job.waiting) {
                (JobState::Ready, _) if running.insert(entry.queue()) => taken.push(entry),
                (JobState::Waiting, Some(waiting)) => {
                    if entry.job.is_answered() || is_reached(waiting.until, claim.longest_wait) {
                        taken.extend(retrying.insert(entry.queue()).then_some(entry));
                    } else if is_reached(waiting.due, claim.longest_pause) {
                        due.entry(entry.job.provider).or_default().push(entry);
                    }
                }
                _ => {}
            }
        }
        let retries = claim.retries.iter().map(|(provider, retries)| (Some(*provider), *retries));
        for (provider, retries) in retries.chain([(None, Retries::UpTo(usize::MAX))]) {
            let mut due = due.remove(&provider).unwrap_or_default();
            let most = match retries {
                Retries::Probe => {
                    due.sort_by_key(|entry| entry.job.waiting.as_ref().map(|waiting| waiting.asked));
                    1
                }
                Retries::UpTo(most) => most,
            };
            // So that one agent with many chats leaves room for the others.
            let of_all: usize = asked.iter().filter(|((its, _), _)| *its == provider).map(|(_, count)| count).sum();
            let of_one = provider.map_or(usize::MAX, |_| (of_all.saturating_add(most) / 2).max(1));
            let free = due.into_iter().filter(|entry| {
                let of_agent = asked.entry((provider, entry.job.user)).or_default();
                let is_free = *of_agent < of_one && retrying.insert(entry.queue());
                *of_agent += usize::from(is_free);
                is_free
            });
            taken.extend(free.take(most));
        }
        taken.sort_unstable_by_key(|entry| entry.order);
        taken.into_iter().take(claim.limit).map(|entry| entry.job.update).collect()
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
