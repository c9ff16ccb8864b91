//! The wire format, both sides of it: paths, headers, bodies. Used by the client and, as it is, by the sandbox.
//!
//! Requests are written strictly: minified, keys sorted, the bytes that are hashed being the bytes that are sent.
//! Answers are read leniently (`lenient`): the vendor's own samples differ from its own tables.

mod lenient;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// `POST`: asks for an access token.
pub const TOKEN_PATH: &str = "/v1/open-api/access-token";
/// `POST`: asks about one customer number.
pub const INQUIRY_PATH: &str = "/v1/open-api/products/inquiry";
/// `GET`: asks for the partner's balance.
pub const BALANCE_PATH: &str = "/v1/open-api/balance";

/// Header: the time that was signed.
pub const TIMESTAMP_HEADER: &str = "open-api-timestamp";
/// Header: the signature.
pub const SIGNATURE_HEADER: &str = "open-api-signature";

/// The only grant type that there is.
pub const GRANT_TYPE: &str = "client_credentials";

/// JSON as the vendor hashes it: no white space, keys in alphabetical order at every depth.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

/// serde_json sorts keys by itself until some crate in the tree turns its `preserve_order` on for all.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        plain => plain.clone(),
    }
}

/// Body of the token request.
#[derive(Clone, Deserialize)]
pub struct TokenRequest {
    /// [`GRANT_TYPE`].
    pub grant_type: String,
    /// Who asks.
    pub additional_info: ClientCredentials,
}

/// The partner's id and secret, from the dashboard. `{:?}` does not show the secret.
#[derive(Clone, Deserialize)]
pub struct ClientCredentials {
    /// A UUID v4.
    pub client_id: String,
    /// 32 characters.
    pub client_secret: String,
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("additional_info", &self.additional_info).finish_non_exhaustive()
    }
}

impl TokenRequest {
    /// A request for these credentials.
    pub fn new(client_id: &str, client_secret: &str) -> Self {
        let additional_info =
            ClientCredentials { client_id: client_id.to_owned(), client_secret: client_secret.to_owned() };
        Self { grant_type: GRANT_TYPE.to_owned(), additional_info }
    }

    /// The bytes to send.
    pub fn to_body(&self) -> String {
        let ClientCredentials { client_id, client_secret } = &self.additional_info;
        canonical(&json!({
            "grant_type": self.grant_type,
            "additional_info": { "client_id": client_id, "client_secret": client_secret },
        }))
    }
}

/// Body of the inquiry. Every value is a string, and all six are required. They are written in the order in which they
/// stand here, and what is hashed has to be sorted: keep them so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InquiryRequest {
    /// The partner's buying price in rupiah: the operator's secret.
    pub amount: String,
    /// The customer number once more; the vendor's spelling.
    pub msidn: String,
    /// A fresh UUID v4.
    pub partner_reference_id: String,
    /// The vendor's product code.
    pub product_code: String,
    /// The partner's selling price in rupiah.
    pub selling_price: String,
    /// The customer number that is asked about.
    pub value: String,
}

impl InquiryRequest {
    /// The bytes to send, which are also the bytes to hash.
    pub fn to_body(&self) -> String {
        // Six strings can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Shows neither the number nor the buying price.
impl fmt::Debug for InquiryRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InquiryRequest")
            .field("product_code", &self.product_code)
            .field("partner_reference_id", &self.partner_reference_id)
            .finish_non_exhaustive()
    }
}

/// Every answer, whatever it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: serde::de::DeserializeOwned"))]
pub struct Envelope<T> {
    /// HTTP status, service and case: nine digits, but not always.
    #[serde(default, deserialize_with = "lenient::text")]
    pub response_code: Option<String>,
    /// In the vendor's words.
    #[serde(default, deserialize_with = "lenient::text")]
    pub response_message: Option<String>,
    /// What was asked for: none, an object, or several in an array.
    #[serde(default, with = "lenient::data", skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<T>,
}

impl<T> Envelope<T> {
    /// An answer with one object of data.
    pub fn new(code: &str, message: &str, data: impl IntoIterator<Item = T>) -> Self {
        Self {
            response_code: Some(code.to_owned()),
            response_message: Some(message.to_owned()),
            data: data.into_iter().collect(),
        }
    }
}

/// Data of the token answer. `{:?}` does not show the token.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct TokenData {
    /// The token.
    #[serde(default, deserialize_with = "lenient::text")]
    pub access_token: Option<String>,
    /// `Bearer`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub token_type: Option<String>,
    /// How long it lasts, in seconds.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub expires_in: Option<u64>,
}

impl fmt::Debug for TokenData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenData").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// Data of the inquiry's answer; of a refusal, `customer_number` alone. `{:?}` shows the product alone.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InquiryData {
    /// Such as `PLN 20.000`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The buying price in rupiah.
    #[serde(default, deserialize_with = "lenient::whole", skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// The transaction's total in rupiah.
    #[serde(default, deserialize_with = "lenient::whole", skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The product code that was asked.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// The number that was asked.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub customer_number: Option<String>,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// PLN's tariff and power, such as `R1/2200VA`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub power_capacity: Option<String>,
}

impl fmt::Debug for InquiryData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InquiryData").field("product_code", &self.product_code).finish_non_exhaustive()
    }
}

/// Data of the balance's answer. `{:?}` does not show it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct BalanceData {
    /// In rupiah; the vendor sends a string such as `"1000000.00"`.
    #[serde(default, deserialize_with = "lenient::whole", serialize_with = "lenient::with_sen")]
    pub balance: Option<u64>,
}

impl fmt::Debug for BalanceData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BalanceData(..)")
    }
}
