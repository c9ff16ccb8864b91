//! The way of updates to the handlers. [`polling`] or [`webhook`] brings them, teloxide's dispatcher runs the handlers,
//! and Telegram is told of an update only when its handler has ended, which is when the store has it.
//!
//! teloxide's own listeners tell Telegram first and lose what dies in between. So the dispatcher gets a listener of our
//! own: the receiving end of a channel, into which an [`Inbox`] puts updates and then waits until each is handled.

mod polling;
mod read;
mod webhook;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use teloxide::{
    stop::{StopToken, mk_stop_token},
    types::{AllowedUpdate, Update, UpdateKind},
    update_listeners::{AsUpdateStream, UpdateListener},
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

pub(super) use polling::poll;
pub(super) use read::Received;
#[cfg(test)]
pub(super) use read::read;
pub use webhook::Webhook;

use crate::value::{ChatId, UpdateId};

/// Updates that are with the handlers at once: what one `getUpdates` brings at most (Bot API, `getUpdates.limit`), and
/// what webhook calls may bring side by side. No chat's queue in the dispatcher is shorter, so that none is ever full.
pub(super) const MAX_IN_FLIGHT: usize = 100;

/// An update that is with its handler. When the last copy of this is dropped, the update is handled: also where the
/// handler panicked, since Telegram would send it again at every start.
#[derive(Clone)]
pub(super) struct Delivery {
    /// The update, as Telegram numbers it.
    pub(super) update: UpdateId,
    /// Whether it ended a poll that had waited, so that it has just happened.
    pub(super) is_fresh: bool,
    _handled: TaskTrackerToken,
}

/// The updates that the dispatcher has and no handler has begun.
///
/// In the dispatcher an update has a number of our own: teloxide's has 32 bits, and Telegram's may grow beyond that.
#[derive(Default)]
pub(super) struct Pending(Mutex<HashMap<u32, Delivery>>);

impl Pending {
    /// Hands an update over to its handler; `number` is what the dispatcher knows it by.
    pub(super) fn take(&self, number: u32) -> Option<Delivery> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&number)
    }
}

/// What the rest of the bot does where updates come in.
#[async_trait]
pub(super) trait Host: Send + Sync {
    /// Waits until there is room for so many more updates.
    async fn room(&self, updates: usize);

    /// Notes that Telegram has answered `getUpdates`, or has called the webhook.
    fn note_heard(&self);

    /// Notes the moment of an answer by Telegram's clock.
    fn note_date(&self, date: Option<DateTime<Utc>>);

    /// Notes that the group `old` has the id `new`.
    async fn moved(&self, old: ChatId, new: ChatId);
}

/// Where updates are put for the dispatcher.
pub(super) struct Inbox {
    pub(super) host: Arc<dyn Host>,
    updates: mpsc::Sender<Update>,
    pending: Arc<Pending>,
    next: AtomicU32,
}

impl Inbox {
    /// Gives updates to the handlers, in this order, and waits until each is handled; `None` where the dispatcher has
    /// ended before. `is_fresh`: they have just happened.
    ///
    /// Which groups have another id is noted first: chats are handled side by side, and Telegram may tell what happens
    /// under the new id before it tells of the move.
    pub(super) async fn deliver(&self, updates: Vec<Received>, is_fresh: bool) -> Option<()> {
        for (old, new) in updates.iter().filter_map(|update| moved(&update.kind)) {
            self.host.moved(old, new).await;
        }
        let handled = TaskTracker::new();
        for Received { id, kind } in updates {
            let number = self.next.fetch_add(1, Relaxed);
            let delivery = Delivery { update: id, is_fresh, _handled: handled.token() };
            self.pending.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number, delivery);
            let update = Update { id: teloxide::types::UpdateId(number), kind };
            self.updates.send(update).await.ok()?;
        }
        handled.close();
        handled.wait().await;
        Some(())
    }
}

/// The old id of a group and the new, where an update says so: a group that becomes a supergroup says so in both.
fn moved(update: &UpdateKind) -> Option<(ChatId, ChatId)> {
    let UpdateKind::Message(message) = update else { return None };
    let here = ChatId(message.chat.id.0);
    let new = message.migrate_to_chat_id().map(|new| (here, ChatId(new.0)));
    new.or_else(|| message.migrate_from_chat_id().map(|old| (ChatId(old.0), here)))
}

/// What teloxide's dispatcher takes updates from. It ends when the [`Inbox`] is dropped.
pub(super) struct Listener {
    pub(super) pending: Arc<Pending>,
    updates: mpsc::Receiver<Update>,
    kinds: Option<oneshot::Sender<Vec<AllowedUpdate>>>,
}

/// An inbox, the listener at its other end, and the kinds of update that the handler tree takes, which become known
/// when the dispatcher begins.
pub(super) fn channel(host: Arc<dyn Host>) -> (Inbox, Listener, oneshot::Receiver<Vec<AllowedUpdate>>) {
    let (sender, updates) = mpsc::channel(MAX_IN_FLIGHT);
    let (kinds, known) = oneshot::channel();
    let pending = Arc::<Pending>::default();
    let inbox = Inbox { host, updates: sender, pending: pending.clone(), next: AtomicU32::new(0) };
    (inbox, Listener { pending, updates, kinds: Some(kinds) }, known)
}

impl<'a> AsUpdateStream<'a> for Listener {
    type StreamErr = Infallible;
    type Stream = BoxStream<'a, Result<Update, Infallible>>;

    fn as_stream(&'a mut self) -> Self::Stream {
        stream::poll_fn(|context| self.updates.poll_recv(context)).map(Ok).boxed()
    }
}

impl UpdateListener for Listener {
    type Err = Infallible;

    fn stop_token(&mut self) -> StopToken {
        // It is the end of the inbox that stops the dispatcher.
        mk_stop_token().0
    }

    fn hint_allowed_updates(&mut self, hint: &mut dyn Iterator<Item = AllowedUpdate>) {
        if let Some(kinds) = self.kinds.take() {
            // Where it fails, the program is stopping.
            let _ = kinds.send(hint.collect());
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A bot that has room for an update, or has not.
    pub(crate) struct Room(pub(crate) bool);

    #[async_trait]
    impl Host for Room {
        async fn room(&self, _: usize) {
            if !self.0 {
                std::future::pending().await
            }
        }

        fn note_heard(&self) {}

        fn note_date(&self, _: Option<DateTime<Utc>>) {}

        async fn moved(&self, _: ChatId, _: ChatId) {}
    }
}
