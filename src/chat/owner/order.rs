//! What is to be done with agents and invitations: data, read from what is typed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{access::Action, value::UserId};

/// The longest name or part of one that is looked for, in characters.
const MAX_SEARCH_LEN: usize = 40;

/// The most people whom one message adds.
const MAX_ADDED: usize = 10;

/// Telegram's ids of people have at most 52 bits (Bot API, `User.id`).
const MAX_USER_ID: u64 = 1 << 52;

/// How many an invitation lets in at most, and how many hours it lasts at most.
const MAX_USES: u32 = 100;
const MAX_HOURS: u32 = 30 * 24;

/// A person whom a message names. `{:?}` shows no name.
#[derive(Clone, derive_more::Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Their id.
    pub user: UserId,
    /// What they are called; empty where that is not known.
    #[serde(default)]
    #[debug(skip)]
    pub name: String,
}

/// What is to be done with the agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum AgentOrder {
    /// Show them all.
    List,
    /// Show those who fit.
    Find {
        /// A part of the name, or the id.
        word: String,
    },
    /// Make these people agents.
    Add {
        /// Who.
        who: Vec<Named>,
    },
    /// Ask whether this person is to be an agent, whom a message names.
    Offer {
        /// Who.
        who: Named,
    },
    /// Ask who is to be an agent.
    AskWhom,
    /// A forwarded message whose writer hides who they are.
    Hidden,
    /// Say how an agent is added.
    BadId,
}

impl AgentOrder {
    /// What stands behind `/agen`; `replied`: whom the message names to which it replies.
    pub(in crate::chat) fn read(args: &str, replied: &[Named]) -> Self {
        let (word, rest) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
        if args.is_empty() {
            return Self::List;
        }
        if !["tambah", "add"].contains(&word.to_lowercase().as_str()) {
            return Self::Find { word: args.chars().take(MAX_SEARCH_LEN).collect() };
        }
        let ids: Vec<&str> = rest.split([' ', ',', '\n']).filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return replied.first().map_or(Self::AskWhom, |who| Self::Offer { who: who.clone() });
        }
        let read = |id: &&str| id.parse().ok().map(UserId).filter(|user| Self::is_person(*user));
        let who: Option<Vec<UserId>> = ids.iter().take(MAX_ADDED).map(read).collect();
        match who {
            Some(who) => Self::Add { who: who.into_iter().map(|user| Named { user, name: String::new() }).collect() },
            None => Self::BadId,
        }
    }

    /// Whether an id can be a person's.
    pub(in crate::chat) fn is_person(user: UserId) -> bool {
        (1..MAX_USER_ID).contains(&user.0) && !user.is_stand_in()
    }
}

/// What is to be done with invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum InviteOrder {
    /// Make one.
    New {
        /// How many it lets in.
        uses: u32,
        /// How many hours it lasts.
        hours: u32,
    },
    /// Say how one is made.
    Usage,
}

impl InviteOrder {
    /// What stands behind `/undang`: `5`, `3 hari`, `10 3 hari`.
    pub(in crate::chat) fn read(args: &str) -> Self {
        let words: Vec<String> = args.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (uses, lasts) = match words.as_slice() {
            [] => ("1", None),
            [uses] => (*uses, None),
            [number, unit] => ("1", Some((*number, *unit))),
            [uses, number, unit] => (*uses, Some((*number, *unit))),
            _ => return Self::Usage,
        };
        let hours = match lasts {
            None => Some(24),
            Some((number, "jam" | "hour" | "hours")) => number.parse::<u32>().ok(),
            Some((number, "hari" | "day" | "days")) => number.parse::<u32>().ok().and_then(|days| days.checked_mul(24)),
            Some((number, "minggu" | "week" | "weeks")) => {
                number.parse::<u32>().ok().and_then(|weeks| weeks.checked_mul(7 * 24))
            }
            Some(_) => None,
        };
        match (uses.parse(), hours) {
            (Ok(uses @ 1..=MAX_USES), Some(hours @ 1..=MAX_HOURS)) => Self::New { uses, hours },
            _ => Self::Usage,
        }
    }
}

/// The public id of an invitation: eight characters of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteId(String);

impl InviteId {
    /// Takes an id; `None` when it is not one.
    pub fn new(id: &str) -> Option<Self> {
        let is_one = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        is_one.then(|| Self(id.to_owned()))
    }

    /// As a text.
    pub(in crate::chat) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is to be done with a person. What takes something away is asked about first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Show who it is.
    View,
    /// Ask whether to pause them.
    AskPause,
    /// Let them not check until somebody lifts it.
    Pause,
    /// Let them check again.
    Resume,
    /// Ask whether to remove them.
    AskRemove,
    /// Take them off.
    Remove,
    /// Ask whether to block them.
    AskBlock,
    /// Let them do nothing any more.
    Block,
    /// Let them ask again.
    Unblock,
    /// Make them an agent.
    Grant,
    /// Make an agent of whom a message named.
    Add,
    /// Make them an admin.
    MakeAdmin,
    /// Ask whether they are to be no admin any more.
    AskDemote,
    /// Make the admin an agent.
    Demote,
}

impl Step {
    /// Each of them, by the letter that a button carries for it. What a capital does, the small letter asks about
    /// first.
    pub const ALL: [(&'static str, Self); 14] = [
        ("v", Self::View),
        ("p", Self::AskPause),
        ("P", Self::Pause),
        ("l", Self::Resume),
        ("h", Self::AskRemove),
        ("H", Self::Remove),
        ("b", Self::AskBlock),
        ("B", Self::Block),
        ("u", Self::Unblock),
        ("g", Self::Grant),
        ("t", Self::Add),
        ("a", Self::MakeAdmin),
        ("c", Self::AskDemote),
        ("C", Self::Demote),
    ];

    /// What one has to be allowed for it, besides what the person's own standing asks for.
    pub(in crate::chat) fn needs(self) -> Action {
        match self {
            Self::MakeAdmin | Self::AskDemote | Self::Demote => Action::Own,
            _ => Action::Manage,
        }
    }

    /// The letter that a button carries for it.
    pub(in crate::chat) fn letter(self) -> &'static str {
        Self::ALL.iter().find(|(_, step)| *step == self).map(|(letter, _)| *letter).unwrap_or_default()
    }

    /// The step of a letter.
    pub(in crate::chat) fn of(letter: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == letter).map(|(_, step)| *step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_for_one_and_a_day_unless_more_is_said() {
        let new = |uses, hours| InviteOrder::New { uses, hours };
        for (typed, expected) in [
            ("", new(1, 24)),
            ("5", new(5, 24)),
            ("10 3 hari", new(10, 72)),
            ("3 HARI", new(1, 72)),
            ("2 1 minggu", new(2, 168)),
            ("1 12 jam", new(1, 12)),
            ("100 30 hari", new(100, 720)),
            ("101", InviteOrder::Usage),
            ("0", InviteOrder::Usage),
            ("1 31 hari", InviteOrder::Usage),
            ("1 0 hari", InviteOrder::Usage),
            ("1 4294967295 minggu", InviteOrder::Usage),
            ("budi", InviteOrder::Usage),
            ("1 2 3 4", InviteOrder::Usage),
        ] {
            assert_eq!(InviteOrder::read(typed), expected, "{typed}");
        }
    }

    #[test]
    fn an_agent_is_named_by_id_or_by_what_the_message_refers_to() {
        let named = |user, name: &str| Named { user: UserId(user), name: name.to_owned() };
        let people = [named(7, "Budi")];
        let add = |who: &[Named]| AgentOrder::Add { who: who.to_vec() };
        for (typed, expected) in [
            ("", AgentOrder::List),
            ("budi s", AgentOrder::Find { word: "budi s".to_owned() }),
            ("12345", AgentOrder::Find { word: "12345".to_owned() }),
            ("tambah", AgentOrder::Offer { who: named(7, "Budi") }),
            ("Tambah 42", add(&[named(42, "")])),
            ("tambah 42, 43", add(&[named(42, ""), named(43, "")])),
            ("tambah -5", AgentOrder::BadId),
            ("tambah 0", AgentOrder::BadId),
            ("tambah 777000", AgentOrder::BadId),
            ("tambah 99999999999999999999", AgentOrder::BadId),
            ("tambah budi", AgentOrder::BadId),
        ] {
            assert_eq!(AgentOrder::read(typed, &people), expected, "{typed}");
        }
        assert_eq!(AgentOrder::read("tambah", &[]), AgentOrder::AskWhom);
    }
}
