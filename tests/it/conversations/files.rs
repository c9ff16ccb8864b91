//! `/ekspor` and `/rekap`: the chat's own checks as files, and in figures under a picture.

use std::{fs, sync::Arc};

use ceknomor::{
    chat::{Asker, Month, Period, Report},
    clock::Clock,
    store::{History, Record, Seq},
    value::{ChatId, Customer, CustomerName, CustomerNumber, Outcome, Provider, Reference, Rupiah, UserId, Verdict},
};
use chrono::TimeDelta;

use super::ask;
use crate::{
    scene::Scene,
    telegram::{Fault, Reply},
};

/// The lines of a CSV, without its byte order mark.
fn lines(csv: &Reply) -> Vec<String> {
    let (name, bytes) = csv.file();
    assert!(name.ends_with(".csv"), "{name}");
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_months_checks_come_as_two_files() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    scene.admit(&budi);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    ask(&budi.in_private(), "PLN20 00000000404").await;
    ask(&chat, "/cek PLN20 01105691111").await;
    ask(&sari.in_group(&group), "/cek PLN20 00000000404").await;
    scene.pass(TimeDelta::days(20));
    ask(&chat, "/cek OVO10 0817345544").await;

    let xlsx = ask(&chat, "/ekspor november").await;
    assert_eq!((xlsx.text(), xlsx.file().0), ("📄 Riwayat cek Nov 2026: 2 cek.", "riwayat-2026-11.xlsx"));
    assert!(xlsx.file().1.starts_with(b"PK"));
    let csv = chat.reply().await;
    assert_eq!((csv.text(), csv.file().0), ("Isi yang sama sebagai CSV.", "riwayat-2026-11.csv"));
    let november = lines(&csv);
    assert_eq!(november[0], "Waktu (WIB);Agen;Produk;Layanan;Nomor;Nominal;Nama;Tarif/Daya;Total;Status;Kode;Ref");
    let number = "\"=\"\"01105691111\"\"\"";
    let first = format!("2026-11-22 14:05:00;Budi;PLN20;PLN;{number};;BAHARRUDIN1;R1/2200VA;20546;SUKSES;");
    assert!(november[1].starts_with(&first), "{}", november[1]);
    assert!(november[2].contains(";Sari;") && november[2].contains(";tidak ditemukan;"), "{}", november[2]);
    assert_eq!(november.len(), 3, "of this chat and this month alone");

    assert_eq!(ask(&chat, "/ekspor").await.file().0, "riwayat-2026-12.xlsx");
    assert_eq!(lines(&chat.reply().await).len(), 2);
    assert_eq!(ask(&chat, "/ekspor 10/2026").await.text(), "Tidak ada cek di obrolan ini pada Okt 2026.");
    assert!(ask(&chat, "/ekspor besok").await.text().starts_with("Bulan yang mana? Contoh: /ekspor november"));
    group.promotes(&budi, true);
    ask(&chat, "/bahasa en").await;
    assert_eq!(ask(&chat, "/ekspor 12/2026").await.text(), "📄 Checks of Dec 2026: 1 check.");
    assert!(lines(&chat.reply().await)[0].starts_with("Time (WIB);Agent;"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_file_is_sent_until_it_is_taken_and_a_refusal_is_told() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "PLN20 01105691111").await;
    scene.telegram.fail_next("sendDocument", Fault::RetryAfter(1));
    scene.telegram.fail_next("sendDocument", Fault::ServerError(502));
    assert_eq!(ask(&budi, "/ekspor").await.file().0, "riwayat-2026-11.xlsx");
    budi.reply().await.file();
    // Telegram's own words, and those of a proxy before it.
    for too_large in [Fault::Refused(413, "Request Entity Too Large"), Fault::ServerError(413)] {
        scene.telegram.fail_next("sendDocument", too_large);
        let refused = ask(&budi, "/ekspor").await;
        assert_eq!(refused.text(), "😔 Maaf, berkasnya tidak bisa dikirim lewat Telegram.");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_file_goes_into_its_topic_and_out_of_one_that_is_gone() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let forum = scene.telegram.forum("Agen Jaya", &[&budi]);
    scene.admit(&forum);
    let topic = forum.topic("Cek");
    let chat = budi.in_group(&forum).in_topic(&topic);
    let bot = scene.start();
    ask(&chat, "/cek PLN20 01105691111").await;
    let picture = ask(&chat, "/rekap").await;
    assert!(picture.is_in(&topic));
    scene.telegram.fail_next("sendPhoto", Fault::BadRequest("message thread not found"));
    chat.says("/rekap").await;
    let picture = chat.reply().await;
    assert!(picture.topic().is_none() && picture.file().1.starts_with(b"\x89PNG"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_recap_is_a_picture_with_its_figures() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    scene.admit(&budi);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    assert_eq!(ask(&chat, "/rekap").await.text(), "Belum ada cek di obrolan ini: 22 Nov 2026.");
    ask(&chat, "/cek PLN20 01105691111").await;
    scene.pass(TimeDelta::days(2));
    for typed in ["/cek PLN20 00000000404", "/cek PLN20 00000000503", "/cek OVO10 0817345544"] {
        ask(&chat, typed).await;
    }
    ask(&sari.in_group(&group), "/cek OVO10 0817345544").await;

    let day = ask(&chat, "/rekap").await;
    assert_eq!(
        day.text(),
        "Rekap 24 Nov 2026\n4 cek · ✅ 2 (50%)\n⏳ 1 tanpa jawaban\n\nPLN: 2 cek · ✅ 0%\nOVO: 2 cek · ✅ 100%\n\n\
         Budi: 3 cek · ✅ 33%\nSari: 1 cek · ✅ 100%\n\nPaling ramai pukul 14.00–15.00: 4 cek"
    );
    let (name, picture) = day.file();
    assert!(name == "rekap-2026-11-24.png" && picture.starts_with(b"\x89PNG"), "{name}");
    let week = ask(&chat, "/rekap minggu").await;
    assert!(week.text().starts_with("Rekap 18 Nov 2026 – 24 Nov 2026\n5 cek · ✅ 3 (60%)"), "{}", week.text());
    assert!(ask(&chat, "/rekap bulan").await.text().starts_with("Rekap Nov 2026\n5 cek"));
    assert!(ask(&chat, "/rekap tahun").await.text().starts_with("Rekap yang mana?"));

    ask(&budi.in_private(), "OVO10 0817345544").await;
    ask(&budi.in_private(), "/bahasa en").await;
    let alone = ask(&budi.in_private(), "/rekap").await;
    assert_eq!(
        alone.text(),
        "Recap 24 Nov 2026\n1 check · ✅ 1 (100%)\n\nOVO: 1 check · ✅ 100%\n\nBusiest from 14.00 to 15.00: 1 check"
    );
    scene.end(bot).await;
}

/// Run it alone: `cargo test --test it files::an_export -- --ignored`.
#[tokio::test]
#[ignore = "measures the memory of the whole process: to be run alone"]
async fn an_export_of_100_000_checks_takes_little_memory() {
    let scene = Scene::new().await;
    let (store, clock): (_, Arc<dyn Clock>) = (scene.store(), scene.clock.clone());
    let chat = ChatId(7);
    let record = Record {
        at: clock.now(),
        chat,
        agent: UserId(7),
        product: "PLN20".to_owned(),
        provider: Provider::Pln,
        number: CustomerNumber::from_record("01105691111").unwrap(),
        nominal: None,
        outcome: Outcome {
            verdict: Verdict::Found(Customer {
                name: CustomerName::new("BUDI SANTOSO"),
                power: Some("R1 /000001300".to_owned()),
                total: Some(Rupiah(20_546)),
            }),
            code: None,
            reference: Reference::fresh(),
        },
    };
    for first in (1..=100_000_u64).step_by(1_000) {
        let records = (first..first + 1_000).map(|seq| (Seq(seq), record.clone())).collect();
        History::import(&*store, records).await.unwrap();
    }
    let conversation = scene.conversation(&store, &clock);
    let asker = Asker { chat, here: chat, user: UserId(7), asked: chrono::DateTime::UNIX_EPOCH };
    // What the store has in its cache afterwards is no part of the report's.
    let recap = conversation.recap(&asker, Some(Period::Month), clock.now()).await;
    assert!(matches!(recap, Report::Files(_)));
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = kib("VmRSS:");
    let Report::Files(files) = conversation.export(&asker, Some(Month::This), clock.now()).await else { panic!() };
    let grown = kib("VmHWM:").saturating_sub(before);
    assert_eq!(files.len(), 2);
    assert!(grown <= 16 * 1024, "grown by {grown} KiB");
}

fn kib(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
