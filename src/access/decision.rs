//! The table: what is known of someone and a chat, and what they may do there. It reads nothing and asks nobody.

use super::people::{GroupState, Pause, Standing};
use crate::value::{ChatId, UserId};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Person(UserId),
    /// An administrator of a group who writes in its name: which of them is hidden.
    AnonymousAdmin,
    /// Somebody who writes as a channel.
    Channel,
    /// Telegram itself.
    Telegram,
}

impl Actor {
    /// Who stands behind an id that Telegram gives as a sender's.
    pub fn of(user: UserId) -> Self {
        match user {
            UserId::ANONYMOUS_ADMIN => Self::AnonymousAdmin,
            UserId::CHANNEL => Self::Channel,
            UserId::TELEGRAM => Self::Telegram,
            user => Self::Person(user),
        }
    }

    /// Whose share it takes from who asks for something in a chat (its first id): a person's own, by the id of their
    /// private chat, wherever they ask; a group's anonymous administrators have one together, since which of them it is
    /// nobody knows.
    pub fn whose(self, chat: ChatId) -> ChatId {
        match self {
            Self::Person(user) => ChatIds::private(user).map_or(chat, |private| private.first),
            Self::AnonymousAdmin | Self::Channel | Self::Telegram => chat,
        }
    }
}

/// A chat by both ids that it may have: a group that became a supergroup has a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatIds {
    /// The id under which all that belongs to it is kept.
    pub first: ChatId,
    /// The id that it has now.
    pub current: ChatId,
}

impl ChatIds {
    /// A chat that never had another id, as far as is known.
    pub fn of(chat: ChatId) -> Self {
        Self { first: chat, current: chat }
    }

    /// The private chat of a person, which has the person's own id; `None` for an id that Telegram gives to none.
    pub fn private(user: UserId) -> Option<Self> {
        i64::try_from(user.0).ok().map(ChatId).map(Self::of)
    }

    /// Both ids.
    pub(super) fn both(self) -> [ChatId; 2] {
        [self.first, self.current]
    }
}

/// What someone wants to do. Each command and each button is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Learn who the bot is, what it keeps, and the own ids.
    Introduce,
    /// Ask to be let in, or come by an invitation.
    AskForAccess,
    /// Whatever shows what the chat has: history, products, outages, customers.
    Read,
    /// Ask the partner about a number, or read the answer.
    Check,
    /// Set how the bot behaves in a chat.
    Configure,
    /// Delete all that is kept of a chat.
    DeleteChat,
    /// Let agents in and take them off, and say how much they may ask.
    Manage,
    /// Run the bot: settings, figures, the record of who did what, buying prices.
    Own,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Introduce,
        Self::AskForAccess,
        Self::Read,
        Self::Check,
        Self::Configure,
        Self::DeleteChat,
        Self::Manage,
        Self::Own,
    ];

    /// Whether administrators of a group may do it there, and other members not.
    pub(super) fn is_of_group_admins(self) -> bool {
        matches!(self, Self::Configure | Self::DeleteChat)
    }
}

impl Standing {
    /// What one has to be allowed to change it: an admin is made, and taken off, by owners alone.
    pub fn needs(self) -> Action {
        if self == Self::Admin { Action::Own } else { Action::Manage }
    }
}

/// Whether somebody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They may.
    Allow,
    /// They may not.
    Deny(Reason),
}

impl Decision {
    /// Whether they may.
    pub fn is_allowed(self) -> bool {
        self == Self::Allow
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no person of the chat that asks.
    NotAPerson,
    /// They are no agent.
    Unknown,
    /// They are blocked: silence is the answer.
    Blocked,
    /// They may not check for a while.
    Paused(Pause),
    /// The group is not admitted.
    GroupNotAdmitted,
    /// Only administrators of the group may.
    NotGroupAdmin,
    /// The same, and Telegram does not say at present whether they are one.
    Unasked,
    /// Only owners and their admins may.
    NotManager,
    /// Only owners may.
    NotOwner,
    /// It is for a private chat.
    OnlyInPrivate,
}

/// What is known when a decision is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) actor: Actor,
    pub(super) chat: ChatIds,
    /// Whether the settings name the person as an owner.
    pub(super) is_owner: bool,
    /// Whether the settings admit the person in private.
    pub(super) is_listed: bool,
    /// What the store says of the person.
    pub(super) standing: Option<Standing>,
    /// Whether and until when the actor is paused; read for [`Action::Check`] alone.
    pub(super) pause: Option<Pause>,
    /// Whether the settings admit the group.
    pub(super) is_group_listed: bool,
    /// What the store says of the group.
    pub(super) group: Option<GroupState>,
    /// Whether Telegram says that the person is an administrator of the group; asked where it matters. `None`: it does
    /// not say.
    pub(super) is_group_admin: Option<bool>,
}

impl Known {
    /// Nothing but who acts, and where.
    pub(super) fn default_of(actor: Actor, chat: ChatIds) -> Self {
        Self {
            actor,
            chat,
            is_owner: false,
            is_listed: false,
            standing: None,
            pause: None,
            is_group_listed: false,
            group: None,
            is_group_admin: Some(false),
        }
    }
}

/// The decision. What no line allows is denied.
pub(super) fn decide(known: &Known, action: Action) -> Decision {
    let in_group = known.chat.first.is_group();
    match known.actor {
        Actor::Channel | Actor::Telegram => return Decision::Deny(Reason::NotAPerson),
        Actor::AnonymousAdmin if !in_group => return Decision::Deny(Reason::NotAPerson),
        Actor::AnonymousAdmin | Actor::Person(_) => {}
    }
    let is_only_private = matches!(action, Action::AskForAccess | Action::Manage | Action::Own);
    if in_group && is_only_private {
        return Decision::Deny(Reason::OnlyInPrivate);
    }
    if known.is_owner {
        return Decision::Allow;
    }
    if known.standing == Some(Standing::Blocked) {
        return Decision::Deny(Reason::Blocked);
    }
    let is_agent = match known.standing {
        Some(standing) => matches!(standing, Standing::Agent | Standing::Admin),
        None => known.is_listed,
    };
    let is_admitted = match known.group {
        Some(state) => state == GroupState::Active,
        None => known.is_group_listed,
    };
    match action {
        Action::Introduce | Action::AskForAccess => Decision::Allow,
        Action::Own => Decision::Deny(Reason::NotOwner),
        Action::Manage if known.standing == Some(Standing::Admin) => Decision::Allow,
        Action::Manage => Decision::Deny(Reason::NotManager),
        Action::Read | Action::Check | Action::Configure | Action::DeleteChat if in_group && !is_admitted => {
            Decision::Deny(Reason::GroupNotAdmitted)
        }
        Action::Read | Action::Check | Action::Configure | Action::DeleteChat if !in_group && !is_agent => {
            Decision::Deny(Reason::Unknown)
        }
        Action::Check => known.pause.map_or(Decision::Allow, |pause| Decision::Deny(Reason::Paused(pause))),
        Action::Read => Decision::Allow,
        Action::Configure | Action::DeleteChat => match known.is_group_admin {
            _ if !in_group || known.actor == Actor::AnonymousAdmin => Decision::Allow,
            Some(true) => Decision::Allow,
            Some(false) => Decision::Deny(Reason::NotGroupAdmin),
            None => Decision::Deny(Reason::Unasked),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: ChatIds = ChatIds { first: ChatId(7), current: ChatId(7) };
    const GROUP: ChatIds = ChatIds { first: ChatId(-5), current: ChatId(-1_005) };

    fn person(chat: ChatIds) -> Known {
        Known::default_of(Actor::Person(UserId(7)), chat)
    }

    /// What may be done, as one word.
    fn allowed(known: &Known) -> Vec<Action> {
        Action::ALL.into_iter().filter(|action| decide(known, *action).is_allowed()).collect()
    }

    #[test]
    fn each_role_may_what_the_table_says() {
        use Action::*;
        let agent = vec![Introduce, AskForAccess, Read, Check, Configure, DeleteChat];
        let member = vec![Introduce, Read, Check];
        let admitted = Some(GroupState::Active);
        for (who, known, expected) in [
            ("a stranger", person(PRIVATE), vec![Introduce, AskForAccess]),
            ("an agent of the store", Known { standing: Some(Standing::Agent), ..person(PRIVATE) }, agent.clone()),
            ("an agent of the settings", Known { is_listed: true, ..person(PRIVATE) }, agent),
            (
                "one who was taken off",
                Known { is_listed: true, standing: Some(Standing::Guest), ..person(PRIVATE) },
                vec![Introduce, AskForAccess],
            ),
            ("one who is blocked", Known { standing: Some(Standing::Blocked), ..person(PRIVATE) }, vec![]),
            (
                "an admin",
                Known { standing: Some(Standing::Admin), ..person(PRIVATE) },
                vec![Introduce, AskForAccess, Read, Check, Configure, DeleteChat, Manage],
            ),
            ("an owner", Known { is_owner: true, ..person(PRIVATE) }, Action::ALL.to_vec()),
            (
                "an owner in a group that is not admitted",
                Known { is_owner: true, ..person(GROUP) },
                vec![Introduce, Read, Check, Configure, DeleteChat],
            ),
            ("an agent in such a group", Known { standing: Some(Standing::Agent), ..person(GROUP) }, vec![Introduce]),
            ("a member of a group", Known { group: admitted, ..person(GROUP) }, member.clone()),
            ("a member of a listed group", Known { is_group_listed: true, ..person(GROUP) }, member.clone()),
            (
                "a member of a listed group that was closed",
                Known { is_group_listed: true, group: Some(GroupState::Closed), ..person(GROUP) },
                vec![Introduce],
            ),
            (
                "an admin who is no administrator of the group",
                Known { standing: Some(Standing::Admin), group: admitted, ..person(GROUP) },
                member,
            ),
            (
                "one who is blocked, in a group",
                Known { standing: Some(Standing::Blocked), group: admitted, ..person(GROUP) },
                vec![],
            ),
            (
                "an administrator of the group",
                Known { is_group_admin: Some(true), group: admitted, ..person(GROUP) },
                vec![Introduce, Read, Check, Configure, DeleteChat],
            ),
            (
                "an anonymous administrator",
                Known { group: admitted, ..Known::default_of(Actor::AnonymousAdmin, GROUP) },
                vec![Introduce, Read, Check, Configure, DeleteChat],
            ),
            ("an anonymous administrator in private", Known::default_of(Actor::AnonymousAdmin, PRIVATE), vec![]),
            ("a channel", Known { group: admitted, ..Known::default_of(Actor::Channel, GROUP) }, vec![]),
            ("Telegram", Known { group: admitted, ..Known::default_of(Actor::Telegram, GROUP) }, vec![]),
        ] {
            assert_eq!(allowed(&known), expected, "{who}");
        }
    }

    #[test]
    fn who_may_be_an_administrator_is_not_taken_for_none() {
        let unasked = Known { is_group_admin: None, group: Some(GroupState::Active), ..person(GROUP) };
        assert_eq!(decide(&unasked, Action::Configure), Decision::Deny(Reason::Unasked));
        assert_eq!(decide(&Known { is_owner: true, ..unasked }, Action::Configure), Decision::Allow);
    }

    #[test]
    fn one_who_is_paused_may_read_and_not_check() {
        let pause = Pause { until: None, by_guard: true };
        let paused = Known { standing: Some(Standing::Agent), pause: Some(pause), ..person(PRIVATE) };
        assert_eq!(decide(&paused, Action::Check), Decision::Deny(Reason::Paused(pause)));
        assert_eq!(decide(&paused, Action::Read), Decision::Allow);
        assert_eq!(decide(&Known { is_owner: true, ..paused }, Action::Check), Decision::Allow);
    }
}
