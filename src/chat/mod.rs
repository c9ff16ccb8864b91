//! What the bot says: a conversation without Telegram.
//!
//! A message is read ([`Talk::understand`]: what does it ask for?) and then carried out ([`Talk::carry_out`]: what is the
//! answer?); [`Talk::press`] does both for a button. The bot and the terminal's demo hold their conversations through these,
//! so what the demo shows is what a phone shows. All words come from [`locale`](crate::locale); each kind of answer has its
//! file here.

mod answer;
pub mod command;
mod history;
mod intent;
mod products;
mod refusal;
mod reply;

use std::sync::Arc;

pub use answer::answer;
pub use intent::Intent;
pub use refusal::refusal;
pub use reply::{Alert, Ask, Button, Place, Press, Pressed, Reply, Role, Said};

use crate::{
    catalog::Catalog,
    inquiry::{Inquiry, parse::Request},
    locale::{Html, Locale, Words},
    say,
    store::{self, Cursor, History, Preferences},
    value::{ChatId, Language, UserId, Verdict},
};
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
    /// Does what was asked by `user` in `chat`, and gives the answer.
    pub async fn carry_out(&self, chat: ChatId, user: UserId, intent: &Intent) -> Said {
        let words = self.words(chat).await;
        match intent {
            Intent::Answer { text, pin_seen } => said(words, text.clone(), *pin_seen),
            Intent::Check { request, pin_seen } => self.inquire(words, chat, user, request, *pin_seen).await,
            Intent::Products { word, for_owner } => self.products(words, word, *for_owner).into(),
            Intent::History => self.newest(words, chat, user).await,
            Intent::Language(language) => self.set_language(words, chat, *language).await.into(),
        }
    }

    /// Reads a message and carries it out, where nothing can come in between.
    pub async fn hear(&self, ask: &Ask, bot: &str) -> Said {
        match self.understand(ask, bot).await {
            Some(intent) => self.carry_out(ask.chat, ask.user, &intent).await,
            None => Said::default(),
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

    async fn inquire(&self, words: Words<'_>, chat: ChatId, user: UserId, request: &Request, pin_seen: bool) -> Said {
        let checked = self.inquiry.check(chat, user, request).await;
        let mut said = said(words, answer(words, request, &checked), pin_seen);
        if let Verdict::Operator(problem) = checked.outcome.verdict {
            said.alert = Some(Alert { problem, code: checked.outcome.code });
        }
        said
    }

    fn products(&self, words: Words<'_>, word: &str, for_owner: bool) -> Html {
        let products = self.catalog.search(word);
        if products.is_empty() {
            return say!(words, "products-none", word = word);
        }
        products::list(words, &products, for_owner)
    }

    async fn newest(&self, words: Words<'_>, chat: ChatId, user: UserId) -> Said {
        match self.turn_to(words, chat, Turn { to: Cursor::Newest, owner: user }).await {
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

    async fn set_language(&self, words: Words<'_>, chat: ChatId, language: Language) -> Html {
        match self.preferences.set_language(chat, language).await {
            Ok(()) => say!(self.locale.words(language), "language-set"),
            Err(error) => store_trouble(words, &error),
        }
    }
}

/// An answer; where the message showed a PIN, with the warning, and the message is taken out of the chat.
fn said(words: Words<'_>, text: Html, pin_seen: bool) -> Said {
    if !pin_seen {
        return text.into();
    }
    let text = Html::lines([text, Html::default(), say!(words, "pin-warning")]);
    Said { delete_question: true, ..text.into() }
}

fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
