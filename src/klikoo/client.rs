//! The client: one async method per operation, each with its remedies, within the time that one check has.

use std::{fmt, mem, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Account, Error, Fault, PrivateKey, SetupError, Timeouts,
    answer::{self, Brought},
    retry::{Cause, Failed, Repeats},
    sign::{RequestKey, SignedRequest, auth_string, timestamp},
    skew::VendorClock,
    token::{Token, TokenCache},
    transport::{Call, RawAnswer, Transport},
    wire::{self, BALANCE_PATH, INQUIRY_PATH, InquiryRequest, TOKEN_PATH},
};
use crate::{
    clock::Clock,
    value::{Customer, CustomerNumber, OperatorProblem, Reference, ResponseCode, Rupiah},
};

/// A partner's connection to Klikoo. Clones share token, clock offset and connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    client_id: String,
    client_secret: SecretString,
    private_key: PrivateKey,
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

/// What a request signs and sends.
struct Request {
    method: Method,
    path: &'static str,
    body: String,
}

impl Client {
    /// A client for an account. Nothing is sent yet.
    ///
    /// # Errors
    /// When client id or secret are empty, or the HTTP client cannot be made.
    pub fn new(account: Account, timeouts: Timeouts, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let Account { base_url, client_id, client_secret, private_key } = account;
        if client_id.is_empty() {
            return Err(SetupError::NoClientId);
        }
        Ok(Self(Arc::new(Inner {
            request_key: RequestKey::new(&client_secret).ok_or(SetupError::NoClientSecret)?,
            transport: Transport::new(base_url, timeouts)?,
            tokens: TokenCache::default(),
            clock: VendorClock::new(clock),
            check: timeouts.check,
            client_id,
            client_secret,
            private_key,
        })))
    }

    /// Asks about one customer. It moves no money, so a request whose answer was lost is sent again.
    pub async fn inquire(&self, inquiry: &Inquiry<'_>) -> Answer {
        let (mut reference, mut is_used) = (Reference::fresh(), false);
        let each_attempt = || {
            if mem::replace(&mut is_used, true) {
                reference = Reference::fresh();
            }
            Request { method: Method::POST, path: INQUIRY_PATH, body: body_of(inquiry, reference) }
        };
        let read = |raw: &RawAnswer| answer::customer(raw, inquiry.number);
        match self.0.signed(each_attempt, read).await {
            Ok(Brought { value, code }) => Answer { reference, code, result: Ok(value), retry_after: None },
            Err(Error { fault, code, retry_after }) => Answer { reference, code, result: Err(fault), retry_after },
        }
    }

    /// The partner's balance with Klikoo.
    ///
    /// # Errors
    /// What is known instead.
    pub async fn balance(&self) -> Result<Rupiah, Error> {
        let each_attempt = || Request { method: Method::GET, path: BALANCE_PATH, body: String::new() };
        self.0.signed(each_attempt, answer::balance).await.map(|brought| brought.value)
    }

    /// Gets an access token, unless there is a good one, and tells how long it lasts from when it was given.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn authenticate(&self) -> Result<Duration, Error> {
        self.0.token(Instant::now() + self.0.check).await.map(|token| token.life())
    }

    /// Klikoo's time less this machine's, as far as a refusal made it known; else zero.
    pub fn clock_offset(&self) -> TimeDelta {
        self.0.clock.offset()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("client_id", &self.0.client_id).finish_non_exhaustive()
    }
}

impl Inner {
    /// Sends a signed request, and again while that may help. When its time is over, what is under way is dropped.
    async fn signed<T>(
        &self,
        mut each_attempt: impl FnMut() -> Request,
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
                let failed = match self.attempt(self.sign(each_attempt(), &token), &read).await {
                    Ok(brought) => return Ok(brought),
                    Err(failed) => failed,
                };
                let Some(pause) = repeats.pause_after(&failed, deadline - Instant::now()) else {
                    return Err(failed.into_error(&self.secrets(token.expose())));
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
        [&self.client_id, self.client_secret.expose_secret(), token]
    }

    /// The kept token, or a new one.
    async fn token(&self, deadline: Instant) -> Result<Token, Error> {
        // Boxed, because it is seldom needed, and every check would be as large.
        let token = self.tokens.get(self.clock.own_now(), || self.fetch_token(deadline).boxed());
        timeout_at(deadline, token).await.unwrap_or(Err(Fault::Timeout.into()))
    }

    async fn fetch_token(&self, deadline: Instant) -> Result<Token, Error> {
        let mut repeats = Repeats::default();
        loop {
            let asked_at = self.clock.own_now();
            let failed = match self.attempt(self.sign_token_request()?, |raw| answer::token(raw, asked_at)).await {
                Ok(brought) => return Ok(brought.value),
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
        call: Call,
        read: impl FnOnce(&RawAnswer) -> Result<Brought<T>, Failed>,
    ) -> Result<Brought<T>, Failed> {
        let path = call.path;
        let mut measured = None;
        let on_date = |date: DateTime<Utc>| measured = Some(self.clock.measure(date));
        let ended = self.transport.exchange(call, on_date).await.and_then(|raw| read(&raw));
        let is_clock_refused = matches!(&ended, Err(failed) if failed.cause == Cause::ClockRefused);
        match measured {
            Some(measured) if is_clock_refused => self.clock.correct(measured),
            Some(measured) => self.clock.follow(measured),
            None => {}
        }
        log(path, &ended);
        ended
    }

    fn sign(&self, request: Request, token: &Token) -> Call {
        let Request { method, path, body } = request;
        let timestamp = timestamp(self.clock.now());
        let signature = self.request_key.sign(&SignedRequest {
            method: method.as_str(),
            path,
            token: token.expose(),
            body: body.as_bytes(),
            timestamp: &timestamp,
        });
        Call { method, path, body, timestamp, signature, authorization: Some(token.header()) }
    }

    fn sign_token_request(&self) -> Result<Call, Error> {
        let timestamp = timestamp(self.clock.now());
        let signature = self
            .private_key
            .sign(&auth_string(&self.client_id, &timestamp))
            .map_err(|_| Error::from(Fault::Operator(OperatorProblem::Signature)))?;
        let body = wire::token_request(&self.client_id, self.client_secret.expose_secret());
        Ok(Call { method: Method::POST, path: TOKEN_PATH, body, timestamp, signature, authorization: None })
    }
}

fn body_of(inquiry: &Inquiry<'_>, reference: Reference) -> String {
    let number = inquiry.number.as_str().to_owned();
    let request = InquiryRequest {
        msidn: number.clone(),
        amount: inquiry.buying.0.to_string(),
        product_code: inquiry.product_code.to_owned(),
        selling_price: inquiry.selling.0.to_string(),
        value: number,
        partner_reference_id: reference.to_string(),
    };
    request.to_body()
}

/// Tells the log how an attempt ended: the code, never the vendor's words, which may hold a number.
fn log<T>(path: &str, ended: &Result<Brought<T>, Failed>) {
    match ended {
        Ok(brought) => tracing::debug!(path, code = brought.code.as_ref().map(ResponseCode::as_str), "Klikoo answered"),
        Err(failed) => {
            let error = failed.clone().into_error(&[]);
            tracing::debug!(path, %error, "Klikoo did not do what was asked");
        }
    }
}
