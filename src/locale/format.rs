//! How times and PLN's power are written.

use std::time::Duration;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};

use super::Words;
use crate::{clock::WIB, say, value::Language};

/// `14:05`, in WIB.
pub fn hour(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&WIB);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:05 WIB`.
pub fn time(at: DateTime<Utc>) -> String {
    format!("{} WIB", hour(at))
}

/// `14:05 WIB`, or with the day before it where that is not today's.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, words: Words<'_>) -> String {
    let day = |at: DateTime<Utc>| at.with_timezone(&WIB).date_naive();
    if day(at) == day(now) { time(at) } else { format!("{}, {}", date(at, words), time(at)) }
}

/// `22 Nov 2026`, the day in WIB, the month in the language of `words`.
pub fn date(at: DateTime<Utc>, words: Words<'_>) -> String {
    let at = at.with_timezone(&WIB);
    format!("{} {} {}", at.day(), month(&at, words).plain(), at.year())
}

/// `Nov 2026`, the month in WIB, in the language of `words`.
pub fn month_and_year(at: DateTime<Utc>, words: Words<'_>) -> String {
    let at = at.with_timezone(&WIB);
    format!("{} {}", month(&at, words).plain(), at.year())
}

fn month(at: &DateTime<FixedOffset>, words: Words<'_>) -> super::Html {
    match at.month() {
        1 => say!(words, "month-1"),
        2 => say!(words, "month-2"),
        3 => say!(words, "month-3"),
        4 => say!(words, "month-4"),
        5 => say!(words, "month-5"),
        6 => say!(words, "month-6"),
        7 => say!(words, "month-7"),
        8 => say!(words, "month-8"),
        9 => say!(words, "month-9"),
        10 => say!(words, "month-10"),
        11 => say!(words, "month-11"),
        _ => say!(words, "month-12"),
    }
}

/// A span in seconds, to a tenth: `1,4` in Indonesian, `1.4` in English. A shorter one is `<0,1`.
pub fn seconds(span: Duration, words: Words<'_>) -> String {
    let tenths = match span.as_secs_f64() {
        seconds if seconds < 0.1 => "<0.1".to_owned(),
        seconds => format!("{seconds:.1}"),
    };
    match words.language() {
        Language::Id => tenths.replace('.', ","),
        Language::En => tenths,
    }
}

/// PLN's tariff and power as agents know it: `R1 /000001300` becomes `R1/1300VA`. What has another shape stays as it
/// came.
pub fn power(raw: &str) -> String {
    tidy_power(raw).unwrap_or_else(|| raw.to_owned())
}

fn tidy_power(raw: &str) -> Option<String> {
    let (tariff, power) = raw.split_once('/')?;
    let power = power.trim();
    let digits = power.strip_suffix("VA").unwrap_or(power).trim().trim_start_matches('0');
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("{}/{digits}VA", tariff.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    #[test]
    fn times_are_in_wib() {
        let at = "2026-08-21T18:05:59Z".parse().unwrap();
        let locale = Locale::new().unwrap();
        assert_eq!(time(at), "01:05 WIB");
        assert_eq!(date(at, locale.words(Language::Id)), "22 Agu 2026");
        assert_eq!(date(at, locale.words(Language::En)), "22 Aug 2026");
    }

    #[test]
    fn every_month_has_its_name() {
        let locale = Locale::new().unwrap();
        let names = |language| {
            let first_days = (1..=12).map(|month| format!("2026-{month:02}-01T00:00:00Z").parse().unwrap());
            let names = first_days.map(|day| date(day, locale.words(language)).replace("1 ", "").replace(" 2026", ""));
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(Language::Id), "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des");
        assert_eq!(names(Language::En), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
    }

    #[test]
    fn spans_have_the_languages_own_decimals() {
        let locale = Locale::new().unwrap();
        let written = |millis, language| seconds(Duration::from_millis(millis), locale.words(language));
        assert_eq!(written(1440, Language::Id), "1,4");
        assert_eq!(written(1440, Language::En), "1.4");
        assert_eq!(written(12, Language::Id), "<0,1");
    }

    #[test]
    fn power_is_written_as_agents_know_it() {
        let written = ["R1 /000001300", "R1/2200VA", "R1M / 900 VA", "B2", "R1/", "R1 /abc"].map(power);
        assert_eq!(written, ["R1/1300VA", "R1/2200VA", "R1M/900VA", "B2", "R1/", "R1 /abc"]);
    }
}
