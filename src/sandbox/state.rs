//! What the sandbox remembers while it runs: tokens, references, counts. All of it is bounded.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::refusal::Refusal;

/// How long a token lasts, in seconds (the vendor's pages on access tokens: 15 minutes).
pub(super) const TOKEN_SECONDS: i64 = 900;

/// How many tokens are remembered. A client holds one at a time; an older one is unknown here.
const MOST_TOKENS: usize = 64;

/// How many references are remembered. The vendor remembers all of them, which a sandbox cannot.
const MOST_REFERENCES: usize = 10_000;

/// Tokens, references and turns, behind one lock that is held for moments only.
#[derive(Default)]
pub(super) struct State(Mutex<Ledger>);

#[derive(Default)]
struct Ledger {
    /// Tokens with the moment at which each ends, oldest first.
    tokens: VecDeque<(String, DateTime<Utc>)>,
    references: Recent<Uuid>,
    /// Numbers of the scenarios that refuse every other time, which were refused last. Bounded by the table.
    refused_last: HashSet<String>,
}

impl State {
    /// Makes a token that is good from `now` on.
    pub(super) fn issue_token(&self, now: DateTime<Utc>) -> String {
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let tokens = &mut self.ledger().tokens;
        if tokens.len() >= MOST_TOKENS {
            tokens.pop_front();
        }
        tokens.push_back((token.clone(), now + TimeDelta::seconds(TOKEN_SECONDS)));
        token
    }

    /// Whether a token is one of ours and still good.
    pub(super) fn check_token(&self, token: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.ledger().tokens.iter().find(|(known, _)| known == token) {
            Some((_, end)) if now < *end => Ok(()),
            Some(_) => Err(Refusal::TOKEN_EXPIRED),
            None => Err(Refusal::TOKEN_UNKNOWN),
        }
    }

    /// Ends every token, as if its time were over.
    pub(super) fn expire_tokens(&self) {
        for (_, end) in &mut self.ledger().tokens {
            *end = DateTime::<Utc>::MIN_UTC;
        }
    }

    /// Takes a reference, which must be a new one.
    pub(super) fn use_reference(&self, reference: Uuid) -> Result<(), Refusal> {
        if self.ledger().references.insert(reference, MOST_REFERENCES) { Ok(()) } else { Err(Refusal::REFERENCE_USED) }
    }

    /// Says for a number of the table whether it is refused this time: yes and no in turn, yes first.
    pub(super) fn is_refused_this_time(&self, number: &str) -> bool {
        let refused = &mut self.ledger().refused_last;
        !refused.remove(number) && refused.insert(number.to_owned())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set that forgets its oldest member when it is full.
#[derive(Default)]
struct Recent<T> {
    members: HashSet<T>,
    by_age: VecDeque<T>,
}

impl<T: Copy + Eq + Hash> Recent<T> {
    /// Adds a member and keeps at most `limit`; `false` when it is one already.
    fn insert(&mut self, member: T, limit: usize) -> bool {
        if !self.members.insert(member) {
            return false;
        }
        self.by_age.push_back(member);
        if self.by_age.len() > limit
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.members.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_set_forgets_its_oldest_member_alone() {
        let mut recent = Recent::default();
        assert!([1, 2, 3].into_iter().all(|n| recent.insert(n, 2)));
        assert!(!recent.insert(3, 2) && !recent.insert(2, 2));
        assert!(recent.insert(1, 2));
        assert_eq!((recent.members.len(), recent.by_age.len()), (2, 2));
    }

    #[test]
    fn a_token_lasts_fifteen_minutes_and_not_a_moment_longer() {
        let (state, start) = (State::default(), Utc::now());
        let token = state.issue_token(start);
        let after = |seconds| state.check_token(&token, start + TimeDelta::seconds(seconds));
        assert_eq!(after(TOKEN_SECONDS - 1), Ok(()));
        assert_eq!(after(TOKEN_SECONDS), Err(Refusal::TOKEN_EXPIRED));
    }

    #[test]
    fn tokens_are_bounded() {
        let (state, now) = (State::default(), Utc::now());
        let first = state.issue_token(now);
        let tokens: Vec<_> = (0..MOST_TOKENS).map(|_| state.issue_token(now)).collect();
        assert_eq!(state.check_token(&first, now), Err(Refusal::TOKEN_UNKNOWN));
        assert!(tokens.iter().all(|token| state.check_token(token, now).is_ok()));
    }
}
