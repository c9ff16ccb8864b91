//! What the bot said, as a test reads it, and the buttons under it.

use std::{fmt, sync::Arc};

use serde_json::Value;

use super::{
    chats::Message,
    conversation::{InChat, Quotable, User},
    groups::Topic,
    state::{Answer, State, World},
};

/// A message of the bot as it was when it was read.
#[derive(Clone)]
pub struct Reply {
    world: Arc<World>,
    chat: i64,
    message: Message,
}

impl Reply {
    pub(crate) fn new(world: Arc<World>, chat: i64, message: Message) -> Self {
        Self { world, chat, message }
    }

    /// The text as people see it, without markup.
    pub fn text(&self) -> &str {
        &self.message.text
    }

    /// The text as the bot sent it.
    pub fn html(&self) -> &str {
        &self.message.html
    }

    /// The file that it is, by its name, and its bytes. Its text is the caption then.
    pub fn file(&self) -> (&str, &[u8]) {
        let (name, bytes) = self.message.file.as_ref().unwrap_or_else(|| panic!("no file: {self:?}"));
        (name, bytes)
    }

    /// Whether it was sent as a reply to this message.
    pub fn answers(&self, original: &impl Quotable) -> bool {
        original.chat_id() == self.chat && self.message.reply_to == Some(original.message_id())
    }

    /// The id of the message to which it was sent as a reply.
    pub fn replies_to(&self) -> Option<i64> {
        self.message.reply_to
    }

    /// Whether it stands in this topic.
    pub fn is_in(&self, topic: &Topic) -> bool {
        topic.chat == self.chat && self.message.thread == Some(topic.id)
    }

    /// The thread id of the topic in which it stands; `None` outside of topics and in General.
    pub fn topic(&self) -> Option<i64> {
        self.message.thread
    }

    /// The labels of its buttons, row by row.
    pub fn rows(&self) -> Vec<Vec<&str>> {
        self.message.keyboard.iter().map(|row| row.iter().map(label).collect()).collect()
    }

    /// The labels of its buttons.
    pub fn buttons(&self) -> Vec<&str> {
        self.message.keyboard.iter().flatten().map(label).collect()
    }

    /// The text that a button of this label copies.
    pub fn copies(&self, wanted: &str) -> &str {
        self.button(wanted)["copy_text"]["text"].as_str().expect("the button copies a text")
    }

    /// The data of all its buttons that can be pressed.
    pub fn all_data(&self) -> Vec<&str> {
        self.message.keyboard.iter().flatten().filter_map(|button| button["callback_data"].as_str()).collect()
    }

    /// The data of the button of this label.
    pub fn data(&self, wanted: &str) -> &str {
        self.button(wanted)["callback_data"].as_str().expect("the button can be pressed")
    }

    fn button(&self, wanted: &str) -> &Value {
        let mut all = self.message.keyboard.iter().flatten();
        all.find(|button| label(button) == wanted)
            .unwrap_or_else(|| panic!("no button {wanted:?} among {:?}", self.buttons()))
    }

    /// Presses the button of this label, as it was when this reply was read.
    pub async fn press(&self, label: &str, by: &User) -> Press {
        let data = self.data(label).to_owned();
        self.press_data(&data, by).await
    }

    /// Presses a button with any data: of another build of the bot, or made up.
    pub async fn press_data(&self, data: &str, by: &User) -> Press {
        let id = self.world.change(|state| state.press(self.chat, self.message.id, data, by.id()));
        Press { world: self.world.clone(), id }
    }

    /// Waits for the next edit of this message; the message as it is then.
    pub async fn edited(&self) -> Self {
        let take = |state: &mut State| self.take_edit(state);
        let message = self.world.expect(&format!("edit of message {}", self.message.id), take).await;
        Self::new(self.world.clone(), self.chat, message)
    }

    /// The next edit of this message, if there is one by now.
    pub fn edited_by_now(&self) -> Option<Self> {
        let message = self.world.change(|state| self.take_edit(state))?;
        Some(Self::new(self.world.clone(), self.chat, message))
    }

    fn take_edit(&self, state: &mut State) -> Option<Message> {
        let edits = &mut state.chats.get_mut(&self.chat)?.unread.edits;
        let place = edits.iter().position(|message| message.id == self.message.id)?;
        edits.remove(place)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} in {}: {:?} {:?}", self.message.id, self.chat, self.text(), self.rows())
    }
}

impl InChat for Reply {
    fn chat_id(&self) -> i64 {
        self.chat
    }
}

impl Quotable for Reply {
    fn message_id(&self) -> i64 {
        self.message.id
    }
}

fn label(button: &Value) -> &str {
    button["text"].as_str().unwrap_or_default()
}

/// A pressed button, which spins until the bot answers.
pub struct Press {
    world: Arc<World>,
    id: String,
}

impl Press {
    /// Waits for the bot's answer to the press. One with words must be read; one without may go unread.
    pub async fn alert(&self) -> Answer {
        self.world.expect("answer to a press", |state| self.take_answer(state)).await
    }

    /// The bot's answer to the press, if there is one by now.
    pub fn alert_by_now(&self) -> Option<Answer> {
        self.world.change(|state| self.take_answer(state))
    }

    fn take_answer(&self, state: &mut State) -> Option<Answer> {
        let press = state.presses.get_mut(&self.id)?;
        press.read = press.answer.is_some();
        press.answer.clone()
    }
}
