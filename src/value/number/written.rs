//! The forms in which people write a number, and what a copy from a web page or a chat leaves in it.

/// The digits of a number without what stood between them.
pub(super) struct Written {
    /// ASCII digits; at least one.
    pub(super) digits: String,
    /// Whether a `+` stood in front: the number of a country follows.
    pub(super) international: bool,
}

/// Reads a number in any written form; `None` when it holds anything else, or no digit.
pub(super) fn read(raw: &str) -> Option<Written> {
    let mut written = Written { digits: String::new(), international: false };
    for c in raw.chars() {
        match c {
            '0'..='9' => written.digits.push(c),
            '+' if written.digits.is_empty() && !written.international => written.international = true,
            '.' | '(' | ')' => {}
            _ if c.is_whitespace() || is_dash(c) || is_invisible(c) => {}
            _ => return None,
        }
    }
    (!written.digits.is_empty()).then_some(written)
}

/// Marks that show nothing and come along with a copy: directions, joiners, byte order marks, soft hyphens.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The hyphen of a keyboard and the dashes that phones and word processors put in its place.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}
