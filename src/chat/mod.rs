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
mod later;
mod products;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod quoted;
mod refusal;
mod reply;
mod strangers;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

pub use answer::answer;
pub use intent::Intent;
pub use refusal::refusal;
pub use reply::{Alert, Ask, Button, Later, Leak, Place, Press, Pressed, Reply, Role, Said};
pub use strangers::Strangers;

use crate::{
    catalog::Catalog,
    clock::Clock,
    inquiry::{Checked, Inquiry, Tried, Wait, is_final, parse::Request},
    locale::{Html, Locale, Words},
    say,
    store::{self, Cursor, History, Preferences, Seq},
    value::{ChatId, Language, UpdateId, UserId},
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
    /// The time, for what is promised.
    pub clock: Arc<dyn Clock>,
    /// Who was told that the bot is not for them.
    pub strangers: Strangers,
    /// How long a provider that does not answer is asked again; `None`: the first try is the answer.
    pub patience: Option<TimeDelta>,
}

impl Talk {
    /// Does what was asked by `user` in `chat`, and gives the answer. What it keeps is noted in the journal's entry of
    /// `update`, where there is one. A check waits for its turn as long as `wait` says, and as long as it takes where a
    /// provider is not asked again: then there is no other way to an answer.
    pub async fn carry_out(
        &self,
        chat: ChatId,
        user: UserId,
        intent: &Intent,
        update: Option<UpdateId>,
        wait: Wait,
    ) -> Said {
        let words = self.words(chat).await;
        match intent {
            Intent::Answer { text, leak } => warned(words, text.clone().into(), *leak),
            Intent::Check { request, leak } => {
                let said = self.check(words, chat, user, request, update, wait).await;
                warned(words, said, *leak)
            }
            Intent::Products { word, for_owner } => self.products(words, word, *for_owner).into(),
            Intent::History => self.newest(words, chat, user).await,
            Intent::Outages => later::outages(words, &self.inquiry.health()).into(),
            Intent::Cancel => cancelled(words, 0).into(),
            Intent::Language(language) => self.set_language(words, chat, *language).await.into(),
        }
    }

    /// The answer of a check whose outcome is in the history already, with its warning where a PIN was shown; `None` where
    /// it cannot be found there. `has_waited`: its provider was asked again, so that it ended without an answer only by
    /// being given up.
    pub async fn recall(
        &self,
        chat: ChatId,
        request: &Request,
        leak: Option<Leak>,
        seq: Seq,
        has_waited: bool,
    ) -> Option<Said> {
        let record = self.history.get(chat, seq).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a kept check cannot be read");
            None
        })?;
        let words = self.words(chat).await;
        let said = if has_waited && !is_final(&record.outcome.verdict) {
            later::gave_up(words, request, record.at).into()
        } else {
            self.ended(words, request, Checked { outcome: record.outcome, at: record.at, kept: true })
        };
        Some(warned(words, said, leak))
    }

    /// The answer of a check that had to wait, now that it has ended.
    pub async fn answer_late(&self, chat: ChatId, request: &Request, checked: Checked) -> Said {
        self.ended(self.words(chat).await, request, checked)
    }

    /// What stands in the place of an answer that never came.
    pub async fn give_up(&self, chat: ChatId, request: &Request, at: DateTime<Utc>) -> Reply {
        later::gave_up(self.words(chat).await, request, at).into()
    }

    /// What stands in the place of an answer that nobody waits for any more.
    pub async fn cancelled_check(&self, chat: ChatId, request: &Request) -> Reply {
        later::cancelled(self.words(chat).await, request).into()
    }

    /// The answer to `/batal`, which stopped so many checks.
    pub async fn cancelled(&self, chat: ChatId, count: usize) -> Reply {
        cancelled(self.words(chat).await, count).into()
    }

    /// The same answer, begun with an apology for its lateness.
    pub async fn apologise_for_lateness(&self, chat: ChatId, reply: Reply) -> Reply {
        let apology = say!(self.words(chat).await, "later-apology");
        Reply { text: Html::lines([apology, reply.text]), ..reply }
    }

    /// What to say when more is asked than the bot can take, now or later.
    pub async fn busy(&self, chat: ChatId) -> Reply {
        say!(self.words(chat).await, "busy").into()
    }

    /// What to say when nothing can be written down.
    pub async fn not_accepted(&self, chat: ChatId) -> Reply {
        say!(self.words(chat).await, "not-accepted").into()
    }

    /// Reads a message and carries it out, where nothing can come in between.
    pub async fn hear(&self, ask: &Ask, bot: &str) -> Said {
        match self.understand(ask, bot).await {
            Some(intent) => self.carry_out(ask.chat, ask.user, &intent, None, Wait::ForItsTurn).await,
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

    async fn check(
        &self,
        words: Words<'_>,
        chat: ChatId,
        user: UserId,
        request: &Request,
        update: Option<UpdateId>,
        wait: Wait,
    ) -> Said {
        let wait = if self.patience.is_some() { wait } else { Wait::ForItsTurn };
        match (self.inquiry.check(chat, user, request, update, wait).await, self.patience) {
            (Tried::Ended(checked), _) => self.ended(words, request, checked),
            (Tried::Unanswered { verdict, outcome }, Some(patience)) => {
                let now = self.clock.now();
                let until = now + patience;
                let last = outcome.as_ref().map(|outcome| (now, outcome));
                let text = later::notice(words, request, &verdict, last, until);
                Said { later: Some(Later { until, last: outcome }), ..text.into() }
            }
            (Tried::Unanswered { outcome: Some(outcome), .. }, None) => {
                let checked = self.inquiry.keep(chat, user, request, outcome, update).await;
                self.ended(words, request, checked)
            }
            (Tried::Unanswered { verdict, outcome: None }, None) => answer::unanswered(words, request, &verdict).into(),
        }
    }

    fn ended(&self, words: Words<'_>, request: &Request, checked: Checked) -> Said {
        let mut said = Said::from(answer(words, request, &checked));
        said.alert = answer::alert_of(&request.product, checked.outcome);
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

/// An answer; where a PIN was shown, with a warning of it.
fn warned(words: Words<'_>, mut said: Said, leak: Option<Leak>) -> Said {
    said.leak = leak;
    if let (Some(_), Some(reply)) = (leak, &mut said.reply) {
        let answer = std::mem::take(&mut reply.text);
        reply.text = Html::lines([answer, Html::default(), say!(words, "pin-warning")]);
    }
    said
}

fn cancelled(words: Words<'_>, count: usize) -> Html {
    if count == 0 { say!(words, "cancel-none") } else { say!(words, "cancel-done", count = count) }
}

fn store_trouble(words: Words<'_>, error: &store::Error) -> Html {
    tracing::error!(%error, "the store failed");
    say!(words, "store-trouble")
}
