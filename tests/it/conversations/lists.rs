//! Many numbers in one message: one live message, one summary, and nothing dropped unnamed.

use ceknomor::klikoo::Timeouts;
use chrono::TimeDelta;
use std::time::Duration;

use super::{as_time_passes, ask};
use crate::{
    scene::{Scene, sandbox_that_takes},
    telegram::{Conversation, Fault, Gate, InChat, Reply, content},
};

/// What the live message of a list has become in the end.
async fn summary(live: &Reply) -> Reply {
    loop {
        let edited = live.edited().await;
        if !is_live(&edited) {
            return edited;
        }
    }
}

fn is_live(reply: &Reply) -> bool {
    reply.text().contains(['▓', '░']) || reply.text().contains("menunggu giliran")
}

fn lines(reply: &Reply) -> Vec<&str> {
    reply.text().lines().collect()
}

/// Asks until an answer fits.
async fn until(chat: &Conversation, text: &str, fits: impl Fn(&Reply) -> bool) {
    while !fits(&ask(chat, text).await) {}
}

async fn begun() -> (Scene, Conversation) {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    (scene, budi)
}

#[tokio::test]
async fn a_list_is_checked_in_the_order_typed_and_what_cannot_be_read_is_named_first() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let typed = "PLN20 01105691111\nPLN20 00000000404\nPLN20 0110569111\nOVO10 081000000001\nPLN20 01105691111";
    let live = ask(&budi, typed).await;
    assert_eq!(
        lines(&live),
        [
            "⚠️ Baris 3: kurang 1 digit (“PLN20 0110569111”)",
            "⏳ Mengecek 3 nomor",
            "░░░░░░░░░░ 0/3",
            "⏳ PLN20 01105691111 (2x)",
            "⏳ PLN20 00000000404",
            "⏳ OVO10 081000000001",
        ]
    );
    assert_eq!(live.buttons(), ["✋ Batal"]);
    let summary = summary(&live).await;
    assert_eq!(
        lines(&summary),
        [
            "✅ 2 · ❌ 1",
            "⚠️ Baris 3: kurang 1 digit (“PLN20 0110569111”)",
            "✅ PLN20 01105691111 · BAHARRUDIN1 · R1/2200VA · Rp20.546 (2x)",
            "❌ PLN20 00000000404 · tidak ditemukan",
            "✅ OVO10 081000000001 · BUDI CONTOH · Rp73.500",
        ]
    );
    assert_eq!(summary.buttons(), ["⬇ Unduh (Excel, CSV)"], "nothing failed");
    assert_eq!(scene.klikoo.calls().inquiries, 3, "each number once");
    let history = ask(&budi, "/riwayat").await;
    assert_eq!(history.text().matches("PLN20 01105691111").count(), 1, "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_comes_in_many_forms() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let both = |summary: &Reply| {
        let rest = lines(summary)[1..].to_vec();
        assert!(
            rest[0].starts_with("✅ PLN20 01105691111 ·") && rest[1].starts_with("✅ PLN20 00000000001 ·"),
            "{rest:?}"
        );
    };
    for typed in [
        "PLN20 01105691111, PLN20 00000000001",
        "PLN20\n01105691111\n00000000001",
        "/cek PLN20 01105691111\nPLN20 00000000001",
        "1. PLN20 01105691111\n2. PLN20 00000000001",
    ] {
        both(&summary(&ask(&budi, typed).await).await);
    }
    let customers = budi.says("Baharrudin 01105691111\nBudi Contoh 00000000001").await;
    budi.reply().await;
    budi.replies_to(&customers, "/cek PLN20").await;
    both(&summary(&budi.reply().await).await);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_is_told_only_when_it_asks() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let budi = budi.in_group(&group);
    let bot = scene.start();
    let list = budi.says("PLN20 01105691111\nPLN20 00000000001").await;
    assert!(budi.silence_until("/produk maxim").await.text().contains("MAX5000"));
    budi.replies_to(&list, "/cek").await;
    assert_eq!(lines(&summary(&budi.reply().await).await)[0], "✅ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_name_that_is_another_comes_first_and_stands_out() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let live =
        ask(&budi, "PLN20 01105691111 an Baharrudin\nPLN20 00000000404 an Tono\nPLN20 00000000001 an Wati\nPLN20 00000000002 an Siti Misalnya").await;
    let summary = summary(&live).await;
    assert_eq!(
        lines(&summary),
        [
            "✅ 2 · ❌ 1 · ⚠️ 1",
            "⚠️ PLN20 00000000001 · BUDI CONTOH · R1M/900VA · Rp20.546 · nama BEDA, di daftar tertulis Wati",
            "✅ PLN20 01105691111 · BAHARRUDIN1 · R1/2200VA · Rp20.546 · nama MIRIP, di daftar tertulis Baharrudin",
            "❌ PLN20 00000000404 · tidak ditemukan",
            "✅ PLN20 00000000002 · SITI MISALNYA · R1/1300VA · Rp20.546 · nama COCOK",
        ]
    );
    scene.end(bot).await;
}

#[tokio::test]
async fn what_has_no_answer_is_asked_again_by_a_button() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let (budi, sari) = (user.in_private(), scene.agent("Sari"));
    let bot = scene.start();
    let first = summary(&ask(&budi, "PLN20 00000000001\nPLN20 00000000503").await).await;
    assert_eq!(lines(&first)[0], "✅ 1 · ⏳ 1");
    assert_eq!(first.buttons(), ["🔁 Ulangi yang gagal (1)", "⬇ Unduh (Excel, CSV)"]);
    let data = first.data("🔁 Ulangi yang gagal (1)").to_owned();
    first.press_data(&data, &user).await;
    let again = summary(&budi.reply().await).await;
    assert_eq!(lines(&again), ["⏳ 1", "⏳ PLN20 00000000503 · gangguan"]);

    // A button of another chat's list opens nothing.
    let others = summary(&ask(&sari.in_private(), "PLN20 00000000001\nPLN20 00000000002").await).await;
    let forged = data.replace(&format!(":{}", user.id()), &format!(":{}", sari.id()));
    let press = others.press_data(&forged, &sari).await;
    assert!(press.alert().await.text.starts_with("Tombol ini sudah tidak berlaku"));
    scene.end(bot).await;
}

#[tokio::test]
async fn nothing_that_was_answered_is_asked_again_after_a_kill() {
    let (mut scene, budi) = begun().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let bot = scene.start();
    let live = ask(&budi, "PLN20 00000000001\nPLN20 00000000408\nPLN20 00000000404").await;
    scene.klikoo.arrived(3).await;
    until(&budi, "/riwayat", |page| page.text().contains("00000000001") && page.text().contains("00000000404")).await;
    // The last answer may come again after a kill, so this one is not taken before.
    scene.telegram.fail_next("sendMessage", Fault::Held(Gate::default()));
    let before = scene.telegram.calls("sendMessage").len();
    budi.says("/produk maxim").await;
    scene.telegram.called("sendMessage", before + 1).await;
    bot.kill().await;

    scene.timeouts = Timeouts { check: Duration::from_millis(800), ..Timeouts::default() };
    let bot = scene.start();
    assert!(budi.reply().await.text().starts_with("Produk yang bisa dicek"));
    as_time_passes(&scene, scene.klikoo.arrived(4)).await;
    let answer = loop {
        let edited = live.edited().await;
        if edited.text() == "✅ Dijawab di bawah" {
            break budi.reply().await;
        }
        if !is_live(&edited) {
            break edited;
        }
    };
    assert_eq!(
        lines(&answer),
        [
            "✅ 1 · ❌ 1 · ⏳ 1",
            "✅ PLN20 00000000001 · BUDI CONTOH · R1M/900VA · Rp20.546",
            "⏳ PLN20 00000000408 · belum ada jawaban",
            "❌ PLN20 00000000404 · tidak ditemukan",
        ]
    );
    assert_eq!(scene.klikoo.calls().inquiries, 4, "only what had no answer");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_is_cancelled_and_the_rest_can_be_checked_later() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let live = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    until(&budi, "/riwayat", |page| page.text().contains("00000000001")).await;
    live.press("✋ Batal", &user).await.alert().await;
    let cancelled = summary(&live).await;
    assert_eq!(
        lines(&cancelled),
        [
            "✋ Dibatalkan. Yang sudah terjawab:",
            "✅ 1 · ⏳ 1",
            "✅ PLN20 00000000001 · BUDI CONTOH · R1M/900VA · Rp20.546",
            "⏳ PLN20 00000000408",
        ]
    );
    assert_eq!(cancelled.buttons(), ["🔁 Cek sisanya (1)", "⬇ Unduh (Excel, CSV)"]);
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_ends_with_the_retry_window_though_its_provider_hangs() {
    let (mut scene, budi) = begun().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let bot = scene.start();
    let live = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    let queued = ask(&budi, "PLN20 00000000002\nPLN20 00000000408").await;
    until(&budi, "/riwayat", |page| page.text().contains("00000000001\n")).await;
    scene.pass(TimeDelta::minutes(15));
    let ended = summary(&live).await;
    assert_eq!(
        lines(&ended),
        [
            "✅ 1 · ⏳ 1",
            "✅ PLN20 00000000001 · BUDI CONTOH · R1M/900VA · Rp20.546",
            "⏳ PLN20 00000000408 · belum ada jawaban",
        ]
    );
    assert_eq!(ended.buttons(), ["🔁 Ulangi yang gagal (1)", "⬇ Unduh (Excel, CSV)"]);
    // The next one has a window of its own, from its turn on.
    until(&budi, "/riwayat", |page| page.text().contains("00000000002\n")).await;
    let history = ask(&budi, "/riwayat").await;
    assert!(history.text().contains("PLN20 00000000408\nbelum ada jawaban"), "{history:?}");
    scene.pass(TimeDelta::minutes(15));
    let ended = as_time_passes(&scene, summary(&queued)).await;
    assert_eq!(lines(&ended)[2], "⏳ PLN20 00000000408 · belum ada jawaban");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_history_shows_how_far_the_lists_of_the_chat_are() {
    let mut scene = Scene::new().await;
    let (user, sari) = (scene.owner("Budi"), scene.agent("Sari").in_private());
    let budi = user.in_private();
    let bot = scene.start();
    let first = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    let second = ask(&budi, "PLN20 00000000002\nPLN20 00000000003\nPLN20 00000000004").await;
    until(&budi, "/riwayat", |page| page.text().contains("00000000001\n")).await;
    let history = ask(&budi, "/riwayat").await;
    assert_eq!(
        lines(&history)[..5],
        [
            "Riwayat cek",
            "",
            "⏳ Mengecek 2 nomor",
            "▓▓▓▓▓░░░░░ 1/2",
            "⏳ 3 nomor menunggu giliran. Daftar sebelumnya masih dicek.",
        ]
    );
    assert!(ask(&budi, "/riwayat 00000000408").await.text().contains("⏳ Mengecek 2 nomor"), "it is on that list");
    assert!(!ask(&budi, "/riwayat 00000000001").await.text().contains("menunggu giliran"));
    assert!(ask(&sari, "/riwayat").await.text().starts_with("Belum ada cek"), "they are of that chat");
    first.press("✋ Batal", &user).await.alert().await;
    summary(&first).await;
    assert_eq!(lines(&summary(&second).await)[0], "✅ 3");
    assert!(!ask(&budi, "/riwayat").await.text().contains('⏳'));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_second_list_waits_for_its_turn_and_single_checks_do_not() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let first = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    let second = ask(&budi, "PLN20 00000000002\nPLN20 00000000003").await;
    assert_eq!(second.text(), "⏳ 2 nomor menunggu giliran. Daftar sebelumnya masih dicek.");
    assert!(ask(&budi, "PLN20 01105691111").await.text().contains("BAHARRUDIN1"));
    let waiting = ask(&budi, "sudah?").await;
    let list = "daftar 2 nomor sejak 14:05 WIB";
    assert_eq!(lines(&waiting), ["⏳ Masih ditanyakan:", list, list]);
    first.press("✋ Batal", &user).await.alert().await;
    summary(&first).await;
    assert_eq!(lines(&summary(&second).await)[0], "✅ 2");

    // One that waits for its turn can be cancelled too.
    let first = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    let second = ask(&budi, "PLN20 00000000002\nPLN20 00000000003").await;
    let done = ask(&budi, "/batal").await;
    assert!(done.text().starts_with("✋ 2 cek"), "{done:?}");
    assert_eq!(lines(&summary(&first).await)[0], "✋ Dibatalkan. Yang sudah terjawab:");
    assert_eq!(lines(&summary(&second).await)[1], "⏳ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn what_the_chat_had_lately_is_not_asked_again() {
    let (mut scene, budi) = begun().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let bot = scene.start();
    ask(&budi, "PLN20 01105691111").await;
    scene.pass(TimeDelta::minutes(2));
    let answer = summary(&ask(&budi, "PLN20 00000000001\nPLN20 01105691111").await).await;
    assert_eq!(lines(&answer)[2], "✅ PLN20 01105691111 · BAHARRUDIN1 · R1/2200VA · Rp20.546 · 🕘 14:05 WIB");
    assert_eq!(scene.klikoo.calls().inquiries, 2);
    scene.end(bot).await;
}

#[tokio::test]
async fn one_number_is_checked_at_every_wallet() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    for typed in ["semua 0817345544", "/cek semua 0817-345-544", "cek 0817345544 semua"] {
        let live = ask(&budi, typed).await;
        assert_eq!(lines(&live)[0], "📱 0817345544 di semua dompet");
        let card = summary(&live).await;
        assert_eq!(
            lines(&card),
            [
                "📱 0817345544 di semua dompet",
                "✅ 3",
                "✅ OVO10 0817345544 · BAHARRUDIN1 · Rp73.500",
                "✅ GOPAY10 0817345544 · BAHARRUDIN1 · Rp73.500",
                "✅ DN1 0817345544 · BAHARRUDIN1 · Rp73.500",
            ]
        );
    }
    let short = ask(&budi, "semua 081734").await;
    assert!(short.text().contains("kurang"), "{short:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_long_list_has_pages_and_says_what_is_left_off() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let typed: String = (0..105).map(|n| format!("PLN20 00000000{n:03}\n")).collect();
    let first = summary(&ask(&budi, &typed).await).await;
    assert_eq!(lines(&first)[0], "✅ 99 · ❌ 1");
    assert_eq!(lines(&first)[1], "Halaman 1 dari 3");
    assert_eq!(lines(&first)[2], "⚠️ 5 lagi tidak dicek. Paling banyak 100 nomor sekali kirim.");
    assert_eq!(first.buttons(), ["Berikutnya ▶", "⬇ Unduh (Excel, CSV)"]);
    let (mut page, mut shown) = (first, String::new());
    while page.buttons().contains(&"Berikutnya ▶") {
        shown += page.text();
        page.press("Berikutnya ▶", &user).await;
        page = page.edited().await;
    }
    shown += page.text();
    assert!((0..100).all(|n| shown.matches(&format!("00000000{n:03}")).count() == 1), "{shown}");
    assert_eq!(page.buttons(), ["◀ Sebelumnya", "⬇ Unduh (Excel, CSV)"]);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_is_downloaded_with_what_has_no_answer() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let list = summary(&ask(&budi, "PLN20 01105691111\nPLN20 00000000503").await).await;
    list.press("⬇ Unduh (Excel, CSV)", &user).await;
    let xlsx = budi.reply().await;
    assert_eq!((xlsx.text(), xlsx.file().0), ("📄 Daftar: 2 nomor.", "daftar-2026-11-22-1405.xlsx"));
    let csv = budi.reply().await;
    let text = String::from_utf8(csv.file().1.to_vec()).unwrap();
    let rows: Vec<_> = text.lines().collect();
    assert!(rows[1].contains("BAHARRUDIN1;R1/2200VA;20546;SUKSES;"), "{text}");
    assert!(rows[2].contains("00000000503") && rows[2].contains(";gangguan;") && rows.len() == 3, "{text}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_file_is_a_list_in_whatever_form_office_programs_write_it() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let text = "Nama;Kode;Nomor\r\nBaharrudin;PLN20;01105691111\r\nBudi Contoh;PLN20;00000000001\r\n";
    let utf_16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (id, bytes) in [("utf-8", text.as_bytes()), ("utf-16", &utf_16)] {
        scene.telegram.keeps(id, bytes);
        let sent = budi.sends(content::document(id, "Pelanggan.CSV", bytes.len(), "")).await;
        let live = budi.reply().await;
        assert!(live.answers(&sent), "{live:?}");
        let list = summary(&live).await;
        assert_eq!(lines(&list)[0], "✅ 2", "{list:?}");
        assert!(lines(&list)[2].ends_with("nama COCOK"), "{list:?}");
    }
    // The code under it is for all numbers of it.
    scene.telegram.keeps("numbers", b"01105691111\n00000000001");
    budi.sends(content::document("numbers", "nomor.txt", 23, "PLN20")).await;
    assert_eq!(lines(&summary(&budi.reply().await).await)[0], "✅ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_passed_over_in_silence() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let too_large = vec![b'1'; 256 * 1024 + 1];
    scene.telegram.keeps("large", &too_large);
    scene.telegram.keeps("of-unknown-size", &too_large);
    let refused = "⚠️ Berkas itu tidak bisa dibuka. Kirim .txt atau .csv, paling besar 256 KB.";
    for (id, size) in [("large", too_large.len()), ("large", 10), ("of-unknown-size", 10)] {
        budi.sends(content::document(id, "nomor.txt", size, "")).await;
        assert_eq!(budi.reply().await.text(), refused);
    }
    budi.sends(content::document("gone", "nomor.txt", 10, "")).await;
    assert_eq!(budi.reply().await.text(), refused);
    scene.telegram.refused("getFile", "invalid file_id").await;
    scene.telegram.keeps("letter", b"Apa kabar?");
    budi.sends(content::document("letter", "surat.txt", 10, "")).await;
    assert!(budi.reply().await.text().starts_with("⚠️ Tidak ada nomor yang terbaca di berkas itu."));
    budi.sends(content::document("letter", "surat.pdf", 10, "")).await;
    assert_eq!(budi.reply().await.text(), "Kirim nomornya sebagai teks ya.");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_has_a_file_read_by_a_command_under_it() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let budi = budi.in_group(&group);
    let bot = scene.start();
    scene.telegram.keeps("numbers", b"01105691111\n00000000001");
    budi.sends(content::document("numbers", "nomor.txt", 23, "")).await;
    budi.sends(content::document("numbers", "nomor.txt", 23, "ini ya")).await;
    assert!(budi.silence_until("/produk maxim").await.text().contains("MAX5000"));
    budi.sends(content::document("numbers", "nomor.txt", 23, "/cek PLN20")).await;
    assert_eq!(lines(&summary(&budi.reply().await).await)[0], "✅ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_pin_in_a_list_is_warned_of_and_taken_out() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let typed = "PLN20.01105691111.1234\nPLN20.00000000001.1234";
    let sent = budi.says(typed).await;
    let live = budi.reply().await;
    assert!(live.text().contains("Jangan kirim PIN!"), "{live:?}");
    budi.deleted(&sent).await;
    assert_eq!(lines(&summary(&live).await)[0], "✅ 2");

    // On a line of its own, where nothing calls it so.
    let sent = budi.says("PLN20 00000000001\nPLN20 00000000002\n123456").await;
    let live = budi.reply().await;
    assert!(live.text().contains("Jangan kirim PIN!") && !live.text().contains("123456"), "{live:?}");
    budi.deleted(&sent).await;
    assert_eq!(lines(&summary(&live).await)[0], "✅ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_of_a_hundred_is_edited_a_few_times_alone() {
    let mut scene = Scene::new().await;
    scene.klikoo = sandbox_that_takes(scene.klikoo_clock.clone(), Duration::from_millis(400)).await;
    let (budi, sari) = (scene.owner("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let agus = scene.agent("Agus").in_private();
    let bot = scene.start();
    let typed: String = (0..100).map(|n| format!("PLN20 00000000{n:03}\n")).collect();
    let in_private = ask(&budi.in_private(), &typed).await;
    let in_group = ask(&sari.in_group(&group), &format!("/cek {typed}")).await;
    for n in 1..=5 {
        let answer = ask(&agus, &format!("DN1 0810000000{n:02}")).await;
        assert!(answer.text().starts_with("✅ "), "{answer:?}");
    }
    for live in [&in_private, &in_group] {
        assert_eq!(lines(&summary(live).await)[0], "✅ 99 · ❌ 1");
    }
    for (live, most) in [(in_private, 12), (in_group, 8)] {
        let edits = scene.telegram.calls("editMessageText");
        let edits = edits.iter().filter(|call| call.chat == Some(live.chat_id())).count();
        assert!((1..=most).contains(&edits), "{edits} edits");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_leaves_room_for_single_checks_of_the_same_provider() {
    let mut scene = Scene::new().await;
    scene.bounds.inquiry.calls = 2;
    let pln = |nominal| {
        format!(
            "[[product]]\ncode = \"PLN{nominal}\"\nname = \"PLN {nominal}.000\"\nprovider = \"PLN\"\nbuying = 1000\nselling = 2000\n"
        )
    };
    scene.sell(&(pln(50) + &pln(100)));
    let user = scene.owner("Budi");
    let (budi, agus) = (user.in_private(), scene.agent("Agus").in_private());
    let bot = scene.start();
    let live = ask(&budi, "PLN20 00000000408\nPLN50 00000000408\nPLN100 00000000408").await;
    scene.klikoo.arrived(1).await;
    for chat in [&agus, &budi] {
        assert!(ask(chat, "PLN20 01105691111").await.text().contains("BAHARRUDIN1"));
    }
    live.press("✋ Batal", &user).await.alert().await;
    assert_eq!(lines(&summary(&live).await)[1], "⏳ 3");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_that_takes_minutes_does_not_hold_up_a_check_that_waits_for_its_provider() {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(TimeDelta::minutes(15));
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let live = ask(&budi, "PLN20 00000000001\nPLN20 00000000408").await;
    scene.klikoo.arrived(2).await;
    scene.klikoo.set_down(true);
    let notice = ask(&budi, "OVO10 081000000001").await;
    assert!(notice.text().starts_with("⏳ OVO sedang gangguan."), "{notice:?}");
    let asked = scene.klikoo.calls().inquiries;
    as_time_passes(&scene, scene.klikoo.arrived(asked + 4)).await;
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, notice.edited()).await;
    assert!(answer.text().starts_with("✅ OVO 10.000\nBUDI CONTOH"), "{answer:?}");
    live.press("✋ Batal", &user).await.alert().await;
    assert_eq!(lines(&summary(&live).await)[1], "✅ 1 · ⏳ 1");
    scene.end(bot).await;
}

#[tokio::test]
async fn an_english_chat_reads_english() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    ask(&budi, "/bahasa en").await;
    let live = ask(&budi, "PLN20 01105691111\nPLN20 00000000001\nPLN20 0110569111").await;
    assert_eq!(lines(&live)[..2], ["⚠️ Line 3: 1 digit missing (“PLN20 0110569111”)", "⏳ Checking 2 numbers"]);
    assert_eq!(lines(&summary(&live).await)[0], "✅ 2");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_flood_of_single_checks_is_answered_whole() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    for n in 1..=45 {
        budi.says(&format!("PLN20 00000000{n:03}")).await;
    }
    for n in 1..=45 {
        assert!(budi.reply().await.text().contains(&format!("00000000{n:03}")));
    }
    scene.end(bot).await;
}
