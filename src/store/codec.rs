//! Records, jobs and rows as bytes: one byte for the version, then JSON with names of one letter.
//!
//! The names stand as `serde` attributes beside the fields. A later build reads what this one wrote: fields that a
//! build does not know are passed over, and a verdict that it does not know is shown in the words it was written with.
//! The short names are for the disk: a record takes some 170 bytes. A backup holds the same JSON
//! (`docs/backup-format.md`).
//!
//! All that is read is checked anew: the disk is an outside too.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::types::{MAX_BODY_LEN, MAX_ROW_LEN, Search};
use crate::value::{
    Customer, CustomerName, OperatorProblem, Outcome, Provider, Reference, ResponseCode, Rupiah, UserId, Verdict,
};

/// The version that this build writes, and the newest that it reads.
pub(super) const VERSION: u8 = 1;

/// The longest free text that is read back, in characters.
const MAX_TEXT_LEN: usize = 300;

/// The last millisecond of the year 9999: no time beyond it is read.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// Why bytes cannot be read. The texts hold nothing of what is in them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// No bytes at all.
    #[error("it is empty; restore a backup if it matters")]
    Empty,
    /// The first byte is not a version that this build knows.
    #[error("it has version {0}, this build reads up to {VERSION}; install the newer ceknomor again")]
    Version(u8),
    /// What follows the version is not the JSON that it should be.
    #[error("it is damaged ({0} at byte {1}); restore a backup if it matters")]
    Json(&'static str, usize),
}

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
/// The bytes are damaged, or of a later build.
pub(super) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Unreadable> {
    let (&version, json) = bytes.split_first().ok_or(Unreadable::Empty)?;
    if version != VERSION {
        return Err(Unreadable::Version(version));
    }
    serde_json::from_slice(json).map_err(|error| without_values(&error))
}

/// What is wrong with JSON, without the values that serde_json puts into its texts: they are personal.
pub(super) fn without_values(error: &serde_json::Error) -> Unreadable {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or holds what it cannot",
        serde_json::error::Category::Eof => "it is cut off",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    Unreadable::Json(what, error.column())
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

/// What a search looks at of a stored record. It is read without a copy of the rest: a search may read all of a chat.
#[derive(Deserialize)]
pub(super) struct Searched<'a> {
    #[serde(rename = "t", with = "mirrored")]
    pub(super) at: DateTime<Utc>,
    #[serde(rename = "u")]
    pub(super) agent: UserId,
    #[serde(rename = "p", borrow)]
    pub(super) product: Cow<'a, str>,
    #[serde(rename = "b")]
    pub(super) provider: Provider,
    #[serde(rename = "n", borrow)]
    pub(super) number: Cow<'a, str>,
    #[serde(rename = "o", borrow)]
    pub(super) outcome: SearchedOutcome<'a>,
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

impl Searched<'_> {
    /// Whether this is a record that is looked for.
    pub(super) fn fits(&self, search: &Search) -> bool {
        search.from.is_none_or(|from| self.at >= from)
            && search.until.is_none_or(|until| self.at < until)
            && search.agent.is_none_or(|agent| self.agent == agent)
            && search.provider.is_none_or(|provider| self.provider == provider)
            && search.digits.as_ref().is_none_or(|digits| self.number.contains(digits))
            && search.product.as_ref().is_none_or(|code| {
                self.product.get(..code.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(code))
            })
            && search.name.as_ref().is_none_or(|part| {
                let name = self.outcome.name.as_ref();
                name.is_some_and(|name| name.to_lowercase().contains(&part.to_lowercase()))
            })
    }
}

/// What a search looks at of a stored outcome.
#[derive(Deserialize)]
pub(super) struct SearchedOutcome<'a> {
    #[serde(rename = "m", default, borrow)]
    pub(super) name: Option<Cow<'a, str>>,
}

/// Reads a job's body or a row's value, no longer than what is accepted.
pub(super) fn short<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.len() <= MAX_BODY_LEN.max(MAX_ROW_LEN) { Ok(text) } else { Err(D::Error::custom("too long")) }
}

/// An outcome as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredOutcome {
    /// The kind of verdict, a word.
    #[serde(rename = "v")]
    verdict: String,
    /// Which operator's problem, or the vendor's own words: by the verdict.
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
    /// A UUID without its hyphens.
    #[serde(rename = "r")]
    reference: String,
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
            verdict: verdict.to_owned(),
            detail,
            name: customer.name.map(|name| name.whole_name().to_owned()),
            power: customer.power,
            total: customer.total,
            code: self.code.as_ref().map(|code| code.as_str().to_owned()),
            reference: self.reference.mirror(),
        }
    }

    fn unmirror(stored: StoredOutcome) -> Result<Self, &'static str> {
        let code = stored.code.as_deref().map(|code| ResponseCode::new(code).ok_or("no response code"));
        Ok(Self {
            code: code.transpose()?,
            reference: Reference::parse(&stored.reference).ok_or("no reference")?,
            verdict: stored.read_verdict(),
        })
    }
}

impl StoredOutcome {
    fn read_verdict(&self) -> Verdict {
        match self.verdict.as_str() {
            "found" => Verdict::Found(Customer {
                name: self.name.as_deref().and_then(CustomerName::new),
                power: self.power.as_deref().map(bounded),
                total: self.total,
            }),
            "not-found" => Verdict::NotFound,
            "blocked" => Verdict::NumberBlocked,
            "paid" => Verdict::AlreadyPaid,
            "over-limit" => Verdict::OverLimit,
            "too-small" => Verdict::AmountTooSmall,
            "unavailable" => Verdict::ProductUnavailable,
            "down" => Verdict::ProviderDown,
            "no-answer" => Verdict::NoAnswer,
            "service-down" => Verdict::ServiceDown,
            "operator" => self.operator_problem().map_or_else(|| self.unknown_verdict(), Verdict::Operator),
            "other" => Verdict::Other(bounded(self.detail.as_deref().unwrap_or_default())),
            "refused" => Verdict::Refused(bounded(self.detail.as_deref().unwrap_or_default())),
            _ => self.unknown_verdict(),
        }
    }

    fn operator_problem(&self) -> Option<OperatorProblem> {
        let word = self.detail.as_deref()?;
        OPERATOR_PROBLEMS.iter().find(|(_, name)| *name == word).map(|(problem, _)| *problem)
    }

    /// A verdict of a later build, in the words that it was written with.
    fn unknown_verdict(&self) -> Verdict {
        Verdict::Other(bounded(self.detail.as_deref().unwrap_or(&self.verdict)))
    }
}

/// The word of a verdict's kind, and what goes with it.
pub(super) fn write_verdict(verdict: &Verdict) -> (&'static str, Option<String>) {
    match verdict {
        Verdict::Found(_) => ("found", None),
        Verdict::NotFound => ("not-found", None),
        Verdict::NumberBlocked => ("blocked", None),
        Verdict::AlreadyPaid => ("paid", None),
        Verdict::OverLimit => ("over-limit", None),
        Verdict::AmountTooSmall => ("too-small", None),
        Verdict::ProductUnavailable => ("unavailable", None),
        Verdict::ProviderDown => ("down", None),
        Verdict::NoAnswer => ("no-answer", None),
        Verdict::ServiceDown => ("service-down", None),
        Verdict::Operator(problem) => ("operator", Some(problem_word(*problem).to_owned())),
        Verdict::Other(words) => ("other", Some(words.clone())),
        Verdict::Refused(words) => ("refused", Some(words.clone())),
    }
}

/// The words by which operator's problems are stored.
const OPERATOR_PROBLEMS: [(OperatorProblem, &str); 14] = [
    (OperatorProblem::Signature, "signature"),
    (OperatorProblem::Credentials, "credentials"),
    (OperatorProblem::AddressNotListed, "address"),
    (OperatorProblem::NotVerified, "not-verified"),
    (OperatorProblem::AccountType, "account-type"),
    (OperatorProblem::AccountBlocked, "blocked"),
    (OperatorProblem::AccountData, "account-data"),
    (OperatorProblem::Clock, "clock"),
    (OperatorProblem::Token, "token"),
    (OperatorProblem::Request, "request"),
    (OperatorProblem::NoApi, "no-api"),
    (OperatorProblem::Forbidden, "forbidden"),
    (OperatorProblem::Throttled, "throttled"),
    (OperatorProblem::Unreadable, "unreadable"),
];

fn problem_word(problem: OperatorProblem) -> &'static str {
    OPERATOR_PROBLEMS.iter().find(|(known, _)| *known == problem).map_or("other", |(_, word)| word)
}

/// A text without control characters, cut to a bounded length.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT_LEN).collect()
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
