//! How updates reach the bot: by polls or a webhook, whatever their numbers and whatever is new in them.

use ceknomor::{bot::Webhook, clock::Clock};
use serde_json::json;
use tokio::net::TcpListener;

use super::{ask, body};
use crate::scene::Scene;

#[tokio::test]
async fn updates_that_cannot_be_read_or_confirmed_cost_nobody_an_answer() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let bot = scene.start();
    scene.telegram.push_raw(r#"{"message":{"text":"no number"}}"#);
    scene.telegram.push_raw(r#"{"update_id":"seven","message":5}"#);
    scene.telegram.push_update("message", &json!({ "message_id": [], "date": {} }));
    scene.telegram.push_update("a_kind_of_tomorrow", &json!({ "is": "new" }));
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    scene.telegram.push_raw(r#"{"update_id":1099511627776,"message":{"message_id":1}}"#);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    // It is confirmed, so that Telegram is not asked for it once a second from then on.
    scene.telegram.all_confirmed().await;
    ask(&budi, "/produk maxim").await;
    scene.telegram.number_updates_from(1 << 33);
    for _ in 0..3 {
        ask(&budi, "/produk maxim").await;
    }
    scene.end(bot).await;
}

#[tokio::test]
async fn a_message_is_answered_whatever_is_new_beside_its_text() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi");
    let bot = scene.start();
    ask(&budi.in_private(), "/produk maxim").await;
    let message = json!({
        "message_id": 77, "date": scene.clock.now().timestamp(), "text": "/cek PLN20 01105691111",
        "chat": { "id": budi.id(), "type": "private", "first_name": 5, "mood": "fine" },
        "from": { "id": budi.id(), "is_bot": false, "first_name": [], "level": 9 },
        "reply_markup": { "inline_keyboard": "of tomorrow" },
    });
    scene.telegram.push_update("message", &message);
    assert_eq!(body(&budi.in_private().reply().await)[1], "BAHARRUDIN1");
    scene.end(bot).await;
}

#[tokio::test]
async fn with_a_webhook_telegram_calls_and_what_it_brings_is_answered_after_a_restart_too() {
    let mut scene = Scene::new().await;
    let budi = scene.owner("Budi").in_private();
    let listen = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{listen}/telegram");
    scene.webhook = Some(Webhook { url: url.parse().unwrap(), listen, secret: None });
    let bot = scene.start();
    assert_eq!(scene.telegram.registered_webhook().await, url);
    assert_eq!(body(&ask(&budi, "/cek PLN20 01105691111").await)[1], "BAHARRUDIN1");
    let stranger = reqwest::Client::builder().build().unwrap().post(&url).body("{}").send().await.unwrap();
    assert_eq!(stranger.status().as_u16(), 401);
    assert_eq!(scene.telegram.calls("getUpdates").len(), 0);
    bot.stop().await;

    let asked = budi.says("/cek PLN20 01105691111").await;
    scene.webhook = None;
    let bot = scene.start();
    assert!(budi.reply().await.answers(&asked), "the webhook that was left is removed, and the bot polls");
    assert_eq!(scene.telegram.calls("deleteWebhook").len(), 1);
    scene.end(bot).await;
}
