//! What owners see and hear of the bot: its state, figures, the record of who did what, alerts and their end, the daily
//! report.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use ceknomor::{
    chat::BoardSettings,
    clock::Clock,
    store::{AuditAct, AuditEntry, AuditPlace, Row, RowKind, Store},
    value::{ChatId, Rupiah, UserId},
};
use chrono::{DateTime, TimeDelta};
use tokio::sync::Notify;

use super::ask;
use crate::{
    faulty_store::FaultyStore,
    scene::Scene,
    telegram::{Conversation, Reply},
};

const MIB: u64 = 1024 * 1024;

/// A scene in which the watch looks all the time, and its disk.
async fn watched() -> (Scene, Disk) {
    let (mut scene, disk) = (Scene::new().await, Disk::default());
    scene.bounds.jobs.watch = Duration::from_millis(10);
    scene.board = disk.settings();
    (scene, disk)
}

/// A disk with as much room as is set, which the watch looks at.
struct Disk {
    free: Arc<AtomicU64>,
    looked: Arc<Notify>,
}

impl Default for Disk {
    fn default() -> Self {
        Self { free: Arc::new(AtomicU64::new(4096 * MIB)), looked: Arc::default() }
    }
}

impl Disk {
    fn settings(&self) -> BoardSettings {
        let (free, looked) = (self.free.clone(), self.looked.clone());
        let look = move || {
            looked.notify_one();
            Some(free.load(Relaxed))
        };
        BoardSettings { free_disk: Some(Arc::new(look)), ..BoardSettings::default() }
    }

    /// Waits until the watch has looked at everything as it is now: one look may have been under way, and one that
    /// ended may not have been heard of.
    async fn is_looked_at(&self) {
        for _ in 0..3 {
            self.looked.notified().await;
        }
    }
}

/// The record, oldest first.
async fn record(store: &Arc<dyn Store>) -> Vec<AuditEntry> {
    let entries = store.audit_since(DateTime::UNIX_EPOCH, None, 1000).await.unwrap();
    entries.into_iter().map(|(_, entry)| entry).collect()
}

#[tokio::test]
async fn an_owner_sees_how_the_bot_does() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    scene.board = Disk::default().settings();
    let bot = scene.start();
    ask(&budi, "/cek PLN20 01105691111").await;
    scene.pass(TimeDelta::minutes(100));
    ask(&budi, "/cek PLN20 00000000404").await;
    let status = ask(&owner, "/status").await;
    let lines: Vec<&str> = status.text().lines().collect();
    let version = format!("ceknomor {}, jalan 1 jam 40 menit", env!("CARGO_PKG_VERSION"));
    assert_eq!(lines[0], version);
    assert!(lines[1].starts_with("Telegram terakhir menjawab ") && lines[1].ends_with(" lalu"), "{status:?}");
    assert_eq!(lines[2], "Cek hari ini: 2, jam ini: 1");
    assert!(lines[3].starts_with("PLN (15 menit): 1 cek, 100% terjawab, biasanya "), "{status:?}");
    assert_eq!(
        lines[4..],
        [
            "Antrean: 0 belum mulai, 0 sedang jalan, 0 menunggu penyedia",
            "💰 Saldo Klikoo: Rp1.000.000 (per 15:45 WIB)",
            "Disk kosong: 4096 MB",
            "Cadangan: belum pernah (ceknomor backup)",
        ]
    );
    assert_eq!(ask(&budi, "/status").await.text(), "🔒 Hanya pemilik bot yang bisa memakai ini.");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_balance_is_asked_for_once_a_minute() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let bot = scene.start();
    assert_eq!(ask(&owner, "/saldo").await.text(), "💰 Saldo Klikoo: Rp1.000.000 (per 14:05 WIB)");
    scene.klikoo.set_balance(999_000);
    scene.pass(TimeDelta::seconds(59));
    assert_eq!(ask(&owner, "/saldo").await.text(), "💰 Saldo Klikoo: Rp1.000.000 (per 14:05 WIB)");
    assert_eq!(scene.klikoo.calls().balances, 1);
    scene.pass(TimeDelta::seconds(1));
    assert_eq!(ask(&owner, "/saldo").await.text(), "💰 Saldo Klikoo: Rp999.000 (per 14:06 WIB)");
    scene.end(bot).await;
}

#[tokio::test]
async fn statistics_name_agents_and_groups_under_a_picture() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let (budi, sari) = (scene.agent("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&sari]);
    scene.admit(&group);
    let bot = scene.start();
    assert_eq!(ask(&owner, "/statistik").await.text(), "Belum ada cek: 22 Nov 2026.");
    for _ in 0..2 {
        ask(&budi.in_private(), "/cek PLN20 01105691111").await;
    }
    scene.pass(TimeDelta::days(1));
    ask(&sari.in_group(&group), "/cek PLN20 00000000404").await;
    let today = ask(&owner, "/statistik hari").await;
    assert_eq!(today.file().0, "statistik-2026-11-23.png");
    assert!(today.file().1.starts_with(b"\x89PNG"));
    let expected = format!(
        "Statistik 23 Nov 2026, semua obrolan\n1 cek · ✅ 0 (0%)\n\nAgen\nSari: 1 cek · ✅ 0%\n\nGrup\n{}: 1 cek · ✅ 0%",
        group.id()
    );
    assert_eq!(today.text(), expected);
    let week = ask(&owner, "/statistik minggu").await;
    assert!(week.text().contains("3 cek · ✅ 2 (66%)"), "{week:?}");
    assert!(week.text().contains("Agen\nBudi: 2 cek · ✅ 100%\nSari: 1 cek · ✅ 0%"), "{week:?}");
    assert!(ask(&owner, "/statistik bulan").await.text().starts_with("Statistik yang mana?"));
    scene.end(bot).await;
}

#[tokio::test]
async fn the_tail_of_many_agents_is_left_off() {
    let mut scene = Scene::new().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let store = scene.store();
    for user in 1..=22 {
        let at = scene.clock.now();
        let mut entry = AuditEntry::by(UserId(user), ChatId(user as i64), AuditAct::Check, "found", at);
        entry.provider = Some(ceknomor::value::Provider::Pln);
        store.append_audit(entry).await.unwrap();
    }
    let bot = scene.start_with(store);
    let statistics = ask(&owner, "/statistik").await;
    assert!(statistics.text().ends_with("\ndan 12 lainnya"), "{statistics:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_long_record_is_looked_through_in_parts() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Ibu Bos");
    let (store, at) = (scene.store(), scene.clock.now());
    let entries = (1..=10_001).map(|number| {
        let by = if number == 1 { 5 } else { 6 };
        let place = AuditPlace { millis: u64::try_from(at.timestamp_millis()).unwrap(), number };
        (place, AuditEntry::by(UserId(by), ChatId(5), AuditAct::Setting, "language", at))
    });
    store.import_audit(entries.collect()).await.unwrap();
    let bot = scene.start_with(store);
    let part = ask(&user.in_private(), "/audit 5").await;
    assert!(part.text().starts_with("Belum ketemu") && part.buttons() == ["Lebih lama ▶"], "{part:?}");
    part.press("Lebih lama ▶", &user).await;
    let older = part.edited().await;
    assert!(older.text().ends_with("14:05 · 5 · setelan · bahasa"), "{older:?}");
    assert_eq!(older.buttons(), ["⏮ Terbaru"]);
    scene.end(bot).await;
}

#[tokio::test]
async fn the_record_is_paged_and_filtered() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Ibu Bos");
    let (owner, budi) = (user.in_private(), scene.agent("Budi"));
    let bot = scene.start();
    assert_eq!(ask(&owner, "/audit").await.text(), "Tidak ada catatan yang cocok.");
    let answer = ask(&budi.in_private(), "/cek PLN20 01105691111").await;
    let reference = answer.text().rsplit("Ref ").next().unwrap().to_owned();
    ask(&budi.in_private(), "/bahasa id").await;
    ask(&budi.in_private(), "/audit").await;
    scene.pass(TimeDelta::days(1));
    ask(&owner, "/ekspor november").await;
    let id = budi.id();
    let page = ask(&owner, "/audit").await;
    let expected = format!(
        "Catatan\n22 Nov 2026\n14:05 · Budi ({id}) · ditolak · bukan pemilik\n14:05 · Budi ({id}) · setelan · bahasa\n\
         14:05 · Budi ({id}) · cek · PLN · ditemukan · {reference}"
    );
    assert_eq!(page.text(), expected, "nothing was exported: the owner's chat has no checks");
    assert!(page.buttons().is_empty());
    assert!(!page.text().contains("01105691111") && !page.text().contains("BAHARRUDIN1"));
    assert_eq!(ask(&owner, &format!("/audit {id}")).await.text(), expected);
    assert_eq!(ask(&owner, "/audit hari ini").await.text(), "Tidak ada catatan yang cocok.");
    assert!(ask(&owner, "/audit siapa").await.text().starts_with("Contoh: /audit"));

    for _ in 0..14 {
        ask(&budi.in_private(), "/bahasa id").await;
    }
    let newest = ask(&owner, &format!("/audit {id}")).await;
    assert_eq!(newest.text().matches("setelan").count(), 14, "{newest:?}");
    assert_eq!(newest.buttons(), ["Lebih lama ▶"]);
    newest.press("Lebih lama ▶", &user).await;
    let older = newest.edited().await;
    assert!(older.text().ends_with(&reference) && older.text().lines().count() == 4, "{older:?}");
    older.press("⏮ Terbaru", &user).await;
    assert_eq!(older.edited().await.text(), newest.text());
    // The data of the button in another's hand.
    let own = ask(&budi.in_private(), "/produk maxim").await;
    let forged = own.press_data(&format!("a::::{id}"), &budi).await;
    assert_eq!(forged.alert().await.text, "🔒 Hanya pemilik bot yang bisa memakai ini.");
    scene.end(bot).await;
}

#[tokio::test]
async fn in_a_group_an_owner_is_sent_to_the_private_chat_and_a_member_is_passed_over() {
    let mut scene = Scene::new().await;
    let (owner, sari) = (scene.owner("Ibu Bos"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&owner, &sari]);
    scene.admit(&group);
    let store = scene.store();
    let bot = scene.start_with(store.clone());
    for command in ["/saldo", "/status", "/audit", "/statistik", "/muatulang"] {
        let told = ask(&owner.in_group(&group), command).await;
        assert_eq!(told.text(), "🔒 Kirim ini di obrolan pribadi dengan bot.", "{command}");
        sari.in_group(&group).says(command).await;
    }
    sari.in_group(&group).silence_until("/id").await;
    // The owner's are noted; the member's may be for another bot of the group.
    let denied = record(&store).await;
    assert!(denied.iter().all(|entry| entry.by == Some(UserId(owner.id())) && entry.outcome == "only-in-private"));
    assert_eq!(denied.len(), 5);
    drop(store);
    scene.end(bot).await;
}

#[tokio::test]
async fn exports_and_deletions_are_recorded() {
    let mut scene = Scene::new().await;
    let budi = scene.agent("Budi");
    let store = scene.store();
    let bot = scene.start_with(store.clone());
    let chat = budi.in_private();
    ask(&chat, "/cek PLN20 01105691111").await;
    ask(&chat, "/ekspor").await;
    chat.reply().await;
    ask(&chat, "/simpan busiti PLN20 01105691111").await;
    ask(&chat, "/pelanggan hapus busiti").await;
    ask(&chat, "/rekap").await;
    let acts: Vec<_> = record(&store).await.iter().map(|entry| (entry.act, entry.outcome.to_string())).collect();
    let expected = [(AuditAct::Check, "found"), (AuditAct::Export, "sent"), (AuditAct::Delete, "customer")];
    assert_eq!(acts, expected.map(|(act, outcome)| (act, outcome.to_owned())));
    drop(store);
    scene.end(bot).await;
}

#[tokio::test]
async fn what_is_done_to_people_quotas_and_settings_is_recorded() {
    let mut scene = Scene::new().await;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi"));
    let (bos, chat) = (owner.in_private(), budi.in_private());
    let bot = scene.start();
    ask(&chat, "/start").await;
    ask(&bos, "/undang").await;
    ask(&bos, &format!("/kuota {} 60 1000", budi.id())).await;
    ask(&chat, "/atur nama samar").await;
    let question = ask(&chat, "/hapusdata").await;
    question.press("🗑 Hapus", &budi).await;
    question.edited().await;
    let agents = ask(&bos, "/agen").await;
    // Its row is named by the id: the name was deleted just now.
    agents.press_data(agents.all_data()[0], &owner).await;
    for label in ["⏸ Jeda", "Ya", "▶ Lanjutkan", "🗑 Hapus", "Ya", "⛔ Blokir", "Ya"] {
        agents.edited().await.press(label, &owner).await;
    }
    agents.edited().await;
    for _ in ["paused", "resumed", "removed"] {
        chat.reply().await;
    }
    bot.stop().await;
    let (bos, budi) = (owner.id(), budi.id());
    let entries = record(&scene.store()).await;
    let on = |entry: &AuditEntry| entry.on.map(|id| id.0.cast_unsigned());
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.act, &*entry.outcome, entry.by.unwrap().0, on(entry))).collect();
    assert_eq!(
        told,
        [
            (AuditAct::Invite, "done", bos, None),
            (AuditAct::Quota, "done", bos, Some(budi)),
            (AuditAct::Setting, "names", budi, None),
            (AuditAct::Delete, "own", budi, None),
            (AuditAct::Pause, "done", bos, Some(budi)),
            (AuditAct::Resume, "done", bos, Some(budi)),
            (AuditAct::Remove, "done", bos, Some(budi)),
            (AuditAct::Block, "done", bos, Some(budi)),
        ]
    );
    scene.telegram.finish().await;
}

#[tokio::test]
async fn strangers_write_nothing_into_the_record() {
    let mut scene = Scene::new().await;
    scene.owner("Ibu Bos");
    let stranger = scene.telegram.user("Orang").in_private();
    let store = scene.store();
    let bot = scene.start_with(store.clone());
    ask(&stranger, "/start").await;
    for command in ["/audit", "/status", "/muatulang"] {
        stranger.says(command).await;
    }
    stranger.silence_until("/start").await;
    assert_eq!(record(&store).await, []);
    drop(store);
    scene.end(bot).await;
}

#[tokio::test]
async fn an_incident_is_told_once_and_once_when_it_is_over() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    ask(&budi, "/cek PLN20 00000000571").await;
    let alert = owner.reply().await;
    assert!(alert.text().contains("whitelist: tambahkan di dashboard Klikoo."), "{alert:?}");
    // Not after half an hour, not after a day, and not after a restart.
    for _ in 0..2 {
        scene.pass(TimeDelta::days(1));
        ask(&budi, "/cek PLN20 00000000571").await;
    }
    bot.stop().await;
    let bot = scene.start();
    ask(&budi, "/cek PLN20 00000000571").await;
    disk.is_looked_at().await;
    owner.silence_until("/id").await;

    ask(&budi, "/cek PLN20 01105691111").await;
    let over = owner.reply().await;
    assert!(over.text().starts_with("✅ Beres: cek jalan lagi. Tadinya: Alamat IP server bot"), "{over:?}");
    assert!(over.text().ends_with("(sejak 22 Nov 2026, 14:05 WIB)"), "{over:?}");
    ask(&budi, "/cek PLN20 01105691111").await;
    // It is news again.
    ask(&budi, "/cek PLN20 00000000571").await;
    assert!(owner.reply().await.text().contains("whitelist"));
    scene.end(bot).await;
}

#[tokio::test]
async fn what_one_number_has_and_the_next_has_not_is_over_after_half_an_hour() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    ask(&budi, "/cek PLN20 00000000429").await;
    assert!(owner.reply().await.text().contains("Bila berulang"));
    for _ in 0..3 {
        ask(&budi, "/cek PLN20 01105691111").await;
        scene.pass(TimeDelta::minutes(20));
        ask(&budi, "/cek PLN20 00000000429").await;
    }
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    ask(&budi, "/cek PLN20 01105691111").await;
    scene.pass(TimeDelta::minutes(30));
    assert!(owner.reply().await.text().starts_with("✅ Beres: cek jalan lagi."));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_low_balance_is_told_and_its_end() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    scene.board.least_balance = Some(Rupiah(100_000));
    let bot = scene.start();
    ask(&owner, "/start").await;
    scene.klikoo.set_balance(99_999);
    scene.pass(TimeDelta::minutes(15));
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("💰 Saldo Klikoo tinggal Rp99.999, di bawah Rp100.000."), "{alert:?}");
    scene.klikoo.set_balance(100_000);
    scene.pass(TimeDelta::minutes(14));
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    scene.pass(TimeDelta::minutes(1));
    assert_eq!(owner.reply().await.text(), "✅ Beres: saldo Klikoo sudah cukup. (sejak 14:20 WIB)");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_disk_that_fills_is_told_and_its_end() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    disk.free.store(255 * MIB, Relaxed);
    assert!(owner.reply().await.text().starts_with("💽 Disk server hampir penuh: tinggal 255 MB."));
    disk.free.store(300 * MIB, Relaxed);
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    disk.free.store(400 * MIB, Relaxed);
    assert_eq!(owner.reply().await.text(), "✅ Beres: disk server sudah lega lagi. (sejak 14:05 WIB)");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_store_that_takes_nothing_is_told_once_and_its_end() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let store = Arc::new(FaultyStore::default());
    let bot = scene.start_with(store.clone());
    ask(&owner, "/start").await;
    store.is_full.store(true, Relaxed);
    for _ in 0..2 {
        ask(&budi, "/cek PLN20 01105691111").await;
    }
    assert!(owner.reply().await.text().starts_with("💾 Penyimpanan bot bermasalah"));
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    store.is_full.store(false, Relaxed);
    assert_eq!(owner.reply().await.text(), "✅ Beres: penyimpanan bot bisa dipakai lagi. (sejak 14:05 WIB)");
    scene.end(bot).await;
}

#[tokio::test]
async fn backups_that_stay_away_are_told_where_there_were_some() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let store = scene.store();
    let bot = scene.start_with(store.clone());
    scene.pass(TimeDelta::days(9));
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    let made = async |at: DateTime<chrono::Utc>| {
        let value = at.timestamp_millis().to_string();
        store.put(Row { kind: RowKind::LastBackup, key: String::new(), value, expires: None }).await.unwrap();
    };
    made(scene.clock.now()).await;
    scene.pass(TimeDelta::days(2));
    assert!(ask(&owner, "/status").await.text().ends_with("Cadangan terakhir: 1 Des 2026, 14:05 WIB"));
    scene.pass(TimeDelta::minutes(1));
    let alert = owner.reply().await;
    assert!(
        alert.text().starts_with("🗄️ Sudah lebih dari 2 hari tidak ada cadangan (terakhir 1 Des 2026, 14:05 WIB).")
    );
    made(scene.clock.now()).await;
    assert_eq!(owner.reply().await.text(), "✅ Beres: cadangan sudah dibuat. (sejak 14:06 WIB)");
    drop(store);
    scene.end(bot).await;
}

/// Asks in vain until the provider's circuit is open.
async fn fail(scene: &Scene, chat: &Conversation) {
    scene.klikoo.set_down(true);
    for _ in 0..5 {
        ask(chat, "/cek PLN20 01105691111").await;
    }
}

#[tokio::test]
async fn a_provider_that_is_down_for_ten_minutes_is_told_and_its_end() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    fail(&scene, &budi).await;
    let status = ask(&owner, "/status").await;
    assert!(status.text().contains("🔴 PLN gangguan (15 menit): 5 cek, 0% terjawab"), "{status:?}");
    disk.is_looked_at().await;
    scene.pass(TimeDelta::minutes(9));
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    scene.pass(TimeDelta::minutes(1));
    let alert = owner.reply().await;
    assert!(alert.text().starts_with("📡 PLN sudah 10 menit tidak menjawab."), "{alert:?}");
    scene.klikoo.set_down(false);
    ask(&budi, "/cek PLN20 01105691111").await;
    assert_eq!(owner.reply().await.text(), "✅ Beres: PLN menjawab lagi. (sejak 14:15 WIB)");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_daily_report_comes_once_a_day_without_a_sound() {
    let (mut scene, disk) = watched().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    scene.board.report_hour = Some(7);
    let bot = scene.start();
    ask(&owner, "/start").await;
    ask(&budi, "/cek PLN20 01105691111").await;
    ask(&budi, "/cek PLN20 00000000404").await;
    scene.klikoo.set_down(true);
    ask(&budi, "/cek OVO10 0817345544").await;
    scene.klikoo.set_down(false);
    // The setting is new, and its hour is over for today.
    scene.pass(TimeDelta::hours(10));
    disk.is_looked_at().await;
    owner.silence_until("/id").await;
    scene.pass(TimeDelta::hours(7));
    let report = owner.reply().await;
    assert_eq!(
        report.text(),
        "Laporan 22 Nov 2026\n3 cek · ✅ 1 (33%)\n⏳ 1 tanpa jawaban\n\nPLN: 2 cek · ✅ 50%\nOVO: 1 cek · ✅ 0%\n\n\
         Agen\nBudi: 3 cek · ✅ 33%\n\nYang tidak terjawab\nPenyedia gangguan: 1\n\n\
         💰 Saldo Klikoo: Rp1.000.000 (per 07:05 WIB)"
    );
    assert_eq!(is_quiet(&scene, &report), Some(true));
    bot.stop().await;
    let bot = scene.start();
    scene.pass(TimeDelta::hours(1));
    disk.is_looked_at().await;
    let id = owner.silence_until("/id").await;
    assert_eq!(is_quiet(&scene, &id), None, "an answer rings");
    scene.pass(TimeDelta::days(1));
    assert_eq!(owner.reply().await.text().lines().nth(1), Some("Tidak ada cek."));
    scene.end(bot).await;
}

/// What the bot said of the sound of a message.
fn is_quiet(scene: &Scene, reply: &Reply) -> Option<bool> {
    let calls = scene.telegram.calls("sendMessage");
    let first = reply.html().lines().next().unwrap();
    let call = calls.iter().rev().find(|call| call.body["text"].as_str().unwrap().starts_with(first)).unwrap();
    call.body.get("disable_notification").and_then(serde_json::Value::as_bool)
}
