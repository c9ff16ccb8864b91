//! Nobody asks more than their share: quotas that say when to try again, a guard against harvesting, and room for
//! others.

use ceknomor::access::{Limits, Quota};
use chrono::TimeDelta;

use super::{as_time_passes, ask, unpaced};
use crate::{
    scene::Scene,
    telegram::{Conversation, Reply, User},
};

const METER: &str = "/cek PLN20 01105691111";

fn quota(per_minute: u64, per_day: u64) -> Quota {
    Quota { per_minute, per_day }
}

fn is_found(reply: &Reply) -> bool {
    reply.text().starts_with("✅ PLN 20.000\n")
}

/// What a list comes to.
async fn summary(live: &Reply) -> Reply {
    loop {
        let edited = live.edited().await;
        if !edited.text().contains(['▓', '░']) {
            return edited;
        }
    }
}

/// So many meters that the sandbox knows.
fn meters(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("PLN20 00000000{number:03}")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_agent_reads_when_to_try_again_and_what_is_left() {
    let mut scene = Scene::new().await;
    scene.quotas.agent = quota(2, 3);
    scene.recent = Some(TimeDelta::minutes(10));
    let user = scene.agent("Budi");
    let budi = user.in_private();
    let sari = scene.agent("Sari").in_private();
    let bot = scene.start();
    assert!(is_found(&ask(&budi, METER).await));
    assert!(ask(&budi, METER).await.text().contains("Sudah dicek"), "nobody is asked, and nothing is counted");
    assert!(is_found(&ask(&budi, "/cek PLN20 00000000001").await));
    let used = ask(&budi, "/kuota").await;
    assert_eq!(used.text(), "📊 Jatah cek Anda\nHari ini: 2 dari 3, sisa 1\nMenit ini: 2 dari 2, sisa 0");

    scene.pass(TimeDelta::seconds(20));
    let refused = ask(&budi, "/cek PLN20 00000000002").await;
    assert_eq!(refused.text(), "⏸ Jatah Anda per menit habis. Coba lagi 14:06 WIB (40 detik).\n/cek PLN20 00000000002");
    assert_eq!(scene.klikoo.calls().inquiries, 2);
    assert!(is_found(&ask(&sari, "/cek PLN20 00000000002").await), "others have their own");

    scene.pass(TimeDelta::seconds(40));
    refused.press("🔁 Cek lagi", &user).await;
    assert!(is_found(&budi.reply().await));
    let refused = ask(&budi, "/cek PLN20 00000000003").await;
    assert!(refused.text().starts_with("⏸ Jatah Anda hari ini habis. Mulai lagi besok 00:00 WIB.\n"), "{refused:?}");

    // The bot forgets nothing of it.
    bot.stop().await;
    let bot = scene.start();
    assert!(ask(&budi, "/cek PLN20 00000000003").await.text().contains("hari ini habis"));
    scene.pass(TimeDelta::hours(10));
    assert!(is_found(&ask(&budi, "/cek PLN20 00000000003").await), "it is another day in WIB");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_stops_where_the_quota_ends_and_its_rest_is_a_press_away() {
    let mut scene = Scene::new().await;
    scene.quotas.agent = quota(12, 0);
    let user = scene.agent("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let stopped = summary(&ask(&budi, &meters(1, 20)).await).await;
    let lines: Vec<&str> = stopped.text().lines().collect();
    assert_eq!(
        lines[..3],
        [
            "⏸ Jatah Anda per menit habis. Coba lagi 14:06 WIB (60 detik).",
            "⏸ Berhenti sebelum selesai. Yang sudah terjawab:",
            "✅ 12 · ⏳ 8",
        ]
    );
    assert_eq!(scene.klikoo.calls().inquiries, 12);
    scene.pass(TimeDelta::minutes(1));
    stopped.press("🔁 Cek sisanya (8)", &user).await;
    let rest = summary(&budi.reply().await).await;
    assert!(rest.text().starts_with("✅ 8\n"), "{rest:?}");
    assert_eq!(scene.klikoo.calls().inquiries, 20);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_that_waits_is_counted_once_however_often_it_is_asked() {
    let mut scene = Scene::new().await;
    scene.bounds.limits = unpaced();
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.quotas.agent = quota(0, 5);
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let notice = ask(&budi, METER).await;
    assert!(notice.text().starts_with("⏳"), "{notice:?}");
    let asked = scene.klikoo.calls().inquiries;
    as_time_passes(&scene, scene.klikoo.arrived(asked + 3)).await;
    scene.klikoo.set_down(false);
    assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    assert!(ask(&budi, "/kuota").await.text().contains("Hari ini: 1 dari 5, sisa 4"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_shares_its_quota_and_all_share_the_bots() {
    let mut scene = Scene::new().await;
    scene.quotas = Limits { group: quota(0, 2), account: quota(0, 4), agent: quota(0, 1), guard: false };
    let owner = scene.owner("Ibu Bos");
    let [budi, sari] = ["Budi", "Sari"].map(|name| scene.telegram.user(name));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let (budi, sari) = (budi.in_group(&group), sari.in_group(&group));
    let dewi = scene.agent("Dewi").in_private();
    let owner = owner.in_private();
    let bot = scene.start();
    assert!(is_found(&ask(&budi, METER).await));
    assert!(ask(&budi, METER).await.text().starts_with("⏸ Jatah Anda hari ini habis."));
    assert!(is_found(&ask(&sari, METER).await));
    let used = ask(&sari, "/kuota").await;
    assert!(
        used.text().ends_with("👥 Jatah grup ini\nHari ini: 2 dari 2, sisa 0\nMenit ini: 2, tanpa batas"),
        "{used:?}"
    );
    // An owner has no end of their own, but the bot has one for all.
    for _ in 0..2 {
        assert!(is_found(&ask(&owner, METER).await));
    }
    assert!(ask(&owner, "/kuota").await.text().contains("Hari ini: 2, tanpa batas"));
    for other in [&owner, &dewi] {
        assert!(ask(other, METER).await.text().starts_with("⏸ Jatah bot ini hari ini habis."));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn the_groups_end_is_the_groups() {
    let mut scene = Scene::new().await;
    scene.quotas.group = quota(1, 0);
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let budi = budi.in_group(&group);
    let bot = scene.start();
    assert!(is_found(&ask(&budi, METER).await));
    assert!(ask(&budi, METER).await.text().starts_with("⏸ Jatah grup ini per menit habis."));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_agent_is_given_a_quota_of_their_own() {
    let mut scene = Scene::new().await;
    scene.quotas.agent = quota(0, 1);
    let owner = scene.owner("Ibu Bos").in_private();
    let user = scene.agent("Budi");
    let (budi, id) = (user.in_private(), user.id());
    let bot = scene.start();
    ask(&budi, METER).await;
    assert!(ask(&budi, METER).await.text().contains("hari ini habis"));
    assert_eq!(
        ask(&budi, &format!("/kuota {id} 0 0")).await.text(),
        "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini."
    );
    let set = ask(&owner, &format!("/kuota {id} 2 50")).await;
    assert_eq!(
        set.text(),
        format!(
            "✅ Jatahnya sudah diubah.\n📊 Jatah Budi ({id})\nHari ini: 1 dari 50, sisa 49\nMenit ini: 1 dari 2, sisa 1"
        )
    );
    assert!(is_found(&ask(&budi, METER).await));
    assert!(ask(&budi, METER).await.text().contains("per menit habis"));
    ask(&owner, &format!("/kuota {id} normal")).await;
    assert!(ask(&owner, &format!("/kuota {id}")).await.text().contains("Hari ini: 2 dari 1, sisa 0"));
    assert!(ask(&owner, &format!("/kuota {id} banyak")).await.text().contains("/kuota 123456789 60 1000"));
    // Ids that are no person's: the stand-in of all anonymous administrators, and one that Telegram never gives.
    for id in ["1087968824", "18446744073709551615"] {
        for order in ["", " 5 50"] {
            let said = ask(&owner, &format!("/kuota {id}{order}")).await;
            assert!(said.text().starts_with("Jatah seorang agen: "), "{said:?}");
        }
    }
    scene.end(bot).await;
}

/// Meters that stand one beside the other.
async fn harvests(budi: &Conversation) -> Reply {
    for number in 1..12 {
        assert!(is_found(&ask(budi, &format!("/cek PLN20 00000000{number:03}")).await));
    }
    ask(budi, "/cek PLN20 00000000012").await
}

async fn guarded() -> (Scene, User, Conversation, User, Conversation) {
    let mut scene = Scene::new().await;
    scene.quotas.guard = true;
    let (owner, budi) = (scene.owner("Ibu Bos"), scene.agent("Budi <b>"));
    let (office, counter) = (owner.in_private(), budi.in_private());
    (scene, owner, office, budi, counter)
}

#[tokio::test]
async fn who_asks_for_a_row_of_numbers_is_paused_until_an_owner_lets_them_go_on() {
    let (scene, owner, office, user, budi) = guarded().await;
    let bot = scene.start();
    ask(&office, "/start").await;
    let paused = harvests(&budi).await;
    assert_eq!(
        paused.text(),
        "⏸ Cek Anda dijeda sampai 23 Nov 2026, 14:05 WIB. Hari ini ada banyak nomor yang berurutan. \
         Jeda ini otomatis dan belum tentu ada yang salah.\nHubungi pemilik bot supaya bisa langsung lanjut."
    );
    assert_eq!(scene.klikoo.calls().inquiries, 11);
    let card = office.reply().await;
    let id = user.id();
    assert_eq!(
        card.text(),
        format!(
            "🛡 Budi <b> ({id}) dijeda sejak 14:05 WIB sampai 23 Nov 2026, 14:05 WIB: banyak nomor yang berurutan.\n\
             12 cek hari ini. Kalau memang pelanggannya sendiri, lanjutkan:"
        )
    );
    assert!(ask(&budi, METER).await.text().starts_with("⏸ Cek Anda dijeda sampai"), "also over a restart:");
    bot.stop().await;
    let bot = scene.start();
    assert!(ask(&budi, METER).await.text().starts_with("⏸ Cek Anda dijeda sampai"));
    assert!(ask(&budi, "/riwayat").await.text().contains("00000000011"), "what was asked can be read");

    // The card is the owner's, whoever sends what stands on it.
    let forged = card.data("▶ Lanjutkan").replace(&owner.id().to_string(), &id.to_string());
    let press = paused.press_data(&forged, &user).await;
    assert_eq!(press.alert().await.text, "🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.");

    card.press("▶ Lanjutkan", &owner).await;
    assert_eq!(card.edited().await.text(), format!("▶ Budi <b> ({id}) bisa cek lagi. Dilanjutkan oleh Ibu Bos."));
    assert_eq!(budi.reply().await.text(), "▶ Cek Anda sudah bisa dipakai lagi. Terima kasih sudah menunggu.");
    assert!(harvests(&budi).await.text().starts_with("⏸"), "the guard begins anew");
    assert!(office.reply().await.text().starts_with("🛡"));
    scene.end(bot).await;
}

#[tokio::test]
async fn a_list_of_a_row_of_numbers_stops() {
    let (scene, _, office, _, budi) = guarded().await;
    let bot = scene.start();
    ask(&office, "/start").await;
    let stopped = summary(&ask(&budi, &meters(1, 60)).await).await;
    assert!(stopped.text().contains("banyak nomor yang berurutan"), "{stopped:?}");
    assert!(stopped.text().contains("⏸ Berhenti sebelum selesai. Yang sudah terjawab:\n✅ 11 · ⏳ 49"), "{stopped:?}");
    assert!(office.reply().await.text().starts_with("🛡 "));
    assert!(office.silence_until("/produk maxim").await.text().contains("MAX5000"), "one card");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_groups_anonymous_administrators_have_one_agents_share_and_are_guarded() {
    let (mut scene, owner, office, budi, _) = guarded().await;
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let (anonymous, member) = (group.as_anonymous_admin(), budi.in_group(&group));
    let bot = scene.start();
    ask(&office, "/start").await;
    let paused = harvests(&anonymous).await;
    assert!(paused.text().starts_with("⏸ Cek Anda dijeda sampai 23 Nov 2026, 14:05 WIB."), "{paused:?}");
    let card = office.reply().await;
    assert!(card.text().starts_with(&format!("🛡 admin anonim ({}) dijeda sejak", group.id())), "{card:?}");
    assert!(ask(&anonymous, METER).await.text().starts_with("⏸ Cek Anda dijeda"));
    assert!(is_found(&ask(&member, METER).await), "a member is somebody else");
    card.press("▶ Lanjutkan", &owner).await;
    assert!(card.edited().await.text().starts_with("▶ admin anonim"));
    assert!(member.reply().await.text().starts_with("▶ Cek Anda sudah bisa dipakai lagi."));
    assert!(is_found(&ask(&anonymous, METER).await));
    bot.stop().await;

    scene.quotas.agent = quota(0, 14);
    let bot = scene.start();
    assert!(ask(&anonymous, "/kuota").await.text().contains("Hari ini: 13 dari 14, sisa 1"));
    assert!(is_found(&ask(&anonymous, METER).await));
    assert!(ask(&anonymous, METER).await.text().starts_with("⏸ Jatah Anda hari ini habis."));
    scene.end(bot).await;
}

#[tokio::test]
async fn an_owner_may_ask_for_any_row() {
    let (scene, _, office, _, _) = guarded().await;
    let bot = scene.start();
    assert!(summary(&ask(&office, &meters(1, 60)).await).await.text().starts_with("✅ 60"));
    scene.end(bot).await;
}

#[tokio::test]
async fn one_agent_has_a_quarter_of_the_calls_and_others_pass_by() {
    let mut scene = Scene::new().await;
    scene.bounds.inquiry.calls = 8;
    let (user, dewi) = (scene.agent("Budi"), scene.agent("Dewi").in_private());
    let mut chats = vec![user.in_private()];
    for name in ["Satu", "Dua"] {
        let group = scene.telegram.supergroup(name, &[&user]);
        scene.admit(&group);
        chats.push(user.in_group(&group));
    }
    let bot = scene.start();
    scene.klikoo.hold();
    let mut lives = Vec::new();
    for (place, chat) in chats.iter().enumerate() {
        lives.push(ask(chat, &format!("/cek {}", meters(1 + 20 * place, 20))).await);
    }
    scene.klikoo.arrived(1).await;
    let first = chats[0].says("/cek PLN20 00000000070").await;
    scene.klikoo.arrived(2).await;
    let second = chats[1].says("/cek PLN20 00000000071").await;
    scene.telegram.all_confirmed().await;
    let others = dewi.says("/cek PLN20 00000000072").await;
    scene.klikoo.arrived(3).await;
    assert_eq!(scene.klikoo.calls().inquiries, 3, "two of one agent's, one of them for lists");
    scene.klikoo.release();
    for (chat, asked) in [(&dewi, others), (&chats[0], first), (&chats[1], second)] {
        let reply = chat.reply().await;
        assert!(reply.answers(&asked) && is_found(&reply), "{reply:?}");
    }
    for live in &lives {
        assert!(summary(live).await.text().starts_with("✅ 20"));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn one_agent_cannot_fill_the_queue_of_those_who_wait() {
    let mut scene = Scene::new().await;
    scene.bounds.limits = unpaced();
    scene.retry_window = Some(TimeDelta::minutes(15));
    scene.bounds.jobs.waiting = 100;
    let (budi, dewi) = (scene.agent("Budi").in_private(), scene.agent("Dewi").in_private());
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let mut notices = Vec::new();
    for number in 1..=20 {
        notices.push(ask(&budi, &format!("/cek PLN20 00000000{number:03}")).await);
    }
    let last = ask(&budi, "/cek PLN20 00000000021").await;
    assert_eq!(
        last.text(),
        "🙏 20 cek Anda masih menunggu jawaban, jadi yang ini belum bisa ikut menunggu. Coba lagi setelah ada yang \
         terjawab, atau /batal.\n/cek PLN20 00000000021"
    );
    assert!(ask(&budi, "PLN20 00000000021\nPLN20 00000000022").await.text().starts_with("🙏 20 cek Anda"));
    let notice = ask(&dewi, METER).await;
    assert!(notice.text().starts_with("⏳"), "there is room for others: {notice:?}");
    scene.klikoo.set_down(false);
    assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    for notice in &notices {
        assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn one_agent_who_waits_in_many_chats_leaves_room_for_the_retries_of_others() {
    let mut scene = Scene::new().await;
    scene.bounds.limits = unpaced();
    scene.retry_window = Some(TimeDelta::minutes(15));
    let (user, dewi) = (scene.agent("Budi"), scene.agent("Dewi").in_private());
    let mut chats = Vec::new();
    for number in 0..12 {
        let group = scene.telegram.supergroup(&format!("Grup {number}"), &[&user]);
        scene.admit(&group);
        chats.push(user.in_group(&group));
    }
    let bot = scene.start();
    scene.klikoo.set_down(true);
    let mut notices = Vec::new();
    for (place, chat) in chats.iter().chain([&dewi]).enumerate() {
        notices.push(ask(chat, &format!("/cek PLN20 00000000{:03}", place + 1)).await);
    }
    bot.stop().await;
    let before = scene.klikoo.calls().inquiries;

    // The next start knows of no outage: all of them are due, and eight may be asked at once.
    scene.klikoo.set_down(false);
    scene.klikoo.hold();
    scene.pass(TimeDelta::minutes(5));
    let bot = scene.start();
    scene.klikoo.arrived(before + 5).await;
    dewi.says("/cek PLN20 00000000070").await;
    scene.klikoo.arrived(before + 6).await;
    assert_eq!(scene.klikoo.calls().inquiries, before + 6, "four of one agent's, and Dewi's two");
    scene.klikoo.release();
    assert!(is_found(&dewi.reply().await));
    for notice in &notices {
        assert!(is_found(&as_time_passes(&scene, notice.edited()).await));
    }
    scene.end(bot).await;
}
