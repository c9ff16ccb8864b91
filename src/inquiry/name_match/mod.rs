//! Whether the name that an agent was given belongs to the customer that the provider tells of.
//!
//! A false [`Match`](NameVerdict::Match) costs money that is not given back, a false [`Close`](NameVerdict::Close) a
//! glance. So every doubt ends in `Close`: the agent then reads the provider's name and decides.
//!
//! The outcomes are those of the banks' services for this question (UK Confirmation of Payee, European Verification of
//! Payee): match, close match, no match, not possible. Names of e-wallets are masked (`DNID marxxx`), so there is one
//! more: all that can be seen agrees.

mod normal;
mod words;

#[cfg(test)]
mod tests;

use normal::Name;
use words::{Word, agrees, resembles};

use crate::value::{CustomerName, Provider};

/// The fewest letters of a single word that stands for a name of several words.
const MIN_LETTERS_OF_ONE_WORD: usize = 5;

/// How two names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameVerdict {
    /// All words are the same, but for their order, titles and usual differences of spelling.
    Match,
    /// A part of a name is hidden (`BUDI S****`), and all that can be seen agrees.
    MatchAsFarAsVisible {
        /// How many letters can be seen on both sides.
        letters: usize,
    },
    /// The names may be the same: words left out, an initial, a typing mistake, a word cut short, words joined.
    Close,
    /// The names differ.
    Different,
    /// There is nothing to compare: a side has no name, a name of digits, or fewer than three visible letters.
    NotComparable,
}

/// Compares the name that an agent was `given`, alone and without words around it, with the one that `provider` told.
///
/// Which side is which makes no difference, nor does the order of the words. A name of more than 100 characters or
/// 12 words is not comparable. The work is bounded by these limits: some milliseconds for the worst input.
pub fn compare(given: &str, told: &CustomerName, provider: Provider) -> NameVerdict {
    let is_wallet = matches!(provider, Provider::Ovo | Provider::Gopay | Provider::Dana);
    match (Name::read(given, is_wallet), Name::read(told.whole_name(), is_wallet)) {
        (Some(given), Some(told)) => judge(&given, &told),
        _ => NameVerdict::NotComparable,
    }
}

fn judge(one: &Name, other: &Name) -> NameVerdict {
    let is_masked = one.words.iter().chain(&other.words).any(Word::is_masked);
    match all_agree(&one.words, &other.words) {
        // No more than initials can be seen.
        Some(letters) if is_masked && letters <= one.words.len() => NameVerdict::NotComparable,
        Some(letters) if is_masked && one.numbers == other.numbers => NameVerdict::MatchAsFarAsVisible { letters },
        Some(_) if one.numbers == other.numbers => NameVerdict::Match,
        _ if is_close(&one.words, &other.words) || is_close(&other.words, &one.words) => NameVerdict::Close,
        _ => NameVerdict::Different,
    }
}

/// How many letters the names share if each word of one agrees with one of the other and none is left over.
fn all_agree(one: &[Word], other: &[Word]) -> Option<usize> {
    if one.len() != other.len() {
        return None;
    }
    let options_of = |word| -> Options {
        one.iter().enumerate().filter_map(|(place, own)| Some((1 << place, agrees(own, word)?))).collect()
    };
    let options: Vec<Options> = other.iter().map(options_of).collect();
    pair(one.len(), &options, false).pop().flatten()
}

/// Whether all words of one name resemble words of the other. Words of `one` may be joined for a word of `other`.
fn is_close(one: &[Word], other: &[Word]) -> bool {
    let joined = joined(one);
    let options_of = |word: &Word| -> Options {
        // Of two joined words the second must be in sight too: a cut or a mask would take it without a look.
        let in_sight = |join: &&Joined| join.first_length == 0 || word.start().len() > join.first_length;
        let joined = joined.iter().filter(in_sight);
        joined.filter_map(|join| Some((join.places, resembles(&join.word, word)?))).collect()
    };
    let options: Vec<Options> = other.iter().map(options_of).collect();
    // More letters than words: at least one pair shares more than an initial.
    let is_enough = |words: usize, letters: usize, left_over: bool| {
        letters > words && (!left_over || words >= 2 || letters >= MIN_LETTERS_OF_ONE_WORD)
    };
    let all = (1 << one.len()) - 1;
    let mut all_of_other = pair(one.len(), &options, false).into_iter().enumerate();
    let all_of_one = pair(one.len(), &options, true).pop().flatten();
    all_of_other.any(|(used, letters)| letters.is_some_and(|letters| is_enough(other.len(), letters, used != all)))
        || all_of_one.is_some_and(|letters| is_enough(one.len(), letters, true))
}

/// A word of a name, or two of them as one.
struct Joined {
    /// The set of places that it takes in the name, a bit for each.
    places: usize,
    word: Word,
    /// How long the first of two words is, in bytes; 0 for a single word.
    first_length: usize,
}

/// Each word of a name, and each two of them as one: many a wallet's user writes `budisantoso`.
fn joined(words: &[Word]) -> Vec<Joined> {
    let places = || words.iter().enumerate().map(|(place, word)| (1 << place, word));
    let pairs = places().flat_map(|(place, first)| {
        places().filter(move |(other, _)| *other != place).filter_map(move |(other, second)| {
            let word = first.joined_with(second)?;
            Some(Joined { places: place | other, word, first_length: first.text.len() })
        })
    });
    let singles = places().map(|(places, word)| Joined { places, word: word.clone(), first_length: 0 });
    singles.chain(pairs).collect()
}

/// What one word of the other name can be paired with: a set of places in the first name, and the letters shared.
type Options = Vec<(usize, usize)>;

/// Pairs the words of another name, each with one of its options, so that no word of the first, which has `words` of
/// them, is used twice. Gives the most letters shared for each set of used words of the first; `None` where no pairing
/// uses just these. With `may_skip`, words of the other name may be left over.
///
/// This finds the best of all pairings: there are at most 4,096 sets of 12 words, and each step looks at these alone.
fn pair(words: usize, options: &[Options], may_skip: bool) -> Vec<Option<usize>> {
    let mut best = vec![None; 1 << words];
    if let Some(none_used) = best.first_mut() {
        *none_used = Some(0);
    }
    for options in options {
        let mut next = if may_skip { best.clone() } else { vec![None; best.len()] };
        for (used, letters) in best.iter().enumerate().filter_map(|(used, letters)| Some((used, (*letters)?))) {
            for (places, shared) in options.iter().filter(|(places, _)| used & places == 0) {
                if let Some(entry) = next.get_mut(used | places) {
                    *entry = (*entry).max(Some(letters + shared));
                }
            }
        }
        best = next;
    }
    best
}
