//! A provider is out of order for ten minutes while a thousand checks come in: it is left alone meanwhile, and when it
//! is back all are answered, oldest first. How late answers are paced is held by the tests of `bot/send`.

use std::{collections::HashMap, time::Duration};

use ceknomor::clock::Clock;
use chrono::TimeDelta;

use super::unpaced;
use crate::{
    scene::Scene,
    telegram::{Conversation, Fault, InChat, Quotable, Reply},
};

/// Agents in private chats of their own, and two more in a group.
const IN_PRIVATE: usize = 38;
const IN_GROUP: usize = 2;
/// Checks of each: more do not wait in one lane.
const EACH: usize = 25;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// A moment of the machine's, in which the bot does some of what is due.
const SHORT: Duration = Duration::from_millis(25);

/// The waiting checks, and what became of them.
struct Backlog {
    /// The number that each notice is about and the order in which it was asked, by chat and message.
    waiting: HashMap<(i64, i64), (usize, String)>,
    /// In the order in which the answers came: who was asked as the how many-th, and in which chat.
    answered: Vec<(usize, i64)>,
}

impl Backlog {
    /// Has everyone ask while nobody answers; each is told so at once.
    async fn gather(agents: &[Conversation]) -> Self {
        let mut waiting = HashMap::new();
        for round in 0..EACH {
            let mut asked = Vec::new();
            for (place, agent) in agents.iter().enumerate() {
                let order = round * agents.len() + place;
                let number = format!("00000000{:03}", 1 + order % 99);
                asked.push((order, agent.says(&format!("/cek PLN20 {number}")).await, number));
            }
            for agent in agents {
                let notice = agent.reply().await;
                let (order, _, number) = asked.iter().find(|(_, sent, _)| notice.answers(sent)).unwrap();
                assert!(notice.text().starts_with("⏳ ") && notice.text().contains(number.as_str()), "{notice:?}");
                waiting.insert((notice.chat_id(), notice.message_id()), (*order, number.clone()));
            }
        }
        Self { waiting, answered: Vec::new() }
    }

    fn hear(&mut self, edits: Vec<Reply>) {
        for edit in edits {
            let (order, number) = self.waiting.remove(&(edit.chat_id(), edit.message_id())).expect("answered once");
            let text = edit.text();
            assert!(text.starts_with("✅ PLN 20.000\n") && text.contains(&number), "{edit:?}");
            self.answered.push((order, edit.chat_id()));
        }
    }

    /// How many older ones were answered after each, at most; of those in `chats`.
    fn most_overtaken(&self, is_counted: impl Fn(i64) -> bool) -> usize {
        let order: Vec<usize> =
            self.answered.iter().filter(|(_, chat)| is_counted(*chat)).map(|(order, _)| *order).collect();
        let overtaken = |(place, this): (usize, &usize)| order[place..].iter().filter(|later| *later < this).count();
        order.iter().enumerate().map(overtaken).max().unwrap_or(0)
    }
}

/// Lets time pass, and stand still for a moment of the machine's, in which the bot does what is due.
async fn pass(scene: &Scene, time: TimeDelta, moment: Duration) {
    scene.pass(time);
    tokio::time::sleep(moment).await;
}

#[tokio::test]
async fn a_thousand_that_waited_for_ten_minutes_are_answered_oldest_first() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(60));
    scene.bounds.limits = unpaced();
    let members = [scene.telegram.user("Sari"), scene.telegram.user("Dewi")];
    let group = scene.telegram.supergroup("Agen Jaya", &members.each_ref());
    scene.admit(&group);
    let mut agents: Vec<Conversation> =
        (0..IN_PRIVATE).map(|number| scene.agent(&format!("Agen {number}")).in_private()).collect();
    agents.extend(members.iter().map(|member| member.in_group(&group)));
    assert_eq!(agents.len() * EACH, 1_000);
    assert_eq!(agents.len(), IN_PRIVATE + IN_GROUP);
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let mut backlog = Backlog::gather(&agents).await;

    let (asked, begun) = (scene.klikoo.calls().inquiries, scene.clock.now());
    while scene.clock.now() - begun < TimeDelta::minutes(10) {
        pass(&scene, TimeDelta::seconds(5), SHORT).await;
    }
    let probes = scene.klikoo.calls().inquiries - asked;
    assert!(probes <= 2 * 16, "a probe a minute, each sent twice, but there were {probes} calls");
    assert!(scene.telegram.calls("editMessageText").is_empty());

    // Telegram is short of breath, too.
    let slow = [agents[3].chat_id(), agents[17].chat_id()];
    for agent in [&agents[3], &agents[17]] {
        scene.telegram.fail_next_in(agent, "editMessageText", Fault::RetryAfter(1));
        scene.telegram.fail_next_in(agent, "editMessageText", Fault::ResetBefore);
    }
    scene.klikoo.set_down(false);
    let back = scene.clock.now();
    while !backlog.waiting.is_empty() {
        pass(&scene, SECOND, SHORT).await;
        backlog.hear(scene.telegram.take_edits());
        assert!(scene.clock.now() - back < TimeDelta::minutes(40), "{} still wait", backlog.waiting.len());
    }
    // Those of the slow chats had to wait.
    let is_usual = |chat: i64| chat > 0 && !slow.contains(&chat);
    let overtaken = backlog.most_overtaken(is_usual);
    assert!(overtaken <= 64, "one was answered before {overtaken} older ones");
    for agent in &agents[..IN_PRIVATE] {
        let overtaken = backlog.most_overtaken(|chat| chat == agent.chat_id());
        // The one that was asked last while the provider was down waits for its own pause, or until it is hastened.
        assert!(overtaken <= 1, "one agent's answers keep their order");
    }
    scene.end(bot).await;
}
