//! What a chat chooses about its customers' data: how names are shown, for how long checks are kept, who sees them.

use std::io::{Cursor, Read};

use chrono::TimeDelta;

use super::{ask, body};
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply},
};

/// All that a reply shows: its text and markup, labels, what its buttons copy, and the file.
fn shown(reply: &Reply) -> String {
    let mut all = vec![reply.text().to_owned(), reply.html().to_owned()];
    for label in reply.buttons() {
        all.push(label.to_owned());
        if label.starts_with('📋') || label == "✏️" {
            all.push(reply.copies(label).to_owned());
        }
    }
    all.join("\n")
}

/// What a file says, out of its archive where it is one.
fn content(reply: &Reply) -> String {
    let (_, bytes) = reply.file();
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    let mut all = String::new();
    for part in 0..archive.len() {
        let mut text = Vec::new();
        archive.by_index(part).unwrap().read_to_end(&mut text).unwrap();
        all.push_str(&String::from_utf8_lossy(&text));
    }
    all
}

fn masked(reply: &Reply) {
    let shown = shown(reply);
    assert!(!shown.contains("BAHARRUDIN") && !shown.contains("SITI MISALNYA"), "{shown}");
}

/// What the live message of a list has become in the end.
async fn summary(live: &Reply) -> Reply {
    loop {
        let edited = live.edited().await;
        if !edited.text().contains(['▓', '░']) {
            return edited;
        }
    }
}

async fn files(chat: &Conversation, first: Reply) -> [Reply; 2] {
    [first, chat.reply().await]
}

#[tokio::test]
async fn a_name_leaves_the_bot_masked_by_every_way_that_there_is() {
    let mut scene = Scene::new().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    assert_eq!(body(&ask(&chat, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    let settings = ask(&chat, "/atur nama samar").await;
    assert!(settings.text().contains("Nama pelanggan: disamarkan"), "{settings:?}");

    // "Sudah dicek", judged names, and the answer itself.
    let again = ask(&chat, "/cek PLN20 01105691111").await;
    assert!(again.text().contains("\nBA******\n"), "{again:?}");
    masked(&again);
    for (given, verdict) in [("an Siti Misalnya", "COCOK"), ("an Siti Misalnia", "MIRIP"), ("an Wahyudi", "BEDA")] {
        let judged = ask(&chat, &format!("/cek PLN20 00000000002 {given}")).await;
        assert!(judged.text().contains(verdict), "{judged:?}");
        masked(&judged);
    }
    let other = ask(&chat, "/cek PLN20 00000000002").await;
    assert!(other.text().contains("\nSITI M******\n"), "{other:?}");
    masked(&other);

    // A list, its pages and its files.
    let live = ask(&chat, "/cek PLN20 01105691111 an Wahyudi\nPLN20 00000000002").await;
    masked(&live);
    let list = summary(&live).await;
    assert!(list.text().contains("BA******") && list.text().contains("SITI M******"), "{list:?}");
    masked(&list);
    list.press("⬇ Unduh (Excel, CSV)", &budi).await;
    for file in files(&chat, chat.reply().await).await {
        assert!(content(&file).contains("SITI M******") && !content(&file).contains("BAHARRUDIN"), "{file:?}");
    }

    // History, search, export, recap.
    for typed in ["/riwayat", "/riwayat siti", "/riwayat 0110569", "/ulang"] {
        let reply = ask(&chat, typed).await;
        assert!(reply.text().contains("******"), "{typed}: {reply:?}");
        masked(&reply);
    }
    for file in files(&chat, ask(&chat, "/ekspor").await).await {
        masked(&file);
        assert!(content(&file).contains("BA******") && !content(&file).contains("BAHARRUDIN"), "{file:?}");
        assert!(!content(&file).contains("SITI MISALNYA"));
    }
    masked(&ask(&chat, "/rekap").await);

    // Customers under names of the agent's own.
    for typed in ["/simpan bahar PLN20 01105691111", "/pelanggan", "/pelanggan ganti bahar bu bahar", "/pelanggan"] {
        let reply = ask(&chat, typed).await;
        assert!(!shown(&reply).contains("bahar"), "{typed}: {reply:?}");
    }
    assert!(ask(&chat, "/pelanggan hapus bu bahar").await.text().starts_with("🗑 bu b****** dihapus."));

    // Elsewhere names are as they were, and here again, too.
    assert_eq!(body(&ask(&budi.in_private(), "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    ask(&chat, "/atur nama lengkap").await;
    assert_eq!(body(&ask(&chat, "/ulang").await)[1], "SITI MISALNYA");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_name_that_the_number_had_before_is_masked_too() {
    let mut scene = Scene::new().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    ask(&budi, "/atur nama samar").await;
    ask(&budi, "/cek PLN20 00000000002").await;
    bot.stop().await;
    // Another customer has the meter now.
    let store = scene.store();
    let (chat, seq, record) = store.stream(None, None, 1).await.unwrap().remove(0);
    let before = ceknomor::value::CustomerName::new("RAHMAT HIDAYAT");
    let customer = ceknomor::value::Customer { name: before, ..Default::default() };
    let verdict = ceknomor::value::Verdict::Found(customer);
    let outcome = ceknomor::value::Outcome { verdict, ..record.outcome.clone() };
    let records = vec![(seq, ceknomor::store::Record { outcome, chat, ..record })];
    ceknomor::store::History::import(&*store, records).await.unwrap();
    drop(store);
    let bot = scene.start();
    scene.pass(TimeDelta::minutes(20));
    let changed = ask(&budi, "/cek PLN20 00000000002").await;
    assert!(changed.text().contains("RAHMAT H******") && !changed.text().contains("HIDAYAT"), "{changed:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn the_settings_are_one_message_with_buttons_for_the_groups_administrators() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.owner("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let bot = scene.start();
    let chat = budi.in_group(&group);
    let settings = ask(&chat, "/atur").await;
    assert_eq!(
        settings.text(),
        "⚙️ Pengaturan obrolan ini\nNama pelanggan: lengkap\nRiwayat disimpan: tanpa batas waktu\n\
         Riwayat dilihat: semua anggota"
    );
    assert_eq!(settings.rows()[0], ["✅ Nama lengkap", "Disamarkan", "Hanya penanya"]);
    assert_eq!(settings.rows()[1], ["7 hari", "30 hari", "90 hari", "180 hari", "✅ Selamanya"]);
    settings.press("Disamarkan", &sari).await.alert().await;
    settings.press("Disamarkan", &budi).await;
    let masked = settings.edited().await;
    assert_eq!(masked.rows()[0], ["Nama lengkap", "✅ Disamarkan", "Hanya penanya"]);
    masked.press("30 hari", &budi).await;
    let kept = masked.edited().await;
    assert!(kept.text().contains("Riwayat disimpan: 30 hari"), "{kept:?}");
    kept.press("Hanya miliknya", &budi).await;
    assert_eq!(kept.edited().await.rows()[2], ["✅ Hanya miliknya", "Lihat semua"]);

    let denied = ask(&sari.in_group(&group), "/atur nama lengkap").await;
    assert!(!denied.text().contains("Pengaturan"), "{denied:?}");
    assert!(ask(&group.as_anonymous_admin(), "/atur").await.text().contains("disamarkan"), "it was not changed");
    let private = ask(&budi.in_private(), "/atur lihat sendiri").await;
    assert!(private.text().ends_with("⚠️ Pilihan itu hanya untuk grup."), "{private:?}");
    assert_eq!(private.rows().len(), 2);
    scene.end(bot).await;
}

#[tokio::test]
async fn an_administrating_bot_shows_the_name_to_the_asker_alone_beside_the_masked_answer() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    group.promotes_bot(&budi);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    ask(&chat, "/atur nama penanya").await;
    let for_all = ask(&chat, "/cek PLN20 01105691111").await;
    assert_eq!(body(&for_all)[1], "BA******");
    let alone = chat.shown_alone().await;
    assert_eq!(body(&alone)[1], "BAHARRUDIN1");
    // It has no id of the chat's, so that nothing could be put in its place.
    assert!(alone.buttons().is_empty(), "{alone:?}");
    for_all.press("🔁 Cek lagi", &budi).await;
    masked(&chat.reply().await);
    assert_eq!(body(&chat.shown_alone().await)[1], "BAHARRUDIN1");
    assert!(ask(&chat, "/riwayat").await.text().contains("BA******"));
    scene.end(bot).await;
}

#[tokio::test]
async fn where_telegram_refuses_that_the_answer_is_masked_and_it_is_not_tried_again() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    ask(&chat, "/atur nama penanya").await;
    let answer = ask(&chat, "/cek PLN20 01105691111").await;
    assert_eq!(body(&answer)[1], "BA******");
    scene.telegram.refused("sendMessage", "BOT_NOT_ADMIN").await;
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000002").await)[1], "SITI M******");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_bot_that_is_no_administrator_answers_a_press_to_the_asker_alone() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    let bot = scene.start();
    let found = ask(&chat, "/cek PLN20 01105691111").await;
    ask(&chat, "/atur nama penanya").await;
    found.press("🔁 Cek lagi", &budi).await;
    masked(&chat.reply().await);
    assert_eq!(body(&chat.shown_alone().await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_server_that_shows_to_all_what_is_for_one_is_found_out() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    group.promotes_bot(&budi);
    let chat = budi.in_group(&group);
    scene.telegram.is_older();
    let bot = scene.start();
    ask(&chat, "/atur nama penanya").await;
    assert_eq!(body(&ask(&chat, "/cek PLN20 01105691111").await)[1], "BA******");
    let shown_to_all = chat.reply().await;
    assert_eq!(body(&shown_to_all)[1], "BAHARRUDIN1");
    chat.deleted(&shown_to_all).await;
    // It is not tried again.
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000002").await)[1], "SITI M******");
    masked(&chat.silence_until("/riwayat").await);
    scene.end(bot).await;
}

#[tokio::test]
async fn each_sees_their_own_where_the_group_has_chosen_so() {
    let mut scene = Scene::new().await;
    scene.recent = Some(TimeDelta::minutes(10));
    let (budi, sari, owner) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"), scene.owner("Ani"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari, &owner]);
    scene.admit(&group);
    let bot = scene.start();
    let (budi, sari, owner) = (budi.in_group(&group), sari.in_group(&group), owner.in_group(&group));
    ask(&budi, "/cek PLN20 01105691111").await;
    ask(&sari, "/cek PLN20 00000000002").await;
    assert!(ask(&sari, "/riwayat").await.text().contains("BAHARRUDIN1"));
    ask(&group.as_anonymous_admin(), "/atur lihat sendiri").await;

    for typed in
        ["/riwayat", "/riwayat pln", "/riwayat kemarin", "/riwayat 0110569", "/riwayat baharrudin", "/riwayat budi"]
    {
        let seen = ask(&sari, typed).await;
        assert!(!seen.text().contains("BAHARRUDIN1"), "{typed}: {seen:?}");
    }
    assert!(ask(&sari, "/riwayat").await.text().contains("SITI MISALNYA"));
    // Another's answer is not said to have been given.
    let asked = scene.klikoo.calls().inquiries;
    let fresh = ask(&sari, "/cek PLN20 01105691111").await;
    assert!(!fresh.text().contains("Sudah dicek") && scene.klikoo.calls().inquiries > asked, "{fresh:?}");
    scene.pass(TimeDelta::days(1));
    ask(&budi, "/cek PLN20 00000000001").await;
    assert!(ask(&sari, "/rekap").await.text().starts_with("Belum ada cek"));
    let [_, csv] = files(&sari, ask(&sari, "/ekspor").await).await;
    assert!(content(&csv).contains(";Sari;") && !content(&csv).contains(";Budi;"), "{}", content(&csv));
    assert_eq!(body(&ask(&sari, "/ulang").await)[1], "BAHARRUDIN1", "her own last check, not the group's");

    for who in [&owner, &group.as_anonymous_admin()] {
        let all = ask(who, "/riwayat").await;
        assert!(all.text().contains("Budi") && all.text().contains("Sari"), "{all:?}");
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn anothers_list_is_not_read_by_a_forged_button() {
    let mut scene = Scene::new().await;
    let (budi, sari, owner) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"), scene.owner("Ani"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari, &owner]);
    scene.admit(&group);
    let bot = scene.start();
    let (budis, saris) = (budi.in_group(&group), sari.in_group(&group));
    let summary = summary(&ask(&budis, "/cek PLN20 00000000002\nPLN20 00000000404").await).await;
    let data = summary.all_data().into_iter().find(|data| data.starts_with("f:")).unwrap().to_owned();
    let update = data.split(':').nth(1).unwrap();
    let hers = ask(&saris, "/cek PLN20 01105691111").await;
    for data in [format!("l:{update}:0:{}", sari.id()), format!("u:{update}:{}", sari.id())] {
        let alert = hers.press_data(&data, &sari).await.alert().await;
        assert!(alert.text.starts_with("Tombol ini sudah tidak berlaku"), "{data}: {alert:?}");
    }
    hers.press_data(&format!("f:{update}:{}", sari.id()), &sari).await;
    assert!(saris.reply().await.text().starts_with("Tombol ini sudah tidak berlaku"));
    // The one who asked may; of an anonymous administrator's list, any of the group, if they may see it.
    summary.press_data(&data, &budi).await;
    assert!(content(&files(&budis, budis.reply().await).await[1]).contains("SITI MISALNYA"));
    let anonymous = group.as_anonymous_admin();
    let summary = self::summary(&ask(&anonymous, "/cek PLN20 00000000001\nPLN20 00000000002").await).await;
    let data = summary.all_data().into_iter().find(|data| data.starts_with("f:")).unwrap().to_owned();
    summary.press_data(&data, &sari).await;
    assert!(content(&files(&saris, saris.reply().await).await[1]).contains("SITI MISALNYA"));
    ask(&anonymous, "/atur lihat sendiri").await;
    summary.press_data(&data, &sari).await;
    assert!(saris.reply().await.text().starts_with("Tombol ini sudah tidak berlaku"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_new_member_sees_nothing_older_than_joining() {
    for is_administrator in [false, true] {
        let mut scene = Scene::new().await;
        scene.recent = Some(TimeDelta::minutes(10));
        let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
        let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
        scene.admit(&group);
        if is_administrator {
            group.promotes_bot(&budi);
        }
        let bot = scene.start();
        let chat = budi.in_group(&group);
        ask(&chat, "/cek PLN20 01105691111").await;
        scene.pass(TimeDelta::minutes(1));
        group.joined_by(&sari);
        scene.pass(TimeDelta::minutes(1));
        let sari = sari.in_group(&group);
        assert!(ask(&sari, "/riwayat").await.text().starts_with("Belum ada cek"));
        assert!(ask(&sari, "/riwayat 01105691111").await.text().starts_with("Tidak ada cek yang cocok"));
        assert!(ask(&sari, "/ekspor").await.text().starts_with("Tidak ada cek"));
        assert!(ask(&sari, "/rekap").await.text().starts_with("Belum ada cek"));
        assert!(!ask(&sari, "/cek PLN20 01105691111").await.text().contains("Sudah dicek"));
        ask(&chat, "/cek PLN20 00000000002").await;
        let seen = ask(&sari, "/riwayat").await;
        assert!(seen.text().contains("SITI MISALNYA") && seen.text().contains("BAHARRUDIN1"), "{seen:?}");
        assert!(ask(&chat, "/riwayat").await.text().matches("BAHARRUDIN1").count() == 2, "he was there before");
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn a_chats_own_days_are_kept() {
    let mut scene = Scene::new().await;
    let (budi, sari) = (scene.owner("Budi").in_private(), scene.agent("Sari").in_private());
    let bot = scene.start();
    ask(&budi, "/atur simpan 7").await;
    for chat in [&budi, &sari] {
        ask(chat, "/cek PLN20 01105691111").await;
    }
    scene.pass(TimeDelta::days(8));
    bot.stop().await;
    // What is too old is deleted at the start, and every hour.
    let bot = scene.start();
    while !ask(&budi, "/riwayat").await.text().starts_with("Belum ada cek") {}
    assert!(ask(&sari, "/riwayat").await.text().contains("BAHARRUDIN1"));
    scene.end(bot).await;
}

#[tokio::test]
async fn anyone_may_read_what_is_kept() {
    let mut scene = Scene::new().await;
    let (budi, stranger) = (scene.owner("Budi").in_private(), scene.telegram.user("Asing").in_private());
    let bot = scene.start();
    ask(&budi, "/atur simpan 30").await;
    let told = ask(&budi, "/privasi").await;
    for part in ["disimpan 30 hari", "/hapusdata", "UU 27/2022", "pemilik bot ini (Budi)", "Anda sendiri"] {
        assert!(told.text().contains(part), "{part}: {told:?}");
    }
    let told = ask(&stranger, "/privasi").await;
    assert!(told.text().contains("UU 27/2022") && told.text().lines().count() <= 12, "{told:?}");
    scene.end(bot).await;
}
