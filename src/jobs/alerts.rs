//! What only the owners can put right is told to them, in private, and not again for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    outbox::{Destination, Priority},
    runner::Runner,
};
use crate::{
    catalog::ProductCode,
    chat::Alert,
    value::{ChatId, OperatorProblem},
};

/// How long the owners are not told of the same problem again.
const ALERT_AGAIN: Duration = Duration::from_secs(30 * 60);

impl Runner {
    /// Tells the owners what only they can put right; each problem once in half an hour. Does not wait until they are told.
    pub(crate) fn tell_owners(&self, alert: &Alert) {
        if !self.alerted.is_news(alert) {
            return;
        }
        for owner in self.access.owners() {
            // A person's private chat with the bot has the person's own id.
            let Ok(chat) = i64::try_from(owner.0).map(ChatId) else { continue };
            let (conversation, outbox, alert) = (self.conversation.clone(), self.outbox.clone(), alert.clone());
            self.notices.spawn(async move {
                let reply = conversation.alert(chat, &alert).await;
                let _ = outbox.send(Destination::chat(chat), &reply, Priority::Alert).await;
            });
        }
    }
}

/// Which problems the owners have been told of, and when. In memory alone: after a restart they are told again.
#[derive(Default)]
pub(super) struct Alerted(Mutex<HashMap<Problem, Instant>>);

/// What makes two alerts the same.
#[derive(PartialEq, Eq, Hash)]
enum Problem {
    Account(OperatorProblem),
    Product(ProductCode),
    Store,
    Visitors,
}

impl Alerted {
    /// Whether the owners have not been told lately; from now on they have.
    fn is_news(&self, alert: &Alert) -> bool {
        let problem = match alert {
            Alert::Account { problem, .. } => Problem::Account(*problem),
            Alert::Product { product, .. } => Problem::Product(product.clone()),
            Alert::Store(_) => Problem::Store,
            Alert::Visitors { .. } => Problem::Visitors,
        };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        told.retain(|_, at| now.duration_since(*at) < ALERT_AGAIN);
        let is_news = !told.contains_key(&problem);
        told.entry(problem).or_insert(now);
        is_news
    }
}
