//! Single flight: who asks what is just being asked joins in and gets the same answer.
//!
//! A call belongs to nobody who waits for it: it runs in a task of its own, so whoever goes away neither ends it nor
//! strands the others. It can be joined from its start until it has ended, never after: nothing is cached.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::FutureExt;
use tokio::sync::watch;

/// The calls under way, by what they ask. Clones are the same ones.
pub(super) struct Flights<K, V> {
    under_way: Arc<UnderWay<K, V>>,
}

/// A call's key, and where its value will be told.
type UnderWay<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

/// A place on a call that is under way.
pub(super) struct Flight<V>(watch::Receiver<Option<V>>);

/// A call's place among those under way. However the call ends, dropping this frees the place and then tells those
/// who wait: nobody joins what has ended.
struct Place<K: Eq + Hash, V> {
    under_way: Arc<UnderWay<K, V>>,
    key: K,
    tell: watch::Sender<Option<V>>,
    value: Option<V>,
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Joins the call of `key`, or begins the one that `start` gives. It must be called within a tokio runtime.
    pub(super) fn board<F>(&self, key: K, start: impl FnOnce() -> F) -> Flight<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (tell, flight) = {
            let mut under_way = lock(&self.under_way);
            if let Some(told) = under_way.get(&key) {
                return Flight(told.clone());
            }
            let (tell, told) = watch::channel(None);
            under_way.insert(key.clone(), told.clone());
            (tell, Flight(told))
        };
        // Not under the lock: a runtime that shuts down drops the task here, and the place takes the lock to go.
        let place = Place { under_way: Arc::clone(&self.under_way), key, tell, value: None };
        tokio::spawn(start().map(|value| place.end_with(value)));
        flight
    }
}

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self { under_way: Arc::default() }
    }
}

impl<K, V> Clone for Flights<K, V> {
    fn clone(&self) -> Self {
        Self { under_way: Arc::clone(&self.under_way) }
    }
}

impl<V: Clone> Flight<V> {
    /// Waits for the call's value; `None` when it ended without one: by a panic, or because the runtime stops.
    pub(super) async fn landed(mut self) -> Option<V> {
        self.0.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl<K: Eq + Hash, V> Place<K, V> {
    fn end_with(mut self, value: V) {
        self.value = Some(value);
    }
}

impl<K: Eq + Hash, V> Drop for Place<K, V> {
    fn drop(&mut self) {
        lock(&self.under_way).remove(&self.key);
        self.tell.send_replace(self.value.take());
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

    type Numbers = Flights<&'static str, u32>;

    /// Joins, or begins `call`.
    fn fly(flights: &Numbers, key: &'static str, call: impl Future<Output = u32> + Send + 'static) -> Flight<u32> {
        flights.board(key, || call)
    }

    fn none_left(flights: &Numbers) -> bool {
        lock(&flights.under_way).is_empty()
    }

    #[tokio::test]
    async fn who_asks_the_same_gets_the_first_ones_answer() {
        let flights = Numbers::default();
        let (answer, answered) = oneshot::channel();
        let first = fly(&flights, "a", async { answered.await.unwrap() });
        let others = join_all((0..20).map(|_| fly(&flights, "a", ready(99)).landed()));
        let another = fly(&flights, "b", ready(2));
        assert_eq!(another.landed().await, Some(2));
        answer.send(1).unwrap();
        assert_eq!(first.landed().await, Some(1));
        assert_eq!(others.await, [Some(1); 20]);
        assert!(none_left(&flights));
    }

    #[tokio::test]
    async fn nothing_is_cached() {
        let flights = Numbers::default();
        assert_eq!(fly(&flights, "a", ready(1)).landed().await, Some(1));
        assert_eq!(fly(&flights, "a", ready(2)).landed().await, Some(2));
    }

    /// Whoever waits, and what stood in `flights` when it was woken.
    struct Waiter {
        flights: Numbers,
        found_none: Mutex<Vec<bool>>,
    }

    impl Wake for Waiter {
        fn wake(self: Arc<Self>) {
            lock(&self.found_none).push(none_left(&self.flights));
        }
    }

    #[tokio::test]
    async fn nobody_is_told_of_an_end_before_the_call_has_left_its_place() {
        let flights = Numbers::default();
        let waiter = Arc::new(Waiter { flights: flights.clone(), found_none: Mutex::default() });
        let (answer, answered) = oneshot::channel();
        let mut landed = pin!(fly(&flights, "a", async { answered.await.unwrap() }).landed());
        assert!(landed.as_mut().poll(&mut Context::from_waker(&waiter.clone().into())).is_pending());
        answer.send(1).unwrap();
        tokio::task::yield_now().await;
        assert_eq!(*lock(&waiter.found_none), [true]);
        assert_eq!(landed.await, Some(1));
    }

    #[tokio::test]
    async fn who_goes_away_takes_nobody_along() {
        let flights = Numbers::default();
        let (answer, answered) = oneshot::channel();
        let first = fly(&flights, "a", async { answered.await.unwrap() });
        let second = fly(&flights, "a", ready(99));
        drop(first);
        answer.send(1).unwrap();
        assert_eq!(second.landed().await, Some(1));
    }

    #[tokio::test]
    async fn a_panic_reaches_everyone_and_leaves_nothing_behind() {
        let flights = Numbers::default();
        let (answer, answered) = oneshot::channel::<u32>();
        let first = fly(&flights, "a", async { answered.await.expect("on purpose") });
        let second = fly(&flights, "a", ready(99));
        drop(answer);
        assert_eq!((first.landed().await, second.landed().await), (None, None));
        assert!(none_left(&flights));
        assert_eq!(fly(&flights, "a", ready(2)).landed().await, Some(2));
    }

    #[test]
    fn a_runtime_that_stops_ends_its_calls_without_a_value() {
        let flights = Numbers::default();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let flight = runtime.block_on(async { fly(&flights, "a", pending()) });
        drop(runtime);
        assert!(none_left(&flights));
        let another = tokio::runtime::Runtime::new().unwrap();
        assert_eq!(another.block_on(flight.landed()), None);
    }
}
