//! Where answers go: the trait that jobs speak through. Telegram implements it in `bot`, the terminal in `cli`, a list
//! in tests.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    chat::{Attachment, Menu, Reply},
    locale::{Html, Words},
    value::{ChatId, MessageId, UserId},
};

/// Where a reply goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The chat, by the id that Telegram knew it by when it asked.
    pub chat: ChatId,
    /// The forum topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

impl Destination {
    /// A chat, no message of it in particular.
    pub fn chat(chat: ChatId) -> Self {
        Self { chat, topic: None, message: None }
    }
}

/// Where a message came to stand: in a group that has just become a supergroup, not where it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The chat.
    pub chat: ChatId,
    /// Its id there.
    pub message: MessageId,
}

/// A message was refused for good: the reader blocked the bot, the chat is gone, the text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// How soon a message has to go out while Telegram takes no more: the first of these goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// An agent waits for it: it goes out at once.
    Answer,
    /// An answer that comes late, one of many perhaps: paced for each chat and over all.
    LateAnswer,
    /// For an owner.
    Alert,
    /// How far a long job is: may be left out.
    Progress,
    /// For someone who may not check.
    Stranger,
}

/// Sends what is said.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Sends a reply, in as many messages as it needs, until it is taken or refused for good. Gives the last message,
    /// under which the buttons stand.
    ///
    /// # Errors
    /// It was refused for good.
    async fn send(&self, to: Destination, reply: &Reply, priority: Priority) -> Result<Placed, Refused>;

    /// Sends a file with words under it, of which at most the first 1024 characters go along, until it is taken or
    /// refused for good, as where it is too large.
    ///
    /// # Errors
    /// It was refused for good.
    async fn send_file(
        &self,
        to: Destination,
        file: &Attachment,
        caption: &Html,
        priority: Priority,
    ) -> Result<Placed, Refused>;

    /// The bytes of a file that someone sent, which are at most `most`.
    ///
    /// # Errors
    /// It is larger, or not to be had.
    async fn read_file(&self, file: &str, most: usize) -> Result<Vec<u8>, Refused>;

    /// Shows a text in a group to one member alone, `press` being the button's press that it answers, if it is one.
    /// Whether they get to see it is not known. Where it cannot be done nothing is shown to anyone.
    ///
    /// # Errors
    /// It cannot be done there, or at present.
    async fn send_to_one(
        &self,
        _to: Destination,
        _reader: UserId,
        _press: Option<&str>,
        _text: &Html,
    ) -> Result<(), Refused> {
        Err(Refused)
    }

    /// Puts a reply in place of an earlier message.
    ///
    /// # Errors
    /// It was refused for good, as where the message is gone.
    async fn edit(&self, message: Placed, reply: &Reply, priority: Priority) -> Result<(), Refused>;

    /// Ends the wait of a pressed button, with a line over the chat if there is one to show.
    async fn answer_press(&self, press: &str, notice: Option<&str>);

    /// Takes a message out of the chat, where that is allowed; elsewhere it stays.
    async fn delete(&self, message: Placed);

    /// Leaves a group, where the bot is in it.
    async fn leave(&self, group: ChatId);

    /// Shows these commands in somebody's private chat, where it shows any.
    async fn show_menu(&self, _private: ChatId, _menu: Menu, _words: Words<'_>) {}

    /// Shows in a chat that an answer is being made, from about a second on, until the result is dropped.
    fn typing(&self, to: Destination) -> Typing;
}

/// Shows "typing" until it is dropped.
#[derive(Debug, Default)]
pub struct Typing(#[expect(dead_code, reason = "it acts when it is dropped")] Option<DropGuard>);

impl Typing {
    /// One that cancels `until` when it is dropped.
    pub fn until(until: CancellationToken) -> Self {
        Self(Some(until.drop_guard()))
    }
}
