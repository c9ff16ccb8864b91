//! Cuts a text into pieces at the separators that agents use.

use std::iter;

use crate::{
    catalog::Catalog,
    value::{CustomerNumber, NumberError, NumberKind, is_dash, is_invisible},
};

/// No more of a text is read, in characters: Telegram sends no longer one.
const LONGEST: usize = 4096;

/// More pieces than this are not one check: every digit of the longest number may stand alone.
const MOST: usize = 32;

/// No number has more pieces than digits: three of a country, a zero, twelve.
const MOST_OF_A_NUMBER: usize = 16;

/// Nobody puts a dash behind as many digits within a number: such a run is a number by itself.
const LONG_RUN: usize = 9;

/// What stands between two separators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    /// Where it begins in the clean text, in bytes.
    pub(super) start: usize,
    pub(super) text: &'t str,
}

impl<'t> Piece<'t> {
    /// The parts before and from a position in bytes; a position that is none is the end.
    pub(super) fn split(self, at: usize) -> (Self, Self) {
        let (head, tail) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        (Self { text: head, ..self }, Self { start: self.start + head.len(), text: tail })
    }

    /// What stands before its last dash and behind it.
    pub(super) fn before_last_dash(self) -> Option<(Self, Self)> {
        let (before, dashed) = self.split(self.text.rfind('-')?);
        Some((before, dashed.split(1).1))
    }

    fn is_filled(&self) -> bool {
        !self.text.is_empty()
    }

    /// No digit of any kind.
    pub(super) fn is_word(&self) -> bool {
        !self.text.contains(char::is_numeric)
    }

    /// How many digits it has.
    pub(super) fn digits(&self) -> usize {
        self.text.bytes().filter(u8::is_ascii_digit).count()
    }

    /// Digits alone.
    pub(super) fn is_bare(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }

    /// What may be a number or a part of one: digits, dashes between them, a `+` in front.
    pub(super) fn is_group(&self) -> bool {
        let digits = self.text.strip_prefix('+').unwrap_or(self.text);
        digits.bytes().any(|b| b.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    }

    /// What may be a PIN: 4 to 8 digits alone.
    pub(super) fn is_pin(&self) -> bool {
        (4..=8).contains(&self.text.len()) && self.is_bare()
    }

    /// What may be a PIN and is no amount in whole thousands, as `20000` is.
    pub(super) fn is_pin_rather_than_thousands(&self) -> bool {
        self.is_pin() && (self.text.starts_with('0') || !self.text.ends_with("000"))
    }

    /// What may be a PIN where a nominal should stand. Nominals are multiples of 500; who wants another writes it with
    /// dots, `Rp` or `rb`.
    pub(super) fn is_pin_rather_than_nominal(&self) -> bool {
        self.is_pin() && !["000", "500"].iter().any(|end| self.text.ends_with(end))
    }
}

/// Some neighbouring pieces of a text.
#[derive(Clone, Copy)]
pub(super) struct Pieces<'p, 't> {
    clean: &'t str,
    pieces: &'p [Piece<'t>],
}

impl<'p, 't> Pieces<'p, 't> {
    pub(super) fn new(clean: &'t str, pieces: &'p [Piece<'t>]) -> Self {
        Self { clean, pieces }
    }

    pub(super) fn all(self) -> &'p [Piece<'t>] {
        self.pieces
    }

    pub(super) fn first(self) -> Option<&'p Piece<'t>> {
        self.pieces.first()
    }

    pub(super) fn last(self) -> Option<&'p Piece<'t>> {
        self.pieces.last()
    }

    pub(super) fn too_many(self) -> bool {
        self.pieces.len() > MOST
    }

    /// The pieces before and from a position; a position behind the end is the end.
    pub(super) fn split(self, at: usize) -> (Self, Self) {
        let (head, tail) = self.pieces.split_at_checked(at).unwrap_or((self.pieces, &[]));
        (Self { pieces: head, ..self }, Self { pieces: tail, ..self })
    }

    /// How many pieces in front may be parts of a number.
    pub(super) fn groups(self) -> usize {
        self.pieces.iter().take_while(|piece| piece.is_group()).count()
    }

    /// Every way to take groups in front as a number, and what is left behind it; the number need not be complete.
    pub(super) fn cuts(self) -> impl Iterator<Item = (Self, Self)> {
        let (front, _) = self.split(MOST_OF_A_NUMBER);
        (1..=front.groups()).map(move |groups| self.split(groups))
    }

    /// Every complete number in front, and what is left behind it.
    pub(super) fn numbers(self, kind: NumberKind) -> impl Iterator<Item = (CustomerNumber, Self)> {
        self.cuts().filter_map(move |(number, behind)| Some((number.number(kind).ok()?, behind)))
    }

    /// The text from the first piece to the last, with the separators between them.
    pub(super) fn text(self) -> &'t str {
        let ends = self.pieces.first().zip(self.pieces.last());
        ends.and_then(|(first, last)| self.clean.get(first.start..last.start + last.text.len())).unwrap_or("")
    }

    /// Whether some of the last pieces are a complete number.
    pub(super) fn ends_in_number(self, kind: NumberKind) -> bool {
        let longest = self.pieces.len().min(MOST_OF_A_NUMBER);
        (1..=longest).any(|count| self.split(self.pieces.len() - count).1.number(kind).is_ok())
    }

    /// What stands between the piece at a position and the one before it.
    pub(super) fn gap(self, at: usize) -> &'t str {
        let before = at.checked_sub(1).and_then(|before| self.pieces.get(before));
        let ends = before.zip(self.pieces.get(at));
        ends.and_then(|(before, piece)| self.clean.get(before.start + before.text.len()..piece.start)).unwrap_or("")
    }

    /// Whether the piece before a position hangs closer together with the one behind it than with the one before:
    /// a comma binds closer than a dot, and a dot closer than a space.
    pub(super) fn joins_closer(self, at: usize) -> bool {
        let distance = |at: usize| match self.gap(at) {
            "," => 0,
            "." => 1,
            _ => 2,
        };
        at >= 2 && at < self.pieces.len() && distance(at) < distance(at - 1)
    }

    /// All of the pieces joined, as a number.
    pub(super) fn number(self, kind: NumberKind) -> Result<CustomerNumber, NumberError> {
        let joined: String = self.pieces.iter().map(|piece| piece.text).collect();
        CustomerNumber::parse(&joined, kind)
    }
}

/// Whether a text has an end that is not read.
pub(super) fn is_too_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// The text without invisible marks, every dash a `-`, and no longer than a message can be.
pub(super) fn clean(text: &str) -> String {
    let visible = text.chars().take(LONGEST).filter(|c| !is_invisible(*c));
    visible.map(|c| if is_dash(c) { '-' } else { c }).collect()
}

/// The pieces of a clean text. Dashes alone are no piece; a dash that glues a number to a known code, or something to a
/// number that has ended, separates them.
pub(super) fn cut<'t>(clean: &'t str, catalog: &Catalog) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for text in clean.split_inclusive(is_separator) {
        let start = end;
        end += text.len();
        let text = text.trim_end_matches(is_separator);
        if text.bytes().any(|b| b != b'-') {
            pieces.push(Piece { start, text });
        }
    }
    pieces.into_iter().flat_map(|piece| cut_behind_code(piece, catalog)).flat_map(cut_behind_number).collect()
}

/// `PLN20-01105691111`: a dash may also be a part of a code, so the longest known code is taken.
fn cut_behind_code<'t>(piece: Piece<'t>, catalog: &Catalog) -> impl Iterator<Item = Piece<'t>> {
    let known = |at: &usize| piece.text.get(..*at).is_some_and(|code| catalog.get(code).is_some());
    let dashes = piece.text.rmatch_indices('-').map(|(at, _)| at);
    let code = iter::once(piece.text.len()).chain(dashes).find(known);
    let (code, rest) = piece.split(code.unwrap_or(piece.text.len()));
    let dashes = rest.text.len() - rest.text.trim_start_matches('-').len();
    [code, rest.split(dashes).1].into_iter().filter(Piece::is_filled)
}

/// `01105691111-1-1234` is `01105691111 1 1234`: hardly the number's own end, and perhaps a PIN.
fn cut_behind_number(piece: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    let (number, mut rest) = piece.split(end_of_number(piece).unwrap_or(piece.text.len()));
    let behind = iter::from_fn(move || {
        let dash = rest.text.strip_prefix('-')?.find('-').map_or(rest.text.len(), |at| at + 1);
        let (part, others) = rest.split(dash);
        rest = others;
        Some(part.split(1).1)
    });
    iter::once(number).chain(behind).filter(Piece::is_filled)
}

/// Where a number within a piece surely ends, at a dash: behind a long run of digits, or behind a group that is shorter
/// than the one before it and has but a digit or two behind it (`0110-5691-111-1`).
fn end_of_number(piece: Piece<'_>) -> Option<usize> {
    let first = piece.text.find('-')?;
    let (run, _) = piece.split(first);
    if run.is_group() && run.digits() >= LONG_RUN {
        return Some(first);
    }
    let mut groups = piece.text.rsplit('-').map(str::len);
    let (last, shorter, before) = (groups.next()?, groups.next()?, groups.next()?);
    (piece.is_group() && (1..=2).contains(&last) && shorter < before).then_some(piece.text.len() - last - 1)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '.' | ',' | '*' | '#' | '(' | ')' | ':' | ';' | '=' | '/' | '|')
}
