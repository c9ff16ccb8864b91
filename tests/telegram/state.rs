//! Everything the fake knows, behind one lock, and the one way to wait for something to happen in it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ceknomor::clock::{Clock, SystemClock};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::Notify;

use super::{
    chats::{BOT_USERNAME, Chat, Message, Person, Sender},
    connection::Delivery,
    faults::{PlannedFault, RandomFaults},
    flood::FloodControl,
    load::LoadRecord,
    refusal::Refusal,
    webhook::Webhook,
};

/// How long a test waits for an event before it fails. An event that comes is never waited for longer than it takes.
pub(crate) const EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// One call of the bot, as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it arrived.
    pub at: Instant,
    /// The method, in lower case.
    pub method: String,
    /// The chat that it is about, if any.
    pub chat: Option<i64>,
    /// Its parameters.
    pub body: Value,
}

/// A press of a button.
#[derive(Debug)]
pub(crate) struct Press {
    pub(crate) chat: i64,
    pub(crate) user: u64,
    /// When, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) answer: Option<Answer>,
    /// Whether the test has read the answer.
    pub(crate) read: bool,
}

/// What the bot answered to a press.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The words shown over the chat; empty when the button only stops spinning.
    pub text: String,
    /// Whether they are shown in a window that one has to close.
    pub alert: bool,
}

/// A webhook's queue: the kind of update, and its chat or user. Each update of no chat is a queue of its own.
pub(crate) type QueueKey = (String, i64);

/// An update that waits to be fetched and confirmed.
pub(crate) struct Pending {
    /// Its `update_id`, if it has one.
    pub(crate) id: Option<i64>,
    /// Tells it from all others, whatever its id is.
    pub(crate) serial: u64,
    pub(crate) queue: QueueKey,
    pub(crate) json: String,
    /// In load mode: the message that it brings, by chat and message id.
    pub(crate) asks: Option<(i64, i64)>,
}

/// The state behind the lock.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) people: BTreeMap<u64, Person>,
    pub(crate) chats: BTreeMap<i64, Chat>,
    pub(crate) pending: VecDeque<Pending>,
    /// Everything delivered in the last poll that brought something, as JSON.
    pub(crate) delivered: Vec<String>,
    /// Updates that the next poll brings once more, whatever was confirmed.
    pub(crate) again: Vec<String>,
    /// What dates messages; the machine's clock where there is none.
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// What dates answers (`Date`) where it is not the same.
    pub(crate) answer_clock: Option<Arc<dyn Clock>>,
    /// The newest update's id.
    pub(crate) last_update: i64,
    /// How many updates there were.
    pub(crate) updates: u64,
    /// The kinds of update that the bot asked for; everything until it says so.
    pub(crate) allowed_updates: Option<Vec<String>>,
    pub(crate) presses: HashMap<String, Press>,
    /// Command menus by scope (as JSON) and language code.
    pub(crate) menus: BTreeMap<(String, String), Vec<(String, String)>>,
    /// The files that people sent, by their ids.
    pub(crate) files: HashMap<String, Vec<u8>>,
    pub(crate) calls: Vec<Call>,
    pub(crate) faults: Vec<PlannedFault>,
    /// Faults by chance.
    pub(crate) random_faults: Option<RandomFaults>,
    /// Whether it is a server of before the messages for one member alone (Bot API 10.2).
    pub(crate) is_older: bool,
    /// Calls refused for what they asked, which no test has expected.
    pub(crate) refusals: Vec<(String, Refusal)>,
    /// Grows with each getUpdates: only the newest poll gets updates.
    pub(crate) polls: u64,
    /// When the bot polled for the first time.
    pub(crate) first_poll: Option<Instant>,
    /// Whether the poll under way ends as if nothing had come.
    pub(crate) silent: bool,
    /// Whether polls without updates are answered at once.
    pub(crate) polls_end_at_once: bool,
    pub(crate) webhook: Option<Webhook>,
    /// Rung when one is set.
    pub(crate) webhook_set: Arc<Notify>,
    /// How many webhooks there were.
    pub(crate) webhooks: u64,
    /// Where posts to an `https` webhook arrive.
    pub(crate) webhook_proxy: Option<SocketAddr>,
    pub(crate) flood_control: Option<FloodControl>,
    /// The bot's username, if it is not [`BOT_USERNAME`].
    pub(crate) new_username: Option<String>,
    pub(crate) down: bool,
    /// The methods of the calls lost because of that.
    pub(crate) lost: Vec<String>,
    pub(crate) load: Option<LoadRecord>,
    /// By chat and message id: the answers that told the bot that its message was accepted.
    pub(crate) deliveries: HashMap<(i64, i64), Delivery>,
}

impl State {
    /// The present moment.
    pub(crate) fn time(&self) -> DateTime<Utc> {
        self.clock.as_ref().map_or_else(|| SystemClock.now(), |clock| clock.now())
    }

    /// The moment that answers name.
    pub(crate) fn answer_time(&self) -> DateTime<Utc> {
        self.answer_clock.as_ref().map_or_else(|| self.time(), |clock| clock.now())
    }

    /// The present moment, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.time().timestamp()
    }

    /// The bot's username.
    pub(crate) fn username(&self) -> &str {
        self.new_username.as_deref().unwrap_or(BOT_USERNAME)
    }

    /// Notes the kinds of update for which a call asks; an empty list stands for all that this fake sends.
    pub(crate) fn allow_updates(&mut self, kinds: Option<Vec<String>>) {
        if let Some(kinds) = kinds {
            self.allowed_updates = Some(kinds).filter(|kinds| !kinds.is_empty());
        }
    }

    /// The chat of an id.
    ///
    /// # Errors
    /// The 400 for a chat that there is not.
    pub(crate) fn chat(&mut self, id: i64) -> Result<&mut Chat, Refusal> {
        self.chats.get_mut(&id).ok_or_else(|| Refusal::bad_request("chat not found"))
    }

    /// What is wrong at the end of a test: what was refused, never read, never answered, never met.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        all.extend(self.refusals.iter().map(|(method, refusal)| format!("{method} refused: {}", refusal.description)));
        all.extend(
            self.faults.iter().filter(|planned| !planned.is_met).map(|planned| format!("fault never met: {planned:?}")),
        );
        for chat in self.chats.values() {
            let place = chat.id;
            all.extend(chat.unread.messages.iter().map(|m| format!("never read in {place}: {:?}", m.text)));
            all.extend(chat.unread.edits.iter().map(|m| format!("edit never read in {place}: {:?}", m.text)));
            all.extend(chat.unread.to_one.iter().map(|(_, m)| format!("never read by one in {place}: {:?}", m.text)));
            all.extend(chat.unread.deletions.iter().map(|id| format!("deletion never read in {place}: {id}")));
        }
        for (id, press) in &self.presses {
            match &press.answer {
                None => all.push(format!("press {id} in {} never answered: its button spins", press.chat)),
                Some(answer) if !press.read && !answer.text.is_empty() => {
                    all.push(format!("alert never read in {}: {:?}", press.chat, answer.text));
                }
                Some(_) => {}
            }
        }
        all
    }

    /// What was said so far, for the message of a failing test.
    fn transcript(&self) -> String {
        let mut out = String::new();
        for chat in self.chats.values() {
            writeln!(out, "chat {} {:?}", chat.id, chat.title).ok();
            chat.messages.values().for_each(|message| writeln!(out, "  {}", line(message)).unwrap_or_default());
        }
        writeln!(out, "calls: {:?}", self.calls.iter().map(|call| call.method.as_str()).collect::<Vec<_>>()).ok();
        writeln!(out, "refused: {:?}", self.refusals).ok();
        out
    }
}

fn line(message: &Message) -> String {
    let who = match message.sender {
        Sender::Bot => "bot".to_owned(),
        other => format!("{other:?}"),
    };
    let mark = if message.deleted { " (deleted)" } else { "" };
    format!("#{} {who}{mark}: {}", message.id, message.text)
}

/// The state with its lock and its bell.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) token: String,
    state: Mutex<State>,
    /// Rung after every change.
    changed: Notify,
}

impl World {
    pub(crate) fn new(token: &str) -> Self {
        Self { token: token.to_owned(), ..Self::default() }
    }

    /// The state. A test that failed while it held the lock does not hide its failure behind a poisoned one.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes everyone who waits for something in it.
    pub(crate) fn change<T>(&self, by: impl FnOnce(&mut State) -> T) -> T {
        let result = by(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Waits until `look` finds something.
    pub(crate) async fn wait<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Listen before looking, so that a change between the two is not missed.
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.lock()) {
                return found;
            }
            changed.await;
        }
    }

    /// Waits until `look` finds something, or until `deadline`.
    pub(crate) async fn wait_until<T>(
        &self,
        deadline: Instant,
        look: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        tokio::time::timeout_at(deadline.into(), self.wait(look)).await.ok()
    }

    /// Waits for something that a test needs; fails with the transcript when it does not come.
    pub(crate) async fn expect<T>(&self, what: &str, look: impl FnMut(&mut State) -> Option<T>) -> T {
        match self.wait_until(Instant::now() + EVENT_TIMEOUT, look).await {
            Some(found) => found,
            None => panic!("no {what} within {EVENT_TIMEOUT:?}\n{}", self.lock().transcript()),
        }
    }
}
