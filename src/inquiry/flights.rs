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

/// The calls under way, by what they ask; never more than `most`.
pub(super) struct Flights<K, V> {
    under_way: Arc<UnderWay<K, V>>,
    most: usize,
}

/// A call's key, and where its value will be told.
type UnderWay<K, V> = Mutex<HashMap<K, watch::Receiver<Option<V>>>>;

/// What became of the wish to be on a flight.
pub(super) enum Boarding<V> {
    /// On it, with whoever else asks the same.
    Aboard(Flight<V>),
    /// No such call is under way, and `start` would not begin one.
    Refused,
    /// No such call is under way, and there is no room for another.
    Full,
}

/// A seat on a call that is under way.
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
    /// No calls yet, and room for `most` at once.
    pub(super) fn new(most: usize) -> Self {
        Self { under_way: Arc::default(), most }
    }

    /// Joins the call of `key`, or begins the one that `start` gives. It must be called within a tokio runtime.
    pub(super) fn board<F>(&self, key: K, start: impl FnOnce() -> Option<F>) -> Boarding<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (call, place, flight) = {
            let mut under_way = lock(&self.under_way);
            if let Some(told) = under_way.get(&key) {
                return Boarding::Aboard(Flight(told.clone()));
            }
            let Some(call) = start() else { return Boarding::Refused };
            if under_way.len() >= self.most {
                return Boarding::Full;
            }
            let (tell, told) = watch::channel(None);
            under_way.insert(key.clone(), told.clone());
            let place = Place { under_way: Arc::clone(&self.under_way), key, tell, value: None };
            (call, place, Flight(told))
        };
        // Not under the lock: a runtime that shuts down drops the task here, and the place takes the lock to go.
        tokio::spawn(call.map(|value| place.end_with(value)));
        Boarding::Aboard(flight)
    }
}

impl<K, V> Clone for Flights<K, V> {
    fn clone(&self) -> Self {
        Self { under_way: Arc::clone(&self.under_way), most: self.most }
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
    use std::future::{pending, ready};

    use futures_util::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    type Numbers = Flights<&'static str, u32>;

    /// Joins, or begins `call`.
    fn fly(flights: &Numbers, key: &'static str, call: impl Future<Output = u32> + Send + 'static) -> Flight<u32> {
        match flights.board(key, || Some(call)) {
            Boarding::Aboard(flight) => flight,
            Boarding::Refused | Boarding::Full => panic!("not on the flight"),
        }
    }

    fn none_left(flights: &Numbers) -> bool {
        lock(&flights.under_way).is_empty()
    }

    #[tokio::test]
    async fn who_asks_the_same_gets_the_first_ones_answer() {
        let flights = Numbers::new(9);
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
        let flights = Numbers::new(9);
        assert_eq!(fly(&flights, "a", ready(1)).landed().await, Some(1));
        assert_eq!(fly(&flights, "a", ready(2)).landed().await, Some(2));
    }

    #[tokio::test]
    async fn who_goes_away_takes_nobody_along() {
        let flights = Numbers::new(9);
        let (answer, answered) = oneshot::channel();
        let first = fly(&flights, "a", async { answered.await.unwrap() });
        let second = fly(&flights, "a", ready(99));
        drop(first);
        answer.send(1).unwrap();
        assert_eq!(second.landed().await, Some(1));
    }

    #[tokio::test]
    async fn a_panic_reaches_everyone_and_leaves_nothing_behind() {
        let flights = Numbers::new(9);
        let (answer, answered) = oneshot::channel::<u32>();
        let first = fly(&flights, "a", async { answered.await.expect("on purpose") });
        let second = fly(&flights, "a", ready(99));
        drop(answer);
        assert_eq!((first.landed().await, second.landed().await), (None, None));
        assert!(none_left(&flights));
        assert_eq!(fly(&flights, "a", ready(2)).landed().await, Some(2));
    }

    #[tokio::test]
    async fn beyond_its_room_a_new_question_is_turned_away_but_not_one_that_is_under_way() {
        let flights = Numbers::new(2);
        let _under_way = [fly(&flights, "a", pending()), fly(&flights, "b", pending())];
        assert!(matches!(flights.board("c", || Some(ready(3))), Boarding::Full));
        assert!(matches!(flights.board("b", || Some(ready(3))), Boarding::Aboard(_)));
        assert_eq!(lock(&flights.under_way).len(), 2);
    }

    #[tokio::test]
    async fn a_call_that_is_not_begun_takes_no_room() {
        let flights = Numbers::new(1);
        assert!(matches!(flights.board("a", || None::<std::future::Ready<u32>>), Boarding::Refused));
        assert!(none_left(&flights));
    }

    #[test]
    fn a_runtime_that_stops_ends_its_calls_without_a_value() {
        let flights = Numbers::new(9);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let flight = runtime.block_on(async { fly(&flights, "a", pending()) });
        drop(runtime);
        assert!(none_left(&flights));
        let another = tokio::runtime::Runtime::new().unwrap();
        assert_eq!(another.block_on(flight.landed()), None);
    }
}
