//! The wire format, both sides of it: paths, headers, bodies. Used by the client and, as it is, by the sandbox.
//!
//! Requests are written strictly: minified, keys sorted, the bytes that are hashed being the bytes that are sent.
//! Answers are read leniently: the vendor's own samples differ from its own tables, so a field of an unexpected shape
//! counts as missing and spoils no other (`json` has made one form of them before).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::json;

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

/// Every answer, whatever it is about. Under the names of SNAP, the national standard, too.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Envelope<T> {
    /// HTTP status, service and case: nine digits, but not always.
    #[serde(default, deserialize_with = "text", alias = "responseCode")]
    pub(super) response_code: Option<String>,
    /// In the vendor's words.
    #[serde(default, deserialize_with = "text", alias = "responseMessage")]
    pub(super) response_message: Option<String>,
    /// What was asked for: none, an object, or several in an array.
    #[serde(default = "Vec::new", deserialize_with = "data")]
    pub(super) data: Vec<T>,
}

impl<T> Default for Envelope<T> {
    fn default() -> Self {
        Self { response_code: None, response_message: None, data: Vec::new() }
    }
}

/// Data of the token answer.
#[derive(Deserialize)]
pub(super) struct TokenData {
    /// The token.
    #[serde(default, deserialize_with = "text", alias = "accessToken")]
    pub(super) access_token: Option<String>,
    /// How long it lasts, in seconds.
    #[serde(default, deserialize_with = "whole", alias = "expiresIn")]
    pub(super) expires_in: Option<u64>,
}

/// Data of the balance's answer.
#[derive(Deserialize)]
pub(super) struct BalanceData {
    /// In rupiah; the vendor sends a string such as `"1000000.00"`.
    #[serde(default, deserialize_with = "whole")]
    pub(super) balance: Option<u64>,
}

/// Data of the inquiry's answer, as far as it is read; of a refusal, `customer_number` alone.
#[derive(Default, PartialEq, Eq, Deserialize)]
pub(super) struct InquiryData {
    /// The transaction's total in rupiah.
    #[serde(default, deserialize_with = "whole")]
    pub(super) total: Option<u64>,
    /// The number that was asked.
    #[serde(default, deserialize_with = "text")]
    pub(super) customer_number: Option<String>,
    /// Whose it is.
    #[serde(default, deserialize_with = "text")]
    pub(super) customer_name: Option<String>,
    /// PLN's tariff and power, such as `R1/2200VA`.
    #[serde(default, deserialize_with = "text")]
    pub(super) power_capacity: Option<String>,
}

/// A text; a number counts as its digits, anything else as missing.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(from).map(|value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A whole number that is not negative: `20546`, `20546.0`, `"20546"`, `"1000000.00"`.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(text(from)?.and_then(|text| parse_whole(&text)))
}

/// Sen are out of use, so one or two decimals are dropped. Three could be an Indonesian thousand: not read.
fn parse_whole(text: &str) -> Option<u64> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(decimals) && decimals.len() <= 2 { whole.parse().ok() } else { None }
}

/// `data`: nothing, an object, or an array of objects; perhaps as JSON in a string.
fn data<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let opened = |value| if let Value::String(text) = value { json::value(&text).unwrap_or_default() } else { value };
    let items = match opened(Value::deserialize(from)?) {
        Value::Array(items) => items,
        one => vec![one],
    };
    let objects = items.into_iter().map(opened).filter(Value::is_object);
    Ok(objects.filter_map(|object| serde_json::from_value(object).ok()).collect())
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

    #[test]
    fn amounts_are_read_in_every_form_that_is_sent() {
        for (text, amount) in [("20546", 20_546), ("1000000.00", 1_000_000), (" 7 ", 7), ("20546.0", 20_546)] {
            assert_eq!(parse_whole(text), Some(amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_counts_as_missing() {
        for text in ["", "-1", "20.546", "1e9", "20,000", ".5", "1.", "99999999999999999999", "Rp20"] {
            assert_eq!(parse_whole(text), None, "{text}");
        }
    }
}
