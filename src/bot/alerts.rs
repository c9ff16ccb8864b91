//! What only the owners can put right is told to them, in private, and not again for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{desk::Desk, send::Destination};
use crate::{
    catalog::ProductCode,
    chat::Alert,
    value::{ChatId, OperatorProblem},
};

/// How long the owners are not told of the same problem again.
const ALERT_AGAIN: Duration = Duration::from_secs(30 * 60);

impl Desk {
    /// Says to the owners what only they can put right; each problem once in half an hour.
    pub(super) fn tell_owners(self: &Arc<Self>, alert: &Alert) {
        if !self.alerted.is_news(alert) {
            return;
        }
        for owner in self.access.owners() {
            // A person's private chat with the bot has the person's own id.
            let Ok(chat) = i64::try_from(owner.0).map(ChatId) else { continue };
            let (desk, alert) = (self.clone(), alert.clone());
            let told = self.lanes.submit((chat, owner), async move {
                let reply = desk.talk.alert(chat, &alert).await;
                let _ = desk.sender.send(Destination { chat, topic: None, question: None }, &reply).await;
            });
            if told.is_err() {
                tracing::warn!("an owner's lane is full; the alert was dropped");
            }
        }
    }
}

/// Which problems the owners have been told of, and when. Kept in memory alone: after a restart they are told again.
#[derive(Default)]
pub(super) struct Alerted(Mutex<HashMap<Problem, Instant>>);

/// What makes two alerts the same.
#[derive(PartialEq, Eq, Hash)]
enum Problem {
    Account(OperatorProblem),
    Product(ProductCode),
    Store,
}

impl From<&Alert> for Problem {
    fn from(alert: &Alert) -> Self {
        match alert {
            Alert::Account { problem, .. } => Self::Account(*problem),
            Alert::Product { product, .. } => Self::Product(product.clone()),
            Alert::Store(_) => Self::Store,
        }
    }
}

impl Alerted {
    /// Whether the owners have not been told lately; from now on they have.
    fn is_news(&self, alert: &Alert) -> bool {
        let problem = Problem::from(alert);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        told.retain(|_, at| now.duration_since(*at) < ALERT_AGAIN);
        let is_news = !told.contains_key(&problem);
        told.entry(problem).or_insert(now);
        is_news
    }
}
