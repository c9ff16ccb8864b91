//! The wire format, both sides of it: paths, headers, bodies. Used by the client and, as it is, by the sandbox.
//!
//! Requests are written strictly: minified, keys sorted, the bytes that are hashed being the bytes that are sent.
//! Answers are read leniently (`lenient`): the vendor's own samples differ from its own tables.

mod lenient;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// JSON as the vendor hashes it: no white space, keys in alphabetical order at every depth.
pub fn canonical(value: &Value) -> String {
    // serde_json keeps keys sorted, until some crate in the tree turns its `preserve_order` on for all: then the property
    // test fails.
    value.to_string()
}

/// Body of the token request: the bytes to send.
pub fn token_request(client_id: &str, client_secret: &str) -> String {
    canonical(&json!({
        "grant_type": "client_credentials",
        "additional_info": { "client_id": client_id, "client_secret": client_secret },
    }))
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

#[cfg(test)]
mod tests {
    use proptest::{
        collection::{btree_map, vec},
        prelude::*,
    };

    use super::*;

    /// A way to write JSON.
    struct Form {
        quote: fn(&str) -> String,
        space: &'static str,
        order: fn(&mut Vec<&String>),
    }

    /// The one that is hashed: keys sorted, no white space, nothing escaped that need not be.
    const HASHED: Form = Form { quote: quoted, space: "", order: |keys| keys.sort() };

    /// The same JSON, as different from it as can be.
    const LOOSE: Form = Form { quote: all_escaped, space: " \n", order: |keys| keys.sort_by(|a, b| b.cmp(a)) };

    impl Form {
        fn write(&self, value: &Value) -> String {
            let comma = format!(",{}", self.space);
            match value {
                Value::Object(map) => {
                    let mut keys: Vec<_> = map.keys().collect();
                    (self.order)(&mut keys);
                    let entry = |key: &String| format!("{}:{}{}", (self.quote)(key), self.space, self.write(&map[key]));
                    format!("{{{}}}", keys.into_iter().map(entry).collect::<Vec<_>>().join(&comma))
                }
                Value::Array(items) => {
                    format!("[{}]", items.iter().map(|item| self.write(item)).collect::<Vec<_>>().join(&comma))
                }
                Value::String(text) => (self.quote)(text),
                plain => plain.to_string(),
            }
        }
    }

    fn quoted(text: &str) -> String {
        let escaped = |c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\n' => r"\n".to_owned(),
            '\r' => r"\r".to_owned(),
            '\t' => r"\t".to_owned(),
            '\u{8}' => r"\b".to_owned(),
            '\u{c}' => r"\f".to_owned(),
            '\0'..' ' => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        };
        format!("\"{}\"", text.chars().map(escaped).collect::<String>())
    }

    fn all_escaped(text: &str) -> String {
        format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>())
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof!["[a-cA-C-]{0,3}", r#"[\x00-\x1f"\\/\x7fé\u{2028}😀]{0,4}"#, any::<String>()]
    }

    fn json() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            texts().prop_map(Value::from),
        ];
        plain.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::from),
                btree_map(texts(), inner, 0..5).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_in_any_form_is_hashed_sorted_and_minified(value in json()) {
            let read: Value = serde_json::from_str(&LOOSE.write(&value)).unwrap();
            prop_assert_eq!(canonical(&read), HASHED.write(&value));
        }
    }
}
