//! Which jobs are ready, running or waiting: an index in memory of the jobs that are on disk, made anew at each
//! opening.
//!
//! All jobs of one agent in one chat are an *agent queue*. Every change goes through [`Schedule::replace`]. It knows
//! neither disk nor clock.

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

/// What state a job is in; it follows from the job and its owner alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
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

/// All open jobs, and for each question that a claim asks an index that answers it.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    jobs: BTreeMap<Order, Entry>,
    orders: HashMap<UpdateId, Order>,
    queues: HashMap<QueueId, BTreeMap<Order, State>>,
    by_state: BTreeMap<State, BTreeSet<Order>>,
    /// The oldest ready job of each agent queue of which none runs.
    heads: BTreeSet<Order>,
    /// How many jobs of each person wait, claimed or not.
    waiting_of: HashMap<UserId, usize>,
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
        self.queues.get(&queue).map_or(0, |jobs| jobs.values().filter(|state| **state == State::Ready).count())
    }

    /// The updates of the jobs of an agent queue that wait, claimed or not, and have no record yet, in their order.
    pub(super) fn unanswered_in(&self, queue: QueueId) -> Vec<UpdateId> {
        let jobs = self.queues.get(&queue).into_iter().flatten();
        let waiting = jobs.filter(|(_, state)| matches!(state, State::Waiting | State::Retrying));
        let entries = waiting.filter_map(|(order, _)| self.jobs.get(order));
        entries.filter(|entry| !entry.job.is_answered()).map(|entry| entry.job.update).collect()
    }

    /// The jobs that `by` has cancelled, by their order.
    pub(super) fn cancelled_by(&self, by: UpdateId) -> Vec<Order> {
        let cancelled = self.in_state(State::Cancelled).filter(|(_, entry)| entry.job.cancelled_by == Some(by));
        cancelled.map(|(order, _)| order).collect()
    }

    /// How many jobs of a person wait, claimed or not.
    pub(super) fn waiting_of(&self, user: UserId) -> usize {
        self.waiting_of.get(&user).copied().unwrap_or(0)
    }

    /// The jobs that wait and are not claimed, by their order.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (Order, &Entry, &Waiting)> {
        let waiting = self.in_state(State::Waiting);
        waiting.filter_map(|(order, entry)| Some((order, entry, entry.job.waiting.as_ref()?)))
    }

    /// How many jobs are in which state.
    pub(super) fn load(&self) -> Load {
        let count = |state| self.by_state.get(&state).map_or(0, BTreeSet::len);
        Load {
            ready: count(State::Ready),
            running: count(State::Running) + count(State::Retrying),
            waiting: count(State::Waiting),
        }
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
            if entry.job.is_answered() || is_reached(waiting.until, claim.longest_wait) {
                ended.push((order, queue));
            } else if is_reached(waiting.due, claim.longest_pause) {
                due.entry(entry.job.provider).or_default().push((waiting.asked, order, queue));
            }
        }

        // One of each agent queue, unless one runs.
        let mut taken: HashSet<QueueId> = self.in_state(State::Retrying).map(|(_, entry)| entry.queue()).collect();
        // Which provider is asked again for whom.
        let mut asked: HashMap<Option<Provider>, HashMap<UserId, usize>> = HashMap::new();
        for (_, entry) in self.in_state(State::Retrying) {
            *asked.entry(entry.job.provider).or_default().entry(entry.job.user).or_default() += 1;
        }
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
            let asked = asked.entry(provider).or_default();
            // So that one agent with many chats leaves room for the others.
            let all = asked.values().sum::<usize>().saturating_add(most);
            let of_one = if provider.is_some() { (all / 2).max(1) } else { usize::MAX };
            let free = due.into_iter().filter(|(_, _, queue)| {
                let of_agent = asked.entry(queue.1).or_default();
                let is_free = *of_agent < of_one && taken.insert(*queue);
                *of_agent += usize::from(is_free);
                is_free
            });
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
        let (id, state) = (entry.queue(), entry.state());
        let queue = self.queues.entry(id).or_default();
        let in_state = self.by_state.entry(state).or_default();
        head(queue).map(|head| self.heads.remove(&head));
        if is_there {
            queue.insert(order, state);
            in_state.insert(order);
        } else {
            queue.remove(&order);
            in_state.remove(&order);
        }
        self.heads.extend(head(queue));
        if queue.is_empty() {
            self.queues.remove(&id);
        }
        if matches!(state, State::Waiting | State::Retrying) {
            let user = entry.job.user;
            let waiting = self.waiting_of.entry(user).or_default();
            *waiting = if is_there { *waiting + 1 } else { waiting.saturating_sub(1) };
            if *waiting == 0 {
                self.waiting_of.remove(&user);
            }
        }
    }

    fn in_state(&self, state: State) -> impl Iterator<Item = (Order, &Entry)> {
        let orders = self.by_state.get(&state).into_iter().flatten();
        orders.filter_map(|order| Some((*order, self.jobs.get(order)?)))
    }
}

/// The job of an agent queue that may be begun.
fn head(queue: &BTreeMap<Order, State>) -> Option<Order> {
    let is_running = queue.values().any(|state| *state == State::Running);
    queue.iter().find(|(_, state)| **state == State::Ready && !is_running).map(|(order, _)| *order)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
