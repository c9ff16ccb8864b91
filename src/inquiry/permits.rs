//! How many calls may be under way at once. Each provider has a number of permits, so that one that hangs takes nothing
//! from the others; and so has each agent at each provider, so that the others' calls pass them by. Who waits for one
//! gets it in the order in which they came.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::value::{ChatId, Provider};

/// So many permits for each key. Nothing is remembered of keys with no call under way. Clones share them.
pub(super) struct Permits<K> {
    each: usize,
    busy: Arc<Busy<K>>,
}

type Busy<K> = Mutex<HashMap<K, Arc<Semaphore>>>;

/// Allows one call, until it is dropped.
pub struct Permit<K: Eq + Hash> {
    // Dropped before the entry.
    permit: Option<OwnedSemaphorePermit>,
    _entry: Entry<K>,
}

/// An agent's part of the calls to a provider.
pub type Share = Permit<(Provider, ChatId)>;

/// Keeps the entry of a key as long as somebody waits for a permit or has one.
struct Entry<K: Eq + Hash> {
    busy: Arc<Busy<K>>,
    key: K,
}

impl<K: Copy + Eq + Hash> Permits<K> {
    /// `each` for every key, all of them free.
    pub(super) fn new(each: usize) -> Self {
        Self { each, busy: Arc::default() }
    }

    /// Waits for a permit, at most for `longest`; with no time at all, it has to be free and nobody may wait for it. A
    /// caller that goes away loses its turn.
    pub(super) async fn acquire(&self, key: K, longest: Option<Duration>) -> Option<Permit<K>> {
        let semaphore = lock(&self.busy).entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone();
        let mut permit = Permit { permit: None, _entry: Entry { busy: Arc::clone(&self.busy), key } };
        let turn = semaphore.acquire_owned();
        permit.permit = match longest {
            Some(longest) => timeout(longest, turn).await.ok()?.ok(),
            None => turn.await.ok(),
        };
        permit.permit.is_some().then_some(permit)
    }
}

impl<K> Clone for Permits<K> {
    fn clone(&self) -> Self {
        Self { each: self.each, busy: Arc::clone(&self.busy) }
    }
}

impl<K: Eq + Hash> Drop for Entry<K> {
    fn drop(&mut self) {
        let mut busy = lock(&self.busy);
        // The map's own: no other call has a permit or waits for one.
        if busy.get(&self.key).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            busy.remove(&self.key);
        }
    }
}

fn lock<K>(busy: &Busy<K>) -> MutexGuard<'_, HashMap<K, Arc<Semaphore>>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Poll};

    use futures_util::poll;

    use super::*;

    const PLN: Provider = Provider::Pln;
    const BUDI: ChatId = ChatId(7);
    const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

    #[tokio::test]
    async fn each_provider_and_each_agent_has_its_own() {
        let permits = Permits::new(1);
        let taken = permits.acquire((PLN, BUDI), None).await;
        assert!(taken.is_some() && permits.acquire((PLN, BUDI), AT_ONCE).await.is_none());
        for other in [(PLN, ChatId(8)), (Provider::Dana, BUDI)] {
            assert!(permits.acquire(other, AT_ONCE).await.is_some());
        }
    }

    #[tokio::test]
    async fn waiting_calls_are_served_in_order_and_before_later_ones() {
        let permits = Permits::new(1);
        let taken = permits.acquire(PLN, AT_ONCE).await;
        let (mut first, mut second) = (pin!(permits.acquire(PLN, None)), pin!(permits.acquire(PLN, None)));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop(taken);
        assert!(permits.acquire(PLN, AT_ONCE).await.is_none(), "it is the first one's");
        assert!(poll!(&mut second).is_pending());
        let Poll::Ready(Some(permit)) = poll!(&mut first) else { panic!("the first has no permit") };
        drop(permit);
        assert!(matches!(poll!(&mut second), Poll::Ready(Some(_))));
    }

    #[tokio::test]
    async fn a_call_that_goes_away_gives_its_turn_on() {
        let permits = Permits::new(1);
        let taken = permits.acquire(PLN, AT_ONCE).await;
        {
            let mut gone = pin!(permits.acquire(PLN, None));
            assert!(poll!(&mut gone).is_pending());
        }
        assert!(permits.acquire(PLN, AT_ONCE).await.is_none(), "it is still the first one's");
        drop(taken);
        assert!(permits.acquire(PLN, AT_ONCE).await.is_some());
    }

    #[tokio::test]
    async fn who_has_nothing_under_way_is_forgotten() {
        let permits = Permits::new(1);
        let first = permits.acquire(PLN, None).await;
        assert_eq!(lock(&permits.busy).len(), 1);
        drop(first);
        assert!(lock(&permits.busy).is_empty());
    }
}
