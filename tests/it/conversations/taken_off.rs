//! Who is taken off gets nothing from the next moment on: what waits ends, and lists stop.

use std::time::Duration;

use chrono::TimeDelta;

use super::{ask, greeted};
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply, User},
};

const REVOKED: &str = "🔒 Akses Anda sudah dicabut.";

/// Removes Budi by the buttons of `/agen`.
async fn remove_budi(bos: &Conversation, owner: &User) {
    let list = ask(bos, "/agen budi").await;
    list.press("Budi", owner).await;
    list.edited().await.press("🗑 Hapus", owner).await;
    list.edited().await.press("Ya", owner).await;
    list.edited().await;
}

/// What a live message has become in the end.
async fn at_last(live: &Reply) -> String {
    loop {
        let edited = live.edited().await;
        if !edited.text().contains(['▓', '░']) {
            return edited.text().to_owned();
        }
    }
}

#[tokio::test]
async fn checks_that_wait_end_at_once_and_those_of_others_and_of_groups_do_not() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let (owner, budi, sari) = (scene.owner("Ibu Bos"), scene.agent("Budi"), scene.agent("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    let (bos, chat, saris) = (greeted(&owner).await, greeted(&budi).await, greeted(&sari).await);
    scene.klikoo.set_down(true);
    let waits = [
        ask(&chat, "/cek PLN20 01105691111").await,
        ask(&chat, "/cek PLN20 00000000001").await,
        ask(&saris, "/cek PLN20 00000000002").await,
        ask(&budi.in_group(&group), "/cek PLN20 00000000003").await,
    ];
    assert!(waits.iter().all(|notice| notice.text().starts_with("⏳ ")));
    remove_budi(&bos, &owner).await;
    for notice in &waits[..2] {
        assert_eq!(notice.edited().await.text(), REVOKED);
    }
    assert!(chat.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    let still = ask(&saris, "sudah?").await;
    assert!(still.text().contains("PLN20 00000000002"), "{still:?}");
    let still = ask(&budi.in_group(&group), "/riwayat").await;
    assert!(still.text().contains("menunggu jawaban"), "{still:?}");
    scene.klikoo.set_down(false);
    for notice in &waits[2..] {
        super::as_time_passes(&scene, notice.edited()).await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_that_runs_stops() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    // The second gets no answer.
    let live = ask(&chat, "PLN20 00000000001\nPLN20 00000000408").await;
    scene.klikoo.arrived(2).await;
    remove_budi(&bos, &owner).await;
    assert_eq!(at_last(&live).await, REVOKED);
    assert!(chat.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_takes_its_time_ends_at_once_and_its_answer_is_not_said() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.bounds.jobs.notice_after = Duration::ZERO;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    scene.klikoo.hold();
    let notice = ask(&chat, "/cek PLN20 01105691111").await;
    assert!(notice.text().starts_with("⏳ "), "{notice:?}");
    remove_budi(&bos, &owner).await;
    assert_eq!(notice.edited().await.text(), REVOKED);
    assert!(chat.reply().await.text().starts_with("🔒 Anda sudah tidak terdaftar"));
    scene.klikoo.release();
    // Whatever it said now would be unread.
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_is_being_asked_ends_at_once_and_says_so() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let bot = scene.start();
    let (bos, chat) = (greeted(&owner).await, greeted(&budi).await);
    scene.klikoo.hold();
    chat.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    remove_budi(&bos, &owner).await;
    let mut said = [chat.reply().await.text().to_owned(), chat.reply().await.text().to_owned()];
    said.sort_by_key(|text| *text != REVOKED);
    assert!(said[0] == REVOKED && said[1].starts_with("🔒 Anda sudah tidak terdaftar"), "{said:?}");
    scene.klikoo.release();
    // Whatever it said now would be unread.
    scene.end(bot).await;
}

#[tokio::test]
async fn what_waits_in_a_group_ends_when_the_group_is_closed() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let owner = scene.owner("Ibu Bos");
    let sari = scene.telegram.user("Sari");
    let group = scene.telegram.foreign_group("Agen Jaya", &[&sari]);
    let bot = scene.start();
    let bos = greeted(&owner).await;
    group.adds_bot(&owner);
    sari.in_group(&group).reply().await;
    scene.klikoo.set_down(true);
    let notice = ask(&sari.in_group(&group), "/cek PLN20 01105691111").await;
    let list = ask(&bos, "/grup").await;
    list.press("Tutup Agen Jaya", &owner).await;
    list.edited().await.press("Ya", &owner).await;
    list.edited().await;
    assert_eq!(notice.edited().await.text(), REVOKED);
    group.bot_left().await;
    scene.end(bot).await;
}
