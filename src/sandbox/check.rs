//! What every request has to show before it is listened to: media type, time, signature. Pure.

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, header},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::refusal::Refusal;
use crate::klikoo::{
    PublicKey,
    sign::{self, RequestKey, SignedRequest},
    wire::{SIGNATURE_HEADER, TIMESTAMP_HEADER},
};

/// How far the partner's clock may be off. The vendor publishes no figure.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A request that has arrived whole.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) method: Method,
    /// Without the gateway's prefix: the path that is signed.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Received {
    /// The body must be declared to be JSON, and a request without one says so as well (the vendor's header table).
    pub(super) fn is_json(&self) -> Result<(), Refusal> {
        let is_json = self.header(header::CONTENT_TYPE.as_str()) == Some("application/json");
        if is_json { Ok(()) } else { Err(Refusal::NOT_JSON) }
    }

    /// The time that was signed, as it was written.
    ///
    /// Without one, or too far from `now`, it is the clock that is refused; written in another form than the
    /// vendor's, it is the signature.
    pub(super) fn timestamp(&self, now: DateTime<Utc>) -> Result<&str, Refusal> {
        let written = self.header(TIMESTAMP_HEADER).ok_or(Refusal::CLOCK)?;
        let moment = DateTime::parse_from_rfc3339(written).map_err(|_| Refusal::SIGNATURE)?.to_utc();
        if sign::timestamp(moment) != written {
            return Err(Refusal::SIGNATURE);
        }
        if (now - moment).abs() > CLOCK_TOLERANCE { Err(Refusal::CLOCK) } else { Ok(written) }
    }

    /// The access token.
    pub(super) fn token(&self) -> Result<&str, Refusal> {
        let value = self.header(header::AUTHORIZATION.as_str()).ok_or(Refusal::TOKEN_UNKNOWN)?;
        value.strip_prefix("Bearer ").ok_or(Refusal::TOKEN_UNKNOWN)
    }

    /// Verifies the RSA signature of a token request.
    pub(super) fn is_signed_by(&self, key: &PublicKey, client_id: &str, timestamp: &str) -> Result<(), Refusal> {
        let signature = self.header(SIGNATURE_HEADER).ok_or(Refusal::SIGNATURE)?;
        let is_good = key.verifies(&sign::auth_string(client_id, timestamp), signature);
        if is_good { Ok(()) } else { Err(Refusal::SIGNATURE) }
    }

    /// Verifies the HMAC signature of any other request, over the body's bytes as they came.
    pub(super) fn is_signed_with(&self, key: &RequestKey, token: &str, timestamp: &str) -> Result<(), Refusal> {
        let signature = self.header(SIGNATURE_HEADER).ok_or(Refusal::SIGNATURE)?;
        let signed =
            SignedRequest { method: self.method.as_str(), path: &self.path, token, body: &self.body, timestamp };
        if key.verifies(&signed, signature) { Ok(()) } else { Err(Refusal::SIGNATURE) }
    }

    /// A header's value, when it stands there once and is readable.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        if values.next().is_some() { None } else { value.to_str().ok() }
    }
}
