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

impl Setting {
    /// Reads what stands behind `/atur`; `None` where it is no choice.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let (what, choice) = match words.as_slice() {
            ["riwayat", "disimpan", choice, ..] => ("simpan", *choice),
            ["riwayat", "dilihat", choice, ..] => ("lihat", *choice),
            [what, choice, ..] => (*what, *choice),
            _ => return None,
        };
        match (what, choice) {
            ("nama" | "name" | "names", "lengkap" | "penuh" | "whole" | "full") => Some(Self::Names(NamesShown::Whole)),
            ("nama" | "name" | "names", "samar" | "disamarkan" | "samarkan" | "masked") => {
                Some(Self::Names(NamesShown::Masked))
            }
            ("nama" | "name" | "names", "penanya" | "hanya" | "asker" | "only") => Some(Self::Names(NamesShown::Asker)),
            ("lihat" | "dilihat" | "see", "sendiri" | "own") => Some(Self::OwnOnly(true)),
            ("lihat" | "dilihat" | "see", "semua" | "all") => Some(Self::OwnOnly(false)),
            ("simpan" | "disimpan" | "keep", "operator" | "bawaan" | "default") => Some(Self::Days(None)),
            ("simpan" | "disimpan" | "keep", days) => {
                days.parse().ok().filter(|days| DAYS.contains(days)).map(|days| Self::Days(Some(days)))
            }
            _ => None,
        }
    }

    /// As a button carries it.
    pub(super) fn encode(self) -> String {
        match self {
            Self::Names(NamesShown::Whole) => "n:w".to_owned(),
            Self::Names(NamesShown::Masked) => "n:m".to_owned(),
            Self::Names(NamesShown::Asker) => "n:a".to_owned(),
            Self::Days(days) => format!("d:{}", days.unwrap_or_default()),
            Self::OwnOnly(own_only) => format!("o:{}", u8::from(own_only)),
        }
    }

    /// What a button carries.
    pub(super) fn decode(what: &str, choice: &str) -> Option<Self> {
        Some(match (what, choice) {
            ("n", "w") => Self::Names(NamesShown::Whole),
            ("n", "m") => Self::Names(NamesShown::Masked),
            ("n", "a") => Self::Names(NamesShown::Asker),
            ("d", "0") => Self::Days(None),
            ("d", days) => Self::Days(Some(days.parse().ok().filter(|days| DAYS.contains(days))?)),
            ("o", "0") => Self::OwnOnly(false),
            ("o", "1") => Self::OwnOnly(true),
            _ => return None,
        })
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
