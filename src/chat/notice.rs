//! What is said beside answers: that a check waits, was given up or cancelled, that too much is asked, that something failed.

use chrono::{DateTime, Utc};

use super::{
    answer, later,
    message::{PinIn, Reply},
};
use crate::{
    inquiry::parse::{Check, Request},
    locale::Words,
    say,
    value::{Outcome, Verdict},
};

/// Something to say that is no answer.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// The provider has not answered yet and is asked again until `until`.
    Waiting {
        /// The check.
        request: &'a Request,
        /// Why there is no answer.
        verdict: &'a Verdict,
        /// The last call and when it ended, if one was made.
        last: Option<(DateTime<Utc>, &'a Outcome)>,
        /// Until when it is asked again.
        until: DateTime<Utc>,
        /// Where a PIN was shown.
        pin: Option<PinIn>,
    },
    /// There is no answer, and nothing asks again.
    Unanswered {
        /// The check.
        request: &'a Request,
        /// Why there is no answer.
        verdict: &'a Verdict,
        /// Where a PIN was shown.
        pin: Option<PinIn>,
    },
    /// The check was never answered.
    GivenUp {
        /// The check.
        request: &'a Request,
        /// Why there is no answer.
        verdict: &'a Verdict,
        /// When it was given up.
        at: DateTime<Utc>,
    },
    /// The agent wants no answer to this check any more.
    CheckCancelled(&'a Check),
    /// The answer to `/batal`, which cancelled so many checks.
    Cancelled(usize),
    /// More checks wait than can.
    Busy,
    /// The agent asks faster than is answered.
    SlowDown,
    /// Nothing can be written down, so nothing is begun.
    NotAccepted,
    /// A mistake in this program stands in the way of an answer.
    Apology,
}

impl Notice<'_> {
    pub(super) fn say(self, words: Words<'_>) -> Reply {
        match self {
            Self::Waiting { request, verdict, last, until, pin } => {
                let text = later::waiting(words, request, verdict, last, until);
                answer::with_pin_warning(words, text.into(), pin)
            }
            Self::Unanswered { request, verdict, pin } => {
                answer::with_pin_warning(words, answer::unanswered(words, request, verdict).into(), pin)
            }
            Self::GivenUp { request, verdict, at } => later::given_up(words, request, verdict, at).into(),
            Self::CheckCancelled(check) => later::cancelled(words, check).into(),
            Self::Cancelled(0) => say!(words, "cancel-none").into(),
            Self::Cancelled(count) => say!(words, "cancel-done", count = count).into(),
            Self::Busy => say!(words, "busy").into(),
            Self::SlowDown => say!(words, "slow-down").into(),
            Self::NotAccepted => say!(words, "not-accepted").into(),
            Self::Apology => say!(words, "apology").into(),
        }
    }
}
