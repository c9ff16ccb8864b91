//! Who may do what, where: one decision, [`Access::authorise`], which is made anew when a message comes in, before each
//! call to the partner, before each send and for each button. Telegram is not known here.
//!
//! What is known of people and groups are rows of the store (`people`), over the lists of the settings ([`Lists`]).
//! What follows from it is one table (`decision`). Whatever is not allowed there is denied.

mod decision;
mod fair;
mod guard;
mod invites;
mod people;
mod quota;
mod requests;

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use async_trait::async_trait;

pub use decision::{Action, Actor, ChatIds, Decision, Reason};
pub use fair::{Call, FairUse, Taken};
pub use guard::{Rule, Suspicion};
pub use invites::{Invite, Invites};
pub use people::{Group, GroupState, Pause, People, Person, Standing};
pub use quota::{Full, Limits, Quota, Scope, Used, Window};
pub use requests::{AccessRequest, Asked, Requests, Ruling};

use crate::{
    clock::Clock,
    store::KeyValue,
    value::{ChatId, UserId},
};
use decision::Known;

/// The operator's lists (`CEKNOMOR_OWNERS`, `CEKNOMOR_CHATS`). A row of the store goes before the second; the owners
/// are those of the settings alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Who owns the bot.
    pub owners: HashSet<UserId>,
    /// The chats whose members may check inside them: groups, and people in private.
    pub chats: HashSet<ChatId>,
}

impl Lists {
    /// These owners and chats.
    pub fn new(owners: impl IntoIterator<Item = UserId>, chats: impl IntoIterator<Item = ChatId>) -> Self {
        Self { owners: owners.into_iter().collect(), chats: chats.into_iter().collect() }
    }
}

/// Tells who administrates a group. Telegram knows, so `bot` implements it.
#[async_trait]
pub trait GroupAdmins: Send + Sync {
    /// Whether a person is an administrator of a group at present; `None` where that is not to be learned soon.
    async fn is_admin(&self, group: ChatId, user: UserId) -> Option<bool>;
}

/// Decides who may do what.
pub struct Access {
    /// What the store knows of people and groups.
    pub people: People,
    /// Who waits to be let in.
    pub requests: Requests,
    /// The invitations.
    pub invites: Invites,
    lists: RwLock<Arc<Lists>>,
    group_admins: OnceLock<Arc<dyn GroupAdmins>>,
}

impl Access {
    /// Access by the settings' lists and what is kept in `rows`.
    pub fn new(lists: Lists, rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>) -> Self {
        Self {
            people: People::new(rows.clone(), clock.clone()),
            requests: Requests::new(rows.clone(), clock.clone()),
            invites: Invites::new(rows, clock),
            lists: RwLock::new(Arc::new(lists)),
            group_admins: OnceLock::new(),
        }
    }

    /// Asks `admins` who administrates a group from now on; until then no person does. A second call does nothing.
    pub fn ask_group_admins(&self, admins: Arc<dyn GroupAdmins>) {
        let _ = self.group_admins.set(admins);
    }

    /// Goes by other lists from now on.
    pub fn reload(&self, lists: Lists) {
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
    }

    /// The owners, in no order. Who stands for others is none, whatever the settings say.
    pub fn owners(&self) -> Vec<UserId> {
        self.lists().owners.iter().copied().filter(|owner| !owner.is_stand_in()).collect()
    }

    /// The people and groups whom the settings admit, by their ids.
    pub fn listed(&self) -> Vec<ChatId> {
        let mut listed: Vec<ChatId> = self.lists().chats.iter().copied().collect();
        listed.sort_unstable();
        listed
    }

    /// Whether a person owns the bot.
    pub fn is_owner(&self, user: UserId) -> bool {
        self.lists().owners.contains(&user) && !user.is_stand_in()
    }

    /// Whether `actor` may do `action` in a chat at this moment: the only place that decides it.
    ///
    /// Where the store cannot be read, the settings' lists decide alone, so that a failing disk takes the bot from
    /// nobody whom the operator has written down.
    pub async fn authorise(&self, actor: Actor, chat: ChatIds, action: Action) -> Decision {
        let lists = self.lists();
        let mut known = Known { actor, chat, ..Known::default_of(actor, chat) };
        if let Actor::Person(user) = actor {
            known.is_owner = lists.owners.contains(&user);
            known.is_listed = i64::try_from(user.0).is_ok_and(|id| lists.chats.contains(&ChatId(id)));
            if !known.is_owner {
                known.standing = self.read(self.people.person(user)).await.map(|person| person.standing);
            }
        }
        if action == Action::Check && !known.is_owner {
            known.pause = self.read(self.people.pause(actor.whose(chat.first))).await;
        }
        if chat.first.is_group() && !known.is_owner {
            known.is_group_listed = chat.both().iter().any(|id| lists.chats.contains(id));
            known.group = self.read(self.people.group(chat.first)).await.map(|group| group.state);
            if action.is_of_group_admins()
                && let (Actor::Person(user), Some(admins)) = (actor, self.group_admins.get())
            {
                known.is_group_admin = admins.is_admin(chat.current, user).await;
            }
        }
        decision::decide(&known, action)
    }

    fn lists(&self) -> Arc<Lists> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a row says; `None` where there is none, or it cannot be read.
    async fn read<T>(&self, row: impl Future<Output = Result<Option<T>, crate::store::Error>>) -> Option<T> {
        row.await.unwrap_or_else(|error| {
            tracing::error!(%error, "what is known of a person or a group cannot be read; going by the settings");
            None
        })
    }
}
