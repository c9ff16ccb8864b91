//! Messages that are no plain text, as a bot reads them.

use serde_json::json;
use teloxide::{
    prelude::Requester,
    types::{Message, UpdateKind},
};

use super::bot_of;
use crate::telegram::{FakeTelegram, content};

/// The newest message that the bot was given.
async fn newest(telegram: &FakeTelegram) -> Message {
    match bot_of(telegram).get_updates().await.unwrap().pop().unwrap().kind {
        UpdateKind::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

#[tokio::test]
async fn contacts_photos_voices_and_stickers_come_as_such() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi").in_private();
    let sent = budi.sends(content::contact("Sari", "+62817345544")).await;
    assert_eq!(newest(&telegram).await.contact().unwrap().phone_number, "+62817345544");
    budi.replies_to(&sent, "GOPAY10").await;
    assert!(newest(&telegram).await.reply_to_message().unwrap().contact().is_some());
    budi.sends(content::photo("")).await;
    assert!(newest(&telegram).await.photo().is_some());
    budi.sends(content::voice()).await;
    assert!(newest(&telegram).await.voice().is_some());
    budi.sends(content::sticker("👍")).await;
    assert_eq!(newest(&telegram).await.sticker().unwrap().emoji.as_deref(), Some("👍"));
    budi.sends(json!({ "location": { "latitude": -6.2, "longitude": 106.8 } })).await;
    assert!(newest(&telegram).await.location().is_some());
}

#[tokio::test]
async fn in_a_group_a_photo_is_seen_when_its_caption_is_for_the_bot() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let chat = budi.in_group(&telegram.group("Agen Jaya", &[&budi]));
    chat.sends(content::photo("/cek PLN20 01105691111")).await;
    chat.sends(content::photo("libur")).await;
    let seen = newest(&telegram).await;
    assert_eq!((seen.text(), seen.caption()), (None, Some("/cek PLN20 01105691111")));
    assert_eq!(seen.parse_caption_entities().unwrap()[0].text(), "/cek");
}

#[tokio::test]
async fn a_quote_comes_with_its_place_in_what_it_quotes() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi").in_private();
    let list = budi.says("👍 01105691111 0817345544").await;
    budi.quotes(&list, "0817345544", "/cek GOPAY10").await;
    let seen = newest(&telegram).await;
    let quote = seen.quote().unwrap();
    assert_eq!((quote.text.as_str(), quote.position, quote.is_manual), ("0817345544", 15, true));
    assert_eq!(seen.reply_to_message().unwrap().text(), Some("👍 01105691111 0817345544"));
}
