//! One lane for each agent in each chat: what an agent asks is answered in the order in which it was asked, and nobody
//! waits for anybody else, not even in the same group.
//!
//! teloxide's own dispatcher would keep one queue for each chat, stop reading updates for all chats when one is full,
//! and lose a chat for good to a panic. Here a full lane refuses, and a panic costs the one job. What all lanes hold
//! together is bounded by whoever fills them: no more is taken in before there is room for it ([`Lanes::room`]), and
//! Telegram keeps the rest.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_util::task::TaskTracker;

use crate::value::{ChatId, UserId};

/// How many jobs wait in one lane, at most. An agent types a few a minute.
const CAPACITY: usize = 32;

/// Whose lane it is.
pub(super) type Key = (ChatId, UserId);

type Job = BoxFuture<'static, ()>;

/// The way into a lane. The jobs wait in the channel, whose other end the lane's task has, and not in here: a job holds
/// the desk, which holds the lanes, so that jobs in the lanes would make a circle that is never freed.
struct Lane {
    jobs: UnboundedSender<Job>,
    /// How many wait behind the one that runs.
    waiting: usize,
    /// It has refused a job since it last took one out.
    is_refusing: bool,
}

/// All lanes in which there is something to do. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Lanes {
    open: Arc<Mutex<Open>>,
    most: Most,
    /// Rung when a job has ended.
    ended: Arc<Notify>,
    running: TaskTracker,
}

/// The lanes by their keys, and what is in them.
#[derive(Default)]
struct Open {
    lanes: HashMap<Key, Lane>,
    /// How many run or wait, over all lanes.
    jobs: usize,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// Lanes: agents, in any chat, whose answers are under way.
    pub(super) lanes: usize,
    /// Jobs that run or wait, over all lanes.
    pub(super) jobs: usize,
}

/// A job was not taken: its lane is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// This is the first one that the lane refuses: the agent should be told.
    Now,
    /// The lane has refused before, and nothing has left it since.
    Still,
}

impl Open {
    /// Puts a job at the end of its lane; gives it back where there is no such lane.
    fn push(&mut self, key: Key, job: Job) -> Option<Job> {
        let Some(lane) = self.lanes.get_mut(&key) else { return Some(job) };
        // Its task takes the lane out of the map, under the map's lock, before it ends: so it is there to receive.
        if lane.jobs.send(job).is_ok() {
            lane.waiting += 1;
            self.jobs += 1;
        }
        None
    }

    fn has_room(&self, most: Most, batch: usize) -> bool {
        self.lanes.len() + batch <= most.lanes && self.jobs + batch <= most.jobs
    }
}

impl Lanes {
    /// Empty ones, with room for so much.
    pub(super) fn new(most: Most) -> Self {
        Self { open: Arc::default(), most, ended: Arc::default(), running: TaskTracker::new() }
    }

    /// Waits until there is room for a batch of so many jobs, whosever they are. One caller waits at a time.
    pub(super) async fn room(&self, batch: usize) {
        while !self.lock().has_room(self.most, batch) {
            self.ended.notified().await;
        }
    }

    /// Puts a job behind the others of its lane. It runs even when nobody waits for it.
    ///
    /// # Errors
    /// The lane is full; the job was dropped.
    pub(super) fn submit(&self, key: Key, job: impl Future<Output = ()> + Send + 'static) -> Result<(), Full> {
        let mut open = self.lock();
        match open.lanes.get_mut(&key) {
            Some(lane) if lane.waiting >= CAPACITY => {
                let again = std::mem::replace(&mut lane.is_refusing, true);
                Err(if again { Full::Still } else { Full::Now })
            }
            _ => {
                self.put(&mut open, key, job.boxed());
                Ok(())
            }
        }
    }

    /// The same, full or not: for what was accepted already and must not be lost.
    pub(super) fn submit_anyway(&self, key: Key, job: impl Future<Output = ()> + Send + 'static) {
        self.put(&mut self.lock(), key, job.boxed());
    }

    fn put(&self, open: &mut Open, key: Key, job: Job) {
        if let Some(first) = open.push(key, job) {
            let (jobs, behind) = unbounded_channel();
            open.lanes.insert(key, Lane { jobs, waiting: 0, is_refusing: false });
            open.jobs += 1;
            self.running.spawn(self.clone().run(key, first, behind));
        }
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

    /// The next job of a lane, when one has ended; an empty lane is taken away, so that a silent agent costs nothing.
    fn next(&self, key: Key, behind: &mut UnboundedReceiver<Job>) -> Option<Job> {
        let mut open = self.lock();
        open.jobs = open.jobs.saturating_sub(1);
        let next = behind.try_recv().ok();
        match open.lanes.get_mut(&key) {
            Some(lane) if next.is_some() => (lane.waiting, lane.is_refusing) = (lane.waiting.saturating_sub(1), false),
            _ => drop(open.lanes.remove(&key)),
        }
        // It costs nothing where nobody waits for room.
        self.ended.notify_one();
        next
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures_util::poll;
    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    fn lanes() -> Lanes {
        Lanes::new(Most { lanes: 3, jobs: 100 })
    }

    fn key(user: u64) -> Key {
        (ChatId(-1), UserId(user))
    }

    #[tokio::test]
    async fn one_agent_waits_for_itself_and_for_no_other() {
        let lanes = lanes();
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
        assert!(lanes.lock().lanes.is_empty() && lanes.lock().jobs == 0);
    }

    #[tokio::test]
    async fn there_is_room_until_so_many_agents_or_so_many_jobs_are_under_way() {
        for most in [Most { lanes: 3, jobs: 100 }, Most { lanes: 100, jobs: 3 }] {
            let (lanes, gate) = (Lanes::new(most), Arc::new(Semaphore::new(0)));
            let job = || {
                let gate = gate.clone();
                async move { drop(gate.acquire().await.map(|permit| permit.forget())) }
            };
            lanes.room(3).await;
            (1..=2).for_each(|user| lanes.submit(key(user), job()).unwrap());
            lanes.room(1).await;
            let mut room = pin!(lanes.room(2));
            assert!(poll!(&mut room).is_pending(), "{most:?}");
            lanes.submit_anyway(key(3), job());
            gate.add_permits(1);
            // Whoever of them was first: there are two again.
            while lanes.lock().jobs > 2 {
                tokio::task::yield_now().await;
            }
            assert!(poll!(&mut room).is_pending(), "{most:?}");
            gate.add_permits(1);
            room.await;
            gate.add_permits(1);
            lanes.drain().await;
            assert!(lanes.lock().has_room(most, 3), "{most:?}");
        }
    }

    #[tokio::test]
    async fn jobs_that_wait_in_few_lanes_take_room_too() {
        let (lanes, gate) = (Lanes::new(Most { lanes: 9, jobs: 5 }), Arc::new(Semaphore::new(0)));
        for _ in 0..5 {
            let gate = gate.clone();
            lanes.submit(key(1), async move { drop(gate.acquire().await) }).unwrap();
        }
        let mut room = pin!(lanes.room(1));
        assert!(poll!(&mut room).is_pending());
        gate.add_permits(1);
        room.await;
        lanes.drain().await;
    }

    #[tokio::test]
    async fn a_panic_costs_one_job() {
        let lanes = lanes();
        let (said, mut heard) = mpsc::unbounded_channel();
        lanes.submit(key(1), async { panic!("broken") }).unwrap();
        lanes.submit(key(1), async move { said.send("alive").unwrap() }).unwrap();
        assert_eq!(heard.recv().await, Some("alive"));
    }

    #[tokio::test]
    async fn a_full_lane_refuses_and_says_so_once() {
        let lanes = lanes();
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
