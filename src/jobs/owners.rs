//! What owners are told without asking, side by side: one to whom the bot may not write holds up no other.

use futures_util::future::join_all;

use super::{
    outbox::{Destination, Outbox, Placed, Priority},
    worker::Worker,
};
use crate::{
    access::{ChatIds, Suspicion},
    chat::{Alert, Conversation, ForOwners, Then},
    store::{AuditAct, AuditEntry},
    value::ChatId,
};

impl Worker {
    /// Says something to each owner, in the language of their chat. Gives where it stands.
    pub(super) async fn say_to_owners(&self, what: &ForOwners<'_>) -> Vec<Placed> {
        say_to_owners(&self.conversation, &*self.outbox, what).await
    }

    /// Tells the owners what only they can put right; each incident once. Does not wait until they are told.
    pub(super) fn tell_owners(&self, alert: &Alert) {
        let (conversation, outbox) = (self.conversation.clone(), self.outbox.clone());
        let (incidents, alert) = (self.incidents.clone(), alert.clone());
        self.notices.spawn(async move {
            let incident = alert.incident();
            if let Some(incident) = &incident
                && !incidents.begin(incident).await
            {
                return;
            }
            say_to_owners(&conversation, &*outbox, &ForOwners::Alert(&alert)).await;
            if let Some(incident) = &incident {
                incidents.told(incident).await;
            }
        });
    }

    /// Tells the owners of an agent whom the guard has paused; does not wait until they are told.
    pub(super) fn show_guard_card(&self, suspicion: Suspicion) {
        let (conversation, outbox, now) = (self.conversation.clone(), self.outbox.clone(), self.now());
        self.notices.spawn(async move {
            let entry = AuditEntry::system(AuditAct::Pause, "guard", now).on_chat(suspicion.whose);
            conversation.audit.note(entry).await;
            say_to_owners(&conversation, &*outbox, &ForOwners::Paused(&suspicion)).await;
        });
    }

    /// Gives each owner a card with what is asked for a chat, and notes where they stand.
    pub(super) async fn ask_owners(&self, chat: ChatId) {
        let cards = self.say_to_owners(&ForOwners::Request(chat)).await;
        let cards: Vec<_> = cards.into_iter().map(|placed| (placed.chat, placed.message)).collect();
        for then in self.conversation.note_cards(chat, &cards).await {
            if let Then::Replace(chat, message, reply) = then {
                let _ = self.outbox.edit(Placed { chat, message }, &reply, Priority::Alert).await;
            }
        }
    }
}

async fn say_to_owners(conversation: &Conversation, outbox: &dyn Outbox, what: &ForOwners<'_>) -> Vec<Placed> {
    let said = conversation.access.owners().into_iter().map(|owner| async move {
        let chat = ChatIds::private(owner)?.first;
        let reply = conversation.for_owner(owner, chat, what).await?;
        outbox.send(Destination::chat(chat), &reply, Priority::Alert).await.ok()
    });
    join_all(said).await.into_iter().flatten().collect()
}
