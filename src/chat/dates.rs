//! Days and months as agents type them: `hari ini`, `kemarin`, `22/11`, `22 nov`, `november`, `11/2026`. All are of
//! WIB.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::clock::WIB;

/// The months as they are written, each in Indonesian and English.
const MONTHS: [&[&str]; 12] = [
    &["jan", "januari", "january"],
    &["feb", "februari", "pebruari", "february"],
    &["mar", "maret", "march"],
    &["apr", "april"],
    &["mei", "may"],
    &["jun", "juni", "june"],
    &["jul", "juli", "july"],
    &["agu", "ags", "agt", "agustus", "aug", "august"],
    &["sep", "sept", "september"],
    &["okt", "oktober", "oct", "october"],
    &["nov", "nop", "november", "nopember"],
    &["des", "desember", "dec", "december"],
];

/// A leap day comes again after eight years at the latest.
const LONGEST_AGO: i32 = 8;

/// A day, perhaps one that depends on when it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// `hari ini`.
    Today,
    /// `kemarin`.
    Yesterday,
    /// The latest such day.
    OfYear {
        /// From 1.
        day: u32,
        /// From 1.
        month: u32,
    },
    /// That one.
    Date(NaiveDate),
}

impl Day {
    /// Which day it is when it was said at `asked`; `None` where there is no such day.
    pub(super) fn on(self, asked: DateTime<Utc>) -> Option<NaiveDate> {
        let today = today(asked);
        match self {
            Self::Today => Some(today),
            Self::Yesterday => today.pred_opt(),
            Self::OfYear { day, month } => (0..=LONGEST_AGO)
                .filter_map(|ago| NaiveDate::from_ymd_opt(today.year() - ago, month, day))
                .find(|date| *date <= today),
            Self::Date(date) => Some(date),
        }
    }

    /// `22/11`, `22/11/2026`, `22-11`, `22.11.26`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
        let number = |text: &str| (text.len() <= 2).then(|| text.parse::<u32>().ok()).flatten();
        match parts.as_slice() {
            [day, month] => Self::of_year(number(day)?, number(month)?),
            [day, month, year] => {
                Some(Self::Date(NaiveDate::from_ymd_opt(read_year(year)?, number(month)?, number(day)?)?))
            }
            _ => None,
        }
    }

    /// A day and a month, where there is such a day in some year.
    pub(super) fn of_year(day: u32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self::OfYear { day, month })
    }
}

/// A month, perhaps one that depends on when it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Month {
    /// The present one.
    This,
    /// The one before.
    Last,
    /// The latest such month that has begun.
    OfYear(u32),
    /// That one, by its first day.
    Of(NaiveDate),
}

impl Month {
    /// The first day of the month and that of the next, when it was said at `asked`.
    pub(super) fn on(self, asked: DateTime<Utc>) -> Option<(NaiveDate, NaiveDate)> {
        let today = today(asked);
        let first = match self {
            Self::This => today.with_day(1),
            Self::Last => today.with_day(1)?.checked_sub_months(Months::new(1)),
            Self::OfYear(month) => {
                let ago = i32::from(month > today.month());
                NaiveDate::from_ymd_opt(today.year() - ago, month, 1)
            }
            Self::Of(first) => first.with_day(1),
        }?;
        Some((first, first.checked_add_months(Months::new(1))?))
    }

    /// Nothing, `bulan lalu`, `november`, `nov 2026`, `11`, `11/2026`; `None` where it is no month.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let number = |word: &str| word.parse().ok().filter(|month| (1..=12).contains(month));
        let month = |word: &str| month(word).or_else(|| number(word));
        match words.as_slice() {
            [] | ["bulan"] | ["bulan", "ini"] | ["this", "month"] => Some(Self::This),
            ["lalu"] | ["bulan", "lalu"] | ["last", "month"] => Some(Self::Last),
            [one] => Some(Self::OfYear(month(one)?)),
            [one, year] => Some(Self::Of(NaiveDate::from_ymd_opt(read_year(year)?, month(one)?, 1)?)),
            _ => None,
        }
    }
}

/// How far back a recap looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The day.
    Day,
    /// The day and the six before it.
    Week,
    /// The month.
    Month,
}

impl Period {
    /// Nothing, `hari`, `minggu`, `bulan`; `None` where it is no period.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let word = text.trim().trim_end_matches(" ini").trim_start_matches("this ");
        match word {
            "" | "hari" | "harian" | "today" | "day" => Some(Self::Day),
            "minggu" | "mingguan" | "pekan" | "week" => Some(Self::Week),
            "bulan" | "bulanan" | "month" => Some(Self::Month),
            _ => None,
        }
    }

    /// Its first day, and the first behind it.
    pub(super) fn days(self, asked: DateTime<Utc>) -> Option<(NaiveDate, NaiveDate)> {
        let today = today(asked);
        let first = match self {
            Self::Day => today,
            Self::Week => today.checked_sub_days(Days::new(6))?,
            Self::Month => return Month::This.on(asked),
        };
        Some((first, today.succ_opt()?))
    }
}

/// The month of a word.
pub(super) fn month(word: &str) -> Option<u32> {
    let place = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(place + 1).ok()
}

/// `2026`, `26`.
pub(super) fn read_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    match text.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

/// The day in WIB.
pub(super) fn today(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&WIB).date_naive()
}

/// When a day begins.
pub(super) fn start(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_hms_opt(0, 0, 0).and_then(|midnight| WIB.from_local_datetime(&midnight).single());
    midnight.map_or(DateTime::<Utc>::MIN_UTC, |midnight| midnight.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 23 November 2026, 00:30 in WIB: the 22nd in UTC.
    fn asked() -> DateTime<Utc> {
        "2026-11-22T17:30:00Z".parse().unwrap()
    }

    #[test]
    fn days_are_of_wib_and_never_ahead() {
        let on = |text| Day::parse(text).and_then(|day| day.on(asked()));
        assert_eq!(Day::Today.on(asked()), Some(day("2026-11-23")));
        assert_eq!(Day::Yesterday.on(asked()), Some(day("2026-11-22")));
        for (text, expected) in [
            ("22/11", "2026-11-22"),
            ("24/11", "2025-11-24"),
            ("1-2", "2026-02-01"),
            ("29/2", "2024-02-29"),
            ("22.11.2025", "2025-11-22"),
            ("22/11/25", "2025-11-22"),
        ] {
            assert_eq!(on(text), Some(day(expected)), "{text}");
        }
        for text in ["31/2", "0/1", "1/13", "22", "22/11/1", "0812-345", "a/b", "1/2/3/4"] {
            assert_eq!(on(text), None, "{text}");
        }
        assert_eq!(start(day("2026-11-23")).to_rfc3339(), "2026-11-22T17:00:00+00:00");
    }

    #[test]
    fn months_are_read_in_words_and_numbers() {
        let first = |text| Month::parse(text).and_then(|month| month.on(asked())).map(|(first, _)| first);
        for (text, expected) in [
            ("", "2026-11-01"),
            ("bulan lalu", "2026-10-01"),
            ("November", "2026-11-01"),
            ("des", "2025-12-01"),
            ("3", "2026-03-01"),
            ("11/2025", "2025-11-01"),
            ("agustus 25", "2025-08-01"),
        ] {
            assert_eq!(first(text), Some(day(expected)), "{text}");
        }
        for text in ["13", "0", "besok", "11/11/2026", "11 999"] {
            assert_eq!(first(text), None, "{text}");
        }
        let (_, next) = Month::parse("12/2026").unwrap().on(asked()).unwrap();
        assert_eq!(next, day("2027-01-01"));
    }
}
