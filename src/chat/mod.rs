//! What the bot says: a conversation without Telegram.
//!
//! A message is understood ([`Conversation::understand`]: what does it ask for?), which gives an [`Intent`]: data. `jobs`
//! carries an intent out and comes back for the words: [`Conversation::reply`] for what takes no provider,
//! [`Conversation::answer`] for the outcome of a check, [`Conversation::notice`] for everything else that is said. The bot
//! and the terminal's demo hold their conversations through these, so what the demo shows is what a phone shows. All words
//! come from [`locale`](crate::locale); each kind of answer has its file here.

mod answer;
mod button;
mod conversation;
mod fragments;
mod history;
mod intent;
mod later;
mod manners;
mod message;
mod notice;
mod products;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod question;
mod quoted;
mod refusal;
mod strangers;
mod understand;
mod visitors;

pub use answer::{Checked, alert_of, answer};
pub use button::{Action, Button, Choice, Press};
pub use conversation::Conversation;
pub use intent::Intent;
pub use manners::Manners;
pub use message::{Actor, Alert, Command, Line, Message, PinIn, Place, Pressed, Reply};
pub use notice::Notice;
pub use refusal::refusal;
pub use strangers::Strangers;
pub use visitors::Visitors;
