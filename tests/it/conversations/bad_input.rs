//! What cannot be checked as it was typed: every reason, in the words that the agent reads, and no call is spent on
//! any.

use chrono::TimeDelta;

use super::ask;
use crate::{scene::Scene, telegram::Conversation};

/// Says each text of a table and reads the line that stands beside it; none of them may reach Klikoo.
async fn refuses(scene: &Scene, chat: &Conversation, table: &[(&str, &str)]) {
    for (typed, expected) in table {
        // What the bot asked before is forgotten by then, so that each line stands for itself.
        scene.pass(TimeDelta::minutes(3));
        let reply = ask(chat, typed).await;
        assert_eq!(reply.text(), *expected, "{typed:?}");
    }
    assert_eq!(scene.klikoo.calls(), ceknomor::sandbox::Calls::default(), "a call was spent");
}

#[tokio::test]
async fn numbers_of_a_wrong_shape_are_counted_out() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let table = [
        ("/cek PLN20 0110569111", "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kurang 1 digit."),
        (
            "/cek PLN20 1105691111",
            "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kurang 1 digit. Apa angka 0 di depan hilang? PLN20 01105691111",
        ),
        (
            "/cek PLN20 0817345544",
            "⚠️ Itu seperti nomor HP, bukan nomor meter. Untuk nomor HP bisa OVO10 / GOPAY10 / DN1 / DNOPEN.",
        ),
        ("/cek PLN20 0110569", "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kurang 4 digit."),
        ("/cek PLN20 0110569111122", "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kelebihan 1 digit."),
        (
            "/cek PLN20 1234 5678 9012 3456 7890",
            "⚠️ Ini nomor token (20 digit), bukan nomor meter. Nomor meter PLN 11 digit.",
        ),
        ("/cek PLN20 01105691111 BUDI", "⚠️ Maksudnya ini? PLN20 01105691111"),
        ("/cek PLN20 Budi: 01105691111", "⚠️ Maksudnya ini? PLN20 01105691111"),
        ("/cek PLN20 01105X91111", "⚠️ Ada huruf di nomornya. Nomor meter PLN 11 digit (IDPEL 12)."),
        ("/cek OVO10 081734554", "⚠️ Nomor HP 10–13 digit: kurang 1 digit."),
        ("/cek OVO10 08173455440000", "⚠️ Nomor HP 10–13 digit: kelebihan 1 digit."),
        ("/cek OVO10 0217345544", "⚠️ Nomor HP harus diawali 08 (atau 62). Periksa lagi angkanya."),
        ("/cek OVO10 80660817345544", "⚠️ Itu nomor virtual account bank. Hapus awalan 8066, sisakan nomor HP-nya."),
        ("/cek DN1 85280817345544", "⚠️ Itu nomor virtual account bank. Hapus awalan 8528, sisakan nomor HP-nya."),
        ("/cek DN1 8528 0810 0000 0001", "⚠️ Itu nomor virtual account bank. Hapus awalan 8528, sisakan nomor HP-nya."),
        (
            "/cek OVO10 12345678901234567890",
            "⚠️ Ini nomor token (20 digit), bukan nomor meter. Nomor meter PLN 11 digit.",
        ),
        ("/cek MAX5000 1234", "⚠️ ID Driver 5–15 digit: kurang 1 digit."),
        ("/cek MAX5000 1234567890123456", "⚠️ ID Driver 5–15 digit: kelebihan 1 digit."),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn what_is_missing_is_asked_for_with_an_example() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let table = [
        ("/cek", "Mau cek apa?"),
        ("/cek PLN20", "⚠️ Nomornya belum ada. Contoh: PLN20 01105691111"),
        ("/cek gopay10", "⚠️ Nomornya belum ada. Contoh: GOPAY10 0817345544"),
        ("/cek max5000", "⚠️ Nomornya belum ada. Contoh: MAX5000 01105691111"),
        ("/cek DNOPEN 50rb", "⚠️ Nomornya belum ada. Contoh: DNOPEN 0817345544 50rb"),
        ("/cek dnopen", "⚠️ Nomornya belum ada. Contoh: DNOPEN 0817345544 50rb"),
        ("/cek 01105691111", "⚠️ Kode produknya apa? Untuk nomor itu bisa PLN20 / MAX5000."),
        ("0817345544", "⚠️ Kode produknya apa? Untuk nomor itu bisa OVO10 / GOPAY10 / DN1 / DNOPEN / MAX5000."),
        ("8528081000000001", "⚠️ Itu nomor virtual account bank. Hapus awalan 8528, sisakan nomor HP-nya."),
        ("12345678901234567890", "⚠️ Ini nomor token (20 digit), bukan nomor meter. Nomor meter PLN 11 digit."),
        ("/cek 12", "⚠️ Kode produknya apa? Contoh: PLN20 01105691111. Daftar kode: /produk"),
        ("/cek DNOPEN 0817345544", "⚠️ Tambahkan nominalnya. Contoh: DNOPEN 0817345544 50rb"),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn unknown_codes_are_answered_with_near_ones() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let table = [
        ("/cek PLN21", "⚠️ Kode PLN21 tidak ada. Maksud Anda PLN20?"),
        ("/cek PLN21 512345678901", "⚠️ Kode PLN21 tidak ada. Maksud Anda PLN20 512345678901?"),
        ("/cek DANA 0817345544", "⚠️ DANA yang mana? Bisa DN1 0817345544 / DNOPEN 0817345544."),
        ("/cek XYZQ 01105691111", "⚠️ Kode XYZQ tidak ada. Untuk nomor itu bisa PLN20 / MAX5000."),
        ("/cek XYZQ 0110569111", "⚠️ Kode XYZQ tidak ada. Daftar kode: /produk"),
        ("/cek b&amp; 01105691111", "⚠️ Kode b&amp tidak ada. Untuk nomor itu bisa PLN20 / MAX5000."),
        ("cek token listrik 01105691111 kak", "⚠️ PLN yang mana? Bisa PLN20 01105691111."),
        (
            "/cek pulsa 10 0817345544",
            "Di sini hanya cek nomor PLN, OVO, GoPay, DANA, Maxim. Saldo, pulsa, tagihan, dan rekening bank tidak bisa.",
        ),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_code_behind_other_words_is_not_denied() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let line = "⚠️ Maksudnya ini? PLN20 01105691111";
    let table = [
        ("batal PLN20 01105691111", line),
        ("Budi\nPLN20 01105691111", line),
        ("/cek 1. PLN20 01105691111", line),
        ("/PLN20 01105691111 BUDI", line),
        ("/pln 01105691111", "⚠️ PLN yang mana? Bisa PLN20 01105691111."),
        ("/pln 0110569111", "Perintah itu belum saya kenal. Lihat /bantuan."),
        ("mau PLN20 0110569111", "⚠️ Nomor meter PLN 11 digit (IDPEL 12): kurang 1 digit."),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn nominals_are_held_to_the_product() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let table = [
        ("/cek DNOPEN 0817345544 50ribet", "⚠️ Nominalnya tidak terbaca. Contoh: DNOPEN 0817345544 50rb"),
        ("/cek DNOPEN 50rb 0817345544", "⚠️ Maksudnya ini? DNOPEN 0817345544 50000"),
        ("/cek DNOPEN Siti 0817345544 50rb", "⚠️ Maksudnya ini? DNOPEN 0817345544 50000"),
        ("/cek DNOPEN 0817345544 50rb ya Siti", "⚠️ Maksudnya ini? DNOPEN 0817345544 50000"),
        // What is to be copied has the agent's own number.
        ("/cek DNOPEN 081000000002", "⚠️ Tambahkan nominalnya. Contoh: DNOPEN 081000000002 50rb"),
        (
            "/cek PLN20 512345678901 20rb",
            "⚠️ PLN20 nominalnya tetap (PLN 20.000). Tulis tanpa nominal: PLN20 512345678901",
        ),
        (
            "/cek DNOPEN 081000000002 50",
            "⚠️ Nominal DNOPEN dari Rp1.000 sampai Rp10.000.000. Contoh: DNOPEN 081000000002 50rb",
        ),
        (
            "/cek DNOPEN 0817345544 11jt",
            "⚠️ Nominal DNOPEN dari Rp1.000 sampai Rp10.000.000. Contoh: DNOPEN 0817345544 50rb",
        ),
        (
            "/cek PLN20 01105691111 50rb",
            "⚠️ PLN20 nominalnya tetap (PLN 20.000). Tulis tanpa nominal: PLN20 01105691111",
        ),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn what_could_mean_two_things_is_asked_again() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let several = "⚠️ Nomornya lebih dari satu dan tidak jelas. Tulis satu per baris, misalnya PLN20 01105691111";
    let long = "PLN20 ".repeat(40);
    let table = [
        (
            "/cek OVO10 0817345544 12",
            "⚠️ Angkanya rancu. Tulis nomornya tanpa spasi, tanpa PIN. Contoh: OVO10 0817345544",
        ),
        (
            "/cek PLN20 01105691111-1",
            "⚠️ Angkanya rancu. Tulis nomornya tanpa spasi, tanpa PIN. Contoh: PLN20 01105691111",
        ),
        (
            "/cek PLN20\n1. 01105691111",
            "⚠️ Angkanya rancu. Tulis nomornya tanpa spasi, tanpa PIN. Contoh: PLN20 01105691111",
        ),
        (&long, several),
    ];
    refuses(&scene, &budi, &table).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_long_catalog_does_not_make_a_long_question() {
    let product = |n: u32| {
        format!(
            "[[product]]\ncode = \"PLN{n}\"\nname = \"PLN {n}.000\"\nprovider = \"PLN\"\nbuying = 1000\nselling = 2000\n"
        )
    };
    let six = [
        (
            "01105691111",
            "⚠️ Kode produknya apa? Untuk nomor itu bisa PLN20 / PLN50 / PLN100 / PLN200 / PLN500 / MAX5000.",
        ),
        (
            "token 01105691111",
            "⚠️ PLN yang mana? Bisa PLN20 01105691111 / PLN50 01105691111 / PLN100 01105691111 / PLN200 01105691111 / PLN500 01105691111.",
        ),
    ];
    let seven = [
        (
            "01105691111",
            "⚠️ Kode produknya apa? Untuk nomor itu misalnya PLN20 / PLN50 / PLN100 / PLN200 / PLN500 / PLN1000. \
             Daftar kode: /produk",
        ),
        (
            "token 01105691111",
            "⚠️ PLN yang mana? Bisa PLN20 01105691111 / PLN50 01105691111 / PLN100 01105691111 / PLN200 01105691111 / PLN500 01105691111 / PLN1000 01105691111.",
        ),
    ];
    for (products, table) in [(&[50, 100, 200, 500][..], six), (&[50, 100, 200, 500, 1000], seven)] {
        let mut scene = Scene::new().await;
        scene.sell(&products.iter().copied().map(product).collect::<String>());
        let budi = scene.owner("Budi").in_private();
        let bot = scene.start();
        refuses(&scene, &budi, &table).await;
        scene.end(bot).await;
    }
}
