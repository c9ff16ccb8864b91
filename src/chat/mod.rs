//! What the bot says: a conversation without Telegram.
//!
//! A message is understood ([`Conversation::understand`]: what does it ask for?), which gives an [`Intent`]: data.
//! `jobs` carries an intent out and comes back for the words: [`Conversation::respond`] for what the conversation does
//! alone, [`Conversation::press`] for a button, [`Conversation::answer`] for the outcome of a check,
//! [`Conversation::notice`] for everything else that is said. The bot and the terminal's demo hold their conversations
//! through these, so what the demo shows is what a phone shows. All words come from [`locale`](crate::locale); each
//! kind of answer has its file here.
//!
//! Three tables say what there is: the commands (`command`), what an intent needs (`intent`), what a button needs
//! (`action`). What each intent and each button leads to is `respond`.

mod action;
mod alias;
mod answer;
mod arrival;
mod asking;
mod button;
mod command;
mod conversation;
mod customers;
mod dates;
mod earlier;
mod files;
mod forget;
mod fragments;
mod history;
mod intent;
mod later;
mod list;
mod list_file;
mod list_progress;
mod list_text;
mod lookup;
mod manners;
mod message;
mod names;
mod notice;
mod owner;
mod pages;
mod products;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod question;
mod quota;
mod quotas;
mod quoted;
mod recap;
mod refusal;
mod respond;
mod search;
mod setting;
mod settings;
mod strangers;
mod understand;
mod view;
mod visitors;

pub use action::{Action, Choice, SearchId};
pub use alias::{Alias, CustomerOrder};
pub use answer::{Checked, alert_of, answer, remedy};
pub use arrival::Arrival;
pub use button::{Button, Press};
pub use command::{Command, Menu};
pub use conversation::Conversation;
pub use dates::{Day, Month, Period};
pub use files::{Attachment, FileKind, Report};
pub use history::WaitingCheck;
pub use intent::Intent;
pub use list_file::MAX_FILE_LEN;
pub use list_progress::RunningList;
pub use list_text::{ListAnswer, ListStage, Listing};
pub use manners::Manners;
pub use message::{
    Alert, Asker, Document, Line, Message, Origin, Picker, PinIn, Place, Pressed, Reply, Response, Then, Visitor,
};
pub use names::AgentNames;
pub use notice::Notice;
pub use owner::{
    AuditQuery, Board, BoardSettings, ForOwners, FreeDisk, Fresh, Incident, MAX_BACKUP_AGE, Reloaded, Settings,
    order::{AgentOrder, InviteId, InviteOrder, Named, Step},
};
pub use quota::QuotaOrder;
pub use refusal::refusal;
pub use search::Wanted;
pub use setting::Setting;
pub use strangers::Strangers;
pub use visitors::Visitors;
