//! A fake Telegram Bot API: real HTTP on loopback, as strict as Telegram, for tests that read like
//! conversations and for the load generator.
//!
//! A test says things as people in chats and awaits what the bot does:
//!
//! ```ignore
//! let telegram = FakeTelegram::start().await;
//! let budi = telegram.user("Budi");
//! let chat = budi.in_private();
//! let asked = chat.says("/cek PLN20 01105691111").await;
//! let reply = chat.reply().await;
//! assert!(reply.answers(&asked));
//! telegram.finish().await;
//! ```
//!
//! At the end everything that the bot did must have been read: a message, an edit, a deletion or an alert that no
//! test looked at fails it, and so does a call that Telegram would refuse, a method that the fake does not know,
//! a press that the bot never answered, and a planned fault that no call met. Chat actions alone may go unread.
//!
//! | | |
//! |---|---|
//! | [`state`], [`chats`] | all that the fake knows |
//! | [`conversation`], [`groups`], [`reply`], [`content`] | what a test holds in its hands |
//! | [`actions`], [`json`], [`updates`] | what people do, in Telegram's JSON, and the updates that wait for the bot |
//! | [`polling`], [`webhook`] | how the bot gets them |
//! | [`methods`], [`messages`], [`html`] | what the bot may call, and what is refused |
//! | [`server`], [`connection`], [`partial`], [`refusal`] | the HTTP |
//! | [`faults`], [`flood`], [`recording_host`] | what can go wrong |
//! | [`load`], [`delivery`] | the mode without conversations; what a bot that is killed cannot know |
//!
//! Its own tests, in `tests/`, are compiled with `tests/it`.

mod actions;
mod chats;
mod connection;
pub mod content;
mod conversation;
mod delivery;
mod faults;
mod flood;
mod groups;
mod html;
mod json;
mod load;
mod messages;
mod methods;
mod partial;
mod polling;
mod recording_host;
mod refusal;
mod reply;
mod server;
mod state;
mod updates;
mod webhook;

use std::{sync::Arc, time::Instant};

use ceknomor::clock::Clock;
use tokio::{net::TcpListener, task::JoinSet};

#[allow(unused_imports, reason = "a test names the types of what it passes on; the load generator names none")]
pub use self::{
    chats::{ANONYMOUS_ADMIN, BOT_USERNAME, CHANNEL_BOT, TELEGRAM},
    conversation::{Conversation, InChat, Quotable, Sent, User},
    faults::{ADDRESS_REFUSALS, Fault, Gate},
    flood::{FloodControl, FloodLimits, Rate},
    groups::{Group, Topic},
    recording_host::{Received, RecordingHost},
    reply::{Press, Reply},
    state::{Answer, Call},
};
use self::{
    chats::{BotStatus, Kind},
    refusal::Refusal,
    state::{EVENT_TIMEOUT, State, World},
};

/// The token under which every fake knows its bot.
const TOKEN: &str = "7000000001:AAF-a_token_of_the_fake_bot_api_000000";

/// The fake, with everyone who talks to the bot through it.
pub struct FakeTelegram {
    world: Arc<World>,
    url: String,
    /// The server, and what posts to a webhook; both end with the fake.
    _tasks: JoinSet<()>,
    checked: bool,
}

impl FakeTelegram {
    /// Starts it on a free port of loopback.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let world = Arc::new(World::new(TOKEN));
        let mut tasks = JoinSet::new();
        tasks.spawn(server::serve(listener, world.clone()));
        tasks.spawn(webhook::post_updates(world.clone()));
        Self { world, url, _tasks: tasks, checked: false }
    }

    /// What goes into `TELOXIDE_API_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What goes into `TELOXIDE_TOKEN`.
    pub fn token(&self) -> &str {
        &self.world.token
    }

    /// A person who has not written to the bot yet.
    pub fn user(&self, first_name: &str) -> User {
        let id = self.world.change(|state| state.add_person(first_name));
        User::new(self.world.clone(), id)
    }

    /// A person with an id that is known before, such as an owner's.
    pub fn user_with_id(&self, id: u64, first_name: &str) -> User {
        self.world.change(|state| state.add_person_with_id(id, first_name));
        User::new(self.world.clone(), id)
    }

    /// A small group of which the bot is a member.
    pub fn group(&self, title: &str, members: &[&User]) -> Group {
        self.add_group(Kind::Group, title, members)
    }

    /// A supergroup of which the bot is a member.
    pub fn supergroup(&self, title: &str, members: &[&User]) -> Group {
        self.add_group(Kind::Supergroup, title, members)
    }

    /// A supergroup with topics of which the bot is a member.
    pub fn forum(&self, title: &str, members: &[&User]) -> Group {
        self.add_group(Kind::Forum, title, members)
    }

    /// A supergroup of which the bot is no member yet.
    pub fn foreign_group(&self, title: &str, members: &[&User]) -> Group {
        let group = self.supergroup(title, members);
        self.world.change(|state| state.chats.get_mut(&group.id()).expect("it was just made").status = BotStatus::Gone);
        group
    }

    fn add_group(&self, kind: Kind, title: &str, members: &[&User]) -> Group {
        let members = members.iter().map(|user| user.id()).collect();
        let id = self.world.change(|state| {
            let id = state.next_group_id(kind);
            state.add_chat(id, kind, title, members);
            id
        });
        Group::new(self.world.clone(), id)
    }

    /// The calls of a method so far, oldest first.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        let method = method.to_ascii_lowercase();
        self.world.lock().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// Waits until a method was called so many times in all; the calls, oldest first.
    pub async fn called(&self, method: &str, times: usize) -> Vec<Call> {
        let name = method.to_ascii_lowercase();
        let enough =
            |state: &mut State| (state.calls.iter().filter(|call| call.method == name).count() >= times).then_some(());
        self.world.expect(&format!("{times} calls of {method}"), enough).await;
        self.calls(method)
    }

    /// Forgets presses that the bot never answered, as it does when it is killed.
    pub fn forget_presses(&self) {
        self.world.change(|state| state.presses.retain(|_, press| press.answer.is_some()));
    }

    /// Reads every deletion, whichever message it was of.
    pub fn read_deletions(&self) {
        self.world.change(|state| state.chats.values_mut().for_each(|chat| chat.unread.deletions.clear()));
    }

    /// Keeps a file that people send from now on by this id: see [`content::document`].
    pub fn keeps(&self, file_id: &str, bytes: &[u8]) {
        self.world.change(|state| state.files.insert(file_id.to_owned(), bytes.to_vec()));
    }

    /// Dates messages by this clock, and no more by the machine's.
    pub fn date_by(&self, clock: Arc<dyn Clock>) {
        self.world.change(|state| state.clock = Some(clock));
    }

    /// Dates answers (`Date`) by another clock than messages.
    pub fn date_answers_by(&self, clock: Arc<dyn Clock>) {
        self.world.change(|state| state.answer_clock = Some(clock));
    }

    /// Gives the bot another username, as BotFather does.
    pub fn rename_bot(&self, username: &str) {
        self.world.change(|state| state.new_username = Some(username.to_owned()));
    }

    /// Waits for a call to be refused for a reason that holds these words, and forgives it.
    pub async fn refused(&self, method: &str, reason: &str) {
        let name = method.to_ascii_lowercase();
        let take = |state: &mut State| {
            let hit = |(called, refusal): &(String, Refusal)| *called == name && refusal.description.contains(reason);
            state.refusals.iter().position(hit).map(|place| state.refusals.remove(place))
        };
        self.world.expect(&format!("{method} refused for {reason:?}"), take).await;
    }

    /// Forgives every refusal for a reason that holds these words, if there was any.
    pub fn forgive(&self, reason: &str) {
        self.world.change(|state| state.refusals.retain(|(_, refusal)| !refusal.description.contains(reason)));
    }

    /// The command menu of a scope (such as `all_private_chats`) in a language (empty for everyone else's):
    /// commands without slash, with their descriptions.
    pub fn menu(&self, scope: &str, language: &str) -> Option<Vec<(String, String)>> {
        let scope = serde_json::json!({ "type": scope }).to_string();
        self.world.lock().menus.get(&(scope, language.to_owned())).cloned()
    }

    /// Waits until a menu is there; its commands.
    pub async fn registered_menu(&self, scope: &str, language: &str) -> Vec<(String, String)> {
        let key = (serde_json::json!({ "type": scope }).to_string(), language.to_owned());
        self.world.expect("command menu", |state| state.menus.get(&key).cloned()).await
    }

    /// Ends the test: waits for presses still without an answer, then fails with whatever was not as it should be.
    /// Stop the bot before, so that nothing can come after the check.
    pub async fn finish(mut self) {
        let answered = |state: &mut State| state.presses.values().all(|press| press.answer.is_some()).then_some(());
        self.world.wait_until(Instant::now() + EVENT_TIMEOUT, answered).await;
        self.check();
    }

    fn check(&mut self) {
        self.checked = true;
        let complaints = self.world.lock().complaints();
        assert!(complaints.is_empty(), "the bot did not behave:\n  {}", complaints.join("\n  "));
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.go_down();
        if !self.checked && !std::thread::panicking() && self.world.lock().load.is_none() {
            self.check();
        }
    }
}
