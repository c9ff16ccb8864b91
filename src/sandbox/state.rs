//! What the sandbox remembers while it runs: tokens, references, counts. All of it is bounded.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::refusal::Refusal;

/// How long a token lasts, in seconds (the vendor's pages on access tokens: 15 minutes).
pub(super) const TOKEN_SECONDS: i64 = 900;

/// How many tokens are remembered. A client holds one at a time; an older one is unknown here.
const MAX_TOKENS: usize = 64;

/// How many references are remembered. The vendor remembers all of them, which a sandbox cannot.
const MAX_REFERENCES: usize = 10_000;

/// Tokens, references and turns, behind one lock that is held for moments only.
#[derive(Default)]
pub(super) struct State(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// Tokens with the moment at which each ends, oldest first.
    tokens: VecDeque<(String, DateTime<Utc>)>,
    /// Oldest first.
    references: VecDeque<Uuid>,
    /// How often numbers of the scenarios that refuse a few calls were refused in a row. Bounded by the table.
    refused_times: HashMap<String, u32>,
}

impl State {
    /// Makes a token that is good from `now` on.
    pub(super) fn issue_token(&self, now: DateTime<Utc>) -> String {
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let tokens = &mut self.lock().tokens;
        if tokens.len() >= MAX_TOKENS {
            tokens.pop_front();
        }
        tokens.push_back((token.clone(), now + TimeDelta::seconds(TOKEN_SECONDS)));
        token
    }

    /// Whether a token is one of ours and still good.
    pub(super) fn check_token(&self, token: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.lock().tokens.iter().find(|(known, _)| known == token) {
            Some((_, end)) if now < *end => Ok(()),
            Some(_) => Err(Refusal::TOKEN_EXPIRED),
            None => Err(Refusal::TOKEN_UNKNOWN),
        }
    }

    /// Ends every token, as if its time were over.
    pub(super) fn expire_tokens(&self) {
        for (_, end) in &mut self.lock().tokens {
            *end = DateTime::<Utc>::MIN_UTC;
        }
    }

    /// Takes a reference, which must be a new one.
    pub(super) fn use_reference(&self, reference: Uuid) -> Result<(), Refusal> {
        let references = &mut self.lock().references;
        if references.contains(&reference) {
            return Err(Refusal::REFERENCE_USED);
        }
        if references.len() >= MAX_REFERENCES {
            references.pop_front();
        }
        references.push_back(reference);
        Ok(())
    }

    /// Says for a number of the table whether this is one of its first `calls`; the one after them begins anew.
    pub(super) fn is_one_of_the_first(&self, number: &str, calls: u32) -> bool {
        let mut memory = self.lock();
        let refused = memory.refused_times.entry(number.to_owned()).or_default();
        *refused = if *refused < calls { *refused + 1 } else { 0 };
        *refused > 0
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_taken_once_and_the_oldest_are_forgotten() {
        let state = State::default();
        let first = Uuid::new_v4();
        assert_eq!(state.use_reference(first), Ok(()));
        assert_eq!(state.use_reference(first), Err(Refusal::REFERENCE_USED));
        assert!((0..MAX_REFERENCES).all(|_| state.use_reference(Uuid::new_v4()).is_ok()));
        assert_eq!(state.use_reference(first), Ok(()));
    }

    #[test]
    fn a_token_lasts_fifteen_minutes_and_not_a_moment_longer() {
        let (state, start) = (State::default(), DateTime::UNIX_EPOCH);
        let token = state.issue_token(start);
        let after = |seconds| state.check_token(&token, start + TimeDelta::seconds(seconds));
        assert_eq!(after(TOKEN_SECONDS - 1), Ok(()));
        assert_eq!(after(TOKEN_SECONDS), Err(Refusal::TOKEN_EXPIRED));
    }

    #[test]
    fn tokens_are_bounded() {
        let (state, now) = (State::default(), DateTime::UNIX_EPOCH);
        let first = state.issue_token(now);
        let tokens: Vec<_> = (0..MAX_TOKENS).map(|_| state.issue_token(now)).collect();
        assert_eq!(state.check_token(&first, now), Err(Refusal::TOKEN_UNKNOWN));
        assert!(tokens.iter().all(|token| state.check_token(token, now).is_ok()));
    }
}
