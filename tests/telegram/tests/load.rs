//! Load mode: questions in, answers matched and timed.

use teloxide::{
    payloads::{GetUpdatesSetters, SendMessageSetters},
    prelude::Requester,
    types::{ReplyParameters, UpdateKind},
};

use super::bot_of;
use crate::telegram::FakeTelegram;

#[tokio::test]
async fn an_answer_is_matched_to_its_question() {
    let telegram = FakeTelegram::start_for_load("BUDI").await;
    let bot = bot_of(&telegram);
    telegram.ask(-1_001_000_000_001, 42, "/cek PLN20 01105691111");
    telegram.ask(-1_001_000_000_002, 43, "/cek PLN20 01105691111");
    assert!(telegram.in_flight_at_most(2).await);

    for update in bot.get_updates().await.unwrap() {
        let UpdateKind::Message(asked) = update.kind else { panic!("{update:?}") };
        assert!(asked.chat.is_supergroup());
        assert_eq!(asked.parse_entities().unwrap()[0].text(), "/cek");
        bot.send_message(asked.chat.id, "BUDI").reply_parameters(ReplyParameters::new(asked.id)).await.unwrap();
    }
    assert!(telegram.in_flight_at_most(0).await);
    assert_eq!(telegram.take_latencies().len(), 2);
    assert!(telegram.load_faults().is_empty());
}

#[tokio::test]
async fn what_answers_nothing_and_what_is_refused_is_told() {
    let telegram = FakeTelegram::start_for_load("BUDI").await;
    let bot = bot_of(&telegram);
    bot.send_message(teloxide::types::ChatId(-1_001_000_000_001), "SITI").await.unwrap();
    bot.get_my_name().await.unwrap_err();
    let faults = telegram.load_faults();
    assert_eq!(
        faults,
        ["getmyname refused: Not Found", "1 messages that answer nothing", "1 answers that are not right"]
    );
}

#[tokio::test]
async fn strangers_write_in_private_and_who_is_told_is_counted() {
    let telegram = FakeTelegram::start_for_load("BUDI").await;
    let bot = bot_of(&telegram);
    telegram.strangers_write(1_000_000_000, 3);
    let updates = bot.get_updates().await.unwrap();
    let texts = updates.iter().map(|update| {
        let UpdateKind::Message(wrote) = &update.kind else { panic!("{update:?}") };
        assert!(wrote.chat.is_private());
        wrote.text().unwrap().to_owned()
    });
    assert_eq!(texts.collect::<Vec<_>>(), ["/start", "halo, ini bot apa?", "/start"]);
    bot.send_message(updates[0].chat().unwrap().id, "Khusus agen").await.unwrap();
    assert_eq!(telegram.strangers_told(), 1);
    bot.get_updates().offset(updates[2].id.as_offset()).timeout(0).await.unwrap();
    assert!(telegram.waiting_at_most(0).await);
    assert!(telegram.load_faults().is_empty());
}
