//! Records, jobs and rows as bytes: one byte for the version, then JSON with names of one letter.
//!
//! The names stand as `serde` attributes beside the fields. A later build reads what this one wrote: fields that a
//! build does not know are passed over, and a verdict that it does not know is shown in the words it was written with.
//! The short names are for the disk: a record takes some 170 bytes. A backup holds the same JSON
//! (`docs/backup-format.md`).
//!
//! All that is read is checked anew: the disk is an outside too.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::job::MAX_BODY_LEN;
use super::record::Search;
use super::row::MAX_ROW_LEN;
use crate::value::{Customer, CustomerName, Outcome, Reference, ResponseCode, Rupiah, Verdict};

/// The version that this build writes, and the newest that it reads.
pub(super) const VERSION: u8 = 1;

/// The longest free text that is read back, in characters.
const MAX_TEXT_LEN: usize = 300;

/// The last millisecond of the year 9999: no time beyond it is read.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// The version, then `stored` as JSON.
pub(super) fn write(stored: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    // Plain fields: there is nothing in them that serde_json could refuse.
    let written = serde_json::to_writer(&mut bytes, stored);
    debug_assert!(written.is_ok());
    bytes
}

/// What [`write()`] wrote.
///
/// # Errors
/// The bytes are damaged, or of a later build; the text holds nothing of what is in them.
pub(super) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, String> {
    let (version, json) = bytes.split_first().ok_or("it is empty; restore a backup if it matters")?;
    if *version != VERSION {
        let known = format!("this build reads up to {VERSION}; install the newer ceknomor again");
        return Err(format!("it has version {version}, {known}"));
    }
    serde_json::from_slice(json).map_err(|error| without_values(&error))
}

/// What is stored under a key that says its place. What cannot be read is logged by its place alone.
pub(super) fn read_at<P: fmt::Debug, T: DeserializeOwned>(
    what: &str,
    place: Option<P>,
    stored: &[u8],
) -> Option<(P, T)> {
    let read = if place.is_some() { read(stored) } else { Err("its key is none".to_owned()) };
    let read = read.inspect_err(|error| tracing::error!(?place, %error, "{what} cannot be read: passed over"));
    place.zip(read.ok())
}

/// What is wrong with JSON, without the values that serde_json puts into its texts: they are personal.
pub(super) fn without_values(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or holds what it cannot",
        serde_json::error::Category::Eof => "it is cut off",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    format!("it is damaged ({what} at byte {}); restore a backup if it matters", error.column())
}

/// A value that is stored in another form than its own.
pub(super) trait Mirrored: Sized {
    /// That form.
    type Mirror: Serialize + DeserializeOwned;
    /// Gives that form of it.
    fn mirror(&self) -> Self::Mirror;
    /// Makes it of that form; `Err` says what is wrong.
    fn unmirror(mirror: Self::Mirror) -> Result<Self, &'static str>;
}

impl<T: Mirrored> Mirrored for Option<T> {
    type Mirror = Option<T::Mirror>;

    fn mirror(&self) -> Self::Mirror {
        self.as_ref().map(T::mirror)
    }

    fn unmirror(mirror: Self::Mirror) -> Result<Self, &'static str> {
        mirror.map(T::unmirror).transpose()
    }
}

/// Milliseconds since 1970, UTC.
impl Mirrored for DateTime<Utc> {
    type Mirror = i64;

    fn mirror(&self) -> i64 {
        self.timestamp_millis()
    }

    fn unmirror(millis: i64) -> Result<Self, &'static str> {
        let millis = Some(millis).filter(|millis| (0..=MAX_MILLIS).contains(millis));
        millis.and_then(DateTime::from_timestamp_millis).ok_or("no time")
    }
}

/// A UUID without its hyphens.
impl Mirrored for Reference {
    type Mirror = String;

    fn mirror(&self) -> String {
        self.to_string().replace('-', "")
    }

    fn unmirror(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("no reference")
    }
}

/// For `serde(with = ...)`: a [`Mirrored`] value.
pub(super) mod mirrored {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::Mirrored;

    pub(in super::super) fn serialize<T: Mirrored, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        value.mirror().serialize(to)
    }

    pub(in super::super) fn deserialize<'de, T: Mirrored, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        T::unmirror(T::Mirror::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// Whether a job that is read was another's before.
pub(super) fn yes() -> bool {
    true
}

/// Reads a text, without control characters and cut to a bounded length.
pub(super) fn readable<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| bounded(&text))
}

/// Whether stored bytes may be a record that `search` looks for: a look at them costs less than to read them, and most
/// are another record. It compares what JSON writes as it is, and so of texts beyond ASCII nothing.
pub(super) fn may_fit(stored: &[u8], search: &Search) -> bool {
    let holds = |part: &str| {
        let is_plain = stored.is_ascii() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        let Some(first) = part.bytes().next().filter(|_| is_plain) else { return true };
        let mut starts = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), stored);
        starts
            .any(|at| stored.get(at..at + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part.as_bytes())))
    };
    [&search.name, &search.digits].into_iter().flatten().all(|part| holds(part))
}

/// Reads a job's body or a row's value, no longer than what is accepted.
pub(super) fn short<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.len() <= MAX_BODY_LEN.max(MAX_ROW_LEN) { Ok(text) } else { Err(D::Error::custom("too long")) }
}

/// An outcome as it is stored, its verdict as kind and detail.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredOutcome {
    #[serde(rename = "v")]
    verdict: String,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    power: Option<String>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    total: Option<Rupiah>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(rename = "r", with = "mirrored")]
    reference: Reference,
}

impl Mirrored for Outcome {
    type Mirror = StoredOutcome;

    fn mirror(&self) -> StoredOutcome {
        let (verdict, detail) = write_verdict(&self.verdict);
        let customer = match &self.verdict {
            Verdict::Found(customer) => customer.clone(),
            _ => Customer::default(),
        };
        StoredOutcome {
            verdict,
            detail,
            name: customer.name.map(|name| name.whole_name().to_owned()),
            power: customer.power,
            total: customer.total,
            code: self.code.as_ref().map(|code| code.as_str().to_owned()),
            reference: self.reference,
        }
    }

    fn unmirror(stored: StoredOutcome) -> Result<Self, &'static str> {
        let StoredOutcome { verdict: kind, detail, name, power, total, code, reference } = stored;
        let read = |verdict: Value| Verdict::deserialize(verdict);
        let other = || read(json!({"kind": kind, "detail": detail})).or_else(|_| read(json!({"kind": kind})));
        let verdict = match kind.as_str() {
            "found" => Verdict::Found(Customer {
                name: name.as_deref().and_then(CustomerName::new),
                power: power.as_deref().map(bounded),
                total,
            }),
            _ => match other() {
                Ok(Verdict::Other(words)) => Verdict::Other(bounded(&words)),
                Ok(Verdict::Refused(words)) => Verdict::Refused(bounded(&words)),
                Ok(verdict) => verdict,
                // One of a later build, in the words that it was written with.
                Err(_) => Verdict::Other(bounded(detail.as_ref().unwrap_or(&kind))),
            },
        };
        let code = code.map(|code| ResponseCode::new(&code).ok_or("no response code")).transpose()?;
        Ok(Self { code, reference, verdict })
    }
}

/// The word of a verdict's kind, and what goes with it.
pub(super) fn write_verdict(verdict: &Verdict) -> (String, Option<String>) {
    let verdict = match verdict {
        Verdict::Found(_) => json!({"kind": "found"}),
        other => json!(other),
    };
    let word = |key| verdict.get(key).and_then(Value::as_str).map(str::to_owned);
    (word("kind").unwrap_or_default(), word("detail"))
}

/// A text without control characters, cut to a bounded length.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT_LEN).collect()
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
