//! The updates that wait for the bot: numbered, queued, and, where a test wants it, out of the ordinary.
//!
//! An update is kept as text, because teloxide reads one only when `update_id` is its first key, and `serde_json` sorts
//! keys.

use serde_json::Value;

use super::{
    FakeTelegram,
    state::{Pending, QueueKey, State},
};

impl FakeTelegram {
    /// Queues an update of any kind, known to the bot or not, whatever kinds it asked for. The next id is its.
    pub fn push_update(&self, kind: &str, body: &Value) {
        self.world.change(|state| {
            let id = state.next_update_id();
            state.enqueue(Some(id), queue_key(kind, body), write_update(id, kind, body), None);
        });
    }

    /// Queues an update as it stands, with the `update_id` that is in it or with none. One without an id cannot be
    /// confirmed: a poll brings it once.
    pub fn push_raw(&self, json: &str) {
        let update: Value = serde_json::from_str(json).unwrap_or_default();
        let fields = update.as_object().into_iter().flatten();
        let queue = fields.into_iter().find_map(|(kind, body)| queue_key(kind, body));
        self.world.change(|state| state.enqueue(update["update_id"].as_i64(), queue, json.to_owned(), None));
    }

    /// Delivers the newest updates that the bot was given once more, though they may be confirmed: those of the last
    /// poll that brought some, or of the last post that a webhook accepted.
    pub fn redeliver(&self) {
        self.world.change(|state| {
            if state.webhook.is_none() {
                state.again.clone_from(&state.delivered);
                return;
            }
            for json in state.delivered.clone() {
                state.enqueue(None, None, json, None);
            }
        });
    }

    /// Delivers what waits to be fetched in the reverse order, so that the ids come out of order.
    pub fn reverse_pending(&self) {
        self.world.change(|state| state.pending.make_contiguous().reverse());
    }

    /// Numbers the next updates from `next` on, which may be beyond 32 bits.
    pub fn number_updates_from(&self, next: i64) {
        self.world.change(|state| state.last_update = next - 1);
    }

    /// Ends the poll under way without an update, and numbers the next ones from `next` on: after a silent week
    /// Telegram begins anew at a random number (Bot API, `Update.update_id`).
    pub fn pass_a_silent_week(&self, next: i64) {
        self.world.change(|state| (state.silent, state.last_update) = (true, next - 1));
    }
}

impl State {
    /// Queues an update, unless the bot did not ask for its kind. In load mode, `asks` is the message that it brings.
    pub(crate) fn deliver(&mut self, kind: &str, body: &Value, asks: Option<(i64, i64)>) {
        if self.allowed_updates.as_ref().is_some_and(|kinds| !kinds.iter().any(|allowed| allowed == kind)) {
            return;
        }
        let id = self.next_update_id();
        self.enqueue(Some(id), queue_key(kind, body), write_update(id, kind, body), asks);
    }

    fn next_update_id(&mut self) -> i64 {
        self.last_update += 1;
        self.last_update
    }

    fn enqueue(&mut self, id: Option<i64>, queue: Option<QueueKey>, json: String, asks: Option<(i64, i64)>) {
        self.updates += 1;
        let queue = queue.unwrap_or_else(|| (String::new(), self.updates as i64));
        self.pending.push_back(Pending { id, serial: self.updates, queue, json, asks });
    }
}

/// The webhook's queue of an update: its kind, and the chat that it is of, or the user who pressed a button.
fn queue_key(kind: &str, body: &Value) -> Option<QueueKey> {
    let place = if kind == "callback_query" { &body["from"] } else { &body["chat"] };
    Some((kind.to_owned(), place["id"].as_i64()?))
}

/// One update as Telegram writes it, `update_id` first.
fn write_update(id: i64, kind: &str, body: &Value) -> String {
    format!(r#"{{"update_id":{id},"{kind}":{body}}}"#)
}
