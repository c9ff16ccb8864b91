//! A check that takes its time: a ⏳ after some seconds with a button to stop it, and the answer where a phone rings.

use std::time::Duration;

use chrono::TimeDelta;

use super::{as_time_passes, ask};
use crate::scene::Scene;

async fn patient() -> Scene {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.bounds.jobs.notice_after = Duration::from_millis(300);
    scene
}

/// Its answer takes three seconds.
const SLOW: &str = "PLN20 00000000900";

#[tokio::test]
async fn a_slow_check_says_so_and_holds_up_nothing() {
    let mut scene = patient().await;
    let chat = scene.owner("Budi").in_private();
    let bot = scene.start();
    let notice = ask(&chat, SLOW).await;
    assert!(notice.text().starts_with("⏳ Belum ada jawaban dari PLN."), "{notice:?}");
    assert_eq!(notice.buttons(), ["✋ Batal"]);
    assert!(ask(&chat, "OVO10 0817345544").await.text().starts_with("✅ OVO 10.000"), "it is not held up");
    assert!(ask(&chat, "sudah?").await.text().contains("PLN20 00000000900"), "it is told what waits");
    assert!(notice.edited().await.text().starts_with("✅ PLN 20.000\nBUDI CONTOH\n"));
    assert_eq!(scene.klikoo.calls().inquiries, 2, "it was asked once");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_slow_check_is_stopped_by_its_button() {
    let mut scene = patient().await;
    let budi = scene.owner("Budi");
    let chat = budi.in_private();
    let bot = scene.start();
    let notice = ask(&chat, SLOW).await;
    assert!(ask(&chat, "/id").await.text().starts_with("ID Anda"), "it waits in the store by now");
    let press = notice.press("✋ Batal", &budi).await;
    assert_eq!(notice.edited().await.text(), "✋ Dibatalkan: /cek PLN20 00000000900");
    assert_eq!(press.alert().await.text, "✋ 1 cek yang menunggu dibatalkan.");
    bot.stop().await;
    let bot = scene.start();
    assert!(chat.silence_until("/riwayat").await.text().starts_with("Belum ada cek"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_slow_check_survives_a_kill() {
    let mut scene = patient().await;
    let chat = scene.owner("Budi").in_private();
    let bot = scene.start();
    let notice = ask(&chat, SLOW).await;
    // One agent's questions keep their order: with this one answered, that one waits in the store.
    assert!(ask(&chat, "/id").await.text().starts_with("ID Anda"));
    bot.kill().await;
    let bot = scene.start();
    let answer = as_time_passes(&scene, notice.edited()).await;
    assert!(answer.text().contains("BUDI CONTOH"), "{answer:?}");
    // A kill between an answer and the note that it was sent has it sent again.
    assert!(scene.telegram.take_replies().iter().all(|again| again.text().starts_with("ID Anda")));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_answer_after_a_long_wait_is_a_message_of_its_own() {
    let mut scene = patient().await;
    scene.bounds.jobs.long_wait = TimeDelta::seconds(30);
    let chat = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let notice = ask(&chat, "PLN20 01105691111").await;
    scene.pass(TimeDelta::seconds(31));
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, chat.reply()).await;
    assert!(answer.text().starts_with("✅ PLN 20.000\nBAHARRUDIN1\n"), "{answer:?}");
    assert_eq!(notice.edited().await.text(), "✅ Dijawab di bawah");
    scene.end(bot).await;
}
