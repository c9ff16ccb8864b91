//! `/riwayat kata`: a check is found again by product, provider, name, digits, day, and agent.

use chrono::TimeDelta;

use super::{ask, unpaced};
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply},
};

const NONE: &str = "Tidak ada cek yang cocok. Coba /riwayat pln, /riwayat kemarin, atau sebagian nama atau nomornya.";

/// What was found, each as `PRODUCT NUMBER`, from the top.
fn found(page: &Reply) -> Vec<String> {
    let entries = page.text().lines().filter_map(|line| line.split_once(':')?.1.split_once(' '));
    entries.map(|(_, check)| check.to_owned()).collect()
}

/// Three checks: two of the day before, one of today.
async fn check_some(scene: &Scene, chat: &Conversation) {
    ask(chat, "/cek PLN20 01105691111").await;
    ask(chat, "/cek OVO10 0817345544").await;
    scene.pass(TimeDelta::days(1));
    ask(chat, "/cek PLN50 00000000404").await;
}

#[tokio::test]
async fn a_check_is_found_by_whatever_an_agent_remembers() {
    let mut scene = Scene::new().await;
    scene.sell(
        "[[product]]\ncode = \"PLN50\"\nname = \"PLN 50.000\"\nprovider = \"PLN\"\nbuying = 50250\nselling = 50500\n",
    );
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    check_some(&scene, &budi).await;
    let (pln20, ovo, pln50) = ("PLN20 01105691111", "OVO10 0817345544", "PLN50 00000000404");
    for (typed, expected) in [
        ("pln", vec![pln50, pln20]),
        ("listrik", vec![pln50, pln20]),
        ("PLN20", vec![pln20]),
        ("baharruddin", vec![]),
        ("baharr", vec![ovo, pln20]),
        ("345", vec![ovo]),
        ("0817-345-544", vec![ovo]),
        ("+62 817345544", vec![ovo]),
        ("PLN20.01105691111", vec![pln20]),
        ("hari ini", vec![pln50]),
        ("kemarin", vec![ovo, pln20]),
        ("22/11", vec![ovo, pln20]),
        ("22 Nov", vec![ovo, pln20]),
        ("23 november 2026", vec![pln50]),
        ("21/11", vec![]),
        ("ovo kemarin", vec![ovo]),
        ("pln hari ini 404", vec![pln50]),
    ] {
        let page = ask(&budi, &format!("/riwayat {typed}")).await;
        assert_eq!(found(&page), expected, "{typed}: {}", page.text());
        assert_eq!(page.text() == NONE, expected.is_empty(), "{typed}");
    }
    ask(&budi, "/bahasa en").await;
    assert!(
        ask(&budi, "/riwayat yesterday pln").await.text().starts_with("Checks found\n\n22 Nov 2026\n✅ 14:05 PLN20")
    );
    scene.end(bot).await;
}

#[tokio::test]
async fn what_was_found_is_paged_over_a_restart_and_belongs_to_the_one_who_asked() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    for n in 1..=12 {
        ask(&chat, &format!("/cek PLN20 {n:011}")).await;
        ask(&chat, "/cek OVO10 0817345544").await;
    }
    let page = ask(&chat, "/riwayat pln").await;
    bot.stop().await;

    let bot = scene.start();
    assert_eq!((found(&page).len(), page.buttons()), (10, vec!["Lebih lama ▶"]));
    let alert = page.press("Lebih lama ▶", &sari).await.alert().await;
    assert!(alert.text.starts_with("Tombol ini untuk agen"));
    page.press("Lebih lama ▶", &budi).await;
    let older = page.edited().await;
    assert_eq!(found(&older), ["PLN20 00000000002", "PLN20 00000000001"]);
    older.press("◀ Lebih baru", &budi).await;
    assert_eq!(found(&older.edited().await), found(&page));

    scene.pass(TimeDelta::days(8));
    let alert = page.press("Lebih lama ▶", &budi).await.alert().await;
    assert_eq!(alert.text, "Tombol ini sudah tidak berlaku. Ketik /cek atau /riwayat lagi.");
    scene.end(bot).await;
}

#[tokio::test]
async fn groups_read_who_asked_and_search_by_it() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    ask(&budi.in_group(&group), "/cek PLN20 01105691111").await;
    ask(&sari.in_group(&group), "/cek OVO10 0817345544").await;
    let chat = budi.in_group(&group);
    let expected = "Riwayat cek\n\n22 Nov 2026\n✅ 14:05 OVO10 0817345544\nBAHARRUDIN1 · Rp73.500 · Sari\n\
                    ✅ 14:05 PLN20 01105691111\nBAHARRUDIN1 · R1/2200VA · Rp20.546 · Budi";
    assert_eq!(ask(&chat, "/riwayat").await.text(), expected);
    assert_eq!(found(&ask(&chat, "/riwayat sari").await), ["OVO10 0817345544"]);
    assert_eq!(found(&ask(&chat, &format!("/riwayat {}", budi.id())).await), ["PLN20 01105691111"]);
    assert!(found(&ask(&chat, "/riwayat sari pln").await).is_empty());
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_is_asked_again_and_again_is_one_line() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for _ in 0..3 {
        ask(&budi, "PLN20 01105691111").await;
    }
    ask(&budi, "PLN20 00000000404").await;
    ask(&budi, "PLN20 01105691111").await;
    let expected = "Riwayat cek\n\n22 Nov 2026\n✅ 14:05 PLN20 01105691111\nBAHARRUDIN1 · R1/2200VA · Rp20.546\n\
                    ❌ 14:05 PLN20 00000000404\ntidak ditemukan\n\
                    ✅ 14:05 PLN20 01105691111 3x\nBAHARRUDIN1 · R1/2200VA · Rp20.546";
    assert_eq!(ask(&budi, "/riwayat").await.text(), expected);
    scene.end(bot).await;
}

#[tokio::test]
async fn checks_that_wait_stand_on_top() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.bounds.limits = unpaced();
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "PLN20 01105691111").await;
    let waits = ask(&budi, "OVO10 081000000503").await;
    let expected = "Riwayat cek\n\n⏳ 14:05 OVO10 081000000503\nmenunggu jawaban\n\n22 Nov 2026\n\
                    ✅ 14:05 PLN20 01105691111\nBAHARRUDIN1 · R1/2200VA · Rp20.546";
    assert_eq!(ask(&budi, "/riwayat").await.text(), expected);
    assert_eq!(found(&ask(&budi, "/riwayat ovo").await), ["OVO10 081000000503"]);
    assert_eq!(found(&ask(&budi, "/riwayat pln").await), ["PLN20 01105691111"]);
    ask(&budi, "/batal").await;
    waits.edited().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_that_is_searched_for_is_not_kept() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "PLN20 01105691111").await;
    let asked = budi.says("/riwayat PLN20.01105691111.246813").await;
    let page = budi.reply().await;
    assert!(page.text().contains("🔐 Jangan kirim PIN!"), "{page:?}");
    assert_eq!(found(&page), ["PLN20 01105691111"]);
    budi.deleted(&asked).await;
    // Digits alone may be a PIN or a part of a number: they are kept where they are one.
    assert_eq!(found(&ask(&budi, "/riwayat 5691").await), ["PLN20 01105691111"]);
    assert_eq!(ask(&budi, "/riwayat 246813").await.text(), NONE);
    bot.stop().await;
    assert!(!scene.has_on_disk(b"246813"));
    scene.telegram.finish().await;
}
