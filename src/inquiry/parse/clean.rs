//! Takes out of a text what comes along with a copy or a habit, and marks what must not be read: before it is cut into
//! pieces.

use super::token::SURELY_A_NUMBER;
use crate::value::{is_dash, is_invisible};

/// No more of a text is read, in characters: Telegram sends no longer one.
const LONGEST: usize = 4096;

/// Whether a text has an end that is not read.
pub(super) fn is_too_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// The text without invisible marks and without signs at its ends (`01105691111?`, `… 🙏`), every dash a `-`, hidden
/// digits marked as such, and no longer than a message can be.
pub(super) fn clean(text: &str) -> String {
    let visible = text.chars().take(LONGEST).filter(|c| !is_invisible(*c) && !is_keycap(*c));
    let clean: String = visible.map(plain).collect();
    mark_hidden(&mark_headers(&clean)).trim_matches(is_sign).to_owned()
}

/// What makes a key of a digit: `1️⃣`.
fn is_keycap(c: char) -> bool {
    matches!(c, '\u{FE0F}' | '\u{20E3}')
}

/// The character of a keyboard that stands for another: a wide digit, a dash of a word processor, the lines under a
/// word that is marked (`_01105691111_`).
fn plain(c: char) -> char {
    match c {
        '\u{FF10}'..='\u{FF19}' => char::from_digit(u32::from(c) - 0xFF10, 10).unwrap_or(c),
        '_' => ' ',
        c if is_dash(c) => '-',
        c => c,
    }
}

/// What WhatsApp puts before a message that is copied (`[14:05, 23/11/2026] +62 812-3456-7890: `) is no part of it,
/// least of all its sender's number.
fn mark_headers(text: &str) -> String {
    let mark = |line| match behind_header(line) {
        Some(message) => format!("{HIDDEN} {message}"),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(mark).collect()
}

fn behind_header(line: &str) -> Option<&str> {
    let (time, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let is_time = time.chars().all(|c| c.is_ascii_digit() || " /.:,-".contains(c));
    let (_, message) = rest.split_once(": ").filter(|_| is_time)?;
    Some(message)
}

/// Stands in the place of every star, sharp or dot by which digits were hidden, and of what is left out: it is in no
/// number.
const HIDDEN: char = '•';

/// `0812****7890`: what is left of it must not be joined.
fn mark_hidden(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut rest = text;
    let mut digits_before = 0;
    while let Some(first) = rest.chars().next() {
        let behind = rest.trim_start_matches(first);
        let (run, _) = rest.split_at_checked(rest.len() - behind.len()).unwrap_or((rest, ""));
        if hides_digits(run, digits_before, behind) {
            marked.extend(run.chars().map(|_| HIDDEN));
        } else {
            marked.push_str(run);
        }
        digits_before = if first.is_ascii_digit() { digits_before + run.len() } else { 0 };
        rest = behind;
    }
    marked
}

/// Whether a run of one sign, with so many digits right before it, stands for digits: within a number, or as three
/// stars at its end. Behind a whole number (`01105691111..1234`) it separates.
fn hides_digits(run: &str, digits_before: usize, behind: &str) -> bool {
    if behind.starts_with(|c: char| c.is_ascii_digit()) {
        run.len() >= 2 && run.starts_with(['*', '#', '.']) && (1..SURELY_A_NUMBER).contains(&digits_before)
    } else {
        run.starts_with("***") && digits_before > 0
    }
}

/// Neither a letter nor a digit, and not what a number begins with or lacks digits by.
fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '+' | '…' | HIDDEN)
}
