//! `/hapusdata`: ends the checks and lists that wait, says so in place of their messages, and has all else deleted.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    outbox::{Placed, Priority},
    task::{PressedButton, Task},
    worker::{Worker, notice_of},
};
use crate::{
    chat::Notice,
    store::{Job, Target},
};

/// How often, and how many times, it is looked whether lists that were cancelled have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOKS: usize = 200;

impl Worker {
    /// Deletes what the pressed button asks for, and says so in its place.
    pub(super) async fn forget(&self, job: &Job, task: &Task, button: &PressedButton, target: &Target) {
        self.outbox.answer_press(&button.id, None).await;
        let waiting = self.end_waiting(job, target).await;
        let asker = self.asker(job, task);
        let reply = self.conversation.forget(&asker, target, waiting, self.now()).await;
        self.answers.forget(target);
        let message = Placed { chat: task.to.chat, message: button.message };
        let _ = self.outbox.edit(message, &reply, Priority::Answer).await;
    }

    /// Ends the target's jobs that wait: how a call of theirs ends is kept no more. Gives how many they were.
    async fn end_waiting(&self, job: &Job, target: &Target) -> usize {
        let (open, _) = self.store.open_jobs().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the jobs that wait cannot be read");
            Default::default()
        });
        let is_meant = |other: &&Job| other.update != job.update && other.waiting.is_some() && target.has_job(other);
        let waiting: Vec<&Job> = open.iter().filter(is_meant).collect();
        for other in &waiting {
            if !self.lists.forget(other.update)
                && let Some(task) = Task::read(&other.body)
            {
                let notice = task.intent.check().map_or(Notice::ListDeleted, Notice::CheckCancelled);
                let reply = self.conversation.notice(other.chat, notice).await;
                self.replace(&task, notice_of(other), &reply, Priority::Answer).await;
            }
            self.finish(other.update).await;
        }
        for _ in 0..LOOKS {
            // A list that ends keeps what it came to, unless it knows that it must not.
            if !waiting.iter().any(|other| self.lists.is_running(other.update)) {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        waiting.len()
    }
}
