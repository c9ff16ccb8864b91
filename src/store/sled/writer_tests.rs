//! The writer over a stand-in for the disk: groups, order, failures, panics, the close.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::time::Duration;

use super::super::inbox;
use super::*;

/// What the stand-in shall do with the next group.
enum Order {
    Keep,
    Fail,
    Panic,
    /// Like `Keep`, and the disk was reached.
    Sync,
}

/// Shows each group that comes, then waits for its order.
struct StandIn {
    groups: Sender<usize>,
    orders: Receiver<Order>,
    last: u64,
    is_ready: bool,
    is_synced: bool,
    /// What comes of a sync of its own.
    sync: Result<(), Error>,
    synced: Sender<()>,
    /// Whether it has something to settle after a group, and tells of it when it does.
    settling: Option<Duration>,
    due: Option<Instant>,
    settled: Sender<()>,
    closed: Sender<()>,
}

impl Commit for StandIn {
    fn is_ready(&self) -> bool {
        self.is_ready
    }

    fn commit(&mut self, group: &[Write]) -> Vec<Result<Answer, Error>> {
        self.groups.send(group.len()).unwrap();
        match self.orders.recv().unwrap() {
            Order::Keep => self.is_synced = false,
            Order::Sync => self.is_synced = true,
            Order::Fail => return group.iter().map(|_| Err(Error::Full { dir: "data".into() })).collect(),
            Order::Panic => panic!("as ordered"),
        }
        let answers = group.iter().map(|_| {
            self.last += 1;
            Ok(kept(self.last))
        });
        let answers = answers.collect();
        self.due = self.settling.map(|wait| Instant::now() + wait);
        answers
    }

    fn is_synced(&self) -> bool {
        self.is_synced
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.synced.send(()).unwrap();
        self.is_synced = self.sync.is_ok();
        self.sync.clone()
    }

    fn tee(&mut self) -> Result<Tee, Error> {
        Err(Error::Closed)
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }

    fn settle(&mut self) {
        self.due = None;
        self.settled.send(()).unwrap();
    }

    fn close(self: Box<Self>) -> Result<(), Error> {
        self.closed.send(()).unwrap();
        Ok(())
    }
}

struct World {
    writer: Arc<Writer>,
    groups: Receiver<usize>,
    orders: Sender<Order>,
    synced: Receiver<()>,
    settled: Receiver<()>,
    closed: Receiver<()>,
}

impl World {
    fn new() -> Self {
        Self::with(None, Ok(()), PATIENCE)
    }

    /// One that has something to settle so long after each group.
    fn settling(settling: Duration) -> Self {
        Self::with(Some(settling), Ok(()), PATIENCE)
    }

    fn with(settling: Option<Duration>, sync: Result<(), Error>, patience: Duration) -> Self {
        let (groups_in, groups) = channel();
        let (orders, orders_out) = channel();
        let (closed_in, closed) = channel();
        let (settled_in, settled) = channel();
        let (synced_in, synced) = channel();
        let stand_in = StandIn {
            groups: groups_in,
            orders: orders_out,
            last: 0,
            is_ready: true,
            is_synced: true,
            sync,
            synced: synced_in,
            settling,
            due: None,
            settled: settled_in,
            closed: closed_in,
        };
        Self { writer: Arc::new(Writer::start(stand_in, patience).unwrap()), groups, orders, synced, settled, closed }
    }

    /// Asks for a write; runs the caller until it waits for its answer.
    async fn ask(&self) -> tokio::task::JoinHandle<Result<Answer, Error>> {
        let writer = self.writer.clone();
        let caller = tokio::spawn(async move { writer.commit(append()).await });
        tokio::task::yield_now().await;
        caller
    }
}

fn append() -> Write {
    Write::Append { chat: ChatId(1), value: vec![1], update: None }
}

fn kept(place: u64) -> Answer {
    Answer::Kept(Seq(place))
}

#[tokio::test]
async fn what_comes_during_a_commit_is_the_next_group() {
    let world = World::new();
    let first = world.ask().await;
    assert_eq!(world.groups.recv().unwrap(), 1);
    let others = [world.ask().await, world.ask().await, world.ask().await];
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(world.groups.recv().unwrap(), 3);
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(first.await.unwrap(), Ok(kept(1)));
    for (other, place) in others.into_iter().zip(2..) {
        assert_eq!(other.await.unwrap(), Ok(kept(place)));
    }
}

#[tokio::test]
async fn a_failure_is_told_to_everyone_in_the_group() {
    let world = World::new();
    let first = world.ask().await;
    world.groups.recv().unwrap();
    let others = [world.ask().await, world.ask().await];
    world.orders.send(Order::Keep).unwrap();
    world.orders.send(Order::Fail).unwrap();
    assert_eq!(first.await.unwrap(), Ok(kept(1)));
    for other in others {
        assert_eq!(other.await.unwrap(), Err(Error::Full { dir: "data".into() }));
    }
}

#[tokio::test]
async fn a_panic_leaves_nobody_waiting() {
    let world = World::new();
    let first = world.ask().await;
    world.groups.recv().unwrap();
    let queued = world.ask().await;
    world.orders.send(Order::Panic).unwrap();
    assert_eq!(first.await.unwrap(), Err(Error::Closed));
    assert_eq!(queued.await.unwrap(), Err(Error::Closed));
    assert_eq!(world.writer.commit(append()).await, Err(Error::Closed));
    assert_eq!(world.writer.close().await, Err(Error::Closed));
    assert!(world.closed.try_recv().is_err(), "what panicked is not closed as if all were well");
}

#[tokio::test]
async fn a_close_commits_what_is_queued_before_it() {
    let world = World::new();
    let first = world.ask().await;
    world.groups.recv().unwrap();
    let queued = world.ask().await;
    let writer = world.writer.clone();
    let closing = tokio::spawn(async move { writer.close().await });
    tokio::task::yield_now().await;
    world.orders.send(Order::Keep).unwrap();
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(first.await.unwrap(), Ok(kept(1)));
    assert_eq!(queued.await.unwrap(), Ok(kept(2)));
    assert_eq!(closing.await.unwrap(), Ok(()));
    assert_eq!(world.writer.commit(append()).await, Err(Error::Closed));
}

#[tokio::test]
async fn what_is_due_is_settled_when_nothing_more_comes() {
    for wait in [Duration::ZERO, Duration::from_millis(20)] {
        let world = World::settling(wait);
        let asked = world.ask().await;
        world.orders.send(Order::Keep).unwrap();
        assert_eq!(asked.await.unwrap(), Ok(kept(1)));
        assert_eq!(world.settled.recv(), Ok(()));
    }
}

#[tokio::test]
async fn what_is_not_due_yet_holds_nobody_up() {
    let world = World::settling(Duration::from_secs(3600));
    for place in 1..=2 {
        let asked = world.ask().await;
        world.orders.send(Order::Keep).unwrap();
        assert_eq!(asked.await.unwrap(), Ok(kept(place)));
    }
    assert_eq!(world.writer.close().await, Ok(()));
    assert!(world.settled.try_recv().is_err());
}

/// A world in which something was accepted that no sync has reached.
async fn with_something_accepted(sync: Result<(), Error>, patience: Duration) -> World {
    let world = World::with(None, sync, patience);
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(world.writer.commit(Write::Accept(Vec::new())).await, Ok(kept(1)));
    world
}

#[tokio::test]
async fn what_is_accepted_is_committed_by_its_caller_where_nobody_is_ahead_of_it() {
    let world = World::new();
    assert!(world.writer.leave(append()).is_ok());
    world.orders.send(Order::Keep).unwrap();
    let mut accepted = Box::pin(world.writer.commit(Write::Accept(Vec::new())));
    assert_eq!(futures_util::poll!(accepted.as_mut()), Poll::Ready(Ok(kept(2))), "behind what was left aside");
    assert_eq!(world.groups.recv(), Ok(2));

    let ahead = world.ask().await;
    assert_eq!(world.groups.recv(), Ok(1));
    let mut behind = Box::pin(world.writer.commit(Write::Accept(Vec::new())));
    assert_eq!(futures_util::poll!(behind.as_mut()), Poll::Pending);
    world.orders.send(Order::Keep).unwrap();
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(ahead.await.unwrap(), Ok(kept(3)));
    assert_eq!(behind.await, Ok(kept(4)));
}

#[tokio::test]
async fn a_panic_over_what_a_caller_commits_ends_the_store_too() {
    let world = World::new();
    world.orders.send(Order::Panic).unwrap();
    let writer = world.writer.clone();
    assert!(tokio::spawn(async move { writer.commit(Write::Accept(Vec::new())).await }).await.unwrap_err().is_panic());
    assert_eq!(world.writer.commit(append()).await, Err(Error::Closed));
    assert_eq!(world.writer.commit(Write::Accept(Vec::new())).await, Err(Error::Closed));
    assert!(world.closed.try_recv().is_err(), "what panicked is not closed as if all were well");
}

#[tokio::test]
async fn what_a_caller_commits_is_settled_too() {
    let world = World::settling(Duration::from_millis(1));
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(world.writer.commit(Write::Accept(Vec::new())).await, Ok(kept(1)));
    assert_eq!(world.settled.recv(), Ok(()));
}

#[tokio::test]
async fn a_sync_is_spared_where_a_group_is_synced_anyway() {
    let world = with_something_accepted(Ok(()), Duration::from_secs(3600)).await;
    let mut synced = Box::pin(world.writer.synced());
    assert!(futures_util::poll!(synced.as_mut()).is_pending());
    world.orders.send(Order::Sync).unwrap();
    assert_eq!(world.ask().await.await.unwrap(), Ok(kept(2)));
    assert_eq!(synced.await, Ok(()));
    assert_eq!(world.writer.synced().await, Ok(()), "nothing was accepted since");
    assert_eq!(world.synced.try_iter().count(), 0);
}

#[tokio::test]
async fn a_sync_comes_by_itself_and_its_failure_is_told() {
    for result in [Ok(()), Err(Error::Full { dir: "data".into() })] {
        let world = with_something_accepted(result.clone(), PATIENCE).await;
        assert_eq!(world.writer.synced().await, result);
        assert_eq!(world.synced.try_iter().count(), 1);
    }
}

#[tokio::test]
async fn what_is_left_aside_goes_with_the_next_group() {
    let world = World::new();
    assert!(world.writer.leave(append()).is_ok() && world.writer.leave(append()).is_ok());
    let asked = world.ask().await;
    assert_eq!(world.groups.recv().unwrap(), 3);
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(asked.await.unwrap(), Ok(kept(3)), "it comes first, and nobody is told of it");

    assert!(world.writer.leave(append()).is_ok());
    world.orders.send(Order::Keep).unwrap();
    assert_eq!(world.writer.close().await, Ok(()));
    assert_eq!(world.groups.recv().unwrap(), 1, "the close is the last chance");
    assert!(world.writer.leave(append()).is_err());
}

#[tokio::test]
async fn only_so_much_may_lie_aside() {
    let world = World::new();
    for _ in 0..inbox::ASIDE {
        assert!(world.writer.leave(append()).is_ok());
    }
    assert!(world.writer.leave(append()).is_err());
    world.orders.send(Order::Keep).unwrap();
}

#[tokio::test]
async fn the_last_handle_waits_for_what_is_queued() {
    let world = World::new();
    // A caller that asks and goes away.
    let mut asked = Box::pin(world.writer.commit(append()));
    assert!(futures_util::poll!(asked.as_mut()).is_pending());
    drop(asked);
    world.orders.send(Order::Keep).unwrap();
    drop(world.writer);
    assert_eq!(world.groups.try_recv(), Ok(1));
    assert_eq!(world.closed.try_recv(), Ok(()));
}
