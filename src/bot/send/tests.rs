//! The way out, against a Bot API on the loopback that answers as it is told; what takes long, on a clock that moves
//! only when all wait.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use axum::{Router, extract::State, http::Uri};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc, time::Instant};

use super::*;
use crate::{
    bot::wire::{Account, connect},
    chat::Button,
    locale::Html,
    store::{Preferences, SledStore},
};

const BUDI: ChatId = ChatId(1);
const SITI: ChatId = ChatId(2);
const GROUP: ChatId = ChatId(-5);
const SUPERGROUP: ChatId = ChatId(-1_000_000_000_005);

/// A Bot API that notes what it is asked, and takes it unless it was told otherwise.
struct Telegram {
    calls: mpsc::UnboundedReceiver<(String, Value, Instant)>,
    start: Instant,
    answers: Arc<Mutex<VecDeque<Value>>>,
    sender: Sender,
}

type Shared = (mpsc::UnboundedSender<(String, Value, Instant)>, Arc<Mutex<VecDeque<Value>>>);

async fn take(State((calls, answers)): State<Shared>, uri: Uri, body: String) -> String {
    let method = uri.path().rsplit('/').next().unwrap().to_lowercase();
    calls.send((method, serde_json::from_str(&body).unwrap(), Instant::now())).unwrap();
    let taken = || json!({ "ok": true, "result": { "message_id": 77 } });
    answers.lock().unwrap().pop_front().unwrap_or_else(taken).to_string()
}

fn sender(url: &str) -> Sender {
    let account = Account { token: "1:a".into(), api_url: Some(url.parse().unwrap()) };
    let migrations = ChatMigrations::new(Preferences::new(Arc::new(SledStore::temporary().unwrap())));
    Sender::new(connect(&account).unwrap(), Arc::new(migrations), Limits::default())
}

impl Telegram {
    /// One that gives these answers first.
    async fn answering(answers: impl IntoIterator<Item = Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Mutex<VecDeque<Value>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
        let (calls, seen) = mpsc::unbounded_channel();
        let app = Router::new().fallback(take).with_state((calls, answers.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { calls: seen, start: Instant::now(), answers, sender: sender(&url) }
    }

    /// What it gives next.
    fn answer_next(&self, answers: impl IntoIterator<Item = Value>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// The calls that it got since it was last asked.
    fn calls(&mut self) -> Vec<(String, Value)> {
        std::iter::from_fn(|| self.calls.try_recv().ok()).map(|(method, call, _)| (method, call)).collect()
    }

    /// When the calls came that it got since it was last asked, in whole seconds from the start.
    fn seconds(&mut self) -> Vec<u64> {
        std::iter::from_fn(|| self.calls.try_recv().ok()).map(|(.., at)| (at - self.start).as_secs()).collect()
    }

    /// The one call that it got since it was last asked.
    #[track_caller]
    fn call(&mut self) -> Value {
        let mut calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0).1
    }
}

fn bad_request(words: &str) -> Value {
    json!({ "ok": false, "error_code": 400, "description": format!("Bad Request: {words}") })
}

fn migrated(to: ChatId) -> Value {
    let mut answer = bad_request("group chat was upgraded to a supergroup chat");
    answer["parameters"] = json!({ "migrate_to_chat_id": to.0 });
    answer
}

fn reply(text: &str) -> Reply {
    Html::escape(text).into()
}

/// A question in a topic of a group.
fn question() -> Destination {
    Destination { chat: GROUP, topic: Some(3), message: Some(MessageId(9)) }
}

async fn send(telegram: &Telegram, to: Destination, reply: &Reply) -> Result<Placed, Refused> {
    telegram.sender.send(to, reply, Priority::Answer).await
}

async fn edit(telegram: &Telegram, chat: ChatId) -> Result<(), Refused> {
    let message = Placed { chat, message: MessageId(9) };
    telegram.sender.edit(message, &reply("<baru>"), Priority::Answer).await
}

#[tokio::test]
async fn a_reply_goes_where_it_was_asked_for() {
    let mut telegram = Telegram::answering([]).await;
    let text = Html::lines([Html::escape("Halo &"), Html::code("01105691111")]);
    let buttons = ["a", "b"].map(|key| Button::Press { label: key.to_uppercase(), data: format!("turn-{key}") });
    let reply = Reply::new(text, vec![buttons.to_vec()]);
    let placed = send(&telegram, question(), &reply).await.unwrap();
    assert_eq!(placed, Placed { chat: GROUP, message: MessageId(77) });
    let expected = json!({
        "chat_id": -5,
        "message_thread_id": 3,
        "reply_parameters": { "message_id": 9, "allow_sending_without_reply": true },
        "text": "Halo &amp;\n<code>01105691111</code>",
        "parse_mode": "HTML",
        "reply_markup": { "inline_keyboard": [[
            { "text": "A", "callback_data": "turn-a" },
            { "text": "B", "callback_data": "turn-b" },
        ]] },
    });
    assert_eq!(telegram.call(), expected);
}

#[tokio::test]
async fn a_long_text_goes_in_parts_with_the_buttons_under_the_last() {
    let mut telegram = Telegram::answering([json!({ "ok": true, "result": { "message_id": 76 } })]).await;
    let lines = (0..300).map(|line| Html::escape(&format!("baris {line} 🙂🙂🙂🙂")));
    let buttons = vec![vec![Button::Press { label: "A".into(), data: "a".into() }]];
    let reply = Reply::new(Html::lines(lines), buttons);
    let placed = send(&telegram, question(), &reply).await.unwrap();
    assert_eq!(placed.message, MessageId(77), "the last part");
    let calls = telegram.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|(_, call)| call["text"].as_str().unwrap().encode_utf16().count() <= 4096));
    assert!(calls[0].1.get("reply_markup").is_none() && calls[1].1.get("reply_markup").is_some());
}

#[tokio::test]
async fn an_answer_refused_for_its_address_is_sent_without_it() {
    for words in [
        "message thread not found",
        "TOPIC_DELETED",
        "TOPIC_ID_INVALID",
        "message to be replied not found",
        "reply message not found",
        "replied message not found",
        "MESSAGE_ID_INVALID",
        "REPLY_MESSAGE_ID_INVALID",
    ] {
        let mut telegram = Telegram::answering([bad_request(words)]).await;
        send(&telegram, question(), &reply("halo")).await.unwrap();
        let calls = telegram.calls();
        let [_, (_, again)] = calls.as_slice() else { panic!("{words}: {calls:?}") };
        assert_eq!(*again, json!({ "chat_id": -5, "text": "halo", "parse_mode": "HTML" }), "{words}");
    }
}

#[tokio::test]
async fn what_is_refused_without_its_address_too_is_refused_for_good() {
    let mut telegram = Telegram::answering([bad_request("TOPIC_CLOSED"), bad_request("TOPIC_CLOSED")]).await;
    assert_eq!(send(&telegram, question(), &reply("halo")).await, Err(Refused));
    assert_eq!(telegram.calls().len(), 2);
    telegram.answer_next([bad_request("chat not found")]);
    assert_eq!(send(&telegram, question(), &reply("halo")).await, Err(Refused));
    telegram.call();
}

#[tokio::test]
async fn what_is_refused_for_its_markup_is_sent_as_plain_text() {
    let broken = bad_request("can't parse entities: Unsupported start tag \"topic\" at byte offset 7");
    let mut telegram = Telegram::answering([broken.clone(), broken.clone(), broken]).await;
    let reply = Html::code("a<b").into();
    send(&telegram, question(), &reply).await.unwrap_err();
    let calls = telegram.calls();
    assert_eq!(calls.len(), 2, "plain text has no markup to be refused");
    assert_eq!(calls[0].1["text"], "<code>a&lt;b</code>");
    assert_eq!((&calls[1].1["text"], calls[1].1.get("parse_mode")), (&json!("a<b"), None));
    assert_eq!(calls[1].1["message_thread_id"], 3, "its address was not at fault");
}

#[tokio::test]
async fn a_reply_follows_a_group_that_became_a_supergroup() {
    let mut telegram = Telegram::answering([migrated(SUPERGROUP)]).await;
    let placed = send(&telegram, question(), &reply("halo")).await.unwrap();
    assert_eq!(placed.chat, SUPERGROUP);
    let there = json!({ "chat_id": SUPERGROUP.0, "text": "halo", "parse_mode": "HTML" });
    assert_eq!(telegram.calls()[1].1, there, "its messages have other ids");
    // The next goes there at once.
    send(&telegram, question(), &reply("halo")).await.unwrap();
    assert_eq!(telegram.call(), there);
}

#[tokio::test]
async fn where_telegram_does_not_say_the_new_id_it_is_asked() {
    let upgraded = || bad_request("group chat was upgraded to a supergroup chat");
    for found in [migrated(SUPERGROUP), json!({ "ok": true, "result": { "id": SUPERGROUP.0, "mood": 7 } })] {
        let mut telegram = Telegram::answering([upgraded(), found]).await;
        assert_eq!(send(&telegram, question(), &reply("halo")).await.unwrap().chat, SUPERGROUP);
        let methods: Vec<String> = telegram.calls().into_iter().map(|(method, _)| method).collect();
        assert_eq!(methods, ["sendmessage", "getchat", "sendmessage"]);
    }
    let same = json!({ "ok": true, "result": { "id": GROUP.0 } });
    let telegram = Telegram::answering([upgraded(), same]).await;
    assert_eq!(send(&telegram, question(), &reply("halo")).await, Err(Refused), "it is nowhere else");
}

#[tokio::test]
async fn a_group_that_moves_in_circles_is_not_followed_for_ever() {
    let circle = [SUPERGROUP, GROUP].map(migrated).into_iter().cycle().take(20);
    let telegram = Telegram::answering(circle).await;
    assert_eq!(send(&telegram, question(), &reply("halo")).await, Err(Refused));
}

#[tokio::test]
async fn an_edit_takes_the_place_of_a_message() {
    let mut telegram = Telegram::answering([]).await;
    edit(&telegram, BUDI).await.unwrap();
    let expected = json!({ "chat_id": 1, "message_id": 9, "text": "&lt;baru&gt;", "parse_mode": "HTML" });
    assert_eq!(telegram.call(), expected);
    telegram.answer_next([json!({ "ok": true, "result": null })]);
    assert_eq!(edit(&telegram, BUDI).await, Ok(()), "taken, whatever the answer looks like");
    telegram.answer_next([bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same as a current \
         content and reply markup of the message",
    )]);
    assert_eq!(edit(&telegram, BUDI).await, Ok(()), "it is there already");
    telegram.calls();
    for gone in ["message to edit not found", "MESSAGE_ID_INVALID", "message can't be edited"] {
        telegram.answer_next([bad_request(gone)]);
        assert_eq!(edit(&telegram, BUDI).await, Err(Refused), "{gone}");
        telegram.call();
    }
    telegram.answer_next([bad_request("can't parse entities: ouch")]);
    edit(&telegram, BUDI).await.unwrap();
    assert_eq!(telegram.calls()[1].1["text"], "<baru>");
    telegram.answer_next([migrated(SUPERGROUP)]);
    edit(&telegram, GROUP).await.unwrap();
    assert_eq!(telegram.calls()[1].1["chat_id"], SUPERGROUP.0);
}

#[tokio::test]
async fn a_message_that_was_taken_is_not_sent_again() {
    for result in [json!(true), json!({ "message_id": "new" }), json!(null)] {
        let mut telegram = Telegram::answering([json!({ "ok": true, "result": result })]).await;
        send(&telegram, question(), &reply("halo")).await.unwrap();
        telegram.call();
    }
}

#[tokio::test]
async fn a_press_is_answered_with_a_notice_that_fits() {
    let mut telegram = Telegram::answering([]).await;
    telegram.sender.answer_press("press", None).await;
    assert_eq!(telegram.call(), json!({ "callback_query_id": "press" }));
    telegram.sender.answer_press("press", Some(&"é".repeat(300))).await;
    let notice = telegram.call();
    assert_eq!((notice["text"].as_str().unwrap().chars().count(), &notice["show_alert"]), (200, &json!(true)));
    telegram.answer_next([bad_request("query is too old and response timeout expired or query ID is invalid")]);
    telegram.sender.answer_press("press", None).await;
    telegram.call();
}

#[tokio::test]
async fn a_message_is_deleted_where_the_group_is_now() {
    let mut telegram = Telegram::answering([migrated(SUPERGROUP)]).await;
    send(&telegram, question(), &reply("halo")).await.unwrap();
    telegram.calls();
    telegram.answer_next([bad_request("message can't be deleted")]);
    telegram.sender.delete(Placed { chat: GROUP, message: MessageId(9) }).await;
    assert_eq!(telegram.call(), json!({ "chat_id": SUPERGROUP.0, "message_id": 9 }));
}

#[tokio::test]
async fn typing_shows_until_the_answer_is_there() {
    let mut telegram = Telegram::answering([]).await;
    let typing = telegram.sender.typing(question());
    let (method, shown, _) = telegram.calls.recv().await.unwrap();
    let action = json!({ "chat_id": -5, "message_thread_id": 3, "action": "typing" });
    assert_eq!((method.as_str(), shown), ("sendchataction", action));
    assert_eq!(telegram.sender.typing.available_permits(), MAX_TYPING - 1);
    drop(typing);
    let all = telegram.sender.typing.acquire_many(MAX_TYPING as u32);
    assert!(all.await.is_ok(), "it has ended");
}

#[tokio::test]
async fn a_group_that_takes_nothing_for_one_alone_is_left_alone_for_an_hour() {
    let shown = || json!({ "ok": true, "result": { "message_id": 0, "ephemeral_message_id": 1 } });
    let mut telegram = Telegram::answering([bad_request("user not found"), shown(), shown()]).await;
    let sender = telegram.sender.clone();
    let show = |group| {
        let sender = &sender;
        async move { sender.send_to_one(Destination::chat(group), UserId(7), None, &Html::escape("BUDI")).await }
    };
    assert_eq!(show(GROUP).await, Err(Refused));
    assert_eq!(telegram.call()["ephemeral_message_parameters"], json!({ "receiver_user_id": 7 }));
    assert_eq!(show(GROUP).await, Err(Refused));
    assert_eq!(telegram.calls(), [], "it is not asked again");
    assert_eq!(show(SUPERGROUP).await, Ok(()), "another group is");
    tokio::time::pause();
    tokio::time::advance(ephemeral::REFUSED_FOR).await;
    tokio::time::resume();
    assert_eq!(show(GROUP).await, Ok(()));
}

#[tokio::test]
async fn an_answer_at_once_needs_no_typing() {
    let mut telegram = Telegram::answering([]).await;
    tokio::time::pause();
    drop(telegram.sender.typing(question()));
    tokio::time::sleep(typing::AFTER + typing::PERIOD).await;
    assert!(telegram.calls.try_recv().is_err());
}

#[tokio::test]
async fn strangers_are_answered_behind_agents_and_the_most_of_a_flood_is_left_out() {
    let mut telegram = Telegram::answering([]).await;
    let started = Arc::new(AtomicUsize::new(0));
    for stranger in 0..600 {
        let (sender, started) = (telegram.sender.clone(), started.clone());
        telegram.sender.to_stranger(async move {
            started.fetch_add(1, Relaxed);
            let to = Destination::chat(ChatId(1000 + stranger));
            sender.send(to, &reply("bukan untuk Anda"), Priority::Stranger).await.unwrap();
        });
    }
    send(&telegram, Destination::chat(BUDI), &reply("halo")).await.unwrap();
    let before = telegram.calls().iter().take_while(|(_, call)| call["chat_id"] != 1).count();
    assert!(before <= 2, "{before} strangers came before the agent");
    assert_eq!(started.load(Relaxed), Limits::default().strangers);
}

fn too_many(seconds: u32) -> Value {
    let parameters = json!({ "retry_after": seconds });
    json!({ "ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": parameters })
}

fn fault(code: u16, words: &str) -> Value {
    json!({ "ok": false, "error_code": code, "description": words })
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_the_pause_that_was_asked_for() {
    let mut telegram = Telegram::answering([too_many(7), too_many(0), too_many(1_000_000_000)]).await;
    send(&telegram, Destination::chat(BUDI), &reply("halo")).await.unwrap();
    assert_eq!(telegram.seconds(), [0, 7, 8, 308]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_one_chat_delays_no_other() {
    let mut telegram = Telegram::answering([too_many(100)]).await;
    let (first, second) = (reply("halo"), reply("halo juga"));
    let both = tokio::join!(
        send(&telegram, Destination::chat(BUDI), &first),
        send(&telegram, Destination::chat(SITI), &second),
    );
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(telegram.seconds(), [0, 0, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_429_of_a_press_pauses_all() {
    let mut telegram = Telegram::answering([too_many(100)]).await;
    telegram.sender.answer_press("9", None).await;
    let asked = telegram.seconds();
    assert!(asked[1] >= 100 && asked[1] <= 120, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn faults_pass_and_refusals_do_not() {
    let mut telegram = Telegram::answering([
        fault(500, "Internal Server Error"),
        fault(502, "Bad Gateway"),
        fault(409, "Conflict: terminated by other getUpdates request"),
        fault(401, "Unauthorized"),
        bad_request("chat not found"),
    ])
    .await;
    assert!(send(&telegram, Destination::chat(BUDI), &reply("halo")).await.is_err());
    assert_eq!(telegram.seconds(), [0, 1, 3, 7, 15]);
}

#[tokio::test(start_paused = true)]
async fn what_need_not_be_is_not_tried_for_ever() {
    let mut telegram = Telegram::answering((0..9).map(|_| fault(502, "Bad Gateway"))).await;
    telegram.sender.delete(Placed { chat: BUDI, message: MessageId(9) }).await;
    assert_eq!(telegram.calls().len(), 3);
}
