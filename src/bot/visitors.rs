//! Strangers who write to the bot, and groups that took it in without the operator. It leaves such a group after a day;
//! owners learn of both in one line a day at most.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::value::{ChatId, UserId};

/// How long the bot stays in a group that is not admitted: time to read its id by `/id` and to put it into the settings.
const STAY: TimeDelta = TimeDelta::days(1);

/// How long the owners are told nothing after they were told.
const REPORT_EVERY: TimeDelta = TimeDelta::days(1);

/// The most that is remembered of either kind.
const MAX_REMEMBERED: usize = 10_000;

/// What is known of them. In memory alone: a restart begins the day anew, and a group is known again when somebody in it
/// speaks to the bot.
pub(super) struct Visitors(Mutex<State>);

struct State {
    /// Strangers since the last report.
    strangers: HashSet<UserId>,
    /// Groups that are new since the last report.
    new_groups: usize,
    /// Groups that are not admitted, by the id under which their history would be kept.
    groups: HashMap<ChatId, Group>,
    reported: DateTime<Utc>,
}

struct Group {
    /// The id that Telegram knows it by now.
    here: ChatId,
    since: DateTime<Utc>,
    /// Whether an owner has written there: then the bot stays.
    is_let_in: bool,
}

impl Group {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        !self.is_let_in && now - self.since >= STAY
    }
}

impl Visitors {
    /// None yet.
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        let (strangers, groups) = (HashSet::new(), HashMap::new());
        Self(Mutex::new(State { strangers, new_groups: 0, groups, reported: now }))
    }

    /// A stranger has written to the bot. Gives whether the owners are to be told now.
    pub(super) fn note_stranger(&self, user: UserId, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if state.strangers.len() < MAX_REMEMBERED {
            state.strangers.insert(user);
        }
        now - state.reported >= REPORT_EVERY
    }

    /// The bot is in a group that is not admitted; `here` is the id that Telegram knows it by now. Gives whether it has been
    /// there for long enough.
    pub(super) fn note_group(&self, chat: ChatId, here: ChatId, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if let Some(group) = state.groups.get(&chat) {
            return group.is_over(now);
        }
        if state.groups.len() < MAX_REMEMBERED {
            state.groups.insert(chat, Group { here, since: now, is_let_in: false });
            state.new_groups += 1;
        }
        false
    }

    /// An owner uses the bot in a group, so that it stays there.
    pub(super) fn let_in(&self, chat: ChatId, here: ChatId, now: DateTime<Utc>) {
        let group = Group { here, since: now, is_let_in: true };
        self.lock().groups.entry(chat).or_insert(group).is_let_in = true;
    }

    /// The bot is in a group no more.
    pub(super) fn forget(&self, chat: ChatId) {
        self.lock().groups.remove(&chat);
    }

    /// The groups in which the bot has been for long enough; it is taken to leave them.
    pub(super) fn to_leave(&self, now: DateTime<Utc>) -> Vec<ChatId> {
        self.lock().groups.extract_if(|_, group| group.is_over(now)).map(|(_, group)| group.here).collect()
    }

    /// How many strangers and groups are new since the last report; `None` where there are none, or it is too early.
    pub(super) fn report(&self, now: DateTime<Utc>) -> Option<(usize, usize)> {
        let mut state = self.lock();
        let new = (state.strangers.len(), state.new_groups);
        if new == (0, 0) || now - state.reported < REPORT_EVERY {
            return None;
        }
        state.strangers.clear();
        state.new_groups = 0;
        state.reported = now;
        Some(new)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn the_bot_leaves_a_group_after_a_day_unless_an_owner_uses_it_there() {
        let visitors = Visitors::new(hour(0));
        for id in [-1, -2, -3] {
            assert!(!visitors.note_group(ChatId(id), ChatId(id - 1_000), hour(0)));
        }
        visitors.let_in(ChatId(-2), ChatId(-1_002), hour(1));
        visitors.let_in(ChatId(-4), ChatId(-1_004), hour(1));
        visitors.forget(ChatId(-3));
        assert!(!visitors.note_group(ChatId(-1), ChatId(-1_001), hour(23)));
        assert!(!visitors.note_group(ChatId(-4), ChatId(-1_004), hour(48)));
        assert!(visitors.to_leave(hour(23)).is_empty());
        assert!(visitors.note_group(ChatId(-1), ChatId(-1_001), hour(24)));
        assert_eq!(visitors.to_leave(hour(24)), [ChatId(-1_001)]);
        assert!(visitors.to_leave(hour(24)).is_empty(), "it has left");
    }

    #[test]
    fn owners_are_told_of_what_is_new_once_a_day() {
        let visitors = Visitors::new(hour(0));
        for user in [7, 7, 8] {
            assert!(!visitors.note_stranger(UserId(user), hour(1)));
        }
        visitors.note_group(ChatId(-1), ChatId(-1), hour(1));
        assert_eq!(visitors.report(hour(23)), None, "the day is not over");
        assert_eq!(visitors.report(hour(24)), Some((2, 1)));
        visitors.note_stranger(UserId(9), hour(25));
        assert_eq!(visitors.report(hour(25)), None, "they were told today");
        assert!(visitors.note_stranger(UserId(9), hour(48)));
        assert_eq!(visitors.report(hour(48)), Some((1, 0)));
        assert_eq!(visitors.report(hour(96)), None, "there is nothing new");
    }
}
