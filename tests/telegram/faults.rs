//! What goes wrong between the bot and Telegram: faults that a test plans for certain calls, faults by chance, and an
//! outage.

use std::{sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::sync::Notify;

use super::{FakeTelegram, conversation::InChat, state::State};

/// What goes wrong with one call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 429: try again after so many seconds.
    RetryAfter(u64),
    /// 403: the user has blocked the bot.
    Blocked,
    /// 400 with this description, after "Bad Request: ".
    BadRequest(&'static str),
    /// Any other code with its whole description, in the Bot API's JSON, such as 408 or 409.
    Refused(u16, &'static str),
    /// A 5xx from a proxy, with HTML.
    ServerError(u16),
    /// A redirect (302, 307) to this URL, and the call is not applied.
    Redirect(u16, String),
    /// The connection is lost, and the call is not applied.
    ResetBefore,
    /// The connection is lost after the call was applied: the caller cannot know.
    ResetAfter,
    /// The call was applied, and the connection is lost in the middle of the answer: the caller cannot know.
    HalfBody,
    /// The call was applied, and the answer takes this long to come, drop by drop.
    Drip(Duration),
    /// The call waits until the gate is opened, and is then applied.
    Held(Gate),
}

/// The reasons behind "Bad Request: " with which Telegram refuses a message for its topic or for the message that it
/// answers. The wording has changed more than once.
pub const ADDRESS_REFUSALS: [&str; 9] = [
    "message to be replied not found",
    "message to reply not found",
    "reply message not found",
    "replied message not found",
    "MESSAGE_ID_INVALID",
    "message thread not found",
    "TOPIC_DELETED",
    "TOPIC_CLOSED",
    "TOPIC_ID_INVALID",
];

/// Holds a call until the test lets it go.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Notify>);

impl Gate {
    /// Lets the held call go; one that comes later passes at once.
    pub fn open(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn pass(&self) {
        self.0.notified().await;
    }
}

/// A fault and the calls that it is meant for.
#[derive(Debug)]
pub(crate) struct PlannedFault {
    /// The method, in lower case.
    method: String,
    /// Only for calls about this chat.
    chat: Option<i64>,
    fault: Fault,
    /// Whether it stays when it has met a call.
    is_lasting: bool,
    /// Whether it has met a call.
    pub(crate) is_met: bool,
}

impl FakeTelegram {
    /// Plans a fault for the next call of a method, whatever chat it is about.
    pub fn fail_next(&self, method: &str, fault: Fault) {
        self.plan(method, None, fault, false);
    }

    /// Plans a fault for the next call of a method that is about this chat.
    pub fn fail_next_in(&self, place: &impl InChat, method: &str, fault: Fault) {
        self.plan(method, Some(place.chat_id()), fault, false);
    }

    /// Plans a fault for every call of a method until [`forget_faults`](Self::forget_faults).
    pub fn fail_every(&self, method: &str, fault: Fault) {
        self.plan(method, None, fault, true);
    }

    fn plan(&self, method: &str, chat: Option<i64>, fault: Fault, is_lasting: bool) {
        let method = method.to_ascii_lowercase();
        self.world.change(|state| {
            state.faults.push(PlannedFault { method, chat, fault, is_lasting, is_met: false });
        });
    }

    /// Plans no fault any more.
    pub fn forget_faults(&self) {
        self.world.change(|state| state.faults.clear());
    }

    /// Lets calls fail by chance from now on, in every way in which they can, and updates come twice or out of order.
    pub fn fail_at_random(&self, seed: u64) {
        self.world.change(|state| state.random_faults = Some(RandomFaults::of(seed)));
    }

    /// Ends that; how many calls failed.
    pub fn stop_failing_at_random(&self) -> u64 {
        self.world.change(|state| state.random_faults.take()).map_or(0, |faults| faults.count)
    }

    /// Passes over from now on what says that one member alone may read a message, as a server does that does not know
    /// it.
    pub fn is_older(&self) {
        self.world.change(|state| state.is_older = true);
    }

    /// Loses every connection from now on, polls under way included, and posts nothing to a webhook.
    pub fn go_down(&self) {
        self.world.change(|state| (state.down, state.lost) = (true, Vec::new()));
    }

    /// Answers again. What people said meanwhile waits for the bot.
    pub fn come_up(&self) {
        self.world.change(|state| state.down = false);
    }

    /// Waits until a call of a method was lost because nothing answered, since the fake last went down.
    pub async fn lost(&self, method: &str) {
        let name = method.to_ascii_lowercase();
        self.world.expect(&format!("lost {method}"), |state| state.lost.contains(&name).then_some(())).await;
    }
}

impl State {
    /// What goes wrong with a call of `method` (lower case) about `chat`: what was planned for it, else what comes by
    /// chance.
    pub(crate) fn take_fault(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let is_meant =
            |planned: &PlannedFault| planned.method == method && (planned.chat.is_none() || planned.chat == chat);
        match self.faults.iter().position(is_meant) {
            Some(place) if self.faults[place].is_lasting => {
                self.faults[place].is_met = true;
                Some(self.faults[place].fault.clone())
            }
            Some(place) => Some(self.faults.remove(place).fault),
            None => self.random_faults.as_mut()?.next(method),
        }
    }
}

/// Faults that come by chance, for as long as a test wants them.
#[derive(Debug)]
pub(crate) struct RandomFaults {
    random: StdRng,
    /// How many calls failed.
    count: u64,
}

impl RandomFaults {
    /// The faults of this seed.
    fn of(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), count: 0 }
    }

    /// What goes wrong with a call of `method` (lower case): one in twenty fails, a poll less often, because the bot
    /// waits a second after each that failed.
    fn next(&mut self, method: &str) -> Option<Fault> {
        let fails = match method {
            "sendmessage" | "editmessagetext" | "answercallbackquery" => self.random.gen_ratio(1, 20),
            "getupdates" => self.random.gen_ratio(1, 60),
            _ => false,
        };
        self.count += u64::from(fails);
        fails.then(|| self.any())
    }

    fn any(&mut self) -> Fault {
        match self.random.gen_range(0..100) {
            0..30 => Fault::RetryAfter(1),
            30..50 => Fault::ResetBefore,
            50..70 => Fault::ResetAfter,
            70..85 => Fault::HalfBody,
            85..95 => Fault::Drip(Duration::from_millis(self.random.gen_range(50..1000))),
            95..98 => Fault::ServerError(502),
            _ => Fault::ServerError(500),
        }
    }

    /// Delivers some updates once more, and some in the wrong order.
    pub(crate) fn disorder(&mut self, updates: &mut Vec<String>, delivered_before: &[String]) {
        if self.random.gen_ratio(1, 10) {
            updates.extend_from_slice(delivered_before);
        }
        if self.random.gen_ratio(1, 10) {
            updates.reverse();
        }
    }
}
