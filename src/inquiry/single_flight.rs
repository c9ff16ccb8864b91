//! Single flight: callers that ask the same thing at the same moment share one call and its result.
//!
//! A call runs in a task of its own, so a caller that goes away neither ends it nor strands the others. It can be
//! joined from its start until it has ended, never after: nothing is cached.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;
use tracing::Instrument;

/// The calls under way, by their key. Clones share them. May be lost at any moment: a lost call is simply made again.
pub(super) struct SingleFlight<K, V> {
    calls: Arc<Calls<K, V>>,
}

/// A call's key, and the channel that will hold its result.
type Calls<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

/// A call that a caller has joined.
pub(super) struct Joined<V>(watch::Receiver<Option<V>>);

/// The entry of a call among those under way. However the call ends, dropping this removes the entry and then wakes the
/// callers, so that no caller joins a call that has ended.
struct Entry<K: Eq + Hash, V> {
    calls: Arc<Calls<K, V>>,
    key: K,
    sender: watch::Sender<Option<V>>,
    value: Option<V>,
}

impl<K, V> SingleFlight<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Joins the call of `key`, or begins the one that `start` gives. Must be called within a tokio runtime.
    pub(super) fn join<F>(&self, key: K, start: impl FnOnce() -> F) -> Joined<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (sender, joined) = {
            let mut calls = lock(&self.calls);
            if let Some(receiver) = calls.get(&key) {
                return Joined(receiver.clone());
            }
            let (sender, receiver) = watch::channel(None);
            calls.insert(key.clone(), receiver.clone());
            (sender, Joined(receiver))
        };
        // Not under the lock: a runtime that shuts down drops the task here, and the entry locks to remove itself.
        let mut entry = Entry { calls: Arc::clone(&self.calls), key, sender, value: None };
        let call = start();
        let call = async move {
            let entry = &mut entry;
            entry.value = Some(call.await);
        };
        // What it logs tells for whom it was begun.
        tokio::spawn(call.in_current_span());
        joined
    }
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { calls: Arc::default() }
    }
}

impl<K, V> Clone for SingleFlight<K, V> {
    fn clone(&self) -> Self {
        Self { calls: Arc::clone(&self.calls) }
    }
}

impl<V: Clone> Joined<V> {
    /// Waits for the call's result; `None` when it ended without one: by a panic, or because the runtime stops.
    pub(super) async fn wait(mut self) -> Option<V> {
        self.0.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl<K: Eq + Hash, V> Drop for Entry<K, V> {
    fn drop(&mut self) {
        lock(&self.calls).remove(&self.key);
        self.sender.send_replace(self.value.take());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::pin,
        task::{Context, Wake},
    };

    use futures_util::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    type Numbers = SingleFlight<&'static str, u32>;

    /// Joins, or begins `call`.
    fn join(calls: &Numbers, key: &'static str, call: impl Future<Output = u32> + Send + 'static) -> Joined<u32> {
        calls.join(key, || call)
    }

    fn none_left(calls: &Numbers) -> bool {
        lock(&calls.calls).is_empty()
    }

    #[tokio::test]
    async fn callers_of_the_same_key_share_the_first_call() {
        let calls = Numbers::default();
        let (answer, answered) = oneshot::channel();
        let first = join(&calls, "a", async { answered.await.unwrap() });
        let others = join_all((0..20).map(|_| join(&calls, "a", ready(99)).wait()));
        let another = join(&calls, "b", ready(2));
        assert_eq!(another.wait().await, Some(2));
        answer.send(1).unwrap();
        assert_eq!(first.wait().await, Some(1));
        assert_eq!(others.await, [Some(1); 20]);
        assert!(none_left(&calls));
    }

    #[tokio::test]
    async fn nothing_is_cached() {
        let calls = Numbers::default();
        assert_eq!(join(&calls, "a", ready(1)).wait().await, Some(1));
        assert_eq!(join(&calls, "a", ready(2)).wait().await, Some(2));
    }

    /// Whoever waits, and what stood in `calls` when it was woken.
    struct Waiter {
        calls: Numbers,
        found_none: Mutex<Vec<bool>>,
    }

    impl Wake for Waiter {
        fn wake(self: Arc<Self>) {
            lock(&self.found_none).push(none_left(&self.calls));
        }
    }

    #[tokio::test]
    async fn callers_are_woken_only_after_the_entry_is_gone() {
        let calls = Numbers::default();
        let waiter = Arc::new(Waiter { calls: calls.clone(), found_none: Mutex::default() });
        let (answer, answered) = oneshot::channel();
        let mut waiting = pin!(join(&calls, "a", async { answered.await.unwrap() }).wait());
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&waiter.clone().into())).is_pending());
        answer.send(1).unwrap();
        tokio::task::yield_now().await;
        assert_eq!(*lock(&waiter.found_none), [true]);
        assert_eq!(waiting.await, Some(1));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_does_not_end_the_call() {
        let calls = Numbers::default();
        let (answer, answered) = oneshot::channel();
        let first = join(&calls, "a", async { answered.await.unwrap() });
        let second = join(&calls, "a", ready(99));
        drop(first);
        answer.send(1).unwrap();
        assert_eq!(second.wait().await, Some(1));
    }

    #[tokio::test]
    async fn a_panic_reaches_everyone_and_leaves_nothing_behind() {
        let calls = Numbers::default();
        let (answer, answered) = oneshot::channel::<u32>();
        let first = join(&calls, "a", async { answered.await.expect("on purpose") });
        let second = join(&calls, "a", ready(99));
        drop(answer);
        assert_eq!((first.wait().await, second.wait().await), (None, None));
        assert!(none_left(&calls));
        assert_eq!(join(&calls, "a", ready(2)).wait().await, Some(2));
    }

    #[test]
    fn a_runtime_that_stops_ends_its_calls_without_a_value() {
        let calls = Numbers::default();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let call = runtime.block_on(async { join(&calls, "a", pending()) });
        drop(runtime);
        assert!(none_left(&calls));
        let another = tokio::runtime::Runtime::new().unwrap();
        assert_eq!(another.block_on(call.wait()), None);
    }
}
