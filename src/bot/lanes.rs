//! One lane for each agent in each chat: what an agent asks is answered in the order in which it was asked, and nobody
//! waits for anybody else, not even in the same group.
//!
//! teloxide's own dispatcher would keep one queue for each chat, stop reading updates for all chats when one is full,
//! and lose a chat for good to a panic. Here a full lane refuses, and a panic costs the one job.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::task::TaskTracker;

use crate::value::{ChatId, UserId};

/// How many jobs wait in one lane, at most. An agent types a few a minute.
const CAPACITY: usize = 32;

/// How many lanes there are at once, at most: agents, in any chat, whose answers are under way.
const LANES: usize = 2_000;

/// Whose lane it is.
pub(super) type Key = (ChatId, UserId);

type Job = BoxFuture<'static, ()>;

/// The way into a lane. The jobs themselves belong to the task that runs them: a job holds all that it works with, this
/// map too, and jobs in here would keep each other alive beyond their runtime.
struct Lane {
    jobs: UnboundedSender<Job>,
    /// How many wait behind the one that runs.
    waiting: usize,
    /// It has refused a job since it last took one out.
    is_refusing: bool,
}

/// All lanes in which there is something to do.
#[derive(Clone, Default)]
pub(super) struct Lanes {
    waiting: Arc<Mutex<HashMap<Key, Lane>>>,
    running: TaskTracker,
}

/// A job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// This is the first one that the lane refuses: the agent should be told.
    Now,
    /// The lane has refused before, and nothing has left it since.
    Still,
    /// There are as many lanes as there may be.
    Everywhere,
}

impl Lane {
    fn push(&mut self, job: Job) {
        // Its task takes the lane out of the map, under the map's lock, before it ends: so it is there to receive.
        if self.jobs.send(job).is_ok() {
            self.waiting += 1;
        }
    }
}

impl Lanes {
    /// Puts a job behind the others of its lane. It runs even when nobody waits for it.
    ///
    /// # Errors
    /// There is no room; the job was dropped.
    pub(super) fn submit(&self, key: Key, job: impl Future<Output = ()> + Send + 'static) -> Result<(), Full> {
        let mut waiting = self.lock();
        let lanes = waiting.len();
        match waiting.get_mut(&key) {
            Some(lane) if lane.waiting >= CAPACITY => {
                let again = std::mem::replace(&mut lane.is_refusing, true);
                return Err(if again { Full::Still } else { Full::Now });
            }
            Some(lane) => lane.push(job.boxed()),
            None if lanes >= LANES => return Err(Full::Everywhere),
            None => self.open(&mut waiting, key, job.boxed()),
        }
        Ok(())
    }

    /// The same, room or not: for what was accepted already and must not be lost.
    pub(super) fn submit_anyway(&self, key: Key, job: impl Future<Output = ()> + Send + 'static) {
        let mut waiting = self.lock();
        match waiting.get_mut(&key) {
            Some(lane) => lane.push(job.boxed()),
            None => self.open(&mut waiting, key, job.boxed()),
        }
    }

    fn open(&self, waiting: &mut HashMap<Key, Lane>, key: Key, first: Job) {
        let (jobs, behind) = unbounded_channel();
        waiting.insert(key, Lane { jobs, waiting: 0, is_refusing: false });
        self.running.spawn(self.clone().run(key, first, behind));
    }

    /// Waits until every lane is empty. Call it when nothing more is submitted.
    pub(super) async fn drain(&self) {
        self.running.close();
        self.running.wait().await;
    }

    /// How many lanes have something to do.
    pub(super) fn busy(&self) -> usize {
        self.running.len()
    }

    async fn run(self, key: Key, first: Job, mut behind: UnboundedReceiver<Job>) {
        let mut next = Some(first);
        while let Some(job) = next {
            if AssertUnwindSafe(job).catch_unwind().await.is_err() {
                tracing::error!("a job panicked beyond its own apology");
            }
            next = self.next(key, &mut behind);
        }
    }

    /// The next job of a lane; an empty lane is taken away, so that a silent agent costs nothing.
    fn next(&self, key: Key, behind: &mut UnboundedReceiver<Job>) -> Option<Job> {
        let mut waiting = self.lock();
        let next = behind.try_recv().ok();
        match waiting.get_mut(&key) {
            Some(lane) if next.is_some() => (lane.waiting, lane.is_refusing) = (lane.waiting.saturating_sub(1), false),
            _ => drop(waiting.remove(&key)),
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Lane>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    fn key(user: u64) -> Key {
        (ChatId(-1), UserId(user))
    }

    #[tokio::test]
    async fn one_agent_waits_for_itself_and_for_no_other() {
        let lanes = Lanes::default();
        let gate = Arc::new(Semaphore::new(0));
        let (said, mut heard) = mpsc::unbounded_channel();
        let say = |word: &'static str, wait: bool| {
            let (gate, said) = (gate.clone(), said.clone());
            async move {
                if wait {
                    let _ = gate.acquire().await;
                }
                said.send(word).unwrap();
            }
        };
        lanes.submit(key(1), say("slow", true)).unwrap();
        lanes.submit(key(1), say("after slow", false)).unwrap();
        lanes.submit(key(2), say("another", false)).unwrap();
        assert_eq!(heard.recv().await, Some("another"));
        gate.add_permits(1);
        assert_eq!(heard.recv().await, Some("slow"));
        assert_eq!(heard.recv().await, Some("after slow"));
        lanes.drain().await;
        assert!(lanes.lock().is_empty());
    }

    #[tokio::test]
    async fn a_panic_costs_one_job() {
        let lanes = Lanes::default();
        let (said, mut heard) = mpsc::unbounded_channel();
        lanes.submit(key(1), async { panic!("broken") }).unwrap();
        lanes.submit(key(1), async move { said.send("alive").unwrap() }).unwrap();
        assert_eq!(heard.recv().await, Some("alive"));
    }

    #[tokio::test]
    async fn a_full_lane_refuses_and_says_so_once() {
        let lanes = Lanes::default();
        let gate = Arc::new(Semaphore::new(0));
        let done = Arc::new(AtomicUsize::new(0));
        let job = || {
            let (gate, done) = (gate.clone(), done.clone());
            async move {
                let _ = gate.acquire().await.map(|permit| permit.forget());
                done.fetch_add(1, Ordering::SeqCst);
            }
        };
        // One runs, the others wait.
        for _ in 0..=CAPACITY {
            assert_eq!(lanes.submit(key(1), job()), Ok(()));
        }
        assert_eq!(lanes.submit(key(1), job()), Err(Full::Now));
        assert_eq!(lanes.submit(key(1), job()), Err(Full::Still));
        lanes.submit_anyway(key(1), job());
        assert_eq!(lanes.submit(key(2), job()), Ok(()));
        gate.add_permits(CAPACITY + 3);
        lanes.drain().await;
        assert_eq!(done.load(Ordering::SeqCst), CAPACITY + 3);
    }
}
