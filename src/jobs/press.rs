//! A pressed button: what it leads to is shown, or carried out as if it had been asked for.

use super::{
    list::Ordered,
    outbox::{Placed, Priority},
    slots::Slot,
    task::{PressedButton, Task},
    worker::{Progress, Worker},
};
use crate::{
    chat::{Action, Intent, Notice, Press, Pressed, Response, Then},
    store::Job,
};

impl Worker {
    /// A pressed button: the button stops waiting at once, even where the edit has to wait for Telegram's limits.
    pub(super) async fn press(
        &self,
        job: &Job,
        task: &Task,
        button: &PressedButton,
        press: Option<&Press>,
        slot: Option<Slot>,
    ) -> Progress {
        let answer = async |notice: Option<&str>| self.outbox.answer_press(&button.id, notice).await;
        let is_choice = matches!(press, Some(Press { action: Action::Choose(_), .. }));
        match self.conversation.press(&self.asker(job, task), press).await {
            // The question has become the answer of a check meanwhile.
            Pressed::Check { in_place: true, .. } | Pressed::Response(Response { reply: Some(_), .. })
                if is_choice && self.answers.at(task.to.chat, button.message).is_some_and(|answer| answer.is_check) =>
            {
                let stale = self.conversation.notice(job.chat, Notice::StaleButton).await;
                answer(Some(&stale.text.plain())).await;
            }
            Pressed::Response(Response { reply, notice, mut then }) => {
                let message = Placed { chat: task.to.chat, message: button.message };
                let edit = async {
                    if let Some(reply) = reply {
                        let _ = self.outbox.edit(message, &reply, Priority::Answer).await;
                    }
                };
                tokio::join!(answer(notice.as_deref()), edit);
                // The pressed card is replaced by now.
                then.retain(
                    |then| !matches!(then, Then::Replace(chat, card, _) if (*chat, *card) == (message.chat, message.message)),
                );
                self.follow_up(then).await;
            }
            Pressed::Check { request, name, in_place } => {
                answer(None).await;
                // From here on it is a check like any other: retries and the next start do not press again.
                let in_place = in_place.then_some(button.message);
                let intent = Intent::Check { check: request.check(), pin: None, name, anew: true };
                let task = Task { in_place, intent, ..task.clone() };
                let job = Job { provider: Some(request.product.provider), body: task.write(), ..job.clone() };
                if let Err(error) = self.store.amend(job.update, job.provider, job.items, job.body.clone()).await {
                    tracing::error!(%error, update = job.update.0, "a pressed check could not be kept");
                }
                return Box::pin(self.carry_out_task(&job, &task, in_place, slot)).await;
            }
            Pressed::List(list) => {
                answer(None).await;
                // The next start goes on with this very list.
                let task = Task { intent: Intent::List { list, wallets: false, pin: None }, ..task.clone() };
                self.until_written(|| self.store.amend(job.update, None, task.intent.items(), task.write())).await;
                let catalog = self.conversation.catalog.now();
                let Some(ordered) = Ordered::of(&task.intent, &catalog) else { return Progress::Done };
                return self.list(job, &task, ordered).await;
            }
            Pressed::Files(update) => {
                answer(None).await;
                self.list_files(job, task, update).await;
            }
            Pressed::Forget(target) => self.forget(job, task, button, &target).await,
            Pressed::Cancel { update, owner } => {
                let cancelled =
                    self.cancel_waiting(job, Some((owner, update))).await.map_or(0, |cancelled| cancelled.len());
                let notice = self.conversation.notice(job.chat, Notice::Cancelled(cancelled)).await;
                answer(Some(&notice.text.plain())).await;
            }
        }
        Progress::Done
    }
}
