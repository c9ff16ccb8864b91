//! Long polling, against a Bot API on the loopback that answers by a script, on a clock that moves only when all wait.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::Uri};
use futures_util::StreamExt;
use serde_json::{Value, json};
use teloxide::types::{Update, UpdateKind};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};

use super::{
    super::{AsUpdateStream, Delivery, Listener, channel, tests::Room},
    *,
};
use crate::bot::{Account, wire::connect};

const MINUTE: Duration = Duration::from_secs(60);

/// What Telegram answers one call with.
enum Answer {
    /// At once.
    Now(Value),
    /// After five seconds.
    Later(Value),
    /// When no update has come in the time for which it was told to wait.
    Nothing,
}

fn updates(updates: Value) -> Answer {
    Answer::Now(json!({ "ok": true, "result": updates }))
}

fn refusal(code: u16, description: &str, retry_after: Option<u32>) -> Answer {
    let parameters = json!({ "retry_after": retry_after });
    let refusal = json!({ "ok": false, "error_code": code, "description": description, "parameters": parameters });
    Answer::Now(refusal)
}

fn message(id: u64) -> Value {
    let chat = json!({ "id": -5, "type": "group", "title": "Agen" });
    let from = json!({ "id": 42, "is_bot": false, "first_name": "Budi" });
    let message = json!({ "message_id": 1, "date": 1, "chat": chat, "from": from, "text": "halo" });
    json!({ "update_id": id, "message": message })
}

/// A Bot API that answers by a script, and then always with the same.
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    rest: Answer,
    calls: mpsc::UnboundedSender<Call>,
}

/// A call that the bot made.
#[derive(Debug)]
struct Call {
    method: String,
    offset: Option<u64>,
    at: Instant,
}

async fn answer(State(script): State<Arc<Script>>, uri: Uri, body: Bytes) -> String {
    let method = uri.path().rsplit('/').next().unwrap().to_owned();
    let parameters: Value = serde_json::from_slice(&body).unwrap_or_default();
    let wait = parameters["timeout"].as_u64().unwrap_or_default();
    let offset = parameters["offset"].as_u64();
    let is_poll = method == "GetUpdates";
    let call = Call { method, offset, at: Instant::now() };
    let _ = script.calls.send(call);
    if !is_poll {
        return json!({ "ok": true, "result": true }).to_string();
    }
    let next = script.answers.lock().unwrap().pop_front();
    match next.as_ref().unwrap_or(&script.rest) {
        Answer::Now(answer) => answer.to_string(),
        Answer::Later(answer) => {
            sleep(Duration::from_secs(5)).await;
            answer.to_string()
        }
        Answer::Nothing => {
            sleep(Duration::from_secs(wait)).await;
            json!({ "ok": true, "result": [] }).to_string()
        }
    }
}

/// The bot's end: what polls, and what the dispatcher would see of it.
struct Scene {
    calls: mpsc::UnboundedReceiver<Call>,
    listener: Listener,
}

impl Scene {
    async fn new(answers: impl IntoIterator<Item = Answer>, rest: Answer) -> Self {
        let (sender, calls) = mpsc::unbounded_channel();
        let script = Script { answers: Mutex::new(answers.into_iter().collect()), rest, calls: sender };
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = Some(format!("http://{}", server.local_addr().unwrap()).parse().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::new(script));
        tokio::spawn(async move { axum::serve(server, router).await });
        let (inbox, listener, _) = channel(Arc::new(Room(true)));
        let telegram = connect(&Account { token: "1:a".into(), api_url }).unwrap();
        tokio::spawn(async move { poll(&telegram, 100, inbox, Vec::new()).await });
        Self { calls, listener }
    }

    /// The next call of `getUpdates`.
    async fn poll(&mut self) -> Call {
        loop {
            let call = self.calls.recv().await.unwrap();
            if call.method == "GetUpdates" {
                return call;
            }
        }
    }

    /// The offsets of the next calls of `getUpdates`.
    async fn offsets(&mut self, calls: usize) -> Vec<Option<u64>> {
        let mut offsets = Vec::new();
        for _ in 0..calls {
            offsets.push(self.poll().await.offset);
        }
        offsets
    }

    /// The next update that reaches a handler. It is handled when the second is dropped.
    async fn update(&mut self) -> (UpdateKind, Delivery) {
        let Update { id, kind } = self.listener.as_stream().next().await.unwrap().unwrap();
        (kind, self.listener.pending.take(id.0).unwrap())
    }

    async fn handle(&mut self, ids: &[u64]) {
        for id in ids {
            assert_eq!(self.update().await.1.update, UpdateId(*id));
        }
    }

    /// How many calls there are within a minute, up to 100, while every update is handled at once.
    async fn polls_in_a_minute(mut self) -> usize {
        let (pending, mut listener) = (self.listener.pending.clone(), self.listener);
        tokio::spawn(async move {
            let mut updates = listener.as_stream();
            while let Some(Ok(update)) = updates.next().await {
                pending.take(update.id.0);
            }
        });
        let minute = sleep(MINUTE);
        tokio::pin!(minute);
        let mut count = 0;
        while count < 100 {
            tokio::select! {
                call = self.calls.recv() => count += usize::from(call.is_some()),
                () = &mut minute => break,
            }
        }
        count
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_batch_is_asked_for_when_all_of_the_last_is_handled() {
    let batch = json!([message(7), message(8)]);
    let mut scene = Scene::new([updates(batch)], Answer::Nothing).await;
    assert_eq!(scene.poll().await.offset, None);
    let (first, second) = (scene.update().await.1, scene.update().await.1);
    assert_eq!((first.update, second.update), (UpdateId(7), UpdateId(8)));
    drop(second);
    assert!(timeout(MINUTE, scene.poll()).await.is_err(), "one is not handled yet");
    drop(first);
    let call = scene.poll().await;
    assert_eq!(call.offset, Some(9));
}

#[tokio::test(start_paused = true)]
async fn updates_may_be_numbered_anew_after_a_poll_that_brought_none() {
    let answers = [updates(json!([message(900)])), Answer::Nothing, updates(json!([message(3)]))];
    let mut scene = Scene::new(answers, Answer::Nothing).await;
    scene.handle(&[900, 3]).await;
    assert_eq!(scene.offsets(4).await, [None, Some(901), None, Some(4)]);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_cannot_be_read_costs_no_other() {
    let broken = json!({ "update_id": 8, "message": { "message_id": "seven" } });
    let unnumbered = json!({ "message": message(1)["message"] });
    let batch = json!([message(7), unnumbered, broken, message(9), 5]);
    let mut scene = Scene::new([updates(batch)], Answer::Nothing).await;
    scene.handle(&[7, 9]).await;
    scene.poll().await;
    assert_eq!(scene.poll().await.offset, Some(10));
}

#[tokio::test(start_paused = true)]
async fn one_number_beyond_32_bits_confirms_no_other_and_is_handled_once() {
    let far = 1 << 40;
    let batches = [vec![far, 7], vec![far, 8], vec![far, 9]];
    let answers = batches.map(|ids| updates(ids.into_iter().map(message).collect()));
    let mut scene = Scene::new(answers, Answer::Nothing).await;
    scene.handle(&[far, 7, 8, 9]).await;
    assert_eq!(scene.offsets(4).await, [None, Some(8), Some(9), Some(10)]);
}

#[tokio::test(start_paused = true)]
async fn a_number_beyond_32_bits_is_confirmed_when_it_comes_again_alone() {
    let far = 1 << 40;
    let batches = [vec![far], vec![far], vec![], vec![7]];
    let answers = batches.map(|ids| updates(ids.into_iter().map(message).collect()));
    let mut scene = Scene::new(answers, Answer::Nothing).await;
    scene.handle(&[far, 7]).await;
    assert_eq!(scene.offsets(5).await, [None, None, Some(far + 1), None, Some(8)]);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_telegram_does_not_let_confirm_is_left_to_it() {
    let far = 1 << 40;
    let again = || updates(json!([message(far)]));
    let refused = refusal(400, "Bad Request: offset is too large", None);
    let mut scene = Scene::new([again(), again(), refused, again(), again()], Answer::Nothing).await;
    scene.handle(&[far]).await;
    assert_eq!(scene.offsets(6).await, [None, None, Some(far + 1), None, None, None]);
}

#[tokio::test(start_paused = true)]
async fn what_answers_at_once_and_brings_nothing_new_is_not_asked_without_a_pause() {
    for rest in [json!([]), json!([{ "message": {} }]), json!([message(7)]), json!([message(1 << 40)])] {
        let polls = Scene::new([], updates(rest.clone())).await.polls_in_a_minute().await;
        assert!((2..=62).contains(&polls), "{polls} polls that bring {rest}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_telegram_asks_for_has_bounds() {
    let answers = [0, 5, 1_000_000_000].map(|seconds| refusal(429, "Too Many Requests", Some(seconds)));
    let mut scene = Scene::new(answers, Answer::Nothing).await;
    let mut before = scene.poll().await.at;
    for expected in [1, 5, 300] {
        let at = scene.poll().await.at;
        assert_eq!((at - before).as_secs(), expected);
        before = at;
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_was_left_over_is_removed() {
    let conflict = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it";
    let mut scene = Scene::new([refusal(409, conflict, None)], Answer::Nothing).await;
    let mut methods = Vec::new();
    for _ in 0..3 {
        methods.push(scene.calls.recv().await.unwrap().method);
    }
    assert_eq!(methods, ["GetUpdates", "DeleteWebhook", "GetUpdates"]);
}

#[tokio::test(start_paused = true)]
async fn polling_goes_on_through_every_error() {
    let errors = [
        refusal(401, "Unauthorized", None),
        refusal(409, "Conflict: terminated by other getUpdates request", None),
        refusal(502, "Bad Gateway", None),
        Answer::Now(json!("no answer at all")),
    ];
    let mut scene = Scene::new(errors.into_iter().chain([updates(json!([message(7)]))]), Answer::Nothing).await;
    scene.handle(&[7]).await;
}

#[tokio::test(start_paused = true)]
async fn what_ends_a_waiting_poll_has_just_happened() {
    let later = Answer::Later(json!({ "ok": true, "result": [message(8)] }));
    let mut scene = Scene::new([updates(json!([message(7)])), later], Answer::Nothing).await;
    assert!(!scene.update().await.1.is_fresh, "it had waited at Telegram, for all that is known");
    assert!(scene.update().await.1.is_fresh);
}
