//! Planned faults: each meets the call that it is meant for, once.

use std::{collections::BTreeSet, time::Duration};

use teloxide::{RequestError, payloads::GetUpdatesSetters, prelude::Requester};

use super::{bot_of, id, refusal};
use crate::bot_api::{FakeTelegram, Fault, Gate, InChat, Reply};

#[tokio::test]
async fn refusals_come_as_planned_and_once() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let talk = telegram.user("Budi").in_private();
    talk.says("/start").await;

    telegram.fail_next("sendMessage", Fault::RetryAfter(7));
    let too_many = bot.send_message(id(&talk), "x").await.unwrap_err();
    assert!(matches!(too_many, RequestError::RetryAfter(wait) if wait.seconds() == 7), "{too_many:?}");
    telegram.fail_next("sendMessage", Fault::Blocked);
    assert!(refusal(bot.send_message(id(&talk), "x").await).contains("blocked"));
    telegram.fail_next("sendMessage", Fault::BadRequest("PEER_ID_INVALID"));
    assert!(refusal(bot.send_message(id(&talk), "x").await).contains("PEER_ID_INVALID"));
    bot.send_message(id(&talk), "sampai").await.unwrap();
    assert_eq!(talk.reply().await.text(), "sampai");
    let calls = telegram.called("sendMessage", 4).await;
    assert!(calls.is_sorted_by_key(|call| call.at));
    assert!(calls.iter().all(|call| call.chat == Some(talk.chat_id())));
    assert_eq!(calls[3].body["text"], "sampai");
    telegram.finish().await;
}

#[tokio::test]
async fn a_fault_may_be_meant_for_one_chat() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let (budi, sari) = (telegram.user("Budi").in_private(), telegram.user("Sari").in_private());
    budi.says("/start").await;
    sari.says("/start").await;

    telegram.fail_next_in(&budi, "sendMessage", Fault::RetryAfter(1));
    bot.send_message(id(&sari), "x").await.unwrap();
    sari.reply().await;
    bot.send_message(id(&budi), "x").await.unwrap_err();
    telegram.finish().await;
}

#[tokio::test]
async fn a_lost_connection_loses_the_call_or_only_its_answer() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let talk = telegram.user("Budi").in_private();
    talk.says("/start").await;

    for (fault, text) in [(Fault::ResetBefore, "hilang"), (Fault::ResetAfter, "sampai")] {
        telegram.fail_next("sendMessage", fault);
        let lost = bot.send_message(id(&talk), text).await.unwrap_err();
        assert!(matches!(lost, RequestError::Network(_)), "{lost:?}");
    }
    assert_eq!(talk.reply().await.text(), "sampai");
    telegram.finish().await;
}

#[tokio::test]
async fn an_answer_may_break_off_or_drip_and_the_call_is_applied_all_the_same() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let talk = telegram.user("Budi").in_private();
    talk.says("/start").await;

    telegram.fail_next("sendMessage", Fault::HalfBody);
    let broken = bot.send_message(id(&talk), "setengah").await.unwrap_err();
    assert!(matches!(broken, RequestError::Network(_)), "{broken:?}");
    telegram.fail_next("sendMessage", Fault::Drip(Duration::from_millis(80)));
    assert_eq!(bot.send_message(id(&talk), "menetes").await.unwrap().text(), Some("menetes"));
    let replies = [talk.reply().await, talk.reply().await];
    assert_eq!(replies.each_ref().map(Reply::text), ["setengah", "menetes"]);
    assert_eq!(replies.each_ref().map(|reply| telegram.hid_acceptance_of(reply)), [true, false]);
    telegram.finish().await;
}

#[tokio::test]
async fn who_hangs_up_while_an_answer_drips_has_not_read_it() {
    let telegram = FakeTelegram::start().await;
    let talk = telegram.user("Budi").in_private();
    talk.says("/start").await;
    telegram.fail_next("sendMessage", Fault::Drip(Duration::from_secs(60)));
    let bot = bot_of(&telegram);
    let sending = tokio::spawn({
        let chat = id(&talk);
        async move { bot.send_message(chat, "menetes").await }
    });
    let reply = talk.reply().await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    assert!(telegram.hid_acceptance_of(&reply));
    telegram.finish().await;
}

#[tokio::test]
async fn rough_times_hit_some_calls_in_every_way_and_end() {
    let telegram = FakeTelegram::start().await;
    let talk = telegram.user("Budi").in_private();
    talk.says("/start").await;
    telegram.be_rough(3);
    let url = format!("{}/bot{}/SendMessage", telegram.url(), telegram.token());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    let mut met = BTreeSet::new();
    for _ in 0..400 {
        let body = format!(r#"{{"chat_id":{},"text":"x"}}"#, talk.chat_id());
        let call = client.post(&url).header("content-type", "application/json").body(body).send();
        met.insert(match call.await {
            Err(_) => "reset".to_owned(),
            Ok(answer) => {
                let status = answer.status().as_u16();
                if answer.bytes().await.is_ok() { status.to_string() } else { "half".to_owned() }
            }
        });
    }
    telegram.be_smooth();
    assert!(["200", "429", "half", "reset"].iter().all(|way| met.contains(*way)), "{met:?}");
    bot_of(&telegram).send_message(id(&talk), "baik").await.unwrap();
    assert_eq!(telegram.take_replies().last().unwrap().text(), "baik");
    telegram.finish().await;
}

#[tokio::test]
async fn a_held_call_goes_on_when_its_gate_opens() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let (budi, sari) = (telegram.user("Budi").in_private(), telegram.user("Sari").in_private());
    budi.says("/start").await;
    sari.says("/start").await;

    let gate = Gate::default();
    telegram.fail_next_in(&budi, "sendMessage", Fault::Held(gate.clone()));
    let held = tokio::spawn({
        let (bot, chat) = (bot.clone(), id(&budi));
        async move { bot.send_message(chat, "kemudian").await }
    });
    telegram.called("sendMessage", 1).await;
    bot.send_message(id(&sari), "dulu").await.unwrap();
    assert_eq!(sari.reply().await.text(), "dulu");
    assert!(!held.is_finished());
    gate.open();
    held.await.unwrap().unwrap();
    assert_eq!(budi.reply().await.text(), "kemudian");
    telegram.finish().await;
}

#[tokio::test]
async fn down_loses_everything_and_up_finds_what_was_said_meanwhile() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let talk = telegram.user("Budi").in_private();
    let poll = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(15).await }
    });
    telegram.first_poll().await;
    telegram.go_down();
    assert!(matches!(poll.await.unwrap(), Err(RequestError::Network(_))));
    assert!(matches!(bot.get_me().await, Err(RequestError::Network(_))));

    talk.says("/cek").await;
    telegram.come_up();
    assert_eq!(bot.get_updates().await.unwrap().len(), 1);
    telegram.finish().await;
}

#[tokio::test]
async fn a_server_error_is_no_json() {
    let telegram = FakeTelegram::start().await;
    telegram.fail_next("getMe", Fault::ServerError(502));
    // teloxide would wait 10 s on a 5xx, so this one asks by itself.
    let url = format!("{}/bot{}/GetMe", telegram.url(), telegram.token());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(url).send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    telegram.finish().await;
}
