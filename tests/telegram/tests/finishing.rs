//! What fails a test at its end: what the bot did that no test read, or that Telegram would refuse.

use futures_util::FutureExt as _;
use teloxide::{payloads::SendMessageSetters, prelude::Requester, types::ParseMode};

use super::{bot_of, id};
use crate::telegram::{Conversation, FakeTelegram, Fault};

/// The words with which `finish` fails.
async fn verdict(telegram: FakeTelegram) -> String {
    let failed = std::panic::AssertUnwindSafe(telegram.finish()).catch_unwind().await.expect_err("finish must fail");
    *failed.downcast::<String>().expect("a formatted message")
}

async fn begun(telegram: &FakeTelegram) -> Conversation {
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    chat
}

#[tokio::test]
async fn an_unread_message() {
    let telegram = FakeTelegram::start().await;
    let chat = begun(&telegram).await;
    bot_of(&telegram).send_message(id(&chat), "tak terbaca").await.unwrap();
    assert!(verdict(telegram).await.contains("never read in 100001: \"tak terbaca\""));
}

#[tokio::test]
async fn an_unread_edit_and_an_unread_deletion() {
    let telegram = FakeTelegram::start().await;
    let (bot, chat) = (bot_of(&telegram), begun(&telegram).await);
    let sent = bot.send_message(id(&chat), "1").await.unwrap();
    chat.reply().await;
    bot.edit_message_text(id(&chat), sent.id, "2").await.unwrap();
    bot.delete_message(id(&chat), sent.id).await.unwrap();
    let verdict = verdict(telegram).await;
    assert!(verdict.contains("edit never read") && verdict.contains("deletion never read"), "{verdict}");
}

#[tokio::test]
async fn a_refused_call_and_an_unknown_method() {
    let telegram = FakeTelegram::start().await;
    let (bot, chat) = (bot_of(&telegram), begun(&telegram).await);
    bot.send_message(id(&chat), "<x>").parse_mode(ParseMode::Html).await.unwrap_err();
    bot.get_my_name().await.unwrap_err();
    let verdict = verdict(telegram).await;
    assert!(verdict.contains("sendmessage refused: Bad Request: can't parse entities"), "{verdict}");
    assert!(verdict.contains("getmyname refused: Not Found"), "{verdict}");
}

#[tokio::test]
async fn a_fault_that_no_call_met() {
    let telegram = FakeTelegram::start().await;
    telegram.fail_next("sendMessage", Fault::Blocked);
    assert!(verdict(telegram).await.contains("fault never met"));
}

#[tokio::test]
async fn dropping_the_fake_without_finishing_checks_too() {
    let telegram = FakeTelegram::start().await;
    let chat = begun(&telegram).await;
    bot_of(&telegram).send_message(id(&chat), "tak terbaca").await.unwrap();
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(telegram)));
    assert!(failed.is_err());
}

#[tokio::test]
async fn an_answer_before_the_one_that_silence_waits_for() {
    let telegram = FakeTelegram::start().await;
    let (bot, chat) = (bot_of(&telegram), begun(&telegram).await);
    bot.send_message(id(&chat), "tidak diam").await.unwrap();
    let waited = std::panic::AssertUnwindSafe(chat.silence_until("/id")).catch_unwind().await;
    assert!(waited.is_err());
    telegram.finish().await;
}
