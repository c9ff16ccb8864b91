//! A part of the program that breaks costs one answer at most: never the chat, the others, or the process.

use std::sync::Arc;

use ceknomor::value::ChatId;
use chrono::TimeDelta;

use super::{ask, body};
use crate::{faulty_store::FaultyStore, scene::Scene};

const APOLOGY: &str = "😔 Maaf, ada kesalahan di bot ini saat menjawab. Silakan coba lagi.";
const TROUBLE: &str = "😔 Maaf, catatan sedang tidak bisa dibuka. Coba lagi sebentar lagi.";

fn panics_over_max5000() -> Arc<FaultyStore> {
    Arc::new(FaultyStore { panics_over: Some("MAX5000"), ..FaultyStore::default() })
}

#[tokio::test]
async fn a_job_that_panics_costs_an_apology() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let (budi, sari) = (budi.in_group(&group), sari.in_group(&group));
    let bot = scene.start_with(panics_over_max5000());

    for _ in 0..2 {
        assert_eq!(ask(&budi, "/cek MAX5000 00000000001").await.text(), APOLOGY);
        assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
        assert_eq!(body(&ask(&sari, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn reading_a_message_that_panics_costs_nobody_else_anything() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.agent("Budi"), scene.agent("Sari"));
    let panics_over_chat = i64::try_from(sari.id()).ok().map(ChatId);
    sari.in_private().says("/cek PLN20 00000000002").await;
    let asked = budi.in_private().says("/cek PLN20 01105691111").await;
    let bot = scene.start_with(Arc::new(FaultyStore { panics_over_chat, ..FaultyStore::default() }));
    assert!(budi.in_private().reply().await.answers(&asked));
    scene.telegram.all_confirmed().await;
    scene.end(bot).await;
}

#[tokio::test]
async fn messages_behind_a_panic_are_answered() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(panics_over_max5000());
    scene.klikoo.hold();
    let asked = [budi.says("/cek MAX5000 00000000001").await, budi.says("/produk maxim").await];
    scene.klikoo.arrived(1).await;
    scene.klikoo.release();
    // The job ends before the apology goes out, so the next answer may come before it.
    let replies = [budi.reply().await, budi.reply().await];
    let answer_to = |asked| replies.iter().find(|reply| reply.answers(asked)).unwrap();
    assert_eq!(answer_to(&asked[0]).text(), APOLOGY);
    assert_ne!(answer_to(&asked[1]).text(), APOLOGY);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_cannot_be_kept_is_answered_with_a_note() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(Arc::new(FaultyStore { keeps_no_records: true, ..FaultyStore::default() }));

    let reply = ask(&budi, "/cek PLN20 01105691111").await;
    let lines: Vec<&str> = reply.text().lines().collect();
    assert_eq!(lines[1], "BAHARRUDIN1");
    assert_eq!(lines.last(), Some(&"Riwayat cek ini gagal disimpan."));
    let alert = budi.reply().await;
    assert!(alert.text().starts_with("💾 Penyimpanan bot bermasalah"), "the owner is told: {alert:?}");
    assert_eq!(ask(&budi, "/bahasa en").await.text(), TROUBLE);
    assert_eq!(ask(&budi, "/riwayat").await.text(), "Belum ada cek di obrolan ini. Coba /cek PLN20 01105691111");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_leaves_checks_alone() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(Arc::new(FaultyStore { is_unreadable: true, ..FaultyStore::default() }));
    assert_eq!(ask(&budi, "/riwayat").await.text(), TROUBLE);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_late_answer_that_panics_is_an_apology_in_its_place() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start_with(panics_over_max5000());
    scene.klikoo.set_down(true);
    let notice = ask(&budi, "/cek MAX5000 00000000001").await;
    ask(&budi, "/id").await;
    scene.klikoo.set_down(false);
    scene.pass(TimeDelta::seconds(10));
    assert_eq!(notice.edited().await.text(), APOLOGY);
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    scene.end(bot).await;
}
