//! The normal form of a name: what is left when titles, brands and ways of spelling are taken away.

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::words::Word;

/// The longest name that is compared, in characters, as written and as composed; no
/// [`CustomerName`](crate::value::CustomerName) is longer.
const MAX_CHARS: usize = 100;

/// The most words that are compared; the cost of pairing doubles with each.
const MAX_WORDS: usize = 12;

/// The fewest letters that say anything of whose name it is.
const MIN_LETTERS: usize = 3;

/// What wallets put before a name.
const BRANDS: [&str; 4] = ["OVO", "DNID", "DANA", "GOPAY"];

/// Titles and forms of address, which stand before a name and, in old lists, behind it.
const TITLES: [&str; 13] =
    ["HJ", "DR", "DRS", "IR", "BPK", "BAPAK", "IBU", "BU", "SDR", "SDRI", "TN", "NY", TITLE_OR_INITIAL];

/// *Haji* before a name; behind it a lone H is the initial of another.
const TITLE_OR_INITIAL: &str = "H";

/// Academic degrees, which stand behind a name. Before one, `ST` is *Siti*.
const DEGREES: [&str; 6] = ["ST", "SE", "SH", "SPD", "MPD", "MM"];

/// A name in its normal form.
pub(super) struct Name {
    /// The words, none twice.
    pub(super) words: Vec<Word>,
    /// What is digits alone, such as the 2 of a second meter: no part of the name, but names differ by it.
    pub(super) numbers: BTreeSet<String>,
}

impl Name {
    /// Reads a name; `None` when it is none, too long, or has too few visible letters.
    pub(super) fn read(raw: &str, is_wallet: bool) -> Option<Self> {
        let words = normal_words(raw, is_wallet)?;
        let (words, numbers): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|word| word.letters > 0 || word.is_masked());
        let letters: usize = words.iter().map(|word| word.letters).sum();
        let numbers = numbers.into_iter().map(|word| word.text).collect();
        (letters >= MIN_LETTERS).then_some(Self { words, numbers })
    }
}

/// The words of a name, titles and brands at the ends left out, usual differences of spelling made one.
pub(super) fn normal_words(raw: &str, is_wallet: bool) -> Option<Vec<Word>> {
    if raw.chars().count() > MAX_CHARS {
        return None;
    }
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(raw);
    let text = if is_wallet { hide_x(&composed) } else { composed.into_owned() };
    if text.chars().count() > MAX_CHARS {
        return None;
    }
    let mut words: Vec<Word> = Vec::new();
    for word in text.to_uppercase().split_whitespace().flat_map(split) {
        match words.iter_mut().find(|earlier| earlier.text == word.text) {
            Some(earlier) => earlier.letters = earlier.letters.max(word.letters),
            None => words.push(word),
        }
    }
    let goes_before = |word: &str| TITLES.contains(&word) || (is_wallet && BRANDS.contains(&word));
    let goes_behind = |word: &str| DEGREES.contains(&word) || (TITLES.contains(&word) && word != TITLE_OR_INITIAL);
    let before = words.iter().take_while(|word| goes_before(&word.text)).count();
    words.drain(..before);
    let behind = words.iter().rev().take_while(|word| goes_behind(&word.text)).count();
    words.truncate(words.len() - behind);
    (words.len() <= MAX_WORDS).then_some(words)
}

/// Writes each run of two or more lower-case x as a mask. A single one is a letter, as in `Alex`.
fn hide_x(name: &str) -> String {
    let mut hidden = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find("xx") {
        let (before, run) = rest.split_at(start);
        hidden.push_str(before);
        hidden.push('*');
        rest = run.trim_start_matches('x');
    }
    hidden + rest
}

/// Parts a written word at its punctuation, but for a degree: `S.Pd.` is one word, and `M.M.` not spelled as others.
fn split(written: &str) -> Vec<Word> {
    let is_punctuation = |c: char| !c.is_alphanumeric() && c != '*';
    let whole = written.replace(is_punctuation, "");
    if DEGREES.contains(&whole.as_str()) {
        return vec![Word { letters: whole.len(), text: whole }];
    }
    written.split(is_punctuation).filter(|part| !part.is_empty()).map(Word::new).collect()
}
