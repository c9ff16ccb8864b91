//! What `/audit` looks for.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::super::dates::{self, Day};
use crate::{
    store::AuditFilter,
    value::{ChatId, UserId},
};

/// The greatest id that Telegram gives: 52 significant bits (Bot API, `User.id`).
const MAX_ID: i64 = 1 << 52;

/// Which entries are looked for. A person's id is above zero, a group's below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Of this person, or in this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// On this day (WIB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
}

impl AuditQuery {
    /// Reads what stands behind `/audit`: an id, a day, both or nothing; `None` for anything else.
    pub(in super::super) fn read(text: &str, now: DateTime<Utc>) -> Option<Self> {
        let text = text.to_lowercase().replace("hari ini", "hariini");
        let mut query = Self::default();
        for word in text.split_whitespace() {
            let day = match word {
                "hariini" | "today" => Some(Day::Today),
                "kemarin" | "yesterday" => Some(Day::Yesterday),
                word => Day::parse(word),
            };
            match day {
                Some(day) => query.day = Some(day.on(now)?),
                None => query.id = Some(word.parse().ok().filter(|id: &i64| *id != 0 && id.abs() < MAX_ID)?),
            }
        }
        Some(query)
    }

    pub(super) fn filter(self) -> AuditFilter {
        let next = self.day.and_then(|day| day.succ_opt());
        AuditFilter {
            user: self.id.and_then(|id| u64::try_from(id).ok()).map(UserId),
            chat: self.id.filter(|id| *id < 0).map(ChatId),
            from: self.day.map(dates::start),
            until: next.map(dates::start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_a_day_are_read_in_any_order() {
        let now = "2026-11-22T07:05:00Z".parse().unwrap();
        let (today, before): (NaiveDate, NaiveDate) = ("2026-11-22".parse().unwrap(), "2026-11-01".parse().unwrap());
        for (text, id, day) in [
            ("", None, None),
            ("42", Some(42), None),
            ("-1001234567890", Some(-1_001_234_567_890), None),
            ("Hari ini", None, Some(today)),
            ("42 hari ini", Some(42), Some(today)),
            ("1/11 42", Some(42), Some(before)),
        ] {
            assert_eq!(AuditQuery::read(text, now), Some(AuditQuery { id, day }), "{text}");
        }
        for text in ["budi", "0", "99999999999999999", "42 budi", "31/2"] {
            assert_eq!(AuditQuery::read(text, now), None, "{text}");
        }
    }
}
