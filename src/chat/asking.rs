//! The bot's open question to an agent in a chat: asked, kept for two minutes, and completed by the next message or a
//! tap.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::{
    action::Choice,
    conversation::Conversation,
    intent::Intent,
    message::{Asker, Pressed, Reply, Response},
    question::{self, Asked, Question},
    refusal,
};
use crate::{
    catalog::ProductCode,
    inquiry::parse::{Refusal, Request, parse},
    locale::Words,
    store::{Cursor, MAX_PAGE_LEN, Row, RowKind},
};

/// How long the bot waits for the answer to a question of its own.
const QUESTION_OPEN: TimeDelta = TimeDelta::minutes(2);

impl Conversation {
    /// A chosen product, provider or number: the check, where nothing is missing any more, or the next question.
    pub(super) async fn choose(&self, words: Words<'_>, asker: &Asker, choice: &Choice) -> Pressed {
        // A name belongs to the number with which it was given, and to no other.
        let asked = self.open_question(asker).await.unwrap_or_default();
        let name = asked.name.filter(|_| choice.number.is_some() && choice.number == asked.parts.number);
        let catalog = self.catalog.now();
        let product = choice.code.as_ref().and_then(|code| catalog.get(code.as_str()));
        if let (Some(product), None) = (product, &choice.number) {
            self.ask(asker, Question { parts: choice.clone(), name }).await;
            return Response::from(self.asked(words, asker).await.ask_number(product)).into();
        }
        let whole = choice.check().and_then(|check| Request::of(&check, &catalog));
        match whole.ok_or(()).or_else(|()| parse(&question::line(choice), &catalog).request) {
            Ok(request) => Pressed::Check { request, name, in_place: true },
            Err(refusal) => Response::from(self.ask_about(words, asker, &refusal, choice, name.as_ref()).await).into(),
        }
    }

    /// What an incomplete message is together with the bot's open question: a check, after which the caller closes it,
    /// or what is still in doubt. `None` where nothing was asked, or the message is no answer to it.
    pub async fn complete(
        &self,
        asker: &Asker,
        refusal: &Refusal,
        said: &Choice,
        name: Option<&String>,
    ) -> Option<Intent> {
        let asked = self.open_question(asker).await.filter(|_| question::may_answer(refusal))?;
        let parts = question::completed(&asked.parts, said)?;
        // A name belongs to the number with which it was given, and to no other.
        let is_its_number = asked.parts.number.is_none() || asked.parts.number == parts.number;
        let name = name.cloned().or(asked.name.filter(|_| is_its_number));
        match parse(&question::line(&parts), &self.catalog.now()).request {
            // It is a number of another kind of product: a new question.
            Err(wrong) if question::stands_alone(refusal) && question::is_wrong_number(&wrong) => None,
            Ok(request) => Some(Intent::Check { check: request.check(), pin: None, name, anew: false }),
            Err(refusal) => Some(Intent::Refused { refusal, parts, name, pin: None }),
        }
    }

    /// Says what is in doubt about a message, offers what it may have meant, and remembers the question.
    pub(super) async fn ask_about(
        &self,
        words: Words<'_>,
        asker: &Asker,
        refusal: &Refusal,
        parts: &Choice,
        name: Option<&String>,
    ) -> Reply {
        if *parts == Choice::default() {
            self.close_question(asker).await;
        } else {
            self.ask(asker, Question { parts: parts.clone(), name: name.cloned() }).await;
        }
        let buttons = self.asked(words, asker).await.offers(refusal);
        let asks_reply = buttons.is_empty() && asker.chat.is_group() && *parts != Choice::default();
        Reply { asks_reply, ..Reply::new(refusal::refusal(words, &self.catalog.now(), refusal), buttons) }
    }

    /// Who is asked, with what they mostly check: their own choices count more than the chat's.
    pub(super) async fn asked<'a>(&'a self, words: Words<'a>, asker: &Asker) -> Asked<'a> {
        let page = self.history.page(asker.chat, Cursor::Newest, MAX_PAGE_LEN).await.unwrap_or_default();
        let mut used = HashMap::new();
        for (_, record) in page.records {
            if let Some(code) = ProductCode::new(&record.product) {
                *used.entry(code).or_default() += if record.agent == asker.user { 10 } else { 1 };
            }
        }
        Asked { words, catalog: self.catalog.now(), owner: asker.user, chat: asker.chat, used }
    }

    async fn open_question(&self, asker: &Asker) -> Option<Question> {
        let question = self.rows.get_json(RowKind::OpenQuestion, &question_key(asker), asker.asked).await;
        question.inspect_err(|error| tracing::error!(%error, "an open question cannot be read")).ok()?
    }

    /// Remembers what was asked. A store that fails costs the answer's convenience, not the question.
    async fn ask(&self, asker: &Asker, question: Question) {
        let expires = Some(asker.asked + QUESTION_OPEN);
        let row = Row::json(RowKind::OpenQuestion, question_key(asker), &question, expires);
        if let Err(error) = self.rows.put(row).await {
            tracing::error!(%error, "an open question cannot be kept");
        }
    }

    /// Forgets the open question; gives whether there was one.
    pub async fn close_question(&self, asker: &Asker) -> bool {
        if self.open_question(asker).await.is_none() {
            return false;
        }
        let removed = self.rows.remove(RowKind::OpenQuestion, &question_key(asker)).await;
        removed.inspect_err(|error| tracing::error!(%error, "an open question cannot be closed")).unwrap_or(false)
    }
}

/// The key of an agent's open question in a chat.
fn question_key(asker: &Asker) -> String {
    format!("{}:{}", asker.chat, asker.user)
}
