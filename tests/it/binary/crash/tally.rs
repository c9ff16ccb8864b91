//! What a crash test counts, and what it allows.

use std::fmt;

use super::crowd::{Crowd, Question};
use crate::bot_api::FakeTelegram;

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
    lost: usize,
    wrong: usize,
}

impl Tally {
    /// Counts what became of every question. The bot must have ended.
    pub(super) fn of(crowd: &Crowd, telegram: &FakeTelegram, kills: usize) -> Self {
        let mut tally = Self { kills, wrong: crowd.wrong.len(), ..Self::default() };
        for question in crowd.questions() {
            tally.count(question, telegram);
        }
        tally
    }

    fn count(&mut self, question: &Question, telegram: &FakeTelegram) {
        self.questions += 1;
        self.answers += question.answers.len();
        let Some((_, earlier)) = question.answers.split_last() else {
            self.lost += 1;
            return;
        };
        let hidden = earlier.iter().filter(|answer| telegram.hid_acceptance_of(answer)).count();
        self.hidden += hidden;
        self.doubled += earlier.len() - hidden;
    }

    /// Fails unless the bot kept what it promises: nothing lost, nothing wrong, one needless double in 100 kills.
    pub(super) fn check(&self) {
        assert_eq!((self.lost, self.wrong), (0, 0), "{self}");
        assert!(self.doubled <= self.kills.div_ceil(100), "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, questions, answers, doubled, hidden, lost, wrong } = self;
        write!(f, "kills={kills}, questions={questions}, answers={answers}, doubled={doubled}, ")?;
        write!(f, "doubled where Telegram hid that it had accepted={hidden}, lost={lost}, wrong={wrong}")
    }
}
