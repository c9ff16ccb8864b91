//! Presses of buttons.

use teloxide::{
    payloads::{AnswerCallbackQuerySetters, SendMessageSetters},
    prelude::Requester,
    types::{CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, UpdateKind},
};

use super::{bot_of, id, refusal};
use crate::telegram::{Answer, FakeTelegram};

async fn next_press(bot: &teloxide::Bot) -> CallbackQuery {
    let updates = bot.get_updates().await.unwrap();
    let press = updates.into_iter().find_map(|update| match update.kind {
        UpdateKind::CallbackQuery(query) => Some(query),
        _ => None,
    });
    press.expect("a press among the updates")
}

#[tokio::test]
async fn a_press_is_answered_once() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let chat = budi.in_private();
    chat.says("/riwayat").await;
    let buttons = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("▶", "page:2")]]);
    bot.send_message(id(&chat), "1").reply_markup(buttons).await.unwrap();

    let press = chat.reply().await.press("▶", &budi).await;
    let query = next_press(&bot).await;
    assert_eq!(query.data.as_deref(), Some("page:2"));
    assert_eq!(query.regular_message().unwrap().text(), Some("1"));
    bot.answer_callback_query(query.id.clone()).text("Bukan tombol Anda").show_alert(true).await.unwrap();
    assert_eq!(press.alert().await, Answer { text: "Bukan tombol Anda".into(), alert: true });

    assert!(refusal(bot.answer_callback_query(query.id).await).contains("query is too old"));
    telegram.refused("answerCallbackQuery", "query is too old").await;
    telegram.finish().await;
}

#[tokio::test]
async fn a_button_of_a_deleted_message_comes_without_the_message() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let chat = budi.in_private();
    chat.says("/riwayat").await;
    bot.send_message(id(&chat), "1").await.unwrap();
    let reply = chat.reply().await;
    chat.deletes(&reply).await;

    reply.press_data("page:2", &budi).await;
    let query = next_press(&bot).await;
    assert!(query.message.is_some() && query.regular_message().is_none());
    bot.answer_callback_query(query.id).await.unwrap();
    telegram.finish().await;
}

#[tokio::test]
async fn a_button_of_long_ago_is_pressed_and_what_came_of_it_by_now_is_read() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let budi = telegram.user("Budi");
    let chat = budi.in_private();
    chat.says("/start").await;
    let old = chat.said_by_bot_before("1");
    assert!(chat.heard_by_now().is_empty(), "it needs no reading");
    let press = old.press_data("page:2", &budi).await;
    assert_eq!((press.alert_by_now(), old.edited_by_now().is_some()), (None, false));
    let query = next_press(&bot).await;
    let message = query.regular_message().unwrap();
    assert_eq!(message.text(), Some("1"));
    bot.edit_message_text(id(&chat), message.id, "2").await.unwrap();
    bot.send_message(id(&chat), "3").await.unwrap();
    bot.answer_callback_query(query.id.clone()).text("Ya").await.unwrap();
    assert_eq!(press.alert_by_now(), Some(Answer { text: "Ya".into(), alert: false }));
    assert_eq!(old.edited_by_now().map(|edited| edited.text().to_owned()), Some("2".to_owned()));
    assert!(matches!(chat.heard_by_now().as_slice(), [heard] if heard.text() == "3"));
    telegram.finish().await;
}
