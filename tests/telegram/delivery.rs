//! For tests that kill the bot: counting calls as they come, reading all chats at once, and telling which messages the
//! bot could not know to have been accepted.

use std::time::Instant;

use serde_json::Value;

use super::{
    FakeTelegram,
    connection::Delivery,
    conversation::{InChat, Quotable},
    reply::Reply,
    state::State,
};

impl FakeTelegram {
    /// How many calls have arrived, of all methods.
    pub fn calls_so_far(&self) -> usize {
        self.world.lock().calls.len()
    }

    /// Waits until more than `seen` calls have arrived; `false` when `deadline` comes first.
    pub async fn more_calls_than(&self, seen: usize, deadline: Instant) -> bool {
        self.world.wait_until(deadline, |state| (state.calls.len() > seen).then_some(())).await.is_some()
    }

    /// Reads what the bot has said in all chats and no test has read yet; in each chat in the order in which it was
    /// said.
    pub fn take_replies(&self) -> Vec<Reply> {
        let mut state = self.world.lock();
        let mut all = Vec::new();
        for chat in state.chats.values_mut() {
            let said = chat.unread.messages.drain(..);
            all.extend(said.map(|message| Reply::new(self.world.clone(), chat.id, message)));
        }
        all
    }

    /// Takes what the bot has put in place of its messages in all chats and no test has read yet; in each chat in the
    /// order in which it came.
    pub fn take_edits(&self) -> Vec<Reply> {
        let mut state = self.world.lock();
        let mut all = Vec::new();
        for chat in state.chats.values_mut() {
            let edited = chat.unread.edits.drain(..);
            all.extend(edited.map(|message| Reply::new(self.world.clone(), chat.id, message)));
        }
        all
    }

    /// Whether a message was accepted, but the bot died before it had read so. To be asked when the bot has ended.
    pub fn hid_acceptance_of(&self, reply: &Reply) -> bool {
        let key = (reply.chat_id(), reply.message_id());
        self.world.lock().deliveries.get(&key).is_some_and(Delivery::was_never_read)
    }

    /// When the bot could have read, at the earliest, that a message was accepted.
    pub fn told_of(&self, reply: &Reply) -> Option<Instant> {
        self.world.lock().deliveries.get(&(reply.chat_id(), reply.message_id()))?.written_at()
    }
}

impl State {
    /// Notes how the bot is being told of the message that it has sent. Load mode keeps no messages.
    pub(crate) fn note_delivery(&mut self, message: &Value, delivery: Delivery) {
        let ids = message["chat"]["id"].as_i64().zip(message["message_id"].as_i64());
        if let Some(key) = ids.filter(|_| self.load.is_none()) {
            self.deliveries.insert(key, delivery);
        }
    }
}
