//! `/riwayat`: what was checked in a chat, newest first, ten on a page, kept over a restart.

use super::ask;
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply},
};

/// Makes checks of meters that end in 001 up to `count`.
async fn check_meters(chat: &Conversation, count: usize) {
    for n in 1..=count {
        ask(chat, &format!("/cek PLN20 {}", meter(n))).await;
    }
}

fn meter(n: usize) -> String {
    format!("{n:011}")
}

/// The numbers on a page, from the top.
fn numbers(page: &Reply) -> Vec<String> {
    let numbers = page.text().lines().filter_map(|line| line.split_once(" PLN20 "));
    numbers.map(|(_, number)| number.to_owned()).collect()
}

fn meters(range: impl DoubleEndedIterator<Item = usize>) -> Vec<String> {
    range.rev().map(meter).collect()
}

#[tokio::test]
async fn it_outlives_a_restart() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "PLN20 01105691111").await;
    bot.stop().await;

    let bot = scene.start();
    let history = ask(&budi, "/riwayat").await;
    assert_eq!(
        history.text(),
        "Riwayat cek\n\n22 Nov 2026\n✅ 14:05 PLN20 01105691111\nBAHARRUDIN1 · R1/2200VA · Rp20.546"
    );
    assert!(history.buttons().is_empty());
    scene.end(bot).await;
}

#[tokio::test]
async fn every_verdict_has_its_line() {
    let mut scene = Scene::new().await;
    scene.timeouts.check = std::time::Duration::from_secs(2);
    let owner = scene.owner("Ibu Bos");
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner.in_private(), "/start").await;
    for typed in [
        "OVO10 0817345544",
        "PLN20 00000000703",
        "PLN20 00000000404",
        "DNOPEN 081000000498 5rb",
        "PLN20 00000000525",
        "PLN20 00000000503",
        "PLN20 00000000408",
        "PLN20 00000000571",
        "PLN20 00000000422",
    ] {
        ask(&budi, typed).await;
    }
    for alert in ["🏷️ PLN20 ditolak", "🔧 Cek gagal"] {
        assert!(owner.in_private().reply().await.text().starts_with(alert));
    }
    let history = ask(&budi, "/riwayat").await;
    let lines: Vec<&str> = history.text().lines().skip(3).collect();
    let expected = [
        "⚠️ 14:05 PLN20 00000000422",
        "ditolak",
        "🔧 14:05 PLN20 00000000571",
        "dibenahi admin",
        "⏳ 14:05 PLN20 00000000408",
        "belum ada jawaban",
        "⚠️ 14:05 PLN20 00000000503",
        "gangguan",
        "⚠️ 14:05 PLN20 00000000525",
        "produk tidak bisa dicek",
        "⚠️ 14:05 DNOPEN 081000000498",
        "nominal terlalu kecil",
        "❌ 14:05 PLN20 00000000404",
        "tidak ditemukan",
        "✅ 14:05 PLN20 00000000703",
        "tanpa nama · R1M/900VA · Rp20.546",
        "✅ 14:05 OVO10 0817345544",
        "BAHARRUDIN1 · Rp73.500",
    ];
    assert_eq!(lines, expected);
    scene.end(bot).await;
}

#[tokio::test]
async fn pages_turn_in_place_both_ways() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let bot = scene.start();
    check_meters(&user.in_private(), 25).await;

    let page = ask(&user.in_private(), "/riwayat").await;
    assert_eq!(numbers(&page), meters(16..=25));
    assert_eq!(page.buttons(), ["Lebih lama ▶"]);
    page.press("Lebih lama ▶", &user).await;
    let page = page.edited().await;
    assert_eq!(numbers(&page), meters(6..=15));
    assert_eq!(page.rows(), [["◀ Lebih baru", "Lebih lama ▶"]]);
    page.press("Lebih lama ▶", &user).await;
    let page = page.edited().await;
    assert_eq!(numbers(&page), meters(1..=5));
    assert_eq!(page.buttons(), ["◀ Lebih baru"]);
    page.press("◀ Lebih baru", &user).await;
    let page = page.edited().await;
    assert_eq!(numbers(&page), meters(6..=15));
    page.press("◀ Lebih baru", &user).await;
    assert_eq!(numbers(&page.edited().await), meters(16..=25));
    scene.end(bot).await;
}

#[tokio::test]
async fn buttons_work_after_a_restart_and_after_new_checks() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let chat = user.in_private();
    let bot = scene.start();
    check_meters(&chat, 12).await;
    let page = ask(&chat, "/riwayat").await;
    bot.stop().await;

    let bot = scene.start();
    ask(&chat, "/cek PLN20 00000000013").await;
    page.press("Lebih lama ▶", &user).await;
    let older = page.edited().await;
    assert_eq!(numbers(&older), meters(1..=2));
    older.press("◀ Lebih baru", &user).await;
    let newer = older.edited().await;
    assert_eq!(numbers(&newer), meters(3..=12), "what came meanwhile is a page further");
    assert_eq!(newer.buttons(), ["◀ Lebih baru", "Lebih lama ▶"]);
    newer.press("◀ Lebih baru", &user).await;
    assert_eq!(numbers(&newer.edited().await), meters(4..=13), "the first page is a full one");
    scene.end(bot).await;
}

#[tokio::test]
async fn buttons_belong_to_the_one_who_asked() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    check_meters(&budi.in_group(&group), 11).await;
    let page = ask(&budi.in_group(&group), "/riwayat").await;

    let notice = page.press("Lebih lama ▶", &sari).await.alert().await;
    let expected = "Tombol ini untuk agen yang bertanya. Ketik /cek atau /riwayat sendiri ya.";
    assert!(notice.alert, "in a window of its own");
    assert_eq!(notice.text, expected);
    page.press("Lebih lama ▶", &budi).await;
    assert_eq!(numbers(&page.edited().await), meters(1..=1));
    scene.end(bot).await;
}

#[tokio::test]
async fn made_up_and_stale_buttons_do_no_harm() {
    let mut scene = Scene::new().await;
    let (user, agus) = (scene.owner("Budi"), scene.telegram.user("Agus"));
    let group = scene.telegram.supergroup("Grup lain", &[&user, &agus]);
    let bot = scene.start();
    check_meters(&user.in_group(&group), 1).await;
    let page = ask(&user.in_group(&group), "/riwayat").await;

    let id = user.id();
    let long = "x".repeat(64);
    for data in ["", "r:", "x:1", "r:?:1:1", "r:>:-1:1", "<b>", &long, &format!("r:>:99999999999999999999:{id}")] {
        let notice = page.press_data(data, &user).await.alert().await;
        assert_eq!(notice.text, "Tombol ini sudah tidak berlaku. Ketik /cek atau /riwayat lagi.", "{data:?}");
    }
    let stranger = page.press_data(&format!("r:>:9:{}", agus.id()), &agus).await.alert().await;
    assert!(stranger.text.starts_with("🔒 Bot cek nomor pelanggan ini khusus agen terdaftar."), "{stranger:?}");

    // The message is gone, and the press came late.
    user.in_group(&group).deletes(&page).await;
    assert_eq!(page.press_data(&format!("r:>:9:{id}"), &user).await.alert().await.text, "");
    scene.telegram.refused("editMessageText", "message to edit not found").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn each_chat_has_its_own() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&user]);
    let bot = scene.start();
    check_meters(&user.in_group(&group), 1).await;
    let empty = ask(&user.in_private(), "/riwayat").await;
    assert_eq!(empty.text(), "Belum ada cek di obrolan ini. Coba /cek PLN20 01105691111");
    assert_eq!(numbers(&ask(&user.in_group(&group), "/riwayat").await), meters(1..=1));
    scene.end(bot).await;
}

#[tokio::test]
async fn days_are_told_apart_and_hostile_names_stay_harmless() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let bot = scene.start();
    ask(&user.in_private(), "/cek PLN20 00000000705").await;
    scene.pass(chrono::TimeDelta::hours(10));
    ask(&user.in_private(), "/cek PLN20 00000000001").await;
    let history = ask(&user.in_private(), "/riwayat").await;
    assert_eq!(
        history.text(),
        "Riwayat cek\n\n23 Nov 2026\n✅ 00:05 PLN20 00000000001\nBUDI CONTOH · R1M/900VA · Rp20.546\n\n\
         22 Nov 2026\n✅ 14:05 PLN20 00000000705\n<b>BUDI</b> & _CONTOH_ *[x](y)` · R1/<i>900VA</i> · Rp20.546"
    );
    scene.end(bot).await;
}
