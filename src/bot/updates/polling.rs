//! Asks Telegram for updates by long polling.
//!
//! Telegram takes an update for received once a later one is asked for (Bot API, `getUpdates.offset`). So the next call
//! waits until every update of the last one is handled: what dies before that is sent again, and what the store took
//! before is known by its id. No more is asked for than there is room for: the rest stays at Telegram, for 24 hours.

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use teloxide::{
    ApiError, RequestError,
    requests::{Payload, Requester},
    types::AllowedUpdate,
};
use tokio::time::{Instant, sleep};

use super::{Inbox, MAX_IN_FLIGHT, read::read};
use crate::{
    bot::{
        send::{kind, wait_after},
        telegram_clock::TelegramClock,
        wire::call_dated,
    },
    value::UpdateId,
};

/// Long polls last this long at most, in seconds: less than the 17 s after which teloxide's client gives a request up.
const POLL_SECONDS: u32 = 10;

/// A poll that took this long has waited: what ended it has just happened.
const WAITED: Duration = Duration::from_secs(2);

/// The pause after an answer that brings nothing new and did not wait for it.
const AFTER_NOTHING: Duration = Duration::from_secs(1);

/// The highest id that Telegram gives today: it has 32 bits.
const MAX_ORDINARY: u64 = u32::MAX as u64;

/// `getUpdates`. teloxide's own payload has an offset of 32 bits.
#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    limit: usize,
    timeout: u32,
    allowed_updates: Vec<AllowedUpdate>,
}

impl Payload for GetUpdates {
    type Output = Vec<Box<RawValue>>;
    const NAME: &'static str = "GetUpdates";
}

/// Takes updates of these kinds in, up to `batch` at a time, for as long as the dispatcher runs; keeps trying while Telegram
/// is out of reach.
pub(in crate::bot) async fn poll(
    telegram: &teloxide::Bot,
    clock: &TelegramClock,
    batch: usize,
    inbox: Inbox,
    kinds: Vec<AllowedUpdate>,
) {
    let batch = batch.clamp(1, MAX_IN_FLIGHT);
    let (mut failures, mut is_quick, mut confirms_far) = (0, false, true);
    // The ids of the last batch, and whether all of them had come before.
    let (mut last, mut is_repeated): (Vec<UpdateId>, bool) = (Vec::new(), false);
    loop {
        (inbox.room)(batch).await;
        let offset = offset_after(&last, is_repeated && confirms_far);
        let is_far = offset > Some(MAX_ORDINARY);
        // Nothing is waited for behind a far id: what is new has a lower one.
        let timeout = if is_far { 0 } else { POLL_SECONDS };
        let asked = Instant::now();
        let request = GetUpdates { offset, limit: batch, timeout, allowed_updates: kinds.clone() };
        let (updates, date) = match call_dated::<_, Vec<Box<RawValue>>>(telegram, &request).await {
            Ok(answer) => answer,
            Err(error) => {
                // Such an offset may be too much for Telegram.
                confirms_far &= !(is_far && matches!(error, RequestError::Api(_)));
                let wait = wait_after(&error, failures);
                match &error {
                    RequestError::Api(ApiError::TerminatedByOtherGetUpdates) => {
                        tracing::error!("another program runs with the same bot token: stop one of the two");
                    }
                    RequestError::Api(ApiError::InvalidToken) => tracing::error!(
                        "Telegram refuses the bot token: if it was revoked at @BotFather, put the new one into \
                         TELOXIDE_TOKEN and start again"
                    ),
                    RequestError::Api(ApiError::Unknown(text)) if text.contains("webhook is active") => {
                        tracing::warn!("the bot has a webhook from before; removing it");
                        if let Err(error) = telegram.delete_webhook().await {
                            tracing::warn!(error = kind(&error), "the webhook could not be removed");
                        }
                    }
                    error => tracing::warn!(error = kind(error), ?wait, "Telegram is out of reach; trying again"),
                }
                sleep(wait).await;
                failures += 1;
                continue;
            }
        };
        clock.note_answer(date);
        (inbox.heard)();
        if std::mem::take(&mut failures) > 0 {
            tracing::info!("Telegram answers again");
        }
        let has_waited = asked.elapsed() >= WAITED;
        let (ids, received): (Vec<_>, Vec<_>) = updates.iter().map(|update| read(update)).unzip();
        let ids: Vec<UpdateId> = ids.into_iter().flatten().collect();
        is_repeated = ids.iter().all(|id| last.contains(id));
        if !is_repeated {
            is_quick = false;
            // What is not confirmed comes again each time.
            let news = received.into_iter().flatten().filter(|received| !last.contains(&received.id)).collect();
            if inbox.deliver(news, has_waited).await.is_none() {
                return;
            }
        } else if !has_waited && (is_far || offset_after(&ids, confirms_far) <= Some(MAX_ORDINARY)) {
            // Telegram waits where there is nothing new; what answers at once must not be asked as fast as it answers.
            if !is_far && !std::mem::replace(&mut is_quick, true) {
                tracing::warn!("getUpdates brings nothing new and does not wait; pausing after each");
            }
            sleep(AFTER_NOTHING).await;
        }
        last = ids;
    }
}

/// The offset that confirms updates. `far`: also those with an id beyond 32 bits.
///
/// Such an id may be a fault of what stands between, and to confirm it confirms all lower ids too, also of updates that have
/// come to Telegram since. So it is confirmed only where it has come again and nothing else with it, and at once.
fn offset_after(ids: &[UpdateId], far: bool) -> Option<u64> {
    // Where none came, all before are confirmed, and the next may have a lower id: after a silent week Telegram begins anew
    // at a random one (Bot API, `Update.update_id`).
    let ordinary = ids.iter().map(|id| id.0).filter(|id| *id <= MAX_ORDINARY).max();
    ordinary.or_else(|| ids.iter().map(|id| id.0).filter(|_| far).max()).map(|id| id + 1)
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        future::ready,
        sync::{Arc, Mutex},
    };

    use axum::{Router, body::Bytes, extract::State, http::Uri};
    use futures_util::StreamExt;
    use serde_json::{Value, json};
    use teloxide::types::{Update, UpdateKind};
    use tokio::{net::TcpListener, sync::mpsc, time::timeout};

    use super::{
        super::{AsUpdateStream, Delivery, Listener, Pending, channel},
        *,
    };
    use crate::{
        bot::{Account, wire::connect},
        clock::SystemClock,
    };

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
        pending: Arc<Pending>,
    }

    impl Scene {
        async fn new(answers: impl IntoIterator<Item = Answer>, rest: Answer) -> Self {
            let (sender, calls) = mpsc::unbounded_channel();
            let script = Script { answers: Mutex::new(answers.into_iter().collect()), rest, calls: sender };
            let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let api_url = Some(format!("http://{}", server.local_addr().unwrap()).parse().unwrap());
            let router = Router::new().fallback(answer).with_state(Arc::new(script));
            tokio::spawn(async move { axum::serve(server, router).await });
            let pending = Arc::<Pending>::default();
            let (inbox, listener, _) = channel(pending.clone(), Box::new(|_| Box::pin(ready(()))));
            let telegram = connect(&Account { token: "1:a".into(), api_url }).unwrap();
            let clock = TelegramClock::new(Arc::new(SystemClock));
            tokio::spawn(async move { poll(&telegram, &clock, 100, inbox, Vec::new()).await });
            Self { calls, listener, pending }
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
            (kind, self.pending.take(id.0).unwrap())
        }

        async fn handle(&mut self, ids: &[u64]) {
            for id in ids {
                assert_eq!(self.update().await.1.update, UpdateId(*id));
            }
        }

        /// How many calls there are within a minute, up to 100, while every update is handled at once.
        async fn polls_in_a_minute(mut self) -> usize {
            let pending = self.pending.clone();
            let mut listener = self.listener;
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
}
