//! What those who manage the bot read and do from their phones: agents, invitations, requests, groups; and what owners ask
//! for, or are told without asking: the state of the bot, figures, the record of who did what, alerts, the daily report,
//! settings read anew.
//!
//! Nothing is sent from here. What is to be said in another chat, or done there, is a [`Then`](super::message::Then) of the
//! [`Managed`] that comes back; `jobs` carries it out.

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

pub use board::{Board, BoardSettings, FreeDisk, MAX_BACKUP_AGE};
pub use incident::Incident;
pub use query::AuditQuery;
pub use settings::{Fresh, Reloaded, Settings};

pub(super) use agents::Told;

use super::{
    button::Action,
    conversation::{Conversation, store_trouble},
    intent::Intent,
    message::{Asker, Managed, Menu},
};
use crate::{
    access::{Action as Needed, Actor, ChatIds, Standing},
    say, store,
    value::UserId,
};
use order::Step;

impl Conversation {
    /// Does what an intent asks for that manages people or groups.
    pub async fn manage(&self, asker: &Asker, intent: &Intent) -> Managed {
        let words = self.words(asker.chat).await;
        let done = match intent {
            Intent::Agents { order } => self.agents(words, asker, order).await,
            Intent::Invite { order } => self.invite(words, asker, *order).await,
            Intent::Groups => self.groups(words, asker, 0).await.map(Managed::says),
            // A mistake in this program.
            _ => Ok(Managed::says(say!(words, "apology"))),
        };
        done.unwrap_or_else(|error| Managed::says(store_trouble(words, &error)))
    }

    /// Does what a button asks for that manages people or groups.
    pub(super) async fn pressed_by_manager(&self, asker: &Asker, action: &Action) -> Managed {
        let words = self.words(asker.chat).await;
        let done = match action {
            Action::Answer(ruling, chat) => self.answer_request(words, asker, *chat, *ruling).await,
            Action::Agents(page) => self.agent_list(words, asker, *page).await.map(Managed::says),
            Action::Agent(Step::Add, user, _) => self.add_offered(words, asker, *user).await,
            Action::Agent(step, user, page) => self.agent_step(words, asker, *step, *user, *page).await,
            Action::RevokeInvite(id) => self.revoke_invite(words, asker, id).await,
            Action::Groups(page) => self.groups(words, asker, *page).await.map(Managed::says),
            Action::CloseGroup { group, sure, page } => self.close_group(words, asker, *group, *sure, *page).await,
            _ => Ok(Managed::notice(&say!(words, "button-stale"))),
        };
        done.unwrap_or_else(|error| Managed::notice(&store_trouble(words, &error)))
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
