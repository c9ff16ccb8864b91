//! Load mode: questions in, answers matched and timed.

use teloxide::{
    payloads::SendMessageSetters,
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
