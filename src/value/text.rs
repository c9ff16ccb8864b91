//! Text from outside on its way into a chat: what hides, turns or piles up in it is taken out, and what stands there
//! only because nothing was known is told from a value.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// The most marks that one letter keeps: Vietnamese and vowelled Arabic need two, more only pile up over other lines.
const MOST_MARKS: usize = 2;

/// What programs and their operators write where they know nothing, in small letters, with `|` between.
const PLACEHOLDERS: &str =
    "null|nil|none|undefined|n/a|unknown|object object|no name|tanpa nama|tidak ada|tidak diketahui";

/// A text on one line, at most `longest` characters of it, nothing hidden in it. Cleaned again, it stays as it is.
///
/// By their Unicode properties: white space, line and paragraph separators and control characters become one space;
/// format characters and others that show nothing (`Default_Ignorable_Code_Point`: Hangul fillers, variation selectors,
/// tags) go; so does every mark beyond the second on a letter, or on none.
pub(crate) fn clean(raw: &str, longest: usize) -> String {
    let (mut text, mut length, mut marks) = (String::new(), 0, MOST_MARKS);
    for c in raw.chars() {
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        let kept = match category {
            // U+2800, Braille without a dot, is the one blank that Unicode calls a symbol.
            _ if c.is_whitespace() || c.is_control() || c == '\u{2800}' => ' ',
            GeneralCategory::Format => continue,
            _ if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) => continue,
            _ => c,
        };
        match category {
            _ if kept == ' ' && (text.is_empty() || text.ends_with(' ')) => continue,
            _ if kept == ' ' => marks = MOST_MARKS,
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark | GeneralCategory::SpacingMark => {
                marks += 1;
                if marks > MOST_MARKS {
                    continue;
                }
            }
            _ => marks = 0,
        }
        if length == longest {
            break;
        }
        text.push(kept);
        length += 1;
    }
    text.truncate(text.trim_end().len());
    text
}

/// Whether a cleaned text only holds a value's place: nothing but signs and zeros (`-`, `0`, `***`), or one of the
/// words that programs write there, once or several times.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let says_nothing = |text: &str| {
        let word = text.trim_matches(|c: char| !c.is_alphanumeric());
        word.chars().all(|c| c == '0' || !c.is_alphanumeric())
            || PLACEHOLDERS.split('|').any(|holder| holder == word.to_lowercase())
    };
    says_nothing(text) || text.split(' ').all(says_nothing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_shows_nothing_goes_and_what_separates_is_one_space() {
        for hidden in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{180e}',
            '\u{200b}',
            '\u{200f}',
            '\u{202e}',
            '\u{2060}',
            '\u{2069}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{110bd}',
            '\u{e0041}',
        ] {
            assert_eq!(clean(&format!("BU{hidden}DI{hidden}"), 100), "BUDI", "{hidden:?}");
        }
        for gap in ["\n", "\r\n", "\u{0}", "\u{1b}", "\u{85}", "\u{a0}", "\u{2028}", "\u{2029}", "\u{2800}", "\u{3000}"]
        {
            assert_eq!(clean(&format!("{gap}BUDI {gap}SANTOSO{gap}"), 100), "BUDI SANTOSO", "{gap:?}");
        }
    }

    #[test]
    fn a_letter_keeps_two_marks_and_no_other_character_any() {
        assert_eq!(clean("Nguye\u{302}\u{303}n", 100), "Nguye\u{302}\u{303}n");
        assert_eq!(clean(&format!("B{}UDI", "\u{335}".repeat(90)), 100), "B\u{335}\u{335}UDI");
        assert_eq!(
            clean("\u{301}\u{20dd}BUDI \u{301}S", 100),
            "BUDI S",
            "a mark on nothing would sit on what stands before"
        );
        assert_eq!(
            clean("B\u{335}\u{200d}\u{335}\u{200d}\u{335}", 100),
            "B\u{335}\u{335}",
            "counted through what goes"
        );
    }

    #[test]
    fn what_holds_a_place_is_told_from_a_value() {
        for text in [
            "",
            "-",
            ".",
            "--",
            "0",
            "000",
            "0 0",
            "***",
            "null",
            "NULL",
            "(null)",
            "null null",
            "N/A",
            "#N/A",
            "undefined",
            "[object Object]",
            "Tidak ada",
            "/",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["BUDI", "R1", "10", "NULLA", "None Such", "N A", "O"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_cleaned_text_is_bounded_on_one_line_and_stays_as_it_is(
            raw in prop_oneof![any::<String>(), "[AB \u{301}\u{335}\u{200d}\u{3164}\u{2800}\n]{0,30}"], longest in 0_usize..40,
        ) {
            let text = clean(&raw, longest);
            prop_assert!(text.chars().count() <= longest && !text.contains(char::is_control));
            prop_assert_eq!(text.trim(), text.as_str());
            prop_assert_eq!(clean(&text, longest), text);
        }
    }
}
