//! `/simpan`, `/pelanggan` and `cek busiti`: customers under names of the agent's own.

use super::{ask, body};
use crate::scene::Scene;

#[tokio::test]
async fn a_customer_is_kept_checked_renamed_and_deleted() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let none = "Belum ada pelanggan. Simpan satu: /simpan busiti PLN20 01105691111";
    assert_eq!(ask(&budi, "/pelanggan").await.text(), none);
    let saved = ask(&budi, "/simpan BuSiti PLN20 0110-5691-111").await;
    assert_eq!(saved.text(), "✅ Disimpan: busiti = PLN20 01105691111\nKetik /cek busiti untuk mengeceknya.");
    bot.stop().await;

    let bot = scene.start();
    for typed in ["cek busiti", "/cek busiti", "Cek BUSITI", "/cek  BuSiti"] {
        let found = ask(&budi, typed).await;
        assert_eq!(body(&found)[..3], ["✅ PLN 20.000", "BAHARRUDIN1", "No. Meter: 01105691111"], "{typed}");
    }
    let changed = ask(&budi, "/simpan busiti OVO10.0817345544").await;
    assert!(changed.text().contains("= OVO10 0817345544\nSebelumnya: PLN20 01105691111"), "{}", changed.text());
    assert_eq!(ask(&budi, "/pelanggan ganti busiti ibusiti").await.text(), "✅ busiti sekarang ibusiti.");
    assert_eq!(body(&ask(&budi, "cek ibusiti").await)[0], "✅ OVO 10.000");
    assert!(!ask(&budi, "cek busiti").await.text().contains("✅"));
    assert_eq!(ask(&budi, "/pelanggan hapus ibusiti").await.text(), "🗑 ibusiti dihapus.");
    let unknown = "Tidak ada pelanggan bernama ibusiti. Lihat /pelanggan";
    assert_eq!(ask(&budi, "/pelanggan hapus ibusiti").await.text(), unknown);
    assert_eq!(ask(&budi, "/pelanggan").await.text(), none);
    scene.end(bot).await;
}

#[tokio::test]
async fn names_of_several_words_are_kept_too() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    assert!(ask(&budi, "/simpan bu siti PLN20 01105691111").await.text().starts_with("✅ Disimpan: bu siti ="));
    assert!(body(&ask(&budi, "cek Bu Siti").await).contains(&"BAHARRUDIN1"));
    let renamed = ask(&budi, "/pelanggan ganti bu siti jadi ibu siti").await;
    assert_eq!(renamed.text(), "✅ bu siti sekarang ibu siti.");
    ask(&budi, "/bahasa en").await;
    assert_eq!(ask(&budi, "/pelanggan hapus ibu siti").await.text(), "🗑 ibu siti is deleted.");
    scene.end(bot).await;
}

#[tokio::test]
async fn what_is_no_customer_is_not_kept() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let usage = "Simpan pelanggan dengan nama sendiri: /simpan busiti PLN20 01105691111";
    for (typed, expected) in [
        ("/simpan", usage),
        ("/simpan busiti", usage),
        ("/simpan PLN20 01105691111", usage),
        ("/simpan 12 PLN20 01105691111", "⚠️ Nama itu tidak bisa dipakai."),
        ("/simpan pln PLN20 01105691111", "⚠️ Nama itu tidak bisa dipakai."),
        ("/simpan busiti PLN20 0110569111", "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kurang 1 digit."),
        ("/pelanggan hapus", "/pelanggan daftar · /pelanggan hapus busiti"),
        ("/pelanggan apa", "/pelanggan daftar · /pelanggan hapus busiti"),
        ("/pelanggan ganti busiti", "/pelanggan daftar · /pelanggan hapus busiti"),
        ("/pelanggan ganti busiti pln20", "⚠️ Nama itu tidak bisa dipakai."),
    ] {
        let answer = ask(&budi, typed).await;
        assert!(answer.text().starts_with(expected), "{typed}: {}", answer.text());
    }
    assert!(ask(&budi, "/pelanggan").await.text().starts_with("Belum ada pelanggan."));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_list_has_pages_and_buttons_of_the_one_who_asked() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    for n in 10..22 {
        ask(&chat, &format!("/simpan p{n} PLN20 000000000{n}")).await;
    }
    assert!(ask(&sari.in_group(&group), "/pelanggan").await.text().starts_with("Belum ada pelanggan."));
    let list = ask(&chat, "/pelanggan").await;
    assert!(list.text().starts_with("Pelanggan Anda (12)\np10 PLN20 00000000010\n"), "{}", list.text());
    assert_eq!(list.rows()[0], ["🔎 p10", "✏️", "🗑"]);
    assert_eq!(list.copies("✏️"), "/pelanggan ganti p10 jadi ");
    assert!(list.data("🔎 p10").starts_with("c::PLN20:00000000010:"));
    assert_eq!(list.rows()[10], ["Berikutnya ▶"]);
    list.press("🔎 p10", &budi).await;
    let found = chat.reply().await;
    assert!(body(&found).contains(&"No. Meter: 00000000010"), "{}", found.text());
    list.press("Berikutnya ▶", &sari).await.alert().await;
    list.press("Berikutnya ▶", &budi).await;
    let second = list.edited().await;
    assert_eq!(second.rows(), [["🔎 p20", "✏️", "🗑"].as_slice(), &["🔎 p21", "✏️", "🗑"], &["◀ Sebelumnya"]]);
    second.press("🗑", &budi).await;
    let after = second.edited().await;
    assert!(after.text().starts_with("🗑 p20 dihapus.\nPelanggan Anda (11)\np21"), "{}", after.text());
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_behind_a_customer_is_not_kept() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let asked = budi.says("/simpan busiti PLN20.01105691111.246813").await;
    let saved = budi.reply().await;
    assert!(saved.text().starts_with("✅ Disimpan: busiti = PLN20 01105691111"), "{saved:?}");
    assert!(saved.text().contains("🔐 Jangan kirim PIN!"));
    budi.deleted(&asked).await;
    bot.stop().await;
    assert!(!scene.has_on_disk(b"246813"));
    scene.telegram.finish().await;
}

#[tokio::test]
async fn an_anonymous_administrator_keeps_no_customers() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    let answer = ask(&group.as_anonymous_admin(), "/simpan busiti PLN20 01105691111").await;
    assert!(answer.text().starts_with("Admin anonim tidak bisa menyimpan pelanggan."), "{}", answer.text());
    scene.end(bot).await;
}
