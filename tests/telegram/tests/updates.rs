//! Every kind of update must reach a bot as what it is: teloxide turns one that it cannot read into an error.

use std::sync::Arc;

use ceknomor::clock::FixedClock;
use teloxide::{
    prelude::Requester,
    types::{Message, Update, UpdateKind},
};

use serde_json::json;

use super::{Caller, bot_of, id};
use crate::telegram::{ANONYMOUS_ADMIN, BOT_USERNAME, CHANNEL_BOT, FakeTelegram, TELEGRAM};

/// Everything that the bot has not confirmed, each of it readable.
async fn updates(telegram: &FakeTelegram) -> Vec<Update> {
    let updates = bot_of(telegram).get_updates().await.unwrap();
    let unreadable = updates.iter().find(|update| matches!(update.kind, UpdateKind::Error(_)));
    assert!(unreadable.is_none(), "{unreadable:?}");
    updates
}

async fn messages(telegram: &FakeTelegram) -> Vec<Message> {
    let kinds = updates(telegram).await.into_iter().map(|update| update.kind);
    kinds.filter_map(|kind| if let UpdateKind::Message(message) = kind { Some(message) } else { None }).collect()
}

#[tokio::test]
async fn private_messages_and_their_edits() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let sent = budi.in_private().says("/cek PLN20 01105691111").await;
    budi.in_private().edits(&sent, "/cek PLN20 01105691112").await;

    let updates = updates(&telegram).await;
    let UpdateKind::Message(first) = &updates[0].kind else { panic!("{:?}", updates[0]) };
    assert!(first.chat.is_private());
    assert_eq!(first.from.as_ref().unwrap().id.0, budi.id());
    assert_eq!(first.parse_entities().unwrap()[0].text(), "/cek");
    let UpdateKind::EditedMessage(second) = &updates[1].kind else { panic!("{:?}", updates[1]) };
    assert_eq!((second.id, second.text()), (first.id, Some("/cek PLN20 01105691112")));
    assert!(second.edit_date().is_some());
}

#[tokio::test]
async fn in_groups_privacy_mode_hides_what_is_not_for_the_bot() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let group = telegram.group("Agen Jaya", &[&budi]);
    let chat = budi.in_group(&group);
    bot_of(&telegram).send_message(id(&group), "Halo").await.unwrap();
    let greeting = chat.reply().await;

    let chatter = chat.says("PLN20 01105691111").await;
    chat.says("/cek@bot_lain PLN20 01105691111").await;
    chat.says("/cek PLN20 01105691111").await;
    chat.replies_to(&chatter, "/cek").await;
    chat.says(&format!("@{BOT_USERNAME} PLN20 01105691111")).await;
    chat.replies_to(&greeting, "PLN20 01105691111").await;
    group.promotes_bot(&budi);
    chat.says("semua terlihat").await;

    let seen = messages(&telegram).await;
    let texts: Vec<_> = seen.iter().map(|message| message.text().unwrap()).collect();
    let mention = format!("@{BOT_USERNAME} PLN20 01105691111");
    assert_eq!(texts, ["/cek PLN20 01105691111", "/cek", &mention, "PLN20 01105691111", "semua terlihat"]);
    assert_eq!(seen[1].reply_to_message().unwrap().text(), Some("PLN20 01105691111"));
    assert_eq!(seen[3].reply_to_message().unwrap().text(), Some("Halo"));
}

#[tokio::test]
async fn supergroups_thread_their_replies_and_forums_their_topics() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let chat = budi.in_group(&telegram.supergroup("Agen Jaya", &[&budi]));
    let asked = chat.says("PLN20 01105691111").await;
    chat.replies_to(&asked, "/cek").await;
    let forum = telegram.forum("Agen Maju", &[&budi]);
    let topic = forum.topic("Token");
    budi.in_group(&forum).says("/id").await;
    budi.in_group(&forum).in_topic(&topic).says("/id").await;

    let seen = messages(&telegram).await;
    assert!(seen[0].chat.is_supergroup() && seen[0].thread_id.is_some() && !seen[0].is_topic_message);
    assert!(seen[1].thread_id.is_none());
    assert!(seen[2].thread_id.is_some() && seen[2].is_topic_message);
    assert!(seen[2].reply_to_message().is_some_and(|opening| opening.text().is_none()));
}

#[tokio::test]
async fn anonymous_senders_and_the_bots_own_standing() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    group.as_anonymous_admin().says("/id").await;
    group.as_channel(-1_002_000_000_000).says("/id").await;
    group.promotes_bot(&budi);
    group.removes_bot(&budi);

    let updates = updates(&telegram).await;
    let UpdateKind::Message(admin) = &updates[0].kind else { panic!("{:?}", updates[0]) };
    assert!(admin.from.as_ref().unwrap().is_anonymous());
    assert_eq!(admin.sender_chat.as_ref().unwrap().id, admin.chat.id);
    let UpdateKind::Message(channel) = &updates[1].kind else { panic!("{:?}", updates[1]) };
    assert!(channel.sender_chat.as_ref().unwrap().is_channel());
    let UpdateKind::MyChatMember(promoted) = &updates[2].kind else { panic!("{:?}", updates[2]) };
    assert!(promoted.new_chat_member.is_administrator() && promoted.old_chat_member.is_member());
    let UpdateKind::MyChatMember(removed) = &updates[3].kind else { panic!("{:?}", updates[3]) };
    assert!(removed.new_chat_member.is_banned());
}

#[tokio::test]
async fn who_writes_in_the_name_of_a_chat_comes_as_telegrams_stand_in() {
    let telegram = FakeTelegram::start().await;
    let group = telegram.supergroup("Agen Jaya", &[]);
    let channel = -1_002_000_000_000;
    group.as_anonymous_admin().says("/id").await;
    group.as_channel(channel).says("/id").await;
    group.as_linked_channel(channel).says("/id").await;

    let seen = messages(&telegram).await;
    let senders: Vec<_> = seen
        .iter()
        .map(|message| (message.from.as_ref().unwrap().id.0, message.sender_chat.as_ref().unwrap().id.0))
        .collect();
    assert_eq!(senders, [(ANONYMOUS_ADMIN, group.id()), (CHANNEL_BOT, channel), (TELEGRAM, channel)]);
    assert_eq!([1, 2].map(|place: usize| seen[place].is_automatic_forward()), [false, true]);
}

#[tokio::test]
async fn updates_of_any_number_and_kind_and_none_are_brought() {
    let telegram = FakeTelegram::start().await;
    let caller = Caller::of(&telegram);
    caller.call("getUpdates", json!({ "allowed_updates": ["message"] })).await;
    telegram.number_updates_from(1 << 40);
    let budi = telegram.user("Budi").in_private();
    budi.says("/cek").await;
    telegram.push_update("reaksi_baru", &json!({ "emoji": "👍" }));
    telegram.push_raw(r#"{"message":{"text":"tanpa nomor"}}"#);
    telegram.push_raw(r#"{"update_id":7,"message":"tidak terbaca"}"#);

    let (_, first) = caller.call("getUpdates", json!({})).await;
    let ids: Vec<_> = first["result"].as_array().unwrap().iter().map(|update| update["update_id"].as_i64()).collect();
    assert_eq!(ids, [Some(1 << 40), Some((1 << 40) + 1), None, Some(7)]);
    assert_eq!(first["result"][1]["reaksi_baru"]["emoji"], "👍");
    let (_, second) = caller.call("getUpdates", json!({})).await;
    assert_eq!(second["result"].as_array().unwrap().len(), 3, "what has no id cannot be confirmed, and comes once");
    caller.call("getUpdates", json!({ "offset": (1_i64 << 40) + 2 })).await;
    telegram.all_confirmed().await;
}

#[tokio::test]
async fn a_negative_offset_keeps_the_newest_alone() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi").in_private();
    for text in ["satu", "dua", "tiga"] {
        budi.says(text).await;
    }
    let (_, updates) = Caller::of(&telegram).call("getUpdates", json!({ "offset": -1 })).await;
    assert_eq!(updates["result"][0]["message"]["text"], "tiga");
    assert_eq!(updates["result"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_renamed_bot_is_known_by_its_new_name() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let chat = budi.in_group(&telegram.group("Agen Jaya", &[&budi]));
    telegram.rename_bot("cek_baru_bot");
    chat.says(&format!("/cek@{BOT_USERNAME} PLN20 01105691111")).await;
    chat.says("/cek@cek_baru_bot PLN20 01105691111").await;
    let seen = messages(&telegram).await;
    assert_eq!(seen.iter().filter_map(Message::text).collect::<Vec<_>>(), ["/cek@cek_baru_bot PLN20 01105691111"]);
    assert_eq!(bot_of(&telegram).get_me().await.unwrap().username(), "cek_baru_bot");
}

#[tokio::test]
async fn answers_may_be_dated_by_another_clock_than_messages() {
    let telegram = FakeTelegram::start().await;
    telegram.date_by(Arc::new(FixedClock::at("2026-11-22T07:05:00Z".parse().unwrap())));
    telegram.date_answers_by(Arc::new(FixedClock::at("2026-11-22T09:00:00Z".parse().unwrap())));
    telegram.user("Budi").in_private().says("/cek").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/bot{}/getUpdates", telegram.url(), telegram.token());
    let answer = client.post(url).send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Sun, 22 Nov 2026 09:00:00 GMT");
    let updates: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(updates["result"][0]["message"]["date"], 1_795_331_100);
}
