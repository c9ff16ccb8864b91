//! What was accepted gets one answer: whatever Telegram delivers twice, and whenever the process dies.

use std::sync::Arc;

use ceknomor::{
    clock::{Clock, FixedClock},
    value::ChatId,
};
use chrono::TimeDelta;

use super::{ask, body, first_of_two_pages};
use crate::{
    scene::Scene,
    telegram::{Conversation, Fault, Gate},
};

const LATE: &str = "🙏 Maaf, jawaban ini terlambat.";

async fn begun() -> (Scene, Conversation) {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    (scene, budi)
}

#[tokio::test]
async fn an_update_that_comes_twice_is_answered_once() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.telegram.all_confirmed().await;
    scene.telegram.redeliver();
    budi.silence_until("/produk maxim").await;
    assert_eq!(scene.klikoo.calls().inquiries, 1);

    // Over a restart too.
    bot.stop().await;
    scene.telegram.redeliver();
    let bot = scene.start();
    budi.silence_until("/produk maxim").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn an_update_that_comes_again_while_it_is_answered_is_answered_once() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    scene.telegram.all_confirmed().await;
    scene.telegram.redeliver();
    let probe = budi.says("/produk maxim").await;
    scene.telegram.all_confirmed().await;
    scene.klikoo.release();
    assert!(budi.reply().await.answers(&asked));
    assert!(budi.reply().await.answers(&probe));
    scene.end(bot).await;
}

#[tokio::test]
async fn updates_out_of_order_are_all_answered() {
    let (scene, budi) = begun().await;
    let asked = [budi.says("/produk maxim").await, budi.says("/cek PLN20 01105691111").await, budi.says("/id").await];
    scene.telegram.reverse_pending();
    let bot = scene.start();
    for question in asked.iter().rev() {
        assert!(budi.reply().await.answers(question));
    }
    budi.silence_until("/produk maxim").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn updates_that_are_numbered_anew_after_a_silent_week_are_answered() {
    let (scene, budi) = begun().await;
    scene.telegram.pass_a_silent_week(900_000_000);
    let bot = scene.start();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.telegram.all_confirmed().await;
    scene.telegram.pass_a_silent_week(100_000_000);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn killed_while_it_asks_it_answers_after_the_restart() {
    let (scene, budi) = begun().await;
    let bot = scene.start();
    scene.klikoo.hold();
    let asked =
        [budi.says("/cek PLN20 01105691111").await, budi.says("/cek PLN20 00000000002").await, budi.says("/id").await];
    scene.klikoo.arrived(1).await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    scene.klikoo.release();

    let bot = scene.start();
    let replies = [budi.reply().await, budi.reply().await, budi.reply().await];
    for (reply, question) in replies.iter().zip(&asked) {
        assert!(reply.answers(question), "the order is kept: {reply:?}");
    }
    assert_eq!(body(&replies[0])[1], "BAHARRUDIN1");
    assert_eq!(body(&replies[1])[1], "SITI MISALNYA");
    let history = budi.silence_until("/riwayat").await;
    assert_eq!(history.text().matches("PLN20 01105691111").count(), 1, "{history:?}");
    scene.end(bot).await;
}

/// Killed when the outcome was kept and Telegram has not taken the answer.
async fn killed_before_the_answer(scene: &Scene, budi: &Conversation, typed: &str) -> crate::telegram::Sent {
    let bot = scene.start();
    scene.telegram.first_poll().await;
    // Never opened: the call is given up with the bot that made it.
    scene.telegram.fail_next("sendMessage", Fault::Held(Gate::default()));
    let before = scene.telegram.calls("sendMessage").len();
    let asked = budi.says(typed).await;
    scene.telegram.called("sendMessage", before + 1).await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    asked
}

#[tokio::test]
async fn killed_before_the_answer_was_taken_it_does_not_ask_again() {
    let (scene, budi) = begun().await;
    let asked = killed_before_the_answer(&scene, &budi, "/cek PLN20 01105691111").await;
    let bot = scene.start();
    let reply = budi.reply().await;
    assert!(reply.answers(&asked));
    assert_eq!(body(&reply)[1], "BAHARRUDIN1");
    assert_eq!(scene.klikoo.calls().inquiries, 1, "the kept outcome was used");
    let history = budi.silence_until("/riwayat").await;
    assert_eq!(history.text().matches("PLN20 01105691111").count(), 1, "{history:?}");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_late_answer_begins_with_an_apology() {
    let (scene, budi) = begun().await;
    let asked = killed_before_the_answer(&scene, &budi, "/cek PLN20 01105691111").await;
    scene.pass(TimeDelta::seconds(121));
    let bot = scene.start();
    let reply = budi.reply().await;
    assert!(reply.answers(&asked));
    let lines: Vec<&str> = reply.text().lines().collect();
    assert_eq!(lines[..3], [LATE, "✅ PLN 20.000", "BAHARRUDIN1"], "{reply:?}");
    assert!(!ask(&budi, "/produk maxim").await.text().contains(LATE));
    scene.end(bot).await;
}

#[tokio::test]
async fn late_is_measured_by_telegrams_own_clock() {
    for minutes in [-5, 5] {
        let (scene, budi) = begun().await;
        // The host's clock is wrong by this much.
        let telegrams = Arc::new(FixedClock::at(scene.clock.now() + TimeDelta::minutes(minutes)));
        scene.telegram.date_by(telegrams.clone());
        let bot = scene.start();
        assert!(!ask(&budi, "/produk maxim").await.text().contains(LATE), "off by {minutes} min");
        bot.stop().await;

        budi.says("/id").await;
        telegrams.advance(TimeDelta::seconds(121));
        scene.clock.advance(TimeDelta::seconds(121));
        let bot = scene.start();
        assert!(budi.reply().await.text().starts_with(LATE), "off by {minutes} min");
        scene.end(bot).await;
    }
}

#[tokio::test]
async fn a_pin_is_not_on_disk_and_its_message_goes_even_after_a_kill() {
    let (scene, budi) = begun().await;
    for typed in ["PLN20.01105691111.9317", "/cek PLN21.01105691111.9317"] {
        let asked = killed_before_the_answer(&scene, &budi, typed).await;
        assert!(!scene.has_on_disk(b"9317"), "before the answer to {typed:?}");
        let bot = scene.start();
        let reply = budi.reply().await;
        assert!(reply.answers(&asked) && reply.text().contains("Jangan kirim PIN"), "{reply:?}");
        budi.deleted(&asked).await;
        bot.stop().await;
        assert!(!scene.has_on_disk(b"9317"), "after the answer to {typed:?}");
        assert!(scene.has_on_disk(b"01105691111"), "the search itself works");
    }
    scene.telegram.finish().await;
}

#[tokio::test]
async fn a_press_under_way_when_the_bot_dies_turns_the_page_after_the_restart() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    let history = first_of_two_pages(&budi).await;
    scene.telegram.fail_next("answerCallbackQuery", Fault::Held(Gate::default()));
    scene.telegram.fail_next("editMessageText", Fault::Held(Gate::default()));
    let _press = history.press("Lebih lama ▶", &user).await;
    scene.telegram.called("answerCallbackQuery", 1).await;
    scene.telegram.called("editMessageText", 1).await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;

    let bot = scene.start();
    let older = history.edited().await;
    assert!(older.text().contains("Riwayat") && older.text() != history.text(), "{older:?}");
    budi.silence_until("/produk maxim").await;
    bot.stop().await;
    scene.telegram.forget_presses();
    scene.telegram.finish().await;
}

#[tokio::test]
async fn who_blocked_the_bot_is_not_tried_again() {
    let mut scene = Scene::new().await;
    let user = scene.owner("Budi");
    let budi = user.in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    scene.telegram.all_confirmed().await;
    user.blocks_bot();
    scene.klikoo.release();
    scene.telegram.refused("sendMessage", "bot was blocked by the user").await;
    bot.stop().await;

    user.unblocks_bot();
    let bot = scene.start();
    budi.silence_until("/produk maxim").await;
    assert!(ask(&budi, "/riwayat").await.text().contains("BAHARRUDIN1"), "it was recorded all the same");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_is_followed() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    let before = ask(&budi.in_group(&group), "/cek PLN20 00000000002").await;
    assert_eq!(body(&before)[1], "SITI MISALNYA");
    scene.klikoo.hold();
    budi.in_group(&group).says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(2).await;
    let new = group.becomes_supergroup_unheard();
    assert_ne!(ChatId(new.id()), ChatId(group.id()));
    scene.klikoo.release();
    let chat = budi.in_group(&new);
    assert_eq!(body(&chat.reply().await)[1], "BAHARRUDIN1");
    scene.telegram.refused("sendMessage", "upgraded to a supergroup").await;

    for _ in 0..2 {
        let history = ask(&chat, "/riwayat").await;
        assert!(history.text().contains("SITI") && history.text().contains("BAHARRUDIN1"), "{history:?}");
    }
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000003").await)[1], "WARUNG PERCOBAAN");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_group_that_says_that_it_became_a_supergroup_keeps_its_history_and_its_leave() {
    let mut scene = Scene::new().await;
    let budi = scene.telegram.user("Budi");
    let group = scene.telegram.group("Agen Jaya", &[&budi]);
    scene.admit(&group);
    let bot = scene.start();
    ask(&budi.in_group(&group), "/cek PLN20 00000000002").await;
    group.promotes(&budi, true);
    ask(&budi.in_group(&group), "/bahasa en").await;
    // Nothing is sent in between: the bot knows it from what the group says alone, over a restart too.
    let new = group.becomes_supergroup();
    scene.telegram.all_confirmed().await;
    bot.stop().await;
    let bot = scene.start();
    let chat = budi.in_group(&new);
    let history = ask(&chat, "/riwayat").await;
    assert!(history.text().contains("SITI MISALNYA") && history.text().starts_with("Latest checks"), "{history:?}");
    assert_eq!(body(&ask(&chat, "/cek PLN20 00000000003").await)[1], "WARUNG PERCOBAAN");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_question_about_a_product_that_is_gone_gets_an_apology() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    scene.sell(
        "[[product]]\ncode = \"PLN50\"\nname = \"PLN 50.000\"\nprovider = \"PLN\"\nbuying = 50000\nselling = 51000\n",
    );
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN50 01105691111").await;
    scene.klikoo.arrived(1).await;
    scene.telegram.all_confirmed().await;
    bot.kill().await;
    scene.klikoo.release();
    scene.catalog = ceknomor::catalog::Catalog::load(None).unwrap();
    let bot = scene.start();
    let reply = budi.reply().await;
    assert!(reply.answers(&asked) && reply.text().starts_with("😔 Maaf"), "{reply:?}");
    scene.end(bot).await;
}
