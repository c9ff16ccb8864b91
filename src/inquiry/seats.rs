//! How many calls are under way at once: so many for each provider, so that one that hangs takes nothing from the others.
//! Who finds none free waits, first come, first served.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::value::Provider;

/// A share of the calls for each provider. Clones are the same ones.
#[derive(Clone)]
pub(super) struct Seats(Arc<BTreeMap<Provider, Arc<Semaphore>>>);

/// Leave to make one call, until it is dropped.
pub(super) type Seat = OwnedSemaphorePermit;

impl Seats {
    /// `each` for every provider, all of them free.
    pub(super) fn new(each: usize) -> Self {
        let share = |provider| (provider, Arc::new(Semaphore::new(each)));
        Self(Arc::new(Provider::ALL.into_iter().map(share).collect()))
    }

    /// One that is free now, and that nobody waits for.
    pub(super) fn try_take(&self, provider: Provider) -> Option<Seat> {
        self.of(provider)?.try_acquire_owned().ok()
    }

    /// One as soon as its turn comes; `None` where that takes longer than `longest`. Who goes away loses the turn.
    pub(super) async fn take(&self, provider: Provider, longest: Option<Duration>) -> Option<Seat> {
        let turn = self.of(provider)?.acquire_owned();
        match longest {
            Some(longest) => timeout(longest, turn).await.ok()?.ok(),
            None => turn.await.ok(),
        }
    }

    /// Every provider has its share, and none is ever closed.
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
        let seats = Seats::new(1);
        let taken = seats.try_take(PLN);
        assert!(taken.is_some() && seats.try_take(PLN).is_none());
        assert!(seats.try_take(Provider::Dana).is_some());
        assert!(seats.take(PLN, Some(Duration::ZERO)).await.is_none());
    }

    #[tokio::test]
    async fn who_waits_is_served_in_order_and_before_who_comes_later() {
        let seats = Seats::new(1);
        let taken = seats.try_take(PLN);
        let (mut first, mut second) = (pin!(seats.take(PLN, None)), pin!(seats.take(PLN, None)));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop(taken);
        assert!(seats.try_take(PLN).is_none(), "it is the first one's");
        assert!(poll!(&mut second).is_pending());
        let Poll::Ready(Some(seat)) = poll!(&mut first) else { panic!("the first has no seat") };
        drop(seat);
        assert!(matches!(poll!(&mut second), Poll::Ready(Some(_))));
    }

    #[tokio::test]
    async fn who_goes_away_keeps_nobody_waiting() {
        let seats = Seats::new(1);
        let taken = seats.try_take(PLN);
        {
            let mut gone = pin!(seats.take(PLN, None));
            assert!(poll!(&mut gone).is_pending());
        }
        drop(taken);
        assert!(seats.try_take(PLN).is_some());
    }
}
