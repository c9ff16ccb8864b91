//! Storms: agents ask, and cancel what waits, while providers go down and come back, answers come slowly or not at all,
//! Telegram fails, updates come twice and out of order, the clock jumps, and the bot is stopped and killed, in any
//! order. Then all is put right, time passes, and `ledger` sees whether everybody has what was promised.
//!
//! `STORM_SEED` repeats the steps of an earlier storm; how they fall in with the bot's own work differs from run to
//! run.

mod ledger;

use std::{
    env,
    ops::Range,
    time::{Duration, Instant},
};

use ceknomor::{clock::Clock, klikoo::Timeouts};
use chrono::TimeDelta;
use rand::{Rng, SeedableRng, rngs::StdRng};

use self::ledger::{Check, Ledger, PATIENCE};
use super::{as_time_passes, unpaced};
use crate::{
    scene::{Running, Scene},
    telegram::{Conversation, Fault, InChat},
};

/// The storms that always blow: in these a check is cancelled just while it is asked for. One that nobody has seen is
/// added in each run.
const KNOWN: [u64; 3] = [3, 4, 9];

const STEPS: usize = 60;

/// How long the bot may take until it does something.
const SILENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn whatever_fails_each_question_has_one_right_answer() {
    let given = env::var("STORM_SEED").ok().map(|seed| vec![seed.parse().expect("STORM_SEED is a number")]);
    let seeds = given.unwrap_or_else(|| KNOWN.into_iter().chain([rand::random()]).collect());
    let storms: Vec<_> = seeds.into_iter().map(|seed| (seed, tokio::spawn(blow(seed)))).collect();
    for (seed, storm) in storms {
        assert!(storm.await.is_ok(), "STORM_SEED={seed} repeats its steps");
    }
}

async fn blow(seed: u64) {
    let mut storm = Storm::gather(seed).await;
    for _ in 0..STEPS {
        storm.step().await;
        if storm.random.r#gen() {
            storm.listen().await;
        }
    }
    storm.outage().await;
    storm.calm().await;
    storm.end().await;
}

struct Storm {
    random: StdRng,
    scene: Scene,
    /// Some agents are in two chats, and some chats have two agents.
    conversations: Vec<Conversation>,
    bot: Option<Running>,
    ledger: Ledger,
}

impl Storm {
    async fn gather(seed: u64) -> Self {
        let mut scene = Scene::new().await;
        scene.retry_window = Some(PATIENCE);
        scene.bounds.limits = unpaced();
        scene.timeouts = Timeouts { check: Duration::from_millis(500), ..Timeouts::default() };
        let agents: Vec<_> = (1..=3).map(|number| scene.agent(&format!("Agen {number}"))).collect();
        let group = scene.telegram.supergroup("Agen Jaya", &[&agents[0], &agents[1]]);
        scene.admit(&group);
        let in_group = agents[..2].iter().map(|agent| agent.in_group(&group));
        let conversations = agents.iter().map(|agent| agent.in_private()).chain(in_group).collect();
        let bot = Some(scene.start());
        Self { random: StdRng::seed_from_u64(seed), ledger: Ledger::at(scene.clock.now()), scene, conversations, bot }
    }

    async fn step(&mut self) {
        match self.random.gen_range(0..100) {
            0..40 => self.ask().await,
            40..44 => self.ask_the_same_together().await,
            44..50 => self.cancel().await,
            50..58 => self.scene.klikoo.set_down(self.random.gen_ratio(2, 3)),
            58..60 => self.outage().await,
            60..63 => self.scene.klikoo.hold(),
            63..67 => self.scene.klikoo.release(),
            67..82 => self.jump(),
            82..90 => self.fail_one_call(),
            90..92 => self.lose_telegram().await,
            92..95 => self.scene.telegram.redeliver(),
            _ => self.restart().await,
        }
    }

    async fn ask(&mut self) {
        let (chat, check) = (self.any_conversation(), Check::any(&mut self.random));
        self.ledger.ask(chat, &self.conversations[chat], Some(check)).await;
    }

    async fn ask_the_same_together(&mut self) {
        let check = Check::any(&mut self.random);
        for (chat, place) in self.conversations.iter().enumerate() {
            self.ledger.ask(chat, place, Some(check)).await;
        }
    }

    async fn cancel(&mut self) {
        let chat = self.any_conversation();
        self.ledger.ask(chat, &self.conversations[chat], None).await;
    }

    fn any_conversation(&mut self) -> usize {
        self.random.gen_range(0..self.conversations.len())
    }

    /// A little forward, as time does, or up to a day either way.
    fn jump(&mut self) {
        let seconds = match self.random.gen_range(0..10) {
            0..6 => 1..200,
            6..8 => -4_000..0,
            8 => 0..86_400,
            _ => -86_400..0,
        };
        self.jump_by(seconds);
    }

    fn jump_by(&mut self, seconds: Range<i64>) {
        self.scene.pass(TimeDelta::seconds(self.random.gen_range(seconds)));
        self.ledger.time_is(self.scene.clock.now());
    }

    /// Leaves no provider that the bot does not know to be down, and puts the clock back. One check that waits will
    /// never be answered.
    async fn outage(&mut self) {
        self.scene.klikoo.set_down(true);
        let (chat, check) = (self.any_conversation(), Check::hopeless(&mut self.random));
        self.ledger.ask(chat, &self.conversations[chat], Some(check)).await;
        for _ in 0..12 {
            self.ask().await;
        }
        let deadline = Instant::now() + SILENCE;
        while self.ledger.owes_a_word() {
            assert!(Instant::now() < deadline, "somebody hears nothing");
            self.listen().await;
        }
        self.jump_by(-86_400..-4_000);
    }

    /// Plans one fault. What no call has met yet is forgotten: the bot pauses for longer after each fault in a row.
    fn fail_one_call(&mut self) {
        let (chat, telegram) = (self.any_conversation(), &self.scene.telegram);
        let fault = match self.random.gen_range(0..6) {
            0 => Fault::RetryAfter(1),
            1 => Fault::ServerError(500),
            2 => Fault::ResetBefore,
            3 => Fault::ResetAfter,
            4 => Fault::HalfBody,
            _ => Fault::Drip(Duration::from_millis(100)),
        };
        telegram.forget_faults();
        match self.random.gen_range(0..5) {
            0 => telegram.fail_next("getUpdates", fault),
            1 | 2 => telegram.fail_next_in(&self.conversations[chat], "editMessageText", fault),
            _ => {
                if matches!(fault, Fault::ResetAfter | Fault::HalfBody) {
                    self.ledger.excuse_one_double_in(self.conversations[chat].chat_id());
                }
                telegram.fail_next_in(&self.conversations[chat], "sendMessage", fault);
            }
        }
    }

    async fn lose_telegram(&mut self) {
        // So that the bot is past its start, and polls.
        self.ask().await;
        self.scene.telegram.all_confirmed().await;
        self.scene.telegram.go_down();
        self.ask().await;
        self.scene.telegram.lost("getUpdates").await;
        self.scene.telegram.come_up();
    }

    /// Ends the bot and starts it again; what is asked meanwhile may come to it in the reverse order.
    async fn restart(&mut self) {
        let (is_killed, is_muddled) = (self.random.gen_ratio(1, 2), self.random.gen_ratio(1, 2));
        if is_muddled {
            self.scene.telegram.all_confirmed().await;
        }
        let bot = self.bot.take().unwrap();
        if is_killed {
            bot.kill().await;
            // Each agent's last answer may have been taken by Telegram, and not struck from the journal.
            self.conversations.iter().for_each(|chat| self.ledger.excuse_one_double_in(chat.chat_id()));
        } else {
            // It would wait for each check that hangs.
            self.scene.klikoo.release();
            bot.stop().await;
        }
        if self.random.gen_ratio(1, 4) {
            // The host's clock alone, so that Klikoo refuses it.
            self.scene.clock.advance(TimeDelta::seconds(self.random.gen_range(-4_000..4_000)));
            self.ledger.time_is(self.scene.clock.now());
        }
        if is_muddled {
            let before = self.ledger.len();
            for _ in 0..3 {
                self.ask().await;
            }
            self.scene.telegram.reverse_pending();
            self.ledger.reverse_since(before);
        }
        self.bot = Some(self.scene.start());
    }

    /// Waits until the bot does something, if it owes somebody a word.
    async fn listen(&mut self) {
        let seen = self.scene.telegram.calls_so_far();
        self.ledger.hear(&self.scene.telegram);
        if self.ledger.owes_a_word() {
            let deadline = Instant::now() + SILENCE;
            assert!(self.scene.telegram.more_calls_than(seen, deadline).await, "the bot does nothing");
        }
    }

    /// Puts everything right, and lets time pass until nobody waits.
    async fn calm(&mut self) {
        self.scene.klikoo.release();
        self.scene.klikoo.set_down(false);
        self.scene.telegram.forget_faults();
        self.ledger.hear(&self.scene.telegram);
        self.ledger.begin_calm();
        for (chat, place) in self.conversations.iter().enumerate() {
            self.ledger.ask(chat, place, Some(Check::good(chat))).await;
        }
        as_time_passes(&self.scene, self.ledger.until_ended(&self.scene.telegram, |it| !it.is_hopeless())).await;
        self.scene.pass(PATIENCE);
        as_time_passes(&self.scene, self.ledger.until_ended(&self.scene.telegram, |_| true)).await;
    }

    async fn end(mut self) {
        self.bot.take().unwrap().stop().await;
        self.ledger.hear(&self.scene.telegram);
        let store = self.scene.store();
        assert_eq!(store.open_jobs().await.unwrap().0, [], "left in the queue");
        self.ledger.compare(&*store).await;
        // An edit that was taken and is sent again, because nobody could know.
        self.scene.telegram.forgive("message is not modified");
        self.scene.telegram.finish().await;
    }
}
