//! What chats read: the words of each language and how values are written in them.
//!
//! The words stand in `locales/<language>/ceknomor.ftl` (Fluent) and are part of the binary. Indonesian is the language
//! of record: a message that English lacked would be said in Indonesian. Every value that is put into a message goes
//! through [`Arg`], which escapes it for Telegram's HTML: text from outside cannot become markup.
//!
//! A message is said with [`say!`](crate::say), and a test holds every such call against the `.ftl` files.

mod arg;
mod format;
mod html;
mod words;

pub use arg::{Arg, rupiah};
pub use format::{date, hour, moment, month_and_year, power, seconds, time};
pub use html::Html;
pub use words::{Args, Error, Locale, Words};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        say,
        value::{CustomerName, Language, Rupiah},
    };

    #[test]
    fn says_a_message_in_each_language() {
        let locale = Locale::new().unwrap();
        let total = |language| say!(locale.words(language), "found-total", total = Rupiah(20546)).into_string();
        assert_eq!(total(Language::Id), "Total: <b>Rp20.546</b>");
        let short = |language, digits: usize| {
            let words = locale.words(language);
            say!(words, "number-short", shape = "X", digits = digits).into_string()
        };
        assert_eq!(short(Language::Id, 1), "⚠️ X: <b>kurang 1 digit</b>.");
        assert_eq!(short(Language::En, 1), "⚠️ X: <b>1 digit missing</b>.");
        assert_eq!(short(Language::En, 2), "⚠️ X: <b>2 digits missing</b>.");
    }

    #[test]
    fn a_value_never_becomes_markup() {
        let locale = Locale::new().unwrap();
        let name = CustomerName::new("<b>&\"_*").unwrap();
        let words = locale.words(Language::Id);
        let said = say!(words, "found-name", name = words.name(&name));
        assert_eq!(said.as_str(), "<b>&lt;b&gt;&amp;&quot;_*</b>");
    }

    #[test]
    fn an_unknown_message_reads_as_its_id() {
        let locale = Locale::new().unwrap();
        assert_eq!(locale.words(Language::En).say("no-such", &Args::new()).as_str(), "no-such");
    }
}
