//! Which message of the bot's answers which message, so that an edited message is answered where it was.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::task::Task;
use crate::{
    chat::Intent,
    value::{ChatId, MessageId},
};

/// Messages of which the answer is remembered; the oldest is forgotten first.
const MAX_REMEMBERED: usize = 10_000;

/// A message and its chat.
type Asked = (ChatId, MessageId);

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its message.
    pub(super) message: MessageId,
    /// Whether it answers a check: that is not replaced, since the agent may have sold by it.
    pub(super) is_check: bool,
}

/// The answers that were given lately. In memory alone: after a restart an edited message is passed over.
#[derive(Default)]
pub(super) struct Answers(Mutex<(HashMap<Asked, Answer>, VecDeque<Asked>)>);

impl Answers {
    /// Remembers that `message` answers what asked for `task`.
    pub(super) fn note(&self, task: &Task, message: MessageId) {
        let (Some(asked), None) = (task.to.message, &task.press) else { return };
        let (asked, is_check) =
            ((task.to.chat, asked), matches!(task.intent, Intent::Check { .. } | Intent::List { .. }));
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, order) = &mut *answers;
        if known.insert(asked, Answer { message, is_check }).is_none() {
            order.push_back(asked);
        }
        if order.len() > MAX_REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
    }

    /// The answer to the message that asked for `task`.
    pub(super) fn of(&self, task: &Task) -> Option<Answer> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.0.get(&(task.to.chat, task.to.message?)).copied()
    }
}
