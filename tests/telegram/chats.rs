//! What Telegram knows: people, chats, messages. Pure data; `people` and `methods` change it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The bot's own user id.
pub(crate) const BOT_ID: u64 = 7_000_000_001;
/// The bot's username, as `/cek@…` and mentions name it.
pub const BOT_USERNAME: &str = "ceknomor_bot";
/// Telegram's stand-in for an administrator who writes anonymously.
pub const ANONYMOUS_ADMIN: u64 = 1_087_968_824;
/// Telegram's stand-in for a channel that writes in a group.
pub const CHANNEL_BOT: u64 = 136_817_688;
/// Telegram's own account, the stand-in for a linked channel whose post is forwarded into its group.
pub const TELEGRAM: u64 = 777_000;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(crate) first_name: String,
    pub(crate) language: String,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Person(u64),
    Bot,
    /// An administrator in the name of the group.
    AnonymousAdmin,
    /// A channel, by its chat id.
    Channel(i64),
    /// A linked channel, by its chat id, whose post Telegram forwards into the group.
    LinkedChannel(i64),
}

/// The kinds of chat that a bot meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Private,
    Group,
    Supergroup,
    Forum,
}

/// What the bot is in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BotStatus {
    Member,
    Administrator,
    /// Blocked in private, removed from a group.
    Gone,
}

/// A topic of a forum.
#[derive(Clone, Debug)]
pub(crate) struct TopicState {
    pub(crate) name: String,
    /// Why nothing can be written into it, where that is so.
    pub(crate) refusal: Option<&'static str>,
}

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) sender: Sender,
    /// Seconds since 1970.
    pub(crate) date: i64,
    pub(crate) edited: Option<i64>,
    /// As a reader sees it.
    pub(crate) text: String,
    /// As the bot sent it; the same as `text` for people.
    pub(crate) html: String,
    pub(crate) entities: Vec<Value>,
    /// What it holds instead of a text, such as a photo: the fields of `Message`. Then `text` is the caption.
    pub(crate) content: Map<String, Value>,
    /// The name and the bytes of the file that the bot sent.
    pub(crate) file: Option<(String, Vec<u8>)>,
    /// The part of the message that it answers (`TextQuote`).
    pub(crate) quote: Option<Value>,
    /// Rows of `InlineKeyboardButton` objects.
    pub(crate) keyboard: Vec<Vec<Value>>,
    pub(crate) reply_to: Option<i64>,
    /// `message_thread_id`: a forum topic, or the root of a thread of replies in a supergroup.
    pub(crate) thread: Option<i64>,
    pub(crate) deleted: bool,
}

/// What the bot did in a chat and no test has read yet.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    pub(crate) messages: VecDeque<Message>,
    pub(crate) edits: VecDeque<Message>,
    pub(crate) deletions: VecDeque<i64>,
    /// What one member alone was shown, with whom.
    pub(crate) to_one: VecDeque<(u64, Message)>,
    /// Chat actions: they depend on how long an answer takes, so they need not be read.
    pub(crate) typing: usize,
}

/// A chat with its messages.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    /// The title of a group; empty in private.
    pub(crate) title: String,
    pub(crate) members: BTreeSet<u64>,
    /// Those of the members who are administrators.
    pub(crate) admins: BTreeSet<u64>,
    /// The keyboard that picks people, where the bot shows one: its request's id, and how many may be picked.
    pub(crate) picker: Option<(i64, usize)>,
    pub(crate) status: BotStatus,
    /// Whether the user ever wrote: a bot cannot begin a private chat.
    pub(crate) begun: bool,
    pub(crate) migrated_to: Option<i64>,
    /// Topics by thread id, which is the id of the message that opened them.
    pub(crate) topics: BTreeMap<i64, TopicState>,
    pub(crate) messages: BTreeMap<i64, Message>,
    next_message: i64,
    pub(crate) unread: Unread,
}

impl Chat {
    /// A chat whose message ids begin after `first`. Chats get different ones, so that an id used in a wrong
    /// chat is found out.
    pub(crate) fn new(id: i64, kind: Kind, title: &str, members: BTreeSet<u64>, first: i64) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            members,
            admins: BTreeSet::new(),
            picker: None,
            status: BotStatus::Member,
            begun: kind != Kind::Private,
            migrated_to: None,
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            next_message: first,
            unread: Unread::default(),
        }
    }

    /// The next message id, which is used up.
    pub(crate) fn take_message_id(&mut self) -> i64 {
        self.next_message += 1;
        self.next_message
    }

    /// A message that is there for everyone.
    pub(crate) fn visible(&self, id: i64) -> Option<&Message> {
        self.messages.get(&id).filter(|message| !message.deleted)
    }

    /// Whether the bot may write here.
    ///
    /// # Errors
    /// The refusal that Telegram gives otherwise.
    pub(crate) fn may_write(&self) -> Result<(), Refusal> {
        if let Some(new) = self.migrated_to {
            return Err(Refusal::migrated(new));
        }
        match (self.status, self.kind) {
            (BotStatus::Gone, Kind::Private) => Err(Refusal::forbidden("bot was blocked by the user")),
            (BotStatus::Gone, Kind::Group) => Err(Refusal::forbidden("bot was kicked from the group chat")),
            (BotStatus::Gone, _) => Err(Refusal::forbidden("bot was kicked from the supergroup chat")),
            _ if !self.begun => Err(Refusal::forbidden("bot can't initiate conversation with a user")),
            _ => Ok(()),
        }
    }

    /// Whether the bot may write into a topic. The General topic has no id of its own.
    ///
    /// # Errors
    /// The refusal that Telegram gives otherwise.
    pub(crate) fn may_write_into(&self, thread: Option<i64>) -> Result<(), Refusal> {
        let Some(thread) = thread else { return Ok(()) };
        let topic = self.topics.get(&thread).ok_or_else(|| Refusal::bad_request("message thread not found"))?;
        topic.refusal.map_or(Ok(()), |reason| Err(Refusal::bad_request(reason)))
    }
}
