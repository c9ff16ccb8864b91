//! Telegram's HTML, parsed as strictly as its documentation words it ("HTML style").
//!
//! Stricter than the real server in three points, each of which hides a fault there: a `&` that begins no known
//! entity (the sign of text that was not escaped), markup inside `code` or `pre`, and more than 100 formatted
//! pieces, of which Telegram silently shows the first 100.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// The most formatted pieces that Telegram keeps of one message.
const MOST_ENTITIES: usize = 100;

/// A text as a reader sees it, with its formatting apart.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rendered {
    /// The text without markup.
    pub(crate) text: String,
    /// `MessageEntity` objects, in the order in which they end; offsets in UTF-16 units.
    pub(crate) entities: Vec<Value>,
}

/// Reads Telegram's HTML.
///
/// # Errors
/// The 400 that begins with "can't parse entities".
pub(crate) fn parse(html: &str) -> Result<Rendered, Refusal> {
    let mut parser = Parser { html, at: 0, open: Vec::new(), out: Rendered::default() };
    parser.run().map_err(|reason| Refusal::bad_request(&format!("can't parse entities: {reason}")))?;
    Ok(parser.out)
}

struct OpenTag {
    name: String,
    entity: Value,
    /// Where its text begins, in UTF-16 units.
    start: usize,
}

struct Parser<'a> {
    html: &'a str,
    at: usize,
    open: Vec<OpenTag>,
    out: Rendered,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().chars().next() {
            match next {
                '<' => self.tag()?,
                '&' => self.character()?,
                plain => self.push(plain, plain.len_utf8()),
            }
        }
        match self.open.last() {
            Some(tag) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", tag.name)),
            None if self.out.entities.len() > MOST_ENTITIES => {
                Err(format!("{} entities, of which Telegram shows {MOST_ENTITIES}", self.out.entities.len()))
            }
            None => Ok(()),
        }
    }

    fn rest(&self) -> &str {
        &self.html[self.at..]
    }

    fn push(&mut self, c: char, bytes: usize) {
        self.out.text.push(c);
        self.at += bytes;
    }

    fn character(&mut self) -> Result<(), String> {
        let unknown = || format!("Unescaped \"&\" at byte offset {}", self.at);
        let end = self.rest().find(';').ok_or_else(unknown)?;
        let c = named_or_numeric(&self.rest()[1..end]).ok_or_else(unknown)?;
        self.push(c, end + 1);
        Ok(())
    }

    fn tag(&mut self) -> Result<(), String> {
        let offset = self.at;
        let end = self.rest().find('>').ok_or_else(|| format!("Unclosed start tag at byte offset {offset}"))?;
        let inside = self.rest()[1..end].to_owned();
        self.at += end + 1;
        match inside.strip_prefix('/') {
            Some(name) => self.end_tag(name.trim_end(), offset),
            None => self.start_tag(&inside, offset),
        }
    }

    fn start_tag(&mut self, inside: &str, offset: usize) -> Result<(), String> {
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        let name = name.to_ascii_lowercase();
        let language = name == "code" && self.inside("pre") && attributes.starts_with("class=\"language-");
        if (self.inside("code") || self.inside("pre")) && !language {
            return Err(format!("\"{name}\" inside code or pre at byte offset {offset}"));
        }
        if name == "blockquote" && self.inside("blockquote") {
            return Err(format!("Nested blockquote at byte offset {offset}"));
        }
        let entity = entity_of(&name, attributes)
            .ok_or_else(|| format!("Unsupported start tag \"{name}\" at byte offset {offset}"))?;
        self.open.push(OpenTag { name, entity, start: utf16_length(&self.out.text) });
        Ok(())
    }

    fn end_tag(&mut self, name: &str, offset: usize) -> Result<(), String> {
        let tag = self.open.pop().ok_or_else(|| format!("Unexpected end tag at byte offset {offset}"))?;
        if !name.is_empty() && !tag.name.eq_ignore_ascii_case(name) {
            let expected = &tag.name;
            return Err(format!(
                "Unmatched end tag at byte offset {offset}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        let length = utf16_length(&self.out.text) - tag.start;
        if length > 0 {
            let mut entity = tag.entity;
            entity["offset"] = tag.start.into();
            entity["length"] = length.into();
            self.out.entities.push(entity);
        }
        Ok(())
    }

    fn inside(&self, name: &str) -> bool {
        self.open.iter().any(|tag| tag.name == name)
    }
}

/// The length that Telegram counts.
pub(crate) fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn named_or_numeric(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}

/// The entity that a start tag opens, without its place; `None` for a tag that Telegram does not know.
fn entity_of(name: &str, attributes: &str) -> Option<Value> {
    let kind = match (name, attributes.trim()) {
        ("b" | "strong", "") => "bold",
        ("i" | "em", "") => "italic",
        ("u" | "ins", "") => "underline",
        ("s" | "strike" | "del", "") => "strikethrough",
        ("tg-spoiler", "") | ("span", "class=\"tg-spoiler\"") => "spoiler",
        ("code", _) => "code",
        ("pre", "") => "pre",
        ("blockquote", "") => "blockquote",
        ("blockquote", "expandable") => "expandable_blockquote",
        ("a", link) => {
            let url = link.strip_prefix("href=\"")?.strip_suffix('"').filter(|url| !url.contains('"'))?;
            return Some(json!({ "type": "text_link", "url": url.replace("&amp;", "&") }));
        }
        _ => return None,
    };
    Some(json!({ "type": kind }))
}
