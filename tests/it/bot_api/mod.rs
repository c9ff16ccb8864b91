//! A Telegram Bot API of one's own: real HTTP on loopback, as strict as Telegram, for tests that read like
//! conversations and for the load generator.
//!
//! A test says things as people in chats and awaits what the bot does:
//!
//! ```ignore
//! let telegram = FakeTelegram::start().await;
//! let budi = telegram.user("Budi");
//! let talk = budi.in_private();
//! let asked = talk.says("/cek PLN20 01105691111").await;
//! let reply = talk.reply().await;
//! assert!(reply.answers(&asked));
//! telegram.finish().await;
//! ```
//!
//! At the end everything that the bot did must have been read: a message, an edit, a deletion or an alert that no
//! test looked at fails it, and so does a call that Telegram would refuse, a method that the fake does not know,
//! a press that nobody answered, and a planned fault that no call met. Chat actions alone may go unread.
//!
//! Where to read on: [`world`] is the state, [`people`] what users do to it, [`methods`] and [`messages`] what the
//! bot may do, [`server`], [`polling`] and [`slow`] the HTTP, [`faults`] what can go wrong, [`talk`] and [`reply`] what a
//! test holds in its hands, [`load`] the mode without conversations, [`deaths`] what a bot that is killed cannot know.

mod chats;
mod deaths;
mod faults;
mod groups;
mod html;
mod load;
mod messages;
mod methods;
mod people;
mod polling;
mod reply;
mod server;
mod slow;
mod talk;
mod updates;
mod wire;
mod world;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ceknomor::clock::Clock;
use tokio::{net::TcpListener, task::JoinHandle};

#[allow(unused_imports, reason = "a test names the types of what it passes on; the load generator names none")]
pub use self::{
    chats::BOT_USERNAME,
    faults::{Fault, Gate},
    groups::{Group, Topic},
    reply::{Press, Reply},
    talk::{InChat, Quotable, Sent, Talk, User},
    world::{Answer, Call},
};
use self::{
    chats::Kind,
    faults::{PlannedFault, Roughness},
    load::Book,
    world::{PATIENCE, World},
};

/// The token under which every fake knows its bot.
const TOKEN: &str = "7000000001:AAF-a_token_of_the_fake_bot_api_000000";

/// The fake, with everyone who talks to the bot through it.
pub struct FakeTelegram {
    world: Arc<World>,
    url: String,
    server: JoinHandle<()>,
    checked: bool,
}

impl FakeTelegram {
    /// Starts it on a free port of loopback.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let world = Arc::new(World::new(TOKEN));
        let server = tokio::spawn(server::serve(listener, world.clone()));
        Self { world, url, server, checked: false }
    }

    /// Starts it in load mode: no chats, only questions, their answers, and the time between. A right answer holds
    /// the words `expected`.
    pub async fn start_for_load(expected: &str) -> Self {
        let telegram = Self::start().await;
        telegram.world.lock().load = Some(Book::expecting(expected));
        telegram
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

    fn add_group(&self, kind: Kind, title: &str, members: &[&User]) -> Group {
        let members = members.iter().map(|user| user.id()).collect();
        let id = self.world.change(|state| {
            let id = state.next_group_id(kind);
            state.add_chat(id, kind, title, members);
            id
        });
        Group::new(self.world.clone(), id)
    }

    /// Plans a fault for the next call of a method, whatever chat it is about.
    pub fn fail_next(&self, method: &str, fault: Fault) {
        self.plan(method, None, fault);
    }

    /// Plans a fault for the next call of a method that is about this chat.
    pub fn fail_next_in(&self, place: &impl InChat, method: &str, fault: Fault) {
        self.plan(method, Some(place.chat_id()), fault);
    }

    fn plan(&self, method: &str, chat: Option<i64>, fault: Fault) {
        let method = method.to_ascii_lowercase();
        self.world.change(|state| state.faults.push(PlannedFault { method, chat, fault }));
    }

    /// Plans no fault any more.
    pub fn forget_faults(&self) {
        self.world.change(|state| state.faults.clear());
    }

    /// Lets calls fail by chance from now on, in every way in which they can, and updates come twice or out of order.
    pub fn be_rough(&self, seed: u64) {
        self.world.change(|state| state.rough = Some(Roughness::of(seed)));
    }

    /// Ends that; how many calls were hit.
    pub fn be_smooth(&self) -> u64 {
        self.world.change(|state| state.rough.take()).map_or(0, |rough| rough.mishaps())
    }

    /// Loses every connection from now on, polls under way included.
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

    /// The calls of a method so far, oldest first.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        let method = method.to_ascii_lowercase();
        self.world.lock().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// Waits until a method was called so many times in all; the calls, oldest first.
    pub async fn called(&self, method: &str, times: usize) -> Vec<Call> {
        let name = method.to_ascii_lowercase();
        let enough = |state: &mut world::State| {
            (state.calls.iter().filter(|call| call.method == name).count() >= times).then_some(())
        };
        self.world.expect(&format!("{times} calls of {method}"), enough).await;
        self.calls(method)
    }

    /// Lets presses spin that nobody answered, as those of a bot that died do.
    pub fn forget_presses(&self) {
        self.world.change(|state| state.presses.retain(|_, press| press.answer.is_some()));
    }

    /// Reads every deletion, whichever message it was of.
    pub fn read_deletions(&self) {
        self.world.change(|state| state.chats.values_mut().for_each(|chat| chat.unread.deletions.clear()));
    }

    /// Dates messages by this clock, and no more by the machine's.
    pub fn date_by(&self, clock: Arc<dyn Clock>) {
        self.world.change(|state| state.clock = Some(clock));
    }

    /// Delivers the updates of the last poll that brought some once more, though they may be confirmed.
    pub fn redeliver(&self) {
        self.world.change(|state| state.again.clone_from(&state.delivered));
    }

    /// Delivers what waits to be fetched in the reverse order, so that the ids come out of order.
    pub fn reverse_pending(&self) {
        self.world.change(|state| state.pending.make_contiguous().reverse());
    }

    /// Ends the poll under way without an update, and numbers the next ones from `next` on: after a silent week Telegram
    /// begins anew at a random number (Bot API, `Update.update_id`).
    pub fn pass_a_silent_week(&self, next: u32) {
        self.world.change(|state| (state.silent, state.last_update) = (true, next - 1));
    }

    /// Waits until the bot has fetched and confirmed everything that people did.
    pub async fn all_confirmed(&self) {
        self.world.expect("confirmation of every update", |state| state.pending.is_empty().then_some(())).await;
    }

    /// Waits for a call to be refused for a reason that holds these words, and forgives it.
    pub async fn refused(&self, method: &str, reason: &str) {
        let name = method.to_ascii_lowercase();
        let take = |state: &mut world::State| {
            let hit =
                |(called, refusal): &(String, faults::Refusal)| *called == name && refusal.description.contains(reason);
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
        let answered =
            |state: &mut world::State| state.presses.values().all(|press| press.answer.is_some()).then_some(());
        self.world.wait_until(Instant::now() + PATIENCE, answered).await;
        self.check();
    }

    fn check(&mut self) {
        self.checked = true;
        let complaints = self.world.lock().complaints();
        assert!(complaints.is_empty(), "the bot did not behave:\n  {}", complaints.join("\n  "));
    }

    /// Load mode: asks as user `user` in the supergroup `chat`.
    pub fn ask(&self, chat: i64, user: u64, text: &str) {
        self.world.change(|state| state.ask(chat, user, text));
    }

    /// Load mode: waits until at most so many questions are without an answer; `false` when that takes longer than
    /// a test's patience.
    pub async fn in_flight_at_most(&self, most: usize) -> bool {
        let few =
            |state: &mut world::State| state.load.as_ref().is_some_and(|book| book.in_flight() <= most).then_some(());
        self.world.wait_until(Instant::now() + PATIENCE, few).await.is_some()
    }

    /// Load mode: takes the times from delivery to answer since the last call of this.
    pub fn take_latencies(&self) -> Vec<Duration> {
        self.world.lock().load.as_mut().map(|book| std::mem::take(&mut book.latencies)).unwrap_or_default()
    }

    /// Load mode: what went wrong: calls refused, messages that answer nothing, answers that are not right.
    pub fn load_faults(&self) -> Vec<String> {
        let state = self.world.lock();
        let (astray, wrong) = state.load.as_ref().map_or((0, 0), |book| (book.astray, book.wrong));
        let refused = state.refusals.iter().map(|(method, why)| format!("{method} refused: {}", why.description));
        let counted = [(astray, "messages that answer nothing"), (wrong, "answers that are not right")];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        refused.chain(counted.map(|(count, what)| format!("{count} {what}"))).collect()
    }

    /// Waits for the bot's first poll; when it came.
    pub async fn first_poll(&self) -> Instant {
        self.world.expect("first getUpdates", |state| state.first_poll).await
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.go_down();
        self.server.abort();
        if !self.checked && !std::thread::panicking() && self.world.lock().load.is_none() {
            self.check();
        }
    }
}
