//! People who may not check: one polite line in private, silence in groups, and the ids to hand to the owner.

use ceknomor::{
    access::{Access, Lists},
    bot::Limits,
    value::ChatId,
};

use super::{ask, body};
use crate::{
    scene::Scene,
    telegram::{Conversation, Fault, Gate, InChat},
};

#[tokio::test]
async fn in_private_a_stranger_gets_one_polite_line_with_the_own_id() {
    let mut scene = Scene::new().await;
    scene.owner("Ibu Bos");
    let bot = scene.start();
    for typed in ["/start", "/cek PLN20 01105691111", "PLN20 01105691111", "/produk", "/riwayat", "/bahasa en", "halo"]
    {
        let agus = scene.telegram.user("Agus");
        let chat = agus.in_private();
        let line = format!("🔒 Bot cek nomor pelanggan ini khusus agen terdaftar. ID Anda: {}", agus.id());
        let told = ask(&chat, typed).await;
        assert_eq!((told.text(), told.buttons()), (&*line, vec!["🙋 Minta akses"]), "{typed:?}");
        // Once: what follows is no news. Who begins anew is told again.
        chat.says("/cek PLN20 01105691111").await;
        chat.says("halo?").await;
        assert_eq!(chat.silence_until("/start").await.text(), line);
    }
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    scene.end(bot).await;
}

#[tokio::test]
async fn in_a_group_that_is_not_admitted_strangers_meet_one_line_and_silence() {
    let mut scene = Scene::new().await;
    let (owner, agus) = (scene.owner("Ibu Bos"), scene.telegram.user("Agus"));
    let group = scene.telegram.supergroup("Grup lain", &[&owner, &agus]);
    let bot = scene.start();
    ask(&owner.in_private(), "/start").await;
    let chat = agus.in_group(&group);
    chat.says("/start").await;
    assert_eq!(chat.reply().await.text(), "Menunggu persetujuan pemilik bot.");
    owner.in_private().reply().await;
    for typed in
        ["/start", "/cek PLN20 01105691111", "/produk", "@ceknomor_bot PLN20 01105691111", "/saldo@ceknomor_bot"]
    {
        chat.says(typed).await;
    }
    let ids = chat.silence_until("/id").await;
    assert_eq!(ids.text(), format!("ID Anda: {}\nID obrolan ini: {}", agus.id(), group.id()));
    assert_eq!(body(&ask(&owner.in_group(&group), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn ids_are_shown_to_anyone() {
    let scene = Scene::new().await;
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let ids = ask(&agus.in_private(), "/id").await;
    assert_eq!(ids.text(), format!("ID Anda: {0}\nID obrolan ini: {0}", agus.id()));
    assert!(ids.html().contains(&format!("<code>{}</code>", agus.id())), "tap-to-copy");
    scene.end(bot).await;
}

#[tokio::test]
async fn members_of_a_listed_group_may_check_inside_it_and_nowhere_else() {
    let mut scene = Scene::new().await;
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.supergroup("Agen Jaya", &[&sari]);
    let other = scene.telegram.supergroup("Grup lain", &[&sari]);
    scene.admit(&group);
    let bot = scene.start();
    assert_eq!(body(&ask(&sari.in_group(&group), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert!(ask(&sari.in_private(), "/cek PLN20 01105691111").await.text().starts_with("🔒"));
    sari.in_group(&other).says("/cek PLN20 01105691111").await;
    assert_eq!(sari.in_group(&other).reply().await.text(), "Menunggu persetujuan pemilik bot.");
    sari.in_group(&other).silence_until("/id").await;
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

/// An agent checks while strangers flood the bot and Telegram takes nothing that is meant for them.
async fn an_agent_is_answered_meanwhile(mut scene: Scene, flood: Vec<Conversation>, typed: &str, times: usize) {
    let budi = scene.agent("Budi").in_private();
    let hangs = Gate::default();
    for chat in &flood {
        // What is typed, and in a group the line that it waits, in either order.
        for _ in 0..=times {
            scene.telegram.fail_next_in(chat, "sendMessage", Fault::Held(hangs.clone()));
        }
    }
    for _ in 0..times {
        for chat in &flood {
            chat.says(typed).await;
        }
    }
    is_answered_first(&scene, &budi).await;
}

/// Starts the bot on what waits for it: the agent, who asks last, is answered before the strangers are.
async fn is_answered_first(scene: &Scene, budi: &Conversation) {
    let asked = budi.says("/cek PLN20 01105691111").await;
    let bot = scene.start();
    let answer = budi.reply().await;
    assert!(answer.answers(&asked) && body(&answer)[1] == "BAHARRUDIN1", "{answer:?}");
    let sent = scene.telegram.calls("sendMessage");
    let before = sent.iter().take_while(|call| call.body["chat_id"] != budi.chat_id()).count();
    assert!(before < Limits::default().strangers, "{before} strangers came before the agent");
    scene.telegram.forget_faults();
    bot.kill().await;
}

#[tokio::test]
async fn one_stranger_with_many_groups_delays_no_agent() {
    let scene = Scene::new().await;
    let agus = scene.telegram.user("Agus");
    let group = |number| scene.telegram.supergroup(&format!("Grup {number}"), &[&agus]);
    let flood = (0..150).map(|number| agus.in_group(&group(number))).collect();
    an_agent_is_answered_meanwhile(scene, flood, "/id", 2).await;
}

/// An owner to whom the bot may write.
async fn greeted_owner(scene: &mut Scene) -> Conversation {
    let bos = scene.owner("Ibu Bos").in_private();
    let bot = scene.start();
    ask(&bos, "/start").await;
    bot.stop().await;
    bos
}

#[tokio::test]
async fn many_strangers_who_ask_for_access_delay_no_agent_and_are_twenty_cards() {
    let mut scene = Scene::new().await;
    let bos = greeted_owner(&mut scene).await;
    let budi = scene.agent("Budi").in_private();
    let (mut presses, mut flood) = (Vec::new(), Vec::new());
    for number in 0..600 {
        let stranger = scene.telegram.user(&format!("Orang {number}"));
        let chat = stranger.in_private();
        chat.says("halo").await;
        scene.telegram.fail_next_in(&chat, "sendMessage", Fault::Held(Gate::default()));
        flood.push(chat.chat_id());
        let line = chat.said_by_bot_before("🔒 Bot ini khusus agen");
        presses.push(line.press_data(&format!("ga:1:{}", stranger.id()), &stranger).await);
    }
    is_answered_first(&scene, &budi).await;
    presses.iter().for_each(|press| drop(press.alert_by_now()));
    scene.telegram.forget_presses();
    let cards = bos.heard_by_now();
    assert!(cards.len() <= 20 && cards.iter().all(|card| card.text().starts_with("🙋 Orang")), "{cards:?}");
    let access = Access::new(Lists::default(), scene.store(), scene.clock.clone());
    let mut waiting = 0;
    for chat in flood {
        waiting += usize::from(access.requests.of(ChatId(chat)).await.unwrap().is_some());
    }
    assert_eq!(waiting, 20, "no row is kept for those who were told to come later");
}

#[tokio::test]
async fn many_groups_that_take_the_bot_in_delay_no_agent_and_are_ten_cards() {
    let mut scene = Scene::new().await;
    let bos = greeted_owner(&mut scene).await;
    let (budi, agus) = (scene.agent("Budi").in_private(), scene.telegram.user("Agus"));
    for number in 0..300 {
        let group = scene.telegram.foreign_group(&format!("Grup {number}"), &[&agus]);
        scene.telegram.fail_next_in(&group, "sendMessage", Fault::Held(Gate::default()));
        group.adds_bot(&agus);
    }
    is_answered_first(&scene, &budi).await;
    let cards = bos.heard_by_now();
    assert!(cards.len() <= 10 && cards.iter().all(|card| card.text().starts_with("👥 Bot dimasukkan")), "{cards:?}");
}

#[tokio::test]
async fn many_strangers_who_write_once_delay_no_agent() {
    let scene = Scene::new().await;
    let flood = (0..600).map(|number| scene.telegram.user(&format!("Orang {number}")).in_private()).collect();
    an_agent_is_answered_meanwhile(scene, flood, "halo", 1).await;
}
