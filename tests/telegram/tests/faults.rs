//! Planned faults: each meets the call that it is meant for, once.

use std::{collections::BTreeSet, time::Duration};

use teloxide::{RequestError, payloads::GetUpdatesSetters, prelude::Requester};

use serde_json::json;

use super::{Caller, bot_of, id, refusal};
use crate::telegram::{ADDRESS_REFUSALS, FakeTelegram, Fault, Gate, InChat, RecordingHost, Reply};

#[tokio::test]
async fn refusals_come_as_planned_and_once() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;

    telegram.fail_next("sendMessage", Fault::RetryAfter(7));
    let too_many = bot.send_message(id(&chat), "x").await.unwrap_err();
    assert!(matches!(too_many, RequestError::RetryAfter(wait) if wait.seconds() == 7), "{too_many:?}");
    telegram.fail_next("sendMessage", Fault::Blocked);
    assert!(refusal(bot.send_message(id(&chat), "x").await).contains("blocked"));
    telegram.fail_next("sendMessage", Fault::BadRequest("PEER_ID_INVALID"));
    assert!(refusal(bot.send_message(id(&chat), "x").await).contains("PEER_ID_INVALID"));
    bot.send_message(id(&chat), "sampai").await.unwrap();
    assert_eq!(chat.reply().await.text(), "sampai");
    let calls = telegram.called("sendMessage", 4).await;
    assert!(calls.is_sorted_by_key(|call| call.at));
    assert!(calls.iter().all(|call| call.chat == Some(chat.chat_id())));
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
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;

    for (fault, text) in [(Fault::ResetBefore, "hilang"), (Fault::ResetAfter, "sampai")] {
        telegram.fail_next("sendMessage", fault);
        let lost = bot.send_message(id(&chat), text).await.unwrap_err();
        assert!(matches!(lost, RequestError::Network(_)), "{lost:?}");
    }
    assert_eq!(chat.reply().await.text(), "sampai");
    telegram.finish().await;
}

#[tokio::test]
async fn an_answer_may_break_off_or_drip_and_the_call_is_applied_all_the_same() {
    let telegram = FakeTelegram::start().await;
    let bot = bot_of(&telegram);
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;

    telegram.fail_next("sendMessage", Fault::HalfBody);
    let broken = bot.send_message(id(&chat), "setengah").await.unwrap_err();
    assert!(matches!(broken, RequestError::Network(_)), "{broken:?}");
    telegram.fail_next("sendMessage", Fault::Drip(Duration::from_millis(80)));
    assert_eq!(bot.send_message(id(&chat), "menetes").await.unwrap().text(), Some("menetes"));
    let replies = [chat.reply().await, chat.reply().await];
    assert_eq!(replies.each_ref().map(Reply::text), ["setengah", "menetes"]);
    assert_eq!(replies.each_ref().map(|reply| telegram.hid_acceptance_of(reply)), [true, false]);
    telegram.finish().await;
}

#[tokio::test]
async fn who_hangs_up_while_an_answer_drips_has_not_read_it() {
    let telegram = FakeTelegram::start().await;
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    telegram.fail_next("sendMessage", Fault::Drip(Duration::from_secs(60)));
    let bot = bot_of(&telegram);
    let sending = tokio::spawn({
        let chat = id(&chat);
        async move { bot.send_message(chat, "menetes").await }
    });
    let reply = chat.reply().await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    assert!(telegram.hid_acceptance_of(&reply));
    telegram.finish().await;
}

#[tokio::test]
async fn rough_times_hit_some_calls_in_every_way_and_end() {
    let telegram = FakeTelegram::start().await;
    let chat = telegram.user("Budi").in_private();
    chat.says("/start").await;
    telegram.fail_at_random(3);
    let url = format!("{}/bot{}/SendMessage", telegram.url(), telegram.token());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    let mut met = BTreeSet::new();
    for _ in 0..400 {
        let body = format!(r#"{{"chat_id":{},"text":"x"}}"#, chat.chat_id());
        let call = client.post(&url).header("content-type", "application/json").body(body).send();
        met.insert(match call.await {
            Err(_) => "reset".to_owned(),
            Ok(answer) => {
                let status = answer.status().as_u16();
                if answer.bytes().await.is_ok() { status.to_string() } else { "half".to_owned() }
            }
        });
    }
    telegram.stop_failing_at_random();
    assert!(["200", "429", "half", "reset"].iter().all(|way| met.contains(*way)), "{met:?}");
    bot_of(&telegram).send_message(id(&chat), "baik").await.unwrap();
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
    let chat = telegram.user("Budi").in_private();
    let poll = tokio::spawn({
        let bot = bot.clone();
        async move { bot.get_updates().timeout(15).await }
    });
    telegram.first_poll().await;
    telegram.go_down();
    assert!(matches!(poll.await.unwrap(), Err(RequestError::Network(_))));
    assert!(matches!(bot.get_me().await, Err(RequestError::Network(_))));

    chat.says("/cek").await;
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

#[tokio::test]
async fn a_redirect_leads_to_a_host_that_sees_what_it_is_sent() {
    let telegram = FakeTelegram::start().await;
    let (caller, host) = (Caller::of(&telegram), RecordingHost::start().await);
    for code in [302, 307] {
        telegram.fail_next("sendMessage", Fault::Redirect(code, format!("{}/lain", host.url())));
        // A client that is not told otherwise follows.
        assert_eq!(caller.call("sendMessage", json!({ "chat_id": 1, "text": "BUDI" })).await.0, 200);
    }
    let [found, temporary] = host.received().try_into().unwrap();
    assert_eq!((found.method.as_str(), found.body.as_ref()), ("GET", b"".as_slice()));
    assert!(found.headers["referer"].to_str().unwrap().contains(telegram.token()), "{found:?}");
    assert_eq!((temporary.method.as_str(), temporary.uri.path()), ("POST", "/lain"));
    assert!(temporary.body.windows(4).any(|word| word == b"BUDI"));
    telegram.finish().await;
}

#[tokio::test]
async fn refusals_of_any_code_come_in_the_bot_apis_words() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    for (code, description) in [(408, "Request Timeout"), (409, "Conflict"), (500, "Internal Server Error: restart")] {
        telegram.fail_next("getMe", Fault::Refused(code, description));
        let refused = json!({ "ok": false, "error_code": code, "description": description });
        assert_eq!(caller.call("getMe", json!({})).await, (code, refused));
    }
    for reason in ADDRESS_REFUSALS {
        telegram.fail_next("sendMessage", Fault::BadRequest(reason));
        let (_, refused) = caller.call("sendMessage", json!({ "chat_id": 1, "text": "x" })).await;
        assert_eq!(refused["description"], format!("Bad Request: {reason}"));
    }
    for seconds in [0, 1_000_000_000_000] {
        telegram.fail_next("sendMessage", Fault::RetryAfter(seconds));
        let (_, refused) = caller.call("sendMessage", json!({ "chat_id": 1, "text": "x" })).await;
        assert_eq!(refused["parameters"]["retry_after"], seconds);
    }
    telegram.finish().await;
}

#[tokio::test]
async fn a_lasting_fault_meets_every_call_until_it_is_forgotten() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    telegram.fail_every("getMe", Fault::Refused(401, "Unauthorized"));
    for _ in 0..3 {
        assert_eq!(caller.call("getMe", json!({})).await.0, 401);
    }
    telegram.forget_faults();
    assert_eq!(caller.call("getMe", json!({})).await.0, 200);
    telegram.finish().await;
}

#[tokio::test]
async fn polls_may_be_answered_at_once_with_nothing() {
    let telegram = FakeTelegram::start().await;
    telegram.answer_polls_at_once(true);
    let caller = Caller::of(&telegram);
    for _ in 0..3 {
        // Were it to wait until the time-out, this test would take minutes.
        assert_eq!(caller.call("getUpdates", json!({ "timeout": 50 })).await.1["result"], json!([]));
    }
    telegram.user("Budi").in_private().says("/cek").await;
    let (_, updates) = caller.call("getUpdates", json!({ "timeout": 50 })).await;
    assert_eq!(updates["result"].as_array().unwrap().len(), 1);
    assert_eq!(telegram.calls("getUpdates").len(), 4);
    telegram.finish().await;
}
