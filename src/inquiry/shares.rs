//! How many calls one agent may have under way at a provider, over all chats: the others' calls pass them by.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::value::{ChatId, Provider};

/// Whose calls, and where to.
type Key = (Provider, ChatId);

/// The shares of those who have calls under way; nothing is remembered of the others. Clones share them.
#[derive(Clone)]
pub(super) struct Shares {
    each: usize,
    busy: Arc<Mutex<HashMap<Key, Arc<Semaphore>>>>,
}

/// Allows an agent one call, until it is dropped.
pub struct Share {
    // Dropped before the entry.
    permit: Option<OwnedSemaphorePermit>,
    _entry: Entry,
}

/// Keeps the entry of an agent as long as somebody waits for it or has a share of it.
struct Entry {
    shares: Shares,
    key: Key,
}

impl Shares {
    /// `each` for every agent at every provider.
    pub(super) fn new(each: usize) -> Self {
        Self { each, busy: Arc::default() }
    }

    /// Waits for a share, at most for `longest`; first come, first served.
    pub(super) async fn acquire(&self, provider: Provider, whose: ChatId, longest: Option<Duration>) -> Option<Share> {
        let key = (provider, whose);
        let semaphore = self.busy().entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone();
        let mut share = Share { permit: None, _entry: Entry { shares: self.clone(), key } };
        let turn = semaphore.acquire_owned();
        share.permit = match longest {
            Some(longest) => timeout(longest, turn).await.ok()?.ok(),
            None => turn.await.ok(),
        };
        share.permit.is_some().then_some(share)
    }

    fn busy(&self) -> MutexGuard<'_, HashMap<Key, Arc<Semaphore>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut busy = self.shares.busy();
        // The map's own: no other call has a share or waits for one.
        if busy.get(&self.key).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            busy.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::*;

    const PLN: Provider = Provider::Pln;
    const BUDI: ChatId = ChatId(7);

    #[tokio::test]
    async fn an_agent_has_so_many_and_others_pass_by() {
        let shares = Shares::new(1);
        let first = shares.acquire(PLN, BUDI, None).await;
        assert!(shares.acquire(PLN, BUDI, Some(Duration::ZERO)).await.is_none());
        let others = [(PLN, ChatId(8)), (Provider::Dana, BUDI)];
        for (provider, user) in others {
            assert!(shares.acquire(provider, user, Some(Duration::ZERO)).await.is_some());
        }
        let mut second = pin!(shares.acquire(PLN, BUDI, None));
        assert!(poll!(&mut second).is_pending());
        drop(first);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn who_has_nothing_under_way_is_forgotten() {
        let shares = Shares::new(1);
        let first = shares.acquire(PLN, BUDI, None).await;
        {
            let mut gone = pin!(shares.acquire(PLN, BUDI, None));
            assert!(poll!(&mut gone).is_pending());
        }
        assert!(shares.acquire(PLN, BUDI, Some(Duration::ZERO)).await.is_none(), "it is still the first one's");
        assert_eq!(shares.busy().len(), 1);
        drop(first);
        assert!(shares.busy().is_empty());
    }
}
