//! The client: one async method per operation, each with its remedies, within the time that one check has.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use reqwest::{Method, RequestBuilder, header::AUTHORIZATION};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Account, Error, Fault, SetupError, Timeouts,
    answer::{self, Brought},
    retry::{Cause, Failed, Repeats},
    sign::{RequestKey, SignedRequest, auth_string, timestamp},
    skew::VendorClock,
    token::{Token, TokenCache},
    transport::{RawAnswer, Transport},
    wire::{self, BALANCE_PATH, INQUIRY_PATH, InquiryRequest, TOKEN_PATH},
};
use crate::{
    clock::Clock,
    value::{Customer, CustomerNumber, OperatorProblem, Reference, ResponseCode, Rupiah},
};

/// A partner's connection to Klikoo. Clones share token, clock offset and connections.
#[derive(Clone, derive_more::Debug)]
#[debug("Client({})", _0.account.client_id)]
pub struct Client(Arc<Inner>);

struct Inner {
    account: Account,
    request_key: RequestKey,
    transport: Transport,
    tokens: TokenCache,
    clock: VendorClock,
    check: Duration,
}

/// What is asked about one customer.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// The vendor's product code: letters, digits and `-`.
    pub product_code: &'a str,
    /// The customer's number.
    pub number: &'a CustomerNumber,
    /// What the partner pays; for an open denomination the nominal.
    pub buying: Rupiah,
    /// What the partner asks; for an open denomination the nominal.
    pub selling: Rupiah,
}

/// How an inquiry ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Reference of the last request that was sent, by which support finds it.
    pub reference: Reference,
    /// The response code, where the vendor answered at all.
    pub code: Option<ResponseCode>,
    /// The customer, or what is known instead.
    pub result: Result<Customer, Fault>,
    /// For how long the vendor wants to hear nothing, where it says so; 15 minutes at the most.
    pub retry_after: Option<Duration>,
}

impl Client {
    /// A client for an account. Nothing is sent yet.
    ///
    /// # Errors
    /// When client id or secret are empty, or the HTTP client cannot be made.
    pub fn new(account: Account, timeouts: Timeouts, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        if account.client_id.is_empty() {
            return Err(SetupError::NoClientId);
        }
        Ok(Self(Arc::new(Inner {
            request_key: RequestKey::new(&account.client_secret).ok_or(SetupError::NoClientSecret)?,
            transport: Transport::new(account.base_url.clone(), timeouts)?,
            tokens: TokenCache::default(),
            clock: VendorClock::new(clock),
            check: timeouts.check,
            account,
        })))
    }

    /// Asks about one customer. It moves no money, so a request whose answer was lost is sent again.
    pub async fn inquire(&self, inquiry: &Inquiry<'_>) -> Answer {
        let mut reference = Reference::fresh();
        let number = inquiry.number.as_str();
        let body = || {
            reference = Reference::fresh();
            let request = InquiryRequest {
                msidn: number.to_owned(),
                amount: inquiry.buying.0.to_string(),
                product_code: inquiry.product_code.to_owned(),
                selling_price: inquiry.selling.0.to_string(),
                value: number.to_owned(),
                partner_reference_id: reference.to_string(),
            };
            request.to_body()
        };
        let read = |raw: &RawAnswer| answer::customer(raw, inquiry.number);
        match self.0.signed(Method::POST, INQUIRY_PATH, body, read).await {
            Ok(Brought { value, code }) => Answer { reference, code, result: Ok(value), retry_after: None },
            Err(Error { fault, code, retry_after }) => Answer { reference, code, result: Err(fault), retry_after },
        }
    }

    /// The partner's balance with Klikoo.
    ///
    /// # Errors
    /// What is known instead.
    pub async fn balance(&self) -> Result<Rupiah, Error> {
        let balance = self.0.signed(Method::GET, BALANCE_PATH, String::new, answer::balance);
        balance.await.map(|brought| brought.value)
    }

    /// Gets an access token, unless there is a good one, and tells how long it lasts from when it was given.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn authenticate(&self) -> Result<Duration, Error> {
        self.0.token(Instant::now() + self.0.check).await.map(|token| token.life)
    }

    /// Klikoo's time less this machine's, as far as a refusal made it known; else zero.
    pub fn clock_offset(&self) -> TimeDelta {
        self.0.clock.offset()
    }
}

impl Inner {
    /// Sends a signed request, and again, with another `body`, while that may help. When its time is over, what is
    /// under way is dropped.
    async fn signed<T>(
        &self,
        method: Method,
        path: &str,
        mut body: impl FnMut() -> String,
        read: impl Fn(&RawAnswer) -> Result<Brought<T>, Failed>,
    ) -> Result<Brought<T>, Error> {
        let deadline = Instant::now() + self.check;
        let mut repeats = Repeats::default();
        let attempts = async {
            loop {
                let token = self.token(deadline).await.map_err(|error| match error.fault {
                    Fault::Operator(_) => error,
                    fault => Error { fault: Fault::NoToken(Box::new(fault)), ..error },
                })?;
                let failed = match self.attempt(path, self.sign(&method, path, body(), &token), &read).await {
                    Ok(brought) => return Ok(brought),
                    Err(failed) => failed,
                };
                let Some(pause) = repeats.pause_after(&failed, deadline - Instant::now()) else {
                    return Err(failed.into_error(&self.secrets(token.text.expose_secret())));
                };
                if matches!(failed.cause, Cause::TokenRefused(_)) {
                    self.tokens.drop_refused(&token);
                }
                sleep(pause).await;
            }
        };
        timeout_at(deadline, attempts).await.unwrap_or(Err(Fault::Timeout.into()))
    }

    /// What no text that the vendor sends may show to agents.
    fn secrets<'a>(&'a self, token: &'a str) -> [&'a str; 3] {
        [&self.account.client_id, self.account.client_secret.expose_secret(), token]
    }

    /// The kept token, or a new one.
    async fn token(&self, deadline: Instant) -> Result<Arc<Token>, Error> {
        // Boxed, because it is seldom needed, and every check would be as large.
        let token = self.tokens.get(self.clock.own.now(), || self.fetch_token(deadline).boxed());
        timeout_at(deadline, token).await.unwrap_or(Err(Fault::Timeout.into()))
    }

    async fn fetch_token(&self, deadline: Instant) -> Result<Arc<Token>, Error> {
        let mut repeats = Repeats::default();
        loop {
            let asked_at = self.clock.own.now();
            let failed =
                match self.attempt(TOKEN_PATH, self.sign_token_request()?, |raw| answer::token(raw, asked_at)).await {
                    Ok(brought) => return Ok(Arc::new(brought.value)),
                    Err(failed) => failed,
                };
            match repeats.pause_after(&failed, deadline - Instant::now()) {
                Some(pause) => sleep(pause).await,
                None => return Err(failed.into_error(&self.secrets(""))),
            }
        }
    }

    /// One exchange, and what it taught of the vendor's clock.
    async fn attempt<T>(
        &self,
        path: &str,
        request: RequestBuilder,
        read: impl FnOnce(&RawAnswer) -> Result<Brought<T>, Failed>,
    ) -> Result<Brought<T>, Failed> {
        let mut measured = None;
        let on_date = |date: DateTime<Utc>| measured = Some(self.clock.measure(date));
        let ended = self.transport.exchange(request, on_date).await.and_then(|raw| read(&raw));
        if let Some(measured) = measured {
            let is_refused = matches!(&ended, Err(failed) if failed.cause == Cause::ClockRefused);
            self.clock.learn(measured, is_refused);
        }
        match &ended {
            Ok(Brought { code, .. }) => {
                tracing::debug!(path, code = code.as_ref().map(ResponseCode::as_str), "Klikoo answered")
            }
            // The code, never the vendor's words, which may hold a number.
            Err(failed) => {
                let error = failed.clone().into_error(&[]);
                tracing::debug!(path, %error, "Klikoo did not do what was asked");
            }
        }
        ended
    }

    fn sign(&self, method: &Method, path: &str, body: String, token: &Token) -> RequestBuilder {
        let timestamp = timestamp(self.clock.now());
        let signature = self.request_key.sign(&SignedRequest {
            method: method.as_str(),
            path,
            token: token.text.expose_secret(),
            body: body.as_bytes(),
            timestamp: &timestamp,
        });
        let request = self.transport.request(method.clone(), path, body, timestamp, signature);
        request.header(AUTHORIZATION, token.header.clone())
    }

    fn sign_token_request(&self) -> Result<RequestBuilder, Error> {
        let Account { client_id, client_secret, private_key, .. } = &self.account;
        let timestamp = timestamp(self.clock.now());
        let signature = private_key.sign(&auth_string(client_id, &timestamp));
        let signature = signature.map_err(|_| Error::from(Fault::Operator(OperatorProblem::Signature)))?;
        let body = wire::token_request(client_id, client_secret.expose_secret());
        Ok(self.transport.request(Method::POST, TOKEN_PATH, body, timestamp, signature))
    }
}
