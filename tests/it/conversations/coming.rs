//! A stranger asks to be let in, or comes by an invitation; an owner answers by a button.

use std::sync::Arc;

use ceknomor::{
    access::{Access, AccessRequest, Lists, Person, Ruling, Standing},
    chat::{Action, Asker, Press},
    clock::Clock,
    value::{ChatId, UserId},
};
use chrono::TimeDelta;

use super::{ask, body, greeted};
use crate::{
    scene::{Running, Scene},
    telegram::{InChat, Reply, User},
};

const ASK: &str = "🙋 Minta akses";

/// Asks for access as a stranger.
async fn asks(stranger: &User) -> Reply {
    let offer = ask(&stranger.in_private(), "/start").await;
    let said = offer.press(ASK, stranger).await.alert().await;
    assert!(said.text.starts_with("✅ Permintaan Anda sudah dikirim"), "{said:?}");
    offer
}

#[tokio::test]
async fn a_stranger_asks_and_one_of_two_owners_lets_them_in() {
    let mut scene = Scene::new().await;
    let (ibu, pak) = (scene.owner("Ibu Bos"), scene.owner("Pak Bos"));
    let agus = scene.telegram.user("<b>Agus");
    let bot = scene.start();
    let (ibus, paks, chat) = (greeted(&ibu).await, greeted(&pak).await, agus.in_private());
    asks(&agus).await;
    let (card, other) = (ibus.reply().await, paks.reply().await);
    for card in [&card, &other] {
        assert_eq!(card.text(), format!("🙋 <b>Agus minta akses\nID {}\nBahasa Telegram: id", agus.id()));
        assert_eq!(card.buttons(), ["✅ Setujui", "Tolak", "⛔ Blokir"]);
    }
    card.press("✅ Setujui", &ibu).await;
    assert!(card.edited().await.text().ends_with("\n✅ Disetujui oleh Ibu Bos"));
    let replaced = other.edited().await;
    assert!(replaced.text().ends_with("\n✅ Disetujui oleh Ibu Bos") && replaced.buttons().is_empty(), "{replaced:?}");
    assert_eq!(chat.reply().await.text(), "✅ Anda sudah terdaftar. Coba: /cek PLN20 01105691111");
    assert_eq!(body(&ask(&chat, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    // Another owner, on the card as it was.
    let late = other.press("⛔ Blokir", &pak).await.alert().await;
    assert_eq!(late.text, "✅ Disetujui oleh Ibu Bos");
    assert_eq!(body(&ask(&chat, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

/// What a job does that is killed before anything of it is said: the owner's answer is kept, and whom it lets in.
pub(super) async fn answered_and_killed(scene: &Scene, bot: Running, owner: &User, chat: ChatId) {
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    let clock: Arc<dyn Clock> = scene.clock.clone();
    let here = ChatId(owner.in_private().chat_id());
    let asker = Asker { chat: here, here, user: UserId(owner.id()), asked: clock.now() };
    let press = Press { action: Action::Answer(Ruling::Approve, chat), owner: UserId(owner.id()) };
    scene.conversation(&scene.store(), &clock).press(&asker, Some(&press)).await;
}

#[tokio::test]
async fn who_was_let_in_by_a_press_that_was_killed_is_told_when_it_is_carried_out_again() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    asks(&agus).await;
    let card = bos.reply().await;
    answered_and_killed(&scene, bot, &owner, ChatId(agus.in_private().chat_id())).await;
    let bot = scene.start();
    card.press("✅ Setujui", &owner).await;
    assert!(card.edited().await.text().ends_with("\n✅ Disetujui oleh Ibu Bos"));
    let told = agus.in_private().reply().await;
    assert_eq!(told.text(), "✅ Anda sudah terdaftar. Coba: /cek PLN20 01105691111");
    bos.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn whom_an_owner_adds_by_a_message_that_was_killed_is_told_when_it_is_carried_out_again() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    ask(&agus.in_private(), "/start").await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    {
        let access = Access::new(Lists::default(), scene.store(), scene.clock.clone());
        let (standing, since) = (Standing::Agent, scene.clock.now());
        let kept = Person { standing, name: "Agus".to_owned(), since, by: None, untold: true };
        access.people.change_person(UserId(agus.id()), |_| Some(kept.clone())).await.unwrap();
    }
    let bot = scene.start();
    for _ in 0..2 {
        assert!(ask(&bos, &format!("/agen tambah {}", agus.id())).await.text().contains(&agus.id().to_string()));
    }
    assert!(agus.in_private().reply().await.text().starts_with("✅ Anda sudah terdaftar."));
    scene.end(bot).await;
}

#[tokio::test]
async fn one_request_is_open_at_a_time_and_owners_are_reminded_once_a_day() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let offer = asks(&agus).await;
    bos.reply().await;
    let again = "Permintaan Anda sudah diteruskan ke pemilik bot. Tunggu jawabannya di sini ya.";
    for _ in 0..2 {
        assert_eq!(offer.press(ASK, &agus).await.alert().await.text, again);
    }
    bos.silence_until("/id").await;
    bot.stop().await;
    scene.clock.advance(TimeDelta::days(1));
    let bot = scene.start();
    offer.press(ASK, &agus).await.alert().await;
    assert!(bos.reply().await.text().starts_with("🙋 Agus minta akses"), "a reminder, over a restart too");
    assert_eq!(offer.press(ASK, &agus).await.alert().await.text, again);
    scene.end(bot).await;
}

#[tokio::test]
async fn who_is_refused_is_told_once_and_may_ask_again_the_next_day() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let offer = asks(&agus).await;
    let card = bos.reply().await;
    card.press("Tolak", &owner).await;
    assert!(card.edited().await.text().ends_with("\n✖️ Ditolak oleh Ibu Bos"));
    let told = agus.in_private().reply().await;
    assert_eq!(told.text(), "🙏 Maaf, permintaan akses Anda belum disetujui. Anda boleh minta lagi besok.");
    let said = offer.press(ASK, &agus).await.alert().await;
    assert!(said.text.starts_with("🙏 Permintaan Anda belum disetujui."), "{said:?}");
    scene.clock.advance(TimeDelta::days(1));
    offer.press(ASK, &agus).await.alert().await;
    assert!(bos.reply().await.text().starts_with("🙋 Agus minta akses"));
    scene.end(bot).await;
}

#[tokio::test]
async fn who_is_blocked_meets_silence_everywhere() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let group = scene.telegram.supergroup("Agen Jaya", &[&agus]);
    scene.admit(&group);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let link = link(&ask(&bos, "/undang 5").await);
    let offer = asks(&agus).await;
    let card = bos.reply().await;
    card.press("⛔ Blokir", &owner).await;
    assert!(card.edited().await.text().ends_with("\n⛔ Diblokir oleh Ibu Bos"));
    for typed in ["/start", "/id", "/cek PLN20 01105691111", &*format!("/start {link}")] {
        agus.in_private().says(typed).await;
        agus.in_group(&group).says(typed).await;
    }
    let pressed = offer.press(ASK, &agus).await.alert().await;
    assert_eq!(pressed.text, "", "its button stops waiting, without a word");
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    // Whatever it had said besides would be unread.
    scene.end(bot).await;
}

#[tokio::test]
async fn a_forged_answer_lets_nobody_in() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let (agus, budi) = (scene.telegram.user("Agus"), scene.agent("Budi"));
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let offer = asks(&agus).await;
    let card = bos.reply().await;
    let forged = |by: &User| format!("gd:y:{}:{}", agus.id(), by.id());
    let own = offer.press_data(&forged(&agus), &agus).await.alert().await;
    assert!(own.text.starts_with("🔒 Bot cek nomor pelanggan ini"), "{own:?}");
    let hello = ask(&budi.in_private(), "/start").await;
    let by_agent = hello.press_data(&forged(&budi), &budi).await.alert().await;
    assert_eq!(by_agent.text, "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.");
    let as_owner = hello.press_data(card.data("✅ Setujui"), &budi).await.alert().await;
    assert_eq!(as_owner.text, "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.");
    let never_asked = card.press_data(&format!("gd:y:{}:{}", budi.id(), owner.id()), &owner).await.alert().await;
    assert_eq!(never_asked.text, "Ini sudah dijawab, atau sudah tidak berlaku.");
    assert!(ask(&agus.in_private(), "/start").await.text().starts_with("🔒"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_flood_of_requests_is_a_bounded_number_of_cards() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let (agus, sari) = (scene.telegram.user("Agus"), scene.telegram.user("Sari"));
    // In this hour owners had nineteen cards already.
    asked_before(&scene, 1..20).await;
    let bot = scene.start();
    let bos = greeted(&owner).await;
    asks(&agus).await;
    assert!(bos.reply().await.text().starts_with("🙋 Agus"));
    let offer = ask(&sari.in_private(), "/start").await;
    let said = offer.press(ASK, &sari).await.alert().await;
    assert_eq!(said.text, "🙏 Sedang banyak permintaan. Coba lagi nanti.");
    scene.clock.advance(TimeDelta::hours(1));
    offer.press(ASK, &sari).await.alert().await;
    assert!(bos.reply().await.text().starts_with("🙋 Sari"));
    scene.end(bot).await;
}

/// Chats of these ids asked just now, owners had a card of each, and refused it.
pub(super) async fn asked_before(scene: &Scene, ids: impl Iterator<Item = i64>) {
    let access = Access::new(Lists::default(), scene.store(), scene.clock.clone());
    for id in ids.map(ChatId) {
        let request = AccessRequest {
            here: id,
            name: "Orang".to_owned(),
            username: None,
            language: None,
            by: None,
            since: scene.clock.now(),
            told: None,
            cards: Vec::new(),
            answer: None,
        };
        access.requests.ask(id, request).await.unwrap();
        access.requests.answer(id, Ruling::Refuse, UserId(1)).await.unwrap();
    }
}

/// The token of the link in an answer to `/undang`.
fn link(reply: &Reply) -> String {
    let link = reply.text().lines().find(|line| line.starts_with("https://")).unwrap();
    link.strip_prefix("https://t.me/ceknomor_bot?start=").unwrap().to_owned()
}

const INVALID: &str = "Undangan ini sudah tidak berlaku.";

#[tokio::test]
async fn an_invitation_lets_in_as_many_as_it_says_and_owners_read_it_quietly() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let (agus, sari, dewi) = (scene.telegram.user("Agus"), scene.telegram.user("Sari"), scene.telegram.user("Dewi"));
    let budi = scene.agent("Budi");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let made = ask(&bos, "/undang 2 3 hari").await;
    assert!(made.text().starts_with("🎟 Undangan untuk 2 orang, berlaku sampai 25 Nov 2026, 14:05 WIB:\n"), "{made:?}");
    let start = format!("/start {}", link(&made));
    // An agent does not use it up.
    assert!(ask(&budi.in_private(), &start).await.text().starts_with("👋 Cek nomor"));
    for stranger in [&agus, &sari] {
        let chat = stranger.in_private();
        assert_eq!(ask(&chat, &start).await.text(), "✅ Anda sudah terdaftar. Coba: /cek PLN20 01105691111");
        let line = bos.reply().await;
        assert!(line.text().contains("masuk lewat undangan dari Ibu Bos"), "{line:?}");
        let sent = scene.telegram.calls("sendMessage");
        let told = sent.iter().rfind(|call| call.body["chat_id"] == owner.id()).unwrap();
        assert_eq!(told.body["disable_notification"], true);
        assert_eq!(body(&ask(&chat, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    }
    assert_eq!(ask(&dewi.in_private(), &start).await.text(), INVALID);
    bot.stop().await;
    assert!(!scene.has_on_disk(link(&made).as_bytes()), "only its hash is kept");
    let bot = scene.start();
    assert_eq!(ask(&dewi.in_private(), &start).await.text(), INVALID);
    assert_eq!(body(&ask(&agus.in_private(), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_invitation_whose_use_was_kept_before_a_kill_lets_the_same_person_in_by_it() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let (agus, sari) = (scene.telegram.user("Agus"), scene.telegram.user("Sari").in_private());
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let token = link(&ask(&bos, "/undang 1").await);
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    {
        let access = Access::new(Lists::default(), scene.store(), scene.clock.clone());
        access.invites.spend(&token, UserId(agus.id()), None).await.unwrap().unwrap();
    }
    let bot = scene.start();
    assert_eq!(ask(&sari, &format!("/start {token}")).await.text(), INVALID, "its only use is spent");
    let let_in = ask(&agus.in_private(), &format!("/start {token}")).await;
    assert_eq!(let_in.text(), "✅ Anda sudah terdaftar. Coba: /cek PLN20 01105691111");
    assert!(bos.reply().await.text().contains("masuk lewat undangan"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_revoked_an_expired_and_a_wrong_invitation_read_the_same() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus").in_private();
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let (first, second) = (ask(&bos, "/undang").await, ask(&bos, "/undang 5 2 jam").await);
    assert_eq!(second.buttons(), ["Cabut 1", "Cabut 2"]);
    let of_first = second.text().lines().position(|line| line.contains(&link(&first)[..8])).unwrap();
    let number = &second.text().lines().nth(of_first).unwrap()[..1];
    second.press(&format!("Cabut {number}"), &owner).await;
    let left = second.edited().await;
    assert!(left.text().starts_with("✅ Undangan dicabut."), "{left:?}");
    assert_eq!(left.buttons(), ["Cabut 1"]);
    let mut wrong = link(&second);
    let last = wrong.pop().unwrap();
    wrong.push(if last == 'A' { 'Q' } else { 'A' });
    for token in [link(&first), wrong, "xyz".to_owned(), "é".repeat(30)] {
        assert_eq!(ask(&agus, &format!("/start {token}")).await.text(), INVALID, "{token}");
    }
    scene.clock.advance(TimeDelta::hours(2));
    assert_eq!(ask(&agus, &format!("/start {}", link(&second))).await.text(), INVALID);
    assert!(ask(&bos, "/undang 200").await.text().starts_with("/undang untuk 1 orang"));
    scene.end(bot).await;
}

#[tokio::test]
async fn of_many_invitations_the_newest_are_shown() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let mut made = Vec::new();
    for _ in 0..12 {
        scene.clock.advance(TimeDelta::minutes(1));
        made.push(ask(&bos, "/undang").await);
    }
    let last = &made[11];
    assert_eq!(last.buttons().len(), 10);
    assert!(last.text().ends_with("\n… dan 2 undangan lain, yang lebih lama."), "{last:?}");
    for (number, shown) in [(0, false), (1, false), (2, true), (10, true)] {
        assert_eq!(last.text().contains(&link(&made[number])[..8]), shown, "{number}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn who_was_taken_off_does_not_come_back_by_an_older_invitation() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, agus.in_private());
    let start = format!("/start {}", link(&ask(&bos, "/undang 5").await));
    ask(&chat, &start).await;
    bos.reply().await;
    scene.clock.advance(TimeDelta::minutes(1));
    let found = ask(&bos, "/agen agus").await;
    found.press("Agus", &owner).await;
    let card = found.edited().await;
    card.press("🗑 Hapus", &owner).await;
    found.edited().await.press("Ya", &owner).await;
    found.edited().await;
    assert!(chat.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    assert_eq!(ask(&chat, &start).await.text(), INVALID);
    scene.clock.advance(TimeDelta::minutes(1));
    let start = format!("/start {}", link(&ask(&bos, "/undang").await));
    assert!(ask(&chat, &start).await.text().starts_with("✅ Anda sudah terdaftar."), "a newer one is meant for them");
    bos.reply().await;
    scene.end(bot).await;
}
