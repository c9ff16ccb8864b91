//! What a crash test counts, and what it allows.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::crowd::{Crowd, Question};
use crate::bot_api::FakeTelegram;

/// From the acceptance of an answer to its end in the journal a debug build on a busy machine takes this long, at most.
const LAST_MOMENT: Duration = Duration::from_millis(20);

/// Questions compared with their answers.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kills: usize,
    questions: usize,
    answers: usize,
    /// Answers beyond the first of a question, where the bot could have known that the one before was accepted.
    doubled: usize,
    /// Answers beyond the first of a question, where it could not: it died before it had read so.
    hidden: usize,
    /// The same, where it had read so within the last moment before it died, and may not have come to write it down.
    at_the_kill: usize,
    lost: usize,
    wrong: usize,
}

impl Tally {
    /// Counts what became of every question. The bot must have ended.
    pub(super) fn of(crowd: &Crowd, telegram: &FakeTelegram, kills: &[Instant]) -> Self {
        let mut tally = Self { kills: kills.len(), wrong: crowd.wrong.len(), ..Self::default() };
        for question in crowd.questions() {
            tally.count(question, telegram, kills);
        }
        tally
    }

    fn count(&mut self, question: &Question, telegram: &FakeTelegram, kills: &[Instant]) {
        self.questions += 1;
        self.answers += question.answers.len();
        let Some((_, earlier)) = question.answers.split_last() else {
            self.lost += 1;
            return;
        };
        for answer in earlier {
            let accepted = telegram.accepted_at(answer);
            let is_at_the_kill = |kill: &Instant| accepted.is_some_and(|at| at < *kill && *kill - at < LAST_MOMENT);
            if telegram.hid_acceptance_of(answer) {
                self.hidden += 1;
            } else if kills.iter().any(is_at_the_kill) {
                self.at_the_kill += 1;
            } else {
                self.doubled += 1;
            }
        }
    }

    /// Fails unless the bot kept what it promises: nothing lost, nothing wrong, one needless double in 100 kills.
    pub(super) fn check(&self) {
        assert_eq!((self.lost, self.wrong), (0, 0), "{self}");
        assert!(self.doubled <= self.kills.div_ceil(100), "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, questions, answers, doubled, hidden, at_the_kill, lost, wrong } = self;
        write!(f, "kills={kills}, questions={questions}, answers={answers}, doubled={doubled}, ")?;
        write!(f, "doubled where Telegram hid that it had accepted={hidden}, ")?;
        write!(f, "doubled where it was accepted at the kill={at_the_kill}, lost={lost}, wrong={wrong}")
    }
}
