//! What the bot says: a conversation without Telegram.
//!
//! A message is understood ([`Conversation::understand`]: what does it ask for?), which gives an [`Intent`]: data. `jobs`
//! carries an intent out and comes back for the words: [`Conversation::reply`] for what takes no provider,
//! [`Conversation::answer`] for the outcome of a check, [`Conversation::notice`] for everything else that is said. The bot
//! and the terminal's demo hold their conversations through these, so what the demo shows is what a phone shows. All words
//! come from [`locale`](crate::locale); each kind of answer has its file here.

mod answer;
mod history;
mod intent;
mod later;
mod message;
mod notice;
mod products;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod quoted;
mod refusal;
mod strangers;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

pub use answer::{alert_of, answer};
pub use intent::{Intent, Turn};
pub use message::{Alert, Button, Command, Line, Message, PinIn, Place, Pressed, Reply};
pub use notice::Notice;
pub use refusal::refusal;
pub use strangers::Strangers;

use crate::{
    access::Role,
    catalog::Catalog,
    inquiry::{Inquiry, parse::Request},
    locale::{Html, Locale, Words},
    say,
    store::{self, Cursor, History, Preferences},
    value::{ChatId, Language, Outcome, UserId},
};

/// Everything that a conversation draws on.
pub struct Conversation {
    /// Makes the checks.
    pub inquiry: Inquiry,
    /// What can be checked.
    pub catalog: Arc<Catalog>,
    /// The chats' checks.
    pub history: Arc<dyn History>,
    /// The chats' choices.
    pub preferences: Preferences,
    /// The words.
    pub locale: Arc<Locale>,
    /// The strangers who were told that the bot is not for them.
    pub strangers: Strangers,
    /// How long a provider that does not answer is asked again; `None`: the first try is the answer.
    pub retry_window: Option<TimeDelta>,
}

/// Who asks, where, and what they may do there now.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The chat under whose id history is kept.
    pub chat: ChatId,
    /// Who asks.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
}

/// A check that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether the chat's history has it. Where the store fails, the agent still gets the answer.
    pub kept: bool,
}

impl Conversation {
    /// Does what an intent asks for that is neither a check nor `/batal`, and gives the answer.
    pub async fn reply(&self, actor: &Actor, intent: &Intent) -> Reply {
        let words = self.words(actor.chat).await;
        let place = Place::of(actor.chat);
        match intent {
            // What only `jobs` can carry out, and a press, come here by a mistake in this program alone.
            Intent::Check { .. } | Intent::Cancel | Intent::Press { .. } => say!(words, "apology").into(),
            Intent::Refused { refusal, pin } => {
                with_pin_warning(words, refusal::refusal(words, &self.catalog, refusal).into(), *pin)
            }
            Intent::UnknownCommand { pin } => with_pin_warning(words, say!(words, "unknown-command").into(), *pin),
            Intent::Start => say!(words, "start").into(),
            Intent::Help => help(words, place).into(),
            Intent::Hint => say!(words, "hint").into(),
            Intent::Id => ids(words, actor.user, actor.chat),
            Intent::Products { word } => {
                let with_buying_prices = actor.role == Role::Owner && place == Place::Private;
                products::list(words, &self.catalog, word, with_buying_prices).into()
            }
            Intent::History => {
                let newest = Turn { to: Cursor::Newest, owner: actor.user };
                let page = self.turn_page(words, actor.chat, newest).await;
                page.unwrap_or_else(|error| store_trouble(words, &error).into())
            }
            Intent::Outages => later::outages(words, &self.inquiry.health()).into(),
            Intent::Language { language } => self.set_language(words, actor.chat, *language).await.into(),
            Intent::LanguageUsage => say!(words, "language-usage").into(),
        }
    }

    /// Answers a pressed button; `turn` is what it asks for, `None` for a button that this build does not know.
    pub async fn press(&self, actor: &Actor, turn: Option<Turn>) -> Pressed {
        let words = self.words(actor.chat).await;
        let notice = |text: Html| Pressed::Notice(text.plain());
        match turn {
            None => notice(say!(words, "button-stale")),
            Some(turn) if !turn.belongs_to(actor) => notice(say!(words, "button-not-yours")),
            Some(turn) => match self.turn_page(words, actor.chat, turn).await {
                Ok(reply) => Pressed::Edit(reply),
                Err(error) => notice(store_trouble(words, &error)),
            },
        }
    }

    /// The answer of a check, and what the owners have to be told of it. `pin`: where a PIN was shown.
    pub async fn answer(
        &self,
        chat: ChatId,
        request: &Request,
        checked: &Checked,
        pin: Option<PinIn>,
    ) -> (Reply, Option<Alert>) {
        let words = self.words(chat).await;
        let reply = with_pin_warning(words, answer::answer(words, request, checked).into(), pin);
        (reply, answer::alert_of(&request.product, &checked.outcome))
    }

    /// Says something that is no answer.
    pub async fn notice(&self, chat: ChatId, notice: Notice<'_>) -> Reply {
        notice.say(self.words(chat).await)
    }

    /// A reply that begins with an apology for its lateness.
    pub async fn with_late_apology(&self, chat: ChatId, reply: Reply) -> Reply {
        let apology = say!(self.words(chat).await, "later-apology");
        Reply { text: Html::lines([apology, reply.text]), ..reply }
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

    async fn turn_page(&self, words: Words<'_>, chat: ChatId, turn: Turn) -> Result<Reply, store::Error> {
        let mut page = self.history.page(chat, turn.to, history::PAGE_LEN).await?;
        if !page.has_newer && turn.to != Cursor::Newest {
            // The first page is always a full one, however one got back to it.
            page = self.history.page(chat, Cursor::Newest, history::PAGE_LEN).await?;
        }
        Ok(history::page(words, &page, turn.owner))
    }

    async fn set_language(&self, words: Words<'_>, chat: ChatId, language: Language) -> Html {
        match self.preferences.set_language(chat, language).await {
            Ok(()) => say!(self.locale.words(language), "language-set"),
            Err(error) => store_trouble(words, &error),
        }
    }
}

/// A reply; where a PIN was shown, with a warning of it.
fn with_pin_warning(words: Words<'_>, reply: Reply, pin: Option<PinIn>) -> Reply {
    if pin.is_none() {
        return reply;
    }
    Reply { text: Html::lines([reply.text, Html::default(), say!(words, "pin-warning")]), ..reply }
}

fn help(words: Words<'_>, place: Place) -> Html {
    let place = match place {
        Place::Private => "private",
        Place::Group => "group",
    };
    say!(words, "help", place = place)
}

/// The answer to `/id`. An anonymous administrator has no id to show: what Telegram gives is the same for all of them.
fn ids(words: Words<'_>, user: UserId, chat: ChatId) -> Reply {
    if user == UserId::ANONYMOUS_ADMIN {
        return say!(words, "id-anonymous", chat = chat).into();
    }
    say!(words, "id-shown", user = user, chat = chat).into()
}

fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
