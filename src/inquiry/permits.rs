//! How many calls may be under way at once: a number of permits for each provider, so that one that hangs takes nothing
//! from the others. Calls wait for a permit in the order in which they came.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::value::Provider;

/// The permits of each provider. Clones share them.
#[derive(Clone)]
pub(super) struct Permits(Arc<BTreeMap<Provider, Arc<Semaphore>>>);

/// Allows one call, until it is dropped.
pub(super) type Permit = OwnedSemaphorePermit;

impl Permits {
    /// `each` for every provider, all of them free.
    pub(super) fn new(each: usize) -> Self {
        let of_provider = |provider| (provider, Arc::new(Semaphore::new(each)));
        Self(Arc::new(Provider::ALL.into_iter().map(of_provider).collect()))
    }

    /// A permit that is free now and that no other call waits for.
    pub(super) fn try_acquire(&self, provider: Provider) -> Option<Permit> {
        self.of(provider)?.try_acquire_owned().ok()
    }

    /// Waits for a permit, at most for `longest`; a caller that goes away loses its turn.
    pub(super) async fn acquire(&self, provider: Provider, longest: Option<Duration>) -> Option<Permit> {
        let turn = self.of(provider)?.acquire_owned();
        match longest {
            Some(longest) => timeout(longest, turn).await.ok()?.ok(),
            None => turn.await.ok(),
        }
    }

    /// Every provider has its semaphore, and none is ever closed.
    fn of(&self, provider: Provider) -> Option<Arc<Semaphore>> {
        self.0.get(&provider).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Poll};

    use futures_util::poll;

    use super::*;

    const PLN: Provider = Provider::Pln;

    #[tokio::test]
    async fn each_provider_has_its_own() {
        let permits = Permits::new(1);
        let taken = permits.try_acquire(PLN);
        assert!(taken.is_some() && permits.try_acquire(PLN).is_none());
        assert!(permits.try_acquire(Provider::Dana).is_some());
        assert!(permits.acquire(PLN, Some(Duration::ZERO)).await.is_none());
    }

    #[tokio::test]
    async fn waiting_calls_are_served_in_order_and_before_later_ones() {
        let permits = Permits::new(1);
        let taken = permits.try_acquire(PLN);
        let (mut first, mut second) = (pin!(permits.acquire(PLN, None)), pin!(permits.acquire(PLN, None)));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop(taken);
        assert!(permits.try_acquire(PLN).is_none(), "it is the first one's");
        assert!(poll!(&mut second).is_pending());
        let Poll::Ready(Some(permit)) = poll!(&mut first) else { panic!("the first has no permit") };
        drop(permit);
        assert!(matches!(poll!(&mut second), Poll::Ready(Some(_))));
    }

    #[tokio::test]
    async fn a_call_that_goes_away_gives_its_turn_on() {
        let permits = Permits::new(1);
        let taken = permits.try_acquire(PLN);
        {
            let mut gone = pin!(permits.acquire(PLN, None));
            assert!(poll!(&mut gone).is_pending());
        }
        drop(taken);
        assert!(permits.try_acquire(PLN).is_some());
    }
}
