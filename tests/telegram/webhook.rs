//! Webhooks: setting and removing one, and posting updates to the bot, as Telegram's own server does it
//! (tdlib/telegram-bot-api, `WebhookActor.cpp` and `Client.cpp`).
//!
//! Updates of one kind from one chat (for a press, from one user) are a queue: one post at a time, and the next only
//! when the bot has answered the last with a 2xx; any other answer, or none, is repeated. Queues go side by side, on as
//! many connections as the bot allows. Kinder than Telegram in two points: a repeat comes after [`RETRY_DELAY`], not
//! after seconds, and `setWebhook` may be called again at once.

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{StatusCode, Url, header::CONTENT_TYPE, redirect::Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use super::{
    FakeTelegram,
    methods::MethodResult,
    refusal::Refusal,
    state::{Pending, QueueKey, State, World},
};

/// How long after a failed post the update is posted again.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// How long Telegram waits for an answer to a post.
const POST_TIMEOUT: Duration = Duration::from_mins(1);

/// The ports that a webhook may have.
const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// A webhook that is set.
#[derive(Debug)]
pub(crate) struct Webhook {
    url: Url,
    secret_token: Option<String>,
    max_connections: usize,
    /// When a post failed last (seconds since 1970), and why.
    last_error: Option<(i64, String)>,
    /// The queues with a post under way.
    busy: HashSet<QueueKey>,
    /// Tells it from the webhooks before.
    number: u64,
}

/// The parameters of `setWebhook`.
#[derive(Deserialize)]
pub(crate) struct SetWebhook {
    #[serde(default)]
    url: String,
    secret_token: Option<String>,
    max_connections: Option<i64>,
    allowed_updates: Option<Vec<String>>,
    #[serde(default)]
    drop_pending_updates: bool,
}

/// The parameters of `deleteWebhook`.
#[derive(Deserialize)]
pub(crate) struct DeleteWebhook {
    #[serde(default)]
    drop_pending_updates: bool,
}

/// One post to the bot.
struct Post {
    url: Url,
    secret_token: Option<String>,
    /// The number of the webhook that it belongs to.
    webhook: u64,
    /// The update that it brings.
    serial: u64,
    queue: QueueKey,
    json: String,
}

impl FakeTelegram {
    /// Where the bot listens: what is posted to an `https` webhook goes there, over plain HTTP, as through a reverse
    /// proxy in front of the bot. Without it such a post fails. (A webhook on `http://127.0.0.1` needs no proxy; a
    /// local Bot API server takes one.)
    pub fn proxy_webhook_to(&self, address: SocketAddr) {
        self.world.change(|state| state.webhook_proxy = Some(address));
    }

    /// The URL of the webhook that is set.
    pub fn webhook_url(&self) -> Option<String> {
        self.world.lock().webhook.as_ref().map(|webhook| webhook.url.to_string())
    }

    /// Waits until a webhook is set; its URL.
    pub async fn registered_webhook(&self) -> String {
        self.world.expect("webhook", |state| state.webhook.as_ref().map(|webhook| webhook.url.to_string())).await
    }

    /// Sets a webhook as another program did that had this bot's token before.
    pub fn leave_webhook_behind(&self, url: &str) {
        let call = SetWebhook {
            url: url.to_owned(),
            secret_token: None,
            max_connections: None,
            allowed_updates: None,
            drop_pending_updates: false,
        };
        self.world.change(|state| state.set_webhook(call)).expect("the URL is one for a webhook");
    }

    /// Waits until a post to the webhook has failed; why the newest one did.
    pub async fn webhook_error(&self) -> String {
        let error = |state: &mut State| state.webhook.as_ref()?.last_error.as_ref().map(|(_, why)| why.clone());
        self.world.expect("failed post to the webhook", error).await
    }
}

impl State {
    /// `setWebhook`. An empty URL removes it.
    pub(crate) fn set_webhook(&mut self, call: SetWebhook) -> MethodResult {
        if call.url.is_empty() {
            return Ok(self.delete_webhook(&DeleteWebhook { drop_pending_updates: call.drop_pending_updates }));
        }
        let url = webhook_url(&call.url)?;
        if let Some(secret) = &call.secret_token {
            if secret.len() > 256 {
                return Err(Refusal::bad_request("secret token is too long"));
            }
            if !secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                return Err(Refusal::bad_request("secret token contains unallowed characters"));
            }
        }
        if call.drop_pending_updates {
            self.pending.clear();
        }
        self.allow_updates(call.allowed_updates);
        self.webhooks += 1;
        self.webhook_set.notify_one();
        self.webhook = Some(Webhook {
            url,
            secret_token: call.secret_token.filter(|secret| !secret.is_empty()),
            max_connections: call.max_connections.unwrap_or(40).clamp(1, 100) as usize,
            last_error: None,
            busy: HashSet::new(),
            number: self.webhooks,
        });
        Ok(true.into())
    }

    /// `deleteWebhook`.
    pub(crate) fn delete_webhook(&mut self, call: &DeleteWebhook) -> Value {
        if call.drop_pending_updates {
            self.pending.clear();
        }
        self.webhook = None;
        true.into()
    }

    /// `getWebhookInfo`.
    pub(crate) fn webhook_info(&self) -> Value {
        let mut info =
            json!({ "url": "", "has_custom_certificate": false, "pending_update_count": self.pending.len() });
        if let Some(webhook) = &self.webhook {
            info["url"] = webhook.url.as_str().into();
            info["max_connections"] = webhook.max_connections.into();
            if let Some((date, message)) = &webhook.last_error {
                info["last_error_date"] = (*date).into();
                info["last_error_message"] = message.as_str().into();
            }
        }
        if let Some(kinds) = &self.allowed_updates {
            info["allowed_updates"] = json!(kinds);
        }
        info
    }

    /// The next post that may go out.
    fn next_post(&mut self) -> Option<Post> {
        let webhook = self.webhook.as_mut().filter(|webhook| webhook.busy.len() < webhook.max_connections)?;
        if self.down {
            return None;
        }
        let update: &Pending = self.pending.iter().find(|update| !webhook.busy.contains(&update.queue))?;
        webhook.busy.insert(update.queue.clone());
        if let (Some(load), Some(asked)) = (self.load.as_mut(), update.asks) {
            load.delivered(asked);
        }
        let mut url = webhook.url.clone();
        if let Some(address) = self.webhook_proxy.filter(|_| url.scheme() == "https") {
            url = format!("http://{address}{}", url.path()).parse().expect("a path makes a URL");
        }
        Some(Post {
            url,
            secret_token: webhook.secret_token.clone(),
            webhook: webhook.number,
            serial: update.serial,
            queue: update.queue.clone(),
            json: update.json.clone(),
        })
    }

    /// Takes an update that the bot has accepted off its queue.
    fn post_accepted(&mut self, post: &Post) {
        self.pending.retain(|update| update.serial != post.serial);
        self.delivered = vec![post.json.clone()];
        self.post_ended(post);
    }

    fn post_failed(&mut self, post: &Post, why: String) {
        let now = self.now();
        if let Some(webhook) = self.webhook.as_mut().filter(|webhook| webhook.number == post.webhook) {
            webhook.last_error = Some((now, why));
        }
    }

    /// Lets the next post of the queue go out.
    fn post_ended(&mut self, post: &Post) {
        if let Some(webhook) = self.webhook.as_mut().filter(|webhook| webhook.number == post.webhook) {
            webhook.busy.remove(&post.queue);
        }
    }
}

/// Posts updates for as long as the task runs.
pub(crate) async fn post_updates(world: Arc<World>) {
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(POST_TIMEOUT);
    let client = client.build().expect("a client without TLS settings of its own");
    let webhook_set = world.lock().webhook_set.clone();
    let mut posts = JoinSet::new();
    loop {
        // Not to look at every change of a fake that has no webhook, as under load.
        if world.lock().webhook.is_none() {
            webhook_set.notified().await;
        }
        let next = |state: &mut State| if state.webhook.is_none() { Some(None) } else { state.next_post().map(Some) };
        let Some(post) = world.wait(next).await else { continue };
        while posts.try_join_next().is_some() {}
        posts.spawn(deliver(world.clone(), client.clone(), post));
    }
}

async fn deliver(world: Arc<World>, client: reqwest::Client, post: Post) {
    match send(&client, &post).await {
        Ok(answer) => world.change(|state| {
            state.post_accepted(&post);
            // Telegram would carry out a method that stands in the answer; the bot uses no such answers.
            if serde_json::from_slice::<Value>(&answer).is_ok_and(|body| body.get("method").is_some()) {
                let why = Refusal::bad_request("the answer to a post calls a method, which this fake does not do");
                state.refusals.push(("webhook".to_owned(), why));
            }
        }),
        Err(why) => {
            world.change(|state| state.post_failed(&post, why));
            sleep(RETRY_DELAY).await;
            world.change(|state| state.post_ended(&post));
        }
    }
}

/// The body of the bot's answer, or what Telegram says of a post that failed.
async fn send(client: &reqwest::Client, post: &Post) -> Result<Vec<u8>, String> {
    if post.url.scheme() == "https" {
        return Err("Failed to resolve host: Name or service not known".to_owned());
    }
    let mut request = client.post(post.url.clone()).header(CONTENT_TYPE, "application/json").body(post.json.clone());
    if let Some(secret) = &post.secret_token {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let lost = |error: reqwest::Error| {
        if error.is_connect() { "Connection refused" } else { "Webhook connection closed" }.to_owned()
    };
    let answer = request.send().await.map_err(lost)?;
    let status: StatusCode = answer.status();
    if !status.is_success() {
        return Err(format!("Wrong response from the webhook: {status}"));
    }
    Ok(answer.bytes().await.map_err(lost)?.into())
}

/// A URL at which Telegram would post, or this machine, where a local Bot API server would.
fn webhook_url(text: &str) -> Result<Url, Refusal> {
    let bad = |reason: &str| Refusal::bad_request(&format!("bad webhook: {reason}"));
    let url: Url = text.parse().map_err(|_| Refusal::bad_request("invalid webhook URL specified"))?;
    match (url.scheme(), url.host_str()) {
        ("http", Some("127.0.0.1" | "localhost")) => Ok(url),
        ("https", Some(_)) if url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) => Ok(url),
        ("https", Some(_)) => Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443")),
        _ => Err(bad("An HTTPS URL must be provided for webhook")),
    }
}
