//! `/hapusdata`: ends the checks and lists that are not answered, says so, and has all else deleted.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::{
    outbox::{Placed, Priority},
    task::{PressedButton, Task},
    worker::{Worker, notice_of},
};
use crate::{
    chat::{Intent, Notice},
    store::{Job, Target},
    value::UserId,
};

/// How often, and how many times, it is looked whether lists that were cancelled have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const LOOKS: usize = 200;

/// Something is being deleted for somebody, until it is dropped.
struct Deleting<'a>(&'a Mutex<Vec<(UserId, Target)>>, (UserId, Target));

impl<'a> Deleting<'a> {
    /// `None`: it is already.
    fn begin(all: &'a Mutex<Vec<(UserId, Target)>>, what: (UserId, Target)) -> Option<Self> {
        let mut deleting = all.lock().unwrap_or_else(PoisonError::into_inner);
        if deleting.contains(&what) {
            return None;
        }
        deleting.push(what.clone());
        Some(Self(all, what))
    }
}

impl Drop for Deleting<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|what| *what != self.1);
    }
}

impl Worker {
    /// Deletes what the pressed button asks for, and says so in its place.
    pub(super) async fn forget(&self, job: &Job, task: &Task, button: &PressedButton, target: &Target) {
        // Each once: where the disk is full it waits for room, however often the button is pressed.
        let Some(_deleting) = Deleting::begin(&self.deleting, (job.user, target.clone())) else {
            let later = self.conversation.notice(job.chat, Notice::ForgetLater).await;
            return self.outbox.answer_press(&button.id, Some(&later.text.plain())).await;
        };
        self.outbox.answer_press(&button.id, None).await;
        let asker = self.asker(job, task);
        let message = Placed { chat: task.to.chat, message: button.message };
        let deleted = async {
            let waiting = self.end_waiting(job, target).await;
            // A right that does not depend on room: where there is none, it is done once there is.
            self.until_written(|| self.conversation.forget(&asker, target, waiting, self.now())).await
        };
        let mut deleted = pin!(deleted);
        let reply = match timeout(self.bounds.notice_after, &mut deleted).await {
            Ok(reply) => reply,
            Err(_) => {
                let later = self.conversation.notice(job.chat, Notice::ForgetLater).await;
                let _ = self.outbox.edit(message, &later, Priority::Answer).await;
                deleted.await
            }
        };
        self.answers.forget(target);
        let _ = self.outbox.edit(message, &reply, Priority::Answer).await;
    }

    /// Ends the target's checks and lists, those that run and those that were not begun too: how a call of theirs ends
    /// is kept no more. Gives how many they were.
    async fn end_waiting(&self, job: &Job, target: &Target) -> usize {
        let (open, _) = self.store.open_jobs().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the jobs that wait cannot be read");
            Default::default()
        });
        let of_target = open.iter().filter(|other| other.update != job.update && target.has_job(other));
        let tasks = of_target.map(|other| (other, Task::read(&other.body)));
        let asks = |task: &Option<Task>| task.as_ref().is_some_and(|task| task.intent.asks());
        let waiting: Vec<_> = tasks.filter(|(other, task)| other.waiting.is_some() || asks(task)).collect();
        for (other, task) in &waiting {
            let says_so_itself = self.lists.forget(other.update);
            // First: what is being asked finds its job ended, and says nothing.
            self.finish(other.update).await;
            if let Some(task) = task.as_ref().filter(|_| !says_so_itself && !other.is_answered()) {
                self.say_deleted(other, task).await;
            }
        }
        for _ in 0..LOOKS {
            // A list that ends keeps what it came to, unless it knows that it must not.
            if !waiting.iter().any(|(other, _)| self.lists.is_running(other.update)) {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        waiting.len()
    }

    /// Ends a check that began while the deletion which covers it was made, so that [`Worker::end_waiting`] did not see
    /// it.
    pub(super) async fn end_deleted(&self, job: &Job) {
        self.finish(job.update).await;
        if let Some(task) = Task::read(&job.body) {
            self.say_deleted(job, &task).await;
        }
    }

    /// Says that a check or a list is not asked any more, in place of its ⏳ message if it has one.
    async fn say_deleted(&self, job: &Job, task: &Task) {
        if let (Intent::Press { .. }, Some(button)) = (&task.intent, &task.press) {
            self.outbox.answer_press(&button.id, None).await;
        }
        let check = task.intent.whole_check();
        let notice = check.as_ref().map_or(Notice::ListDeleted, Notice::CheckCancelled);
        let reply = self.conversation.notice(job.chat, notice).await;
        match job.waiting {
            Some(_) => drop(self.replace(task, notice_of(job), &reply, Priority::Answer).await),
            // A message that shows a PIN goes all the same.
            None => drop(self.say(job, task, reply, task.in_place).await),
        }
    }
}
