//! Webhooks: what is posted to the bot, in which order, and what becomes of polls meanwhile.

use serde_json::{Value, json};
use teloxide::{
    payloads::{GetUpdatesSetters, SetWebhookSetters},
    prelude::Requester,
};

use super::{Caller, bot_of};
use crate::telegram::{FakeTelegram, InChat, Received, RecordingHost};

/// Where the bot is reached from outside.
const URL: &str = "https://bot.example/telegram";

/// A fake that posts to a bot, as which the host stands in.
async fn with_webhook() -> (FakeTelegram, RecordingHost) {
    let (telegram, bot) = (FakeTelegram::start().await, RecordingHost::start().await);
    telegram.proxy_webhook_to(bot.address());
    let set = Caller::of(&telegram).call("setWebhook", json!({ "url": URL, "secret_token": "rahasia_1-A" })).await;
    assert_eq!(set, (200, json!({ "ok": true, "result": true })));
    (telegram, bot)
}

fn update(post: &Received) -> Value {
    serde_json::from_slice(&post.body).unwrap()
}

fn texts(posts: &[Received]) -> Vec<String> {
    posts.iter().map(|post| update(post)["message"]["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_update_is_posted_with_the_secret_and_is_done_when_accepted() {
    let (telegram, bot) = with_webhook().await;
    assert_eq!(telegram.webhook_url().as_deref(), Some(URL));
    telegram.user("Budi").in_private().says("/cek PLN20 01105691111").await;

    let posts = bot.receives(1).await;
    assert_eq!((posts[0].method.as_str(), posts[0].uri.path()), ("POST", "/telegram"));
    assert_eq!(posts[0].headers["x-telegram-bot-api-secret-token"], "rahasia_1-A");
    assert_eq!(posts[0].headers["content-type"], "application/json");
    assert_eq!(update(&posts[0])["update_id"], 1);
    assert_eq!(texts(&posts), ["/cek PLN20 01105691111"]);
    telegram.all_confirmed().await;
    let (_, info) = Caller::of(&telegram).call("getWebhookInfo", json!({})).await;
    assert_eq!(info["result"]["url"], URL);
    assert_eq!(info["result"]["pending_update_count"], 0);
    telegram.finish().await;
}

#[tokio::test]
async fn a_post_that_is_not_accepted_is_repeated_before_the_next_of_its_chat() {
    let (telegram, bot) = with_webhook().await;
    let mut failures = vec![500, 302, 429];
    bot.answer_with(move |_| failures.pop().unwrap_or(200));
    let budi = telegram.user("Budi").in_private();
    budi.says("satu").await;
    budi.says("dua").await;

    assert_eq!(texts(&bot.receives(5).await), ["satu", "satu", "satu", "satu", "dua"]);
    assert_eq!(telegram.webhook_error().await, "Wrong response from the webhook: 500 Internal Server Error");
    telegram.all_confirmed().await;
}

#[tokio::test]
async fn a_chat_whose_posts_fail_holds_up_no_other() {
    let (telegram, bot) = with_webhook().await;
    let (budi, sari) = (telegram.user("Budi").in_private(), telegram.user("Sari").in_private());
    let (failing, other) = (budi.chat_id(), sari.chat_id());
    let chat = |post: &Received| update(post)["message"]["chat"]["id"].as_i64();
    bot.answer_with(move |post| if chat(post) == Some(failing) { 503 } else { 200 });
    budi.says("satu").await;
    bot.receives(2).await;
    sari.says("dua").await;

    let from_sari = async {
        let mut count = 0;
        while !bot.receives(count).await.iter().any(|post| chat(post) == Some(other)) {
            count += 1;
        }
    };
    from_sari.await;
    bot.answer_with(|_| 200);
    telegram.all_confirmed().await;
}

#[tokio::test]
async fn a_webhook_and_a_poll_exclude_each_other() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    let poll = tokio::spawn({
        let bot = bot_of(&telegram);
        async move { bot.get_updates().timeout(15).await }
    });
    telegram.first_poll().await;
    caller.call("setWebhook", json!({ "url": URL })).await;
    let ended = poll.await.unwrap().unwrap_err().to_string();
    assert!(ended.contains("terminated by setWebhook"), "{ended}");

    let (status, refused) = caller.call("getUpdates", json!({})).await;
    assert_eq!(status, 409);
    assert!(refused["description"].as_str().unwrap().starts_with("Conflict: can't use getUpdates"), "{refused}");

    // Nothing listens there; what was said waits.
    telegram.user("Budi").in_private().says("/cek").await;
    assert!(telegram.webhook_error().await.contains("Failed to resolve host"));
    caller.call("deleteWebhook", json!({})).await;
    assert_eq!(bot_of(&telegram).get_updates().await.unwrap().len(), 1);
    telegram.finish().await;
}

#[tokio::test]
async fn a_webhook_that_another_program_left_behind_stands_until_it_is_deleted() {
    let telegram = FakeTelegram::start().await;
    telegram.leave_webhook_behind(URL);
    assert_eq!(telegram.registered_webhook().await, URL);
    bot_of(&telegram).get_updates().await.unwrap_err();
    bot_of(&telegram).delete_webhook().await.unwrap();
    assert!(bot_of(&telegram).get_updates().await.unwrap().is_empty());
    telegram.finish().await;
}

#[tokio::test]
async fn a_webhook_is_held_to_its_rules() {
    let telegram = FakeTelegram::start().await;
    let long = "a".repeat(257);
    for (parameters, words) in [
        (json!({ "url": "http://bot.example/telegram" }), "An HTTPS URL must be provided"),
        (json!({ "url": "https://bot.example:9000/telegram" }), "only on ports 80, 88, 443 or 8443"),
        (json!({ "url": "bot" }), "invalid webhook URL"),
        (json!({ "url": URL, "secret_token": "a b" }), "secret token contains unallowed characters"),
        (json!({ "url": URL, "secret_token": long }), "secret token is too long"),
    ] {
        let (status, refused) = Caller::of(&telegram).call("setWebhook", parameters).await;
        assert!(status == 400 && refused["description"].as_str().unwrap().contains(words), "{refused}");
        telegram.refused("setWebhook", words).await;
    }
    assert_eq!(telegram.webhook_url(), None);
    telegram.finish().await;
}

#[tokio::test]
async fn teloxides_form_is_read_and_the_kinds_of_update_and_the_dropping_hold() {
    let telegram = FakeTelegram::start().await;
    let (host, budi) = (RecordingHost::start().await, telegram.user("Budi").in_private());
    budi.says("sebelumnya").await;
    let kinds = [teloxide::types::AllowedUpdate::Message];
    let set = bot_of(&telegram).set_webhook(format!("{}/x", host.url()).parse().unwrap());
    set.secret_token("12").max_connections(1).allowed_updates(kinds).drop_pending_updates(true).await.unwrap();
    let sent = budi.says("/cek").await;
    budi.edits(&sent, "/id").await;
    budi.says("/bantuan").await;

    let posts = host.receives(2).await;
    assert_eq!(texts(&posts), ["/cek", "/bantuan"]);
    assert_eq!(posts[0].headers["x-telegram-bot-api-secret-token"], "12");
    let (_, info) = Caller::of(&telegram).call("getWebhookInfo", json!({})).await;
    assert_eq!(
        (&info["result"]["max_connections"], &info["result"]["allowed_updates"]),
        (&json!(1), &json!(["message"]))
    );
    telegram.finish().await;
}

#[tokio::test]
async fn what_was_accepted_can_come_again_and_an_outage_is_waited_out() {
    let (telegram, bot) = with_webhook().await;
    let budi = telegram.user("Budi").in_private();
    budi.says("satu").await;
    telegram.all_confirmed().await;
    telegram.redeliver();
    telegram.all_confirmed().await;
    let posts = bot.receives(2).await;
    assert_eq!(posts[0].body, posts[1].body);

    telegram.go_down();
    budi.says("dua").await;
    telegram.come_up();
    assert_eq!(texts(&bot.receives(3).await), ["satu", "satu", "dua"]);
    telegram.all_confirmed().await;
}
