//! Sees that no one asks more than their share: counts each call that is about to be made, by the quotas and for the
//! guard.
//!
//! Nothing is remembered in memory. The counters are rows that end with their window; none of them shows a number. A
//! store that fails stops no check here: what cannot be written down is not begun in the first place.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngCore, rngs::OsRng};

use super::{
    guard::{self, CHECKS, DAYS_BACK, Day, Guarded, PAUSE, SALT_KEY, Suspicion, USUAL_DAYS},
    people::{Pause, People},
    quota::{self, Full, Limits, Quota, Scope, Used, Window},
};
use crate::{
    clock::Clock,
    store::{Counted, Counter, Error, KeyValue, Row, RowKind},
    value::{ChatId, CustomerNumber, Provider, UserId, Verdict},
};

/// A call that is about to be made.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// For whom ([`Actor::whose`](super::Actor::whose)).
    pub whose: ChatId,
    /// Whether they own the bot: they are counted, but neither their own quota nor the guard holds them up.
    pub is_owner: bool,
    /// Where, by the chat's first id.
    pub chat: ChatId,
    /// Whose customer it is about.
    pub provider: Provider,
    /// Which.
    pub number: &'a CustomerNumber,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It may, and is counted.
    Counted,
    /// Too many were made: it is not counted.
    Full(Full),
    /// Its agent seems to harvest names, and is paused from now on.
    Suspected(Suspicion),
}

/// The counters and what may be counted up to.
pub struct FairUse {
    people: People,
    rows: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

impl FairUse {
    /// Within `limits`, counted in `rows`; who is suspected is paused in `people`.
    pub fn new(people: People, rows: Arc<dyn KeyValue>, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self { people, rows, clock, limits }
    }

    /// Counts a call, if it may be made.
    pub async fn take(&self, call: Call<'_>) -> Taken {
        self.try_take(call).await.unwrap_or_else(|error| {
            tracing::error!(%error, agent = %call.whose, "a check could not be counted; it is made all the same");
            Taken::Counted
        })
    }

    async fn try_take(&self, call: Call<'_>) -> Result<Taken, Error> {
        let now = self.clock.now();
        let own = if call.is_owner { Quota::default() } else { self.quota_of(call.whose).await? };
        let mut quotas = vec![(Scope::Agent, call.whose.to_string(), own)];
        if call.chat.is_group() {
            quotas.push((Scope::Group, call.chat.to_string(), self.limits.group));
        }
        if self.limits.account != Quota::default() {
            quotas.push((Scope::Account, String::new(), self.limits.account));
        }
        let windows = quotas.iter().flat_map(|(scope, whose, quota)| {
            [Window::Minute, Window::Day]
                .map(|window| (*scope, window, quota::counter(*scope, window, whose, *quota, now)))
        });
        let windows: Vec<_> = windows.collect();
        let guarded = self.guarded(call.whose, call.is_owner).await?;
        let of_guard = guarded.iter().flat_map(|guarded| guarded.counters(call.provider, call.number, now));
        let counters = windows.iter().map(|(.., counter)| counter.clone()).chain(of_guard).collect();
        let counts = match self.rows.count(counters, now).await? {
            Counted::Added(counts) => counts,
            Counted::Full { which, ends } => {
                let full = windows.get(which).map(|&(scope, window, _)| Full { scope, window, ends });
                return Ok(full.map_or(Taken::Counted, Taken::Full));
            }
        };
        match (guarded, counts.get(windows.len()..)) {
            (Some(guarded), Some(&[_, checks, times])) => {
                let suspicion = self.suspect(guarded, call, checks, times, now).await?;
                Ok(suspicion.map_or(Taken::Counted, Taken::Suspected))
            }
            _ => Ok(Taken::Counted),
        }
    }

    /// Pauses an agent who seems to harvest names by now. `checks`: how many they have made; `times`: how often they
    /// asked for this number.
    async fn suspect(
        &self,
        guarded: Guarded,
        call: Call<'_>,
        checks: u64,
        times: u64,
        now: DateTime<Utc>,
    ) -> Result<Option<Suspicion>, Error> {
        let mut day = Day { checks, ..Day::default() };
        if let Some(near) = guarded.near(call.provider, call.number, now).filter(|_| times == 1)
            && let Counted::Added(counts) = self.rows.count(vec![near], now).await?
        {
            day.near = counts.first().copied().unwrap_or(0);
        }
        day.answered = self.counted(&guarded.key("answered")).await?;
        day.unknown = self.counted(&guarded.key("unknown")).await?;
        for back in (1..=DAYS_BACK).filter(|_| checks >= CHECKS) {
            let checks = self.counted(&guarded.day_key(now - TimeDelta::days(back))).await?;
            day.earlier.extend(Some(checks).filter(|checks| *checks > 0));
            if day.earlier.len() == USUAL_DAYS {
                break;
            }
        }
        let Some(rule) = guard::judge(&day) else { return Ok(None) };
        let until = now + PAUSE;
        let told = Counter { most: Some(1), ..guard::counter(guarded.key("told"), until) };
        let is_news = matches!(self.rows.count(vec![told], now).await?, Counted::Added(_));
        // Whom somebody pauses at this moment stays so.
        self.people.pause_first(call.whose, Pause { until: Some(until), by_guard: true }).await?;
        tracing::warn!(agent = %call.whose, ?rule, checks, "an agent is paused: it looks as if names were collected");
        Ok(Some(Suspicion { whose: call.whose, rule, checks, since: now, until, is_news }))
    }

    /// Notes what the partner said of a number for which somebody had asked.
    pub async fn answered(&self, whose: ChatId, is_owner: bool, verdict: &Verdict) {
        let is_answer = matches!(
            verdict,
            Verdict::Found(_)
                | Verdict::NotFound
                | Verdict::NumberBlocked
                | Verdict::AlreadyPaid
                | Verdict::OverLimit
                | Verdict::Refused(_)
        );
        if !is_answer {
            return;
        }
        let noted = async {
            let (now, Some(guarded)) = (self.clock.now(), self.guarded(whose, is_owner).await?) else { return Ok(()) };
            let [answered, unknown] = ["answered", "unknown"].map(|what| {
                let is_counted = what == "answered" || *verdict == Verdict::NotFound;
                Counter { add: u64::from(is_counted), ..guard::counter(guarded.key(what), Window::Day.end(now)) }
            });
            self.rows.count(vec![answered, unknown], now).await.map(drop)
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, agent = %whose, "an answer could not be counted");
        }
    }

    /// Lets somebody go on who is paused, and lets the guard begin anew for them: the only way in which a pause ends
    /// before its time. `false` where they are not paused. Durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn lift(&self, whose: ChatId) -> Result<bool, Error> {
        if self.people.pause(whose).await?.is_none() {
            return Ok(false);
        }
        let now = self.clock.now();
        // It outlives all that is counted beside it.
        let lifted = guard::counter(Guarded::lifted_key(whose), now + PAUSE * 2);
        self.rows.count(vec![lifted], now).await?;
        self.people.set_pause(whose, None).await?;
        Ok(true)
    }

    /// What somebody has used of their quota, and in a group what all have used of the group's.
    ///
    /// # Errors
    /// Nothing could be read.
    pub async fn used(&self, whose: ChatId, chat: ChatId) -> Result<(Used, Option<Used>), Error> {
        let own = self.used_of(Scope::Agent, &whose.to_string(), self.quota_of(whose).await?).await?;
        Ok(match chat.is_group() {
            true => (own, Some(self.used_of(Scope::Group, &chat.to_string(), self.limits.group).await?)),
            false => (own, None),
        })
    }

    async fn used_of(&self, scope: Scope, whose: &str, quota: Quota) -> Result<Used, Error> {
        let minute = self.counted(&quota::key(scope, Window::Minute, whose)).await?;
        let day = self.counted(&quota::key(scope, Window::Day, whose)).await?;
        Ok(Used { quota, minute, day })
    }

    /// How much an agent may ask: their own quota, else that of the settings.
    async fn quota_of(&self, whose: ChatId) -> Result<Quota, Error> {
        let own = self.rows.get(RowKind::Quota, &whose.to_string(), self.clock.now()).await?;
        Ok(own.and_then(|own| own.parse().ok()).unwrap_or(self.limits.agent))
    }

    /// Gives an agent a quota of their own; `None`: that of the settings again. Durable when it returns.
    ///
    /// # Errors
    /// It is not known to be kept.
    pub async fn set_quota(&self, user: UserId, quota: Option<Quota>) -> Result<(), Error> {
        let (kind, key) = (RowKind::Quota, user.to_string());
        match quota {
            Some(quota) => self.rows.put(Row { kind, key, value: quota.to_string(), expires: None }).await,
            None => self.rows.remove(kind, &key).await.map(drop),
        }
    }

    /// What a counter has come to by now.
    async fn counted(&self, key: &str) -> Result<u64, Error> {
        let value = self.rows.get(RowKind::Counter, key, self.clock.now()).await?;
        Ok(value.and_then(|value| value.parse().ok()).unwrap_or(0))
    }

    /// Somebody at whom the guard looks.
    async fn guarded(&self, whose: ChatId, is_owner: bool) -> Result<Option<Guarded>, Error> {
        if !self.limits.guard || is_owner {
            return Ok(None);
        }
        let lifted = self.counted(&Guarded::lifted_key(whose)).await?;
        Ok(Some(Guarded { whose, lifted, salt: self.salt().await? }))
    }

    /// The salt of the guard's keys; a new one where there is none.
    async fn salt(&self) -> Result<u128, Error> {
        let now = self.clock.now();
        let read = async || {
            let value = self.rows.get(RowKind::Counter, SALT_KEY, now).await?;
            Ok(value.and_then(|value| value.parse().ok()))
        };
        if let Some(salt) = read().await? {
            return Ok(salt);
        }
        let mut random = [0; 16];
        OsRng.fill_bytes(&mut random);
        let salt = u128::from_le_bytes(random);
        let row = Row { kind: RowKind::Counter, key: SALT_KEY.to_owned(), value: salt.to_string(), expires: None };
        // Of several at once one has made it.
        let is_ours = self.rows.put_if(row, None, now).await?;
        Ok(if is_ours { salt } else { read().await?.unwrap_or(salt) })
    }
}

#[cfg(test)]
#[path = "fair_tests.rs"]
mod tests;
