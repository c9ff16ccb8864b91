//! Which message of the bot's answers which message, so that an edited message is answered where it was.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::task::Task;
use crate::{
    chat::Intent,
    inquiry::parse::Check,
    store::Target,
    value::{ChatId, MessageId, UserId},
};

/// Messages of which the answer is remembered; the oldest is forgotten first.
const MAX_REMEMBERED: usize = 10_000;

/// A message and its chat.
type Asked = (ChatId, MessageId);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its message.
    pub(super) message: MessageId,
    /// Whether it answers a check or a list: that is not replaced, since the agent may have sold by it.
    pub(super) is_check: bool,
    /// The check that it answers, if it is one alone.
    pub(super) check: Option<Check>,
}

/// The answers that were given lately. In memory alone: after a restart an edited message is passed over, and "once
/// more" goes by the history.
#[derive(Default)]
pub(super) struct Answers(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By the message that asked, and by the answer's own.
    answers: HashMap<Asked, Answer>,
    order: VecDeque<Asked>,
    /// The last check of an agent in a chat.
    last: HashMap<(ChatId, UserId), Check>,
}

impl Answers {
    /// Remembers that `message` answers what `user` asked for by `task`, in the chat of the history's id `chat`.
    pub(super) fn note(&self, chat: ChatId, user: UserId, task: &Task, message: MessageId) {
        let is_check = matches!(task.intent, Intent::Check { .. } | Intent::List { .. });
        let answer = Answer { message, is_check, check: task.intent.check().cloned() };
        let known = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(check) = &answer.check {
            if known.last.len() >= MAX_REMEMBERED {
                known.last.clear();
            }
            known.last.insert((chat, user), check.clone());
        }
        for place in task.to.message.into_iter().chain([message]).map(|message| (task.to.chat, message)) {
            if known.answers.insert(place, answer.clone()).is_none() {
                known.order.push_back(place);
            }
        }
        while known.order.len() > MAX_REMEMBERED
            && let Some(oldest) = known.order.pop_front()
        {
            known.answers.remove(&oldest);
        }
    }

    /// Forgets what was deleted for good. Of which message answers which everything is forgotten, as at a restart: it
    /// is not known here whose it is.
    pub(super) fn forget(&self, target: &Target) {
        let known = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.last.retain(|(chat, user), check| match target {
            Target::Chat(deleted) => chat != deleted,
            Target::Agent(deleted) => user != deleted,
            Target::AgentInChat(in_chat, deleted) => (chat, user) != (in_chat, deleted),
            Target::Number(number) => check.number != *number,
        });
        known.answers.clear();
        known.order.clear();
    }

    /// The answer to the message that asked for `task`, as it stands now: a button may have made another of it.
    pub(super) fn of(&self, task: &Task) -> Option<Answer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = known.answers.get(&(task.to.chat, task.to.message?))?;
        known.answers.get(&(task.to.chat, answer.message)).or(Some(answer)).cloned()
    }

    /// What is known of a message, which is an answer or has one.
    pub(super) fn at(&self, chat: ChatId, message: MessageId) -> Option<Answer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.answers.get(&(chat, message)).cloned()
    }

    /// The agent's last check in a chat.
    pub(super) fn last(&self, chat: ChatId, user: UserId) -> Option<Check> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last.get(&(chat, user)).cloned()
    }
}
