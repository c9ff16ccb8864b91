//! The main job: a number is asked for, in any of the ways in which agents write, and the name comes back.

use super::{ask, body, code};
use crate::scene::Scene;

#[tokio::test]
async fn an_agent_asks_and_reads_name_and_total() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    let reply = ask(&budi, "/cek PLN20 01105691111").await;
    let expected =
        ["✅ PLN 20.000", "BAHARRUDIN1", "No. Meter: 01105691111", "Tarif/Daya: R1/2200VA", "Total: Rp20.546"];
    assert_eq!(body(&reply), expected);
    assert_eq!(code(&reply), None, "a success needs no code");
    assert!(reply.html().contains("<b>BAHARRUDIN1</b>"), "the name stands out");
    assert!(reply.html().contains("<code>01105691111</code>"), "the number is tap-to-copy");

    scene.end(bot).await;
}

#[tokio::test]
async fn every_kind_of_number_has_its_own_label() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    let idpel = ask(&budi, "PLN20 512345678901").await;
    let expected =
        ["✅ PLN 20.000", "TOKO MISALNYA", "ID Pelanggan: 512345678901", "Tarif/Daya: B1/5500VA", "Total: Rp20.546"];
    assert_eq!(body(&idpel), expected);

    let wallet = ask(&budi, "OVO10 081000000001").await;
    assert_eq!(body(&wallet), ["✅ OVO 10.000", "BUDI CONTOH", "No. HP: 081000000001", "Total: Rp73.500"]);

    let driver = ask(&budi, "MAX5000 00000000002").await;
    assert_eq!(body(&driver), ["✅ Maxim 5.000", "SITI MISALNYA", "ID Driver: 00000000002", "Total: Rp73.500"]);

    let open = ask(&budi, "DNOPEN 0817345544 50rb").await;
    let expected =
        ["✅ DANA nominal bebas", "BAHARRUDIN1", "No. HP: 0817345544", "Nominal: Rp50.000", "Total: Rp50.000"];
    assert_eq!(body(&open), expected);

    scene.end(bot).await;
}

#[tokio::test]
async fn power_in_plns_raw_form_is_written_as_agents_know_it() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "PLN20 00000000003").await;
    assert_eq!(body(&reply)[1..4], ["WARUNG PERCOBAAN", "No. Meter: 00000000003", "Tarif/Daya: R1/1300VA"]);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_is_understood_however_it_is_typed() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    for typed in [
        "/Cek PLN20 01105691111",
        "/CEK pln20 01105691111",
        "/cek@ceknomor_bot PLN20 01105691111",
        "/cek@Ceknomor_Bot PLN20.01105691111",
        "/cek\nPLN20 01105691111",
        "/cek\nPLN20\n01105691111",
        "PLN20 01105691111",
        "pln20.01105691111",
        "PLN20*01105691111#",
        "01105691111 PLN20",
        "/pln20 01105691111",
        "Pln20 01105691111 dong kak",
        "pln20 01105691111 a.n. Bpk Baharrudin",
        "token listrik 20rb 01105691111",
        "Halo kak, mau beli token listrik 20rb\nNo meter: 0110 5691 111\na.n Bapak Baharrudin",
        "PLN20 0110-569-1111",
        "PLN20 \u{202a}01105 691 111\u{202c}",
        "\u{200e}PLN20\u{a0}01105\u{a0}691111\u{2069}",
    ] {
        let reply = ask(&budi, typed).await;
        assert_eq!(body(&reply)[..3], ["✅ PLN 20.000", "BAHARRUDIN1", "No. Meter: 01105691111"], "{typed:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_mobile_number_is_understood_however_it_was_copied() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for typed in ["0817-3455-44", "+62 817 345 544", "62817345544", "817345544", "(0817) 345544", "0817.345.544"] {
        let reply = ask(&budi, &format!("/cek GOPAY10 {typed}")).await;
        assert_eq!(body(&reply)[1..3], ["BAHARRUDIN1", "No. HP: 0817345544"], "{typed:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn answers_in_odd_forms_are_read_all_the_same() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    for number in ["00000000701", "00000000702", "00000000704", "00000000707"] {
        let reply = ask(&budi, &format!("PLN20 {number}")).await;
        assert_eq!(body(&reply)[1], "BUDI CONTOH", "{number}");
        assert_eq!(body(&reply)[4], "Total: Rp20.546", "{number}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_hostile_name_is_shown_and_not_obeyed() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();

    let markup = ask(&budi, "PLN20 00000000705").await;
    assert_eq!(body(&markup)[1], "<b>BUDI</b> & _CONTOH_ *[x](y)`");
    assert_eq!(body(&markup)[3], "Tarif/Daya: R1/<i>900VA</i>");

    let marks = ask(&budi, "PLN20 00000000709").await;
    assert_eq!(body(&marks)[1], "BUDI CONTOH", "marks that turn or hide text are gone");

    let long = ask(&budi, "PLN20 00000000706").await;
    assert!(body(&long)[1].chars().count() <= 120, "{long:?}");

    scene.end(bot).await;
}

#[tokio::test]
async fn a_customer_without_a_name_is_told_from_one_that_is_not_there() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    let reply = ask(&budi, "PLN20 00000000703").await;
    let expected = [
        "✅ PLN 20.000",
        "⚠️ Nomor terdaftar, tetapi PLN tidak menyebut nama.",
        "No. Meter: 00000000703",
        "Tarif/Daya: R1M/900VA",
        "Total: Rp20.546",
    ];
    assert_eq!(body(&reply), expected);
    scene.end(bot).await;
}

#[tokio::test]
async fn start_and_help_say_what_to_type() {
    let mut scene = Scene::new().await;
    let (budi, agus) = (scene.owner("Budi"), scene.agent("Agus"));
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    let bot = scene.start();

    let start = ask(&budi.in_private(), "/start").await;
    assert!(start.text().contains("/cek PLN20 01105691111"), "{start:?}");
    assert_eq!(ask(&budi.in_private(), "/start dari_iklan").await.text(), start.text());

    let agent = ask(&agus.in_private(), "/bantuan").await;
    assert!(agent.text().lines().count() <= 10, "a phone shows ten: {agent:?}");
    assert!(agent.text().ends_with("Jangan kirim PIN. Bot ini tidak pernah memerlukannya."));
    let alone = ask(&budi.in_private(), "/bantuan").await;
    assert!(alone.text().starts_with(agent.text()), "owners read more: {alone:?}");
    assert!(alone.text().contains("Salah ketik? Edit saja pesannya."), "{alone:?}");
    assert_eq!(ask(&budi.in_private(), "/help").await.text(), alone.text());
    let among_others = ask(&budi.in_group(&group), "/bantuan").await;
    assert!(among_others.text().contains("Di grup: pakai /cek, sebut nama bot"), "{among_others:?}");

    let hint = ask(&budi.in_private(), "selamat siang").await;
    assert_eq!(hint.text(), "Ketik kode produk dan nomornya, misalnya PLN20 01105691111. Daftar kode: /produk");
    let unknown = ask(&budi.in_private(), "/pulsa").await;
    assert_eq!(unknown.text(), "Perintah itu belum saya kenal. Lihat /bantuan.");

    scene.end(bot).await;
}
