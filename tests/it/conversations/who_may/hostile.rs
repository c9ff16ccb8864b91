//! What somebody tries who may not: data of buttons that is made up, commands that another wrote, rights that are over.

use chrono::TimeDelta;
use serde_json::json;

use super::{super::CHECK, CHANNEL, ask, greeted};
use crate::{
    scene::Scene,
    telegram::{InChat, content},
};

const NOTHING_WAITS: &str = "Tidak ada cek Anda yang sedang menunggu di sini.";

#[tokio::test]
async fn a_check_that_waits_is_cancelled_by_its_own_agent_in_its_own_chat_alone() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let (budi, sari) = (scene.agent("Budi"), scene.agent("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    let (budis, saris) = (greeted(&budi).await, greeted(&sari).await);
    scene.klikoo.set_down(true);
    let notice = ask(&budi.in_group(&group), CHECK).await;
    let data = notice.data("✋ Batal").to_owned();
    let anothers = notice.press_data(&data, &sari).await.alert().await;
    assert!(anothers.text.starts_with("Tombol ini untuk agen yang bertanya."), "{anothers:?}");
    let forged = data.replace(&format!(":{}", budi.id()), &format!(":{}", sari.id()));
    assert_ne!(data, forged);
    assert_eq!(notice.press_data(&forged, &sari).await.alert().await.text, NOTHING_WAITS, "with her own id");
    let in_private = saris.said_by_bot_before("⏳").press_data(&forged, &sari).await;
    assert_eq!(in_private.alert().await.text, NOTHING_WAITS, "from another chat");
    let elsewhere = budis.said_by_bot_before("⏳").press_data(&data, &budi).await;
    assert_eq!(elsewhere.alert().await.text, NOTHING_WAITS, "his own, from another chat");
    notice.press_data(&data, &budi).await.alert().await;
    assert!(notice.edited().await.text().starts_with("✋ Dibatalkan: "));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_is_opened_by_no_forged_button_where_each_sees_their_own() {
    let mut scene = Scene::new().await;
    let (owner, budi, sari) = (scene.owner("Ibu Bos"), scene.agent("Budi"), scene.agent("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    ask(&owner.in_group(&group), "/atur lihat sendiri").await;
    let live = ask(&budi.in_group(&group), "/cek PLN20 00000000001\nPLN20 00000000503").await;
    let list = loop {
        let edited = live.edited().await;
        if !edited.buttons().is_empty() && !edited.text().contains(['▓', '░']) {
            break edited;
        }
    };
    let files = list.data("⬇ Unduh (Excel, CSV)").to_owned();
    let again = list.data("🔁 Ulangi yang gagal (1)").to_owned();
    let asked = scene.klikoo.calls().inquiries;
    let of = |data: &str| data.replace(&format!(":{}", budi.id()), &format!(":{}", sari.id()));
    let said = list.press_data(&of(&again), &sari).await.alert().await;
    assert!(said.text.starts_with("Tombol ini sudah tidak berlaku."), "{said:?}");
    let turned = of(&files).replace("f:", "l:");
    let (kind, owner_id) = turned.rsplit_once(':').unwrap();
    let said = list.press_data(&format!("{kind}:0:{owner_id}"), &sari).await.alert().await;
    assert!(said.text.starts_with("Tombol ini sudah tidak berlaku."), "{said:?}");
    list.press_data(&of(&files), &sari).await.alert().await;
    let said = sari.in_group(&group).reply().await;
    assert!(said.text().starts_with("Tombol ini sudah tidak berlaku."), "{said:?}");
    assert_eq!(scene.klikoo.calls().inquiries, asked);
    scene.end(bot).await;
}

#[tokio::test]
async fn an_admin_who_is_none_any_more_presses_old_buttons_in_vain() {
    let mut scene = Scene::new().await;
    let (owner, sari, budi) = (scene.owner("Ibu Bos"), scene.agent("Sari"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, saris, budis) = (greeted(&owner).await, greeted(&sari).await, greeted(&budi).await);
    let step = |letter: &str, of: u64, by: u64| format!("gp:{letter}:{of}:0:{by}");
    let old = bos.said_by_bot_before("Kartu");
    old.press_data(&step("a", sari.id(), owner.id()), &owner).await;
    old.edited().await;
    assert!(saris.reply().await.text().starts_with("⭐"));
    let list = ask(&saris, "/agen").await;
    list.press("Budi", &sari).await;
    let card = list.edited().await;
    let invites = ask(&saris, "/undang").await;
    old.press_data(&step("C", sari.id(), owner.id()), &owner).await;
    old.edited().await;
    for data in card.all_data().into_iter().chain(invites.all_data()) {
        let said = card.press_data(data, &sari).await.alert().await;
        assert_eq!(said.text, "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.", "{data}");
    }
    old.press_data(&step("H", sari.id(), owner.id()), &owner).await;
    old.edited().await;
    assert!(saris.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    for data in card.all_data() {
        let said = card.press_data(data, &sari).await.alert().await;
        assert!(said.text.starts_with("🔒 Bot cek nomor pelanggan ini"), "{data}: {said:?}");
    }
    assert!(ask(&budis, CHECK).await.text().starts_with("✅ PLN"), "nothing was done to him");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_invitation_that_is_forwarded_to_the_bot_is_not_used() {
    let mut scene = Scene::new().await;
    let (owner, agus) = (scene.owner("Ibu Bos"), scene.telegram.user("Agus"));
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let made = ask(&bos, "/undang").await;
    let link = made.text().lines().find(|line| line.starts_with("https://")).unwrap().to_owned();
    let start = format!("/start {}", link.split_once("?start=").unwrap().1);
    let chat = agus.in_private();
    chat.sends(content::forwarded(owner.id(), "Ibu Bos", &start)).await;
    assert!(chat.reply().await.text().starts_with("🔒 Bot cek nomor pelanggan ini"));
    assert!(ask(&chat, &start).await.text().starts_with("✅ Anda sudah terdaftar."), "its one use is left");
    assert!(bos.reply().await.text().starts_with("🎟"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_post_of_a_channel_is_passed_over() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let bot = scene.start();
    let bos = greeted(&owner).await;
    let chat = json!({ "id": CHANNEL, "type": "channel", "title": "Saluran" });
    for typed in [CHECK, "/id", "/start", "/saldo"] {
        let post = json!({ "message_id": 5, "date": 1_800_000_000, "chat": chat, "sender_chat": chat, "text": typed });
        scene.telegram.push_update("channel_post", &post);
        scene.telegram.push_update("edited_channel_post", &post);
        // As no update of today looks.
        scene.telegram.push_update("message", &post);
        scene.telegram.push_update("edited_message", &post);
    }
    bos.silence_until("/id").await;
    assert_eq!(scene.klikoo.calls().inquiries, 0);
    assert!(scene.telegram.calls("sendMessage").iter().all(|call| call.chat == Some(bos.chat_id())));
    scene.end(bot).await;
}
