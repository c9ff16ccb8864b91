//! Nothing can be written down: nothing is begun that could be lost, everyone is told so, and it passes by itself.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{ask, body, first_of_two_pages};
use crate::{faulty_store::FaultyStore, scene::Scene};

const FULL: &str = "😔 Maaf, bot sedang tidak bisa menerima cek baru. Coba lagi beberapa menit lagi.";

#[tokio::test]
async fn a_full_disk_is_told_and_passes() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Sari").in_private();
    let (budi, user) = (scene.agent("Budi").in_private(), scene.agent("Dewi"));
    let dewi = user.in_private();
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    ask(&owner, "/id").await;
    let history = first_of_two_pages(&dewi).await;
    let asked = scene.klikoo.calls().inquiries;

    disk.is_full.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(ask(&budi, "/cek PLN20 01105691111").await.text(), FULL);
    }
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("💾 Penyimpanan bot bermasalah; cek baru ditolak sampai beres."), "{alert:?}");
    assert_eq!(scene.klikoo.calls().inquiries, asked, "nothing was begun");
    assert_eq!(ask(&budi, "/bahasa en").await.text(), FULL);
    // What keeps nothing is answered, and a press turns the page.
    assert!(ask(&budi, "/produk maxim").await.text().contains("MAX5000"));
    assert!(ask(&dewi, "/riwayat").await.text().contains("Riwayat"));
    history.press("Lebih lama ▶", &user).await;
    assert!(history.edited().await.text().contains("Riwayat"));

    disk.is_full.store(false, Ordering::Relaxed);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    owner.silence_until("/id").await;
    scene.end(bot).await;
    assert_eq!(disk.ended_unaccepted.load(Ordering::Relaxed), 0, "the journal knows nothing of what it did not take");
}

#[tokio::test]
async fn what_an_agent_has_deleted_on_a_full_disk_goes_once_there_is_room() {
    let mut scene = Scene::new().await;
    scene.bounds.jobs.notice_after = Duration::from_millis(50);
    let user = scene.agent("Budi");
    let budi = user.in_private();
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    ask(&budi, "/cek PLN20 01105691111").await;
    disk.is_full.store(true, Ordering::Relaxed);
    let question = ask(&budi, "/hapusdata").await;
    question.press("🗑 Hapus", &user).await;
    assert!(question.edited().await.text().starts_with("⏳ Sedang dihapus."));
    let again = ask(&budi, "/hapusdata").await.press("🗑 Hapus", &user).await.alert().await;
    assert!(again.text.starts_with("⏳ Sedang dihapus."), "{again:?}");
    disk.is_full.store(false, Ordering::Relaxed);
    let done = question.edited().await;
    assert!(done.text().starts_with("🗑 Sudah dihapus: 1 cek, "), "{done:?}");
    assert!(ask(&budi, "/riwayat").await.text().starts_with("Belum ada cek"));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_administrators_own_data_and_the_groups_both_go_once_there_is_room() {
    let mut scene = Scene::new().await;
    scene.bounds.jobs.notice_after = Duration::from_millis(50);
    let (ani, budi) = (scene.owner("Ani"), scene.telegram.user("Budi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&ani, &budi]);
    scene.admit(&group);
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    let chat = ani.in_group(&group);
    // So that alerts reach her.
    ask(&ani.in_private(), "/id").await;
    ask(&budi.in_group(&group), "/cek PLN20 01105691111").await;
    disk.is_full.store(true, Ordering::Relaxed);
    let own = ask(&chat, "/hapusdata").await;
    own.press("🗑 Hapus", &ani).await;
    assert!(own.edited().await.text().starts_with("⏳ Sedang dihapus."));
    assert!(ani.in_private().reply().await.text().starts_with("💾"));
    let all = ask(&chat, "/hapusdata obrolan").await;
    all.press("🗑 Hapus", &ani).await;
    assert!(all.edited().await.text().starts_with("⏳ Sedang dihapus."));
    disk.is_full.store(false, Ordering::Relaxed);
    assert!(own.edited().await.text().starts_with("🗑 Sudah dihapus: 0 cek, "));
    assert!(all.edited().await.text().starts_with("🗑 Sudah dihapus: 1 cek, "));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_on_a_full_disk_is_followed() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    ask(&budi.in_group(&group), "/cek PLN20 00000000002").await;
    disk.is_full.store(true, Ordering::Relaxed);
    let chat = budi.in_group(&group.becomes_supergroup());
    assert!(ask(&chat, "/riwayat").await.text().contains("SITI MISALNYA"));

    // What could not be kept is kept with the next question, for all starts to come.
    disk.is_full.store(false, Ordering::Relaxed);
    ask(&chat, "/id").await;
    scene.telegram.all_confirmed().await;
    bot.stop().await;
    let bot = scene.start_with(disk.clone());
    assert!(ask(&chat, "/riwayat").await.text().contains("SITI MISALNYA"));
    scene.end(bot).await;
}

#[tokio::test]
async fn what_was_answered_on_a_full_disk_is_not_answered_again_after_it() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi").in_private();
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    disk.is_full.store(true, Ordering::Relaxed);
    scene.klikoo.release();
    assert!(budi.reply().await.answers(&asked));
    assert_eq!(ask(&budi, "/cek PLN20 00000000002").await.text(), FULL);

    disk.is_full.store(false, Ordering::Relaxed);
    ask(&budi, "/id").await;
    bot.stop().await;
    let bot = scene.start_with(disk.clone());
    budi.silence_until("/produk maxim").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn nothing_is_begun_or_confirmed_before_it_is_on_the_disk() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Sari").in_private();
    let disk = Arc::new(FaultyStore::default());
    let bot = scene.start_with(disk.clone());
    disk.is_slow.store(true, Ordering::Relaxed);
    scene.telegram.first_poll().await;
    let asked = owner.says("/cek PLN20 01105691111").await;
    disk.at_gate.notified().await;
    let polls = scene.telegram.calls("getUpdates").len();
    assert_eq!(scene.klikoo.calls().inquiries, 0, "what a power cut can take is not begun");

    disk.is_slow.store(false, Ordering::Relaxed);
    disk.gate.open();
    assert!(owner.reply().await.answers(&asked));
    scene.telegram.all_confirmed().await;
    assert!(scene.telegram.calls("getUpdates").len() > polls);
    scene.end(bot).await;
}
