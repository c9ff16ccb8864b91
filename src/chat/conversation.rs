//! The conversation: what is said to whom, drawn from the checks, the history, the catalog and the words.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    answer::{self, Checked},
    button::{Action, Press},
    history,
    intent::Intent,
    later,
    message::{Actor, Alert, Command, Line, Message, PinIn, Place, Pressed, Reply},
    notice::Notice,
    products, refusal,
    strangers::Strangers,
};
use crate::{
    access::Role,
    catalog::Catalog,
    inquiry::{Inquiry, parse::Request},
    locale::{Html, Locale, Words},
    say,
    store::{self, Cursor, History, Preferences},
    value::{ChatId, Language, UserId},
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

impl Conversation {
    /// Does what an intent asks for that is neither a check nor `/batal`, and gives the answer.
    pub async fn reply(&self, actor: &Actor, intent: &Intent) -> Reply {
        let words = self.words(actor.chat).await;
        let place = Place::of(actor.chat);
        match intent {
            // What only `jobs` can carry out, and a press, come here by a mistake in this program alone.
            Intent::Check { .. } | Intent::Cancel | Intent::Press { .. } => say!(words, "apology").into(),
            Intent::Refused { refusal, pin } => {
                answer::with_pin_warning(words, refusal::refusal(words, &self.catalog, refusal).into(), *pin)
            }
            Intent::UnknownCommand { pin } => {
                answer::with_pin_warning(words, say!(words, "unknown-command").into(), *pin)
            }
            Intent::Start => say!(words, "start").into(),
            Intent::Help => help(words, place).into(),
            Intent::Hint => say!(words, "hint").into(),
            Intent::Id => ids(words, actor.user, actor.chat),
            Intent::Products { word } => {
                let with_buying_prices = actor.role == Role::Owner && place == Place::Private;
                products::list(words, &self.catalog, word, with_buying_prices).into()
            }
            Intent::History => {
                let page = self.turn_page(words, actor.chat, Cursor::Newest, actor.user).await;
                page.unwrap_or_else(|error| store_trouble(words, &error).into())
            }
            Intent::Outages => later::outages(words, &self.inquiry.health()).into(),
            Intent::Language { language } => self.set_language(words, actor.chat, *language).await.into(),
            Intent::LanguageUsage => say!(words, "language-usage").into(),
        }
    }

    /// Answers a pressed button; `press` is what it asks for, `None` for a button that this build does not know.
    pub async fn press(&self, actor: &Actor, press: Option<&Press>) -> Pressed {
        let words = self.words(actor.chat).await;
        let notice = |text: Html| Pressed::Notice(text.plain());
        match press {
            Some(press) if !press.belongs_to(actor.user, actor.chat) => notice(say!(words, "button-not-yours")),
            Some(Press { action: Action::Turn(to), owner }) => {
                match self.turn_page(words, actor.chat, *to, *owner).await {
                    Ok(reply) => Pressed::Edit(reply),
                    Err(error) => notice(store_trouble(words, &error)),
                }
            }
            _ => notice(say!(words, "button-stale")),
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
        let reply = answer::with_pin_warning(words, answer::answer(words, request, checked).into(), pin);
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

    /// What someone who may not check is told: their id where they ask for it, and once in private that the bot is not for
    /// them. `None` where silence is the answer.
    pub async fn reply_to_stranger(&self, message: &Message) -> Option<Reply> {
        let user = message.user;
        match (&message.line, Place::of(message.chat)) {
            (Line::ForAnotherBot, _) => None,
            (Line::Command(Command::Id, _), _) => Some(ids(self.words(message.chat).await, user, message.chat)),
            (_, Place::Group) => None,
            (line, Place::Private) => {
                let asks_for_it = matches!(line, Line::Command(Command::Start, _));
                let is_told = self.strangers.is_new(user) || asks_for_it;
                is_told.then_some(())?;
                Some(say!(self.words(message.chat).await, "stranger", user = user).into())
            }
        }
    }

    /// What someone who may not check reads when they press a button.
    pub async fn stranger_notice(&self, chat: ChatId, user: UserId) -> String {
        say!(self.words(chat).await, "stranger", user = user).plain()
    }

    /// The words of a chat. A store that fails costs the chat its choice of language, not its answer.
    async fn words(&self, chat: ChatId) -> Words<'_> {
        let chosen = self.preferences.language(chat).await.unwrap_or_else(|error| {
            tracing::error!(%error, "cannot read a chat's language");
            None
        });
        self.locale.words(chosen.unwrap_or_default())
    }

    async fn turn_page(
        &self,
        words: Words<'_>,
        chat: ChatId,
        to: Cursor,
        owner: UserId,
    ) -> Result<Reply, store::Error> {
        let mut page = self.history.page(chat, to, history::PAGE_LEN).await?;
        if !page.has_newer && to != Cursor::Newest {
            // The first page is always a full one, however one got back to it.
            page = self.history.page(chat, Cursor::Newest, history::PAGE_LEN).await?;
        }
        Ok(history::page(words, &page, owner))
    }

    async fn set_language(&self, words: Words<'_>, chat: ChatId, language: Language) -> Html {
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
