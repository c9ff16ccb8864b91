//! Lists that are read page by page: what a page shows, and the buttons that turn to the ones before and behind it.

use super::action::Action;
use super::button::Button;
use crate::{locale::Words, say, value::UserId};

/// A page of a list, the first being 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page<'a, T> {
    /// What it shows.
    pub(super) items: &'a [T],
    /// Which it is.
    pub(super) number: usize,
    /// The number of the last.
    pub(super) last: usize,
}

impl<'a, T> Page<'a, T> {
    /// The page of this number, or the last one where there are fewer; `None` where the list is empty.
    pub(super) fn of(list: &'a [T], len: usize, number: usize) -> Option<Self> {
        let last = list.len().saturating_sub(1) / len;
        let number = number.min(last);
        Some(Self { items: list.chunks(len).nth(number)?, number, last })
    }

    /// The row of buttons that turn it; `to` is what the one for a page asks for.
    pub(super) fn turns(&self, words: Words<'_>, owner: UserId, to: impl Fn(usize) -> Action) -> Vec<Button> {
        let before = self.number.checked_sub(1);
        let before = before.and_then(|page| Button::press(say!(words, "button-previous"), to(page), owner));
        let next = Some(self.number + 1).filter(|page| *page <= self.last);
        let next = next.and_then(|page| Button::press(say!(words, "button-next"), to(page), owner));
        before.into_iter().chain(next).collect()
    }
}
