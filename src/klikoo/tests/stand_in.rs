//! A stand-in for the vendor: real HTTP on loopback, answers and failures as a test scripts them.
//!
//! It reads and writes HTTP by hand, because most of what it does no proper server would do. It checks every
//! signature over the path without the gateway's prefix; [`StandIn::seen`] fails the test if one was wrong.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::klikoo::{
    Account, BaseUrl, PrivateKey, PublicKey,
    sign::{RequestKey, SignedRequest, auth_string},
    wire::{BALANCE_PATH, INQUIRY_PATH, TOKEN_PATH},
};

const CLIENT_ID: &str = "3f9c8962-4c4b-4bb6-b3c1-8fc883519c02";
const CLIENT_SECRET: &str = "9ec999e21a3be41064c52bb3f37554a2";
const PRIVATE_KEY: &[u8] = include_bytes!("../../../tests/fixtures/klikoo/test-private-pkcs8.pem");
const PUBLIC_KEY: &str = include_str!("../../../tests/fixtures/klikoo/test-public.pem");

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) headers: HashMap<String, String>,
    pub(super) body: String,
    /// Which request of this path it is, from 0.
    pub(super) nth: usize,
}

impl Seen {
    pub(super) fn is(&self, path: &str) -> bool {
        self.line.split(' ').nth(1).unwrap().ends_with(path)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn token(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }

    pub(super) fn field(&self, name: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body[name].as_str().unwrap().to_owned()
    }

    /// The time that was signed.
    pub(super) fn signed_at(&self) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(self.header("open-api-timestamp")).unwrap().to_utc()
    }

    fn is_signed_well(&self) -> bool {
        let (timestamp, signature) = (self.header("open-api-timestamp"), self.header("open-api-signature"));
        let Some(path) = [TOKEN_PATH, INQUIRY_PATH, BALANCE_PATH].into_iter().find(|path| self.is(path)) else {
            return false;
        };
        if path == TOKEN_PATH {
            let key = PublicKey::from_pem(PUBLIC_KEY).unwrap();
            return key.verifies(&auth_string(CLIENT_ID, timestamp), signature);
        }
        let method = self.line.split(' ').next().unwrap();
        let request = SignedRequest { method, path, token: self.token(), body: self.body.as_bytes(), timestamp };
        RequestKey::new(&CLIENT_SECRET.into()).unwrap().verifies(&request, signature)
    }
}

/// What the stand-in does about a request.
pub(super) enum Reply {
    /// Status, `Date` if any, JSON.
    Json(u16, Option<DateTime<Utc>>, Value),
    /// Status and a body of any kind.
    Text(u16, &'static str),
    /// Status, more lines of the head, and a body of any kind.
    Bytes(u16, String, Vec<u8>),
    /// These bytes, and then the connection is closed.
    RawThenClose(&'static str),
    /// The connection is closed without a word.
    Close,
    /// Nothing, for ever.
    Silence,
    /// A byte now and then, for ever.
    Drip,
    /// A body of 100 MiB.
    Flood,
}

/// The code and message of a row of the vendor's table, without data.
pub(super) fn refusal(code: &str, message: &str) -> Reply {
    let status = code.get(..3).unwrap().parse().unwrap();
    Reply::Json(status, None, json!({"response_code": code, "response_message": message}))
}

/// A token that lasts 15 minutes.
pub(super) fn token(text: &str) -> Reply {
    let data = json!({"access_token": text, "token_type": "Bearer", "expires_in": 900});
    Reply::Json(200, None, json!({"response_code": "200012000", "response_message": "Sukses", "data": data}))
}

/// The vendor page's own found customer, with the number that was asked.
pub(super) fn found(seen: &Seen) -> Reply {
    let data = json!({
        "product_name": "PLN 20.000", "amount": 20500, "total": 20546, "product_code": "PLN20",
        "customer_number": seen.field("value"), "customer_name": "BAHARRUDIN1", "power_capacity": "R1/2200VA",
    });
    Reply::Json(200, None, json!({"response_code": "200022000", "response_message": "Sukses", "data": data}))
}

impl Reply {
    /// The same with a `Date`.
    pub(super) fn at(self, date: DateTime<Utc>) -> Self {
        match self {
            Self::Json(status, _, body) => Self::Json(status, Some(date), body),
            other => other,
        }
    }
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The running stand-in; it ends with the test's runtime.
pub(super) struct StandIn {
    state: Arc<State>,
    address: String,
}

struct State {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    flooded: AtomicUsize,
    flood_is_over: Notify,
}

impl StandIn {
    /// Starts one that answers every request as `script` says.
    pub(super) async fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            script: Box::new(script),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            flooded: AtomicUsize::new(0),
            flood_is_over: Notify::new(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serving.connections.fetch_add(1, Ordering::Relaxed);
                let state = Arc::clone(&serving);
                tokio::spawn(async move { state.serve(stream).await });
            }
        });
        Self { state, address }
    }

    /// One that grants the token `t0` and answers inquiries as `script` says.
    pub(super) async fn inquiring(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |seen| if seen.is(TOKEN_PATH) { token("t0") } else { script(seen) }).await
    }

    /// The account of its one partner, behind a gateway's prefix.
    pub(super) fn account(&self) -> Account {
        account(&format!("http://{}/klikoo-b2b/", self.address))
    }

    /// All requests for a path so far, each signed well.
    pub(super) fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.state.seen.lock().unwrap();
        let of_path: Vec<Seen> = seen.iter().filter(|seen| seen.is(path)).cloned().collect();
        for request in &of_path {
            assert!(request.is_signed_well(), "wrong signature: {request:?}");
        }
        of_path
    }

    pub(super) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// Waits until the client has hung up on a flood, and tells how many bytes it let come.
    pub(super) async fn flooded(&self) -> usize {
        self.state.flood_is_over.notified().await;
        self.state.flooded.load(Ordering::Relaxed)
    }
}

/// The stand-in's partner at any address.
pub(super) fn account(base_url: &str) -> Account {
    Account {
        base_url: base_url.parse::<BaseUrl>().unwrap(),
        client_id: CLIENT_ID.into(),
        client_secret: CLIENT_SECRET.into(),
        private_key: PrivateKey::from_pem(PRIVATE_KEY).unwrap(),
    }
}

impl State {
    async fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read_request(&mut stream).await {
            let seen = self.note(request);
            let keeps_open = match (self.script)(&seen) {
                Reply::Json(status, date, body) => {
                    let date = date.map(|date| date.format("Date: %a, %d %b %Y %H:%M:%S GMT\r\n").to_string());
                    respond(&mut stream, status, &date.unwrap_or_default(), body.to_string().as_bytes()).await
                }
                Reply::Text(status, body) => respond(&mut stream, status, "", body.as_bytes()).await,
                Reply::Bytes(status, head, body) => respond(&mut stream, status, &head, &body).await,
                Reply::RawThenClose(bytes) => stream.write_all(bytes.as_bytes()).await.is_err(),
                Reply::Close => false,
                Reply::Silence => std::future::pending().await,
                Reply::Drip => drip(&mut stream).await,
                Reply::Flood => self.flood(&mut stream).await,
            };
            if !keeps_open {
                return;
            }
        }
    }

    fn note(&self, mut request: Seen) -> Seen {
        let mut seen = self.seen.lock().unwrap();
        request.nth = seen.iter().filter(|earlier| earlier.line == request.line).count();
        seen.push(request.clone());
        request
    }

    async fn flood(&self, stream: &mut BufReader<TcpStream>) -> bool {
        const SIZE: usize = 100 * 1024 * 1024;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n");
        let chunk = [b'['; 16 * 1024];
        let mut is_open = stream.write_all(head.as_bytes()).await.is_ok();
        while is_open && self.flooded.load(Ordering::Relaxed) < SIZE {
            is_open = stream.write_all(&chunk).await.is_ok();
            self.flooded.fetch_add(chunk.len(), Ordering::Relaxed);
        }
        self.flood_is_over.notify_one();
        false
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let line = read_line(stream).await.filter(|line| !line.is_empty())?;
    let mut headers = HashMap::new();
    while let Some((name, value)) = read_line(stream).await?.split_once(": ") {
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { line, headers, body: String::from_utf8(body).unwrap(), nth: 0 })
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    Some(line.trim_end().to_owned())
}

async fn respond(stream: &mut BufReader<TcpStream>, status: u16, lines: &str, body: &[u8]) -> bool {
    let location = if (300..400).contains(&status) { "Location: /elsewhere\r\n" } else { "" };
    let head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\n{lines}{location}\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.is_ok()
}

async fn drip(stream: &mut BufReader<TcpStream>) -> bool {
    let mut is_open = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n").await.is_ok();
    while is_open {
        tokio::time::sleep(Duration::from_millis(2)).await;
        is_open = stream.write_all(b" ").await.is_ok();
    }
    false
}
