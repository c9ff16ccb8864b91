//! One word of a name, how it is spelled, and how two words compare.

/// The longest word in which a single mistake is allowed; longer ones may have two.
const ONE_MISTAKE: usize = 5;

/// The spellings of Muhammad, with doubled letters made one; the first stands for all.
const MUHAMMAD: [&str; 6] = ["MUHAMAD", "MOHAMAD", "MOCHAMAD", "MOCH", "MOH", "MUH"];

/// A word of a name in its normal form.
#[derive(Clone)]
pub(super) struct Word {
    /// Upper case, spelled as today, with one `*` for each hidden part.
    pub(super) text: String,
    /// How many letters were visible as it was written.
    pub(super) letters: usize,
}

impl Word {
    /// Reads a word in upper case, without punctuation, hidden parts as `*`.
    pub(super) fn new(written: &str) -> Self {
        let text = respell(written);
        let [muhammad, ..] = MUHAMMAD;
        let text = if MUHAMMAD.contains(&text.as_str()) { muhammad.to_owned() } else { text };
        Self { text, letters: written.chars().filter(|c| c.is_alphabetic()).count() }
    }

    pub(super) fn is_masked(&self) -> bool {
        self.text.contains('*')
    }

    /// Both words as one; `None` where a part is hidden, so that it is unknown where it ends.
    pub(super) fn joined_with(&self, next: &Self) -> Option<Self> {
        let is_masked = self.is_masked() || next.is_masked();
        let joined = || Self { text: respell(&(self.text.clone() + &next.text)), letters: self.letters + next.letters };
        (!is_masked).then(joined)
    }

    /// What is visible before the first hidden part.
    pub(super) fn start(&self) -> &str {
        self.text.split('*').next().unwrap_or_default()
    }

    /// The ways in which the word may have been spelled, where they are not made one letter by letter.
    fn spellings(&self) -> Vec<&str> {
        let [muhammad, ..] = MUHAMMAD;
        if self.text == muhammad { MUHAMMAD.to_vec() } else { vec![&self.text] }
    }
}

/// How many letters two words share, if they are the same as far as both are visible.
pub(super) fn agrees(one: &Word, other: &Word) -> Option<usize> {
    let agree = match (one.is_masked(), other.is_masked()) {
        (false, false) => one.text == other.text,
        (true, false) => fits(one, other),
        (false, true) => fits(other, one),
        (true, true) => one.start().starts_with(other.start()) || other.start().starts_with(one.start()),
    };
    agree.then_some(one.letters.min(other.letters))
}

/// How many letters two words share, if they agree, or one is the beginning of the other (an initial, or a word that
/// was cut) or its usual short form, or they differ by a typing mistake.
pub(super) fn resembles(one: &Word, other: &Word) -> Option<usize> {
    let is_siti = |short: &Word, long: &Word| (short.text.as_str(), long.text.as_str()) == ("ST", "SITI");
    let is_shortened = |short, long| begins(short, long) || is_siti(short, long);
    let is_alike = || is_shortened(one, other) || is_shortened(other, one) || is_mistyped(one, other);
    agrees(one, other).or_else(|| is_alike().then_some(one.letters.min(other.letters)))
}

/// Whether the first word is the beginning of what is visible of the second. A word with a hidden part is no beginning:
/// what is visible of it is compared in [`agrees`].
fn begins(cut: &Word, word: &Word) -> bool {
    let starts = if word.is_masked() { vec![word.start()] } else { word.spellings() };
    !cut.is_masked() && starts.iter().any(|start| start.starts_with(&cut.text))
}

fn is_mistyped(one: &Word, other: &Word) -> bool {
    if one.is_masked() || other.is_masked() || one.text.chars().next() != other.text.chars().next() {
        return false;
    }
    let [length, other_length] = [one, other].map(|word| word.text.chars().count());
    let allowed = if length.min(other_length) <= ONE_MISTAKE { 1 } else { 2 };
    length.abs_diff(other_length) <= allowed && strsim::osa_distance(&one.text, &other.text) <= allowed
}

/// Whether the word has the visible parts of the mask, the first at its beginning and the last at its end. How long the
/// hidden parts are is unknown.
fn fits(mask: &Word, word: &Word) -> bool {
    word.spellings().iter().any(|spelling| {
        let mut parts = mask.text.split('*');
        let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
        let hidden = spelling.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
        hidden.and_then(|hidden| parts.try_fold(hidden, |rest, part| Some(rest.split_once(part)?.1))).is_some()
    })
}

/// Writes a word as it is spelled today (`SOEHARTO` as `SUHARTO`, `DJOKO` as `JOKO`), doubled letters as one.
fn respell(word: &str) -> String {
    let mut spelled = Vec::with_capacity(word.len());
    for letter in word.chars() {
        push(&mut spelled, letter);
    }
    spelled.into_iter().collect()
}

/// Adds a letter; every pair of neighbours has passed here, so that a spelled word does not change again.
fn push(spelled: &mut Vec<char>, letter: char) {
    let new = match (spelled.last(), letter) {
        (Some(last), _) if *last == letter && !letter.is_numeric() => return,
        (Some('O'), 'E') => 'U',
        (Some('D'), 'J') => 'J',
        (Some('T'), 'J') => 'C',
        (Some('S'), 'J') => return push(spelled, 'Y'),
        _ => return spelled.push(letter),
    };
    spelled.pop();
    push(spelled, new);
}
