//! Whether a failed attempt is tried again: each remedy once, and only where it can help.

use super::{Error, Fault, codes::Meaning};
use crate::value::{OperatorProblem, ResponseCode};

/// However the remedies follow each other, an operation is not sent more often.
const MOST_ATTEMPTS: usize = 4;

/// An attempt that brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    /// Why.
    pub(super) cause: Cause,
    /// The response code, where there was one.
    pub(super) code: Option<ResponseCode>,
}

/// Why an attempt brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// `6505`.
    ClockRefused,
    /// `6500`, `6535`.
    TokenRefused,
    /// `6563`.
    ReferenceUsed,
    /// A fault that may be gone at the next attempt: no answer, or a 5xx that says nothing of the number.
    Passing(Fault),
    /// A fault that will be the same at the next attempt.
    Lasting(Fault),
}

/// What makes another attempt worth its while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Get a new token.
    NewToken,
    /// Sign the corrected time.
    CorrectedClock,
    /// Send a new reference, as every attempt does.
    NewReference,
    /// Nothing but to send it again.
    Again,
}

impl Failed {
    /// A failure without a response code.
    pub(super) fn silent(cause: Cause) -> Self {
        Self { cause, code: None }
    }

    /// What a caller is told when no remedy is left.
    pub(super) fn into_error(self) -> Error {
        let fault = match self.cause {
            Cause::ClockRefused => Fault::Operator(OperatorProblem::Clock),
            Cause::TokenRefused => Fault::Operator(OperatorProblem::Token),
            Cause::ReferenceUsed => Fault::Operator(OperatorProblem::Request),
            Cause::Passing(fault) | Cause::Lasting(fault) => fault,
        };
        Error { fault, code: self.code }
    }
}

impl Cause {
    /// The cause behind an answer's meaning. `is_5xx`: its HTTP status or its code begins with a 5.
    pub(super) fn of(meaning: Meaning, is_5xx: bool) -> Self {
        match meaning {
            Meaning::ClockRefused => Self::ClockRefused,
            Meaning::TokenRefused => Self::TokenRefused,
            Meaning::ReferenceUsed => Self::ReferenceUsed,
            Meaning::Refused(fault) if is_5xx && says_nothing_of_the_number(&fault) => Self::Passing(fault),
            Meaning::Refused(fault) => Self::Lasting(fault),
            Meaning::Success | Meaning::Undecided if is_5xx => Self::Passing(Fault::Garbled),
            Meaning::Success | Meaning::Undecided => Self::Lasting(Fault::Garbled),
        }
    }

    fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::ClockRefused => Some(Remedy::CorrectedClock),
            Self::TokenRefused => Some(Remedy::NewToken),
            Self::ReferenceUsed => Some(Remedy::NewReference),
            Self::Passing(_) => Some(Remedy::Again),
            Self::Lasting(_) => None,
        }
    }
}

fn says_nothing_of_the_number(fault: &Fault) -> bool {
    matches!(fault, Fault::ProviderDown | Fault::VendorFault | Fault::Other(_))
}

/// The remedies that one operation has used up.
#[derive(Debug, Default)]
pub(super) struct Remedies(Vec<Remedy>);

impl Remedies {
    /// The remedy for a failure, unless it was taken before. It is taken now.
    pub(super) fn take_for(&mut self, failed: &Failed) -> Option<Remedy> {
        let remedy = failed.cause.remedy()?;
        let attempts = self.0.len() + 1;
        if self.0.contains(&remedy) || attempts >= MOST_ATTEMPTS {
            return None;
        }
        self.0.push(remedy);
        Some(remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(remedies: &mut Remedies, cause: Cause) -> Option<Remedy> {
        remedies.take_for(&Failed::silent(cause))
    }

    #[test]
    fn each_remedy_is_taken_once() {
        let mut remedies = Remedies::default();
        assert_eq!(take(&mut remedies, Cause::TokenRefused), Some(Remedy::NewToken));
        assert_eq!(take(&mut remedies, Cause::TokenRefused), None);
        assert_eq!(take(&mut remedies, Cause::ClockRefused), Some(Remedy::CorrectedClock));
        assert_eq!(take(&mut remedies, Cause::ClockRefused), None);
        assert_eq!(take(&mut remedies, Cause::ReferenceUsed), Some(Remedy::NewReference));
    }

    #[test]
    fn all_remedies_together_do_not_exceed_the_cap() {
        let mut remedies = Remedies::default();
        for cause in [Cause::TokenRefused, Cause::ClockRefused, Cause::ReferenceUsed] {
            assert!(take(&mut remedies, cause).is_some());
        }
        assert_eq!(take(&mut remedies, Cause::Passing(Fault::Unreachable)), None);
    }

    #[test]
    fn a_verdict_is_never_asked_for_again() {
        for fault in [Fault::NumberNotFound, Fault::AmountTooSmall, Fault::ProductUnavailable] {
            assert_eq!(Cause::of(Meaning::Refused(fault.clone()), true), Cause::Lasting(fault));
        }
    }

    #[test]
    fn a_5xx_without_a_verdict_is_asked_for_again() {
        for fault in [Fault::ProviderDown, Fault::VendorFault, Fault::Other("?".into())] {
            assert_eq!(Cause::of(Meaning::Refused(fault.clone()), true), Cause::Passing(fault.clone()));
            assert_eq!(Cause::of(Meaning::Refused(fault.clone()), false), Cause::Lasting(fault));
        }
        assert_eq!(Cause::of(Meaning::Undecided, true), Cause::Passing(Fault::Garbled));
    }

    #[test]
    fn what_no_remedy_helped_is_the_operators() {
        for (cause, problem) in [
            (Cause::ClockRefused, OperatorProblem::Clock),
            (Cause::TokenRefused, OperatorProblem::Token),
            (Cause::ReferenceUsed, OperatorProblem::Request),
        ] {
            assert_eq!(Failed::silent(cause).into_error().fault, Fault::Operator(problem));
        }
    }
}
