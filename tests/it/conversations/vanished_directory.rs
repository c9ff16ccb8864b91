//! The data directory is removed or renamed while the bot runs: nothing is lost in silence, and all who are concerned
//! are told.

use std::fs;

use super::{ask, body};
use crate::scene::Scene;

const DECLINED: &str = "😔 Maaf, bot sedang tidak bisa menerima cek baru. Coba lagi beberapa menit lagi.";
const NOT_KEPT: &str = "Riwayat cek ini gagal disimpan.";

#[tokio::test]
async fn a_data_directory_that_is_removed_is_told() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Sari").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/id").await;
    ask(&budi, "/cek PLN20 00000000002").await;
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(2).await;
    fs::remove_dir_all(scene.data.path()).unwrap();
    scene.klikoo.release();

    let answer = budi.reply().await;
    assert!(answer.answers(&asked) && answer.text().contains("BAHARRUDIN1"), "{answer:?}");
    assert_eq!(answer.text().lines().last(), Some(NOT_KEPT));
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("💾 Penyimpanan bot bermasalah"), "{alert:?}");
    assert!(alert.text().contains("was removed or renamed"), "{alert:?}");
    for _ in 0..3 {
        assert_eq!(ask(&budi, "/cek PLN20 01105691111").await.text(), DECLINED);
    }
    // What keeps nothing is answered, and the owners were told once.
    assert!(ask(&budi, "/riwayat").await.text().contains("SITI MISALNYA"));
    owner.silence_until("/id").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_data_directory_that_is_put_back_is_gone_on_with() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/cek PLN20 00000000002").await;
    let away = scene.data.path().with_extension("away");
    fs::rename(scene.data.path(), &away).unwrap();
    assert_eq!(ask(&budi, "/cek PLN20 01105691111").await.text(), DECLINED);
    fs::rename(&away, scene.data.path()).unwrap();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    bot.stop().await;

    let bot = scene.start();
    let history = ask(&budi, "/riwayat").await;
    assert!(["SITI MISALNYA", "BAHARRUDIN1"].iter().all(|name| history.text().contains(name)), "{history:?}");
    scene.end(bot).await;
}
