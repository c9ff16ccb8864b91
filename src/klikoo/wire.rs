//! How a request is written: paths, headers, bodies. Used by the client and, as it is, by the sandbox.
//!
//! Bodies are minified and their keys sorted, the bytes that are hashed being the bytes that are sent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    // serde_json keeps keys sorted, until some crate in the tree turns its `preserve_order` on for all: then the
    // property test fails.
    value.to_string()
}

/// Body of the token request: the bytes to send.
pub fn token_request(client_id: &str, client_secret: &str) -> String {
    canonical(&serde_json::json!({
        "grant_type": "client_credentials",
        "additional_info": { "client_id": client_id, "client_secret": client_secret },
    }))
}

/// Body of the inquiry. Every value is a string, and all six are required. They are written in the order in which they
/// stand here, and what is hashed has to be sorted: keep them so. `{:?}` shows neither the number nor the buying price.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, derive_more::Debug)]
#[debug("InquiryRequest({product_code}, {partner_reference_id})")]
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
