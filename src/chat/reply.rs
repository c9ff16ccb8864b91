//! What goes into a conversation and what comes out, without a trace of Telegram: the bot and the demo both speak it.

use chrono::{DateTime, Utc};

use crate::{
    catalog::ProductCode,
    locale::Html,
    value::{ChatId, OperatorProblem, Outcome, ResponseCode, UserId},
};

/// Where a message was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Alone with the bot.
    Private,
    /// Among others: the bot is silent unless it is spoken to.
    Group,
}

/// What someone may do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs the bot: sees buying prices and remedies, in private.
    Owner,
    /// May check.
    Agent,
    /// May learn nothing but ids.
    Stranger,
}

/// A message that reached the bot.
#[derive(Clone)]
pub struct Ask {
    /// Where.
    pub chat: ChatId,
    /// From whom.
    pub user: UserId,
    /// In private or not.
    pub place: Place,
    /// What the sender may do in this chat.
    pub role: Role,
    /// What was written.
    pub text: String,
    /// The text of the message that it replies to.
    pub quoted: Option<String>,
    /// Whether it replies to a message of the bot's own.
    pub replies_to_bot: bool,
}

/// A press of a button.
#[derive(Clone, Debug)]
pub struct Press {
    /// Where.
    pub chat: ChatId,
    /// By whom.
    pub user: UserId,
    /// What they may do in this chat.
    pub role: Role,
    /// What the button carries: it comes back from outside, so nothing in it is trusted.
    pub data: String,
}

/// A message to send, or what to put in place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it says.
    pub text: Html,
    /// Its buttons, in one row.
    pub buttons: Vec<Button>,
}

impl From<Html> for Reply {
    fn from(text: Html) -> Self {
        Self { text, buttons: Vec::new() }
    }
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it reads.
    pub label: String,
    /// What comes back as [`Press::data`]: at most 64 bytes (Bot API, `InlineKeyboardButton.callback_data`).
    pub data: String,
}

/// The answer to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What to answer; `None` is silence.
    pub reply: Option<Reply>,
    /// The message that showed a PIN: take it out of the chat where that is allowed.
    pub leak: Option<Leak>,
    /// What the owners should know.
    pub alert: Option<Alert>,
    /// The answer is not final: the provider is to be asked again.
    pub later: Option<Later>,
}

/// A check that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// How long the provider is to be asked again.
    pub until: DateTime<Utc>,
    /// What the last call brought, if one was made.
    pub last: Option<Outcome>,
}

/// Which message showed a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// The one that is answered.
    Question,
    /// The one to which that one replies.
    Quoted,
}

impl From<Reply> for Said {
    fn from(reply: Reply) -> Self {
        Self { reply: Some(reply), ..Self::default() }
    }
}

impl From<Html> for Said {
    fn from(text: Html) -> Self {
        Reply::from(text).into()
    }
}

/// The answer to a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// Put this in place of the message.
    Edit(Reply),
    /// Show this line over the chat, to the one who pressed.
    Notice(String),
}

/// Something that only the operator can put right, for the owners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    /// At the partner account.
    Account {
        /// What is wrong.
        problem: OperatorProblem,
        /// The vendor's code for it.
        code: Option<ResponseCode>,
    },
    /// In the catalog: Klikoo takes the product not at all, or not at this price.
    Product {
        /// Which one.
        product: ProductCode,
        /// The vendor's code for it.
        code: Option<ResponseCode>,
    },
    /// Where things are kept: the error's own text, which names the remedy.
    Store(String),
}
