//! Text in Telegram's HTML (Bot API, "HTML style"), in which everything from outside has been escaped.

use std::fmt;

/// A text that is safe to send with `parse_mode=HTML`. Only `locale` makes one from markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Text from anywhere, with what HTML gives a meaning to made plain.
    pub fn escape(text: &str) -> Self {
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => safe.push_str("&amp;"),
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '"' => safe.push_str("&quot;"),
                _ => safe.push(c),
            }
        }
        Self(safe)
    }

    /// Markup of our own, every value in it escaped already.
    pub(super) fn trusted(markup: String) -> Self {
        Self(markup)
    }

    /// Puts texts under each other, each on a line of its own. Telegram's tags end on the line they begin on, so that a
    /// long text can be split at any line.
    pub fn lines(parts: impl IntoIterator<Item = Html>) -> Self {
        Self::joined(parts, "\n")
    }

    /// Puts texts behind each other with `separator`, which must not hold markup, in between.
    pub fn joined(parts: impl IntoIterator<Item = Html>, separator: &str) -> Self {
        let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
        Self(parts.join(separator))
    }

    /// As code: tap-to-copy on a phone.
    pub fn code(text: &str) -> Self {
        Self(format!("<code>{}</code>", Self::escape(text)))
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The text as a reader sees it, without markup: for button labels, menus and the terminal.
    pub fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.0.len());
        let mut in_tag = false;
        for c in self.0.chars() {
            match c {
                '<' => in_tag = true,
                '>' => in_tag = false,
                _ if in_tag => {}
                _ => plain.push(c),
            }
        }
        plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_escaped_reads_back_the_same(text in ".*") {
            prop_assert_eq!(Html::escape(&text).plain(), text);
        }
    }

    #[test]
    fn plain_leaves_the_tags_out() {
        assert_eq!(Html::trusted("<b>A</b> &amp;lt; <code>1</code>".into()).plain(), "A &lt; 1");
    }
}
