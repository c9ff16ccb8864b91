//! A record as bytes: one byte for the version, then JSON with names of one letter.
//!
//! The JSON mirrors the record as it is *stored*, apart from the types in memory: those may be renamed and grow as
//! they like. A later build reads what this one wrote; fields that a build does not know are passed over, and a
//! verdict that it does not know is shown in the words it was written with. The chat is in the key, not in here.
//! The short names are for the disk: a record takes some 150 bytes.

use chrono::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::value::{
    ChatId, Customer, CustomerName, CustomerNumber, OperatorProblem, Outcome, Provider, Reference, ResponseCode,
    Rupiah, UserId, Verdict,
};

use super::{Record, Seq};

/// The version that this build writes, of records and of the journal's entries alike, and the newest that it reads.
const VERSION: u8 = 1;

/// The longest free text that is read back, in characters.
const LONGEST_TEXT: usize = 300;

/// Why bytes are not a record. The texts hold nothing of what is in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// No bytes at all.
    #[error("the record is empty; restore a backup if it matters")]
    Empty,
    /// The first byte is not a version that this build knows.
    #[error("the record has version {0}, this build reads up to {VERSION}; install the newer ceknomor again")]
    Version(u8),
    /// What follows the version is not the JSON of a record.
    #[error("the record is damaged ({0} at byte {1}); restore a backup if it matters")]
    Json(&'static str, usize),
    /// A field holds what it cannot hold.
    #[error("the record is damaged (its {0}); restore a backup if it matters")]
    Field(&'static str),
}

/// A record as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Milliseconds since 1970, UTC.
    #[serde(rename = "t")]
    at: i64,
    #[serde(rename = "u")]
    agent: u64,
    #[serde(rename = "p")]
    product: String,
    #[serde(rename = "b")]
    provider: String,
    #[serde(rename = "n")]
    number: String,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    nominal: Option<u64>,
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
    total: Option<u64>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// A UUID without its hyphens.
    #[serde(rename = "r")]
    reference: String,
}

/// The bytes of `record`.
pub(super) fn encode(record: &Record) -> Vec<u8> {
    write_json(&Stored::from(record))
}

/// The record of `chat` that `bytes` are.
///
/// # Errors
/// They are not a record, or one that only a later build can read.
pub(super) fn decode(chat: ChatId, bytes: &[u8]) -> Result<Record, Unreadable> {
    read_json::<Stored>(bytes)?.into_record(chat)
}

/// Reads what may be damaged: says so in the log, by its place alone, and gives nothing.
pub(super) fn decode_or_log(chat: ChatId, seq: Seq, bytes: &[u8]) -> Option<Record> {
    let record = decode(chat, bytes);
    if let Err(error) = &record {
        tracing::error!(chat = chat.0, seq = seq.0, %error, "a record cannot be read: passed over");
    }
    record.ok()
}

/// The version, then `stored` as JSON.
pub(super) fn write_json(stored: &impl Serialize) -> Vec<u8> {
    // Plain fields: there is nothing in them that serde_json could refuse.
    let json = serde_json::to_vec(stored).unwrap_or_default();
    let mut bytes = Vec::with_capacity(json.len() + 1);
    bytes.push(VERSION);
    bytes.extend(json);
    bytes
}

/// What [`write_json`] wrote.
pub(super) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    let (&version, json) = bytes.split_first().ok_or(Unreadable::Empty)?;
    if version != VERSION {
        return Err(Unreadable::Version(version));
    }
    serde_json::from_slice(json).map_err(|error| without_values(&error))
}

/// What is wrong with JSON, without the values that serde_json puts into its texts: they are personal.
fn without_values(error: &serde_json::Error) -> Unreadable {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or of a wrong type",
        serde_json::error::Category::Eof => "it is cut off",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    Unreadable::Json(what, error.column())
}

impl From<&Record> for Stored {
    fn from(record: &Record) -> Self {
        let outcome = &record.outcome;
        let (verdict, detail) = write_verdict(&outcome.verdict);
        let customer = match &outcome.verdict {
            Verdict::Found(customer) => customer.clone(),
            _ => Customer::default(),
        };
        Self {
            at: record.at.timestamp_millis(),
            agent: record.agent.0,
            product: record.product.clone(),
            provider: record.provider.name().to_owned(),
            number: record.number.as_str().to_owned(),
            nominal: record.nominal.map(|Rupiah(nominal)| nominal),
            verdict: verdict.to_owned(),
            detail,
            name: customer.name.map(|name| name.as_str().to_owned()),
            power: customer.power,
            total: customer.total.map(|Rupiah(total)| total),
            code: outcome.code.as_ref().map(|code| code.as_str().to_owned()),
            reference: outcome.reference.to_string().replace('-', ""),
        }
    }
}

impl Stored {
    /// Makes values of the fields, each checked anew: the disk is an outside too.
    fn into_record(self, chat: ChatId) -> Result<Record, Unreadable> {
        let code = self.code.as_deref().map(|code| ResponseCode::new(code).ok_or(Unreadable::Field("code")));
        Ok(Record {
            at: DateTime::from_timestamp_millis(self.at).ok_or(Unreadable::Field("time"))?,
            chat,
            agent: UserId(self.agent),
            product: readable(&self.product),
            provider: Provider::from_name(&self.provider).ok_or(Unreadable::Field("provider"))?,
            number: CustomerNumber::from_record(&self.number).ok_or(Unreadable::Field("number"))?,
            nominal: self.nominal.map(Rupiah),
            outcome: Outcome {
                code: code.transpose()?,
                reference: Reference::parse(&self.reference).ok_or(Unreadable::Field("reference"))?,
                verdict: self.read_verdict(),
            },
        })
    }

    fn read_verdict(&self) -> Verdict {
        match self.verdict.as_str() {
            "found" => Verdict::Found(Customer {
                name: self.name.as_deref().and_then(CustomerName::new),
                power: self.power.as_deref().map(readable),
                total: self.total.map(Rupiah),
            }),
            "not-found" => Verdict::NotFound,
            "too-small" => Verdict::AmountTooSmall,
            "unavailable" => Verdict::ProductUnavailable,
            "down" => Verdict::ProviderDown,
            "no-answer" => Verdict::NoAnswer,
            "operator" => self.operator_problem().map_or_else(|| self.unknown_verdict(), Verdict::Operator),
            "other" => Verdict::Other(readable(self.detail.as_deref().unwrap_or_default())),
            _ => self.unknown_verdict(),
        }
    }

    fn operator_problem(&self) -> Option<OperatorProblem> {
        let word = self.detail.as_deref()?;
        OPERATOR_PROBLEMS.iter().find(|(_, name)| *name == word).map(|(problem, _)| *problem)
    }

    /// A verdict of a later build, in the words that it was written with.
    fn unknown_verdict(&self) -> Verdict {
        Verdict::Other(readable(self.detail.as_deref().unwrap_or(&self.verdict)))
    }
}

/// The word of a verdict's kind, and what goes with it.
fn write_verdict(verdict: &Verdict) -> (&'static str, Option<String>) {
    match verdict {
        Verdict::Found(_) => ("found", None),
        Verdict::NotFound => ("not-found", None),
        Verdict::AmountTooSmall => ("too-small", None),
        Verdict::ProductUnavailable => ("unavailable", None),
        Verdict::ProviderDown => ("down", None),
        Verdict::NoAnswer => ("no-answer", None),
        Verdict::Operator(problem) => ("operator", Some(problem_word(*problem).to_owned())),
        Verdict::Other(words) => ("other", Some(words.clone())),
    }
}

/// The words by which operator's problems are stored.
const OPERATOR_PROBLEMS: [(OperatorProblem, &str); 11] = [
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
];

fn problem_word(problem: OperatorProblem) -> &'static str {
    OPERATOR_PROBLEMS.iter().find(|(known, _)| *known == problem).map_or("other", |(_, word)| word)
}

/// A text without control characters, cut to a bounded length.
pub(super) fn readable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
