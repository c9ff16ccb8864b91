//! Load mode: the same server, without conversations. It counts answers and keeps how long each took.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    FakeTelegram,
    chats::BOT_ID,
    refusal::Refusal,
    state::{EVENT_TIMEOUT, State},
};

/// What load mode keeps.
#[derive(Debug, Default)]
pub(crate) struct LoadRecord {
    /// Questions on their way, by chat and message id, since they were delivered first.
    under_way: HashMap<(i64, i64), Option<Instant>>,
    /// From delivery to the arrival of the answer.
    pub(crate) latencies: Vec<Duration>,
    /// Messages that answered no question on its way.
    pub(crate) astray: u64,
    /// Answers without the words that a right one holds.
    pub(crate) wrong: u64,
    /// Messages to people in private, who are strangers.
    told: u64,
    /// The words that a right answer holds.
    expected: String,
    asked: i64,
}

impl LoadRecord {
    /// An empty record; a right answer holds the words `expected`.
    pub(crate) fn expecting(expected: &str) -> Self {
        Self { expected: expected.to_owned(), ..Self::default() }
    }

    /// Notes a question's first delivery.
    pub(crate) fn delivered(&mut self, asked: (i64, i64)) {
        if let Some(since) = self.under_way.get_mut(&asked) {
            since.get_or_insert_with(Instant::now);
        }
    }

    /// How many questions have no answer yet.
    pub(crate) fn in_flight(&self) -> usize {
        self.under_way.len()
    }

    fn answered(&mut self, chat: i64, original: Option<i64>, text: &str) {
        if chat > 0 {
            self.told += 1;
            return;
        }
        self.wrong += u64::from(!text.contains(&self.expected));
        let since = original.and_then(|id| self.under_way.remove(&(chat, id))).flatten();
        match since {
            Some(since) => self.latencies.push(since.elapsed()),
            None => self.astray += 1,
        }
    }
}

impl FakeTelegram {
    /// Starts it in load mode: no chats, only questions, their answers, and the time between. A right answer holds
    /// the words `expected`.
    pub async fn start_for_load(expected: &str) -> Self {
        let telegram = Self::start().await;
        telegram.world.lock().load = Some(LoadRecord::expecting(expected));
        telegram
    }

    /// Load mode: asks as user `user` in the supergroup `chat`.
    pub fn ask(&self, chat: i64, user: u64, text: &str) {
        self.world.change(|state| state.ask(chat, user, text));
    }

    /// Load mode: `count` strangers, the first of whom has the id `first`, write in private: every other one a text,
    /// and the others `/start`.
    pub fn strangers_write(&self, first: u64, count: u64) {
        self.world.change(|state| (first..first + count).for_each(|id| state.stranger_writes(id)));
    }

    /// Load mode: waits until the bot has confirmed all but so many updates; `false` when that takes longer than
    /// `EVENT_TIMEOUT`.
    pub async fn waiting_at_most(&self, most: usize) -> bool {
        let few = |state: &mut State| (state.pending.len() <= most).then_some(());
        self.world.wait_until(Instant::now() + EVENT_TIMEOUT, few).await.is_some()
    }

    /// Load mode: how many messages strangers were sent.
    pub fn strangers_told(&self) -> u64 {
        self.world.lock().load.as_ref().map_or(0, |record| record.told)
    }

    /// Load mode: waits until at most so many questions are without an answer; `false` when that takes longer than
    /// `EVENT_TIMEOUT`.
    pub async fn in_flight_at_most(&self, most: usize) -> bool {
        let few =
            |state: &mut State| state.load.as_ref().is_some_and(|record| record.in_flight() <= most).then_some(());
        self.world.wait_until(Instant::now() + EVENT_TIMEOUT, few).await.is_some()
    }

    /// Load mode: takes the times from delivery to answer since the last call of this.
    pub fn take_latencies(&self) -> Vec<Duration> {
        self.world.lock().load.as_mut().map(|record| std::mem::take(&mut record.latencies)).unwrap_or_default()
    }

    /// Load mode: what went wrong: calls refused, messages that answer nothing, answers that are not right.
    pub fn load_faults(&self) -> Vec<String> {
        let state = self.world.lock();
        let (astray, wrong) = state.load.as_ref().map_or((0, 0), |record| (record.astray, record.wrong));
        let refused = state.refusals.iter().map(|(method, why)| format!("{method} refused: {}", why.description));
        let counted = [(astray, "messages that answer nothing"), (wrong, "answers that are not right")];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        refused.chain(counted.map(|(count, what)| format!("{count} {what}"))).collect()
    }
}

#[derive(Deserialize)]
struct Send {
    chat_id: i64,
    text: String,
    reply_parameters: Option<Reply>,
}

#[derive(Deserialize)]
struct Reply {
    message_id: i64,
}

impl State {
    /// Queues a question of user `user` in the supergroup `chat`. Load mode keeps no chats.
    pub(crate) fn ask(&mut self, chat: i64, user: u64, text: &str) {
        let record = self.load.as_mut().expect("load mode is on");
        record.asked += 1;
        let id = record.asked;
        record.under_way.insert((chat, id), None);
        let length = text.split(' ').next().map_or(0, str::len);
        let message = json!({
            "message_id": id, "date": 1_700_000_000, "text": text,
            "chat": { "id": chat, "title": "Agen", "type": "supergroup" },
            "from": { "id": user, "is_bot": false, "first_name": "Agen", "language_code": "id" },
            "entities": [{ "type": "bot_command", "offset": 0, "length": length }],
        });
        self.deliver("message", &message, Some((chat, id)));
    }

    /// Queues what a stranger writes in private.
    fn stranger_writes(&mut self, id: u64) {
        let text = if id.is_multiple_of(2) { "/start" } else { "halo, ini bot apa?" };
        let message = json!({
            "message_id": 1, "date": 1_700_000_000, "text": text,
            "chat": { "id": id, "first_name": "Orang", "type": "private" },
            "from": { "id": id, "is_bot": false, "first_name": "Orang", "language_code": "id" },
        });
        self.deliver("message", &message, None);
    }

    /// Applies a call in load mode: only `sendMessage` and what starts a bot mean anything.
    pub(crate) fn apply_under_load(&mut self, method: &str, body: &[u8]) -> Option<Result<Value, Refusal>> {
        let record = self.load.as_mut()?;
        match method {
            "sendmessage" => {}
            "sendchataction" => return Some(Ok(true.into())),
            _ => return None,
        }
        let Ok(send) = serde_json::from_slice::<Send>(body) else {
            return Some(Err(Refusal::bad_request("can't parse request")));
        };
        record.answered(send.chat_id, send.reply_parameters.map(|reply| reply.message_id), &send.text);
        let kind = if send.chat_id > 0 { "private" } else { "supergroup" };
        Some(Ok(json!({
            "message_id": 1_000_000_000, "date": 1_700_000_000, "text": send.text,
            "chat": { "id": send.chat_id, "title": "Agen", "type": kind },
            "from": { "id": BOT_ID, "is_bot": true, "first_name": "Cek Nomor" },
        })))
    }
}
