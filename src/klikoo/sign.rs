//! Signatures, in pure stages: what is signed, then how. Each stage is tested against OpenSSL's figures.
//!
//! The vendor has two schemes. The access token is asked for with an RSA signature over client id and time
//! ([`auth_string`], [`PrivateKey::sign`]); everything else carries an HMAC over method, path, token, payload hash
//! and time ([`SignedRequest`], [`RequestKey`]). Both kinds are checked here as well, for the sandbox.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, Mac};
use rsa::{
    pkcs1v15::Signature,
    signature::{RandomizedSigner, SignatureEncoding, Verifier},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256, Sha512};

use super::key::{PrivateKey, PublicKey};
use crate::clock::WIB;

/// The time as the vendor reads it: WIB with milliseconds, such as `2024-02-07T10:28:35.000+07:00`.
///
/// What is signed and what the header says must be the same string, so it is made once for each request.
pub fn timestamp(at: DateTime<Utc>) -> String {
    at.with_timezone(&WIB).to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// What is signed to ask for an access token.
pub fn auth_string(client_id: &str, timestamp: &str) -> String {
    format!("{client_id}|{timestamp}")
}

/// Lowercase hexadecimal SHA-256 of a payload; of nothing, for a request without one.
pub fn payload_hash(body: &[u8]) -> String {
    format!("{:x}", Sha256::digest(body))
}

impl PrivateKey {
    /// RSASSA-PKCS1-v1_5 with SHA-256 over `text`, as base64.
    ///
    /// Blinded by random numbers, which guards the key against timing (RUSTSEC-2023-0071); the signature is the same.
    ///
    /// # Errors
    /// When the numbers in the key do not belong together.
    pub fn sign(&self, text: &str) -> Result<String, rsa::signature::Error> {
        let signature = self.0.try_sign_with_rng(&mut rand::thread_rng(), text.as_bytes())?;
        Ok(BASE64.encode(signature.to_bytes()))
    }
}

impl PublicKey {
    /// Whether `signature` (base64) over `text` was made with the private key that belongs to this one.
    pub fn verifies(&self, text: &str, signature: &str) -> bool {
        let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::try_from(&*bytes).ok());
        signature.is_some_and(|signature| self.0.verify(text.as_bytes(), &signature).is_ok())
    }
}

/// All that a request signature covers.
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The method in capitals.
    pub method: &'a str,
    /// The path, without the gateway's prefix.
    pub path: &'a str,
    /// The access token.
    pub token: &'a str,
    /// The payload's bytes as they are sent: minified, keys sorted. Empty for a request without one.
    pub body: &'a [u8],
    /// The time, as [`timestamp`] writes it.
    pub timestamp: &'a str,
}

impl SignedRequest<'_> {
    /// What is signed.
    pub fn string_to_sign(&self) -> String {
        let Self { method, path, token, body, timestamp } = self;
        format!("{method}:{path}:{token}:{}:{timestamp}", payload_hash(body))
    }
}

/// The client secret, made ready to sign requests. `{:?}` shows nothing of it.
#[derive(Clone, derive_more::Debug)]
#[debug("RequestKey(..)")]
pub struct RequestKey(Hmac<Sha512>);

impl RequestKey {
    /// A key from the client secret's UTF-8 bytes; `None` when it is empty.
    pub fn new(client_secret: &SecretString) -> Option<Self> {
        let secret = client_secret.expose_secret().as_bytes();
        if secret.is_empty() { None } else { Hmac::new_from_slice(secret).ok().map(Self) }
    }

    /// HMAC-SHA512 over the request, as base64: 88 characters.
    pub fn sign(&self, request: &SignedRequest<'_>) -> String {
        BASE64.encode(self.0.clone().chain_update(request.string_to_sign()).finalize().into_bytes())
    }

    /// Whether `signature` (base64) is this request's own; takes the same time whichever byte is wrong.
    pub fn verifies(&self, request: &SignedRequest<'_>, signature: &str) -> bool {
        let own = self.0.clone().chain_update(request.string_to_sign());
        BASE64.decode(signature).is_ok_and(|bytes| own.verify_slice(&bytes).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::klikoo::wire;

    fn vectors() -> Value {
        serde_json::from_str(include_str!("../../tests/fixtures/klikoo/vectors.json")).unwrap()
    }

    fn private_key() -> PrivateKey {
        PrivateKey::from_pem(include_bytes!("../../tests/fixtures/klikoo/test-private-pkcs8.pem")).unwrap()
    }

    fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
        vector[field].as_str().unwrap()
    }

    fn request(vector: &Value) -> SignedRequest<'_> {
        SignedRequest {
            method: text(vector, "method"),
            path: text(vector, "path"),
            token: text(vector, "token"),
            body: text(vector, "body").as_bytes(),
            timestamp: text(vector, "timestamp"),
        }
    }

    #[test]
    fn timestamps_are_in_wib_with_milliseconds() {
        for vector in vectors()["auth"].as_array().unwrap() {
            let written = text(vector, "timestamp");
            let moment = DateTime::parse_from_rfc3339(written).unwrap().to_utc();
            assert_eq!(timestamp(moment), written);
        }
        let late = DateTime::parse_from_rfc3339("2024-02-07T23:59:59.9996Z").unwrap().to_utc();
        assert_eq!(timestamp(late), "2024-02-08T06:59:59.999+07:00", "cut, never rounded into the future");
    }

    #[test]
    fn auth_signatures_are_openssls() {
        let vectors = vectors();
        for vector in vectors["auth"].as_array().unwrap() {
            let string_to_sign = auth_string(text(&vectors, "client_id"), text(vector, "timestamp"));
            assert_eq!(string_to_sign, text(vector, "string_to_sign"));
            assert_eq!(private_key().sign(&string_to_sign).unwrap(), text(vector, "signature"));
        }
    }

    #[test]
    fn an_auth_signature_is_verified_by_the_public_key_alone() {
        let public = PublicKey::from_pem(include_str!("../../tests/fixtures/klikoo/test-public.pem")).unwrap();
        let vectors = vectors();
        let vector = &vectors["auth"][0];
        let (signed, signature) = (text(vector, "string_to_sign"), text(vector, "signature"));
        assert!(public.verifies(signed, signature));
        assert!(!public.verifies(&format!("{signed} "), signature));
        assert!(!public.verifies(signed, "bm8="));
        assert!(!public.verifies(signed, "not base64"));
    }

    #[test]
    fn request_signatures_are_openssls() {
        let vectors = vectors();
        let key = RequestKey::new(&text(&vectors, "client_secret").into()).unwrap();
        for vector in vectors["request"].as_array().unwrap() {
            let request = request(vector);
            assert_eq!(payload_hash(request.body), text(vector, "body_sha256"));
            assert_eq!(request.string_to_sign(), text(vector, "string_to_sign"));
            let signature = key.sign(&request);
            assert_eq!(signature, text(vector, "signature"));
            assert_eq!(signature.len(), 88);
            assert!(key.verifies(&request, &signature));
            assert!(!key.verifies(&SignedRequest { body: b"{}", ..request }, &signature));
        }
    }

    #[test]
    fn payload_hashes_are_those_of_sorted_keys() {
        for vector in vectors()["payload_hash"].as_array().unwrap() {
            let canonical = wire::canonical(&vector["payload"]);
            assert_eq!(canonical, text(vector, "canonical"));
            assert_eq!(payload_hash(canonical.as_bytes()), text(vector, "sha256"));
            assert!(text(vector, "sha256").starts_with(text(vector, "published_prefix")));
        }
    }

    #[test]
    fn no_key_is_made_of_an_empty_secret() {
        assert!(RequestKey::new(&"".into()).is_none());
        assert_eq!(format!("{:?}", RequestKey::new(&"geheim".into()).unwrap()), "RequestKey(..)");
    }
}
