//! What chats read: the words of each language and how values are written in them.
//!
//! The words stand in `locales/<language>/ceknomor.ftl` (Fluent) and are part of the binary. Indonesian is the language
//! of record: a message that English lacked would be said in Indonesian. Every value that is put into a message goes through
//! [`Arg`], which escapes it for Telegram's HTML: text from outside cannot become markup, whoever writes the call.
//!
//! A message is said with [`say!`](crate::say), and a test holds every such call against the `.ftl` files.

mod format;
mod html;

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

pub use format::{date, hour, power, rupiah, seconds, time};
pub use html::Html;

use crate::value::{ChatId, CustomerName, CustomerNumber, Language, Provider, ResponseCode, Rupiah, UserId};

type Bundle = FluentBundle<FluentResource>;

/// Says a message: `say!(words, "found-total", total = customer_total)`. Gives [`Html`].
#[macro_export]
macro_rules! say {
    ($words:expr, $id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        let words: $crate::locale::Words<'_> = $words;
        #[allow(unused_mut)]
        let mut args = $crate::locale::Args::new();
        $( args.set(stringify!($name), $crate::locale::Arg::into_value($value, words)); )*
        words.say($id, &args)
    }};
}

/// The arguments of one message, as Fluent takes them.
pub type Args<'a> = FluentArgs<'a>;

/// The words of every language.
pub struct Locale {
    indonesian: Bundle,
    english: Bundle,
}

/// The embedded words could not be read: a mistake in the program, which a test finds.
#[derive(Debug, thiserror::Error)]
#[error("the words of language `{language}` are damaged: {what}")]
pub struct Error {
    language: &'static str,
    what: String,
}

impl Locale {
    /// Reads the embedded words.
    ///
    /// # Errors
    /// A file that is no Fluent, which no released build has.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            indonesian: bundle("id", include_str!("../../locales/id/ceknomor.ftl"))?,
            english: bundle("en", include_str!("../../locales/en/ceknomor.ftl"))?,
        })
    }

    /// The words of one language.
    pub fn words(&self, language: Language) -> Words<'_> {
        Words { locale: self, language }
    }

    fn bundle(&self, language: Language) -> &Bundle {
        match language {
            Language::Id => &self.indonesian,
            Language::En => &self.english,
        }
    }
}

fn bundle(language: &'static str, source: &str) -> Result<Bundle, Error> {
    let damaged = |what: String| Error { language, what };
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| damaged(format!("{errors:?}")))?;
    let tag = language.parse().map_err(|_| damaged("not a language tag".into()))?;
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Marks of isolation around values would be copied along with a number.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| damaged(format!("{errors:?}")))?;
    Ok(bundle)
}

/// The words of one language, passed by value.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    locale: &'a Locale,
    language: Language,
}

impl Words<'_> {
    /// Which language these are.
    pub fn language(self) -> Language {
        self.language
    }

    /// Says message `id`; [`say!`](crate::say) is the way to call it.
    ///
    /// A message that is in no file reads as its own id, and the log says so: a wrong word is better than no answer.
    pub fn say(self, id: &str, args: &Args<'_>) -> Html {
        [self.language, Language::Id]
            .into_iter()
            .find_map(|language| format_message(self.locale.bundle(language), id, args))
            .unwrap_or_else(|| {
                tracing::error!(id, "a message is in no locale");
                Html::escape(id)
            })
    }
}

fn format_message(bundle: &Bundle, id: &str, args: &Args<'_>) -> Option<Html> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors);
    if !errors.is_empty() {
        tracing::error!(id, problems = errors.len(), "a message lacks a variable");
    }
    Some(Html::trusted(text.into_owned()))
}

/// A value that may stand in a message. Its text is escaped here and nowhere else.
pub trait Arg {
    /// The value as Fluent takes it, written as `words`' language writes it.
    fn into_value(self, words: Words<'_>) -> FluentValue<'static>;
}

fn escaped(text: &str) -> FluentValue<'static> {
    FluentValue::String(Cow::Owned(Html::escape(text).into_string()))
}

impl Arg for &str {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self)
    }
}

impl Arg for &String {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self)
    }
}

impl Arg for String {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(&self)
    }
}

/// Markup that was made here, put in as it is.
impl Arg for Html {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(self.into_string()))
    }
}

/// A count: Fluent picks the plural by it.
impl Arg for usize {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        self.into()
    }
}

impl Arg for u32 {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        self.into()
    }
}

impl Arg for Rupiah {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(&rupiah(self))
    }
}

impl Arg for Provider {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self.name())
    }
}

impl Arg for &CustomerName {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self.as_str())
    }
}

impl Arg for &CustomerNumber {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self.as_str())
    }
}

impl Arg for &ResponseCode {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(self.as_str())
    }
}

impl Arg for ChatId {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(&self.to_string())
    }
}

impl Arg for UserId {
    fn into_value(self, _: Words<'_>) -> FluentValue<'static> {
        escaped(&self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let said = say!(locale.words(Language::Id), "found-name", name = &name);
        assert_eq!(said.as_str(), "<b>&lt;b&gt;&amp;&quot;_*</b>");
    }

    #[test]
    fn an_unknown_message_reads_as_its_id() {
        let locale = Locale::new().unwrap();
        assert_eq!(locale.words(Language::En).say("no-such", &Args::new()).as_str(), "no-such");
    }
}
