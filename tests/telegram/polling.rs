//! `getUpdates`: a real long poll. An update stays pending until a later call's `offset` confirms it.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{
    FakeTelegram,
    refusal::Refusal,
    state::{Pending, State, World},
};

/// The parameters of `getUpdates`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Poll {
    offset: i64,
    limit: Option<usize>,
    /// Seconds.
    timeout: u64,
    allowed_updates: Option<Vec<String>>,
}

/// How a poll ended.
pub(crate) enum Polled {
    /// The whole body of the answer.
    Updates(String),
    Refused(Refusal),
    /// The fake went down meanwhile.
    Down,
}

impl FakeTelegram {
    /// Waits for the bot's first poll; when it came.
    pub async fn first_poll(&self) -> Instant {
        self.world.expect("first getUpdates", |state| state.first_poll).await
    }

    /// Waits until the bot has fetched and confirmed everything that people did.
    pub async fn all_confirmed(&self) {
        self.world.expect("confirmation of every update", |state| state.pending.is_empty().then_some(())).await;
    }

    /// Whether polls with nothing to bring are answered at once, and not at their time-out, as by a proxy that does not
    /// hold connections.
    pub fn answer_polls_at_once(&self, at_once: bool) {
        self.world.change(|state| state.polls_end_at_once = at_once);
    }
}

/// Waits for updates until the poll's time-out.
pub(crate) async fn poll(world: &World, poll: Poll) -> Polled {
    let limit = poll.limit.unwrap_or(100).clamp(1, 100);
    let deadline = Instant::now() + Duration::from_secs(poll.timeout.min(50));
    let offset = poll.offset;
    match world.change(|state| begin(state, poll)) {
        Ok(number) => {
            let found = world.wait_until(deadline, |state| look(state, number, offset, limit)).await;
            found.unwrap_or_else(|| body(&[]))
        }
        Err(refusal) => Polled::Refused(refusal),
    }
}

/// Confirms what came before the offset; the number of this poll. A negative offset keeps so many of the newest.
fn begin(state: &mut State, poll: Poll) -> Result<u64, Refusal> {
    if state.webhook.is_some() {
        return Err(Refusal::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    state.first_poll.get_or_insert_with(Instant::now);
    if poll.offset < 0 {
        let kept = usize::try_from(poll.offset.unsigned_abs()).unwrap_or(usize::MAX);
        state.pending.drain(..state.pending.len().saturating_sub(kept));
    } else {
        state.pending.retain(|update| is_due(update, poll.offset));
    }
    state.allow_updates(poll.allowed_updates);
    state.polls += 1;
    Ok(state.polls)
}

/// An update without an id cannot be confirmed, so it is brought once.
fn is_due(update: &Pending, offset: i64) -> bool {
    update.id.is_none_or(|id| id >= offset)
}

fn look(state: &mut State, number: u64, offset: i64, limit: usize) -> Option<Polled> {
    if state.down {
        return Some(Polled::Down);
    }
    if state.webhook.is_some() {
        return Some(Polled::Refused(Refusal::conflict("terminated by setWebhook request")));
    }
    if state.polls != number {
        let reason = "terminated by other getUpdates request; make sure that only one bot instance is running";
        return Some(Polled::Refused(Refusal::conflict(reason)));
    }
    if std::mem::take(&mut state.silent) {
        return Some(body(&[]));
    }
    let State { pending, load, again, delivered, random_faults, .. } = state;
    if !pending.iter().any(|update| is_due(update, offset)) && again.is_empty() {
        return state.polls_end_at_once.then(|| body(&[]));
    }
    let mut all = std::mem::take(again);
    for update in pending.iter().filter(|update| is_due(update, offset)).take(limit) {
        all.push(update.json.clone());
        if let (Some(load), Some(asked)) = (load.as_mut(), update.asks) {
            load.delivered(asked);
        }
    }
    pending.retain(|update| update.id.is_some() || !all.contains(&update.json));
    let mut sent = all.clone();
    if let Some(faults) = random_faults {
        faults.disorder(&mut sent, delivered);
    }
    if load.is_none() {
        *delivered = all;
    }
    Some(body(&sent))
}

fn body(updates: &[String]) -> Polled {
    Polled::Updates(format!(r#"{{"ok":true,"result":[{}]}}"#, updates.join(",")))
}
