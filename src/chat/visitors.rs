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
pub struct Visitors(Mutex<State>);

struct State {
    /// Strangers since the last report.
    strangers: HashSet<UserId>,
    /// Groups that are new since the last report.
    new_groups: usize,
    /// Groups that are not admitted, by the id under which their history would be kept: the id that they have now, and since
    /// when the bot is there; `None` where an owner has written, and it stays.
    groups: HashMap<ChatId, (ChatId, Option<DateTime<Utc>>)>,
    reported: DateTime<Utc>,
}

/// Whether the bot has been in a group for long enough.
fn is_over(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    since.is_some_and(|since| now - since >= STAY)
}

impl Visitors {
    /// None yet.
    pub fn new(now: DateTime<Utc>) -> Self {
        let (strangers, groups) = (HashSet::new(), HashMap::new());
        Self(Mutex::new(State { strangers, new_groups: 0, groups, reported: now }))
    }

    /// A stranger has written to the bot. Gives whether the owners are to be told now.
    pub fn note_stranger(&self, user: UserId, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if state.strangers.len() < MAX_REMEMBERED {
            state.strangers.insert(user);
        }
        now - state.reported >= REPORT_EVERY
    }

    /// The bot is in a group that is not admitted; `here` is the id that it has now. Gives whether it has been
    /// there for long enough.
    pub fn note_group(&self, chat: ChatId, here: ChatId, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if let Some((_, since)) = state.groups.get(&chat) {
            return is_over(*since, now);
        }
        if state.groups.len() < MAX_REMEMBERED {
            state.groups.insert(chat, (here, Some(now)));
            state.new_groups += 1;
        }
        false
    }

    /// An owner uses the bot in a group, so that it stays there.
    pub fn let_in(&self, chat: ChatId, here: ChatId) {
        self.lock().groups.insert(chat, (here, None));
    }

    /// The bot is in a group no more.
    pub fn forget(&self, chat: ChatId) {
        self.lock().groups.remove(&chat);
    }

    /// The groups in which the bot has been for long enough; it is taken to leave them.
    pub fn to_leave(&self, now: DateTime<Utc>) -> Vec<ChatId> {
        self.lock().groups.extract_if(|_, (_, since)| is_over(*since, now)).map(|(_, (here, _))| here).collect()
    }

    /// How many strangers and groups are new since the last report; `None` where there are none, or it is too early.
    pub fn report(&self, now: DateTime<Utc>) -> Option<(usize, usize)> {
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
        visitors.let_in(ChatId(-2), ChatId(-1_002));
        visitors.let_in(ChatId(-4), ChatId(-1_004));
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
