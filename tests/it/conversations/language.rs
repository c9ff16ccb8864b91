//! `/bahasa` and the command menu: Indonesian first, English for those who choose it.

use super::{ask, body};
use crate::scene::Scene;

#[tokio::test]
async fn a_chat_chooses_its_language_and_keeps_it() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&user]);
    let chat = user.in_private();
    let bot = scene.start();
    assert_eq!(ask(&chat, "/bahasa en").await.text(), "✅ This chat is now answered in English.");
    assert!(ask(&chat, "/cek PLN20 0110569111").await.text().ends_with(": 1 digit missing."));
    assert!(ask(&user.in_group(&group), "/cek PLN20 0110569111").await.text().contains("kurang 1 digit"));
    bot.stop().await;

    let bot = scene.start();
    let found = ask(&chat, "/cek PLN20 01105691111").await;
    let expected =
        ["✅ PLN 20.000", "BAHARRUDIN1", "Meter no.: 01105691111", "Tariff/power: R1/2200VA", "Total: Rp20.546"];
    assert_eq!(body(&found), expected);
    assert_eq!(ask(&chat, "/Bahasa ID").await.text(), "✅ Oke, sekarang pakai Bahasa Indonesia.");
    assert!(ask(&chat, "/cek PLN20 0110569111").await.text().contains("kurang 1 digit"));
    scene.end(bot).await;
}

#[tokio::test]
async fn without_a_language_it_says_which_there_are() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for typed in ["/bahasa", "/bahasa jawa", "/bahasa id en"] {
        let usage = ask(&budi, typed).await;
        assert_eq!(usage.text(), "Pilih bahasa: /bahasa id (Indonesia) atau /bahasa en (English).");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn menus_are_registered_for_private_chats_and_groups_in_both_languages() {
    let scene = Scene::new().await;
    let bot = scene.start();
    for scope in ["all_private_chats", "all_group_chats"] {
        let indonesian = scene.telegram.registered_menu(scope, "id").await;
        let names: Vec<&str> = indonesian.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "cek",
                "produk",
                "riwayat",
                "rekap",
                "ekspor",
                "pelanggan",
                "simpan",
                "gangguan",
                "batal",
                "bantuan",
                "bahasa",
                "id",
                "kuota",
                "atur",
                "hapusdata",
                "privasi"
            ]
        );
        assert_eq!(indonesian[0].1, "Cek nomor: /cek PLN20 01105691111");
        let english = scene.telegram.registered_menu(scope, "en").await;
        assert_eq!(english[1].1, "Products that can be checked");
        assert_eq!(scene.telegram.registered_menu(scope, "").await, indonesian, "everyone else reads Indonesian");
    }
    scene.end(bot).await;
}
