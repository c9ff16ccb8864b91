//! Which jobs are ready, running or waiting: an index in memory of the jobs that are on disk, made anew at each
//! opening.
//!
//! All jobs of one agent in one chat are an *agent queue*. Every change goes through [`Schedule::replace`], which gives
//! back what was there: so a change whose commit fails can be undone. It knows neither disk nor clock.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::{Claim, Job, Load, Retries, Waiting, WorkerId};
use crate::value::{ChatId, Provider, UpdateId, UserId};

/// A job's place in the order of acceptance.
pub(super) type Order = u64;

/// The agent and the chat of an agent queue.
pub(super) type QueueId = (ChatId, UserId);

/// An open job and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) job: Job,
    pub(super) owner: Option<WorkerId>,
}

/// The jobs of one agent in one chat.
#[derive(Debug, Default)]
struct Queue {
    /// Never begun and not claimed.
    ready: BTreeSet<Order>,
    /// How many claimed jobs there are that never waited: at most one.
    running: usize,
    /// How many claimed jobs there are that have waited: at most one.
    retrying: usize,
}

/// What state a job is in; it follows from the job and its owner alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Cancelled,
    Ready,
    Running,
    Waiting,
    Retrying,
}

/// All open jobs, and for each question that a claim asks an index that answers it.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    jobs: BTreeMap<Order, Entry>,
    orders: HashMap<UpdateId, Order>,
    queues: HashMap<QueueId, Queue>,
    /// The oldest ready job of each agent queue of which none that never waited runs.
    heads: BTreeSet<Order>,
    /// Waiting and not claimed.
    waiting: BTreeSet<Order>,
    /// Cancelled, by the job that did it.
    cancelled: BTreeSet<(UpdateId, Order)>,
    load: Load,
}

impl Entry {
    fn queue(&self) -> QueueId {
        (self.job.chat, self.job.user)
    }

    fn state(&self) -> State {
        match (self.job.cancelled_by, &self.job.waiting, self.owner) {
            (Some(_), _, _) => State::Cancelled,
            (None, None, None) => State::Ready,
            (None, None, Some(_)) => State::Running,
            (None, Some(_), None) => State::Waiting,
            (None, Some(_), Some(_)) => State::Retrying,
        }
    }
}

impl Schedule {
    /// The open job of `update` and its place in the order.
    pub(super) fn find(&self, update: UpdateId) -> Option<(Order, &Entry)> {
        let order = *self.orders.get(&update)?;
        Some((order, self.jobs.get(&order)?))
    }

    /// The job at `order`.
    pub(super) fn get(&self, order: Order) -> Option<&Entry> {
        self.jobs.get(&order)
    }

    /// All open jobs, by their order.
    pub(super) fn all(&self) -> impl Iterator<Item = (Order, &Entry)> {
        self.jobs.iter().map(|(order, entry)| (*order, entry))
    }

    /// How many jobs of an agent queue are ready.
    pub(super) fn ready_in(&self, queue: QueueId) -> usize {
        self.queues.get(&queue).map_or(0, |queue| queue.ready.len())
    }

    /// The updates of the jobs of an agent queue that wait, claimed or not, and have no record yet, in their order.
    pub(super) fn unanswered_in(&self, queue: QueueId) -> Vec<UpdateId> {
        let unanswered = self.jobs.values().filter(|entry| {
            let is_waiting = matches!(entry.state(), State::Waiting | State::Retrying);
            is_waiting && entry.queue() == queue && entry.job.kept.is_empty()
        });
        unanswered.map(|entry| entry.job.update).collect()
    }

    /// The jobs that `by` has cancelled, by their order.
    pub(super) fn cancelled_by(&self, by: UpdateId) -> Vec<Order> {
        self.cancelled.range((by, Order::MIN)..=(by, Order::MAX)).map(|(_, order)| *order).collect()
    }

    /// The jobs that wait and are not claimed, by their order.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (Order, &Entry, &Waiting)> {
        self.waiting.iter().filter_map(|order| {
            let entry = self.jobs.get(order)?;
            Some((*order, entry, entry.job.waiting.as_ref()?))
        })
    }

    /// How many jobs are in which state.
    pub(super) fn load(&self) -> Load {
        self.load
    }

    /// Which jobs `claim` takes, oldest first: see [`Jobs::claim`](super::super::Jobs::claim). Changes nothing. It
    /// looks at every job that waits, and of the ready ones at no more than it takes.
    pub(super) fn claimable(&self, claim: &Claim) -> Vec<Order> {
        // What lies too far ahead was set before the clock was put back.
        let is_reached = |time: DateTime<Utc>, longest| time <= claim.now || time - claim.now > longest;
        let mut ended = Vec::new();
        let mut due: BTreeMap<Option<Provider>, Vec<(u32, Order, QueueId)>> = BTreeMap::new();
        for (order, entry, waiting) in self.waiting() {
            let queue = entry.queue();
            if self.queues.get(&queue).is_some_and(|queue| queue.retrying > 0) {
                continue;
            }
            if !entry.job.kept.is_empty() || is_reached(waiting.until, claim.longest_wait) {
                ended.push((order, queue));
            } else if is_reached(waiting.due, claim.longest_pause) {
                due.entry(entry.job.provider).or_default().push((waiting.asked, order, queue));
            }
        }

        let mut taken = HashSet::new();
        ended.retain(|(_, queue)| taken.insert(*queue));
        let mut orders: Vec<Order> = ended.into_iter().map(|(order, _)| order).collect();
        let retries = claim.retries.iter().map(|(provider, retries)| (Some(*provider), *retries));
        for (provider, retries) in retries.chain([(None, Retries::UpTo(usize::MAX))]) {
            let mut due = due.remove(&provider).unwrap_or_default();
            let most = match retries {
                Retries::Probe => {
                    due.sort_unstable_by_key(|(asked, order, _)| (*asked, *order));
                    1
                }
                Retries::UpTo(most) => most,
            };
            let free = due.into_iter().filter(|(_, _, queue)| taken.insert(*queue));
            orders.extend(free.take(most).map(|(_, order, _)| order));
        }

        orders.extend(self.heads.iter().take(claim.limit));
        orders.sort_unstable();
        orders.truncate(claim.limit);
        orders
    }

    /// Puts an entry at `order`, or takes away what is there; gives what was there.
    pub(super) fn replace(&mut self, order: Order, entry: Option<Entry>) -> Option<Entry> {
        let before = self.jobs.remove(&order);
        if let Some(before) = &before {
            self.orders.remove(&before.job.update);
            self.index(order, before, false);
        }
        if let Some(entry) = entry {
            self.orders.insert(entry.job.update, order);
            self.index(order, &entry, true);
            self.jobs.insert(order, entry);
        }
        before
    }

    /// Enters a job into the indexes, or takes it out of them.
    fn index(&mut self, order: Order, entry: &Entry, is_there: bool) {
        let id = entry.queue();
        let queue = self.queues.entry(id).or_default();
        let head_before = queue.head();
        let count = |number: &mut usize| *number = if is_there { *number + 1 } else { number.saturating_sub(1) };
        match entry.state() {
            State::Cancelled => {
                let by = entry.job.cancelled_by.unwrap_or(entry.job.update);
                put(&mut self.cancelled, (by, order), is_there);
            }
            State::Ready => {
                put(&mut queue.ready, order, is_there);
                count(&mut self.load.ready);
            }
            State::Running => {
                count(&mut queue.running);
                count(&mut self.load.running);
            }
            State::Waiting => {
                put(&mut self.waiting, order, is_there);
                count(&mut self.load.waiting);
            }
            State::Retrying => {
                count(&mut queue.retrying);
                count(&mut self.load.running);
            }
        }
        let head = queue.head();
        if queue.is_empty() {
            self.queues.remove(&id);
        }
        if head != head_before {
            head_before.map(|order| self.heads.remove(&order));
            self.heads.extend(head);
        }
    }
}

impl Queue {
    /// The job that may be begun.
    fn head(&self) -> Option<Order> {
        self.ready.first().copied().filter(|_| self.running == 0)
    }

    fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.running == 0 && self.retrying == 0
    }
}

fn put<T: Ord>(set: &mut BTreeSet<T>, item: T, is_there: bool) {
    if is_there {
        set.insert(item);
    } else {
        set.remove(&item);
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
