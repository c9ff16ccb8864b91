//! What a crash test counts, and what it allows.

use std::{
    env, fmt,
    time::{Duration, Instant},
};

use super::{crowd::Crowd, question::Question};
use crate::telegram::FakeTelegram;

/// From Telegram's last byte to the end in the journal a debug build takes this long, at most, on a machine that is
/// busy with other tests: to read and parse an answer takes it milliseconds, and more where several come at once. A
/// release build (`TEST_BINARY`) takes a fraction of one, and none is granted to it.
const LAST_MOMENT_OF_DEBUG: Duration = Duration::from_millis(50);

fn last_moment() -> Duration {
    if env::var_os("TEST_BINARY").is_some() { Duration::ZERO } else { LAST_MOMENT_OF_DEBUG }
}

/// When a process was killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kill {
    /// It lived until here at least.
    pub(super) sent: Instant,
    /// It was dead by then.
    pub(super) dead: Instant,
}

impl Kill {
    /// How long the process lived on that was told something at `told`.
    fn after(kills: &[Self], told: Instant) -> Option<Duration> {
        kills.iter().find(|kill| told <= kill.dead).map(|kill| kill.sent.saturating_duration_since(told))
    }
}

/// Questions compared with their answers.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kills: usize,
    questions: usize,
    answers: usize,
    /// Answers beyond the first of a question, where the bot could not know that the one before was accepted: the
    /// connection was lost, or it was dead before it had read so.
    hidden: usize,
    /// Answers beyond the first of a question, where it had read so: how long it lived on after Telegram had said it.
    doubled: Vec<Duration>,
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
            if telegram.hid_acceptance_of(answer) {
                self.hidden += 1;
                continue;
            }
            let lived_on = telegram.told_of(answer).and_then(|told| Kill::after(kills, told));
            self.doubled.push(lived_on.unwrap_or(Duration::MAX));
        }
    }

    /// Fails unless the bot kept what it promises: nothing lost, nothing wrong, one needless double in each 10 kills
    /// that were begun.
    pub(super) fn check(&self) {
        assert_eq!((self.lost, self.wrong), (0, 0), "{self}\n{}", self.details);
        assert!(self.needless() <= self.kills.div_ceil(10), "{self}");
    }

    /// How many answers came twice though the bot had had the time to note the first.
    fn needless(&self) -> usize {
        self.doubled.iter().filter(|lived_on| **lived_on >= last_moment()).count()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, questions, answers, hidden, doubled, orphans, lost, wrong, details: _ } = self;
        let (all, needless) = (doubled.len(), self.needless());
        write!(f, "kills={kills}, questions={questions}, answers={answers}, ")?;
        write!(f, "doubled where Telegram hid that it had accepted={hidden}, ")?;
        write!(f, "doubled where the bot had read so={all}, of these needless={needless}, ")?;
        write!(f, "promises left standing={orphans}, lost={lost}, wrong={wrong}, ")?;
        write!(f, "lived on after it had read so={doubled:.1?}")
    }
}
