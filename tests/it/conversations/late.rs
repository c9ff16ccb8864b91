//! A provider that gives no answer: the agent is told at once, the provider is asked again, and the notice becomes the
//! answer. It never says of a number that nobody asked about that it is not there.

use std::time::Duration;

use ceknomor::{clock::Clock, klikoo::Timeouts};
use chrono::{DateTime, TimeDelta, Utc};

use super::{as_time_passes, ask, body};
use crate::{
    scene::Scene,
    telegram::{Conversation, Fault, Gate, Reply},
};

const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// Longer than any pause before a provider is asked again.
const PAUSE: TimeDelta = TimeDelta::seconds(200);

async fn patient() -> Scene {
    let mut scene = Scene::new().await;
    scene.retry_window = Some(PATIENCE);
    scene
}

async fn begun() -> (Scene, Conversation) {
    let mut scene = patient().await;
    let budi = scene.owner("Budi").in_private();
    (scene, budi)
}

/// Asks while all providers are down, and reads the notice.
async fn ask_in_vain(scene: &Scene, chat: &Conversation, typed: &str) -> Reply {
    scene.klikoo.set_down(true);
    let notice = ask(chat, typed).await;
    assert!(notice.text().starts_with("⏳ "), "{notice:?}");
    assert!(notice.text().contains("belum tentu salah") && notice.text().contains("/batal"), "{notice:?}");
    assert!(notice.text().contains("Jangan jual dulu."), "{notice:?}");
    assert!(!notice.text().contains("tidak ditemukan"), "{notice:?}");
    // One agent's questions keep their order: with this one answered, that one waits.
    assert!(ask(chat, "/id").await.text().starts_with("ID Anda"));
    notice
}

#[tokio::test]
async fn the_notice_becomes_the_answer() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let notice = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    let said = "⏳ PLN sedang gangguan. Nomor 01105691111 belum tentu salah.\n";
    assert!(notice.text().starts_with(said) && notice.text().contains("sampai 14:20 WIB"), "{notice:?}");
    let waits = "Riwayat cek\n\n⏳ 14:05 PLN20 01105691111\nmenunggu jawaban";
    assert_eq!(ask(&budi, "/riwayat").await.text(), waits, "it has not ended");

    // Still down at the second try.
    let asked = scene.klikoo.calls().inquiries;
    as_time_passes(&scene, scene.klikoo.arrived(asked + 2)).await;
    scene.klikoo.set_down(false);
    let answer = as_time_passes(&scene, notice.edited()).await;
    assert!(answer.text().starts_with("✅ PLN 20.000\nBAHARRUDIN1\n"), "{answer:?}");

    let history = budi.silence_until("/riwayat").await;
    assert_eq!(history.text().matches("PLN20 01105691111").count(), 1, "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn it_goes_on_after_a_stop_and_after_a_kill() {
    for is_killed in [false, true] {
        let (scene, budi) = begun().await;
        let bot = scene.start();
        let notice = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
        if is_killed {
            // The last answer may come again after a kill, so this one is not taken before.
            scene.telegram.fail_next("sendMessage", Fault::Held(Gate::default()));
            let before = scene.telegram.calls("sendMessage").len();
            budi.says("/produk maxim").await;
            scene.telegram.called("sendMessage", before + 1).await;
            bot.kill().await;
        } else {
            bot.stop().await;
        }
        scene.klikoo.set_down(false);
        let bot = scene.start();
        if is_killed {
            assert!(budi.reply().await.text().starts_with("Produk yang bisa dicek"));
        }
        let answer = as_time_passes(&scene, notice.edited()).await;
        assert!(answer.text().contains("BAHARRUDIN1"), "{answer:?}");
        let history = budi.silence_until("/riwayat").await;
        assert_eq!(history.text().matches("PLN20 01105691111").count(), 1, "{history:?}");
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn who_may_check_no_more_after_a_restart_is_told_so_and_not_asked_for() {
    let mut scene = patient().await;
    let (budi, owner) = (scene.agent("Budi"), scene.owner("Ibu Bos").in_private());
    let bot = scene.start();
    let his = ask_in_vain(&scene, &budi.in_private(), "/cek PLN20 01105691111").await;
    let waits = ask_in_vain(&scene, &owner, "/cek PLN20 00000000001").await;
    bot.stop().await;

    scene.dismiss(&budi);
    scene.klikoo.set_down(false);
    let before = scene.klikoo.calls().inquiries;
    let bot = scene.start();
    // His came before the owner's, and is due before it.
    as_time_passes(&scene, waits.edited()).await;
    assert_eq!(his.edited().await.text(), "🔒 Akses Anda sudah dicabut.");
    assert!(ask(&budi.in_private(), "/riwayat").await.text().starts_with("🔒"));
    scene.pass(PATIENCE);
    owner.silence_until("/produk maxim").await;
    assert_eq!(scene.klikoo.calls().inquiries, before + 1, "the owner's alone");
    scene.end(bot).await;
}

#[tokio::test]
async fn it_is_given_up_in_the_end() {
    for is_restarted in [false, true] {
        let (scene, budi) = begun().await;
        let mut bot = scene.start();
        let notice = ask_in_vain(&scene, &budi, "/cek DNOPEN 081000000001 50rb").await;
        if is_restarted {
            bot.stop().await;
            scene.pass(PATIENCE);
            bot = scene.start();
        } else {
            scene.pass(PATIENCE);
        }
        let end = notice.edited().await;
        assert_eq!(
            end.text(),
            "⏳ Sampai 14:20 WIB DANA belum menjawab. Nomor 081000000001 belum tentu salah.\n\
             Cek lagi nanti: /cek DNOPEN 081000000001 50000"
        );
        let history = ask(&budi, "/riwayat").await;
        assert!(history.text().contains("DNOPEN 081000000001") && history.text().contains("gangguan"), "{history:?}");
        scene.klikoo.set_down(false);
        scene.pass(PAUSE);
        budi.silence_until("/produk maxim").await;
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn batal_stops_ones_own_checks_alone() {
    let mut scene = patient().await;
    let (budi, sari) = (scene.telegram.user("Budi"), scene.telegram.user("Sari"));
    let group = scene.telegram.supergroup("Agen Jaya", &[&budi, &sari]);
    scene.admit(&group);
    let (budi, sari) = (budi.in_group(&group), sari.in_group(&group));
    let bot = scene.start();
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    let first = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    let second = ask_in_vain(&scene, &budi, "/cek PLN20 00000000001").await;
    let hers = ask_in_vain(&scene, &sari, "/cek PLN20 00000000002").await;
    let reply = ask(&budi, "/batal").await;
    assert_eq!(reply.text(), "✋ 2 cek yang menunggu dibatalkan.");
    assert_eq!(first.edited().await.text(), "✋ Dibatalkan: /cek PLN20 01105691111");
    assert_eq!(second.edited().await.text(), "✋ Dibatalkan: /cek PLN20 00000000001");

    scene.klikoo.set_down(false);
    assert!(as_time_passes(&scene, hers.edited()).await.text().contains("SITI MISALNYA"));
    let history = ask(&budi, "/riwayat").await;
    assert!(!history.text().contains("01105691111") && history.text().contains("00000000002"), "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn batal_stops_nothing_that_has_ended() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let first = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    let second = ask_in_vain(&scene, &budi, "/cek PLN20 00000000001").await;
    scene.klikoo.set_down(false);
    scene.pass(PAUSE);
    assert!(first.edited().await.text().contains("BAHARRUDIN1"));
    // One chat's answers are spaced, so this one is on record and waits for its turn while the time stands still.
    while !ask(&budi, "/riwayat").await.text().contains("PLN20 00000000001") {}
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    let answer = as_time_passes(&scene, second.edited()).await;
    assert!(answer.text().starts_with("✅ PLN 20.000\n"), "{answer:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn what_batal_had_begun_to_stop_when_the_bot_died_is_not_answered() {
    let mut scene = patient().await;
    let (budi, sari) = (scene.agent("Budi").in_private(), scene.agent("Sari").in_private());
    let bot = scene.start();
    let first = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    let second = ask_in_vain(&scene, &budi, "/cek PLN20 00000000001").await;
    let cancelled = ask_in_vain(&scene, &budi, "/cek MAX5000 00000000503").await;
    let hers = ask_in_vain(&scene, &sari, "/cek MAX5000 00000000503").await;
    scene.klikoo.set_down(false);
    scene.pass(PAUSE);
    assert!(first.edited().await.text().contains("BAHARRUDIN1"));
    // One chat's answers are spaced, so this one is on record and waits for its turn while the time stands still.
    while !ask(&budi, "/riwayat").await.text().contains("PLN20 00000000001") {}
    // The agent reads that it is cancelled, and the bot dies before it knows so.
    scene.telegram.fail_next("editMessageText", Fault::ResetAfter);
    let batal = budi.says("/batal").await;
    assert!(cancelled.edited().await.text().starts_with("✋ "));
    bot.kill().await;

    // All that waits is given up, while an answer from before is on its way to the agent.
    let gate = Gate::default();
    scene.telegram.fail_next_in(&budi, "editMessageText", Fault::Held(gate.clone()));
    scene.pass(PATIENCE);
    let bot = scene.start();
    assert!(hers.edited().await.text().starts_with("⏳ Sampai "));
    gate.open();
    assert!(second.edited().await.text().contains("BUDI CONTOH"));
    let reply = budi.reply().await;
    assert!(reply.answers(&batal) && reply.text().ends_with("✋ 1 cek yang menunggu dibatalkan."), "{reply:?}");
    scene.telegram.refused("editMessageText", "message is not modified").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_left_alone_and_shown() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    assert_eq!(ask(&budi, "/gangguan").await.text(), "Belum ada cek dalam 15 menit terakhir.");
    assert_eq!(body(&ask(&budi, "/cek MAX5000 00000000001").await)[0], "✅ Maxim 5.000");
    let mut notices = Vec::new();
    for number in 1..=5 {
        notices.push(ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await);
    }
    let asked = scene.klikoo.calls().inquiries;
    for number in 6..=8 {
        let notice = ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await;
        assert!(!notice.text().contains("Ref"), "nobody was asked: {notice:?}");
        notices.push(notice);
    }
    assert_eq!(scene.klikoo.calls().inquiries, asked, "it was left alone");
    let outages = ask(&budi, "/gangguan").await;
    let lines: Vec<&str> = outages.text().lines().collect();
    assert_eq!(lines[0], "15 menit terakhir");
    assert!(lines.contains(&"⚠️ PLN: 0% dari 5 cek terjawab"), "{outages:?}");
    assert!(lines.iter().any(|line| line.starts_with("✅ Maxim: 100% dari 1 cek terjawab · biasanya ")), "{outages:?}");

    // It comes back: the probe finds out, and all who wait are answered, spaced for the one chat.
    scene.klikoo.set_down(false);
    for notice in &notices {
        let answer = as_time_passes(&scene, notice.edited()).await;
        assert!(answer.text().starts_with("✅ PLN 20.000\n"), "{answer:?}");
    }
    let outages = ask(&budi, "/gangguan").await;
    assert!(!outages.text().contains("PLN: 0%"), "{outages:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn no_answer_is_never_not_found() {
    let mut scene = patient().await;
    // No owner, who would be told of what is the partner's fault in between.
    let budi = scene.agent("Budi").in_private();
    scene.timeouts = Timeouts { check: Duration::from_millis(800), ..Timeouts::default() };
    let bot = scene.start();
    for ending in ["408", "502", "200", "204", "206", "208", "429", "500", "503", "504"] {
        let notice = ask(&budi, &format!("/cek PLN20 00000000{ending}")).await;
        assert!(notice.text().starts_with("⏳ "), "{ending}: {notice:?}");
        assert!(!notice.text().contains("ditemukan") && !notice.text().contains("terdaftar"), "{notice:?}");
        assert_eq!(ask(&budi, "/batal").await.text(), "✋ 1 cek yang menunggu dibatalkan.");
        notice.edited().await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn what_the_partner_will_not_do_now_is_asked_again_and_the_owners_are_told() {
    let mut scene = patient().await;
    let owner = scene.owner("Ibu Bos").in_private();
    let budi = scene.agent("Budi").in_private();
    let bot = scene.start();
    ask(&owner, "/start").await;
    for (ending, remedy) in [("429", "permintaan terlalu sering"), ("200", "Jawaban Klikoo tidak terbaca")] {
        let notice = ask(&budi, &format!("/cek PLN20 00000000{ending}")).await;
        let expected = format!("⏳ Belum ada jawaban dari layanan cek. Nomor 00000000{ending} belum tentu salah.");
        assert_eq!(notice.text().lines().next(), Some(expected.as_str()));
        assert!(owner.reply().await.text().contains(remedy));
        ask(&budi, "/batal").await;
        notice.edited().await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_notice_that_is_gone_is_said_anew() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let notice = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    budi.deletes(&notice).await;
    scene.klikoo.set_down(false);
    let anew = as_time_passes(&scene, budi.reply()).await;
    assert_eq!(anew.text().lines().nth(1), Some("BAHARRUDIN1"));
    scene.telegram.refused("editMessageText", "message to edit not found").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn who_cannot_be_told_is_not_asked_for() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    scene.klikoo.set_down(true);
    scene.telegram.fail_next("sendMessage", Fault::Blocked);
    budi.says("/cek PLN20 01105691111").await;
    ask(&budi, "/produk maxim").await;
    assert_eq!(ask(&budi, "/batal").await.text(), "Tidak ada cek Anda yang sedang menunggu di sini.");
    let history = ask(&budi, "/riwayat").await;
    assert!(history.text().contains("PLN20 01105691111\ngangguan"), "it was recorded all the same: {history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn what_was_never_asked_is_recorded_as_unanswered() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let mut notices = Vec::new();
    for number in 1..=6 {
        notices.push(ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await);
    }
    // The provider is left alone by now, and its pause is longer than the machine takes for this.
    scene.pass(PATIENCE);
    for notice in &notices {
        let end = as_time_passes(&scene, notice.edited()).await;
        assert!(end.text().contains("belum menjawab"), "{end:?}");
    }
    let history = ask(&budi, "/riwayat").await;
    assert_eq!(history.text().matches("PLN20 0000000000").count(), 6, "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_notice_in_a_group_that_has_just_become_a_supergroup_becomes_the_answer() {
    let mut scene = patient().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    scene.klikoo.hold();
    scene.klikoo.set_down(true);
    budi.in_group(&group).says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    let new = group.becomes_supergroup_unheard();
    scene.klikoo.release();
    let notice = budi.in_group(&new).reply().await;
    assert!(notice.text().starts_with("⏳ "), "{notice:?}");
    scene.telegram.refused("sendMessage", "upgraded to a supergroup").await;
    scene.klikoo.set_down(false);
    as_time_passes(&scene, async { assert!(notice.edited().await.text().contains("BAHARRUDIN1")) }).await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_nobody_waiting() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let mut notices = Vec::new();
    for number in 1..=6 {
        notices.push(ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await);
    }
    // Until the late ones find the provider left alone.
    let asked = scene.klikoo.calls().inquiries;
    as_time_passes(&scene, scene.klikoo.arrived(asked + 1)).await;
    scene.pass(TimeDelta::hours(-1));
    scene.klikoo.set_down(false);
    for notice in &notices {
        assert!(as_time_passes(&scene, notice.edited()).await.text().starts_with("✅ PLN 20.000\n"));
    }
    assert!(scene.clock.now() < "2026-11-22T06:30:00Z".parse::<DateTime<Utc>>().unwrap(), "long before its old time");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_a_day_does_not_put_off_the_end() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let notice = ask_in_vain(&scene, &budi, "/cek PLN20 01105691111").await;
    scene.pass(TimeDelta::days(-1));
    let end = as_time_passes(&scene, notice.edited()).await;
    assert!(end.text().starts_with("⏳ Sampai 14:20 WIB PLN belum menjawab."), "{end:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_a_day_does_not_put_off_the_ends_of_many() {
    for is_restarted in [false, true] {
        let (scene, budi) = begun().await;
        let mut bot = scene.start();
        let mut notices = Vec::new();
        // More than the breaker lets through: those behind are not asked for, and have to end all the same.
        for number in 1..=8 {
            notices.push(ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await);
        }
        let asked = scene.klikoo.calls().inquiries;
        as_time_passes(&scene, scene.klikoo.arrived(asked + 1)).await;
        if is_restarted {
            bot.stop().await;
            scene.pass(TimeDelta::days(-1));
            bot = scene.start();
        } else {
            scene.pass(TimeDelta::days(-1));
        }
        let put_back = scene.clock.now();
        for notice in &notices {
            let end = as_time_passes(&scene, notice.edited()).await;
            assert!(end.text().contains("PLN belum menjawab"), "{end:?}");
        }
        let took = scene.clock.now() - put_back;
        assert!(took < PATIENCE * 3, "{took}: one after the other, each with a quarter of an hour of its own");
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn what_was_given_up_is_told_as_such_after_a_restart() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    let mut notices = Vec::new();
    for number in 1..=2 {
        notices.push(ask_in_vain(&scene, &budi, &format!("/cek PLN20 0000000000{number}")).await);
    }
    scene.pass(PATIENCE);
    let first = notices[0].edited().await;
    // One chat's answers are spaced, so this one is on record and waits for its turn while the time stands still.
    while ask(&budi, "/riwayat").await.text().matches("PLN20 0000000000").count() < 2 {}
    bot.stop().await;
    let bot = scene.start();
    let second = as_time_passes(&scene, notices[1].edited()).await;
    let without_number = |text: &str| text.replace("00000000001", "…").replace("00000000002", "…");
    assert_eq!(without_number(second.text()), without_number(first.text()));
    scene.end(bot).await;
}
