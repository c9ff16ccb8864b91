//! Some neighbouring tokens of a text: what stands between them, and the numbers that they make together.

use super::token::{SURELY_A_NUMBER, Token, is_never_within_a_number, position};
use crate::value::{CustomerNumber, NumberError, NumberKind};

/// More tokens than this are not one check: every digit of the longest number may stand alone.
pub(super) const MAX_TOKENS: usize = 32;

/// No number has more tokens than digits: three of a country, a zero, twelve.
const MAX_GROUPS: usize = 16;

#[derive(Clone, Copy)]
pub(super) struct Span<'t> {
    clean: &'t str,
    pub(super) tokens: &'t [Token<'t>],
}

impl<'t> Span<'t> {
    /// Tokens of a clean text.
    pub(super) fn new(clean: &'t str, tokens: &'t [Token<'t>]) -> Self {
        Self { clean, tokens }
    }

    /// Other tokens of the same text.
    pub(super) fn with<'s>(self, tokens: &'s [Token<'t>]) -> Span<'s>
    where
        't: 's,
    {
        Span { clean: self.clean, tokens }
    }

    /// The tokens before and from a position; a position behind the end is the end.
    pub(super) fn split(self, at: usize) -> (Self, Self) {
        let (head, tail) = self.tokens.split_at_checked(at).unwrap_or((self.tokens, &[]));
        (Self { tokens: head, ..self }, Self { tokens: tail, ..self })
    }

    /// The tokens from a position; none when it is behind the end.
    pub(super) fn from(self, at: usize) -> Self {
        self.split(at).1
    }

    /// The tokens without those in front for which `skip` holds.
    pub(super) fn behind(self, skip: impl Fn(&Token<'t>) -> bool) -> Self {
        self.from(self.tokens.iter().take_while(|token| skip(token)).count())
    }

    pub(super) fn first(self) -> Option<&'t Token<'t>> {
        self.tokens.first()
    }

    pub(super) fn get(self, at: usize) -> Option<&'t Token<'t>> {
        self.tokens.get(at)
    }

    /// The token before a position.
    fn before(self, at: usize) -> Option<&'t Token<'t>> {
        self.get(at.checked_sub(1)?)
    }

    pub(super) fn len(self) -> usize {
        self.tokens.len()
    }

    /// The text from the first token to the last, with the separators between them.
    pub(super) fn text(self) -> &'t str {
        let ends = self.tokens.first().zip(self.tokens.last());
        ends.and_then(|(first, last)| self.clean.get(self.start(first)..self.end(last))).unwrap_or("")
    }

    /// What stands between the token at a position and the one before it.
    pub(super) fn gap(self, at: usize) -> &'t str {
        let ends = self.before(at).zip(self.get(at));
        ends.and_then(|(before, token)| self.clean.get(self.end(before)..self.start(token))).unwrap_or("")
    }

    fn start(self, token: &Token<'t>) -> usize {
        position(token.text, self.clean)
    }

    fn end(self, token: &Token<'t>) -> usize {
        self.start(token) + token.text.len()
    }

    /// The same without the spaces and brackets that come with any separator; but a new line counts.
    pub(super) fn mark(self, at: usize) -> &'t str {
        self.gap(at).trim_matches(|c: char| matches!(c, '(' | ')') || c.is_whitespace() && c != '\n')
    }

    /// All of the tokens joined, as a number; none where something was left out between them.
    pub(super) fn number(self, kind: NumberKind) -> Result<CustomerNumber, NumberError> {
        if (1..self.len()).any(|at| self.gap(at).contains(char::is_alphanumeric)) {
            return Err(NumberError::NotDigits);
        }
        CustomerNumber::parse(&self.joined(), kind)
    }

    /// The tokens without what stands between them.
    pub(super) fn joined(self) -> String {
        self.tokens.iter().map(|token| token.text).collect()
    }

    /// How many tokens in front may be groups of one number.
    pub(super) fn groups(self) -> usize {
        let goes_on =
            |at: usize| at == 0 || !self.gap(at).contains(|c| is_never_within_a_number(c) || c.is_alphanumeric());
        self.tokens.iter().enumerate().take_while(|(at, token)| token.is_group() && goes_on(*at)).count()
    }

    /// Every way to take groups in front as a number, the shortest first, and what is left behind it; the number need
    /// not be complete.
    pub(super) fn cuts(self) -> impl Iterator<Item = (Self, Self)> {
        let (front, _) = self.split(MAX_GROUPS);
        (1..=front.groups()).filter(move |end| !self.cuts_a_fraction(*end)).map(move |end| self.split(end))
    }

    /// `0817345544 1/2jt`: behind the 1 no number ends.
    fn cuts_a_fraction(self, end: usize) -> bool {
        end >= 2 && self.before(end).is_some_and(|last| last.digits <= 2) && self.gap(end) == "/"
    }

    /// Every complete number in front, the shortest first, and what is left behind it.
    pub(super) fn numbers(self, kind: NumberKind) -> impl Iterator<Item = (CustomerNumber, Self)> {
        self.cuts().filter_map(move |(number, behind)| Some((number.number(kind).ok()?, behind)))
    }

    /// Whether some groups in front are a complete number.
    pub(super) fn begins_number(self, kind: NumberKind) -> bool {
        self.numbers(kind).next().is_some()
    }

    /// Whether the first group is a complete number by itself.
    pub(super) fn begins_whole(self, kind: NumberKind) -> bool {
        self.split(1).0.number(kind).is_ok()
    }

    /// Whether some of the last tokens are a complete number.
    pub(super) fn ends_in_number(self, kind: NumberKind) -> bool {
        let longest = self.len().min(MAX_GROUPS);
        (1..=longest).any(|count| self.from(self.len() - count).number(kind).is_ok())
    }

    /// Whether the groups in front are a PLN token of twenty digits.
    pub(super) fn is_token(self, kind: NumberKind) -> bool {
        self.split(self.groups()).0.number(kind) == Err(NumberError::Token)
    }

    /// The longest virtual account in front, and what is left behind it. Without its last groups it may read as a
    /// mobile number that lacks its zero.
    pub(super) fn virtual_account(self) -> Option<(NumberError, Self)> {
        let faults =
            self.cuts().filter_map(|(digits, behind)| Some((digits.number(NumberKind::Mobile).err()?, behind)));
        faults.filter(|(error, _)| matches!(error, NumberError::VirtualAccount { .. })).last()
    }

    /// Whether the token at a position, which may be a PIN, may as well be one more group of a number in groups.
    pub(super) fn goes_on(self, at: usize) -> bool {
        self.before(at).is_some_and(|group| group.digits < SURELY_A_NUMBER && self.mark(at) == self.mark(at - 1))
    }
}
