//! Rows whose value is JSON.

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

use super::{Error, KeyValue, Row, RowKind};

impl Row {
    /// A row with a value as JSON: one of plain fields alone, since there is none of those that JSON cannot hold.
    pub fn json(kind: RowKind, key: String, value: &impl Serialize, expires: Option<DateTime<Utc>>) -> Self {
        Self { kind, key, value: serde_json::to_string(value).unwrap_or_default(), expires }
    }

    /// The value; `None` where this build cannot read it.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.value).ok()
    }
}

impl dyn KeyValue + '_ {
    /// The value of a row that is JSON; `None` where there is none at `now`, or this build cannot read it.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        kind: RowKind,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<T>, Error> {
        Ok(self.get(kind, key, now).await?.and_then(|value| serde_json::from_str(&value).ok()))
    }
}
