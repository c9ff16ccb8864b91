//! The HTTP side: three endpoints behind a gateway's prefix, each read, checked, then answered.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware,
    response::Response,
    routing::{get, post},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    answer,
    check::Received,
    fields::{self, Inquiry},
    refusal::{Refusal, Service},
    scenario::{BUDI, Behaviour, behaviour},
    state::{self, TOKEN_SECONDS},
};
use crate::{
    catalog::Catalog,
    clock::Clock,
    klikoo::{
        PublicKey,
        sign::RequestKey,
        wire::{self, BALANCE_PATH, INQUIRY_PATH, TOKEN_PATH},
    },
};

/// The gateway's part of the base URL: it is in the address and not in what is signed.
pub(super) const PREFIX: &str = "/klikoo-b2b";

/// The largest body that is read, in bytes: many times the size of an inquiry.
const MAX_BODY_SIZE: usize = 16 * 1024;

/// The partner's balance to begin with, in rupiah: the vendor's sample.
const BALANCE: u64 = 1_000_000;

/// How long the slow scenario takes.
const SLOW_ANSWER: Duration = Duration::from_secs(3);

/// Whom the sandbox knows, and how it behaves.
pub struct Settings {
    /// The one partner's client id.
    pub client_id: String,
    /// The partner's client secret; not empty.
    pub client_secret: SecretString,
    /// The public half of the partner's key.
    pub public_key: PublicKey,
    /// What time it is at the sandbox: what it checks timestamps by and says in `Date`.
    pub clock: Arc<dyn Clock>,
    /// The products that it knows.
    pub catalog: Catalog,
    /// How long each inquiry takes.
    pub latency: Duration,
}

/// How often each endpoint was called since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Requests for a token, refused ones too.
    pub token_requests: u64,
    /// Tokens given.
    pub tokens_issued: u64,
    /// Inquiries, refused ones too.
    pub inquiries: u64,
    /// Inquiries that passed every check; what their scenario then did does not count.
    pub inquiries_admitted: u64,
    /// Requests for the balance, refused ones too.
    pub balances: u64,
}

/// All that the handlers share.
pub(super) struct Server {
    pub(super) settings: Settings,
    pub(super) key: RequestKey,
    pub(super) state: state::State,
    pub(super) calls: watch::Sender<Calls>,
    /// Whether inquiries wait.
    pub(super) held: watch::Sender<bool>,
    /// Whether every provider is down.
    pub(super) is_down: AtomicBool,
    /// The partner's balance, in rupiah.
    pub(super) balance: AtomicU64,
    pub(super) stopping: CancellationToken,
}

/// The routes. Whatever answers, the `Date` header is the sandbox's clock.
pub(super) fn router(server: Arc<Server>) -> Router {
    let api = Router::new()
        .route(TOKEN_PATH, post(token))
        .route(INQUIRY_PATH, post(inquiry))
        .route(BALANCE_PATH, get(balance));
    Router::new()
        .nest(PREFIX, api)
        .fallback(async || answer::refused(Service::UNKNOWN, Refusal::NO_SUCH_PATH, None))
        .method_not_allowed_fallback(async || answer::refused(Service::UNKNOWN, Refusal::WRONG_METHOD, None))
        .layer(middleware::map_response_with_state(Arc::clone(&server), with_date))
        .with_state(server)
}

async fn with_date(State(server): State<Arc<Server>>, mut response: Response) -> Response {
    let date = server.settings.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn token(State(server): State<Arc<Server>>, request: Request) -> Response {
    let issued = read(request).await.and_then(|received| server.issue_token(&received));
    server.calls.send_modify(|calls| {
        calls.token_requests += 1;
        calls.tokens_issued += u64::from(issued.is_ok());
    });
    reply(Service::AUTH, issued)
}

async fn balance(State(server): State<Arc<Server>>, request: Request) -> Response {
    let balance = read(request).await.and_then(|received| server.balance(&received));
    server.calls.send_modify(|calls| calls.balances += 1);
    reply(Service::ACCOUNT, balance)
}

async fn inquiry(State(server): State<Arc<Server>>, request: Request) -> Response {
    let admitted = read(request).await.and_then(|received| server.admit(&received));
    server.calls.send_modify(|calls| {
        calls.inquiries += 1;
        calls.inquiries_admitted += u64::from(admitted.is_ok());
    });
    server.wait_for_release().await;
    server.pause(server.settings.latency).await;
    match admitted {
        Ok(_) if server.is_down.load(Ordering::Relaxed) => refuse(Service::PRODUCT, Refusal::SUPPLIER_DOWN),
        Ok(inquiry) => server.act(&inquiry).await,
        Err(refusal) => refuse(Service::PRODUCT, refusal),
    }
}

/// Takes a request in, no more of it than an honest one has.
async fn read(request: Request) -> Result<Received, Refusal> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_SIZE).await.map_err(|_| Refusal::TOO_LARGE)?;
    Ok(Received { method: parts.method, path: parts.uri.path().to_owned(), headers: parts.headers, body })
}

/// A success of `service`, or its refusal.
fn reply(service: Service, result: Result<Value, Refusal>) -> Response {
    match result {
        Ok(data) => answer::success(&format!("200{}2000", service.0), data),
        Err(refusal) => refuse(service, refusal),
    }
}

fn refuse(service: Service, refusal: Refusal) -> Response {
    tracing::info!(code = refusal.code(service), reason = refusal.message, "sandbox refuses a request");
    answer::refused(service, refusal, None)
}

impl Server {
    /// A server that knows the partner of `settings`.
    pub(super) fn new(settings: Settings, stopping: CancellationToken) -> io::Result<Self> {
        let key = RequestKey::new(&settings.client_secret)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the client secret is empty"))?;
        Ok(Self {
            settings,
            key,
            state: state::State::default(),
            calls: watch::Sender::new(Calls::default()),
            held: watch::Sender::new(false),
            is_down: AtomicBool::new(false),
            balance: AtomicU64::new(BALANCE),
            stopping,
        })
    }

    fn issue_token(&self, received: &Received) -> Result<Value, Refusal> {
        received.is_json()?;
        let timestamp = received.timestamp(self.settings.clock.now())?;
        let body = fields::object(&received.body)?;
        let (client_id, client_secret) = fields::partner(&body)?;
        // Plain comparisons: the sandbox holds no account's secret.
        if client_id != self.settings.client_id || client_secret != self.settings.client_secret.expose_secret() {
            return Err(Refusal::CREDENTIALS);
        }
        received.is_signed_by(&self.settings.public_key, client_id, timestamp)?;
        let token = self.state.issue_token(self.settings.clock.now());
        Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS }))
    }

    fn balance(&self, received: &Received) -> Result<Value, Refusal> {
        self.check(received)?;
        if !received.body.is_empty() {
            return Err(Refusal::INVALID_FIELD);
        }
        Ok(json!({ "balance": format!("{}.00", self.balance.load(Ordering::Relaxed)) }))
    }

    /// Holds an inquiry against every rule of the vendor. Its reference is used from here on.
    fn admit(&self, received: &Received) -> Result<Inquiry, Refusal> {
        self.check(received)?;
        let body = fields::object(&received.body)?;
        // The vendor hashes the sorted, minified form. A body in another form is right only as long as both sides
        // sort it alike, so here it must be that form itself.
        if wire::canonical(&Value::Object(body.clone())).as_bytes() != received.body {
            return Err(Refusal::SIGNATURE);
        }
        let inquiry = fields::inquiry(&body, &self.settings.catalog)?;
        self.state.use_reference(inquiry.reference)?;
        Ok(inquiry)
    }

    /// What every request but the one for a token has to show.
    fn check(&self, received: &Received) -> Result<(), Refusal> {
        received.is_json()?;
        let timestamp = received.timestamp(self.settings.clock.now())?;
        let token = received.token()?;
        self.state.check_token(token, self.settings.clock.now())?;
        received.is_signed_with(&self.key, token, timestamp)
    }

    /// Does what the number's scenario says.
    async fn act(&self, inquiry: &Inquiry) -> Response {
        let behaviour = behaviour(&inquiry.number);
        // The last digits name the scenario and no customer.
        let ending = inquiry.number.get(inquiry.number.len().saturating_sub(3)..).unwrap_or_default();
        tracing::info!(
            product = inquiry.product.code.as_str(),
            number = format!("…{ending}"),
            "sandbox answers an inquiry"
        );
        match behaviour {
            Behaviour::Found(customer) => answer::found(inquiry, customer),
            Behaviour::Odd(form) => answer::odd(form, inquiry),
            Behaviour::Slow => {
                self.pause(SLOW_ANSWER).await;
                answer::found(inquiry, BUDI)
            }
            Behaviour::Refused(service, refusal) => answer::refused(service, refusal, Some(&inquiry.number)),
            Behaviour::RefusedFor(refusal, calls) if self.state.is_one_of_the_first(&inquiry.number, calls) => {
                answer::refused(Service::PRODUCT, refusal, None)
            }
            Behaviour::RefusedFor(..) => answer::found(inquiry, BUDI),
            Behaviour::Broken(fault) => answer::broken(fault, inquiry, &self.stopping).await,
        }
    }

    /// Waits while inquiries are held. A stop lets them go.
    async fn wait_for_release(&self) {
        let mut held = self.held.subscribe();
        let _ = self.stopping.run_until_cancelled(held.wait_for(|held| !held)).await;
    }

    /// Waits, unless there is nothing to wait for or the sandbox stops.
    async fn pause(&self, time: Duration) {
        if !time.is_zero() {
            let _ = self.stopping.run_until_cancelled(tokio::time::sleep(time)).await;
        }
    }
}
