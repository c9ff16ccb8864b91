//! `/riwayat`: the checks of the chat that wait are jobs; those that have ended are the conversation's to show.

use super::{task::Task, worker::Worker};
use crate::{
    chat::{WaitingCheck, Wanted},
    store::Job,
    value::MessageId,
};

impl Worker {
    /// Says the newest page of what is looked for, with the checks that wait on top.
    pub(super) async fn history(&self, job: &Job, task: &Task, wanted: &Wanted, in_place: Option<MessageId>) {
        let open = self.store.open_jobs().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the checks that wait cannot be read");
            Default::default()
        });
        let here = open.0.into_iter().filter(|open| open.chat == job.chat && open.cancelled_by.is_none());
        let waiting: Vec<WaitingCheck> = here.filter(|open| open.waiting.is_some()).filter_map(waiting).collect();
        let asker = self.asker(job, task);
        let reply = self.conversation.history(&asker, wanted, &waiting, task.asked).await;
        self.answer(job, task, reply, in_place).await;
    }
}

fn waiting(job: Job) -> Option<WaitingCheck> {
    let task = Task::read(&job.body)?;
    Some(WaitingCheck { check: task.intent.check()?.clone(), agent: job.user, asked: task.asked })
}
