//! What a crash test counts, and what it allows.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{crowd::Crowd, question::Question};
use crate::bot_api::FakeTelegram;

/// From Telegram's last byte to the end in the journal a debug build on a busy machine takes this long, at most.
const LAST_MOMENT: Duration = Duration::from_millis(20);

/// When a process was killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kill {
    /// It lived until here at least.
    pub(super) sent: Instant,
    /// It was dead by then.
    pub(super) dead: Instant,
}

impl Kill {
    /// Whether the bot was told something within the last moment before it died.
    fn is_just_after(&self, told: Instant) -> bool {
        told <= self.dead && self.sent.saturating_duration_since(told) < LAST_MOMENT
    }
}

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
    /// Messages that still say that there is no answer yet, though another gave it.
    orphans: usize,
    lost: usize,
    wrong: usize,
    /// What was lost and wrong, in words.
    details: String,
}

impl Tally {
    /// Counts what became of every question. The bot must have ended.
    pub(super) fn of(crowd: &Crowd, telegram: &FakeTelegram, kills: &[Kill]) -> Self {
        let mut tally =
            Self { kills: kills.len(), wrong: crowd.wrong.len(), orphans: crowd.orphans(), ..Self::default() };
        tally.details = crowd.wrong.iter().map(|reply| format!("wrong: {reply:?}\n")).collect();
        for question in crowd.questions() {
            tally.count(question, telegram, kills);
        }
        tally
    }

    fn count(&mut self, question: &Question, telegram: &FakeTelegram, kills: &[Kill]) {
        self.questions += 1;
        self.answers += question.answers.len();
        let Some((_, earlier)) = question.answers.split_last() else {
            self.lost += 1;
            self.details.push_str(&format!("lost: agent {} asked {:?}\n", question.agent, question.line));
            return;
        };
        for answer in earlier {
            let told = telegram.told_of(answer);
            if telegram.hid_acceptance_of(answer) {
                self.hidden += 1;
            } else if told.is_some_and(|told| kills.iter().any(|kill| kill.is_just_after(told))) {
                self.at_the_kill += 1;
            } else {
                self.doubled += 1;
            }
        }
    }

    /// Fails unless the bot kept what it promises: nothing lost, nothing wrong, one needless double in 100 kills.
    pub(super) fn check(&self) {
        assert_eq!((self.lost, self.wrong), (0, 0), "{self}\n{}", self.details);
        assert!(self.doubled <= self.kills.div_ceil(100), "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, questions, answers, doubled, hidden, at_the_kill, orphans, lost, wrong, details: _ } = self;
        write!(f, "kills={kills}, questions={questions}, answers={answers}, doubled={doubled}, ")?;
        write!(f, "doubled where Telegram hid that it had accepted={hidden}, ")?;
        write!(f, "doubled where it was accepted at the kill={at_the_kill}, ")?;
        write!(f, "promises left standing={orphans}, lost={lost}, wrong={wrong}")
    }
}
