//! What goes into a conversation and what comes out, without a trace of Telegram: the bot and the demo both speak it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{button::Button, command::Command, owner::order::Named};
use crate::{
    catalog::ProductCode,
    inquiry::parse::{List, Request},
    locale::Html,
    store::Target,
    value::{ChatId, MessageId, OperatorProblem, Provider, ResponseCode, Rupiah, UpdateId, UserId},
};

/// Whether a chat is with the bot alone or among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Alone with the bot.
    Private,
    /// Among others: the bot is silent unless it is spoken to.
    Group,
}

impl Place {
    /// What kind of chat has this id.
    pub fn of(chat: ChatId) -> Self {
        if chat.is_group() { Self::Group } else { Self::Private }
    }
}

/// What a message says, once commands are told from other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A command of ours with all that stands behind it.
    Command(Command, String),
    /// A command that is none of ours, whole. `named`: it names this bot (`/…@thisbot`).
    UnknownCommand {
        /// The whole text.
        text: String,
        /// Whether it names this bot.
        named: bool,
    },
    /// A command for another bot of the group.
    ForAnotherBot,
    /// A picture, a voice, a file: there is no text to read.
    NoText,
    /// Anything else, without a mention of the bot.
    Text {
        /// The text.
        text: String,
        /// Whether it mentioned the bot.
        mentioned: bool,
    },
}

/// A message that reached the bot.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where, by the id under which its history is kept.
    pub chat: ChatId,
    /// From whom.
    pub user: UserId,
    /// What it says.
    pub line: Line,
    /// The text of the message that it replies to.
    pub quoted: Option<String>,
    /// Whether it replies to a message of the bot's own.
    pub replies_to_bot: bool,
    /// The file that it brings.
    pub document: Option<Document>,
    /// Where it comes from, and whom it names.
    pub origin: Origin,
}

/// Where a message comes from, and whom it names, as Telegram says it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Whether somebody else wrote it, or its writer somewhere else, and it was forwarded.
    pub forwarded: bool,
    /// Whether its people were picked from Telegram's list (Bot API, `users_shared`).
    pub picked: bool,
    /// People: picked ones, who a contact card is of, or who wrote it before it was forwarded.
    pub people: Vec<Named>,
    /// The same of the message that it replies to.
    pub replied: Vec<Named>,
}

/// What Telegram says of someone who may not use the bot. `{:?}` shows no name.
#[derive(Clone, derive_more::Debug, Default)]
pub struct Visitor {
    /// What they are called.
    #[debug(skip)]
    pub name: String,
    /// Their user name, without the `@`.
    #[debug(skip)]
    pub username: Option<String>,
    /// The language of their Telegram.
    pub language: Option<String>,
}

/// A file that was sent. Its name and kind may say anything.
#[derive(Clone, Debug)]
pub struct Document {
    /// What Telegram calls it (Bot API, `Document.file_id`).
    pub file: String,
    /// How large it is said to be, in bytes.
    pub size: Option<u64>,
    /// Its name.
    pub name: Option<String>,
    /// Its kind, as in `text/csv`.
    pub kind: Option<String>,
}

impl Document {
    /// Whether it can hold a list: a text, or a table as text.
    pub fn is_text(&self) -> bool {
        let name = self.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is_text = matches!(self.kind.as_deref(), Some("text/plain" | "text/csv"));
        is_text || name.ends_with(".txt") || name.ends_with(".csv")
    }
}

/// Who asks, and where.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The chat under whose id history is kept.
    pub chat: ChatId,
    /// The same chat by the id that it has now.
    pub here: ChatId,
    /// Who asks.
    pub user: UserId,
    /// When they asked: an open question is answered within two minutes of it, however late it is carried out.
    pub asked: DateTime<Utc>,
}

/// A message to send, or what to put in place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it says.
    pub text: Html,
    /// Its buttons, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// Whether it asks its reader to reply to it: in a group the bot hears nothing else of them. Only without buttons.
    pub asks_reply: bool,
    /// What it says to the one who asked, where the chat shows that to nobody else; the text is for the others then.
    pub to_asker: Option<Html>,
    /// Whether a keyboard picks a person from Telegram's list, or that one goes away. Only without buttons, in private.
    pub picker: Option<Picker>,
    /// Whether it comes without a sound (Bot API, `disable_notification`).
    pub is_quiet: bool,
}

/// A keyboard that picks a person (Bot API, `KeyboardButtonRequestUsers`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picker {
    /// It is shown; what its button reads.
    Show(String),
    /// It goes away.
    Hide,
}

impl Reply {
    /// A text with rows of buttons under it.
    pub fn new(text: Html, mut buttons: Vec<Vec<Button>>) -> Self {
        buttons.retain(|row| !row.is_empty());
        Self { text, buttons, asks_reply: false, to_asker: None, picker: None, is_quiet: false }
    }

    /// The same with one more row of buttons, if there are any for it.
    pub(super) fn with_row(mut self, row: impl IntoIterator<Item = Button>) -> Self {
        let row: Vec<Button> = row.into_iter().collect();
        if !row.is_empty() {
            self.buttons.push(row);
        }
        self
    }

    /// The same with other texts.
    pub(super) fn map_text(self, change: impl Fn(Html) -> Html) -> Self {
        Self { text: change(self.text), to_asker: self.to_asker.map(change), ..self }
    }
}

impl From<Html> for Reply {
    fn from(text: Html) -> Self {
        Self::new(text, Vec::new())
    }
}

/// The answer to a pressed button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// Say this and do what follows from it.
    Response(Response),
    /// Make this check.
    Check {
        /// The check.
        request: Request,
        /// The name that the agent was given for the customer.
        name: Option<String>,
        /// Whether its answer takes the place of the message with the button.
        in_place: bool,
    },
    /// Make these checks.
    List(List),
    /// Send the list that this update brought, as files.
    Files(UpdateId),
    /// Cancel a job that waits.
    Cancel {
        /// Which.
        update: UpdateId,
        /// Whose it is, if the button was not forged: the one who pressed, or the stand-in of anonymous administrators.
        owner: UserId,
    },
    /// Delete for good.
    Forget(Target),
}

impl From<Response> for Pressed {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// What comes of a message or a press. Where all is empty, silence is the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// What is said; to a press, what stands in place of the message from now on.
    pub reply: Option<Reply>,
    /// To a press: a line over the chat.
    pub notice: Option<String>,
    /// What is to be done besides, in this order.
    pub then: Vec<Then>,
}

impl Response {
    /// A line over the chat, and nothing besides.
    pub(super) fn notice(text: Html) -> Self {
        Self { notice: Some(text.plain()), ..Self::default() }
    }
}

impl From<Reply> for Response {
    fn from(reply: Reply) -> Self {
        Self { reply: Some(reply), ..Self::default() }
    }
}

impl From<Html> for Response {
    fn from(text: Html) -> Self {
        Reply::from(text).into()
    }
}

/// Something to be done outside of the chat that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Tell somebody something.
    Tell(ChatId, Reply),
    /// Tell a person, or a group (by its first id, and the one that it has now), that they are let in, unless they were
    /// told.
    Welcome {
        /// Whose role it is.
        chat: ChatId,
        /// Where it is said.
        here: ChatId,
    },
    /// Give each owner a card with what is asked for this chat.
    Ask(ChatId),
    /// Put this in place of an owner's card.
    Replace(ChatId, MessageId, Reply),
    /// End what a person waits for wherever they may not read any more.
    Revoke(UserId),
    /// End what the members of a group wait for there, if they may not read any more.
    RevokeGroup(ChatId),
    /// Leave a group.
    Leave(ChatId),
    /// Show a person in private the commands that they have by now.
    Menu(UserId),
}

/// Which message showed a PIN: it is taken out of the chat where the bot may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinIn {
    /// The message that is answered.
    Message,
    /// The message to which that one replies.
    Quoted,
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
    /// Of the last day, at most once in it.
    Visitors {
        /// Strangers who wrote to the bot.
        people: usize,
        /// Groups that took it in and are not admitted.
        groups: usize,
    },
    /// The balance is lower than the operator wants it to be.
    Balance {
        /// What is left.
        balance: Rupiah,
        /// What should be.
        least: Rupiah,
    },
    /// There is little room on the disk, in bytes.
    Disk {
        /// What is left.
        free: u64,
    },
    /// A provider has been down for ten minutes.
    Provider {
        /// Which one.
        provider: Provider,
    },
    /// There was no backup for two days.
    Backup {
        /// When the last one was made.
        last: DateTime<Utc>,
    },
}
