//! What may stand in a message: every value is written and escaped for Telegram's HTML here and nowhere else. A
//! customer's name is none of these: `Words::name` makes it of what the chat may see.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

use super::Html;
use crate::value::{ChatId, CustomerNumber, Provider, ResponseCode, Rupiah, UserId};

/// A value that may stand in a message. Its text is escaped here and nowhere else.
pub trait Arg {
    /// The value as Fluent takes it.
    fn into_value(self) -> FluentValue<'static>;
}

fn escaped(text: &str) -> FluentValue<'static> {
    FluentValue::String(Cow::Owned(Html::escape(text).into_string()))
}

impl Arg for &str {
    fn into_value(self) -> FluentValue<'static> {
        escaped(self)
    }
}

impl Arg for &String {
    fn into_value(self) -> FluentValue<'static> {
        escaped(self)
    }
}

impl Arg for String {
    fn into_value(self) -> FluentValue<'static> {
        escaped(&self)
    }
}

/// Markup that was made here, put in as it is.
impl Arg for Html {
    fn into_value(self) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(self.into_string()))
    }
}

/// A count: Fluent picks the plural by it.
impl Arg for usize {
    fn into_value(self) -> FluentValue<'static> {
        self.into()
    }
}

impl Arg for u64 {
    fn into_value(self) -> FluentValue<'static> {
        self.into()
    }
}

impl Arg for u32 {
    fn into_value(self) -> FluentValue<'static> {
        self.into()
    }
}

impl Arg for Rupiah {
    fn into_value(self) -> FluentValue<'static> {
        escaped(&rupiah(self))
    }
}

impl Arg for Provider {
    fn into_value(self) -> FluentValue<'static> {
        escaped(self.name())
    }
}

impl Arg for &CustomerNumber {
    fn into_value(self) -> FluentValue<'static> {
        escaped(self.as_str())
    }
}

impl Arg for &ResponseCode {
    fn into_value(self) -> FluentValue<'static> {
        escaped(self.as_str())
    }
}

impl Arg for ChatId {
    fn into_value(self) -> FluentValue<'static> {
        escaped(&self.to_string())
    }
}

impl Arg for UserId {
    fn into_value(self) -> FluentValue<'static> {
        escaped(&self.to_string())
    }
}

/// `Rp20.546`: dots for thousands, no space.
pub fn rupiah(amount: Rupiah) -> String {
    let digits = amount.0.to_string();
    let mut written = String::from("Rp");
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push('.');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_dots_for_thousands() {
        let written = [0, 500, 1000, 20_546, 1_000_000, 123_456_789].map(|amount| rupiah(Rupiah(amount)));
        assert_eq!(written, ["Rp0", "Rp500", "Rp1.000", "Rp20.546", "Rp1.000.000", "Rp123.456.789"]);
    }
}
