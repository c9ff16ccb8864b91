//! A provider is out of order for ten minutes while a thousand checks come in: it is left alone meanwhile, and when it
//! is back all are answered, oldest first, no faster than Telegram takes it.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use ceknomor::clock::Clock;
use chrono::TimeDelta;

use crate::{
    bot_api::{Call, Fault, InChat, Quotable, Reply, Talk},
    scene::Scene,
};

/// Agents in private chats of their own, and two more in a group.
const IN_PRIVATE: usize = 38;
const IN_GROUP: usize = 2;
/// Checks of each: more do not wait in one lane.
const EACH: usize = 25;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// Too short for the machine to do all that is due, and long enough for it.
const SHORT: Duration = Duration::from_millis(25);
const LONG: Duration = Duration::from_millis(300);

/// The waiting checks, and what became of them.
struct Backlog {
    /// The number that each notice is about and the order in which it was asked, by chat and message.
    waiting: HashMap<(i64, i64), (usize, String)>,
    /// In the order in which the answers came: who was asked as the how many-th, and in which chat.
    answered: Vec<(usize, i64)>,
}

impl Backlog {
    /// Has everyone ask while nobody answers; each is told so at once.
    async fn gather(agents: &[Talk]) -> Self {
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
async fn a_thousand_that_waited_for_ten_minutes_are_answered_oldest_first_within_the_limits() {
    let mut scene = Scene::new().await;
    scene.patience = Some(TimeDelta::minutes(60));
    let members = [scene.telegram.user("Sari"), scene.telegram.user("Dewi")];
    let group = scene.telegram.supergroup("Agen Jaya", &members.each_ref());
    scene.admit(&group);
    let mut agents: Vec<Talk> =
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
        // Once they are answered, for as long as it takes to see that the bot keeps itself to what is allowed.
        let is_watched = (1..=150).contains(&backlog.answered.len());
        pass(&scene, SECOND, if is_watched { LONG } else { SHORT }).await;
        backlog.hear(scene.telegram.take_edits());
        assert!(scene.clock.now() - back < TimeDelta::minutes(40), "{} still wait", backlog.waiting.len());
    }
    check_pace(&scene.telegram.calls("editMessageText"));
    // Those of the group have to be spaced, those of the slow chats had to wait.
    let is_usual = |chat: i64| chat > 0 && !slow.contains(&chat);
    let overtaken = backlog.most_overtaken(is_usual);
    assert!(overtaken <= 64, "one was answered before {overtaken} older ones");
    for agent in &agents[..IN_PRIVATE] {
        let overtaken = backlog.most_overtaken(|chat| chat == agent.chat_id());
        assert_eq!(overtaken, 0, "one agent's answers keep their order");
    }
    scene.end(bot).await;
}

/// Telegram's limits: 30 in any second, one a second in a private chat, 20 a minute in a group.
fn check_pace(calls: &[Call]) {
    let most = calls.iter().map(|call| within(calls, call, SECOND)).max();
    assert!(most <= Some(30), "{most:?} in one second");
    let mut chats: BTreeMap<i64, Vec<Call>> = BTreeMap::new();
    calls.iter().for_each(|call| chats.entry(call.chat.unwrap()).or_default().push(call.clone()));
    for (chat, calls) in chats {
        let (time, allowed) = if chat < 0 { (TimeDelta::minutes(1), 20) } else { (SECOND, 1) };
        let most = calls.iter().map(|call| within(&calls, call, time)).max();
        assert!(most <= Some(allowed), "{most:?} in chat {chat} within {time}");
    }
}

/// How many calls there are from `first` on within `time`.
fn within(calls: &[Call], first: &Call, time: TimeDelta) -> usize {
    calls.iter().filter(|call| call.time >= first.time && call.time - first.time < time).count()
}
