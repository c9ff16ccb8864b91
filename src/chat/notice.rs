//! What is said beside answers: that a check waits, was given up or cancelled, that too much is asked, that something
//! failed.

use chrono::{DateTime, Utc};

use super::{action::Action, answer, button::Button, later, message::Reply, quota};
use crate::{
    access::{Full, Pause, Reason, Suspicion},
    inquiry::parse::{Check, Request},
    locale::{Html, Words, moment},
    say,
    value::{Outcome, UpdateId, UserId, Verdict},
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
        /// The job and its agent, for the button that cancels it.
        job: (UpdateId, UserId),
    },
    /// There is no answer, for this reason, and nothing asks again.
    Unanswered(&'a Request, &'a Verdict),
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
    /// A message was edited after its check was answered; its new check, if it is one, is offered to the agent.
    Edited(Option<&'a Check>, UserId),
    /// The button's message is another by now.
    StaleButton,
    /// The bot's question needs no answer any more.
    QuestionClosed,
    /// The answer came late and stands in a message below.
    AnsweredBelow,
    /// The agent's checks that wait, and lists by their length, each with the time since when.
    StillWaiting(&'a [(Request, DateTime<Utc>)], &'a [(usize, DateTime<Utc>)]),
    /// More checks wait than can.
    Busy,
    /// The agent asks faster than is answered; these checks of theirs were not taken.
    SlowDown(&'a [Check]),
    /// Nothing can be written down, so nothing is begun.
    NotAccepted,
    /// Telegram does not take a file.
    FileRefused,
    /// The asker may not do what they ask for; at the present moment.
    Denied(Reason, DateTime<Utc>),
    /// The asker waits for something, and is no agent any more.
    Revoked,
    /// A mistake in this program stands in the way of an answer.
    Apology,
    /// So many checks of the agent's wait already that this one cannot.
    OwnBusy(usize, Option<&'a Check>),
    /// A quota is used up; at the present moment, with the check that was not made and its agent.
    QuotaFull(Full, DateTime<Utc>, Option<(&'a Check, UserId)>),
    /// The guard has paused the agent.
    Suspected(Suspicion),
    /// That what was to be deleted is not deleted yet.
    ForgetLater,
    /// A list was ended because what is kept of it is being deleted.
    ListDeleted,
}

impl Notice<'_> {
    pub(super) fn say(self, words: Words<'_>) -> Reply {
        match self {
            Self::Waiting { request, verdict, last, until, job: (job, owner) } => {
                let text = later::waiting(words, request, verdict, last, until);
                let cancel = Button::press(say!(words, "button-cancel"), Action::Cancel(job), owner);
                Reply::from(text).with_row(cancel)
            }
            Self::Unanswered(request, verdict) => answer::unanswered(words, request, verdict).into(),
            Self::GivenUp { request, verdict, at } => later::given_up(words, request, verdict, at).into(),
            Self::CheckCancelled(check) => later::cancelled(words, check).into(),
            Self::Cancelled(0) => say!(words, "cancel-none").into(),
            Self::Cancelled(count) => say!(words, "cancel-done", count = count).into(),
            Self::Edited(check, owner) => {
                let again = check.and_then(|check| Button::press(check.line(), Action::Check(check.clone()), owner));
                Reply::from(say!(words, "edited")).with_row(again)
            }
            Self::StaleButton => say!(words, "button-stale").into(),
            Self::QuestionClosed => say!(words, "question-closed").into(),
            Self::AnsweredBelow => say!(words, "answered-below").into(),
            Self::StillWaiting([], []) => say!(words, "waiting-none").into(),
            Self::StillWaiting(checks, lists) => later::still_waiting(words, checks, lists).into(),
            Self::Busy => say!(words, "busy").into(),
            Self::SlowDown([]) => say!(words, "slow-down").into(),
            Self::SlowDown(checks) => {
                let lines = checks.iter().map(|check| Html::code(&check.line()));
                Html::lines([say!(words, "slow-down"), say!(words, "slow-down-not-taken")].into_iter().chain(lines))
                    .into()
            }
            Self::NotAccepted => say!(words, "not-accepted").into(),
            Self::FileRefused => say!(words, "file-refused").into(),
            Self::Denied(reason, now) => denied(words, reason, now).into(),
            Self::Revoked => say!(words, "access-revoked").into(),
            Self::Apology => say!(words, "apology").into(),
            Self::OwnBusy(count, check) => {
                let line = check.map(later::line);
                Html::lines([say!(words, "busy-own", count = count)].into_iter().chain(line)).into()
            }
            Self::QuotaFull(full, now, check) => {
                let again = check.and_then(|(check, owner)| {
                    Button::press(say!(words, "button-again"), Action::Check(check.clone()), owner)
                });
                let line = check.map(|(check, _)| later::line(check));
                let text = Html::lines([quota::full(words, full, now)].into_iter().chain(line));
                Reply::from(text).with_row(again)
            }
            Self::Suspected(Suspicion { rule, since, until, .. }) => {
                say!(words, "guard-paused", rule = quota::why(words, rule), until = moment(until, since, words)).into()
            }
            Self::ForgetLater => say!(words, "forget-later").into(),
            Self::ListDeleted => say!(words, "list-deleted").into(),
        }
    }
}

/// Why somebody may not do what they ask for.
fn denied(words: Words<'_>, reason: Reason, now: DateTime<Utc>) -> Html {
    match reason {
        Reason::Paused(Pause { until: Some(until), by_guard: true }) => {
            say!(words, "denied-paused-guard", until = moment(until, now, words))
        }
        Reason::Paused(Pause { until: Some(until), .. }) => {
            say!(words, "denied-paused-until", until = moment(until, now, words))
        }
        Reason::Paused(Pause { until: None, .. }) => say!(words, "denied-paused"),
        Reason::NotGroupAdmin => say!(words, "denied-group-admins"),
        Reason::Unasked => say!(words, "denied-unasked"),
        Reason::NotManager => say!(words, "denied-managers"),
        Reason::NotOwner => say!(words, "denied-owners"),
        Reason::OnlyInPrivate => say!(words, "denied-private"),
        Reason::Unknown | Reason::Blocked | Reason::GroupNotAdmitted | Reason::NotAPerson => {
            say!(words, "access-revoked")
        }
    }
}
