//! Flood limits: how much is taken, and how a pause grows.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Caller;
use crate::telegram::{FakeTelegram, FloodControl, FloodLimits, InChat};

const PRIVATE: i64 = 42;
const GROUP: i64 = -1001;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_private_chat_takes_one_a_second_and_a_small_burst() {
    let (mut control, start) = (FloodControl::new(FloodLimits::default()), Instant::now());
    for _ in 0..3 {
        assert_eq!(control.admit(PRIVATE, start), Ok(()));
    }
    assert_eq!(control.admit(PRIVATE, start), Err(seconds(3)));
    assert_eq!(control.admit(PRIVATE + 1, start), Ok(()), "another chat is not paused");
    let mut paced = FloodControl::new(FloodLimits::default());
    assert!((0..100).all(|second| paced.admit(PRIVATE, start + seconds(second)).is_ok()));
}

#[test]
fn a_group_takes_twenty_a_minute() {
    let (mut control, start) = (FloodControl::new(FloodLimits::default()), Instant::now());
    for call in 0..20 {
        assert_eq!(control.admit(GROUP, start + seconds(call)), Ok(()));
    }
    assert_eq!(control.admit(GROUP, start + seconds(20)), Err(seconds(3)));
    assert_eq!(control.admit(GROUP, start + seconds(60)), Ok(()), "the first is a minute ago, the pause is over");
}

#[test]
fn all_chats_together_take_thirty_a_second() {
    let (mut control, start) = (FloodControl::new(FloodLimits::default()), Instant::now());
    for chat in 1..=30 {
        assert_eq!(control.admit(chat, start), Ok(()));
    }
    assert_eq!(control.admit(31, start), Err(seconds(3)));
    assert_eq!(control.admit(32, start + seconds(2)), Err(seconds(4)), "all chats are paused");
    assert_eq!(control.admit(33, start + seconds(6)), Ok(()));
}

#[test]
fn each_call_during_a_pause_makes_it_longer() {
    let limits = FloodLimits { retry_after: 5, ..FloodLimits::default() };
    let (mut control, start) = (FloodControl::new(limits), Instant::now());
    for _ in 0..3 {
        control.admit(PRIVATE, start).unwrap();
    }
    assert_eq!(control.admit(PRIVATE, start), Err(seconds(5)));
    assert_eq!(control.admit(PRIVATE, start + seconds(4)), Err(seconds(6)));
    assert_eq!(control.admit(PRIVATE, start + seconds(10)), Ok(()));
}

#[tokio::test]
async fn sends_and_edits_count_together_and_the_429_says_how_long() {
    let telegram = FakeTelegram::start().await;
    let budi = telegram.user("Budi");
    let group = telegram.supergroup("Agen Jaya", &[&budi]);
    telegram.limit_floods(FloodLimits { retry_after: 7, ..FloodLimits::default() });
    let caller = Caller::of(&telegram);
    let send = json!({ "chat_id": group.chat_id(), "text": "x" });
    let (_, first) = caller.call("sendMessage", send.clone()).await;
    let message = &first["result"]["message_id"];
    for text in 0..19 {
        let edit = json!({ "chat_id": group.chat_id(), "message_id": message, "text": format!("{text}") });
        assert_eq!(caller.call("editMessageText", edit).await.0, 200);
    }
    for retry_after in [7, 14] {
        let (status, refused) = caller.call("sendMessage", send.clone()).await;
        assert_eq!((status, &refused["parameters"]["retry_after"]), (429, &json!(retry_after)));
    }
    let typing = json!({ "chat_id": group.chat_id(), "action": "typing" });
    assert_eq!(caller.call("sendChatAction", typing).await.0, 200, "it does not count");
    assert_eq!(telegram.flood_refusals(), 2);
    assert_eq!((telegram.take_replies().len(), telegram.take_edits().len()), (1, 19));
    telegram.finish().await;
}
