//! The words of each language, and the one way to say a message.

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};

use super::Html;
use crate::value::{CustomerName, Language, masked};

type Bundle = FluentBundle<FluentResource>;

/// Says a message: `say!(words, "found-total", total = customer_total)`. Gives [`Html`].
#[macro_export]
macro_rules! say {
    ($words:expr, $id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        let words: $crate::locale::Words<'_> = $words;
        #[allow(unused_mut)]
        let mut args = $crate::locale::Args::new();
        $( args.set(stringify!($name), $crate::locale::Arg::into_value($value)); )*
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
        Words { locale: self, language, masks_names: false }
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
    masks_names: bool,
}

impl Words<'_> {
    /// The same words for a chat that masks names, or does not.
    #[must_use]
    pub fn masking_names(self, masks_names: bool) -> Self {
        Self { masks_names, ..self }
    }

    /// Whether names are masked.
    pub fn masks_names(self) -> bool {
        self.masks_names
    }

    /// A customer's name, as far as the chat may see it: the one place where it becomes something to read.
    pub fn name(self, name: &CustomerName) -> Html {
        self.given_name(name.whole_name())
    }

    /// The same of a name that an agent gave a customer.
    pub fn given_name(self, name: &str) -> Html {
        if self.masks_names { Html::escape(&masked(name)) } else { Html::escape(name) }
    }

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
