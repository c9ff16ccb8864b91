//! What those who manage the bot read and do from their phones: agents, invitations, requests, groups; and what owners
//! ask for, or are told without asking: the state of the bot, figures, the record of who did what, alerts, the daily
//! report, settings read anew.
//!
//! Nothing is sent from here. What is to be said in another chat, or done there, is a [`Then`](super::message::Then) of
//! the [`Response`] that comes back; `jobs` carries it out.

mod adding;
mod agents;
mod audit;
mod board;
mod groups;
pub(super) mod guard;
pub(super) mod incident;
mod invites;
pub(super) mod order;
mod query;
mod reload;
mod requests;
mod settings;
mod statistics;
mod status;

use chrono::{DateTime, Utc};

pub use board::{Board, BoardSettings, FreeDisk, MAX_BACKUP_AGE};
pub use incident::Incident;
pub use query::AuditQuery;
pub use settings::{Fresh, Reloaded, Settings};

pub(super) use agents::Told;

use super::{
    action::Action,
    button::Button,
    command::Menu,
    conversation::Conversation,
    message::{Alert, Asker, Reply},
};
use crate::{
    access::{Action as Needed, Actor, ChatIds, Standing, Suspicion},
    locale::{Html, Words},
    say, store,
    value::{ChatId, UserId},
};

/// What owners are told without asking.
#[derive(Clone, Copy, Debug)]
pub enum ForOwners<'a> {
    /// What only they can put right.
    Alert(&'a Alert),
    /// That an incident is over, which had begun at that moment.
    Over(&'a Incident, DateTime<Utc>),
    /// The checks of the day before.
    DailyReport,
    /// An agent whom the guard has paused.
    Paused(&'a Suspicion),
    /// What is asked for a chat.
    Request(ChatId),
}

/// A question whether something is really to be done, with a button for each answer.
fn ask_whether(words: Words<'_>, asker: &Asker, question: Html, yes: Action, no: Action) -> Reply {
    let yes = Button::press(say!(words, "button-sure"), yes, asker.user);
    let no = Button::press(say!(words, "button-not"), no, asker.user);
    Reply::from(question).with_row(yes.into_iter().chain(no))
}

impl Conversation {
    /// What an owner reads in their private chat; `None` where there is nothing to tell any more.
    pub async fn for_owner(&self, owner: UserId, chat: ChatId, what: &ForOwners<'_>) -> Option<Reply> {
        let (words, now) = (self.words(chat).await, self.clock.now());
        Some(match what {
            ForOwners::Alert(alert) => incident::alert(words, alert, now).into(),
            ForOwners::Over(incident, since) => incident::over(words, incident, *since, now).into(),
            ForOwners::DailyReport => self.daily_report(words, now).await,
            ForOwners::Paused(suspicion) => self.guard_card(words, owner, suspicion).await,
            ForOwners::Request(chat) => self.card(owner, *chat).await?,
        })
    }

    /// Whether somebody who manages agents may change something of this person: of admins and owners, owners alone.
    pub(super) async fn may_manage(&self, asker: &Asker, user: UserId) -> Result<bool, store::Error> {
        let standing = self.access.people.person(user).await?.map_or(Standing::Agent, |person| person.standing);
        let needed = if self.is_owner(user).await { Needed::Own } else { standing.needs() };
        Ok(self.may(asker, needed).await)
    }

    /// Whether someone manages agents, wherever they are.
    pub(super) async fn is_manager(&self, user: UserId) -> bool {
        let Some(chat) = ChatIds::private(user) else { return false };
        self.access.authorise(Actor::of(user), chat, Needed::Manage).await.is_allowed()
    }

    /// Which commands somebody's private chat shows.
    pub async fn menu_of(&self, user: UserId) -> Menu {
        match (self.is_owner(user).await, self.is_manager(user).await) {
            (true, _) => Menu::Owner,
            (false, true) => Menu::Admin,
            (false, false) => Menu::Agent,
        }
    }

    /// Whether someone is an owner, wherever they are.
    pub async fn is_owner(&self, user: UserId) -> bool {
        let Some(chat) = ChatIds::private(user) else { return false };
        self.access.authorise(Actor::of(user), chat, Needed::Own).await.is_allowed()
    }
}
