//! Whether a failed attempt is tried again: each remedy once, and only where it can help.

use std::{
    mem::{self, Discriminant},
    time::Duration,
};

use super::{Error, Fault};
use crate::value::{OperatorProblem, ResponseCode};

/// However the remedies follow each other, an operation is not sent more often.
const MOST_ATTEMPTS: usize = 4;

/// An attempt that brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) cause: Cause,
    pub(super) code: Option<ResponseCode>,
    pub(super) retry_after: Option<Duration>,
}

/// Why an attempt brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// `6505`.
    ClockRefused,
    /// A 401 in any form, or a redirect; what the operator has to look at if a new token does not help.
    TokenRefused(OperatorProblem),
    /// `6563`.
    ReferenceUsed,
    Fault(Fault),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self { cause: Cause::Fault(fault), code: None, retry_after: None }
    }
}

impl Failed {
    /// What a caller is told when no remedy is left; in the vendor's words stands none of our `secrets`.
    pub(super) fn into_error(self, secrets: &[&str]) -> Error {
        let fault = match self.cause {
            Cause::ClockRefused => Fault::Operator(OperatorProblem::Clock),
            Cause::TokenRefused(problem) => Fault::Operator(problem),
            Cause::ReferenceUsed => Fault::Operator(OperatorProblem::Request),
            Cause::Fault(fault) => fault.readable(secrets),
        };
        Error { fault, code: self.code, retry_after: self.retry_after }
    }

    /// How long to pause before another attempt, where one can help: with a new token, at the corrected time, with a
    /// new reference, or when the fault has passed.
    fn pause(&self) -> Option<Duration> {
        use Fault::{Garbled, NotNow, ProviderDown, Refused, Timeout, Unreachable, VendorFault};
        match &self.cause {
            Cause::ClockRefused | Cause::TokenRefused(_) | Cause::ReferenceUsed => Some(Duration::ZERO),
            // Not at once: that would be what it was refused for.
            Cause::Fault(Fault::Operator(OperatorProblem::Throttled)) => self.retry_after,
            // What may be gone at the next attempt says nothing of the number.
            Cause::Fault(Garbled | NotNow | ProviderDown | Refused(_) | Timeout | Unreachable | VendorFault) => {
                Some(self.retry_after.unwrap_or_default())
            }
            Cause::Fault(_) => None,
        }
    }
}

/// The kinds of causes for which one operation was sent again.
#[derive(Debug, Default)]
pub(super) struct Repeats(Vec<Discriminant<Cause>>);

impl Repeats {
    /// The pause before another attempt, unless a failure of this kind was given one before, or it is longer than the
    /// time that is `left`. From now on this kind was given one.
    pub(super) fn pause_after(&mut self, failed: &Failed, left: Duration) -> Option<Duration> {
        let (pause, kind) = (failed.pause()?, mem::discriminant(&failed.cause));
        if self.0.contains(&kind) || pause >= left || self.0.len() + 1 >= MOST_ATTEMPTS {
            return None;
        }
        self.0.push(kind);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Duration = Duration::from_secs(10);
    const TOKEN: Cause = Cause::TokenRefused(OperatorProblem::Token);

    fn failed(cause: Cause) -> Failed {
        Failed { cause, code: None, retry_after: None }
    }

    fn pause(repeats: &mut Repeats, cause: Cause) -> Option<Duration> {
        repeats.pause_after(&failed(cause), LEFT)
    }

    #[test]
    fn each_remedy_is_tried_once() {
        let mut repeats = Repeats::default();
        for cause in [TOKEN, Cause::ClockRefused] {
            assert_eq!(pause(&mut repeats, cause.clone()), Some(Duration::ZERO));
            assert_eq!(pause(&mut repeats, cause), None);
        }
        assert_eq!(pause(&mut repeats, Cause::ReferenceUsed), Some(Duration::ZERO));
    }

    #[test]
    fn all_attempts_together_do_not_exceed_the_cap() {
        let mut repeats = Repeats::default();
        for cause in [TOKEN, Cause::ClockRefused, Cause::ReferenceUsed] {
            assert!(pause(&mut repeats, cause).is_some());
        }
        assert_eq!(pause(&mut repeats, Cause::Fault(Fault::Unreachable)), None);
    }

    #[test]
    fn a_verdict_is_never_asked_for_again() {
        use Fault::{AlreadyPaid, AmountTooSmall, NumberBlocked, NumberNotFound, OverLimit, ProductUnavailable};
        for fault in [NumberNotFound, NumberBlocked, AlreadyPaid, OverLimit, AmountTooSmall, ProductUnavailable] {
            assert_eq!(pause(&mut Repeats::default(), Cause::Fault(fault)), None);
        }
    }

    #[test]
    fn what_says_nothing_of_the_number_is_asked_for_again() {
        use Fault::{Garbled, NotNow, ProviderDown, Timeout, Unreachable, VendorFault};
        for fault in [Garbled, NotNow, ProviderDown, Timeout, Unreachable, VendorFault, Fault::Refused("?".into())] {
            assert_eq!(pause(&mut Repeats::default(), Cause::Fault(fault)), Some(Duration::ZERO));
        }
    }

    #[test]
    fn a_pause_that_the_vendor_asks_for_is_kept_or_there_is_no_other_attempt() {
        let throttled = || Cause::Fault(Fault::Operator(OperatorProblem::Throttled));
        let pause = |cause, seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            Repeats::default().pause_after(&Failed { retry_after, ..failed(cause) }, LEFT)
        };
        for cause in [throttled(), Cause::Fault(Fault::NotNow)] {
            assert_eq!(pause(cause.clone(), 9), Some(Duration::from_secs(9)));
            assert_eq!(pause(cause, 10), None);
        }
        assert_eq!(Repeats::default().pause_after(&failed(throttled()), LEFT), None, "not at once");
    }

    #[test]
    fn what_no_remedy_helped_is_the_operators() {
        for (cause, problem) in [
            (Cause::ClockRefused, OperatorProblem::Clock),
            (Cause::TokenRefused(OperatorProblem::NoApi), OperatorProblem::NoApi),
            (Cause::ReferenceUsed, OperatorProblem::Request),
        ] {
            assert_eq!(failed(cause).into_error(&[]).fault, Fault::Operator(problem));
        }
    }
}
