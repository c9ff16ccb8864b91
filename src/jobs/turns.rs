//! The lists that are carried out here: how `/batal` reaches one that runs, how far each is, and that each chat has one
//! at a time.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use crate::value::{ChatId, UpdateId};

/// The lists of this process. In memory alone: the next start begins with none.
#[derive(Default)]
pub(super) struct Lists {
    running: Mutex<HashMap<UpdateId, State>>,
    /// Those of which nothing may be kept any more.
    forgotten: Mutex<HashSet<UpdateId>>,
    chats: Mutex<HashMap<ChatId, Arc<AsyncMutex<()>>>>,
}

/// A list that is carried out here, until it is dropped.
pub(super) struct Running<'a> {
    lists: &'a Lists,
    update: UpdateId,
    /// Cancelled when its agent wants no answer any more.
    pub(super) cancelled: CancellationToken,
    /// Cancelled when no more is waited for: its retry window has ended.
    pub(super) over: CancellationToken,
}

/// How far a list is that is carried out here.
#[derive(Default)]
struct State {
    cancelled: CancellationToken,
    over: CancellationToken,
    /// When it is over; `None` while it waits for its turn.
    until: Option<DateTime<Utc>>,
    /// Items that are answered.
    answered: usize,
}

/// The turn of one list of a chat, until it is dropped.
pub(super) struct Turn<'a> {
    lists: &'a Lists,
    chat: ChatId,
    _guard: OwnedMutexGuard<()>,
}

impl Lists {
    /// Enters a list.
    pub(super) fn begin(&self, update: UpdateId) -> Running<'_> {
        let state = State::default();
        let (cancelled, over) = (state.cancelled.clone(), state.over.clone());
        locked(&self.running).insert(update, state);
        Running { lists: self, update, cancelled, over }
    }

    /// Cancels a list that is carried out here, which then says so itself; `false` where it is not.
    pub(super) fn cancel(&self, update: UpdateId) -> bool {
        locked(&self.running).get(&update).map(|state| state.cancelled.cancel()).is_some()
    }

    /// When a list is over that is carried out here, `latest` at the latest: the clock may have been put back since its
    /// turn came. One that waits for its turn is over `latest`.
    pub(super) fn until(&self, update: UpdateId, latest: DateTime<Utc>) -> DateTime<Utc> {
        let mut running = locked(&self.running);
        let Some(until) = running.get_mut(&update).and_then(|state| state.until.as_mut()) else { return latest };
        *until = latest.min(*until);
        *until
    }

    /// Lets a list that is carried out here wait for no more answers.
    pub(super) fn end(&self, update: UpdateId) {
        if let Some(state) = locked(&self.running).get(&update) {
            state.over.cancel();
        }
    }

    /// How many items are answered of a list that is carried out here; `None`: it waits for its turn.
    pub(super) fn answered(&self, update: UpdateId) -> Option<usize> {
        let running = locked(&self.running);
        running.get(&update).and_then(|state| state.until.map(|_| state.answered))
    }

    /// Cancels a list that is carried out here, of which nothing may be kept; `false` where it is not.
    pub(super) fn forget(&self, update: UpdateId) -> bool {
        locked(&self.forgotten).insert(update);
        let is_running = self.cancel(update);
        if !is_running {
            locked(&self.forgotten).remove(&update);
        }
        is_running
    }

    /// Whether nothing may be kept of a list.
    pub(super) fn is_forgotten(&self, update: UpdateId) -> bool {
        locked(&self.forgotten).contains(&update)
    }

    /// Whether a list is carried out here.
    pub(super) fn is_running(&self, update: UpdateId) -> bool {
        locked(&self.running).contains_key(&update)
    }

    /// The turn in a chat, if no other list has it.
    pub(super) fn try_turn(&self, chat: ChatId) -> Option<Turn<'_>> {
        let guard = self.of(chat).try_lock_owned().ok()?;
        Some(Turn { lists: self, chat, _guard: guard })
    }

    /// Waits for the turn in a chat; first come, first served.
    pub(super) async fn turn(&self, chat: ChatId) -> Turn<'_> {
        let guard = self.of(chat).lock_owned().await;
        Turn { lists: self, chat, _guard: guard }
    }

    /// How many lists of a chat are carried out or wait for their turn here.
    pub(super) fn in_chat(&self, chat: ChatId) -> usize {
        locked(&self.chats).get(&chat).map_or(0, |chat| Arc::strong_count(chat).saturating_sub(1))
    }

    fn of(&self, chat: ChatId) -> Arc<AsyncMutex<()>> {
        locked(&self.chats).entry(chat).or_default().clone()
    }
}

impl Running<'_> {
    /// Its turn has come, until then at the latest.
    pub(super) fn has_turn(&self, until: DateTime<Utc>) {
        self.change(|state| state.until = Some(until));
    }

    /// So many items are answered.
    pub(super) fn has_answers(&self, answered: usize) {
        self.change(|state| state.answered = answered);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        if let Some(state) = locked(&self.lists.running).get_mut(&self.update) {
            change(state);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        locked(&self.lists.running).remove(&self.update);
        locked(&self.lists.forgotten).remove(&self.update);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut chats = locked(&self.lists.chats);
        // The map's and this one's own: no other list waits.
        if chats.get(&self.chat).is_some_and(|chat| Arc::strong_count(chat) <= 2) {
            chats.remove(&self.chat);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_chat_has_one_list_at_a_time_and_is_forgotten_with_its_last() {
        let lists = Lists::default();
        let first = lists.try_turn(ChatId(1)).unwrap();
        assert!(lists.try_turn(ChatId(1)).is_none() && lists.try_turn(ChatId(2)).is_some());
        let (second, ()) = tokio::join!(lists.turn(ChatId(1)), async { drop(first) });
        assert!(lists.try_turn(ChatId(1)).is_none());
        drop(second);
        assert!(locked(&lists.chats).is_empty());
    }

    #[test]
    fn only_a_list_that_runs_here_is_cancelled() {
        let lists = Lists::default();
        let running = lists.begin(UpdateId(1));
        assert!(lists.cancel(UpdateId(1)) && running.cancelled.is_cancelled());
        drop(running);
        assert!(!lists.cancel(UpdateId(1)));
    }
}
