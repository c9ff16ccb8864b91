//! One choice of a chat about its customers' data, as `/atur` reads it and a button carries it: data.

use serde::{Deserialize, Serialize};

use crate::store::{ChatOptions, NamesShown};

/// For how many days a chat may choose to keep its checks.
pub(super) const DAYS: [u32; 4] = [7, 30, 90, 180];

/// One choice of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// How names are shown.
    Names(NamesShown),
    /// For how many days checks are kept; `None`: as long as the operator keeps all.
    Days(Option<u32>),
    /// Whether each sees their own checks alone.
    OwnOnly(bool),
}

/// What is typed for what a choice is about.
const NAMES: &[&str] = &["nama", "name", "names"];
const KEPT: &[&str] = &["simpan", "disimpan", "keep"];
const SEEN: &[&str] = &["lihat", "dilihat", "see"];

/// A choice, how a button carries it, and what is typed for it: what it is about, and what is chosen.
type Choice = (Setting, &'static str, &'static [&'static str], &'static [&'static str]);

/// All choices but those of days.
const CHOICES: [Choice; 6] = [
    (Setting::Names(NamesShown::Whole), "n:w", NAMES, &["lengkap", "penuh", "whole", "full"]),
    (Setting::Names(NamesShown::Masked), "n:m", NAMES, &["samar", "disamarkan", "samarkan", "masked"]),
    (Setting::Names(NamesShown::Asker), "n:a", NAMES, &["penanya", "hanya", "asker", "only"]),
    (Setting::Days(None), "d:0", KEPT, &["operator", "bawaan", "default"]),
    (Setting::OwnOnly(true), "o:1", SEEN, &["sendiri", "own"]),
    (Setting::OwnOnly(false), "o:0", SEEN, &["semua", "all"]),
];

impl Setting {
    /// Reads what stands behind `/atur`; `None` where it is no choice.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let (what, choice) = match words.as_slice() {
            ["riwayat", what @ ("disimpan" | "dilihat"), choice, ..] | [what, choice, ..] => (*what, *choice),
            _ => return None,
        };
        let known = CHOICES.iter().find(|(_, _, about, chosen)| about.contains(&what) && chosen.contains(&choice));
        known.map(|(setting, ..)| *setting).or_else(|| days(choice).filter(|_| KEPT.contains(&what)))
    }

    /// As a button carries it.
    pub(super) fn encode(self) -> String {
        match (self, CHOICES.iter().find(|(setting, ..)| *setting == self)) {
            (Self::Days(Some(days)), _) => format!("d:{days}"),
            (_, known) => known.map(|(_, data, ..)| *data).unwrap_or_default().to_owned(),
        }
    }

    /// What a button carries.
    pub(super) fn decode(what: &str, choice: &str) -> Option<Self> {
        let known = CHOICES.iter().find(|(_, data, ..)| data.split_once(':') == Some((what, choice)));
        known.map(|(setting, ..)| *setting).or_else(|| days(choice).filter(|_| what == "d"))
    }

    /// The options with this choice among them.
    pub(super) fn put_into(self, options: ChatOptions) -> ChatOptions {
        match self {
            Self::Names(names) => ChatOptions { names, ..options },
            Self::Days(keep_days) => ChatOptions { keep_days, ..options },
            Self::OwnOnly(own_only) => ChatOptions { own_only, ..options },
        }
    }

    /// Whether it has a meaning among others alone.
    pub(super) fn is_of_groups(self) -> bool {
        matches!(self, Self::Names(NamesShown::Asker) | Self::OwnOnly(_))
    }
}

/// So many days, where a chat may choose them.
fn days(text: &str) -> Option<Setting> {
    text.parse().ok().filter(|days| DAYS.contains(days)).map(|days| Setting::Days(Some(days)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_in_words() {
        for (text, expected) in [
            ("nama samar", Some(Setting::Names(NamesShown::Masked))),
            ("Nama Disamarkan", Some(Setting::Names(NamesShown::Masked))),
            ("nama lengkap", Some(Setting::Names(NamesShown::Whole))),
            ("nama hanya penanya", Some(Setting::Names(NamesShown::Asker))),
            ("simpan 30", Some(Setting::Days(Some(30)))),
            ("riwayat disimpan 7 hari", Some(Setting::Days(Some(7)))),
            ("simpan bawaan", Some(Setting::Days(None))),
            ("lihat sendiri", Some(Setting::OwnOnly(true))),
            ("riwayat dilihat semua", Some(Setting::OwnOnly(false))),
            ("simpan 31", None),
            ("simpan 4000000000", None),
            ("nama", None),
            ("", None),
        ] {
            assert_eq!(Setting::parse(text), expected, "{text}");
        }
    }
}
