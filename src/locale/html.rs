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

    /// Markup that this program wrote into its own store.
    pub fn from_record(markup: String) -> Self {
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

    /// Cuts a long text into parts of at most `limit` UTF-16 code units each, which is how Telegram counts, at ends of
    /// lines. Markup counts too, so a part may be a little shorter than it could be. A single line beyond the limit
    /// loses its markup and is cut anywhere.
    pub fn split(&self, limit: usize) -> Vec<Html> {
        // No text has more units than bytes, and nearly every text is short.
        let text = self.0.trim();
        if !text.is_empty() && text.len() <= limit {
            return vec![Self(text.to_owned())];
        }
        let mut parts = vec![String::new()];
        for line in self.0.lines().flat_map(|line| fitting(line, limit)) {
            match parts.last_mut() {
                Some(part) if units(part) + 1 + units(&line) <= limit => {
                    part.push('\n');
                    part.push_str(&line);
                }
                _ => parts.push(line),
            }
        }
        let trimmed = parts.iter().map(|part| Self(part.trim().to_owned()));
        trimmed.filter(|part| !part.0.is_empty()).collect()
    }

    /// The text as a reader sees it, without markup: for button labels, menus and pipes.
    pub fn plain(&self) -> String {
        self.render(|_| "")
    }

    /// The text with something else in place of each tag: `paint` is given what stands between `<` and `>`.
    pub fn render(&self, paint: impl Fn(&str) -> &'static str) -> String {
        let mut pieces = self.0.split('<');
        let mut text = pieces.next().map(unescape).unwrap_or_default();
        for piece in pieces {
            let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
            text.push_str(paint(tag));
            text.push_str(&unescape(rest));
        }
        text
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

impl From<Html> for String {
    fn from(html: Html) -> Self {
        html.plain()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Length as Telegram counts it.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// One line as lines of at most `limit` units: itself, if it fits.
fn fitting(line: &str, limit: usize) -> Vec<String> {
    if units(line) <= limit {
        return vec![line.to_owned()];
    }
    let mut pieces = vec![String::new()];
    for c in Html(line.to_owned()).plain().chars() {
        let safe = Html::escape(c.encode_utf8(&mut [0; 4])).0;
        match pieces.last_mut() {
            Some(piece) if units(piece) + units(&safe) <= limit => piece.push_str(&safe),
            _ => pieces.push(safe),
        }
    }
    pieces
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

        #[test]
        fn a_split_text_loses_nothing_but_white_space(text in "([a-z<&🙂]{0,30}\n){0,12}", limit in 12usize..60) {
            let parts = Html::escape(&text).split(limit);
            prop_assert!(parts.iter().all(|part| units(part.as_str()) <= limit && !part.as_str().is_empty()));
            let kept: String = parts.iter().map(Html::plain).collect();
            prop_assert_eq!(kept.replace('\n', ""), text.replace('\n', ""));
        }
    }

    #[test]
    fn a_text_is_split_at_lines() {
        let text = Html::lines(["satu", "dua", "", "tiga"].map(Html::escape));
        let parts: Vec<String> = text.split(9).into_iter().map(Html::into_string).collect();
        assert_eq!(parts, ["satu\ndua", "tiga"]);
        assert_eq!(Html::escape("x").split(4096), [Html::escape("x")]);
        assert_eq!(Html::escape(" x\n").split(4096), [Html::escape("x")]);
        // As Telegram counts, each of these is two.
        assert_eq!(Html::escape("🙂🙂🙂").split(4), ["🙂🙂", "🙂"].map(Html::escape));
    }

    #[test]
    fn code_is_text_too() {
        assert_eq!(Html::code("<b>&").as_str(), "<code>&lt;b&gt;&amp;</code>");
    }

    #[test]
    fn plain_leaves_the_tags_out() {
        assert_eq!(Html::trusted("<b>A</b> &amp;lt; <code>1</code>".into()).plain(), "A &lt; 1");
    }
}
