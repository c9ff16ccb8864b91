//! A sandbox with a clock that stands still, and a partner who signs by hand.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    catalog::Catalog,
    clock::{Clock, FixedClock},
    klikoo::{
        PrivateKey, PublicKey,
        sign::{self, RequestKey, SignedRequest},
        wire::{self, BALANCE_PATH, INQUIRY_PATH, InquiryRequest, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOKEN_PATH},
    },
    sandbox::{Sandbox, Settings},
};

pub(super) const CLIENT_ID: &str = "3f9c8962-4c4b-4bb6-b3c1-8fc883519c02";
pub(super) const SECRET: &str = "9ec999e21a3be41064c52bb3f37554a2";

pub(super) const PRIVATE_KEY: &[u8] = include_bytes!("../../../tests/fixtures/klikoo/test-private-pkcs8.pem");
const PUBLIC_KEY: &str = include_str!("../../../tests/fixtures/klikoo/test-public.pem");

pub(super) struct World {
    pub(super) sandbox: Sandbox,
    pub(super) clock: Arc<FixedClock>,
    pub(super) http: Client,
}

/// A request that can still be spoilt, before it is signed or after.
pub(super) struct Draft {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) content_type: Option<&'static str>,
    pub(super) timestamp: Option<String>,
    pub(super) token: Option<String>,
    /// Made of the rest when it is `None`.
    pub(super) signature: Option<String>,
    pub(super) body: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) date: String,
    pub(super) body: Value,
}

impl Reply {
    /// Sends a request, and reads what comes back.
    pub(super) async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let date = response.headers()["date"].to_str().unwrap().to_owned();
        let body = response.text().await.expect("a body");
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        Self { status, date, body }
    }

    pub(super) fn code(&self) -> &str {
        self.body["response_code"].as_str().unwrap_or_default()
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A world whose sandbox has other settings.
    pub(super) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let now = "2024-02-07T03:28:35Z".parse().unwrap();
        let clock = Arc::new(FixedClock::at(now));
        let mut settings = Settings {
            client_id: CLIENT_ID.to_owned(),
            client_secret: SECRET.into(),
            public_key: PublicKey::from_pem(PUBLIC_KEY).unwrap(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            catalog: Catalog::load(None).unwrap(),
            latency: Duration::ZERO,
        };
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = Sandbox::start(listener, settings).unwrap();
        Self { sandbox, clock, http: Client::builder().no_proxy().build().unwrap() }
    }

    fn draft(&self, method: Method, path: &str, body: String) -> Draft {
        Draft {
            method,
            path: path.to_owned(),
            content_type: Some("application/json"),
            timestamp: Some(sign::timestamp(self.clock.now())),
            token: None,
            signature: None,
            body,
        }
    }

    pub(super) fn token_request(&self) -> Draft {
        self.draft(Method::POST, TOKEN_PATH, wire::token_request(CLIENT_ID, SECRET))
    }

    pub(super) fn inquiry(&self, token: &str, inquiry: &InquiryRequest) -> Draft {
        Draft { token: Some(token.to_owned()), ..self.draft(Method::POST, INQUIRY_PATH, inquiry.to_body()) }
    }

    pub(super) fn balance(&self, token: &str) -> Draft {
        Draft { token: Some(token.to_owned()), ..self.draft(Method::GET, BALANCE_PATH, String::new()) }
    }

    /// A good token.
    pub(super) async fn token(&self) -> String {
        let reply = self.send(self.token_request()).await;
        reply.body["data"]["access_token"].as_str().expect("a token").to_owned()
    }

    /// Asks about a number with a fresh token and a fresh reference.
    pub(super) async fn ask(&self, product: &str, number: &str) -> Reply {
        let token = self.token().await;
        self.send(self.inquiry(&token, &inquiry(product, number))).await
    }

    /// Signs what is not signed, and sends it.
    pub(super) async fn send(&self, draft: Draft) -> Reply {
        Reply::to(self.request(draft)).await
    }

    pub(super) fn request(&self, draft: Draft) -> RequestBuilder {
        let signature = draft.signature.clone().unwrap_or_else(|| draft.signed());
        let mut request = self
            .http
            .request(draft.method, format!("{}{}", self.sandbox.base_url(), draft.path))
            .header(SIGNATURE_HEADER, signature)
            .body(draft.body);
        if let Some(content_type) = draft.content_type {
            request = request.header("content-type", content_type);
        }
        if let Some(timestamp) = draft.timestamp {
            request = request.header(TIMESTAMP_HEADER, timestamp);
        }
        if let Some(token) = draft.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request
    }
}

impl Draft {
    /// The signature that a good partner would send with this.
    pub(super) fn signed(&self) -> String {
        let timestamp = self.timestamp.as_deref().unwrap_or_default();
        let Some(token) = &self.token else {
            return PrivateKey::from_pem(PRIVATE_KEY).unwrap().sign(&sign::auth_string(CLIENT_ID, timestamp)).unwrap();
        };
        let (method, path, body) = (self.method.as_str(), self.path.as_str(), self.body.as_bytes());
        RequestKey::new(&SECRET.into()).unwrap().sign(&SignedRequest { method, path, token, body, timestamp })
    }
}

/// An inquiry with the prices of the vendor's first sample.
pub(super) fn inquiry(product: &str, number: &str) -> InquiryRequest {
    InquiryRequest {
        msidn: number.to_owned(),
        amount: "20500".to_owned(),
        product_code: product.to_owned(),
        selling_price: "21000".to_owned(),
        value: number.to_owned(),
        partner_reference_id: Uuid::new_v4().to_string(),
    }
}
