//! What the provider says when it gives no customer, and what the agent reads then.

use super::{ask, body, code};
use crate::scene::Scene;

#[tokio::test]
async fn a_meter_that_pln_does_not_know_may_be_postpaid() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for (number, vendors_code) in [
        ("00000000404", "404047011"),
        ("00000000402", "404047002"),
        ("00000000110", "503029998"),
        ("00000000121", "503029998"),
    ] {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        let expected = [
            format!("❌ Nomor tidak ditemukan di PLN. Periksa lagi angkanya: {number}"),
            "Kalau angkanya benar, mungkin pelanggan pascabayar.".to_owned(),
        ];
        assert_eq!(body(&reply), expected);
        assert_eq!(code(&reply), Some(vendors_code), "support needs it");
        assert!(reply.html().contains(&format!("<code>{number}</code>")));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_wallet_that_is_not_known_may_not_be_registered() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for number in ["081000000404", "081000000402", "081000000110"] {
        let reply = ask(&budi, &format!("/cek OVO10 {number}")).await;
        let expected = [
            format!("❌ Nomor tidak ditemukan di OVO. Periksa lagi angkanya: {number}"),
            "Kalau angkanya benar, mungkin belum terdaftar di OVO.".to_owned(),
        ];
        assert_eq!(body(&reply), expected);
    }
    let driver = ask(&budi, "MAX5000 00000000404").await;
    let expected = [
        "❌ ID tidak ditemukan di Maxim. Periksa lagi angkanya: 00000000404",
        "Minta ID Driver yang tertera di aplikasi driver.",
    ];
    assert_eq!(body(&driver), expected);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_provider_that_is_down_says_nothing_of_the_number() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for (number, vendors_code) in [("00000000503", "503049991"), ("00000000500", "500049999")] {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        let expected = [
            format!("⚠️ PLN sedang gangguan. Nomor {number} belum tentu salah."),
            "Coba lagi beberapa menit lagi.".to_owned(),
        ];
        assert_eq!(body(&reply), expected);
        assert_eq!(code(&reply), Some(vendors_code));
    }
    assert_eq!(scene.klikoo.calls().inquiries, 4, "each is tried once more before the agent is told");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_provider_that_is_down_for_a_moment_is_not_noticed() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000507").await;
    assert_eq!(body(&reply)[1], "BUDI CONTOH");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_amount_too_small_asks_for_a_larger_one() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek DNOPEN 081000000498 5rb").await;
    let expected = [
        "⚠️ Nominal terlalu kecil untuk DANA. Nomor 081000000498 belum dicek.",
        "Coba lagi dengan nominal yang lebih besar.",
    ];
    assert_eq!(body(&reply), expected);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_product_that_cannot_be_checked_is_no_fault_of_the_number() {
    let mut scene = Scene::new().await;
    scene.sell("[[product]]\ncode = \"PLN500\"\nname = \"PLN 500.000\"\nprovider = \"PLN\"\nbuying = 500150\nselling = 500500\n");
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    let unknown_to_klikoo = ("PLN500", "01105691111");
    for (product, number) in [("PLN20", "00000000525"), ("PLN20", "00000000501"), unknown_to_klikoo] {
        let reply = ask(&budi, &format!("/cek {product} {number}")).await;
        let expected = [
            format!("⚠️ {product} sedang tidak bisa dicek. Nomor {number} belum tentu salah."),
            "Pilih produk PLN lain: /produk".to_owned(),
        ];
        assert_eq!(body(&reply), expected);
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn an_unknown_code_is_told_with_the_vendors_words_made_harmless() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000422").await;
    let expected = [
        "⚠️ Cek ke PLN ditolak. Nomor 00000000422 belum tentu salah.",
        "Keterangan: Hubungi <b>CS</b> & sebutkan kode_ini*",
    ];
    assert_eq!(body(&reply), expected);
    assert_eq!(code(&reply), Some("422049123"));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_billers_own_words_are_understood() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for (ending, expected) in [
        ("122", ["🚫 Nomor diblokir di PLN: 00000000122", "Jangan jual dulu; pelanggan perlu menghubungi PLN."]),
        ("123", ["⚠️ Sudah lunas menurut PLN: 00000000123", "Tidak ada yang perlu dibayar."]),
        ("124", ["⚠️ Melebihi batas PLN untuk nomor 00000000124.", "Coba produk atau nominal yang lebih kecil."]),
        ("125", ["⚠️ PLN sedang gangguan. Nomor 00000000125 belum tentu salah.", "Coba lagi beberapa menit lagi."]),
        // Words of which nobody knows whether they are about the number.
        ("126", ["⚠️ Cek ke PLN ditolak. Nomor 00000000126", "Keterangan: Hubungi … & CA"]),
    ] {
        let reply = ask(&budi, &format!("/cek PLN20 00000000{ending}")).await;
        assert_eq!(body(&reply), expected);
        assert_eq!(code(&reply), Some("503029998"));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn not_now_is_not_no() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000504").await;
    let expected = [
        "⏳ Belum ada jawaban dari PLN. Nomor 00000000504 belum tentu salah.",
        "Jangan jual dulu. Coba lagi sebentar lagi.",
    ];
    assert_eq!(body(&reply), expected);
    assert_eq!(code(&reply), Some("504040000"));
    scene.end(bot).await;
}
