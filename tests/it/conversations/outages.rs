//! Telegram out of reach, and the bot told to stop: what people said is answered all the same.

use ceknomor::jobs::Bounds;
use tokio::time::timeout;

use super::{ask, body};
use crate::{
    scene::Scene,
    telegram::{Fault, Gate},
};

#[tokio::test]
async fn a_bot_that_starts_before_the_network_does_keeps_trying() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    scene.telegram.go_down();
    let bot = scene.start();
    scene.telegram.lost("getMe").await;
    scene.telegram.come_up();
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn what_is_said_during_an_outage_is_answered_after_it() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.telegram.first_poll().await;
    scene.telegram.go_down();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.telegram.lost("getUpdates").await;
    scene.telegram.come_up();
    let reply = budi.reply().await;
    assert!(reply.answers(&asked));
    assert_eq!(body(&reply)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

const WEBHOOK: Fault = Fault::BadRequest("can't use getUpdates method while webhook is active");

#[tokio::test]
async fn a_webhook_that_somebody_has_set_is_taken_away() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    scene.telegram.fail_next("getUpdates", WEBHOOK);
    let bot = scene.start();
    scene.telegram.called("deleteWebhook", 1).await;
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_webhook_to_go() {
    let mut scene = Scene::new().await;
    scene.owner("Budi");
    scene.telegram.fail_next("getUpdates", WEBHOOK);
    scene.telegram.fail_next("deleteWebhook", Fault::Held(Gate::default()));
    let bot = scene.start();
    scene.telegram.called("deleteWebhook", 1).await;
    timeout(Bounds::default().grace, bot.stop()).await.expect("there was nothing to wait for");
    scene.telegram.finish().await;
}

#[tokio::test]
async fn an_answer_that_meets_an_outage_waits_it_out() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.klikoo.arrived(1).await;
    scene.telegram.go_down();
    scene.klikoo.release();
    scene.telegram.lost("sendMessage").await;
    scene.telegram.come_up();
    assert!(budi.reply().await.answers(&asked));
    assert_eq!(scene.klikoo.calls().inquiries, 1);
    scene.end(bot).await;
}

#[tokio::test]
async fn a_check_under_way_is_answered_before_the_bot_ends() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.klikoo.hold();
    let asked = [budi.says("/cek PLN20 01105691111").await, budi.says("/produk maxim").await];
    scene.klikoo.arrived(1).await;
    scene.telegram.all_confirmed().await;

    bot.begin_to_stop();
    tokio::task::yield_now().await;
    scene.klikoo.release();
    bot.stop().await;
    assert_eq!(scene.telegram.calls("sendMessage").len(), 2, "both were sent before the bot ended");
    for question in &asked {
        assert!(budi.reply().await.answers(question));
    }

    // Started again, it answers nothing twice.
    let bot = scene.start();
    ask(&budi, "/produk maxim").await;
    scene.end(bot).await;
}

#[tokio::test]
async fn a_bot_that_is_told_to_stop_while_telegram_is_away_stops() {
    let scene = Scene::new().await;
    scene.telegram.go_down();
    let bot = scene.start();
    scene.telegram.lost("getMe").await;
    bot.stop().await;
}
