//! Reads the JSON object in a body, in every form that leaves no doubt about what it says.
//!
//! Bodies come packed, in another encoding, with a byte order mark, NULs or a server's notice around the object, with
//! raw control characters, lone surrogates, `NaN` or numbers too large in fields that are not read, and as an array
//! of one or as JSON in a string. All of it is rewritten here, once, into JSON that serde_json takes. What is cut
//! off, or says two things, stays unreadable.

use std::{io::Read, str::Chars};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use serde_json::Value;

/// The largest answer that is read, as it comes and unpacked: some five hundred times a usual one, so that a name which
/// went out of hand costs its end and not the answer.
pub(super) const LARGEST_ANSWER: usize = 256 * 1024;

/// The object in a body. Its numbers are strings of the digits that came; of a key that stands twice the last value
/// counts.
pub(super) fn object(body: &[u8]) -> Option<Value> {
    // By its first bytes. Deflate without zlib's frame, as many servers send it, has none of its own.
    let unpacked = match body {
        [0x1f, 0x8b, ..] => unpacked(MultiGzDecoder::new(body)),
        [0x78, ..] => unpacked(ZlibDecoder::new(body)),
        _ => None,
    };
    let in_text = |body: &[u8]| {
        let value = match value(&decoded(body))? {
            Value::Array(items) => <[Value; 1]>::try_from(items).ok().map(|[item]| item),
            item => Some(item),
        };
        value.filter(Value::is_object)
    };
    let object = in_text(unpacked.as_deref().unwrap_or(body));
    object.or_else(|| in_text(&self::unpacked(DeflateDecoder::new(body))?))
}

/// The object or array in a text, perhaps as a string in it.
pub(super) fn value(text: &str) -> Option<Value> {
    if let Some(quoted) = text.trim_start_matches(is_blank).strip_prefix('"') {
        return value(&string(&mut quoted.chars())?);
    }
    let mut chars = text.get(text.find(['{', '['])?..)?.chars();
    let json = strict(&mut chars)?;
    let says_more = chars.as_str().contains('{');
    if says_more { None } else { serde_json::from_str(&json).ok() }
}

/// What a decoder makes of a body; `None` where it was not packed so, or is too much.
fn unpacked(decoder: impl Read) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let length = decoder.take(LARGEST_ANSWER as u64 + 1).read_to_end(&mut unpacked).ok()?;
    (length <= LARGEST_ANSWER).then_some(unpacked)
}

/// UTF-8, in which a byte that is none is taken as Latin-1.
fn decoded(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    text
}

/// Takes one object or array, and rewrites it. `None` where it does not end.
fn strict(chars: &mut Chars<'_>) -> Option<String> {
    let (mut json, mut depth) = (String::new(), 0_usize);
    loop {
        let before = chars.as_str();
        match chars.next()? {
            c @ ('{' | '[') => {
                depth += 1;
                json.push(c);
            }
            c @ ('}' | ']') => {
                json.truncate(json.trim_end_matches(',').len());
                json.push(c);
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(json);
                }
            }
            c @ (':' | ',') => json.push(c),
            '"' => json.push_str(&Value::from(string(chars)?).to_string()),
            c if is_blank(c) => {}
            _ => {
                let is_end = |c| is_blank(c) || matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"');
                let (word, behind) = before.split_at_checked(before.find(is_end)?)?;
                json.push_str(&bare(word));
                *chars = behind.chars();
            }
        }
    }
}

/// Takes the rest of a string, behind its first quote, as what it means.
fn string(chars: &mut Chars<'_>) -> Option<String> {
    // Escapes name UTF-16 units: two may make one character, and one alone makes none.
    let (mut units, mut buffer) = (Vec::new(), [0; 2]);
    loop {
        let c = match chars.next()? {
            '"' => return Some(String::from_utf16_lossy(&units)),
            '\\' => match chars.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let (digits, behind) = chars.as_str().split_at_checked(4)?;
                    units.push(u16::from_str_radix(digits, 16).ok()?);
                    *chars = behind.chars();
                    continue;
                }
                itself => itself,
            },
            c => c,
        };
        units.extend_from_slice(c.encode_utf16(&mut buffer));
    }
}

/// A value without quotes, as JSON: a number keeps its digits, as a string; what is not one (`NaN`) is nothing.
fn bare(word: &str) -> String {
    let unsigned = word.trim_start_matches(['+', '-']).to_ascii_lowercase();
    match unsigned.as_str() {
        "true" | "false" => unsigned,
        "null" | "nan" | "inf" | "infinity" | "undefined" | "none" => "null".to_owned(),
        _ => {
            // Programs that count in floats write a number as `1.105691111e+09`; up to 2^53 its digits are exact.
            let float = word.parse::<f64>().ok().filter(|_| unsigned.contains('e'));
            let whole = float.filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0);
            Value::from(whole.map_or_else(|| word.to_owned(), |whole| format!("{whole:.0}"))).to_string()
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use serde_json::json;

    use super::*;

    fn read(body: impl AsRef<[u8]>) -> Option<Value> {
        object(body.as_ref())
    }

    #[test]
    fn an_object_is_read_however_it_came() {
        let body = r#"{"data":{"name":"BUDI"}}"#;
        let (mut gzip, mut zlib, mut deflate) = (
            GzEncoder::new(Vec::new(), Compression::fast()),
            ZlibEncoder::new(Vec::new(), Compression::fast()),
            DeflateEncoder::new(Vec::new(), Compression::fast()),
        );
        for encoder in [&mut gzip as &mut dyn Write, &mut zlib, &mut deflate] {
            encoder.write_all(body.as_bytes()).unwrap();
        }
        for (form, body) in [
            ("as it is", body.as_bytes().to_vec()),
            ("a byte order mark", format!("\u{feff}{body}").into_bytes()),
            ("NULs behind", format!("{body}\0\0\0").into_bytes()),
            ("white space and NULs around", format!("\r\n\0 {body}\n\n").into_bytes()),
            (
                "a server's notice in front",
                format!("<br />\nNotice: Undefined index on line 3<br />\n{body}").into_bytes(),
            ),
            ("a comment behind", format!("{body}\n<!-- 0.02 s -->").into_bytes()),
            ("an array of one", format!("[{body}]").into_bytes()),
            ("JSON in a string", json!(body).to_string().into_bytes()),
            ("JSON in a string in a string", json!(json!(body).to_string()).to_string().into_bytes()),
            ("a comma too many", r#"{"data":{"name":"BUDI",},}"#.into()),
            ("gzip", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate without a frame", deflate.finish().unwrap()),
        ] {
            assert_eq!(read(&body), Some(json!({"data": {"name": "BUDI"}})), "{form}");
        }
    }

    #[test]
    fn what_stands_in_a_string_is_read_in_every_form() {
        for (written, means) in [
            ("BUDI\tS\nX\0", "BUDI\tS\nX\0"),
            (r"\u0042UDI \ud83d\ude00", "BUDI 😀"),
            (r"BUDI\ud800", "BUDI\u{fffd}"),
            (r"\udc00BUDI", "\u{fffd}BUDI"),
            (r"O\'BRIEN \/ \x", "O'BRIEN / x"),
            (r#"\"\\\b\f\n\r\t"#, "\"\\\u{8}\u{c}\n\r\t"),
        ] {
            assert_eq!(read(format!(r#"{{"a":"{written}"}}"#)), Some(json!({"a": means})), "{written}");
        }
        assert_eq!(read(b"{\"a\":\"JOS\xc9 \xc3\x89\"}"), Some(json!({"a": "JOSÉ É"})));
    }

    #[test]
    fn what_has_no_quotes_is_read_as_far_as_it_says_something() {
        for (written, means) in [
            ("20546", json!("20546")),
            ("01105691111", json!("01105691111")),
            ("1.105691111e+09", json!("1105691111")),
            ("12345678901234567890123", json!("12345678901234567890123")),
            ("1e999", json!("1e999")),
            ("NaN", Value::Null),
            ("-Infinity", Value::Null),
            ("undefined", Value::Null),
            ("true", json!(true)),
            ("[1,]", json!(["1"])),
        ] {
            assert_eq!(read(format!(r#"{{"a":{written} }}"#)), Some(json!({"a": means})), "{written}");
        }
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts() {
        assert_eq!(read(r#"{"a":1,"a":2}"#), Some(json!({"a": "2"})));
    }

    #[test]
    fn what_is_cut_off_or_says_two_things_is_not_read() {
        let nested = "[".repeat(100_000);
        for body in [
            "",
            "null",
            "7",
            "\"\"",
            "\"",
            "[]",
            "[{},{}]",
            "{}{}",
            r#"{"a":1"#,
            r#"{"a":"1}"#,
            r#"{"a" 1}"#,
            r#"{"a":1]"#,
            r#"{"a":"\u12"}"#,
            "<p>{</p>",
            "}{",
            &nested,
        ] {
            assert_eq!(read(body), None, "{body:.40}");
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_not_read() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let body = format!(r#"{{"a":"{}"}}"#, "A".repeat(LARGEST_ANSWER));
        encoder.write_all(body.as_bytes()).unwrap();
        assert_eq!(read(encoder.finish().unwrap()), None);
    }
}
