//! What is done outside of the chat that asked for it: cards for owners, words for others, the end of what somebody
//! waits for who was taken off.

use super::{
    outbox::{Destination, Placed, Priority},
    task::Task,
    worker::Worker,
};
use crate::{
    access::{self, ChatIds},
    chat::Then,
    store::Job,
};

impl Worker {
    /// Does one after the other.
    pub(super) async fn follow_up(&self, all: Vec<Then>) {
        for then in all {
            match then {
                Then::Tell(chat, reply) => {
                    // Who never wrote to the bot cannot be told.
                    let _ = self.outbox.send(Destination::chat(chat), &reply, Priority::Alert).await;
                }
                Then::Welcome { chat, here } => {
                    let Some(welcome) = self.conversation.welcome(chat).await else { continue };
                    let _ = self.outbox.send(Destination::chat(here), &welcome, Priority::Alert).await;
                    self.conversation.note_welcomed(chat).await;
                }
                Then::Ask(chat) => self.ask_owners(chat).await,
                Then::Replace(chat, message, reply) => {
                    let _ = self.outbox.edit(Placed { chat, message }, &reply, Priority::Alert).await;
                }
                Then::Revoke(user) => self.revoke(|job| job.user == user).await,
                Then::RevokeGroup(group) => self.revoke(|job| job.chat == group).await,
                Then::Leave(group) => self.outbox.leave(group).await,
                Then::Menu(user) => {
                    let Some(private) = ChatIds::private(user).map(|chat| chat.first) else { continue };
                    let menu = self.conversation.menu_of(user).await;
                    self.outbox.show_menu(private, menu, self.conversation.words(private).await).await;
                }
            }
        }
    }

    /// Ends at once the checks and lists that may not go on: what is being asked finds its job ended when the answer
    /// comes.
    async fn revoke(&self, is_meant: impl Fn(&Job) -> bool) {
        let open = self.store.open_jobs().await;
        let (open, _) = match open {
            Ok(open) => open,
            Err(error) => {
                tracing::error!(%error, "what somebody waits for who was taken off cannot be read; it ends when it is due");
                return;
            }
        };
        for job in open.iter().filter(|job| job.cancelled_by.is_none() && !job.is_answered() && is_meant(job)) {
            let Some(task) = Task::read(&job.body) else { continue };
            if job.waiting.is_none() && !task.intent.asks() || self.may(job, &task, access::Action::Read).await {
                continue;
            }
            if self.lists.cancel(job.update) {
                // It says so itself.
                continue;
            }
            self.finish(job.update).await;
            self.say_revoked(job, &task).await;
        }
    }
}
