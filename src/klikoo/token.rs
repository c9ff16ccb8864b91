//! The access token: kept until shortly before it expires, refreshed by one request however many wait for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::Error;

/// The longest token that is taken, in bytes.
const LONGEST: usize = 8 * 1024;

/// How long a token lasts when the vendor does not say (its page on access tokens: 15 minutes).
const USUAL_LIFE: u64 = 900;

/// No token is kept longer than this, whatever the vendor says, in seconds.
const LONGEST_LIFE: u64 = 24 * 3600;

/// How long before its end a token is no longer used, at most; a tenth of a short life.
const MARGIN: Duration = Duration::from_secs(30);

/// An access token. `{:?}` shows nothing of it.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) text: SecretString,
    pub(super) header: HeaderValue,
    /// How long it lasts from when it was asked for.
    pub(super) life: Duration,
    asked_at: DateTime<Utc>,
}

impl Token {
    /// Takes the vendor's token, which lasts `life` seconds; `None` when it is none that a header can carry. White
    /// space around it and the word `Bearer`, which the header has anyway, are no part of it.
    pub(super) fn read(text: &str, life: Option<u64>, asked_at: DateTime<Utc>) -> Option<Self> {
        let is_scheme = |(scheme, _): &(&str, &str)| scheme.eq_ignore_ascii_case("Bearer");
        let bare = text.trim().split_once(char::is_whitespace).filter(is_scheme);
        let text = bare.map_or(text.trim(), |(_, token)| token.trim_start());
        if !(1..=LONGEST).contains(&text.len()) {
            return None;
        }
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let mut header = HeaderValue::from_str(&format!("Bearer {text}")).ok().filter(|_| is_plain)?;
        header.set_sensitive(true);
        let life = Duration::from_secs(life.unwrap_or(USUAL_LIFE).min(LONGEST_LIFE));
        Some(Self { text: text.to_owned().into(), header, life, asked_at })
    }

    /// Whether it can be used for a while yet. Not either when the clock went back to before it was asked for.
    fn is_good_at(&self, now: DateTime<Utc>) -> bool {
        let usable = self.life.saturating_sub(MARGIN.min(self.life / 10));
        let age = now.signed_duration_since(self.asked_at);
        // A negative age is no `Duration`.
        age.to_std().is_ok_and(|age| age < usable)
    }
}

/// One request for a token and all who wait for it. They share its end, good or bad; should the one who sends it go
/// away, the next who waits sends another.
type Slot = OnceCell<Result<Arc<Token>, Error>>;

/// Keeps the token.
#[derive(Default)]
pub(super) struct TokenCache(Mutex<Arc<Slot>>);

impl TokenCache {
    /// The kept token, or a new one from `fetch`.
    ///
    /// # Errors
    /// What `fetch` failed with, to all who waited for it. Who comes later fetches anew.
    pub(super) async fn get<F>(&self, now: DateTime<Utc>, fetch: impl FnOnce() -> F) -> Result<Arc<Token>, Error>
    where
        F: Future<Output = Result<Arc<Token>, Error>>,
    {
        let slot = {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_spent = slot.get().is_some_and(|end| !end.as_ref().is_ok_and(|token| token.is_good_at(now)));
            if is_spent {
                *slot = Arc::default();
            }
            Arc::clone(&slot)
        };
        slot.get_or_init(fetch).await.clone()
    }

    /// Drops a token that was refused, unless it has been replaced since.
    pub(super) fn drop_refused(&self, refused: &Arc<Token>) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(slot.get(), Some(Ok(kept)) if Arc::ptr_eq(kept, refused)) {
            *slot = Arc::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::klikoo::Fault;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn token(text: &str, expires_in: Option<u64>) -> Option<Token> {
        Token::read(text, expires_in, START)
    }

    fn good_for(expires_in: Option<u64>, seconds: i64) -> bool {
        token("abc", expires_in).unwrap().is_good_at(START + TimeDelta::seconds(seconds))
    }

    #[test]
    fn a_token_is_used_until_shortly_before_it_expires() {
        assert!(good_for(Some(900), 869));
        assert!(!good_for(Some(900), 870));
        assert!(good_for(Some(10), 8) && !good_for(Some(10), 9));
        assert!(good_for(None, 869) && !good_for(None, 870));
        assert!(!good_for(Some(u64::MAX), 24 * 3600));
        assert!(!good_for(Some(900), -1), "the clock went back");
    }

    #[test]
    fn the_header_is_shown_to_no_log() {
        let header = token("geheim", None).unwrap().header;
        assert_eq!(header, "Bearer geheim");
        assert!(!format!("{header:?}").contains("geheim"));
    }

    #[test]
    fn what_is_around_a_token_is_no_part_of_it() {
        for text in ["geheim", " geheim\r\n", "Bearer geheim", "bearer  geheim ", "BEARER\tgeheim"] {
            assert_eq!(token(text, None).unwrap().text.expose_secret(), "geheim", "{text:?}");
        }
    }

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        for text in ["", "a b", "a\r\nX: y", "é", "Bearer a b", &"x".repeat(LONGEST + 1)] {
            assert!(token(text, Some(900)).is_none(), "{text:?}");
        }
        assert!(!format!("{:?}", token("geheim", None)).contains("geheim"));
    }

    #[tokio::test]
    async fn a_refused_token_is_dropped_only_while_it_is_the_kept_one() {
        let cache = TokenCache::default();
        let old = cache.get(START, async || Ok(Arc::new(token("old", None).unwrap()))).await.unwrap();
        cache.drop_refused(&old);
        let new = cache.get(START, async || Ok(Arc::new(token("new", None).unwrap()))).await.unwrap();
        cache.drop_refused(&old);
        let kept = cache.get(START, async || panic!("there is a good one")).await.unwrap();
        assert_eq!(kept.text.expose_secret(), new.text.expose_secret());
    }

    #[tokio::test]
    async fn a_failure_is_not_kept_for_those_who_come_later() {
        let cache = TokenCache::default();
        let failure = Error::from(Fault::Unreachable);
        let first = cache.get(START, async || Err(failure.clone())).await;
        assert_eq!(first.unwrap_err(), failure);
        assert!(cache.get(START, async || Ok(Arc::new(token("abc", None).unwrap()))).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_strands_no_other() {
        let cache = Arc::new(TokenCache::default());
        let gone = cache.get(START, std::future::pending);
        let waits = cache.get(START, async || Ok(Arc::new(token("abc", None).unwrap())));
        let mut gone = Box::pin(gone);
        assert!(futures_util::poll!(&mut gone).is_pending());
        let mut waits = Box::pin(waits);
        assert!(futures_util::poll!(&mut waits).is_pending(), "one at a time");
        drop(gone);
        assert_eq!(waits.await.unwrap().text.expose_secret(), "abc");
    }
}
