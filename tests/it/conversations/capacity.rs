//! More is asked than can be asked of Klikoo, or told to Telegram, at once: it waits, and no answer is a false one.

use std::{collections::HashMap, time::Duration};

use ceknomor::value::Provider;
use chrono::TimeDelta;
use tokio::time::timeout;

use super::{as_time_passes, ask, body};
use crate::{
    scene::{Running, Scene},
    telegram::{Conversation, Fault, Gate, Reply, Sent},
};

const BUSY: &str = "🙏 Bot sedang ramai. Coba lagi sebentar lagi.";
/// Longer than a test takes.
const LONG: Duration = Duration::from_secs(60);
/// Calls at one provider that the bot makes at once.
const AT_ONCE: u64 = 64;
const MANY: u64 = 300;

/// So many people who may check, each in private.
fn crowd(scene: &mut Scene, size: u64) -> Vec<Conversation> {
    (0..size).map(|number| scene.agent(&format!("Agen {number}")).in_private()).collect()
}

/// A check of DANA that nobody else in the crowd makes.
fn check(place: usize, ending: &str) -> String {
    format!("/cek DNOPEN 081000000{ending} {}", 20_000 + 1_000 * place)
}

/// Everyone asks, each something else.
async fn all_ask(crowd: &[Conversation], ending: &str) -> Vec<Sent> {
    let mut asked = Vec::new();
    for (place, agent) in crowd.iter().enumerate() {
        asked.push(agent.says(&check(place, ending)).await);
    }
    asked
}

/// Everyone reads the customer, asked for by all of them, as the first thing that the bot says.
async fn all_are_answered(crowd: &[Conversation], asked: &[Sent]) {
    for (agent, asked) in crowd.iter().zip(asked) {
        let reply = agent.reply().await;
        assert!(reply.answers(asked) && is_found(&reply), "{reply:?}");
    }
}

fn is_found(reply: &Reply) -> bool {
    reply.text().contains("✅ DANA") && reply.text().contains("BUDI CONTOH")
}

async fn patient() -> Scene {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::hours(12));
    scene
}

#[tokio::test]
async fn what_waited_at_telegram_for_an_hour_is_answered_however_much_it_is() {
    for is_patient in [true, false] {
        let mut scene = patient().await;
        scene.retry_window = scene.retry_window.filter(|_| is_patient);
        // Whoever has no other way to an answer waits for as long as it takes.
        scene.bounds.inquiry.wait = if is_patient { LONG } else { Duration::ZERO };
        let crowd = crowd(&mut scene, MANY);
        let asked = all_ask(&crowd, "001").await;
        scene.pass(TimeDelta::hours(1));
        scene.klikoo.hold();
        let bot = scene.start();
        scene.klikoo.arrived(AT_ONCE).await;
        scene.telegram.all_confirmed().await;
        assert_eq!(scene.klikoo.calls().inquiries, AT_ONCE, "the others wait for their turn");
        scene.klikoo.release();
        all_are_answered(&crowd, &asked).await;
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn what_a_kill_leaves_is_answered_however_much_it_is() {
    let mut scene = patient().await;
    scene.bounds.inquiry.wait = LONG;
    let crowd = crowd(&mut scene, MANY);
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = all_ask(&crowd, "001").await;
    scene.klikoo.arrived(AT_ONCE).await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;

    // Now they wait for their turn longer than anybody else would.
    scene.bounds.inquiry.wait = Duration::ZERO;
    let bot = scene.start();
    scene.klikoo.arrived(2 * AT_ONCE).await;
    scene.klikoo.release();
    all_are_answered(&crowd, &asked).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_provider_that_hangs_leaves_the_checks_of_another_alone() {
    let mut scene = Scene::new().await;
    scene.bounds.inquiry.calls = 2;
    let crowd = crowd(&mut scene, 4 * Provider::ALL.len() as u64);
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    all_ask(&crowd, "408").await;
    scene.klikoo.arrived(2).await;
    scene.telegram.all_confirmed().await;
    for number in ["01105691111", "00000000002", "00000000003"] {
        assert!(ask(&budi, &format!("/cek PLN20 {number}")).await.text().starts_with("✅ PLN 20.000\n"));
    }
    assert_eq!(scene.klikoo.calls().inquiries, 2 + 3);
    bot.kill().await;
    scene.telegram.finish().await;
}

#[tokio::test]
async fn whose_turn_does_not_come_is_told_so_and_asked_for_later() {
    let mut scene = patient().await;
    (scene.bounds.inquiry.calls, scene.bounds.inquiry.wait) = (1, Duration::ZERO);
    let (sari, dewi) = (scene.agent("Sari").in_private(), scene.agent("Dewi").in_private());
    let bot = scene.start();
    scene.klikoo.hold();
    let first = sari.says(&check(0, "001")).await;
    scene.klikoo.arrived(1).await;
    let notice = ask(&dewi, &check(1, "001")).await;
    assert!(notice.text().starts_with("⏳ Belum ada jawaban dari DANA."), "{notice:?}");
    scene.klikoo.release();
    let reply = sari.reply().await;
    assert!(reply.answers(&first) && is_found(&reply), "{reply:?}");
    assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    scene.end(bot).await;
}

#[tokio::test]
async fn with_no_room_left_anywhere_the_answer_is_that_the_bot_is_busy() {
    let mut scene = patient().await;
    (scene.bounds.inquiry.calls, scene.bounds.inquiry.wait) = (1, Duration::ZERO);
    scene.bounds.jobs.waiting = 1;
    let [sari, dewi, budi] = ["Sari", "Dewi", "Budi"].map(|name| scene.agent(name).in_private());
    let bot = scene.start();
    scene.klikoo.hold();
    let first = sari.says(&check(0, "001")).await;
    scene.klikoo.arrived(1).await;
    let notice = ask(&dewi, &check(1, "001")).await;
    assert!(notice.text().starts_with("⏳ "), "{notice:?}");

    // Late as it is, it does not begin with an apology: it is no answer.
    let gate = Gate::default();
    scene.telegram.fail_next_in(&budi, "sendMessage", Fault::Held(gate.clone()));
    budi.says("/produk maxim").await;
    scene.telegram.called("sendMessage", 2).await;
    let asked = budi.says(&check(2, "001")).await;
    scene.telegram.all_confirmed().await;
    scene.pass(TimeDelta::minutes(3));
    gate.open();
    assert!(budi.reply().await.text().contains("MAX5000"));
    let told = budi.reply().await;
    assert!(told.answers(&asked) && told.text() == BUSY, "{told:?}");

    scene.klikoo.release();
    let reply = sari.reply().await;
    assert!(reply.answers(&first), "{reply:?}");
    assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    assert!(is_found(&ask(&budi, &check(2, "001")).await), "there is room again");
    scene.end(bot).await;
}

#[tokio::test]
async fn with_no_room_to_wait_for_a_silent_provider_it_is_told_at_once_that_there_is_no_answer() {
    let mut scene = patient().await;
    scene.bounds.jobs.waiting = 2;
    let agents = crowd(&mut scene, 3);
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let mut notices = Vec::new();
    for (place, agent) in agents.iter().enumerate() {
        notices.push(ask(agent, &check(place, "001")).await);
    }
    let last = notices.pop().unwrap();
    assert!(last.text().starts_with("⏳ Sampai 14:05 WIB DANA belum menjawab."), "{last:?}");
    scene.klikoo.set_down(false);
    for notice in &notices {
        assert!(is_found(&as_time_passes(&scene, notice.edited()).await), "the others wait on");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn with_as_many_jobs_open_as_may_be_the_next_message_stays_at_telegram() {
    let mut scene = Scene::new().await;
    scene.bounds.jobs.open = 2;
    let [sari, dewi, budi] = ["Sari", "Dewi", "Budi"].map(|name| scene.agent(name).in_private());
    scene.klikoo.hold();
    let bot = scene.start();
    let asked = [sari.says(&check(0, "001")).await, dewi.says(&check(1, "001")).await];
    scene.klikoo.arrived(2).await;
    let waiting = budi.says("/produk maxim").await;
    // By the time that typing shows, he would have been answered long ago.
    sari.typing().await;
    assert!(scene.telegram.calls("sendMessage").is_empty());
    scene.klikoo.release();
    all_are_answered(&[sari, dewi], &asked).await;
    assert!(budi.reply().await.answers(&waiting));
    scene.end(bot).await;
}

#[tokio::test]
async fn sends_that_hang_leave_room_for_what_comes_in() {
    let mut scene = Scene::new().await;
    scene.bounds.limits.calls = 2;
    let crowd = crowd(&mut scene, 6);
    let bot = scene.start();
    scene.telegram.first_poll().await;
    let gates: Vec<Gate> = crowd.iter().map(|_| Gate::default()).collect();
    gates.iter().for_each(|gate| scene.telegram.fail_next("sendMessage", Fault::Held(gate.clone())));
    let asked = all_ask(&crowd, "001").await;
    scene.telegram.all_confirmed().await;
    for (ended, gate) in gates.iter().enumerate() {
        let most = crowd.len().min(ended + 2);
        assert_eq!(scene.telegram.called("sendMessage", most).await.len(), most, "two are under way");
        gate.open();
    }
    all_are_answered(&crowd, &asked).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn typing_shows_in_so_many_chats_and_takes_up_no_more_of_what_telegram_allows() {
    let mut scene = Scene::new().await;
    let crowd = crowd(&mut scene, 70);
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = all_ask(&crowd, "001").await;
    // Where it shows for the second time everywhere, it has long been tried in the chats where it does not.
    let (mut calls, mut shown) = (2 * 64, HashMap::new());
    while shown.len() < 64 || shown.values().any(|times| *times < 2) {
        let all = scene.telegram.called("sendChatAction", calls).await;
        (calls, shown) = (all.len() + 1, HashMap::new());
        all.iter().for_each(|call| *shown.entry(call.chat).or_insert(0) += 1);
    }
    assert_eq!(shown.len(), 64);
    scene.klikoo.release();
    all_are_answered(&crowd, &asked).await;
    scene.end(bot).await;
}

/// Two whose checks are under way or wait for their turn, and two whose answers are on their way or wait for a line.
async fn stuck(scene: &mut Scene) -> (Running, Vec<(Conversation, Sent)>) {
    (scene.bounds.inquiry.calls, scene.bounds.limits.calls) = (1, 1);
    let chats = crowd(scene, 4);
    let bot = scene.start();
    scene.telegram.first_poll().await;
    scene.telegram.fail_next("sendMessage", Fault::Held(Gate::default()));
    let mut all = vec![(chats[0].clone(), chats[0].says(&check(0, "001")).await)];
    scene.telegram.called("sendMessage", 1).await;
    all.push((chats[1].clone(), chats[1].says(&check(1, "001")).await));
    scene.klikoo.arrived(2).await;
    scene.klikoo.hold();
    all.push((chats[2].clone(), chats[2].says(&check(2, "001")).await));
    scene.klikoo.arrived(3).await;
    all.push((chats[3].clone(), chats[3].says(&check(3, "001")).await));
    scene.telegram.all_confirmed().await;
    (bot, all)
}

#[tokio::test]
async fn a_stop_ends_in_time_whatever_hangs_and_whoever_waits_and_the_next_start_answers() {
    let mut scene = patient().await;
    scene.bounds.jobs.grace = Duration::from_millis(100);
    let (bot, asked) = stuck(&mut scene).await;
    timeout(Duration::from_secs(10), bot.stop()).await.expect("it stops by itself");
    assert_eq!(scene.telegram.calls("sendMessage").len(), 1);
    scene.klikoo.release();
    let bot = scene.start();
    for (agent, asked) in &asked {
        let reply = agent.reply().await;
        assert!(reply.answers(asked) && is_found(&reply), "{reply:?}");
    }
    assert!(body(&ask(&asked[0].0, "/cek PLN20 01105691111").await)[1].contains("BAHARRUDIN1"));
    scene.end(bot).await;
}
