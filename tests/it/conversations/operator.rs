//! What only the operator can put right, and what the program puts right by itself.

use chrono::TimeDelta;

use super::{ask, body, code};
use crate::scene::Scene;

#[tokio::test]
async fn an_agent_reads_that_it_is_being_repaired_and_the_owner_how() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;

    let reply = ask(&budi, "/cek PLN20 00000000571").await;
    let expected = ["🔧 Layanan cek sedang dibenahi admin. Nomor 00000000571 belum tentu salah.", "Coba lagi nanti."];
    assert_eq!(body(&reply), expected);
    assert_eq!(code(&reply), Some("403046571"));
    let alert = owner.reply().await;
    assert_eq!(
        alert.text(),
        "🔧 Cek gagal dan butuh Anda (kode 403046571). \
         Alamat IP server bot belum ada di whitelist: tambahkan di dashboard Klikoo."
    );

    // The same again is no news, whoever meets it; another problem is.
    ask(&budi, "/cek PLN20 00000000571").await;
    ask(&budi, "/cek OVO10 081000000571").await;
    ask(&budi, "/cek PLN20 00000000524").await;
    let alert = owner.reply().await;
    assert_eq!(
        alert.text(),
        "🔧 Cek gagal dan butuh Anda (kode 403036524). \
         Akun Klikoo belum diverifikasi: selesaikan verifikasi di dashboard."
    );
    scene.end(bot).await;
}

#[tokio::test]
async fn a_product_that_klikoo_refuses_is_the_owners_to_put_right() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;

    ask(&budi, "/cek PLN20 00000000525").await;
    let alert = owner.reply().await;
    assert_eq!(
        alert.text(),
        "🏷️ PLN20 ditolak Klikoo (kode 400046525): periksa kode dan harganya di katalog bot, \
         atau tanyakan ke Klikoo apakah produknya aktif."
    );

    // Of a fixed price the agent cannot name a larger one.
    ask(&budi, "/cek PLN20 00000000525").await;
    let reply = ask(&budi, "/cek OVO10 081000000498").await;
    assert_eq!(body(&reply)[0], "⚠️ OVO10 sedang tidak bisa dicek. Nomor 081000000498 belum tentu salah.");
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("🏷️ OVO10 ditolak Klikoo"), "{alert:?}");

    // Of an open one it is the agent's.
    ask(&budi, "/cek DNOPEN 081000000498 5rb").await;
    ask(&budi, "/cek PLN20 00000000571").await;
    assert!(owner.reply().await.text().contains("(kode 403046571)"), "nothing came before this");
    scene.end(bot).await;
}

#[tokio::test]
async fn every_problem_names_its_remedy() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    for (number, remedy) in [
        ("00000000509", "Akun Klikoo dinonaktifkan atau diblokir: hubungi Klikoo."),
        ("00000000505", "Jam server ditolak Klikoo walau sudah dikoreksi: nyalakan NTP di server bot."),
        ("00000000435", "Token akses baru pun ditolak Klikoo: jalankan ceknomor doctor."),
        ("00000000302", "periksa KLIKOO_BASE_URL, termasuk awalan gateway dan https."),
        ("00000000403", "bila sudah, tanyakan ke Klikoo apakah firewall-nya memblokir."),
        ("00000000429", "Bila berulang, minta batas yang lebih tinggi ke Klikoo."),
    ] {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        assert!(reply.text().starts_with("🔧 Layanan cek sedang dibenahi admin."), "{reply:?}");
        let alert = owner.reply().await;
        assert!(alert.text().ends_with(remedy), "{alert:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn an_owner_who_checks_is_told_in_private_and_not_in_the_group() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos");
    let group = scene.telegram.group("Agen Jaya", &[&owner]);
    let bot = scene.start();
    ask(&owner.in_private(), "/start").await;
    let reply = ask(&owner.in_group(&group), "/cek PLN20 00000000571").await;
    assert!(!reply.text().contains("whitelist"), "{reply:?}");
    assert!(owner.in_private().reply().await.text().contains("whitelist"));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_owner_whom_the_bot_may_not_write_to_costs_the_agent_nothing() {
    let mut scene = Scene::new().await;
    scene.owner("Ibu Bos");
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/cek PLN20 00000000571").await;
    scene.telegram.refused("sendMessage", "bot can't initiate conversation").await;
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn tokens_that_expire_are_renewed_unnoticed() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/cek PLN20 01105691111").await;
    scene.klikoo.expire_tokens();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(scene.klikoo.calls().tokens_issued, 2);

    let refused_once = ask(&budi, "/cek PLN20 00000000401").await;
    assert_eq!(body(&refused_once)[1], "BUDI CONTOH");
    assert_eq!(scene.klikoo.calls().tokens_issued, 3);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_does_not_stop_checks() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    scene.klikoo_clock.advance(TimeDelta::minutes(20));
    let bot = scene.start();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    let first = scene.klikoo.calls();
    assert_eq!(first.token_requests, 2, "the first is refused for its time");

    assert_eq!(body(&ask(&budi, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    let second = scene.klikoo.calls();
    assert_eq!((second.token_requests, second.inquiries), (2, first.inquiries + 1), "the offset is kept");

    // Somebody puts the clock right.
    scene.klikoo_clock.advance(TimeDelta::minutes(-20));
    assert_eq!(body(&ask(&budi, "/cek PLN20 00000000004").await)[1], "AGUS UMPAMA");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_clock_that_jumps_between_two_checks_is_followed() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/cek PLN20 01105691111").await;
    scene.klikoo_clock.advance(TimeDelta::minutes(-20));
    assert_eq!(body(&ask(&budi, "/cek PLN20 00000000002").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_reference_that_was_used_is_replaced() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    assert_eq!(body(&ask(&budi, "/cek PLN20 00000000409").await)[1], "BUDI CONTOH");
    assert_eq!(scene.klikoo.calls().inquiries, 2);
    scene.end(bot).await;
}
