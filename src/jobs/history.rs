//! `/riwayat`: the checks of the chat that wait, and the lists that run, are jobs; those that have ended are the
//! conversation's to show.

use super::{task::Task, worker::Worker};
use crate::{
    chat::{Intent, RunningList, WaitingCheck, Wanted},
    store::Job,
    value::MessageId,
};

impl Worker {
    /// Says the newest page of what is looked for, with the checks that wait and the lists that run on top.
    pub(super) async fn history(&self, job: &Job, task: &Task, wanted: &Wanted, in_place: Option<MessageId>) {
        let open = self.store.open_jobs().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the checks that wait cannot be read");
            Default::default()
        });
        let here = open.0.into_iter().filter(|open| open.chat == job.chat && open.cancelled_by.is_none());
        let here = here.filter(|open| open.waiting.is_some());
        let tasks: Vec<(Job, Task)> = here.filter_map(|open| Task::read(&open.body).map(|task| (open, task))).collect();
        let waiting: Vec<WaitingCheck> = tasks.iter().filter_map(|(job, task)| waiting(job, task)).collect();
        let lists: Vec<RunningList> = tasks.iter().filter_map(|(job, task)| self.running_list(job, task)).collect();
        let asker = self.asker(job, task);
        let reply = self.conversation.history(&asker, wanted, (&waiting, &lists), task.asked).await;
        self.answer(job, task, reply, in_place).await;
    }

    fn running_list(&self, job: &Job, task: &Task) -> Option<RunningList> {
        let Intent::List { list, wallets, .. } = &task.intent else { return None };
        let answered = match self.lists.is_running(job.update) {
            true => self.lists.answered(job.update),
            // It is about to go on after a restart.
            false => Some(job.kept.len()),
        };
        Some(RunningList { list: list.clone(), wallets: *wallets, agent: job.user, asked: task.asked, answered })
    }
}

fn waiting(job: &Job, task: &Task) -> Option<WaitingCheck> {
    Some(WaitingCheck { check: task.intent.check()?.clone(), agent: job.user, asked: task.asked })
}
