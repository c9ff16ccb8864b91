//! `/hapusdata`: what is deleted is gone from everything that the bot says, and from its files.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use chrono::TimeDelta;

use super::{as_time_passes, ask};
use crate::{
    faulty_store::FaultyStore,
    scene::{Running, Scene, sandbox_that_takes},
    telegram::{Conversation, Reply, User},
};

const LATE: &str = "Sudah lewat 5 menit, tidak ada yang dihapus. Ketik /hapusdata lagi.";

/// Asks to delete, and presses the button; what its message has become.
async fn delete(chat: &Conversation, by: &User, typed: &str) -> Reply {
    let question = ask(chat, typed).await;
    assert_eq!(question.rows(), [["🗑 Hapus", "Batal"]], "{question:?}");
    question.press("🗑 Hapus", by).await;
    question.edited().await
}

/// Stops the bot, starts it again, and stops it: then its files are as they will stay.
async fn restarted(scene: &Scene, bot: Running) {
    bot.stop().await;
    scene.start().stop().await;
}

#[tokio::test]
async fn what_an_agent_deletes_in_private_is_gone_everywhere_and_from_the_files() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi Unik"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    scene.admit(&budi);
    let bot = scene.start();
    let (private, in_group, saris) = (budi.in_private(), budi.in_group(&group), sari.in_group(&group));
    for chat in [&private, &in_group] {
        ask(chat, "/cek PLN20 01105691111").await;
    }
    ask(&saris, "/cek PLN20 00000000002").await;
    ask(&private, "/simpan tetanggaku PLN20 01105691111").await;
    // An open question with a number.
    ask(&in_group, "/cek 081000000001").await;
    ask(&private, "/atur simpan 30").await;

    let done = delete(&private, &budi, "/hapusdata").await;
    assert!(done.text().starts_with("🗑 Sudah dihapus: 2 cek, 3 catatan lain, 0 cek yang menunggu."), "{done:?}");
    assert!(done.buttons().is_empty());
    assert!(ask(&private, "/riwayat").await.text().starts_with("Belum ada cek"));
    assert!(ask(&private, "/pelanggan").await.text().starts_with("Belum ada pelanggan"));
    assert!(ask(&private, "/atur").await.text().contains("30 hari"), "a setting is no data");
    let group_history = ask(&saris, "/riwayat").await;
    assert!(group_history.text().contains("SITI MISALNYA") && !group_history.text().contains("BAHARRUDIN1"));
    restarted(&scene, bot).await;
    for gone in ["BAHARRUDIN1", "01105691111", "tetanggaku", "081000000001"] {
        assert!(!scene.has_on_disk(gone.as_bytes()), "{gone} is on disk still");
    }
    assert!(scene.has_on_disk(b"SITI MISALNYA"), "the others' data stays");
    let bot = scene.start();
    assert!(ask(&saris, "/riwayat").await.text().contains("SITI MISALNYA"));
    scene.end(bot).await;
}

#[tokio::test]
async fn in_a_group_the_own_checks_there_are_deleted_alone_or_all_by_its_administrators() {
    let mut scene = Scene::new().await;
    let (budi, sari, owner) = (scene.agent("Budi"), scene.telegram.user("Sari"), scene.owner("Ani"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari, &owner]);
    scene.admit(&group);
    let bot = scene.start();
    let (budis, saris) = (budi.in_group(&group), sari.in_group(&group));
    ask(&budi.in_private(), "/cek PLN20 01105691111").await;
    ask(&budis, "/cek PLN20 01105691111").await;
    ask(&saris, "/cek PLN20 00000000002").await;
    let done = delete(&budis, &budi, "/hapusdata").await;
    assert!(done.text().starts_with("🗑 Sudah dihapus: 1 cek, "), "{done:?}");
    let left = ask(&budis, "/riwayat").await;
    assert!(left.text().contains("SITI MISALNYA") && !left.text().contains("BAHARRUDIN1"), "{left:?}");
    assert!(!ask(&budis, "/ulang").await.text().contains("BAHARRUDIN1"), "nor is it remembered in memory");
    assert!(ask(&budi.in_private(), "/riwayat").await.text().contains("BAHARRUDIN1"), "that is another chat");

    let denied = ask(&saris, "/hapusdata obrolan").await;
    assert!(denied.buttons().is_empty(), "{denied:?}");
    let done = delete(&owner.in_group(&group), &owner, "/hapusdata obrolan").await;
    assert!(done.text().starts_with("🗑 Sudah dihapus: 1 cek, "), "{done:?}");
    assert!(ask(&saris, "/riwayat").await.text().starts_with("Belum ada cek"));
    scene.end(bot).await;
}

#[tokio::test]
async fn only_the_one_who_asked_deletes_within_five_minutes_and_nothing_where_not_wanted() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    ask(&chat, "/cek PLN20 01105691111").await;
    let question = ask(&chat, "/hapusdata").await;
    question.press("🗑 Hapus", &sari).await.alert().await;
    question.press("Batal", &budi).await;
    assert_eq!(question.edited().await.text(), "Tidak ada yang dihapus.");

    let question = ask(&chat, "/hapusdata").await;
    scene.pass(TimeDelta::minutes(6));
    assert_eq!(question.press("🗑 Hapus", &budi).await.alert().await.text, LATE);
    // One that was made up is good for no longer.
    let forged = format!("hd:0:9000000000:{}", budi.id());
    assert_eq!(question.press_data(&forged, &budi).await.alert().await.text, LATE);
    // Nor is the group's data for one who is none of its administrators.
    let until = (ceknomor::clock::Clock::now(&*scene.clock) + TimeDelta::minutes(1)).timestamp();
    let forged = format!("hd:1:{until}:{}", budi.id());
    assert!(!question.press_data(&forged, &budi).await.alert().await.text.is_empty());
    assert!(ask(&chat, "/riwayat").await.text().contains("BAHARRUDIN1"));

    let anonymous = ask(&group.as_anonymous_admin(), "/hapusdata").await;
    assert!(anonymous.text().starts_with("Admin anonim tidak punya data sendiri."), "{anonymous:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn checks_and_lists_that_wait_end_and_leave_nothing() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let (budis, saris) = (budi.in_group(&group), sari.in_group(&group));
    let mine = ask(&budis, "/cek PLN20 01105691111").await;
    let hers = ask(&saris, "/cek PLN20 00000000002").await;
    assert!(mine.text().starts_with("⏳") && hers.text().starts_with("⏳"), "{mine:?} {hers:?}");
    let done = delete(&budis, &budi, "/hapusdata").await;
    assert!(done.text().contains(" 1 cek yang menunggu."), "{done:?}");
    assert!(mine.edited().await.text().starts_with("✋ Dibatalkan"), "its agent sees that it ended");
    let history = ask(&budis, "/riwayat").await;
    assert!(history.text().contains("00000000002") && !history.text().contains("01105691111"), "{history:?}");
    // When the provider is back the other's check is answered, and this one never.
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, hers.edited()).await;
    assert!(answer.text().contains("SITI MISALNYA"), "{answer:?}");
    restarted(&scene, bot).await;
    assert!(!scene.has_on_disk(b"01105691111"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn a_list_that_runs_ends_and_leaves_nothing() {
    let mut scene = Scene::new().await;
    scene.klikoo = sandbox_that_takes(scene.klikoo_clock.clone(), Duration::from_millis(300)).await;
    let budi = scene.agent("Budi");
    let chat = budi.in_private();
    let bot = scene.start();
    let numbers: Vec<String> = (10..60).map(|n| format!("PLN20 000000000{n}")).collect();
    let live = ask(&chat, &numbers.join("\n")).await;
    let done = delete(&chat, &budi, "/hapusdata").await;
    assert!(done.text().contains(" 1 cek yang menunggu."), "{done:?}");
    loop {
        let edited = live.edited().await;
        if edited.text() == "✋ Daftar ini dibatalkan karena datanya dihapus." {
            assert!(edited.buttons().is_empty());
            break;
        }
        assert!(edited.text().contains(['▓', '░']), "{edited:?}");
    }
    assert!(ask(&chat, "/riwayat").await.text().starts_with("Belum ada cek"));
    restarted(&scene, bot).await;
    assert!(!scene.has_on_disk(b"00000000010") && !scene.has_on_disk(b"00000000059"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn a_check_that_is_being_asked_or_not_begun_ends_and_leaves_nothing() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.telegram.user("Budi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &budi]);
    scene.admit(&group);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    scene.klikoo.hold();
    chat.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    chat.says("/cek PLN20 00000000002").await;
    let done = delete(&owner.in_group(&group), &owner, "/hapusdata obrolan").await;
    assert!(done.text().contains(" 2 cek yang menunggu."), "{done:?}");
    for number in ["01105691111", "00000000002"] {
        let ended = chat.reply().await;
        assert_eq!(ended.text(), format!("✋ Dibatalkan: /cek PLN20 {number}"));
    }
    scene.klikoo.release();
    // Whatever it said of them now would be unread.
    assert!(ask(&chat, "/riwayat").await.text().starts_with("Belum ada cek"));
    restarted(&scene, bot).await;
    assert!(!scene.has_on_disk(b"01105691111") && !scene.has_on_disk(b"00000000002"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn a_check_or_a_list_that_begins_at_that_very_moment_leaves_nothing() {
    let mut scene = Scene::new().await;
    let (owner, budi, sari) = (scene.owner("Ibu Bos"), scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &budi, &sari]);
    scene.admit(&group);
    let store = Arc::new(FaultyStore::default());
    let bot = scene.start_with(store.clone());
    let [budis, saris] = [&budi, &sari].map(|agent| agent.in_group(&group));
    scene.klikoo.hold();
    let asked = budis.says("/cek PLN20 01105691111").await;
    let list = ask(&saris, "/cek PLN20 00000000002\nPLN20 00000000003").await;
    scene.klikoo.arrived(3).await;
    store.is_blind.store(true, Relaxed);
    let done = delete(&owner.in_group(&group), &owner, "/hapusdata obrolan").await;
    assert!(done.text().contains(" 0 cek yang menunggu."), "{done:?}");
    store.is_blind.store(false, Relaxed);
    scene.klikoo.release();
    let ended = budis.reply().await;
    assert!(ended.answers(&asked) && ended.text() == "✋ Dibatalkan: /cek PLN20 01105691111", "{ended:?}");
    assert_eq!(list.edited().await.text(), "✋ Daftar ini dibatalkan karena datanya dihapus.");
    assert!(ask(&budis, "/riwayat").await.text().starts_with("Belum ada cek"));
    assert_eq!(ask(&saris, "/cek PLN20 00000000002").await.text().lines().nth(1), Some("SITI MISALNYA"));
    assert!(ask(&budis, "/riwayat").await.text().contains("00000000002"), "what is asked later is kept");
    scene.end(bot).await;
}

#[tokio::test]
async fn of_a_check_that_was_ended_no_message_stays_that_it_waits() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.telegram.user("Budi"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &budi]);
    scene.admit(&group);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    scene.klikoo.hold();
    chat.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    let done = delete(&owner.in_group(&group), &owner, "/hapusdata obrolan").await;
    assert!(done.text().contains(" 1 cek yang menunggu."), "{done:?}");
    assert!(chat.reply().await.text().starts_with("✋ Dibatalkan"));
    scene.klikoo.set_down(true);
    scene.klikoo.release();
    let notice = chat.reply().await;
    assert!(notice.text().starts_with("⏳"), "{notice:?}");
    chat.deleted(&notice).await;
    scene.klikoo.set_down(false);
    assert!(ask(&chat, "/riwayat").await.text().starts_with("Belum ada cek"));
    scene.end(bot).await;
}
