//! Which problems the owners have been told of lately, so that none is told again for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{catalog::ProductCode, chat::Alert, value::OperatorProblem};

/// How long the owners are not told of the same problem again.
const ALERT_AGAIN: Duration = Duration::from_secs(30 * 60);

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
    pub(super) fn is_news(&self, alert: &Alert) -> bool {
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
