//! No answer, half an answer, something that is none: the provider's trouble, and never a verdict on the number.

use std::time::Duration;

use ceknomor::klikoo::Timeouts;

use super::{ask, body, code};
use crate::scene::{Scene, sandbox};

#[tokio::test]
async fn what_is_no_answer_is_the_providers_trouble() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for (number, what) in [("00000000502", "a gateway's HTML page"), ("00000000207", "a connection lost in the middle")]
    {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        let expected = [
            format!("⚠️ PLN sedang gangguan. Nomor {number} belum tentu salah."),
            "Coba lagi beberapa menit lagi.".to_owned(),
        ];
        assert_eq!(body(&reply), expected, "{what}");
        // Five of them in a row would have PLN left alone for a while.
        assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_the_partners_trouble_and_the_owners_are_told() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    for (number, what) in [
        ("00000000200", "an HTML page"),
        ("00000000204", "an empty body"),
        ("00000000206", "a body that is cut off"),
        ("00000000708", "success without data"),
        ("00000000913", "a body of 100 MiB"),
        ("00000000200", "the page again"),
    ] {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        let expected = [
            format!("🔧 Layanan cek sedang dibenahi admin. Nomor {number} belum tentu salah."),
            "Coba lagi nanti.".to_owned(),
        ];
        assert_eq!(body(&reply), expected, "{what}");
    }
    // Six in a row are not held against PLN.
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    assert_eq!(
        owner.reply().await.text(),
        "🔧 Cek gagal dan butuh Anda. \
         Jawaban Klikoo tidak terbaca: periksa KLIKOO_BASE_URL; bila benar, laporkan ke Klikoo."
    );
    scene.end(bot).await;
}

#[tokio::test]
async fn a_good_answer_in_a_bad_form_is_an_answer() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for ending in ["710", "711", "712", "713"] {
        let reply = ask(&budi, &format!("/cek PLN20 00000000{ending}")).await;
        assert_eq!(
            body(&reply)[1..],
            ["BUDI CONTOH", &format!("No. Meter: 00000000{ending}"), "Tarif/Daya: R1M/900VA", "Total: Rp20.546"]
        );
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn what_only_holds_a_names_place_is_no_name() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000714").await;
    let expected = ["⚠️ Nomor terdaftar, tetapi PLN tidak menyebut nama.", "No. Meter: 00000000714", "Total: Rp20.546"];
    assert_eq!(body(&reply)[1..], expected);
    let reply = ask(&budi, "/cek PLN20 00000000715").await;
    assert_eq!(body(&reply)[1], "BUDI C\u{335}\u{335}ONTOH & CO", "nothing in it hides or piles up");
    scene.end(bot).await;
}

#[tokio::test]
async fn no_answer_in_time_is_not_a_number_not_found() {
    let mut scene = Scene::new().await;
    scene.timeouts = Timeouts { check: Duration::from_secs(2), ..Timeouts::default() };
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for number in ["00000000408", "00000000910"] {
        let reply = ask(&budi, &format!("/cek PLN20 {number}")).await;
        let expected = [
            format!("⏳ Belum ada jawaban dari PLN. Nomor {number} belum tentu salah."),
            "Jangan jual dulu. Coba lagi sebentar lagi.".to_owned(),
        ];
        assert_eq!(body(&reply), expected);
        assert_eq!(code(&reply), None, "nobody said any");
        assert!(!reply.text().contains("tidak ditemukan"));
    }
    let calls = scene.klikoo.calls();
    assert_eq!(calls.inquiries, 2, "{calls:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_silent_attempt_leaves_time_for_another() {
    let mut scene = Scene::new().await;
    let read = Duration::from_secs(1);
    scene.timeouts = Timeouts { check: Duration::from_secs(10), read, ..Timeouts::default() };
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000408").await;
    assert!(reply.text().starts_with("⏳ Belum ada jawaban dari PLN."), "{reply:?}");
    assert_eq!(scene.klikoo.calls().inquiries, 2);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_connection_lost_before_the_answer_is_no_answer() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "/cek PLN20 00000000208").await;
    assert_eq!(body(&reply)[0], "⏳ Belum ada jawaban dari PLN. Nomor 00000000208 belum tentu salah.");
    scene.end(bot).await;
}

#[tokio::test]
async fn klikoo_out_of_reach_accuses_neither_the_number_nor_the_provider() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let elsewhere = sandbox(scene.klikoo_clock.clone()).await;
    let gone = std::mem::replace(&mut scene.klikoo, elsewhere);
    gone.stop().await;
    let reply = ask(&budi, "/cek PLN20 01105691111").await;
    let expected = [
        "⏳ Belum ada jawaban dari layanan cek. Nomor 01105691111 belum tentu salah.",
        "Jangan jual dulu. Coba lagi sebentar lagi.",
    ];
    assert_eq!(body(&reply), expected);
    scene.end(bot).await;
}
