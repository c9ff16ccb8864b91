//! What is looked up before a message becomes a job: a customer by the name that the agent gave, and whether digits
//! that may be a PIN stand in any number, so that they are written down only then.

use super::{
    alias::Alias,
    command::Command,
    conversation::Conversation,
    intent::Intent,
    message::{Line, Message},
    search::Wanted,
};
use crate::{
    inquiry::parse::Request,
    store::{self, Cursor},
};

impl Conversation {
    /// The intent of a message, with what has to be looked up for it. A store that fails costs what it would have told.
    pub async fn look_up(&self, message: &Message, intent: Intent) -> Intent {
        if let Some(order) = self.names_new_agent(message).await {
            return Intent::Agents { order };
        }
        match intent {
            // What can be read as a check, or showed a PIN, is no customer's name.
            Intent::Hint | Intent::Refused { pin: None, .. } => self.with_customer(message, intent).await,
            Intent::History { wanted, pin } if wanted.may_hold_pin() => {
                let stands = self.stands_somewhere(message, &wanted).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "a history cannot be searched");
                    false
                });
                Intent::History { wanted: if stands { wanted } else { wanted.without_digits() }, pin }
            }
            intent => intent,
        }
    }

    /// Where the message is `cek busiti` and the agent keeps such a customer, the check of that one.
    async fn with_customer(&self, message: &Message, intent: Intent) -> Intent {
        let name = match &message.line {
            Line::Command(Command::Check, name) => Some(name.as_str()),
            Line::Text { text, .. } => {
                let words = text.split_once(char::is_whitespace);
                words.filter(|(cek, _)| cek.eq_ignore_ascii_case("cek")).map(|(_, name)| name)
            }
            _ => None,
        };
        let Some(alias) = name.and_then(Alias::new).filter(|_| !message.user.is_stand_in()) else { return intent };
        let kept = self.customer(message.user, &alias).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a customer cannot be read");
            None
        });
        match kept.filter(|check| Request::of(check, &self.catalog.now()).is_some()) {
            Some(check) => Intent::Check { check, pin: None, name: None, anew: false },
            None => intent,
        }
    }

    /// Whether the digits stand in a number that the chat has checked, or are an agent's id. What of it the asker may
    /// see is decided where the search is answered: Telegram may have to be asked for that, and here other chats wait.
    async fn stands_somewhere(&self, message: &Message, wanted: &Wanted) -> Result<bool, store::Error> {
        let search = wanted.digits_alone();
        if !self.history.find(message.chat, &search, Cursor::Newest, 1).await?.records.is_empty() {
            return Ok(true);
        }
        let id = wanted.agents_id().filter(|_| message.chat.is_group());
        Ok(match id {
            Some(id) => !self.names.called(id, 1).await?.is_empty(),
            None => false,
        })
    }
}
