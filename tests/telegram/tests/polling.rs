//! The long poll: waking, confirming, and one poll at a time.

use teloxide::{
    ApiError, RequestError,
    payloads::GetUpdatesSetters,
    prelude::Requester,
    types::{AllowedUpdate, Update},
};

use super::{bot_of, bot_with};
use crate::telegram::FakeTelegram;

fn ids(updates: &[Update]) -> Vec<u32> {
    updates.iter().map(|update| update.id.0).collect()
}

#[tokio::test]
async fn a_poll_wakes_at_an_update_and_not_at_its_time_out() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    // Were it to sleep until its time-out, it would come back with nothing.
    let poll = tokio::spawn(async move { bot.get_updates().timeout(15).await });
    telegram.first_poll().await;
    budi.in_private().says("/start").await;
    assert_eq!(poll.await.unwrap().unwrap().len(), 1);
}

#[tokio::test]
async fn updates_come_again_until_the_offset_confirms_them() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    for text in ["satu", "dua", "tiga"] {
        chat.says(text).await;
    }
    assert_eq!(ids(&bot.get_updates().limit(2).await.unwrap()), [1, 2]);
    assert_eq!(ids(&bot.get_updates().await.unwrap()), [1, 2, 3]);
    assert_eq!(ids(&bot.get_updates().offset(3).await.unwrap()), [3]);
    assert!(bot.get_updates().offset(4).await.unwrap().is_empty());
    telegram.all_confirmed().await;
}

#[tokio::test]
async fn the_newer_poll_ends_the_older() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let older = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(15).await }
    });
    telegram.first_poll().await;
    bot.get_updates().await.unwrap();
    let ended = older.await.unwrap().unwrap_err();
    assert!(matches!(ended, RequestError::Api(ApiError::TerminatedByOtherGetUpdates)), "{ended:?}");
}

#[tokio::test]
async fn kinds_that_the_bot_did_not_ask_for_do_not_come() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    bot.get_updates().allowed_updates([AllowedUpdate::Message]).await.unwrap();
    let sent = budi.in_private().says("/cek").await;
    budi.in_private().edits(&sent, "/id").await;
    // Only the first poll names the kinds; they hold for the later ones.
    assert_eq!(bot.get_updates().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_bot_asks_at_its_start_is_answered() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
    assert_eq!(bot.get_me().await.unwrap().username(), crate::telegram::BOT_USERNAME);
    bot.delete_webhook().await.unwrap();
    let stranger = bot_with("1:another", &telegram);
    let refused = stranger.get_me().await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::InvalidToken)), "{refused:?}");
    telegram.finish().await;
}
