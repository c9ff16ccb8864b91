//! A host that records what it is sent: where a redirect leads, or where a webhook's posts arrive.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

use super::state::EVENT_TIMEOUT;

/// A request that it was sent.
#[derive(Clone, Debug)]
pub struct Received {
    /// Such as `POST`.
    pub method: Method,
    /// The path and query.
    pub uri: Uri,
    /// Every header.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Says with which status a request is answered.
type Answer = Box<dyn FnMut(&Received) -> u16 + Send>;

struct Shared {
    received: watch::Sender<Vec<Received>>,
    answer: Mutex<Answer>,
}

/// The host. It answers everything with an empty 200, unless a test says otherwise.
pub struct RecordingHost {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl RecordingHost {
    /// Starts it on a free port of loopback.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared { received: watch::Sender::default(), answer: Mutex::new(Box::new(|_| 200)) });
        let app = Router::new().fallback(record).with_state(shared.clone());
        let server = tokio::spawn(async { axum::serve(listener, app).await.unwrap_or_default() });
        Self { address, shared, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers each request from now on with the status that `answer` gives.
    pub fn answer_with(&self, answer: impl FnMut(&Received) -> u16 + Send + 'static) {
        *self.shared.answer.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(answer);
    }

    /// What it was sent so far, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    /// Waits until it was sent so many requests in all; the requests, oldest first.
    pub async fn receives(&self, count: usize) -> Vec<Received> {
        let mut received = self.shared.received.subscribe();
        let enough = timeout(EVENT_TIMEOUT, received.wait_for(|all| all.len() >= count)).await;
        assert!(enough.is_ok(), "not {count} requests but {:?}", self.received());
        self.received()
    }
}

impl Drop for RecordingHost {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn record(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let received = Received { method, uri, headers, body };
    let status = shared.answer.lock().unwrap_or_else(PoisonError::into_inner)(&received);
    shared.received.send_modify(|all| all.push(received));
    StatusCode::from_u16(status).expect("a test names a valid status")
}
