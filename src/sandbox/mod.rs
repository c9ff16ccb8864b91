//! A stand-in for Klikoo: a real HTTP server on loopback that refuses what the vendor refuses.
//!
//! Tests, `ceknomor demo` and `ceknomor sandbox` call it as they would the vendor. It verifies every signature, holds
//! clocks, tokens, fields and references against the vendor's rules, and then does what the asked number stands
//! for: [`scenarios`] has the table. Where the vendor says nothing, it takes the strict side: what passes here should
//! pass there.
//!
//! A request goes through `server` (routes), `check` (media type, time, signature), `fields` (the body), and `state`
//! (tokens, references) to a `scenario`; `answer` makes the response of it, and `refusal` has the vendor's codes.
//! What it remembers is bounded, and it logs no secret, name, or number in full.

mod answer;
mod check;
mod fields;
mod refusal;
mod scenario;
mod server;
mod state;
#[cfg(test)]
mod tests;

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use scenario::{Scenario, scenarios};
use server::Server;
pub use server::{Calls, Settings};

/// How long a stop waits for connections that do not end by themselves.
const STOP_TIME: Duration = Duration::from_secs(2);

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    base_url: String,
    server: Arc<Server>,
    serving: JoinHandle<io::Result<()>>,
    _stop: DropGuard,
}

impl Sandbox {
    /// Serves on `listener`, within the current tokio runtime.
    ///
    /// # Errors
    /// When the listener has no address, or the client secret is empty.
    pub fn start(listener: TcpListener, settings: Settings) -> io::Result<Self> {
        let base_url = format!("http://{}{}", listener.local_addr()?, server::PREFIX);
        let stopping = CancellationToken::new();
        let server = Arc::new(Server::new(settings, stopping.clone())?);
        let app = server::router(Arc::clone(&server));
        let stopped = stopping.clone().cancelled_owned();
        let serving = tokio::spawn(async { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        Ok(Self { base_url, server, serving, _stop: stopping.drop_guard() })
    }

    /// What stands for `KLIKOO_BASE_URL`: it ends in a gateway's prefix, which is no part of what is signed.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How often each endpoint was called.
    pub fn calls(&self) -> Calls {
        *self.server.calls.borrow()
    }

    /// Waits until `count` inquiries have been received since the start, refused ones too. Each is checked by then,
    /// and may not be answered yet.
    pub async fn arrived(&self, count: u64) {
        let mut calls = self.server.calls.subscribe();
        // It fails only when the sender is gone, and `self.server` has it.
        let _ = calls.wait_for(|calls| calls.inquiries >= count).await;
    }

    /// Lets inquiries wait for [`Sandbox::release`] after they were received and checked.
    pub fn hold(&self) {
        self.server.held.send_replace(true);
    }

    /// Answers the inquiries that were held, and those to come.
    pub fn release(&self) {
        self.server.held.send_replace(false);
    }

    /// Sets the partner's balance, in rupiah.
    pub fn set_balance(&self, balance: u64) {
        self.server.balance.store(balance, Ordering::Relaxed);
    }

    /// Says of every number that its provider is down, until told otherwise.
    pub fn set_down(&self, is_down: bool) {
        self.server.is_down.store(is_down, Ordering::Relaxed);
    }

    /// Ends every token that was given, as if fifteen minutes had passed.
    pub fn expire_tokens(&self) {
        self.server.state.expire_tokens();
    }

    /// Takes no more connections, lets go of inquiries that wait, and returns when all are answered; at the latest
    /// after two seconds.
    pub async fn stop(mut self) {
        self.server.stopping.cancel();
        if tokio::time::timeout(STOP_TIME, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}
