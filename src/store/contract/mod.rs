//! What every backend promises: one suite, run on each of them.
//!
//! A backend's tests implement [`Backend`] and call [`holds`] (promises, one by one) and [`agrees_with_the_models`]
//! (random lives, held against plain lists).

use std::sync::Arc;

use super::Store;

mod audit;
mod deletions;
mod history;
mod history_model;
mod jobs;
mod jobs_model;
mod late_jobs;
mod rows;

/// A store to test, and what must live as long as it does (its directory, its database).
pub(super) trait Backend: Sized {
    /// A new, empty store.
    async fn fresh() -> Self;

    /// The store.
    fn store(&self) -> &Arc<dyn Store>;

    /// Closes the store and opens it again, as a restart does.
    async fn reopen(&mut self);
}

/// Every promise, each on a store of its own.
pub(super) async fn holds<B: Backend>() {
    history::holds::<B>().await;
    deletions::holds::<B>().await;
    jobs::holds::<B>().await;
    late_jobs::holds::<B>().await;
    rows::holds::<B>().await;
    audit::holds::<B>().await;
}

/// Random lives.
pub(super) fn agrees_with_the_models<B: Backend>() {
    history_model::agrees_with_the_model::<B>();
    jobs_model::agrees_with_the_model::<B>();
    rows::agrees_with_the_model::<B>();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap()
}
