//! One question of an agent's, and what counts as its answer.

use rand::{Rng, rngs::StdRng};

use crate::telegram::Reply;

/// Products of the sandbox with the names that head their answers, and how the numbers for each begin. With 99 endings
/// and 4 products no two of 396 checks in a row ask for the same, and far fewer are ever open.
const PRODUCTS: [(&str, &str, &str); 4] = [
    ("PLN20", "PLN 20.000", "00000000"),
    ("OVO10", "OVO 10.000", "081000000"),
    ("GOPAY10", "GoPay 10.000", "081000000"),
    ("DN1", "DANA 1.000", "081000000"),
];

/// The sandbox's customers by the ending of their numbers, from 001; the others are the first one's.
const NAMES: [&str; 5] = ["BUDI CONTOH", "SITI MISALNYA", "WARUNG PERCOBAAN", "AGUS UMPAMA", "DEWI PURA-PURA"];

/// The ending for which the provider is down every other time: the customer is found all the same.
const EVERY_OTHER_TIME: usize = 507;

/// The ending that the provider does not know.
const UNKNOWN: usize = 404;

/// What an answer that comes late after a long outage of the bot begins with.
const APOLOGY: &str = "🙏 Maaf, jawaban ini terlambat.\n";

/// One question: what it asked, and every answer that came to it.
pub(super) struct Question {
    pub(super) agent: usize,
    /// How it is typed.
    pub(super) line: String,
    kind: Kind,
    /// The messages that answer it, in the order in which they came.
    pub(super) answers: Vec<Reply>,
}

enum Kind {
    Check {
        /// Product and number, as a history shows them.
        entry: String,
        number: String,
        /// The first lines of the right answer.
        beginning: String,
    },
    History,
}

/// What a text is to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The right answer.
    Answer,
    /// A page of history: it is the right one if it is of the right chat.
    History,
    /// That there is no answer yet.
    Notice,
    /// Another's answer, or none.
    Wrong,
}

/// What a PIN looks like behind a number.
const PIN: &str = ".9317";

impl Question {
    /// The question with this number.
    pub(super) fn any(agent: usize, count: usize, random: &mut StdRng) -> Self {
        if random.gen_ratio(1, 12) {
            return Self { agent, line: "/riwayat".to_owned(), kind: Kind::History, answers: Vec::new() };
        }
        let (code, product, start) = PRODUCTS[count % PRODUCTS.len()];
        let ending = match random.gen_range(0..30) {
            0 => UNKNOWN,
            1 => EVERY_OTHER_TIME,
            _ => 1 + count % 99,
        };
        let name = NAMES.get(ending - 1).unwrap_or(&NAMES[0]);
        let beginning = match ending {
            UNKNOWN => "❌ Nomor ".to_owned(),
            _ => format!("✅ {product}\n{name}\n"),
        };
        let number = format!("{start}{ending:03}");
        let entry = format!("{code} {number}");
        // A PIN costs a call more, between the answer and its note: the message is deleted, where the bot may.
        let line = if random.gen_ratio(1, 12) { format!("/cek {code}.{number}{PIN}") } else { format!("/cek {entry}") };
        Self { agent, line, kind: Kind::Check { entry, number, beginning }, answers: Vec::new() }
    }

    /// What a text that is meant for this question is to it.
    pub(super) fn hear(&self, text: &str) -> Heard {
        let text = text.strip_prefix(APOLOGY).unwrap_or(text);
        match &self.kind {
            Kind::History if text.starts_with("Riwayat cek\n") || text.starts_with("Belum ada cek") => Heard::History,
            Kind::Check { number, .. } if !text.contains(number.as_str()) => Heard::Wrong,
            Kind::Check { beginning, .. } if text.starts_with(beginning.as_str()) => Heard::Answer,
            Kind::Check { .. } if text.starts_with("⏳ ") && text.contains("/batal") => Heard::Notice,
            _ => Heard::Wrong,
        }
    }

    /// What stands for it in its chat's history.
    pub(super) fn entry(&self) -> Option<&str> {
        match &self.kind {
            Kind::Check { entry, .. } => Some(entry),
            Kind::History => None,
        }
    }
}
