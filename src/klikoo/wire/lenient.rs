//! Reads what the vendor meant: a field of an unexpected shape counts as missing and spoils no other.

use serde::{Deserialize, Deserializer, Serializer};
use serde_json::Value;

/// A text; a number counts as its digits, anything else as missing.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(from).map(|value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A whole number that is not negative: `20546`, `20546.0`, `"20546"`, `"1000000.00"`.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(text(from)?.and_then(|text| parse_whole(&text)))
}

/// Writes rupiah as the balance endpoint does: `"1000000.00"`.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
pub(super) fn with_sen<S: Serializer>(amount: &Option<u64>, into: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(rupiah) => into.collect_str(&format_args!("{rupiah}.00")),
        None => into.serialize_none(),
    }
}

/// Sen are out of use, so one or two decimals are dropped. Three could be an Indonesian thousand: not read.
fn parse_whole(text: &str) -> Option<u64> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(decimals) && decimals.len() <= 2 { whole.parse().ok() } else { None }
}

/// `data`: nothing, an object, or an array of objects.
pub(super) mod data {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
    use serde_json::Value;

    pub(in super::super) fn deserialize<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: DeserializeOwned,
    {
        let items = match Value::deserialize(from)? {
            Value::Array(items) => items,
            one => vec![one],
        };
        let objects = items.into_iter().filter(Value::is_object);
        Ok(objects.filter_map(|object| serde_json::from_value(object).ok()).collect())
    }

    pub(in super::super) fn serialize<S: Serializer, T: Serialize>(items: &[T], into: S) -> Result<S::Ok, S::Error> {
        match items {
            [one] => one.serialize(into),
            several => several.serialize(into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
