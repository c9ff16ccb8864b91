//! Takes updates in over a webhook: Telegram calls us, and repeats the call until it is answered with 200.
//!
//! The 200 goes out when the update is handled, which is when the store has it. teloxide's own webhook answers before
//! that, and compares its secret byte by byte. TLS is left to the reverse proxy in front, without which Telegram does
//! not call.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{Method, StatusCode},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::Rng;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;
use teloxide::{
    payloads::{SetWebhook, SetWebhookSetters},
    types::AllowedUpdate,
};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Inbox, MAX_IN_FLIGHT, read::read};
use crate::bot::{send::until_taken, wire::call_dated};

/// The longest update that is read, in bytes. Telegram's longest message, with what it replies to, has some 100 KiB.
const MAX_BODY: usize = 1024 * 1024;

/// How long a call may take to bring its body, and how long it waits for room before it is told to come again.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The header with the secret (Bot API, `setWebhook.secret_token`).
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// Where Telegram calls the bot.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address that Telegram calls, over HTTPS.
    pub url: Url,
    /// Where the bot listens, behind the reverse proxy that has that address.
    pub listen: SocketAddr,
    /// What Telegram shows with each call; made anew at each start where it is `None`.
    pub secret: Option<SecretString>,
}

/// What a call is answered with.
struct Receiver {
    path: String,
    secret: SecretString,
    inbox: Inbox,
    calls: Semaphore,
}

impl Webhook {
    /// Takes updates of these kinds in until `stop`. The webhook stays registered, so that Telegram keeps what comes
    /// while the bot is down.
    ///
    /// # Errors
    /// The bot cannot listen there.
    pub(in crate::bot) async fn run(
        &self,
        telegram: &teloxide::Bot,
        inbox: Inbox,
        kinds: Vec<AllowedUpdate>,
        stop: &CancellationToken,
    ) -> io::Result<()> {
        let listener = TcpListener::bind(self.listen).await?;
        let secret = self
            .secret
            .clone()
            .unwrap_or_else(|| BASE64_URL_SAFE_NO_PAD.encode(rand::thread_rng().r#gen::<[u8; 32]>()).into());
        let host = inbox.host.clone();
        let webhook = SetWebhook::new(self.url.clone()).secret_token(secret.expose_secret()).allowed_updates(kinds);
        let registered = async {
            let take = || call_dated::<_, IgnoredAny>(telegram, &webhook);
            host.note_date(until_taken("Telegram does not take the webhook", take).await.1);
        };
        let receiver =
            Receiver { path: self.url.path().to_owned(), secret, inbox, calls: Semaphore::new(MAX_IN_FLIGHT) };
        let router = Router::new().fallback(receive).with_state(Arc::new(receiver));
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::join!(stop.run_until_cancelled(registered), served).1
    }
}

/// Answers one call. A caller without the path and the secret learns nothing.
async fn receive(State(receiver): State<Arc<Receiver>>, call: Request) -> StatusCode {
    if call.method() != Method::POST || call.uri().path() != receiver.path {
        return StatusCode::NOT_FOUND;
    }
    // It takes as long for a near miss as for any other.
    let shown = call.headers().get(SECRET_HEADER).map(|shown| shown.as_bytes()).unwrap_or_default();
    if !bool::from(shown.ct_eq(receiver.secret.expose_secret().as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    receiver.inbox.host.note_heard();
    // Telegram calls again where it is not answered with 200.
    let Ok(_call) = receiver.calls.try_acquire() else { return StatusCode::SERVICE_UNAVAILABLE };
    let Ok(body) = timeout(CALL_TIMEOUT, to_bytes(call.into_body(), MAX_BODY)).await else {
        return StatusCode::REQUEST_TIMEOUT;
    };
    let Ok(body) = body else { return StatusCode::PAYLOAD_TOO_LARGE };
    let text = String::from_utf8_lossy(&body);
    // What can never be read is answered with 200 all the same, or it would come again and again.
    let Ok(update) = serde_json::from_str::<&RawValue>(&text) else {
        tracing::warn!("a webhook call that is no JSON was passed over");
        return StatusCode::OK;
    };
    let (_, Some(received)) = read(update) else { return StatusCode::OK };
    if timeout(CALL_TIMEOUT, receiver.inbox.host.room(1)).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match receiver.inbox.deliver(vec![received], false).await {
        Some(()) => StatusCode::OK,
        None => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures_util::{FutureExt, StreamExt};
    use serde_json::{Value, json};

    use super::{
        super::{AsUpdateStream, Listener, channel, tests::Room},
        *,
    };
    use crate::value::UpdateId;

    fn receiver(has_room: bool) -> (Arc<Receiver>, Listener) {
        let (inbox, listener, _) = channel(Arc::new(Room(has_room)));
        let (path, secret) = ("/hook".to_owned(), "s3cret".into());
        (Arc::new(Receiver { path, secret, inbox, calls: Semaphore::new(1) }), listener)
    }

    fn call(body: impl Into<Body>) -> Request {
        Request::post("/hook").header(SECRET_HEADER, "s3cret").body(body.into()).unwrap()
    }

    fn update() -> Value {
        let chat = json!({ "id": -5, "type": "group", "title": "Agen" });
        json!({ "update_id": 7, "message": { "message_id": 1, "date": 1, "chat": chat, "text": "halo" } })
    }

    #[tokio::test]
    async fn a_call_is_answered_when_the_update_is_handled_and_not_before() {
        let (receiver, mut listener) = receiver(true);
        let mut answer = tokio::spawn(receive(State(receiver.clone()), call(update().to_string())));
        let update = listener.as_stream().next().await.unwrap().unwrap();
        let delivery = listener.pending.take(update.id.0).unwrap();
        assert_eq!(delivery.update, UpdateId(7));
        let second = receive(State(receiver), call("{}")).now_or_never();
        assert_eq!(second, Some(StatusCode::SERVICE_UNAVAILABLE), "as many calls as there may be are under way");
        tokio::task::yield_now().await;
        assert!(!answer.is_finished());
        drop(delivery);
        assert_eq!((&mut answer).await.unwrap(), StatusCode::OK);
    }

    #[tokio::test]
    async fn only_telegram_gets_through() {
        let (receiver, _listener) = receiver(true);
        let with = |path: &str, secret: &str| {
            Request::post(path).header(SECRET_HEADER, secret).body(Body::from("{}")).unwrap()
        };
        for (request, status) in [
            (with("/hook", "s3cret"), StatusCode::OK),
            (with("/hook?a=b", "s3cret"), StatusCode::OK),
            (with("/hook", "s3creT"), StatusCode::UNAUTHORIZED),
            (with("/hook", ""), StatusCode::UNAUTHORIZED),
            (with("/hook", "s3cret1"), StatusCode::UNAUTHORIZED),
            (Request::post("/hook").body(Body::from("{}")).unwrap(), StatusCode::UNAUTHORIZED),
            (with("/", "s3cret"), StatusCode::NOT_FOUND),
            (Request::get("/hook").header(SECRET_HEADER, "s3cret").body(Body::empty()).unwrap(), StatusCode::NOT_FOUND),
        ] {
            let asked = format!("{request:?}");
            assert_eq!(receive(State(receiver.clone()), request).await, status, "{asked}");
        }
    }

    #[tokio::test]
    async fn what_can_never_be_read_does_not_come_again() {
        let (receiver, _listener) = receiver(true);
        let unknown = json!({ "update_id": 7, "poll": {} }).to_string();
        let broken = json!({ "update_id": 7, "message": 5 }).to_string();
        for body in ["", "{", "[]", "\u{0}", &unknown, &broken] {
            assert_eq!(receive(State(receiver.clone()), call(body.to_owned())).await, StatusCode::OK, "{body}");
        }
        assert_eq!(receive(State(receiver.clone()), call(vec![0xff, 0xfe])).await, StatusCode::OK);
        let long = call(vec![b' '; MAX_BODY + 1]);
        assert_eq!(receive(State(receiver), long).await, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test(start_paused = true)]
    async fn telegram_is_told_to_come_again_while_there_is_no_room_or_the_bot_stops() {
        let (full, _listener) = receiver(false);
        assert_eq!(receive(State(full), call(update().to_string())).await, StatusCode::SERVICE_UNAVAILABLE);
        let (stopping, listener) = receiver(true);
        drop(listener);
        assert_eq!(receive(State(stopping), call(update().to_string())).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
