//! What a button asks for, and what that needs: data.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    alias::Alias,
    owner::{
        AuditQuery,
        order::{InviteId, Step},
    },
    setting::Setting,
};
use crate::{
    access::{self, Ruling},
    catalog::ProductCode,
    inquiry::parse::Check,
    store::{AuditPlace, Cursor},
    value::{ChatId, CustomerNumber, Provider, Rupiah, UpdateId, UserId},
};

/// What a button asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A page of the history, in place of the message.
    Turn(Cursor),
    /// The same of what was searched for.
    Find(SearchId, Cursor),
    /// A page of the customers whom the owner keeps, the first being 0.
    Customers(usize),
    /// A customer to be kept no more, and the page to go back to.
    ForgetCustomer(usize, Alias),
    /// What a check lacked, in place of the question: see [`Choice`].
    Choose(Choice),
    /// A check, anew and in a message of its own.
    Check(Check),
    /// A page of the summary of the list that this update brought, counted from 0; in place of the message.
    TurnList(UpdateId, usize),
    /// What of that list has no answer, as a new list.
    RepeatList(UpdateId),
    /// That list as files.
    SendList(UpdateId),
    /// No answer to this job is wanted any more.
    Cancel(UpdateId),
    /// An agent whom the guard has paused is to go on.
    LiftPause(ChatId),
    /// A choice of the chat's.
    Set(Setting),
    /// To delete for good what the bot asked about.
    Forget {
        /// Whether all of the chat is meant, and not the presser's own.
        whole_chat: bool,
        /// The last second at which it may be pressed, since 1970.
        until: i64,
    },
    /// To delete nothing.
    KeepData,
    /// A page of the record of who did what, behind an entry; in place of the message.
    Audit(AuditQuery, Option<AuditPlace>),
    // Coming and going.
    /// To be let in.
    AskForAccess,
    /// An owner's answer to a request, by the chat that it is for.
    Answer(Ruling, ChatId),
    /// A page of the agents, the first being 0.
    Agents(usize),
    /// Something to be done with a person, and the page to go back to.
    Agent(Step, UserId, usize),
    /// An invitation to be ended.
    RevokeInvite(InviteId),
    /// A page of the groups, the first being 0.
    Groups(usize),
    /// A group to be closed, once that is sure, and the page to go back to.
    CloseGroup {
        /// Which, by its first id.
        group: ChatId,
        /// Whether it was asked already.
        sure: bool,
        /// The page.
        page: usize,
    },
}

/// What a history was searched for, as the store has it for the owner of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchId(pub u32);

impl fmt::Display for SearchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// What an intent or a button needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Needs {
    /// What one has to be allowed for it.
    pub(super) action: access::Action,
    /// Whether the store has to take something down.
    pub(super) writes: bool,
}

impl Needs {
    /// To be allowed something that writes nothing.
    pub(super) fn to_read(action: access::Action) -> Self {
        Self { action, writes: false }
    }

    /// To be allowed something that the store takes down.
    pub(super) fn to_write(action: access::Action) -> Self {
        Self { action, writes: true }
    }
}

impl Action {
    /// What it needs to be carried out.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::Check(_) | Self::RepeatList(_) => Needs::to_write(access::Action::Check),
            Self::Set(_) => Needs::to_write(access::Action::Configure),
            Self::Choose(_) | Self::Cancel(_) => Needs::to_write(access::Action::Read),
            // What deletes does not depend on room: it is done as soon as it can be.
            Self::Forget { whole_chat: true, .. } => Needs::to_read(access::Action::DeleteChat),
            Self::Forget { whole_chat: false, .. } => Needs::to_read(access::Action::Read),
            Self::Turn(_)
            | Self::Find(..)
            | Self::Customers(_)
            | Self::ForgetCustomer(..)
            | Self::TurnList(..)
            | Self::SendList(_)
            | Self::KeepData => Needs::to_read(access::Action::Read),
            Self::AskForAccess => Needs::to_read(access::Action::AskForAccess),
            Self::Answer(_, chat) if chat.is_group() => Needs::to_write(access::Action::Own),
            Self::Agent(step, ..) => Needs::to_write(step.needs()),
            Self::LiftPause(_) | Self::Answer(..) | Self::RevokeInvite(_) => Needs::to_write(access::Action::Manage),
            Self::Agents(_) => Needs::to_read(access::Action::Manage),
            Self::Audit(..) | Self::Groups(_) => Needs::to_read(access::Action::Own),
            Self::CloseGroup { .. } => Needs::to_write(access::Action::Own),
        }
    }
}

/// The parts of a check that a button carries; what is missing is asked for next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The provider, where no product is chosen yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ProductCode>,
    /// The number, of the shape that some product asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CustomerNumber>,
    /// The nominal of an open denomination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominal: Option<Rupiah>,
}

impl Choice {
    /// The check, where no part of one is missing; whether the catalog allows it is not asked.
    pub fn check(&self) -> Option<Check> {
        Some(Check { code: self.code.clone()?, number: self.number.clone()?, nominal: self.nominal })
    }
}

impl From<Check> for Choice {
    fn from(check: Check) -> Self {
        Self { provider: None, code: Some(check.code), number: Some(check.number), nominal: check.nominal }
    }
}
