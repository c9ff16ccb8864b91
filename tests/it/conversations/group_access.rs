//! Groups take the bot in: owners decide, members wait, administrators set the language, and a supergroup keeps what
//! the group had.

use std::time::Duration;

use ceknomor::value::ChatId;
use chrono::TimeDelta;
use serde_json::json;

use super::{
    CHECK, ask, body,
    coming::{answered_and_killed, asked_before},
    greeted,
};
use crate::{
    scene::Scene,
    telegram::{Conversation, Fault, Gate, Group, InChat, Reply, User, content},
};

const WAITS: &str = "Menunggu persetujuan pemilik bot.";
const WORKS: &str = "✅ Bot aktif di grup ini. Coba: /cek PLN20 01105691111";

/// A member adds the bot to a group: the card that the owner gets.
async fn added(group: &Group, by: &User, owner: &Conversation) -> Reply {
    group.adds_bot(by);
    assert_eq!(by.in_group(group).reply().await.text(), WAITS);
    owner.reply().await
}

#[tokio::test]
async fn a_group_works_once_an_owner_says_so() {
    let mut scene = Scene::new().await;
    let (ibu, pak) = (scene.owner("Ibu Bos"), scene.owner("Pak Bos"));
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("<b>Agen Jaya", &[&sari]);
    let bot = scene.start();
    let (ibus, paks, chat) = (greeted(&ibu).await, greeted(&pak).await, sari.in_group(&group));
    let card = added(&group, &sari, &ibus).await;
    let other = paks.reply().await;
    let text = format!(
        "👥 Bot dimasukkan ke grup <b>Agen Jaya\nID {}\nOleh Sari ({})\nTanpa jawaban selama sehari, bot keluar sendiri.",
        group.id(),
        sari.id()
    );
    assert_eq!((card.text(), card.buttons()), (&*text, vec!["✅ Aktifkan", "Keluar"]));
    for typed in [CHECK, "/start", "/agen", "/bahasa en"] {
        chat.says(typed).await;
    }
    chat.silence_until("/id").await;
    card.press("✅ Aktifkan", &ibu).await;
    assert!(card.edited().await.text().ends_with("\n✅ Diaktifkan oleh Ibu Bos"));
    assert!(other.edited().await.text().ends_with("\n✅ Diaktifkan oleh Ibu Bos"));
    assert_eq!(chat.reply().await.text(), WORKS);
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    let late = other.press("Keluar", &pak).await.alert().await;
    assert_eq!(late.text, "✅ Diaktifkan oleh Ibu Bos");
    bot.stop().await;
    let bot = scene.start();
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_that_was_activated_by_a_press_that_was_killed_is_told() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Agen Jaya", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let card = added(&group, &sari, &bos).await;
    answered_and_killed(&scene, bot, &owner, ChatId(group.id())).await;
    let bot = scene.start();
    card.press("✅ Aktifkan", &owner).await;
    assert!(card.edited().await.text().ends_with("\n✅ Diaktifkan oleh Ibu Bos"));
    assert_eq!(sari.in_group(&group).reply().await.text(), WORKS);
    bos.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn an_owner_sends_the_bot_out_and_nobody_else_brings_it_back_that_day() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Lain", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let card = added(&group, &sari, &bos).await;
    card.press("Keluar", &owner).await;
    assert!(card.edited().await.text().ends_with("\n✖️ Bot dikeluarkan oleh Ibu Bos"));
    group.bot_left().await;
    group.adds_bot(&sari);
    scene.telegram.called("leaveChat", 2).await;
    group.bot_left().await;
    // An owner brings it in at once.
    group.adds_bot(&owner);
    assert_eq!(sari.in_group(&group).reply().await.text(), WORKS);
    assert_eq!(body(&ask(&sari.in_group(&group), CHECK).await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_bot_leaves_a_group_to_which_nobody_says_yes_for_a_day_over_a_restart_too() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Lain", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let card = added(&group, &sari, &bos).await;
    bot.stop().await;
    scene.clock.advance(TimeDelta::hours(23));
    let bot = scene.start();
    sari.in_group(&group).says("/start").await;
    bos.silence_until("/id").await;
    assert!(scene.telegram.calls("leaveChat").is_empty());
    bot.stop().await;
    scene.clock.advance(TimeDelta::hours(1));
    let bot = scene.start();
    sari.in_group(&group).says("/start").await;
    group.bot_left().await;
    let late = card.press("✅ Aktifkan", &owner).await.alert().await;
    assert_eq!(late.text, "Ini sudah dijawab, atau sudah tidak berlaku.");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_in_which_the_bot_was_before_is_asked_about_when_somebody_speaks() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.supergroup("Lama", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let chat = sari.in_group(&group);
    chat.says(CHECK).await;
    assert_eq!(chat.reply().await.text(), WAITS);
    assert!(bos.reply().await.text().starts_with("👥 Bot dimasukkan ke grup Lama"));
    chat.says(CHECK).await;
    chat.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_flood_of_groups_is_ten_cards_an_hour() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let groups: Vec<Group> =
        (0..3).map(|number| scene.telegram.foreign_group(&format!("Grup {number}"), &[&agus])).collect();
    // In this hour owners had nine cards already.
    asked_before(&scene, -9..0).await;
    let bot = scene.start();
    let bos = greeted(&owner).await;
    for (number, group) in groups.iter().enumerate() {
        group.adds_bot(&agus);
        assert_eq!(agus.in_group(group).reply().await.text(), WAITS);
        if number == 0 {
            assert!(bos.reply().await.text().starts_with("👥"));
        }
    }
    bos.silence_until("/id").await;
    // It leaves them all the same, and owners read how many they were.
    scene.clock.advance(TimeDelta::days(1));
    agus.in_group(&groups[0]).says("/start").await;
    scene.telegram.called("leaveChat", 3).await;
    assert!(bos.reply().await.text().contains("dan 3 grup"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_that_removed_the_bot_has_to_be_admitted_anew() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Agen Jaya", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    group.adds_bot(&owner);
    assert_eq!(sari.in_group(&group).reply().await.text(), WORKS);
    group.removes_bot(&sari);
    added(&group, &sari, &bos).await;
    sari.in_group(&group).says(CHECK).await;
    sari.in_group(&group).silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn owners_see_the_groups_and_close_one() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let listed = scene.telegram.supergroup("Terdaftar", &[&sari]);
    let group = scene.telegram.foreign_group("Agen Jaya", &[&sari]);
    scene.admit(&listed);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    group.adds_bot(&owner);
    sari.in_group(&group).reply().await;
    let list = ask(&bos, "/grup").await;
    let lines = [
        "Grup (2)".to_owned(),
        format!("{0} {0} · aktif, dari .env", listed.id()),
        format!("Agen Jaya {} · aktif", group.id()),
    ];
    assert_eq!(list.text(), lines.join("\n"));
    list.press("Tutup Agen Jaya", &owner).await;
    let question = list.edited().await;
    assert!(question.text().starts_with("Tutup grup Agen Jaya?"), "{question:?}");
    question.press("Ya", &owner).await;
    assert!(list.edited().await.text().ends_with("· ditutup"));
    group.bot_left().await;
    assert_eq!(body(&ask(&sari.in_group(&listed), CHECK).await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_supergroup_keeps_what_the_group_had() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.group("Agen Jaya", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    sari.in_group(&group).says("/start").await;
    sari.in_group(&group).reply().await;
    let card = bos.reply().await;
    card.press("✅ Aktifkan", &owner).await;
    card.edited().await;
    sari.in_group(&group).reply().await;
    let new = group.becomes_supergroup();
    assert_eq!(body(&ask(&sari.in_group(&new), CHECK).await)[1], "BAHARRUDIN1");
    bos.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn nobody_but_telegram_says_that_a_group_has_another_id() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let agus = scene.telegram.user("Agus");
    let admitted = scene.telegram.group("Agen Jaya", &[]);
    scene.admit(&admitted);
    let foreign = scene.telegram.supergroup("Lain", &[&agus]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let chat = agus.in_group(&foreign);
    let key = "migrate_from_chat_id";
    // A reply to a message that says so, one that is forwarded, and one that has words besides.
    let said = chat.sends(json!({ "text": "halo", key: admitted.chat_id() })).await;
    chat.replies_to(&said, CHECK).await;
    assert_eq!(chat.reply().await.text(), WAITS);
    bos.reply().await;
    let mut forwarded = content::forwarded(agus.id(), "Agus", CHECK);
    forwarded[key] = admitted.chat_id().into();
    chat.sends(forwarded).await;
    chat.sends(json!({ "text": "/cek@ceknomor_bot PLN20 01105691111", key: admitted.chat_id() })).await;
    chat.says(CHECK).await;
    chat.silence_until("/id").await;
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    scene.end(bot).await;
}

#[tokio::test]
async fn administrators_of_a_group_set_its_language_and_others_do_not() {
    let mut scene = Scene::new().await;
    let (sari, dewi) = (scene.telegram.user("Sari"), scene.telegram.user("Dewi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&sari, &dewi]);
    scene.admit(&group);
    group.promotes(&dewi, true);
    let bot = scene.start();
    let (member, admin) = (sari.in_group(&group), dewi.in_group(&group));
    assert_eq!(ask(&member, "/bahasa en").await.text(), "🔒 Hanya admin grup yang bisa mengubah ini.");
    assert_eq!(ask(&admin, "/bahasa en").await.text(), "✅ This chat is now answered in English.");
    assert!(ask(&group.as_anonymous_admin(), "/bahasa id").await.text().starts_with("✅ Oke"));
    // What Telegram said holds for five minutes.
    let asked = scene.telegram.calls("getChatMember").len();
    group.promotes(&dewi, false);
    assert!(ask(&admin, "/bahasa id").await.text().starts_with("✅ Oke"));
    assert_eq!(scene.telegram.calls("getChatMember").len(), asked);
    scene.clock.advance(TimeDelta::minutes(5));
    assert_eq!(ask(&admin, "/bahasa en").await.text(), "🔒 Hanya admin grup yang bisa mengubah ini.");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_channel_is_left_at_once() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let channel = scene.telegram.foreign_group("Saluran", &[]);
    let member = |status: &str| json!({ "user": { "id": 7_000_000_001_u64, "is_bot": true, "first_name": "B" }, "status": status });
    scene.telegram.push_update(
        "my_chat_member",
        &json!({
            "chat": { "id": channel.id(), "type": "channel", "title": "Saluran" },
            "from": { "id": owner.id(), "is_bot": false, "first_name": "Ibu Bos" },
            "date": 1_800_000_000,
            "old_chat_member": member("left"),
            "new_chat_member": member("administrator"),
        }),
    );
    scene.telegram.called("leaveChat", 1).await;
    scene.telegram.refused("leaveChat", "kicked").await;
    bos.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn an_administrator_is_not_taken_for_another_while_telegram_does_not_say() {
    let mut scene = Scene::new().await;
    let (owner, dewi) = (scene.owner("Ibu Bos"), scene.telegram.user("Dewi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &dewi]);
    group.promotes(&dewi, true);
    scene.admit(&group);
    let bot = scene.start();
    let (bos, admin) = (greeted(&owner).await, dewi.in_group(&group));
    scene.telegram.fail_next("getChatMember", Fault::RetryAfter(2));
    let unasked = ask(&admin, "/atur lihat sendiri").await;
    assert!(unasked.text().contains("belum bisa menanyakan ke Telegram"), "{unasked:?}");
    let audit = ask(&bos, "/audit").await;
    assert!(!audit.text().contains("ditolak"), "{audit:?}");
    assert!(ask(&admin, "/atur lihat sendiri").await.text().contains("Pengaturan"));
    scene.end(bot).await;
}

#[tokio::test]
async fn nobody_waits_while_telegram_does_not_say_who_administrates_another_group() {
    let mut scene = Scene::new().await;
    let (owner, dewi) = (scene.owner("Ibu Bos"), scene.agent("Dewi"));
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    ask(&owner.in_group(&group), "/atur lihat sendiri").await;
    let gate = Gate::default();
    scene.telegram.fail_next("getChatMember", Fault::Held(gate.clone()));
    sari.in_group(&group).says("/riwayat 123456").await;
    // The message is taken in and confirmed, and so is another's, before Telegram says anything.
    scene.telegram.all_confirmed().await;
    assert_eq!(body(&ask(&dewi.in_private(), CHECK).await)[1], "BAHARRUDIN1");
    assert!(sari.in_group(&group).reply().await.text().starts_with("Tidak ada cek yang cocok"));
    gate.open();
    scene.end(bot).await;
}

#[tokio::test]
async fn a_supergroup_is_no_stranger_whenever_telegram_tells_what_group_it_was() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.group("Agen Jaya", &[&sari]);
    scene.admit(&group);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    ask(&sari.in_group(&group), CHECK).await;
    let new = group.becomes_supergroup_unheard();
    new.tells_of_coming();
    let chat = sari.in_group(&new);
    assert_eq!(chat.reply().await.text(), WAITS);
    let card = bos.reply().await;
    // What is said there before the bot has read of the move is answered, too.
    group.tells_of_move(&new);
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    let moved = card.edited().await;
    assert!(moved.text().contains("menjadi supergrup") && moved.buttons().is_empty(), "{moved:?}");
    assert!(!ask(&bos, "/grup").await.text().contains("menunggu"));
    card.press("Keluar", &owner).await.alert().await;
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn nothing_is_said_of_a_supergroup_that_turns_out_to_be_known_in_the_next_moment() {
    let mut scene = Scene::new().await;
    scene.bounds.limits.arrival_pause = Duration::from_secs(5);
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.group("Agen Jaya", &[&sari]);
    scene.admit(&group);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let new = group.becomes_supergroup_unheard();
    // By itself, as the end of a long poll is, or with a webhook.
    new.tells_of_coming();
    scene.telegram.all_confirmed().await;
    ask(&bos, CHECK).await;
    group.tells_of_move(&new);
    let chat = sari.in_group(&new);
    assert_eq!(body(&ask(&chat, CHECK).await)[1], "BAHARRUDIN1");
    // A group of nobody's that comes later is spoken of when both have been looked at again.
    let other = scene.telegram.foreign_group("Lain", &[&sari]);
    other.adds_bot(&sari);
    assert_eq!(sari.in_group(&other).reply().await.text(), WAITS);
    assert!(bos.reply().await.text().contains("Lain"));
    assert!(!ask(&bos, "/grup").await.text().contains("Agen Jaya"));
    chat.silence_until("/id").await;
    scene.end(bot).await;
}

/// A group that was admitted by its first id and is a supergroup by now.
async fn moved(scene: &mut Scene, owner: &User, by: &User) -> (Group, Group) {
    let group = scene.telegram.group("Agen Jaya", &[by]);
    scene.admit(&group);
    let bot = scene.start();
    greeted(owner).await;
    let new = group.becomes_supergroup();
    ask(&by.in_group(&new), CHECK).await;
    bot.stop().await;
    (group, new)
}

/// Closes the one group that there is.
async fn closes(owner: &User) {
    let list = ask(&owner.in_private(), "/grup").await;
    let label = list.buttons()[0].to_owned();
    list.press(&label, owner).await;
    let question = list.edited().await;
    question.press("Ya", owner).await;
    assert!(question.edited().await.text().contains("ditutup"));
}

#[tokio::test]
async fn a_group_that_is_listed_by_its_new_id_is_closed_for_good() {
    let mut scene = Scene::new().await;
    let (owner, sari) = (scene.owner("Ibu Bos"), scene.telegram.user("Sari"));
    let (group, new) = moved(&mut scene, &owner, &sari).await;
    scene.dismiss(&group);
    scene.admit(&new);
    let bot = scene.start();
    closes(&owner).await;
    new.bot_left().await;
    scene.telegram.refused("leaveChat", "upgraded to a supergroup").await;
    new.adds_bot(&sari);
    new.bot_left().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_supergroup_is_left_by_the_id_that_it_has_now_after_a_restart_too() {
    let mut scene = Scene::new().await;
    let (owner, sari) = (scene.owner("Ibu Bos"), scene.telegram.user("Sari"));
    let (_, new) = moved(&mut scene, &owner, &sari).await;
    let bot = scene.start();
    closes(&owner).await;
    new.bot_left().await;
    scene.telegram.refused("leaveChat", "upgraded to a supergroup").await;
    scene.end(bot).await;
}
