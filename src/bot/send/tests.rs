//! The way out, against a Bot API on the loopback that answers as it is told; what takes long, on a clock that moves only
//! when all wait.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use axum::{Router, extract::State, http::Uri};
use serde_json::{Value, json};
use teloxide::{ApiError, types::Seconds};
use tokio::{net::TcpListener, time::Instant};

use super::*;
use crate::{
    bot::wire::{Account, connect},
    store::{Preferences, SledStore},
};

const BUDI: ChatId = ChatId(1);
const SITI: ChatId = ChatId(2);
const GROUP: ChatId = ChatId(-5);
const SUPERGROUP: ChatId = ChatId(-1_000_000_000_005);

/// A Bot API that notes what it is asked, and takes it unless it was told otherwise.
struct Telegram {
    calls: mpsc::UnboundedReceiver<(String, Value)>,
    answers: Arc<Mutex<VecDeque<Value>>>,
    sender: Sender,
}

type Shared = (mpsc::UnboundedSender<(String, Value)>, Arc<Mutex<VecDeque<Value>>>);

async fn take(State((calls, answers)): State<Shared>, uri: Uri, body: String) -> String {
    let method = uri.path().rsplit('/').next().unwrap().to_lowercase();
    calls.send((method, serde_json::from_str(&body).unwrap())).unwrap();
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
        Self { calls: seen, answers, sender: sender(&url) }
    }

    /// What it gives next.
    fn answer_next(&self, answers: impl IntoIterator<Item = Value>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// The calls that it got since it was last asked.
    fn calls(&mut self) -> Vec<(String, Value)> {
        std::iter::from_fn(|| self.calls.try_recv().ok()).collect()
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
    let reply = Reply { text, buttons: vec![buttons.to_vec()] };
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
    let reply = Reply { text: Html::lines(lines), buttons };
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
    let shown = telegram.calls.recv().await.unwrap();
    let action = json!({ "chat_id": -5, "message_thread_id": 3, "action": "typing" });
    assert_eq!(shown, ("sendchataction".to_owned(), action));
    assert_eq!(telegram.sender.line.typing.available_permits(), MAX_TYPING - 1);
    drop(typing);
    let all = telegram.sender.line.typing.acquire_many(MAX_TYPING as u32);
    assert!(all.await.is_ok(), "it has ended");
}

#[tokio::test]
async fn strangers_are_answered_behind_agents_and_the_most_of_a_flood_is_left_out() {
    let mut telegram = Telegram::answering([]).await;
    for stranger in 0..600 {
        telegram.sender.send_to_stranger(Destination::chat(ChatId(1000 + stranger)), &reply("bukan untuk Anda"));
    }
    assert_eq!(telegram.sender.strangers.capacity(), 0);
    send(&telegram, Destination::chat(BUDI), &reply("halo")).await.unwrap();
    let before = telegram.calls().iter().take_while(|(_, call)| call["chat_id"] != 1).count();
    assert!(before <= 2, "{before} strangers came before the agent");
    let waiting = telegram.sender.strangers.max_capacity();
    assert_eq!(waiting, Limits::default().strangers);
}

/// A call that gives these results, one after the other, with how long after the test's start each was asked for.
struct Script {
    results: Mutex<VecDeque<Result<u32, RequestError>>>,
    asked: Mutex<Vec<u64>>,
    start: Instant,
}

impl Script {
    fn new(results: impl IntoIterator<Item = Result<u32, RequestError>>) -> Self {
        let results = Mutex::new(results.into_iter().collect());
        Self { results, asked: Mutex::default(), start: Instant::now() }
    }

    async fn call(&self) -> Result<u32, RequestError> {
        self.asked.lock().unwrap().push(self.start.elapsed().as_secs());
        self.results.lock().unwrap().pop_front().unwrap()
    }

    fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().clone()
    }
}

fn too_many(seconds: u32) -> Result<u32, RequestError> {
    Err(RequestError::RetryAfter(Seconds::from_seconds(seconds)))
}

fn fault(words: &str) -> Result<u32, RequestError> {
    Err(RequestError::Api(ApiError::Unknown(words.to_owned())))
}

/// A sender that calls nobody by itself.
fn idle() -> Sender {
    sender("http://127.0.0.1:1")
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_again_after_the_pause_that_was_asked_for() {
    let sender = idle();
    let script = Script::new([too_many(7), too_many(0), too_many(1_000_000_000), Ok(1)]);
    let sent = sender.line.call(u32::MAX, Some(BUDI), Class::Answer, || script.call()).await;
    assert_eq!((sent.unwrap(), script.asked()), (1, vec![0, 7, 8, 308]));
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_one_chat_delays_no_other() {
    let sender = idle();
    let paused = Script::new([too_many(100), Ok(1)]);
    let other = Script::new([Ok(2)]);
    let both = tokio::join!(
        sender.line.call(u32::MAX, Some(BUDI), Class::Answer, || paused.call()),
        sender.line.call(u32::MAX, Some(SITI), Class::Answer, || other.call()),
    );
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!((paused.asked(), other.asked()), (vec![0, 100], vec![0]));
}

#[tokio::test(start_paused = true)]
async fn a_429_of_a_press_pauses_all() {
    let sender = idle();
    let press = Script::new([too_many(100), Ok(1)]);
    sender.line.call(u32::MAX, None, Class::Unlimited, || press.call()).await.unwrap();
    let asked = press.asked();
    assert!(asked[1] >= 100 && asked[1] <= 120, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn faults_pass_and_refusals_do_not() {
    let sender = idle();
    let results = [
        fault(crate::bot::wire::SERVER_FAULT),
        fault("Bad Gateway"),
        fault("Conflict: terminated by other"),
        Err(RequestError::Api(ApiError::InvalidToken)),
        fault("Bad Request: chat not found"),
    ];
    let script = Script::new(results);
    let sent = sender.line.call(u32::MAX, Some(BUDI), Class::Answer, || script.call()).await;
    assert!(sent.is_err());
    assert_eq!(script.asked(), [0, 1, 3, 7, 15]);
}

#[tokio::test(start_paused = true)]
async fn what_need_not_be_is_not_tried_for_ever() {
    let sender = idle();
    let tries = AtomicU32::new(0);
    let call = async || {
        tries.fetch_add(1, Relaxed);
        fault("Bad Gateway")
    };
    assert!(sender.line.call(DELETION_TRIES, Some(BUDI), Class::Unlimited, call).await.is_err());
    assert_eq!(tries.load(Relaxed), 3);
}
