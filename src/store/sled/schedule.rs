//! Which jobs are ready, running or waiting: the jobs in memory as they are on disk, and who has claimed them. Made
//! anew at each opening.
//!
//! All jobs of one agent in one chat are an *agent queue*. The jobs stand by their states: the thousands that may wait
//! are looked at where it is about waiting ones alone.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Ended; only its update is known any more.
    Finished,
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
    /// The open jobs, of each state in the order in which they were accepted.
    jobs: BTreeMap<(JobState, u64), Entry>,
    /// Where each known update stands, of open jobs and of those that have ended. Of one that cannot be read, or has
    /// ended, nothing stands there.
    places: HashMap<UpdateId, (JobState, u64)>,
    /// Those that have ended, by order and update: the first first since the opening, before it as they were accepted.
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
                    schedule.know(UpdateId(update), JobState::Cancelled, order);
                }
            }
        }
        Ok(schedule)
    }

    /// Whether an update is that of a job, open or finished.
    pub(super) fn is_known(&self, update: UpdateId) -> bool {
        self.places.contains_key(&update)
    }

    /// Whether an update is that of a job that has ended.
    pub(super) fn is_finished(&self, update: UpdateId) -> bool {
        self.places.get(&update).is_some_and(|(state, _)| *state == JobState::Finished)
    }

    /// The place of the next job in the order of acceptance.
    pub(super) fn next_order(&self) -> u64 {
        self.last_order + 1
    }

    fn know(&mut self, update: UpdateId, state: JobState, order: u64) {
        self.places.insert(update, (state, order));
        self.last_order = self.last_order.max(order);
    }

    /// Adds a job that is claimed by none.
    pub(super) fn insert(&mut self, order: u64, job: Job) {
        self.put(Entry { order, job, owner: None });
    }

    /// Takes a job out of the open ones; it is to be remembered.
    pub(super) fn end(&mut self, update: UpdateId) -> Option<Entry> {
        self.jobs.remove(self.places.get(&update)?)
    }

    /// Counts a job among those that have ended; gives those that are not remembered any more.
    pub(super) fn remember(&mut self, order: u64, update: UpdateId) -> Vec<(u64, UpdateId)> {
        self.know(update, JobState::Finished, order);
        self.finished.push_back((order, update));
        if self.finished.len() < REMEMBERED + FORGOTTEN_AT_ONCE {
            return Vec::new();
        }
        let forgotten: Vec<_> = self.finished.drain(..FORGOTTEN_AT_ONCE).collect();
        for (_, update) in &forgotten {
            self.places.remove(update);
        }
        forgotten
    }

    pub(super) fn get(&self, update: UpdateId) -> Option<&Entry> {
        self.jobs.get(self.places.get(&update)?)
    }

    /// Changes a job in all but its order and its update; gives it as it is then, if it is there.
    pub(super) fn change(&mut self, update: UpdateId, change: impl FnOnce(&mut Entry)) -> Option<&Entry> {
        let mut entry = self.jobs.remove(self.places.get(&update)?)?;
        change(&mut entry);
        Some(self.put(entry))
    }

    fn put(&mut self, entry: Entry) -> &Entry {
        let place = (entry.state(), entry.order);
        self.know(entry.job.update, place.0, place.1);
        self.jobs.entry(place).insert_entry(entry).into_mut()
    }

    /// The jobs that are in a state, by their order.
    pub(super) fn in_state(&self, state: JobState) -> impl Iterator<Item = &Entry> {
        self.jobs.range((state, 0)..=(state, u64::MAX)).map(|(_, entry)| entry)
    }

    /// The jobs that wait, claimed or not.
    pub(super) fn late(&self) -> impl Iterator<Item = &Entry> {
        self.in_state(JobState::Waiting).chain(self.in_state(JobState::Retrying))
    }

    /// All open jobs, by their order.
    pub(super) fn all(&self) -> Vec<&Entry> {
        let mut all: Vec<&Entry> = self.jobs.values().collect();
        all.sort_unstable_by_key(|entry| entry.order);
        all
    }

    /// How many jobs are in which state.
    pub(super) fn load(&self) -> Load {
        let count = |state| self.in_state(state).count();
        Load {
            ready: count(JobState::Ready),
            running: count(JobState::Running) + count(JobState::Retrying),
            waiting: count(JobState::Waiting),
        }
    }

    /// Which jobs `claim` takes, oldest first: see [`Jobs::claim`](super::super::Jobs::claim). Changes nothing.
    pub(super) fn claimable(&self, claim: &Claim) -> Vec<UpdateId> {
        // What lies too far ahead was set before the clock was put back.
        let is_reached = |time: DateTime<Utc>, longest| time <= claim.now || time - claim.now > longest;
        // Of each agent queue one that never waited and one that did, unless one runs.
        let mut running: HashSet<_> = self.in_state(JobState::Running).map(Entry::queue).collect();
        let mut retrying: HashSet<_> = self.in_state(JobState::Retrying).map(Entry::queue).collect();
        // How often each provider is being asked again for whom.
        let mut asked: HashMap<(Option<Provider>, UserId), usize> = HashMap::new();
        for Entry { job, .. } in self.in_state(JobState::Retrying) {
            *asked.entry((job.provider, job.user)).or_default() += 1;
        }
        let ready = self.in_state(JobState::Ready);
        let mut taken: Vec<&Entry> = ready.filter(|entry| running.insert(entry.queue())).collect();
        let mut due: BTreeMap<Option<Provider>, Vec<&Entry>> = BTreeMap::new();
        for entry in self.in_state(JobState::Waiting) {
            let Some(waiting) = &entry.job.waiting else { continue };
            if entry.job.is_answered() || is_reached(waiting.until, claim.longest_wait) {
                taken.extend(retrying.insert(entry.queue()).then_some(entry));
            } else if is_reached(waiting.due, claim.longest_pause) {
                due.entry(entry.job.provider).or_default().push(entry);
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
