//! The record of who did what: its entries, and what is asked of them.
//!
//! An entry holds ids, words of this program and references: no number, no name, no text that anybody typed. The record
//! of a check writes its entry itself, in the same commit; everything else is noted by [`note`](super::AuditLog::note).

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Record, codec};
use crate::value::{ChatId, Provider, Reference, UserId};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, to the millisecond.
    #[serde(rename = "t", with = "codec::mirrored")]
    pub at: DateTime<Utc>,
    /// Who did it; `None`: the program, or somebody at the shell.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// In which chat, by the id under which its history is kept.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatId>,
    /// What.
    #[serde(rename = "a")]
    pub act: AuditAct,
    /// To whom or what: a group, or a person by the id that their private chat has too.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub on: Option<ChatId>,
    /// For a check: whose customer it was.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// How it ended, in a word of this program: such as `done`, `found`, `not-owner`.
    #[serde(rename = "o", deserialize_with = "word")]
    pub outcome: Cow<'static, str>,
    /// The reference of a check.
    #[serde(rename = "r", with = "codec::mirrored", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
}

fn word<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Cow<'static, str>, D::Error> {
    codec::readable(from).map(Cow::Owned)
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditAct {
    /// A number was checked.
    Check,
    /// Somebody was let in.
    Grant,
    /// Somebody who asked to be let in was not.
    Refuse,
    /// Somebody was blocked.
    Block,
    /// Somebody may not check for a while.
    Pause,
    /// A pause was lifted.
    Resume,
    /// Somebody was taken off.
    Remove,
    /// Somebody was made an admin, or ceased to be one.
    Admin,
    /// An invitation was made or revoked.
    Invite,
    /// Somebody came by an invitation.
    InviteUsed,
    /// A group was admitted.
    GroupOpen,
    /// A group was closed.
    GroupClose,
    /// A setting of a chat or of a person was changed.
    Setting,
    /// Something that was kept was deleted on demand.
    Delete,
    /// History was sent as a file.
    Export,
    /// Catalog and lists were read anew.
    Reload,
    /// How much somebody may check was changed.
    Quota,
    /// Somebody wanted what they may not.
    Denied,
}

/// The word under which it is stored and shown to programs.
impl fmt::Display for AuditAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl AuditEntry {
    /// What a person did in a chat, and how it ended: a word of this program.
    pub fn by(user: UserId, chat: ChatId, act: AuditAct, outcome: &'static str, at: DateTime<Utc>) -> Self {
        Self { by: Some(user), chat: Some(chat), ..Self::system(act, outcome, at) }
    }

    /// What the program did by itself, or somebody at the shell.
    pub fn system(act: AuditAct, outcome: &'static str, at: DateTime<Utc>) -> Self {
        let outcome = Cow::Borrowed(outcome);
        Self { at, by: None, chat: None, act, on: None, provider: None, outcome, reference: None }
    }

    /// The same, done to a person.
    pub fn on_person(self, user: UserId) -> Self {
        Self { on: i64::try_from(user.0).ok().map(ChatId), ..self }
    }

    /// The same, done to a chat.
    pub fn on_chat(self, chat: ChatId) -> Self {
        Self { on: Some(chat), ..self }
    }

    /// The entry of a check.
    pub(super) fn of(record: &Record) -> Self {
        Self {
            provider: Some(record.provider),
            outcome: codec::write_verdict(&record.outcome.verdict).0.into(),
            reference: Some(record.outcome.reference),
            ..Self::by(record.agent, record.chat, AuditAct::Check, "", record.at)
        }
    }
}

/// An entry's place in the record: by the time, and then in the order in which they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuditPlace {
    /// Milliseconds since 1970, UTC.
    pub millis: u64,
    /// Which one of all entries that were ever written.
    pub number: u64,
}

/// Which entries are looked for: those that fit every part that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// What this person did, or what was done to them.
    pub user: Option<UserId>,
    /// What was done in this chat or to it.
    pub chat: Option<ChatId>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// Whether an entry is looked for.
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        let is_on = |user: UserId| i64::try_from(user.0).is_ok_and(|id| entry.on == Some(ChatId(id)));
        self.user.is_none_or(|user| entry.by == Some(user) || is_on(user))
            && self.chat.is_none_or(|chat| entry.chat == Some(chat) || entry.on == Some(chat))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// The most entries that are read for one page.
pub const MAX_AUDIT_SCAN: usize = 10_000;

/// A page of the record, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// The entries with their places.
    pub entries: Vec<(AuditPlace, AuditEntry)>,
    /// Behind which place an older page begins; `None` where there is none.
    pub older: Option<AuditPlace>,
}
