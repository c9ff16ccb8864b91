//! What `/riwayat` is asked to look for: read once from what was typed, kept while its pages are turned.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    action::SearchId,
    alias::may_hold_pin,
    dates::{self, Day},
};
use crate::{
    catalog::Catalog,
    inquiry::parse::{Check, Parsed, parse},
    store::{self, KeyValue, Row, RowKind, Search},
    value::{ChatId, Provider, UserId},
};

/// The shortest run of digits that is searched for.
const MIN_DIGITS: usize = 3;

/// The longest run: no customer's number is longer.
const MAX_DIGITS: usize = 20;

/// The longest name that is searched for, in characters.
const MAX_NAME_LEN: usize = 30;

/// How long the buttons under a page know what was searched for.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// Words that say nothing of what is looked for.
const IDLE: [&str; 13] =
    ["pin", "no", "nomor", "nama", "an", "atas", "cek", "tgl", "tanggal", "di", "dari", "number", "the"];

/// What is looked for; a check fits when every part fits. It holds no PIN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// A product's code, or its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<Provider>,
    /// A part of the customer's number, or an agent's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<String>,
    /// A part of the customer's name, or an agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<Day>,
    /// Whether digits were looked for that stand in no number: then no check fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fits_nothing: bool,
    /// Who asked: known once the names were looked through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<UserId>,
}

impl Wanted {
    /// Reads what stands behind `/riwayat`, and tells whether a PIN was shown, which is left out.
    pub(super) fn read(text: &str, catalog: &Catalog) -> (Self, bool) {
        let Parsed { request, pin_seen, .. } = parse(text, catalog);
        if let Ok(request) = request {
            let (product, digits) = (request.product.code.to_string(), request.number.as_str().to_owned());
            return (Self { product: Some(product), digits: Some(digits), ..Self::default() }, pin_seen);
        }
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches([',', ';', '?', '!'])).collect();
        let (mut wanted, mut name, mut words) = (Self::default(), Vec::new(), words.as_slice());
        while let [word, rest @ ..] = words {
            words = rest;
            match (*word, rest) {
                ("hari", ["ini", rest @ ..]) => (wanted.day, words) = (Some(Day::Today), rest),
                ("today" | "hariini", _) => wanted.day = Some(Day::Today),
                ("kemarin" | "kmrn" | "kemaren" | "yesterday", _) => wanted.day = Some(Day::Yesterday),
                (number, [word, rest @ ..]) if day_of_month(number, word).is_some() => {
                    wanted.day = day_of_month(number, word);
                    words = rest;
                    // `22 nov 2026`.
                    if let (Some(year), Some(day)) = (rest.first().and_then(|word| dates::read_year(word)), wanted.day)
                        && let Some(date) = with_year(day, year)
                    {
                        wanted.day = Some(Day::Date(date));
                        words = words.get(1..).unwrap_or_default();
                    }
                }
                (word, _) if Day::parse(word).is_some() => wanted.day = Day::parse(word),
                (word, _) => wanted.take(word, catalog, pin_seen, &mut name),
            }
        }
        let name: String = name.join(" ").chars().take(MAX_NAME_LEN).collect();
        wanted.name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        (wanted, pin_seen)
    }

    /// Takes a word that is no day: a product, a provider, digits, or a part of a name.
    fn take<'a>(&mut self, word: &'a str, catalog: &Catalog, pin_seen: bool, name: &mut Vec<&'a str>) {
        if !word.chars().any(char::is_alphabetic) {
            // `0817-345-544` is one number; but beside a PIN, which may stand behind a `.`, each run is one of its own.
            let whole: String = word.chars().filter(char::is_ascii_digit).collect();
            let runs: Vec<&str> =
                if pin_seen { word.split(|c: char| !c.is_ascii_digit()).collect() } else { vec![&whole] };
            for run in runs {
                let run = run.strip_prefix("62").filter(|rest| rest.len() >= 9 && rest.starts_with('8')).unwrap_or(run);
                let is_kept = (MIN_DIGITS..=MAX_DIGITS).contains(&run.len()) && !(pin_seen && may_hold_pin(run));
                if is_kept && self.digits.as_ref().is_none_or(|before| before.len() < run.len()) {
                    self.digits = Some(run.to_owned());
                }
            }
            return;
        }
        for part in word.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|part| !part.is_empty()) {
            if part.bytes().all(|b| b.is_ascii_digit()) {
                self.take(part, catalog, pin_seen, name);
            } else if let Some(provider) = provider_of(part) {
                self.provider = Some(provider);
            } else if catalog.get(part).is_some() || part.contains(|c: char| c.is_ascii_digit()) {
                // A code that is sold no more has digits, as no name has.
                let is_code = part.len() <= MAX_DIGITS && !(may_hold_pin(part) && catalog.get(part).is_none());
                self.product = Some(part.to_uppercase()).filter(|_| is_code).or(self.product.take());
            } else if !IDLE.contains(&part) {
                name.push(part);
            }
        }
    }

    /// Whether the digits that are looked for may be a PIN.
    pub(super) fn may_hold_pin(&self) -> bool {
        self.digits.as_deref().is_some_and(may_hold_pin)
    }

    /// The same without its digits, which stand in no number.
    pub(super) fn without_digits(self) -> Self {
        Self { digits: None, fits_nothing: true, ..self }
    }

    /// For the store: the digits, whatever else is looked for.
    pub(super) fn digits_alone(&self) -> Search {
        Search { digits: self.digits.clone(), ..Search::default() }
    }

    /// What an agent would have as an id.
    pub(super) fn agents_id(&self) -> Option<&str> {
        self.digits.as_deref()
    }

    /// Whether it is known that no check fits.
    pub(super) fn fits_nothing(&self) -> bool {
        self.fits_nothing
    }

    /// Whether nothing is looked for in particular.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same with its day as it is when it was said at `asked`, so that it stays that day.
    pub(super) fn on(self, asked: DateTime<Utc>) -> Self {
        Self { day: self.day.map(|day| day.on(asked).map_or(day, Day::Date)), ..self }
    }

    /// What an agent would be called or have as an id, where it may be one.
    pub(super) fn agents_name(&self) -> Option<&str> {
        self.name.as_deref().or(self.digits.as_deref()).filter(|_| self.agent.is_none())
    }

    /// The same of one agent's checks, by whose name or id it was meant.
    pub(super) fn of_agent(&self, agent: UserId) -> Self {
        let (name, digits) = match &self.name {
            Some(_) => (None, self.digits.clone()),
            None => (None, None),
        };
        Self { name, digits, agent: Some(agent), ..self.clone() }
    }

    /// The same for the store.
    pub(super) fn search(&self, asked: DateTime<Utc>) -> Search {
        let day = self.date(asked);
        Search {
            product: self.product.clone(),
            provider: self.provider,
            name: self.name.clone(),
            digits: self.digits.clone(),
            from: day.map(dates::start),
            until: day.and_then(|day| day.checked_add_days(Days::new(1))).map(dates::start),
            agent: self.agent,
            among: None,
        }
    }

    /// Whether a check that was asked for at `at` and has no outcome yet fits.
    pub(super) fn fits(&self, check: &Check, provider: Option<Provider>, agent: UserId, at: DateTime<Utc>) -> bool {
        !self.fits_nothing
            && self.name.is_none()
            && self.product.as_ref().is_none_or(|code| check.code.as_str().starts_with(code))
            && self.provider.is_none_or(|wanted| provider == Some(wanted))
            && self.digits.as_ref().is_none_or(|digits| check.number.as_str().contains(digits))
            && self.agent.is_none_or(|wanted| wanted == agent)
            && self.date(at).is_none_or(|day| day == dates::today(at))
    }

    fn date(&self, asked: DateTime<Utc>) -> Option<NaiveDate> {
        self.day?.on(asked)
    }

    /// Keeps it for the buttons of `owner` in a chat; the same search is kept once.
    pub(super) async fn keep(
        &self,
        rows: &dyn KeyValue,
        chat: ChatId,
        owner: UserId,
        now: DateTime<Utc>,
    ) -> Result<SearchId, store::Error> {
        let mut row = Row::json(RowKind::HistorySearch, String::new(), self, now.checked_add_signed(KEPT_FOR));
        let hash = Sha256::digest(&row.value);
        let id = SearchId(hash.iter().take(4).fold(0, |id, byte| id << 8 | u32::from(*byte)));
        row.key = key(chat, owner, id);
        rows.put(row).await?;
        Ok(id)
    }

    /// What was kept; `None` where it is too long ago.
    pub(super) async fn kept(
        rows: &dyn KeyValue,
        chat: ChatId,
        owner: UserId,
        id: SearchId,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, store::Error> {
        rows.get_json(RowKind::HistorySearch, &key(chat, owner, id), now).await
    }
}

fn key(chat: ChatId, owner: UserId, id: SearchId) -> String {
    format!("{chat}:{owner}:{id}")
}

/// `22 nov`.
fn day_of_month(number: &str, word: &str) -> Option<Day> {
    Day::of_year(number.parse().ok().filter(|_| number.len() <= 2)?, dates::month(word)?)
}

fn with_year(day: Day, year: i32) -> Option<NaiveDate> {
    let Day::OfYear { day, month } = day else { return None };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The provider of a name, or of what agents call no other.
fn provider_of(word: &str) -> Option<Provider> {
    let called = |provider: &Provider| provider.nicknames().contains(&word);
    let mut nicknamed = Provider::ALL.into_iter().filter(called);
    let one = nicknamed.next().filter(|_| nicknamed.next().is_none());
    Provider::from_name(word).or(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Wanted, bool) {
        Wanted::read(text, &Catalog::load(None).unwrap())
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn each_part_is_read_as_it_is_typed() {
        let none = Wanted::default();
        let of_year = Some(Day::OfYear { day: 22, month: 11 });
        for (typed, expected) in [
            ("", none.clone()),
            ("pln", Wanted { provider: Some(Provider::Pln), ..none.clone() }),
            ("Listrik", Wanted { provider: Some(Provider::Pln), ..none.clone() }),
            ("pln20", Wanted { product: some("PLN20"), ..none.clone() }),
            ("dnopen", Wanted { product: some("DNOPEN"), ..none.clone() }),
            ("111", Wanted { digits: some("111"), ..none.clone() }),
            ("11", none.clone()),
            ("0817-345-544", Wanted { digits: some("0817345544"), ..none.clone() }),
            ("+62 817345544", Wanted { digits: some("817345544"), ..none.clone() }),
            ("+62817345544", Wanted { digits: some("817345544"), ..none.clone() }),
            ("Siti Aminah", Wanted { name: some("siti aminah"), ..none.clone() }),
            ("hari ini", Wanted { day: Some(Day::Today), ..none.clone() }),
            ("kemarin", Wanted { day: Some(Day::Yesterday), ..none.clone() }),
            ("22/11", Wanted { day: of_year, ..none.clone() }),
            ("22 nov", Wanted { day: of_year, ..none.clone() }),
            ("22 nov 2025", Wanted { day: Some(Day::Date("2025-11-22".parse().unwrap())), ..none.clone() }),
            ("PLN20 01105691111", Wanted { product: some("PLN20"), digits: some("01105691111"), ..none.clone() }),
            (
                "ovo siti kemarin 0817",
                Wanted {
                    provider: Some(Provider::Ovo),
                    name: some("siti"),
                    day: Some(Day::Yesterday),
                    digits: some("0817"),
                    ..none
                },
            ),
        ] {
            assert_eq!(read(typed), (expected, false), "{typed:?}");
        }
    }

    #[test]
    fn a_pin_is_left_out_and_told_of() {
        for typed in [
            "PLN20 01105691111 2468",
            "PLN20.01105691111.2468",
            "pln20.01105691111.2468 kemarin",
            "pin 2468",
            "pin: 2468",
            "budi pin2468",
            "01105691111 pin 2468 kemarin",
        ] {
            let (wanted, pin_seen) = read(typed);
            let kept = serde_json::to_string(&wanted).unwrap();
            assert!(pin_seen && !kept.contains("2468"), "{typed:?}: {kept} {pin_seen}");
        }
    }
}
