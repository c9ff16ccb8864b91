//! What the bot says: a conversation without Telegram.
//!
//! [`Talk::hear`] takes a message and gives what to say to it; [`Talk::press`] does the same for a button. Both the bot and the
//! terminal's demo hold their conversations through these two, so what the demo shows is what a phone shows. All words
//! come from [`locale`](crate::locale); each kind of answer has its file here.

mod answer;
pub mod command;
mod history;
mod products;
mod refusal;
mod reply;

use std::sync::Arc;

pub use answer::answer;
pub use refusal::refusal;
pub use reply::{Alert, Ask, Button, Place, Press, Pressed, Reply, Role, Said};

use crate::{
    catalog::Catalog,
    inquiry::{
        Inquiry, Tried,
        parse::{self, Parsed, Request, parse},
    },
    locale::{Html, Locale, Words},
    say,
    store::{self, Cursor, History, Preferences},
    value::{ChatId, Language, Verdict},
};
use command::{Command, Line};
use history::Turn;

/// Everything that a conversation draws on.
pub struct Talk {
    /// Makes the checks.
    pub inquiry: Inquiry,
    /// What can be checked.
    pub catalog: Arc<Catalog>,
    /// The chats' checks.
    pub history: Arc<dyn History>,
    /// The chats' languages.
    pub preferences: Arc<dyn Preferences>,
    /// The words.
    pub locale: Arc<Locale>,
}

impl Talk {
    /// Answers a message, where `bot` is the bot's user name without the `@`.
    pub async fn hear(&self, ask: &Ask, bot: &str) -> Said {
        let line = command::read(&ask.text, bot);
        if line == Line::ForAnother {
            return Said::default();
        }
        let words = self.words(ask.chat).await;
        match (line, ask.role, ask.place) {
            (Line::Command(Command::Id, _), ..) => say!(words, "id-shown", user = ask.user, chat = ask.chat).into(),
            (_, Role::Stranger, Place::Private) => say!(words, "stranger", user = ask.user).into(),
            (_, Role::Stranger, Place::Group) => Said::default(),
            (Line::Command(command, args), ..) => self.obey(words, ask, command, args).await,
            (Line::UnknownCommand { named }, _, place) if named || place == Place::Private => {
                say!(words, "unknown-command").into()
            }
            (Line::Text(text), ..) => self.overhear(words, ask, text, bot).await,
            (Line::UnknownCommand { .. } | Line::ForAnother, ..) => Said::default(),
        }
    }

    /// Answers a press of a button.
    pub async fn press(&self, press: &Press) -> Pressed {
        let words = self.words(press.chat).await;
        let notice = |text: Html| Pressed::Notice(text.plain());
        match Turn::decode(&press.data) {
            None => notice(say!(words, "button-stale")),
            Some(_) if press.role == Role::Stranger => notice(say!(words, "stranger", user = press.user)),
            Some(turn) if turn.owner != press.user => notice(say!(words, "button-not-yours")),
            Some(turn) => match self.turn_to(words, press.chat, turn).await {
                Ok(reply) => Pressed::Edit(reply),
                Err(error) => notice(store_trouble(words, &error)),
            },
        }
    }

    /// What to say when an answer could not be made because of a mistake in this program.
    pub async fn apology(&self, chat: ChatId) -> Reply {
        say!(self.words(chat).await, "apology").into()
    }

    /// What to say to someone who writes faster than the bot takes.
    pub async fn slow_down(&self, chat: ChatId) -> Reply {
        say!(self.words(chat).await, "slow-down").into()
    }

    /// An alert in the language of an owner's chat.
    pub async fn alert(&self, chat: ChatId, alert: &Alert) -> Reply {
        answer::alert(self.words(chat).await, alert).into()
    }

    /// The words of a chat. A store that fails costs the chat its choice of language, not its answer.
    async fn words(&self, chat: ChatId) -> Words<'_> {
        let chosen = self.preferences.language(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read a chat's language");
            None
        });
        self.locale.words(chosen.unwrap_or_default())
    }

    async fn obey(&self, words: Words<'_>, ask: &Ask, command: Command, args: &str) -> Said {
        match command {
            Command::Start => say!(words, "start").into(),
            Command::Help => help(words, ask.place).into(),
            Command::Check => self.check(words, ask, args).await,
            Command::Products => self.products(words, ask, args).into(),
            Command::History => self.history(words, ask).await,
            Command::Language => self.set_language(words, ask.chat, args).await.into(),
            Command::Id => say!(words, "id-shown", user = ask.user, chat = ask.chat).into(),
        }
    }

    /// Text that is no command: a check in private; in a group only when it is meant for the bot and looks like one.
    async fn overhear(&self, words: Words<'_>, ask: &Ask, text: &str, bot: &str) -> Said {
        let mentioned = command::without_mention(text, bot);
        let addressed = mentioned.is_some() || ask.replies_to_bot;
        let text = mentioned.as_deref().unwrap_or(text);
        let has_digits = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
        match ask.place {
            Place::Group if !addressed => Said::default(),
            Place::Group if !has_digits(text) && mentioned.is_none() => Said::default(),
            _ if !has_digits(text) && !ask.quoted.as_deref().is_some_and(has_digits) => say!(words, "hint").into(),
            _ => self.check(words, ask, text).await,
        }
    }

    async fn check(&self, words: Words<'_>, ask: &Ask, args: &str) -> Said {
        let Parsed { request, pin_seen } = self.read(args, ask.quoted.as_deref());
        let mut said = match request {
            Ok(request) => self.inquire(words, ask, &request).await,
            Err(error) => refusal(words, &error).into(),
        };
        if pin_seen {
            said.delete_question = true;
            warn_of_pin(words, &mut said);
        }
        said
    }

    /// Reads what was typed, and where that lacks the number, the message that it replies to.
    fn read(&self, typed: &str, quoted: Option<&str>) -> Parsed {
        let parsed = parse(typed, &self.catalog);
        match (&parsed.request, quoted) {
            (Err(parse::Error::Empty | parse::Error::MissingNumber(_)), Some(quoted)) => {
                parse(&format!("{typed}\n{quoted}"), &self.catalog)
            }
            _ => parsed,
        }
    }

    async fn inquire(&self, words: Words<'_>, ask: &Ask, request: &Request) -> Said {
        let checked = match self.inquiry.check(ask.chat, ask.user, request).await {
            Tried::Ended(checked) => checked,
            Tried::Unanswered(verdict) => return answer::unanswered(words, request, &verdict).into(),
            Tried::Busy => return say!(words, "slow-down").into(),
        };
        let mut said = Said::from(answer(words, request, &checked));
        if let Verdict::Operator(problem) = checked.outcome.verdict {
            said.alert = Some(Alert { problem, code: checked.outcome.code });
        }
        said
    }

    fn products(&self, words: Words<'_>, ask: &Ask, word: &str) -> Html {
        let products = self.catalog.search(word);
        if products.is_empty() {
            return say!(words, "products-none", word = &word.chars().take(30).collect::<String>());
        }
        let for_owner = ask.role == Role::Owner && ask.place == Place::Private;
        products::list(words, &products, for_owner)
    }

    async fn history(&self, words: Words<'_>, ask: &Ask) -> Said {
        match self.turn_to(words, ask.chat, Turn { to: Cursor::Newest, owner: ask.user }).await {
            Ok(reply) => reply.into(),
            Err(error) => store_trouble(words, &error).into(),
        }
    }

    async fn turn_to(&self, words: Words<'_>, chat: ChatId, turn: Turn) -> Result<Reply, store::Error> {
        let mut page = self.history.page(chat, turn.to, history::PAGE).await?;
        if !page.has_newer && turn.to != Cursor::Newest {
            // The first page is always a full one, however one got back to it.
            page = self.history.page(chat, Cursor::Newest, history::PAGE).await?;
        }
        Ok(history::page(words, &page, turn.owner))
    }

    async fn set_language(&self, words: Words<'_>, chat: ChatId, code: &str) -> Html {
        let Some(language) = Language::from_code(code) else { return say!(words, "language-usage") };
        match self.preferences.set_language(chat, language).await {
            Ok(()) => say!(self.locale.words(language), "language-set"),
            Err(error) => store_trouble(words, &error),
        }
    }
}

fn help(words: Words<'_>, place: Place) -> Html {
    let place = match place {
        Place::Private => "private",
        Place::Group => "group",
    };
    say!(words, "help", place = place)
}

fn warn_of_pin(words: Words<'_>, said: &mut Said) {
    if let Some(reply) = &mut said.reply {
        let answer = std::mem::take(&mut reply.text);
        reply.text = Html::lines([answer, Html::default(), say!(words, "pin-warning")]);
    }
}

fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
